"""README's table of how fast it is, and its plot, out of what was measured."""

import pathlib
import re

import plots

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PLOT = "tools/benchmark/how-fast.svg"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
MOST = 15
# How many rows each workload may have; of more, the worst, the best and what lies between.
SHARES = {"W1": 3, "W2": 3, "W3": 1, "W4": 2, "W5": 1, "W6": 1, "W9": 4}


def best(rows):
    able = [row for row in rows if row.seconds and not row.trouble]
    return min(able, key=lambda row: row.median("seconds"), default=None)


class Line:
    """A row of README's table: ours, in the form that it has there, beside the best peer."""

    def __init__(self, table):
        self.workload, self.title = table.workload, table.title
        self.ours = ours_of(table)
        peers = [row for row in table.rows if not row.ours and row.is_peer]
        limit = [row for row in table.rows if not row.ours and not row.is_peer]
        self.peer = best(peers) or best(limit)
        self.ours_seconds = self.ours.median("seconds") if self.ours else None
        self.ratio = self.of_limit = self.twice = None
        if self.ours and self.peer:
            self.ratio = self.ours_seconds / self.peer.median("seconds")
        if self.ours and table.limit:
            self.of_limit = self.ours_seconds / table.limit
        if self.ours and table.wanted and self.ours.twice:
            self.twice = 100 * self.ours.median("twice") / table.wanted

    def cells(self):
        return [f"{self.workload}: {self.title}", f"{self.ours_seconds:.2f} s",
                f"{self.peer.client}, {self.peer.median('seconds'):.2f} s", f"{self.ratio:.2f}",
                "-" if self.of_limit is None else f"{self.of_limit:.2f}",
                "-" if self.twice is None else f"{self.twice:.1f} %"]


def ours_of(table):
    """What a person gets who does nothing special: the first of ours that is in the foreground."""
    able = [row for row in table.rows if row.ours and row.seconds and not row.trouble]
    for row in able:
        if "background" not in row.client:
            return row
    return able[0] if able else None


def choose(tables):
    """At most MOST lines, losses before all."""
    chosen = []
    for workload, share in SHARES.items():
        lines = [Line(table) for table in tables if table.workload == workload]
        lines = sorted((line for line in lines if line.ratio), key=lambda line: -line.ratio)
        if len(lines) > share:
            step = (len(lines) - 1) / max(1, share - 1)
            lines = [lines[round(index * step)] for index in range(share)]
        chosen += lines
    return chosen[:MOST]


def text_of(machine, lines, count):
    changed = " and changes" if machine.get("changed") else ""
    out = [BEGIN, "",
           f"{machine['when']}, commit {machine.get('commit', '?')}{changed}, "
           f"{machine['processors']} processors, Linux {machine['kernel']}, load "
           f"{machine['load']} at the start; medians of {machine['rounds']} rounds, network by "
           f"{machine['network']}. {machine['curl'].split(' (')[0]}, {machine['aria2']}. Of the "
           f"{count} tables measured these are, of each workload, the worst, the best and what "
           "lies between; ratios are times, so less is better.", "",
           "| what | OpenDO | best of the others | ratio | of the limit | sent twice |",
           "|---|---:|---:|---:|---:|---:|"]
    out += ["| " + " | ".join(line.cells()) + " |" for line in lines]
    out += ["", f"![OpenDO's time over that of the best of the others]({PLOT})", "", END]
    return "\n".join(out)


def write(machine, tables):
    """Put the table between its marks in README.md, and the plot beside this file."""
    lines = choose(tables)
    if not lines:
        raise SystemExit("tools/bench: nothing was measured that README could show")
    readme = ROOT / "README.md"
    text = readme.read_text()
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"tools/bench: README.md has no {BEGIN}")
    new = text_of(machine, lines, sum(bool(Line(table).ratio) for table in tables))
    readme.write_text(pattern.sub(lambda _: new, text))
    (ROOT / PLOT).write_text(plots.draw_ratios(
        "OpenDO's time over that of the best of the others",
        [(f"{line.workload} {line.title}", line.ratio) for line in lines]))
    print(f"\nREADME.md: {len(lines)} rows, and {PLOT}")
