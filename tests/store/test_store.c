#include "store/store.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/fold.h"
#include "common/strbuf.h"
#include "common/url.h"
#include "store/layout.h"
#include "tests/folder.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

/* A text that is long enough to be recognised. */
#define LONG(text) text "，工业和信息化部等部门近日联合印发通知，部署推进人工智能应用。"

struct fixture {
	char *folder;
	char *path;
	struct store *store;
};

static const struct store_options small = {.map_bytes = 32 << 20};

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	fx->folder = folder_new();
	fx->path = alloc_printf("%s/store", fx->folder);
	assert_int_equal(store_open(fx->path, &small, &fx->store, NULL), 0);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	store_close(fx->store);
	folder_free(fx->folder);
	free(fx->path);
	free(fx);
	return 0;
}

static struct record page(const char *url, const char *title, const char *text)
{
	return (struct record){
		.id = hash_of(span_str(url)),
		.url = url,
		.title = title,
		.text = text,
		.text_hash = hash_of(span_str(text)),
		.fetched_at_ms = 1700000000000,
	};
}

static enum save_outcome save(struct store *s, struct record *r, const char *raw)
{
	struct store_batch *b = NULL;
	enum save_outcome outcome;

	assert_int_equal(store_batch_begin(s, &b), 0);
	outcome = store_save_page(b, r, span_str(raw));
	assert_int_equal(store_batch_commit(b), 0);
	return outcome;
}

static enum save_outcome save_text(struct store *s, const char *url, const char *title,
	const char *text)
{
	struct record r = page(url, title, text);

	return save(s, &r, "HTTP/1.1 200 OK\r\n\r\nbody");
}

static struct store_counts counts_of(struct store *s)
{
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct store_counts counts;

	assert_int_equal(store_reader_open(s, &r), 0);
	assert_int_equal(store_read_counts(r, &counts), 0);
	return counts;
}

static void test_store__a_page_is_new_then_unchanged_then_updated(void **state)
{
	struct fixture *fx = *state;
	struct record r = page("https://a.cn/1", "题", "文");

	assert_int_equal(save(fx->store, &r, "raw"), SAVE_NEW);
	assert_int_equal(r.version, 1);
	assert_true(hash_eq(&r.story, &r.id));
	assert_int_equal(save(fx->store, &r, "raw"), SAVE_UNCHANGED);
	assert_int_equal(save_text(fx->store, "https://a.cn/1", "题", "文二"), SAVE_UPDATED);
	assert_int_equal(save_text(fx->store, "https://a.cn/1", "题二", "文二"), SAVE_UPDATED);
	assert_int_equal(counts_of(fx->store).pages, 1);
	assert_int_equal(counts_of(fx->store).records, 3);
	assert_int_equal(counts_of(fx->store).journal_last, 3);
}

static void test_store__a_known_text_joins_its_story(void **state)
{
	struct fixture *fx = *state;
	struct record first = page("https://a.cn/1", "题", LONG("同一段文字"));
	struct record copy = page("https://b.cn/9", "转载：题", LONG("同一段文字"));

	assert_int_equal(save(fx->store, &first, ""), SAVE_NEW);
	assert_int_equal(save(fx->store, &copy, ""), SAVE_REPRINT);
	assert_true(hash_eq(&copy.story, &first.id));
	assert_int_equal(counts_of(fx->store).stories, 1);
}

static void test_store__pages_without_text_have_stories_of_their_own(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(save_text(fx->store, "https://a.cn/1", "视频", ""), SAVE_NEW);
	assert_int_equal(save_text(fx->store, "https://a.cn/2", "视频", ""), SAVE_NEW);
	assert_int_equal(counts_of(fx->store).stories, 2);
}

/* Two notices, "see the attachment": the second was taken for the first, and told to nobody. */
static void test_store__next_to_no_text_makes_no_story(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(save_text(fx->store, "https://a.cn/1", "通知一", "请见附件"), SAVE_NEW);
	assert_int_equal(save_text(fx->store, "https://a.cn/2", "通知二", "请见附件"), SAVE_NEW);
}

/* A page on @own that says it is @url. */
static struct record claim(const char *url, const char *own, const char *title, const char *text)
{
	struct record r = page(url, title, text);

	r.own_url = r.fetched_url = own;
	return r;
}

