/* The product's readers on the whole of the world: titles and texts are the ledger's. */
#include "tests/web/world.h"

#include "common/fold.h"
#include "common/json.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

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

static bool is_same(const char *a, const char *b)
{
	STRBUF_LOCAL(left);
	STRBUF_LOCAL(right);

	fold_text(span_str(a), &left);
	fold_text(span_str(b), &right);
	return span_eq(strbuf_span(&left), strbuf_span(&right));
}

static void complain(struct fixture *fx, const struct json *item, const char *what,
	const char *wanted, const char *found, struct span bytes)
{
	if (fx->n_wrong++ < LINES_MAX || getenv("WEB_DUMP")) {
		printf("%s: %s (%s)\n  wanted %s\n  found  %s\n", json_get_str(item, "url"), what,
			json_get_str(item, "noise"), wanted, found ? found : "(nothing)");
		dump(fx, json_get_str(item, "url"), bytes);
	}
}

static void answer(const struct fixture *fx, uint32_t host, struct span path,
	struct world_answer *a)
{
	const struct world_request q = {.path = path, .now_ms = fx->now_ms, .nonce = 99};

	world_answer(fx->w, host, &q, a);
}

static void check_article(struct fixture *fx, uint32_t host, const struct json *item)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const char *url = json_get_str(item, "url"), *title = json_get_str(item, "title");
	CLEANUP(world_answer_release) struct world_answer a = WORLD_ANSWER_INIT;
	struct read_output read = {0};
	struct url_parts parts;

	assert_true(url_split(span_str(url), &parts));
	answer(fx, host, span_str(parts.path.data), &a);
	if (a.status != 200 || json_get_str(item, "why"))
		return;
	const struct read_input in = {.bytes = strbuf_span(&a.body),
		.url = url,
		.content_type = a.content_type,
		.fetched_at_ms = fx->now_ms,
		.http_status = 200,
		.url_rules = &url_rules_default};

	read_document(WORK_PAGE, &in, arena, &read);
	fx->n_read++;
	if (read.as != READ_RECORD) {
		complain(fx, item, "no article", title, read.why_nothing, in.bytes);
		return;
	}
	if (!read.record.title || !is_same(read.record.title, title))
		complain(fx, item, "title", title, read.record.title, in.bytes);
	if (!read.record.text || !is_same(read.record.text, json_get_str(item, "text")))
		complain(fx, item, "text", json_get_str(item, "text"), read.record.text, in.bytes);
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
		cmocka_unit_test(test_reading__articles_are_the_ledgers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
