"""Odd HTTP/2 servers, over TLS.

Only as much of RFC 9113 and RFC 7541 as these need: no priorities, no pushes, and header blocks
in one frame.
"""

import contextlib
import socket
import struct
import threading
import time

from odd import wire
from odd.table import Row, add, server_context
from odd.wire import DATA, ETAG, PIECE, RATE, SIZE, Gone, parse_ranges

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA_FRAME, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = \
    0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 32
NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM = 0, 2, 7, 8, 11
MAX_STREAMS, INITIAL_WINDOW = 3, 4

# Of the static table (RFC 7541, Appendix A) what a client's request may name.
STATIC_SIZE = 61
STATIC = {1: (":authority", ""), 2: (":method", "GET"), 3: (":method", "POST"),
          4: (":path", "/"), 5: (":path", "/index.html"), 6: (":scheme", "http"),
          7: (":scheme", "https"), 42: ("if-range", ""), 50: ("range", "")}
# How many bits each letter of the Huffman code has (Appendix B); the code is canonical.
BITS = [
    13, 23, *[28] * 7, 24, 30, 28, 28, 30, *[28] * 8, 30, *[28] * 9, 6, 10, 10, 12, 13, 6, 8, 11,
    10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, *[6] * 7, 7, 8, 15, 6, 12, 10, 13, 6, *[7] * 22, 8, 7, 8,
    13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, *[7] * 5,
    15, 11, 14, 13, 28]


def huffman_code():
    """(bits, code) -> letter, for what is printable: the others have longer codes."""
    found, code, last = {}, 0, 0
    for bits, letter in sorted((bits, letter) for letter, bits in enumerate(BITS)):
        if bits > 15:
            break
        code <<= bits - last
        last = bits
        found[bits, code] = letter
        code += 1
    return found


HUFFMAN = huffman_code()


def huffman(data):
    out, code, bits = bytearray(), 0, 0
    for byte in data:
        for shift in range(7, -1, -1):
            code = code << 1 | byte >> shift & 1
            bits += 1
            if (bits, code) in HUFFMAN:
                out.append(HUFFMAN[bits, code])
                code = bits = 0
    return bytes(out)