static void test_store__twins_that_give_one_address_are_one_page(void **state)
{
	struct fixture *fx = *state;
	struct record pc = claim("https://a.cn/1", "https://www.a.cn/1", "题", LONG("文一"));
	struct record mobile = claim("https://a.cn/1", "https://m.a.cn/1", "题", LONG("文一"));
	struct record edited = claim("https://a.cn/1", "https://www.a.cn/1", "题", LONG("文二"));

	assert_int_equal(save(fx->store, &pc, ""), SAVE_NEW);
	assert_int_equal(save(fx->store, &mobile, ""), SAVE_UNCHANGED);
	assert_int_equal(save(fx->store, &edited, ""), SAVE_UPDATED);
	assert_int_equal(counts_of(fx->store).pages, 1);
	assert_string_equal(edited.url, "https://a.cn/1");
}

/* A template that gives the same address to all pages must not make one page of them. */
static void test_store__articles_that_give_one_address_stay_apart(void **state)
{
	struct fixture *fx = *state;
	struct record first = claim("https://a.cn/l", "https://a.cn/1", "一", LONG("文一"));
	struct record second = claim("https://a.cn/l", "https://a.cn/2", "二", LONG("文二"));
	struct record short_one = claim("https://a.cn/s", "https://a.cn/3", "三", "见附件");
	struct record short_two = claim("https://a.cn/s", "https://a.cn/4", "四", "见附件");
	struct hash own = url_id(SPAN_LITERAL("https://a.cn/2"));

	assert_int_equal(save(fx->store, &first, ""), SAVE_NEW);
	for (int i = 0; i < 2; i++) {
		struct record again = claim("https://a.cn/l", "https://a.cn/2", "二", LONG("文二"));

		assert_int_equal(save(fx->store, &again, ""), i ? SAVE_UNCHANGED : SAVE_NEW);
		second = again;
	}
	assert_string_equal(second.url, "https://a.cn/2");
	assert_true(hash_eq(&second.id, &own));
	assert_int_equal(save(fx->store, &short_one, ""), SAVE_NEW);
	assert_int_equal(save(fx->store, &short_two, ""), SAVE_NEW);
	assert_int_equal(counts_of(fx->store).pages, 4);
}

/* The first claims the address of the second, which is fetched later. */
static void test_store__whose_address_is_anothers_gets_its_own_when_it_comes_again(void **state)
{
	struct fixture *fx = *state;
	struct record second = page("https://a.cn/1", "下", LONG("文二"));
	const char *own[] = {"https://a.cn/1", "https://a.cn/1_2"};

	for (int i = 0; i < 2; i++) {
		struct record first = claim(own[0], own[1], "上", LONG("文一"));

		save(fx->store, &first, "");
		assert_string_equal(first.url, own[i]);
		second.fetched_url = own[0];
		save(fx->store, &second, "");
	}
	assert_int_equal(counts_of(fx->store).pages, 2);
}

/*
 * Symptom: of two months' notices, both "see the attachment" at length, one took the
 * other's place.
 */
static void test_store__notices_of_one_wording_that_give_one_address_stay_apart(void **state)
{
	struct fixture *fx = *state;
	struct record may = claim("https://a.cn/l", "https://a.cn/1", "五月公示", LONG("见附件"));
	struct record june = claim("https://a.cn/l", "https://a.cn/2", "六月公示", LONG("见附件"));

	assert_int_equal(save(fx->store, &may, ""), SAVE_NEW);
	assert_int_equal(save(fx->store, &june, ""), SAVE_REPRINT);
	assert_string_equal(june.url, "https://a.cn/2");
	assert_int_equal(counts_of(fx->store).pages, 2);
}

static enum journal_event last_event(struct store *s)
{
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct journal_entry e;

	assert_int_equal(store_reader_open(s, &r), 0);
	assert_int_equal(store_read_journal(r, counts_of(s).journal_last - 1, &e), 1);
	return e.event;
}

/* The same text was told a second time, as news of the other page. */
static void test_store__a_page_that_gets_another_storys_text_reprints_it_and_stays(void **state)
{
	struct fixture *fx = *state;
	struct record first = page("https://a.cn/1", "题", LONG("甲"));
	struct record second = page("https://b.cn/1", "别题", LONG("乙"));
	struct record same = page("https://b.cn/1", "题", LONG("甲"));
	struct record back = page("https://b.cn/1", "别题", LONG("乙，更正"));

	save(fx->store, &first, "");
	save(fx->store, &second, "");
	assert_int_equal(save(fx->store, &same, ""), SAVE_UPDATED);
	assert_true(hash_eq(&same.story, &first.id));
	assert_int_equal(last_event(fx->store), JOURNAL_REPRINT);
	assert_int_equal(save(fx->store, &back, ""), SAVE_UPDATED);
	assert_true(hash_eq(&back.story, &second.id));
	assert_int_equal(last_event(fx->store), JOURNAL_UPDATED);
}

