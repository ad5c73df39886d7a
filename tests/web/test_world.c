#include "tests/web/world.h"

#include "common/json.h"
#include "common/url.h"
#include "tests/cmocka_all.h"
#include "tests/web/encode.h"
#include "tests/web/inside.h"
#include "tests/web/markup.h"

#include <stdio.h>

#define START_MS ((int64_t)1748509200000) /* Thursday, 2025-05-29 17:00 in China */
#define N_HOSTS  24
#define N_ITEMS  70
#define HOPS_MAX 6

static const struct world_options options = {.seed = 3,
	.n_hosts = N_HOSTS,
	.n_items = N_ITEMS,
	.percent_old = 30,
	.start_ms = START_MS,
	.span_ms = 600000,
	.network = 9,
	.port = 8081};

static int set_up(void **state)
{
	*state = world_new(&options);
	return 0;
}

static int tear_down(void **state)
{
	world_free(*state);
	return 0;
}

static void ask(const struct world *w, uint32_t host, const char *path, int64_t now_ms,
	struct world_answer *a)
{
	const struct world_request q = {.path = span_str(path),
		.now_ms = now_ms,
		.nonce = (uint64_t)now_ms};

	world_answer(w, host, &q, a);
}

static const char *path_of(const char *url)
{
	struct url_parts parts;

	assert_true(url_split(span_str(url), &parts));
	return parts.path.data;
}

static bool holds(const struct strbuf *b, const char *needle)
{
	return span_find(strbuf_span(b), span_str(needle)) >= 0;
}

static void test_world__few_hosts_show_everything(void **state)
{
	uint32_t kinds = 0, charsets = 0, designs = 0, rhythm_kinds = 0, traits = 0;

	for (uint32_t i = 0; i < N_HOSTS; i++) {
		const struct site s = site_of(*state, i + 1000);

		kinds |= 1u << s.kind;
		charsets |= 1u << s.charset;
		designs |= 1u << s.design;
		rhythm_kinds |= 1u << s.rhythm.kind;
		traits |= s.traits;
	}
	assert_int_equal(kinds, 0x1F);
	assert_int_equal(charsets, 0x7F);
	assert_int_equal(designs, 0x1F);
	assert_int_equal(rhythm_kinds, 0xF);
	assert_int_equal(traits, 0x7FFF);
}

static void test_world__the_same_question_has_the_same_answer(void **state)
{
	CLEANUP(world_freep) struct world *again = world_new(&options);

	for (uint32_t i = 0; i < N_HOSTS; i++) {
		CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
		CLEANUP(world_answer_release) struct world_answer b = WORLD_ANSWER_INIT;
		const struct site s = site_of(*state, i);

		ask(*state, i, site_source_path(&s), START_MS + 1000, &a);
		ask(again, i, site_source_path(&s), START_MS + 1000, &b);
		assert_int_equal(a.status, 200);
		assert_true(span_eq(strbuf_span(&a.body), strbuf_span(&b.body)));
		assert_string_equal(a.etag, b.etag);
	}
}

/* Follows redirects from @url; the last status, or 302 when there is no end. */
static int follow(const struct world *w, uint32_t host, const char *url, int64_t now_ms,
	struct world_answer *a)
{
	char next[512];

	snprintf(next, sizeof next, "%s", url);
	for (int hop = 0; hop < HOPS_MAX; hop++) {
		ask(w, host, path_of(next), now_ms, a);
		if (a->status != 301 && a->status != 302)
			return a->status;
		snprintf(next, sizeof next, "%s", a->location.data);
	}
	return 302;
}

/* Whether each paragraph stands in the page, in the page's own script and charset. */
static void assert_text_in_page(const struct piece *p, int64_t now_ms, const struct strbuf *page)
{
	const char *encoding = site_encoding(p->site);
	STRBUF_LOCAL(text);
	struct span rest;

	piece_add_shown_text(p, piece_version(p, now_ms), &text);
	rest = strbuf_span(&text);
	while (rest.len) {
		ptrdiff_t split = span_find(rest, SPAN_LITERAL("\n"));
		size_t len = split < 0 ? rest.len : (size_t)split;
		struct span paragraph = span_from(rest.data, len);
		STRBUF_LOCAL(traditional);
		STRBUF_LOCAL(bytes);

		if (p->site->charset == SITE_BIG5) {
			traditional_add(p->site->world->traditional, paragraph, &traditional);
			paragraph = strbuf_span(&traditional);
		}
		encode_add(paragraph, encoding ? encoding : "UTF-8", &bytes);
		assert_true(span_find(strbuf_span(page), strbuf_span(&bytes)) >= 0);
		rest = span_from_offset(rest, split < 0 ? len : len + 1);
	}
}

