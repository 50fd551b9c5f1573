/* SPDX-License-Identifier: Apache-2.0 */
/* URI references: the examples of RFC 3986, section 5.4, and bases that are none. */
#include "rig.h"
#include "uri.h"

struct uri_case {
	const char *base;
	const char *reference;
	const char *uri;
};

#define BASE "http://a/b/c/d;p?q"

static const struct uri_case cases[] = {
	/* 5.4.1, without those that have a fragment */
	{ BASE, "g:h", "g:h" },
	{ BASE, "g", "http://a/b/c/g" },
	{ BASE, "./g", "http://a/b/c/g" },
	{ BASE, "g/", "http://a/b/c/g/" },
	{ BASE, "/g", "http://a/g" },
	{ BASE, "//g", "http://g" },
	{ BASE, "?y", "http://a/b/c/d;p?y" },
	{ BASE, "g?y", "http://a/b/c/g?y" },
	{ BASE, ";x", "http://a/b/c/;x" },
	{ BASE, "g;x", "http://a/b/c/g;x" },
	{ BASE, "", BASE },
	{ BASE, ".", "http://a/b/c/" },
	{ BASE, "./", "http://a/b/c/" },
	{ BASE, "..", "http://a/b/" },
	{ BASE, "../", "http://a/b/" },
	{ BASE, "../g", "http://a/b/g" },
	{ BASE, "../..", "http://a/" },
	{ BASE, "../../", "http://a/" },
	{ BASE, "../../g", "http://a/g" },
	/* 5.4.2 */
	{ BASE, "../../../g", "http://a/g" },
	{ BASE, "../../../../g", "http://a/g" },
	{ BASE, "/./g", "http://a/g" },
	{ BASE, "/../g", "http://a/g" },
	{ BASE, "g.", "http://a/b/c/g." },
	{ BASE, ".g", "http://a/b/c/.g" },
	{ BASE, "g..", "http://a/b/c/g.." },
	{ BASE, "..g", "http://a/b/c/..g" },
	{ BASE, "./../g", "http://a/b/g" },
	{ BASE, "./g/.", "http://a/b/c/g/" },
	{ BASE, "g/./h", "http://a/b/c/g/h" },
	{ BASE, "g/../h", "http://a/b/c/h" },
	{ BASE, "g;x=1/./y", "http://a/b/c/g;x=1/y" },
	{ BASE, "g;x=1/../y", "http://a/b/c/y" },
	{ BASE, "g?y/./x", "http://a/b/c/g?y/./x" },
	{ BASE, "g?y/../x", "http://a/b/c/g?y/../x" },
	/* Authorities without a path, files, names without a scheme, opaque URIs. */
	{ "http://a", "g", "http://a/g" },
	{ "http://a?q", "", "http://a?q" },
	{ "file:///x/y.json", "z.json", "file:///x/z.json" },
	{ "", "site.json", "site.json" },
	{ "order.json", "site.json", "site.json" },
	{ "shop/order.json", "site.json", "shop/site.json" },
	{ "shop/order.json", "../site.json", "site.json" },
	{ "shop/order.json", "/site.json", "/site.json" },
	{ "urn:uuid:1", "site.json", "site.json" },
	{ "urn:uuid:1", "urn:uuid:2", "urn:uuid:2" },
	{ "urn:uuid:1", "", "urn:uuid:1" },
	{ "http://a/b", "urn:x", "urn:x" },
};

static void test_resolve(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scute_str uri = { NULL, 0 };
		assert_int_equal(js_uri_resolve(str_z(cases[i].base), str_z(cases[i].reference),
				&arena.base, &uri), SCUTE_OK);
		assert_str(uri, cases[i].uri);
	}
	arena_finish(&arena);
}

static void test_limit(void **state)
{
	static char text[JS_URI_BYTES_MAX + 1];
	struct scute_str uri = { NULL, 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	memset(text, 'a', sizeof(text));
	struct scute_str longest = { text, JS_URI_BYTES_MAX };
	struct scute_str longer = { text, JS_URI_BYTES_MAX + 1 };
	struct scute_str none = { NULL, 0 };
	assert_int_equal(js_uri_resolve(none, longest, &arena.base, &uri), SCUTE_OK);
	assert_int_equal(uri.len, JS_URI_BYTES_MAX);
	assert_int_equal(js_uri_resolve(none, longer, &arena.base, &uri), SCUTE_ELIMIT);
	assert_int_equal(js_uri_resolve(SCUTE_STR("http://x/"), longest, &arena.base, &uri),
		SCUTE_ELIMIT);
	arena_finish(&arena);
}

static void test_split_and_decode(void **state)
{
	struct scute_str uri;
	struct scute_str fragment;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_true(js_uri_split(SCUTE_STR("a#b#c"), &uri, &fragment));
	assert_str(uri, "a");
	assert_str(fragment, "b#c");
	assert_true(js_uri_split(SCUTE_STR("#"), &uri, &fragment));
	assert_int_equal(uri.len + fragment.len, 0);
	assert_false(js_uri_split(SCUTE_STR("a"), &uri, &fragment));
	assert_str(uri, "a");
	assert_str(js_uri_decode(SCUTE_STR("/a%20b%25%7e%C3%a9"), &arena.base), "/a b%~\xc3\xa9");
	/* What is no encoding stands for itself. */
	assert_str(js_uri_decode(SCUTE_STR("/a%2"), &arena.base), "/a%2");
	assert_str(js_uri_decode(SCUTE_STR("%zz%20"), &arena.base), "%zz%20");
	assert_str(js_uri_decode((struct scute_str){ NULL, 0 }, &arena.base), "");
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_split_and_decode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
