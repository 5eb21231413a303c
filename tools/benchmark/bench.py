"""What all workloads share: the machine, the folders, and taking turns."""

import os
import pathlib
import shutil
import sys
from dataclasses import dataclass, field

import clients
import limits
import measure
import network
import report
import server


@dataclass
class Task:
    """One thing to fetch, from one server over one network, by several clients in turn."""
    workload: str
    title: str
    root: pathlib.Path          # of what is served
    files: list                 # names below root
    clients: list
    network: dict | None = None  # None is the loopback; else rtt (seconds), rate (bytes/s) ...
    ranges: list | None = None  # (first, length) of the only file
    range_list: pathlib.Path | None = None
    wanted: pathlib.Path | None = None  # what the target should be, if not the file
    tls: bool = False
    http2: bool = False
    connections: int | None = None  # for clients that can be told; else their usual number
    limit: float | None = None
    limit_client: str | None = None  # whose median is the limit
    limit_text: str = ""
    goal: str = ""
    network_of_round: object = None  # round -> changes to `network`

    def bytes_wanted(self):
        if self.ranges:
            return sum(length for _, length in self.ranges)
        return sum((self.root / name).stat().st_size for name in self.files)


@dataclass
class Bench:
    work: pathlib.Path  # everything that is made for a run; removed at its end
    programs: pathlib.Path  # where tunnel and proxy lie
    tools: clients.Tools
    quick: bool
    rounds: int
    kind: str  # of emulation: "tunnel" or "proxy"
    before: clients.Tools | None = None  # an earlier build, to be measured beside this one
    only: list = field(default_factory=list)  # names of odd servers; none is all
    windows: bool = False  # odo.exe meets the odd servers too
    tables: list = field(default_factory=list)
    progress: object = None  # a progress.Progress
    failures: list = field(default_factory=list)  # workloads that had a rule, and broke it

    @property
    def served(self):
        folder = self.work / "served"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def patience(self):
        return 60 if self.quick else 300

    def say(self, text):
        """Progress, beside the tables."""
        if self.progress:
            self.progress.say(text)

    def fresh_folder(self, name="out"):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def run_once(self, task, client, settings):
        """An Outcome of one client's turn, with a network and a server of its own."""
        with network.make_network(self.programs, self.kind, settings) as between, \
                server.Server(self.work, between, task.root, tls=task.tls,
                              http2=task.http2) as serving:
            run = clients.Run(task, serving, self.fresh_folder(), self.work,
                              client.tools or self.tools)
            command = client.command(run)
            outcome = measure.Child(self, between.for_client, command,
                                    run.folder).wait(self.patience)
        traffic = serving.traffic()
        outcome.requests, outcome.sent = traffic.requests, traffic.sent
        outcome.twice = traffic.twice()
        outcome.trouble = outcome.trouble or command.check()
        return outcome

    def with_twins(self, chosen):
        """Behind each of ours on this system its twin of the earlier build, if there is one."""
        found = []
        for client in chosen:
            found.append(client)
            if client.ours and self.before and client.command is not clients.odo_in_wine:
                found.append(clients.twin_of(client, self.before))
        return found

    def measure(self, task, shown=True):
        """Run all clients of the task in turn, and print and keep the table."""
        table = report.Table(task.workload, task.title, task.limit, task.limit_text, task.goal,
                             task.bytes_wanted())
        able = []
        for client in self.with_twins(task.clients):
            row = report.Row(client.name, client.ours, client.is_peer)
            table.rows.append(row)
            if client.missing():
                row.trouble = "not installed"
            else:
                able.append((client, row))
        for index in range(self.rounds):
            settings = task.network
            if task.network_of_round:
                settings = {**settings, **task.network_of_round(index)}
            turn = index % len(able)
            for client, row in able[turn:] + able[:turn]:
                if row.trouble and index > 0:
                    continue  # it would only fail again
                self.say(f"{task.workload} {task.title}: {client.name}, round {index + 1} of "
                         f"{self.rounds}")
                row.add(self.run_once(task, client, settings))
        self.say("")
        shutil.rmtree(self.work / "out", ignore_errors=True)
        for row in table.rows:
            if row.client == task.limit_client:
                table.limit = row.median("seconds")
        if shown:
            self.show(table)
        return table

    def show(self, table):
        self.tables.append(table)
        report.print_table(table)
        sys.stdout.flush()

    def network_limit(self, size, settings, tls=False):
        return limits.network_seconds(size, settings, tls=tls)


def describe(settings):
    if settings is None:
        return "loopback"
    rate = f"{settings['rate'] / 1e6:g} MB/s" if settings.get("rate") else "unlimited"
    return f"{settings['rtt'] * 1000:g} ms, {rate}"


def roomy_folder(fallback, needed):
    """A folder in memory if there is room, so that no disk is measured."""
    try:
        found = os.statvfs("/dev/shm")
        if found.f_bavail * found.f_frsize >= needed and os.access("/dev/shm", os.W_OK):
            return "/dev/shm"
    except OSError:
        pass
    fallback.mkdir(parents=True, exist_ok=True)
    return str(fallback)
