/*
 * The parser of the WHATWG URL standard, for http and https alone: without opaque paths,
 * drive letters and an API to change parts, it fits on some pages.
 *
 * input -> trimmed -> scheme -> | absolute: authority, path     | -> query -> fragment
 *                               | relative: what the base lends |
 *
 * Bytes that are no UTF-8 stay what they are, percent-encoded: a Location header may hold
 * any. The encoders for queries are lexbor's.
 */
#include "common/url.h"

#include "common/err.h"
#include "common/percent.h"
#include "common/url_host.h"
#include "common/utf8.h"

#include <lexbor/encoding/encoding.h>
#include <stdint.h>

#define URL_INPUT_MAX 65536 /* longer ones are data: URLs or traps; refused before parsing */
#define PORT_MAX      65535

/* What an ASCII character is. The first four: it may not stand there as it is. */
enum {
	NOT_IN_FRAGMENT = 1 << 0,
	NOT_IN_QUERY = 1 << 1,
	NOT_IN_PATH = 1 << 2,
	NOT_IN_USERINFO = 1 << 3,
	NOWHERE = NOT_IN_FRAGMENT | NOT_IN_QUERY | NOT_IN_PATH | NOT_IN_USERINFO,
	SLASH = 1 << 4,
	QUERY_MARK = 1 << 5,
	HASH = 1 << 6,
	COLON = 1 << 7,
	LINE_END = 1 << 8, /* and tab: left out wherever they stand */
};

/* clang-format off */
#define PATH_AND_USERINFO (NOT_IN_PATH | NOT_IN_USERINFO)
static const uint16_t classes[0x80] = {
	[' '] = NOWHERE, ['"'] = NOWHERE, ['<'] = NOWHERE, ['>'] = NOWHERE,
	['#'] = NOT_IN_QUERY | PATH_AND_USERINFO | HASH,
	['\''] = NOT_IN_QUERY,
	['`'] = NOT_IN_FRAGMENT | PATH_AND_USERINFO,
	['?'] = PATH_AND_USERINFO | QUERY_MARK,
	['^'] = PATH_AND_USERINFO, ['{'] = PATH_AND_USERINFO, ['}'] = PATH_AND_USERINFO,
	['/'] = NOT_IN_USERINFO | SLASH, ['\\'] = NOT_IN_USERINFO | SLASH, [':'] = NOT_IN_USERINFO | COLON,
	[';'] = NOT_IN_USERINFO, ['='] = NOT_IN_USERINFO, ['@'] = NOT_IN_USERINFO,
	['['] = NOT_IN_USERINFO, [']'] = NOT_IN_USERINFO, ['|'] = NOT_IN_USERINFO,
	['\t'] = LINE_END, ['\n'] = LINE_END, ['\r'] = LINE_END,
};
/* clang-format on */

/* The parts of a parsed URL in standard form; those that may be absent begin with their mark. */
struct url {
	bool is_https;
	struct strbuf userinfo; /* "u:p@" or empty */
	struct strbuf host;
	struct strbuf port;     /* ":8080" or empty */
	struct strbuf path;     /* "/a/b" */
	struct strbuf query;    /* "?", with what follows, or empty */
	struct strbuf fragment; /* "#", likewise */
};

#define URL_INIT                                                                                   \
	{                                                                                          \
		.userinfo = STRBUF_INIT, .host = STRBUF_INIT, .port = STRBUF_INIT,                 \
		.path = STRBUF_INIT, .query = STRBUF_INIT, .fragment = STRBUF_INIT                 \
	}

static void url_releasep(struct url *u)
{
	strbuf_release(&u->userinfo);
	strbuf_release(&u->host);
	strbuf_release(&u->port);
	strbuf_release(&u->path);
	strbuf_release(&u->query);
	strbuf_release(&u->fragment);
}

static bool is_any(char c, unsigned what)
{
	unsigned char byte = (unsigned char)c;
	unsigned is = byte < 0x80 ? classes[byte] : 0;

	/* Controls and what is not ASCII. */
	return (is | (byte < 0x20 || byte > 0x7E ? NOWHERE : 0)) & what;
}

/* What stands before the first byte of @stops. */
static struct span until(struct span s, unsigned stops)
{
	size_t n = 0;

	while (n < s.len && !is_any(s.data[n], stops))
		n++;
	return span_from(s.data, n);
}

