"""How each client is told to fetch what a task names.

A client is a name and a function from a Run to a Command. It fetches as well as its options allow:
as many connections as the task lets everybody have, no extra checks, no waiting for a disk.
"""

import pathlib
import shutil
from dataclasses import dataclass, field, replace
from typing import Callable

import content
import server

WINE_OPTIONS = {"WINEDEBUG": "-all",
                "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe="}


@dataclass
class Command:
    argv: list
    check: Callable  # -> None, or what is wrong with what came
    environment: dict = field(default_factory=dict)


@dataclass
class Client:
    name: str
    command: Callable  # Run -> Command
    ours: bool = False
    is_peer: bool = True  # counts when the best peer is looked for
    needs: str | None = None  # a program that must be installed
    tools: object = None  # of another build than the one that is measured; see twin_of()

    def missing(self):
        return self.needs is not None and shutil.which(self.needs) is None


@dataclass
class Tools:
    """Programs that were built for this."""
    odo: pathlib.Path
    bench: pathlib.Path  # the folder of bench_fetch and its like
    odo_windows: pathlib.Path | None
    curl_windows: pathlib.Path | None
    com_windows: pathlib.Path | None  # bench_com.exe
    wine_prefix: pathlib.Path | None


def twin_of(client, tools):
    """The same client of an earlier build, to be compared with in the same minutes."""
    return replace(client, name=client.name + ", before", ours=False, is_peer=False, tools=tools)


@dataclass
class Run:
    """One client's turn: where it may write, and what it is to fetch."""
    task: object
    server: object
    folder: pathlib.Path
    work: pathlib.Path
    tools: Tools

    @property
    def url(self):
        return self.server.url(self.task.files[0])

    @property
    def source(self):
        return self.task.root / self.task.files[0]

    @property
    def target(self):
        return self.folder / "target"

    @property
    def certificate(self):
        return server.certificate_in(self.work)[0]

    def same_target(self):
        return content.same_bytes(self.target, self.task.wanted or self.source)

    def same_files(self):
        for name in self.task.files:
            wrong = content.same_bytes(self.folder / pathlib.Path(name).name,
                                       self.task.root / name)
            if wrong:
                return wrong
        return None


# --- OpenDO --------------------------------------------------------------------------------


def odo_get(run):
    argv = [run.tools.odo, "get", run.url, "-o", run.target, "--quiet"]
    if run.task.ranges:
        argv += ["--ranges-from", run.task.range_list]
    return Command(argv, run.same_target)


def engine(foreground=False, store=False):
    """The engine through its C header, for what `odo get` has no option for."""
    def command(run):
        listed = run.folder / "list"
        whole = len(run.task.files) == 1
        listed.write_text("".join(
            f"{run.server.url(name)}\t"
            f"{run.target if whole else run.folder / pathlib.Path(name).name}\n"
            for name in run.task.files))
        argv = [run.tools.bench / "bench_fetch"]
        if run.server.tls:
            argv += ["--ca", run.certificate]
        if run.task.connections:
            argv += ["--connections", str(run.task.connections)]
        if run.task.ranges:
            argv += ["--ranges", run.task.range_list]
        if foreground:
            argv += ["--foreground"]
        if store:
            (run.folder / "store").mkdir(exist_ok=True)
            argv += ["--store", run.folder / "store"]
        return Command([*argv, listed], run.same_target if whole else run.same_files)
    return command


def in_wine(run, *argv):
    return Command(["wine", *argv], run.same_target,
                   {**WINE_OPTIONS, "WINEPREFIX": str(run.tools.wine_prefix)})


def windows_path(path):
    return "Z:" + str(path).replace("/", "\\")


def odo_in_wine(run):
    return in_wine(run, run.tools.odo_windows, "get", run.url, "-o", windows_path(run.target),
                   "--quiet")


def bits_in_wine(run):
    return in_wine(run, run.tools.com_windows, "--bits", run.url, windows_path(run.target))


# --- Peers ---------------------------------------------------------------------------------


def curl_base(run):
    argv = ["curl", "-q", "--silent", "--show-error", "--fail"]
    if run.server.tls:
        argv += ["--cacert", run.certificate, "--http2" if run.task.http2 else "--http1.1"]
    return argv


def curl(run):
    return Command([*curl_base(run), "-o", run.target, run.url], run.same_target)


def curl_resumes(run):
    return Command([*curl_base(run), "-C", "-", "-o", run.target, run.url], run.same_target)


def curl_in_wine(run):
    return in_wine(run, run.tools.curl_windows, "-q", "--silent", "--show-error", "-o",
                   windows_path(run.target), run.url)


