/* SPDX-License-Identifier: Apache-2.0 */
/* What stays of schemas and records when names go. Hashes are sha1sum's, with an 'a' in front. */
#include "place.h"

#include <string.h>

#include "support/str.h"
#include "tools/anonymize.h"

static struct anonymizer anonymizer;
static struct arena arena;
static struct buf buf;

static int setup(void **state)
{
	(void)state;
	anonymizer_init(&anonymizer);
	arena_init(&arena, 1u << 22);
	buf_init(&buf, 1u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	anonymizer_finish(&anonymizer);
	arena_finish(&arena);
	buf_finish(&buf);
	return 0;
}

#define COM "afb552a76ef3c7ee67681d80e9797e088a6c9859"
#define SHOP "a042d146667518a1a5017644946b8650aafca44c"
#define ORDER "ad75774c0f96b6ee44eb6643c9fea71b50b90ea8"
#define ID "a7ea5dfc8b8e384d848979496e706390b497e547"
#define NAME "aae999552a0d2dca14d62e2bc8b764d377b1dd6c"
#define LETTER_A "adcd4ce23d88e2ee9568ba546c007c63d9131c1b"
#define LETTER_B "ae4f281df5a5d0ff3cad6371f76d5c29b6d953ec"
#define OLD "abb3c38f7157933f1410deccc0c0bd46be6786fa"
#define PROP "af272e28369a8be16e74f5992b55756429a38e51"
#define HELLO "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"

static const struct {
	const char *name;
	const char *wanted;
} names[] = {
	{ "com", COM },
	{ "com.shop.Order", COM "." SHOP "." ORDER },
	{ "my-subject value-", "ad40f9c0b6e2ba41bed4dd3976acaf2033e607a1 -" },
	{ "\xc3\xa9-", "a5c28344321785d746ee379e5053f21a8a98ba9f-" },
	{ "", "" },
	{ ".com", "." COM },
	{ "com.", COM "." },
	{ "..", ".." },
};

static void names_are_hashed_by_element(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_reset(&buf);
		assert_true(anonymize_name(&buf, str_z(names[i].name)));
		if (!str_eq_z(buf_str(&buf), names[i].wanted)) {
			fail_msg("%s: %.*s", names[i].name, STR_ARGS(buf_str(&buf)));
		}
	}
}

/* Apostrophes stand for quotation marks. */
static const struct {
	const char *schema;
	const char *wanted;
} schemas[] = {
	{ "'string'", "'string'" },
	{ "'com.shop.Order'", "'" COM "." SHOP "." ORDER "'" },
	{ "['null','long',{'type':'array','items':'Order'}]",
		"['null','long',{'type':'array','items':'" ORDER "'}]" },
	{ "{'type':'record','name':'Order','namespace':'com.shop','doc':'secret','aliases':['Old'],"
		"'fields':[{'name':'id','type':'int','doc':{'more':'secrets'},'default':1,"
		"'order':'descending'},{'name':'name','type':'string','default':'hello'}]}",
		"{'type':'record','name':'" ORDER "','namespace':'" COM "." SHOP "','aliases':['" OLD "'],"
		"'fields':[{'name':'" ID "','type':'int','default':1,'order':'descending'},"
		"{'name':'" NAME "','type':'string','default':'" HELLO "'}]}" },
	/* Words of the language are names where names stand. */
	{ "{'type':'fixed','name':'string','size':16}",
		"{'type':'fixed','name':'acb252044b5ea0f679ee78ec1a12904739e2904d','size':16}" },
	{ "{'type':'enum','name':'Order','symbols':['A','B'],'default':'A'}",
		"{'type':'enum','name':'" ORDER "','symbols':['" LETTER_A "','" LETTER_B "'],'default':'"
		LETTER_A "'}" },
	{ "{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}",
		"{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}" },
	{ "{'type':'string','logicalType':'shop'}", "{'type':'string','logicalType':'" SHOP "'}" },
	{ "{'type':{'type':'map','values':'Order'},'default':{'id':{'name':null,'com':[true,'A']}}}",
		"{'type':{'type':'map','values':'" ORDER "'},'default':{'" ID "':{'" NAME "':null,'" COM
		"':[true,'" LETTER_A "']}}}" },
	/* Attributes of somebody's own: name and value. */
	{ "{'type':'string','prop':{'shop':'com','id':7}}",
		"{'type':'string','" PROP "':{'" SHOP "':'" COM "','" ID "':7}}" },
};

static struct scute_str quoted(const char *text)
{
	char *copy = scute_alloc(&arena.base, strlen(text) + 1);
	size_t len = 0;

	assert_non_null(copy);
	for (; *text; text++) {
		copy[len++] = *text == '\'' ? '"' : *text;
	}
	return (struct scute_str){ copy, len };
}

