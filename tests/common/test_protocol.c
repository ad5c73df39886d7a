#include "common/alloc.h"
#include "common/err.h"
#include "common/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* What a request with every field set says, read back and compared field by field. */
static struct item items[] = {
	{.url = "http://www.most.gov.cn/kjbgz/1.html",
		.title = "人工智能创新发展",
		.published_ms = 1748520000000,
		.kind = WORK_PAGE},
	{.url = "https://example.org/sitemap.xml", .title = "", .kind = WORK_SITEMAP},
};

static struct result results[] = {
	{.url_number = UINT64_MAX,
		.lease_number = 7,
		.outcome = OUTCOME_OK,
		.http_status = 200,
		.error = "",
		.etag = "\"abc\"",
		.last_modified = "Thu, 29 May 2025 12:30:00 GMT",
		.moved_to = "",
		.address = "",
		.next_page = "",
		.changed = true,
		.elapsed_ms = 123,
		.crawl_delay_ms = 0,
		.retry_after_ms = -1,
		.fresh_ms = 600000,
		.limit = LIMIT_BODY,
		.robots_at = "http://b.cn/robots.txt",
		.page = "0123456789abcdef0123456789abcdef",
		.story = "fedcba9876543210fedcba9876543210",
		.items = items,
		.n_items = 2,
		.n_items_dropped = 3},
	{.url_number = 9,
		.lease_number = 8,
		.outcome = OUTCOME_MOVED,
		.http_status = 301,
		.error = "moved",
		.etag = "",
		.last_modified = "",
		.moved_to = "https://example.org/x",
		.crawl_delay_ms = 5000,
		.retry_after_ms = 60000,
		.fresh_ms = 0,
		.page = "",
		.story = ""},
	{.error = "",
		.etag = "",
		.last_modified = "",
		.moved_to = "",
		.address = "",
		.next_page = "",
		.crawl_delay_ms = -1,
		.retry_after_ms = -1,
		.fresh_ms = -1,
		.page = "",
		.story = ""},
};

static const struct work_request request = {.worker = "node1-crawler-0",
	.boot = 0xdeadbeefcafef00d,
	.seq = 42,
	.want = 16,
	.results = results,
	.n_results = 3};

static struct span include[] = {{"/kjbgz/", 7}, {"/art/", 5}};
static struct span allow[] = {{"127.0.0.0/8", 11}};
static struct span ports[] = {{"8081", 4}};
static struct span headers[] = {{"A: b", 4}, {"C: d", 4}};
static struct lease leases[] = {
	{.url_number = 1,
		.lease_number = 2,
		.url = "http://a.cn/",
		.source = "hubei-daily",
		.kind = WORK_LISTING,
		.duration_ms = 120000,
		.delay_ms = 2000,
		.etag = "W/\"1\"",
		.last_modified = "x",
		.title = "湖北日报",
		.published_ms = -1,
		.publisher = "湖北日报",
		.region = "420000",
		.link_selector = "ul.list a",
		.include = include,
		.n_include = 2,
		.fetch = {.allow_addresses = allow,
			.n_allow_addresses = 1,
			.allow_ports = ports,
			.n_allow_ports = 1,
			.headers = headers,
			.n_headers = 2,
			.proxy = "socks5h://127.0.0.1:1080",
			.proxy_login = "u:p",
			.ca_file = "/ca.pem",
			.verify = TLS_VERIFY_NONE,
			.has_cookies = true}},
};

static void put_request(struct strbuf *out)
{
	protocol_put_work_request(&request, out);
}

static void put_reply(struct strbuf *out)
{
	const struct work_reply m = {.seq = 42, .leases = leases, .n_leases = 1};

	protocol_put_work_reply(&m, out);
}

/* Decodes as whatever it claims to be. */
static int decode_any(struct span message)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct work_request work_request;
	struct work_reply work_reply;
	struct admin_request admin_request;
	struct admin_reply admin_reply;
	enum message_type type;
	int r;

	r = protocol_type(message, &type);
	if (r < 0)
		return r;
	switch (type) {
	case MESSAGE_WORK_REQUEST:
		return protocol_get_work_request(message, a, &work_request);
	case MESSAGE_WORK_REPLY:
		return protocol_get_work_reply(message, a, &work_reply);
	case MESSAGE_ADMIN_REQUEST:
		return protocol_get_admin_request(message, a, &admin_request);
	case MESSAGE_ADMIN_REPLY:
		return protocol_get_admin_reply(message, a, &admin_reply);
	}
	return -ERR_PROTOCOL;
}

/* An exact-size copy, so that the sanitizer sees a read past the end. */
static int decode_copy(const void *data, size_t len)
{
	CLEANUP(freep) char *copy = alloc_bytes(len + !len);

	memcpy(copy, data, len);
	return decode_any(span_from(copy, len));
}

