# SPDX-License-Identifier: Apache-2.0
"""Wire bytes of random messages of random schemas, broken at random: what Python's protobuf takes is
taken, what it refuses is refused, and what is taken comes back from its JSON. SCUTE_LONG=1 makes ten times
as many."""
import os
import random

import pytest
from google.protobuf import json_format
from google.protobuf.message import DecodeError

from ours import Refused
from test_codec import Compiled

SCHEMAS = 1200 if os.environ.get("SCUTE_LONG") == "1" else 120
CHUNK = 40  # schemas a test
MESSAGES_EACH = 5
BREAKS_EACH = 20
FIRST_SEED = 500000  # other schemas than those of test_codec.py


def broken(rng, wire):
    data = bytearray(wire)
    for _ in range(rng.randint(1, 4)):
        if not data:
            break
        at, other, what = rng.randrange(len(data)), rng.randrange(len(data)), rng.random()
        if what < 0.5:
            data[at] ^= 1 << rng.randrange(8)
        elif what < 0.7:
            data[at:at] = bytes([rng.randrange(256)])
        elif what < 0.8:
            del data[at]
        elif what < 0.9:
            data[at:at] = data[min(at, other):max(at, other) + 1]
        else:
            data = data + data  # messages in two pieces
    return bytes(data)


def python_takes(compiled, wire):
    """Whether it can be parsed and shown as JSON."""
    try:
        message = compiled.root.FromString(wire)
        json_format.MessageToJson(message, descriptor_pool=compiled.pool)
    except (DecodeError, json_format.Error, ValueError, TypeError, OverflowError):
        return False
    return True


def is_stricter(text):
    """JSON has no place for it, or the message is not complete; Python shows it all the same."""
    return "is not UTF-8" in text or "requires the field" in text or "FieldMask would not" in text


def check(oracle, compiled, wire):
    try:
        text = oracle.ask("decode", b"\0" + wire)
    except Refused as refused:
        assert refused.refusal.status == 1, refused
        assert is_stricter(refused.refusal.text) or not python_takes(compiled, wire), \
            f"{compiled.schema.text}\n{wire.hex()}: {refused}"
        return False
    compiled.root.FromString(wire)
    again = oracle.ask("encode", compiled.schema.root, text)
    assert oracle.ask("decode", again) == text, f"{compiled.schema.text}\n{wire.hex()}"
    return True


@pytest.mark.parametrize("first", range(FIRST_SEED, FIRST_SEED + SCHEMAS, CHUNK))
def test_broken(oracle, tmp_path, first):
    taken, refused = 0, 0
    for seed in range(first, first + CHUNK):
        compiled = Compiled(seed, tmp_path)
        if compiled.framing != b"\0":
            continue  # bytes that are broken by one form of the indexes may be right by another
        oracle.parse(compiled.schema.text)
        rng = random.Random(seed)
        for message in compiled.messages(MESSAGES_EACH):
            for _ in range(BREAKS_EACH):
                good = check(oracle, compiled, broken(rng, message.SerializeToString()))
                taken += good
                refused += not good
    assert taken > 0 and refused > 0
