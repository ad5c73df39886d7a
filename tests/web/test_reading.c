/* The product's readers on the whole of the world: titles and texts are the ledger's. */
#include "tests/web/world.h"

#include "common/fold.h"
#include "common/json.h"
#include "common/utf8.h"
#include "crawler/read/clean/pinyin.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"
#include "tests/web/piece.h"

#include <stdio.h>
#include <stdlib.h>

#define START_MS  ((int64_t)1748509200000) /* 2025-05-29 17:00 in China */
#define N_HOSTS   24
#define LINES_MAX 12

struct fixture {
	struct world *w;
	int64_t now_ms;
	size_t n_wrong;
	size_t n_read;
};

static const struct world_options options = {.seed = 7,
	.n_hosts = N_HOSTS,
	.n_items = 60,
	.percent_old = 40,
	.start_ms = START_MS,
	.span_ms = 600000,
	.network = 8,
	.port = 8080};

static void dump(const struct fixture *fx, const char *url, struct span bytes)
{
	const char *folder = getenv("WEB_DUMP");
	char path[200];
	FILE *f;

	if (!folder)
		return;
	snprintf(path, sizeof path, "%s/%04zu.html", folder, fx->n_wrong);
	f = fopen(path, "wb");
	fwrite(bytes.data, 1, bytes.len, f);
	fclose(f);
	printf("  in %s from %s\n", path, url);
}

/* Where two folded texts part, with a little around it. */
static void print_difference(struct span wanted, struct span found)
{
	size_t at = 0, from;

	while (at < wanted.len && at < found.len && wanted.data[at] == found.data[at])
		at++;
	from = at > 60 ? at - 60 : 0;
	while (from > 0 && ((unsigned char)wanted.data[from] & 0xC0) == 0x80)
		from--;
	wanted = utf8_cut(span_from_offset(wanted, from), 150);
	found = utf8_cut(span_from_offset(found, from), 150);
	printf("  wanted ...%.*s\n  found  ...%.*s\n", (int)wanted.len, wanted.data, (int)found.len,
		found.data);
}

/* Folded, both are simplified: what a page shows in traditional characters is the same. */
static void compare(struct fixture *fx, const struct json *item, const char *what,
	const char *wanted, const char *found, struct span page)
{
	STRBUF_LOCAL(left);
	STRBUF_LOCAL(right);

	fold_text(span_str(wanted), &left);
	fold_text(span_str(found), &right);
	if (span_eq(strbuf_span(&left), strbuf_span(&right)))
		return;
	if (fx->n_wrong++ >= LINES_MAX && !getenv("WEB_DUMP"))
		return;
	printf("%s: %s (%s)\n", json_get_str(item, "url"), what, json_get_str(item, "noise"));
	print_difference(strbuf_span(&left), strbuf_span(&right));
	dump(fx, json_get_str(item, "url"), page);
}

static void answer(const struct fixture *fx, uint32_t host, struct span path,
	struct world_answer *a)
{
	const struct world_request q = {.path = path, .now_ms = fx->now_ms, .nonce = 99};

	world_answer(fx->w, host, &q, a);
}

/* The title as lists and the page have it, noise and all. */
static void add_shown_title(const struct fixture *fx, uint32_t host, const struct json *item,
	struct strbuf *out)
{
	const struct site s = site_of(fx->w, host);
	const struct piece p = piece_of(&s, (uint32_t)json_get_int(item, "number", 0));

	piece_add_shown_title(&p, piece_version(&p, fx->now_ms), out);
}

static int64_t precision_ms(const struct json *item)
{
	const char *precision = json_get_str(item, "precision");

	return strcmp(precision, "day") == 0       ? (int64_t)86400000
		: strcmp(precision, "minute") == 0 ? 60000
						   : 1000;
}

static void compare_time(struct fixture *fx, const struct json *item, int64_t found_ms)
{
	int64_t unit_ms = precision_ms(item), zone_ms = (int64_t)8 * 3600 * 1000;
	int64_t published_ms = json_get_int(item, "published_ms", 0);

	if ((found_ms + zone_ms) / unit_ms == (published_ms + zone_ms) / unit_ms)
		return;
	if (fx->n_wrong++ < LINES_MAX)
		printf("%s: published at %lld, read %lld\n", json_get_str(item, "url"),
			(long long)published_ms, (long long)found_ms);
}

static void check_article(struct fixture *fx, uint32_t host, const struct json *item)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const char *url = json_get_str(item, "url");
	CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
	struct read_output read = {0};
	struct url_parts parts;
	STRBUF_LOCAL(listed);

	assert_true(url_split(span_str(url), &parts));
	add_shown_title(fx, host, item, &listed);
	answer(fx, host, span_str(parts.path.data), &a);
	if (a.status != 200 || json_get_str(item, "why"))
		return;
	const struct read_input in = {.bytes = strbuf_span(&a.body),
		.url = url,
		.content_type = a.content_type,
		.fetched_at_ms = fx->now_ms,
		.http_status = 200,
		.title = listed.data,
		.url_rules = &url_rules_default};

	read_document(WORK_PAGE, &in, arena, &read);
	fx->n_read++;
	compare(fx, item, "title", json_get_str(item, "title"), read.record.title, in.bytes);
	compare(fx, item, "text", json_get_str(item, "text"), read.record.text, in.bytes);
	compare_time(fx, item, read.record.published.ms);
}

static void check_host(struct fixture *fx, uint32_t host)
{
	STRBUF_LOCAL(lines);
	struct span rest;

	world_tell_items(fx->w, host, fx->now_ms, &lines);
	rest = strbuf_span(&lines);
	while (rest.len) {
		CLEANUP(json_freep) struct json *item = NULL;
		size_t len = (size_t)span_find(rest, SPAN_LITERAL("\n"));

		assert_int_equal(json_parse(span_from(rest.data, len), &item, NULL), 0);
		check_article(fx, host, item);
		rest = span_from_offset(rest, len + 1);
	}
}

