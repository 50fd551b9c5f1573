/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the validator makes of a schema: for each node that the root can reach a check, in which
 * keywords are laid out by the type of instance that they speak about. Private to compile*.c
 * and validate*.c. Immutable; in the schema's arena.
 */
#ifndef JSONSCHEMA_PROGRAM_H
#define JSONSCHEMA_PROGRAM_H

#include "formats.h"
#include "number.h"
#include "regex.h"
#include "schema.h"

#define JS_TYPE_BIT(type) (1u << (type))
#define JS_TYPES_ALL 0x7fu

enum js_integers {
	JS_INTEGERS_NO_RULE, /* all numbers are welcome */
	JS_INTEGERS_BY_VALUE,
	JS_INTEGERS_AS_WRITTEN, /* draft 4: no fraction and no exponent, not even 1.0 */
};

struct js_limit {
	uint8_t id; /* enum js_keyword_id: JS_MAXIMUM, JS_EXCLUSIVE_MAXIMUM, .. */
	bool is_maximum;
	bool is_exclusive;
	struct js_number number;
};

struct js_number_rules {
	uint32_t n_limits;
	bool has_divisor;
	struct js_limit limits[4];
	struct js_number divisor;
};

/* A pattern; regex NULL: it does not compile, which only a stored schema can have. */
struct js_pattern {
	const struct js_regex *regex;
	struct scute_str source;
};

struct js_string_rules {
	uint64_t min_length; /* in code points */
	uint64_t max_length; /* UINT64_MAX: no rule */
	const struct js_pattern *pattern; /* NULL: no rule, and so on */
	js_format_check format;
	struct scute_str format_name;
};

struct js_check;

struct js_array_rules {
	uint64_t min_items;
	uint64_t max_items;
	uint64_t min_contains;
	uint64_t max_contains;
	bool unique;
	bool contains_marks; /* what matches "contains" counts as evaluated */
	uint32_t n_prefix;
	const struct js_check *const *prefix;
	const struct js_check *rest; /* NULL: no rule for those behind the prefix */
	const struct js_check *contains;
};

/* A name that some keyword mentions. */
struct js_property {
	struct scute_str name;
	const struct js_check *check; /* NULL: everything is welcome */
	bool is_declared;             /* in "properties" */
	bool is_required;
};

struct js_slot {
	uint32_t tag;   /* upper half of the name's hash */
	uint32_t place; /* of the property, from 1; 0: free */
};

struct js_pattern_property {
	struct js_pattern pattern;
	const struct js_check *check;
};

/* If property trigger is there: those in required, and check. */
struct js_dependency {
	uint8_t id; /* enum js_keyword_id */
	uint32_t trigger;
	uint32_t n_required;
	const uint32_t *required; /* places of properties, from 0 */
	const struct js_check *check; /* NULL: none */
};

struct js_object_rules {
	uint64_t min_properties;
	uint64_t max_properties;
	uint32_t n_properties;
	uint32_t n_required;
	uint32_t n_patterns;
	uint32_t n_dependencies;
	uint32_t mask; /* slots - 1 */
	const struct js_slot *slots;
	const struct js_property *properties; /* in the schema's order */
	const struct js_pattern_property *patterns;
	const struct js_check *additional; /* NULL: no rule */
	const struct js_check *names;
	const struct js_dependency *dependencies;
};

/* Values of "enum" or "const". */
struct js_values {
	uint32_t n;
	uint32_t mask; /* slots - 1; slots NULL: few, to be compared one by one */
	const struct json **values;
	const struct js_slot *slots;
};

/* A keyword that holds for instances of any type. */
struct js_op {
	uint8_t id;     /* enum js_keyword_id; JS_IF stands for all three */
	uint32_t count; /* of list */
	union {
		const struct js_check *one;
		const struct js_check *const *list; /* JS_IF: if, then, else; NULL: no such */
		const struct js_values *values;
		const struct js_ref *dynamic;
	};
};

struct js_check {
	uint8_t types;    /* JS_TYPE_BIT of each that is welcome */
	uint8_t integers; /* enum js_integers */
	uint16_t n_ops;
	const struct js_node *node;
	const struct js_number_rules *number; /* NULL: no rules, and so on */
	const struct js_string_rules *string;
	const struct js_array_rules *array;
	const struct js_object_rules *object;
	const struct js_op *ops;
	union {
		struct js_check *todo; /* while compiling: what comes next */
		const struct js_check *const *unevaluated; /* items, properties; NULL: none */
	};
};

struct js_program {
	const struct js_check *root;
	struct js_check **checks; /* by node->id, for what dynamic references find; NULL: none */
	bool is_dynamic;          /* the way through resources has to be remembered */
};

/* The property of that name; NULL: no keyword mentions it. */
const struct js_property *js_object_property(const struct js_object_rules *rules,
	struct scute_str name);

/* For compile*.c: all are false or NULL after a failure, which is then in the compiler. */
struct js_compiler {
	struct scute_schema *schema;
	struct scute_arena *arena;
	struct scute_error *err;
	enum scute_status status;
	struct js_program *program;
	struct js_check **checks;    /* by node->id; NULL: not met yet */
	struct js_check *todo_first; /* met and not compiled yet */
	struct js_check **todo_last;
	bool *resources_met;
};

void *js_compiler_alloc(struct js_compiler *c, size_t count, size_t bytes); /* zeroed */
bool js_compiler_check(struct js_compiler *c, const struct js_node *node,
	const struct js_check **ret_check);
bool js_compiler_pattern(struct js_compiler *c, const struct js_node *node,
	struct scute_str source, struct js_pattern *ret_pattern);

/* The checks of a keyword's list of nodes. */
bool js_compiler_list(struct js_compiler *c, const struct js_keyword *keyword,
	const struct js_check *const **ret_list);

/* compile_typed.c: each sets its part of check, if node has such keywords. */
void js_compile_types(const struct js_node *node, struct js_check *check);
bool js_compile_number(struct js_compiler *c, const struct js_node *node, struct js_check *check);
bool js_compile_string(struct js_compiler *c, const struct js_node *node, struct js_check *check);
bool js_compile_array(struct js_compiler *c, const struct js_node *node, struct js_check *check);

/* compile_object.c: the rules of node for objects; *ret_rules stays NULL if it has none. */
bool js_compile_object(struct js_compiler *c, const struct js_node *node,
	const struct js_object_rules **ret_rules);

/* The count that a keyword gives; otherwise if node has no such keyword. */
uint64_t js_compiler_count(const struct js_node *node, enum js_keyword_id id, uint64_t otherwise);

#endif
