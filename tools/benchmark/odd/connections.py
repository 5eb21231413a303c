"""Servers that bear few requests at a time, and what they tell the others."""

import time

from odd.table import row
from odd.wire import DATA, OTHER, RATE, Gone, http_date

PAGE = b"<html><body>Too many connections. Please come back later.</body></html>"


def other_version(x):
    x.good(data=OTHER, etag='"two"')


def slow(x):
    x.good(rate=2000)


def broken(x):
    x.send(b"\x15\x03\x01\x00\x02\x02\x16 nonsense\r\n\r\n")
    x.status = "nonsense"
    raise Gone


REFUSALS = {
    "503": ("503", lambda x: x.plain("503 Service Unavailable", b"busy")),
    "503-hour": ("503 with Retry-After of an hour",
                 lambda x: x.plain("503 Service Unavailable", b"", "Retry-After: 3600")),
    "503-clock": ("503 with a Retry-After in 2099, by a wrong clock",
                  lambda x: x.plain("503 Service Unavailable", b"",
                                    "Retry-After: Sat, 05 Sep 2099 10:00:00 GMT",
                                    "Date: Sat, 05 Sep 2099 09:59:00 GMT")),
    "429": ("429", lambda x: x.plain("429 Too Many Requests", b"slow down")),
    "429-past": ("429 with a Retry-After that is past",
                 lambda x: x.plain("429 Too Many Requests", b"",
                                   f"Retry-After: {http_date(-86400)}")),
    "403": ("403", lambda x: x.plain("403 Forbidden", b"no")),
    "404": ("404", lambda x: x.plain("404 Not Found", b"no")),
    "400": ("400", lambda x: x.plain("400 Bad Request", b"no")),
    "500": ("500", lambda x: x.plain("500 Internal Server Error", b"oops")),
    "reset": ("a reset", lambda x: x.reset()),
    "closed": ("an end without a word", lambda x: x.close()),
    "silence": ("nothing at all, and the connection stays", lambda x: x.hang()),
    "page": ("200 and a page of HTML",
             lambda x: x.plain("200 OK", PAGE, "Content-Type: text/html")),
    "elsewhere": ("302 to a page of HTML", lambda x: x.redirect("/busy.html")),
    "version": ("another version of the file", other_version),
    "trickle": ("what they asked for, at 2 KB/s", slow),
    "nonsense": ("what is not HTTP", broken),
    "416": ("416", lambda x: x.plain("416 Range Not Satisfiable", b"",
                                     f"Content-Range: bytes */{len(DATA)}")),
}


def limited(limit, refuse):
    def answer(x):
        if x.path == "/busy.html":
            x.plain("200 OK", PAGE, "Content-Type: text/html")
            return
        with x.server.admit(limit) as admitted:
            if admitted:
                x.good()
        if not admitted:
            refuse(x)
    return answer


for _name, (_words, _refuse) in REFUSALS.items():
    row(f"one-{_name}", f"one request at a time; others get {_words}")(limited(1, _refuse))
for _name in ("503", "429", "reset", "403", "silence"):
    row(f"two-{_name}", f"two requests at a time; others get {REFUSALS[_name][0]}")(
        limited(2, REFUSALS[_name][1]))


@row("one-connection", "only one connection is ever accepted at a time; others are reset",
     refuses=lambda server, _: server.active > 0)
def one_connection(x):
    with x.server.admit(1):
        x.good()


@row("one-new-connection", "while a reply runs, new connections are accepted and not served")
def one_new_connection(x):
    with x.server.admit(1) as admitted:
        if admitted:
            x.good()
            return
    while x.server.active:
        time.sleep(0.02)
    x.good()


@row("ten-requests", "ten requests in all; then 429 with Retry-After of a minute")
def ten_requests(x):
    if x.number > 10:
        x.plain("429 Too Many Requests", b"", "Retry-After: 60")
    else:
        x.good()


@row("closes-silently", "every connection ends behind its reply without saying so before")
def closes_silently(x):
    x.good()
    x.close()


@row("per-second", "two requests a second; others get 429 with Retry-After: 1")
def per_second(x):
    with x.server.lock:
        recent = [when for when in getattr(x.state, "when", []) if when > x.age - 1]
        admitted = len(recent) < 2
        x.state.when = [*recent, x.age] if admitted else recent
    if admitted:
        x.good()
    else:
        x.plain("429 Too Many Requests", b"", "Retry-After: 1")


@row("slow-later", "each further connection is ten times slower than the one before")
def slow_later(x):
    x.good(rate=max(1000, RATE / 10 ** (x.connection - 1)))
