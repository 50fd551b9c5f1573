/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the Protobuf codec. An input names a schema by its first byte; by the second one, "j"
 * or "w", JSON or a message's wire bytes follow. Whatever they are, they are refused with an error,
 * or what they become comes back the same: wire to JSON to wire to JSON. The wire of JSON that is
 * taken is broken in many ways of its own, too.
 */
#include <stdlib.h>
#include <string.h>

#include "codec_test.h"

#include "fuzz.h"

enum {
	FUZZ_ARENA_BYTES = 64 * 1024 * 1024,
	BREAKS = 8, /* ways in which one payload is broken */
};

static struct arena schemas;
static struct arena arena;
static const struct scute_schema *by_id[CODEC_SCHEMAS];

static void begin(void)
{
	arena_init(&schemas, FUZZ_ARENA_BYTES);
	arena_init(&arena, FUZZ_ARENA_BYTES);
	for (int i = 0; i < CODEC_SCHEMAS; i++) {
		struct scute_error err;
		by_id[i] = pb_test_parse(&schemas, codec_schema_texts[i], NULL, 0, &err);
		MUST(by_id[i]);
	}
}

static void end(void)
{
	arena_finish(&arena);
	arena_finish(&schemas);
}

static bool decode(const struct scute_schema *schema, struct scute_str payload,
	struct scute_str *ret_json)
{
	struct scute_error err;
	enum scute_status status = pb_decode(schema, payload, &arena.base, ret_json, &err);

	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
		MUST(status != SCUTE_EINTERNAL);
	}
	return status == SCUTE_OK;
}

static bool encode(const struct scute_schema *schema, struct scute_str json,
	struct scute_str *ret_payload)
{
	struct scute_error err;
	enum scute_status status = pb_encode(schema, json, &arena.base, ret_payload, &err);

	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
		MUST(status != SCUTE_EINTERNAL);
	}
	return status == SCUTE_OK;
}