static void check_item(const struct world *w, const struct site *s, const struct json *item,
	int64_t now_ms)
{
	const struct piece p = piece_of(s, (uint32_t)json_get_int(item, "number", 0));
	CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
	const char *why = json_get_str(item, "why");
	int status = follow(w, s->number, json_get_str(item, "shown"), now_ms, &a);

	if (why && strcmp(why, "redirect-loop") == 0) {
		assert_int_equal(status, 302);
		return;
	}
	if (json_get_int(item, "withdrawn_ms", INT64_MAX) <= now_ms) {
		assert_int_equal(status, p.withdrawn_status);
		return;
	}
	assert_int_equal(status, 200);
	if (why && strcmp(why, "soft-404") == 0)
		assert_true(a.body.len < 5000);
	else
		assert_text_in_page(&p, now_ms, &a.body);
	if (why && strcmp(why, "robots") == 0)
		assert_non_null(strstr(json_get_str(item, "url"), "/private/"));
}

typedef void item_fn(const struct world *w, const struct site *s, const struct json *item,
	int64_t now_ms);

static void for_each_item(const struct world *w, int64_t now_ms, item_fn *fn)
{
	for (uint32_t i = 0; i < N_HOSTS; i++) {
		const struct site s = site_of(w, i);
		STRBUF_LOCAL(lines);
		struct span rest;

		world_tell_items(w, i, now_ms, &lines);
		rest = strbuf_span(&lines);
		while (rest.len) {
			CLEANUP(json_freep) struct json *item = NULL;
			size_t len = (size_t)span_find(rest, SPAN_LITERAL("\n"));

			assert_int_equal(json_parse(span_from(rest.data, len), &item, NULL), 0);
			fn(w, &s, item, now_ms);
			rest = span_from_offset(rest, len + 1);
		}
	}
}

static void test_world__what_the_ledger_tells_is_served(void **state)
{
	for_each_item(*state, START_MS, check_item);
	for_each_item(*state, START_MS + options.span_ms, check_item);
}

static void check_copy(const struct world *w, const struct site *s, const struct json *item,
	int64_t now_ms)
{
	const struct piece p = piece_of(s, (uint32_t)json_get_int(item, "number", 0));
	const struct site of = site_of(w, p.of_site);
	const struct piece original = piece_of(&of, p.of_number);
	const char *text = json_get_str(item, "text");
	STRBUF_LOCAL(whole);

	(void)now_ms;
	if (!p.is_copy) {
		assert_string_equal(json_get_str(item, "story"), json_get_str(item, "url"));
		return;
	}
	assert_false(original.is_copy);
	assert_true(original.published_ms < p.published_ms);
	piece_add_text(&original, 0, &whole);
	if (json_is_true(json_get(item, "same_text"))) {
		assert_string_equal(text, whole.data);
	} else {
		assert_true(span_starts_with(strbuf_span(&whole), span_str(text)));
		assert_true(strlen(text) * 3 <= whole.len * 2);
	}
}

static void test_world__copies_come_later_and_say_the_same(void **state)
{
	for_each_item(*state, START_MS + options.span_ms, check_copy);
}

static void check_page_of_list(const struct world *w, const struct site *s, uint32_t page,
	int64_t now_ms)
{
	CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
	uint32_t n = rhythm_count(&s->rhythm, now_ms);
	const char *base = s->kind == SITE_HOME ? "index" : "list";
	char path[40];
	struct span list;

	snprintf(path, sizeof path, "/%s_%u.htm", base, page);
	ask(w, s->number, page ? path : site_source_path(s), now_ms, &a);
	assert_int_equal(a.status, 200);
	list = strbuf_span(&a.body);
	list.len = (size_t)span_find(list, SPAN_LITERAL("class=\"page\""));
	for (uint32_t i = 0; i < n; i++) {
		const struct piece p = piece_of(s, n - 1 - i);
		bool listed = i / SITE_LIST_LEN == page && piece_is_there(&p, now_ms);
		STRBUF_LOCAL(link);

		strbuf_add_str(&link, "href=\"");
		piece_add_listed_path(&p, &link);
		assert_int_equal(span_find(list, strbuf_span(&link)) >= 0, listed);
	}
}