/* Fetched while the site said that it is under maintenance, like others: their news are not one story. */
static void test_store__a_copy_with_another_title_and_text_founds_a_story(void **state)
{
	struct fixture *fx = *state;
	struct record copy = page("https://b.cn/1", "维护", LONG("维护"));
	struct record other = page("https://b.cn/1", "新闻", LONG("新闻"));
	struct record edited = page("https://c.cn/1", "维护", LONG("维护，修订"));

	save_text(fx->store, "https://a.cn/1", "维护", LONG("维护"));
	assert_int_equal(save(fx->store, &copy, ""), SAVE_REPRINT);
	assert_int_equal(save(fx->store, &other, ""), SAVE_UPDATED);
	assert_true(hash_eq(&other.story, &other.id));
	assert_int_equal(counts_of(fx->store).stories, 2);
	save_text(fx->store, "https://c.cn/1", "维护", LONG("维护"));
	assert_int_equal(save(fx->store, &edited, ""), SAVE_UPDATED);
	assert_true(hash_eq(&edited.story, &copy.story));
}

static void test_store__the_journal_tells_events_in_order(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct journal_entry e;

	save_text(fx->store, "https://a.cn/1", "题", LONG("甲"));
	save_text(fx->store, "https://b.cn/1", "题", LONG("甲"));
	save_text(fx->store, "https://a.cn/1", "题", "乙");
	assert_int_equal(store_reader_open(fx->store, &r), 0);
	assert_int_equal(store_read_journal(r, 0, &e), 1);
	assert_int_equal(e.event, JOURNAL_NEW);
	assert_int_equal(store_read_journal(r, e.seq, &e), 1);
	assert_int_equal(e.event, JOURNAL_REPRINT);
	assert_int_equal(store_read_journal(r, e.seq, &e), 1);
	assert_int_equal(e.event, JOURNAL_UPDATED);
	assert_int_equal(e.seq, 3);
	assert_int_equal(e.version, 2);
	assert_int_equal(store_read_journal(r, e.seq, &e), 0);
}

static void test_store__versions_and_bodies_are_found(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct record first = page("https://a.cn/1", "题", "甲");
	STRBUF_LOCAL(body);
	struct span json;
	uint64_t seq = 0;

	save(fx->store, &first, "Content-Type: text/html\r\n\r\n<p>甲");
	save_text(fx->store, "https://a.cn/1", "题", "乙");
	assert_int_equal(store_reader_open(fx->store, &r), 0);
	assert_int_equal(store_find_version(r, &first.id, 1, &seq), 1);
	assert_int_equal(seq, 1);
	assert_int_equal(store_read_body(r, seq, &body), 1);
	assert_string_equal(body.data, "Content-Type: text/html\r\n\r\n<p>甲");
	assert_int_equal(store_find_version(r, &first.id, 0, &seq), 1);
	assert_int_equal(seq, 2);
	assert_int_equal(store_read_record(r, seq, &json), 1);
	assert_true(span_find(json, span_str("\"version\":2")) >= 0);
	assert_int_equal(store_find_version(r, &first.id, 3, &seq), 0);
	assert_int_equal(store_read_record(r, 99, &json), 0);
}

static void test_store__a_visit_counts_without_a_version(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct record first = page("https://a.cn/1", "题", "甲");
	struct store_batch *b = NULL;
	struct hash unknown = hash_of(SPAN_LITERAL("unknown"));
	struct span json;

	save(fx->store, &first, "");
	assert_int_equal(store_batch_begin(fx->store, &b), 0);
	store_save_visit(b, &first.id, 1700000009000);
	store_save_visit(b, &unknown, 1700000009000);
	assert_int_equal(store_batch_commit(b), 0);
	assert_int_equal(store_reader_open(fx->store, &r), 0);
	assert_int_equal(store_read_page(r, &first.id, &json), 1);
	assert_true(span_find(json, span_str("\"visits\":2,\"last_visit_ms\":1700000009000")) > 0);
	assert_int_equal(store_read_page(r, &unknown, &json), 0);
}

