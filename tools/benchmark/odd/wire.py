"""An HTTP/1.1 server of which a table's row decides every byte.

A row is a function that is given an Exchange: one request, and the means to answer it, well or
oddly. Each request has a thread; what the row's requests have in common is in exchange.server.
"""

import contextlib
import email.utils
import random
import socket
import ssl
import struct
import threading
import time
import types

SIZE = 12_000_000
RATE = 6e6    # bytes a second and connection: slow enough that a second one would pay
PIECE = 30_000
ETAG = '"one"'


def make_content(seed, size=SIZE):
    return random.Random(seed).randbytes(size)


DATA = make_content(1)
OTHER = make_content(2)  # what another version of the file holds


class Gone(Exception):
    """The connection has ended, by them or by us."""


def http_date(offset=0.0):
    return email.utils.formatdate(time.time() + offset, usegmt=True)


def parse_ranges(text, size):
    """(first, last) of each range that the file has a part of, clipped; None if it is no list."""
    if not text or not text.startswith("bytes="):
        return None
    found = []
    for part in text[len("bytes="):].split(","):
        first, _, last = part.strip().partition("-")
        if not first:
            first, last = max(0, size - int(last)), size - 1
        first, last = int(first), min(int(last), size - 1) if last else size - 1
        if first < size:
            found.append((first, last))
    return found


class Exchange:
    """One request, and its connection to answer on."""

    def __init__(self, server, link, number, connection, words, fields):
        self.server = server
        self.link = link
        self.number = number          # of the request, from 1, over all connections
        self.connection = connection  # of the connection, from 1
        self.method, self.target, self.version = words
        self.path = self.target.partition("?")[0]
        self.fields = fields
        self.status = None
        self.ends = fields.get("connection", "").lower() == "close" or \
            (self.version == "HTTP/1.0" and fields.get("connection", "").lower() != "keep-alive")

    @property
    def state(self):
        return self.server.state

    @property
    def asked(self):
        return self.fields.get("range")

    @property
    def age(self):
        """Seconds since the first request of all."""
        return time.monotonic() - self.server.began

    # --- Bytes -----------------------------------------------------------------------------

    def send(self, data):
        try:
            self.link.sendall(data)
        except OSError as error:
            raise Gone from error

    def head(self, status, *lines, version="HTTP/1.1", length=None):
        self.status = self.status or status
        lines = [*lines, *([f"Content-Length: {length}"] if length is not None else [])]
        self.send("".join(f"{line}\r\n" for line in
                          [f"{version} {status}", *lines, ""]).encode("utf-8"))

    def body(self, data, rate=RATE, until=None):
        """At `rate` bytes a second; `until` is asked before each piece, and true ends it."""
        began = time.monotonic()
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            if until and until():
                raise Gone
            piece = view[start:start + PIECE]
            self.send(piece)
            self.server.count(len(piece))
            if rate:
                ahead = (start + len(piece)) / rate - (time.monotonic() - began)
                if ahead > 0:
                    time.sleep(ahead)

    def chunks(self, data, size=50_000, last=True, extension="", trailers=()):
        for start in range(0, len(data), size):
            piece = data[start:start + size]
            self.send(f"{len(piece):x}{extension}\r\n".encode())
            self.body(piece)
            self.send(b"\r\n")
        if last:
            self.send(("0\r\n" + "".join(f"{line}\r\n" for line in trailers) + "\r\n").encode())

    # --- Whole answers ---------------------------------------------------------------------

    def plain(self, status, text=b"", *lines):
        """A short answer, as it stands."""
        self.head(status, *lines, length=len(text))
        self.send(text)

    def redirect(self, where, status="302 Found", *lines):
        self.plain(status, b"", f"Location: {where}", *lines)

    def whole(self, *lines, data=DATA, etag=ETAG, **more):
        self.head("200 OK", *([f"ETag: {etag}"] if etag else []), *lines, length=len(data))
        self.body(data, **more)

    def good(self, *lines, data=DATA, etag=ETAG, **more):
        """What a correct server answers to this request."""
        ranges = parse_ranges(self.asked, len(data))
        if_range = self.fields.get("if-range")
        if ranges is None or (if_range and if_range != etag and if_range not in "".join(lines)):
            return self.whole("Accept-Ranges: bytes", *lines, data=data, etag=etag, **more)
        lines = [*([f"ETag: {etag}"] if etag else []), *lines]
        if not ranges:
            return self.plain("416 Range Not Satisfiable", b"", *lines,
                              f"Content-Range: bytes */{len(data)}")
        if len(ranges) > 1:
            return self.several(ranges, *lines, data=data)
        first, last = ranges[0]
        self.head("206 Partial Content", *lines,
                  f"Content-Range: bytes {first}-{last}/{len(data)}", length=last - first + 1)
        return self.body(data[first:last + 1], **more)

    def several(self, ranges, *lines, data=DATA, cut=0, closing=True, line="\r\n"):
        """Parts, each of `cut` bytes less than it says."""
        parts = [(f"{line}--limit{line}Content-Range: bytes {first}-{last}/{len(data)}{line}{line}"
                  .encode(), data[first:last + 1 - cut]) for first, last in ranges]
        end = f"{line}--limit--{line}".encode() if closing else b""
        self.head("206 Partial Content", *lines,
                  "Content-Type: multipart/byteranges; boundary=limit",
                  length=sum(len(one) + len(other) for one, other in parts) + len(end))
        for heading, body in parts:
            self.send(heading)
            self.body(body)
        self.send(end)

    # --- Ends ------------------------------------------------------------------------------

    def close(self):
        """An orderly end of the connection (TLS says so if the row's server does)."""
        with contextlib.suppress(OSError, ValueError):
            if self.server.close_notify and isinstance(self.link, ssl.SSLSocket):
                self.link.settimeout(1)
                self.link.unwrap()
            self.link.shutdown(socket.SHUT_WR)
        raise Gone

    def reset(self):
        """RST: the other side sees an error, not an end."""
        reset(self.link)
        raise Gone

    def hang(self):
        """Say nothing more until the other side goes."""
        with contextlib.suppress(OSError):
            while self.link.recv(65536):
                pass
        raise Gone


