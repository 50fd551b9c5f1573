# SPDX-License-Identifier: Apache-2.0
"""scute backup under test, and Karapace's version 3 read and written by other means than ours."""
import io
import json
import os
import struct
import subprocess

import fastavro

from scute import build_dir

RECORD = fastavro.parse_schema({
    "type": "record", "name": "Record", "fields": [
        {"name": "key", "type": ["bytes", "null"]},
        {"name": "value", "type": ["bytes", "null"]},
        {"name": "headers", "type": {"type": "array", "items": {
            "type": "record", "name": "Header", "fields": [
                {"name": "key", "type": "bytes"}, {"name": "value", "type": "bytes"}]}}},
        {"name": "offset", "type": "long"},
        {"name": "timestamp", "type": "long"},
        {"name": "checksum_checkpoint", "type": ["bytes", "null"]}]})
METADATA = fastavro.parse_schema({
    "type": "record", "name": "Metadata", "fields": [
        {"name": "version", "type": "int"},
        {"name": "tool_name", "type": "string"},
        {"name": "tool_version", "type": "string"},
        {"name": "started_at", "type": "long"},
        {"name": "finished_at", "type": "long"},
        {"name": "record_count", "type": "int"},
        {"name": "topic_name", "type": "string"},
        {"name": "topic_id", "type": ["string", "null"]},
        {"name": "partition_count", "type": "int"},
        {"name": "replication_factor", "type": "int"},
        {"name": "topic_configurations", "type": {"type": "map", "values": "string"}},
        {"name": "data_files", "type": {"type": "array", "items": {
            "type": "record", "name": "DataFile", "fields": [
                {"name": "filename", "type": "string"},
                {"name": "partition", "type": "long"},
                {"name": "checksum", "type": "bytes"},
                {"name": "record_count", "type": "long"},
                {"name": "start_offset", "type": "int"},
                {"name": "end_offset", "type": "int"}]}}},
        {"name": "checksum_algorithm", "type": {
            "type": "enum", "name": "ChecksumAlgorithm", "symbols": ["unknown", "xxhash3_64_be"]}}]})

MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                      0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def _turn(value, bits):
    return (value << bits | value >> (64 - bits)) & MASK


def _round(lane, word):
    return _turn((lane + word * P2) & MASK, 31) * P1 & MASK