static enum save_outcome reread(struct store *s, struct record *r)
{
	struct store_batch *b = NULL;
	enum save_outcome outcome;

	assert_int_equal(store_batch_begin(s, &b), 0);
	outcome = store_save_reread(b, r, SPAN_LITERAL("HTTP/1.1 200 OK\r\n\r\nbody"));
	assert_int_equal(store_batch_commit(b), 0);
	return outcome;
}

static void test_store__a_page_that_is_read_otherwise_gets_a_version_with_its_own_event(
	void **state)
{
	struct fixture *fx = *state;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct record old = page("https://a.cn/1", "题", LONG("甲"));
	struct record again = page("https://a.cn/1", "题", LONG("乙"));
	struct journal_entry e = {0};

	save(fx->store, &old, "HTTP/1.1 200 OK\r\n\r\nbody");
	again.version = old.version;
	assert_int_equal(reread(fx->store, &again), SAVE_UPDATED);
	assert_int_equal(again.version, 2);
	assert_true(hash_eq(&again.story, &old.story));
	assert_int_equal(store_reader_open(fx->store, &r), 0);
	assert_int_equal(store_read_journal(r, 1, &e), 1);
	assert_int_equal(e.event, JOURNAL_REREAD);
	assert_int_equal(e.version, 2);
	assert_true(e.body_sum != 0);
}

static void test_store__reading_again_writes_nothing_where_nothing_changes(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct record old = page("https://a.cn/1", "题", LONG("甲"));
	struct record same = page("https://a.cn/1", "另一题", LONG("甲"));
	struct record late = page("https://a.cn/1", "题", LONG("丙"));
	struct record unknown = page("https://a.cn/2", "题", LONG("丁"));
	struct store_counts counts;

	save(fx->store, &old, "");
	save_text(fx->store, "https://a.cn/1", "题", LONG("乙"));
	same.version = 2;
	same.text_hash = hash_of(span_str(LONG("乙")));
	late.version = 1; /* the page has changed while it was read */
	unknown.version = 1;
	assert_int_equal(reread(fx->store, &same), SAVE_UNCHANGED);
	assert_int_equal(reread(fx->store, &late), SAVE_UNCHANGED);
	assert_int_equal(reread(fx->store, &unknown), SAVE_UNCHANGED);
	assert_int_equal(store_reader_open(fx->store, &r), 0);
	assert_int_equal(store_read_counts(r, &counts), 0);
	assert_int_equal(counts.records, 2);
	assert_int_equal(counts.journal_last, 2);
}

#define BODY                                                                                       \
	LONG("各地围绕新一轮规划安排了许多项目，其中不少已经完工，另一些还在论证之中，预计明年可以见到成效")
#define NOTICE "\n本网所载内容均由各单位提供，转载时请写明出处并与编辑部联系，违者自行承担责任。"

static void test_store__a_site_line_that_was_forgotten_makes_no_update(void **state)
{
	struct fixture *fx = *state;

	save_text(fx->store, "https://a.cn/1", "一", "甲" BODY NOTICE);
	save_text(fx->store, "https://a.cn/2", "二", "乙" BODY NOTICE);
	save_text(fx->store, "https://a.cn/3", "三", "丙" BODY NOTICE);
	for (int i = 0; i < 200; i++) {
		STRBUF_LOCAL(url);
		STRBUF_LOCAL(text);

		strbuf_printf(&url, "https://a.cn/other/%d", i);
		strbuf_printf(&text, "%s%d", BODY, i);
		save_text(fx->store, url.data, "另", text.data);
	}
	assert_int_equal(save_text(fx->store, "https://a.cn/3", "三", "丙" BODY NOTICE),
		SAVE_UNCHANGED);
	assert_int_equal(save_text(fx->store, "https://a.cn/3", "三", "丁" BODY NOTICE),
		SAVE_UPDATED);
}

static void test_store__an_article_of_which_parts_are_missing_has_not_changed(void **state)
{
	struct fixture *fx = *state;
	struct record whole = page("https://a.cn/1", "题", BODY "\n" LONG("下半部分"));
	struct record begin = page("https://a.cn/1", "题", BODY);
	struct record edited = page("https://a.cn/1", "题", "改" BODY);

	begin.is_partial = edited.is_partial = true;
	save(fx->store, &whole, "");
	assert_int_equal(save(fx->store, &begin, ""), SAVE_UNCHANGED);
	assert_int_equal(save(fx->store, &edited, ""), SAVE_UPDATED);
	begin = page("https://a.cn/1", "题", BODY);
	assert_int_equal(save(fx->store, &begin, ""), SAVE_UPDATED);
}