static void test_protocol__type_is_what_was_put(void **state)
{
	STRBUF_LOCAL(out);
	enum message_type type;

	(void)state;
	put_reply(&out);
	assert_int_equal(protocol_type(strbuf_span(&out), &type), 0);
	assert_int_equal(type, MESSAGE_WORK_REPLY);
}

static void test_protocol__another_version_is_refused_as_such(void **state)
{
	static const char other[] = "\x82\xa1v\x02\xa1t\x00";
	enum message_type type;

	(void)state;
	assert_int_equal(protocol_type(span_from(other, sizeof other - 1), &type), -ERR_VERSION);
}

static void test_protocol__work_request_comes_back_whole(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	struct work_request m;

	(void)state;
	put_request(&out);
	assert_int_equal(protocol_get_work_request(strbuf_span(&out), a, &m), 0);
	assert_string_equal(m.worker, request.worker);
	assert_true(m.boot == request.boot && m.seq == 42 && m.want == 16 && m.n_results == 3);
	for (size_t i = 0; i < 3; i++) {
		const struct result *r = &m.results[i], *e = &results[i];

		assert_true(r->url_number == e->url_number && r->lease_number == e->lease_number);
		assert_true(r->outcome == e->outcome && r->http_status == e->http_status);
		assert_string_equal(r->error, e->error);
		assert_string_equal(r->etag, e->etag);
		assert_string_equal(r->last_modified, e->last_modified);
		assert_string_equal(r->moved_to, e->moved_to);
		assert_string_equal(r->page, e->page);
		assert_string_equal(r->story, e->story);
		assert_true(r->changed == e->changed && r->elapsed_ms == e->elapsed_ms);
		assert_true(r->crawl_delay_ms == e->crawl_delay_ms);
		assert_true(r->retry_after_ms == e->retry_after_ms);
		assert_true(r->fresh_ms == e->fresh_ms && r->limit == e->limit);
		assert_string_equal(r->robots_at, e->robots_at ? e->robots_at : "");
		assert_true(r->n_items == e->n_items && r->n_items_dropped == e->n_items_dropped);
	}
	assert_string_equal(m.results[0].items[0].title, "人工智能创新发展");
	assert_true(m.results[0].items[0].published_ms == 1748520000000);
	assert_int_equal(m.results[0].items[1].kind, WORK_SITEMAP);
}

static void assert_first_lease(const struct lease *l)
{
	const struct fetch_rules *f = &l->fetch;

	assert_true(l->url_number == 1 && l->lease_number == 2 && l->published_ms == -1);
	assert_true(l->kind == WORK_LISTING && l->duration_ms == 120000 && l->delay_ms == 2000);
	assert_string_equal(l->url, "http://a.cn/");
	assert_string_equal(l->source, "hubei-daily");
	assert_string_equal(l->region, "420000");
	assert_string_equal(l->link_selector, "ul.list a");
	assert_true(l->n_include == 2 && span_is(l->include[1], "/art/"));
	assert_true(l->n_exclude == 0 && f->n_allow_addresses == 1);
	assert_true(span_is(f->allow_addresses[0], "127.0.0.0/8"));
	assert_true(f->n_allow_ports == 1 && span_is(f->allow_ports[0], "8081"));
	assert_true(f->n_headers == 2 && span_is(f->headers[1], "C: d"));
	assert_string_equal(f->proxy, "socks5h://127.0.0.1:1080");
	assert_string_equal(f->proxy_login, "u:p");
	assert_string_equal(f->ca_file, "/ca.pem");
	assert_true(f->verify == TLS_VERIFY_NONE && f->has_cookies);
}

static void test_protocol__work_reply_comes_back_whole(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	struct work_reply m;

	(void)state;
	put_reply(&out);
	assert_int_equal(protocol_get_work_reply(strbuf_span(&out), a, &m), 0);
	assert_true(m.seq == 42 && m.n_leases == 1);
	assert_first_lease(&m.leases[0]);
}

static void test_protocol__a_copied_lease_borrows_nothing(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new(), *b = arena_new();
	STRBUF_LOCAL(out);
	struct work_reply m;
	struct lease copy;

	(void)state;
	put_reply(&out);
	assert_int_equal(protocol_get_work_reply(strbuf_span(&out), a, &m), 0);
	copy = lease_copy(&m.leases[0], b);
	arena_free(TAKE_PTR(a));
	assert_first_lease(&copy);
	assert_string_equal(lease_copy(&(struct lease){.url = "x"}, b).title, "");
}

