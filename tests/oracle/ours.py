# SPDX-License-Identifier: Apache-2.0
"""Talks to pb_oracle, the plugin as a filter."""
import base64
import collections
import os
import pathlib
import re
import struct
import subprocess

BUILD = pathlib.Path(os.environ.get("SCUTE_BUILD", "build")).resolve()
IMPORT = re.compile(rb"(?:^|;)\s*import\s+(?:public\s+|weak\s+)?\"([^\"]+)\"", re.M)

Refusal = collections.namedtuple("Refusal", "status line column text")


class Refused(Exception):
    """What the plugin says of an input that it does not take."""

    def __init__(self, refusal):
        super().__init__(f"{refusal.line}:{refusal.column}: {refusal.text}")
        self.refusal = refusal


def imports(text):
    """Paths of the imports in a text (bytes), as far as they stand at the start of a line or statement."""
    return [match[1].decode() for match in IMPORT.finditer(text)]


def sorted_references(references):
    """Each after those that it imports, as the host gives them; a cycle in any order."""
    done = {}

    def visit(path):
        if path in done or path not in references:
            return
        done[path] = None
        for name in imports(references[path]):
            visit(name)
        del done[path]
        done[path] = references[path]

    for path in references:
        visit(path)
    return done


class Oracle:
    def __init__(self):
        program = BUILD / "tests" / "unit" / "protobuf" / "pb_oracle"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0

    def _u32(self):
        data = self.process.stdout.read(4)
        assert len(data) == 4, "pb_oracle ended"
        return struct.unpack("=I", data)[0]

    def send(self, *strings):
        strings = [string.encode() if isinstance(string, str) else string for string in strings]
        parts = [struct.pack("=I", len(strings))]
        for string in strings:
            parts += [struct.pack("=I", len(string)), string]
        self.process.stdin.write(b"".join(parts))

    def receive(self):
        return [self.process.stdout.read(self._u32()) for _ in range(self._u32())]

    def receive_one(self):
        """The result; raises Refused."""
        kind, *rest = self.receive()
        if kind == b"ok":
            return rest[0]
        status, line, column, text = rest
        raise Refused(Refusal(int(status), int(line), int(column), text.decode()))

    def ask(self, *strings):
        self.send(*strings)
        self.process.stdin.flush()
        return self.receive_one()

    def parse(self, text, references=None, flags=""):
        """Later requests are about this one. Raises Refused."""
        strings = []
        for path, reference in sorted_references(references or {}).items():
            strings += [path, reference]
        self.ask("parse", flags, text, *strings)

    def parse_descriptor(self, data, references=None):
        self.parse(base64.b64encode(data), references)

    def descriptor(self, name):
        return self.ask("descriptor", name)

    def text(self):
        return self.ask("canonical")

    def builtins(self):
        self.send("builtins")
        self.process.stdin.flush()
        return [path.decode() for path in self.receive()]

    def builtin(self, path):
        return self.ask("builtin", path)