static void test_store__lines_that_a_site_puts_into_all_texts_are_left_out(void **state)
{
	struct fixture *fx = *state;
	struct record third = page("https://a.cn/3", "三", "丙" BODY NOTICE);

	save_text(fx->store, "https://a.cn/1", "一", "甲" BODY NOTICE);
	save_text(fx->store, "https://a.cn/2", "二", "乙" BODY NOTICE);
	save(fx->store, &third, "");
	assert_true(fold_hash(SPAN_LITERAL("丙" BODY)).bytes[0] == third.text_hash.bytes[0]);
	assert_int_equal(save_text(fx->store, "https://b.cn/1", "四", "丁" BODY NOTICE), SAVE_NEW);
	/* What was stored with such a line before has not changed, and may come with it again. */
	assert_int_equal(save_text(fx->store, "https://a.cn/1", "一", "甲" BODY NOTICE),
		SAVE_UNCHANGED);
	assert_int_equal(save_text(fx->store, "https://a.cn/3", "三", "丙" BODY NOTICE),
		SAVE_UNCHANGED);
	assert_int_equal(save_text(fx->store, "https://a.cn/1", "一", "戊" BODY NOTICE),
		SAVE_UPDATED);
}

static void test_store__robots_are_kept_by_origin(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct store_robots in = {1, 2, 200, SPAN_LITERAL("User-agent: *")}, out;
	struct store_batch *b = NULL;

	assert_int_equal(store_batch_begin(fx->store, &b), 0);
	store_save_robots(b, "https://a.cn", &in);
	assert_int_equal(store_batch_commit(b), 0);
	assert_int_equal(store_reader_open(fx->store, &r), 0);
	assert_int_equal(store_read_robots(r, "https://a.cn", &out), 1);
	assert_int_equal(out.http_status, 200);
	assert_int_equal(out.expires_at_ms, 2);
	assert_true(span_is(out.body, "User-agent: *"));
	assert_int_equal(store_read_robots(r, "https://b.cn", &out), 0);
	assert_int_equal(store_read_robots(r, "", &out), 0);
}

static void test_store__an_aborted_batch_leaves_nothing(void **state)
{
	struct fixture *fx = *state;
	struct record r = page("https://a.cn/1", "题", "甲");
	struct store_batch *b = NULL;

	assert_int_equal(store_batch_begin(fx->store, &b), 0);
	store_save_page(b, &r, span_str("raw"));
	store_batch_abort(b);
	assert_int_equal(counts_of(fx->store).pages, 0);
	assert_int_equal(save(fx->store, &r, "raw"), SAVE_NEW);
}

static void damage(struct store *s, enum store_table table, const struct hash *key)
{
	struct txn t;

	txn_begin_write(&t, s->db);
	txn_put(&t, table, hash_span(key), SPAN_LITERAL("{garbage"));
	assert_int_equal(txn_commit(&t), 0);
}

/* One damaged value, and its page could never be stored again. */
static void test_store__a_page_with_damaged_values_is_stored_anew(void **state)
{
	struct fixture *fx = *state;
	struct record r = page("https://a.cn/1", "题", LONG("甲"));
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	uint64_t seq;

	save(fx->store, &r, "raw");
	damage(fx->store, STORE_PAGES, &r.id);
	damage(fx->store, STORE_STORIES, &r.id);
	damage(fx->store, STORE_FINGERPRINTS, &r.text_hash);
	assert_int_equal(save(fx->store, &r, "raw"), SAVE_NEW);
	assert_int_equal(save_text(fx->store, "https://a.cn/1", "题", LONG("乙")), SAVE_UPDATED);
	assert_int_equal(store_reader_open(fx->store, &reader), 0);
	assert_int_equal(store_find_version(reader, &r.id, 2, &seq), 1);
	assert_int_equal(seq, 3);
}

