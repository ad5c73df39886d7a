#include "crawler/read/charset/charset_codec.h"

#include "common/utf8.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/charset/charset_pairs.h"

#include <errno.h>
#include <iconv.h>
#include <lexbor/encoding/encoding.h>

#define DECODE_BATCH 2048                             /* code points on the stack */
#define FAULT        (LXB_ENCODING_MAX_CODEPOINT + 1) /* told apart from a U+FFFD in the bytes */

static const struct {
	const char *name;
	lxb_encoding_t lexbor; /* LXB_ENCODING_DEFAULT, 0: not of the standard */
} encodings[] = {[ENCODING_NONE] = {"", LXB_ENCODING_DEFAULT},
#define X(id, name) [ENCODING_##id] = {name, LXB_ENCODING_##id},
	ENCODINGS_OF_THE_STANDARD(X)
#undef X
#define X(id, name) [ENCODING_##id] = {name, LXB_ENCODING_DEFAULT},
		ENCODINGS_OF_OLD(X)
#undef X
};

const char *encoding_name(enum encoding e)
{
	return encodings[e].name;
}

static enum encoding encoding_of_lexbor(lxb_encoding_t id)
{
	if (id == LXB_ENCODING_GBK)
		return ENCODING_GB18030;
	for (enum encoding e = ENCODING_NONE + 1; e < ENCODING_COUNT; e++) {
		if (encodings[e].lexbor == id)
			return e;
	}
	return ENCODING_NONE;
}

/* Labels of the standard that lexbor 3.0.1 does not know. */
static enum encoding encoding_of_new_label(struct span label)
{
	static const struct {
		const char *label;
		enum encoding encoding;
	} rows[] = {
		{"csunicode", ENCODING_UTF_16LE},
		{"iso-10646-ucs-2", ENCODING_UTF_16LE},
		{"ucs-2", ENCODING_UTF_16LE},
		{"unicode", ENCODING_UTF_16LE},
		{"unicodefeff", ENCODING_UTF_16LE},
		{"unicodefffe", ENCODING_UTF_16BE},
		{"unicode11utf8", ENCODING_UTF_8},
		{"unicode20utf8", ENCODING_UTF_8},
		{"x-unicode20utf8", ENCODING_UTF_8},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (span_is_nocase(label, rows[i].label))
			return rows[i].encoding;
	}
	return ENCODING_NONE;
}

enum encoding encoding_of_label(struct span label)
{
	const lxb_encoding_data_t *data;

	label = span_trim(label);
	if (!label.len)
		return ENCODING_NONE;
	data = lxb_encoding_data_by_name((const lxb_char_t *)label.data, label.len);
	return data ? encoding_of_lexbor(data->encoding) : encoding_of_new_label(label);
}

static bool iconv_knows(enum encoding e)
{
	iconv_t cd = iconv_open("UTF-8", encodings[e].name);

	if (cd == (iconv_t)-1)
		return false;
	iconv_close(cd);
	return true;
}

enum encoding encoding_of_name(struct span name)
{
	for (enum encoding e = ENCODING_NONE + 1; e < ENCODING_COUNT; e++) {
		if (span_is_nocase(name, encodings[e].name))
			return encodings[e].lexbor || e == ENCODING_HZ || iconv_knows(e)
				? e
				: ENCODING_NONE;
	}
	return encoding_of_label(name);
}

const char *encoding_skip_ascii(const char *p, const char *end)
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

static size_t add_batch(const lxb_codepoint_t *batch, size_t n, struct strbuf *out)
{
	char bytes[DECODE_BATCH * 4];
	size_t len = 0, faults = 0;

	for (size_t i = 0; i < n; i++) {
		len += utf8_encode(batch[i], bytes + len);
		faults += batch[i] == FAULT;
	}
	strbuf_add(out, bytes, len);
	return faults;
}

static size_t decode_lexbor(enum encoding e, struct span bytes, struct strbuf *out)
{
	static const lxb_codepoint_t fault = FAULT;
	const lxb_encoding_data_t *data = lxb_encoding_data(encodings[e].lexbor);
	lxb_codepoint_t batch[DECODE_BATCH];
	const lxb_char_t *p = (const lxb_char_t *)bytes.data, *end = p + bytes.len;
	lxb_encoding_decode_t decoder = {0};
	lxb_status_t status;
	size_t faults = 0;

	lxb_encoding_decode_init(&decoder, data, batch, DECODE_BATCH);
	lxb_encoding_decode_replace_set(&decoder, &fault, 1);
	do {
		status = data->decode(&decoder, &p, end);
		faults += add_batch(batch, lxb_encoding_decode_buf_used(&decoder), out);
		lxb_encoding_decode_buf_used_set(&decoder, 0);
	} while (status == LXB_STATUS_SMALL_BUFFER);
	lxb_encoding_decode_finish(&decoder);
	return faults + add_batch(batch, lxb_encoding_decode_buf_used(&decoder), out);
}

/*
 * lexbor's decoders of single bytes (3.0.1) lose a character wherever their output is
 * full, so they are asked for the upper half of the table alone.
 */
