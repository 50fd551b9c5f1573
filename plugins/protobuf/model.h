/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of a parsed and linked .proto file: what every part of this plugin works on,
 * whether the source was text or a serialised FileDescriptorProto.
 *
 * Everything lives in the arena that parse() was given (built-in files: in one that lasts as long
 * as the process) and never changes after linking, so any thread may read it. Texts are
 * slices of a copy of the source in the same arena; they are not NUL-terminated.
 *
 * Each thing that can stand in a .proto file begins with a struct pb_node. The nodes of one
 * scope form a list in the order of the source (`first`, then `node.next`), which a printer
 * walks; beside it, each scope has arrays by kind, in the order of the descriptor.
 * Things that only descriptors have (entry messages of maps, oneofs of proto3 optional fields)
 * are in the arrays but in no list.
 */
#ifndef PROTOBUF_MODEL_H
#define PROTOBUF_MODEL_H

#include "scute/format.h"

#define PB_FIELD_NUMBER_MAX 536870911 /* 2^29 - 1 */
#define PB_NO_INDEX (-1)

enum pb_syntax {
	PB_PROTO2,
	PB_PROTO3,
	PB_EDITIONS,
};

/* Numbers of google.protobuf.Edition. */
enum pb_edition {
	PB_EDITION_PROTO2 = 998,
	PB_EDITION_PROTO3 = 999,
	PB_EDITION_2023 = 1000,
};

/* What a node is, and so which struct it begins. */
enum pb_kind {
	PB_FILE,       /* struct pb_file */
	PB_IMPORT,     /* struct pb_import */
	PB_MESSAGE,    /* struct pb_message */
	PB_FIELD,      /* struct pb_field, also of oneofs and of extends (then extendee is set) */
	PB_ONEOF,      /* struct pb_oneof */
	PB_ENUM,       /* struct pb_enum */
	PB_VALUE,      /* struct pb_enum_value */
	PB_SERVICE,    /* struct pb_service */
	PB_METHOD,     /* struct pb_method */
	PB_EXTEND,     /* struct pb_extend: the block; its fields are nodes of their own in it */
	PB_EXTENSIONS, /* struct pb_ranges: "extensions 100 to 199;" */
	PB_RESERVED,   /* struct pb_ranges: "reserved 1, 2;" or "reserved "a";" */
	PB_OPTION,     /* struct pb_option: a statement "option x = y;" */
	PB_PACKAGE,    /* only in a pool: a (part of a) package name; struct pb_node alone */
	PB_SYNTAX,     /* the statements syntax, edition and package, for their comments alone: */
	PB_PACKAGE_STATEMENT, /* struct pb_node alone; their content is in struct pb_file */
};

struct pb_comment {
	struct scute_str text; /* as written, with its slashes and stars; no newline at the end */
	bool blank_before;     /* an empty line stands between it and what comes before it */
	bool blank_after;      /* .. and between it and what follows */
	struct pb_comment *next; /* in the order of the source */
};

/* The comments of one node. A comment in the midst of a statement counts as leading. */
struct pb_comments {
	struct pb_comment *leading;  /* on the lines before it (attached and detached ones alike) */
	struct pb_comment *trailing; /* on the line of its ';' or of its opening '{', behind that */
	struct pb_comment *inner;    /* behind the last node, before the closing '}' or the end */
	struct pb_comment *closing;  /* blocks: on the line of the closing '}', behind it */
};

struct pb_node {
	uint8_t kind;    /* enum pb_kind */
	uint32_t offset; /* of its first byte in file->text; 0 when it came from a descriptor */
	struct pb_comments *comments; /* NULL: none */
	struct pb_node *next;         /* the next one in the scope, in the order of the source */
};

