/*
 * Hostility of the wire: connections that are slow, hang or break, and answers
 * whose framing is wrong (RFC 9112).
 */
#include "tests/web/hostile.h"

#include "tests/web/page.h"

#define HTML_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
#define CHUNKED   HTML_HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define JUNK      "<p>\xE8\xBF\x99\xE4\xB8\x8D\xE6\x98\xAF\xE6\x96\xB0\xE9\x97\xBB</p>\n" /* no news */

static void add(struct evbuffer *out, struct span bytes)
{
	evbuffer_add(out, bytes.data, bytes.len);
}

/* A head that promises @surplus bytes more than the article has, and so many per cent of it. */
static void add_lying_article(const struct ask *a, struct evbuffer *out, long surplus,
	unsigned percent)
{
	STRBUF_LOCAL(body);

	a->add_page(a, &body);
	evbuffer_add_printf(out, HTML_HEAD "Content-Length: %ld\r\n\r\n", (long)body.len + surplus);
	evbuffer_add(out, body.data, body.len * percent / 100);
}

static void half_article(const struct ask *a, struct evbuffer *out)
{
	add_lying_article(a, out, 0, 50);
}

static void longer_promise(const struct ask *a, struct evbuffer *out)
{
	add_lying_article(a, out, 1000, 100);
}

/* What is beyond the length must be neither part of the page nor of the next answer. */
static void shorter_promise(const struct ask *a, struct evbuffer *out)
{
	add_lying_article(a, out, 0, 100);
	for (int i = 0; i < 100; i++)
		add(out, SPAN_LITERAL("<p>SURPLUS " JUNK));
}

static void wrong_length(const struct ask *a, struct evbuffer *out)
{
	static const char *const lengths[PAGE_ARTICLES] = {"Content-Length: many\r\n",
		"Content-Length: -5\r\n", "Content-Length: 500\r\nContent-Length: 900\r\n"};
	STRBUF_LOCAL(body);

	a->add_page(a, &body);
	evbuffer_add_printf(out, HTML_HEAD "%s\r\n", lengths[(a->article + 2) % PAGE_ARTICLES]);
	add(out, strbuf_span(&body));
}

static void chunk_article(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(body);

	a->add_page(a, &body);
	evbuffer_add_printf(out, CHUNKED "%zx\r\n%s\r\n", body.len, body.data);
}

static void bad_chunk(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(body);

	a->add_page(a, &body);
	evbuffer_add_printf(out, CHUNKED "100\r\n%.256sxyz\r\n%s\r\n0\r\n\r\n", body.data,
		body.data);
}

static void chunk_of_junk(const struct ask *a, struct evbuffer *out)
{
	(void)a;
	evbuffer_add_printf(out, "%zx\r\n%s\r\n", sizeof JUNK - 1, JUNK);
}

static void much_junk(const struct ask *a, struct evbuffer *out)
{
	(void)a;
	for (int i = 0; i < 1000; i++)
		evbuffer_add_reference(out, JUNK, sizeof JUNK - 1, NULL, NULL);
}

static void many_chunks_of_junk(const struct ask *a, struct evbuffer *out)
{
	for (int i = 0; i < 1000; i++)
		chunk_of_junk(a, out);
}

static void many_header_lines(const struct ask *a, struct evbuffer *out)
{
	(void)a;
	for (int i = 0; i < 1000; i++)
		evbuffer_add_printf(out, "X-Filler-%04d: abcdefghijklmnop\r\n", i);
}

static void article_alone(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(body);

	a->add_page(a, &body);
	add(out, strbuf_span(&body));
}

static void ten_thousand_headers(const struct ask *a, struct evbuffer *out)
{
	add(out, SPAN_LITERAL(HTML_HEAD));
	for (int i = 0; i < 10; i++)
		many_header_lines(a, out);
	add(out, SPAN_LITERAL("Connection: close\r\n\r\n"));
	article_alone(a, out);
}

