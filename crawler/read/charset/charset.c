#include "crawler/read/charset/charset.h"

#include "common/strbuf.h"
#include "common/utf8.h"
#include "crawler/read/charset/charset_detect.h"
#include "crawler/read/charset/charset_label.h"

#include <ctype.h>

/* A UTF-8 page with torn characters still has so many good ones a fault. */
#define UTF8_FAULT_RATIO 20

/* So many sequences are not valid by chance. */
#define UTF8_SURE 32

/* Faults that need no more counting when they outnumber the sequences. */
#define UTF8_GIVE_UP 1024

/* Of decoded text, unless there were more bytes. */
#define TEXT_BYTES   ((size_t)4 << 20)
#define UTF8_LEN_MAX 4

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

/* How far bytes are UTF-8. A sequence that the end cuts off is no fault: bodies are cut at a limit.
 */
struct utf8_count {
	size_t multibyte, faults;
	bool cut;
};

static struct utf8_count count_utf8(struct span bytes)
{
	struct utf8_count n = {0};
	const char *p = bytes.data, *end = p + bytes.len;

	while ((p = encoding_skip_ascii(p, end)) < end) {
		const char *start = p;

		if (utf8_next(&p, end) != UTF8_REPLACEMENT || (p - start == 3 && *start == '\xEF'))
			n.multibyte++;
		else if (p < end || end - start > 3)
			n.faults++;
		else
			n.cut = true;
		if (n.faults > UTF8_GIVE_UP && n.faults > n.multibyte)
			break;
	}
	return n;
}

static enum encoding byte_order_mark(struct span bytes, size_t *ret_len)
{
	static const struct {
		char mark[5];
		uint8_t len, encoding;
	} marks[] = {
		{"\xEF\xBB\xBF", 3, ENCODING_UTF_8},
		{"\xFF\xFE\0\0", 4, ENCODING_UTF_32LE}, /* no text begins with a zero */
		{"\0\0\xFE\xFF", 4, ENCODING_UTF_32BE},
		{"\xFE\xFF", 2, ENCODING_UTF_16BE},
		{"\xFF\xFE", 2, ENCODING_UTF_16LE},
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (span_starts_with(bytes, span_from(marks[i].mark, marks[i].len))) {
			*ret_len = marks[i].len;
			return (enum encoding)marks[i].encoding;
		}
	}
	return ENCODING_NONE;
}

/* "<?" in two-byte units: XML in UTF-16 whose mark was lost (XML 1.0, appendix F). */
static enum encoding utf16_without_mark(struct span bytes)
{
	if (span_starts_with(bytes, span_from("\0<\0?", 4)))
		return ENCODING_UTF_16BE;
	if (span_starts_with(bytes, span_from("<\0?\0", 4)))
		return ENCODING_UTF_16LE;
	return ENCODING_NONE;
}

static enum encoding declared(struct span bytes, const char *content_type, enum charset_kind kind)
{
	enum encoding e = label_in_content_type(content_type);

	if (!e && kind == CHARSET_HTML)
		e = label_in_html(bytes);
	if (!e && kind != CHARSET_TEXT)
		e = utf16_without_mark(bytes);
	if (!e && kind != CHARSET_TEXT)
		e = label_in_xml(bytes);
	return e;
}

/* Labels whose bytes are ASCII or look binary, so that looking for UTF-8 in them is vain. */
static bool is_wide_or_escaped(enum encoding e)
{
	return e == ENCODING_UTF_16BE || e == ENCODING_UTF_16LE || e == ENCODING_ISO_2022_JP;
}

/* Markup whose bytes are ASCII: in UTF-16 each tag has zeros in it. */
static bool has_tag_in_ascii(struct span bytes)
{
	const char *tag = bytes.len ? memchr(bytes.data, '<', bytes.len) : NULL;
	struct span rest =
		span_from_offset(bytes, tag ? (size_t)(tag - bytes.data) + 1 : bytes.len);

	return rest.len &&
		(isalpha((unsigned char)*rest.data) || *rest.data == '!' || *rest.data == '?') &&
		memchr(rest.data, '>', rest.len) && !memchr(bytes.data, '\0', bytes.len);
}

