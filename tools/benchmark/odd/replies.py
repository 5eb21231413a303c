"""Replies to ranges: refused, ignored, misread, misdescribed."""

from odd.table import row
from odd.wire import DATA, ETAG, SIZE, parse_ranges

REASONS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
           412: "Precondition Failed", 416: "Range Not Satisfiable", 500: "Internal Server Error",
           501: "Not Implemented", 503: "Service Unavailable"}
PLACES = [(100_000, 399_999), (1_000_000, 1_499_999), (5_000_000, 5_099_999),
          (11_900_000, 11_999_999)]


def pieces(ranges):
    return b"".join(DATA[first:last + 1] for first, last in ranges)


def one_range(x):
    """(first, last) when the request has just one good range, else None."""
    ranges = parse_ranges(x.asked, SIZE)
    return ranges[0] if ranges and len(ranges) == 1 else None


def partial(x, first, last, said=None, length=None, body=None, status="206 Partial Content"):
    body = DATA[first:last + 1] if body is None else body
    x.head(status, f"ETag: {ETAG}", f"Content-Range: {said}" if said else "X-None: 1",
           length=len(body) if length is None else length)
    x.body(body)


# --- Refused and ignored -------------------------------------------------------------------


def refused(code):
    def answer(x):
        if x.asked:
            x.plain(f"{code} {REASONS[code]}", b"no ranges")
        else:
            x.good()
    return answer


for _code in (400, 403, 404, 405, 416, 500, 501, 503):
    row(f"range-{_code}", f"a request with Range gets {_code}")(refused(_code))
row("range-reset", "a request with Range is reset")(lambda x: x.reset() if x.asked else x.good())
row("range-silence", "a request with Range is never answered")(
    lambda x: x.hang() if x.asked else x.good())


@row("range-ignored", "Range is ignored")
def ignored(x):
    x.whole()


@row("range-promised", "Accept-Ranges: bytes, and Range is ignored")
def promised(x):
    x.whole("Accept-Ranges: bytes")


@row("range-denied", "Accept-Ranges: none, but Range is honoured")
def denied(x):
    x.good("Accept-Ranges: none")


@row("if-range-412", "If-Range gets 412")
def if_range_412(x):
    if "if-range" in x.fields:
        x.plain("412 Precondition Failed")
    else:
        x.good()


@row("if-range-misread", "If-Range is taken for a mismatch always: 200 and all of it")
def if_range_misread(x):
    if "if-range" in x.fields:
        x.whole()
    else:
        x.good()


# --- Misdescribed --------------------------------------------------------------------------

def describing(said):
    """Right bytes, and a Content-Range of one's own making."""
    def answer(x):
        found = one_range(x)
        if found:
            asked = x.asked.split("=")[1].split("-")[1]
            partial(x, *found, said(*found, int(asked or SIZE - 1)))
        else:
            x.good()
    return answer


for _name, _story, _said in (
        ("not-clipped", "Content-Range repeats what was asked for, past the end",
         lambda first, last, asked: f"bytes {first}-{asked}/{SIZE}"),
        ("total-is-part", "the total of Content-Range is the end of the part",
         lambda first, last, asked: f"bytes {first}-{last}/{last + 1}"),
        ("total-is-length", "the total of Content-Range is the length of the part",
         lambda first, last, asked: f"bytes {first}-{last}/{last - first + 1}"),
        ("total-star", "the total of Content-Range is unknown",
         lambda first, last, asked: f"bytes {first}-{last}/*"),
        ("range-equals", "Content-Range: bytes=0-1/2",
         lambda first, last, asked: f"bytes={first}-{last}/{SIZE}"),
        ("range-no-unit", "Content-Range without a unit",
         lambda first, last, asked: f"{first}-{last}/{SIZE}"),
        ("range-capitals", "Content-Range: BYTES",
         lambda first, last, asked: f"BYTES {first}-{last}/{SIZE}"),
        ("range-reversed", "Content-Range with the last byte first",
         lambda first, last, asked: f"bytes {last}-{first}/{SIZE}"),
        ("range-unnamed", "206 without Content-Range", lambda *_: None),
        ("range-past-total", "Content-Range whose end is past its total",
         lambda first, last, asked: f"bytes {first}-{last}/{last}")):
    row(_name, _story)(describing(_said))


@row("begins-earlier", "a 206 begins at the block of 64 KiB before what was asked for")
def begins_earlier(x):
    found = one_range(x)
    if not found:
        return x.good()
    first = found[0] // 65536 * 65536
    return partial(x, first, found[1], f"bytes {first}-{found[1]}/{SIZE}")


@row("ends-at-the-end", "a 206 always reaches to the end of the file")
def ends_at_the_end(x):
    found = one_range(x)
    if not found:
        return x.good()
    return partial(x, found[0], SIZE - 1, f"bytes {found[0]}-{SIZE - 1}/{SIZE}")


@row("at-most-a-mebibyte", "a 206 has a mebibyte at most")
def at_most(x):
    found = one_range(x)
    if not found:
        return x.good()
    last = min(found[1], found[0] + 1048575)
    return partial(x, found[0], last, f"bytes {found[0]}-{last}/{SIZE}")


@row("another-range", "a 206 is for another range than was asked for, and says so")
def another_range(x):
    found = one_range(x)
    if not found or found[0] == 0:
        return x.good()
    return partial(x, 0, found[1] - found[0], f"bytes 0-{found[1] - found[0]}/{SIZE}")


@row("200-for-a-part", "a request with Range gets 200, with Content-Range and the part")
def truncated_200(x):
    found = one_range(x)
    if not found:
        return x.good()
    return partial(x, *found, f"bytes {found[0]}-{found[1]}/{SIZE}", status="200 OK")


