# SPDX-License-Identifier: Apache-2.0
"""Random .proto schemas and random messages of them, for the codec's tests."""
import random
import struct

SCALARS = ["double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64",
           "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes"]
KEYS = [name for name in SCALARS if name not in ("double", "float", "bytes")]
UNPACKABLE = ("string", "bytes")
WELL_KNOWN = {
    "Any": "any", "Duration": "duration", "Empty": "empty", "FieldMask": "field_mask",
    "Struct": "struct", "Value": "struct", "ListValue": "struct", "Timestamp": "timestamp",
    "DoubleValue": "wrappers", "FloatValue": "wrappers", "Int64Value": "wrappers",
    "UInt64Value": "wrappers", "Int32Value": "wrappers", "UInt32Value": "wrappers",
    "BoolValue": "wrappers", "StringValue": "wrappers", "BytesValue": "wrappers",
}
WORDS = ["id", "name", "user_name", "x1", "total_amount_2", "isOpen", "URL", "a_b_c", "value",
         "items", "kind_of", "created_at", "ratio", "payload", "tags", "node", "_lead", "trail_"]


class Scope:
    """A message in the making: its lines and the names and numbers that are taken."""

    def __init__(self, full_name):
        self.full_name = full_name
        self.lines = []
        self.names = set()
        self.numbers = set()