/* What a value of an option is made of. */
enum pb_value_kind {
	PB_VALUE_IDENTIFIER, /* text: true, FOO, inf, nan */
	PB_VALUE_UINT,       /* an integer literal without '-'; number */
	PB_VALUE_INT,        /* an integer literal behind '-'; number is its absolute value */
	PB_VALUE_FLOAT,      /* a float literal, or an integer beyond 64 bits; real; negative */
	PB_VALUE_STRING,     /* text: decoded, adjacent literals joined; may hold any byte */
	PB_VALUE_AGGREGATE,  /* { .. }: children are its members, in order */
	PB_VALUE_LIST,       /* [ .. ] inside an aggregate: children are its elements */
};

enum pb_member_kind {
	PB_MEMBER_FIELD,     /* name: of a field (or of a group) */
	PB_MEMBER_EXTENSION, /* [name]: an extension */
	PB_MEMBER_ANY,       /* [prefix/name]: an expanded google.protobuf.Any */
};

struct pb_value {
	uint8_t kind;     /* enum pb_value_kind */
	uint8_t member;   /* enum pb_member_kind: what name is, for members of an aggregate */
	bool negative;    /* a '-' stands before an identifier (inf, nan) or a float */
	uint32_t offset;  /* in file->text */
	struct scute_str text; /* IDENTIFIER, STRING: see there; numbers: as written without '-' */
	uint64_t number;
	double real;      /* UINT, INT and FLOAT, with its sign */
	struct scute_str name;   /* members of an aggregate: as written; ANY: "prefix/full.name" */
	const struct pb_field *field; /* members, linked: the field that is meant; NULL: unknown */
	struct pb_value *children;    /* AGGREGATE, LIST: the first one */
	struct pb_value *next;
};

struct pb_name_part {
	struct scute_str text; /* without parentheses; of an extension as written, dots and all */
	bool is_extension;     /* (text) */
	const struct pb_field *field; /* linked: the field; NULL: unknown (stored sources) */
};

/* One option as written, as a statement or in brackets. */
struct pb_option {
	struct pb_node node;   /* in the scope's list only when it was a statement */
	struct pb_name_part *parts; /* (a.b).c.d is 3 parts */
	uint32_t n_parts;
	struct pb_value *value;
};

/*
 * All options of one thing but default, json_name (see struct pb_field). From a descriptor,
 * items are made from the wire form as far as the extensions are known.
 */
struct pb_options {
	struct pb_option **items; /* in the order of the source, statements and brackets alike */
	uint32_t n_items;
	struct scute_str wire; /* linked: the serialised google.protobuf.*Options, as protoc's */
	/* Linked, of fields that are options themselves: */
	uint16_t targets;      /* what they may stand at: bits by OptionTargetType; 0: anything */
	bool is_later;         /* introduced by an edition after 2023 */
};

/*
 * Resolved features (proto2 and proto3 have fixed ones). Numbers of google.protobuf.FeatureSet.
 */
struct pb_features {
	uint8_t field_presence;          /* 1 explicit, 2 implicit, 3 legacy required */
	uint8_t enum_type;               /* 1 open, 2 closed */
	uint8_t repeated_field_encoding; /* 1 packed, 2 expanded */
	uint8_t utf8_validation;         /* 2 verify, 3 none */
	uint8_t message_encoding;        /* 1 length prefixed, 2 delimited */
	uint8_t json_format;             /* 1 allow, 2 legacy best effort */
};

/* Numbers of FieldDescriptorProto.Type. */
enum pb_type {
	PB_TYPE_UNKNOWN = 0, /* a name that did not resolve; only in stored sources */
	PB_TYPE_DOUBLE = 1,
	PB_TYPE_FLOAT = 2,
	PB_TYPE_INT64 = 3,
	PB_TYPE_UINT64 = 4,
	PB_TYPE_INT32 = 5,
	PB_TYPE_FIXED64 = 6,
	PB_TYPE_FIXED32 = 7,
	PB_TYPE_BOOL = 8,
	PB_TYPE_STRING = 9,
	PB_TYPE_GROUP = 10, /* a delimited message field of an edition is MESSAGE */
	PB_TYPE_MESSAGE = 11,
	PB_TYPE_BYTES = 12,
	PB_TYPE_UINT32 = 13,
	PB_TYPE_ENUM = 14,
	PB_TYPE_SFIXED32 = 15,
	PB_TYPE_SFIXED64 = 16,
	PB_TYPE_SINT32 = 17,
	PB_TYPE_SINT64 = 18,
};