/* A payload of the first message: what it becomes must come back. */
static bool try_wire(const struct scute_schema *schema, struct scute_str payload)
{
	struct scute_str json;
	struct scute_str again;
	struct scute_str json_again;

	if (!decode(schema, payload, &json)) {
		return false;
	}
	MUST(str_is_utf8(json));
	MUST(encode(schema, json, &again));
	MUST(decode(schema, again, &json_again));
	MUST(str_eq(json, json_again));
	return true;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void break_wire(const struct scute_schema *schema, struct scute_str payload)
{
	uint64_t seed = 0x9e3779b97f4a7c15u + payload.len;
	char *broken = malloc(payload.len * 2 + 1);

	MUST(broken);
	for (size_t i = 0; i < payload.len; i++) {
		seed = (seed ^ (unsigned char)payload.data[i]) * 0x100000001b3u;
	}
	for (int i = 0; payload.len > 1 && i < BREAKS; i++) {
		size_t len = payload.len;
		memcpy(broken, payload.data, len);
		for (uint64_t n = 1 + next_random(&seed) % 3; n > 0; n--) {
			size_t at = 1 + next_random(&seed) % (len - 1);
			broken[at] = (char)(broken[at] ^ (1 << next_random(&seed) % 8));
		}
		if (next_random(&seed) % 4 == 0) {
			/* Twice: singular messages come in pieces. */
			memcpy(broken + len, broken + 1, len - 1);
			len += len - 1;
		} else if (next_random(&seed) % 4 == 0) {
			len = 1 + next_random(&seed) % (len - 1);
		}
		/* A copy of exactly that length: reading beyond it is seen. */
		char *exact = malloc(len);
		MUST(exact);
		memcpy(exact, broken, len);
		try_wire(schema, (struct scute_str){ exact, len });
		free(exact);
	}
	free(broken);
}

static bool one(const char *data, size_t len)
{
	struct scute_str payload;
	bool good;

	arena_reset(&arena);
	if (len < 2) {
		return false;
	}
	const struct scute_schema *schema = by_id[(unsigned char)data[0] % CODEC_SCHEMAS];
	struct scute_str rest = { data + 2, len - 2 };
	if (data[1] == 'w') {
		char *wire = malloc(rest.len + 1);
		MUST(wire);
		wire[0] = 0;
		memcpy(wire + 1, rest.data, rest.len);
		good = try_wire(schema, (struct scute_str){ wire, rest.len + 1 });
		free(wire);
		return good;
	}
	if (!encode(schema, rest, &payload)) {
		return false;
	}
	MUST(try_wire(schema, payload));
	break_wire(schema, payload);
	return true;
}

/* The first character's code modulo 4 is the schema: d 0, e 1, f 2, g 3. */
static const char *const seeds[] = {
	"dj{'i32':1,'i64':'-5','u32':7,'u64':'8','s32':-1,'s64':'-2','f32':3,'f64':'4','sf32':-5}",
	"dj{'fl':1.5,'db':-0.1,'bo':true,'st':'h\u00e9','by':'AAH/','en':'TWO','sub':{'i32':2}}",
	"dj{'opt':0,'nums':[1,-2,300],'loose':[1,2],'words':['','a'],'subs':[{},{'i32':1}],'ens':[0,9]}",
	"dj{'counts':{'a':1,'b':2},'byId':{'-5':{'i32':1}},'flags':{'true':'ONE'},'blobs':{'7':'AQ=='}}",
	"dj{'one':'x','twoWords':1,'o-ther':'y','reals':[0,1e300,'NaN'],'bits':[true,false]}",
	"dj{'two':{'two':{'three':1}},'four':null}",
	"ej{'a':7,'packed':[1,2],'loose':[3],'e':'A','es':['A',2],'grp':{'x':1,'y':'z'}}",
	"ej{'many':[{'n':1},{'m':{'many':[{}]}}],'sub':{'grp':{}},'byName':{'k':'Z1'},'kg':{'z':300}}",
	"ej{'req':{'id':1,'name':''},'[p2.ext]':5,'[p2.exts]':['a'],'[p2.Scope.extgroup]':{'q':1}}",
	"fj{'a':0,'b':5,'c':1,'d':{'c':2,'d':{'c':3}},'r':[1,2],'x':[1,2],'o':7,'k':'C2'}",
	"gj{'any':{'@type':'a/w.P','x':5},'duration':'-1.5s','empty':{},'mask':'fooBar,a.b'}",
	"gj{'any':{'@type':'a/google.protobuf.Any','value':{'@type':'a/w.W','u32':1}}}",
	"gj{'struct':{'a':[1,'x',null,true,{'b':{}}]},'timestamp':'1972-01-01T10:00:20.021Z'}",
	"gj{'value':null,'list':[1,[2],{'a':3}],'i64':'1','str':'','bool':false,'bytes':'AA==','dbl':0}",
	"gj{'flt':1.5,'u64':'0','i32':-1,'values':[null,1],'i32s':[0],'byName':{'k':[]},'on':null}",
	"gj{'times':['1970-01-01T00:00:00Z'],'nulls':[null,0],'ov':{'a':[]}}",
	"dw\x8a\x01\x02\x08\x01\x8a\x01\x02\x10\x02\xda\x01\x01" "a\xe2\x01\x02\x08\x05",
	"dw\xa3\x1f\x08\x01\xa4\x1f\xc2\x01\x05\x0a\x01" "a\x10\x01\xd2\x01\x04\x08\x01\x10\x07",
	"ew\x33\x08\x01\x34\x3b\x10\x01\x3c\xbb\x06\x08\x01\xbc\x06\x4a\x05\x0a\x01k\x10\x02\x2a\x02\x01\x03",
	"fw\x18\x01\x23\x18\x02\x23\x18\x03\x24\x24",
	NULL,
};

static const char *const words[] = {
	"null", "{}", "[]", "'a':", "'sub':", "0", "-1", "1e3", "1.5", "'NaN'", "'-Infinity'", "true",
	"9223372036854775807", "18446744073709551615", "2147483648", "'@type':'a/w.W',",
	"'value':", "\\u0000", "\xff", "\x80", "\x33", "\x34", "\x8a\x01", "\xe2\x01", "\x0a",
	"\x12", "\x9a\x01", "\xff\xff\xff\xff\x0f", "dj", "ew", "fw", "gj", "gw",
	NULL,
};

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 200000,
	.begin = begin,
	.one = one,
	.end = end,
};
