#include "crawler/read/clean/pinyin.h"

#include "common/utf8.h"
#include "crawler/read/charset/charset.h"

#include <stdint.h>

#define GROUP_BYTES_MAX 64 /* four syllables with tone marks take 30 */
#define HAN_BEFORE_MAX  12
#define REPAIRS_MAX     32 /* each searches the document */
#define TORN_BYTES_MAX  32 /* how far a shift by one byte goes on before it meets ASCII */
#define TONELESS_PER_HAN                                                                           \
	100 /* groups without marks count when one stands for so many characters  \
			      */
#define TONED_MIN 3
#define HAN_PER_TONED                                                                              \
	60 /* in lines that have groups; those of copying sites have one for ten to thirty */
#define HAN_PER_FEW_TONED 40 /* of less than TONED_MIN */
#define SOUNDS_MIN        2
#define TONELESS_MIN      3 /* and there are so many: (a) alone numbers a paragraph */

/* Characters that the tools are known to look for. */
static const struct {
	uint32_t han;
	const char *reading;
} listed[] = {{U'區', "qū"}, {U'產', "chǎn"}, {U'業', "yè"}, {U'發', "fā"}, {U'創', "chuàng"},
	{U'網', "wǎng"}, {U'數', "shù"}, {U'戰', "zhàn"}, {U'態', "tài"}, {U'據', "jù"},
	{U'經', "jīng"}, {U'監', "jiān"}, {U'規', "guī"}, {U'節', "jié"}, {U'統', "tǒng"},
	{U'聯', "lián"}, {U'調', "diào"}, {U'優', "yōu"}, {U'內', "nèi"}, {U'協', "xié"},
	{U'執', "zhí"}, {U'現', "xiàn"}, {U'環', "huán"}, {U'續', "xù"}, {U'醫', "yī"},
	{U'養', "yǎng"}, {U'權', "quán"}, {U'標', "biāo"}, {U'準', "zhǔn"}, {U'領', "lǐng"},
	{U'術', "shù"}, {U'縣', "xiàn"}};

static const char *const neutral[] = {"de", "le", "me", "ne", "men", "zi", "zhe", "guo", "ba", "ma",
	"a", "ya"};

#define FINAL_LETTERS_MAX 4
#define FINAL(a, b, c, d)                                                                          \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* What a syllable may end in. Sorted. */
static const uint32_t finals[] = {FINAL('a', 0, 0, 0), FINAL('a', 'i', 0, 0), FINAL('a', 'n', 0, 0),
	FINAL('a', 'n', 'g', 0), FINAL('a', 'o', 0, 0), FINAL('e', 0, 0, 0), FINAL('e', 'i', 0, 0),
	FINAL('e', 'n', 0, 0), FINAL('e', 'n', 'g', 0), FINAL('e', 'r', 0, 0), FINAL('i', 0, 0, 0),
	FINAL('i', 'a', 0, 0), FINAL('i', 'a', 'n', 0), FINAL('i', 'a', 'n', 'g'),
	FINAL('i', 'a', 'o', 0), FINAL('i', 'e', 0, 0), FINAL('i', 'n', 0, 0),
	FINAL('i', 'n', 'g', 0), FINAL('i', 'o', 'n', 'g'), FINAL('i', 'u', 0, 0),
	FINAL('o', 0, 0, 0), FINAL('o', 'n', 'g', 0), FINAL('o', 'u', 0, 0), FINAL('u', 0, 0, 0),
	FINAL('u', 'a', 0, 0), FINAL('u', 'a', 'i', 0), FINAL('u', 'a', 'n', 0),
	FINAL('u', 'a', 'n', 'g'), FINAL('u', 'e', 0, 0), FINAL('u', 'i', 0, 0),
	FINAL('u', 'n', 0, 0), FINAL('u', 'o', 0, 0)};

