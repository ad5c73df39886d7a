/*
 * The card of a government's document, which stands above or below its headline: labels and values
 * in the cells of a table or the items of a list. 索 引 号： | 42/2025 | 发文机关： | 江城市政府.
 * Three labels make a card; a number tells by its form that it is one.
 */
#include "crawler/read/article/article_inside.h"

#include "common/utf8.h"
#include "crawler/read/article/docnumber.h"

#define LINES_BEFORE     30 /* of a card above the text */
#define LINES_BEHIND     14
#define CARD_LABELS_MIN  3
#define HAN_BYTES        3
#define AGENCY_BYTES_MAX 90

enum card_fact { CARD_OTHER, CARD_NUMBER, CARD_AGENCY };

static const struct card_label {
	const char *text; /* without the spaces that pad it */
	enum card_fact fact;
} labels[] = {
	{"索引号", CARD_OTHER},
	{"信息索引", CARD_OTHER},
	{"主题分类", CARD_OTHER},
	{"信息分类", CARD_OTHER},
	{"组配分类", CARD_OTHER},
	{"体裁", CARD_OTHER},
	{"主题词", CARD_OTHER},
	{"主题", CARD_OTHER},
	{"标题", CARD_OTHER},
	{"名称", CARD_OTHER},
	{"信息名称", CARD_OTHER},
	{"有效性", CARD_OTHER},
	{"时效", CARD_OTHER},
	{"内容概述", CARD_OTHER},
	{"公开", CARD_OTHER},
	{"成文日期", CARD_OTHER},
	{"生成日期", CARD_OTHER},
	{"发文日期", CARD_OTHER},
	{"发布日期", CARD_OTHER},
	{"生效日期", CARD_OTHER},
	{"失效日期", CARD_OTHER},
	{"关键词", CARD_OTHER},
	{"文号", CARD_NUMBER},
	{"发文字号", CARD_NUMBER},
	{"发文文号", CARD_NUMBER},
	{"公文文号", CARD_NUMBER},
	{"文件编号", CARD_NUMBER},
	{"发文机关", CARD_AGENCY},
	{"发文单位", CARD_AGENCY},
	{"发布机构", CARD_AGENCY},
	{"发布单位", CARD_AGENCY},
	{"公开责任部门", CARD_AGENCY},
	{"制发机关", CARD_AGENCY},
};

struct card {
	size_t n_labels;
	struct span number, agency; /* borrowed from the page */
};

static size_t skip_padding(struct span s, size_t at)
{
	while (at < s.len) {
		const char *p = s.data + at;
		uint32_t c = utf8_next(&p, s.data + s.len);

		if (!utf8_is_space(c))
			break;
		at = (size_t)(p - s.data);
	}
	return at;
}

/* Bytes of @cell that are @label, however it is padded; 0 if the cell does not begin with it. */
static size_t match_label(struct span cell, const char *label)
{
	size_t at = 0;

	for (; *label; label += HAN_BYTES, at += HAN_BYTES) {
		at = skip_padding(cell, at);
		if (at + HAN_BYTES > cell.len || memcmp(cell.data + at, label, HAN_BYTES) != 0)
			return 0;
	}
	return at;
}

static const struct card_label *label_of(struct span cell, size_t *ret_len)
{
	const struct card_label *best = NULL;
	size_t start = skip_padding(cell, 0);

	*ret_len = 0;
	if (start + HAN_BYTES > cell.len || (unsigned char)cell.data[start] < 0xE4)
		return NULL;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		size_t len = memcmp(cell.data + start, labels[i].text, HAN_BYTES) == 0
			? match_label(cell, labels[i].text)
			: 0;

		if (len > *ret_len) {
			*ret_len = len;
			best = &labels[i];
		}
	}
	return best;
}

static struct span trim_marks(struct span s)
{
	static const char *const marks[] = {"：", ":", "】", "]", "|", "　"};

	size_t before;

	do {
		s = span_trim(s);
		before = s.len;
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
			if (span_starts_with(s, span_str(marks[i])))
				s = span_from_offset(s, strlen(marks[i]));
	} while (s.len < before);
	return s;
}

static struct span next_cell(struct span *row)
{
	ptrdiff_t at = span_find(*row, SPAN_LITERAL(" | "));
	struct span cell = at < 0 ? *row : span_from(row->data, (size_t)at);

	*row = span_from_offset(*row, at < 0 ? row->len : (size_t)at + 3);
	return span_trim(cell);
}

static void take_value(struct card *card, enum card_fact fact, struct span value)
{
	struct span *field = fact == CARD_NUMBER ? &card->number
		: fact == CARD_AGENCY            ? &card->agency
						 : NULL;

	if (field && !field->len)
		*field = value;
}

/* The value stands behind its label or in the next cell. */
static void read_row(struct card *card, struct span row)
{
	while (row.len) {
		size_t len;
		struct span cell = next_cell(&row), value;
		const struct card_label *label = label_of(cell, &len);

		if (!label)
			continue;
		card->n_labels++;
		value = trim_marks(span_from_offset(cell, len));
		if (!value.len) {
			struct span rest = row, next = next_cell(&rest);

			value = label_of(next, &len) ? value : next;
		}
		take_value(card, label->fact, value);
	}
}

void article_read_card(struct article *t)
{
	size_t first = article_text_first(t), i = first > LINES_BEFORE ? first - LINES_BEFORE : 0;
	struct card card = {0};

	for (; i < first + LINES_BEHIND && i < t->blocks.len; i++)
		if (t->blocks.items[i].weight <= ARTICLE_ROW_WEIGHT_MAX)
			read_row(&card, t->blocks.items[i].text);
	docnumber_find(card.number, t->arena, &t->numbers);
	if (card.n_labels >= CARD_LABELS_MIN && !t->byline.publisher && card.agency.len &&
		card.agency.len <= AGENCY_BYTES_MAX)
		t->byline.publisher = arena_dup(t->arena, card.agency);
}
