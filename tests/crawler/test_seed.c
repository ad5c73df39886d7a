/*
 * The six sites that are made from real documents, read as a crawler reads
 * them. The documents are no part of this project: where ../shared/seed-site
 * is absent, there is nothing to test.
 */
#include "crawler/read/read.h"

#include "common/clock.h"
#include "common/fold.h"
#include "common/json.h"
#include "common/utf8.h"
#include "crawler/read/enrich/gazetteers.h"
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <unistd.h>

#define NOW_MS          INT64_C(1753000000000) /* July 2025, after all of the documents */
#define CHARS_SLACK     2                      /* percent */
#define KEYWORDS_WANTED 3                      /* of the five best */

struct fixture {
	char dir[64];
	struct arena *arena;
	struct json *truth;
	struct gazetteers *gazetteers;
	struct read_output out;
};

struct expected {
	const char *path;
	size_t document; /* in seed_truth.json */
	const char *title, *published, *charset, *publisher, *authors, *editors;
};

static const struct expected pages[] = {
	{"/portal/dy/article/K35D7V0U0514R9P4.html", 0,
		"连上10堂大课!浙江全省干部自发夜学AI,学了什么?", "2025-06-27T21:51:00+08:00",
		"UTF-8", "浙江日报", "", "王航飞"},
	{"/repost/post/8841.html", 1, "湖北领导干部为何集中学习人工智能?",
		"2025-05-30T08:12:00+08:00", "UTF-8", "湖北日报", "肖丽琼", ""},
	{"/daily/content/202505/29/t20250529_118.html", 1, "湖北领导干部为何集中学习人工智能?",
		"2025-05-29T20:30:00+08:00", "UTF-8", "湖北日报", "肖丽琼", ""},
	{"/metro/news/202502/24/1001.html", 2, "深圳启动“以学促干 拥抱AI”系列培训 AI夜校开到家门口",
		"2025-02-24T00:00:00+08:00", "GB18030", "南方都市报", "张艳丽,覃仕林", "张艳丽"},
	{"/province/2025-05/01/content_31892214.htm", 3,
		"時政微觀察丨來到這個“社區”,總書記再談人工智能", "2025-05-01T11:54:40+08:00",
		"UTF-8", "央視新聞客戶端", "張亞楠", "陳瑋,江雨航,程昱"},
	{"/aggregate/s.html", 4, "人工智能+,何以成为新引擎?|两会共话", "2024-03-06T12:10:00+08:00",
		"UTF-8", "澎湃新闻", "", ""},
};

static const struct {
	const char *path, *url, *title;
} lists[] = {
	{"/portal/zj/index.html",
		"http://127.0.1.1/dy/article/K35D7V0U0514R9P4.html?f=post_list&spm=1.2",
		"连上10堂大课!浙江全省干部自发夜学AI,学了什么?"},
	{"/repost/index.html", "http://127.0.1.1/post/8841.html",
		"湖北领导干部为何集中学习人工智能?"},
	{"/metro/index.html", "http://127.0.1.1/news/202502/24/1001.html",
		"深圳启动“以学促干 拥抱AI”系列培训 AI夜校开到家门口"},
	{"/province/rss.xml", "http://127.0.1.1/2025-05/01/content_31892214.htm", NULL},
	{"/daily/content/index.html", "http://127.0.1.1/content/202505/29/t20250529_118.html",
		"湖北领导干部为何集中学习人工智能?"},
};

static struct span slurp(struct arena *a, const char *path)
{
	CLEANUP(fclosep) FILE *f = fopen(path, "rb");
	STRBUF_LOCAL(bytes);
	char buf[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		strbuf_add(&bytes, buf, n);
	return span_from(arena_dup(a, strbuf_span(&bytes)), bytes.len);
}

static int run(const char *format, const char *dir)
{
	STRBUF_LOCAL(command);

	strbuf_printf(&command, format, dir);
	return system(command.data);
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);
	STRBUF_LOCAL(errors);

