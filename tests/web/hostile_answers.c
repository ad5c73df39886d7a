/*
 * Hostility in good form: redirects that lead nowhere good, throttling, walls,
 * and answers that hold no article.
 */
#include "tests/web/hostile.h"

#include "common/clock.h"
#include "tests/web/answer.h"
#include "tests/web/page.h"

#include <stdio.h>
#include <stdlib.h>

#define LONG_HOPS 20 /* browsers stop there */

#define HTML "text/html; charset=utf-8"

static void redirect(const struct ask *a, const char *target, struct evbuffer *out)
{
	answer_ask(a, (struct answer){302, .location = target}, out);
}

static void redirect_private(const struct ask *a, struct evbuffer *out)
{
	static const char *const targets[PAGE_ARTICLES] = {"http://10.0.0.1/",
		"http://169.254.169.254/latest/", "http://[::1]:22/"};

	redirect(a, targets[(a->article + 2) % PAGE_ARTICLES], out);
}

/* Four schemes for three articles: the last one has two, in turn. */
static void redirect_scheme(const struct ask *a, struct evbuffer *out)
{
	static const char *const targets[] = {"file:///etc/passwd", "ftp://127.0.0.1/pub/news.htm",
		"javascript:alert(1)", "gopher://127.0.0.1:6379/_FLUSHALL"};
	unsigned i = (a->article + 2) % PAGE_ARTICLES;

	redirect(a, targets[i == 2 && a->nth % 2 ? 3 : i], out);
}

static unsigned hop_of(const struct ask *a)
{
	ptrdiff_t at = span_find(a->path, SPAN_LITERAL("?hop="));

	return at < 0 ? 0 : (unsigned)strtoul(a->path.data + at + 5, NULL, 10);
}

static void redirect_to_hop(const struct ask *a, unsigned hop, struct evbuffer *out)
{
	ptrdiff_t query = span_find(a->path, SPAN_LITERAL("?"));
	STRBUF_LOCAL(target);

	strbuf_add_str(&target, a->origin);
	strbuf_add(&target, a->path.data, query < 0 ? a->path.len : (size_t)query);
	strbuf_printf(&target, "?hop=%u", hop);
	redirect(a, target.data, out);
}

static void redirect_loop(const struct ask *a, struct evbuffer *out)
{
	redirect_to_hop(a, hop_of(a) == 1 ? 2 : 1, out);
}

static void redirect_long(const struct ask *a, struct evbuffer *out)
{
	redirect_to_hop(a, hop_of(a) + 1, out);
}

static void redirect_home(const struct ask *a, struct evbuffer *out)
{
	redirect(a, "/", out);
}

static void redirect_error(const struct ask *a, struct evbuffer *out)
{
	redirect(a, "/common/error.jsp?code=1", out);
}

static void no_content(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a, (struct answer){.status = 204}, out);
}

static void refuse(const struct ask *a, int status, const char *headers, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){status, .content_type = HTML, .extra_headers = headers,
			.body = SPAN_LITERAL("<html><body><h1>Sorry</h1></body></html>")},
		out);
}

static void throttle(const struct ask *a, struct evbuffer *out)
{
	refuse(a, 429, NULL, out);
}

static void throttle_seconds(const struct ask *a, struct evbuffer *out)
{
	refuse(a, 429, "Retry-After: 2\r\n", out);
}

static void throttle_date(const struct ask *a, struct evbuffer *out)
{
	char date[HTTP_DATE_MAX], header[HTTP_DATE_MAX + 20];

	snprintf(header, sizeof header, "Retry-After: %s\r\n",
		http_date(clock_wall_ms() + 3999, date)); /* whole seconds: 3 at least */
	refuse(a, 429, header, out);
}

static void throttle_nonsense(const struct ask *a, struct evbuffer *out)
{
	refuse(a, 429, "Retry-After: soon\r\n", out);
}

static void unavailable(const struct ask *a, struct evbuffer *out)
{
	refuse(a, 503, NULL, out);
}

static void blocked(const struct ask *a, struct evbuffer *out)
{
	refuse(a, 403, NULL, out);
}

static void server_error(const struct ask *a, struct evbuffer *out)
{
	refuse(a, 500, NULL, out);
}

static void gone(const struct ask *a, struct evbuffer *out)
{
	refuse(a, 410, NULL, out);
}

