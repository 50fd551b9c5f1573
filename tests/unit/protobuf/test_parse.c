/* SPDX-License-Identifier: Apache-2.0 */
/* What texts become: the model, the names in it, comments, references, what is refused and why. */
#include "pb_test.h"

#include <stdio.h>

struct fixture {
	struct arena arena;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	arena_init(&fixture.arena, ARENA_BYTES);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_finish(&fixture->arena);
	return 0;
}

/* Apostrophes stand for quotation marks. */
static const char *quoted(struct arena *arena, const char *text)
{
	struct scute_str copy =
		arena_copy(&arena->base, (struct scute_str){ text, strlen(text) + 1 });
	char *out = (char *)(uintptr_t)copy.data;

	assert_non_null(out);
	for (; *out; out++) {
		*out = *out == '\'' ? '"' : *out;
	}
	return copy.data;
}

static const struct pb_file *valid(struct fixture *f, const char *text,
	const struct pb_test_file *files)
{
	return pb_test_valid(&f->arena, quoted(&f->arena, text), files)->file;
}

static void refusals(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
#include "parse_refusals.inc"
	};
	struct fixture *f = *state;
	unsigned n_wrong = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scute_error err = { 0 };
		const char *text = quoted(&f->arena, cases[i].text);
		const struct scute_schema *schema = pb_test_parse(&f->arena, text, NULL, 0, &err);
		int line = 0;
		int column = 0;
		if (schema || strcmp(err.text, cases[i].error) != 0) {
			print_error("%s\nfound    %s\nexpected %s\n", text,
				schema ? "no error" : err.text, cases[i].error);
			n_wrong++;
			continue;
		}
		assert_int_equal(sscanf(err.text, "%d:%d:", &line, &column), 2);
		assert_int_equal(err.line, line);
		assert_int_equal(err.column, column);
	}
	assert_int_equal(n_wrong, 0);
}

static void fields(void **state)
{
	const struct pb_file *file = valid(*state,
		"package a.b; message M { required int32 x_y_z = 5; optional group Grp = 0x6 { } "
		"map<string, E> m_n = 7; oneof o { bytes c = 010; } } enum E { A = 0; B = -2; }",
		NULL);
	const struct pb_message *m = file->messages[0];

	assert_int_equal(file->syntax, PB_PROTO2);
	assert_str(file->package, "a.b");
	assert_str(m->full_name, "a.b.M");
	assert_int_equal(m->n_fields, 4);
	assert_int_equal(m->n_required, 1);
	assert_int_equal(m->fields[0]->type, PB_TYPE_INT32);
	assert_str(m->fields[0]->json_name, "xYZ");
	assert_true(m->fields[0]->is_required);
	assert_int_equal(m->fields[1]->type, PB_TYPE_GROUP);
	assert_int_equal(m->fields[1]->number, 6);
	assert_str(m->fields[1]->name, "grp");
	assert_str(m->fields[1]->message_type->full_name, "a.b.M.Grp");
	assert_int_equal(m->n_messages, 2);
	assert_str(m->messages[1]->full_name, "a.b.M.MNEntry");
	assert_true(m->messages[1]->is_map_entry);
	assert_ptr_equal(m->fields[2]->message_type, m->messages[1]);
	assert_ptr_equal(m->messages[1]->fields[1]->enum_type, file->enums[0]);
	assert_int_equal(m->fields[3]->number, 8);
	assert_ptr_equal(m->fields[3]->oneof, m->oneofs[0]);
	assert_true(file->enums[0]->is_closed);
	assert_ptr_equal(pb_field_by_number(m, 7), m->fields[2]);
	assert_ptr_equal(pb_field_by_json_name(m, SCUTE_STR("mN")), m->fields[2]);
	assert_ptr_equal(pb_value_by_number(file->enums[0], -2), file->enums[0]->values[1]);
	assert_null(pb_value_by_name(file->enums[0], SCUTE_STR("C")));
}

