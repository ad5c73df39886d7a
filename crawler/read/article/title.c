#include "crawler/read/article/title.h"

#include "common/fold.h"
#include "common/utf8.h"

#define TITLE_BYTES_MAX     600 /* longer lines are text */
#define TITLE_WEIGHT_MIN    (4 * BLOCK_HAN_WEIGHT)
#define NAME_BYTES_MAX      2000 /* of what a page calls itself: every line is looked for in it */
#define PROBE_BYTES         12   /* of a line, which fold cheaply */
#define SITE_WEIGHT_MAX     (16 * BLOCK_HAN_WEIGHT)
#define LINES_BEHIND        4
#define LINES_BEFORE        6 /* of a text, where its headline may stand */
#define LINE_WEIGHT_MAX     (45 * BLOCK_HAN_WEIGHT)
#define TEMPLATE_WEIGHT_MAX (6 * BLOCK_HAN_WEIGHT)

static bool is_separator(uint32_t c)
{
	return c == '_' || c == '|' || c == '-' || c == U'—' || c == U'–' || c == U'丨' ||
		c == U'｜' || c == U'│' || c == U'»' || c == U'«' || c == U'>' || c == U'·' ||
		c == U'/' || c == U'－' || c == U'▏' || c == U'~' || c == U'―' || c == U'＿';
}

static bool is_site_name(struct span part, const char *site_name)
{
	static const char *const words[] = {"网", "網", "报", "報", "新闻", "新聞", "频道", "頻道",
		"在线", "在線", "站", "社", "台", "论坛", "博客", "资讯", "资訊", "資訊", "订阅",
		"中心", "政府", "官方", "日报", "晚报", "杂志", "周刊", "委员会", "局", "厅", "部",
		"门户", "首页", "com", "net", "cn", "news", "times", "post", "daily", "bbc", "tv",
		"公司", "研究院", "大学", "协会", "财经", "视频", "体育", "娱乐", "科技", "汽车",
		"军事", "历史", "教育", "要闻", "中国"};
	STRBUF_LOCAL(folded);
	STRBUF_LOCAL(site);

	if (block_weigh(part) > SITE_WEIGHT_MAX)
		return false;
	fold_text(part, &folded);
	if (site_name) {
		fold_text(span_str(site_name), &site);
		if (site.len && folded.len &&
			(span_find(strbuf_span(&folded), strbuf_span(&site)) >= 0 ||
				span_find(strbuf_span(&site), strbuf_span(&folded)) >= 0))
			return true;
	}
	return SPAN_HOLDS_ONE_OF(strbuf_span(&folded), words);
}

/* Offset of the last separator and the bytes it takes with the spaces around it, or false. */
static bool last_separator(struct span s, size_t *ret_at, size_t *ret_behind, bool *ret_sure)
{
	size_t at = s.len;

	while (at > 0) {
		const char *p;
		uint32_t c;
		bool spaced;

		while (at > 0 && (s.data[--at] & 0xC0) == 0x80)
			;
		p = s.data + at;
		c = utf8_next(&p, s.data + s.len);
		if (!is_separator(c) || at == 0)
			continue;
		*ret_behind = (size_t)(p - s.data);
		spaced = *ret_behind < s.len && s.data[*ret_behind] == ' ' && s.data[at - 1] == ' ';
		*ret_sure = c == '_' || c == U'＿' || (spaced && c != U'—');
		*ret_at = at;
		return true;
	}
	return false;
}

static struct span trim_separators(struct span s)
{
	s = span_trim(s);
	while (s.len) {
		size_t at = s.len;
		const char *p;

		while (at > 0 && (s.data[--at] & 0xC0) == 0x80)
			;
		p = s.data + at;
		if (!is_separator(utf8_next(&p, s.data + s.len)))
			break;
		s = span_trim(span_from(s.data, at));
	}
	return s;
}

/* 江城日报-江城印发方案: the site's name first, and then all that @line says. */
static bool is_behind_site(struct span title, size_t at, size_t len)
{
	struct span site = trim_separators(span_from(title.data, at));

	return at + len == title.len && site.len < at && is_site_name(site, NULL) &&
		!is_site_name(span_from_offset(title, at), NULL);
}

