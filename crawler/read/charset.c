#include "crawler/read/charset.h"

#include "common/strbuf.h"
#include "common/utf8.h"

#include <lexbor/encoding/encoding.h>
#include <uchardet/uchardet.h>

#define PRESCAN_BYTES                                                                              \
	16384 /* WHATWG asks for 1,024; Chinese pages put the label behind long scripts */
#define DETECT_BYTES 65536 /* more does not change uchardet's mind, but costs */
#define DECODE_BATCH 2048  /* code points on the stack */
#define UTF8_FAULT_RATIO                                                                           \
	20 /* a UTF-8 page with torn characters still has so many good ones a fault */

typedef const lxb_encoding_data_t encoding_data;

bool charset_kind_parse(const char *name, enum charset_kind *ret)
{
	static const char *const names[] =
		{[CHARSET_HTML] = "html", [CHARSET_XML] = "xml", [CHARSET_TEXT] = "text"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = (enum charset_kind)i;
			return true;
		}
	}
	return false;
}

static encoding_data *encoding_of_label(struct span label)
{
	encoding_data *e;

	label = span_trim(label);
	if (!label.len)
		return NULL;
	e = lxb_encoding_data_by_name((const lxb_char_t *)label.data, label.len);
	if (e && e->encoding == LXB_ENCODING_GBK)
		return lxb_encoding_data(LXB_ENCODING_GB18030);
	return e;
}

/* A label inside of ASCII-compatible bytes cannot be UTF-16 (HTML, "prescan"; XML 4.3.3). */
static encoding_data *encoding_of_inner_label(struct span label)
{
	encoding_data *e = encoding_of_label(label);

	if (!e)
		return NULL;
	if (e->encoding == LXB_ENCODING_UTF_16BE || e->encoding == LXB_ENCODING_UTF_16LE)
		return lxb_encoding_data(LXB_ENCODING_UTF_8);
	if (e->encoding == LXB_ENCODING_X_USER_DEFINED)
		return lxb_encoding_data(LXB_ENCODING_WINDOWS_1252);
	return e;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* HTML, "extracting a character encoding from a meta element"; also good for HTTP's header. */
static struct span label_in_content(struct span s)
{
	for (size_t i = 0; i + 7 <= s.len; i++) {
		size_t at, start;
		char quote;

		if (strncasecmp(s.data + i, "charset", 7) != 0)
			continue;
		for (at = i + 7; at < s.len && is_space(s.data[at]); at++)
			;
		if (at >= s.len || s.data[at] != '=')
			continue;
		for (at++; at < s.len && is_space(s.data[at]); at++)
			;
		if (at >= s.len)
			break;
		quote = s.data[at];
		if (quote == '"' || quote == '\'') {
			const char *close = memchr(s.data + at + 1, quote, s.len - at - 1);

			return close ? span_from(s.data + at + 1, (size_t)(close - s.data) - at - 1)
				     : span_from(NULL, 0);
		}
		for (start = at; at < s.len && !is_space(s.data[at]) && s.data[at] != ';'; at++)
			;
		return span_from(s.data + start, at - start);
	}
	return span_from(NULL, 0);
}

/* One attribute of a tag (HTML, "get an attribute"); *@p stands behind it. */
static bool next_attribute(const char **p, const char *end, struct span *name, struct span *value)
{
	const char *s = *p, *start;

	while (s < end && (is_space(*s) || *s == '/'))
		s++;
	*p = s;
	if (s >= end || *s == '>')
		return false;
	for (start = s;
		s < end && (*s != '=' || s == start) && !is_space(*s) && *s != '/' && *s != '>';
		s++)
		;
	*name = span_from(start, (size_t)(s - start));
	*value = span_from(NULL, 0);
	while (s < end && is_space(*s))
		s++;
	if (s < end && *s == '=') {
		for (s++; s < end && is_space(*s); s++)
			;
		if (s < end && (*s == '"' || *s == '\'')) {
			char quote = *s++;

			for (start = s; s < end && *s != quote; s++)
				;
			*value = span_from(start, (size_t)(s - start));
			s += s < end;
		} else {
			for (start = s; s < end && !is_space(*s) && *s != '>'; s++)
				;
			*value = span_from(start, (size_t)(s - start));
		}
	}
	*p = s;
	return true;
}

static encoding_data *label_of_meta(const char **p, const char *end)
{
	struct span name, value, charset = {0};
	bool got_pragma = false, from_content = false, has[3] = {false};

	while (next_attribute(p, end, &name, &value)) {
		if (span_is_nocase(name, "http-equiv") && !has[0]) {
			has[0] = true;
			got_pragma = span_is_nocase(value, "content-type");
		} else if (span_is_nocase(name, "content") && !has[1]) {
			has[1] = true;
			if (!charset.data) {
				charset = label_in_content(value);
				from_content = charset.data != NULL;
			}
		} else if (span_is_nocase(name, "charset") && !has[2]) {
			has[2] = true;
			charset = value;
			from_content = false;
		}
	}
	if (*p >= end || !charset.data || (from_content && !got_pragma))
		return NULL;
	return encoding_of_inner_label(charset);
}

static const char *skip_to(const char *p, const char *end, const char *what, size_t len)
{
	const char *found = memmem(p, (size_t)(end - p), what, len);

	return found ? found + len : end;
}

static bool at_word(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && strncasecmp(p, word, len) == 0;
}

/* HTML, "prescan a byte stream to determine its encoding". */
static encoding_data *prescan_html(struct span bytes)
{
	const char *p = bytes.data,
		   *end = p + (bytes.len < PRESCAN_BYTES ? bytes.len : PRESCAN_BYTES);
	struct span name, value;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		if (at_word(p, end, "<!--")) {
			p = skip_to(p + 2, end, "-->", 3);
		} else if (at_word(p, end, "<meta") && p + 5 < end &&
			(is_space(p[5]) || p[5] == '/')) {
			encoding_data *e;

			p += 5;
			e = label_of_meta(&p, end);
			if (e)
				return e;
		} else if (p + 2 < end && lower(p[p[1] == '/' ? 2 : 1]) >= 'a' &&
			lower(p[p[1] == '/' ? 2 : 1]) <= 'z') {
			while (p < end && !is_space(*p) && *p != '>')
				p++;
			while (next_attribute(&p, end, &name, &value))
				;
		} else if (p + 1 < end && (p[1] == '!' || p[1] == '/' || p[1] == '?')) {
			p = skip_to(p, end, ">", 1);
		} else
			p++;
	}
	return NULL;
}

