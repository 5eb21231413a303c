#!/usr/bin/env python3
"""Runs a test with a place of its own for the jobs that the server keeps.

usage: own_store.py [--drive LETTER:] PROGRAM [ARGUMENT...]

OPENDO_STORE names a folder that is made for this run and taken away at its end, so that what a test
leaves that was killed is nobody's. --drive is how a Windows program that runs elsewhere names the
root. Exits as the program does.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile


def main():
    arguments = sys.argv[1:]
    drive = ""
    if arguments[:1] == ["--drive"]:
        drive = arguments[1]
        arguments = arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    store = tempfile.mkdtemp(prefix="opendo-store-")
    process = None
    try:
        process = subprocess.Popen(arguments, env=dict(os.environ, OPENDO_STORE=drive + store))
        signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
        code = process.wait()
    finally:
        if process and process.poll() is None:
            process.kill()
            process.wait()
        # What a server that still runs holds open stays, and is nobody's.
        shutil.rmtree(store, ignore_errors=True)
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main())
