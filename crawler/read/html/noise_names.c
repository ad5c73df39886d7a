/*
 * Names of classes and ids are read once from left to right: cut into words at
 * marks, capitals and digits, each looked up in a sorted table, while a small
 * set of beginnings finds the places where one of the stems may stand.
 */
#include "crawler/read/html/noise.h"

#include <stdint.h>

#define NAME_BYTES_MAX 200 /* of a class attribute; more are generated */
#define SHORT_WORD_MAX 3

struct name {
	const char *text;
	enum noise_part part;
};

/* Words of names, sorted. */
static const struct name words[] = {{"ad", NOISE_FURNITURE}, {"ads", NOISE_FURNITURE},
	{"adv", NOISE_FURNITURE}, {"advert", NOISE_FURNITURE}, {"advertisement", NOISE_FURNITURE},
	{"alert", NOISE_FURNITURE}, {"aside", NOISE_FURNITURE}, {"author", NOISE_META},
	{"authorbio", NOISE_FURNITURE}, {"authorbox", NOISE_FURNITURE},
	{"authorprofile", NOISE_FURNITURE}, {"authors", NOISE_META}, {"banner", NOISE_FURNITURE},
	{"bdshare", NOISE_FURNITURE}, {"bildunterschrift", NOISE_CAPTION}, {"bio", NOISE_FURNITURE},
	{"biography", NOISE_FURNITURE}, {"bread", NOISE_FURNITURE}, {"breadcrumb", NOISE_FURNITURE},
	{"breadcrumbs", NOISE_FURNITURE}, {"breaking", NOISE_FURNITURE},
	{"byline", NOISE_FURNITURE}, {"caption", NOISE_CAPTION}, {"captions", NOISE_CAPTION},
	{"captiontext", NOISE_CAPTION}, {"carousel", NOISE_CAPTION}, {"comm", NOISE_COMMENT},
	{"comment", NOISE_COMMENT}, {"comments", NOISE_COMMENT}, {"consent", NOISE_HIDDEN},
	{"cookie", NOISE_HIDDEN}, {"cookies", NOISE_HIDDEN}, {"copyright", NOISE_FURNITURE},
	{"credit", NOISE_CAPTION}, {"credits", NOISE_CAPTION}, {"crumb", NOISE_FURNITURE},
	{"crumbs", NOISE_FURNITURE}, {"date", NOISE_META}, {"dateline", NOISE_META},
	{"dates", NOISE_META}, {"datetime", NOISE_META}, {"disclaimer", NOISE_FURNITURE},
	{"disqus", NOISE_COMMENT}, {"download", NOISE_WEAK}, {"figcaption", NOISE_CAPTION},
	{"foot", NOISE_WEAK}, {"footer", NOISE_WEAK}, {"friend", NOISE_WEAK},
	{"friendlink", NOISE_FURNITURE}, {"gdpr", NOISE_HIDDEN}, {"gg", NOISE_FURNITURE},
	{"hot", NOISE_WEAK}, {"hotnews", NOISE_FURNITURE}, {"image", NOISE_IMAGE},
	{"img", NOISE_IMAGE}, {"imgcaption", NOISE_CAPTION}, {"jiathis", NOISE_FURNITURE},
	{"keywords", NOISE_FURNITURE}, {"layer", NOISE_FURNITURE}, {"links", NOISE_WEAK},
	{"login", NOISE_FURNITURE}, {"menu", NOISE_FURNITURE}, {"meta", NOISE_META},
	{"mianze", NOISE_FURNITURE}, {"modal", NOISE_HIDDEN}, {"more", NOISE_WEAK},
	{"morenews", NOISE_FURNITURE}, {"nav", NOISE_FURNITURE}, {"navbar", NOISE_FURNITURE},
	{"navi", NOISE_FURNITURE}, {"navigation", NOISE_FURNITURE}, {"newsletter", NOISE_FURNITURE},
	{"outbrain", NOISE_FURNITURE}, {"pagenav", NOISE_FURNITURE}, {"pager", NOISE_FURNITURE},
	{"pagination", NOISE_FURNITURE}, {"paging", NOISE_FURNITURE}, {"photo", NOISE_IMAGE},
	{"picture", NOISE_IMAGE}, {"pinglun", NOISE_COMMENT}, {"placeholder", NOISE_FURNITURE},
	{"player", NOISE_FURNITURE}, {"poll", NOISE_FURNITURE}, {"popup", NOISE_HIDDEN},
	{"position", NOISE_WEAK}, {"postmeta", NOISE_META}, {"preview", NOISE_FURNITURE},
	{"promo", NOISE_FURNITURE}, {"pubdate", NOISE_META}, {"published", NOISE_META},
	{"qrcode", NOISE_FURNITURE}, {"rail", NOISE_FURNITURE}, {"rank", NOISE_FURNITURE},
	{"ranking", NOISE_FURNITURE}, {"recirc", NOISE_FURNITURE}, {"recommend", NOISE_FURNITURE},
	{"recommended", NOISE_FURNITURE}, {"recommends", NOISE_FURNITURE},
	{"references", NOISE_FURNITURE}, {"reflist", NOISE_FURNITURE}, {"rela", NOISE_FURNITURE},
	{"relate", NOISE_FURNITURE}, {"related", NOISE_FURNITURE}, {"relevant", NOISE_FURNITURE},
	{"reply", NOISE_COMMENT}, {"search", NOISE_WEAK}, {"shang", NOISE_FURNITURE},
	{"share", NOISE_FURNITURE}, {"sharebar", NOISE_FURNITURE}, {"shares", NOISE_FURNITURE},
	{"sidebar", NOISE_FURNITURE}, {"signature", NOISE_FURNITURE}, {"signup", NOISE_FURNITURE},
	{"sitemap", NOISE_FURNITURE}, {"skip", NOISE_FURNITURE}, {"social", NOISE_FURNITURE},
	{"sponsor", NOISE_FURNITURE}, {"subnav", NOISE_FURNITURE}, {"subscribe", NOISE_FURNITURE},
	{"taboola", NOISE_FURNITURE}, {"tags", NOISE_FURNITURE}, {"teaser", NOISE_WEAK},
	{"timestamp", NOISE_META}, {"tool", NOISE_WEAK}, {"toolbar", NOISE_FURNITURE},
	{"tools", NOISE_WEAK}, {"tooltip", NOISE_FURNITURE}, {"topnav", NOISE_FURNITURE},
	{"tuijian", NOISE_FURNITURE}, {"weather", NOISE_FURNITURE}, {"widget", NOISE_WEAK},
	{"xgxw", NOISE_FURNITURE}, {"xgyd", NOISE_FURNITURE}};

