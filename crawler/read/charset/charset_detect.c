#include "crawler/read/charset/charset_detect.h"

#include "crawler/read/charset/charset_score.h"

#include <uchardet/uchardet.h>

#define DETECT_BYTES 65536 /* more does not change uchardet's mind, but costs */
#define SAMPLE_BYTES 8192  /* some thousand characters decide anything */

#define WIDE_BYTES    4096 /* of what may be UTF-16 or UTF-32 */
#define CONTROL_RATIO 50   /* so many bytes of text have one control character at most */

/* Costs, see charset_score.h. */
#define LANGUAGE_COST       25 /* a character: a text of some length costs less */
#define CHANCE_COST         30 /* a character: readings that cost more are no language */
#define CLEAR_COST          23 /* a character: certainly a text */
#define LABEL_WORTH         30 /* labels are mostly right */
#define LABEL_CHARS         8  /* fewer contradict nothing */
#define TEXT_CHARS          48 /* more than a list of characters that happens to read well */
#define LABEL_CHARS_A_FAULT 64 /* torn characters are no contradiction */

/* The first of equals wins. */
static const struct {
	enum encoding encoding;
	enum score_language language;
} east_asian[] = {
	{ENCODING_GB18030, SCORE_CHINESE},
	{ENCODING_BIG5, SCORE_CHINESE},
	{ENCODING_SHIFT_JIS, SCORE_JAPANESE},
	{ENCODING_EUC_JP, SCORE_JAPANESE},
	{ENCODING_EUC_KR, SCORE_KOREAN},
};

#define EAST_ASIAN (sizeof east_asian / sizeof *east_asian)

static enum score_language language_of(enum encoding e)
{
	for (size_t i = 0; i < EAST_ASIAN; i++) {
		if (east_asian[i].encoding == e)
			return east_asian[i].language;
	}
	return SCORE_ANY;
}

/*
 * What is not ASCII, with the two bytes behind each piece (trail bytes, the digits of
 * GB18030) and the one before: markup says nothing, however much of it there is.
 */
static void take_sample(struct span bytes, struct strbuf *out)
{
	const char *p = bytes.data, *end = p + bytes.len;

	while ((p = encoding_skip_ascii(p, end)) < end && out->len < SAMPLE_BYTES) {
		const char *start = p - (p > bytes.data), *last = p;

		while (p < end && p - last <= 2 && p - start < SAMPLE_BYTES) {
			if (*p & 0x80)
				last = p;
			p++;
		}
		strbuf_add(out, start, (size_t)(p - start));
		strbuf_add_char(out, '\n');
	}
}

static struct score score_reading(enum encoding e, struct span sample)
{
	STRBUF_LOCAL(text);

	encoding_decode(e, sample, &text);
	return score_text(strbuf_span(&text), language_of(e));
}

/* Certainly a text: nothing else needs to be asked. */
static bool is_clear(struct score s)
{
	return s.chars >= TEXT_CHARS && s.cost < s.chars * CLEAR_COST;
}

/* The reading of @sample that costs least. */
static enum encoding best_east_asian(struct span sample, struct score *ret_score)
{
	enum encoding best = ENCODING_NONE;

	for (size_t i = 0; i < EAST_ASIAN; i++) {
		struct score s = score_reading(east_asian[i].encoding, sample);

		if (best && s.cost >= ret_score->cost)
			continue;
		best = east_asian[i].encoding;
		*ret_score = s;
		if (is_clear(s))
			break;
	}
	return best;
}

/* Names of uchardet's that are no labels of the standard. */
static enum encoding encoding_of_uchardet(const char *name)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} others[] = {
		{"ISO-8859-1", ENCODING_WINDOWS_1252},
		{"UHC", ENCODING_EUC_KR},
		{"MAC-CYRILLIC", ENCODING_X_MAC_CYRILLIC},
		{"ASCII", ENCODING_NONE},
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strcmp(name, others[i].name) == 0)
			return others[i].encoding;
	}
	return encoding_of_name(span_str(name));
}

static enum encoding ask_uchardet(struct span bytes)
{
	uchardet_t detector = uchardet_new();
	enum encoding e = ENCODING_NONE;

