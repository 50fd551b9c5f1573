#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Licence lines, no notes to ourselves, no paths of the machine it was written on."""
import re

from tree import TOP, Report, files, lines

LICENCE = "SPDX-License-Identifier: Apache-2.0"
# Put together here so that this file does not find itself.
NOTE = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")
MACHINE = re.compile(r"(?<![\w.])/(" + "|".join(["wo" + "rk", "ho" + r"me/[a-z]\w*", "ro" + "ot"]) + r")/\w")
BINARY = (".png", ".gz", ".bin", ".jpg", ".so", ".jar")
DATA = ("tests/fuzz/corpus", "tests/data/", "LICENSE")


def is_source(name):
    if name.endswith((".c", ".h", ".def", ".py", ".sh", ".options")):
        return True
    with open(TOP / name, "rb") as file:
        return file.read(2) == b"#!"


def main():
    report = Report("files")
    names = [name for name in files() if not name.endswith(BINARY) and not name.startswith(DATA)]
    for name in names:
        text = lines(name)
        if is_source(name) and not any(LICENCE in line for line in text[:3]):
            report.add(name, 1, f"lacks its line {LICENCE}")
        for number, line in enumerate(text, 1):
            if NOTE.search(line):
                report.add(name, number, f"a note to ourselves: {NOTE.search(line).group()}")
            if MACHINE.search(line):
                report.add(name, number, f"a path of one machine: {MACHINE.search(line).group()}")
    report.close(len(names))


main()
