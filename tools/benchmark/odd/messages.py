"""How messages are written and how they end: lengths, codings, status lines, TLS."""

import gzip
import time

from odd.table import row
from odd.wire import DATA, ETAG, SIZE

PACKED = gzip.compress(DATA, 0, mtime=0)  # stored as it is: only quick to make


# --- Codings -------------------------------------------------------------------------------


def coded(coding, data):
    return lambda x: x.good(f"Content-Encoding: {coding}", data=data)


for _name, _coding, _data in (
        ("gzip", "gzip", PACKED), ("x-gzip", "x-gzip", PACKED), ("deflate", "deflate", DATA),
        ("br", "br", DATA), ("zstd", "zstd", DATA), ("identity", "identity", DATA),
        ("none", "none", DATA), ("utf-8", "UTF-8", DATA), ("aws-chunked", "aws-chunked", DATA),
        ("empty", "", DATA), ("twice", "gzip, gzip", PACKED), ("binary", "binary", DATA)):
    row(f"coding-{_name}", f"Content-Encoding: {_coding or 'with nothing behind it'}",
        wanted=[_data])(coded(_coding, _data))


# --- No length -----------------------------------------------------------------------------


@row("chunked", "chunks and no length; Range is ignored", no_length=True)
def chunked(x):
    x.head("200 OK", f"ETag: {ETAG}", "Transfer-Encoding: chunked")
    x.chunks(DATA)


@row("chunked-trailers", "chunks with extensions, and trailers behind them", no_length=True)
def chunked_trailers(x):
    x.head("200 OK", "Transfer-Encoding: chunked", "Trailer: X-Sum")
    x.chunks(DATA, extension=";a=b", trailers=["X-Sum: 1"])


@row("chunked-and-ranges", "chunks and no length for the whole, good ranges", no_length=True)
def chunked_and_ranges(x):
    if x.asked:
        x.good()
    else:
        x.head("200 OK", f"ETag: {ETAG}", "Transfer-Encoding: chunked", "Accept-Ranges: bytes")
        x.chunks(DATA)