class Schema:
    """text, and the full names of all messages that may be the root."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.syntax = self.random.choice(["proto2", "proto3", "proto3", "proto2", "edition"])
        self.package = f"rnd.s{seed}"
        self.messages = []  # full names
        self.enums = []
        self.extendable = []
        self.oneof_count = 0
        self.use_well_known = self.random.random() < 0.6
        self.imports = set()
        self.text = self._make()
        self.root = self.random.choice(self.messages)
        self.text += self._batch()

    def _batch(self):
        return f"message Batch_ {{ repeated {self.root} m = 1; }}\n"

    def _make(self):
        rnd = self.random
        count = rnd.randint(1, 4)
        top = [f"{self.package}.M{i}" for i in range(count)]
        # Names first, so that fields may refer to what stands below them.
        shapes = {name: [f"{name}.In{k}" for k in range(rnd.choice([0, 0, 1, 2]))] for name in top}
        for name, inner in shapes.items():
            self.messages += [name, *inner]
        enum_count = rnd.randint(1, 3)
        self.enums = [f"{self.package}.E{i}" for i in range(enum_count)]
        body = [self._enum(name) for name in self.enums]
        for name in top:
            body.append(self._message(name, shapes[name]))
        if self.extendable:
            body.append(self._extends())
        head = {"proto2": 'syntax = "proto2";', "proto3": 'syntax = "proto3";',
                "edition": 'edition = "2023";'}[self.syntax]
        lines = [head, f"package {self.package};"]
        lines += [f'import "google/protobuf/{name}.proto";' for name in sorted(self.imports)]
        return "\n".join(lines + body) + "\n"

    def _enum(self, full_name):
        rnd = self.random
        short = full_name.rsplit(".", 1)[1].upper()
        numbers = [0] + rnd.sample([1, 2, 3, 7, 100, -1, 2147483647, -2147483648], rnd.randint(1, 4))
        values = [f"  {short}_V{i} = {number};" for i, number in enumerate(numbers)]
        if rnd.random() < 0.3:
            values.insert(0, "  option allow_alias = true;")
            values.append(f"  {short}_ALIAS = 0;")
        if self.syntax == "edition" and rnd.random() < 0.3:
            values.insert(0, "  option features.enum_type = CLOSED;")
        return f"enum {full_name.rsplit('.', 1)[1]} {{\n" + "\n".join(values) + "\n}"

    def _message(self, full_name, inner):
        rnd = self.random
        scope = Scope(full_name)
        for name in inner:
            scope.names.add(name.rsplit(".", 1)[1])
            scope.lines.append(self._message(name, []))
        if self.syntax != "proto3" and rnd.random() < 0.4:
            scope.lines.append("  extensions 1000 to 1999;")
            self.extendable.append(full_name)
        for _ in range(rnd.randint(1, 9)):
            self._member(scope)
        return f"message {full_name.rsplit('.', 1)[1]} {{\n" + "\n".join(scope.lines) + "\n}"

    def _name(self, scope):
        for attempt in range(1000):
            name = self.random.choice(WORDS)
            name = name if attempt < 3 else f"{name}{attempt}"
            # protoc compares names without underscores and case for some conflicts.
            plain = name.replace("_", "").lower()
            if plain not in scope.names:
                scope.names.add(plain)
                return name
        raise AssertionError("names ran out")

    def _number(self, scope, low=1, high=900):
        while True:
            number = self.random.choice([self.random.randint(low, low + 19),
                                         self.random.randint(low, high)])
            if low == 1 and self.random.random() < 0.05:
                number = self.random.choice([2047, 2048, 18999, 20000, 536870911])
            if number not in scope.numbers:
                scope.numbers.add(number)
                return number

    def _type(self, also_messages=True):
        roll = self.random.random()
        if roll < 0.55 or not also_messages:
            return self.random.choice(SCALARS)
        if roll < 0.7:
            return "." + self.random.choice(self.enums)
        if roll < 0.85 or not self.use_well_known:
            return "." + self.random.choice(self.messages)
        name = self.random.choice(sorted(WELL_KNOWN))
        self.imports.add(WELL_KNOWN[name])
        return ".google.protobuf." + name

    def _packable(self, type_name):
        return type_name not in UNPACKABLE and (not type_name.startswith(".") or type_name[1:] in self.enums)

    def _member(self, scope):
        roll = self.random.random()
        if roll < 0.12:
            self._map(scope)
        elif roll < 0.22:
            self._oneof(scope)
        elif roll < 0.3 and self.syntax == "proto2":
            self._group(scope)
        else:
            scope.lines.append(self._field(scope))

    def _options(self, type_name, repeated):
        rnd = self.random
        options = []
        if repeated and self._packable(type_name) and rnd.random() < 0.5:
            if self.syntax == "edition":
                options.append("features.repeated_field_encoding = " + rnd.choice(["PACKED", "EXPANDED"]))
            else:
                options.append("packed = " + rnd.choice(["true", "false"]))
        if self.syntax == "edition" and type_name[1:] in self.messages and rnd.random() < 0.4:
            options.append("features.message_encoding = DELIMITED")
        return options

    def _field(self, scope, low=1, high=900, may_require=True):
        rnd = self.random
        type_name = self._type()
        label = rnd.choice(["", "", "repeated "])
        options = self._options(type_name, label != "")
        if self.syntax == "proto2" and label == "":
            label = "optional "
            if may_require and rnd.random() < 0.1 and not type_name.startswith("."):
                label = "required "
        elif self.syntax == "proto3" and label == "" and rnd.random() < 0.3:
            label = "optional "
        elif (self.syntax == "edition" and label == "" and may_require and rnd.random() < 0.3
              and not type_name.startswith(".")):
            options.append("features.field_presence = " + rnd.choice(["IMPLICIT", "EXPLICIT"]))
        name = self._name(scope)
        if may_require and rnd.random() < 0.1:
            options.append(f'json_name = "json-{name}"')
        text = f" [{', '.join(options)}]" if options else ""
        return f"  {label}{type_name} {name} = {self._number(scope, low, high)}{text};"

    def _map(self, scope):
        key = self.random.choice(KEYS)
        value = self._type()
        scope.lines.append(f"  map<{key}, {value}> {self._name(scope)} = {self._number(scope)};")

    def _oneof(self, scope):
        self.oneof_count += 1
        lines = [f"  oneof choice_{self.oneof_count} {{"]
        for _ in range(self.random.randint(1, 4)):
            lines.append(f"    {self._type()} {self._name(scope)} = {self._number(scope)};")
        scope.lines += lines + ["  }"]

    def _group(self, scope):
        self.oneof_count += 1
        inner = Scope(scope.full_name)
        lines = [self._field(inner, may_require=False) for _ in range(self.random.randint(0, 3))]
        label = self.random.choice(["optional", "repeated"])
        scope.lines.append(f"  {label} group Grp{self.oneof_count} = {self._number(scope)} {{")
        scope.lines += lines + ["  }"]

    def _extends(self):
        blocks = []
        names = Scope(self.package)
        for extendee in self.extendable:
            scope = Scope(extendee)
            scope.names = names.names
            fields = [self._field(scope, 1000, 1999, may_require=False)
                      for _ in range(self.random.randint(1, 3))]
            blocks.append(f"extend .{extendee} {{\n" + "\n".join(fields) + "\n}")
        return "\n".join(blocks)


INTEGERS = [0, 1, -1, 127, 128, 255, 256, 65535, 2147483647, -2147483648, 4294967295,
            9007199254740993, -9007199254740993, 9223372036854775807, -9223372036854775808,
            18446744073709551615]
DOUBLES = [0.0, -0.0, 1.0, -1.5, 0.1, 1e-7, 1e21, 123456789.123456789, 5e-324, 1.7976931348623157e308,
           float("inf"), float("-inf"), float("nan"), 4294967296.0, 1 / 3]
TEXTS = ["", "a", "hello world", "\"quoted\" \\ / ", "\n\r\t\b\f\x01\x1f\x7f", "é", "日本語", "🙂",
         "\u2028\u2029", "nul\x00inside", "x" * 300, "<&>'"]
RANGES = {"int32": (-2**31, 2**31 - 1), "int64": (-2**63, 2**63 - 1),
          "uint32": (0, 2**32 - 1), "uint64": (0, 2**64 - 1)}


def float32(value):
    """The nearest float; those beyond its range stay out."""
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return 3.4028234663852886e38


class Filler:
    """Fills messages by reflection."""

    def __init__(self, rnd, extensions, packables):
        self.random = rnd
        self.extensions = extensions  # message full name: its extensions
        self.packables = packables    # messages that an Any may hold

    def scalar(self, field):
        rnd = self.random
        kind = field.cpp_type
        if kind == field.CPPTYPE_BOOL:
            return rnd.random() < 0.5
        if kind == field.CPPTYPE_STRING:
            if field.type == field.TYPE_BYTES:
                return rnd.randbytes(rnd.choice([0, 1, 2, 3, 4, 40]))
            return rnd.choice(TEXTS)
        if kind == field.CPPTYPE_ENUM:
            return self.enum(field.enum_type)
        if kind in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
            value = rnd.choice([rnd.choice(DOUBLES), rnd.uniform(-1e6, 1e6)])
            return float32(value) if kind == field.CPPTYPE_FLOAT else value
        name = {field.CPPTYPE_INT32: "int32", field.CPPTYPE_INT64: "int64",
                field.CPPTYPE_UINT32: "uint32", field.CPPTYPE_UINT64: "uint64"}[kind]
        low, high = RANGES[name]
        value = rnd.choice([rnd.choice(INTEGERS), rnd.randint(low, high), rnd.randint(-100, 100)])
        return min(max(value, low), high)

    def enum(self, enum_type):
        if not enum_type.is_closed and self.random.random() < 0.15:
            return self.random.choice([5, 77, -3])
        return self.random.choice(enum_type.values).number

    def message(self, message, depth=0):
        well_known = getattr(self, "fill_" + message.DESCRIPTOR.name, None)
        if message.DESCRIPTOR.full_name.startswith("google.protobuf."):
            if well_known:
                well_known(message, depth)
            else:
                message.value = self.scalar(message.DESCRIPTOR.fields_by_name["value"])
            return
        fields = list(message.DESCRIPTOR.fields)
        taken = set()
        self.random.shuffle(fields)
        for field in fields:
            oneof = field.containing_oneof
            if oneof is not None and (oneof.name in taken or self.random.random() < 0.3):
                continue
            if field.is_required or self.random.random() < (0.7 if depth < 2 else 0.4):
                if self.field(message, field, depth) and oneof is not None:
                    taken.add(oneof.name)
        for extension in self.extensions.get(message.DESCRIPTOR.full_name, []):
            if self.random.random() < 0.5:
                self.extension(message, extension, depth)

    def field(self, message, field, depth):
        is_message = field.cpp_type == field.CPPTYPE_MESSAGE
        if is_message and depth >= 3 and not field.is_required:
            return False
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            self.map(getattr(message, field.name), field, depth)
        elif field.is_repeated:
            self.elements(getattr(message, field.name), field, depth)
        elif is_message:
            child = getattr(message, field.name)
            child.SetInParent()
            self.message(child, depth + 1)
        else:
            setattr(message, field.name, self.scalar(field))
        return True

    def extension(self, message, field, depth):
        is_message = field.cpp_type == field.CPPTYPE_MESSAGE
        if is_message and depth >= 3:
            return
        if field.is_repeated:
            self.elements(message.Extensions[field], field, depth)
        elif is_message:
            child = message.Extensions[field]
            child.SetInParent()
            self.message(child, depth + 1)
        else:
            message.Extensions[field] = self.scalar(field)

    def elements(self, elements, field, depth):
        for _ in range(self.random.choice([1, 2, 3])):
            if field.cpp_type == field.CPPTYPE_MESSAGE:
                self.message(elements.add(), depth + 1)
            else:
                elements.append(self.scalar(field))

    def map(self, entries, field, depth):
        key_field = field.message_type.fields_by_name["key"]
        value_field = field.message_type.fields_by_name["value"]
        for _ in range(self.random.choice([1, 2, 3])):
            key = self.scalar(key_field)
            if value_field.cpp_type == value_field.CPPTYPE_MESSAGE:
                entries[key].SetInParent()
                self.message(entries[key], depth + 1)
            else:
                entries[key] = self.scalar(value_field)

    def fill_Timestamp(self, message, _depth):
        message.seconds = self.random.choice([0, -62135596800, 253402300799,
                                              self.random.randint(-10**9, 2 * 10**9)])
        message.nanos = self.random.choice([0, 1, 999999999, 120000000, 1500])

    def fill_Duration(self, message, _depth):
        seconds = self.random.choice([0, 1, -1, 315576000000, -315576000000,
                                      self.random.randint(-1000, 1000)])
        nanos = self.random.choice([0, 1, 999999999, 500000000, 42000])
        if abs(seconds) == 315576000000:
            nanos = 0
        message.seconds = seconds
        message.nanos = -nanos if seconds < 0 else nanos

    def fill_Empty(self, _message, _depth):
        pass

    def fill_FieldMask(self, message, _depth):
        message.paths.extend(self.random.sample(["a", "foo_bar", "x.y_z", "deep.path_with.more_parts"],
                                                self.random.randint(0, 3)))

    def plain(self, depth=0):
        roll = self.random.random()
        if depth < 2 and roll < 0.2:
            return {self.random.choice(TEXTS): self.plain(depth + 1) for _ in range(2)}
        if depth < 2 and roll < 0.4:
            return [self.plain(depth + 1) for _ in range(2)]
        return self.random.choice([None, True, False, 0, 1.5, -1e300, "", "é\n", 12345678])

    def fill_Struct(self, message, _depth):
        message.update({self.random.choice(TEXTS): self.plain() for _ in range(self.random.randint(0, 3))})

    def fill_ListValue(self, message, _depth):
        message.extend([self.plain() for _ in range(self.random.randint(0, 3))])

    def fill_Value(self, message, _depth):
        value = self.plain()
        if value is None:
            message.null_value = 0
        elif isinstance(value, bool):
            message.bool_value = value
        elif isinstance(value, str):
            message.string_value = value
        elif isinstance(value, dict):
            message.struct_value.SetInParent()
            message.struct_value.update(value)
        elif isinstance(value, list):
            message.list_value.SetInParent()
            message.list_value.extend(value)
        else:
            message.number_value = value

    def fill_Any(self, message, depth):
        if depth >= 3 or not self.packables:
            return
        inner = self.random.choice(self.packables)()
        self.message(inner, depth + 2)
        message.Pack(inner, deterministic=True)
