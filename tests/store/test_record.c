#include "store/record.h"

#include "common/clock.h"
#include "common/err.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct record sample(struct arena *a)
{
	struct record r = {
		.id = hash_of(SPAN_LITERAL("https://example.org/a")),
		.version = 2,
		.url = "https://example.org/a",
		.source = "hubei-daily",
		.fetched_at_ms = 1748522400000,
		.http_status = 200,
		.title = "“人工智能+”行动",
		.published = {.ms = 1748521800000, .zone_min = 480, .precision = PRECISION_MINUTE},
		.text = "第一段\n第二段 \"quoted\"",
		.links = 7,
		.extractor = 1,
	};

	record_list_add(a, &r.regions, "420000");
	record_list_add(a, &r.regions, "420100");
	record_list_add(a, &r.robots, "nofollow");
	record_attachment_add(a, &r.attachments, "https://example.org/a.pdf", NULL);
	return r;
}

static void test_record__keys_stand_in_the_documented_order(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	struct record r = sample(a);

	(void)state;
	record_write_json(&r, &out);
	assert_memory_equal(out.data, "{\"schema\":1,\"id\":\"", 18);
	assert_non_null(strstr(out.data,
		"\"version\":2,\"url\":\"https://example.org/a\",\"fetched_url\":null,"
		"\"source\":\"hubei-daily\",\"kind\":\"article\",\"fetched_at\":\"2025-05-29T12:40:00Z\","
		"\"http_status\":200,\"charset\":null,\"lang\":null,\"title\":\"“人工智能+”行动\","
		"\"authors\":[],\"editors\":[],\"publisher\":null,"
		"\"published_at\":\"2025-05-29T20:30:00+08:00\",\"published_precision\":\"minute\","
		"\"modified_at\":null,\"text\":\"第一段\\n第二段 \\\"quoted\\\"\",\"summary\":null,"
		"\"keywords\":[],\"ai_technologies\":[],\"industries\":[],"
		"\"regions\":[\"420000\",\"420100\"],\"agencies\":[],\"document_numbers\":[],"
		"\"policy_terms\":[],\"attachments\":[{\"url\":\"https://example.org/a.pdf\","
		"\"title\":null}],\"links\":7,\"robots\":[\"nofollow\"],\"story\":null,\"text_hash\":null,\"extractor\":1}"));
}

static void test_record__what_was_written_reads_the_same(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(first);
	STRBUF_LOCAL(second);
	struct record r = sample(a), back;

	(void)state;
	record_write_json(&r, &first);
	assert_int_equal(record_parse_json(strbuf_span(&first), a, &back), 0);
	record_write_json(&back, &second);
	assert_string_equal(first.data, second.data);
	assert_int_equal(back.published.ms, r.published.ms);
	assert_int_equal(back.published.zone_min, 480);
	assert_int_equal(back.published.precision, PRECISION_MINUTE);
	assert_true(record_list_has(&back.regions, "420100"));
}

static void test_record__faults_are_told_apart(void **state)
{
	static const struct {
		const char *json;
		int code;
	} rows[] = {
		{"", -ERR_PARSE},
		{"[]", -ERR_PARSE},
		{"{", -ERR_PARSE},
		{"{}", 0},
		{"{\"unknown\":1}", 0},
		{"{\"schema\":2}", -ERR_VERSION},
		{"{\"title\":null}", 0},
		{"{\"title\":1}", -ERR_CORRUPT},
		{"{\"version\":-1}", -ERR_CORRUPT},
		{"{\"version\":4294967296}", -ERR_CORRUPT},
		{"{\"authors\":\"a\"}", -ERR_CORRUPT},
		{"{\"authors\":[1]}", -ERR_CORRUPT},
		{"{\"id\":\"12\"}", -ERR_CORRUPT},
		{"{\"published_at\":\"yesterday\"}", -ERR_CORRUPT},
		{"{\"published_precision\":\"week\"}", -ERR_CORRUPT},
		{"{\"attachments\":[\"a\"]}", -ERR_CORRUPT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct record r;
		int code = record_parse_json(span_str(rows[i].json), a, &r);

		if (code != rows[i].code)
			fail_msg("row %zu %s: %d", i, rows[i].json, code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record__keys_stand_in_the_documented_order),
		cmocka_unit_test(test_record__what_was_written_reads_the_same),
		cmocka_unit_test(test_record__faults_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
