/*
 * lexbor keeps a parser and the memory of its URLs together. Each thread has
 * one such pair, cleaned after every call, freed when the thread ends.
 */
#include "common/url.h"

#include "common/alloc.h"
#include "common/err.h"

#include <lexbor/encoding/encoding.h>
#include <lexbor/url/url.h>
#include <pthread.h>

#define URL_INPUT_MAX 65536 /* longer ones are data: URLs or traps; refused before parsing */

#define SHIELD SPAN_LITERAL("~~")

/* Parameters that say how a reader came, not what is shown (facts: Chinese portals and ad systems). */
static const char *const tracking_default[] = {"utm_*", "spm", "scm", "wfr", "for", "f", "from",
	"isappinstalled", "share_token", "_t", "gclid", "fbclid", "yclid", "msclkid", "mc_cid",
	"mc_eid", "hmsr", "hmpl", "hmcu", "hmkw", "hmci", "bd_vid", "sessionid", "jsessionid",
	"phpsessid"};

const struct url_rules url_rules_default = {
	.tracking = tracking_default,
	.n_tracking = sizeof tracking_default / sizeof *tracking_default,
};

static pthread_key_t parser_key;
static pthread_once_t parser_once = PTHREAD_ONCE_INIT;

static void parser_free(void *p)
{
	lxb_url_parser_memory_destroy(p);
	lxb_url_parser_destroy(p, true);
}

static void parser_key_init(void)
{
	if (pthread_key_create(&parser_key, parser_free) != 0)
		abort();
}

static lxb_url_parser_t *parser_of_thread(void)
{
	lxb_url_parser_t *p;

	pthread_once(&parser_once, parser_key_init);
	p = pthread_getspecific(parser_key);
	if (!p) {
		p = lxb_url_parser_create();
		if (!p || lxb_url_parser_init(p, NULL) != LXB_STATUS_OK)
			abort();
		pthread_setspecific(parser_key, p);
	}
	return p;
}

static lxb_status_t on_serialized(const lxb_char_t *data, size_t len, void *ctx)
{
	strbuf_add(ctx, data, len);
	return LXB_STATUS_OK;
}

static bool is_web(const lxb_url_t *url)
{
	return url->scheme.type == LXB_URL_SCHEMEL_TYPE_HTTP ||
		url->scheme.type == LXB_URL_SCHEMEL_TYPE_HTTPS;
}

