#!/usr/bin/env python3
"""Compares the README's table of methods with the tests' list of unsupported slots.

usage: check_methods.py [--write] COMMAND...

COMMAND is test_unsupported, with the command to run it. With --write the README is updated.
Exits 77 when COMMAND does: this machine cannot run it.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- methods:begin -->\n)(.*?)(<!-- methods:end -->)", re.DOTALL)


def main():
    words = sys.argv[1:]
    write = words[:1] == ["--write"]
    command = words[1:] if write else words
    if not command:
        sys.exit(__doc__)
    # Not a pipe: Wine's own processes would inherit it and keep it open.
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(command + ["--list"], stdout=output, check=False)
        output.seek(0)
        listed = output.read().decode()
    if result.returncode != 0:
        sys.exit(result.returncode)
    wanted = re.sub(r" +\|", " |", listed.replace("\r", ""))
    text = README.read_text()
    found = BLOCK.search(text)
    if not found:
        sys.exit("README.md has no table between methods:begin and methods:end")
    if found.group(2) == wanted:
        return
    if not write:
        sys.exit("README.md's table of methods is not what the tests know; "
                 "tools/check_methods.py --write mends it")
    README.write_text(text[:found.start(2)] + wanted + text[found.end(2):])


if __name__ == "__main__":
    main()