/* Whole names, letters and digits alone, sorted. */
static const struct name names[] = {{"arcontent", NOISE_ARTICLE}, {"artcon", NOISE_ARTICLE},
	{"artcontent", NOISE_ARTICLE}, {"artibody", NOISE_ARTICLE}, {"articlebody", NOISE_ARTICLE},
	{"articlebodycontent", NOISE_ARTICLE}, {"articlecon", NOISE_ARTICLE},
	{"articlecontent", NOISE_ARTICLE}, {"articlecontentbody", NOISE_ARTICLE},
	{"articlecontentwrap", NOISE_ARTICLE}, {"articledetail", NOISE_ARTICLE},
	{"articletext", NOISE_ARTICLE}, {"arttext", NOISE_ARTICLE}, {"bigtext", NOISE_ARTICLE},
	{"bodycontent", NOISE_ARTICLE}, {"cntmainarticleqq", NOISE_ARTICLE},
	{"contentarea", NOISE_ARTICLE}, {"contentarticle", NOISE_ARTICLE},
	{"contentbody", NOISE_ARTICLE}, {"contentdetail", NOISE_ARTICLE},
	{"contentmain", NOISE_ARTICLE}, {"contenttext", NOISE_ARTICLE}, {"conttxt", NOISE_ARTICLE},
	{"detailcontent", NOISE_ARTICLE}, {"detailtext", NOISE_ARTICLE},
	{"docdetail", NOISE_ARTICLE}, {"endcontent", NOISE_ARTICLE}, {"endtext", NOISE_ARTICLE},
	{"entrycontent", NOISE_ARTICLE}, {"header", NOISE_FURNITURE}, {"jscontent", NOISE_ARTICLE},
	{"leftzw", NOISE_ARTICLE}, {"mainarticle", NOISE_ARTICLE}, {"maintext", NOISE_ARTICLE},
	{"newsbody", NOISE_ARTICLE}, {"newscon", NOISE_ARTICLE}, {"newscontent", NOISE_ARTICLE},
	{"newstext", NOISE_ARTICLE}, {"newstxt", NOISE_ARTICLE}, {"pnlcontent", NOISE_ARTICLE},
	{"postbody", NOISE_ARTICLE}, {"postcontent", NOISE_ARTICLE}, {"posttext", NOISE_ARTICLE},
	{"richmediacontent", NOISE_ARTICLE}, {"screenreadertext", NOISE_HIDDEN},
	{"sronly", NOISE_HIDDEN}, {"storybody", NOISE_ARTICLE}, {"storycontent", NOISE_ARTICLE},
	{"storytext", NOISE_ARTICLE}, {"textarea1", NOISE_ARTICLE}, {"textcon", NOISE_ARTICLE},
	{"textcontent", NOISE_ARTICLE}, {"trseditor", NOISE_ARTICLE},
	{"trseditorview", NOISE_ARTICLE}, {"trsueditor", NOISE_ARTICLE},
	{"ucapcontent", NOISE_ARTICLE}, {"visuallyhidden", NOISE_HIDDEN},
	{"vnewscontent", NOISE_ARTICLE}, {"vsbcontent", NOISE_ARTICLE},
	{"vsbcontent2", NOISE_ARTICLE}, {"wparticlecontent", NOISE_ARTICLE},
	{"xlcontent", NOISE_ARTICLE}, {"zwcontent", NOISE_ARTICLE}};

