/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the comparison share: the question's state, schemas as it sees them, its
 * memory, its report.
 *
 * "old" is the writer's side, "new" the reader's: does new accept whatever old accepts? Within
 * "not" and the like the question is asked the other way round, so each shape knows its schema.
 *
 * Failures (memory, limits) stay in check->status; everything returns quickly after one. A bad
 * (incompatible) difference is counted in check->n_bad, reported or not.
 */
#ifndef JSONSCHEMA_COMPAT_H
#define JSONSCHEMA_COMPAT_H

#include "regex.h"
#include "schema.h"
#include "work.h"

enum js_diff {
#define DIFFERENCE(name, strict, lenient, text) DIFF_##name,
#include "differences.def"
#undef DIFFERENCE
	N_DIFFS
};

/* Sets of types. An integer is a number; in draft 4 1.0 is no integer. */
enum js_type_bit {
	TYPE_NULL = 1u << 0,
	TYPE_BOOLEAN = 1u << 1,
	TYPE_STRING = 1u << 2,
	TYPE_ARRAY = 1u << 3,
	TYPE_OBJECT = 1u << 4,
	TYPE_PLAIN_INTEGER = 1u << 5, /* written without fraction and exponent */
	TYPE_OTHER_INTEGER = 1u << 6, /* 1.0, 1e2 */
	TYPE_FRACTION = 1u << 7,
	TYPE_INTEGER = TYPE_PLAIN_INTEGER | TYPE_OTHER_INTEGER,
	TYPE_NUMBER = TYPE_INTEGER | TYPE_FRACTION,
	TYPE_ALL = 0xff,
};

struct shape;

/* Members of a combination, references and combinations of one already followed. */
struct shape_list {
	const struct js_node **nodes;
	uint32_t count;
};

enum shape_combination {
	SHAPE_ALL_OF, /* with the targets of references that have siblings */
	SHAPE_ANY_OF, /* two members at least; one is put into SHAPE_ALL_OF */
	SHAPE_ONE_OF, /* likewise */
	SHAPE_N_COMBINATIONS,
};

/* Property names matched against patternProperties. */
struct shape_pattern {
	const struct js_regex *regex; /* NULL: does not compile */
};

/*
 * A schema as the comparison sees it: what a node says itself (its base: type, enum and the
 * keywords for each type) and its combinations. Nodes that only refer to another one share its
 * shape. Immutable but for what is worked out on demand.
 */
struct shape {
	const struct js_node *node;
	uint8_t side;        /* 0 old, 1 new */
	bool is_true;        /* asserts nothing */
	bool is_opaque;      /* a reference that does not resolve, or only at validation */
	bool is_dead;        /* opaque, and no instance can be held against it */
	bool has_base;       /* the node's own keywords assert something */
	bool base_only;      /* made by shape_base or shape_of_types */
	bool types_known;
	uint8_t declared;    /* types by "type"; TYPE_ALL without */
	uint8_t types;       /* no instance of another type is accepted; see shape_types */
	struct shape_list lists[SHAPE_N_COMBINATIONS];

	/* "enum" and "const" together: the values that both let through; NULL: neither is there. */
	const struct json **values;
	uint32_t n_values;
	bool values_known;

	const struct scute_str *required; /* sorted */
	uint32_t n_required;
	bool required_known;

	struct shape_pattern *patterns; /* of patternProperties, in its order */

	/* The same node, narrowed to some types or to its base. */
	struct shape *origin; /* of a narrowed one; NULL: it is not */
	struct shape *next_derived;
	uint8_t mask;
};

enum memo_state {
	MEMO_NEW,
	MEMO_OPEN, /* being compared further up, or put off: good unless something shows otherwise */
	MEMO_GOOD,
	MEMO_BAD,
};

struct memo {
	struct shape *older;
	struct shape *newer;
	struct memo *good_before; /* the pair found good before this one */
	uint8_t state;
	bool pure;
	bool unproved;
	uint8_t n_reported;
};

/* A step of the path, on the C stack. */
struct step {
	const struct step *up;   /* NULL: the root */
	const char *keyword;     /* NULL: name or number */
	struct scute_str name;   /* data NULL: number */
	uint32_t number;
};

struct found_item {
	struct found_item *next;
	uint64_t place;
	struct scute_difference difference;
};

struct found {
	struct found_item *first;
	struct found_item *last;
	size_t count;
};

/* A pair that is compared later: recursion stays bounded however long a chain of references is. */
struct put_off {
	struct put_off *next;
	struct memo *memo;
	struct scute_str path;
	bool pure;
};

