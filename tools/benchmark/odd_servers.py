"""W10: odd servers. Whatever a server does, `odo get` is to end as well as curl does."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field

import clients
import report
import server
from odd import rows

SERVE = pathlib.Path(__file__).resolve().parent / "odd" / "serve.py"
CERTIFICATES = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")  # what Debian's libcurl reads
RUN_IN_WINE = pathlib.Path(__file__).resolve().parent.parent / "cmake" / "run_in_wine"
AT_ONCE = 4
IN_WINE = threading.Lock()  # a program in Wine costs so much that only one runs at a time
IMPATIENT = 12.0  # seconds for those whose time no verdict asks for; some try again for ever
RULE = ("whenever curl ends with the right file, OpenDO does, in at most 1.5 times its time plus "
        "one second; it never says that it is done with wrong bytes; it ends")

RIGHT, WRONG, NOTHING = "right", "wrong bytes", "no file"


@dataclass
class Outcome:
    """What came of one client's turn."""
    client: str
    seconds: float = 0.0
    ended: bool = True
    code: int = 0
    bytes: str = NOTHING
    said: str = ""       # the last line of its errors
    requests: int = 0
    sent: int = 0        # bytes of bodies
    log: list = field(default_factory=list)  # what the server saw

    @property
    def right(self):
        return self.ended and self.code == 0 and self.bytes == RIGHT

    def words(self):
        if not self.ended:
            return f"still running after {self.seconds:.0f} s"
        if self.right:
            return f"{self.seconds:.1f} s"
        if self.code == 0:
            return f"exit 0, {self.bytes}, {self.seconds:.1f} s"
        return f"exit {self.code}, {self.seconds:.1f} s"


# --- Clients -------------------------------------------------------------------------------


@dataclass
class Turn:
    """What a client is told: from where, to where, and whom to trust."""
    row: object
    url: str
    folder: pathlib.Path
    certificate: pathlib.Path
    tools: clients.Tools

    @property
    def target(self):
        return self.folder / "target"


def odo(turn, *more):
    argv = [turn.tools.odo, "get", turn.url, "-o", turn.target, "--quiet", "--timeout", "10",
            *more]
    for first, last in turn.row.ranges:
        argv += ["-r", f"{first}-{'' if last is None else last}"]
    if turn.row.scheme == "https":
        # It trusts what the system trusts; so it gets a system of its own that trusts us.
        argv = ["unshare", "--mount", "sh", "-c",
                'mount --bind "$0" "$1" && shift && exec "$@"', turn.certificate, CERTIFICATES,
                *argv]
    return argv


def odo_windows(turn):
    argv = [RUN_IN_WINE, "x86_64", turn.tools.odo_windows, "get", turn.url, "-o",
            clients.windows_path(turn.target), "--quiet", "--timeout", "10"]
    for first, last in turn.row.ranges:
        argv += ["-r", f"{first}-{'' if last is None else last}"]
    return argv


def curl(turn):
    base = ["curl", "-q", "--silent", "--show-error", "--fail", "--location",
            *(["--cacert", turn.certificate] if turn.row.scheme == "https" else [])]
    if not turn.row.ranges:
        return [*base, "-o", turn.target, turn.url]
    # One after the other, and put together.
    pieces = [turn.folder / f"piece-{index}" for index in range(len(turn.row.ranges))]
    commands = [" ".join(f"'{word}'" for word in [
        *base, "-r", f"{first}-{'' if last is None else last}", "-o", piece, turn.url])
        for (first, last), piece in zip(turn.row.ranges, pieces)]
    return ["sh", "-c", " && ".join(commands) + f" && cat {' '.join(map(str, pieces))} > "
            f"{turn.target}"]


def wget(turn):
    return ["wget", "--no-config", "--quiet", "--no-hsts", "--no-proxy", "--output-document",
            turn.target, f"--ca-certificate={turn.certificate}", turn.url]


def aria2(turn):
    return ["aria2c", "--no-conf=true", "--quiet=true", "--file-allocation=none",
            "--allow-overwrite=true", "--auto-file-renaming=false", "--min-split-size=1M",
            "--split=4", "--max-connection-per-server=4", f"--ca-certificate={turn.certificate}",
            f"--dir={turn.folder}", "-o", "target", turn.url]


@dataclass
class Client:
    name: str
    command: object  # Turn -> argv
    ours: bool = False
    needs: str = ""
    takes_ranges: bool = False
    speaks_http2: bool = False
    patient: bool = True
    in_wine: bool = False

    def reason_not(self, row, tools):
        """Why it does not run in this row; None when it does."""
        if self.needs and not shutil.which(self.needs):
            return "not installed"
        if row.ranges and not self.takes_ranges:
            return "takes no ranges"
        if row.http2 and not self.speaks_http2:
            return "no HTTP/2"
        if self.in_wine and (not tools.odo_windows or not tools.wine_prefix):
            return "no odo.exe or no Wine prefix"
        if self.in_wine and row.scheme == "https":
            return "its prefix does not trust us"
        if self.ours and row.scheme == "https" and os.geteuid() != 0:
            return "needs root, to be given a certificate"
        return None


