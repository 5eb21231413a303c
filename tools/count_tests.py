#!/usr/bin/env python3
"""Counts the test cases of a CTest run, and lists those that failed or were skipped.

usage: count_tests.py SUITE JUNIT_FILE RESULTS_FILE

A program that prints CMocka's summary counts as its cases, any other as one. Appends lines
"passed|failed|skipped SUITE COUNT DETAIL" to RESULTS_FILE, separated by tabs.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

SUMMARY = re.compile(r"^\[\s*(PASSED|FAILED|SKIPPED)\s*\]\s+(\d+) test\(s\)", re.MULTILINE)
CASE = re.compile(r"^\[\s*(FAILED|SKIPPED)\s*\]\s+([^\s].*)$", re.MULTILINE)
REASON = re.compile(r"^\s*SKIPPED: (.*)$", re.MULTILINE)
CRASH = re.compile(r"^wine: Unhandled |^Unhandled exception", re.MULTILINE)
FIXTURE = re.compile(r"^wine.*_(begins|ends)$")  # fixtures, not tests


def last_words(case, output):
    """How a program ended without reporting a failed case."""
    failure = case.find("failure")
    how = (failure.get("message") or "") if failure is not None else ""
    said = [line.strip() for line in output.splitlines() if line.strip()]
    return f"{how or 'failed'} outside its cases, " + (
        f"after: {said[-1][:200]}" if said else "and said nothing")


def count(case):
    """(passed, failed, skipped, names of failed cases, reasons for skipping) of one program."""
    name = case.get("name")
    output = (case.findtext("system-out") or "").replace("\r", "")
    counts = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    for word, number in SUMMARY.findall(output):
        counts[word] += int(number)
    passed, failed, skipped = counts["PASSED"], counts["FAILED"], counts["SKIPPED"]
    names = sorted({detail.strip() for word, detail in CASE.findall(output)
                    if word == "FAILED" and "test(s)" not in detail})
    reasons = REASON.findall(output) or sorted(
        {f"{name}, {detail.strip()}: this machine cannot show it"
         for word, detail in CASE.findall(output)
         if word == "SKIPPED" and "test(s)" not in detail})

    if case.find("skipped") is not None:
        return 0, 0, max(skipped, 1), [], reasons[:1] or [f"{name} says so"]
    # Wine may end a program that crashed with an exit code of 0.
    has_crashed = CRASH.search(output) is not None
    if case.get("status") == "run" and case.find("failure") is None and not has_crashed:
        if passed + failed + skipped == 0:
            passed = 1
        if failed:
            names = names or [name]
    else:
        # Crashed, timed out, or failed outside a case: the summary may be missing or partial.
        if failed == 0:
            failed = 1
            names = [last_words(case, output)]
    return passed, failed, skipped, [f"{name}: {one}" for one in names], reasons


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    suite, junit, results = sys.argv[1:]
    totals = [0, 0, 0]
    failures, reasons = [], {}
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        if FIXTURE.match(case.get("name")) and case.find("failure") is None:
            continue
        passed, failed, skipped, names, why = count(case)
        totals[0] += passed
        totals[1] += failed
        totals[2] += skipped
        failures += names
        if skipped:
            reason = why[0] if why else f"{case.get('name')} says so"
            reasons[reason] = reasons.get(reason, 0) + skipped
    with open(results, "a", encoding="utf-8") as file:
        file.write(f"passed\t{suite}\t{totals[0]}\t\n")
        file.write(f"failed\t{suite}\t{totals[1]}\t{'; '.join(failures)}\n")
        for reason, number in reasons.items():
            file.write(f"skipped\t{suite}\t{number}\t{reason}\n")
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")


if __name__ == "__main__":
    main()
