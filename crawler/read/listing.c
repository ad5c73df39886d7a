#include "crawler/read/listing.h"

#include "common/fold.h"
#include "common/url.h"
#include "common/utf8.h"
#include "crawler/read/date/date.h"
#include "crawler/read/html/block.h"
#include "crawler/read/html/noise.h"
#include "crawler/read/html/refresh.h"

#include <stdio.h>

#define CLIMB_MAX       5    /* elements up from a link to what holds its date */
#define NEAR_BYTES_MAX  600  /* text around a link that may be its date */
#define TITLE_BYTES_MAX 1200 /* longer ones are whole teasers */
#define SCORE_MIN       3
#define UNDO_PERCENT    55         /* of the page's link text in furniture: then it is the list */
#define EMBEDDED_MAX    (4u << 20) /* bytes of lists inside of scripts */

struct listing {
	struct html *h;
	const struct read_input *in;
	struct arena *arena;
	struct items *items;
	const char *base;
	const char *next;
	struct url_parts here;
	struct date_context dates;
	uint32_t *links_before;  /* by node: <a> before it in the document */
	uint8_t *furniture;      /* by node */
	uint32_t *anchor_weight; /* by node: weight of the text in links */
};

struct link {
	uint32_t node;
	struct span href;
	struct strbuf title;
	struct strbuf around; /* text beside it in the same element */
	struct record_time date;
	uint32_t weight;
};

static uint32_t count_links(const struct listing *l, uint32_t node)
{
	return l->links_before[l->h->nodes[node].end] - l->links_before[node];
}

static void index_links(struct listing *l)
{
	const struct html *h = l->h;
	uint32_t *weight = arena_alloc(l->arena, (h->n_nodes + 1) * sizeof *weight), in_link = 0;

	l->links_before = arena_alloc(l->arena, (h->n_nodes + 1) * sizeof *l->links_before);
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		l->links_before[i + 1] = l->links_before[i] + (h->nodes[i].tag == HTML_A);
		if (h->nodes[i].tag == HTML_A && h->nodes[i].end > in_link)
			in_link = h->nodes[i].end;
		if (h->nodes[i].tag == HTML_TEXT && i < in_link)
			weight[i] = block_weigh(h->nodes[i].text);
	}
	for (uint32_t i = h->n_nodes; i-- > 1;)
		if (h->nodes[i].parent != HTML_NONE)
			weight[h->nodes[i].parent] += weight[i];
	l->anchor_weight = weight;
}

static void mark_furniture(struct listing *l)
{
	const struct html *h = l->h;
	uint32_t covered = 0;

	l->furniture = arena_alloc(l->arena, h->n_nodes + 1);
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		if (i >= covered && h->nodes[i].tag != HTML_TEXT && h->nodes[i].tag != HTML_FORM &&
			noise_is_part_of_frame(noise_of_element(h, i)) &&
			(uint64_t)l->anchor_weight[i] * 100 <
				(uint64_t)l->anchor_weight[0] * UNDO_PERCENT)
			covered = h->nodes[i].end;
		l->furniture[i] = i < covered;
	}
}

/* Texts that a link to an article never has. */
static bool is_button(struct span title)
{
	static const char *const words[] = {"更多", "详细", "查看", "首页", "登录", "注册",
		"下一页", "上一页", "尾页", "末页", "返回", "网站地图", "联系我们", "关于我们",
		"设为首页", "加入收藏", "rss", "english", "日历", "搜索", "回到顶部", "阅读全文",
		"点击进入", "more", "next", "home", "login", "无障碍", "繁体", "简体", "客户端",
		"版权", "隐私", "友情链接", "readmore"};
	STRBUF_LOCAL(folded);

	fold_text(title, &folded);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_starts_with(strbuf_span(&folded), span_str(words[i])) &&
			folded.len < strlen(words[i]) + 10)
			return true;
	return noise_is_furniture(strbuf_span(&folded)) && folded.len < 40;
}

static bool is_cut(struct span text)
{
	return span_ends_with(text, SPAN_LITERAL("…")) ||
		span_ends_with(text, SPAN_LITERAL("...")) ||
		span_ends_with(text, SPAN_LITERAL(".."));
}

/* The words in the link, or its title attribute where that says more. */
static void read_title(const struct listing *l, struct link *k)
{
	struct span attr = span_trim(html_attr(l->h, k->node, "title")), text;
	uint32_t image;

	html_add_text(l->h, k->node, &k->title);
	text = strbuf_span(&k->title);
	if (!attr.len && !text.len) {
		image = html_find(l->h, k->node, l->h->nodes[k->node].end, HTML_IMG);
		if (image != HTML_NONE)
			attr = span_trim(html_attr(l->h, image, "alt"));
	}
	if (attr.len && attr.len < TITLE_BYTES_MAX &&
		(is_cut(text) || block_weigh(attr) > block_weigh(text) || !text.len)) {
		strbuf_clear(&k->title);
		strbuf_add_span(&k->title, attr);
	}
}