static bool is_borne_out(enum encoding label, struct span bytes, struct utf8_count n)
{
	if (label == ENCODING_ISO_2022_JP)
		return (!n.multibyte && !n.faults) || memchr(bytes.data, '\x1B', bytes.len);
	return !has_tag_in_ascii(bytes) && (n.faults || detect_is_utf16(label, bytes));
}

static enum encoding detect(struct span bytes)
{
	enum encoding e = detect_encoding(bytes);

	return e ? e : ENCODING_WINDOWS_1252;
}

/*
 * Bytes that ASCII has too may be UTF-16, or have escape sequences. Otherwise HTML has a
 * default.
 */
static enum encoding settle_ascii(struct span bytes, enum charset_kind kind)
{
	enum encoding e = detect_wide(bytes);

	if (!e)
		e = detect_escaped(bytes);
	if (!e)
		e = kind == CHARSET_HTML ? ENCODING_WINDOWS_1252 : ENCODING_UTF_8;
	return e;
}

static enum encoding settle_unlabelled(struct span bytes, struct utf8_count n,
	enum charset_kind kind)
{
	enum encoding e;

	if (!n.multibyte && !n.faults && !n.cut)
		return settle_ascii(bytes, kind);
	if (n.multibyte > n.faults * UTF8_FAULT_RATIO &&
		(n.multibyte >= UTF8_SURE || detect_is_utf8(ENCODING_NONE, bytes)))
		return ENCODING_UTF_8;
	e = detect_wide(bytes);
	return e ? e : detect(bytes);
}

/* What a label is worth once the bytes are looked at. */
static enum encoding settle(enum encoding label, struct span bytes, struct utf8_count n,
	enum charset_kind kind)
{
	if (is_wide_or_escaped(label))
		return is_borne_out(label, bytes, n) ? label : settle_unlabelled(bytes, n, kind);
	if (label == ENCODING_UTF_8)
		return n.multibyte >= n.faults ? label : settle_unlabelled(bytes, n, kind);
	if (!label || label == ENCODING_REPLACEMENT)
		return settle_unlabelled(bytes, n, kind);
	if (!n.multibyte && !n.faults)
		return label;
	if (n.multibyte && !n.faults && detect_is_utf8(label, bytes))
		return ENCODING_UTF_8;
	return detect_contradiction(label, bytes);
}

/* Legacy bytes grow up to threefold: what reading may cost must not hang on the encoding. */
static size_t text_max(struct span bytes)
{
	return bytes.len > TEXT_BYTES ? bytes.len : TEXT_BYTES;
}

void charset_decode(struct span bytes, const char *content_type, enum charset_kind kind,
	struct arena *a, struct charset_text *ret)
{
	size_t mark = 0;
	enum encoding e = byte_order_mark(bytes, &mark);
	struct utf8_count n;
	STRBUF_LOCAL(text);
	size_t len;

	bytes = span_from_offset(bytes, mark);
	n = count_utf8(bytes);
	if (!e)
		e = settle(declared(bytes, content_type, kind), bytes, n, kind);
	*ret = (struct charset_text){.text = bytes, .encoding = encoding_name(e)};
	if (e == ENCODING_UTF_8 && !n.faults && !n.cut)
		return;
	strbuf_init(&text, text_max(bytes) + UTF8_LEN_MAX); /* enough to see where to cut */
	ret->faults = encoding_decode(e, bytes, &text);
	len = utf8_cut(strbuf_span(&text), text_max(bytes)).len;
	ret->is_cut = len < text.len;
	strbuf_truncate(&text, len);
	ret->text = arena_take(a, &text);
}
