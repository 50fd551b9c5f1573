#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the results of script/test: one line a suite, then "N passed, N failed".

A suite that left no results, or ran no test, counts as one failure. Exits with 1 when
anything failed.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def count_cmocka(test):
    """(passed, failed) of one executable of ours; tests that print no cmocka lines count as one."""
    text = test.get("stdout", "") + "\n" + test.get("stderr", "")
    announced = sum(int(n) for n in re.findall(r"^\[=+\] Running (\d+) test", text, re.M))
    passed = len(re.findall(r"\[ +OK \] ", text))
    skipped = len(set(re.findall(r"^\[  SKIPPED \] (\S+)$", text, re.M)))
    fine = test.get("result") in ("OK", "EXPECTEDFAIL")
    if test.get("result") == "SKIP":
        return 0, 0
    if announced == 0:
        return (1, 0) if fine else (0, 1)
    failed = max(announced - passed - skipped, 0)
    if not fine:  # also: a sanitizer or valgrind spoke after all tests had passed
        failed = max(failed, 1)
    return passed, failed


def count_meson(path):
    passed = failed = 0
    names = []
    for line in path.read_text().splitlines():
        test = json.loads(line)
        good, bad = count_cmocka(test)
        passed += good
        failed += bad
        if bad:
            names.append(test["name"])
    return passed, failed, names


def count_junit(path):
    passed = failed = 0
    names = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            names.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed, names


def count_lint(path):
    lines = [line.split(None, 1) for line in path.read_text().splitlines()]
    names = [name for status, name in lines if status != "ok"]
    return len(lines) - len(names), len(names), names


def count(path):
    readers = {".json": count_meson, ".xml": count_junit, ".txt": count_lint}
    if not path.exists():
        return 0, 1, ["no results: it did not run"]
    try:
        passed, failed, names = readers[path.suffix](path)
    except (ValueError, ElementTree.ParseError) as error:
        return 0, 1, [f"results can not be read: {error}"]
    if passed + failed == 0:
        return 0, 1, ["no test ran"]
    return passed, failed, names


def main():
    total_passed = total_failed = 0
    for path in map(pathlib.Path, sys.argv[1:]):
        passed, failed, names = count(path)
        total_passed += passed
        total_failed += failed
        print(f"  {path.stem:10} passed {passed:5}  failed {failed:5}")
        for name in names[:20]:
            print(f"    FAILED {name}")
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or total_passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
