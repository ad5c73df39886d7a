#include "crawler/read/article/mend_json.h"

#include <stdbool.h>

#define DEPTH_MAX 64

struct mender {
	struct span in;
	size_t at;
	struct strbuf *out;
	char closing[DEPTH_MAX]; /* of what is open */
	size_t depth;
	size_t key_start, key_end; /* of the last string in @out that began where a key stands */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_spaces(struct span s, size_t at)
{
	while (at < s.len && is_space(s.data[at]))
		at++;
	return at;
}

/* Whether a quote ends its string: a mark of JSON follows, and behind a comma another value. */
static bool ends_string(struct span in, size_t at)
{
	static const char begins[] = "\"{[-0123456789tfn}]";

	at = skip_spaces(in, at + 1);
	if (at == in.len || in.data[at] == ':' || in.data[at] == '}' || in.data[at] == ']')
		return true;
	if (in.data[at] != ',')
		return false;
	at = skip_spaces(in, at + 1);
	return at == in.len || memchr(begins, in.data[at], sizeof begins - 1) != NULL;
}

static bool is_hex(struct span in, size_t at)
{
	if (at + 4 > in.len)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = (char)(in.data[i] | 0x20);

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

/* A backslash before what needs none is left out. Moves behind the escape. */
static void copy_escape(struct mender *m)
{
	char c = m->at + 1 < m->in.len ? m->in.data[m->at + 1] : '\0';

	m->at += c ? 2 : 1;
	if (!c || (unsigned char)c < 0x20 || (c == 'u' && !is_hex(m->in, m->at)))
		return;
	if (c == 'u' || strchr("\"\\/bfnrt", c))
		strbuf_add_char(m->out, '\\');
	strbuf_add_char(m->out, c);
}

static char last_of(const struct strbuf *out)
{
	return out->len ? out->data[out->len - 1] : '\0';
}

static void copy_string(struct mender *m)
{
	bool is_key = m->closing[m->depth - 1] == '}' && last_of(m->out) != ':';
	size_t start = m->out->len;

	strbuf_add_char(m->out, '"');
	for (m->at++; m->at < m->in.len;) {
		char c = m->in.data[m->at];

		if (c == '\\') {
			copy_escape(m);
			continue;
		}
		if (c == '"' && ends_string(m->in, m->at))
			break;
		if (c == '"')
			strbuf_add_char(m->out, '\\');
		strbuf_add_char(m->out, (unsigned char)c < 0x20 ? ' ' : c);
		m->at++;
	}
	m->at += m->at < m->in.len;
	strbuf_add_char(m->out, '"');
	m->key_start = is_key ? start : m->key_start;
	m->key_end = is_key ? m->out->len : m->key_end;
}

static void drop_comma(struct strbuf *out)
{
	if (last_of(out) == ',')
		strbuf_truncate(out, out->len - 1);
}

/* A key that was cut off before its value is no member. */
static void close_one(struct mender *m)
{
	if (m->key_end && m->out->len == m->key_end) {
		strbuf_truncate(m->out, m->key_start);
		m->key_end = 0;
	}
	drop_comma(m->out);
	if (last_of(m->out) == ':')
		strbuf_add_str(m->out, "null");
	strbuf_add_char(m->out, m->closing[--m->depth]);
}

/* What is no string. False behind the value's end. */
static bool copy_mark(struct mender *m)
{
	char c = m->in.data[m->at++];

	if (c == '{' || c == '[') {
		if (m->depth == DEPTH_MAX)
			return false;
		m->closing[m->depth++] = c == '{' ? '}' : ']';
	} else if (c == '}' || c == ']') {
		if (m->closing[m->depth - 1] == c)
			close_one(m);
		return m->depth > 0;
	}
	if (c == ',' && strchr(",{[:", last_of(m->out)))
		return true;
	if (!is_space(c))
		strbuf_add_char(m->out, c);
	return true;
}

static bool copy_next(struct mender *m)
{
	if (m->in.data[m->at] != '"')
		return copy_mark(m);
	copy_string(m);
	return true;
}

size_t mend_json(struct span broken, struct strbuf *out)
{
	ptrdiff_t comment = span_find(broken, SPAN_LITERAL("<![CDATA["));
	struct mender m = {.in = broken, .out = out, .at = comment < 0 ? 0 : (size_t)comment + 9};

	while (m.at < broken.len && broken.data[m.at] != '{' && broken.data[m.at] != '[')
		m.at++;
	if (m.at == broken.len)
		return 0;
	while (m.at < broken.len && copy_next(&m))
		;
	while (m.depth)
		close_one(&m);
	return m.at;
}