/* A date glued behind the words (or before them) is the item's, not the title's. */
static void split_date(const struct listing *l, struct link *k)
{
	struct span title = strbuf_span(&k->title);
	struct record_time found;
	size_t tail = title.len > 24 ? title.len - 24 : 0, at = title.len;

	while (at > tail &&
		((title.data[at - 1] >= '0' && title.data[at - 1] <= '9') ||
			strchr("-/.: []()", title.data[at - 1])))
		at--;
	if (at == title.len || at == 0 ||
		!date_parse(span_from_offset(title, at), &l->dates, &found) || title.len - at < 8 ||
		found.precision < PRECISION_DAY)
		return;
	k->date = found;
	strbuf_truncate(&k->title, at);
	while (k->title.len && strchr(" [(", k->title.data[k->title.len - 1]))
		strbuf_truncate(&k->title, k->title.len - 1);
}

/* Text of @node that is not in the link. */
static void add_around(const struct listing *l, uint32_t node, uint32_t link, struct strbuf *out)
{
	const struct html *h = l->h;

	for (uint32_t i = node; i < h->nodes[node].end && out->len < NEAR_BYTES_MAX; i++) {
		if (i == link)
			i = h->nodes[i].end - 1;
		else if (h->nodes[i].tag == HTML_TEXT) {
			strbuf_add_span(out, utf8_cut(h->nodes[i].text, NEAR_BYTES_MAX));
			strbuf_add_char(out, ' ');
		} else if (html_trait(h->nodes[i].tag) == HTML_TRAIT_SILENT)
			i = h->nodes[i].end - 1;
	}
}

/* The element around a link with no other article's link in it holds its date. */
static void read_date(const struct listing *l, struct link *k)
{
	uint32_t node = k->node;

	for (int up = 0; up < CLIMB_MAX && !k->date.precision; up++) {
		uint32_t parent = l->h->nodes[node].parent;

		if (parent == HTML_NONE || l->h->nodes[parent].tag == HTML_BODY ||
			count_links(l, parent) > 2)
			break;
		node = parent;
		strbuf_clear(&k->around);
		add_around(l, node, k->node, &k->around);
		if (date_parse(strbuf_span(&k->around), &l->dates, &k->date) &&
			k->date.precision < PRECISION_DAY)
			k->date = (struct record_time){0};
	}
	if (k->date.precision)
		return;
	/* Loose text behind the link, up to the next element: <a>..</a> 2025-05-29<br> */
	node = l->h->nodes[k->node].end;
	if (node < l->h->n_nodes && l->h->nodes[node].tag == HTML_TEXT &&
		!date_parse(utf8_cut(l->h->nodes[node].text, 40), &l->dates, &k->date))
		k->date = (struct record_time){0};
	if (k->date.precision && k->date.precision < PRECISION_DAY)
		k->date = (struct record_time){0};
}

static size_t longest_digits(struct span s)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < s.len; i++) {
		run = s.data[i] >= '0' && s.data[i] <= '9' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static bool contains(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memmem(s.data, s.len, list[i], strlen(list[i])))
			return true;
	return false;
}

/* What an address promises: an article (2), nothing (0), a list or a tool (-3). */
static int rate_url(const struct url_parts *u)
{
	static const char *const tools[] = {"calendar", "login", "register", "search", "/tag/",
		"/tags/", "/category/", "/author/", "/user/", "/page/", "sitemap", "/rss", "/feed",
		"/comment"};
	static const char *const articles[] = {"/article", "/content", "/post", "/detail", "/art/",
		"/art_", "newsdetail", "/story", "/news/", "/p/", "/a/", "/doc"};
	struct span file = u->path;
	size_t slash = u->path.len;
	bool page;

	while (slash > 0 && u->path.data[slash - 1] != '/')
		slash--;
	file = span_from_offset(u->path, slash);
	page = span_ends_with(file, SPAN_LITERAL(".html")) ||
		span_ends_with(file, SPAN_LITERAL(".htm")) ||
		span_ends_with(file, SPAN_LITERAL(".shtml")) ||
		span_ends_with(file, SPAN_LITERAL(".jhtml"));
	if (contains(u->path, tools, sizeof tools / sizeof *tools))
		return -3;
	if (span_starts_with(file, SPAN_LITERAL("index")) ||
		span_starts_with(file, SPAN_LITERAL("list")) ||
		span_starts_with(file, SPAN_LITERAL("node_")))
		return -2;
	if (!file.len && !u->query.len)
		return longest_digits(u->path) >= 4 ? 1 : -2;
	if (longest_digits(file) >= 3 || longest_digits(u->query) >= 4 ||
		longest_digits(u->path) >= 5)
		return 2;
	if (contains(u->path, articles, sizeof articles / sizeof *articles))
		return page ? 2 : 1;
	return page ? 1 : 0;
}