static void schemas_keep_their_shape(void **state)
{
	const struct json *root;
	struct scute_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		assert_int_equal(json_read(quoted(schemas[i].schema), NULL, &arena.base, &root, &err),
			SCUTE_OK);
		buf_reset(&buf);
		assert_true(anonymize_schema(&buf, root));
		if (!str_eq(buf_str(&buf), quoted(schemas[i].wanted))) {
			fail_msg("%s: %.*s", schemas[i].schema, STR_ARGS(buf_str(&buf)));
		}
	}
}

/* wanted_key NULL: left out. value NULL: null. */
static const struct {
	const char *key;
	const char *value;
	const char *wanted_key;
	const char *wanted_value;
} records[] = {
	{ "{'keytype':'SCHEMA','subject':'com.shop','version':1,'magic':1}",
		"{'subject':'com.shop','version':1,'id':5,'schema':'\\'Order\\'','deleted':false,"
		"'references':[{'name':'shop','subject':'com','version':2,'note':'secret'}],"
		"'metadata':{'owner':'secret'},'md5':'secret'}",
		"{'keytype':'SCHEMA','subject':'" COM "." SHOP "','version':1,'magic':1}",
		"{'subject':'" COM "." SHOP "','version':1,'id':5,'schema':'\\'" ORDER "\\'',"
		"'deleted':false,'references':[{'name':'" SHOP "','subject':'" COM "','version':2}]}" },
	{ "{'keytype':'SCHEMA','subject':'com','version':1,'magic':1}", NULL,
		"{'keytype':'SCHEMA','subject':'" COM "','version':1,'magic':1}", NULL },
	{ "{'keytype':'SCHEMA','subject':'com','version':1,'magic':1}", "",
		"{'keytype':'SCHEMA','subject':'" COM "','version':1,'magic':1}", "" },
	{ "{'keytype':'CONFIG','subject':null,'magic':0}",
		"{'compatibilityLevel':'FULL','defaultMetadata':{'properties':{'a':'secret'}}}",
		"{'keytype':'CONFIG','subject':null,'magic':0}", "{'compatibilityLevel':'FULL'}" },
	{ "{'keytype':'DELETE_SUBJECT','subject':'com','magic':0}", "{'subject':'com','version':3}",
		"{'keytype':'DELETE_SUBJECT','subject':'" COM "','magic':0}",
		"{'subject':'" COM "','version':3}" },
	{ "{'keytype':'NOOP','magic':0}", "{'maxId':9}", "{'keytype':'NOOP','magic':0}", "{'maxId':9}" },
	{ "{'subject':'com','magic':0,'keytype':'MODE','tenant':'secret'}", "{'mode':'READONLY'}",
		"{'subject':'" COM "','magic':0,'keytype':'MODE'}", "{'mode':'READONLY'}" },
	/* Nothing of these can be told apart from what is secret. */
	{ "{'keytype':'SCHEMA','subject':'com','version':1,'magic':1}",
		"{'subject':'com','version':1,'id':5,'schema':'{}','schemaType':'JSON'}", NULL, NULL },
	{ "{'keytype':'SCHEMA','subject':'com','version':1,'magic':1}",
		"{'subject':'com','version':1,'id':5,'schema':'secret'}", NULL, NULL },
	{ "{'keytype':'SCHEMA','subject':'com','version':1,'magic':1}", "{'id':5}", NULL, NULL },
	{ "{'keytype':'SCHEMA','subject':'com','version':1,'magic':1}", "secret", NULL, NULL },
	{ "{'keytype':'CONTEXT','tenant':'secret'}", "{}", NULL, NULL },
	{ "secret", "{}", NULL, NULL },
	{ "['keytype']", "{}", NULL, NULL },
};

static void records_name_nobody(void **state)
{
	static const struct store_header header = { { "secret", 6 }, { "secret", 6 } };

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct store_record record = { .key = quoted(records[i].key), .headers = &header,
			.n_headers = 1 };
		if (records[i].value) {
			/* A text within a text: its quotation marks are escaped. */
			record.value = quoted(records[i].value);
			record.value = record.value.len > 0 ? record.value : SCUTE_STR("");
		}
		enum anonymized result = anonymize_record(&anonymizer, &record);
		assert_int_equal(result, records[i].wanted_key ? ANONYMIZED : ANONYMIZED_NOT);
		if (!records[i].wanted_key) {
			continue;
		}
		assert_int_equal(record.n_headers, 0);
		if (!str_eq(record.key, quoted(records[i].wanted_key))) {
			fail_msg("%zu: %.*s", i, STR_ARGS(record.key));
		}
		assert_int_equal(!record.value.data, !records[i].wanted_value);
		if (records[i].wanted_value && !str_eq(record.value, quoted(records[i].wanted_value))) {
			fail_msg("%zu: %.*s", i, STR_ARGS(record.value));
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(names_are_hashed_by_element),
		TEST(schemas_keep_their_shape),
		TEST(records_name_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
