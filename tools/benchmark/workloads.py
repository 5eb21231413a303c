"""The workloads. Each is a function that takes a Bench and shows its tables."""

import os
import random
import shutil
import subprocess
import time

import clients as c
import content
import limits
import measure
import network
import odd_servers
import plots
import report
import server
import updates
from bench import Task, describe

MEBIBYTE = 1024 * 1024
RANGE = 16 * 1024

OPENDO = c.Client("OpenDO (odo get)", c.odo_get, ours=True)
ENGINE = c.Client("OpenDO, background", c.engine(), ours=True)
FOREGROUND = c.Client("OpenDO, foreground", c.engine(foreground=True), ours=True)
CURL = c.Client("curl", c.curl, needs="curl")
ARIA2 = c.Client("aria2, 4 connections", c.aria2(4), needs="aria2c")
AXEL = c.Client("axel, 4 connections", c.axel(4), needs="axel")


# --- W1 ------------------------------------------------------------------------------------


def large_file(bench):
    size = (256 if bench.quick else 2048) * MEBIBYTE
    root = bench.served
    content.make_file(root / "large", size)
    limit = min(limits.loopback_seconds(root / "large", bench.work / "copy", size)
                for _ in range(max(2, bench.rounds)))
    text = f"{size // MEBIBYTE} MiB / the rate of one socket without HTTP, measured now"
    goal = "at most the best peer"
    nghttp = c.Client("nghttp", c.nghttp, needs="nghttp")
    for title, tls, http2, fetchers in (
            ("HTTP/1.1", False, False, [OPENDO, FOREGROUND, ENGINE, CURL, ARIA2, AXEL]),
            ("HTTP/1.1 with TLS", True, False, [FOREGROUND, ENGINE, CURL, ARIA2, AXEL]),
            ("HTTP/2 with TLS", True, True, [FOREGROUND, ENGINE, CURL, nghttp])):
        bench.measure(Task("W1", f"one file of {size // MEBIBYTE} MiB, loopback, {title}", root,
                           ["large"], fetchers, tls=tls, http2=http2, limit=limit,
                           limit_text=text, goal=goal))
    large_file_in_wine(bench, root, size, limit, text)
    (root / "large").unlink()


def large_file_in_wine(bench, root, size, limit, text):
    """A client of the COM server, against a curl.exe built from the same source."""
    title = f"one file of {size // MEBIBYTE} MiB, loopback, HTTP/1.1, Windows programs in Wine"
    table = report.Table("W1", title)
    if not bench.tools.wine_prefix or not bench.tools.odo_windows:
        table.lines = ["not available: no Wine prefix or no odo.exe"]
        bench.show(table)
        return
    fetchers = [c.Client("OpenDO (odo.exe, COM)", c.odo_in_wine, ours=True)]
    if bench.tools.curl_windows:
        fetchers.append(c.Client("curl.exe", c.curl_in_wine))
    if bench.tools.com_windows:
        # Wine's own, which polls; no peer to be proud of, but the one that clients have there.
        fetchers.append(c.Client("Wine's BITS", c.bits_in_wine, is_peer=False))
    table = bench.measure(Task("W1", title, root, ["large"], fetchers, limit=limit,
                               limit_text=text, goal="half of curl.exe's time or less"))
    print("    CPU and memory are the program's, without the wineserver's")
    if not bench.tools.curl_windows:
        print("    curl.exe: not available")


# --- W2 and W3 -----------------------------------------------------------------------------


def range_task(bench, workload, title, name, ranges, fetchers, settings, **more):
    """A Task for ranges of one file, with what they should come to."""
    root = bench.served
    size = sum(length for _, length in ranges)
    tls = more.get("tls", False)
    if "limit_text" not in more:
        more["limit"] = bench.network_limit(size, settings, tls)
        more["limit_text"] = limits.FORMULA.replace("2R", "3R") if tls else limits.FORMULA
    return Task(workload, title, root, [name], fetchers, settings, ranges,
                content.write_ranges(bench.work / "ranges", ranges),
                content.write_wanted(bench.work / "wanted", root / name, ranges), **more)


CURL_RANGES = c.Client("curl, 8 connections", c.curl_ranges(8), needs="curl")
CURL_LISTS = c.Client("curl, 100 in a request", c.curl_multipart(100, 8), needs="curl")
H1_RANGES = [OPENDO, FOREGROUND, ENGINE, CURL_RANGES, CURL_LISTS]
H2_RANGES = [FOREGROUND, ENGINE,
             c.Client("curl, 100 streams", c.curl_ranges(100), needs="curl")]