/* Numbers of FieldDescriptorProto.Label. */
enum pb_label {
	PB_OPTIONAL = 1,
	PB_REQUIRED = 2,
	PB_REPEATED = 3,
};

/* Both ends are included. */
struct pb_range {
	int32_t start;
	int32_t end;        /* "max": PB_FIELD_NUMBER_MAX; enums INT32_MAX, message sets 1 less */
	bool to_max;        /* "max" was written */
	uint32_t offset;    /* in file->text */
	const struct pb_ranges *statement; /* that it stands in; its options count for the range */
};

struct pb_reserved_name {
	struct scute_str name;
	uint32_t offset;
	bool quoted; /* written as a string; else as an identifier (editions) */
};

/* A statement "extensions .." or "reserved ..". */
struct pb_ranges {
	struct pb_node node;
	struct pb_range *ranges;
	uint32_t n_ranges;
	struct pb_reserved_name *names;
	uint32_t n_names;
	struct pb_options options; /* extensions only: ExtensionRangeOptions */
};

struct pb_field {
	struct pb_node node;
	struct scute_str name;      /* of a group: lower case, as in the descriptor */
	struct scute_str full_name; /* extensions: pkg.Scope.name; of others data is NULL */
	uint32_t name_offset;
	uint32_t number_offset;
	uint32_t type_offset;
	int32_t number;
	uint8_t label;              /* enum pb_label */
	bool has_label;             /* it was written ("optional", "required", "repeated") */
	uint8_t type;               /* enum pb_type, linked; PB_TYPE_UNKNOWN before */
	bool is_group;              /* written as "group": message_type is in no list of nodes */
	bool is_map;                /* written as map<..>: message_type is its entry */
	bool proto3_optional;       /* "optional" in proto3: has presence and an oneof of its own */
	bool is_packed;             /* resolved: elements are packed on the wire */
	bool has_presence;          /* resolved: absent and zero differ (messages, oneofs, too) */
	bool is_required;           /* resolved: label or feature */
	bool is_delimited;          /* resolved: groups, and messages that editions so encode */
	bool validate_utf8;         /* resolved: strings must be UTF-8 (proto3, editions) */
	bool has_json_name;         /* json_name was written */
	bool has_default;
	struct scute_str type_name; /* as written, of a map its value's; scalars: empty */
	const struct pb_message *message_type; /* MESSAGE, GROUP; NULL: unresolved */
	const struct pb_enum *enum_type;       /* ENUM */
	struct scute_str extendee_name;        /* extensions: as written */
	const struct pb_message *extendee;     /* extensions; NULL: no extension, or unresolved */
	const struct pb_message *parent;       /* that it stands in (an extension, too), or NULL */
	const struct pb_oneof *oneof;          /* or the synthetic one; NULL: none */
	struct scute_str json_name;            /* given, or derived from the name */
	/*
	 * As in FieldDescriptorProto.default_value: of strings the bytes themselves, of bytes
	 * with C escapes, of enums the value's name, numbers and bool as protoc writes them.
	 */
	struct scute_str default_text;
	const struct pb_value *default_value;  /* as written; NULL from a descriptor */
	struct pb_options options;
	struct pb_features features;
};

