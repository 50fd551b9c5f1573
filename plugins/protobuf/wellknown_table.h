/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in files in our own shorthand, and its expansion to .proto text; private to the
 * wellknown*.c files.
 *
 * The shorthand of a body, with any white space between its words:
 *
 *	Name { .. }              a message
 *	enum Name { A; B; C=7 }  numbers count up from 0, or from the last one that was given
 *	oneof name { .. }, extend Name { .. }
 *	type name [..];          a field; numbers count up from 1 likewise, also through oneofs
 *	*type name=9             repeated; !type: required; nothing: optional in proto2, plain in
 *	                         proto3
 *	reserved .., extensions .. [..]
 *
 * The ';' before a '}' may be left out. In brackets stand options as in .proto text, and for those
 * of google.protobuf.FieldOptions that features have and of extension ranges:
 *
 *	runtime, source          retention
 *	on FILE                  targets
 *	since 2023               feature_support with edition_introduced alone
 *	PROTO3:OPEN              edition_defaults
 *	declare 9 .p.name .p.Type  declaration
 */
#ifndef PROTOBUF_WELLKNOWN_TABLE_H
#define PROTOBUF_WELLKNOWN_TABLE_H

#include "support/buf.h"

/* File options stand under their own names; NULL and false: not set. */
struct pb_builtin {
	const char *path;
	const char *package;
	const char *imports; /* one a line; NULL: none; "public" and a space may stand before one */
	const char *body;
	const char *java_package;
	const char *java_outer_classname;
	const char *go_package;
	const char *csharp_namespace;
	const char *objc_class_prefix;
	const char *optimize_for;
	bool java_multiple_files;
	bool cc_enable_arenas;
	bool proto3;
};

struct pb_builtin_table {
	const struct pb_builtin *files;
	size_t n_files;
};

/* Each needs nothing but itself and those before it, in this order. */
extern const struct pb_builtin_table pb_builtin_descriptor; /* google/protobuf/descriptor.proto */
extern const struct pb_builtin_table pb_builtin_google;     /* the rest of google/protobuf/ */
extern const struct pb_builtin_table pb_builtin_type;       /* google/type/ */
extern const struct pb_builtin_table pb_builtin_confluent;  /* confluent/ */

/* Appends the file as .proto text. The buf's own failure is the only one. */
void pb_builtin_expand(const struct pb_builtin *file, struct buf *out);

#endif