/* Long words that also count inside of others: newsRecommendList. First letters, the rest, what. */
/* clang-format off */
#define STEMS(X) \
	X('r', 'e', 'c', "ommend", FURNITURE) X('b', 'r', 'e', "adcrumb", FURNITURE) \
	X('c', 'o', 'p', "yright", FURNITURE) X('s', 'i', 'd', "ebar", FURNITURE) \
	X('p', 'a', 'g', "ination", FURNITURE) X('r', 'e', 'l', "ated", FURNITURE) \
	X('r', 'e', 'l', "atenews", FURNITURE) X('f', 'r', 'i', "endlink", FURNITURE) \
	X('n', 'a', 'v', "igation", FURNITURE) X('n', 'e', 'w', "sletter", FURNITURE) \
	X('t', 'u', 'i', "jian", FURNITURE) X('p', 'i', 'n', "glun", COMMENT) \
	X('c', 'o', 'm', "mentlist", COMMENT) X('c', 'o', 'm', "mentbox", COMMENT) \
	X('h', 'o', 't', "news", FURNITURE) X('t', 'o', 'o', "lbar", FURNITURE) \
	X('s', 'h', 'a', "rebox", FURNITURE) X('b', 'd', 's', "hare", FURNITURE) \
	X('f', 'o', 'o', "ter", WEAK) X('o', 'n', 'e', "trust", HIDDEN) \
	X('c', 'o', 'o', "kie", HIDDEN) X('i', 'n', 'f', "obox", FURNITURE) \
	X('f', 'a', 'c', "tbox", FURNITURE) X('b', 'o', 't', "tomnav", FURNITURE) \
	X('s', 'u', 'b', "scri", FURNITURE) X('a', 'd', 'v', "ert", FURNITURE) \
	X('c', 'a', 'p', "tion", CAPTION) X('i', 'm', 'g', "wrapper", CAPTION)
/* clang-format on */

static const struct {
	char first[3];
	const char *rest;
	enum noise_part part;
} stems[] = {
#define STEM_ROW(a, b, c, rest, part) {{a, b, c}, rest, NOISE_##part},
	STEMS(STEM_ROW)
#undef STEM_ROW
};

/* Few places of a name begin like a stem: one look into this set passes over the others. */
#define STEM_BIT(a, b, c) (UINT64_C(1) << (((a)*7 + (b)*13 + (c)) & 63))

static const uint64_t stem_set = 0
#define STEM_OR(a, b, c, rest, part) | STEM_BIT(a, b, c)
	STEMS(STEM_OR)
#undef STEM_OR
	;

/* Few letters tell most names apart: a loop is faster than a call. */
static int compare(struct span s, const char *text)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] != text[i])
			return (unsigned char)s.data[i] - (unsigned char)text[i];
	return text[s.len] ? -1 : 0;
}

static enum noise_part look_up(struct span word, const struct name *table, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int r = compare(word, table[mid].text);

		if (r == 0)
			return table[mid].part;
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NOISE_NONE;
}

#define LOOK_UP(word, table) look_up(word, table, sizeof(table) / sizeof *(table))

static enum noise_part stem_at(struct span rest)
{
	for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
		if (memcmp(rest.data, stems[i].first, 3) == 0 &&
			span_starts_with(span_from_offset(rest, 3), span_str(stems[i].rest)))
			return stems[i].part;
	return NOISE_NONE;
}

/* What a name says is the strongest of what its words say. */
static enum noise_part stronger(enum noise_part a, enum noise_part b)
{
	return a > b ? a : b;
}

static enum noise_part part_of_stems(struct span joined)
{
	enum noise_part part = NOISE_NONE;

	for (size_t i = 0; i + 3 < joined.len; i++) {
		const unsigned char *c = (const unsigned char *)joined.data + i;

		if (stem_set & STEM_BIT(c[0], c[1], c[2]))
			part = stronger(part, stem_at(span_from_offset(joined, i)));
	}
	return part;
}