PEERS = [Client("curl", curl, needs="curl", takes_ranges=True, speaks_http2=True),
         Client("wget", wget, needs="wget", patient=False),
         Client("aria2", aria2, needs="aria2c", patient=False)]
OURS = [Client("odo", odo, ours=True, takes_ranges=True, speaks_http2=True)]
WINDOWS = Client("odo.exe", odo_windows, ours=True, takes_ranges=True, speaks_http2=True,
                 in_wine=True)


# --- A turn --------------------------------------------------------------------------------


@contextlib.contextmanager
def serving(row, folder, certificate, outcome):
    """The row's server in a process of its own, from its port to what it saw."""
    process = subprocess.Popen(
        [sys.executable, "-B", SERVE, row.name, folder, *certificate], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        port = process.stdout.readline().strip()
        if not port:
            raise server.ServerError(process.stderr.read().strip().splitlines()[-1])
        yield int(port)
        said, _ = process.communicate(timeout=10)
        seen = json.loads(said)
        outcome.requests, outcome.sent, outcome.log = seen["requests"], seen["sent"], seen["log"]
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()


def judge_bytes(row, target):
    if not target.exists():
        return NOTHING
    data = target.read_bytes()
    return RIGHT if any(data == right for right in row.wanted) else WRONG


def take_turn(bench, row, client, folder):
    outcome = Outcome(client.name)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "server").mkdir(parents=True)
    certificate = server.make_certificate(bench.work)
    with serving(row, folder / "server", certificate, outcome) as port:
        turn = Turn(row, f"{row.scheme}://127.0.0.1:{port}{row.path}", folder, certificate[0],
                    bench.tools)
        environment = {**os.environ, "HOME": str(folder)}
        if client.in_wine:
            environment.update(clients.WINE_OPTIONS, WINEPREFIX=str(bench.tools.wine_prefix))
        began = time.monotonic()
        with open(folder / "errors", "wb") as errors:
            process = subprocess.Popen([str(word) for word in client.command(turn)],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=errors, cwd=folder, start_new_session=True,
                                       env=environment)
            try:
                outcome.code = process.wait(row.patience if client.patient else IMPATIENT)
            except subprocess.TimeoutExpired:
                outcome.ended = False
            finally:
                outcome.seconds = time.monotonic() - began
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        lines = (folder / "errors").read_text(errors="replace").strip().splitlines()
        outcome.said = lines[-1][:200] if lines else ""
        outcome.bytes = judge_bytes(row, turn.target)
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


# --- The verdict ---------------------------------------------------------------------------

GOOD = ("as good", "better", "fails, as curl")


def allowed(curls):
    return 1.5 * curls.seconds + 1.0


def verdict(row, ours, curls):
    """One of GOOD, or what is wrong."""
    if ours.code == 0 and ours.ended and ours.bytes != RIGHT:
        return "WRONG: says it is done, and is not"
    if not ours.ended:
        return "DOES NOT END"
    if ours.right:
        if not curls or not curls.right:
            return "better"
        if ours.seconds <= allowed(curls):
            return "as good"
        return f"SLOW: {ours.seconds:.1f} s, {allowed(curls):.1f} s are allowed"
    if ours.bytes != NOTHING:
        return "WRONG: fails, and leaves a file"
    if curls and curls.right:
        return "WORSE: fails where curl is right"
    return "fails, as curl"


def run_row(bench, row, chosen, index):
    """The record of one row: what each client did, and the verdict of ours."""
    record = {"row": row.name, "story": row.story, "skipped": {}, "outcomes": {}, "verdicts": {}}
    missing = row.missing()
    if missing:
        record["skipped"]["all"] = f"{', '.join(missing)}: not installed"
        return record
    outcomes = {}
    for client in chosen:
        reason = client.reason_not(row, bench.tools)
        if reason:
            record["skipped"][client.name] = reason
            continue
        folder = bench.work / f"odd-{index}-{client.name}"
        try:
            with IN_WINE if client.in_wine else contextlib.nullcontext():
                outcomes[client.name] = take_turn(bench, row, client, folder)
        except server.ServerError as error:
            record["skipped"]["all"] = f"the server does not start: {error}"
            return record
    curls = outcomes.get("curl")
    for client in chosen:
        ours = outcomes.get(client.name)
        if not client.ours or not ours:
            continue
        said = verdict(row, ours, curls)
        if client.in_wine and row.no_length and not ours.right and ours.code != 0:
            said = "refused, as by Windows"
        record["verdicts"][client.name] = said
    record["outcomes"] = {name: asdict(outcome) for name, outcome in outcomes.items()}
    record["words"] = {name: outcome.words() for name, outcome in outcomes.items()}
    return record


