"""Redirects: places that expire, links for a single use, loops."""

import time

from odd.table import row
from odd.wire import PIECE, Gone

REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           410: "Gone", 503: "Service Unavailable", 618: "jwt:expired"}


def say(x, code, *lines):
    x.plain(f"{code} {REASONS[code]}", b"not here", *lines)


# --- Links for a single use ----------------------------------------------------------------


def single_use(code):
    def answer(x):
        if x.server.next("uses") == 1:
            x.good()
        else:
            say(x, code)
    return answer


for _code in (403, 404, 410):
    row(f"single-use-{_code}", f"the first GET has the file; any further gets {_code}")(
        single_use(_code))


@row("single-use-place", "redirects to a place for one use; each asks for a new one")
def single_use_place(x):
    if x.path == "/file.bin":
        x.redirect(f"/place/{x.server.next('places')}")
    elif x.server.next("used" + x.path) == 1:
        x.good()
    else:
        say(x, 403)


@row("single-use-both", "redirects once, to a place for one use; then 403 for both")
def single_use_both(x):
    if x.server.next("used" + x.path) > 1:
        say(x, 403)
    elif x.path == "/file.bin":
        x.redirect("/place")
    else:
        x.good()


# --- Places that expire --------------------------------------------------------------------


def expiring(code, cut=False, uses=None):
    """The place that a redirect names is good for 0.8 s, or for so many uses."""
    def answer(x):
        born = x.state.__dict__.setdefault("born", {})
        if x.path == "/file.bin":
            place = f"/signed/{x.server.next('places')}"
            born[place] = x.age
            x.redirect(f"{place}?signature={place[-1]}")
            return
        until = born[x.path] + 0.8
        expired = x.server.next("uses" + x.path) > uses if uses else x.age > until
        if expired:
            say(x, code)
        else:
            x.good(until=(lambda: x.age > until) if cut else None)
    return answer


for _code in (618, 400, 401, 403, 404, 410, 503):
    row(f"expired-{_code}", f"redirects to a place that answers {_code} after 0.8 s")(
        expiring(_code))
for _code in (403, 618):
    row(f"expired-cut-{_code}", "the same, and replies that run are cut as it expires "
        f"({_code})")(expiring(_code, cut=True))
for _code in (403, 410):
    row(f"three-uses-{_code}", f"redirects to a place that answers {_code} from the fourth use "
        "on")(expiring(_code, uses=3))


@row("expired-page", "redirects to a place that answers 200 and a page after 0.8 s")
def expired_page(x):
    if x.path == "/file.bin":
        x.state.born = x.age
        x.redirect("/signed?token=1")
    elif x.age > x.state.born + 0.8:
        x.plain("200 OK", b"<html>Your link has expired.</html>", "Content-Type: text/html")
    else:
        x.good()


# --- Redirects of many kinds ---------------------------------------------------------------


@row("loop", "redirects to itself for ever", wanted=[])
def loop(x):
    x.redirect(x.path)


@row("loop-of-two", "two places that name each other for ever", wanted=[])
def loop_of_two(x):
    x.redirect("/file.bin" if x.path == "/other" else "/other")


@row("cookie", "redirects to itself until a cookie comes back")
def cookie(x):
    if "seen=yes" in x.fields.get("cookie", ""):
        x.good()
    else:
        x.redirect(x.path, "302 Found", "Set-Cookie: seen=yes; Path=/")


@row("cookie-thrice", "redirects to itself three times with a cookie, then serves all")
def cookie_thrice(x):
    if x.server.next("turns") > 3:
        x.good()
    else:
        x.redirect(x.path, "302 Found", "Set-Cookie: seen=yes; Path=/")


@row("nine-hops", "nine redirects on the way, each relative")
def nine_hops(x):
    hop = int(x.path.rpartition("/")[2]) if x.path.startswith("/hop/") else 0
    if hop < 9:
        x.redirect(f"{'' if hop else 'hop/'}{hop + 1}")
    else:
        x.good()


@row("relative", "redirects to ../other/file.bin, always", path="/some/folder/file.bin")
def relative(x):
    if x.path == "/some/folder/file.bin":
        x.redirect("../other/file.bin")
    elif x.path == "/some/other/file.bin":
        x.good()
    else:
        say(x, 404)