/* The letter without its tone mark; *@toned tells of one. 0: no letter of pinyin. ü becomes u. */
static char letter_of(uint32_t c, bool *toned)
{
	static const struct {
		uint32_t first[4];
		char base;
	} marked[] = {{{U'ā', U'á', U'ǎ', U'à'}, 'a'}, {{U'ē', U'é', U'ě', U'è'}, 'e'},
		{{U'ī', U'í', U'ǐ', U'ì'}, 'i'}, {{U'ō', U'ó', U'ǒ', U'ò'}, 'o'},
		{{U'ū', U'ú', U'ǔ', U'ù'}, 'u'}, {{U'ǖ', U'ǘ', U'ǚ', U'ǜ'}, 'u'}};

	*toned = false;
	if (c >= 'a' && c <= 'z')
		return c == 'v' ? 0 : (char)c;
	if (c == U'ü')
		return 'u';
	if (c == U'ɡ') /* some tools write the phonetic g */
		return 'g';
	for (size_t i = 0; i < sizeof marked / sizeof *marked; i++) {
		for (size_t tone = 0; tone < 4; tone++) {
			if (marked[i].first[tone] == c) {
				*toned = true;
				return marked[i].base;
			}
		}
	}
	return 0;
}

static bool is_final(uint32_t letters)
{
	size_t low = 0, high = sizeof finals / sizeof *finals;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (finals[mid] == letters)
			return true;
		if (finals[mid] < letters)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool is_vowel(char c)
{
	return c == 'a' || c == 'o' || c == 'e' || c == 'i' || c == 'u';
}

/* Letters of an initial: none, one, or zh ch sh. */
static size_t initial_of(const char *s, size_t len)
{
	if (is_vowel(s[0]))
		return 0;
	return len > 1 && s[1] == 'h' && (s[0] == 'z' || s[0] == 'c' || s[0] == 's') ? 2 : 1;
}

static void reach(uint8_t *fewest, uint8_t n)
{
	if (!*fewest || n < *fewest)
		*fewest = n;
}

/* The fewest syllables that spell the letters, 0 if none do. */
static size_t count_syllables(const char *letters, size_t len)
{
	uint8_t fewest[GROUP_BYTES_MAX + 1] = {0};

	for (size_t start = 0; start < len; start++) {
		size_t at = start + initial_of(letters + start, len - start);
		uint32_t final = 0;

		if ((start > 0 && !fewest[start]) || at >= len || !is_vowel(letters[at]))
			continue;
		for (unsigned i = 0; i < FINAL_LETTERS_MAX && at < len; i++) {
			final |= (uint32_t)(unsigned char)letters[at++] << (24 - 8 * i);
			if (is_final(final))
				reach(&fewest[at], (uint8_t)(fewest[start] + 1));
		}
	}
	return fewest[len];
}

struct group {
	char letters[GROUP_BYTES_MAX + 1];
	size_t n_letters;
	size_t n_bytes; /* of the letters in the text */
	bool toned;
};

/* Reads letters of pinyin from @p on. */
static bool read_letters(const char *p, const char *end, struct group *g)
{
	const char *start = p;

	*g = (struct group){0};
	while (p < end && (size_t)(p - start) < GROUP_BYTES_MAX) {
		const char *next = p;
		bool toned;
		char letter = letter_of(utf8_next(&next, end), &toned);

		if (!letter)
			break;
		g->letters[g->n_letters++] = letter;
		g->toned |= toned;
		p = next;
	}
	g->n_bytes = (size_t)(p - start);
	return g->n_letters > 0;
}

static bool is_opening(uint32_t c)
{
	return c == '(' || c == U'（';
}

static bool is_closing(uint32_t c)
{
	return c == ')' || c == U'）';
}

static bool closes(const char **p, const char *end)
{
	return *p < end && is_closing(utf8_next(p, end));
}

/* A bracket group at @p. Returns the place behind it, or NULL. */
static const char *read_group(const char *p, const char *end, struct group *g)
{
	if (p >= end || !is_opening(utf8_next(&p, end)) || !read_letters(p, end, g))
		return NULL;
	p += g->n_bytes;
	return closes(&p, end) ? p : NULL;
}

static bool is_neutral(const struct group *g)
{
	for (size_t i = 0; i < sizeof neutral / sizeof *neutral; i++)
		if (strcmp(g->letters, neutral[i]) == 0)
			return true;
	return false;
}

/* A group behind the ? that its opening bracket was torn with: ?nèi). */
static const char *read_torn_group(const char *p, const char *end, struct group *g)
{
	if (!read_letters(p, end, g) || !g->toned)
		return NULL;
	p += g->n_bytes;
	return closes(&p, end) ? p : NULL;
}

#define QUOTED_MAX 4 /* characters */

static bool starts_with_one_of(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_starts_with(s, span_str(list[i])))
			return true;
	return false;
}