static void test_world__pages_of_lists_link_what_is_there(void **state)
{
	for (uint32_t i = 0; i < N_HOSTS; i++) {
		const struct site s = site_of(*state, i);
		int64_t now_ms = START_MS + options.span_ms * 3 / 4;

		if (s.kind != SITE_LISTING && s.kind != SITE_HOME)
			continue;
		for (uint32_t page = 0; page < markup_list_pages(&s, now_ms); page++)
			check_page_of_list(*state, &s, page, now_ms);
	}
}

static void test_world__furniture_has_none_of_the_words(void **state)
{
	static const char *const paths[] = {"/", "/list.htm", "/list_1.htm", "/nowhere",
		"/channel/b/", "/calendar/2025/06/", "/a/echo/"};

	for (uint32_t i = 0; i < N_HOSTS; i++) {
		const struct site s = site_of(*state, i);

		for (size_t k = 0; k < sizeof paths / sizeof *paths && !site_encoding(&s); k++) {
			CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;

			ask(*state, i, paths[k], START_MS, &a);
			for (size_t j = 0; j < PROSE_N_WORDS; j++)
				assert_false(holds(&a.body, prose_words[j]));
		}
	}
}

static void test_world__what_has_not_changed_is_304(void **state)
{
	CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
	struct world_request q = {.path = SPAN_LITERAL("/list.htm"), .now_ms = START_MS};
	char etag[sizeof a.etag];

	world_answer(*state, 0, &q, &a);
	assert_int_equal(a.status, 200);
	memcpy(etag, a.etag, sizeof etag);
	q.etag = span_str(etag);
	world_answer(*state, 0, &q, &a);
	assert_int_equal(a.status, 304);
	assert_int_equal(a.body.len, 0);
	q.now_ms = START_MS + options.span_ms;
	world_answer(*state, 0, &q, &a);
	assert_int_equal(a.status, 200);
	assert_string_not_equal(a.etag, etag);
}

static void test_world__a_redesign_changes_the_page_and_not_the_text(void **state)
{
	const struct site s = site_of(*state, 4);
	CLEANUP(world_answer_release) struct world_answer before = WORLD_ANSWER_INIT;
	CLEANUP(world_answer_release) struct world_answer after = WORLD_ANSWER_INIT;

	for (uint32_t number = 0; number < 8; number++) {
		const struct piece p = piece_of(&s, number);
		STRBUF_LOCAL(path);

		if (p.access != PIECE_OPEN || p.n_edits || p.withdrawn_ms <= s.redesign_at_ms)
			continue;
		piece_add_path(&p, &path);
		ask(*state, 4, path.data, s.redesign_at_ms - 1, &before);
		ask(*state, 4, path.data, s.redesign_at_ms, &after);
		assert_true(holds(&before.body, "TRS_Editor"));
		assert_false(holds(&after.body, "TRS_Editor"));
		assert_text_in_page(&p, START_MS, &after.body);
	}
}

static void test_world__addresses_of_a_session_lead_to_the_same_page(void **state)
{
	static const char *const paths[] = {"/post/100000.html",
		"/post/100000.html?PHPSESSID=1f&spm=a.b",
		"/post/100000.html;jsessionid=ABC?utm_source=list"};
	CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
	char etag[sizeof a.etag] = "";

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		ask(*state, 3, paths[i], START_MS, &a);
		assert_int_equal(a.status, 200);
		assert_true(i == 0 || strcmp(etag, a.etag) == 0);
		memcpy(etag, a.etag, sizeof etag);
	}
}

static void test_world__sources_are_lines_of_yaml(void **state)
{
	STRBUF_LOCAL(line);

	world_tell_source(*state, 1, &line);
	assert_string_equal(line.data,
		"  - {name: h0001, kind: feed, url: 'http://127.9.0.2:8081/rss.xml', "
		"allow_addresses: 127.0.0.0/8}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_world__few_hosts_show_everything),
		cmocka_unit_test(test_world__the_same_question_has_the_same_answer),
		cmocka_unit_test(test_world__what_the_ledger_tells_is_served),
		cmocka_unit_test(test_world__copies_come_later_and_say_the_same),
		cmocka_unit_test(test_world__pages_of_lists_link_what_is_there),
		cmocka_unit_test(test_world__furniture_has_none_of_the_words),
		cmocka_unit_test(test_world__what_has_not_changed_is_304),
		cmocka_unit_test(test_world__a_redesign_changes_the_page_and_not_the_text),
		cmocka_unit_test(test_world__addresses_of_a_session_lead_to_the_same_page),
		cmocka_unit_test(test_world__sources_are_lines_of_yaml),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
