#include "crawler/read/article/article_inside.h"

#include "common/utf8.h"
#include "crawler/read/article/person.h"
#include "crawler/read/clean/clean.h"

#define HAN_PAGE_MIN 50 /* so many Chinese characters make a Chinese page */
#define FACT_WEIGHT_MAX                                                                            \
	(100 * BLOCK_HAN_WEIGHT) /* of a line around the text that is read for facts */
#define LINKED_WEIGHT_MIN      (6 * BLOCK_HAN_WEIGHT)
#define SHORT_WEIGHT_MAX       (20 * BLOCK_HAN_WEIGHT) /* of a line that may give a date without year */
#define AROUND_WEIGHT_MAX      (8 * BLOCK_HAN_WEIGHT) /* beside a date without year */
#define PARAGRAPH_WEIGHT_MIN   (45 * BLOCK_HAN_WEIGHT)
#define HEAD_BEFORE            6 /* lines before headline or text that may hold facts */
#define HEAD_BEHIND            6
#define HEAD_ROWS              12
#define ROW_LABEL_BYTES        24
#define HEAD_MAX               60 /* between headline and text stand no more */
#define TAIL_BEHIND            8  /* lines behind the text that may name editors */
#define LINE_DATES_MAX         4
#define LINE_PARTS_MAX         4
#define LABEL_BYTES_MAX        60 /* before a date */
#define RATE_MAX               5
#define CLOCK_BYTES_MAX        8
#define RANGE_MARK_MAX         6 /* bytes, with spaces */
#define AUTHOR_LINE_WEIGHT_MAX (15 * BLOCK_HAN_WEIGHT)
#define DAY_MS                 INT64_C(86400000)
#define DATE_LINE_WEIGHT_MAX   (24 * BLOCK_HAN_WEIGHT)

bool article_is_chinese(const struct article *t)
{
	return t->survey.n_han >= HAN_PAGE_MIN && t->survey.n_kana * 5 < t->survey.n_han;
}

size_t article_text_first(const struct article *t)
{
	size_t i = t->body.first;

	while (i < t->body.end && !body_keeps(&t->body, i))
		i++;
	return i;
}

size_t article_text_end(const struct article *t)
{
	size_t i = t->body.end;

	while (i > t->body.first && !body_keeps(&t->body, i - 1))
		i--;
	return i > t->body.first ? i : t->body.end;
}

static bool holds_nocase(struct span s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.len; i++)
		if ((s.data[i] | 0x20) == (word[0] | 0x20) &&
			strncasecmp(s.data + i, word, len) == 0)
			return true;
	return false;
}

static bool holds_one_of(struct span s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (holds_nocase(s, words[i]))
			return true;
	return false;
}

#define HOLDS_ONE_OF(s, words) holds_one_of(s, words, sizeof(words) / sizeof *(words))

/* How likely the date of a line is the page's: by what stands beside it, and its precision. */
static int rate_date(struct span line, const struct date_found *found)
{
	static const char *const labels[] = {"发布", "发表", "日期", "时间", "來源", "来源", "發布",
		"發佈", "時間", "稿源", "Published", "Posted"};
	int rate = found->time.precision > PRECISION_DAY ? 2 : 1;

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (span_find(line, span_str(labels[i])) >= 0)
			rate += 2;
	if (block_weigh(line) < 40 * BLOCK_HAN_WEIGHT && found->end < 60)
		rate++;
	return rate > RATE_MAX ? RATE_MAX : rate;
}

/* Whether the words before a date say that it tells of a change. */
static bool tells_change(struct span before)
{
	static const char *const labels[] = {"更新", "修改", "修订", "修訂", "updated", "update",
		"modified", "aktualisiert", "geändert", "mis à jour", "mise à jour", "modifié",
		"actualizado", "actualización", "atualizado", "aggiornato", "aggiornamento",
		"modificato", "modificado", "bijgewerkt", "oppdatert", "opdateret", "uppdaterad",
		"päivitetty", "güncelle", "zaktualizowano", "aktualizováno", "обновлено",
		"изменено", "оновлено", "diperbarui", "cập nhật", "수정", "최종", "ενημερώθηκε",
		"actualizat"};

	if (before.len > LABEL_BYTES_MAX)
		before = span_from_offset(before, before.len - LABEL_BYTES_MAX);
	return HOLDS_ONE_OF(before, labels);
}

