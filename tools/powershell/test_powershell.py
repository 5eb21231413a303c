#!/usr/bin/env python3
"""Tests the PowerShell module OpenDO by the real engine of PowerShell, in a small host program.

    test_powershell.py --dll DOSVC.DLL --work FOLDER [--only WORD] [EMULATOR ARGUMENT...]

The host is built for win-x64 in FOLDER. Whatever stands at the end is put before each Windows
program, which is how they run under Wine. Without an SDK of .NET, or where its packages cannot be
had, the tests count as skipped.
"""

import argparse
import os
import re
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tools", "lib"))

import client_tests  # noqa: E402

HOST = os.path.join(ROOT, "tools", "dotnet", "powershell-host", "OpenDO.PowerShellHost.csproj")


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def check_version():
    version = re.search(r"project\(opendo VERSION ([0-9.]+)", read("CMakeLists.txt")).group(1)
    module = re.search(r"ModuleVersion\s*= '([0-9.]+)'",
                       read("tools", "powershell", "OpenDO", "OpenDO.psd1")).group(1)
    assert module == version, "the module says %s, the project %s" % (module, version)


def check_text():
    """Windows PowerShell 5.1 takes a script without a mark for one in the system's code page."""
    for folder, _, names in os.walk(HERE):
        for name in names:
            if name.endswith((".ps1", ".psm1", ".psd1", ".ps1xml")):
                with open(os.path.join(folder, name), "rb") as file:
                    assert file.read().isascii(), "%s has characters that are not ASCII" % name
                if name.endswith(".ps1xml"):
                    ElementTree.parse(os.path.join(folder, name))


def check_words():
    """The module's words are those of "odo explain"."""
    table = read("tools", "odo", "hresult_text.c")
    ours = dict(re.findall(r"^    (\w+) = '((?:[^']|'')*)'$",
                           read("tools", "powershell", "OpenDO", "OpenDO.Words.ps1"),
                           re.MULTILINE))
    theirs = re.findall(r'\{(0x[0-9A-F]{8}), "\w+", "([^"]*)", \w+\}', table)
    theirs += re.findall(r'\{(\d{3}), "([^"]*)"\}', table)
    assert len(theirs) > 150
    for code, words in theirs:
        assert ours.pop(code, "").replace("''", "'") == words, "%s: %s" % (code, words)
    assert not ours, "more words: %s" % ours


def readme_script(wine, url, downloads, path):
    """Write the PowerShell examples of the README as one script that meets our server."""
    examples = re.findall(r"^```powershell\n(.*?)^```", read("README.md"),
                          re.MULTILINE | re.DOTALL)
    assert examples, "README.md has no PowerShell example"
    text = "".join(examples)
    for theirs, ours in (("./tools/powershell/OpenDO", wine.path(os.path.join(HERE, "OpenDO"))),
                         ("./tools/powershell/", wine.path(HERE) + "\\"),
                         ("http://127.0.0.1:8080/image.iso", url),
                         ("C:\\downloads", downloads)):
        assert theirs in text or theirs.endswith("/"), "the examples have no %s" % theirs
        text = text.replace(theirs, ours)
    with open(path, "w", encoding="utf-8") as file:
        file.write("$ErrorActionPreference = 'Stop'\n" + text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dll", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("emulator", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    cases = client_tests.Cases()
    cases.test("the module's version is the project's", check_version)
    cases.test("the module's words are those of odo explain", check_words)
    cases.test("scripts are ASCII, so that every PowerShell reads them alike", check_text)
    good = cases.summarize()

    wine = client_tests.Wine(options.emulator)
    try:
        folder = client_tests.publish(HOST, os.path.abspath(options.work))
        with client_tests.content_server() as server, wine.registered(options.dll), \
                tempfile.TemporaryDirectory() as downloads, \
                tempfile.TemporaryDirectory() as scripts:
            readme = os.path.join(scripts, "readme.ps1")
            readme_script(wine, server.url("file"), wine.path(downloads), readme)
            for place in ("here", "shared"):
                print("The downloads are made %s." % (
                    "in the shell" if place == "here" else "by the local server"), flush=True)
                good = client_tests.run_tests(
                    wine, os.path.join(folder, "powershell_host.exe"),
                    [wine.path(os.path.join(HERE, "test_powershell.ps1")), server.url(""),
                     wine.path(downloads), wine.path(readme),
                     wine.path(os.path.join(ROOT, "tests", "support", "local_names.tsv")), place,
                     options.only],
                    {"NO_COLOR": "1", "OPENDO_HOST_IDLE_SECONDS": "2"}) and good
    except client_tests.Skip as why:
        print("SKIPPED: %s" % why)
        print("[  SKIPPED ] 1 test(s).")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
