#!/usr/bin/env python3
"""Lays out the folder that a user of Windows tries: the programs as built, and verify.ps1.

usage: bundle.py BUILD_FOLDER FOLDER [TEST...]

BUILD_FOLDER is that of a Windows preset. Without names of tests all are taken whose programs need
nothing beside them. In FOLDER, on Windows: powershell -ExecutionPolicy Bypass -File verify.ps1
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = re.compile(r"^<!-- run: ([a-z_]+\.(?:js|vbs)) -->\s*\n+```\w+\n(.*?)^```",
                    re.MULTILINE | re.DOTALL)
# These have a web server of another make beside them, or nobody to kill.
LEFT_OUT = ("test_tls_", "test_kill")

# Those of integration/ register the DLL for all users.
PLACES = {"unit": "tests", "component": "tests", "com": "tests", "integration": "tests-admin"}


def run(command):
    print("$", " ".join(str(word) for word in command), flush=True)
    return subprocess.run([str(word) for word in command], check=False,
                          stdout=subprocess.DEVNULL).returncode


def architecture(build):
    cache = (build / "CMakeCache.txt").read_text()
    found = re.search(r"^ODO_ARCH:\w+=(\w+)", cache, re.MULTILINE)
    return found.group(1) if found else "x86_64"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    build, folder = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    names = sys.argv[3:]
    shutil.rmtree(folder, ignore_errors=True)
    if run(["cmake", "--install", build, "--prefix", folder]) != 0:
        sys.exit("what was built cannot be installed")

    examples = folder / "examples.part"
    if run([sys.executable, ROOT / "tools/check_readme.py", folder,
            ROOT / "tools/cmake/mingw-w64.cmake", architecture(build), examples]) not in (0, 77):
        sys.exit("the programs of README.md do not build")
    (folder / "programs").mkdir()
    for program in (examples / "build").glob("*.exe"):
        shutil.copy(program, folder / "programs")
    shutil.rmtree(examples, ignore_errors=True)

    (folder / "scripts").mkdir()
    scripts = SCRIPT.findall((ROOT / "README.md").read_text())
    if not scripts:
        sys.exit("README.md has no script marked to be run")
    for name, text in scripts:
        (folder / "scripts" / name).write_text(text, newline="\r\n")

    for label, place in PLACES.items():
        (folder / place).mkdir(exist_ok=True)
        for source in sorted((ROOT / "tests" / label).glob("test_*.c")):
            name = source.stem
            program = build / "tests" / f"{name}.exe"
            if program.exists() and (name in names or
                                     (not names and not name.startswith(LEFT_OUT))):
                shutil.copy(program, folder / place)
    shutil.copytree(ROOT / "tests/fuzz/corpus", folder / "corpus")
    shutil.copytree(ROOT / "tools/powershell/OpenDO", folder / "OpenDO")
    shutil.copy(ROOT / "tools/windows/verify.ps1", folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