/* “过早(guòzǎo)”, 、拔(bá)、: a word that is spoken of, with nothing else in its quotes. */
static bool is_quoted(struct span head, struct span tail)
{
	static const char *const openings[] = {"“", "‘", "「", "《", "、"};
	static const char *const closings[] = {"”", "’", "」", "》", "、"};

	if (!starts_with_one_of(tail, closings, sizeof closings / sizeof *closings))
		return false;
	for (size_t n = 0; n < QUOTED_MAX && head.len >= 3; n++) {
		struct span last = span_from_offset(head, head.len - 3);

		if (starts_with_one_of(last, openings, sizeof openings / sizeof *openings))
			return n > 0;
		if ((unsigned char)last.data[0] < 0xE4 || (unsigned char)last.data[0] > 0xE9)
			return false;
		head.len -= 3;
	}
	return false;
}

/* 垌(dòng)：, 读作(dòng): a dictionary's forms. */
static bool is_gloss(const char *start, const char *behind, const struct span text)
{
	static const char *const before[] = {"音是", "读作", "讀作", "读音", "讀音", "念作", "拼音",
		"音"};
	struct span head = span_from(text.data, (size_t)(start - text.data));
	struct span tail = span_from_offset(text, (size_t)(behind - text.data));

	if (span_starts_with(tail, SPAN_LITERAL("：")) ||
		span_starts_with(tail, SPAN_LITERAL(":")) || is_quoted(head, tail))
		return true;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (span_ends_with(head, span_str(before[i])))
			return true;
	return false;
}

/* A group, if one stands at @p, where a bracket or ? is. Returns the place behind it, or NULL. */
static const char *survey_group(struct pinyin_survey *s, const char *p, struct span text,
	bool after_han)
{
	const char *behind = NULL, *end = text.data + text.len;
	struct group g;

	if (*p == '?')
		behind = read_torn_group(p + 1, end, &g);
	else if (after_han)
		behind = read_group(p, end, &g);
	if (!behind || !count_syllables(g.letters, g.n_letters))
		return NULL;
	if (!g.toned)
		s->n_toneless++;
	else if (is_gloss(p, behind, text))
		s->n_glosses++;
	else
		s->n_toned++;
	return behind;
}

/* 音 behind 读 or 拼. */
static bool is_sound(const char *p, struct span text)
{
	static const char *const before[] = {"读", "讀", "拼", "注", "多"};
	struct span head = span_from(text.data, (size_t)(p - text.data));

	if (memcmp(p, "音", 3) != 0)
		return false;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (span_ends_with(head, span_str(before[i])))
			return true;
	return false;
}