def quoted(value):
    return '"' + str(value).replace("\\", "\\\\") + '"'


def curl_range_blocks(run, parts):
    """A configuration with a transfer for each of (range header, file)."""
    extra = ""
    if run.server.tls:
        extra = f"cacert = {quoted(run.certificate)}\n"
        extra += "http2\n" if run.task.http2 else "http1.1\n"
    blocks = [f"url = {quoted(run.url)}\nrange = {quoted(asked)}\noutput = {quoted(path)}\n"
              f"silent\nshow-error\nfail\n{extra}" for asked, path in parts]
    path = run.folder / "config"
    path.write_text("next\n".join(blocks))
    return path


def curl_ranges(parallel):
    """A request for each range, in parallel, by one process."""
    def command(run):
        names = [run.folder / f"{index:06}" for index in range(len(run.task.ranges))]
        parts = [(f"{first}-{first + length - 1}", name)
                 for (first, length), name in zip(run.task.ranges, names)]
        argv = ["curl", "-q", "--parallel", "--parallel-max", str(parallel), "-K",
                curl_range_blocks(run, parts)]
        return Command(argv, lambda: content.same_pieces(names, run.task.wanted))
    return command


def curl_multipart(in_one, parallel):
    """Many ranges in one request; what comes would still have to be taken apart."""
    def command(run):
        ranges = run.task.ranges
        parts = []
        for start in range(0, len(ranges), in_one):
            asked = ",".join(f"{first}-{first + length - 1}"
                             for first, length in ranges[start:start + in_one])
            parts.append((asked, run.folder / f"{start:06}"))
        argv = ["curl", "-q", "--parallel", "--parallel-max", str(parallel), "-K",
                curl_range_blocks(run, parts)]
        return Command(argv,
                       lambda: content.same_multipart([path for _, path in parts], run.source))
    return command


def curl_files(parallel):
    def command(run):
        path = run.folder / "config"
        path.write_text("".join(
            f"url = {quoted(run.server.url(name))}\n"
            f"output = {quoted(run.folder / pathlib.Path(name).name)}\n"
            for name in run.task.files))
        argv = [*curl_base(run), "--parallel", "--parallel-max", str(parallel), "-K", path]
        return Command(argv, run.same_files)
    return command


def aria2_base(run):
    argv = ["aria2c", "--no-conf=true", "--quiet=true", "--file-allocation=none",
            "--allow-overwrite=true", "--auto-file-renaming=false", "--min-split-size=1M"]
    if run.server.tls:
        argv += [f"--ca-certificate={run.certificate}"]
    return argv


def aria2(connections, *options):
    def command(run):
        return Command([*aria2_base(run), f"--split={connections}",
                        f"--max-connection-per-server={connections}", *options, "-o", "target",
                        run.url], run.same_target)
    return command


def aria2_files(connections):
    def command(run):
        path = run.folder / "list"
        path.write_text("".join(f"{run.server.url(name)}\n  out={pathlib.Path(name).name}\n"
                                for name in run.task.files))
        return Command([*aria2_base(run), f"--max-concurrent-downloads={connections}", "-i", path],
                       run.same_files)
    return command


def axel(connections):
    def command(run):
        argv = ["axel", "--quiet", "--no-clobber", f"--num-connections={connections}", "-o",
                run.target, run.url]
        argv += ["--insecure"] if run.server.tls else []
        return Command(argv, run.same_target)
    return command


def nghttp(run):
    """Writes the body to standard output, which is a file here."""
    argv = ["nghttp", "--window-bits=24", "--connection-window-bits=24", run.url]
    return Command(argv, lambda: content.same_bytes(run.folder / "output", run.source))


def h2load(connections, streams):
    """Not a client that keeps anything: what the server and the loopback can give."""
    def command(run):
        path = run.folder / "list"
        path.write_text("".join(f"{run.server.url(name)}\n" for name in run.task.files))
        argv = ["h2load", "-n", str(len(run.task.files)), "-c", str(connections), "-m",
                str(streams), "-i", path]
        argv += [] if run.task.http2 else ["--h1"]
        return Command(argv, lambda: None)
    return command


def zsync(old):
    def command(run):
        argv = ["zsync", "-q", "-i", old, "-o", run.target, run.url + ".zsync"]
        return Command(argv, run.same_target)
    return command


def zchunk(old):
    def command(run):
        name = pathlib.Path(run.task.files[0]).name
        return Command(["zckdl", "-s", old, run.url],
                       lambda: content.same_bytes(run.folder / name, run.source))
    return command
