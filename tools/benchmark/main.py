"""The entry of tools/bench, once everything is built."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import bench
import clients
import network
import progress
import readme
import report
import workloads
from odd import rows


def read_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures OpenDO beside other downloaders, all in one run, and prints medians.",
        epilog="\n".join(f"  {name}  {text}" for name, text in {
            "W1": "one large file over the loopback: HTTP/1.1, TLS, HTTP/2, and under Wine",
            "W2": "2,000 ranges of 16 KiB, scattered, over a network with latency",
            "W3": "10,000 touching ranges in random order",
            "W4": "10,000 small files",
            "W5": "one of four connections is slow",
            "W6": "killed at a random moment and resumed: bytes sent twice",
            "W7": "a million ranges sorted, joined and planned",
            "W8": "COM calls",
            "W9": "updates of real packages by changed blocks",
            "W10": "odd servers beside curl, wget and aria2: who ends, with which bytes"}.items()))
    parser.add_argument("workload", nargs="*", help="W1 to W10; all when none is named")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="write all figures")
    parser.add_argument("--markdown", metavar="FILE", type=pathlib.Path,
                        help="write the tables as text for a document")
    parser.add_argument("--from", dest="source", metavar="FILE", type=pathlib.Path,
                        help="measure nothing; show the figures of an earlier --json")
    parser.add_argument("--readme", action="store_true",
                        help="write README's table and plot of how fast it is")
    parser.add_argument("--plots", metavar="FOLDER", type=pathlib.Path,
                        help="measure more, and draw time against latency, gap and ranges")
    parser.add_argument("--quick", action="store_true",
                        help="smaller and fewer: about two minutes for all")
    parser.add_argument("--rounds", type=int, help="how often each client has its turn (3; 1)")
    parser.add_argument("--network", choices=("tunnel", "proxy"),
                        help="how to emulate one: by namespaces (root), or by a TCP proxy")
    parser.add_argument("--only", metavar="NAME", action="append", default=[],
                        help="of W10, only the server of this name, or those that have it in "
                        "theirs; may be repeated; shows what the servers saw")
    parser.add_argument("--list", action="store_true", help="name W10's servers, and end")
    parser.add_argument("--windows", action="store_true", help="W10: odo.exe in Wine as well")
    parser.add_argument("--odo", metavar="FILE", type=pathlib.Path,
                        help="measure this odo, instead of one that is built for speed")
    parser.add_argument("--before", metavar="FILE", type=pathlib.Path,
                        help="the odo of an earlier commit, with bench_fetch in tests beside it: "
                        "has its turns between those of this one")
    parser.add_argument("--no-setup", action="store_true",
                        help="build what is needed here, but do not run tools/setup first")
    parser.add_argument("--build", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.workload = [name.upper() for name in arguments.workload]
    for name in arguments.workload:
        if name not in workloads.ALL:
            parser.error(f"there is no workload {name}")
    if arguments.only and not arguments.workload:
        arguments.workload = ["W10"]
    if not arguments.workload and not arguments.plots:
        arguments.workload = list(workloads.ALL)
    if arguments.rounds is not None and arguments.rounds < 1:
        parser.error("at least one round")
    return arguments


def program_or_none(path):
    return path if path.exists() else None


def find_tools(build, odo):
    """`odo` is another one to measure; with it goes what was built beside it."""
    programs = build / "tests"
    if odo and (odo.parent / "tests" / "bench_fetch").exists():
        programs = odo.resolve().parent / "tests"
    return clients.Tools(
        odo=odo.resolve() if odo else build / "odo", bench=programs,
        odo_windows=program_or_none(build.parent / "windows-x64" / "odo.exe"),
        curl_windows=program_or_none(build / "curl-windows" / "curl.exe"),
        com_windows=program_or_none(build.parent / "windows-x64" / "tests" / "bench_com.exe"),
        wine_prefix=program_or_none(build / "wine"))


def describe_machine(arguments, rounds, kind):
    def version(*argv):
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
        except OSError:
            return "not installed"
        return ((done.stdout or done.stderr).strip().splitlines() or [""])[0]

    def git(*arguments):
        return version("git", "-C", str(readme.ROOT), *arguments)

    congestion = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")
    return {
        "commit": "another odo" if arguments.odo else git("rev-parse", "--short", "HEAD"),
        "changed": bool(git("status", "--porcelain", "--untracked-files=no", "--", "src",
                            "include", "tools/odo", "tests/bench")),
        "when": time.strftime("%Y-%m-%d %H:%M"), "processors": os.cpu_count(),
        "kernel": platform.release(), "load": f"{os.getloadavg()[0]:.1f}",
        "quick": arguments.quick, "rounds": rounds,
        "network": {"tunnel": "namespaces and a TUN device", "proxy": "a TCP proxy"}[kind],
        "congestion": (congestion.read_text().strip() if congestion.exists() else "?")
        + " on the loopback, cubic or Reno in namespaces",
        "curl": version("curl", "-q", "--version"), "aria2": version("aria2c", "--version"),
        "axel": version("axel", "--version"), "nghttp": version("nghttp", "--version"),
        "nginx": version("/usr/sbin/nginx", "-v"),
    }


def write_results(arguments, machine, tables):
    if arguments.json:
        arguments.json.write_text(report.as_json(machine, tables))
    if arguments.markdown:
        arguments.markdown.write_text(report.as_markdown(machine, tables))


def show_earlier(arguments):
    machine, tables = report.from_json(arguments.source.read_text())
    print(json.dumps(machine, indent=1))
    for table in tables:
        report.print_table(table)
    write_results(arguments, machine, tables)
    if arguments.readme:
        readme.write(machine, tables)


def stop_wine(tools):
    if tools.wine_prefix and shutil.which("wineserver"):
        subprocess.run(["wineserver", "-k"], check=False, stderr=subprocess.DEVNULL,
                       env={**os.environ, "WINEPREFIX": str(tools.wine_prefix)})


def main():
    arguments = read_arguments()
    if arguments.source:
        show_earlier(arguments)
        return
    if arguments.list:
        for row in rows.ROWS.values():
            print(f"{row.name:24}{row.story}")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    build = arguments.build
    rounds = arguments.rounds or (1 if arguments.quick else 3)
    kind = arguments.network or network.best_kind(build)
    tools = find_tools(build, arguments.odo)
    needed = (2 if arguments.quick else 6) * 2 ** 30
    work = pathlib.Path(tempfile.mkdtemp(prefix="odo-bench-",
                                         dir=bench.roomy_folder(build / "work", needed)))
    work.chmod(0o711)  # some servers give up root before they write what they saw
    machine = describe_machine(arguments, rounds, kind)
    began = time.monotonic()
    print(f"{machine['processors']} processors, Linux {machine['kernel']}, load {machine['load']}"
          f"; rounds: {rounds}; files in {work.parent}; network by {machine['network']}")
    if os.getloadavg()[0] > 0.5:
        print("other programs are at work on this machine: times are noisy")
    state = bench.Bench(work, build, tools, arguments.quick, rounds, kind,
                        only=arguments.only, windows=arguments.windows,
                        before=find_tools(build, arguments.before) if arguments.before else None,
                        progress=progress.Progress(arguments.workload, arguments.quick, rounds))
    try:
        for name in arguments.workload:
            state.progress.begin(name)
            workloads.ALL[name](state)
            write_results(arguments, machine, state.tables)
        if arguments.plots:
            workloads.draw_all(state, arguments.plots)
        if arguments.readme:
            readme.write(machine, state.tables)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        stop_wine(tools)
        shutil.rmtree(work, ignore_errors=True)
    print(f"\nall in {time.monotonic() - began:.0f} s")
    sys.exit(1 if state.failures else 0)


if __name__ == "__main__":
    main()