static void add_encoded(struct strbuf *out, struct span s, unsigned set)
{
	while (s.len) {
		struct span plain = until(s, set);

		strbuf_add_span(out, plain);
		s = span_from_offset(s, plain.len);
		if (s.len) {
			percent_add(out, (unsigned char)s.data[0]);
			s = span_from_offset(s, 1);
		}
	}
}

/* Without controls and spaces around it, and without tabs and ends of lines within. */
static struct span clean(struct span s, struct strbuf *room)
{
	while (s.len && (unsigned char)s.data[0] <= ' ')
		s = span_from_offset(s, 1);
	while (s.len && (unsigned char)s.data[s.len - 1] <= ' ')
		s.len--;
	if (until(s, LINE_END).len == s.len)
		return s;
	while (s.len) {
		struct span piece = until(s, LINE_END);

		strbuf_add_span(room, piece);
		s = span_from_offset(s, piece.len + (piece.len < s.len));
	}
	return strbuf_span(room);
}

static bool is_web(struct span scheme)
{
	return span_is_nocase(scheme, "http") || span_is_nocase(scheme, "https");
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The scheme in front of the first colon, or an empty span for a relative reference. */
static struct span scheme_of(struct span s)
{
	size_t n = 0;

	if (!s.len || !is_letter(s.data[0]))
		return span_from(s.data, 0);
	while (n < s.len &&
		(is_letter(s.data[n]) || (s.data[n] >= '0' && s.data[n] <= '9') ||
			(s.data[n] && strchr("+-.", s.data[n]))))
		n++;
	return span_from(s.data, n < s.len && s.data[n] == ':' ? n : 0);
}

static void parse_userinfo(struct url *u, struct span s)
{
	struct span user = until(s, COLON);
	struct span password = span_from_offset(s, user.len + (user.len < s.len));

	if (!user.len && !password.len)
		return;
	add_encoded(&u->userinfo, user, NOT_IN_USERINFO);
	if (password.len) {
		strbuf_add_char(&u->userinfo, ':');
		add_encoded(&u->userinfo, password, NOT_IN_USERINFO);
	}
	strbuf_add_char(&u->userinfo, '@');
}

static int parse_port(struct url *u, struct span digits)
{
	unsigned port = 0;

	if (!digits.len)
		return 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return -ERR_PARSE;
		port = port * 10 + (unsigned)(digits.data[i] - '0');
		if (port > PORT_MAX)
			return -ERR_PARSE;
	}
	if (port != (u->is_https ? 443 : 80))
		strbuf_printf(&u->port, ":%u", port);
	return 0;
}

/* The first colon outside of brackets ends the host. */
static size_t host_len(struct span s)
{
	bool in_brackets = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '[')
			in_brackets = true;
		else if (s.data[i] == ']')
			in_brackets = false;
		else if (s.data[i] == ':' && !in_brackets)
			return i;
	}
	return s.len;
}

static int parse_authority(struct url *u, struct span s)
{
	const char *at = s.len ? memrchr(s.data, '@', s.len) : NULL;
	size_t n;
	int r;

	if (at) {
		n = (size_t)(at - s.data);
		parse_userinfo(u, span_from(s.data, n));
		s = span_from_offset(s, n + 1);
	}
	n = host_len(s);
	if (!n)
		return -ERR_PARSE;
	r = url_host_parse(span_from(s.data, n), &u->host);
	return r < 0 ? r : parse_port(u, span_from_offset(s, n + (n < s.len)));
}

/* The number of dots of a "." or ".." segment, which may be written "%2e", or 0. */
static unsigned dots_of(struct span segment)
{
	unsigned n = 0;

	while (segment.len && n < 3) {
		if (segment.data[0] == '.')
			segment = span_from_offset(segment, 1);
		else if (segment.len >= 3 && strncasecmp(segment.data, "%2e", 3) == 0)
			segment = span_from_offset(segment, 3);
		else
			return 0;
		n++;
	}
	return n < 3 ? n : 0;
}

static void drop_segment(struct strbuf *path)
{
	const char *slash = path->len ? memrchr(path->data, '/', path->len) : NULL;

	if (slash)
		strbuf_truncate(path, (size_t)(slash - path->data));
}