	fx->arena = arena_new();
	strcpy(fx->dir, "/tmp/policywatch-seed.XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	assert_int_equal(run("python3 " SHARED_DIR "/seed-site/build.py %s", fx->dir), 0);
	assert_int_equal(json_parse(slurp(fx->arena, SHARED_DIR "/facts/seed_truth.json"),
				 &fx->truth, NULL),
		0);
	assert_int_equal(gazetteers_load(SOURCE_DIR "/deploy/gazetteers", NULL, &fx->gazetteers,
				 &errors),
		0);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(run("rm -r %s", fx->dir), 0);
	json_free(fx->truth);
	gazetteers_unref(fx->gazetteers);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static void read_file(struct fixture *fx, enum work_kind kind, const char *path)
{
	const char *in_site = strchr(path + 1, '/');
	struct read_input in = {.fetched_at_ms = NOW_MS,
		.http_status = 200,
		.gazetteers = fx->gazetteers};

	in.url = arena_printf(fx->arena, "http://127.0.1.1%s", in_site);
	in.bytes = slurp(fx->arena, arena_printf(fx->arena, "%s%s", fx->dir, path));
	read_document(kind, &in, fx->arena, &fx->out);
}

static const char *joined(struct arena *a, const struct str_list *list)
{
	STRBUF_LOCAL(out);

	for (size_t i = 0; i < list->len; i++)
		strbuf_printf(&out, "%s%s", i ? "," : "", list->items[i]);
	return arena_dup(a, strbuf_span(&out));
}

static void check_facts(struct fixture *fx, const struct expected *e)
{
	const struct record *r = &fx->out.record;
	char published[CLOCK_TEXT_MAX];

	assert_string_equal(r->title, e->title);
	assert_string_equal(clock_format(r->published.ms, r->published.zone_min, published),
		e->published);
	assert_string_equal(r->charset, e->charset);
	assert_string_equal(r->publisher, e->publisher);
	assert_string_equal(joined(fx->arena, &r->authors), e->authors);
	assert_string_equal(joined(fx->arena, &r->editors), e->editors);
	assert_true(utf8_is_valid(span_str(r->text)));
}

static size_t count(struct span text, struct span word)
{
	size_t n = 0;

	for (ptrdiff_t at; (at = span_find(text, word)) >= 0; n++)
		text = span_from_offset(text, (size_t)at + word.len);
	return n;
}

static const struct json *truth_of(struct fixture *fx, size_t document)
{
	const struct json *d = json_first(json_get(fx->truth, "documents"));

	while (document-- > 0)
		d = json_next(d);
	return d;
}

static void add_folded(struct arena *a, struct str_list *list, const char *text)
{
	STRBUF_LOCAL(folded);

	fold_text(span_str(text), &folded);
	record_list_add(a, list, arena_dup(a, strbuf_span(&folded)));
}

/* How many of the document's strings under @key the list has, and how many there are. */
static size_t count_found(struct fixture *fx, const struct expected *e, const char *key,
	const struct str_list *list, size_t *ret_n)
{
	struct str_list folded = {0}, wanted = {0};
	size_t found = 0;

	for (size_t i = 0; i < list->len; i++)
		add_folded(fx->arena, &folded, list->items[i]);
	for (const struct json *j = json_first(json_get(truth_of(fx, e->document), key)); j;
		j = json_next(j))
		add_folded(fx->arena, &wanted, json_as_str(j));
	for (size_t i = 0; i < wanted.len; i++)
		found += record_list_has(&folded, wanted.items[i]);
	*ret_n = wanted.len;
	return found;
}

static void check_all_found(struct fixture *fx, const struct expected *e, const char *key,
	const struct str_list *list)
{
	size_t n, found = count_found(fx, e, key, list, &n);

	if (found < n)
		fail_msg("%s: %zu of %zu %s in: %s", e->path, found, n, key,
			joined(fx->arena, list));
}

static void check_none_found(struct fixture *fx, const struct expected *e, const char *key,
	const struct str_list *list)
{
	size_t n;

	if (count_found(fx, e, key, list, &n))
		fail_msg("%s: some of %s in: %s", e->path, key, joined(fx->arena, list));
}

static void check_subjects(struct fixture *fx, const struct expected *e)
{
	const struct record *r = &fx->out.record;
	const struct json *regions = json_get(truth_of(fx, e->document), "regions_mentioned");

	check_all_found(fx, e, "ai_technologies", &r->ai_technologies);
	check_all_found(fx, e, "industries_best", &r->industries);
	check_all_found(fx, e, "agencies", &r->agencies);
	check_all_found(fx, e, "region_primary", &r->regions);
	for (const struct json *j = json_first(regions); j; j = json_next(j))
		assert_true(record_list_has(&r->regions, json_as_str(j)));
	check_none_found(fx, e, "must_not_region", &r->regions);
	check_none_found(fx, e, "must_not_match", &r->agencies);
	check_none_found(fx, e, "must_not_match", &r->ai_technologies);
	check_none_found(fx, e, "must_not_match", &r->keywords);
}

/* Each stands in the text, and they are mostly those that a reader would name. */
static void check_keywords(struct fixture *fx, const struct expected *e)
{
	const struct record *r = &fx->out.record;
	size_t n;

	for (size_t i = 0; i < r->keywords.len; i++)
		if (!strstr(r->text, r->keywords.items[i]) &&
			!strstr(r->title, r->keywords.items[i]))
			fail_msg("%s does not hold %s", e->path, r->keywords.items[i]);
	if (count_found(fx, e, "keywords_best", &r->keywords, &n) < KEYWORDS_WANTED)
		fail_msg("%s: %s", e->path, joined(fx->arena, &r->keywords));
}

/* Up to three sentences, each of which stands in the text. */
static void check_summary(const struct expected *e, const struct record *r)
{
	struct span left = span_str(r->summary);
	int sentences = 0;

	while (left.len) {
		size_t n = left.len;

		while (n && !memmem(r->text, strlen(r->text), left.data, n))
			n--;
		assert_true(n > 0);
		left = span_trim(span_from_offset(left, n));
		sentences++;
	}
	if (sentences < 1 || sentences > 3)
		fail_msg("%s: %s", e->path, r->summary ? r->summary : "no summary");
}

/* What stands only in noise is gone, what stands in the text is there, as often as it should. */
static void check_text(struct fixture *fx, const struct expected *e)
{
	const struct json *truth = truth_of(fx, e->document);
	const struct record *r = &fx->out.record;
	int64_t chars = (int64_t)utf8_count(span_str(r->text));
	int64_t wanted = json_get_int(truth, "clean_body_chars", 0);
	STRBUF_LOCAL(folded);

	for (const struct json *j = json_first(json_get(truth, "must_not_match")); j;
		j = json_next(j))
		if (strstr(r->text, json_as_str(j)) || strstr(r->title, json_as_str(j)))
			fail_msg("%s holds %s", e->path, json_as_str(j));
	if (chars * 100 > wanted * (100 + CHARS_SLACK) ||
		chars * 100 < wanted * (100 - CHARS_SLACK))
		fail_msg("%s has %lld characters, not %lld", e->path, (long long)chars,
			(long long)wanted);
	fold_text(span_str(r->text), &folded);
	for (const struct json *j = json_first(json_get(truth, "counts_in_clean_body")); j;
		j = json_next(j)) {
		/* Counts are of words as written; only the traditional page needs the fold. */
		struct span text = e->document == 3 ? strbuf_span(&folded) : span_str(r->text);
		STRBUF_LOCAL(word);

		if (e->document == 3)
			fold_text(span_str(json_name(j)), &word);
		else
			strbuf_add_str(&word, json_name(j));
		if ((int64_t)count(text, strbuf_span(&word)) != json_as_int(j, -1))
			fail_msg("%s: %s stands %zu times", e->path, json_name(j),
				count(text, strbuf_span(&word)));
	}
}

static void test_seed__every_article_is_read_clean(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		read_file(fx, WORK_PAGE, pages[i].path);
		assert_int_equal(fx->out.as, READ_RECORD);
		check_facts(fx, &pages[i]);
		check_text(fx, &pages[i]);
	}
}

static void test_seed__every_record_says_what_it_is_about(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		read_file(fx, WORK_PAGE, pages[i].path);
		check_subjects(fx, &pages[i]);
		check_keywords(fx, &pages[i]);
		check_summary(&pages[i], &fx->out.record);
	}
}

