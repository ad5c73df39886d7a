#include "scheduler/form.h"

#define WWW SPAN_LITERAL("www.")

static bool is_https(const struct url_parts *href)
{
	return span_is(href->scheme, "https");
}

static bool to_https(enum form f)
{
	return f == FORM_HTTPS || f == FORM_HTTPS_TWIN;
}

static bool to_twin(enum form f)
{
	return f == FORM_HTTP_TWIN || f == FORM_HTTPS_TWIN;
}

static bool is_address(struct span host)
{
	char last = host.data[host.len - 1];

	return last == ']' || (last >= '0' && last <= '9');
}

/* "www.cn" is a name by itself. */
static bool has_www(struct span host)
{
	return span_starts_with(host, WWW) && memchr(host.data + WWW.len, '.', host.len - WWW.len);
}

static void add_twin(struct span host, struct strbuf *out)
{
	if (has_www(host))
		host = span_from_offset(host, WWW.len);
	else
		strbuf_add_span(out, WWW);
	strbuf_add_span(out, host);
}

bool form_make(const struct url_parts *href, enum form f, struct strbuf *out)
{
	if (href->port.len || is_address(href->host) ||
		(!to_twin(f) && to_https(f) == is_https(href)))
		return false;
	strbuf_add_str(out, to_https(f) ? "https://" : "http://");
	if (to_twin(f))
		add_twin(href->host, out);
	else
		strbuf_add_span(out, href->host);
	strbuf_add_span(out, href->path);
	strbuf_add_span(out, href->query);
	return true;
}

enum form form_back(const struct url_parts *href, enum form f)
{
	if (to_twin(f))
		return is_https(href) ? FORM_HTTPS_TWIN : FORM_HTTP_TWIN;
	return is_https(href) ? FORM_HTTPS : FORM_HTTP;
}
