#include "crawler/read/charset/charset_pairs.h"

#include "common/utf8.h"

#include <lexbor/encoding/encoding.h>
#include <lexbor/encoding/multi.h>

#define FAULT      0x110000u /* beyond Unicode */
#define TWO(a, b)  ((uint32_t)(b) << 21 | (a))
#define LEN(table) (sizeof(table) / sizeof *(table))

typedef unsigned char byte;

/* Reads the character at *@p, which is no ASCII, and moves behind it. */
typedef uint32_t (*next_fn)(const byte **p, const byte *end);

static bool is_in(byte b, byte first, byte last)
{
	return b >= first && b <= last;
}

static uint32_t at_pointer(const lxb_codepoint_t *index, size_t len, size_t pointer)
{
	return pointer < len && index[pointer] && index[pointer] < FAULT ? index[pointer] : FAULT;
}

/* ASCII after a lead byte that it does not fit is read again: it may be markup. */
static uint32_t finish_pair(const byte **p, uint32_t c)
{
	*p += c != FAULT || **p >= 0x80;
	return c;
}

/* Bytes 30 to 39 in the second and fourth place make four of them one character. */
static uint32_t next_gb18030_four(const byte *four)
{
	const lxb_encoding_data_t *data = lxb_encoding_data(LXB_ENCODING_GB18030);
	lxb_encoding_decode_t decoder = {0};
	lxb_codepoint_t c;

	lxb_encoding_decode_init_single(&decoder, data);
	c = data->decode_single(&decoder, &four, four + 4);
	return c < FAULT ? c : FAULT;
}

static uint32_t next_gb18030(const byte **p, const byte *end)
{
	byte lead = *(*p)++, trail;
	const byte *s = *p;

	if (lead == 0x80)
		return 0x20AC;
	if (lead == 0xFF || s == end)
		return FAULT;
	trail = *s;
	if (is_in(trail, '0', '9')) {
		if (end - s < 3 && (end - s == 1 || is_in(s[1], 0x81, 0xFE))) {
			*p = end; /* cut off */
			return FAULT;
		}
		if (!is_in(s[1], 0x81, 0xFE) || !is_in(s[2], '0', '9'))
			return FAULT;
		*p += 3;
		return next_gb18030_four(s - 1);
	}
	if (!is_in(trail, 0x40, 0xFE) || trail == 0x7F)
		return finish_pair(p, FAULT);
	return finish_pair(p,
		at_pointer(lxb_encoding_multi_gb18030_map, LEN(lxb_encoding_multi_gb18030_map),
			(lead - 0x81u) * 190u + trail - (trail < 0x7F ? 0x40u : 0x41u)));
}

static uint32_t big5_at_pointer(size_t pointer)
{
	switch (pointer) { /* Ê and ê with a mark that has no character of its own */
	case 1133:
		return TWO(0x00CA, 0x0304);
	case 1135:
		return TWO(0x00CA, 0x030C);
	case 1164:
		return TWO(0x00EA, 0x0304);
	case 1166:
		return TWO(0x00EA, 0x030C);
	default:
		return at_pointer(lxb_encoding_multi_big5_map, LEN(lxb_encoding_multi_big5_map),
			pointer);
	}
}

static uint32_t next_big5(const byte **p, const byte *end)
{
	byte lead = *(*p)++, trail;

	if (!is_in(lead, 0x81, 0xFE) || *p == end)
		return FAULT;
	trail = **p;
	if (!is_in(trail, 0x40, 0x7E) && !is_in(trail, 0xA1, 0xFE))
		return finish_pair(p, FAULT);
	return finish_pair(p,
		big5_at_pointer((lead - 0x81u) * 157u + trail - (trail < 0x7F ? 0x40u : 0x62u)));
}

static uint32_t next_euc_kr(const byte **p, const byte *end)
{
	byte lead = *(*p)++;

	if (!is_in(lead, 0x81, 0xFE) || *p == end)
		return FAULT;
	if (!is_in(**p, 0x41, 0xFE))
		return finish_pair(p, FAULT);
	return finish_pair(p,
		at_pointer(lxb_encoding_multi_euc_kr_map, LEN(lxb_encoding_multi_euc_kr_map),
			(lead - 0x81u) * 190u + **p - 0x41u));
}

