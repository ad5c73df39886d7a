#include "cli/check_fetch.h"

#include "cli/cli.h"
#include "common/json.h"
#include "crawler/read/read.h"

#include <inttypes.h>

static const char *robots_str(const struct job_facts *facts)
{
	if (!facts->has_robots)
		return "not asked";
	switch (facts->robots) {
	case ROBOTS_ALLOWED:
		return "allowed";
	case ROBOTS_DENIED:
		return "disallowed";
	case ROBOTS_UNREACHABLE:
		return "unreachable";
	case ROBOTS_GUARDED:
		return "guarded";
	case ROBOTS_LATE:
		return "not heard in time";
	case ROBOTS_ELSEWHERE:
		return "elsewhere";
	}
	return "unknown";
}

static const char *or_null(const char *s)
{
	return s && *s ? s : NULL;
}

static const char *charset_of(const struct check_fetch *f)
{
	return f->read->as == READ_RECORD ? f->read->record.charset : NULL;
}

static const char *content_of(const struct check_fetch *f)
{
	static const char *const names[] =
		{[READ_NOTHING] = "nothing", [READ_RECORD] = "article", [READ_ITEMS] = "list"};

	return f->facts->is_readable ? names[f->read->as] : NULL;
}

/* JSON. */

static void field_ms(struct strbuf *out, const char *key, int64_t us)
{
	json_key(out, key);
	strbuf_printf(out, "%.3f", (double)us / 1000);
}

static void put_phases(const struct transfer_phases *p, struct strbuf *out)
{
	json_key(out, "timings_ms");
	json_open(out, '{');
	field_ms(out, "lookup", p->lookup_us);
	field_ms(out, "connect", p->connect_us);
	field_ms(out, "tls", p->tls_us);
	field_ms(out, "wait", p->wait_us);
	field_ms(out, "receive", p->receive_us);
	field_ms(out, "total", p->total_us);
	json_close(out, '}');
}

static void put_robots(const struct check_fetch *f, struct strbuf *out)
{
	const struct job_facts *facts = f->facts;

	json_key(out, "robots");
	json_open(out, '{');
	json_field_str(out, "verdict", robots_str(facts));
	json_field_int(out, "status", facts->robots_status);
	json_field_bool(out, "requested", facts->robots_requested);
	json_field_str(out, "at", f->robots_at);
	put_phases(&facts->robots_phases, out);
	json_key(out, "crawl_delay");
	if (f->result->crawl_delay_ms < 0)
		json_null(out);
	else
		strbuf_printf(out, "%.10g", (double)f->result->crawl_delay_ms / 1000);
	json_close(out, '}');
}

static void put_guard(const struct check_fetch *f, struct strbuf *out)
{
	bool is_guarded = f->kind == OUTCOME_GUARDED;

	json_key(out, "guard");
	json_open(out, '{');
	json_field_bool(out, "allowed", !is_guarded);
	json_field_str(out, "why", is_guarded ? f->why : NULL);
	json_close(out, '}');
}

