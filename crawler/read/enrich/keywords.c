/*
 * title and text -> characters -> their positions sorted by what follows, so
 * that equal runs are neighbours -> runs that repeat -> those that are words
 * -> the best of them, none within another
 */
#include "crawler/read/enrich/keywords.h"

#include "common/fold.h"
#include "common/strbuf.h"
#include "common/utf8.h"

#include <stdlib.h>
#include <strings.h>

#define TEXT_BYTES_MAX  18000 /* news say early what they are about; sorting stays under 1 ms */
#define TITLE_BYTES_MAX 300
#define WORD_MIN        2 /* characters */
#define WORD_MAX        8
#define TIMES_MIN       4 /* a word stands so often; one less when the title has it */
#define COHESION_MIN    8 /* so many times more often together than by chance */
#define CANDIDATES_MAX  500
#define HAN_MIN         50 /* so many Han characters make a Chinese text */

struct letter {
	uint32_t c; /* 0: no Han character */
	uint32_t offset;
};

/* Title, a break, and text. Between words of Han characters stands one letter of 0. */
struct letters {
	struct span all;
	size_t title_len;
	struct letter *items; /* one of 0 at both ends */
	size_t len;
	uint32_t *sorted; /* indices of Han characters */
	size_t n_sorted;
};

struct candidate {
	struct span word; /* as it stands first */
	size_t times;
	size_t score;
};

struct candidate_list {
	struct candidate items[CANDIDATES_MAX];
	size_t len;
};

/* What a word neither begins nor ends with, in simplified characters. */
static const char *const no_edge =
	"的了和在是与等这那一二三四五六七八九十百千万两不有为以及将对从到也就还要会可而其我他你她它"
	"们个各"
	"于或被把让向由但并更最很又再之者此该每某来去过着时说看如若因使给位次种项条年月日至做";
static const char *const no_start = "性化后前里内外间起得能";
static const char *const no_end = "性前后里内外间上下多新大小用本第全";
static const char *const no_part = "的了和在是与这";

/* Words of any news, in their folded form. */
static const char *const stop_words[] = {"我们", "他们", "表示", "进行", "通过", "记者", "目前",
	"同时", "工作", "问题", "方面", "相关", "开展", "近年", "介绍", "推动", "推进", "加快",
	"提出", "加强", "实现", "作为", "已经", "正在", "成为", "提供", "什么", "今年", "没有",
	"需要", "其中", "认为", "发展", "我国", "指出", "强调", "全市", "全省", "全国", "启动",
	"深入", "支持", "建设", "提升", "打造", "主要", "重要", "重点", "参与", "产业", "产品",
	"企业", "技术", "科技", "公司", "服务", "活动", "内容", "能力", "研究", "委员", "代表",
	"高质量", "省委", "市委", "应用", "学习", "情况", "领域", "战略", "股份有限公司",
	"有限公司", "责任编辑", "编辑", "来源", "部门", "单位", "人员", "要求", "组织", "管理",
	"关于", "根据", "the", "this", "that", "these", "those", "and", "but", "for", "from",
	"with", "in", "on", "at", "by", "of", "to", "it", "its", "is", "are", "was", "we", "you",
	"he", "she", "they", "his", "her", "our", "an", "as", "if", "or", "not", "no", "all",
	"when", "while", "what", "there", "more", "also", "however", "mr", "ms"};

static bool has(const char *list, struct span c)
{
	return c.len && span_find(span_str(list), c) >= 0;
}

static bool is_stop_word(struct span folded)
{
	for (size_t i = 0; i < sizeof stop_words / sizeof *stop_words; i++)
		if (span_eq(folded, span_str(stop_words[i])))
			return true;
	return false;
}

/* Whether a run of Han characters, folded, may be a word by the characters at its ends. */
static bool may_be_word(struct span folded)
{
	const char *p = folded.data, *end = p + folded.len, *start = p;
	struct span c = folded;

	while (p < end) {
		start = p;
		utf8_next(&p, end);
		c = span_from(start, (size_t)(p - start));
		if (has(no_part, c) ||
			(start == folded.data && (has(no_edge, c) || has(no_start, c))))
			return false;
	}
	return !has(no_edge, c) && !has(no_end, c) && !is_stop_word(folded);
}