static void test_store__a_full_store_says_so_and_stays_whole(void **state)
{
	struct fixture *fx = *state;
	struct store_batch *b = NULL;
	int r = 0;

	for (int i = 0; r == 0 && i < 100; i++) {
		CLEANUP(freep) char *raw = alloc_zeroed(1 << 20, 1);
		CLEANUP(freep) char *url = alloc_printf("https://a.cn/%d", i);
		struct record rec = page(url, "题", url);
		FILE *noise = fopen("/dev/urandom", "r");

		assert_int_equal(fread(raw, 1, 1 << 20, noise), 1 << 20);
		fclose(noise);
		assert_int_equal(store_batch_begin(fx->store, &b), 0);
		store_save_page(b, &rec, span_from(raw, 1 << 20));
		r = store_batch_commit(b);
	}
	assert_int_equal(r, -ERR_NOSPACE);
	assert_true(counts_of(fx->store).pages > 20);
	assert_int_equal(counts_of(fx->store).pages, counts_of(fx->store).journal_last);
}

/* The child's only way to talk: exit codes and the store itself. */
static pid_t start_writer(const struct fixture *fx, int pipe_out)
{
	pid_t pid = fork();
	struct store *s = NULL;

	if (pid)
		return pid;
	if (store_open(fx->path, &small, &s, NULL) < 0)
		_exit(1);
	for (int i = 0;; i++) {
		struct store_batch *b = NULL;

		if (store_batch_begin(s, &b) < 0)
			_exit(2);
		for (int k = 0; k < 3; k++) {
			CLEANUP(freep) char *url = alloc_printf("https://k.cn/%d/%d", i, k);
			struct record r = page(url, "题", url);

			store_save_page(b, &r, span_str("raw"));
		}
		if (store_batch_commit(b) < 0)
			_exit(3);
		if (write(pipe_out, &i, sizeof i) != sizeof i)
			_exit(4);
	}
}

static int read_batch_number(int fd)
{
	int i = -1;

	assert_int_equal(read(fd, &i, sizeof i), sizeof i);
	return i;
}

static void reopen(struct fixture *fx)
{
	assert_int_equal(store_open(fx->path, &small, &fx->store, NULL), 0);
}