@row("206-to-all", "even a request without Range gets 206, the whole file")
def all_206(x):
    found = one_range(x) or (0, SIZE - 1)
    partial(x, *found, f"bytes {found[0]}-{found[1]}/{SIZE}")


@row("206-unasked-part", "a request without Range gets 206 and the first mebibyte")
def unasked_part(x):
    if x.asked:
        x.good()
    else:
        partial(x, 0, 1048575, f"bytes 0-1048575/{SIZE}")


@row("206-chunked", "a 206 in chunks, without Content-Length")
def chunked_206(x):
    found = one_range(x)
    if not found:
        return x.good()
    x.head("206 Partial Content", f"ETag: {ETAG}", "Transfer-Encoding: chunked",
           f"Content-Range: bytes {found[0]}-{found[1]}/{SIZE}")
    return x.chunks(DATA[found[0]:found[1] + 1])


@row("206-no-last-chunk", "every message has all bytes in chunks, and ends without the last one")
def no_last_chunk(x):
    found = one_range(x) or (0, SIZE - 1)
    x.head("206 Partial Content" if x.asked else "200 OK", f"ETag: {ETAG}",
           "Transfer-Encoding: chunked",
           *([f"Content-Range: bytes {found[0]}-{found[1]}/{SIZE}"] if x.asked else []))
    x.chunks(DATA[found[0]:found[1] + 1], last=False)
    x.close()


@row("206-one-part", "a single range comes as multipart/byteranges of one part")
def one_part(x):
    found = one_range(x)
    if not found:
        return x.good()
    return x.several([found], f"ETag: {ETAG}")


@row("206-too-long", "a 206 is ten bytes longer than its Content-Range")
def too_long(x):
    found = one_range(x)
    if not found:
        return x.good()
    body = DATA[found[0]:found[1] + 1] + b"0123456789"
    return partial(x, *found, f"bytes {found[0]}-{found[1]}/{SIZE}", body=body)


@row("206-too-short", "a 206 is ten bytes shorter than its Content-Range, and says so")
def too_short(x):
    found = one_range(x)
    if not found:
        return x.good()
    body = DATA[found[0]:found[1] - 9]
    return partial(x, *found, f"bytes {found[0]}-{found[1]}/{SIZE}", body=body)


@row("206-length-of-all", "a 206 has the Content-Length of the whole file, and ends earlier")
def length_of_all(x):
    found = one_range(x)
    if not found:
        return x.good()
    partial(x, *found, f"bytes {found[0]}-{found[1]}/{SIZE}", length=SIZE)
    return x.close()


# --- Chosen ranges -------------------------------------------------------------------------


def several(answer):
    """Lists are answered so, single ranges well."""
    def wrapped(x):
        ranges = parse_ranges(x.asked, SIZE)
        if ranges and len(ranges) > 1:
            answer(x, ranges)
        else:
            x.good()
    return wrapped


for _name, _story, _answer in (
        ("list-good", "a list of ranges is answered well",
         lambda x, ranges: x.several(ranges, f"ETag: {ETAG}")),
        ("list-short-parts", "each part of a list is a byte shorter than it says",
         lambda x, ranges: x.several(ranges, f"ETag: {ETAG}", cut=1)),
        ("list-not-closed", "a list ends without its closing line",
         lambda x, ranges: x.several(ranges, f"ETag: {ETAG}", closing=False)),
        ("list-bare-lf", "the lines between the parts of a list end with LF alone",
         lambda x, ranges: x.several(ranges, f"ETag: {ETAG}", line="\n")),
        ("list-reversed", "the parts of a list come in the reverse order",
         lambda x, ranges: x.several(ranges[::-1], f"ETag: {ETAG}")),
        ("list-first-only", "of a list only the first range comes, as a plain 206",
         lambda x, ranges: partial(x, *ranges[0],
                                   f"bytes {ranges[0][0]}-{ranges[0][1]}/{SIZE}")),
        ("list-merged", "a list is answered by one part from its first to its last byte",
         lambda x, ranges: x.several([(ranges[0][0], ranges[-1][1])], f"ETag: {ETAG}")),
        ("list-400", "a list gets 400", lambda x, _: x.plain("400 Bad Request")),
        ("list-416", "a list gets 416", lambda x, _: x.plain("416 Range Not Satisfiable")),
        ("list-501", "a list gets 501", lambda x, _: x.plain("501 Not Implemented")),
        ("list-503", "a list gets 503", lambda x, _: x.plain("503 Service Unavailable")),
        ("list-reset", "a list is reset", lambda x, _: x.reset()),
        ("list-whole", "a list gets 200 and the whole file", lambda x, _: x.whole())):
    row(_name, _story, ranges=PLACES, wanted=[pieces(PLACES)])(several(_answer))


@row("ranges-earlier", "a 206 for a chosen range begins at the block of 64 KiB before it",
     ranges=PLACES[:1], wanted=[pieces(PLACES[:1])])
def ranges_earlier(x):
    return begins_earlier(x)


@row("ranges-one-503", "chosen ranges from a server that bears one request, else 503",
     ranges=PLACES, wanted=[pieces(PLACES)])
def ranges_one_503(x):
    with x.server.admit(1) as admitted:
        if admitted:
            x.good()
    if not admitted:
        x.plain("503 Service Unavailable")


@row("ranges-416-past-end", "416 when the last byte asked for is past the end",
     ranges=[(11_000_000, None)], wanted=[DATA[11_000_000:]])
def past_end(x):
    if x.asked and any(last and int(last) >= SIZE for last in (
            part.partition("-")[2] for part in x.asked.split("=")[1].split(","))):
        x.plain("416 Range Not Satisfiable")
    else:
        x.good()
