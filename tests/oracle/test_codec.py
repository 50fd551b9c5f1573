# SPDX-License-Identifier: Apache-2.0
"""The codec against protoc --encode and --decode and Python's json_format: random messages of
random schemas, both ways. SCUTE_LONG=1 makes ten times as many."""
import json
import os
import subprocess
import sys

import pytest
from google.protobuf import (any_pb2, descriptor_pb2, descriptor_pool, duration_pb2, empty_pb2,
                             field_mask_pb2, json_format, message_factory, struct_pb2, text_format,
                             timestamp_pb2, wrappers_pb2)

import protoc
from schemas import Filler, Schema

LONG = os.environ.get("SCUTE_LONG") == "1"
SCHEMAS = 2500 if LONG else 250
MESSAGES_EACH = 42
CHUNK = 25  # schemas a test
EDITIONS_THROUGH_PROTOC = 1  # of a chunk; the newer protoc takes long to start
WELL_KNOWN = [any_pb2, duration_pb2, empty_pb2, field_mask_pb2, struct_pb2, timestamp_pb2, wrappers_pb2]


def index_path(file, name):
    """The message indexes of a full name."""
    parts = name[len(file.package) + 1:].split(".")
    scope, path = file.message_type, []
    for part in parts:
        index = next(i for i, message in enumerate(scope) if message.name == part)
        path.append(index)
        scope = scope[index].nested_type
    return path


def zigzag(value):
    value *= 2  # an index is never negative
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def framing(path):
    """Message indexes as they stand before a payload: a lone 0 is short for [0]."""
    return b"\0" if path == [0] else zigzag(len(path)) + b"".join(zigzag(index) for index in path)


def length_prefix(data):
    out, length = bytearray(), len(data)
    while length >= 0x80:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    out.append(length)
    return bytes(out) + data


def repack(message, pool):
    """What an Any holds may be serialised in more than one order; brings it into one."""
    if message.DESCRIPTOR.full_name == "google.protobuf.Any":
        if message.type_url:
            inner = message_factory.GetMessageClass(
                pool.FindMessageTypeByName(message.TypeName())).FromString(message.value)
            repack(inner, pool)
            message.value = inner.SerializeToString(deterministic=True)
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is not None:
                for key in value:
                    repack(value[key], pool)
        elif field.is_repeated:
            for element in value:
                repack(element, pool)
        else:
            repack(value, pool)


def plain(message, pool):
    """Bytes to compare by: NaN is not equal to itself, but its bytes are."""
    copy = type(message)()
    copy.CopyFrom(message)
    repack(copy, pool)
    return copy.SerializeToString(deterministic=True)


class Compiled:
    """A random schema with Python's classes for it."""

    def __init__(self, seed, directory):
        self.schema = Schema(seed)
        self.path = f"s{seed}.proto"
        self.directory = directory
        files = {self.path: self.schema.text.encode()}
        (directory / self.path).write_bytes(files[self.path])
        result = protoc.compile_files(files, self.path)
        assert result.accepted, result.stderr + self.schema.text
        self.descriptor = result.descriptor
        self.file = descriptor_pb2.FileDescriptorProto.FromString(result.descriptor)
        self.pool = descriptor_pool.DescriptorPool()
        for module in WELL_KNOWN:
            self.pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
        self.pool.AddSerializedFile(result.descriptor)
        self.root = self.of(self.schema.root)
        self.batch = self.of(f"{self.schema.package}.Batch_")
        extensions = {}
        for field in self.pool.FindFileByName(self.path).extensions_by_name.values():
            extensions.setdefault(field.containing_type.full_name, []).append(field)
        packables = [self.of(name) for name in self.schema.messages]
        self.filler = Filler(self.schema.random, extensions, packables)
        self.framing = framing(index_path(self.file, self.schema.root))

    def of(self, name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))

    def messages(self, count):
        made = []
        for _ in range(count):
            message = self.root()
            self.filler.message(message)
            made.append(message)
        return made

    def equal(self, ours, theirs):
        return plain(ours, self.pool) == plain(theirs, self.pool)

    def protoc(self, what, data):
        """protoc --encode or --decode of the batch."""
        program = ["/usr/bin/protoc", f"-I{protoc.DEBIAN_INCLUDE}"]
        if self.schema.syntax == "edition":
            program = [sys.executable, "-m", "grpc_tools.protoc", f"-I{protoc.NEW_INCLUDE}"]
        command = program + [f"-I{self.directory}", f"--{what}={self.schema.package}.Batch_", self.path]
        done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode() + self.schema.text
        return done.stdout


