"""Which version of the file a reply is of: nodes, changes, portals, clocks."""

from odd.table import row
from odd.wire import DATA, ETAG, OTHER, SIZE, Gone, http_date, make_content

LONGER = make_content(3, SIZE + 1_000_000)
PORTAL = b"<html><body>Welcome! Please accept our terms to use this network.</body></html>"


# --- Nodes that differ ---------------------------------------------------------------------


@row("etag-per-node", "two nodes in turn have the same bytes under different ETags")
def etag_per_node(x):
    x.good(etag=f'"node-{x.number % 2}"')


@row("etag-per-reply", "every reply has an ETag of its own")
def etag_per_reply(x):
    x.good(etag=f'"reply-{x.number}"')


@row("date-per-node", "two nodes in turn have the same bytes under different dates, and no ETag")
def date_per_node(x):
    x.good(f"Last-Modified: {http_date(-86400 * (1 + x.number % 2))}", etag=None)


@row("date-now", "Last-Modified is always now, and there is no ETag")
def date_now(x):
    x.good(f"Last-Modified: {http_date()}", etag=None)


@row("etag-weak", "a weak ETag")
def etag_weak(x):
    x.good(etag='W/"one"')


@row("etag-none", "no validator at all")
def etag_none(x):
    x.good(etag=None)


@row("etag-first-only", "only the first reply has an ETag")
def etag_first_only(x):
    x.good(etag=ETAG if x.number == 1 else None)


@row("etag-twice", "two ETags in each reply")
def etag_twice(x):
    x.good('ETag: "second"')


@row("etag-unquoted", "an ETag without quotes")
def etag_unquoted(x):
    x.good(etag="abcdef0123456789")


@row("etag-empty", "an empty ETag")
def etag_empty(x):
    x.good("ETag:", etag=None)


@row("date-unreadable", "a Last-Modified that is no date, and no ETag")
def date_unreadable(x):
    x.good("Last-Modified: yesterday, at tea time", etag=None)


@row("date-of-1970", "Last-Modified, Date and Expires of 1970")
def date_of_1970(x):
    x.good("Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT", "Date: Thu, 01 Jan 1970 00:00:10 GMT",
           "Expires: 0", etag=None)


@row("date-of-tomorrow", "a clock that is a day ahead: Last-Modified is in the future")
def date_of_tomorrow(x):
    x.state.__dict__.setdefault("date", http_date(86400))
    x.good(f"Last-Modified: {x.state.date}", f"Date: {http_date(-3600)}", etag=None)


@row("coding-differs", "the first reply is plain, later ones say gzip under the same ETag")
def coding_differs(x):
    if x.number == 1:
        x.good()
    else:
        x.good("Content-Encoding: gzip", data=OTHER)


@row("node-stale", "one node of two has an older version of the same size",
     wanted=[DATA, OTHER])
def node_stale(x):
    if x.number % 2:
        x.good()
    else:
        x.good(data=OTHER, etag='"older"')


# --- Changes while it comes ----------------------------------------------------------------


def changing(cut, data=OTHER, etags=('"one"', '"two"'), dates=None):
    """After 0.8 s there is another version; replies that run go on with theirs, or are cut."""
    def answer(x):
        old = x.age < 0.8
        lines = [f"Last-Modified: {http_date(-5000 if old else -50)}"] if dates else []
        try:
            x.good(*lines, data=DATA if old else data, etag=etags[0 if old else 1],
                   until=(lambda: old and x.age >= 0.8) if cut else None)
        except Gone:
            x.reset()
    return answer


row("changes", "a new version after 0.8 s; replies that run go on with the old one",
    wanted=[DATA, OTHER])(changing(False))
row("changes-cut", "a new version after 0.8 s; replies that run are reset",
    wanted=[DATA, OTHER])(changing(True))
row("changes-date", "the same, told apart by Last-Modified alone",
    wanted=[DATA, OTHER])(changing(False, etags=(None, None), dates=True))
row("changes-date-cut", "the same, by Last-Modified alone, and replies that run are reset",
    wanted=[DATA, OTHER])(changing(True, etags=(None, None), dates=True))
row("changes-no-etag", "the new version has no validator, the old one had",
    wanted=[DATA, OTHER])(changing(False, etags=(ETAG, None)))
row("changes-no-etag-cut", "the new version has no validator; replies that run are reset",
    wanted=[DATA, OTHER])(changing(True, etags=(ETAG, None)))
row("changes-size-cut", "no validators; the new version is longer; replies that run are reset",
    wanted=[DATA, LONGER])(changing(True, data=LONGER, etags=(None, None)))


@row("grows", "the file grows while it comes, under the same ETag",
     wanted=[LONGER[:12_000_000], LONGER])
def grows(x):
    size = 12_000_000 if x.age < 0.8 else len(LONGER)
    x.good(data=LONGER[:size])


# --- Captive portals -----------------------------------------------------------------------


def portal(how):
    """From 0.8 to 2 s every new request is answered by somebody else."""
    def answer(x):
        if not 0.8 < x.age < 2:
            x.good()
        elif how == "redirect" and x.path == "/file.bin":
            x.redirect("/login")
        else:
            x.plain("200 OK", PORTAL, "Content-Type: text/html", "Cache-Control: no-store")
    return answer


def portal_cut(how):
    inner = portal(how)

    def answer(x):
        began = x.age
        if began > 0.8:
            inner(x)
            return
        try:
            x.good(until=lambda: x.age > 0.8)
        except Gone:
            x.reset()
    return answer


row("portal", "from 0.8 to 2 s new requests get a portal's page; what runs goes on")(
    portal("page"))
row("portal-redirect", "the same, by a redirect to the page")(portal("redirect"))
row("portal-cut", "after 0.8 s all is reset, and a portal's page answers until 2 s")(
    portal_cut("page"))
row("portal-cut-redirect", "the same, by a redirect to the page")(portal_cut("redirect"))


@row("portal-lanes", "every connection but the first meets a portal's page")
def portal_lanes(x):
    if x.connection == 1:
        x.good()
    else:
        x.plain("200 OK", PORTAL, "Content-Type: text/html")


@row("portal-fits", "every connection but the first gets a page of just the asked length, as 200")
def portal_fits(x):
    if x.connection == 1:
        x.good()
    else:
        x.whole("Content-Type: text/html", data=OTHER, etag=None)
