# SPDX-License-Identifier: Apache-2.0
"""The Protobuf plugin against protoc: who accepts what, with which error, to which descriptor.

The newer protoc (of grpcio-tools) is the measure for everything; Debian's older one, which
knows no editions, must agree too but for the cases that the corpus marks.
"""
import functools
import importlib
import pathlib

import pytest
from google.protobuf import descriptor_pb2

import corpus
import protoc
from ours import Refused, imports, sorted_references

VALID = corpus.read("valid")
INVALID = corpus.read("invalid")
DEBIAN_FILES = sorted(protoc.DEBIAN_INCLUDE.glob("google/protobuf/**/*.proto"))


def shipped(root, directory):
    """The .proto files below a directory of an installed package, by import path."""
    return {str(path.relative_to(root)): root for path in sorted((root / directory).glob("**/*.proto"))}


SITE = pathlib.Path(importlib.import_module("google.type").__path__[0]).parents[1]
# Built-in files that PyPI ships as text: those of protobuf's newest, and google/type.
ORIGINALS = {**shipped(protoc.NEW_INCLUDE, "google/protobuf"), **shipped(SITE, "google/type")}
GOOGLEAPIS = [path for path in shipped(SITE, "google") if path not in ORIGINALS]


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=repr)


@functools.lru_cache(maxsize=None)
def protoc_says(case):
    return protoc.compile_case(case)


def ours_say(oracle, case):
    """None: accepted; else the refusal. References are registered before, each as it comes."""
    registered = {}
    try:
        for path, text in sorted_references(case.references()).items():
            oracle.parse(text, registered)
            registered[path] = text
        oracle.parse(case.text(), registered)
    except Refused as refused:
        return refused.refusal
    return None


def readable(data):
    return str(descriptor_pb2.FileDescriptorProto.FromString(data)).splitlines()


def assert_same(ours, theirs):
    """Equal bytes; as text first, which pytest can show."""
    if ours != theirs:
        assert readable(ours) == readable(theirs)
        assert ours.hex() == theirs.hex()


def test_size_of_the_corpus():
    assert len(VALID) >= 300
    assert len(INVALID) >= 200


@named(VALID)
def test_accepted(oracle, case):
    theirs = protoc_says(case)
    assert theirs.accepted, theirs.stderr
    if not case.is_editions():
        debian = protoc.compile_case_debian(case)
        assert debian.accepted == (not case.is_new()), debian.stderr
        if debian.accepted:
            assert debian.descriptor == theirs.descriptor
    assert ours_say(oracle, case) is None


@named(INVALID)
def test_refused(oracle, case):
    theirs = protoc_says(case)
    assert not theirs.accepted
    if not case.is_editions():
        assert protoc.compile_case_debian(case).accepted == case.is_new()
    refusal = ours_say(oracle, case)
    assert refusal is not None
    assert refusal.text


# Where protoc names the file's beginning or what stands behind an enum, ours names the option.
PLACED_BETTER = {
    "ed_feature_unknown_enum_zero", "ed_java_string_check_utf8", "feature_in_proto3",
    "enum_alias_set_false", "enum_alias_allowed_but_none", "enum_allow_alias_not_bool",
}


def test_place_of_errors(oracle):
    """Where protoc names a line of the file, ours names the same one, and mostly the column."""
    lines = columns = known = 0
    elsewhere = set()
    for case in INVALID:
        theirs = [error for error in protoc_says(case).errors if error[0] == case.main]
        if not theirs or "was not found or had errors" in theirs[0][3]:
            continue
        refusal = ours_say(oracle, case)
        known += 1
        if refusal.line in [error[1] for error in theirs]:
            lines += 1
            columns += (refusal.line, refusal.column) in [error[1:3] for error in theirs]
        else:
            elsewhere.add(case.name)
    print(f"\n{known} errors with a line; the same line {lines}, also the column {columns}")
    assert elsewhere == PLACED_BETTER
    assert columns > known * 2 / 3


@named(VALID)
def test_descriptor(oracle, case):
    """Text to descriptor as protoc has it."""
    oracle.parse(case.text(), case.references())
    assert_same(oracle.descriptor(case.main), protoc_says(case).descriptor)