def reset(link):
    with contextlib.suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()


class Server:
    """Listens on 127.0.0.1, and counts."""

    def __init__(self, answer, refuses=None, tls=None, close_notify=True):
        self.answer = answer
        self.refuses = refuses  # connection number -> True to reset it before a byte is read
        self.tls = tls
        self.close_notify = close_notify
        self.state = types.SimpleNamespace()
        self.lock = threading.RLock()
        self.began = None
        self.requests = self.connections = self.sent = self.active = 0
        self.log = []
        self.under_way = []  # requests that have not been answered to their end
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]

    def count(self, size):
        with self.lock:
            self.sent += size

    def next(self, name):
        """1, 2, 3 ... for each name."""
        with self.lock:
            value = getattr(self.state, name, 0) + 1
            setattr(self.state, name, value)
            return value

    @contextlib.contextmanager
    def admit(self, limit):
        """Whether fewer than `limit` requests are being answered; counts this one if so."""
        with self.lock:
            admitted = self.active < limit
            self.active += admitted
        try:
            yield admitted
        finally:
            with self.lock:
                self.active -= admitted

    def note(self, exchange, problem=""):
        with self.lock:
            if exchange in self.under_way:
                self.under_way.remove(exchange)
            if len(self.log) < 60:
                self.log.append(f"{exchange.age:6.2f}  {exchange.connection}: {exchange.method} "
                                f"{exchange.target} {exchange.asked or ''}"
                                f" -> {exchange.status or 'nothing'}{problem}")

    def run(self):
        while True:
            link, _ = self.listener.accept()
            with self.lock:
                self.connections += 1
                number = self.connections
            threading.Thread(target=self.serve, args=(link, number), daemon=True).start()

    def read_head(self, link, data):
        while b"\r\n\r\n" not in data:
            more = link.recv(65536)
            if not more:
                raise Gone
            data += more
        head, data = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        return lines[0].split(" ", 2), fields, data

    def begin(self):
        with self.lock:
            self.requests += 1
            self.began = self.began or time.monotonic()
            return self.requests

    def serve(self, link, connection):
        if self.refuses and self.refuses(self, connection):
            reset(link)
            return
        try:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
            if self.tls:
                link = self.tls.wrap_socket(link, server_side=True, suppress_ragged_eofs=True)
            self.serve_link(link, connection)
        except (Gone, OSError):
            pass
        finally:
            with contextlib.suppress(OSError):
                link.close()

    def serve_link(self, link, connection):
        data = b""
        while True:
            words, fields, data = self.read_head(link, data)
            exchange = Exchange(self, link, self.begin(), connection, words, fields)
            self.under_way.append(exchange)
            try:
                self.answer(exchange)
            except Gone:
                self.note(exchange, ", cut")
                raise
            self.note(exchange)
            if exchange.ends:
                exchange.close()

    def report(self):
        for exchange in list(self.under_way):
            self.note(exchange, ", still running")
        return {"requests": self.requests, "connections": self.connections, "sent": self.sent,
                "log": self.log}

    def stop(self):
        """Nothing is left: the process ends, and its connections with it."""
