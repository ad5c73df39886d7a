#include "crawler/read/enrich/folded.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/utf8.h"

static void add_line(struct folded *f, struct span line)
{
	f->lines = alloc_grow(f->lines, f->n_lines, &f->cap_lines, sizeof *f->lines);
	f->lines[f->n_lines++] = (struct folded_line){.at = (uint32_t)f->text.len, .written = line};
	fold_text(line, &f->text);
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
		add_line(f, span_from(text.data, len));
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

static void trace(struct folded *f, size_t line)
{
	STRBUF_LOCAL(again);

	if (f->traced == line + 1)
		return;
	free(f->origin);
	fold_text_traced(f->lines[line].written, &again, &f->origin);
	f->traced = line + 1;
}

struct span folded_written(struct folded *f, size_t start, size_t end)
{
	size_t line = line_of(f, start);
	struct span written = f->lines[line].written;
	const char *from, *last;

	trace(f, line);
	from = written.data + f->origin[start - f->lines[line].at];
	last = written.data + f->origin[end - 1 - f->lines[line].at];
	utf8_next(&last, written.data + written.len);
	return span_from(from, (size_t)(last - from));
}