/* The repost is its original with noise put in: what both say is nearly the same. */
static void test_seed__the_repost_reads_like_its_original(void **state)
{
	struct fixture *fx = *state;
	struct hash repost;

	read_file(fx, WORK_PAGE, pages[1].path);
	repost = fx->out.record.text_hash;
	read_file(fx, WORK_PAGE, pages[2].path);
	assert_true(hash_eq(&repost, &fx->out.record.text_hash));
}

static void test_seed__torn_characters_are_read_again(void **state)
{
	struct fixture *fx = *state;

	read_file(fx, WORK_PAGE, pages[4].path);
	assert_non_null(strstr(fx->out.record.text, "改變人類生產生活方式"));
	assert_non_null(strstr(fx->out.record.text, "示范效應。”"));
	assert_null(strstr(fx->out.record.text, "\uFFFD"));
}

static void test_seed__every_list_gives_its_article_alone(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		read_file(fx, WORK_AUTO, lists[i].path);
		assert_int_equal(fx->out.as, READ_ITEMS);
		assert_int_equal(fx->out.n_items, 1);
		assert_string_equal(fx->out.items[0].url, lists[i].url);
		if (lists[i].title)
			assert_string_equal(fx->out.items[0].title, lists[i].title);
	}
	read_file(fx, WORK_SITEMAP, "/aggregate/robots.txt");
	assert_int_equal(fx->out.as, READ_ITEMS); /* its address has a placeholder for the port */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seed__every_article_is_read_clean),
		cmocka_unit_test(test_seed__every_record_says_what_it_is_about),
		cmocka_unit_test(test_seed__the_repost_reads_like_its_original),
		cmocka_unit_test(test_seed__torn_characters_are_read_again),
		cmocka_unit_test(test_seed__every_list_gives_its_article_alone),
	};

	if (access(SHARED_DIR "/seed-site/build.py", R_OK) != 0)
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
