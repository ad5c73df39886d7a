#include "crawler/read/enrich/keywords_inside.h"

#include "common/fold.h"
#include "common/utf8.h"

#define GIVEN_MAX         12 /* looked for; lists that are longer are for search engines */
#define GIVEN_BYTES_MAX   60
#define GIVEN_PIECE_BYTES 27

static bool separates(uint32_t c, bool spaces)
{
	return c == ',' || c == U'，' || c == U'、' || c == ';' || c == U'；' || c == '|' ||
		c == U'｜' || c == '\n' || (spaces && utf8_is_space(c));
}

/* Spaces split only what nothing else splits. */
static bool is_split_by_spaces(struct span list)
{
	const char *p = list.data, *end = p + list.len;

	while (p < end)
		if (separates(utf8_next(&p, end), false))
			return false;
	return true;
}

static struct span next_given(struct span *list, bool spaces)
{
	const char *start = list->data, *p = start, *end = start + list->len, *stop = end;

	while (p < end) {
		const char *at = p;

		if (separates(utf8_next(&p, end), spaces)) {
			stop = at;
			break;
		}
	}
	*list = span_from(p, (size_t)(end - p));
	return span_trim(span_from(start, (size_t)(stop - start)));
}

static bool has_letter(struct span folded)
{
	for (size_t i = 0; i < folded.len; i++)
		if ((unsigned char)folded.data[i] >= 'a')
			return true;
	return false;
}

/* Some list the title, or what stands between its commas. */
static bool is_piece_of_title(const struct chooser *c, struct span word)
{
	return word.len >= GIVEN_PIECE_BYTES &&
		span_find(span_from(c->text.data, c->f->title_len), word) >= 0;
}

struct given {
	struct span written, folded;
	bool stands; /* in the article */
};

static bool look_at_given(struct chooser *c, struct span written, struct given *ret)
{
	STRBUF_LOCAL(folded);
	struct span word;

	if (!written.len || written.len > GIVEN_BYTES_MAX)
		return false;
	fold_text(written, &folded);
	word = strbuf_span(&folded);
	if (!has_letter(word) || is_piece_of_title(c, word) ||
		keywords_rarity(c, word) <= RARITY_FUNCTION)
		return false;
	*ret = (struct given){.written = written, .stands = span_find(c->text, word) >= 0};
	ret->folded = span_from(arena_dup(c->arena, word), word.len);
	return true;
}

/*
 * Whoever wrote the article may call it by a word that does not stand there;
 * where half do not, they are the site's and not the article's, unless one is half.
 */
void keywords_choose_given(struct chooser *c, const char *list)
{
	struct span left = span_str(list);
	bool spaces = is_split_by_spaces(left);
	struct given given[GIVEN_MAX];
	size_t n = 0, standing = 0;

	while (n < GIVEN_MAX && left.len)
		n += look_at_given(c, next_given(&left, spaces), &given[n]);
	for (size_t i = 0; i < n; i++)
		standing += given[i].stands;
	for (size_t i = 0; i < n && c->ret->len < KEYWORDS_MAX; i++)
		if ((given[i].stands || standing * 2 + (n == 2) > n) &&
			!keywords_is_chosen(c, given[i].folded))
			keywords_choose(c, given[i].written, given[i].folded,
				keywords_entry(c, given[i].folded));
}
