# SPDX-License-Identifier: Apache-2.0
"""JSON that people write by hand, against Python's json_format: each kind of field with each kind of
value, good and bad. Both take it and mean the same, or both refuse it; where the two differ on
purpose, the reason stands in `stricter` and `laxer`."""
import json
import re

import pytest
from google.protobuf import (api_pb2, descriptor_pb2, descriptor_pool, duration_pb2, field_mask_pb2,
                             json_format, message_factory, struct_pb2, timestamp_pb2, type_pb2,
                             wrappers_pb2)

import protoc
from ours import Refused

INTEGERS = ["int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64",
            "sfixed32", "sfixed64"]
SCALARS = INTEGERS + ["float", "double", "bool", "string", "bytes"]
MESSAGES = {"E": "E", "N": "N", "Timestamp": "google.protobuf.Timestamp",
            "Duration": "google.protobuf.Duration", "FieldMask": "google.protobuf.FieldMask",
            "Struct": "google.protobuf.Struct", "Value": "google.protobuf.Value",
            "ListValue": "google.protobuf.ListValue", "Int32Value": "google.protobuf.Int32Value",
            "UInt64Value": "google.protobuf.UInt64Value", "BoolValue": "google.protobuf.BoolValue",
            "DoubleValue": "google.protobuf.DoubleValue", "StringValue": "google.protobuf.StringValue",
            "BytesValue": "google.protobuf.BytesValue"}
REAL = ["float", "double", "DoubleValue"]
KINDS = {**{scalar: scalar for scalar in SCALARS}, **MESSAGES}
VALUES = [
    "0", "-0", "1", "-1", "1.0", "1.5", "-1.5", "1e3", "1E2", "1e-1", "100e-2", "0.0", "-0.0", "1e400",
    "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296",
    "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "18446744073709551615", "18446744073709551616", "3.4e38", "3.5e38", "1e-50",
    "1.7976931348623157e308", "5e-324", "0.1", "123456.789",
    '"0"', '"1"', '"-1"', '"1.0"', '"1.5"', '"1e3"', '"9007199254740993"', '"18446744073709551615"',
    '"18446744073709551616"', '""', '" 1"', '"1 "', '"+1"', '"0x1"', '"x"', '"NaN"', '"Infinity"',
    '"-Infinity"', '"nan"', '"inf"', '"true"', '"false"',
    "true", "false", "null", "[]", "[1]", "{}", '{"a":1}', '{"x":1}', "[null]", '{"a":null}',
    '"A"', '"B"', '"a"', '"NEG"', "2", "7", "-5",
    '"AA=="', '"AA"', '"A"', '"-_8"', '"+/8="', '"AAAA"', '"\\u00e9"', '"\\u0000"', '"\\ud83d\\ude00"',
    '"1970-01-01T00:00:00Z"', '"1970-01-01T00:00:00.5+01:00"', '"1970-01-01"', '"0000-01-01T00:00:00Z"',
    '"10000-01-01T00:00:00Z"', '"1970-01-01T00:00:00.1234567891Z"', '"1s"', '"-1.5s"', '"1.0000000001s"',
    '"315576000001s"', '"1"', '"fooBar,a.b"', '"foo_bar"', '[1,"a",null,{"b":[true]}]',
]
EXTRAS = """
message N { int32 x = 1; string y_z = 2; }
enum E { A = 0; B = 1; C = 2; NEG = -5; }
"""


def proto():
    lines = ['syntax = "proto3";', "package g;"]
    lines += [f'import "google/protobuf/{name}.proto";' for name in
              ("timestamp", "duration", "field_mask", "struct", "wrappers")]
    lines += [EXTRAS, "message G {"]
    number = 0
    for kind, name in KINDS.items():
        key = kind.lower()
        number += 4
        lines += [f"  {name} s_{key} = {number};", f"  repeated {name} r_{key} = {number + 1};",
                  f"  map<string, {name}> m_{key} = {number + 2};",
                  f"  oneof o_{key} {{ {name} c_{key} = {number + 3}; }}"]
    return "\n".join(lines + ["}"])


def forms(kind, value):
    key = kind.lower()
    return [f'{{"s_{key}":{value}}}', f'{{"r_{key}":[{value}]}}', f'{{"m_{key}":{{"k":{value}}}}}',
            f'{{"c_{key}":{value}}}']