def sort_members(message):
    """Fields and oneofs, of this and nested messages, in an order of their own."""
    oneofs = sorted((oneof.name, index) for index, oneof in enumerate(message.oneof_decl))
    places = {index: place for place, (_, index) in enumerate(oneofs)}
    decls = [message.oneof_decl[index] for _, index in oneofs]
    fields = sorted(message.field, key=lambda field: field.number)
    for field in fields:
        if field.HasField("oneof_index"):
            field.oneof_index = places[field.oneof_index]
    decls, fields = [type(x).FromString(x.SerializeToString()) for x in decls], [
        type(x).FromString(x.SerializeToString()) for x in fields]
    del message.oneof_decl[:], message.field[:]
    message.oneof_decl.extend(decls)
    message.field.extend(fields)
    for nested in message.nested_type:
        sort_members(nested)


def without_order(data):
    """A descriptor with what the printer may move in an order of its own: imports, members."""
    file = descriptor_pb2.FileDescriptorProto.FromString(data)
    paths = list(file.dependency)
    kinds = {index: "public" for index in file.public_dependency}
    kinds.update({index: "weak" for index in file.weak_dependency})
    imports = sorted((path, kinds.get(index, "")) for index, path in enumerate(paths))
    del file.dependency[:], file.public_dependency[:], file.weak_dependency[:]
    for index, (path, kind) in enumerate(imports):
        file.dependency.append(path)
        if kind:
            getattr(file, kind + "_dependency").append(index)
    for message in file.message_type:
        sort_members(message)
    return file.SerializeToString(deterministic=True)


def assert_fixed_point(oracle, name, references, expected, reordered=False):
    """The text printed of what was parsed last gives the same descriptor and the same text."""
    text = oracle.text()
    oracle.parse(text, references)
    if reordered:
        assert_same(without_order(oracle.descriptor(name)), without_order(expected))
        expected = oracle.descriptor(name)
    assert_same(oracle.descriptor(name), expected)
    assert oracle.text().decode() == text.decode()
    oracle.parse_descriptor(expected, references)
    assert_same(oracle.descriptor(name), expected)


@named(VALID)
def test_text_is_a_fixed_point(oracle, case):
    oracle.parse(case.text(), case.references())
    expected = protoc_says(case).descriptor
    assert_fixed_point(oracle, case.main, case.references(), expected, case.is_reordered())


@named(VALID)
def test_descriptor_as_input(oracle, case):
    """Descriptor in, the same out; and its text is a fixed point too."""
    expected = protoc_says(case).descriptor
    oracle.parse_descriptor(expected, case.references())
    assert_same(oracle.descriptor(case.main), expected)
    assert_fixed_point(oracle, case.main, case.references(), expected, case.is_reordered())


@pytest.mark.parametrize("path", DEBIAN_FILES, ids=lambda path: path.name)
def test_libprotobuf_dev(oracle, path):
    """Every file that Debian ships, read as a schema of somebody's."""
    name = str(path.relative_to(protoc.DEBIAN_INCLUDE))
    theirs = protoc.compile_files({}, name, protoc.run_debian, (protoc.DEBIAN_INCLUDE,))
    oracle.parse(path.read_bytes())
    assert_same(oracle.descriptor(name), theirs.descriptor)
    assert_fixed_point(oracle, name, {}, theirs.descriptor)
    oracle.parse_descriptor(theirs.descriptor)
    assert_same(oracle.descriptor(name), theirs.descriptor)


def references_of(root, path):
    """What a file imports, without what is built in."""
    found = {}
    for name in imports(root.joinpath(path).read_bytes()):
        if name not in ORIGINALS and name not in found:
            found.update(references_of(root, name))
            found[name] = root.joinpath(name).read_bytes()
    return found


@pytest.mark.parametrize("path", GOOGLEAPIS)
def test_googleapis(oracle, path):
    """Somebody's real files, with their comments, custom options and services."""
    theirs = protoc.compile_files({}, path, includes=(SITE, protoc.NEW_INCLUDE))
    assert theirs.accepted, theirs.stderr
    references = references_of(SITE, path)
    text = SITE.joinpath(path).read_bytes()
    oracle.parse(text, references)
    assert_same(oracle.descriptor(path), theirs.descriptor)
    printed = oracle.text()
    oracle.parse(printed, references)
    assert_same(without_order(oracle.descriptor(path)), without_order(theirs.descriptor))
    assert oracle.text().decode() == printed.decode()
    oracle.parse_descriptor(theirs.descriptor, references)
    assert_same(oracle.descriptor(path), theirs.descriptor)
    assert_fixed_point(oracle, path, references, theirs.descriptor, reordered=True)


def test_originals_are_there():
    assert len(DEBIAN_FILES) >= 11
    assert len(GOOGLEAPIS) >= 40


