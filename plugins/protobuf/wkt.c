/* SPDX-License-Identifier: Apache-2.0 */
/* Which messages are well-known types. */
#include "wkt.h"

#include <assert.h>

#include "support/str.h"

enum {
	SHAPE_FIELDS_MAX = 6,
};

/* A field that has to be there; the fields of a shape are numbered from 1. */
struct shape_field {
	uint8_t type; /* enum pb_type; 0 ends the list */
	bool is_repeated;
};

struct shape {
	const char *name; /* behind "google.protobuf." */
	enum rt_wkt wkt;
	struct shape_field fields[SHAPE_FIELDS_MAX];
};

static const struct shape shapes[] = {
	{ "Any", RT_ANY, { { PB_TYPE_STRING, false }, { PB_TYPE_BYTES, false } } },
	{ "Timestamp", RT_TIMESTAMP, { { PB_TYPE_INT64, false }, { PB_TYPE_INT32, false } } },
	{ "Duration", RT_DURATION, { { PB_TYPE_INT64, false }, { PB_TYPE_INT32, false } } },
	{ "FieldMask", RT_FIELD_MASK, { { PB_TYPE_STRING, true } } },
	{ "Struct", RT_STRUCT, { { PB_TYPE_MESSAGE, true } } },
	{ "Value", RT_VALUE, { { PB_TYPE_ENUM, false }, { PB_TYPE_DOUBLE, false },
		{ PB_TYPE_STRING, false }, { PB_TYPE_BOOL, false }, { PB_TYPE_MESSAGE, false },
		{ PB_TYPE_MESSAGE, false } } },
	{ "ListValue", RT_LIST_VALUE, { { PB_TYPE_MESSAGE, true } } },
	{ "DoubleValue", RT_WRAPPER, { { PB_TYPE_DOUBLE, false } } },
	{ "FloatValue", RT_WRAPPER, { { PB_TYPE_FLOAT, false } } },
	{ "Int64Value", RT_WRAPPER, { { PB_TYPE_INT64, false } } },
	{ "UInt64Value", RT_WRAPPER, { { PB_TYPE_UINT64, false } } },
	{ "Int32Value", RT_WRAPPER, { { PB_TYPE_INT32, false } } },
	{ "UInt32Value", RT_WRAPPER, { { PB_TYPE_UINT32, false } } },
	{ "BoolValue", RT_WRAPPER, { { PB_TYPE_BOOL, false } } },
	{ "StringValue", RT_WRAPPER, { { PB_TYPE_STRING, false } } },
	{ "BytesValue", RT_WRAPPER, { { PB_TYPE_BYTES, false } } },
	{ "Empty", RT_EMPTY, { { 0, false } } },
};

static bool has_shape(const struct pb_message *message, const struct shape *shape)
{
	uint32_t n = 0;

	for (; n < SHAPE_FIELDS_MAX && shape->fields[n].type != 0; n++) {
		const struct pb_field *field = pb_field_by_number(message, (int32_t)n + 1);
		if (!field || field->type != shape->fields[n].type || field->is_delimited ||
		    (field->label == PB_REPEATED) != shape->fields[n].is_repeated) {
			return false;
		}
	}
	return n == message->n_fields;
}

/* ListValue and Struct hold messages, and a Struct's are a map's entries. */
static bool holds_values(const struct pb_message *message, enum rt_wkt wkt)
{
	return (wkt != RT_STRUCT && wkt != RT_LIST_VALUE) ||
		message->fields[0]->is_map == (wkt == RT_STRUCT);
}

enum rt_wkt rt_wkt_of(const struct pb_message *message)
{
	static const struct scute_str prefix = { "google.protobuf.", 16 };
	struct scute_str name = message->full_name;

	if (!str_starts(name, prefix)) {
		return RT_ORDINARY;
	}
	name = (struct scute_str){ name.data + prefix.len, name.len - prefix.len };
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (str_eq_z(name, shapes[i].name)) {
			bool good = has_shape(message, &shapes[i]) &&
				holds_values(message, shapes[i].wkt);
			return good ? shapes[i].wkt : RT_ORDINARY;
		}
	}
	return RT_ORDINARY;
}

struct rt_field *wkt_field(const struct rt_type *type, uint32_t number)
{
	uint32_t hint = number - 1;
	struct rt_field *field = rt_find(type, number, &hint);

	assert(field);
	return field;
}

bool wkt_is_special(enum rt_wkt wkt)
{
	return wkt != RT_ORDINARY && wkt != RT_EMPTY;
}