def show(compiled, message, ours):
    return f"\n{compiled.schema.text}\nroot {compiled.schema.root}\n{message}\nours: {ours!r}"


def encode_all(oracle, compiled, messages):
    """Our JSON to our wire."""
    texts = [json_format.MessageToJson(message, descriptor_pool=compiled.pool, indent=None)
             for message in messages]
    payloads = []
    for message, text in zip(messages, texts):
        payload = oracle.ask("encode", compiled.schema.root, text)
        assert payload.startswith(compiled.framing), show(compiled, message, payload)
        payload = payload[len(compiled.framing):]
        read = compiled.root.FromString(payload)
        assert compiled.equal(read, message), show(compiled, message, payload)
        payloads.append(payload)
    return payloads


def decode_all(oracle, compiled, messages, payloads):
    """Wire to our JSON."""
    for message, payload in zip(messages, payloads):
        text = oracle.ask("decode", compiled.framing + payload).decode()
        back = compiled.root()
        json_format.Parse(text, back, descriptor_pool=compiled.pool)
        assert compiled.equal(back, message), show(compiled, message, text)
        expected = json_format.MessageToJson(message, descriptor_pool=compiled.pool)
        assert json.loads(text) == json.loads(expected), show(compiled, message, text)


def protoc_reads(compiled, messages, payloads):
    """Our wire, read by protoc, is the same text."""
    wire = b"".join(b"\x0a" + length_prefix(payload) for payload in payloads)
    text = compiled.protoc("decode", wire)
    batch = text_format.Parse(text, compiled.batch(), descriptor_pool=compiled.pool)
    assert len(batch.m) == len(messages)
    for message, read in zip(messages, batch.m):
        assert compiled.equal(read, message), show(compiled, message, read)


def protoc_writes(compiled, messages):
    """The same text, written by protoc: one payload a message."""
    text = "".join(f"m {{ {text_format.MessageToString(message, as_one_line=True, as_utf8=True)} }}\n"
                   for message in messages)
    wire = compiled.protoc("encode", text.encode())
    payloads, at = [], 0
    while at < len(wire):
        assert wire[at] == 0x0A
        length, at = protoc.varint(wire, at + 1)
        payloads.append(wire[at:at + length])
        at += length
    assert len(payloads) == len(messages)
    return payloads


@pytest.mark.parametrize("first", range(0, SCHEMAS, CHUNK))
def test_random_messages(oracle, tmp_path, first):
    editions = 0
    for seed in range(first, first + CHUNK):
        compiled = Compiled(seed, tmp_path)
        messages = compiled.messages(MESSAGES_EACH)
        oracle.parse(compiled.schema.text)
        assert oracle.descriptor(compiled.path) == compiled.descriptor, compiled.schema.text
        payloads = encode_all(oracle, compiled, messages)
        decode_all(oracle, compiled, messages, payloads)
        if compiled.schema.syntax == "edition":
            editions += 1
            if editions > EDITIONS_THROUGH_PROTOC:
                continue
        protoc_reads(compiled, messages, payloads)
        decode_all(oracle, compiled, messages, protoc_writes(compiled, messages))


def test_there_are_enough_messages():
    assert SCHEMAS * MESSAGES_EACH >= 10000
    assert SCHEMAS % CHUNK == 0
