"""nginx, as the measurements need it."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


class ServerError(Exception):
    pass


LINE = re.compile(r'(\d+) (\d+) (\d+) (\d+) "(.*?)" "(.*?)" "(.*?)" "(.*?)"')


class Traffic:
    """What the server's log says about a run."""

    def __init__(self):
        self.requests = 0
        self.sent = 0   # bytes, with the headers; without TLS, HTTP/2's frames and TCP
        self.body = 0
        self.asked = 0  # bytes that Range headers named
        self.connections = set()
        self.stretches = {}  # of each file: (first, end) of what was sent, reply by reply

    def add_line(self, line, sizes):
        found = LINE.match(line)
        if not found:
            return
        status, sent, body, connection, path, asked, said, kind = found.groups()
        self.requests += 1
        self.sent += int(sent)
        self.body += int(body)
        self.connections.add(connection)
        ranges = [(int(first), int(last) + 1)
                  for first, last in re.findall(r"(\d+)-(\d+)", asked)]
        self.asked += sum(end - first for first, end in ranges)
        stretches = self.stretches.setdefault(path, [])
        if status == "200":
            stretches.append((0, int(body)))
        elif status == "206" and said.startswith("bytes "):
            first = int(said[len("bytes "):].partition("-")[0])
            stretches.append((first, first + int(body)))
        elif status == "206":
            stretches += parts_sent(ranges, int(body), kind, sizes(path))

    def twice(self):
        """Bytes of files that were sent more than once."""
        more = 0
        for stretches in self.stretches.values():
            reached = 0
            for first, end in sorted(stretches):
                more += max(0, min(end, reached) - first)
                reached = max(reached, end)
        return more


def parts_sent(ranges, body, kind, size):
    """What a reply of several parts had of the file when it was `body` bytes long."""
    # The boundary has twenty digits; the type is that of a part, which stands in each.
    rest = "application/octet-stream" if kind.startswith("multipart/") else kind
    stretches = []
    for first, end in ranges:
        body -= len(f"\r\n--{'0' * 20}\r\nContent-Type: {rest}\r\n"
                    f"Content-Range: bytes {first}-{end - 1}/{size}\r\n\r\n")
        length = min(end - first, max(0, body))
        if length:
            stretches.append((first, first + length))
        body -= length
    return stretches


def certificate_in(folder):
    """Where make_certificate() puts the certificate and its key."""
    return folder / "certificate" / "certificate.pem", folder / "certificate" / "key.pem"


def make_certificate(folder):
    """A certificate for both of the server's addresses that vouches for itself."""
    certificate, key = certificate_in(folder)
    if not certificate.exists():
        # Both or none, even if this is interrupted or runs twice at once.
        making = pathlib.Path(tempfile.mkdtemp(dir=folder))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "3650", "-subj", "/CN=bench", "-addext",
             "subjectAltName=IP:127.0.0.1,IP:192.0.2.2", "-keyout", making / key.name,
             "-out", making / certificate.name],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        making.chmod(0o755)
        try:
            making.rename(certificate.parent)
        except OSError:
            shutil.rmtree(making)
    return certificate, key


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One nginx in `network`, from `with` to its end. Use url() inside and traffic() after."""

    def __init__(self, work, network, root, tls=False, http2=False, send_buffer=None):
        self.folder = work / "nginx"
        self.network = network
        self.root = root
        self.tls = tls
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.outside = None
        self.process = None
        certificate, key = make_certificate(work)
        listen = f"{network.host}:{self.port}"
        listen += " ssl" if tls else ""
        listen += " http2" if http2 else ""
        listen += f" sndbuf={send_buffer}" if send_buffer else ""
        text = (HERE / "nginx.conf.in").read_text()
        for word, value in {
                "FOLDER": self.folder, "ROOT": root, "LISTEN": listen, "KEY": key,
                "CERTIFICATE": certificate,
                "USER": "user root;" if os.geteuid() == 0 else ""}.items():
            text = text.replace(f"@{word}@", str(value))
        (self.folder / "nginx.conf").write_text(text)

    def __enter__(self):
        program = shutil.which("nginx", path=PATH)
        argv = [program, "-e", str(self.folder / "error.log"), "-c",
                str(self.folder / "nginx.conf")]
        self.process = subprocess.Popen(
            self.network.for_server(argv), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 10
        while not (self.folder / "nginx.pid").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                log = self.folder / "error.log"
                raise ServerError(log.read_text() if log.exists() else "nginx did not start")
            time.sleep(0.01)
        time.sleep(0.05)  # the worker starts behind the file
        self.outside = self.network.connect(self.port)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def url(self, path):
        return f"{'https' if self.tls else 'http'}://{self.network.host}:{self.outside}/{path}"

    def traffic(self):
        traffic = Traffic()
        log = self.folder / "access.log"

        def size(path):
            return (self.root / path.lstrip("/")).stat().st_size

        if log.exists():
            with open(log, encoding="ascii", errors="replace") as lines:
                for line in lines:
                    traffic.add_line(line, size)
        return traffic
