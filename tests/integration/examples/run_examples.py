#!/usr/bin/env python3
"""Builds the C and C++ programs of README.md and runs them against a server.

    run_examples.py --dll DOSVC.DLL --work FOLDER --compiler CC --headers FOLDER...
                    --identifiers LIBRARY -- [EMULATOR ARGUMENT...]

A program is a ```c or ```cpp block right after a line <!-- build: NAME -->. It is given a URL and an
absolute path, and is to fetch RANGES into it; where that fails it prints the error and exits with 1.
The DLL is registered first and unregistered at the end. C++ is skipped where there is no compiler
for it beside the one for C.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import client_tests  # noqa: E402
from test_odo import CONTENT  # noqa: E402

EXAMPLE = re.compile(r"^<!-- build: ([a-z0-9_]+) -->\s*\n+```(c|cpp)\n(.*?)^```",
                     re.MULTILINE | re.DOTALL)
RANGES = CONTENT[4096:4196] + CONTENT[0:16] + CONTENT[8192:]
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
HEADERS = ("deliveryoptimization.h", "deliveryoptimizationerrors.h", "opendo.h")


def compile_with(options, compiler, source, program):
    language = ["-std=c++17", "-static"] if source.suffix == ".cpp" else ["-std=c17", "-static-libgcc"]
    command = [compiler, *language, *WARNINGS, *("-I" + folder for folder in options.headers),
               "-o", program, source, options.identifiers, "-lole32", "-loleaut32", "-luuid"]
    print("$", " ".join(str(word) for word in command), flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    print(done.stdout)
    assert done.returncode == 0, f"{source.name} does not compile"


def check_headers(options, compiler, work):
    source = work / "headers.cpp"
    source.write_text("".join(f"#include <{name}>\n" for name in HEADERS) +
                      "int main() { return sizeof(IDODownload *) == 0; }\n")
    compile_with(options, compiler, source, work / "headers.exe")


def check_example(options, compiler, source, wine, server, downloads):
    program = source.with_suffix(".exe")
    path = downloads / (source.stem + ".bin")
    compile_with(options, compiler, source, program)
    code, output = wine.run(str(program), server.url("file"), wine.path(path))
    assert code == 0, f"it exits with {code}: {output}"
    assert path.exists() and path.read_bytes() == RANGES, "its file has other bytes"
    path.unlink()
    code, output = wine.run(str(program), server.url("missing"), wine.path(path))
    assert code == 1 and "0x80190194" in output, f"404 makes it exit with {code}: {output}"
    assert not list(downloads.iterdir()), "a failed download leaves something"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dll", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--headers", required=True, nargs="+")
    parser.add_argument("--identifiers", required=True)
    parser.add_argument("emulator", nargs="*")
    options = parser.parse_args()

    work = pathlib.Path(options.work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    compilers = {"c": options.compiler, "cpp": shutil.which(re.sub(r"\bgcc\b", "g++", options.compiler))}
    examples = EXAMPLE.findall((ROOT / "README.md").read_text())
    cases = client_tests.Cases()
    skipped = 0
    wine = client_tests.Wine(options.emulator)
    store = tempfile.TemporaryDirectory()
    os.environ["OPENDO_STORE"] = wine.path(store.name)

    def some_of_each():
        assert {language for _, language, _ in examples} == {"c", "cpp"}, "one is missing"

    cases.test("README.md has an example in C and one in C++", some_of_each)
    if compilers["cpp"]:
        cases.test("the headers are C++ too",
                   lambda: check_headers(options, compilers["cpp"], work))
    try:
        with store, client_tests.content_server() as server, wine.registered(options.dll), \
                tempfile.TemporaryDirectory() as downloads:
            for name, language, text in examples:
                if not compilers[language]:
                    skipped += 1
                    continue
                source = work / f"{name}.{language}"
                source.write_text(text)
                cases.test(f"README.md: {name} fetches what it says, and tells of an error",
                           lambda: check_example(options, compilers[language], source, wine, server,
                                                 pathlib.Path(downloads)))
    except client_tests.Skip as why:
        print(f"SKIPPED: {why}")
        return client_tests.SKIPPED
    good = cases.summarize()
    if skipped:
        print("SKIPPED: there is no C++ compiler for Windows")
        print(f"[  SKIPPED ] {skipped} test(s).")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