static void read_letters(struct letters *l)
{
	const char *start = l->all.data, *p = start, *end = p + l->all.len;

	l->items[l->len++] = (struct letter){0};
	while (p < end) {
		uint32_t offset = (uint32_t)(p - start), c = utf8_next(&p, end);

		if (!utf8_is_han(c)) {
			if (l->items[l->len - 1].c)
				l->items[l->len++] = (struct letter){.offset = offset};
			continue;
		}
		l->sorted[l->n_sorted++] = (uint32_t)l->len;
		l->items[l->len++] = (struct letter){.c = c, .offset = offset};
	}
	l->items[l->len] = (struct letter){.offset = (uint32_t)l->all.len};
}

/* Compares the runs of at most @n Han characters that begin at two places. */
static int compare_runs(const struct letter *a, const struct letter *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i].c != b[i].c)
			return a[i].c < b[i].c ? -1 : 1;
		if (!a[i].c)
			break;
	}
	return 0;
}

static int by_run(const void *a, const void *b, void *arg)
{
	const struct letters *l = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = compare_runs(l->items + x, l->items + y, WORD_MAX + 1);

	return order ? order : (x > y) - (x < y);
}

/* The number of sorted places before the run (@behind: and with it). */
static size_t bound(const struct letters *l, const struct letter *run, size_t n, bool behind)
{
	size_t low = 0, high = l->n_sorted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_runs(l->items + l->sorted[middle], run, n);

		if (order < 0 || (behind && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t times(const struct letters *l, const struct letter *run, size_t n)
{
	return bound(l, run, n, true) - bound(l, run, n, false);
}

static bool is_cohesive(const struct letters *l, const struct letter *run, size_t n, size_t count)
{
	for (size_t i = 1; i < n; i++)
		if (count * l->n_sorted <
			COHESION_MIN * times(l, run, i) * times(l, run + i, n - i))
			return false;
	return true;
}

static int by_code_point(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/*
 * How many characters differ that stand @step from the places: 0 counts each
 * time, there the run stands free. @room holds @n.
 */
static size_t variety(const struct letters *l, const uint32_t *places, size_t n, ptrdiff_t step,
	uint32_t *room)
{
	size_t different = 0;

	for (size_t i = 0; i < n; i++)
		room[i] = l->items[(ptrdiff_t)places[i] + step].c;
	qsort(room, n, sizeof *room, by_code_point);
	for (size_t i = 0; i < n; i++)
		different += !room[i] || i == 0 || room[i] != room[i - 1];
	return different;
}

static bool is_free(const struct letters *l, const uint32_t *places, size_t n, size_t len,
	uint32_t *room)
{
	size_t before = variety(l, places, n, -1, room);
	size_t behind = variety(l, places, n, (ptrdiff_t)len, room);

	return before >= 2 && behind >= 2 && before * 10 >= n * 3 && behind * 10 >= n * 3;
}

static bool is_in_title(const struct letters *l, struct span word)
{
	return span_find(span_from(l->all.data, l->title_len), word) >= 0;
}

static void add_candidate(const struct letters *l, struct span word, size_t count, size_t weight,
	struct candidate_list *list)
{
	bool titled = is_in_title(l, word);

	if (list->len < CANDIDATES_MAX && count + titled >= TIMES_MIN)
		list->items[list->len++] = (struct candidate){.word = word,
			.times = count,
			.score = count * weight * (titled ? 2 : 1)};
}

static void look_at_run(const struct letters *l, const uint32_t *places, size_t n, size_t len,
	uint32_t *room, struct candidate_list *list)
{
	const struct letter *run = l->items + places[0];
	size_t start = run->offset;
	struct span word = span_from(l->all.data + start, run[len].offset - start);
	STRBUF_LOCAL(folded);

	if (!is_free(l, places, n, len, room) || !is_cohesive(l, run, len, n))
		return;
	fold_text(word, &folded);
	if (may_be_word(strbuf_span(&folded)))
		add_candidate(l, word, n, len, list);
}

static bool is_whole(const struct letter *run, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!run[i].c)
			return false;
	return true;
}

/* Runs of @len Han characters: equal ones are neighbours. */
static void find_runs(const struct letters *l, size_t len, uint32_t *room,
	struct candidate_list *list)
{
	for (size_t i = 0, n; i < l->n_sorted; i += n) {
		const struct letter *run = l->items + l->sorted[i];

		for (n = 1; i + n < l->n_sorted; n++)
			if (compare_runs(run, l->items + l->sorted[i + n], len) != 0)
				break;
		if (n + 1 >= TIMES_MIN && is_whole(run, len))
			look_at_run(l, l->sorted + i, n, len, room, list);
	}
}

static bool is_latin(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-';
}

/* Whether a letter with an accent (U+00C0 to U+024F) continues the word. */
static bool is_cut(struct span s, size_t at)
{
	unsigned char c = at < s.len ? (unsigned char)s.data[at] : 0;

	return c >= 0xC3 && c <= 0xC9;
}

/* The next word of Latin letters in capitals, all or some: DeepSeek, AI, GPT-4. */
static bool next_latin(struct span s, size_t *at, struct span *ret)
{
	while (*at < s.len) {
		size_t start = *at, capitals = 0;

		while (*at < s.len && is_latin(s.data[*at])) {
			capitals += s.data[*at] >= 'A' && s.data[*at] <= 'Z';
			++*at;
		}
		*ret = span_from(s.data + start, *at - start);
		while (ret->len && ret->data[ret->len - 1] == '-')
			ret->len--;
		if (capitals && ret->len >= 2 && ret->data[0] > '9' && !is_cut(s, *at))
			return true;
		*at += *at == start;
	}
	return false;
}

static bool is_nocase(struct span a, struct span b)
{
	return a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0;
}

static void find_latin(const struct letters *l, struct candidate_list *list)
{
	size_t at = 0, first = list->len;
	struct span word;

	while (next_latin(l->all, &at, &word)) {
		size_t i = first;
		STRBUF_LOCAL(folded);

		while (i < list->len && !is_nocase(list->items[i].word, word))
			i++;
		if (i < list->len) {
			list->items[i].times++;
			continue;
		}
		fold_text(word, &folded);
		if (list->len < CANDIDATES_MAX && !is_stop_word(strbuf_span(&folded)))
			list->items[list->len++] = (struct candidate){.word = word, .times = 1};
	}
	for (size_t i = first, end = list->len; i < end; i++) {
		struct candidate c = list->items[i];

		if (i == first)
			list->len = first;
		add_candidate(l, c.word, c.times, 2, list);
	}
}

static bool holds(const struct candidate *a, const struct candidate *b)
{
	return a->word.len > b->word.len && span_find(a->word, b->word) >= 0;
}

/* A word that stands mostly within a longer one is a part of it: 模型 in 大模型. */
static bool is_part(const struct candidate_list *list, const struct candidate *c)
{
	for (size_t i = 0; i < list->len; i++)
		if (holds(&list->items[i], c) && list->items[i].times * 10 >= c->times * 6)
			return true;
	return false;
}

static bool touches(struct span word, const struct candidate *const *chosen, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_find(chosen[i]->word, word) >= 0 || span_find(word, chosen[i]->word) >= 0)
			return true;
	return false;
}

static int by_score(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->word.data > y->word.data) - (x->word.data < y->word.data);
}

static void choose(struct candidate_list *list, struct span text, struct arena *a,
	struct str_list *ret)
{
	const struct candidate *chosen[KEYWORDS_FOUND_MAX];
	size_t n = 0;

	qsort(list->items, list->len, sizeof *list->items, by_score);
	for (size_t i = 0; i < list->len && n < KEYWORDS_FOUND_MAX; i++) {
		const struct candidate *c = &list->items[i];

		if (is_part(list, c) || touches(c->word, chosen, n) || span_find(text, c->word) < 0)
			continue;
		chosen[n++] = c;
		record_list_add(a, ret, arena_dup(a, c->word));
	}
}

void keywords_find(struct span text, const char *title, struct arena *a, struct str_list *ret)
{
	struct span head = utf8_cut(span_str(title ? title : ""), TITLE_BYTES_MAX);
	struct candidate_list *list = arena_alloc(a, sizeof *list);
	struct letters l = {.title_len = head.len};
	uint32_t *room;
	STRBUF_LOCAL(all);

	text = utf8_cut(text, TEXT_BYTES_MAX);
	strbuf_add_span(&all, head);
	strbuf_add_char(&all, '\n');
	strbuf_add_span(&all, text);
	l.all = strbuf_span(&all);
	l.items = arena_alloc(a, (l.all.len + WORD_MAX + 2) * sizeof *l.items);
	l.sorted = arena_alloc(a, l.all.len * sizeof *l.sorted);
	room = arena_alloc(a, l.all.len * sizeof *room);
	read_letters(&l);
	if (l.n_sorted < HAN_MIN)
		return;
	qsort_r(l.sorted, l.n_sorted, sizeof *l.sorted, by_run, &l);
	for (size_t len = WORD_MIN; len <= WORD_MAX; len++)
		find_runs(&l, len, room, list);
	find_latin(&l, list);
	choose(list, text, a, ret);
}