static void test_protocol__admin_messages_come_back_whole(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	struct span arguments[] = {{"http://a.cn/", 12}, {"", 0}};
	struct admin_request q = {ADMIN_ADD, arguments, 2};
	struct admin_reply p = {true, "{\"urls\":1}"};

	(void)state;
	protocol_put_admin_request(&q, &out);
	q = (struct admin_request){0};
	assert_int_equal(protocol_get_admin_request(strbuf_span(&out), a, &q), 0);
	assert_true(q.command == ADMIN_ADD && q.n_arguments == 2 && q.arguments[1].len == 0);
	assert_true(span_is(q.arguments[0], "http://a.cn/"));
	strbuf_clear(&out);
	protocol_put_admin_reply(&p, &out);
	p = (struct admin_reply){0};
	assert_int_equal(protocol_get_admin_reply(strbuf_span(&out), a, &p), 0);
	assert_true(p.ok);
	assert_string_equal(p.text, "{\"urls\":1}");
}

static void test_protocol__one_message_is_not_read_as_another(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	struct work_request m;

	(void)state;
	put_reply(&out);
	assert_int_equal(protocol_get_work_request(strbuf_span(&out), a, &m), -ERR_PROTOCOL);
}

static void test_protocol__long_texts_are_cut_and_long_validators_left_out(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	STRBUF_LOCAL(text);
	struct result r = {.crawl_delay_ms = -1, .retry_after_ms = -1};
	struct work_request m = {.worker = "w", .results = &r, .n_results = 1};

	(void)state;
	while (text.len <= PROTOCOL_TEXT_MAX)
		strbuf_add_str(&text, "政");
	r.error = r.etag = text.data;
	protocol_put_work_request(&m, &out);
	assert_int_equal(protocol_get_work_request(strbuf_span(&out), a, &m), 0);
	assert_int_equal(strlen(m.results[0].error), PROTOCOL_TEXT_MAX / 3 * 3);
	assert_string_equal(m.results[0].etag, "");
}

static void test_protocol__an_item_with_an_endless_address_counts_as_dropped(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	STRBUF_LOCAL(url);
	struct item list[2] = {{.kind = WORK_PAGE}, {.url = "http://a.cn/1", .kind = WORK_PAGE}};
	struct result r = {.items = list, .n_items = 2, .n_items_dropped = 1};
	struct work_request m = {.worker = "w", .results = &r, .n_results = 1};

	(void)state;
	strbuf_add_str(&url, "http://a.cn/");
	while (url.len <= PROTOCOL_URL_MAX)
		strbuf_add_char(&url, 'a');
	list[0].url = url.data;
	protocol_put_work_request(&m, &out);
	assert_int_equal(protocol_get_work_request(strbuf_span(&out), a, &m), 0);
	assert_int_equal(m.results[0].n_items, 1);
	assert_int_equal(m.results[0].n_items_dropped, 2);
	assert_string_equal(m.results[0].items[0].url, "http://a.cn/1");
}

/* Rows of hostile bytes behind a sound envelope; 'q' a work request, 'p' a work reply. */
static const struct {
	const char *what;
	char message;
	const char *bytes;
	size_t len;
	int expected;
} rows[] = {
#define ROW(what, message, bytes, expected)                                                        \
	{                                                                                          \
		what, message, bytes, sizeof(bytes) - 1, expected                                  \
	}
	ROW("unknown key", 'p', "\xa1z\x93\x01\xc0\x81\xa1x\xcb\0\0\0\0\0\0\0\0", 0),
	ROW("unknown ext", 'p', "\xa1z\xc7\x02\x05\x01\x02", 0),
	ROW("unknown key, nesting 64 deep", 'p',
		"\xa1z\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91"
		"\x91"
		"\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91"
		"\x91"
		"\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91"
		"\x91"
		"\x91\x01",
		0),
	ROW("huge map to skip", 'p', "\xa1z\xdf\xff\xff\xff\xff", -ERR_PROTOCOL),
	ROW("huge list of leases", 'p', "\xa6leases\xdd\xff\xff\xff\xff", -ERR_PROTOCOL),
	ROW("list longer than the message", 'p', "\xa6leases\xdc\x04\x00", -ERR_PROTOCOL),
	ROW("huge string", 'q', "\xa6worker\xdb\xff\xff\xff\xff", -ERR_PROTOCOL),
	ROW("key is no string", 'p', "\x01\x01", -ERR_PROTOCOL),
	ROW("string is a number", 'q', "\xa6worker\x01", -ERR_PROTOCOL),
	ROW("number is a string", 'p', "\xa3seq\xa1x", -ERR_PROTOCOL),
	ROW("negative number", 'p', "\xa3seq\xff", -ERR_PROTOCOL),
	ROW("positive number in a signed format", 'p', "\xa3seq\xd0\x05", 0),
	ROW("float for a number", 'p', "\xa3seq\xca\0\0\0\0", -ERR_PROTOCOL),
	ROW("list is a map", 'p', "\xa6leases\x80", -ERR_PROTOCOL),
	ROW("lease without url", 'p', "\xa6leases\x91\x81\xa6number\x01", -ERR_PROTOCOL),
	ROW("lease with a kind of tomorrow", 'p', "\xa6leases\x91\x82\xa3url\xa1x\xa4kind\x09",
		-ERR_PROTOCOL),
	ROW("no worker", 'q', "\xa3seq\x01", -ERR_PROTOCOL),
	ROW("empty worker", 'q', "\xa6worker\xa0", -ERR_PROTOCOL),
	ROW("worker with a zero byte", 'q',
		"\xa6worker\xa2"
		"a\0",
		-ERR_PROTOCOL),
	ROW("a list twice", 'p', "\xa6leases\x91\x83\xa3url\xa1x\xa7include\x90\xa7include\x90",
		-ERR_PROTOCOL),
	ROW("a list once", 'p', "\xa6leases\x91\x82\xa3url\xa1x\xa7include\x90", 0),
	ROW("worker as bin", 'q', "\xa6worker\xc4\x01w", 0),
	ROW("the byte that is never used", 'p', "\xa1z\xc1", -ERR_PROTOCOL),
#undef ROW
};