def scattered(bench):
    size = 256 * MEBIBYTE
    content.make_file(bench.served / "blocks", size)
    ranges = content.scattered_ranges(2000, RANGE, size)
    plain = [(0.02, 25e6), (0.02, None)]
    if not bench.quick:
        plain += [(0.005, 25e6), (0.005, None), (0.08, 25e6), (0.08, None)]
    for http2, fetchers, cases in (
            (False, H1_RANGES, plain),
            (True, H2_RANGES, plain[:1] if bench.quick else plain)):
        for rtt, rate in cases:
            settings = {"rtt": rtt, "rate": rate}
            version = "HTTP/2 with TLS" if http2 else "HTTP/1.1"
            bench.measure(range_task(
                bench, "W2", f"2,000 ranges of 16 KiB over 256 MiB, {describe(settings)}, "
                f"{version}", "blocks", ranges, fetchers, settings, tls=http2, http2=http2,
                goal="within 1.15 of the limit"))


def touching(bench):
    count = 10000
    content.make_file(bench.served / "pieces", count * RANGE)
    ranges = content.touching_ranges(count, RANGE)
    plain = c.Client("curl, one plain GET of all", curl_plain, needs="curl")
    for settings in [None] if bench.quick else [None, {"rtt": 0.02, "rate": 25e6}]:
        bench.measure(range_task(
            bench, "W3", f"10,000 touching ranges of 16 KiB, shuffled, {describe(settings)}",
            "pieces", ranges, [plain, OPENDO, FOREGROUND, ENGINE, CURL_RANGES], settings,
            limit_client=plain.name, limit_text="what one plain GET of the file took",
            goal="within 1.05 of the limit"))
    (bench.served / "pieces").unlink()


def curl_plain(run):
    """The file as it lies, which is less work than putting its pieces where they belong."""
    command = c.curl(run)
    command.check = lambda: content.same_bytes(run.target, run.source)
    return command


# --- W4 ------------------------------------------------------------------------------------


def many_files(bench):
    count = 10000
    size = 8 * 1024
    names = [f"small/{name}" for name in
             content.make_small_files(bench.served / "small", count, size)]
    cases = [(None, False, count), (None, True, count)]
    if not bench.quick:
        slow = {"rtt": 0.02, "rate": 25e6}
        cases += [(slow, False, 2000), (slow, True, 2000)]
    for settings, http2, used in cases:
        load = c.Client("h2load, keeps nothing", c.h2load(1 if http2 else 8, 100 if http2 else 1),
                        is_peer=False, needs="h2load")
        fetchers = [FOREGROUND, ENGINE, load]
        if http2:
            fetchers.append(c.Client("curl, 100 streams", c.curl_files(100), needs="curl"))
        else:
            fetchers += [c.Client("curl, 8 connections", c.curl_files(8), needs="curl"),
                         c.Client("aria2, 8 connections", c.aria2_files(8), needs="aria2c")]
        version = "HTTP/2 with TLS" if http2 else "HTTP/1.1"
        bench.measure(Task(
            "W4", f"{used:,} files of 8 KiB, {describe(settings)}, {version}", bench.served,
            names[:used], fetchers, settings, tls=http2, http2=http2, limit_client=load.name,
            limit_text="what h2load took, which drops every byte", goal="at most the best peer"))
    shutil.rmtree(bench.served / "small")


# --- W5 ------------------------------------------------------------------------------------


def slow_lane(bench):
    size = (24 if bench.quick else 64) * MEBIBYTE
    content.make_file(bench.served / "lanes", size)
    settings = {"rtt": 0.01, "connection-rate": 6e6, "slow-rate": 1e5}
    limit = 2 * settings["rtt"] + size / ((3 * 6e6 + 1e5) * limits.MSS / 1500)
    bench.measure(Task(
        "W5", f"{size // MEBIBYTE} MiB; of the first 4 connections one has 0.1 MB/s, all others "
        "6 MB/s; 10 ms", bench.served, ["lanes"], [FOREGROUND, ENGINE, CURL, ARIA2, AXEL],
        settings, connections=4, limit=limit,
        limit_text="2R + bytes / ((3 * 6 + 0.1 MB/s) * 1448/1500), for who keeps the slow one",
        goal="within 1.15 of the limit",
        network_of_round=lambda index: {"slow-connection": (index + 1) % 4}))
    (bench.served / "lanes").unlink()


# --- W6 ------------------------------------------------------------------------------------


