"""The networks between a client and the server: the loopback, or one that is emulated."""

import os
import re
import subprocess


class NetworkError(Exception):
    pass


class Loopback:
    """The machine's own; nothing between."""

    def __init__(self, _settings=None):
        self.host = "127.0.0.1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def for_client(self, argv):
        return argv

    def for_server(self, argv):
        return argv

    def connect(self, port):
        return port


class Emulator:
    """A program that runs as long as this stands, and ends when its standard input does."""

    def __init__(self, program):
        self.program = program
        self.process = None
        self.host = "127.0.0.1"

    def start(self, arguments):
        self.process = subprocess.Popen([self.program, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise NetworkError(f"{self.program} did not start")
        return line

    def __exit__(self, *_):
        if self.process:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()


def emulator_arguments(settings):
    arguments = ["--delay", str(int(settings["rtt"] * 1e6 / 2))]
    for name in ("rate", "connection-rate", "slow-rate", "slow-connection"):
        if settings.get(name) is not None:
            arguments += [f"--{name}", str(int(settings[name]))]
    return arguments


class Tunnel(Emulator):
    """Two network namespaces of our own, and tunnel.c between them; for root."""

    def __init__(self, folder, settings):
        super().__init__(str(folder / "tunnel"))
        self.settings = settings
        self.spaces = None

    def __enter__(self):
        line = self.start(emulator_arguments(self.settings))
        self.spaces = re.match(r"client=(\S+) server=(\S+)", line).groups()
        self.host = "192.0.2.2"
        return self

    def for_client(self, argv):
        return ["nsenter", f"--net={self.spaces[0]}", *argv]

    def for_server(self, argv):
        return ["nsenter", f"--net={self.spaces[1]}", *argv]

    def connect(self, port):
        return port


class Proxy(Emulator):
    """The loopback, and proxy.c on it; for everybody."""

    def __init__(self, folder, settings):
        super().__init__(str(folder / "proxy"))
        self.settings = settings

    def __enter__(self):
        return self

    def for_client(self, argv):
        return argv

    def for_server(self, argv):
        return argv

    def connect(self, port):
        line = self.start(["--to", str(port), *emulator_arguments(self.settings)])
        return int(re.match(r"port=(\d+)", line).group(1))


def make_network(folder, kind, settings):
    """`settings` of None is the loopback; `kind` is "tunnel" or "proxy"."""
    if settings is None:
        return Loopback()
    return (Tunnel if kind == "tunnel" else Proxy)(folder, settings)


def best_kind(folder):
    """Whether this machine lets us make namespaces and TUN devices."""
    if os.geteuid() != 0:
        return "proxy"
    try:
        with Tunnel(folder, {"rtt": 0.001}):
            return "tunnel"
    except (NetworkError, OSError):
        return "proxy"