class Fields:
    """Reads header blocks, one connection's after the other."""

    def __init__(self):
        self.dynamic = []

    def number(self, data, place, bits):
        value = data[place] & ((1 << bits) - 1)
        place += 1
        if value < (1 << bits) - 1:
            return value, place
        shift = 0
        while True:
            byte = data[place]
            place += 1
            value += (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value, place

    def text(self, data, place):
        packed = data[place] & 128
        size, place = self.number(data, place, 7)
        value = data[place:place + size]
        return (huffman(value) if packed else value).decode("latin-1"), place + size

    def named(self, index):
        if index <= STATIC_SIZE:
            return STATIC.get(index, ("-", ""))
        index -= STATIC_SIZE + 1
        return self.dynamic[index] if index < len(self.dynamic) else ("-", "")

    def read(self, data):
        found, place = {}, 0
        while place < len(data):
            byte = data[place]
            if byte & 128:
                index, place = self.number(data, place, 7)
                name, value = self.named(index)
            elif byte & 224 == 32:  # the size of the dynamic table
                _, place = self.number(data, place, 5)
                continue
            else:
                keep = byte & 64
                index, place = self.number(data, place, 6 if keep else 4)
                if index:
                    name = self.named(index)[0]
                else:
                    name, place = self.text(data, place)
                value, place = self.text(data, place)
                if keep:
                    self.dynamic.insert(0, (name, value))
            found[name] = value
        return found


def literal(name, value):
    """Never packed, never remembered."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class Stream:
    """One request, and the means to answer it: what an Exchange is for HTTP/1.1."""

    def __init__(self, link, identifier, number, fields):
        self.link = link
        self.server = link.server
        self.identifier = identifier
        self.number = number
        self.connection = link.number
        self.fields = fields
        self.window = link.stream_window
        self.reset_by_client = False
        self.status = None
        self.method, self.target = fields.get(":method"), fields.get(":path", "?")
        self.asked = fields.get("range")

    @property
    def age(self):
        return time.monotonic() - self.server.began

    def frame(self, kind, flags, payload=b""):
        self.link.frame(kind, flags, self.identifier, payload)

    def head(self, status, *lines, end=False):
        self.status = self.status or status
        block = literal(":status", str(status)) + b"".join(
            literal(*line.split(": ", 1)) for line in lines)
        self.frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), block)

    def body(self, data, end=True, rate=RATE):
        began = time.monotonic()
        step = min(PIECE, 16000)
        for start in range(0, len(data), step):
            piece = data[start:start + step]
            self.link.take_window(self, len(piece))
            last = end and start + len(piece) == len(data)
            self.frame(DATA_FRAME, END_STREAM if last else 0, piece)
            self.server.count(len(piece))
            ahead = (start + len(piece)) / rate - (time.monotonic() - began)
            if ahead > 0:
                time.sleep(ahead)

    def rst(self, code):
        self.frame(RST_STREAM, 0, struct.pack(">I", code))

    def good(self, end=True, length=True):
        ranges = parse_ranges(self.asked, SIZE)
        if not ranges or len(ranges) > 1:
            first, last, status, lines = 0, SIZE - 1, 200, []
        else:
            first, last = ranges[0]
            status, lines = 206, [f"content-range: bytes {first}-{last}/{SIZE}"]
        if length:
            lines = [*lines, f"content-length: {last - first + 1}"]
        self.head(status, f"etag: {ETAG}", "accept-ranges: bytes", *lines)
        self.body(DATA[first:last + 1], end)

    def goaway(self, last, code=NO_ERROR):
        self.link.goaway(last, code)


class Link:
    """One connection."""

    def __init__(self, server, link, number):
        self.server = server
        self.link = link
        self.number = number
        self.sending = threading.Lock()
        self.changed = threading.Condition()
        self.window = 65535
        self.stream_window = 65535
        self.streams = {}
        self.highest = 0
        self.ended = False

    def frame(self, kind, flags, identifier, payload=b""):
        head = struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, identifier)
        try:
            with self.sending:
                self.link.sendall(head + payload)
        except (OSError, ValueError) as error:
            raise Gone from error

    def goaway(self, last, code=NO_ERROR):
        self.frame(GOAWAY, 0, 0, struct.pack(">II", last, code))

    def take_window(self, stream, size):
        with self.changed:
            while not self.changed.wait_for(
                    lambda: self.ended or stream.reset_by_client
                    or (self.window >= size and stream.window >= size), 30):
                pass
            if self.ended or stream.reset_by_client:
                raise Gone
            self.window -= size
            stream.window -= size

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                raise Gone
            data += more
        return data

    def run(self):
        try:
            if self.read(len(PREFACE)) != PREFACE:
                raise Gone
            self.frame(SETTINGS, 0, 0, b"".join(
                struct.pack(">HI", name, value) for name, value in self.server.settings))
            reader = Fields()
            while True:
                head = self.read(9)
                size = int.from_bytes(head[:3], "big")
                kind, flags = head[3], head[4]
                identifier = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
                self.take(reader, kind, flags, identifier, self.read(size))
        except (Gone, OSError, ValueError):
            pass
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify_all()
            with contextlib.suppress(OSError):
                self.link.close()

    def take(self, reader, kind, flags, identifier, payload):
        if kind == HEADERS:
            start = 1 if flags & PADDED else 0
            end = len(payload) - (payload[0] if flags & PADDED else 0)
            start += 5 if flags & PRIORITY else 0
            self.highest = identifier
            stream = Stream(self, identifier, self.server.begin(),
                            reader.read(payload[start:end]))
            self.streams[identifier] = stream
            self.server.under_way.append(stream)
            threading.Thread(target=self.answer, args=(stream,), daemon=True).start()
        elif kind == SETTINGS and not flags & ACK:
            for place in range(0, len(payload), 6):
                name, value = struct.unpack_from(">HI", payload, place)
                if name == INITIAL_WINDOW:
                    with self.changed:
                        for stream in self.streams.values():
                            stream.window += value - self.stream_window
                        self.stream_window = value
                        self.changed.notify_all()
            self.frame(SETTINGS, ACK, 0)
        elif kind == PING and not flags & ACK:
            self.frame(PING, ACK, 0, payload)
        elif kind == WINDOW_UPDATE:
            with self.changed:
                more = struct.unpack(">I", payload)[0]
                if identifier == 0:
                    self.window += more
                elif identifier in self.streams:
                    self.streams[identifier].window += more
                self.changed.notify_all()
        elif kind == RST_STREAM and identifier in self.streams:
            with self.changed:
                self.streams[identifier].reset_by_client = True
                self.changed.notify_all()

    def answer(self, stream):
        problem = ""
        try:
            self.server.answer(stream)
        except Gone:
            problem = ", cut"
        self.server.note(stream, problem)

    def close(self):
        """An end of the connection with all that runs on it."""
        with contextlib.suppress(OSError):
            self.link.shutdown(socket.SHUT_RDWR)
        raise Gone


class Server(wire.Server):
    """As wire.Server, for HTTP/2 alone."""

    def __init__(self, answer, certificate, settings):
        super().__init__(answer, tls=server_context(certificate, ("h2",)))
        self.settings = settings

    def serve_link(self, link, connection):
        if link.selected_alpn_protocol() == "h2":
            Link(self, link, connection).run()


def row(name, story, settings=((MAX_STREAMS, 100),), **more):
    def decorate(answer):
        def make(_folder, certificate):
            return Server(answer, certificate, settings)
        add(Row(name, story, make, scheme="https", http2=True, **more))
        return answer
    return decorate


@row("h2-good", "HTTP/2 as it should be")
def good(x):
    x.good()


@row("h2-one-stream", "a limit of one stream at a time", settings=((MAX_STREAMS, 1),))
def one_stream(x):
    x.good()


def alone(limit, refuse):
    def answer(x):
        with x.server.admit(limit) as admitted:
            if admitted:
                x.good()
        if not admitted:
            refuse(x)
    return answer


for _name, _story, _refuse in (
        ("h2-refused", "one stream at a time; others are reset with REFUSED_STREAM",
         lambda x: x.rst(REFUSED_STREAM)),
        ("h2-calm-stream", "one stream at a time; others are reset with ENHANCE_YOUR_CALM",
         lambda x: x.rst(ENHANCE_YOUR_CALM)),
        ("h2-internal", "one stream at a time; others are reset with INTERNAL_ERROR",
         lambda x: x.rst(INTERNAL_ERROR)),
        ("h2-503", "one stream at a time; others get 503", lambda x: x.head(503, end=True)),
        ("h2-429", "one stream at a time; others get 429 with Retry-After: 30",
         lambda x: x.head(429, "retry-after: 30", end=True)),
        ("h2-silence", "one stream at a time; others are never answered",
         lambda x: time.sleep(60))):
    row(_name, _story)(alone(1, _refuse))


@row("h2-calm", "a second stream at a time ends the connection with ENHANCE_YOUR_CALM")
def calm(x):
    with x.server.admit(1) as admitted:
        if admitted:
            x.good()
            return
    x.goaway(x.identifier, ENHANCE_YOUR_CALM)
    x.link.close()


@row("h2-calm-graceful", "a second stream at a time gets GOAWAY with ENHANCE_YOUR_CALM; the first "
     "goes on")
def calm_graceful(x):
    with x.server.admit(1) as admitted:
        if admitted:
            x.good()
            return
    x.goaway(x.link.highest - 2 if x.link.highest > 1 else 1, ENHANCE_YOUR_CALM)
    raise Gone


@row("h2-goaway", "GOAWAY while the first stream runs, which is brought to its end")
def goaway(x):
    if x.identifier == 1:
        timer = threading.Timer(0.3, lambda: x.goaway(x.link.highest))
        timer.daemon = True
        timer.start()
    x.good()


@row("h2-goaway-each", "each connection serves its first stream, and says GOAWAY at once")
def goaway_each(x):
    if x.identifier > 1:
        raise Gone
    x.goaway(1)
    x.good()
    time.sleep(0.1)
    x.link.close()


@row("h2-goaway-unserved", "the first connection's streams are not served: GOAWAY with 0")
def goaway_unserved(x):
    if x.connection == 1:
        x.goaway(0)
        time.sleep(0.05)
        x.link.close()
    x.good()


@row("h2-goaway-cut", "the first connection ends in the middle, with GOAWAY")
def goaway_cut(x):
    if x.connection > 1:
        x.good()
        return
    if x.asked:
        x.good()
        return
    x.head(200, f"etag: {ETAG}", "accept-ranges: bytes", f"content-length: {SIZE}")
    x.body(DATA[:SIZE // 2], end=False)
    x.goaway(x.link.highest)
    x.link.close()


for _name, _code, _words in (("none", NO_ERROR, "NO_ERROR"), ("cancel", CANCEL, "CANCEL"),
                             ("internal", INTERNAL_ERROR, "INTERNAL_ERROR")):
    def _answer(x, code=_code):
        x.good(end=False)
        x.rst(code)
    row(f"h2-rst-behind-{_name}", f"RST_STREAM with {_words} behind the last byte, and no "
        "END_STREAM")(_answer)


@row("h2-no-end", "all bytes came, the stream is never ended")
def no_end(x):
    x.good(end=False)


@row("h2-empty-end", "END_STREAM comes a second after the last byte, in an empty frame")
def empty_end(x):
    x.good(end=False)
    time.sleep(1)
    x.frame(DATA_FRAME, END_STREAM)


@row("h2-trailers", "trailers behind the last byte")
def trailers(x):
    x.good(end=False)
    x.frame(HEADERS, END_HEADERS | END_STREAM, literal("x-sum", "1"))


@row("h2-no-length", "no content-length")
def no_length(x):
    x.good(length=False)


@row("h2-no-length-nor-ranges", "no content-length, and Range is ignored", no_length=True)
def no_length_nor_ranges(x):
    x.head(200, f"etag: {ETAG}")
    x.body(DATA)


@row("h2-short", "ended in the middle, always", wanted=[])
def short(x):
    x.head(200, f"content-length: {SIZE}")
    x.body(DATA[:SIZE // 2])


@row("h2-pings", "a hundred PINGs and empty frames before each reply")
def pings(x):
    for _ in range(100):
        x.link.frame(PING, 0, 0, b"12345678")
        x.link.frame(SETTINGS, 0, 0)
    x.good()


@row("h2-hints", "ten 103 before each reply")
def hints(x):
    for _ in range(10):
        x.frame(HEADERS, END_HEADERS, literal(":status", "103") + literal("link", "</a>"))
    x.good()