def stricter(kind, text, value):
    """Why we refuse what Python takes."""
    is_string = value.startswith('"')
    if kind in REAL and value in ("true", "false"):
        return "true is no number"
    if kind in REAL and is_string:
        return "a string holds a JSON number or one of three words; Python takes what float() takes"
    if kind in ("bytes", "BytesValue") and is_string:
        return "Python skips what is not base64"
    if kind == "E":
        return "a string is a name; true is no number"
    if kind in INTEGERS + ["Int32Value", "UInt64Value"] and is_string:
        return "a string holds a JSON number; Python takes what int() takes"
    if kind in ("N", "Struct") and value in ("[]", '""', '"x"'):
        return "a message is an object; Python takes what has no members"
    if kind == "Value" and value == "1e400":
        return "JSON has no infinity"
    if kind == "FieldMask":
        return "a path has no underscore and is not empty"
    if kind == "ListValue" or kind == "Struct":
        return "only an array is a list, only an object a Struct"
    if kind in REAL and value == "1e400":
        return "out of range"
    if kind in ("Timestamp", "Duration") and is_string:
        return "RFC 3339 and the range of the type"
    if kind == "N" and not value.startswith("{"):
        return "a message is an object"
    return None


def laxer(kind, text, value):
    """Why we take what Python refuses."""
    if kind in INTEGERS + ["Int32Value", "UInt64Value"] and re.fullmatch(r'"-?[0-9.]+(e[0-9]+)?"', value):
        return "1.0 and 1e3 are integers in strings, too"
    if kind == "E" and re.fullmatch(r"-?[0-9.eE+-]+", value):
        return "1.0 and 1e3 are integers"
    if value == "null" and '"r_' in text or '"m_' in text:
        return "null is an element where it is a value"
    return None


@pytest.fixture(scope="module")
def python():
    text = proto()
    result = protoc.compile_files({"g.proto": text.encode()}, "g.proto")
    assert result.accepted, result.stderr
    pool = descriptor_pool.DescriptorPool()
    for module in (timestamp_pb2, duration_pb2, field_mask_pb2, struct_pb2, wrappers_pb2):
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto.FromString(result.descriptor)
    pool.AddSerializedFile(result.descriptor)
    name = f"{file.package}.G"
    return text, name, message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def theirs(made, text):
    try:
        return json_format.Parse(text, made()), None
    except (json_format.ParseError, OverflowError, ValueError, TypeError, AttributeError) as error:
        return None, f"{type(error).__name__}: {error}"


def ours(oracle, made, name, text):
    try:
        payload = oracle.ask("encode", name, text)
    except Refused as refused:
        return None, refused.refusal.text
    assert payload[:2] != b"\x00\x00"
    framing = 1 if payload[:1] == b"\0" else 2
    return made.FromString(payload[framing:]), payload


@pytest.mark.parametrize("kind", KINDS)
def test_each_value(oracle, python, kind):
    text, name, made = python
    oracle.parse(text)
    differences = []
    for value in VALUES:
        if value == "-0" and kind in REAL + ["Value"]:
            continue  # Python reads the integer 0
        for datum in forms(kind, value):
            mine, detail = ours(oracle, made, name, datum)
            other, error = theirs(made, datum)
            if mine is not None and other is not None:
                same = mine.SerializeToString(deterministic=True) == \
                    other.SerializeToString(deterministic=True)
                if not same:
                    differences.append(f"{datum}: {mine!s} and {other!s}")
                else:
                    back = json.loads(oracle.ask("decode", detail))
                    shown = json.loads(json_format.MessageToJson(other))
                    if back != shown:
                        differences.append(f"{datum}: {back} and {shown}")
            elif mine is None and other is not None and not stricter(kind, datum, value):
                differences.append(f"{datum}: refused here ({detail}), there {other!s}")
            elif mine is not None and other is None and not laxer(kind, datum, value):
                differences.append(f"{datum}: here {mine!s}, refused there ({error})")
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("name", ["descriptor", "struct", "api", "type"])
def test_descriptors_as_data(oracle, name):
    """Files that describe files: deep, wide, with closed enums and extension ranges."""
    text = (protoc.NEW_INCLUDE / "google/protobuf/descriptor.proto").read_text()
    made = descriptor_pb2.FileDescriptorProto
    pool = descriptor_pool.Default()
    file = made()
    modules = {"descriptor": descriptor_pb2, "struct": struct_pb2, "api": api_pb2, "type": type_pb2}
    modules[name].DESCRIPTOR.CopyToProto(file)
    oracle.parse(text)
    payload = oracle.ask("encode", made.DESCRIPTOR.full_name,
                         json_format.MessageToJson(file, descriptor_pool=pool))
    assert made.FromString(payload[2:]) == file
    shown = json.loads(oracle.ask("decode", b"\x02\x02" + file.SerializeToString()))
    assert shown == json.loads(json_format.MessageToJson(file, descriptor_pool=pool))
