#include "common/alloc.h"
#include "common/fold.h"
#include "store/query_node.h"

#define DAY_MS 86400000

static void add_line(struct strbuf *part, const char *s)
{
	if (!s)
		return;
	strbuf_add_char(part, '\n');
	fold_text(span_str(s), part);
}

static void add_list(struct strbuf *part, const struct str_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		add_line(part, list->items[i]);
}

/* The calendar day on which it was published where it was published. */
static int64_t day_of(const struct record_time *t)
{
	int64_t local = t->ms + (int64_t)t->zone_min * 60000;

	return (local >= 0 ? local : local - DAY_MS + 1) / DAY_MS;
}

struct query_document *query_document_new(const struct record *r)
{
	struct query_document *d = ALLOC_NEW(struct query_document);

	for (int i = 0; i < PARTS; i++)
		strbuf_init(&d->parts[i], 0);
	fold_text(span_str(r->title), &d->parts[PART_TITLE]);
	fold_text(span_str(r->text), &d->parts[PART_TEXT]);
	add_line(&d->parts[PART_SOURCE], r->source);
	add_line(&d->parts[PART_PUBLISHER], r->publisher);
	add_list(&d->parts[PART_INDUSTRIES], &r->industries);
	add_list(&d->parts[PART_TECHNOLOGIES], &r->ai_technologies);
	add_list(&d->parts[PART_AGENCIES], &r->agencies);
	add_list(&d->parts[PART_NUMBERS], &r->document_numbers);
	add_list(&d->parts[PART_REGIONS], &r->regions);
	d->is_dated = r->published.precision != PRECISION_NONE;
	d->day = d->is_dated ? day_of(&r->published) : 0;
	return d;
}

void query_document_free(struct query_document *d)
{
	if (!d)
		return;
	for (int i = 0; i < PARTS; i++)
		strbuf_release(&d->parts[i]);
	free(d);
}

struct span query_document_title(const struct query_document *d)
{
	return strbuf_span(&d->parts[PART_TITLE]);
}

struct span query_document_text(const struct query_document *d)
{
	return strbuf_span(&d->parts[PART_TEXT]);
}
