#include "crawler/read/article/mend_json.h"

#include "common/json.h"
#include "tests/cmocka_all.h"

static void test_mend_json__what_pages_do_to_it_is_undone(void **state)
{
	static const struct {
		const char *broken, *mended;
	} rows[] = {
		{"{\"a\":1}", "{\"a\":1}"},
		{" [ 1 , \"a b\" ] ", "[1,\"a b\"]"},
		{"{\"a\":[1,2,],}", "{\"a\":[1,2]}"},
		{"[,1,,2]", "[1,2]"},
		{"{\"a\":\"b\tc\nd\"}", "{\"a\":\"b c d\"}"},
		{"{\"a\":\"it\\'s \\d \\u12\"}", "{\"a\":\"it's d 12\"}"},
		{"{\"a\":\"\\\"\\u00e4\\n\"}", "{\"a\":\"\\\"\\u00e4\\n\"}"},
		{"{\"a\":\"the \"old\" hall\",\"b\":1}",
			"{\"a\":\"the \\\"old\\\" hall\",\"b\":1}"},
		{"//<![CDATA[\n{\"a\":1}\n//]]>", "{\"a\":1}"},
		{"<!-- {\"a\":1} -->", "{\"a\":1}"},
		{"{\"a\":1};", "{\"a\":1}"},
		/* Cut off. */
		{"{\"a\":{\"b\":[1,", "{\"a\":{\"b\":[1]}}"},
		{"{\"a\":1,\"b", "{\"a\":1}"},
		{"{\"a\":1,\"b\"", "{\"a\":1}"},
		{"[[{\"a\":[{\"b\"", "[[{\"a\":[{}]}]]"},
		{"{\"a\":", "{\"a\":null}"},
		{"{\"a\":\"b", "{\"a\":\"b\"}"},
		{"[\"a\\", "[\"a\"]"},
		{"{\"a\":1]}", "{\"a\":1}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(json_freep) struct json *json = NULL;
		STRBUF_LOCAL(out);

		assert_true(mend_json(span_str(rows[i].broken), &out) > 0);
		if (!span_is(strbuf_span(&out), rows[i].mended))
			fail_msg("%s gave %.*s", rows[i].broken, (int)out.len, out.data);
		assert_int_equal(json_parse(strbuf_span(&out), &json, NULL), 0);
	}
}

static void test_mend_json__one_value_at_a_time(void **state)
{
	const char *two = "{\"a\":1}\n{\"b\":2}";
	STRBUF_LOCAL(out);

	(void)state;
	assert_int_equal(mend_json(span_str(two), &out), strlen("{\"a\":1}"));
	assert_int_equal(mend_json(span_str("no value"), &out), 0);
	assert_int_equal(mend_json(span_str(""), &out), 0);
	assert_true(span_is(strbuf_span(&out), "{\"a\":1}"));
}

static void test_mend_json__nesting_has_an_end(void **state)
{
	char deep[1000];
	STRBUF_LOCAL(out);

	(void)state;
	memset(deep, '[', sizeof deep);
	assert_true(mend_json(span_from(deep, sizeof deep), &out) > 0);
	assert_true(out.len < 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mend_json__what_pages_do_to_it_is_undone),
		cmocka_unit_test(test_mend_json__one_value_at_a_time),
		cmocka_unit_test(test_mend_json__nesting_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