static uint32_t euc_jp_pair(byte lead, byte trail, bool is_jis0212)
{
	size_t pointer = (lead - 0xA1u) * 94u + trail - 0xA1u;

	if (!is_in(lead, 0xA1, 0xFE) || !is_in(trail, 0xA1, 0xFE))
		return FAULT;
	return is_jis0212 ? at_pointer(lxb_encoding_multi_jis0212_map,
				    LEN(lxb_encoding_multi_jis0212_map), pointer)
			  : at_pointer(lxb_encoding_multi_jis0208_map,
				    LEN(lxb_encoding_multi_jis0208_map), pointer);
}

static uint32_t next_euc_jp(const byte **p, const byte *end)
{
	byte lead = *(*p)++;
	bool is_jis0212 = false;

	if ((!is_in(lead, 0xA1, 0xFE) && lead != 0x8E && lead != 0x8F) || *p == end)
		return FAULT;
	if (lead == 0x8E && is_in(**p, 0xA1, 0xDF))
		return finish_pair(p, 0xFF61u - 0xA1u + **p);
	if (lead == 0x8F && is_in(**p, 0xA1, 0xFE)) {
		lead = *(*p)++;
		is_jis0212 = true;
		if (*p == end)
			return FAULT;
	}
	return finish_pair(p, euc_jp_pair(lead, **p, is_jis0212));
}

static uint32_t shift_jis_pair(byte lead, byte trail)
{
	size_t pointer = (lead - (lead < 0xA0 ? 0x81u : 0xC1u)) * 188u + trail -
		(trail < 0x7F ? 0x40u : 0x41u);

	if (!is_in(trail, 0x40, 0xFC) || trail == 0x7F)
		return FAULT;
	if (pointer >= 8836 && pointer <= 10715) /* characters of the end user's own */
		return (uint32_t)(0xE000 - 8836 + pointer);
	return at_pointer(lxb_encoding_multi_jis0208_map, LEN(lxb_encoding_multi_jis0208_map),
		pointer);
}

static uint32_t next_shift_jis(const byte **p, const byte *end)
{
	byte lead = *(*p)++;

	if (lead == 0x80)
		return lead;
	if (is_in(lead, 0xA1, 0xDF))
		return 0xFF61u - 0xA1u + lead;
	if (lead == 0xA0 || lead > 0xFC || *p == end)
		return FAULT;
	return finish_pair(p, shift_jis_pair(lead, **p));
}

static next_fn next_of(enum encoding e)
{
	switch (e) {
	case ENCODING_GB18030:
		return next_gb18030;
	case ENCODING_BIG5:
		return next_big5;
	case ENCODING_EUC_KR:
		return next_euc_kr;
	case ENCODING_EUC_JP:
		return next_euc_jp;
	case ENCODING_SHIFT_JIS:
		return next_shift_jis;
	default:
		return NULL;
	}
}

bool pairs_can_decode(enum encoding e)
{
	return next_of(e) != NULL;
}

static size_t encode(uint32_t c, char *out)
{
	size_t len = utf8_encode(c & 0x1FFFFF, out); /* FAULT becomes U+FFFD */

	return c >> 21 ? len + utf8_encode(c >> 21, out + len) : len;
}

/* A run of characters that are no ASCII; moves *@p behind it. */
static size_t decode_run(next_fn next, const byte **p, const byte *end, struct strbuf *out)
{
	char batch[2048];
	size_t len = 0, faults = 0;

	while (*p < end && **p >= 0x80 && len + 8 <= sizeof batch) {
		uint32_t c = next(p, end);

		faults += c == FAULT;
		len += encode(c, batch + len);
	}
	strbuf_add(out, batch, len);
	return faults;
}

size_t pairs_decode(enum encoding e, struct span bytes, struct strbuf *out)
{
	const byte *p = (const byte *)bytes.data, *end = p + bytes.len;
	next_fn next = next_of(e);
	size_t faults = 0;

	while (p < end) {
		const char *ascii = (const char *)p;

		p = (const byte *)encoding_skip_ascii(ascii, (const char *)end);
		strbuf_add(out, ascii, (size_t)((const char *)p - ascii));
		faults += decode_run(next, &p, end, out);
	}
	return faults;
}