static void huge_header(const struct ask *a, struct evbuffer *out)
{
	add(out, SPAN_LITERAL(HTML_HEAD "X-Huge: "));
	for (int i = 0; i < 1 << 14; i++)
		add(out,
			SPAN_LITERAL(
				"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
	add(out, SPAN_LITERAL("\r\nConnection: close\r\n\r\n"));
	article_alone(a, out);
}

static void garbage(const struct ask *a, struct evbuffer *out)
{
	uint32_t x = a->site + 1;

	for (int i = 0; i < 2000; i++) {
		x = x * 1664525 + 1013904223;
		evbuffer_add(out, &x, sizeof x);
	}
}

static const struct step reset[] = {{.act = STEP_RESET}};

/* A first request fails, its repetition does not. */
static const struct step *flaky(const struct ask *a)
{
	return a->nth % 2 ? hostile_good_steps : reset;
}

const struct hostile_kind hostile_wire[] = {
	{"slow-headers", "lost:down",
		.steps = {{.act = STEP_DRIP,
				  .text = HTML_HEAD "Content-Length: 10000\r\n",
				  .every_ms = 1000},
			{.act = STEP_DRIP,
				.text = "X-Slow: and slower\r\n",
				.every_ms = 1000,
				.forever = true}}},
	{"slow-body", "lost:down",
		.steps = {{.act = STEP_SEND,
				  .text = HTML_HEAD "Connection: close\r\n\r\n<html><body>"},
			{.act = STEP_DRIP, .text = JUNK, .every_ms = 250, .forever = true}}},
	{"hang-accept", "lost:down", .steps = {{.act = STEP_HANG}}},
	{"hang-headers", "lost:down",
		.steps = {{.act = STEP_SEND, .text = "HTTP/1.1 20"}, {.act = STEP_HANG}}},
	{"hang-body", "lost:down",
		.steps = {{.act = STEP_SEND, .make = half_article}, {.act = STEP_HANG}}},
	{"reset-accept", "lost:down", .steps = {{.act = STEP_RESET}}},
	{"reset-headers", "lost:down",
		.steps = {{.act = STEP_SEND, .text = "HTTP/1.1 20"}, {.act = STEP_RESET}}},
	{"reset-body", "lost:down",
		.steps = {{.act = STEP_SEND, .make = half_article}, {.act = STEP_RESET}}},
	{"truncated-body", "lost:down",
		.steps = {{.act = STEP_SEND, .make = longer_promise}, {.act = STEP_CLOSE}}},
	{"overlong-body", "stored",
		.steps = {{.act = STEP_SEND, .make = shorter_promise}, {.act = STEP_END}}},
	{"wrong-length", "lost:down",
		.steps = {{.act = STEP_SEND, .make = wrong_length}, {.act = STEP_CLOSE}}},
	{"endless-chunks", "lost:too-large",
		.steps = {{.act = STEP_SEND, .text = CHUNKED},
			{.act = STEP_FLOOD, .make = many_chunks_of_junk}}},
	{"bad-chunks", "lost:down",
		.steps = {{.act = STEP_SEND, .make = bad_chunk}, {.act = STEP_CLOSE}}},
	{"chunk-without-end", "lost:down",
		.steps = {{.act = STEP_SEND, .make = chunk_article}, {.act = STEP_CLOSE}}},
	{"endless-body", "lost:too-large",
		.steps =
			{{.act = STEP_SEND,
				 .text = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>"},
				{.act = STEP_FLOOD, .make = much_junk}}},
	{"many-headers", "lost:too-large",
		.steps = {{.act = STEP_SEND, .make = ten_thousand_headers}, {.act = STEP_CLOSE}}},
	{"huge-header", "lost:too-large",
		.steps = {{.act = STEP_SEND, .make = huge_header}, {.act = STEP_CLOSE}}},
	{"endless-headers", "lost:too-large",
		.steps = {{.act = STEP_SEND, .text = HTML_HEAD},
			{.act = STEP_FLOOD, .make = many_header_lines}}},
	{"not-http", "lost:down",
		.steps = {{.act = STEP_SEND, .make = garbage}, {.act = STEP_CLOSE}}},
	{"http09", "lost:down",
		.steps = {{.act = STEP_SEND, .make = article_alone}, {.act = STEP_CLOSE}}},
	{"flaky", "stored", .choose = flaky},
	{0},
};
