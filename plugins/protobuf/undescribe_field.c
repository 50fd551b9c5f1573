/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor's fields and enums. */
#include "undescribe.h"

#include "names.h"
#include "support/arena.h"

/* Numbers of FieldDescriptorProto. */
enum {
	FIELD_NAME = 1,
	FIELD_EXTENDEE = 2,
	FIELD_NUMBER = 3,
	FIELD_LABEL = 4,
	FIELD_TYPE = 5,
	FIELD_TYPE_NAME = 6,
	FIELD_DEFAULT = 7,
	FIELD_OPTIONS = 8,
	FIELD_ONEOF = 9,
	FIELD_JSON_NAME = 10,
	FIELD_PROTO3_OPTIONAL = 17,
};

static enum scute_status set_oneof(struct linker *linker, struct pb_field *field,
	const struct pb_message *parent, uint64_t index)
{
	if (!parent || index >= parent->n_oneofs) {
		return undescribe_fail(linker, "a field is in a oneof that does not exist");
	}
	field->oneof = parent->oneofs[index];
	return SCUTE_OK;
}

static enum scute_status field_member(struct linker *linker, const struct unpacked *member,
	const struct pb_message *parent, struct pb_field *field)
{
	switch (member->number) {
	case FIELD_NAME:
		field->name = member->bytes;
		break;
	case FIELD_EXTENDEE:
		field->extendee_name = member->bytes;
		break;
	case FIELD_NUMBER:
		field->number = (int32_t)member->value;
		break;
	case FIELD_LABEL:
		field->label = member->value > PB_REPEATED ? 0 : (uint8_t)member->value;
		break;
	case FIELD_TYPE:
		field->type = member->value > PB_TYPE_SINT64 ? 0 : (uint8_t)member->value;
		break;
	case FIELD_TYPE_NAME:
		field->type_name = member->bytes;
		break;
	case FIELD_DEFAULT:
		field->has_default = true;
		field->default_text = member->bytes.data ? member->bytes : SCUTE_STR("");
		break;
	case FIELD_OPTIONS:
		field->options.wire = member->bytes;
		break;
	case FIELD_ONEOF:
		return set_oneof(linker, field, parent, member->value);
	case FIELD_JSON_NAME:
		field->has_json_name = true;
		field->json_name = member->bytes;
		break;
	case FIELD_PROTO3_OPTIONAL:
		field->proto3_optional = member->value != 0;
		break;
	default:
		break;
	}
	return SCUTE_OK;
}

static bool is_named_type(const struct pb_field *field)
{
	return field->type == PB_TYPE_MESSAGE || field->type == PB_TYPE_GROUP ||
	       field->type == PB_TYPE_ENUM || field->type == PB_TYPE_UNKNOWN;
}

static enum scute_status field_is_whole(struct linker *linker, struct pb_field *field)
{
	if (!undescribe_is_name(field->name)) {
		return undescribe_fail(linker, "a field has no name");
	}
	if (field->label == 0) {
		field->label = PB_OPTIONAL;
	}
	if (is_named_type(field) != (field->type_name.len > 0) ||
		(field->type_name.len > 0 && !undescribe_is_dotted(field->type_name, true))) {
		return undescribe_fail(linker, "the type of a field is malformed");
	}
	if (field->extendee_name.len > 0 && !undescribe_is_dotted(field->extendee_name, true)) {
		return undescribe_fail(linker, "what a field extends is no name");
	}
	if (field->has_json_name) {
		struct scute_str derived;
		if (!pb_json_name(field->name, linker->arena, &derived)) {
			return link_memory(linker);
		}
		if (!str_is_utf8(field->json_name)) {
			return undescribe_fail(linker, "a json_name is not UTF-8");
		}
		field->has_json_name = !str_eq(derived, field->json_name);
	}
	/* Labels are written where the syntax has them. */
	field->has_label = field->label != PB_OPTIONAL || field->proto3_optional ||
			   (linker->file->syntax == PB_PROTO2 && !field->oneof);
	return SCUTE_OK;
}