/* How sure a line is to be the headline that @title (folded) is or begins with; 0: it is none. */
static int rate_line(const struct block *b, struct span folded, struct span title)
{
	ptrdiff_t at = folded.len ? span_find(title, folded) : -1;

	/* A bit in the middle may be the site's name; the headline stands first, or is long. */
	if (at < 0 ||
		(at > 0 && b->weight < 10 * BLOCK_HAN_WEIGHT &&
			!is_behind_site(title, (size_t)at, folded.len)))
		return 0;
	return (int)b->weight + (b->heading ? 6 * BLOCK_HAN_WEIGHT : 0) +
		(at == 0 ? 8 * BLOCK_HAN_WEIGHT : 0) -
		(b->link_weight * 2 > b->weight ? 12 * BLOCK_HAN_WEIGHT : 0);
}

/* What a page calls itself, folded, and the line on the page that begins it. */
struct name {
	struct span folded;
	size_t line;
	int rate;
};

static bool begins_in_one(struct span text, const struct name *names, size_t n)
{
	STRBUF_LOCAL(begin);

	fold_text(span_trim(utf8_cut(text, PROBE_BYTES)), &begin);
	for (size_t i = 0; i < n; i++)
		if (begin.len && span_find(names[i].folded, strbuf_span(&begin)) >= 0)
			return true;
	return false;
}

/* The earliest of the best lines of each name. */
static void find_lines(const struct block_list *blocks, const struct body *body, struct name *names,
	size_t n)
{
	size_t end = body->end > body->first ? body->end : blocks->len;
	STRBUF_LOCAL(folded);

	for (size_t i = 0; i < end; i++) {
		const struct block *b = &blocks->items[i];

		if (b->text.len > TITLE_BYTES_MAX || b->weight < TITLE_WEIGHT_MIN ||
			!begins_in_one(b->text, names, n))
			continue;
		strbuf_clear(&folded);
		fold_text(b->text, &folded);
		for (size_t k = 0; k < n; k++) {
			int rate = rate_line(b, strbuf_span(&folded), names[k].folded);

			if (rate > names[k].rate) {
				names[k].line = i;
				names[k].rate = rate;
			}
		}
	}
}

/*
 * _江城新闻-The Town: a name that holds a mark itself stands behind a surer one. Moves the offsets
 * there.
 */
static bool widen_to_sure(struct span title, const char *site_name, size_t *at, size_t *behind)
{
	size_t start, end;
	bool sure = false;

	for (start = *at; !sure;)
		if (!last_separator(span_from(title.data, start), &start, &end, &sure))
			return false;
	if (!is_site_name(span_trim(span_from_offset(title, end)), site_name))
		return false;
	*at = start;
	*behind = end;
	return true;
}

/* Cuts names of site and column from the right. *@ret_site gets the last one. */
static struct span without_site(struct span title, const char *site_name, struct span *ret_site)
{
	size_t at, behind;
	bool sure;

	*ret_site = span_from(NULL, 0);
	for (int cuts = 0; cuts < 5 && last_separator(title, &at, &behind, &sure); cuts++) {
		if (!sure && !is_site_name(span_trim(span_from_offset(title, behind)), site_name))
			widen_to_sure(title, site_name, &at, &behind);

		struct span part = span_trim(span_from_offset(title, behind));
		struct span rest = trim_separators(span_from(title.data, at));
		bool site = is_site_name(part, site_name);

		if (block_weigh(rest) < TITLE_WEIGHT_MIN)
			break;
		if (part.len && !site &&
			!(sure && block_weigh(part) <= block_weigh(rest) / 2 &&
				block_weigh(part) <= SITE_WEIGHT_MAX))
			break;
		if (!ret_site->data && part.len && block_weigh(part) <= SITE_WEIGHT_MAX)
			*ret_site = part;
		title = rest;
	}
	return title;
}

/* A heading before the text, where the page calls itself by nothing of use, or by @page_title. */
static size_t find_heading(const struct block_list *blocks, const struct body *body,
	const char *page_title)
{
	struct span name = span_str(page_title);
	size_t last = body->first + (page_title ? LINES_BEHIND : 1);

	for (size_t i = 0; i < blocks->len && i <= last; i++)
		if (blocks->items[i].heading && blocks->items[i].weight >= 6 * BLOCK_HAN_WEIGHT &&
			blocks->items[i].text.len <= TITLE_BYTES_MAX && !body->furniture[i] &&
			blocks->items[i].link_weight == 0 &&
			span_find(name, blocks->items[i].text) < 0)
			return i;
	return TITLE_NO_BLOCK;
}

