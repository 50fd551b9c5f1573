/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas of the codec's tests, and payloads as text. */
#include "codec_test.h"

const char *const codec_schema_texts[CODEC_SCHEMAS] = {
	[CODEC_PROTO3] =
		"syntax = \"proto3\";\n"
		"package p3;\n"
		"message M {\n"
		"  int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4;\n"
		"  sint32 s32 = 5; sint64 s64 = 6; fixed32 f32 = 7; fixed64 f64 = 8;\n"
		"  sfixed32 sf32 = 9; sfixed64 sf64 = 10; float fl = 11; double db = 12;\n"
		"  bool bo = 13; string st = 14; bytes by = 15; E en = 16; M sub = 17;\n"
		"  optional int32 opt = 18; repeated int32 nums = 19;\n"
		"  repeated int32 loose = 20 [packed = false];\n"
		"  repeated string words = 21; repeated M subs = 22; repeated E ens = 23;\n"
		"  map<string, int32> counts = 24; map<int64, M> by_id = 25; map<bool, E> flags = 26;\n"
		"  oneof choice { string one = 27; M two = 28; E three = 29; bytes four = 30; }\n"
		"  int32 two_words = 31; string other = 32 [json_name = \"o-ther\"];\n"
		"  map<uint32, bytes> blobs = 33; repeated double reals = 34; repeated bool bits = 35;\n"
		"  message Inner { int32 a = 1; message Deep { int32 b = 1; } }\n"
		"}\n"
		"enum E { ZERO = 0; ONE = 1; TWO = 2; MINUS = -1; }\n"
		"message Second { string name = 1; map<string, string> tags = 2;\n"
		"  message A { int32 a = 1; } }\n",
	[CODEC_PROTO2] =
		"syntax = \"proto2\";\n"
		"package p2;\n"
		"message M {\n"
		"  optional int32 a = 1 [default = 7]; repeated int32 packed = 2 [packed = true];\n"
		"  repeated int32 loose = 3; optional E e = 4; repeated E es = 5;\n"
		"  optional group Grp = 6 { optional int32 x = 1; optional string y = 2; }\n"
		"  repeated group Many = 7 { optional M m = 1; optional int32 n = 2; }\n"
		"  optional M sub = 8; map<string, Z> by_name = 9; optional R req = 10;\n"
		"  oneof kind { E ke = 11; string ks = 12; group Kg = 13 { optional int32 z = 1; } }\n"
		"  extensions 100 to 200;\n"
		"}\n"
		"message R { required int32 id = 1; required string name = 2; }\n"
		"enum E { A = 1; B = 2; } enum Z { Z0 = 0; Z1 = 1; }\n"
		"extend M { optional int32 ext = 100; repeated string exts = 101; optional M extm = 102; }\n"
		"message Scope { extend M { optional group ExtGroup = 103 { optional int32 q = 1; } } }\n"
		"message Set { option message_set_wire_format = true; extensions 4 to max; }\n"
		"message HasSet { optional Set set = 1; }\n",
	[CODEC_EDITION] =
		"edition = \"2023\";\n"
		"package e;\n"
		"message M {\n"
		"  int32 a = 1; int32 b = 2 [features.field_presence = IMPLICIT];\n"
		"  int32 c = 3 [features.field_presence = LEGACY_REQUIRED];\n"
		"  M d = 4 [features.message_encoding = DELIMITED];\n"
		"  repeated int32 r = 5; repeated int32 x = 6 [features.repeated_field_encoding = EXPANDED];\n"
		"  Open o = 7; Closed k = 8;\n"
		"}\n"
		"enum Open { O0 = 0; O1 = 1; }\n"
		"enum Closed { option features.enum_type = CLOSED; C1 = 1; C2 = 2; }\n",
	[CODEC_WELL_KNOWN] =
		"syntax = \"proto3\";\n"
		"package w;\n"
		"import \"google/protobuf/any.proto\"; import \"google/protobuf/duration.proto\";\n"
		"import \"google/protobuf/empty.proto\"; import \"google/protobuf/field_mask.proto\";\n"
		"import \"google/protobuf/struct.proto\"; import \"google/protobuf/timestamp.proto\";\n"
		"import \"google/protobuf/wrappers.proto\";\n"
		"message W {\n"
		"  google.protobuf.Any any = 1; google.protobuf.Duration duration = 2;\n"
		"  google.protobuf.Empty empty = 3; google.protobuf.FieldMask mask = 4;\n"
		"  google.protobuf.Struct struct = 5; google.protobuf.Timestamp timestamp = 6;\n"
		"  google.protobuf.Value value = 7; google.protobuf.ListValue list = 8;\n"
		"  google.protobuf.NullValue null = 9; google.protobuf.Int64Value i64 = 10;\n"
		"  google.protobuf.StringValue str = 11; google.protobuf.BoolValue bool = 12;\n"
		"  google.protobuf.BytesValue bytes = 13; google.protobuf.DoubleValue dbl = 14;\n"
		"  google.protobuf.FloatValue flt = 15; google.protobuf.UInt64Value u64 = 16;\n"
		"  google.protobuf.Int32Value i32 = 17; google.protobuf.UInt32Value u32 = 18;\n"
		"  repeated google.protobuf.Value values = 19; repeated google.protobuf.Int32Value i32s = 20;\n"
		"  map<string, google.protobuf.Value> by_name = 21;\n"
		"  oneof o { google.protobuf.NullValue on = 22; google.protobuf.Value ov = 23; }\n"
		"  repeated google.protobuf.Timestamp times = 24; repeated google.protobuf.NullValue nulls = 25;\n"
		"}\n"
		"message P { int32 x = 1; }\n",
};