struct pb_oneof {
	struct pb_node node;
	struct scute_str name;
	uint32_t name_offset;
	int32_t index;              /* in parent->oneofs */
	bool is_synthetic;          /* made for a proto3 optional field; stands after all others */
	const struct pb_message *parent;
	struct pb_field **fields;
	uint32_t n_fields;
	struct pb_node *first;      /* fields and options, in the order of the source */
	struct pb_options options;
	struct pb_features features;
};

struct pb_enum_value {
	struct pb_node node;
	struct scute_str name;
	uint32_t name_offset;
	uint32_t number_offset;
	int32_t number;
	const struct pb_enum *parent;
	struct pb_options options;
};

struct pb_enum {
	struct pb_node node;
	struct scute_str name;
	struct scute_str full_name;
	uint32_t name_offset;
	int32_t index;              /* in the parent's (or the file's) enums */
	int32_t symbol;             /* its place in file->symbols */
	bool allow_alias;
	bool is_closed;             /* resolved: unknown numbers are unknown fields */
	const struct pb_file *file;
	const struct pb_message *parent; /* NULL: top level */
	struct pb_enum_value **values;
	uint32_t n_values;
	struct pb_range *reserved;  /* of all statements */
	uint32_t n_reserved;
	struct pb_reserved_name *reserved_names;
	uint32_t n_reserved_names;
	struct pb_node *first;      /* values, options, reserved */
	struct pb_options options;
	struct pb_features features;
	/* Indexes for pb_enum_value_by_*; opaque. */
	const struct pb_index *by_name;
	const struct pb_index *by_number;
};

struct pb_message {
	struct pb_node node;
	struct scute_str name;
	struct scute_str full_name; /* without a leading dot */
	uint32_t name_offset;
	int32_t index;              /* in the parent's (or the file's) messages */
	int32_t symbol;             /* its place in file->symbols */
	bool is_map_entry;
	bool is_group;              /* declared by a group field */
	bool is_message_set;
	uint32_t n_required;        /* fields that are */
	const struct pb_file *file;
	const struct pb_message *parent; /* NULL: top level */
	struct pb_field **fields;   /* as declared, those of oneofs among them; no extensions */
	uint32_t n_fields;
	struct pb_oneof **oneofs;
	uint32_t n_oneofs;          /* with synthetic ones, which come last */
	struct pb_message **messages; /* nested; with map entries and groups */
	uint32_t n_messages;
	struct pb_enum **enums;
	uint32_t n_enums;
	struct pb_field **extensions; /* fields of the extend blocks that stand in here */
	uint32_t n_extensions;
	struct pb_range *extension_ranges;
	uint32_t n_extension_ranges;
	struct pb_range *sorted_ranges; /* the same by their start, for pb_extension_range() */
	struct pb_range *reserved;
	uint32_t n_reserved;
	struct pb_reserved_name *reserved_names;
	uint32_t n_reserved_names;
	struct pb_node *first;      /* all that stands in it */
	struct pb_options options;
	struct pb_features features;
	/* Indexes for pb_field_by_*; opaque. */
	const struct pb_index *by_name;
	const struct pb_index *by_json_name;
	const struct pb_index *by_number;
};

struct pb_extend {
	struct pb_node node;
	struct scute_str extendee_name;
	uint32_t name_offset;
	const struct pb_message *extendee; /* NULL: unresolved */
	struct pb_field **fields;
	uint32_t n_fields;
	struct pb_node *first;      /* fields */
};

struct pb_method {
	struct pb_node node;
	struct scute_str name;
	uint32_t name_offset;
	struct scute_str input_name;  /* as written */
	struct scute_str output_name;
	uint32_t input_offset;
	uint32_t output_offset;
	const struct pb_message *input; /* NULL: unresolved */
	const struct pb_message *output;
	bool client_streaming;
	bool server_streaming;
	bool has_body;              /* written with { } rather than ; */
	const struct pb_service *parent;
	struct pb_node *first;      /* options */
	struct pb_options options;
};