enum scute_status undescribe_field(struct linker *linker, struct scute_str bytes,
	struct pb_message *parent, struct pb_field **ret_field)
{
	enum scute_status status;
	struct unpacked member;
	struct pb_field *field = undescribe_node(linker, sizeof(*field), &status);

	if (!field) {
		return status;
	}
	field->node.kind = PB_FIELD;
	field->parent = parent;
	while (status == SCUTE_OK && unpack_next(&bytes, linker->limits->depth_max, &member)) {
		status = field_member(linker, &member, parent, field);
	}
	if (status == SCUTE_OK && bytes.len > 0) {
		return undescribe_fail(linker, "a field is malformed");
	}
	if (status == SCUTE_OK) {
		status = field_is_whole(linker, field);
	}
	if (status == SCUTE_OK) {
		*ret_field = field;
	}
	return status;
}

static enum scute_status read_value(struct linker *linker, struct scute_str bytes,
	struct pb_enum *parent, struct pb_enum_value **ret_value)
{
	enum scute_status status;
	struct unpacked member;
	struct pb_enum_value *value = undescribe_node(linker, sizeof(*value), &status);

	if (!value) {
		return status;
	}
	value->node.kind = PB_VALUE;
	value->parent = parent;
	while (unpack_next(&bytes, linker->limits->depth_max, &member)) {
		if (member.number == 1) {
			value->name = member.bytes;
		} else if (member.number == 2) {
			value->number = (int32_t)member.value;
		} else if (member.number == 3) {
			value->options.wire = member.bytes;
		}
	}
	if (bytes.len > 0 || !undescribe_is_name(value->name)) {
		return undescribe_fail(linker, "an enum's value is malformed");
	}
	*ret_value = value;
	return SCUTE_OK;
}

static enum scute_status enum_member(struct linker *linker, const struct unpacked *member,
	struct pb_enum *enum_, struct pb_node ***end)
{
	enum scute_status status = SCUTE_OK;

	if (member->number == 1) {
		enum_->name = member->bytes;
	} else if (member->number == 2) {
		struct pb_enum_value **value = &enum_->values[enum_->n_values];
		status = read_value(linker, member->bytes, enum_, value);
		if (status == SCUTE_OK) {
			enum_->n_values++;
			**end = &(*value)->node;
			*end = &(*value)->node.next;
		}
	} else if (member->number == 3) {
		enum_->options.wire = member->bytes;
	}
	return status;
}

static bool wire_flag(struct scute_str bytes, int32_t number)
{
	struct unpacked field;
	bool set = false;

	while (unpack_next(&bytes, 100, &field)) {
		if (field.number == number && field.type == PACK_VARINT) {
			set = field.value != 0;
		}
	}
	return set;
}

enum scute_status undescribe_enum(struct linker *linker, struct scute_str bytes,
	struct pb_message *parent, struct pb_enum **ret_enum)
{
	enum scute_status status;
	struct unpacked member;
	struct pb_enum *enum_ = undescribe_node(linker, sizeof(*enum_), &status);
	struct scute_str rest = bytes;
	struct pb_node **end;
	void **items;

	if (!enum_) {
		return status;
	}
	enum_->node.kind = PB_ENUM;
	enum_->file = linker->file;
	enum_->parent = parent;
	end = &enum_->first;
	status = undescribe_array(linker, bytes, 2, &items);
	enum_->values = (struct pb_enum_value **)items;
	while (status == SCUTE_OK && unpack_next(&rest, linker->limits->depth_max, &member)) {
		status = enum_member(linker, &member, enum_, &end);
	}
	if (status == SCUTE_OK && !undescribe_is_name(enum_->name)) {
		return undescribe_fail(linker, "an enum has no name");
	}
	if (status == SCUTE_OK) {
		status = undescribe_ranges(linker, bytes, 4, 0, &enum_->reserved,
			&enum_->n_reserved, &end);
	}
	if (status == SCUTE_OK) {
		status = undescribe_names(linker, bytes, 5, &enum_->reserved_names,
			&enum_->n_reserved_names, &end);
	}
	enum_->allow_alias = wire_flag(enum_->options.wire, 2);
	*ret_enum = enum_;
	return status;
}