def xxh64(data):
    """XXH64 with seed 0, big-endian, from its specification."""
    at, total = 0, len(data)
    if total >= 32:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while at + 32 <= total:
            for i, word in enumerate(struct.unpack_from("<4Q", data, at)):
                lanes[i] = _round(lanes[i], word)
            at += 32
        value = sum(_turn(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ _round(0, lane)) * P1 + P4) & MASK
    else:
        value = P5
    value = (value + total) & MASK
    while at + 8 <= total:
        word, = struct.unpack_from("<Q", data, at)
        value = (_turn(value ^ _round(0, word), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= total:
        word, = struct.unpack_from("<I", data, at)
        value = (_turn(value ^ word * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        value = _turn(value ^ byte * P5 & MASK, 11) * P1 & MASK
    value = (value ^ value >> 33) * P2 & MASK
    value = (value ^ value >> 29) * P3 & MASK
    return struct.pack(">Q", value ^ value >> 32)


def framed(schema, record):
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, record)
    return struct.pack(">I", len(body.getvalue())) + body.getvalue()


def unframe(schema, data, at):
    length, = struct.unpack_from(">I", data, at)
    body = io.BytesIO(data[at + 4:at + 4 + length])
    record = fastavro.schemaless_reader(body, schema)
    assert body.read() == b"", "bytes follow a record"
    return record, at + 4 + length


def write_v3(directory, topic, records, **members):
    """records: (key, value, headers, offset, timestamp). As Karapace 5.2 does."""
    directory.mkdir()
    data, since_records, since_bytes = b"", 0, 0
    for key, value, headers, offset, timestamp in records:
        due = since_records >= 100 or since_bytes >= 16384
        if due:
            since_records = since_bytes = 0
        frame = framed(RECORD, {
            "key": key, "value": value, "offset": offset, "timestamp": timestamp,
            "headers": [{"key": name, "value": text} for name, text in headers],
            "checksum_checkpoint": xxh64(data) if due else None})
        data += frame
        since_records += 1
        since_bytes += len(frame)
    files = [{"filename": f"{topic}:0.data", "partition": 0, "checksum": xxh64(data),
              "record_count": len(records), "start_offset": records[0][3],
              "end_offset": records[-1][3]}] if records else []
    if records:
        (directory / f"{topic}:0.data").write_bytes(data)
    (directory / f"{topic}.metadata").write_bytes(b"/V3\n" + framed(METADATA, {
        "version": 3, "tool_name": "karapace", "tool_version": "5.2.0", "started_at": 1700000000000,
        "finished_at": 1700000001000, "record_count": len(records), "topic_name": topic,
        "topic_id": None, "partition_count": 1, "replication_factor": 1,
        "topic_configurations": {"cleanup.policy": "compact"}, "data_files": files,
        "checksum_algorithm": "xxhash3_64_be", **members}))


def read_v3(directory, topic):
    """(metadata, records); everything that can be checked is asserted."""
    raw = (directory / f"{topic}.metadata").read_bytes()
    assert raw[:4] == b"/V3\n"
    metadata, end = unframe(METADATA, raw, 4)
    assert end == len(raw)
    records, at, since_records, since_bytes = [], 0, 0, 0
    if not metadata["data_files"]:
        return metadata, records
    file, = metadata["data_files"]
    data = (directory / file["filename"]).read_bytes()
    assert file["checksum"] == xxh64(data)
    while at < len(data):
        record, after = unframe(RECORD, data, at)
        due = since_records >= 100 or since_bytes >= 16384
        assert record["checksum_checkpoint"] == (xxh64(data[:at]) if due else None)
        if due:
            since_records = since_bytes = 0
        since_records += 1
        since_bytes += after - at
        records.append(record)
        at = after
    assert [file["record_count"], file["start_offset"], file["end_offset"]] == \
        [len(records), records[0]["offset"], records[-1]["offset"]]
    assert metadata["record_count"] == len(records)
    return metadata, records


def read_v2(data):
    """(key, value) of a file's bytes."""
    lines = data.decode("ascii").split("\n")
    assert lines[0] == "/V2" and lines[-1] == ""
    records = []
    for line in lines[1:-1]:
        assert line == line.upper().replace("NULL", "null")
        records.append(tuple(None if text == "null" else bytes.fromhex(text)
                             for text in line.split("\t")))
    return records


def write_v2(path, records):
    def text(part):
        return "null" if part is None else part.hex().upper()
    path.write_text("/V2\n" + "".join(f"{text(k)}\t{text(v)}\n" for k, v in records))


class Backup:
    """Runs the tool against one configuration, under Karapace's name."""

    def __init__(self, directory, **config):
        self.directory = directory
        self.config = directory / "backup.json"
        self.config.write_text(json.dumps(config))
        self.program = directory / "karapace_schema_backup"
        if not self.program.exists():
            self.program.symlink_to(os.path.abspath(build_dir() / "host" / "scute"))

    def start(self, command, *arguments, **options):
        with_config = command not in ("inspect", "verify")
        return subprocess.Popen(
            [str(self.program), command, *(["--config", str(self.config)] if with_config else []),
             *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.directory, **options)

    def run(self, command, *arguments, status=0, seconds=100):
        """(standard output as bytes, standard error as text); the exit status is asserted."""
        process = self.start(command, *arguments)
        out, err = process.communicate(timeout=seconds)
        assert process.returncode == status, (process.returncode, out[-500:], err.decode())
        assert b"runtime error" not in err and b"Sanitizer" not in err, err
        return out, err.decode()


def json_bytes(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def schema_key(subject, version, legacy=False):
    if legacy:
        return json_bytes({"subject": subject, "version": version, "magic": 1, "keytype": "SCHEMA"})
    return json_bytes({"keytype": "SCHEMA", "subject": subject, "version": version, "magic": 1})


def schema_value(subject, version, number, schema):
    return json_bytes({"subject": subject, "version": version, "id": number,
                       "schema": json.dumps(schema), "deleted": False})


# Everything a registry with Avro schemas writes, with what older Karapaces wrote.
RECORDS = [
    (schema_key("a-value", 1), schema_value("a-value", 1, 1, "int")),
    (schema_key("a-value", 2), schema_value("a-value", 2, 2, "long")),
    (schema_key("ü/é", 1), schema_value("ü/é", 1, 1, "int")),
    (schema_key("gone", 1), schema_value("gone", 1, 3, "string")),
    (schema_key("gone", 1), None),
    (json_bytes({"keytype": "CONFIG", "subject": None, "magic": 0}),
     json_bytes({"compatibilityLevel": "FULL"})),
    (json_bytes({"keytype": "CONFIG", "subject": "a-value", "magic": 0}),
     json_bytes({"compatibilityLevel": "NONE"})),
    (json_bytes({"keytype": "DELETE_SUBJECT", "subject": "ü/é", "magic": 0}),
     json_bytes({"subject": "ü/é", "version": 1})),
    (json_bytes({"keytype": "NOOP", "magic": 0}), json_bytes({"maxId": 3})),
]


def answers(daemon):
    """What a daemon says of everything that RECORDS may have left."""
    paths = ["/subjects", "/subjects?deleted=true", "/config", "/config/a-value", "/schemas",
             "/schemas?deleted=true", "/subjects/a-value/versions", "/subjects/a-value/versions/1",
             "/subjects/a-value/versions/latest", "/subjects/gone/versions",
             "/subjects/%C3%BC%2F%C3%A9/versions?deleted=true", "/schemas/ids/1", "/schemas/ids/2",
             "/schemas/ids/3", "/schemas/ids/1/versions"]
    return [(path, daemon.get(path)) for path in paths]