struct check {
	struct scute_arena *arena;
	struct scute_error *err;
	const struct scute_compat *compat;
	enum scute_status status;
	struct shape **shapes[2]; /* by node's id */
	const uint32_t *dynamics[2]; /* by dynamic id: how many nodes bear it; NULL: none */
	bool own_dynamics[2];        /* documents that are not meta-schemas have dynamic anchors */
	struct memo **memos;
	uint32_t memos_mask;
	uint32_t n_memos;
	struct memo *last_good;
	uint64_t steps;
	uint32_t nesting;
	uint32_t trials; /* > 0: only the verdict is asked for */
	bool pure;       /* neither defaults nor rules that are no proof count */
	bool unproved;   /* a rule that is no proof was leant on: see compat_unproved */
	struct js_regex_effort effort;
	const struct js_regex *last_regex;
	uint32_t n_regexes; /* that need the matcher */
	struct js_work work; /* for values */
	uint32_t n_bad;
	uint32_t stop_at_bad; /* in trials: enough is known as soon as n_bad exceeds it */
	struct put_off *put_offs; /* newest first */
	struct scute_str path_prefix; /* where the root step is */
	uint64_t n_places;
	size_t report_bytes;
	struct found bad;
	struct found fine;
};

/* Names of the differences, in the order of the table; for tests. */
extern const char *const js_diff_names[N_DIFFS];

/* See struct scute_format. */
enum scute_status js_compatible(struct scute_compat *compat, struct scute_error *err);

/*
 * The same, and whether the verdict leans on a rule of current registries that is no proof
 * (see docs/jsonschema-compatibility.md): an instance that old accepts may then be refused.
 */
enum scute_status js_compatible_proof(struct scute_compat *compat, bool *ret_unproved,
	struct scute_error *err);

/* compat.c */
bool check_halted(const struct check *c);
/* A verdict only is asked for and it is there already, or the check has failed. */
bool check_enough(const struct check *c);
void check_spend(struct check *c, uint64_t steps);
void check_fail(struct check *c, enum scute_status status);
void *check_alloc(struct check *c, size_t count, size_t bytes);
/* The pair of two schemas; differences are counted and reported. */
void pair_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);
/* What is compared between the two is not reported, only found good or not. */
struct trial {
	const struct memo *mark;
	const struct put_off *waiting;
	uint32_t n_bad;
	uint32_t stop_at_bad;
	bool unproved;
};
struct trial trial_begin(struct check *c);
/* True: good. */
bool trial_end(struct check *c, const struct trial *trial);
/* Whether the pair is compatible, without report. */
bool pair_try(struct check *c, struct shape *older, struct shape *newer);
/* Is whatever older accepts accepted by newer, without defaults and unproved rules? */
bool pair_proved(struct check *c, struct shape *older, struct shape *newer);

/* compat_memo.c: pairs met before. A memo stays in place. NULL: out of memory. */
bool memo_init(struct check *c);
struct memo *memo_get(struct check *c, struct shape *older, struct shape *newer);
void memo_good(struct check *c, struct memo *memo);
/* Takes back what was found good since last_good was mark: it may lean on what turned out bad. */
void memo_forget(struct check *c, const struct memo *mark);

/* compat_report.c */
void report(struct check *c, const struct step *at, enum js_diff diff);
/* At a step below at. */
void report_at(struct check *c, const struct step *at, const char *keyword, enum js_diff diff);
/* A rule that current registries have but that is no proof. */
void compat_unproved(struct check *c);
struct scute_str step_path(struct check *c, const struct step *at);
enum scute_status report_finish(struct check *c, struct scute_compat *compat);

static inline struct step step_keyword(const struct step *up, const char *keyword)
{
	return (struct step){ .up = up, .keyword = keyword };
}

static inline struct step step_name(const struct step *up, struct scute_str name)
{
	return (struct step){ .up = up, .name = { name.data ? name.data : "", name.len } };
}

static inline struct step step_number(const struct step *up, uint32_t number)
{
	return (struct step){ .up = up, .number = number };
}

/* compat_shape.c. NULL node: what an absent keyword means, "true". Never NULL but after failure. */
bool shapes_init(struct check *c);
struct shape *shape_of(struct check *c, unsigned side, const struct js_node *node);
struct shape *shape_sub(struct check *c, const struct shape *shape, enum js_keyword_id id);
struct shape *shape_member(struct check *c, const struct shape *shape,
	enum shape_combination kind, uint32_t place);
