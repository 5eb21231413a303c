"""Tables of what was measured: for the screen, as JSON, as Markdown."""

import json
import statistics
from dataclasses import dataclass, field


@dataclass
class Row:
    client: str
    ours: bool = False
    is_peer: bool = True
    seconds: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    memory: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    twice: list = field(default_factory=list)
    trouble: str | None = None
    remark: str = ""

    def add(self, outcome):
        if outcome.trouble:
            self.trouble = outcome.trouble
            return
        self.seconds.append(outcome.seconds)
        self.cpu.append(outcome.cpu)
        self.memory.append(outcome.memory)
        self.requests.append(outcome.requests)
        self.sent.append(outcome.sent)
        self.twice.append(outcome.twice)

    def median(self, name):
        values = getattr(self, name)
        return statistics.median(values) if values else None


@dataclass
class Table:
    workload: str
    title: str
    limit: float | None = None  # seconds
    limit_text: str = ""
    goal: str = ""
    wanted: int = 0  # bytes, of all files or ranges
    rows: list = field(default_factory=list)
    lines: list = field(default_factory=list)  # what fits no column
    records: list = field(default_factory=list)  # of odd servers, as odd_servers.py makes them

    def best_peer(self):
        times = [row.median("seconds") for row in self.rows
                 if row.is_peer and not row.ours and not row.trouble and row.seconds]
        return min(times) if times else None


HEADINGS = ("client", "seconds", "x best peer", "x limit", "requests", "MB sent", "% twice",
            "CPU s", "MiB peak", "bytes")


def number(value, form, factor=1.0):
    return "-" if value is None else format(value * factor, form)


def cells(table, row):
    seconds = row.median("seconds")
    best = table.best_peer()
    if row.trouble and not row.seconds:
        return [row.client, *["-"] * (len(HEADINGS) - 2), row.trouble]
    return [
        row.client,
        number(seconds, ".3f"),
        number(seconds / best if seconds and best else None, ".2f"),
        number(seconds / table.limit if seconds and table.limit else None, ".2f"),
        number(row.median("requests"), ",.0f"),
        number(row.median("sent"), ",.1f", 1e-6),
        number(row.median("twice"), ".1f", 100 / table.wanted) if table.wanted else "-",
        number(row.median("cpu"), ".2f"),
        number(max(row.memory), ",.0f", 1 / 1048576),
        row.trouble or row.remark or "right",
    ]


def print_table(table):
    print(f"\n{table.workload}  {table.title}")
    if table.limit_text:
        limit = f"{table.limit:.3f} s = " if table.limit else ""
        print(f"    limit: {limit}{table.limit_text}")
    if table.goal:
        print(f"    goal:  {table.goal}")
    rows = [cells(table, row) for row in table.rows]
    if rows:
        widths = [max(len(line[column]) for line in [HEADINGS, *rows])
                  for column in range(len(HEADINGS))]
        for line in [HEADINGS, *rows]:
            print("    " + "  ".join(
                text.ljust(width) if column in (0, len(HEADINGS) - 1) else text.rjust(width)
                for column, (text, width) in enumerate(zip(line, widths))).rstrip())
    for line in table.lines:
        print(f"    {line}")


def as_json(machine, tables):
    return json.dumps({"machine": machine, "tables": [{
        "workload": table.workload, "title": table.title, "limit_seconds": table.limit,
        "limit": table.limit_text, "goal": table.goal, "wanted": table.wanted,
        "lines": table.lines, "records": table.records,
        "best_peer_seconds": table.best_peer(),
        "rows": [{**vars(row), "median_seconds": row.median("seconds")} for row in table.rows],
    } for table in tables]}, indent=1)


def from_json(text):
    """The machine and the tables that as_json() wrote."""
    read = json.loads(text)
    tables = []
    for entry in read["tables"]:
        rows = [Row(**{key: value for key, value in row.items() if key != "median_seconds"})
                for row in entry["rows"]]
        tables.append(Table(entry["workload"], entry["title"], entry["limit_seconds"],
                            entry["limit"], entry["goal"], entry.get("wanted", 0), rows,
                            entry["lines"], entry.get("records", [])))
    return read["machine"], tables


def as_markdown(machine, tables):
    out = [f"Measured {machine['when']} on {machine['processors']} processors, Linux "
           f"{machine['kernel']}, load {machine['load']}; medians of {machine['rounds']} rounds "
           f"in one run, network by {machine['network']}."]
    for table in tables:
        out += ["", f"**{table.workload}: {table.title}.**"]
        if table.limit_text:
            limit = f"{table.limit:.3f} s: " if table.limit else ""
            out += [f"Limit: {limit}{table.limit_text}."]
        if table.rows:
            out += ["", "| " + " | ".join(HEADINGS) + " |",
                    "|---" + "|---:" * (len(HEADINGS) - 2) + "|---|"]
            out += ["| " + " | ".join(cells(table, row)) + " |" for row in table.rows]
        if table.lines:
            out += ["", *[f"    {line}" for line in table.lines]]
    return "\n".join(out) + "\n"
