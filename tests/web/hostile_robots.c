/*
 * Hostility of /robots.txt (RFC 9309): everything else on such a host is good,
 * so what is asked for there shows what was understood.
 */
#include "tests/web/hostile.h"

#include "tests/web/answer.h"

#include <stdio.h>
#include <stdlib.h>

#define HUGE_BYTES (5 << 20)
#define RULE_AT    (400 << 10) /* within the 500 KiB that must be parsed (2.5) */

#define TEXT "text/plain; charset=utf-8"

static void file(const struct ask *a, const char *type, struct span body, struct evbuffer *out)
{
	answer_ask(a, (struct answer){200, .content_type = type, .body = body}, out);
}

static void disallow_all(const struct ask *a, struct evbuffer *out)
{
	file(a, TEXT, SPAN_LITERAL("User-agent: *\nDisallow: /\n"), out);
}

static void pad_to(struct strbuf *out, size_t len)
{
	while (out->len < len)
		strbuf_add_str(out,
			"# one of very many lines that say nothing at all to anybody\n");
}

static void huge(const struct ask *a, struct evbuffer *out)
{
	static struct strbuf body = STRBUF_INIT;

	if (!body.len) {
		strbuf_add_str(&body, "User-agent: *\nDisallow: /nothing/\n");
		pad_to(&body, RULE_AT);
		strbuf_add_str(&body, "Disallow: /\n");
		pad_to(&body, HUGE_BYTES);
	}
	file(a, TEXT, strbuf_span(&body), out);
}

static void binary(const struct ask *a, struct evbuffer *out)
{
	char bytes[4096];
	uint32_t x = a->site + 1;

	for (size_t i = 0; i < sizeof bytes; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (char)(x >> 24);
	}
	file(a, "application/octet-stream", span_from(bytes, sizeof bytes), out);
}

static void html(const struct ask *a, struct evbuffer *out)
{
	file(a, "text/html; charset=utf-8",
		SPAN_LITERAL(
			"<!DOCTYPE html>\n<html><head>"
			"<title>404</title></head>\n<body>\n<p>Disallow nothing, there is no such page.</p>\n"
			"</body></html>\n"),
		out);
}

/* Hops of /robots.txt?hop=1 and so on; the last one is the file. */
static bool hop_before(const struct ask *a, unsigned n_hops, struct evbuffer *out)
{
	ptrdiff_t at = span_find(a->path, SPAN_LITERAL("?hop="));
	unsigned hop = at < 0 ? 0 : (unsigned)strtoul(a->path.data + at + 5, NULL, 10);
	char target[100];

	if (hop >= n_hops)
		return false;
	snprintf(target, sizeof target, "%s/robots.txt?hop=%u", a->origin, hop + 1);
	answer_ask(a, (struct answer){301, .location = target}, out);
	return true;
}

/* Five hops are to be followed (2.3.1.2). */
static void five_hops(const struct ask *a, struct evbuffer *out)
{
	if (!hop_before(a, 5, out))
		disallow_all(a, out);
}

/* The sixth need not be: then everything is allowed, as the file says too. */
static void six_hops(const struct ask *a, struct evbuffer *out)
{
	if (!hop_before(a, 6, out))
		file(a, TEXT, SPAN_LITERAL("User-agent: *\nDisallow:\n"), out);
}

static void fail_500(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a, (struct answer){.status = 500}, out);
}

static void fail_429(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a, (struct answer){.status = 429}, out);
}

#define ANSWER(fn)                                                                                 \
	{                                                                                          \
		{.act = STEP_SEND, .make = fn}, {.act = STEP_END},                                 \
	}

const struct hostile_kind hostile_robots[] = {
	{"robots-huge", "not-requested", .steps = ANSWER(huge)},
	{"robots-binary", "stored", .steps = ANSWER(binary)},
	{"robots-redirect-5", "not-requested", .steps = ANSWER(five_hops)},
	{"robots-redirect-6", "stored", .steps = ANSWER(six_hops)},
	{"robots-500", "not-requested", .steps = ANSWER(fail_500)},
	{"robots-slow", "not-requested",
		.steps = {{.act = STEP_SEND,
				  .text = "HTTP/1.1 200 OK\r\nContent-Type: " TEXT
					  "\r\nConnection: close\r\n\r\nUser-agent: *\nAllow: /\n"},
			{.act = STEP_DRIP,
				.text = "# and so on\n",
				.every_ms = 250,
				.forever = true}}},
	{"robots-hang", "not-requested", .steps = {{.act = STEP_HANG}}},
	{"robots-html", "stored", .steps = ANSWER(html)},
	{"robots-disallow-all", "not-requested", .steps = ANSWER(disallow_all)},
	{"robots-429", "not-requested", .steps = ANSWER(fail_429)},
	{0},
};