static void presence_and_packing(void **state)
{
	const struct pb_file *file = valid(*state,
		"syntax = 'proto3'; message M { int32 a = 1; optional int32 b = 2; repeated int32 "
		"c = 3; "
		"repeated int32 d = 4 [packed = false]; M e = 5; repeated string f = 6; }",
		NULL);
	struct pb_field **is = file->messages[0]->fields;

	assert_false(is[0]->has_presence);
	assert_true(is[1]->has_presence && is[1]->proto3_optional && is[1]->oneof->is_synthetic);
	assert_str(is[1]->oneof->name, "_b");
	assert_true(is[2]->is_packed && !is[3]->is_packed && !is[5]->is_packed);
	assert_true(is[4]->has_presence);
	assert_true(is[5]->validate_utf8);
}

static void features_are_inherited(void **state)
{
	const struct pb_file *file = valid(*state,
		"edition = '2023'; option features.field_presence = IMPLICIT; message M { int32 a "
		"= 1; "
		"int32 b = 2 [features = { field_presence: LEGACY_REQUIRED }]; repeated int32 c = "
		"3 "
		"[features.repeated_field_encoding = EXPANDED]; M d = 4 [features.message_encoding "
		"= "
		"DELIMITED]; } enum E { option features.enum_type = CLOSED; A = 1; }",
		NULL);
	struct pb_field **are = file->messages[0]->fields;

	assert_false(are[0]->has_presence);
	assert_true(are[1]->is_required && are[1]->has_presence);
	assert_false(are[2]->is_packed);
	assert_true(are[3]->is_delimited);
	assert_int_equal(are[3]->type, PB_TYPE_MESSAGE);
	assert_true(file->enums[0]->is_closed);
}

/* The innermost scope that has the first part of a name decides. */
static void scopes(void **state)
{
	const struct pb_file *file = valid(*state,
		"syntax = 'proto3'; package p; message A { message B { } } message M { message A { "
		"message "
		"B { } A a = 1; .p.A b = 2; A.B c = 3; } B d = 4; p.A e = 5; message B { } }",
		NULL);
	const struct pb_message *outer = file->messages[0];
	const struct pb_message *m = file->messages[1];
	const struct pb_message *inner = m->messages[0];

	assert_ptr_equal(inner->fields[0]->message_type, inner);
	assert_ptr_equal(inner->fields[1]->message_type, outer);
	assert_ptr_equal(inner->fields[2]->message_type, inner->messages[0]);
	assert_ptr_equal(m->fields[0]->message_type, m->messages[1]);
	assert_ptr_equal(m->fields[1]->message_type, outer);
}

static void comments(void **state)
{
	const struct pb_file *file = valid(*state,
		"// one\n\n// two\nsyntax = 'proto3'; // three\n/* four */ message M { // five\n"
		"  // six\n  int32 /* seven */ a = 1; // eight\n  // nine\n} // ten\n// eleven\n",
		NULL);
	const struct pb_comments *syntax = file->first->comments;
	const struct pb_message *m = file->messages[0];
	const struct pb_comments *field = m->fields[0]->node.comments;

	assert_str(syntax->leading->text, "// one");
	assert_true(syntax->leading->blank_after);
	assert_str(syntax->leading->next->text, "// two");
	assert_true(syntax->leading->next->blank_before);
	assert_str(syntax->trailing->text, "// three");
	assert_null(syntax->trailing->next);
	assert_str(m->node.comments->leading->text, "/* four */");
	assert_str(m->node.comments->trailing->text, "// five");
	assert_str(field->leading->text, "// six");
	assert_str(field->leading->next->text, "/* seven */");
	assert_str(field->trailing->text, "// eight");
	assert_str(m->node.comments->inner->text, "// nine");
	assert_str(m->node.comments->closing->text, "// ten");
	assert_str(file->node.comments->inner->text, "// eleven");
}

