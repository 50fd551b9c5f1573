/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a type, by number and by name. */
#include "support/str.h"

#include "pool.h"
#include "runtime.h"

struct rt_field *rt_find(const struct rt_type *type, uint32_t number, uint32_t *hint)
{
	uint32_t low = 0;
	uint32_t high = type->n_fields;

	/* Most data has its fields in order: the same one again, or the next. */
	for (uint32_t i = *hint; i < high && i < *hint + 2; i++) {
		if (type->c.fields[i].id == number) {
			*hint = i;
			return &type->fields[i];
		}
	}
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (type->c.fields[middle].id < number) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low == type->n_fields || type->c.fields[low].id != number) {
		return NULL;
	}
	*hint = low;
	return &type->fields[low];
}

/* NULL also when another field of a stored source has taken its number. */
static struct rt_field *find_model(const struct rt_type *type, const struct pb_field *field,
	uint32_t *hint)
{
	struct rt_field *found = rt_find(type, (uint32_t)field->number, hint);

	return found && found->field == field ? found : NULL;
}

static struct rt_field *find_extension_key(const struct codec *codec, const struct rt_type *type,
	struct scute_str key, uint32_t *hint)
{
	struct scute_str name = { key.data + 1, key.len - 2 };
	const struct pb_field *field = pb_pool_extension_named(codec->schema->pool, name);

	return field && field->extendee == type->message ? find_model(type, field, hint) : NULL;
}

struct rt_field *rt_find_key(const struct codec *codec, const struct rt_type *type,
	struct scute_str key, uint32_t *hint)
{
	const struct pb_field *field;

	for (uint32_t i = *hint; i < type->n_fields && i < *hint + 2; i++) {
		if (str_eq(type->fields[i].key, key)) {
			*hint = i;
			return &type->fields[i];
		}
	}
	if (key.len > 2 && key.data[0] == '[' && key.data[key.len - 1] == ']') {
		return find_extension_key(codec, type, key, hint);
	}
	field = pb_field_by_json_name(type->message, key);
	if (!field) {
		field = pb_field_by_name(type->message, key);
	}
	return field ? find_model(type, field, hint) : NULL;
}