	if (uchardet_handle_data(detector, bytes.data, bytes.len) == 0) {
		uchardet_data_end(detector);
		e = encoding_of_uchardet(uchardet_get_charset(detector));
	}
	uchardet_delete(detector);
	return e;
}

/* A window that begins before the first byte that tells something. */
static struct span window(struct span bytes)
{
	const char *end = bytes.data + bytes.len;
	size_t first = (size_t)(encoding_skip_ascii(bytes.data, end) - bytes.data);

	if (first < bytes.len && first > DETECT_BYTES / 2)
		bytes = span_from_offset(bytes, first - DETECT_BYTES / 2);
	return span_from(bytes.data, bytes.len < DETECT_BYTES ? bytes.len : DETECT_BYTES);
}

/* Other alphabets, whose letters do not stand among Latin ones, and code pages before Windows. */
static bool is_doubtful(enum encoding e)
{
	switch (e) {
	case ENCODING_ISO_8859_5:
	case ENCODING_ISO_8859_6:
	case ENCODING_ISO_8859_7:
	case ENCODING_ISO_8859_8:
	case ENCODING_WINDOWS_874:
	case ENCODING_WINDOWS_1251:
	case ENCODING_WINDOWS_1253:
	case ENCODING_WINDOWS_1255:
	case ENCODING_WINDOWS_1256:
	case ENCODING_KOI8_R:
	case ENCODING_X_MAC_CYRILLIC:
	case ENCODING_MAC_CENTRALEUROPE:
	case ENCODING_IBM852:
	case ENCODING_IBM855:
	case ENCODING_IBM862:
	case ENCODING_IBM865:
	case ENCODING_IBM866:
		return true;
	default:
		return false;
	}
}

/*
 * Parts of ISO-8859 have no characters at 80 to 9F; the code pages of Windows made after
 * them do.
 */
static enum encoding windows_sibling(enum encoding e, struct span bytes)
{
	static const struct {
		enum encoding iso, windows;
	} siblings[] = {
		{ENCODING_ISO_8859_2, ENCODING_WINDOWS_1250},
		{ENCODING_ISO_8859_7, ENCODING_WINDOWS_1253},
		{ENCODING_ISO_8859_8, ENCODING_WINDOWS_1255},
		{ENCODING_ISO_8859_13, ENCODING_WINDOWS_1257},
		{ENCODING_ISO_8859_15, ENCODING_WINDOWS_1252},
	};

	for (size_t i = 0; i < sizeof siblings / sizeof *siblings; i++) {
		if (siblings[i].iso != e)
			continue;
		for (size_t at = 0; at < bytes.len; at++) {
			if ((bytes.data[at] & 0xE0) == 0x80)
				return siblings[i].windows;
		}
	}
	return e;
}

enum encoding detect_encoding(struct span bytes)
{
	enum encoding guess, best;
	struct score guess_score, best_score;
	STRBUF_LOCAL(sample);

	if (!bytes.len)
		return ENCODING_NONE;
	take_sample(bytes, &sample);
	best = best_east_asian(strbuf_span(&sample), &best_score);
	if (is_clear(best_score))
		return best;
	guess = windows_sibling(ask_uchardet(window(bytes)), window(bytes));
	if (guess == ENCODING_NONE || guess == ENCODING_UTF_8)
		guess = ENCODING_WINDOWS_1252;
	guess_score = score_reading(guess, strbuf_span(&sample));
	if (best_score.cost < guess_score.cost)
		return best;
	if (guess_score.cost >= score_reading(ENCODING_WINDOWS_1252, strbuf_span(&sample)).cost &&
		is_doubtful(guess))
		return ENCODING_WINDOWS_1252;
	return guess;
}

/* Control characters, of which text has next to none and UTF-16 and UTF-32 have many bytes. */
static bool has_binary_look(struct span bytes)
{
	size_t controls = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];

		controls += c < 0x20 && !(c >= '\t' && c <= '\r') && c != 0x1B;
	}
	return controls > bytes.len / CONTROL_RATIO;
}

