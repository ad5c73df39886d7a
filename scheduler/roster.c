#include "scheduler/roster.h"

#include "common/alloc.h"
#include "common/utf8.h"

#include <stdlib.h>

#define ERROR_BYTES_MAX 300 /* a line of status */

void roster_release(struct roster *r)
{
	for (size_t i = 0; i < r->len; i++) {
		free(r->list[i]->name);
		free(r->list[i]->error);
		free(r->list[i]);
	}
	names_release(&r->by_name);
	free(r->list);
	free(r->by_number);
	*r = (struct roster){0};
}

struct roster_source *roster_find(const struct roster *r, struct span name)
{
	return names_find(&r->by_name, name);
}

struct roster_source *roster_get(const struct roster *r, uint32_t number)
{
	return number < r->n_numbers ? r->by_number[number] : NULL;
}

static void index_number(struct roster *r, struct roster_source *s)
{
	size_t n = r->n_numbers ? r->n_numbers : 64;

	while (n <= s->number)
		n *= 2;
	if (n > r->n_numbers) {
		r->by_number = alloc_resize(r->by_number, n, sizeof(struct roster_source *));
		memset(r->by_number + r->n_numbers, 0,
			(n - r->n_numbers) * sizeof(struct roster_source *));
		r->n_numbers = n;
	}
	r->by_number[s->number] = s;
}

struct roster_source *roster_add(struct roster *r, struct span name, uint32_t number)
{
	struct roster_source *s = ALLOC_NEW(struct roster_source);

	s->name = alloc_strndup(name.data, name.len);
	s->error = alloc_strdup("");
	s->number = number;
	names_add(&r->by_name, s->name, s);
	r->list = alloc_grow(r->list, r->len, &r->cap, sizeof(struct roster_source *));
	r->list[r->len++] = s;
	index_number(r, s);
	return s;
}

void roster_bind(struct roster *r, const struct source_list *list)
{
	struct url_parts parts;

	for (size_t i = 0; i < r->len; i++) {
		struct roster_source *s = r->list[i];

		s->rules = source_list_find(list, span_str(s->name));
		s->host = (struct span){0};
		if (s->rules && url_split(span_str(s->rules->url), &parts))
			s->host = parts.host;
	}
}

void roster_set_error(struct roster_source *s, const char *error)
{
	struct span text = utf8_cut(span_str(error), ERROR_BYTES_MAX);

	free(s->error);
	s->error = alloc_strndup(text.data ? text.data : "", text.len);
}

struct source_record roster_record_of(const struct roster_source *s)
{
	return (struct source_record){
		.name = span_str(s->name),
		.number = s->number,
		.url_number = s->url_number,
		.paused = s->paused,
		.was_fetched = s->was_fetched,
		.outcome = s->outcome,
		.fetched_ms = s->fetched_ms,
		.new_item_ms = s->new_item_ms,
		.n_items = s->n_items,
		.n_new = s->n_new,
		.n_refused = s->n_refused,
		.error = span_str(s->error),
	};
}
