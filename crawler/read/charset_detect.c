#include "crawler/read/charset_detect.h"

#include "crawler/read/charset_score.h"

#include <uchardet/uchardet.h>

#define DETECT_BYTES 65536 /* more does not change uchardet's mind, but costs */
#define SAMPLE_BYTES 8192  /* some thousand characters decide anything */

/* Costs, see charset_score.h. */
#define LANGUAGE_COST    25 /* a character: less looks like language, a chance reading more */
#define LANGUAGE_SLACK   12 /* for the few characters of a short text */
#define LABEL_WORTH      30 /* labels are mostly right */
#define LABEL_WORTH_CHAR 4  /* a character: mere lists of characters contradict nothing */
#define LABEL_CHARS      8  /* fewer contradict nothing */

struct candidate {
	enum encoding encoding;
	enum score_language language;
};

/* The first of equals wins. */
static const struct candidate candidates[] = {
	{ENCODING_GB18030, SCORE_CHINESE},
	{ENCODING_BIG5, SCORE_CHINESE},
	{ENCODING_SHIFT_JIS, SCORE_JAPANESE},
	{ENCODING_EUC_JP, SCORE_JAPANESE},
	{ENCODING_EUC_KR, SCORE_KOREAN},
};

#define CANDIDATES (sizeof candidates / sizeof *candidates)

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

static struct score score_reading(enum encoding e, enum score_language language, struct span sample)
{
	STRBUF_LOCAL(text);

	encoding_decode(e, sample, &text);
	return score_text(strbuf_span(&text), language);
}

/* The best reading of @sample; NULL when none looks like language. */
static const struct candidate *best_candidate(struct span sample, struct score *ret_score)
{
	const struct candidate *best = NULL;

	for (size_t i = 0; i < CANDIDATES; i++) {
		struct score s =
			score_reading(candidates[i].encoding, candidates[i].language, sample);

		if (!s.chars || s.cost > s.chars * LANGUAGE_COST + LANGUAGE_SLACK)
			continue;
		if (best && s.cost >= ret_score->cost)
			continue;
		best = &candidates[i];
		*ret_score = s;
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

enum encoding detect_encoding(struct span bytes)
{
	const struct candidate *best;
	struct score score;
	STRBUF_LOCAL(sample);

	if (!bytes.len)
		return ENCODING_NONE;
	take_sample(bytes, &sample);
	best = best_candidate(strbuf_span(&sample), &score);
	return best ? best->encoding : ask_uchardet(window(bytes));
}

enum encoding detect_wide(struct span bytes)
{
	size_t zeros[4] = {0}, units = (bytes.len < 1024 ? bytes.len : 1024) / 4;

	for (size_t i = 0; i < units * 4; i++)
		zeros[i % 4] += bytes.data[i] == '\0';
	if (!units || bytes.len % 2)
		return ENCODING_NONE;
	if (zeros[0] == units && zeros[1] >= units / 2 && !zeros[3])
		return ENCODING_UTF_32BE;
	if (zeros[3] == units && zeros[2] >= units / 2 && !zeros[0])
		return ENCODING_UTF_32LE;
	if (zeros[0] + zeros[2] > units / 2 && !zeros[1] && !zeros[3])
		return ENCODING_UTF_16BE;
	if (zeros[1] + zeros[3] > units / 2 && !zeros[0] && !zeros[2])
		return ENCODING_UTF_16LE;
	return ENCODING_NONE;
}

static const struct candidate *candidate_of(enum encoding e)
{
	for (size_t i = 0; i < CANDIDATES; i++) {
		if (candidates[i].encoding == e)
			return &candidates[i];
	}
	return NULL;
}

enum encoding detect_contradiction(enum encoding label, struct span bytes)
{
	const struct candidate *said = candidate_of(label), *best;
	struct score best_score, said_score;
	STRBUF_LOCAL(sample);

	/* Servers send windows-1252's labels by default; other labels somebody has chosen. */
	if (!said && label != ENCODING_WINDOWS_1252)
		return label;
	take_sample(bytes, &sample);
	best = best_candidate(strbuf_span(&sample), &best_score);
	if (!best || best == said || best_score.chars < LABEL_CHARS)
		return label;
	if (!said)
		return best->encoding;
	said_score = score_reading(said->encoding, said->language, strbuf_span(&sample));
	return said_score.cost > best_score.cost + LABEL_WORTH + best_score.chars * LABEL_WORTH_CHAR
		? best->encoding
		: label;
}

bool detect_utf8_beats(enum encoding label, struct span bytes)
{
	const struct candidate *said = candidate_of(label);
	struct score utf8, legacy;
	STRBUF_LOCAL(sample);

	if (!said)
		return true;
	take_sample(bytes, &sample);
	utf8 = score_text(strbuf_span(&sample), SCORE_ANY);
	legacy = score_reading(label, said->language, strbuf_span(&sample));
	return utf8.joined && utf8.cost + LABEL_WORTH < legacy.cost;
}