static void put_redirects(const struct check_fetch *f, struct strbuf *out)
{
	json_key(out, "redirects");
	json_open(out, '[');
	for (size_t i = 0; i < f->n_hops; i++) {
		json_open(out, '{');
		json_field_str(out, "url", f->hops[i].url);
		json_field_int(out, "status", f->hops[i].http_status);
		json_field_str(out, "location", f->hops[i].location);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void field_s(struct strbuf *out, const char *key, int64_t ms)
{
	if (ms < 0)
		json_field_str(out, key, NULL);
	else
		json_field_int(out, key, ms / 1000);
}

static void put_answer(const struct check_fetch *f, struct strbuf *out)
{
	const struct job_facts *facts = f->facts;
	const struct result *r = f->result;

	json_field_int(out, "status", r->http_status);
	json_field_str(out, "http_version", or_null(facts->http_version));
	json_field_str(out, "address", or_null(r->address));
	json_field_str(out, "limit", r->limit == LIMIT_NONE ? NULL : fetch_limit_str(r->limit));
	put_phases(&facts->phases, out);
	put_redirects(f, out);
	put_robots(f, out);
	put_guard(f, out);
	json_field_str(out, "content_type", or_null(facts->content_type));
	json_field_int(out, "sent_bytes", facts->sent_bytes);
	json_field_int(out, "body_bytes", (int64_t)facts->body_bytes);
	json_field_bool(out, "cut", facts->is_cut);
	json_field_str(out, "etag", or_null(facts->etag));
	json_field_str(out, "last_modified", or_null(facts->last_modified));
	field_s(out, "fresh_s", r->fresh_ms);
	field_s(out, "retry_after_s", r->retry_after_ms);
}

void check_fetch_put_json(const struct check_fetch *f, struct strbuf *out)
{
	json_open(out, '{');
	json_field_str(out, "url", f->url);
	json_field_str(out, "final_url", f->final_url);
	json_field_str(out, "source", or_null(f->source));
	json_field_str(out, "kind", outcome_str(f->kind));
	json_field_str(out, "why", or_null(f->why));
	put_answer(f, out);
	json_field_str(out, "content", content_of(f));
	json_field_str(out, "charset", charset_of(f));
	json_field_int(out, "faults", (int64_t)f->read->n_faults);
	json_field_str(out, "title", f->read->as == READ_RECORD ? f->read->record.title : NULL);
	json_field_int(out, "items", (int64_t)f->read->n_items);
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

/* Text. */

/* A name and what there is to say about it. */
#define LINE(out, name, ...)                                                                       \
	do {                                                                                       \
		strbuf_printf(out, "%-12s", name);                                                 \
		strbuf_printf(out, __VA_ARGS__);                                                   \
		strbuf_add_char(out, '\n');                                                        \
	} while (0)

static void put_time_line(const char *name, const struct transfer_phases *p, struct strbuf *out)
{
	LINE(out, name, "%.0f ms: look-up %.1f, connect %.1f, TLS %.1f, wait %.1f, receive %.1f",
		(double)p->total_us / 1000, (double)p->lookup_us / 1000,
		(double)p->connect_us / 1000, (double)p->tls_us / 1000, (double)p->wait_us / 1000,
		(double)p->receive_us / 1000);
}

static void put_robots_line(const struct check_fetch *f, struct strbuf *out)
{
	const struct job_facts *facts = f->facts;

	if (facts->robots_status)
		LINE(out, "robots", "%s, by a file with status %d%s%s", robots_str(facts),
			facts->robots_status, f->robots_at ? " at " : "",
			f->robots_at ? f->robots_at : "");
	else
		LINE(out, "robots", "%s", robots_str(facts));
	if (facts->robots_requested)
		put_time_line("", &facts->robots_phases, out);
	if (f->result->crawl_delay_ms >= 0)
		LINE(out, "", "Crawl-delay %.10g s", (double)f->result->crawl_delay_ms / 1000);
}

static void put_content_line(const struct check_fetch *f, struct strbuf *out)
{
	switch (f->read->as) {
	case READ_RECORD:
		LINE(out, "content", "article, %s: %s", f->read->record.charset,
			f->read->record.title ? f->read->record.title : "(no title)");
		break;
	case READ_ITEMS:
		LINE(out, "content", "list of %zu", f->read->n_items);
		break;
	case READ_NOTHING:
		LINE(out, "content", "nothing: %s",
			f->read->why_nothing ? f->read->why_nothing : "not read");
		break;
	}
}

static void put_answer_lines(const struct check_fetch *f, struct strbuf *out)
{
	const struct job_facts *facts = f->facts;
	const struct result *r = f->result;

	if (r->http_status)
		LINE(out, "status", "%d over HTTP/%s", r->http_status, facts->http_version);
	if (*r->address)
		LINE(out, "address", "%s", r->address);
	put_robots_line(f, out);
	LINE(out, "guard", "%s", f->kind == OUTCOME_GUARDED ? f->why : "allowed");
	LINE(out, "limits", "%s",
		r->limit == LIMIT_NONE ? "none was reached" : fetch_limit_str(r->limit));
	if (!facts->has_answer)
		return;
	put_time_line("time", &facts->phases, out);
	LINE(out, "body", "%" PRId64 " bytes sent, %zu unpacked%s, %s", facts->sent_bytes,
		facts->body_bytes, facts->is_cut ? " and cut" : "",
		or_null(facts->content_type) ? facts->content_type : "without a type");
}

static void put_wishes(const struct check_fetch *f, struct strbuf *out)
{
	const struct job_facts *facts = f->facts;
	const struct result *r = f->result;

	if (facts->has_answer && (*facts->etag || *facts->last_modified))
		LINE(out, "validators", "%s %s", facts->etag, facts->last_modified);
	if (r->fresh_ms >= 0)
		LINE(out, "fresh", "for %" PRId64 " s", r->fresh_ms / 1000);
	if (r->retry_after_ms >= 0)
		LINE(out, "retry", "after %" PRId64 " s", r->retry_after_ms / 1000);
}

void check_fetch_put_text(const struct check_fetch *f, struct strbuf *out)
{
	for (size_t i = 0; i < f->n_hops; i++)
		LINE(out, "redirect", "%d %s -> %s", f->hops[i].http_status, f->hops[i].url,
			f->hops[i].location);
	LINE(out, "url", "%s", f->final_url);
	LINE(out, "source", "%s", *f->source ? f->source : "none");
	LINE(out, "kind", "%s%s%s", outcome_str(f->kind), *f->why ? ": " : "", f->why);
	put_answer_lines(f, out);
	put_wishes(f, out);
	if (f->facts->is_readable)
		put_content_line(f, out);
	cli_tame(out, 0);
}