/* Only the node's own keywords. */
struct shape *shape_base(struct check *c, struct shape *shape);
/* Only instances of these types. */
struct shape *shape_of_types(struct check *c, struct shape *shape, unsigned mask);
bool shape_is_false(struct check *c, struct shape *shape);
/* Whether both are the same meta-schema, or references that do not resolve to the same place. */
bool shapes_same(const struct check *c, const struct shape *older,
	const struct shape *newer);
/* A keyword of the node that the shape's base has; NULL: none. */
const struct js_keyword *shape_get(const struct shape *shape, enum js_keyword_id id);
bool shape_has_sums(const struct shape *shape);

/*
 * Does it lead back to itself without a step into the instance? Then a validator that gets
 * there comes to no end. Looks at a bounded number of schemas; beyond, the answer is no.
 */
bool shape_is_endless(struct check *c, const struct shape *shape);
const struct js_node *node_follow(const struct js_node *node);

/* compat_types.c. Types as members of a sum: integer and number are one. */
#define JS_N_TYPE_GROUPS 6u
extern const uint8_t js_type_groups[JS_N_TYPE_GROUPS];
unsigned types_count(unsigned types);
unsigned shape_types(struct check *c, struct shape *shape);
/* No instance is accepted by both, for sure. */
bool shapes_disjoint(struct check *c, struct shape *a, struct shape *b);
unsigned types_of_value(const struct json *value);
unsigned types_declared(const struct js_node *node);

/* compat_enum.c */
bool values_equal(struct check *c, const struct json *a, const struct json *b);
uint64_t value_hash(struct check *c, const struct json *value);
bool shape_values(struct check *c, struct shape *shape);
void enum_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);
bool values_disjoint(struct check *c, const struct shape *a, const struct shape *b);

/* compat_base.c: type, numbers, strings; the rest of the base is called from there. */
void base_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);
/* The names of four differences follow one another: added, removed, increased, decreased. */
void count_check(struct check *c, const struct step *at, const struct shape *older,
	const struct shape *newer, enum js_keyword_id id, enum js_diff added);

/* compat_names.c: names of properties, required and matched by patterns. */
enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_UNKNOWN, /* the pattern is beyond what may be spent on it */
};
/* Does the name match the pattern at that place of patternProperties? */
enum match pattern_match(struct check *c, struct shape *shape, uint32_t place,
	struct scute_str name);
/* Works out shape->required. False: after a failure. */
bool shape_required(struct check *c, struct shape *shape);
bool shape_requires(struct check *c, struct shape *shape, struct scute_str name);
/* A reference has the default of its target. */
bool node_has_default(const struct js_node *node);

/* What becomes of a property that only one of the two schemas names. */
enum coverage {
	COVER_OPEN,   /* the other one accepts anything there */
	COVER_CLOSED, /* the other one accepts no such property */
	COVER_GOOD,   /* it has a schema there that suits */
	COVER_BAD,
};
/* Whether what older accepts under that name, which it does not list, suits newer. */
enum coverage name_coverage_of_older(struct check *c, struct shape *older,
	struct scute_str name, struct shape *newer);
/* Whether older, listed under that name, suits what newer, which does not list it, accepts. */
enum coverage name_coverage_of_newer(struct check *c, struct shape *holder,
	struct shape *newer, struct scute_str name, struct shape *older);

/* compat_object.c */
void object_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);

/* compat_patterns.c: patternProperties. */
void patterns_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);

/* compat_dependent.c */
void dependent_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);

/* compat_array.c */
void array_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);

/*
 * compat_combined.c. The base against new's, with the help of old's combinations. True: the
 * report says it all, combinations need not be looked at.
 */
bool core_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);
void products_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);
/* The step from a combination to a member that stands in its node. */
struct step step_member(const struct step *list, const struct js_node *member);

/* compat_sums.c */
void sums_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);

/* compat_match.c: members of combinations, each to another one that accepts what it does. */
#define UNMATCHED UINT32_MAX
struct matching {
	uint32_t *partners; /* by old member: the new one, or UNMATCHED */
	uint32_t *owners;   /* by new member likewise */
	uint32_t count;
};
/* As many pairs as there can be. False: after a failure. */
bool members_match(struct check *c, struct shape *older, enum shape_combination old_kind,
	struct shape *newer, enum shape_combination new_kind, struct matching *ret_matching);

/* compat_logic.c: not, if, then, else. */
void logic_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);

/* compat_unevaluated.c */
void unevaluated_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer);

#endif