@row("relative-later", "the first GET has the file; further ones are sent to sub/file.bin",
     path="/some/file.bin")
def relative_later(x):
    if x.path == "/some/sub/file.bin" or (x.path == "/some/file.bin"
                                          and x.server.next("asked") == 1):
        x.good()
    elif x.path == "/some/file.bin":
        x.redirect("sub/file.bin")
    else:
        say(x, 404)


@row("other-origin", "redirects to the same server under the name localhost")
def other_origin(x):
    if x.path == "/file.bin":
        x.redirect(f"http://localhost:{x.server.port}/place")
    else:
        x.good()


@row("mirrors", "redirects each request to another of three places")
def mirrors(x):
    if x.path == "/file.bin":
        x.redirect(f"/mirror/{x.server.next('turn') % 3}/file.bin")
    else:
        x.good()


@row("mirror-dead", "redirects to three places in turn, of which the second is dead (503)")
def mirror_dead(x):
    if x.path == "/file.bin":
        x.redirect(f"/mirror/{(x.server.next('turn') - 1) % 3}/file.bin")
    elif x.path == "/mirror/1/file.bin":
        say(x, 503)
    else:
        x.good()


for _code, _words in ((301, "Moved Permanently"), (303, "See Other"),
                      (307, "Temporary Redirect"), (308, "Permanent Redirect")):
    def _answer(x, status=f"{_code} {_words}"):
        if x.path == "/file.bin":
            x.redirect("/place", status)
        else:
            x.good()
    row(f"redirect-{_code}", f"redirects with {_code}")(_answer)


@row("redirect-nowhere", "302 without Location, with a page", wanted=[])
def redirect_nowhere(x):
    x.plain("302 Found", b"<html>It is somewhere else.</html>", "Content-Type: text/html")


@row("redirect-body", "302 with a body of 300 KB, and keeps the connection")
def redirect_body(x):
    if x.path == "/file.bin":
        x.plain("302 Found", b"." * 300_000, "Location: /place")
    else:
        x.good()


@row("redirect-body-endless", "302 with a body in chunks that goes on for ten seconds")
def redirect_body_endless(x):
    if x.path != "/file.bin":
        x.good()
        return
    x.head("302 Found", "Location: /place", "Transfer-Encoding: chunked")
    for _ in range(100):
        x.send(b"1\r\n.\r\n")
        time.sleep(0.1)
    x.send(b"0\r\n\r\n")


@row("redirect-odd-letters", "a Location with a blank, UTF-8 and a fragment")
def redirect_odd_letters(x):
    if x.path == "/file.bin":
        x.redirect("/pl ace/\u00e4?a=b c#part")
    else:
        x.good()


@row("multiple-choices", "300 with a list of links, and no Location", wanted=[])
def multiple_choices(x):
    x.plain("300 Multiple Choices", b"<a href='/place'>here</a>", "Content-Type: text/html")


# --- Not yet, or not now -------------------------------------------------------------------


@row("not-yet-503", "503 with Retry-After: 1 at first, then all is well")
def not_yet_503(x):
    if x.server.next("asked") == 1:
        x.plain("503 Service Unavailable", b"", "Retry-After: 1")
    else:
        x.good()


@row("not-yet-202", "202 and a page at first, then all is well")
def not_yet_202(x):
    if x.server.next("asked") == 1:
        x.plain("202 Accepted", b"<html>It is being made.</html>", "Retry-After: 1")
    else:
        x.good()


@row("outage", "after 0.8 s all is reset, and for half a second every connection is")
def outage(x):
    if 0.8 < x.age < 1.3:
        x.reset()
    began = x.age
    try:
        x.good(until=lambda: began < 0.8 < x.age)
    except Gone:
        x.reset()


@row("dies-every-mebibyte", "each reply is reset after a mebibyte")
def dies_every_mebibyte(x):
    sent = iter(range(10 ** 9))
    try:
        x.good(until=lambda: next(sent) * PIECE > 1_048_576)
    except Gone:
        x.reset()