def failed(record):
    return any(said.split(":")[0].isupper() for said in record["verdicts"].values())


def too_slow(record):
    return any(said.startswith("SLOW") for said in record["verdicts"].values())


# --- Showing -------------------------------------------------------------------------------


def show_record(record, talkative):
    if "all" in record["skipped"]:
        print(f"    {record['row']:24}skipped: {record['skipped']['all']}", flush=True)
        return
    verdicts = "; ".join(
        said if len(record["verdicts"]) == 1 else f"{name}: {said}"
        for name, said in record["verdicts"].items())
    words = ", ".join(f"{name} {said}" for name, said in record["words"].items())
    print(f"    {record['row']:24}{verdicts}\n        {record['story']}\n        {words}", flush=True)
    if not (talkative or failed(record)):
        return
    for name, outcome in record["outcomes"].items():
        if name not in record["verdicts"] and not talkative:
            continue
        print(f"        {name}: {outcome['requests']} requests, {outcome['sent'] / 1e6:.1f} MB of "
              f"bodies; {outcome['said']}")
        lines = outcome["log"]
        if not talkative and len(lines) > 12:
            lines = [*lines[:4], "...", *lines[-7:]]
        for line in lines:
            print(f"            {line}")
    sys.stdout.flush()


def choose_rows(names):
    for name in names:
        if not any(name in row.name for row in rows.ROWS.values()):
            raise SystemExit(f"tools/bench: no odd server has {name!r} in its name")
    # The whole name, or all that have it in theirs.
    return [row for row in rows.ROWS.values()
            if not names or row.name in names
            or any(name in row.name for name in names if name not in rows.ROWS)]


def odd_servers(bench):
    chosen = choose_rows(bench.only)
    # --quick: each family is there, by its first, second, and then every third row.
    if bench.quick and not bench.only:
        chosen = chosen[::3]
    able = [*PEERS, *OURS, *([WINDOWS] if bench.windows else [])]
    if bench.progress:
        bench.progress.expect("W10", 5 + 3.5 * len(chosen))
    table = report.Table("W10", f"{len(chosen)} odd servers, each beside curl, wget and aria2",
                         goal=RULE)
    print(f"\nW10  {table.title}\n    {RULE}", flush=True)
    for name in sorted({client.name for client in able if client.needs
                        and not shutil.which(client.needs)}):
        print(f"    {name}: not installed, so not beside it")
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(run_row, bench, row, able, index)
                   for index, row in enumerate(chosen)]
        try:
            for index, (row, future) in enumerate(zip(chosen, waiting)):
                bench.say(f"W10 {row.name}, {index + 1} of {len(chosen)}")
                record = future.result()
                bench.say("")
                table.records.append(record)
                if not too_slow(record):
                    show_record(record, bool(bench.only))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    # Several at once may have been in each other's way: what was slow has another turn alone.
    for index, (row, record) in enumerate(zip(chosen, table.records)):
        if too_slow(record):
            bench.say(f"W10 {row.name}, once more alone")
            table.records[index] = run_row(bench, row, able, index)
            bench.say("")
            show_record(table.records[index], bool(bench.only))
    summarise(table)
    bench.tables.append(table)
    for line in table.lines:
        print(f"    {line}")
    sys.stdout.flush()
    if any(failed(record) for record in table.records):
        bench.failures.append("W10")


def summarise(table):
    counts = {}
    for record in table.records:
        for name, said in record["verdicts"].items():
            key = said.split(":")[0]
            counts.setdefault(name, {}).setdefault(key, []).append(record["row"])
    for name, kinds in counts.items():
        total = sum(len(found) for found in kinds.values())
        table.lines.append(f"{name}: {total} rows; " + ", ".join(
            f"{len(found)} {key}" for key, found in sorted(kinds.items())))
        for key, found in sorted(kinds.items()):
            if key.isupper():
                table.lines.append(f"    {key}: {' '.join(found)}")
    for name in ("curl", "wget", "aria2"):
        mine = [record["outcomes"][name] for record in table.records
                if name in record["outcomes"]]
        if mine:
            right = sum(one["ended"] and one["code"] == 0 and one["bytes"] == RIGHT
                        for one in mine)
            lies = sum(one["ended"] and one["code"] == 0 and one["bytes"] != RIGHT
                       for one in mine)
            table.lines.append(f"{name}: {len(mine)} rows; {right} right, {lies} wrong with exit 0")
    skipped = [record for record in table.records if "all" in record["skipped"]]
    if skipped:
        table.lines.append(f"{len(skipped)} rows skipped: " + "; ".join(
            sorted({record["skipped"]["all"] for record in skipped})))