static void challenge_412(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){412, .content_type = HTML,
			.extra_headers =
				"Set-Cookie: enable_Qw8x=true\r\nSet-Cookie: Qw8xS=60Zk; HttpOnly\r\n",
			.body = SPAN_LITERAL(
				"<!DOCTYPE html><html><head><meta content=\"m2x\" r='m'>"
				"<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=47382;</script>"
				"<script src=\"/Qw8x/c.FxJz.js\"></script></head><body></body></html>")},
		out);
}

static void challenge_521(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){521, .content_type = "text/html",
			.extra_headers =
				"Set-Cookie: __jsluid_h=1f0e; max-age=31536000; path=/; HttpOnly\r\n",
			.body = SPAN_LITERAL(
				"<script>document.cookie=('_')+('_')+('j')+('s')+('l')+"
				"'_clearance=17'+'.5|0|;max-age=3600;path=/';"
				"location.href=location.pathname+location.search</script>")},
		out);
}

static void script_wall(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){200, .content_type = HTML,
			.extra_headers =
				"Set-Cookie: acw_tc=76b20f6d; path=/; HttpOnly; Max-Age=1800\r\n",
			.body = SPAN_LITERAL(
				"<html><script>var arg1='7F2A90C1';function reload(x){"
				"document.cookie='acw_sc__v2='+x+';path=/;';document.location.reload();}"
				"reload(arg1.split('').reverse().join(''));</script></html>")},
		out);
}

static void not_text(const struct ask *a, struct evbuffer *out)
{
	static const char pdf[] =
		"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
		"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
	static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";
	struct answer answer = {200, .content_type = HTML, .body = {pdf, sizeof pdf - 1}};

	if (a->article == 2)
		answer.body = span_from(png, sizeof png - 1);
	if (a->article == 3) {
		answer.content_type = "image/png";
		answer.body = span_from(png, sizeof png - 1);
	}
	answer_ask(a, answer, out);
}

static void empty(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a, (struct answer){200, .content_type = HTML}, out);
}

static const struct step *end_of_long_way(const struct ask *a)
{
	return hop_of(a) == LONG_HOPS ? hostile_good_steps : NULL;
}

/* The first time a page is asked for it asks for patience, the second time it is there. */
static const struct step *good_the_second_time(const struct ask *a)
{
	return a->nth % 2 ? hostile_good_steps : NULL;
}

#define ANSWER(fn)                                                                                 \
	{                                                                                          \
		{.act = STEP_SEND, .make = fn}, {.act = STEP_END},                                 \
	}

const struct hostile_kind hostile_answers[] = {
	{"redirect-private", "lost:guarded", .steps = ANSWER(redirect_private)},
	{"redirect-scheme", "lost:guarded", .steps = ANSWER(redirect_scheme)},
	{"redirect-loop", "lost:redirects", .steps = ANSWER(redirect_loop)},
	{"redirect-home", "lost:gone", .steps = ANSWER(redirect_home)},
	{"redirect-error", "lost:down", .steps = ANSWER(redirect_error)},
	{"redirect-long", "lost:redirects", .steps = ANSWER(redirect_long),
		.choose = end_of_long_way},
	{"throttle", "lost:throttled", .steps = ANSWER(throttle)},
	{"throttle-seconds", "stored", .steps = ANSWER(throttle_seconds),
		.choose = good_the_second_time},
	{"throttle-date", "stored", .steps = ANSWER(throttle_date), .choose = good_the_second_time},
	{"throttle-nonsense", "lost:throttled", .steps = ANSWER(throttle_nonsense)},
	{"unavailable", "lost:throttled", .steps = ANSWER(unavailable)},
	{"challenge-412", "lost:challenge", .steps = ANSWER(challenge_412)},
	{"challenge-521", "lost:challenge", .steps = ANSWER(challenge_521)},
	{"script-wall", "lost:challenge", .steps = ANSWER(script_wall)},
	{"blocked-403", "lost:blocked", .steps = ANSWER(blocked)},
	{"server-error", "lost:down", .steps = ANSWER(server_error)},
	{"not-text", "lost:not-text", .steps = ANSWER(not_text)},
	{"no-content", "lost:empty", .steps = ANSWER(no_content)},
	{"empty-200", "lost:empty", .steps = ANSWER(empty)},
	{"gone-410", "lost:gone", .steps = ANSWER(gone)},
	{0},
};