enum encoding detect_wide(struct span bytes)
{
	static const enum encoding wide[] = {ENCODING_UTF_16LE, ENCODING_UTF_16BE,
		ENCODING_UTF_32LE, ENCODING_UTF_32BE};
	struct span head = span_from(bytes.data,
		(bytes.len < WIDE_BYTES ? bytes.len : WIDE_BYTES) & ~(size_t)3);
	enum encoding best = ENCODING_NONE;
	uint64_t best_cost = 0;

	if (!has_binary_look(head))
		return ENCODING_NONE;
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
		struct score s = score_reading(wide[i], head);

		if (s.cost > s.chars * CHANCE_COST || (best && s.cost >= best_cost))
			continue;
		best = wide[i];
		best_cost = s.cost;
	}
	return best;
}

enum encoding detect_escaped(struct span bytes)
{
	static const struct {
		const char *escape;
		enum encoding encoding;
	} escapes[] = {
		{"\x1B$)A", ENCODING_ISO_2022_CN},
		{"\x1B$)G", ENCODING_ISO_2022_CN},
		{"\x1B$)C", ENCODING_ISO_2022_KR},
		{"\x1B$B", ENCODING_ISO_2022_JP},
		{"\x1B$@", ENCODING_ISO_2022_JP},
		{"\x1B(J", ENCODING_ISO_2022_JP},
		{"\x1B(I", ENCODING_ISO_2022_JP},
	};
	enum encoding e = ENCODING_NONE;

	if (bytes.len && memchr(bytes.data, '\x1B', bytes.len)) {
		for (size_t i = 0; !e && i < sizeof escapes / sizeof *escapes; i++) {
			if (span_find(bytes, span_str(escapes[i].escape)) >= 0)
				e = escapes[i].encoding;
		}
	} else if (span_find(bytes, SPAN_LITERAL("~{")) >= 0) {
		e = ask_uchardet(window(bytes)) == ENCODING_HZ ? ENCODING_HZ : ENCODING_NONE;
	}
	return encoding_of_name(span_str(encoding_name(e)));
}

static bool is_broken(struct score s)
{
	return s.faults > s.chars / LABEL_CHARS_A_FAULT;
}

/* Nearly every pair of bytes is a character of both GB18030 and Big5, so that faults are rare. */
static bool is_other_chinese(enum encoding label, enum encoding best, struct score best_score)
{
	return language_of(label) == SCORE_CHINESE && language_of(best) == SCORE_CHINESE &&
		is_clear(best_score);
}

enum encoding detect_contradiction(enum encoding label, struct span bytes)
{
	bool is_east_asian = language_of(label) != SCORE_ANY;
	enum encoding best;
	struct score best_score, score;
	STRBUF_LOCAL(sample);

	/* Servers send windows-1252's labels by default; other labels somebody has chosen. */
	if (!is_east_asian && label != ENCODING_WINDOWS_1252)
		return label;
	take_sample(bytes, &sample);
	score = score_reading(label, strbuf_span(&sample));
	if (is_east_asian && !is_broken(score) && score.cost <= score.chars * CHANCE_COST)
		return label;
	best = best_east_asian(strbuf_span(&sample), &best_score);
	if (best_score.chars < LABEL_CHARS || best_score.cost > best_score.chars * LANGUAGE_COST ||
		best_score.cost >= score.cost)
		return label;
	if (is_east_asian && !is_broken(score) && !is_other_chinese(label, best, best_score))
		return label;
	return best;
}

bool detect_is_utf8(enum encoding label, struct span bytes)
{
	struct score utf8, best;
	STRBUF_LOCAL(sample);

	if (label && language_of(label) == SCORE_ANY)
		return true;
	take_sample(bytes, &sample);
	utf8 = score_text(strbuf_span(&sample), SCORE_ANY);
	if (!label) {
		best_east_asian(strbuf_span(&sample), &best);
		return utf8.cost <= best.cost;
	}
	best = score_reading(label, strbuf_span(&sample));
	return utf8.joined && utf8.cost + LABEL_WORTH < best.cost;
}

bool detect_is_utf16(enum encoding label, struct span bytes)
{
	struct score s = score_reading(label,
		span_from(bytes.data, bytes.len < WIDE_BYTES ? bytes.len : WIDE_BYTES));

	return s.chars < LABEL_CHARS || s.cost <= s.chars * CHANCE_COST;
}
