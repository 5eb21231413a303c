#!/usr/bin/env python3
"""Runs clang-tidy on the C files of the Linux build, in parallel.

usage: check_tidy.py BUILD_FOLDER [TEXT]

Only files whose path contains TEXT, if it is given. A file that was clean is not looked at again
until it, a header, its command line, .clang-tidy or clang-tidy itself changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tools/odo", "tests/support", "tests/fuzz")


# How many states of a function the analyzer looks at. By default it is 225,000, and ten long
# functions take half of the time of all.
ANALYZER_STATES = 50000


def digest(*parts):
    """A single key for all the parts."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part if isinstance(part, bytes) else part.encode())
        whole.update(b"\0")
    return whole.hexdigest()


def headers_digest():
    paths = [ROOT / ".clang-tidy"]
    for folder in ("include", "src", "tests", "tools/odo"):
        paths += sorted((ROOT / folder).rglob("*.h"))
    return digest(*[part for path in paths for part in (str(path), path.read_bytes())])


def our_lines(output):
    """The findings in our files; those in system headers are not ours to fix."""
    lines, ours = [], False
    for line in output.splitlines():
        if ": error: " in line or ": warning: " in line or ": note: " in line:
            ours = line.startswith(str(ROOT) + "/")
        if ours:
            lines.append(line)
    # A finding in a system header may be followed by notes about our code.
    return lines if any(": error: " in line or ": warning: " in line for line in lines) else []


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    wanted = sys.argv[2] if len(sys.argv) == 3 else ""
    stamps = build / "tidy"
    stamps.mkdir(exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True).stdout
    headers = digest(headers_digest(), version)
    work = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"]).resolve()
        if not path.is_relative_to(ROOT) or wanted not in str(path):
            continue
        name = str(path.relative_to(ROOT))
        if not name.startswith(tuple(folder + "/" for folder in FOLDERS)):
            continue
        key = digest(path.read_bytes(), headers, entry["command"], str(ANALYZER_STATES))
        stamp = stamps / name.replace("/", "_")
        if not stamp.exists() or stamp.read_text() != key:
            work.append((path.stat().st_size, path, stamp, key))
    # The largest first, so that no processor idles at the end.
    work = list({path: (path, stamp, key) for _, path, stamp, key in sorted(work, reverse=True)}
                .values())

    def look(path):
        # The command lines are for GCC, which has warnings that Clang lacks.
        command = ["clang-tidy", "-p", str(build), "--quiet",
                   "--extra-arg=-Wno-unknown-warning-option",
                   *[f"--extra-arg={argument}" for argument in (
                       "-Xclang", "-analyzer-config", "-Xclang", f"max-nodes={ANALYZER_STATES}")],
                   str(path)]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, errors="replace", check=False)
        lines = our_lines(result.stdout)
        if result.returncode and not lines and ": error: " not in result.stdout:
            lines = [f"{shlex.join(command)} failed:"] + result.stderr.splitlines()[-5:]
        return lines

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (path, stamp, key), lines in zip(work, pool.map(look, [item[0] for item in work])):
            if lines:
                bad += 1
                print("\n".join(lines))
            else:
                stamp.write_text(key)
    print(f"{len(work)} files looked at, {bad} with something to mend")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