static void test_store__kill_9_of_a_writer_loses_nothing_committed(void **state)
{
	struct fixture *fx = *state;
	int pipes[2], last = 0;
	struct store_counts counts;
	pid_t pid;

	store_close(TAKE_PTR(fx->store));
	assert_int_equal(pipe(pipes), 0);
	pid = start_writer(fx, pipes[1]);
	close(pipes[1]);
	while (last < 20)
		last = read_batch_number(pipes[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (read(pipes[0], &last, sizeof last) == sizeof last)
		;
	close(pipes[0]);
	reopen(fx);
	counts = counts_of(fx->store);
	assert_true(counts.pages >= (uint64_t)(last + 1) * 3);
	assert_int_equal(counts.pages % 3, 0);
	assert_int_equal(counts.pages, counts.records);
	assert_int_equal(counts.pages, counts.journal_last);
	assert_int_equal(save_text(fx->store, "https://a.cn/1", "题", "甲"), SAVE_NEW);
}

static void test_store__readers_and_other_writers_work_beside_a_writer(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct store_counts counts;
	uint64_t before = 0;
	int pipes[2];
	pid_t pid;

	store_close(TAKE_PTR(fx->store));
	assert_int_equal(pipe(pipes), 0);
	pid = start_writer(fx, pipes[1]);
	read_batch_number(pipes[0]);
	reopen(fx);
	assert_int_equal(store_reader_open(fx->store, &r), 0);
	for (int i = 0; i < 20; i++) {
		struct journal_entry e;
		CLEANUP(freep) char *url = alloc_printf("https://mine.cn/%d", i);

		read_batch_number(pipes[0]);
		assert_int_equal(save_text(fx->store, url, "题", url), SAVE_NEW);
		assert_int_equal(store_reader_renew(r), 0);
		assert_int_equal(store_read_counts(r, &counts), 0);
		assert_true(counts.journal_last > before);
		assert_int_equal(counts.pages, counts.journal_last);
		assert_int_equal(store_read_journal(r, before, &e), 1);
		assert_int_equal(e.seq, before + 1);
		before = counts.journal_last;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
}

/* Looks at the store's present state, in a process of its own, until it is killed. */
static pid_t start_reader(struct fixture *fx)
{
	struct store_reader *r = NULL;
	int pipes[2];
	char ready;
	pid_t pid;

	store_close(TAKE_PTR(fx->store));
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		if (store_open(fx->path, &small, &fx->store, NULL) == 0 &&
			store_reader_open(fx->store, &r) == 0 && write(pipes[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &ready, 1), 1);
	close(pipes[0]);
	return pid;
}

static void visit(struct store *s, const struct hash *id)
{
	struct store_batch *b = NULL;

	assert_int_equal(store_batch_begin(s, &b), 0);
	store_save_visit(b, id, 1700000000000);
	assert_int_equal(store_batch_commit(b), 0);
}

/* A reader that was killed would pin its snapshot, and the file would grow with every commit. */
static void test_store__a_killed_reader_is_forgotten(void **state)
{
	struct fixture *fx = *state;
	struct hash id = hash_of(SPAN_LITERAL("https://a.cn/1"));
	int64_t before, start = 1000000;
	pid_t pid;

	clock_fake_set(start);
	save_text(fx->store, "https://a.cn/1", "题", "甲");
	pid = start_reader(fx);
	reopen(fx);
	visit(fx->store, &id);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	clock_fake_set(start + 120000);
	for (int i = 0; i < 10; i++)
		visit(fx->store, &id);
	before = counts_of(fx->store).used_bytes;
	for (int i = 0; i < 50; i++)
		visit(fx->store, &id);
	assert_true(counts_of(fx->store).used_bytes - before <= 8 * 4096);
	clock_fake_set(-1);
}

static void test_store__a_commit_wakes_watchers(void **state)
{
	struct fixture *fx = *state;
	struct pollfd p = {.fd = store_watch_fd(fx->store), .events = POLLIN};

	assert_true(p.fd >= 0);
	assert_int_equal(poll(&p, 1, 0), 0);
	save_text(fx->store, "https://a.cn/1", "题", "甲");
	assert_int_equal(poll(&p, 1, 0), 1);
	store_watch_clear(fx->store);
	assert_int_equal(poll(&p, 1, 0), 0);
}

static void test_store__read_only_needs_a_store(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *none = alloc_printf("%s/none", fx->folder);
	struct store_options options = {.read_only = true};
	struct store *s = NULL;
	char *error = NULL;

	assert_int_equal(store_open(none, &options, &s, &error), -ERR_INVALID);
	assert_non_null(strstr(error, none));
	free(error);
	save_text(fx->store, "https://a.cn/1", "题", "甲");
	store_close(TAKE_PTR(fx->store));
	assert_int_equal(store_open(fx->path, &options, &fx->store, NULL), 0);
	assert_int_equal(counts_of(fx->store).pages, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_store__a_page_is_new_then_unchanged_then_updated),
		TEST(test_store__a_known_text_joins_its_story),
		TEST(test_store__pages_without_text_have_stories_of_their_own),
		TEST(test_store__next_to_no_text_makes_no_story),
		TEST(test_store__twins_that_give_one_address_are_one_page),
		TEST(test_store__articles_that_give_one_address_stay_apart),
		TEST(test_store__whose_address_is_anothers_gets_its_own_when_it_comes_again),
		TEST(test_store__notices_of_one_wording_that_give_one_address_stay_apart),
		TEST(test_store__a_page_that_gets_another_storys_text_reprints_it_and_stays),
		TEST(test_store__a_copy_with_another_title_and_text_founds_a_story),
		TEST(test_store__the_journal_tells_events_in_order),
		TEST(test_store__versions_and_bodies_are_found),
		TEST(test_store__a_visit_counts_without_a_version),
		TEST(test_store__a_page_that_is_read_otherwise_gets_a_version_with_its_own_event),
		TEST(test_store__reading_again_writes_nothing_where_nothing_changes),
		TEST(test_store__lines_that_a_site_puts_into_all_texts_are_left_out),
		TEST(test_store__a_site_line_that_was_forgotten_makes_no_update),
		TEST(test_store__an_article_of_which_parts_are_missing_has_not_changed),
		TEST(test_store__robots_are_kept_by_origin),
		TEST(test_store__an_aborted_batch_leaves_nothing),
		TEST(test_store__a_page_with_damaged_values_is_stored_anew),
		TEST(test_store__a_full_store_says_so_and_stays_whole),
		TEST(test_store__kill_9_of_a_writer_loses_nothing_committed),
		TEST(test_store__readers_and_other_writers_work_beside_a_writer),
		TEST(test_store__a_killed_reader_is_forgotten),
		TEST(test_store__a_commit_wakes_watchers),
		TEST(test_store__read_only_needs_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