/* The encoding declaration of XML; white space may stand before it in sloppy feeds. */
static encoding_data *prescan_xml(struct span bytes)
{
	struct span head = span_trim(span_from(bytes.data, bytes.len < 1024 ? bytes.len : 1024));
	ptrdiff_t close, at;
	size_t i;
	const char *quote;

	if (!span_starts_with(head, SPAN_LITERAL("<?xml")))
		return NULL;
	close = span_find(head, SPAN_LITERAL("?>"));
	if (close < 0)
		return NULL;
	head.len = (size_t)close;
	at = span_find(head, SPAN_LITERAL("encoding"));
	if (at < 0)
		return NULL;
	for (i = (size_t)at + 8; i < head.len && (is_space(head.data[i]) || head.data[i] == '=');
		i++)
		;
	if (i >= head.len || (head.data[i] != '"' && head.data[i] != '\''))
		return NULL;
	quote = memchr(head.data + i + 1, head.data[i], head.len - i - 1);
	return quote ? encoding_of_inner_label(
			       span_from(head.data + i + 1, (size_t)(quote - head.data) - i - 1))
		     : NULL;
}

/* How far bytes are UTF-8. A sequence that the end cuts off is no fault: bodies are cut at a limit.
 */
struct utf8_count {
	size_t multibyte, faults;
	bool cut;
};