static void keep_better(struct article_time *best, const struct record_time *time, int rate,
	const char *from)
{
	if (rate > best->rate)
		*best = (struct article_time){.time = *time, .rate = rate, .from = from};
}

/* What the label before a date makes of it: 发布日期 tells more than 成文日期, which is no publication. */
static int rate_label(struct span before)
{
	static const char *const others[] = {"成文", "施行", "生效", "实施", "签发", "印发", "有效",
		"截止", "截至", "失效", "会议", "活动", "登录", "展期"};
	static const char *const own[] = {"发布", "發布", "發佈", "发表", "發表", "Published",
		"Posted"};

	if (before.len > LABEL_BYTES_MAX)
		before = span_from_offset(before, before.len - LABEL_BYTES_MAX);
	return HOLDS_ONE_OF(before, own) ? 1 : HOLDS_ONE_OF(before, others) ? -3 : 0;
}

/* 2025-05-28 更新, as a label behind its date; not the one of the next: 更新时间：… */
static bool tells_change_behind(struct span behind)
{
	static const char *const labels[] = {"更新", "修改"};
	static const char *const ends[] = {" ", "　", "|", "）", ")", "，"};

	behind = span_trim(behind);
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		struct span rest;

		if (!span_starts_with(behind, span_str(labels[i])))
			continue;
		rest = span_from_offset(behind, strlen(labels[i]));
		for (size_t j = 0; j < sizeof ends / sizeof *ends; j++)
			if (!rest.len || span_starts_with(rest, span_str(ends[j])))
				return true;
	}
	return false;
}

static bool begins_with_digit(struct span s)
{
	return s.len && s.data[0] >= '0' && s.data[0] <= '9';
}

/* 28日, 05-28, 11:54, unlike 3 min read. */
static bool begins_with_part_of_date(struct span s)
{
	static const char *const marks[] = {"年", "月", "日", "-", "/", ".", ":"};

	if (!begins_with_digit(s))
		return false;
	while (begins_with_digit(s))
		s = span_from_offset(s, 1);
	s = span_trim(s);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (span_starts_with(s, span_str(marks[i])))
			return true;
	return false;
}

/* 2025-05-01至2025-05-28: from and to, of what the page tells of. */
static bool is_range(struct span behind)
{
	static const char *const marks[] = {"至", "到", "—", "~", "～"};

	behind = span_trim(behind);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (span_starts_with(behind, span_str(marks[i])))
			return begins_with_part_of_date(
				span_trim(span_from_offset(behind, strlen(marks[i]))));
	return false;
}

/* What stands behind a range whose first date ends before @behind: other dates may follow. */
static struct span skip_range(const struct article *t, struct span behind)
{
	struct date_found last;

	return date_find(behind, &t->dates, true, &last) && last.start <= RANGE_MARK_MAX
		? span_from_offset(behind, last.end)
		: behind;
}

/* The day on which one looks, which sites show above everything: 今天是2025年5月29日 星期四. */
static bool is_today(const struct article *t, struct span line, const struct date_found *found,
	bool above)
{
	static const char *const labels[] = {"今天是", "今天：", "现在是", "現在是", "现在时间",
		"当前时间", "系统时间"};
	static const char *const weekdays[] = {"星期", "农历", "農曆", "℃"};
	int64_t age = t->in->fetched_at_ms - found->time.ms;

	return SPAN_HOLDS_ONE_OF(span_from(line.data, found->start), labels) ||
		(above && age < DAY_MS && SPAN_HOLDS_ONE_OF(line, weekdays) &&
			span_find(line, SPAN_LITERAL("版")) < 0); /* of a paper's page */
}

/* The dates of a line, each with the label before it. @above: the headline comes later. */
static void read_dates(struct article *t, struct span line, int bonus, bool above)
{
	struct date_found found;

	for (int i = 0; i < LINE_DATES_MAX && date_find(line, &t->dates, false, &found); i++) {
		struct span before = span_from(line.data, found.start),
			    behind = span_from_offset(line, found.end);
		int rate = rate_date(line, &found) + rate_label(before) + bonus;
		bool change;

		if (is_range(behind)) {
			line = skip_range(t, behind);
			continue;
		}
		change = tells_change(before) || tells_change_behind(behind);

		if (!is_today(t, line, &found, above))
			keep_better(change ? &t->modified : &t->published, &found.time, rate,
				"a line around the text");
		line = behind;
	}
}