static void strings_and_defaults(void **state)
{
	const struct pb_file *file = valid(*state,
		"message M { optional string a = 1 [default = 'x\\n' '\\u00e9\\U0001F600' "
		"\"\\x41\\102\"]; "
		"optional bytes b = 2 [default = '\\0\\377\\\\']; optional float c = 3 [default = "
		"0.1]; "
		"optional double d = 4 [default = 1e300]; optional sint64 e = 5 [default = "
		"-0x8000000000000000]; optional double f = 6 [default = -inf]; }",
		NULL);
	struct pb_field **are = file->messages[0]->fields;

	assert_str(are[0]->default_text, "x\n\xc3\xa9\xf0\x9f\x98\x80" "AB");
	assert_str(are[1]->default_text, "\\000\\377\\\\");
	assert_str(are[2]->default_text, "0.1");
	assert_str(are[3]->default_text, "1e+300");
	assert_str(are[4]->default_text, "-9223372036854775808");
	assert_str(are[5]->default_text, "-inf");
}

static void references(void **state)
{
	static const struct pb_test_file files[] = {
		{ "c.proto", "package p; message C { }" },
		{ "b.proto", "import public \"c.proto\"; package p; message B { }" },
		{ "d.proto", "import \"c.proto\"; package p; message D { optional C c = 1; }" },
		{ NULL, NULL },
	};
	struct fixture *f = *state;
	const struct pb_file *file = valid(f,
		"syntax = 'proto3'; import 'b.proto'; package p; message M { B b = 1; C c = 2; }",
		files);
	struct scute_error err = { 0 };

	assert_str(file->messages[0]->fields[1]->message_type->file->path, "c.proto");
	assert_null(pb_test_parse(&f->arena,
		"syntax = \"proto3\"; import \"d.proto\"; message M { p.C c = 1; }", files, 0,
		&err));
	assert_int_equal(err.status, SCUTE_EINVAL);
	assert_str(str_z(err.text),
		"1:50: \"p.C\" is defined in \"c.proto\", which is not imported");
	assert_null(pb_test_parse(&f->arena, "import \"e.proto\";", files, 0, &err));
	assert_int_equal(err.status, SCUTE_EREFERENCE);
}

static void references_that_are_wrong(void **state)
{
	static const struct pb_test_file broken[] = {{"a.proto", "message A {"}, {NULL, NULL}};
	static const struct pb_test_file cycle[] = {
		{ "a.proto", "import \"b.proto\";" },
		{ "b.proto", "import \"a.proto\";" },
		{ NULL, NULL },
	};
	struct fixture *f = *state;
	struct scute_error err = { 0 };

	assert_null(pb_test_parse(&f->arena, "import \"a.proto\";", broken, 0, &err));
	assert_int_equal(err.status, SCUTE_EREFERENCE);
	assert_str(str_z(err.text),
		"in the reference \"a.proto\" (subject \"a.proto\", version 1): 1:12: expected "
		"\"optional\", \"required\" or \"repeated\", found the end of the text");
	assert_null(pb_test_parse(&f->arena, "import \"a.proto\";", cycle, 0, &err));
	assert_int_equal(err.status, SCUTE_EREFERENCE);
	assert_str(str_z(err.text),
		"in the reference \"a.proto\" (subject \"a.proto\", version 1): 1:8: import "
		"\"b.proto\" is part of a cycle of imports");
}