/* What a source shows of its items, all pages and parts of it: canonical addresses, a line each. */
static void collect(struct fixture *fx, uint32_t host, enum work_kind kind, const char *url,
	struct strbuf *found)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
	struct read_output read = {0};
	struct url_parts parts;

	assert_true(url_split(span_str(url), &parts));
	answer(fx, host, span_str(parts.path.data), &a);
	assert_int_equal(a.status, 200);
	const struct read_input in = {.bytes = strbuf_span(&a.body),
		.url = url,
		.content_type = a.content_type,
		.fetched_at_ms = fx->now_ms,
		.http_status = 200,
		.url_rules = &url_rules_default};

	read_document(kind, &in, arena, &read);
	for (size_t i = 0; i < read.n_items; i++) {
		if (read.items[i].kind != WORK_PAGE) {
			collect(fx, host, read.items[i].kind, read.items[i].url, found);
			continue;
		}
		url_canonical(span_str(read.items[i].url), &url_rules_default, found);
		strbuf_printf(found, "\t%s\n", read.items[i].title ? read.items[i].title : "");
	}
	if (read.next_page)
		collect(fx, host, kind, read.next_page, found);
}

/* Too few readings without tone marks prove nothing: a list's words are a hint, and may keep them. */
static bool is_left_bare(struct span shown, struct span found)
{
	struct pinyin_survey survey = {0};
	struct hash left = fold_hash(shown), right = fold_hash(found);

	pinyin_survey_add(&survey, shown);
	return survey.n_toneless && !survey.n_toned && hash_eq(&left, &right);
}

static void compare_listed(struct fixture *fx, uint32_t host, const struct json *item,
	struct span rest)
{
	STRBUF_LOCAL(shown);
	STRBUF_LOCAL(found);

	strbuf_add(&found, rest.data, (size_t)span_find(rest, SPAN_LITERAL("\n")));
	add_shown_title(fx, host, item, &shown);
	/* A plain sitemap has none. */
	if (found.len && !is_left_bare(strbuf_span(&shown), strbuf_span(&found)))
		compare(fx, item, "title in the list", json_get_str(item, "title"), found.data,
			rest);
}

static void check_shown(struct fixture *fx, uint32_t host, const struct json *item,
	const struct strbuf *found)
{
	const char *shown = json_get_str(item, "shown");
	int64_t withdrawn_ms = json_get_int(item, "withdrawn_ms", INT64_MAX);
	ptrdiff_t at;
	STRBUF_LOCAL(line);

	strbuf_printf(&line, "%s\t", shown);
	at = span_find(strbuf_span(found), strbuf_span(&line));
	if (at >= 0 && withdrawn_ms > fx->now_ms) {
		compare_listed(fx, host, item,
			span_from_offset(strbuf_span(found), (size_t)at + line.len));
		return;
	}
	if (at < 0 && withdrawn_ms <= fx->now_ms)
		return;
	if (fx->n_wrong++ < LINES_MAX)
		printf("%s: %s\n", shown, withdrawn_ms > fx->now_ms ? "not found" : "still found");
}

static enum work_kind kind_of(const char *name)
{
	return strcmp(name, "feed") == 0       ? WORK_FEED
		: strcmp(name, "sitemap") == 0 ? WORK_SITEMAP
					       : WORK_LISTING;
}

static void check_source(struct fixture *fx, uint32_t host)
{
	CLEANUP(json_freep) struct json *h = NULL;
	STRBUF_LOCAL(line);
	STRBUF_LOCAL(found);
	STRBUF_LOCAL(lines);
	struct span rest;

	world_tell_host(fx->w, host, &line);
	assert_int_equal(json_parse(strbuf_span(&line), &h, NULL), 0);
	collect(fx, host, kind_of(json_get_str(h, "kind")), json_get_str(h, "list"), &found);
	world_tell_items(fx->w, host, fx->now_ms, &lines);
	rest = strbuf_span(&lines);
	while (rest.len) {
		CLEANUP(json_freep) struct json *item = NULL;
		size_t len = (size_t)span_find(rest, SPAN_LITERAL("\n"));

		assert_int_equal(json_parse(span_from(rest.data, len), &item, NULL), 0);
		check_shown(fx, host, item, &found);
		rest = span_from_offset(rest, len + 1);
	}
	if (getenv("WEB_DUMP"))
		printf("source %u: %s%s\n", host, line.data, found.data);
}

static void test_reading__sources_show_what_the_ledger_says(void **state)
{
	struct fixture fx = {.w = world_new(&options)};

	(void)state;
	for (int part = 0; part <= 2; part++) {
		fx.now_ms = START_MS + options.span_ms * part / 2;
		for (uint32_t i = 0; i < N_HOSTS; i++)
			check_source(&fx, i);
	}
	world_free(fx.w);
	assert_int_equal(fx.n_wrong, 0);
}

static void test_reading__articles_are_the_ledgers(void **state)
{
	struct fixture fx = {.w = world_new(&options)};

	(void)state;
	for (int part = 1; part <= 2; part++) {
		fx.now_ms = START_MS + options.span_ms * part / 2;
		for (uint32_t i = 0; i < N_HOSTS; i++)
			check_host(&fx, i);
	}
	printf("%zu articles read, %zu wrong\n", fx.n_read, fx.n_wrong);
	world_free(fx.w);
	assert_true(fx.n_read > 1000);
	assert_int_equal(fx.n_wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading__sources_show_what_the_ledger_says),
		cmocka_unit_test(test_reading__articles_are_the_ledgers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