def with_dropped_option(data):
    """Newest descriptor.proto, with the one option put back that it has dropped since Debian's."""
    file = descriptor_pb2.FileDescriptorProto.FromString(data)
    message = next(message for message in file.message_type if message.name == "FileOptions")
    message.reserved_name.remove("php_generic_services")
    ranges = [range_ for range_ in message.reserved_range if range_.start != 42]
    del message.reserved_range[:]
    message.reserved_range.extend(ranges)
    names = [field.name for field in message.field]
    sibling = message.field[names.index("py_generic_services")]
    field = descriptor_pb2.FieldDescriptorProto()
    field.CopyFrom(sibling)
    field.name, field.json_name, field.number = "php_generic_services", "phpGenericServices", 42
    message.field.insert(names.index("py_generic_services") + 1, field)
    return file.SerializeToString(deterministic=True)


@pytest.mark.parametrize("path", ORIGINALS)
def test_builtin(oracle, path):
    includes = (ORIGINALS[path], protoc.NEW_INCLUDE)
    theirs = protoc.compile_files({}, path, includes=includes)
    assert theirs.accepted, theirs.stderr
    expected = theirs.descriptor
    if path == "google/protobuf/descriptor.proto":
        expected = with_dropped_option(expected)
    assert_same(oracle.builtin(path), expected)


CONFLUENT = {
    "confluent/meta.proto": "meta_pb2",
    "confluent/type/decimal.proto": "type.decimal_pb2",
    "confluent/type/variant.proto": "type.variant_pb2",
    "confluent/types/decimal.proto": "types.decimal_pb2",
}


def without_json_names(data):
    """Python's generated code holds descriptors in which protoc has dropped json_name."""
    file = descriptor_pb2.FileDescriptorProto.FromString(data)

    def clear(scope):
        for field in list(getattr(scope, "field", [])) + list(scope.extension):
            field.ClearField("json_name")
        for message in getattr(scope, "nested_type", getattr(scope, "message_type", [])):
            clear(message)

    clear(file)
    return file.SerializeToString(deterministic=True)


@pytest.mark.parametrize("path", CONFLUENT)
def test_builtin_confluent(oracle, path):
    module = importlib.import_module("confluent_kafka.schema_registry.confluent." + CONFLUENT[path])
    assert_same(without_json_names(oracle.builtin(path)), module.DESCRIPTOR.serialized_pb)


def test_builtins_are_all_compared(oracle):
    assert sorted(oracle.builtins()) == sorted([*ORIGINALS, *CONFLUENT])


def contained(older, newer, where):
    """Everything in the older message is in the newer one with equal content."""
    for field, value in older.ListFields():
        mine = getattr(newer, field.name)
        if field.message_type is None:
            assert not field.is_repeated or set(value) <= set(mine), (where, field.name)
            assert field.is_repeated or value == mine, (where, field.name)
        elif field.is_repeated:
            contained_list(value, mine, f"{where}.{field.name}")
        else:
            contained(value, mine, f"{where}.{field.name}")


def contained_list(older, newer, where):
    for element in older:
        if hasattr(element, "name"):
            same = [other for other in newer if other.name == element.name]
            assert len(same) == 1, (where, element.name)
            contained(element, same[0], f"{where}.{element.name}")
        else:
            assert element in newer, (where, str(element))


@pytest.mark.parametrize("path", DEBIAN_FILES, ids=lambda path: path.name)
def test_builtin_has_all_of_debians(oracle, path):
    """Where versions differ ours are the newer; what Debian's file has stands in it unchanged."""
    name = str(path.relative_to(protoc.DEBIAN_INCLUDE))
    theirs = protoc.compile_files({}, name, protoc.run_debian, (protoc.DEBIAN_INCLUDE,)).descriptor
    mine = oracle.builtin(name)
    if mine != theirs:
        contained(descriptor_pb2.FileDescriptorProto.FromString(theirs),
                  descriptor_pb2.FileDescriptorProto.FromString(mine), name)


def test_dropped_option_is_still_taken(oracle):
    """Only Debian's protoc knows php_generic_services; schemas made with it stay valid."""
    files = {"old.proto": b'syntax = "proto3"; option php_generic_services = true;'}
    assert not protoc.compile_files(files, "old.proto").accepted
    theirs = protoc.compile_files(files, "old.proto", protoc.run_debian, (protoc.DEBIAN_INCLUDE,))
    oracle.parse(files["old.proto"])
    assert_same(oracle.descriptor("old.proto"), theirs.descriptor)