def killed(bench):
    """Bytes that the server sent beyond the size of the file, over a run that dies and another."""
    size = (64 if bench.quick else 256) * MEBIBYTE
    settings = {"rtt": 0.005, "rate": 25e6}
    whole = size / 25e6
    fetchers = [c.Client("OpenDO, foreground", c.engine(True, store=True), ours=True),
                c.Client("OpenDO, background", c.engine(store=True), ours=True),
                c.Client("curl -C -", c.curl_resumes, needs="curl"),
                c.Client("aria2, 4 connections", c.aria2(4, "--continue=true"), needs="aria2c"),
                c.Client("aria2, saving each second",
                         c.aria2(4, "--continue=true", "--auto-save-interval=1"),
                         needs="aria2c"),
                c.Client("axel, 4 connections", c.axel(4), needs="axel")]
    fetchers = bench.with_twins(fetchers)
    content.make_file(bench.served / "resumed", size)
    task = Task("W6", f"{size // MEBIBYTE} MiB, {describe(settings)}, SIGKILL at a random moment "
                "and again to the end", bench.served, ["resumed"], fetchers, settings)
    table = report.Table("W6", task.title, None, "0 bytes sent twice; the server's and the "
                         "network's buffers, about 1 MiB, count as sent",
                         "at most 8 MiB sent twice")
    chance = random.Random(5)
    twice = {client.name: [] for client in fetchers}
    again = {client.name: [] for client in fetchers}
    for client in fetchers:
        table.rows.append(report.Row(client.name, client.ours))
    for index in range(bench.rounds):
        moment = whole * chance.uniform(0.3, 0.8)
        for client, row in zip(fetchers, table.rows):
            if client.missing():
                row.trouble = "not installed"
                continue
            bench.say(f"W6 {client.name}, round {index + 1} of {bench.rounds}")
            outcome, more, asked = kill_and_resume(bench, task, client, moment)
            row.add(outcome)
            twice[client.name].append(more)
            again[client.name].append(asked)
    bench.say("")
    for row in table.rows:
        if twice[row.client] and not row.trouble:
            worst = max(twice[row.client]) / MEBIBYTE
            row.remark = f"right; at most {worst:.1f} MiB sent twice"
    table.lines = ["seconds, CPU and memory are of the second run, requests and bytes of both"]
    bench.show(table)
    (bench.served / "resumed").unlink()


def kill_and_resume(bench, task, client, moment):
    """The second run's Outcome, the bytes sent twice, and the bytes asked for by both runs."""
    with network.make_network(bench.programs, bench.kind, task.network) as between, \
            server.Server(bench.work, between, task.root, send_buffer="128k") as serving:
        run = c.Run(task, serving, bench.fresh_folder(), bench.work, client.tools or bench.tools)
        command = client.command(run)
        child = measure.Child(bench, between.for_client, command, run.folder)
        time.sleep(moment)
        child.kill()
        child.wait(5)
        time.sleep(0.3)  # the server notices, and writes its log
        outcome = measure.Child(bench, between.for_client, command,
                                run.folder).wait(bench.patience)
        time.sleep(0.3)
    traffic = serving.traffic()
    outcome.requests, outcome.sent = traffic.requests, traffic.sent
    outcome.twice = traffic.twice()
    outcome.trouble = outcome.trouble or command.check()
    return outcome, traffic.body - run.source.stat().st_size, traffic.asked


# --- W7 and W8 -----------------------------------------------------------------------------


def plan(bench):
    count = 200000 if bench.quick else 1000000
    table = report.Table("W7", f"{count:,} random ranges: check, sort, coalesce, plan",
                         limit_text="qsort of the same ranges",
                         goal="range_set_build at most 1.5 x qsort")
    done = subprocess.run([bench.tools.bench / "bench_range_set", str(count)],
                          capture_output=True, text=True, timeout=300, check=False)
    table.lines = (done.stdout + done.stderr).splitlines()
    bench.show(table)


def com(bench):
    table = report.Table("W8", "COM in Wine: activation, AddFileWithRanges, questions")
    if not bench.tools.com_windows or not bench.tools.wine_prefix:
        table.lines = ["not available: no Wine prefix or no bench_com.exe"]
        bench.show(table)
        return
    # So large and so slow that it is under way for as long as it is asked about.
    content.make_file(bench.served / "asked", (64 if bench.quick else 512) * MEBIBYTE)
    with network.make_network(bench.programs, bench.kind, None) as between, \
            server.Server(bench.work, between, bench.served) as serving:
        done = subprocess.run(
            ["wine", bench.tools.com_windows, serving.url("asked"),
             c.windows_path(bench.fresh_folder())],
            capture_output=True, text=True, check=False, timeout=bench.patience,
            env={**os.environ, **c.WINE_OPTIONS, "WINEPREFIX": str(bench.tools.wine_prefix)})
    table.lines = (done.stdout + done.stderr).splitlines()
    bench.show(table)
    (bench.served / "asked").unlink()


