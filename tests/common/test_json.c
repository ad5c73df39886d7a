#include "common/json.h"

#include "common/err.h"
#include "tests/cmocka_all.h"

static void test_json__what_is_written_is_read_back(void **state)
{
	CLEANUP(json_freep) struct json *j = NULL;
	STRBUF_LOCAL(out);
	STRBUF_LOCAL(again);

	(void)state;
	json_open(&out, '{');
	json_field_str(&out, "a",
		"人\"\\\n\x01"
		"b");
	json_field_int(&out, "n", -9007199254740991);
	json_field_bool(&out, "t", true);
	json_key(&out, "list");
	json_open(&out, '[');
	json_null(&out);
	json_str(&out, "");
	json_open(&out, '{');
	json_close(&out, '}');
	json_close(&out, ']');
	json_close(&out, '}');
	assert_string_equal(out.data,
		"{\"a\":\"人\\\"\\\\\\n\\u0001b\",\"n\":-9007199254740991,\"t\":true,"
		"\"list\":[null,\"\",{}]}");
	assert_int_equal(json_parse(strbuf_span(&out), &j, NULL), 0);
	assert_string_equal(json_get_str(j, "a"),
		"人\"\\\n\x01"
		"b");
	assert_int_equal(json_get_int(j, "n", 0), -9007199254740991);
	assert_int_equal(json_len(json_get(j, "list")), 3);
	json_write(&again, j);
	assert_string_equal(again.data, out.data);
}

static void test_json__faulty_utf8_is_written_as_replacement(void **state)
{
	STRBUF_LOCAL(out);

	(void)state;
	json_span(&out, SPAN_LITERAL("a\xC3(\xFF"));
	assert_string_equal(out.data, "\"a\uFFFD(\uFFFD\"");
}

static void test_json__faults_are_refused_with_their_place(void **state)
{
	static const char *const texts[] = {"", "{", "{\"a\":}", "[1,]", "nul", "{} x", "\"\n"};
	struct json *j = NULL;
	size_t offset;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(json_parse(span_str(texts[i]), &j, &offset), -ERR_PARSE);
		assert_true(offset <= strlen(texts[i]));
	}
}

static void test_json__absent_members_are_neutral(void **state)
{
	(void)state;
	assert_null(json_get(NULL, "x"));
	assert_null(json_get_str(NULL, "x"));
	assert_int_equal(json_get_int(NULL, "x", 7), 7);
	assert_int_equal(json_len(NULL), 0);
	assert_null(json_first(NULL));
}

static void test_json__what_stands_behind_nul_is_read(void **state)
{
	static const char text[] = "{\"a\":\"x\\u0000y\\u0000\",\"b\":[\"\\\\u0000\"]}";
	CLEANUP(json_freep) struct json *j = NULL;
	STRBUF_LOCAL(out);

	(void)state;
	assert_int_equal(json_parse(span_str(text), &j, NULL), 0);
	assert_true(span_eq(json_as_span(json_get(j, "a")), SPAN_LITERAL("x\0y\0")));
	assert_string_equal(json_get_str(j, "a"), "x");
	assert_string_equal(json_as_str(json_first(json_get(j, "b"))), "\\u0000");
	assert_null(json_as_span(json_get(j, "c")).data);
	json_write(&out, j);
	assert_string_equal(out.data, text);
}

static void test_json__half_a_surrogate_pair_is_replaced(void **state)
{
	static const struct {
		const char *json, *text;
	} rows[] = {
		{"\"\\ud83d\\uDE00\"", "😀"},
		{"\"a\\uD83Db\"",
			"a\xEF\xBF\xBD"
			"b"},
		{"\"\\udE00\"", "\xEF\xBF\xBD"},
		{"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD😀"},
		{"\"\\\\ud83d\"", "\\ud83d"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(json_freep) struct json *j = NULL;

		assert_int_equal(json_parse(span_str(rows[i].json), &j, NULL), 0);
		assert_string_equal(json_as_str(j), rows[i].text);
	}
}

static void test_json__escapes_that_are_cut_are_faults(void **state)
{
	static const char *const texts[] = {"\"\\u000", "\"\\ud83d", "\"\\ud83d\\", "\"\\ud83d\\u",
		"\"\\ud83d\\", "\"\\u0000", "\"\\u0000\\"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct json *j = NULL;

		assert_true(json_parse(span_str(texts[i]), &j, NULL) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__what_is_written_is_read_back),
		cmocka_unit_test(test_json__faulty_utf8_is_written_as_replacement),
		cmocka_unit_test(test_json__faults_are_refused_with_their_place),
		cmocka_unit_test(test_json__absent_members_are_neutral),
		cmocka_unit_test(test_json__what_stands_behind_nul_is_read),
		cmocka_unit_test(test_json__half_a_surrogate_pair_is_replaced),
		cmocka_unit_test(test_json__escapes_that_are_cut_are_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
