/*
 * Hostility of content codings and sizes.
 */
#include "tests/web/hostile.h"

#include "tests/web/answer.h"
#include "tests/web/bomb.h"

#define BIG_PAGE_BYTES (12 << 20)

static void add_packed_head(const struct ask *a, const char *coding, size_t len,
	struct evbuffer *out)
{
	evbuffer_add_printf(out,
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: %s\r\n"
		"Content-Length: %zu\r\nConnection: %s\r\n\r\n",
		coding, len, a->keep_alive ? "keep-alive" : "close");
}

static void add_bomb(const struct ask *a, const char *coding, struct span bomb,
	struct evbuffer *out)
{
	add_packed_head(a, coding, bomb.len, out);
	evbuffer_add_reference(out, bomb.data, bomb.len, NULL, NULL);
}

static void send_gzip(const struct ask *a, struct evbuffer *out)
{
	add_bomb(a, "gzip", bomb_gzip(), out);
}

static void send_brotli(const struct ask *a, struct evbuffer *out)
{
	add_bomb(a, "br", bomb_brotli(), out);
}

static void send_zstd(const struct ask *a, struct evbuffer *out)
{
	add_bomb(a, "zstd", bomb_zstd(), out);
}

/* The length is right, so that only who unpacks it knows that the end is missing. */
static void half_gzip(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(body);
	STRBUF_LOCAL(packed);

	a->add_page(a, &body);
	bomb_add_gzip(strbuf_span(&body), &packed);
	add_packed_head(a, "gzip", packed.len / 2, out);
	evbuffer_add(out, packed.data, packed.len / 2);
}

/* A sentence of the article stands in front, so that a crawler may keep what it read of it. */
static void big_page(const struct ask *a, struct evbuffer *out)
{
	static struct strbuf filler = STRBUF_INIT;
	STRBUF_LOCAL(article);

	while (filler.len < BIG_PAGE_BYTES)
		strbuf_add_str(&filler,
			"<!-- twelve megabytes of this and nothing else to see -->\n");
	a->add_page(a, &article);
	evbuffer_add_printf(out,
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n"
		"Connection: %s\r\n\r\n",
		article.len + filler.len, a->keep_alive ? "keep-alive" : "close");
	evbuffer_add(out, article.data, article.len);
	evbuffer_add_reference(out, filler.data, filler.len, NULL, NULL);
}

const struct hostile_kind hostile_packed[] = {
	{"truncated-gzip", "lost:down",
		.steps = {{.act = STEP_SEND, .make = half_gzip}, {.act = STEP_END}}},
	{"bomb-gzip", "lost:too-large",
		.steps = {{.act = STEP_SEND, .make = send_gzip}, {.act = STEP_END}}},
	{"bomb-br", "lost:too-large",
		.steps = {{.act = STEP_SEND, .make = send_brotli}, {.act = STEP_END}}},
	{"bomb-zstd", "lost:too-large",
		.steps = {{.act = STEP_SEND, .make = send_zstd}, {.act = STEP_END}}},
	{"big-page", "stored", .steps = {{.act = STEP_SEND, .make = big_page}, {.act = STEP_END}}},
	{0},
};
