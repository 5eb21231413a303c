#!/usr/bin/env python3
"""Fails when a C file is missing from the lists of sources, or a list is not sorted.

usage: check_sources.py [ROOT]

The lists are sources.cmake in src, tests and tools. What is not part of a folder's program or
library, CMake's other files name by its path.
"""

import pathlib
import re
import sys

LISTS = ("src", "tests", "tools")
OTHERS = ("CMakeLists.txt", "tests/CMakeLists.txt", "tools/cmake/OdoServer.cmake")

# Built by scripts.
SCRIPTS = {
    "tests/integration/headers/both_headers.c": "tests/integration/headers/run_headers.py",
    "tests/integration/headers/client.c": "tests/integration/headers/run_headers.py",
    "tests/simulation/simulate.c": "tools/simulate",
}

LIST = re.compile(r"odo_list_sources\(\s*([^)]*)\)")


def read(path):
    return path.read_text() if path.exists() else ""


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    if root.is_file():
        root = root.parent.parent
    listed, bad = [], []
    for base in LISTS:
        for found in LIST.finditer(read(root / base / "sources.cmake")):
            folder, *files = found.group(1).split()
            listed += [f"{base}/{folder}/{file}" for file in files]
            if files != sorted(files):
                bad.append(f"{base}/sources.cmake: {folder} is not in order")
    others = set()
    for name in OTHERS:
        words = re.findall(r"[\w./-]+\.c\b", read(root / name).replace("${PROJECT_SOURCE_DIR}/", ""))
        others.update(words, (f"{pathlib.PurePath(name).parent}/{word}" for word in words))

    there = {path.relative_to(root).as_posix() for base in ("src", "tests", "tools/odo")
             for path in (root / base).rglob("*.c")}
    bad += [f"{name}: in no list of sources" for name in sorted(there)
            if name not in listed and name not in others and name not in SCRIPTS]
    bad += [f"{name}: listed, but not there" for name in sorted({*listed, *SCRIPTS} - there)]
    bad += [f"{name}: listed twice" for name in sorted(set(listed)) if listed.count(name) > 1]
    print("\n".join([*bad, f"{len(there)} C files, {len(listed)} of them in lists, {len(bad)} wrong"]))
    return 1 if bad or not there else 0


if __name__ == "__main__":
    sys.exit(main())