static int rate_title(uint32_t weight)
{
	uint32_t characters = weight / BLOCK_HAN_WEIGHT;

	if (characters >= 10)
		return 3;
	if (characters >= 7)
		return 2;
	if (characters >= 5)
		return 1;
	return characters >= 4 ? 0 : -3;
}

static bool is_web_link(struct span href)
{
	static const char *const schemes[] = {"javascript:", "mailto:", "tel:", "data:", "#"};

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (href.len >= strlen(schemes[i]) &&
			strncasecmp(href.data, schemes[i], strlen(schemes[i])) == 0)
			return false;
	return href.len > 0;
}

static bool is_article_link(const struct listing *l, const struct link *k)
{
	struct url_parts u;
	int score = rate_title(k->weight) + (k->date.precision ? 2 : 0);
	STRBUF_LOCAL(url);

	if (l->furniture[k->node] || is_button(strbuf_span(&k->title)) ||
		url_resolve_encoded(k->href, span_str(l->base), l->items->encoding, &url) < 0 ||
		!url_split(strbuf_span(&url), &u))
		return false;
	if (strcmp(url.data, l->in->url) == 0)
		return false;
	score += rate_url(&u);
	if (!url_is_same_site(u.host, l->here.host) && !k->date.precision)
		score -= k->weight < 10 * BLOCK_HAN_WEIGHT ? 3 : 1;
	return score >= SCORE_MIN;
}

static void link_init(struct link *k, const struct listing *l, uint32_t node)
{
	*k = (struct link){.node = node, .href = span_trim(html_attr(l->h, node, "href"))};
	k->title = (struct strbuf)STRBUF_INIT;
	k->around = (struct strbuf)STRBUF_INIT;
	read_title(l, k);
	split_date(l, k);
	read_date(l, k);
	k->weight = block_weigh(strbuf_span(&k->title));
}

static void link_release(struct link *k)
{
	strbuf_release(&k->title);
	strbuf_release(&k->around);
}

static void add_item(const struct listing *l, const struct link *k)
{
	struct record_time day = k->date;

	if (!day.precision && !date_in_url(k->href, &l->dates, &day))
		day.ms = 0;
	items_add(l->items,
		&(struct item_draft){.href = k->href,
			.base = l->base,
			.title = strbuf_span(&k->title),
			.published_ms = day.ms,
			.kind = WORK_PAGE});
}

static void read_link(const struct listing *l, uint32_t node, bool chosen)
{
	struct link k;

	if (!is_web_link(span_trim(html_attr(l->h, node, "href"))))
		return;
	link_init(&k, l, node);
	if (chosen ? k.weight >= 2 * BLOCK_HAN_WEIGHT && !is_button(strbuf_span(&k.title))
		   : is_article_link(l, &k))
		add_item(l, &k);
	link_release(&k);
}

static void read_links(const struct listing *l, uint32_t from, uint32_t end, bool chosen)
{
	for (uint32_t i = from; i < end; i++)
		if (l->h->nodes[i].tag == HTML_A)
			read_link(l, i, chosen);
}

