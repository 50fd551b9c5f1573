#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No file past 800 lines, no function past 70: beyond that, two things stand in one place."""
from tree import Report, files, lines

FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70


def check_functions(report, name, text):
    start = None
    for number, line in enumerate(text, 1):
        if line == "{":  # our style: a function's braces, and nothing else's, stand in the first column
            start = number
        elif line == "}" and start is not None:
            if number - start - 1 > FUNCTION_LINES_MAX:
                report.add(name, start, f"a function of {number - start - 1} lines (at most {FUNCTION_LINES_MAX})")
            start = None


def main():
    report = Report("sources")
    sources = files(".c", ".h", ".def", ".py")
    for name in sources:
        text = lines(name)
        if len(text) > FILE_LINES_MAX:
            report.add(name, len(text), f"a file of {len(text)} lines (at most {FILE_LINES_MAX})")
        if name.endswith((".c", ".h")):
            check_functions(report, name, text)
    report.close(len(sources))


main()
