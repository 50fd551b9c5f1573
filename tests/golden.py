# SPDX-License-Identifier: Apache-2.0
"""Topics that other registries wrote, as a journal: for replaying them without a Kafka."""
import json
import os
import pathlib
import struct

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Where the recorded topics lie; they are not ours to keep in this repository.
TOPICS = pathlib.Path(os.environ.get("SCUTE_TOPICS", ROOT.parent / "shared" / "data" / "topics"))
SALT = 1

_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ (0x82F63B78 if _byte & 1 else 0)
    _TABLE.append(_byte)


def crc32c(data, seed=0):
    crc = seed ^ 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def read_lines(name):
    with open(TOPICS / name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _length(text):
    return 0xFFFFFFFF if text is None else len(text)


def _entry(position, record):
    key = record["key"].encode() if record["key"] is not None else None
    value = record["value"].encode() if record["value"] is not None else None
    body = (key or b"") + (value or b"")
    size = (56 + len(body) + 7) // 8 * 8
    body = body.ljust(size - 56, b"\0")
    rest = struct.pack("<IIqqQIIIHH", size, crc32c(body), record["offset"], record["timestamp"],
                       position, _length(key), _length(value), 0, 0, 0)
    return struct.pack("<4sI", b"JREC", crc32c(rest, SALT)) + rest + body


def write_journal(path, records):
    """docs/journal.md tells the format."""
    head = struct.pack("<8sIIqqQq12x", b"SCUTEJNL", 1, SALT, 0, 0, 0, 0)
    data = head + struct.pack("<I", crc32c(head))
    for record in records:
        data += _entry(len(data), record)
    pathlib.Path(path).write_bytes(data)


def read_journal(path):
    """Its records, without marks."""
    data = pathlib.Path(path).read_bytes()
    position, records = 64, []
    while position < len(data):
        marker, _, size, _, offset, stamp, _, key_len, value_len, _, _, kind = \
            struct.unpack_from("<4sIIIqqQIIIHH", data, position)
        assert marker == b"JREC"
        parts, at = [], position + 56
        for length in (key_len, value_len):
            parts.append(None if length == 0xFFFFFFFF else data[at:at + length].decode())
            at += 0 if length == 0xFFFFFFFF else length
        if kind == 0:
            records.append({"offset": offset, "timestamp": stamp, "key": parts[0], "value": parts[1]})
        position += size
    return records
