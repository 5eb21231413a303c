#!/usr/bin/env python3
"""Fails when an #include goes against the dependencies of the rooms, or in a cycle within a room.

usage: check_rooms.py [ROOT]

A room is a folder in src/; src/README.md draws which may include which. The names below are that
drawing. The check reads #include lines only, so a door cannot hide behind #ifdef.

In include/odo it reads every line: the engine has hosts without COM, and speaks of nothing that is
COM's alone.

A source file and the header of its name are one unit. Of the units in a room none may include
another that includes it, on whatever way round: they would be one unit with two names.
"""

import pathlib
import re
import sys

# For each room, the rooms whose headers it may include besides its own.
DOORS = {
    "base": set(),
    "ranges": {"base"},
    "job": {"base", "ranges"},
    "platform": {"base"},
    "store": {"base", "ranges", "job", "platform"},
    "http": {"base", "ranges"},
    "transfer": {"base", "ranges", "job", "http"},
    "output": {"base", "ranges", "job", "platform"},
    "network": {"base", "ranges", "job", "http", "transfer", "output", "platform"},
    "engine": {"base", "ranges", "job", "http", "platform", "store", "output", "network"},
    "com": set(),
}

# The floors of com: for each, the floors whose headers it may include besides its own.
ALL_BELOW = {"network", "calls", "object"}
FLOORS = {
    "object": set(),
    "wine": {"object"},
    "calls": {"object"},
    "network": {"object"},
    "job": ALL_BELOW,
    "download": ALL_BELOW,
    "script": ALL_BELOW | {"download"},
    "server": ALL_BELOW | {"script", "job", "download", "wine"},
}

# Pure rooms: no clock, disk, network, lock or thread.
PURE = ("base", "ranges", "job", "http", "transfer")
PURE_MAY = {
    "assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "stdalign.h",
    "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdlib.h",
    "stdnoreturn.h", "string.h",
}
# Formatting into memory is not I/O, but its functions are declared in this header.
PURE_MAY_BESIDES = {"src/base/text.c": {"stdio.h"}, "src/base/log.c": {"stdio.h"}}

# The engine's public headers. Every room may use the words; the manual is for its hosts, for the
# engine, and for job, whose states are the ones that a client sees.
WORDS = {"odo/types.h"}
CALLS = {"odo/odo.h"}
MAY_CALL = ("src/job/", "src/com/", "src/engine/", "tools/odo/", "tests/")

# Besides src/network: tests that compare our parsing with libcurl's.
MAY_CURL = ("tests/component/test_url_against_curl.c",)

# Headers that are restricted to certain places.
CURL = re.compile(r"^curl/")
WINDOWS = re.compile(
    r"^(windows|winsock2?|ws2tcpip|objbase|ole2|oleauto|shellapi|shlobj|shlwapi|bcrypt|"
    r"wincrypt|winhttp|winternl|winreg|sddl|aclapi|rpc|rpcproxy|unknwn|initguid|io|process)\.h$")
POSIX = re.compile(
    r"^(sys/|netinet/|arpa/)|^(unistd|fcntl|dirent|pthread|poll|netdb|signal|termios|dlfcn|"
    r"spawn|pwd|grp)\.h$")
GENERATED = {"deliveryoptimization.h", "opendo.h"}

# Terms of COM, including GUID: the engine's term is id.
COM = re.compile(r"\b(COM|HRESULT|GUID|CLSID|IID|BSTR|VARIANT|(IUnknown|IDispatch|IDO[A-Z]|BG_|DO_E_)\w*|"
                 r"S_(OK|FALSE)|E_[A-Z]+|interfaces? of)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def includes(path):
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1) or found.group(2), found.group(1) is not None


def room_of(header):
    """The room a header of ours belongs to, by the first folder of its name."""
    first = header.split("/")[0]
    return first if "/" in header and first in DOORS else None


def windows_file(name):
    return (name.startswith(("src/com/", "src/platform/windows/", "tests/com/",
                             "tests/integration/", "tests/support/"))
            and not name.endswith("_posix.c")) or name.endswith(("_windows.c", "_windows.h"))


def posix_file(name):
    return name.startswith(("src/platform/posix/",)) or name.endswith(("_posix.c", "_posix.h"))