/* The first line that may head the text, where nothing is marked as a heading. */
static size_t find_first_line(const struct block_list *blocks, const struct body *body,
	const char *page_title)
{
	size_t i = body->first > LINES_BEFORE ? body->first - LINES_BEFORE : 0;

	for (; i < blocks->len && i <= body->first; i++) {
		const struct block *b = &blocks->items[i];

		if (!b->n_links && !body->furniture[i] && b->weight >= 6 * BLOCK_HAN_WEIGHT &&
			b->weight <= LINE_WEIGHT_MAX &&
			!span_ends_with(b->text, SPAN_LITERAL("。")) &&
			span_find(span_str(page_title), b->text) < 0)
			return i;
	}
	return TITLE_NO_BLOCK;
}

/* 通知公告, 江城市教育局-信息公开, 详情页: what a template calls all of its pages. */
static bool is_of_template(const struct metadata *m)
{
	static const char *const words[] = {"详情", "詳情", "正文", "内容", "公开", "公告", "动态",
		"展示", "查看"};
	struct span site, title = span_trim(span_str(m->page_title));
	struct span rest = without_site(title, m->site_name, &site);

	if (!title.len || title.len > TITLE_BYTES_MAX || block_weigh(title) > SITE_WEIGHT_MAX)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (block_weigh(rest) <= TEMPLATE_WEIGHT_MAX &&
			span_find(rest, span_str(words[i])) >= 0)
			return true;
	return is_site_name(rest, m->site_name);
}

/* A name behind the headline: @line, a separator, something. */
static bool is_with_suffix(struct span title, struct span line, const char *site_name)
{
	struct span rest;
	const char *p;
	uint32_t c;

	if (!line.len || title.len <= line.len || !span_starts_with(title, line))
		return false;
	rest = span_trim(span_from_offset(title, line.len));
	p = rest.data;
	c = rest.len ? utf8_next(&p, rest.data + rest.len) : 0;
	if (c == U'：' || c == ':')
		return site_name &&
			span_eq(span_trim(span_from_offset(rest, (size_t)(p - rest.data))),
				span_str(site_name));
	return is_separator(c);
}

static bool is_same(struct span a, struct span b)
{
	struct hash ha = fold_hash(a), hb = fold_hash(b);

	return hash_eq(&ha, &hb);
}

/*
 * What two of the page's names for itself agree on is the whole headline; the
 * line on the page may be a part of it, kicker and headline being two lines.
 * Where that says something else, it is believed, unless JSON-LD and og:title
 * agree, or JSON-LD and a <title> to which a template added the site: one
 * without it is written for search engines.
 */
static struct span agreed_title(const struct metadata *m, struct span line)
{
	struct span site, self = without_site(span_str(m->page_title), m->site_name, &site);
	struct span social = span_str(m->social_title), headline = span_str(m->headline), agreed;
	bool surely = social.len && is_same(social, headline);
	STRBUF_LOCAL(folded);
	STRBUF_LOCAL(line_folded);

	if (!surely || !line.len)
		social = without_site(social, m->site_name, &site);
	if (social.len && (surely || is_same(social, self)))
		agreed = social;
	else if (headline.len && is_same(headline, self)) {
		agreed = headline;
		surely = self.len < span_trim(span_str(m->page_title)).len;
	} else
		return span_from(NULL, 0);
	if (block_weigh(agreed) < TITLE_WEIGHT_MIN || is_with_suffix(agreed, line, m->site_name) ||
		(line.len && is_same(line, headline)))
		return span_from(NULL, 0);
	fold_text(agreed, &folded);
	fold_text(line, &line_folded);
	if (!surely && span_find(strbuf_span(&folded), strbuf_span(&line_folded)) < 0)
		return span_from(NULL, 0);
	return agreed;
}

/* The line that the page's names for itself begin with, the surest of them first. */
static size_t find_line_of_names(const struct block_list *blocks, const struct body *body,
	const struct metadata *m, struct arena *a)
{
	const char *const texts[] = {m->headline ? m->headline : m->article_title, m->page_title,
		m->social_title};
	struct name names[sizeof texts / sizeof *texts];
	size_t n = 0;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		STRBUF_LOCAL(folded);

		fold_text(utf8_cut(span_str(texts[i]), NAME_BYTES_MAX), &folded);
		if (folded.len)
			names[n++] = (struct name){.folded = arena_take(a, &folded),
				.line = TITLE_NO_BLOCK};
	}
	if (n)
		find_lines(blocks, body, names, n);
	for (size_t i = 0; i < n; i++)
		if (names[i].rate > 0)
			return names[i].line;
	return TITLE_NO_BLOCK;
}