@row("chunked-cut", "chunks that end in the middle, always", wanted=[], no_length=True)
def chunked_cut(x):
    x.head("200 OK", "Transfer-Encoding: chunked")
    x.chunks(DATA[:SIZE // 2], last=False)
    x.close()


@row("chunked-cut-once", "the first reply in chunks ends in the middle; the next is whole",
     no_length=True)
def chunked_cut_once(x):
    x.head("200 OK", "Transfer-Encoding: chunked")
    first = x.server.next("replies") == 1
    x.chunks(DATA[:SIZE // 2] if first else DATA, last=not first)
    if first:
        x.close()


@row("to-end", "HTTP/1.1, and the body ends with the connection", no_length=True)
def to_end(x):
    x.head("200 OK", f"ETag: {ETAG}", "Connection: close")
    x.body(DATA)
    x.close()


@row("to-end-1.0", "HTTP/1.0, and the body ends with the connection", no_length=True)
def to_end_10(x):
    x.head("200 OK", version="HTTP/1.0")
    x.body(DATA)
    x.close()


@row("to-end-tls", "no length over TLS, which ends properly", tls=True, no_length=True)
def to_end_tls(x):
    x.head("200 OK", "Connection: close")
    x.body(DATA)
    x.close()


@row("to-end-tls-cut", "no length over TLS, which is cut in the middle", tls=True,
     close_notify=False, wanted=[], no_length=True)
def to_end_tls_cut(x):
    x.head("200 OK", "Connection: close")
    x.body(DATA[:SIZE // 2])
    x.close()


@row("empty", "a file of no bytes", wanted=[b""])
def empty(x):
    x.plain("200 OK")


@row("empty-chunked", "a file of no bytes, in chunks", wanted=[b""], no_length=True)
def empty_chunked(x):
    x.head("200 OK", "Transfer-Encoding: chunked")
    x.chunks(b"")


# --- Ends ----------------------------------------------------------------------------------


@row("http-1.0", "HTTP/1.0 with a length, and no ranges")
def http_10(x):
    x.head("200 OK", version="HTTP/1.0", length=SIZE)
    x.body(DATA)
    x.close()


@row("http-1.0-keep-alive", "HTTP/1.0 with Connection: keep-alive")
def http_10_keep(x):
    x.head("200 OK", "Connection: keep-alive", version="HTTP/1.0", length=SIZE)
    x.body(DATA)


@row("http-0.9", "a body without any header")
def http_09(x):
    x.body(DATA)
    x.close()


@row("stays-open", "all bytes came; the server says nothing more and keeps the connection")
def stays_open(x):
    x.good()
    x.hang()


@row("chunked-stays-open", "all bytes came in chunks, but not the last chunk; stays open",
     wanted=[], no_length=True, patience=60)
def chunked_stays_open(x):
    x.head("200 OK", "Transfer-Encoding: chunked")
    x.chunks(DATA, last=False)
    x.hang()


@row("reset-behind", "a reset right behind the last byte of each reply")
def reset_behind(x):
    x.good()
    time.sleep(0.2)  # a reset throws away what is still under way
    x.reset()


@row("no-close-notify", "TLS, a length, and the end without close_notify", tls=True,
     close_notify=False)
def no_close_notify(x):
    x.good("Connection: close")
    x.close()


@row("length-too-long", "Content-Length is a thousand bytes more than come", wanted=[])
def length_too_long(x):
    x.head("200 OK", length=SIZE + 1000)
    x.body(DATA)
    x.close()


@row("cut-once", "the first reply is reset in the middle; ranges are served")
def cut_once(x):
    if x.server.next("replies") > 1:
        x.good()
        return
    x.head("200 OK", f"ETag: {ETAG}", "Accept-Ranges: bytes", length=SIZE)
    x.body(DATA[:SIZE // 2])
    x.reset()


@row("cut-once-no-ranges", "the first reply is reset in the middle; Range is ignored")
def cut_once_no_ranges(x):
    x.head("200 OK", f"ETag: {ETAG}", length=SIZE)
    first = x.server.next("replies") == 1
    x.body(DATA[:SIZE // 2] if first else DATA)
    if first:
        x.reset()


# --- Heads ---------------------------------------------------------------------------------


@row("hints", "twenty 103 Early Hints before each reply")
def hints(x):
    for _ in range(20):
        x.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    x.good()


@row("head-many-lines", "a header of 90 lines")
def many_lines(x):
    x.good(*[f"X-Line-{index}: {'y' * 400}" for index in range(90)])


@row("head-bare-lf", "the header's lines end with LF alone")
def bare_lf(x):
    x.status = "200 with LF"
    x.send(f"HTTP/1.1 200 OK\nETag: {ETAG}\nContent-Length: {SIZE}\n\n".encode())
    x.body(DATA)


@row("head-folded", "a header line that is folded")
def folded(x):
    x.good("X-Long: begins here\r\n  and goes on here")


@row("head-no-reason", "a status line without words")
def no_reason(x):
    x.head("200", f"ETag: {ETAG}", length=SIZE)
    x.body(DATA)


@row("head-odd-case", "header names in odd case, and no blank behind the colon")
def odd_case(x):
    x.status = "200"
    x.send(f"HTTP/1.1 200 OK\r\neTaG:{ETAG}\r\nCONTENT-length:{SIZE}\r\n\r\n".encode())
    x.body(DATA)


@row("head-slow", "the header comes a byte at a time, over two seconds")
def head_slow(x):
    text = f"HTTP/1.1 200 OK\r\nETag: {ETAG}\r\nContent-Length: {SIZE}\r\n\r\n"
    x.status = "200"
    for letter in text:
        x.send(letter.encode())
        time.sleep(2 / len(text))
    x.body(DATA)


@row("length-twice", "Content-Length twice, the same")
def length_twice(x):
    x.head("200 OK", f"Content-Length: {SIZE}", length=SIZE)
    x.body(DATA)


# RFC 9112 section 6.3: the chunks count, so there is no length.
@row("length-and-chunks", "Content-Length and chunks at once", no_length=True)
def length_and_chunks(x):
    x.head("200 OK", f"ETag: {ETAG}", "Transfer-Encoding: chunked", length=SIZE)
    x.chunks(DATA)


@row("status-203", "203 Non-Authoritative Information with the file")
def status_203(x):
    x.head("203 Non-Authoritative Information", f"ETag: {ETAG}", length=SIZE)
    x.body(DATA)


@row("status-204", "204 No Content", wanted=[])
def status_204(x):
    x.head("204 No Content")


@row("status-226", "226 IM Used with the file")
def status_226(x):
    x.head("226 IM Used", f"ETag: {ETAG}", length=SIZE)
    x.body(DATA)


# --- Time ----------------------------------------------------------------------------------


@row("late-first-byte", "each reply begins after 1.5 s")
def late_first_byte(x):
    time.sleep(1.5)
    x.good()


@row("pause", "the first reply pauses for 3 s in the middle")
def pause(x):
    if x.server.next("replies") > 1 or x.asked:
        x.good()
        return
    x.head("200 OK", f"ETag: {ETAG}", "Accept-Ranges: bytes", length=SIZE)
    x.body(DATA[:SIZE // 2])
    time.sleep(3)
    x.body(DATA[SIZE // 2:])


@row("stands-still", "the first reply stops for ever in the middle; ranges are served",
     patience=45)
def stands_still(x):
    if x.server.next("replies") > 1:
        x.good()
        return
    x.head("200 OK", f"ETag: {ETAG}", "Accept-Ranges: bytes", length=SIZE)
    x.body(DATA[:SIZE // 2])
    x.hang()