/* What other registries let in is read as far as it can be. */
static void stored_texts(void **state)
{
	static const char text[] =
		"syntax = \"proto3\"; import \"gone.proto\"; option (gone) = 1; message M { gone.T "
		"a = 1; "
		"int32 b = 1; E e = 19000; required int32 f = 0 [default = 5]; } message M { } "
		"enum E { A "
		"= 1; A = 2; } service S { rpc R(Gone) returns (M); } extend Gone { int32 x = 1; }";
	struct fixture *f = *state;
	struct scute_error err = { 0 };

	assert_null(pb_test_parse(&f->arena, text, NULL, 0, &err));
	const struct scute_schema *schema =
		pb_test_parse(&f->arena, text, NULL, SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	const struct pb_file *file = schema->file;
	assert_null(file->imports[0]->file);
	assert_int_equal(file->messages[0]->fields[0]->type, PB_TYPE_UNKNOWN);
	assert_str(file->messages[0]->fields[0]->type_name, "gone.T");
	assert_ptr_equal(file->messages[0]->fields[2]->enum_type, file->enums[0]);
	assert_null(file->services[0]->methods[0]->input);
	assert_null(file->extensions[0]->extendee);
	/* What is no .proto text at all stays refused. */
	assert_null(pb_test_parse(&f->arena, "message M {", NULL, SCUTE_SOURCE_STORED, &err));
}

/* What Wire, and with it Confluent and Karapace, prints and protoc does not read. */
static void stored_texts_of_wire(void **state)
{
	static const char text[] =
		"message M { reserved 1, \"a\", 5 to 9, \"b\"; oneof o { } optional string s = 2 "
		"[(p) = "
		"\"^\\d\\.\\\\\\n\\x\nz\"]; } option (l) = [\"a\", { b: 1 }]; extend N { }";
	struct fixture *f = *state;
	struct scute_error err = { 0 };

	assert_null(pb_test_parse(&f->arena, text, NULL, 0, &err));
	const struct scute_schema *schema =
		pb_test_parse(&f->arena, text, NULL, SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	const struct pb_message *m = schema->file->messages[0];
	assert_int_equal(m->n_reserved, 2);
	assert_int_equal(m->n_reserved_names, 2);
	assert_int_equal(m->n_oneofs, 1);
	assert_str(m->fields[0]->options.items[0]->value->text, "^\\d\\.\\\n\\x\nz");
	assert_int_equal(schema->file->options.items[0]->value->kind, PB_VALUE_LIST);
}

static void names_in_the_pool(void **state)
{
	struct fixture *f = *state;
	const struct scute_schema *schema = pb_test_valid(&f->arena,
		"import \"google/protobuf/any.proto\"; package p.q; message M { extensions 5; enum "
		"E { A = "
		"0; } } extend M { optional int32 x = 5; }",
		NULL);
	const struct pb_pool *pool = schema->pool;
	const struct pb_message *m = pb_pool_message(pool, SCUTE_STR("p.q.M"));

	assert_ptr_equal(m, schema->file->messages[0]);
	assert_non_null(pb_pool_message(pool, SCUTE_STR("google.protobuf.Any")));
	assert_non_null(pb_pool_enum(pool, SCUTE_STR("p.q.M.E")));
	assert_null(pb_pool_message(pool, SCUTE_STR("p.q.M.E")));
	assert_null(pb_pool_find(pool, SCUTE_STR("p.q.N")));
	assert_int_equal(pb_pool_find(pool, SCUTE_STR("p.q"))->kind, PB_PACKAGE);
	assert_ptr_equal(pb_pool_extension(pool, m, 5), schema->file->extensions[0]);
	assert_null(pb_pool_extension(pool, m, 6));
	assert_ptr_equal(pb_pool_extension_named(pool, SCUTE_STR("p.q.x")),
		schema->file->extensions[0]);
	assert_null(pb_pool_file(pool, SCUTE_STR("google/protobuf/api.proto")));
	assert_int_equal(schema->n_files, 2);
	assert_ptr_equal(schema->files[1], schema->file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refusals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fields, set_up, tear_down),
		cmocka_unit_test_setup_teardown(presence_and_packing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(features_are_inherited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(scopes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(comments, set_up, tear_down),
		cmocka_unit_test_setup_teardown(strings_and_defaults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(references, set_up, tear_down),
		cmocka_unit_test_setup_teardown(references_that_are_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stored_texts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stored_texts_of_wire, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_in_the_pool, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