def complaint(root, name, header):
    """What is wrong with this file including this header, or None."""
    parts = name.split("/")
    room = parts[1] if parts[0] == "src" and len(parts) > 2 else None
    other = room_of(header)
    if parts[0] == "tests" and (root / "tests" / header).exists():
        other = None  # tests have folders named like the rooms, with their own headers

    if CURL.match(header) and room != "network" and name not in MAY_CURL:
        return "libcurl belongs to src/network"
    if WINDOWS.match(header) and not windows_file(name):
        # io.h and process.h are Windows headers.
        return "Windows' headers belong to src/com, src/platform/windows and *_windows.c"
    if POSIX.match(header) and not posix_file(name) and parts[0] != "tests":
        if not (windows_file(name) and header == "fcntl.h"):
            return "POSIX headers belong to src/platform/posix and *_posix.c"
    if header in GENERATED and not (room == "com" or parts[0] in ("tools", "tests")):
        return "the generated header belongs to src/com and to clients"
    if header in CALLS and not name.startswith(MAY_CALL) and parts[0] != "include":
        return "the engine's calls are for its hosts; rooms include <odo/types.h>"

    if room == "com":
        floor = parts[2] if len(parts) > 3 else None
        below = header.split("/")[1] if other == "com" else floor
        if floor not in FLOORS:
            return "a file of com is on one of the floors that tools/check_rooms.py knows"
        if below != floor and below not in FLOORS[floor]:
            return f"com/{floor} may not include com/{below}"
    if room is not None:
        if room not in DOORS:
            return f"src/{room} is a room that tools/check_rooms.py does not know"
        if other and other != room and other not in DOORS[room]:
            return f"{room} may not include {other}"
        if room in PURE and header not in WORDS | CALLS and not other:
            allowed = PURE_MAY | PURE_MAY_BESIDES.get(name, set())
            local = (root / name).parent / header
            if header not in allowed and not local.exists():
                return f"{room} is pure: no clock, disk, network, lock or thread"
    elif parts[0] == "include":
        if other:
            return "a public header includes no room"
    elif parts[0] == "tools" and other:
        return "the program sees the engine through <odo/odo.h> only"
    elif name.startswith("tests/integration/") and (other or header in CALLS):
        return "an integration test meets the DLL as a client does"
    return None


def words_of_com(root):
    """Where the engine's public headers mention COM, as (name, line number, word)."""
    for path in sorted((root / "include/odo").rglob("*.h")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for found in COM.finditer(line):
                yield path.relative_to(root).as_posix(), number, found.group()


def unit_of(name):
    """A file of src without its extension; src/x/y.h and src/x/y.c are one unit."""
    return name.rsplit(".", 1)[0].removeprefix("src/")


def circles(graph):
    """The strongly connected components of the units (Tarjan's algorithm)."""
    order, low, path, found = {}, {}, [], []

    def visit(unit):
        order[unit] = low[unit] = len(order)
        path.append(unit)
        for other in sorted(graph.get(unit, ())):
            if other not in order:
                visit(other)
                low[unit] = min(low[unit], low[other])
            elif other in path:
                low[unit] = min(low[unit], order[other])
        if low[unit] == order[unit]:
            members = path[path.index(unit):]
            del path[path.index(unit):]
            if len(members) > 1:
                found.append(sorted(members))

    for unit in sorted(graph):
        if unit not in order:
            visit(unit)
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    if root.is_file():
        root = root.parent.parent
    files, lines, bad = 0, 0, 0
    graphs = {room: {} for room in DOORS}
    for folder in ("include", "src", "tools/odo", "tests"):
        for path in sorted((root / folder).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            files += 1
            for number, header, _ in includes(path):
                lines += 1
                room = name.split("/")[1]
                if folder == "src" and room_of(header) == room:
                    units = graphs[room].setdefault(unit_of(name), set())
                    units |= {unit_of(header)} - {unit_of(name)}
                problem = complaint(root, name, header)
                if problem:
                    bad += 1
                    print(f"{name}:{number}: {header}: {problem}")
    for name, number, word in words_of_com(root):
        bad += 1
        print(f"{name}:{number}: {word}: the engine's headers speak of nothing that is COM's")
    for graph in graphs.values():
        for members in circles(graph):
            bad += 1
            print(f"{members[0]}: a circle of {len(members)} units: {' - '.join(members)}")
    print(f"{lines} includes in {files} files, {bad} wrong")
    if files == 0:
        print("no files found: is this the right folder?")
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