static const char *skip_ascii(const char *p, const char *end)
{
	uint64_t word;

	for (; end - p >= (ptrdiff_t)sizeof word; p += sizeof word) {
		memcpy(&word, p, sizeof word);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (p < end && !(*p & 0x80))
		p++;
	return p;
}

static struct utf8_count count_utf8(struct span bytes)
{
	struct utf8_count n = {0};
	const char *p = bytes.data, *end = p + bytes.len;

	while ((p = skip_ascii(p, end)) < end) {
		const char *start = p;

		if (utf8_next(&p, end) != UTF8_REPLACEMENT || (p - start == 3 && *start == '\xEF'))
			n.multibyte++;
		else if (p < end || end - start > 3)
			n.faults++;
		else
			n.cut = true;
	}
	return n;
}

/* Pairs of bytes of GB2312's common characters: uchardet needs more text than a title has. */
static bool looks_like_gbk(struct span bytes)
{
	size_t common = 0, other = 0;

	for (size_t i = 0; i + 1 < bytes.len; i++) {
		unsigned char first = (unsigned char)bytes.data[i],
			      second = (unsigned char)bytes.data[i + 1];

		if (first < 0x80)
			continue;
		if ((first >= 0xB0 && first <= 0xD7 && second >= 0xA1) ||
			(first >= 0xA1 && first <= 0xA3 && second >= 0xA1))
			common++;
		else
			other++;
		i++;
	}
	return common > 3 * other;
}

static encoding_data *detect(struct span bytes)
{
	uchardet_t detector;
	encoding_data *e = NULL;
	struct span head =
		span_from(bytes.data, bytes.len < DETECT_BYTES ? bytes.len : DETECT_BYTES);

	if (looks_like_gbk(head))
		return lxb_encoding_data(LXB_ENCODING_GB18030);
	detector = uchardet_new();
	if (uchardet_handle_data(detector, head.data, head.len) == 0) {
		uchardet_data_end(detector);
		e = encoding_of_inner_label(span_str(uchardet_get_charset(detector)));
	}
	uchardet_delete(detector);
	return e ? e : lxb_encoding_data(LXB_ENCODING_WINDOWS_1252);
}

static encoding_data *byte_order_mark(struct span bytes, size_t *ret_len)
{
	if (span_starts_with(bytes, SPAN_LITERAL("\xEF\xBB\xBF"))) {
		*ret_len = 3;
		return lxb_encoding_data(LXB_ENCODING_UTF_8);
	}
	if (span_starts_with(bytes, SPAN_LITERAL("\xFE\xFF"))) {
		*ret_len = 2;
		return lxb_encoding_data(LXB_ENCODING_UTF_16BE);
	}
	if (span_starts_with(bytes, SPAN_LITERAL("\xFF\xFE"))) {
		*ret_len = 2;
		return lxb_encoding_data(LXB_ENCODING_UTF_16LE);
	}
	return NULL;
}

/* "<?" in two-byte units: XML in UTF-16 whose mark was lost (XML 1.0, appendix F). */
static encoding_data *utf16_without_mark(struct span bytes)
{
	if (span_starts_with(bytes, span_from("\0<\0?", 4)))
		return lxb_encoding_data(LXB_ENCODING_UTF_16BE);
	if (span_starts_with(bytes, span_from("<\0?\0", 4)))
		return lxb_encoding_data(LXB_ENCODING_UTF_16LE);
	return NULL;
}

static encoding_data *declared(struct span bytes, const char *content_type, enum charset_kind kind)
{
	encoding_data *e = encoding_of_label(label_in_content(span_str(content_type)));

	if (!e && kind == CHARSET_HTML)
		e = prescan_html(bytes);
	if (!e && kind != CHARSET_TEXT)
		e = utf16_without_mark(bytes);
	if (!e && kind != CHARSET_TEXT)
		e = prescan_xml(bytes);
	return e;
}

static bool is_utf16(encoding_data *e)
{
	return e->encoding == LXB_ENCODING_UTF_16BE || e->encoding == LXB_ENCODING_UTF_16LE;
}

/* ASCII alone: HTML has a default of its own. Escape sequences may be ISO-2022. */
static encoding_data *plain_default(struct span bytes, enum charset_kind kind)
{
	if (bytes.len && memchr(bytes.data, '\x1B', bytes.len))
		return detect(bytes);
	return lxb_encoding_data(
		kind == CHARSET_HTML ? LXB_ENCODING_WINDOWS_1252 : LXB_ENCODING_UTF_8);
}

/* What a label is worth once the bytes are looked at. */
static encoding_data *settle(encoding_data *label, struct span bytes, enum charset_kind kind)
{
	encoding_data *utf8 = lxb_encoding_data(LXB_ENCODING_UTF_8);
	struct utf8_count n;

	if (label && (is_utf16(label) || label->encoding == LXB_ENCODING_ISO_2022_JP))
		return label;
	n = count_utf8(bytes);
	if (n.multibyte && !n.faults)
		return utf8;
	if (label && label != utf8)
		return label->encoding == LXB_ENCODING_REPLACEMENT ? detect(bytes) : label;
	if (label && n.multibyte >= n.faults)
		return utf8;
	if (!n.multibyte && !n.faults)
		return plain_default(bytes, kind);
	return n.multibyte >= n.faults * UTF8_FAULT_RATIO && n.multibyte ? utf8 : detect(bytes);
}

static void add_batch(const lxb_codepoint_t *batch, size_t n, struct strbuf *out)
{
	char bytes[DECODE_BATCH * 4];
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += utf8_encode(batch[i], bytes + len);
	strbuf_add(out, bytes, len);
}

static void decode_legacy(encoding_data *e, struct span bytes, struct strbuf *out)
{
	lxb_codepoint_t batch[DECODE_BATCH];
	const lxb_char_t *p = (const lxb_char_t *)bytes.data, *end = p + bytes.len;
	lxb_encoding_decode_t decoder = {0};
	lxb_status_t status;

	lxb_encoding_decode_init(&decoder, e, batch, DECODE_BATCH);
	lxb_encoding_decode_replace_set(&decoder, LXB_ENCODING_REPLACEMENT_BUFFER,
		LXB_ENCODING_REPLACEMENT_BUFFER_LEN);
	do {
		status = e->decode(&decoder, &p, end);
		add_batch(batch, lxb_encoding_decode_buf_used(&decoder), out);
		lxb_encoding_decode_buf_used_set(&decoder, 0);
	} while (status == LXB_STATUS_SMALL_BUFFER);
	lxb_encoding_decode_finish(&decoder);
	add_batch(batch, lxb_encoding_decode_buf_used(&decoder), out);
}

static void decode_utf8(struct span bytes, struct strbuf *out)
{
	const char *p = bytes.data, *end = p + bytes.len;

	while (p < end)
		strbuf_add_utf8(out, utf8_next(&p, end));
}

void charset_decode(struct span bytes, const char *content_type, enum charset_kind kind,
	struct arena *a, struct charset_text *ret)
{
	size_t mark = 0;
	encoding_data *e = byte_order_mark(bytes, &mark);
	struct utf8_count n;
	STRBUF_LOCAL(text);

	bytes = span_from_offset(bytes, mark);
	if (!e)
		e = settle(declared(bytes, content_type, kind), bytes, kind);
	/* The standard writes gb18030 in small letters, as the only one of its kind; records do
	 * not. */
	ret->encoding = e->encoding == LXB_ENCODING_GB18030 ? "GB18030" : (const char *)e->name;
	ret->text = bytes;
	if (e->encoding == LXB_ENCODING_UTF_8) {
		n = count_utf8(bytes);
		if (!n.faults && !n.cut)
			return;
	}
	strbuf_reserve(&text, bytes.len + bytes.len / 2);
	if (e->encoding == LXB_ENCODING_UTF_8)
		decode_utf8(bytes, &text);
	else
		decode_legacy(e, bytes, &text);
	ret->text = span_from(arena_dup(a, strbuf_span(&text)), text.len);
}

bool charset_gbk_encode(uint32_t code_point, unsigned char out[2])
{
	encoding_data *gbk = lxb_encoding_data(LXB_ENCODING_GBK);
	lxb_encoding_encode_t encoder;
	lxb_char_t bytes[8], *p = bytes;

	lxb_encoding_encode_init_single(&encoder, gbk);
	if (gbk->encode_single(&encoder, &p, bytes + sizeof bytes, code_point) != 2)
		return false;
	memcpy(out, bytes, 2);
	return true;
}

uint32_t charset_gbk_decode(const unsigned char bytes[2])
{
	encoding_data *gbk = lxb_encoding_data(LXB_ENCODING_GBK);
	lxb_encoding_decode_t decoder = {0};
	const lxb_char_t *p = bytes;
	lxb_codepoint_t c;

	lxb_encoding_decode_init_single(&decoder, gbk);
	c = gbk->decode_single(&decoder, &p, bytes + 2);
	return c > LXB_ENCODING_MAX_CODEPOINT || p != bytes + 2 ? UTF8_REPLACEMENT : c;
}