/* The source's own rule: links, or elements that hold them. False: the selector is none. */
static bool read_selected(const struct listing *l)
{
	uint32_t *nodes, done = 0;
	size_t n;

	if (html_select(l->h, l->in->link_selector, l->arena, &nodes, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (nodes[i] < done)
			continue; /* inside of the one before */
		done = l->h->nodes[nodes[i]].end;
		read_links(l, nodes[i], done, true);
	}
	return true;
}

static const char *resolve_next(const struct listing *l, struct span href)
{
	STRBUF_LOCAL(url);

	if (!is_web_link(href) ||
		url_resolve_encoded(href, span_str(l->base), l->items->encoding, &url) < 0 ||
		strcmp(url.data, l->in->url) == 0)
		return NULL;
	return arena_dup(l->arena, strbuf_span(&url));
}

static bool says_next(const struct listing *l, uint32_t node)
{
	static const char *const words[] = {"下一页", "下页", "下一頁", "后一页", "next",
		"nextpage", "下一页>", "下一页>>", "next>", "older", "olderposts"};
	STRBUF_LOCAL(text);
	STRBUF_LOCAL(folded);

	if (span_is_nocase(html_attr(l->h, node, "rel"), "next"))
		return true;
	if (l->h->nodes[node].tag != HTML_A || l->h->nodes[node].end - node > 8)
		return false;
	html_add_text(l->h, node, &text);
	if (!text.len)
		strbuf_add_span(&text, html_attr(l->h, node, "title"));
	if (text.len > 40)
		return false;
	fold_text(strbuf_span(&text), &folded);
	return SPAN_IS_ONE_OF(strbuf_span(&folded), words);
}

/* createPageHTML(pages, current from 0, "index", "html"): page 2 is index_1.html. */
static const char *next_of_script(const struct listing *l, struct span script)
{
	ptrdiff_t at = span_find(script, SPAN_LITERAL("createPageHTML("));
	char name[64], ending[16], call[160];
	int pages, current;

	if (at < 0)
		return NULL;
	script = utf8_cut(span_from_offset(script, (size_t)at), sizeof call - 1);
	memcpy(call, script.data, script.len);
	call[script.len] = '\0';
	if (sscanf(call, "createPageHTML( %d , %d , \"%63[^\"]\" , \"%15[^\"]\"", &pages, &current,
		    name, ending) != 4 ||
		current < 0 || current >= 100000 || current + 1 >= pages)
		return NULL;
	script = span_str(arena_printf(l->arena, "%s_%d.%s", name, current + 1, ending));
	return resolve_next(l, script);
}

static void find_next(struct listing *l)
{
	STRBUF_LOCAL(script);

	for (uint32_t i = 0; i < l->h->n_nodes && !l->next; i++) {
		enum html_tag tag = l->h->nodes[i].tag;

		if ((tag == HTML_A || tag == HTML_LINK) && says_next(l, i))
			l->next = resolve_next(l, span_trim(html_attr(l->h, i, "href")));
		else if (tag == HTML_SCRIPT) {
			strbuf_clear(&script);
			html_add_raw(l->h, i, &script);
			l->next = next_of_script(l, strbuf_span(&script));
		}
	}
}

static void listing_init(struct listing *l, struct html *h, const struct read_input *in,
	struct arena *a, struct items *items)
{
	*l = (struct listing){.h = h, .in = in, .arena = a, .items = items};
	l->dates = (struct date_context){.now_ms = in->fetched_at_ms, .zone_min = DATE_ZONE_CHINA};
	l->base = refresh_base(h, in->url, a);
	url_split(span_str(in->url), &l->here);
	index_links(l);
	mark_furniture(l);
}

/* JCMS keeps its list as CDATA in a script of XML, out of the tree's sight. */
static void collect_embedded(const struct html *h, struct strbuf *out)
{
	STRBUF_LOCAL(script);

	for (uint32_t i = 0; i < h->n_nodes && out->len < EMBEDDED_MAX; i++) {
		struct span rest;
		ptrdiff_t at, end;

		if (h->nodes[i].tag != HTML_SCRIPT ||
			!span_is_nocase(html_attr(h, i, "type"), "text/xml"))
			continue;
		strbuf_clear(&script);
		html_add_raw(h, i, &script);
		rest = strbuf_span(&script);
		while ((at = span_find(rest, SPAN_LITERAL("<![CDATA["))) >= 0) {
			rest = span_from_offset(rest, (size_t)at + 9);
			end = span_find(rest, SPAN_LITERAL("]]>"));
			if (end < 0)
				break;
			strbuf_add_span(out, span_from(rest.data, (size_t)end));
			rest = span_from_offset(rest, (size_t)end);
		}
	}
}

static void read_embedded(const struct listing *outer)
{
	CLEANUP(html_freep) struct html *h = NULL;
	struct listing l;
	STRBUF_LOCAL(embedded);

	collect_embedded(outer->h, &embedded);
	if (!embedded.len)
		return;
	h = html_parse(strbuf_span(&embedded));
	if (!h->n_nodes)
		return;
	listing_init(&l, h, outer->in, outer->arena, outer->items);
	l.base = outer->base;
	read_links(&l, 0, h->n_nodes, false);
}

const char *listing_read(struct html *h, const struct read_input *in, struct arena *a,
	struct items *items)
{
	struct listing l;

	if (!h->n_nodes)
		return NULL;
	listing_init(&l, h, in, a, items);
	if (!in->link_selector || !*in->link_selector || !read_selected(&l)) {
		read_links(&l, 0, h->n_nodes, false);
		read_embedded(&l);
	}
	find_next(&l);
	return l.next;
}
