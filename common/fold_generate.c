/*
 * Writes the fold table from Unicode (ICU's NFKC_Casefold) and OpenCC (t2s,
 * character by character). Runs when the project is built; see fold.h.
 *
 *   fold_blocks[code point >> 8]  -> number of a block of 256 entries
 *   fold_entries[block][low byte] -> FOLD_SAME, FOLD_DROP, a code point, or
 *                                    FOLD_SEQUENCE | offset << 5 | length
 *   fold_pairs[]                  -> canonical compositions, sorted
 */
#include "common/utf8.h"

#include <opencc/opencc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#define CODE_POINTS  0x110000
#define SEQUENCE_MAX 31
#define ROUNDS_MAX   4 /* until folding the fold changes nothing */

enum { FOLD_SAME = 0, FOLD_DROP = 1 };
#define FOLD_SEQUENCE 0x80000000u

static const UNormalizer2 *nfkc_casefold;
static const UNormalizer2 *nfc;
static opencc_t t2s;

/* Variants that Unicode keeps apart and readers do not. */
static const struct {
	const char *from; /* UTF-8 */
	UChar32 to;       /* 0: dropped */
} variants[] = {
	{"\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uFE58\u2500", '-'},
	{"\u30FB\u2022\u2027\u2219\u22C5", 0xB7},
	{"\u301C\u223C", '~'},
	{"\u00D7\u2715\u2716", 'x'},
	{"[\u3010\u3014\u3016", '('},
	{"]\u3011\u3015\u3017", ')'},
	{"\u2018\u2019\u201B\u02BC", '\''},
	{"\"\u201C\u201D\u201E\u201F\u300A\u300B\u3008\u3009\u300C\u300D\u300E\u300F\u301D\u301E",
		0},
	{"\u3007\u25CB\u25EF", 0x96F6},
	{"\u4E28\u2502\u258F\u2503\u00A6", '|'},
	/* OpenCC simplifies these in some words and keeps them in others (TSCharacters gives both):
	 * a copy converted to traditional has 瞭解 for 了解, and no two words differ by them alone. */
	{"瞭", U'了'},
	{"覆", U'复'},
	{"藉", U'借'},
	{"彷", U'仿'},
	{"牴", U'抵'},
	{"祇衹", U'只'},
	{"阪", U'坂'},
};

static UChar32 variant_of(UChar32 c)
{
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
		const char *s = variants[i].from, *end = s + strlen(s);

		while (s < end) {
			if ((UChar32)utf8_next(&s, end) == c)
				return variants[i].to;
		}
	}
	return c;
}

static void fail(const char *what)
{
	fprintf(stderr, "fold_generate: %s failed\n", what);
	exit(1);
}

static UChar32 simplify(UChar32 c)
{
	char utf8[4], *converted;
	const char *at, *end;
	UChar32 result;

	converted = opencc_convert_utf8(t2s, utf8, utf8_encode((uint32_t)c, utf8));
	if (!converted)
		fail("OpenCC");
	at = converted;
	end = converted + strlen(converted);
	result = (UChar32)utf8_next(&at, end);
	if (at != end)
		result = c; /* more than one character: not a variant of this one */
	opencc_convert_utf8_free(converted);
	return result;
}

static int32_t fold_once(const UChar32 *in, int32_t n, UChar32 *out)
{
	UChar source[SEQUENCE_MAX * 4], folded[SEQUENCE_MAX * 8];
	UErrorCode status = U_ZERO_ERROR;
	int32_t len = 0, made = 0, count = 0;

	for (int32_t i = 0; i < n; i++)
		U16_APPEND_UNSAFE(source, len, in[i]);
	made = unorm2_normalize(nfkc_casefold, source, len, folded, SEQUENCE_MAX * 8, &status);
	if (U_FAILURE(status))
		fail("NFKC_Casefold");
	for (int32_t i = 0; i < made && count < SEQUENCE_MAX;) {
		UChar32 c;

		U16_NEXT(folded, i, made, c);
		c = variant_of(c);
		if (c && u_charType(c) != U_PRIVATE_USE_CHAR)
			out[count++] = c >= 0x2E80 ? simplify(c) : c;
	}
	return count;
}