static void take(struct title *t, struct arena *a, struct span text, const char *source)
{
	if (t->text || block_weigh(text) == 0)
		return;
	t->text = arena_dup(a, span_trim(text));
	t->source = source;
}

/* A heading on the page that says all that its name does is a headline, whatever it sounds like. */
static bool is_named_by_heading(const struct block_list *blocks, const struct metadata *m,
	size_t block)
{
	struct span site, name = without_site(span_str(m->page_title), m->site_name, &site);

	return block != TITLE_NO_BLOCK && blocks->items[block].heading &&
		is_same(blocks->items[block].text, name);
}

/* A short heading above the text that the page's name begins with: Soup - The Kitchen. */
static size_t find_short_heading(const struct block_list *blocks, const struct body *body,
	const struct metadata *m)
{
	struct span name = span_trim(span_str(m->page_title));
	size_t i = body->first > LINES_BEFORE ? body->first - LINES_BEFORE : 0;

	for (; i < blocks->len && i <= body->first + 1; i++) {
		const struct block *b = &blocks->items[i];

		if (b->heading && !b->n_links && b->weight && b->weight < TITLE_WEIGHT_MIN &&
			!body->furniture[i] && block_weigh(name) <= b->weight + SITE_WEIGHT_MAX &&
			(span_eq(name, b->text) || is_with_suffix(name, b->text, m->site_name)))
			return i;
	}
	return TITLE_NO_BLOCK;
}

/* Of a page that its template named. Whether there is a headline. */
static bool take_unnamed(const struct block_list *blocks, const struct body *body,
	const struct metadata *m, const char *listed, struct arena *a, struct title *ret)
{
	size_t block;

	if (m->article_title || m->headline || m->social_title || !is_of_template(m) ||
		is_named_by_heading(blocks, m, ret->block))
		return false;
	block = find_heading(blocks, body, m->page_title);
	if (block == TITLE_NO_BLOCK && !listed)
		block = find_first_line(blocks, body, m->page_title);
	if (block == TITLE_NO_BLOCK && !listed)
		return false;
	ret->block = block;
	if (block != TITLE_NO_BLOCK)
		take(ret, a, blocks->items[block].text,
			"the headline of a page named by its template");
	take(ret, a, span_str(listed), "the list");
	return ret->text != NULL;
}

void title_find(const struct block_list *blocks, const struct body *body, const struct metadata *m,
	const char *listed, struct arena *a, struct title *ret)
{
	struct span site, line = span_from(NULL, 0);

	*ret = (struct title){.block = find_line_of_names(blocks, body, m, a)};
	if (ret->block != TITLE_NO_BLOCK)
		line = blocks->items[ret->block].text;
	without_site(span_str(m->page_title), m->site_name, &site);
	if (site.data)
		ret->site = arena_dup(a, site);
	if (take_unnamed(blocks, body, m, listed, a, ret))
		return;
	take(ret, a, span_str(m->article_title), "ArticleTitle");
	take(ret, a, agreed_title(m, line), "names of the page that agree");
	if (ret->block != TITLE_NO_BLOCK) {
		take(ret, a, line, "a line that the page's title agrees with");
		return;
	}
	ret->block = find_short_heading(blocks, body, m);
	if (ret->block != TITLE_NO_BLOCK)
		take(ret, a, blocks->items[ret->block].text,
			"a short heading that <title> begins with");
	if (ret->text)
		return;
	take(ret, a, span_str(m->headline), "headline of JSON-LD");
	take(ret, a, without_site(span_str(m->social_title), m->site_name, &site), "og:title");
	take(ret, a, without_site(span_str(m->page_title), m->site_name, &site), "<title>");
	take(ret, a, span_str(listed), "the list");
	ret->block = find_heading(blocks, body, NULL);
	if (ret->block != TITLE_NO_BLOCK)
		take(ret, a, blocks->items[ret->block].text, "the first heading");
}