struct scute_str codec_bytes(struct arena *arena, const char *hex)
{
	char *out = scute_alloc(&arena->base, strlen(hex));
	size_t n = 0;

	assert_non_null(out);
	for (const char *at = hex; *at; at++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = strchr(digits, *at);
		if (*at == ' ') {
			continue;
		}
		assert_non_null(digit);
		if (n % 2 == 0) {
			out[n / 2] = 0;
		}
		out[n / 2] = (char)(out[n / 2] << 4 | (digit - digits));
		n++;
	}
	assert_int_equal(n % 2, 0);
	return (struct scute_str){ out, n / 2 };
}

enum scute_status codec_encode(const struct scute_schema *schema, const char *name,
	const char *json, struct arena *arena, struct scute_str *ret_hex, struct scute_error *err)
{
	static const char digits[] = "0123456789abcdef";
	struct scute_str payload;
	enum scute_status status = name ?
		pb_encode_as(schema, str_z(name), str_z(json), &arena->base, &payload, err) :
		pb_encode(schema, str_z(json), &arena->base, &payload, err);

	if (status != SCUTE_OK) {
		assert_int_equal(err->status, status);
		return status;
	}
	char *hex = scute_alloc(&arena->base, payload.len * 2 + 1);
	assert_non_null(hex);
	for (size_t i = 0; i < payload.len; i++) {
		hex[2 * i] = digits[(unsigned char)payload.data[i] >> 4];
		hex[2 * i + 1] = digits[(unsigned char)payload.data[i] & 15];
	}
	hex[payload.len * 2] = '\0';
	*ret_hex = (struct scute_str){ hex, payload.len * 2 };
	return SCUTE_OK;
}

enum scute_status codec_decode(const struct scute_schema *schema, const char *hex,
	struct arena *arena, struct scute_str *ret_json, struct scute_error *err)
{
	struct scute_str payload = codec_bytes(arena, hex);
	enum scute_status status = pb_decode(schema, payload, &arena->base, ret_json, err);

	if (status != SCUTE_OK) {
		assert_int_equal(err->status, status);
	}
	return status;
}