/* Every line of every page passes here: it is looked at by bytes, most of them in threes. */
void pinyin_survey_add(struct pinyin_survey *s, struct span text)
{
	const char *p = text.data, *end = p + text.len, *behind;
	size_t n_han = 0, n_groups = 0;
	bool after_han = false;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		if (c >= 0xE4 && c <= 0xE9 && end - p >= 3) {
			if (c == 0xE9)
				s->n_sounds += is_sound(p, text);
			n_han++;
			after_han = true;
			p += 3;
			continue;
		}
		if (c == 0xE3 && end - p >= 3 && (unsigned char)p[1] >= 0x81 &&
			(unsigned char)p[1] <= 0x83)
			s->n_kana++;
		behind = c == '(' || c == '?' || c == 0xEF ? survey_group(s, p, text, after_han)
							   : NULL;
		n_groups += behind != NULL;
		after_han = behind != NULL;
		p = behind ? behind : p + 1;
	}
	s->n_han += n_han;
	s->n_near += n_groups ? n_han : 0;
}

static bool is_toned_page(const struct pinyin_survey *s)
{
	size_t distance = s->n_toned < TONED_MIN ? HAN_PER_FEW_TONED : HAN_PER_TONED;

	if (!s->n_toned || s->n_toned * distance < s->n_near || s->n_glosses >= s->n_toned)
		return false;
	return s->n_sounds < SOUNDS_MIN || s->n_sounds * 10 < s->n_toned;
}

static bool is_toneless_page(const struct pinyin_survey *s)
{
	return s->n_toneless >= TONELESS_MIN && s->n_toneless * TONELESS_PER_HAN > s->n_han;
}

bool pinyin_is_present(const struct pinyin_survey *s)
{
	return is_toned_page(s) || is_toneless_page(s);
}

static uint32_t last_char(const struct strbuf *out)
{
	size_t at = out->len;
	const char *p;

	while (at > 0 && (out->data[--at] & 0xC0) == 0x80)
		;
	p = out->data + at;
	return out->len ? utf8_next(&p, out->data + out->len) : 0;
}

static size_t count_han_before(const struct strbuf *out)
{
	size_t at = out->len, n = 0;

	while (at > 0 && n < HAN_BEFORE_MAX) {
		const char *p;

		while (at > 0 && (out->data[--at] & 0xC0) == 0x80)
			;
		p = out->data + at;
		if (!utf8_is_han(utf8_next(&p, out->data + out->len)))
			break;
		n++;
	}
	return n;
}

static bool is_insertion(const struct group *g, const struct pinyin_survey *s,
	const struct strbuf *out)
{
	size_t syllables = count_syllables(g->letters, g->n_letters);

	if (!syllables || syllables > count_han_before(out))
		return false;
	return g->toned || is_toneless_page(s) || (s->n_toned && is_neutral(g));
}

/* The listed character with this reading whose first byte ends the character before. */
static bool find_torn(struct span reading, uint32_t before, unsigned char ret_bytes[2])
{
	unsigned char before_bytes[2], bytes[2];

	if (!charset_gbk_encode(before, before_bytes))
		return false;
	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) {
		if (span_is(reading, listed[i].reading) &&
			charset_gbk_encode(listed[i].han, bytes) && bytes[0] == before_bytes[1]) {
			memcpy(ret_bytes, bytes, 2);
			return true;
		}
	}
	return false;
}

/* The listed character that the group behind spells, if it ends in the byte @trail. */
static uint32_t listed_behind(const char *p, const char *end, char trail)
{
	struct group g;
	const char *behind = read_group(p, end, &g);
	struct span reading;
	unsigned char bytes[2];

	if (!behind)
		return 0;
	utf8_next(&p, end);
	reading = span_from(p, g.n_bytes);
	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
		if (span_is(reading, listed[i].reading) &&
			charset_gbk_encode(listed[i].han, bytes) &&
			bytes[1] == (unsigned char)trail)
			return listed[i].han;
	return 0;
}

static bool is_in(struct span document, uint32_t a, uint32_t b)
{
	char word[8];
	size_t n = utf8_encode(a, word);

	n += utf8_encode(b, word + n);
	return span_find(document, span_from(word, n)) >= 0;
}