/* 記者林怡君／台北報導 */
static bool names_reporters(struct span s)
{
	static const char *const words[] = {"记者", "記者", "来源", "來源", "编辑", "編輯", "作者",
		"报道", "報導", "報道"};

	return span_find(s, SPAN_LITERAL("。")) < 0 && span_find(s, SPAN_LITERAL("，")) < 0 &&
		HOLDS_ONE_OF(s, words);
}

static bool is_above(const struct article *t, size_t i)
{
	return t->title.block != TITLE_NO_BLOCK && i < t->title.block;
}

/* What stands before a date without a year calls it the page's own. */
static bool is_labelled(struct span before)
{
	static const char *const labels[] = {"时间", "時間", "日期"};

	return rate_label(before) > 0 || SPAN_HOLDS_ONE_OF(before, labels);
}

/* 发布时间：11:54, of a day that only the fetch knows. */
static bool find_clock(const struct article *t, struct span line, struct date_found *ret)
{
	size_t at = 0, n = 0;
	struct span rest;

	while (at < line.len && (line.data[at] < '0' || line.data[at] > '9'))
		at++;
	rest = span_from_offset(line, at);
	while (n < rest.len &&
		((rest.data[n] >= '0' && rest.data[n] <= '9') || rest.data[n] == ':'))
		n++;
	rest.len = n;
	*ret = (struct date_found){.start = at, .end = at + n};
	return n <= CLOCK_BYTES_MAX && span_find(rest, SPAN_LITERAL(":")) > 0 &&
		rate_label(span_from(line.data, at)) > 0 && date_parse(rest, &t->dates, &ret->time);
}

/*
 * A short line that is little but 5月1日 08:30 or 3小时前. Where it is taken for text, the day
 * alone may be a heading.
 */
static void read_bare_date(struct article *t, size_t i)
{
	const struct block *b = &t->blocks.items[i];
	bool is_text = i >= t->body.first && body_keeps(&t->body, i);
	struct date_found found;
	struct span before, behind;
	uint32_t around;

	if (b->weight > SHORT_WEIGHT_MAX || b->n_links > 1 ||
		(!date_find(b->text, &t->dates, true, &found) && !find_clock(t, b->text, &found)))
		return;
	before = span_from(b->text.data, found.start);
	behind = span_from_offset(b->text, found.end);
	if (tells_change(before) || rate_label(before) < 0 ||
		is_today(t, b->text, &found, is_above(t, i)))
		return;
	/* Above a headline stand the day and its weather. */
	if (is_above(t, i) && found.time.precision <= PRECISION_DAY && !is_labelled(before))
		return;
	/* In a text other things have their days, too. */
	if (is_text && span_trim(before).len && rate_label(before) <= 0 && !names_reporters(before))
		return;
	around = names_reporters(before) ? 0 : block_weigh(before);
	if (is_text && !names_reporters(behind))
		around += block_weigh(behind);
	if (around <= AROUND_WEIGHT_MAX &&
		(!is_text || found.time.precision > PRECISION_DAY || is_labelled(before)))
		keep_better(&t->published, &found.time, 1,
			"a line around the text, without a year");
}

static bool is_list_of_links(const struct block *b)
{
	return b->n_links > 3 && b->link_weight * 10 > b->weight * 7;
}

static bool is_line_of_facts(const struct article *t, size_t i)
{
	const struct block *b = &t->blocks.items[i];

	return i != t->title.block && b->weight <= FACT_WEIGHT_MAX && !is_list_of_links(b);
}

/* Another page and its day, as lists have them. */
static bool is_linked(const struct block *b)
{
	return b->n_links == 1 && b->link_weight >= LINKED_WEIGHT_MIN &&
		b->link_weight * 2 > b->weight;
}

/* Von Peter Lang | 28.5.2025: the part of a line before the next mark that parts its facts. */
static struct span next_part(struct span *rest)
{
	static const char *const marks[] = {" | ", " – ", " • ", " · "};
	size_t end = rest->len, behind = rest->len;
	struct span part;

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		ptrdiff_t at = span_find(*rest, span_str(marks[i]));

		if (at >= 0 && (size_t)at < end) {
			end = (size_t)at;
			behind = end + strlen(marks[i]);
		}
	}
	part = span_from(rest->data, end);
	*rest = span_from_offset(*rest, behind);
	return part;
}

