#include "crawler/read/enrich/summary.h"

#include "common/utf8.h"

#define SENTENCES_MAX     3
#define LOOK_MAX          60 /* sentences rated: news say it early */
#define SENTENCE_MIN      24 /* bytes; shorter ones are exclamations */
#define SENTENCE_MAX      600
#define KEYWORDS_MAX      30
#define KEYWORD_BYTES_MAX 90

struct sentence {
	struct span text;
	int rate;
};

static bool ends(uint32_t c)
{
	return c == U'。' || c == U'！' || c == U'？' || c == '!' || c == '?' || c == '\n';
}

static bool closes(uint32_t c)
{
	return c == U'”' || c == U'’' || c == U'」' || c == U'）' || c == ')' || c == '"';
}

/* The next sentence of @rest, closing marks with it; *@rest moves behind. */
static struct span next_sentence(struct span *rest)
{
	const char *start = rest->data, *p = start, *end = start + rest->len, *stop = end;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);
		bool dot = c == '.' && (p == end || *p == ' ' || *p == '\n');

		if (!ends(c) && !dot)
			continue;
		stop = c == '\n' ? p - 1 : p;
		while (p < end) {
			const char *next = p;

			if (!closes(utf8_next(&next, end)))
				break;
			stop = p = next;
		}
		break;
	}
	if (p >= end && stop == end)
		stop = end;
	*rest = span_from(p, (size_t)(end - p));
	return span_trim(span_from(start, (size_t)(stop - start)));
}

/* How many of the title's characters, in pairs, a sentence has. */
static int overlap(struct span sentence, struct span title)
{
	const char *p = title.len ? title.data : "", *end = p + title.len, *before = NULL;
	int n = 0;

	while (p < end) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);

		if (before && c > 0x7F &&
			span_find(sentence, span_from(before, (size_t)(p - before))) >= 0)
			n++;
		before = start;
	}
	return n;
}

static int rate(struct span s, size_t index, struct span title)
{
	if (s.len < SENTENCE_MIN || s.len > SENTENCE_MAX)
		return -1;
	return 2 * overlap(s, title) + (index < 3 ? 6 - 2 * (int)index : 0) + (s.len > 90 ? 2 : 0);
}

const char *summary_make(struct span text, const char *title, struct arena *a)
{
	struct sentence all[LOOK_MAX];
	struct span name = utf8_cut(span_str(title), 300);
	size_t n = 0, chosen = 0;
	STRBUF_LOCAL(out);

	while (text.len && n < LOOK_MAX) {
		struct span s = next_sentence(&text);

		all[n] = (struct sentence){.text = s, .rate = rate(s, n, name)};
		n += s.len > 0;
	}
	for (int pick = 0; pick < SENTENCES_MAX; pick++) {
		size_t best = n;

		for (size_t i = 0; i < n; i++)
			if (all[i].rate >= 0 && all[i].rate < 1 << 20 &&
				(best == n || all[i].rate > all[best].rate))
				best = i;
		if (best < n)
			all[best].rate += 1 << 20;
	}
	for (size_t i = 0; i < n; i++) {
		if (all[i].rate < 1 << 20)
			continue;
		if (chosen++ && (unsigned char)out.data[out.len - 1] < 0x80)
			strbuf_add_char(&out, ' ');
		strbuf_add_span(&out, all[i].text);
	}
	return chosen ? arena_dup(a, strbuf_span(&out)) : NULL;
}

static bool separates(uint32_t c, bool spaces)
{
	return c == ',' || c == U'，' || c == U'、' || c == ';' || c == U'；' || c == '|' ||
		c == U'｜' || c == '\n' || (spaces && utf8_is_space(c));
}

void summary_add_keywords(const char *list, struct arena *a, struct str_list *ret)
{
	struct span s = span_str(list ? list : "");
	const char *p = s.data, *end = p + s.len, *start = p;
	/* Spaces split only what nothing else splits. */
	bool spaces = s.len && !strpbrk(list, ",;|\n") && span_find(s, SPAN_LITERAL("，")) < 0 &&
		span_find(s, SPAN_LITERAL("、")) < 0 && span_find(s, SPAN_LITERAL("；")) < 0;

	while (p && p <= end && ret->len < KEYWORDS_MAX) {
		const char *at = p;
		bool stop = p == end || separates(utf8_next(&p, end), spaces);

		if (stop) {
			struct span word = span_trim(span_from(start, (size_t)(at - start)));
			char *copy = arena_dup(a, word);

			if (word.len && word.len <= KEYWORD_BYTES_MAX &&
				!record_list_has(ret, copy))
				record_list_add(a, ret, copy);
			start = p;
			if (at == end)
				break;
		}
	}
}
