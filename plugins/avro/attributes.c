/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the attributes of a schema object in one pass, and what its logical type means. */
#include <math.h>

#include "support/str.h"

#include "parser.h"

struct slot {
	const char *name;
	size_t at;
};

#define SLOT(name, member) { name, offsetof(struct attributes, member) }

/* By length of name; no two of one length share their first two letters. */
static const struct slot slots_4[] = { SLOT("type", type), SLOT("name", name), SLOT("size", size),
	{ NULL, 0 } };
static const struct slot slots_5[] = { SLOT("items", items), SLOT("order", order),
	SLOT("scale", scale), { NULL, 0 } };
static const struct slot slots_6[] = { SLOT("fields", fields), SLOT("values", values),
	{ NULL, 0 } };
static const struct slot slots_7[] = { SLOT("default", fallback), SLOT("symbols", symbols),
	SLOT("aliases", aliases), { NULL, 0 } };
static const struct slot slots_9[] = { SLOT("namespace", space), SLOT("precision", precision),
	{ NULL, 0 } };
static const struct slot slots_11[] = { SLOT("logicalType", logical), { NULL, 0 } };

static const struct slot *const slots_by_length[] = {
	[4] = slots_4, [5] = slots_5, [6] = slots_6, [7] = slots_7, [9] = slots_9, [11] = slots_11,
};

void attributes_read(const struct json *object, struct attributes *ret_attributes)
{
	memset(ret_attributes, 0, sizeof(*ret_attributes));
	for (const struct json *at = object->children; at; at = at->next) {
		if (at->key.len >= sizeof(slots_by_length) / sizeof(slots_by_length[0])) {
			continue;
		}
		const struct slot *slot = slots_by_length[at->key.len];
		for (; slot && slot->name; slot++) {
			if (memcmp(slot->name, at->key.data, at->key.len) == 0) {
				memcpy((char *)ret_attributes + slot->at, &at, sizeof(at));
				break;
			}
		}
	}
}

struct logical_rule {
	const char *name;
	enum avro_logical logical;
	enum avro_type type;
};

static const struct logical_rule logical_rules[] = {
	{ "decimal", AVRO_LOGICAL_DECIMAL, AVRO_BYTES },
	{ "decimal", AVRO_LOGICAL_DECIMAL, AVRO_FIXED },
	{ "uuid", AVRO_LOGICAL_UUID, AVRO_STRING },
	{ "uuid", AVRO_LOGICAL_UUID, AVRO_FIXED },
	{ "date", AVRO_LOGICAL_DATE, AVRO_INT },
	{ "time-millis", AVRO_LOGICAL_TIME_MILLIS, AVRO_INT },
	{ "time-micros", AVRO_LOGICAL_TIME_MICROS, AVRO_LONG },
	{ "timestamp-millis", AVRO_LOGICAL_TIMESTAMP_MILLIS, AVRO_LONG },
	{ "timestamp-micros", AVRO_LOGICAL_TIMESTAMP_MICROS, AVRO_LONG },
	{ "timestamp-nanos", AVRO_LOGICAL_TIMESTAMP_NANOS, AVRO_LONG },
	{ "local-timestamp-millis", AVRO_LOGICAL_LOCAL_TIMESTAMP_MILLIS, AVRO_LONG },
	{ "local-timestamp-micros", AVRO_LOGICAL_LOCAL_TIMESTAMP_MICROS, AVRO_LONG },
	{ "local-timestamp-nanos", AVRO_LOGICAL_LOCAL_TIMESTAMP_NANOS, AVRO_LONG },
	{ "duration", AVRO_LOGICAL_DURATION, AVRO_FIXED },
};

/* How many decimal digits a two's complement number of that many bytes holds surely. */
static int64_t fixed_digits(uint32_t bytes)
{
	return bytes == 0 ? 0 : (int64_t)floor(log10(2.0) * (8.0 * bytes - 1.0));
}

static bool decimal_read(struct avro_node *node, const struct attributes *attributes)
{
	int64_t precision = 0;
	int64_t scale = 0;

	if (!attributes->precision || !json_to_i64(attributes->precision, &precision) ||
		precision < 1 || precision > INT32_MAX) {
		return false;
	}
	if (attributes->scale && !json_to_i64(attributes->scale, &scale)) {
		return false;
	}
	if (scale < 0 || scale > precision) {
		return false;
	}
	if (node->type == AVRO_FIXED && precision > fixed_digits(node->size)) {
		return false;
	}
	node->precision = (int32_t)precision;
	node->scale = (int32_t)scale;
	return true;
}

void logical_read(struct avro_node *node, const struct attributes *attributes)
{
	if (!attributes->logical || attributes->logical->type != JSON_STRING) {
		return;
	}
	for (size_t i = 0; i < sizeof(logical_rules) / sizeof(logical_rules[0]); i++) {
		const struct logical_rule *rule = &logical_rules[i];
		if (node->type != rule->type ||
			!str_eq_z(attributes->logical->text, rule->name)) {
			continue;
		}
		bool suits = rule->logical == AVRO_LOGICAL_DECIMAL ?
			decimal_read(node, attributes) :
			rule->type != AVRO_FIXED ||
				node->size == (rule->logical == AVRO_LOGICAL_UUID ? 16u : 12u);
		if (suits) {
			node->logical = (uint8_t)rule->logical;
		}
		return;
	}
}