/*
 * The shifted reading met a pair without a character (GBK's private areas), and
 * it was lost: the byte that is missing is one of those areas' first bytes. The
 * document may have the word elsewhere.
 */
static uint32_t guess_lost(unsigned char first, uint32_t next, struct span document)
{
	static const unsigned char private_first[] = {0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xF8,
		0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE};

	for (size_t i = 0; i < sizeof private_first; i++) {
		const unsigned char bytes[2] = {first, private_first[i]};
		uint32_t c = charset_gbk_decode(bytes);

		if (utf8_is_han(c) && is_in(document, c, next))
			return c;
	}
	return UTF8_REPLACEMENT;
}

/* The bytes behind a torn place, from the one it lost up to the ASCII byte that ends the shift. */
static const char *collect_shifted(const char *p, const char *end, unsigned char *bytes, size_t *n)
{
	while (p < end && *n + 2 < TORN_BYTES_MAX) {
		const char *next = p;
		uint32_t c = utf8_next(&next, end);

		if (c >= 0x40 && c < 0x7F) {
			bytes[(*n)++] = (unsigned char)c;
			return next;
		}
		if (!charset_gbk_encode(c, bytes + *n))
			return NULL;
		*n += 2;
		p = next;
	}
	return NULL;
}

/* Reads on from a torn place with the byte given back. Returns the place behind, or NULL. */
static const char *repair(const char *p, const char *end, unsigned char lost, struct span document,
	struct strbuf *out)
{
	unsigned char bytes[TORN_BYTES_MAX];
	size_t n = 0, before = out->len;
	const char *behind;
	uint32_t last;

	bytes[n++] = lost;
	behind = collect_shifted(p, end, bytes, &n);
	if (!behind)
		return NULL;
	last = listed_behind(behind, end, (char)bytes[n - 1]);
	for (size_t at = 0; at < n; at += 2) { /* one lost, pairs, one of ASCII: an even number */
		uint32_t c = charset_gbk_decode(bytes + at);

		if (at + 2 == n && last && c != last) {
			strbuf_add_utf8(out, guess_lost(bytes[at], last, document));
			strbuf_add_utf8(out, last);
			break;
		}
		if (!utf8_is_han(c)) {
			strbuf_truncate(out, before);
			return NULL;
		}
		strbuf_add_utf8(out, c);
	}
	return behind;
}

/* ?nèi): the bracket was opened inside of a character. */
static const char *mend_torn(const char *p, const char *end, struct span document,
	struct pinyin_survey *s, struct strbuf *out)
{
	struct group g;
	unsigned char bytes[2];
	const char *behind, *repaired;

	if (p >= end || !read_letters(p, end, &g) || !g.toned)
		return NULL;
	behind = p + g.n_bytes;
	if (!closes(&behind, end) || !utf8_is_han(last_char(out)) ||
		!count_syllables(g.letters, g.n_letters))
		return NULL;
	if (s->n_repairs++ < REPAIRS_MAX &&
		find_torn(span_from(p, g.n_bytes), last_char(out), bytes)) {
		repaired = repair(behind, end, bytes[1], document, out);
		if (repaired)
			return repaired;
	}
	strbuf_add_utf8(out, UTF8_REPLACEMENT);
	return behind;
}

void pinyin_strip(struct span text, struct span document, struct pinyin_survey *s,
	struct strbuf *out)
{
	const char *p = text.data, *end = p + text.len, *behind;
	struct group g;

	while (p < end) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);

		behind = NULL;
		if (is_opening(c)) {
			behind = read_group(start, end, &g);
			if (behind && !is_insertion(&g, s, out))
				behind = NULL;
		} else if (c == '?' || c == UTF8_REPLACEMENT)
			behind = mend_torn(p, end, document, s, out);
		if (behind)
			p = behind;
		else
			strbuf_add(out, start, (size_t)(p - start));
	}
}