# --- W9 ------------------------------------------------------------------------------------


def block_maps(bench):
    settings = {"rtt": 0.02, "rate": 25e6}
    for pair in updates.find_pairs(bench):
        ranges = updates.changed_blocks(pair.old, pair.new)
        root = pair.new.parent
        name = pair.new.name
        wanted = sum(length for _, length in ranges)
        whole = pair.new.stat().st_size
        title = (f"{pair.title}: {wanted / 1e6:.1f} of {whole / 1e6:.1f} MB in {len(ranges):,} "
                 f"ranges, {describe(settings)}")
        task = Task("W9", title, root, [name],
                    H1_RANGES, settings, ranges,
                    content.write_ranges(bench.work / "ranges", ranges),
                    content.write_wanted(bench.work / "wanted", pair.new, ranges),
                    limit=bench.network_limit(wanted, settings), limit_text=limits.FORMULA,
                    goal="within 1.15 of the limit")
        table = bench.measure(task, shown=False)
        for client, file in ((c.Client("curl, the whole file", c.curl, needs="curl"), name),
                             (c.Client("zsync from the old", c.zsync(pair.old), needs="zsync"),
                              name),
                             (c.Client("zchunk, compressed", c.zchunk(pair.old_zchunk),
                                       needs="zckdl"), pair.zchunk_name)):
            if (client.needs == "zsync" and not pair.has_zsync) or not file:
                continue
            client.is_peer = False  # it does more, or less: it finds out what has changed
            table.rows += bench.measure(Task("W9", title, root, [file], [client], settings),
                                        shown=False).rows
        bench.show(table)


# --- Plots ---------------------------------------------------------------------------------


def sweep(bench, folder, name, title, x_name, cases):
    """`cases` are (x, ranges, network); draws the seconds of each client, and the limit."""
    series = {"limit": []}
    for x, ranges, settings in cases:
        for http2, fetchers in ((False, [FOREGROUND, CURL_RANGES, CURL_LISTS]),
                                (True, [FOREGROUND, H2_RANGES[-1]])):
            task = range_task(bench, "plot", f"{name} {x:g}", "blocks", ranges, fetchers,
                              settings, tls=http2, http2=http2)
            for row in bench.measure(task, shown=False).rows:
                line = series.setdefault(row.client + (", HTTP/2" if http2 else ""), [])
                if row.seconds:
                    line.append((x, row.median("seconds")))
            if not http2:
                series["limit"].append((x, task.limit))
    (folder / f"{name}.svg").write_text(plots.draw(title, x_name, "seconds", series))
    print(f"\nplot: {folder / name}.svg")
    for client, points in series.items():
        print(f"    {client:28}" + "  ".join(f"{x:g}: {y:.3f}" for x, y in sorted(points)))


def draw_all(bench, folder):
    folder.mkdir(parents=True, exist_ok=True)
    size = 256 * MEBIBYTE
    content.make_file(bench.served / "blocks", size)
    quick = bench.quick
    line = {"rtt": 0.02, "rate": 25e6}
    spread = content.scattered_ranges(500 if quick else 2000, RANGE, size)
    sweep(bench, folder, "latency", f"{len(spread):,} ranges of 16 KiB over 256 MiB, 25 MB/s",
          "round trip, ms", [(ms, spread, {"rtt": ms / 1000, "rate": 25e6})
                             for ms in ((5, 20, 80) if quick else (2, 5, 10, 20, 40, 80, 160))])
    sweep(bench, folder, "gap", "200 ranges of 16 KiB, 20 ms, 25 MB/s", "gap between them, KiB",
          [(gap, content.spaced_ranges(200, RANGE, gap * 1024), line)
           for gap in ((4, 64, 512) if quick else (1, 4, 16, 32, 64, 128, 256, 512, 1024))])
    sweep(bench, folder, "ranges", "ranges of 16 KiB over 256 MiB, 20 ms, 25 MB/s", "ranges",
          [(count, content.scattered_ranges(count, RANGE, size), line)
           for count in ((10, 100, 1000) if quick else (1, 10, 100, 300, 1000, 3000, 10000))])


ALL = {"W1": large_file, "W2": scattered, "W3": touching, "W4": many_files, "W5": slow_lane,
       "W6": killed, "W7": plan, "W8": com, "W9": block_maps,
       "W10": odd_servers.odd_servers}
