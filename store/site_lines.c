#include "store/site_lines.h"

#include "common/fold.h"
#include "common/mdb.h"

#define ENTRY_BYTES    (8 + 4 * SITE_LINES_PAGES)
#define LINE_BYTES_MIN 60 /* 20 Chinese characters: longer than a signature */
#define LINE_BYTES_MAX 2000
#define TAIL_LINES     6
#define LEFT_MIN       2 / 3 /* of the bytes of a text */

static uint32_t read32(const char *bytes)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

void site_lines_parse(struct span value, struct site_lines *ret)
{
	ret->n = 0;
	if (value.len % ENTRY_BYTES || value.len / ENTRY_BYTES > SITE_LINES_MAX)
		return;
	for (size_t at = 0; at < value.len; at += ENTRY_BYTES) {
		struct site_line *line = &ret->items[ret->n++];

		line->hash = db_key64_read(span_from_offset(value, at));
		for (size_t i = 0; i < SITE_LINES_PAGES; i++)
			line->pages[i] = read32(value.data + at + 8 + 4 * i);
	}
}

void site_lines_write(const struct site_lines *l, struct strbuf *out)
{
	for (size_t n = 0; n < l->n; n++) {
		struct db_key64 hash = db_key64(l->items[n].hash);

		strbuf_add_span(out, db_key64_span(&hash));
		for (size_t i = 0; i < SITE_LINES_PAGES; i++)
			for (int shift = 24; shift >= 0; shift -= 8)
				strbuf_add_char(out, (char)(l->items[n].pages[i] >> shift));
	}
}

static uint32_t page_of(const struct hash *id)
{
	uint32_t page = read32((const char *)id->bytes);

	return page ? page : 1;
}

static struct span last_line(struct span text)
{
	const char *before = text.len ? memrchr(text.data, '\n', text.len) : NULL;

	return before ? span_from_offset(text, (size_t)(before - text.data) + 1) : text;
}

static struct span without_last(struct span text, struct span line)
{
	return span_from(text.data, text.len - line.len - (line.len < text.len));
}

static bool is_long(struct span line)
{
	return line.len >= LINE_BYTES_MIN && line.len <= LINE_BYTES_MAX;
}

static size_t find(const struct site_lines *l, uint64_t hash)
{
	size_t i = 0;

	while (i < l->n && l->items[i].hash != hash)
		i++;
	return i;
}

static void add_page(struct site_line *line, uint32_t page)
{
	for (size_t i = 0; i < SITE_LINES_PAGES && line->pages[i] != page; i++) {
		if (line->pages[i])
			continue;
		line->pages[i] = page;
		return;
	}
}

static void learn_line(struct site_lines *l, uint32_t page, struct span text)
{
	struct site_line line = {.hash = hash64_of(text)};
	size_t at = find(l, line.hash);

	if (!is_long(text))
		return;
	if (at == l->n && l->n == SITE_LINES_MAX)
		at = 0;
	if (at < l->n) {
		if (l->items[at].hash == line.hash)
			line = l->items[at];
		memmove(&l->items[at], &l->items[at + 1], (--l->n - at) * sizeof line);
	}
	add_page(&line, page);
	l->items[l->n++] = line;
}

void site_lines_learn(struct site_lines *l, const struct hash *page, struct span text)
{
	for (int i = 0; i < TAIL_LINES && text.len; i++) {
		struct span line = last_line(text);

		learn_line(l, page_of(page), line);
		text = without_last(text, line);
	}
}

/*
 * Words in which a site speaks of itself and to its readers, folded. Not those that
 * authorities end notices with: 下载 a form, 关注 the results, 特此声明.
 */
static bool speaks_of_site(struct span text)
{
	static const char *const words[] = {"本网", "本站", "本报", "本刊", "本平台", "转载",
		"版权", "免责声明", "特别声明", "投稿", "订阅", "关注我们", "客户端", "公众号",
		"扫码", "二维码", "爆料", "报料", "编辑部", "copyright", "rights reserved",
		"subscribe", "newsletter", "follow us", "sign up", "without permission",
		"written permission", "download our", "download the app", "republish"};
	STRBUF_LOCAL(folded);

	fold_text(text, &folded);
	return SPAN_HOLDS_ONE_OF(strbuf_span(&folded), words);
}

/* By what other pages have, and this one. */
static bool is_sites(const struct site_lines *l, uint32_t page, struct span text)
{
	size_t at = is_long(text) ? find(l, hash64_of(text)) : l->n, n = 1;

	if (at == l->n)
		return false;
	for (size_t i = 0; i < SITE_LINES_PAGES; i++)
		n += l->items[at].pages[i] && l->items[at].pages[i] != page;
	return n >= SITE_LINES_PAGES && speaks_of_site(text);
}

struct span site_lines_strip(const struct site_lines *l, const struct hash *page, struct span text)
{
	uint32_t number = page_of(page);
	struct span left = text, line;

	while (left.len && is_sites(l, number, line = last_line(left)))
		left = without_last(left, line);
	return left.len >= text.len * LEFT_MIN ? left : text;
}