static void read_people(struct article *t, struct span line)
{
	struct span names;

	byline_read(line, t->arena, &t->byline);
	for (int i = 0;
		i < LINE_PARTS_MAX && line.len && !article_is_chinese(t) && !t->line_authors.len;
		i++)
		if (person_line(next_part(&line), &t->dates, &names))
			person_add(names, PERSON_BYLINE, t->arena, &t->line_authors);
}

/* A paragraph tells of other days. */
static bool is_paragraph(const struct article *t, size_t i)
{
	const struct block *b = &t->blocks.items[i];

	return body_keeps(&t->body, i) &&
		(b->weight > PARAGRAPH_WEIGHT_MIN || span_find(b->text, SPAN_LITERAL("。")) >= 0);
}

/* Boxes above the text may hold its date, whatever they are called; those further down have others. */
static bool may_be_dated(const struct article *t, size_t i, size_t first)
{
	return !is_paragraph(t, i) && !is_linked(&t->blocks.items[i]) &&
		(i < first || !t->body.furniture[i]);
}

/* Lines around the text: date and byline. */
static void read_facts(struct article *t, size_t from, size_t to, bool dates)
{
	size_t first = article_text_first(t);

	for (size_t i = from; i < to && i < t->blocks.len; i++) {
		struct span line;

		if (!is_line_of_facts(t, i))
			continue;
		line = clean_phrase(t->blocks.items[i].text, &t->survey, t->arena);
		if (dates && may_be_dated(t, i, first))
			read_dates(t, line, t->body.furniture[i] ? -1 : 0, is_above(t, i));
		read_people(t, line);
	}
}

static void read_bare_dates(struct article *t, size_t from, size_t to)
{
	size_t first = article_text_first(t);

	for (size_t i = from; i < to && i < t->blocks.len; i++)
		if (is_line_of_facts(t, i) && may_be_dated(t, i, first))
			read_bare_date(t, i);
}

static bool is_row_of_facts(const struct block *b)
{
	struct span begin = utf8_cut(b->text, ROW_LABEL_BYTES);

	return b->weight <= ARTICLE_ROW_WEIGHT_MAX &&
		(span_find(begin, SPAN_LITERAL("：")) > 0 ||
			span_find(begin, SPAN_LITERAL(":")) > 0 ||
			span_find(begin, SPAN_LITERAL(" | ")) > 0);
}

/* The table of a government's document goes on where the head of another page ends. */
static size_t skip_rows(const struct article *t, size_t i)
{
	size_t end = i + HEAD_ROWS < t->blocks.len ? i + HEAD_ROWS : t->blocks.len;

	while (i < end && is_row_of_facts(&t->blocks.items[i]))
		i++;
	return i;
}

void article_read_head(struct article *t)
{
	size_t first = t->body.first, title = t->title.block, from, to;

	if (title == TITLE_NO_BLOCK || (title < first && first - title > HEAD_MAX))
		title = first;
	from = title < first ? title : first;
	to = (title < first ? first : title) + HEAD_BEHIND;
	to = to < t->body.end || t->body.end < first ? to : t->body.end;
	read_facts(t, from, to, true);
	if (t->published.rate <= 1 && article_is_chinese(t))
		read_facts(t, to, skip_rows(t, to), true);
	if (!t->published.rate)
		read_facts(t, from > HEAD_BEFORE ? from - HEAD_BEFORE : 0, from, true);
	if (!t->published.rate && !t->meta.published.from)
		read_bare_dates(t, from > HEAD_BEFORE ? from - HEAD_BEFORE : 0, to);
}

void article_read_tail(struct article *t)
{
	read_facts(t, t->body.end, t->body.end + TAIL_BEHIND, t->published.rate == 0);
}

bool article_is_date_line(const struct article *t, struct span line)
{
	struct date_found found;
	struct span rest;

	if (block_weigh(line) >= DATE_LINE_WEIGHT_MAX ||
		!date_find(line, &t->dates, false, &found) || found.time.precision <= PRECISION_DAY)
		return false;
	rest = span_from_offset(line, found.end);
	return block_weigh(rest) < 8 * BLOCK_HAN_WEIGHT ||
		(found.start == 0 && names_reporters(rest));
}

bool article_is_author_line(const struct article *t, struct span line)
{
	struct span names;

	return !article_is_chinese(t) && block_weigh(line) < AUTHOR_LINE_WEIGHT_MAX &&
		person_line(line, &t->dates, &names) && memchr(names.data, ' ', names.len);
}
