#include "crawler/read/charset/charset_score.h"

#include "common/utf8.h"

#include <stdbool.h>

/* Costs by rank; the last is that of all others. */
static const uint8_t han_costs[SCORE_RARE + 1] = {16, 19, 21, 25, 28, 38};
static const uint8_t hangul_costs[SCORE_RARE + 1] = {14, 18, 23, 30, 30, 32};

struct range {
	uint32_t first, last;
	uint8_t cost;
};

/* What stands between words in all of the languages; first match. */
static const struct range common_ranges[] = {
	{0x3001, 0x3002, 10},                       /* 、 。 */
	{0xFF0C, 0xFF0C, 9},                        /* ， */
	{0x3000, 0x3000, 14},                       /* ideographic space */
	{0x2014, 0x2014, 16},                       /* — */
	{0x2018, 0x201D, 15},                       /* quotation marks */
	{0x2026, 0x2026, 18},                       /* … */
	{0x3008, 0x3011, 16},                       /* brackets */
	{0xFF01, 0xFF0F, 18},                       /* full-width punctuation */
	{0xFF1A, 0xFF1B, 16},                       /* ： ； */
	{0xFF10, 0xFF5D, 22},                       /* full-width letters and digits */
	{0x00B7, 0x00B7, 18},                       /* · */
	{0x2010, 0x2027, 22},                       /* other dashes and dots */
	{0x3003, 0x301F, 26}, {0x2460, 0x24FF, 30}, /* numbers in circles */
	{0x2190, 0x25FF, 30},                       /* arrows, mathematics, boxes */
	{0xE000, 0xF8FF, 48},                       /* private use */
	{0xFFFD, 0xFFFD, SCORE_FAULT}, {0x0080, 0x009F, SCORE_FAULT},
	{0x4E00, 0x9FFF, 0}, /* by rank */
	{0xAC00, 0xD7A3, 0}, /* by rank */
};

static const struct range chinese_ranges[] = {{0x3040, 0x30FF, 30}, {0x3100, 0x312F, 34}};
static const struct range japanese_ranges[] = {{0x3041, 0x3096, 11}, {0x30A1, 0x30FC, 14},
	{0xFF61, 0xFF9F, 26}};
static const struct range any_ranges[] = {{0x3041, 0x3096, 12}, {0x30A1, 0x30FC, 15}};

static const struct {
	const struct range *ranges;
	size_t n;
	uint8_t han, hangul; /* on top of their costs by rank */
} languages[] = {
	[SCORE_CHINESE] = {chinese_ranges, 2, 0, 12},
	[SCORE_JAPANESE] = {japanese_ranges, 3, 2, 12},
	[SCORE_KOREAN] = {NULL, 0, 14, 0},
	[SCORE_ANY] = {any_ranges, 2, 0, 0},
};

#define OTHER_COST 36 /* Greek, Cyrillic and the like inside of East Asian text; rare ideographs */

static uint8_t range_cost(const struct range *ranges, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].cost;
	}
	return 0;
}

static unsigned east_asian_cost(uint32_t c, enum score_language language)
{
	unsigned cost;

	if (c >= 0x4E00 && c <= 0x9FFF)
		return han_costs[score_rank_han(c)] + languages[language].han;
	if (c >= 0xAC00 && c <= 0xD7A3)
		return hangul_costs[score_rank_hangul(c)] + languages[language].hangul;
	cost = range_cost(languages[language].ranges, languages[language].n, c);
	if (!cost)
		cost = range_cost(common_ranges, sizeof common_ranges / sizeof *common_ranges, c);
	return cost ? cost : OTHER_COST;
}

static bool is_ascii_letter(uint32_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Letters of the alphabets that have encodings of their own. */
static const struct range small_letters[] = {
	{0x0430, 0x044F, 9},  /* Cyrillic */
	{0x03AC, 0x03CE, 9},  /* Greek */
	{0x05D0, 0x05EA, 9},  /* Hebrew */
	{0x0621, 0x064A, 9},  /* Arabic */
	{0x0E01, 0x0E4E, 10}, /* Thai */
};
static const struct range capital_letters[] = {{0x0410, 0x042F, 13}, {0x0388, 0x03AB, 13}};

#define SMALL_LETTERS   (sizeof small_letters / sizeof *small_letters)
#define CAPITAL_LETTERS (sizeof capital_letters / sizeof *capital_letters)

static unsigned letter_cost(uint32_t c, uint32_t before)
{
	unsigned cost = range_cost(small_letters, SMALL_LETTERS, c);

	if (cost)
		return cost;
	if (range_cost(small_letters, SMALL_LETTERS, before)) /* a capital within a word */
		return 22;
	cost = range_cost(capital_letters, CAPITAL_LETTERS, c);
	return cost ? cost : 15;
}

static bool is_common_sign(uint32_t c)
{
	return c == 0xA0 || c == 0xA9 || c == 0xAB || c == 0xAE || c == 0xB0 || c == 0xB7 ||
		c == 0xBB;
}

/* Signs stand between words, Latin letters in them, those of other alphabets beside their like. */
static unsigned alphabet_cost(uint32_t c, uint32_t before, uint32_t after)
{
	int ascii_letters = is_ascii_letter(before) + is_ascii_letter(after);

	if (c < 0xA0)
		return SCORE_FAULT;
	if (c < 0xC0)
		return (is_common_sign(c) ? 14 : 22) + (unsigned)ascii_letters * 6;
	if (c < 0x250)
		return ascii_letters ? (c < 0x100 ? 14 : c < 0x180 ? 16 : 20) : 28;
	if (c < 0x370)
		return 36;
	return before >> 8 == c >> 8 || after >> 8 == c >> 8 ? letter_cost(c, before) : 28;
}

static unsigned cost_of(uint32_t c, uint32_t before, uint32_t after, enum score_language language)
{
	if (c < 0x80)
		return SCORE_FAULT;
	if (language == SCORE_ANY && c < 0x1E00)
		return alphabet_cost(c, before, after);
	return east_asian_cost(c, language);
}

static bool is_control(uint32_t c)
{
	return c < 0x20 && !(c >= '\t' && c <= '\r') && c != 0x1B;
}

struct score score_text(struct span utf8, enum score_language language)
{
	const char *p = utf8.data, *end = p + utf8.len;
	struct score s = {0};
	uint32_t before = ' ', c = ' ', after = ' ';

	for (bool is_last = !utf8.len; !is_last; before = c, c = after) {
		is_last = p == end;
		after = is_last ? ' ' : utf8_next(&p, end);
		if (c < 0x80 && !is_control(c))
			continue;
		s.chars++;
		s.faults += c == UTF8_REPLACEMENT;
		s.cost += cost_of(c, before, after, language);
		s.joined += c >= 0x800 || before >= 0x80 || after >= 0x80 ||
			is_ascii_letter(before) || is_ascii_letter(after);
	}
	return s;
}