/* Appends the segments of @s to the path, which ends with a whole one or is empty. */
static void parse_path(struct url *u, struct span s)
{
	for (;;) {
		struct span segment = until(s, SLASH);
		bool is_last = segment.len == s.len;
		unsigned dots = dots_of(segment);

		if (dots == 2)
			drop_segment(&u->path);
		if (!dots || is_last)
			strbuf_add_char(&u->path, '/');
		if (!dots)
			add_encoded(&u->path, segment, NOT_IN_PATH);
		if (is_last)
			return;
		s = span_from_offset(s, segment.len + 1);
	}
}

/*
 * What a charset has not is written as "&#N;". For ISO-2022-JP lexbor leaves to the caller
 * what the standard has an encoder do before: refuse its own shifts, and shift to ASCII.
 */
static void add_reference(struct strbuf *out, uint32_t c, lxb_encoding_encode_t *encoder)
{
	if (encoder->encoding_data->encoding == LXB_ENCODING_ISO_2022_JP) {
		if (encoder->state == LXB_ENCODING_ENCODE_2022_JP_JIS0208) {
			strbuf_add_str(out, "%1B(B");
			encoder->state = LXB_ENCODING_ENCODE_2022_JP_ASCII;
		}
		if (c == 0x0E || c == 0x0F || c == 0x1B)
			c = UTF8_REPLACEMENT;
	}
	strbuf_printf(out, "%%26%%23%u%%3B", c);
}

/* The standard's "percent-encode after encoding". */
static void add_query_in(struct strbuf *out, struct span s, const lxb_encoding_data_t *encoding)
{
	const char *p = s.data, *end = p + s.len;
	lxb_encoding_encode_t encoder;
	lxb_char_t bytes[16], *next = bytes; /* no charset takes more than 8 for one */

	lxb_encoding_encode_init_single(&encoder, encoding);
	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		next = bytes;
		if (encoding->encode_single(&encoder, &next, bytes + sizeof bytes, c) < 0)
			add_reference(out, c, &encoder);
		else
			add_encoded(out, span_from(bytes, (size_t)(next - bytes)), NOT_IN_QUERY);
	}
	next = bytes;
	lxb_encoding_encode_finish_single(&encoder, &next, bytes + sizeof bytes);
	add_encoded(out, span_from(bytes, (size_t)(next - bytes)), NOT_IN_QUERY);
}

/* @s begins with "?" or "#", or is empty. */
static void parse_query_and_fragment(struct url *u, struct span s,
	const lxb_encoding_data_t *encoding)
{
	struct span query = until(s, HASH);

	s = span_from_offset(s, query.len);
	if (query.len) {
		strbuf_add_char(&u->query, '?');
		query = span_from_offset(query, 1);
		if (encoding)
			add_query_in(&u->query, query, encoding);
		else
			add_encoded(&u->query, query, NOT_IN_QUERY);
	}
	if (s.len) {
		strbuf_add_char(&u->fragment, '#');
		add_encoded(&u->fragment, span_from_offset(s, 1), NOT_IN_FRAGMENT);
	}
}

/* From behind the scheme's colon on. */
static int parse_absolute(struct url *u, struct span s, const lxb_encoding_data_t *encoding)
{
	struct span authority, path;
	int r;

	while (s.len && is_any(s.data[0], SLASH))
		s = span_from_offset(s, 1);
	authority = until(s, SLASH | QUERY_MARK | HASH);
	r = parse_authority(u, authority);
	if (r < 0)
		return r;
	s = span_from_offset(s, authority.len);
	path = until(s, QUERY_MARK | HASH);
	parse_path(u, span_from_offset(path, path.len > 0));
	parse_query_and_fragment(u, span_from_offset(s, path.len), encoding);
	return 0;
}

static void lend_authority(struct url *u, const struct url *base)
{
	u->is_https = base->is_https;
	strbuf_add_span(&u->userinfo, strbuf_span(&base->userinfo));
	strbuf_add_span(&u->host, strbuf_span(&base->host));
	strbuf_add_span(&u->port, strbuf_span(&base->port));
}