static uint32_t sequences[65536];
static size_t n_sequences;

static uint32_t entry_of(UChar32 c)
{
	UChar32 now[SEQUENCE_MAX] = {c}, next[SEQUENCE_MAX];
	int32_t n = 1;

	if (U_IS_SURROGATE(c) || (!u_isdefined(c) && c != 0xFFFD))
		return FOLD_SAME;
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int32_t m = fold_once(now, n, next);
		bool stable = m == n && memcmp(now, next, sizeof *now * (size_t)n) == 0;

		memcpy(now, next, sizeof *now * (size_t)m);
		n = m;
		if (stable || n == 0)
			break;
	}
	if (n == 0)
		return FOLD_DROP;
	if (n == 1)
		return now[0] == c ? FOLD_SAME : (uint32_t)now[0];
	if (n_sequences + (size_t)n > sizeof sequences / sizeof *sequences)
		fail("making room for sequences");
	for (int32_t i = 0; i < n; i++)
		sequences[n_sequences++] = (uint32_t)now[i];
	return FOLD_SEQUENCE | (uint32_t)(n_sequences - (size_t)n) << 5 | (uint32_t)n;
}

static uint32_t entries[CODE_POINTS >> 8][256];
static unsigned block_of[CODE_POINTS >> 8];
static unsigned n_blocks;

static void make_blocks(void)
{
	for (UChar32 high = 0; high < CODE_POINTS >> 8; high++) {
		unsigned same = 0;

		for (UChar32 low = 0; low < 256; low++)
			entries[n_blocks][low] = entry_of(high << 8 | low);
		while (same < n_blocks &&
			memcmp(entries[same], entries[n_blocks], sizeof *entries) != 0)
			same++;
		block_of[high] = same;
		if (same == n_blocks)
			n_blocks++;
	}
}

static void write_pairs(FILE *f)
{
	fputs("static const struct fold_pair fold_pairs[] = {\n", f);
	for (UChar32 second = 0x300; second < 0x3100; second++) {
		if (!u_getCombiningClass(second))
			continue;
		for (UChar32 first = 0x20; first < 0x3100; first++) {
			UChar32 composed = unorm2_composePair(nfc, first, second);

			if (composed >= 0)
				fprintf(f, "{0x%X,0x%X,0x%X},\n", (unsigned)second, (unsigned)first,
					(unsigned)composed);
		}
	}
	fputs("};\n", f);
}

int main(int argc, char **argv)
{
	UErrorCode status = U_ZERO_ERROR;
	FILE *f;

	if (argc != 2) {
		fputs("usage: fold_generate OUTPUT\n", stderr);
		return 2;
	}
	nfkc_casefold = unorm2_getNFKCCasefoldInstance(&status);
	nfc = unorm2_getNFCInstance(&status);
	t2s = opencc_open("t2s.json");
	f = fopen(argv[1], "w");
	if (U_FAILURE(status) || t2s == (opencc_t)-1 || !f)
		fail("opening ICU, OpenCC's t2s.json or the output");

	make_blocks();
	fprintf(f, "static const uint16_t fold_blocks[%u] = {", CODE_POINTS >> 8);
	for (UChar32 high = 0; high < CODE_POINTS >> 8; high++)
		fprintf(f, "%u,", block_of[high]);
	fprintf(f, "};\nstatic const uint32_t fold_entries[%u][256] = {\n", n_blocks);
	for (unsigned b = 0; b < n_blocks; b++) {
		fputc('{', f);
		for (int i = 0; i < 256; i++)
			fprintf(f, "%uu,", entries[b][i]);
		fputs("},\n", f);
	}
	fputs("};\nstatic const uint32_t fold_sequences[] = {", f);
	for (size_t i = 0; i < n_sequences; i++)
		fprintf(f, "%u,", sequences[i]);
	fputs("};\n", f);
	write_pairs(f);
	return fclose(f) == 0 ? 0 : 1;
}