static char lower_alnum(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + 32);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : 0;
}

/* Where a word of a name begins or ends: a mark, or the change to a capital or digit. */
enum edge { EDGE_NONE, EDGE_SOFT, EDGE_MARK };

static enum edge edge_before(char c, char previous)
{
	if (!lower_alnum(c))
		return EDGE_MARK;
	if (c >= '0' && c <= '9')
		return EDGE_SOFT;
	return c >= 'A' && c <= 'Z' && !(previous >= 'A' && previous <= 'Z') ? EDGE_SOFT
									     : EDGE_NONE;
}

/* ad, nav and bio turn up in generated suffixes (__Ee5Ad): those must stand by themselves. */
static enum noise_part part_of_word(struct span word, enum edge before, enum edge after)
{
	if (word.len < 2 ||
		(word.len <= SHORT_WORD_MAX && (before != EDGE_MARK || after != EDGE_MARK)))
		return NOISE_NONE;
	return LOOK_UP(word, words);
}

/* One name: its words by hyphens, underscores and capitals, then all of it together. */
static enum noise_part part_of_name(struct span name)
{
	char joined[NAME_BYTES_MAX + 1];
	size_t len = 0, word = 0;
	enum edge began = EDGE_MARK;
	enum noise_part part = NOISE_NONE, whole;

	for (size_t i = 0; i <= name.len && len < NAME_BYTES_MAX; i++) {
		char c = i < name.len ? name.data[i] : '-';
		enum edge edge = edge_before(c, i > 0 ? name.data[i - 1] : 'A');

		if (edge != EDGE_NONE) {
			part = stronger(part,
				part_of_word(span_from(joined + word, len - word), began, edge));
			word = len;
			began = edge;
		}
		if (lower_alnum(c))
			joined[len++] = lower_alnum(c);
		if (c >= '0' && c <= '9')
			word = len;
	}
	whole = LOOK_UP(span_from(joined, len), names);
	return whole ? whole : stronger(part, part_of_stems(span_from(joined, len)));
}

enum noise_part noise_of_names(struct span all)
{
	enum noise_part part = NOISE_NONE;

	all.len = all.len < NAME_BYTES_MAX ? all.len : NAME_BYTES_MAX;
	while (all.len && part != NOISE_ARTICLE) {
		size_t n = 0;

		all = span_trim(all);
		while (n < all.len && !span_is_blank(all.data[n]))
			n++;
		part = stronger(part, part_of_name(span_from(all.data, n)));
		all = span_from_offset(all, n);
	}
	return part;
}

static bool is_hidden(struct span style)
{
	ptrdiff_t at = span_find(style, SPAN_LITERAL("display"));

	if (at < 0)
		return false;
	style = span_trim(span_from_offset(style, (size_t)at + 7));
	if (!style.len || style.data[0] != ':')
		return false;
	return span_starts_with(span_trim(span_from_offset(style, 1)), SPAN_LITERAL("none"));
}

static enum noise_part part_of_tag(enum html_tag tag)
{
	switch (tag) {
	case HTML_NAV:
	case HTML_ASIDE:
	case HTML_FOOTER:
	case HTML_FORM:
		return NOISE_FURNITURE;
	case HTML_FIGCAPTION:
		return NOISE_CAPTION;
	default:
		return NOISE_NONE;
	}
}

enum noise_part noise_of_element(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];
	enum noise_part part = part_of_tag(n->tag), named;

	/* What is written as an article or as the page's main part is no furniture, whatever its
	 * name. */
	if (n->tag == HTML_TEXT || n->tag == HTML_BODY || n->tag == HTML_HTML || n->tag == HTML_A ||
		n->tag == HTML_ARTICLE || n->tag == HTML_MAIN)
		return NOISE_NONE;
	for (uint32_t i = 0; i < n->n_attrs; i++) {
		const struct html_attr *attr = &h->attrs[n->first_attr + i];

		if (span_is(attr->name, "itemprop") && span_is_nocase(attr->value, "articleBody"))
			return NOISE_ARTICLE;
		if (span_is(attr->name, "class") || span_is(attr->name, "id")) {
			named = noise_of_names(attr->value);
			part = named > part ? named : part;
		} else if ((span_is(attr->name, "role") &&
				   (span_is(attr->value, "navigation") ||
					   span_is(attr->value, "banner") ||
					   span_is(attr->value, "contentinfo") ||
					   span_is(attr->value, "complementary"))) ||
			(span_is(attr->name, "style") && is_hidden(attr->value)) ||
			span_is(attr->name, "hidden"))
			part = part > NOISE_FURNITURE ? part : NOISE_FURNITURE;
	}
	return part;
}
