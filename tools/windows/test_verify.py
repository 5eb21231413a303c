#!/usr/bin/env python3
"""Runs verify.ps1 over a folder laid out by bundle.py, by the real engine of PowerShell under Wine.

    test_verify.py --build FOLDER --work FOLDER [EMULATOR ARGUMENT...]

The first folder is that of the Windows build; in the other PowerShell is built, as the tests of its
module do. Without an SDK of .NET, or where its packages cannot be had, the test counts as skipped.
"""

import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tools", "lib"))

import client_tests  # noqa: E402

HOST = os.path.join(ROOT, "tools", "dotnet", "powershell-host", "OpenDO.PowerShellHost.csproj")
TESTS = ("test_class_factory", "test_url")  # one that has COM, one that needs nothing


def check_report(report):
    """Every kind of step was reached, and what must be so under Wine is so."""
    print(report)
    for line in ("passed   regsvr32 registers it", "passed   get_ranges.exe",
                 "passed   get_ranges_cpp.exe", "passed   get.js", "passed   get.vbs",
                 "passed   the PowerShell module", "passed   odo.exe, and the file's time",
                 "passed   test_class_factory: ", "passed   test_url: ",
                 "skipped  BITS fetches the same file", "passed   regsvr32 /u takes away"):
        assert line in report, "the report has no line: %s" % line
    assert " 0 failed, " in report, "the report has a failure"


def check_failure(report):
    """With the DLL taken away nothing of it can pass, and the report says so to its end."""
    print(report)
    assert "FAILED   regsvr32 registers it" in report, "no word of what is missing"
    assert "FAILED   get_ranges.exe" in report, "a program passed without the server"
    assert " 0 failed, " not in report, "the count hides the failures"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("emulator", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    wine = client_tests.Wine(options.emulator)
    cases = client_tests.Cases()
    try:
        host = os.path.join(client_tests.publish(HOST, os.path.abspath(options.work)),
                            "powershell_host.exe")
    except client_tests.Skip as why:
        print("SKIPPED: %s" % why)
        print("[  SKIPPED ] 1 test(s).")
        return 0

    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, "opendo")
        subprocess.run([os.path.join(HERE, "bundle.py"), options.build, folder, *TESTS], check=True)
        script = os.path.join(work, "run.ps1")
        report = os.path.join(work, "report.txt")
        with open(script, "w", encoding="ascii") as file:
            file.write("& '%s' -Folder '%s' -Report '%s' -AllUsers\nexit $LASTEXITCODE\n" %
                       (wine.path(os.path.join(folder, "verify.ps1")), wine.path(folder),
                        wine.path(report)))

        def verify():
            code, output = wine.run(host, wine.path(script),
                                    environment=client_tests.DOTNET_UNDER_WINE)
            assert os.path.exists(report), "no report was written: %s" % output
            with open(report, encoding="utf-8-sig") as file:
                text = file.read()
            os.remove(report)
            return code, text

        def all_is_well():
            code, text = verify()
            check_report(text)
            assert code == 0, "it exits with %s" % code

        def something_is_missing():
            os.remove(os.path.join(folder, "bin", "dosvc.dll"))
            code, text = verify()
            check_failure(text)
            assert code == 1, "it exits with %s" % code

        cases.test("the report of a good folder has everything and no failure", all_is_well)
        cases.test("the report of a folder without the DLL says what fails", something_is_missing)
    return 0 if cases.summarize() else 1


if __name__ == "__main__":
    sys.exit(main())
