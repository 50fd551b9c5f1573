# SPDX-License-Identifier: Apache-2.0
"""The corpus of .proto files: many cases in one file, one file per topic.

A line "//// NAME [FLAG ...]" begins a case, which is compiled as NAME.proto; a line
"//// + PATH" begins a further file of the same case. What precedes the first such line
is for the reader. The flag "new" marks a case that Debian's older protoc judges otherwise than
the newer one, which is the one we follow; "order" one whose statements are not in the order in
which text is printed, so that fields or imports of the descriptor change their order by that.
"""
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent / "protobuf"


class Case:
    """One case: its name, its topic, whether it is valid, and its files by path."""

    def __init__(self, topic, name, flags, valid):
        self.topic = topic
        self.name = name
        self.flags = flags
        self.valid = valid
        self.main = name + ".proto"
        self.files = {self.main: []}

    def text(self):
        return self.files[self.main]

    def references(self):
        """The further files, by path."""
        return {path: text for path, text in self.files.items() if path != self.main}

    def is_new(self):
        return "new" in self.flags

    def is_reordered(self):
        return "order" in self.flags

    def is_editions(self):
        return any(re.search(rb"^\s*edition\s*=", text, re.M) for text in self.files.values())

    def __repr__(self):
        return self.topic + "/" + self.name


def read_file(path, valid):
    cases = []
    lines = None
    for line in path.read_bytes().split(b"\n"):
        if line.startswith(b"//// + "):
            lines = cases[-1].files[line[7:].decode().strip()] = []
        elif line.startswith(b"//// "):
            name, *flags = line[5:].decode().split()
            cases.append(Case(path.stem, name, flags, valid))
            lines = cases[-1].files[cases[-1].main]
        elif lines is not None:
            lines.append(line)
    for case in cases:
        case.files = {path: b"\n".join(lines) + b"\n" for path, lines in case.files.items()}
    return cases


def read(kind):
    """All cases of "valid" or "invalid", in the order of their files' names."""
    cases = []
    for path in sorted((HERE / kind).glob("*.proto")):
        cases += read_file(path, kind == "valid")
    names = [case.name for case in cases]
    doubled = {name for name in names if names.count(name) > 1}
    assert not doubled, f"case names used twice: {doubled}"
    return cases
