#include "crawler/read/enrich/folded.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/utf8.h"

#define PIECE_BYTES 2000

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void add_line(struct folded *f, struct span line)
{
	f->lines = alloc_grow(f->lines, f->n_lines, &f->cap_lines, sizeof *f->lines);
	f->lines[f->n_lines++] = (struct folded_line){.at = (uint32_t)f->text.len, .written = line};
	fold_text(line, &f->text);
}

/*
 * Where a long line may be cut so that both parts fold as the whole does:
 * before a Han character, which nothing joins, or behind a space between words.
 */
static size_t cut_at(struct span line)
{
	for (size_t i = PIECE_BYTES; i + 1 < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];

		if (c >= 0xE4 && c <= 0xE9 && line.data[i - 1] != ' ')
			return i;
		if (line.data[i - 1] == ' ' && is_letter(line.data[i]) &&
			is_letter(line.data[i - 2]))
			return i;
	}
	return line.len;
}

/* A line in pieces that are short enough to be traced one by one. */
static void add_pieces(struct folded *f, struct span line)
{
	while (line.len > PIECE_BYTES) {
		size_t at = cut_at(line);

		add_line(f, span_from(line.data, at));
		if (at < line.len && line.data[at - 1] == ' ')
			strbuf_add_char(&f->text, ' ');
		line = span_from_offset(line, at);
	}
	if (line.len)
		add_line(f, line);
}

void folded_init(struct folded *f, struct span title, struct span text)
{
	*f = (struct folded){.body = text};
	strbuf_init(&f->text, 0);
	strbuf_reserve(&f->text, title.len + text.len + 2);
	add_line(f, title);
	f->title_len = f->text.len;
	while (text.len) {
		const char *stop = memchr(text.data, '\n', text.len);
		size_t len = stop ? (size_t)(stop - text.data) : text.len;

		strbuf_add_char(&f->text, '\n');
		add_pieces(f, span_from(text.data, len));
		text = span_from_offset(text, len + (stop != NULL));
	}
}

void folded_release(struct folded *f)
{
	strbuf_release(&f->text);
	free(f->lines);
	free(f->origin);
}

struct span folded_body(const struct folded *f)
{
	size_t at = f->n_lines > 1 ? f->title_len + 1 : f->title_len;

	return span_from_offset(strbuf_span(&f->text), at);
}

static size_t line_of(const struct folded *f, size_t at)
{
	size_t low = 0, high = f->n_lines;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (f->lines[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Whether a line differs from its folded form by capital letters alone, as most English ones do. */
static bool is_plain(const struct folded *f, const struct folded_line *line)
{
	struct span written = line->written;
	const char *folded = f->text.data + line->at;

	if (f->text.len - line->at < written.len)
		return false;
	for (size_t i = 0; i < written.len; i++) {
		char c = written.data[i];

		if (folded[i] != (c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c))
			return false;
	}
	return true;
}

/* Of a plain line there is nothing to trace; that it is one is kept, since a line can be all of a page. */
static void trace(struct folded *f, size_t line)
{
	STRBUF_LOCAL(again);

	if (f->traced == line + 1)
		return;
	f->traced = line + 1;
	free(f->origin);
	f->origin = NULL;
	f->n_origin = f->lines[line].written.len;
	if (is_plain(f, &f->lines[line]))
		return;
	fold_text_traced(f->lines[line].written, &again, &f->origin);
	f->n_origin = again.len;
}

/* Where the character was written that gave this byte. */
static const char *origin_of(struct folded *f, size_t at, struct span *ret_written)
{
	size_t line = line_of(f, at);

	trace(f, line);
	*ret_written = f->lines[line].written;
	at -= f->lines[line].at;
	if (at >= f->n_origin) /* a space or line break between lines */
		return ret_written->data + ret_written->len;
	return ret_written->data + (f->origin ? f->origin[at] : at);
}

struct span folded_written(struct folded *f, size_t start, size_t end)
{
	struct span written;
	const char *from = origin_of(f, start, &written);
	const char *last = origin_of(f, end - 1, &written);

	if (last < written.data + written.len)
		utf8_next(&last, written.data + written.len);
	return span_from(from, (size_t)(last - from));
}