static int parse_relative(struct url *u, struct span s, const struct url *base,
	const lxb_encoding_data_t *encoding)
{
	struct span path = until(s, QUERY_MARK | HASH);

	if (path.len > 1 && is_any(path.data[0], SLASH) && is_any(path.data[1], SLASH)) {
		u->is_https = base->is_https;
		return parse_absolute(u, s, encoding);
	}
	lend_authority(u, base);
	if (path.len && is_any(path.data[0], SLASH))
		parse_path(u, span_from_offset(path, 1));
	else {
		strbuf_add_span(&u->path, strbuf_span(&base->path));
		if (path.len) {
			drop_segment(&u->path);
			parse_path(u, path);
		} else if (!s.len || s.data[0] == '#')
			strbuf_add_span(&u->query, strbuf_span(&base->query));
	}
	parse_query_and_fragment(u, span_from_offset(s, path.len), encoding);
	return 0;
}

/* @base is NULL where there is none. @encoding is NULL for UTF-8. */
static int parse(struct span s, const struct url *base, const lxb_encoding_data_t *encoding,
	struct url *u)
{
	struct span scheme = scheme_of(s);
	bool is_http = span_is_nocase(scheme, "http");

	if (!scheme.len)
		return base ? parse_relative(u, s, base, encoding) : -ERR_PARSE;
	u->is_https = span_is_nocase(scheme, "https");
	if (!is_http && !u->is_https)
		return -ERR_PARSE;
	s = span_from_offset(s, scheme.len + 1);
	/* "http:a" is relative to a base of the same scheme; so browsers have always read it. */
	if (base && base->is_https == u->is_https && !span_starts_with(s, SPAN_LITERAL("//")))
		return parse_relative(u, s, base, encoding);
	return parse_absolute(u, s, encoding);
}

static void serialise(const struct url *u, struct strbuf *out)
{
	strbuf_add_str(out, u->is_https ? "https://" : "http://");
	strbuf_add_span(out, strbuf_span(&u->userinfo));
	strbuf_add_span(out, strbuf_span(&u->host));
	strbuf_add_span(out, strbuf_span(&u->port));
	strbuf_add_span(out, strbuf_span(&u->path));
	strbuf_add_span(out, strbuf_span(&u->query));
	strbuf_add_span(out, strbuf_span(&u->fragment));
}

static int resolve(struct span input, struct span base, const lxb_encoding_data_t *encoding,
	struct strbuf *out)
{
	CLEANUP(url_releasep) struct url base_url = URL_INIT, url = URL_INIT;
	STRBUF_LOCAL(input_room);
	STRBUF_LOCAL(base_room);
	bool has_base = false;
	int r;

	if (input.len > URL_INPUT_MAX || base.len > URL_INPUT_MAX)
		return -ERR_PARSE;
	if (base.len) {
		base = clean(base, &base_room);
		has_base = parse(base, NULL, NULL, &base_url) == 0;
		/* Bases of other schemes are none for what is asked here, and no fault. */
		if (!has_base && (!scheme_of(base).len || is_web(scheme_of(base))))
			return -ERR_PARSE;
	}
	r = parse(clean(input, &input_room), has_base ? &base_url : NULL, encoding, &url);
	if (r < 0)
		return r;
	serialise(&url, out);
	return 0;
}

int url_resolve(struct span input, struct span base, struct strbuf *out)
{
	return resolve(input, base, NULL, out);
}

int url_resolve_encoded(struct span input, struct span base, const char *encoding,
	struct strbuf *out)
{
	const lxb_encoding_data_t *data =
		lxb_encoding_data_by_name((const lxb_char_t *)encoding, strlen(encoding));

	/* Forms and links of UTF-16 pages are sent in UTF-8 (Encoding Standard, "get an output encoding"). */
	if (!data || data->encoding == LXB_ENCODING_UTF_8 ||
		data->encoding == LXB_ENCODING_UTF_16BE ||
		data->encoding == LXB_ENCODING_UTF_16LE ||
		data->encoding == LXB_ENCODING_REPLACEMENT)
		data = NULL;
	return resolve(input, base, data, out);
}

unsigned url_port(const struct url_parts *parts)
{
	if (parts->port.len)
		return (unsigned)strtoul(parts->port.data, NULL, 10);
	return span_is_nocase(parts->scheme, "https") ? 443 : 80;
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
	authority = until(rest, SLASH | QUERY_MARK | HASH);
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
	rest = until(rest, HASH);
	parts.path = until(rest, QUERY_MARK);
	parts.query = span_from_offset(rest, parts.path.len);
	if (!parts.host.len)
		return false;
	*ret = parts;
	return true;
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