static void upper_half(enum encoding e, uint32_t table[128])
{
	static const lxb_codepoint_t fault = FAULT;
	const lxb_encoding_data_t *data = lxb_encoding_data(encodings[e].lexbor);
	lxb_encoding_decode_t decoder = {0};
	lxb_char_t bytes[128];
	const lxb_char_t *p = bytes;

	for (size_t i = 0; i < 128; i++)
		bytes[i] = (lxb_char_t)(0x80 + i);
	lxb_encoding_decode_init(&decoder, data, table, 128);
	lxb_encoding_decode_replace_set(&decoder, &fault, 1);
	data->decode(&decoder, &p, bytes + sizeof bytes);
}

static size_t decode_single_bytes(enum encoding e, struct span bytes, struct strbuf *out)
{
	const char *p = bytes.data, *end = p + bytes.len;
	uint32_t table[128];
	size_t faults = 0;

	upper_half(e, table);
	while (p < end) {
		const char *ascii = p;

		p = encoding_skip_ascii(p, end);
		strbuf_add(out, ascii, (size_t)(p - ascii));
		for (; p < end && *p & 0x80; p++) {
			uint32_t c = table[*p & 0x7F];

			faults += c == FAULT;
			strbuf_add_utf8(out, c);
		}
	}
	return faults;
}

static size_t decode_utf8(struct span bytes, struct strbuf *out)
{
	const char *p = bytes.data, *end = p + bytes.len;
	size_t faults = 0;

	while (p < end) {
		const char *start = p;
		uint32_t c;

		p = encoding_skip_ascii(p, end);
		strbuf_add(out, start, (size_t)(p - start));
		if (p == end)
			break;
		start = p;
		c = utf8_next(&p, end);
		faults += c == UTF8_REPLACEMENT && !(p - start == 3 && *start == '\xEF');
		strbuf_add_utf8(out, c);
	}
	return faults;
}

/* RFC 1843: "~{" begins pairs of GB 2312 without their upper bits, "~}" ends them. */
static size_t decode_hz(struct span bytes, struct strbuf *out)
{
	bool in_pairs = false;
	STRBUF_LOCAL(gb);

	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.data[i], next = i + 1 < bytes.len ? bytes.data[i + 1] : 0;

		if (c == '\n')
			in_pairs = false;
		if (c != '~' || !next)
			strbuf_add_char(&gb, (char)(in_pairs && c > ' ' ? c | 0x80 : c));
		else if (next == '{' || next == '}')
			in_pairs = next == '{', i++;
		else if (next == '~')
			strbuf_add_char(&gb, '~'), i++;
		else if (next == '\n')
			i++;
		else
			strbuf_add_char(&gb, c);
	}
	return pairs_decode(ENCODING_GB18030, strbuf_span(&gb), out);
}

static size_t decode_iconv(enum encoding e, struct span bytes, struct strbuf *out)
{
	iconv_t cd = iconv_open("UTF-8", encodings[e].name);
	char *p = (char *)bytes.data; /* iconv() only reads it */
	size_t unit = e == ENCODING_UTF_32BE || e == ENCODING_UTF_32LE ? 4 : 1;
	size_t left = bytes.len, faults = 0;

	if (cd == (iconv_t)-1)
		return decode_single_bytes(ENCODING_WINDOWS_1252, bytes, out);
	while (left) {
		char batch[DECODE_BATCH * 4], *to = batch;
		size_t room = sizeof batch, status = iconv(cd, &p, &left, &to, &room);
		bool is_fault = status == (size_t)-1 && errno != E2BIG;

		strbuf_add(out, batch, sizeof batch - room);
		if (!is_fault)
			continue;
		faults++;
		strbuf_add_utf8(out, UTF8_REPLACEMENT);
		if (errno == EINVAL || left <= unit) /* cut off */
			break;
		p += unit;
		left -= unit;
	}
	iconv_close(cd);
	return faults;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t encoding_decode(enum encoding e, struct span bytes, struct strbuf *out)
{
	size_t room = bytes.len + bytes.len / 2;

	if (!bytes.len)
		return 0;
	strbuf_reserve(out, out->max ? min_size(out->max - out->len, room) : room);
	if (e == ENCODING_UTF_8)
		return decode_utf8(bytes, out);
	if (pairs_can_decode(e))
		return pairs_decode(e, bytes, out);
	if (e == ENCODING_HZ)
		return decode_hz(bytes, out);
	if (!encodings[e].lexbor)
		return decode_iconv(e, bytes, out);
	return e == ENCODING_UTF_16BE || e == ENCODING_UTF_16LE || e == ENCODING_ISO_2022_JP
		? decode_lexbor(e, bytes, out)
		: decode_single_bytes(e, bytes, out);
}

bool charset_gbk_encode(uint32_t code_point, unsigned char out[2])
{
	const lxb_encoding_data_t *gbk = lxb_encoding_data(LXB_ENCODING_GBK);
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
	const lxb_encoding_data_t *gbk = lxb_encoding_data(LXB_ENCODING_GBK);
	lxb_encoding_decode_t decoder = {0};
	const lxb_char_t *p = bytes;
	lxb_codepoint_t c;

	lxb_encoding_decode_init_single(&decoder, gbk);
	c = gbk->decode_single(&decoder, &p, bytes + 2);
	return c > LXB_ENCODING_MAX_CODEPOINT || p != bytes + 2 ? UTF8_REPLACEMENT : c;
}