static lxb_url_t *parse(lxb_url_parser_t *parser, const lxb_url_t *base, struct span input,
	lxb_encoding_t encoding)
{
	lxb_url_t *url;

	lxb_url_parser_clean(parser);
	if (encoding == LXB_ENCODING_UTF_8)
		return lxb_url_parse(parser, base, (const lxb_char_t *)input.data, input.len);
	if (lxb_url_parse_basic(parser, NULL, base, (const lxb_char_t *)input.data, input.len,
		    LXB_URL_STATE__UNDEF, encoding) != LXB_STATUS_OK)
		return NULL;
	url = lxb_url_get(parser);
	return url;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* The offset of the next "%" that begins no escape, or the text's end. */
static size_t next_lone(struct span s, size_t at)
{
	while (at < s.len &&
		(s.data[at] != '%' ||
			(at + 2 < s.len && is_hex(s.data[at + 1]) && is_hex(s.data[at + 2]))))
		at++;
	return at;
}

/*
 * In a path lexbor takes the two bytes behind a lone "%" as they are: spaces,
 * NUL, "?" and "/.." among them. So it gets two that do no harm.
 */
static struct span shield(struct span s, struct strbuf *room)
{
	size_t lone = next_lone(s, 0), from = 0;

	if (lone == s.len)
		return s;
	for (; lone < s.len; from = lone, lone = next_lone(s, lone)) {
		lone++;
		strbuf_add(room, s.data + from, lone - from);
		strbuf_add_span(room, SHIELD);
	}
	strbuf_add(room, s.data + from, s.len - from);
	return strbuf_span(room);
}

static void add_unshielded(struct span s, struct strbuf *out)
{
	for (size_t lone; s.len; s = span_from_offset(s, lone)) {
		lone = next_lone(s, 0);
		lone += lone < s.len;
		strbuf_add(out, s.data, lone);
		if (span_starts_with(span_from_offset(s, lone), SHIELD) && s.data[lone - 1] == '%')
			lone += SHIELD.len;
	}
}

static int resolve(struct span input, struct span base, lxb_encoding_t encoding, struct strbuf *out)
{
	lxb_url_parser_t *parser = parser_of_thread();
	const lxb_url_t *base_url = NULL, *url;
	STRBUF_LOCAL(input_room);
	STRBUF_LOCAL(base_room);
	STRBUF_LOCAL(href);
	int r = -ERR_PARSE;

	if (input.len > URL_INPUT_MAX || base.len > URL_INPUT_MAX)
		return -ERR_PARSE;
	if (base.len)
		base_url = parse(parser, NULL, shield(base, &base_room), LXB_ENCODING_UTF_8);
	if (base_url || !base.len) {
		url = parse(parser, base_url, shield(input, &input_room), encoding);
		if (url && is_web(url) &&
			lxb_url_serialize(url, on_serialized, &href, false) == LXB_STATUS_OK)
			r = 0;
	}
	lexbor_mraw_clean(parser->mraw);
	if (r == 0)
		add_unshielded(strbuf_span(&href), out);
	return r;
}

int url_resolve(struct span input, struct span base, struct strbuf *out)
{
	return resolve(input, base, LXB_ENCODING_UTF_8, out);
}

int url_resolve_encoded(struct span input, struct span base, const char *encoding,
	struct strbuf *out)
{
	const lxb_encoding_data_t *data =
		lxb_encoding_data_by_name((const lxb_char_t *)encoding, strlen(encoding));
	lxb_encoding_t id = data ? data->encoding : LXB_ENCODING_UTF_8;

	/* Forms and links of UTF-16 pages are sent in UTF-8 (Encoding Standard, "get an output encoding"). */
	if (id == LXB_ENCODING_UTF_16BE || id == LXB_ENCODING_UTF_16LE ||
		id == LXB_ENCODING_REPLACEMENT)
		id = LXB_ENCODING_UTF_8;
	return resolve(input, base, id, out);
}

static struct span until(struct span s, const char *stops)
{
	size_t n = 0;

	while (n < s.len && !strchr(stops, s.data[n]))
		n++;
	return span_from(s.data, n);
}

bool url_split(struct span href, struct url_parts *ret)
{
	struct url_parts parts = {0};
	ptrdiff_t colon = span_find(href, SPAN_LITERAL("://"));
	struct span rest, authority;
	size_t at;

	if (colon <= 0)
		return false;
	parts.scheme = span_from(href.data, (size_t)colon);
	rest = span_from_offset(href, (size_t)colon + 3);
	authority = until(rest, "/?#");
	rest = span_from_offset(rest, authority.len);
	for (at = authority.len; at > 0 && authority.data[at - 1] != '@'; at--)
		;
	authority = span_from_offset(authority, at);
	parts.host = authority;
	for (size_t i = authority.len; i > 0 && authority.data[i - 1] != ']'; i--) {
		if (authority.data[i - 1] == ':') {
			parts.host = span_from(authority.data, i - 1);
			parts.port = span_from_offset(authority, i);
			break;
		}
	}
	parts.origin = span_from(href.data, (size_t)(authority.data + authority.len - href.data));
	rest = until(rest, "#");
	parts.path = until(rest, "?");
	parts.query = span_from_offset(rest, parts.path.len);
	if (!parts.host.len)
		return false;
	*ret = parts;
	return true;
}

static bool is_tracking(struct span name, const struct url_rules *rules)
{
	for (size_t i = 0; i < rules->n_tracking; i++) {
		struct span pattern = span_str(rules->tracking[i]);

		if (pattern.len && pattern.data[pattern.len - 1] == '*') {
			pattern.len--;
			if (name.len >= pattern.len &&
				strncasecmp(name.data, pattern.data, pattern.len) == 0)
				return true;
		} else if (span_is_nocase(name, rules->tracking[i]))
			return true;
	}
	return false;
}

static void add_query(struct span query, const struct url_rules *rules, struct strbuf *out)
{
	char separator = '?';

	while (query.len) {
		struct span pair;

		query = span_from_offset(query, 1); /* "?" or "&" */
		pair = until(query, "&");
		query = span_from_offset(query, pair.len);
		if (!pair.len || is_tracking(until(pair, "="), rules))
			continue;
		strbuf_add_char(out, separator);
		strbuf_add_span(out, pair);
		separator = '&';
	}
}

/* Session ids stand in the path as well: "/a.html;jsessionid=1F" (servlets rewrite links so). */
static void add_path(struct span path, const struct url_rules *rules, struct strbuf *out)
{
	while (path.len) {
		struct span part = until(path, ";");

		strbuf_add_span(out, part);
		path = span_from_offset(path, part.len);
		if (!path.len)
			return;
		part = span_from_offset(path, 1);
		part = until(part, ";/");
		path = span_from_offset(path, 1 + part.len);
		if (memchr(part.data, '=', part.len) && is_tracking(until(part, "="), rules))
			continue;
		strbuf_add_char(out, ';');
		strbuf_add_span(out, part);
	}
}

/* The folder stands for its default document: servers show one under both names. */
static struct span without_default_document(struct span path)
{
	static const char *const names[] = {"/index.html", "/index.htm", "/index.shtml",
		"/index.php", "/index.jsp", "/index.asp", "/index.aspx", "/default.html",
		"/default.htm", "/default.aspx"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct span name = span_str(names[i]);

		if (span_ends_with(path, name))
			return span_from(path.data, path.len - name.len + 1);
	}
	return path;
}

int url_canonical(struct span href, const struct url_rules *rules, struct strbuf *out)
{
	STRBUF_LOCAL(absolute);
	STRBUF_LOCAL(query);
	STRBUF_LOCAL(path);
	struct url_parts parts;
	int r = url_resolve(href, (struct span){0}, &absolute);

	if (r < 0)
		return r;
	if (!url_split(strbuf_span(&absolute), &parts))
		return -ERR_PARSE;
	strbuf_add_span(out, parts.scheme);
	strbuf_add_str(out, "://");
	strbuf_add_span(out, parts.host);
	if (parts.port.len) {
		strbuf_add_char(out, ':');
		strbuf_add_span(out, parts.port);
	}
	add_query(parts.query, rules, &query);
	add_path(parts.path, rules, &path);
	strbuf_add_span(out,
		query.len ? strbuf_span(&path) : without_default_document(strbuf_span(&path)));
	strbuf_add_span(out, strbuf_span(&query));
	return 0;
}

struct hash url_id(struct span canonical)
{
	return hash_of(canonical);
}

bool url_is_same_site(struct span host, struct span site_host)
{
	if (span_starts_with(site_host, SPAN_LITERAL("www.")))
		site_host = span_from_offset(site_host, 4);
	if (span_eq(host, site_host))
		return true;
	return host.len > site_host.len && span_ends_with(host, site_host) &&
		host.data[host.len - site_host.len - 1] == '.';
}