static void test_protocol__hostile_bytes_are_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(m);
		int r;

		strbuf_add(&m, "\x83\xa1v\x01\xa1t", 6);
		strbuf_add_char(&m,
			rows[i].message == 'q' ? MESSAGE_WORK_REQUEST : MESSAGE_WORK_REPLY);
		strbuf_add(&m, rows[i].bytes, rows[i].len);
		r = decode_copy(m.data, m.len);
		if (r != rows[i].expected)
			fail_msg("row %zu, %s: %d", i, rows[i].what, r);
	}
}

static void test_protocol__a_truncated_message_is_refused(void **state)
{
	(void)state;
	for (int reply = 0; reply < 2; reply++) {
		STRBUF_LOCAL(out);

		if (reply)
			put_reply(&out);
		else
			put_request(&out);
		for (size_t len = 0; len < out.len; len++)
			assert_int_equal(decode_copy(out.data, len), -ERR_PROTOCOL);
		strbuf_add_char(&out, '\0');
		assert_int_equal(decode_copy(out.data, out.len), -ERR_PROTOCOL);
	}
}

/* Every byte set to every value: nothing but an answer may come of it. */
static void test_protocol__a_changed_byte_is_harmless(void **state)
{
	STRBUF_LOCAL(out);

	(void)state;
	put_request(&out);
	for (size_t i = 0; i < out.len; i++) {
		char kept = out.data[i];

		for (int value = 0; value < 256; value += 3) {
			out.data[i] = (char)value;
			(void)decode_copy(out.data, out.len);
		}
		out.data[i] = kept;
	}
}

static void test_protocol__random_bytes_are_harmless(void **state)
{
	uint64_t x = 0x9e3779b97f4a7c15;
	char bytes[256];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof bytes; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			bytes[i] = (char)x;
		}
		memcpy(bytes, "\x84\xa1v\x01\xa1t", 6);
		bytes[6] = (char)(round % 4);
		(void)decode_copy(bytes, (size_t)(x >> 32) % sizeof bytes);
	}
}

static void test_protocol__names_are_read_back(void **state)
{
	enum work_kind k;

	(void)state;
	for (int i = WORK_AUTO; i <= WORK_PAGE; i++) {
		assert_true(work_kind_parse(work_kind_str((enum work_kind)i), &k));
		assert_int_equal(k, i);
	}
	assert_false(work_kind_parse("unknown", &k));
	assert_string_equal(outcome_str(OUTCOME_NOT_MODIFIED), "not-modified");
	assert_string_equal(outcome_str((enum outcome)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protocol__type_is_what_was_put),
		cmocka_unit_test(test_protocol__another_version_is_refused_as_such),
		cmocka_unit_test(test_protocol__work_request_comes_back_whole),
		cmocka_unit_test(test_protocol__work_reply_comes_back_whole),
		cmocka_unit_test(test_protocol__a_copied_lease_borrows_nothing),
		cmocka_unit_test(test_protocol__admin_messages_come_back_whole),
		cmocka_unit_test(test_protocol__one_message_is_not_read_as_another),
		cmocka_unit_test(test_protocol__long_texts_are_cut_and_long_validators_left_out),
		cmocka_unit_test(test_protocol__an_item_with_an_endless_address_counts_as_dropped),
		cmocka_unit_test(test_protocol__hostile_bytes_are_answered),
		cmocka_unit_test(test_protocol__a_truncated_message_is_refused),
		cmocka_unit_test(test_protocol__a_changed_byte_is_harmless),
		cmocka_unit_test(test_protocol__random_bytes_are_harmless),
		cmocka_unit_test(test_protocol__names_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