struct pb_service {
	struct pb_node node;
	struct scute_str name;
	struct scute_str full_name;
	uint32_t name_offset;
	int32_t symbol;             /* its place in file->symbols */
	const struct pb_file *file;
	struct pb_method **methods;
	uint32_t n_methods;
	struct pb_node *first;      /* methods, options */
	struct pb_options options;
	struct pb_features features;
};

enum pb_import_kind {
	PB_IMPORT_PLAIN,
	PB_IMPORT_PUBLIC,
	PB_IMPORT_WEAK,
};

struct pb_import {
	struct pb_node node;
	struct scute_str path;
	uint32_t path_offset;
	uint8_t kind;               /* enum pb_import_kind */
	const struct pb_file *file; /* NULL: missing (stored sources and weak imports) */
};

/* A name in a scope, in the order of declaration: what a pool needs to know of a file. */
struct pb_symbol {
	const struct pb_node *node;
	struct scute_str name; /* its last part */
	uint32_t hash;         /* pb_hash(name) */
	int32_t parent;        /* place of its scope in file->symbols; PB_NO_INDEX: the package */
};

struct pb_file {
	struct pb_node node;        /* comments: those at the end of the file are inner */
	struct scute_str path;      /* how others import it; of the schema itself empty */
	struct scute_str text;      /* the source; empty when it came from a descriptor */
	uint8_t syntax;             /* enum pb_syntax */
	bool has_syntax;            /* it was written; proto2 without it */
	int32_t edition;            /* enum pb_edition */
	struct scute_str package;   /* data NULL: none */
	struct pb_import **imports;
	uint32_t n_imports;
	struct pb_message **messages;
	uint32_t n_messages;
	struct pb_enum **enums;
	uint32_t n_enums;
	struct pb_service **services;
	uint32_t n_services;
	struct pb_field **extensions; /* fields of the top-level extend blocks */
	uint32_t n_extensions;
	struct pb_node *first;      /* the top level, also the syntax and package statements */
	struct pb_options options;
	struct pb_features features;
	struct pb_symbol *symbols;  /* all named things, each scope before what is in it */
	uint32_t n_symbols;
};

struct pb_pool; /* pool.h: names of all files of a schema */

struct scute_schema {
	const struct pb_file *file;         /* of the source itself */
	const struct pb_file *const *files; /* all in the pool: dependencies first, file last */
	uint32_t n_files;
	const struct pb_pool *pool;
	struct scute_limits limits;         /* never 0 in a member */
	uint32_t flags;                     /* enum scute_source_flag of the source */
	bool from_descriptor;               /* the source was a serialised descriptor in base64 */
};

/* The struct that a node begins. Its kind must be right. */
#define PB_AS(type, node_) ((const struct type *)(const void *)(node_))

/* Finding by name or number; NULL: not there. Constant time. index.c */
const struct pb_field *pb_field_by_name(const struct pb_message *message, struct scute_str name);
const struct pb_field *pb_field_by_json_name(const struct pb_message *message,
	struct scute_str name);
const struct pb_field *pb_field_by_number(const struct pb_message *message, int32_t number);
const struct pb_enum_value *pb_value_by_name(const struct pb_enum *enum_, struct scute_str name);
/* The first one declared with that number. */
const struct pb_enum_value *pb_value_by_number(const struct pb_enum *enum_, int32_t number);

/* The range of a message's extensions that a number is in; NULL: none. link.c */
const struct pb_range *pb_extension_range(const struct pb_message *message, int32_t number);

/* The word that .proto text has for a scalar type ("sint32"), or "group", "message", "enum". */
const char *pb_type_word(enum pb_type type);

/* The scalar type (or GROUP) of a word, PB_TYPE_UNKNOWN for any other one. */
enum pb_type pb_type_of_word(struct scute_str word);

/* The limits of a source, or the defaults where it has none. parse.c */
struct scute_limits pb_limits(const struct scute_source *source);

#endif
