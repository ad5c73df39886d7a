#include "scheduler/admit.h"

#include "common/clock.h"
#include "common/utf8.h"

#define TITLE_BYTES_MAX 600 /* 200 characters: what a listing says in one line */

/* A URL in the forms that admission needs. */
struct place {
	struct strbuf href, canonical;
	struct url_parts parts; /* borrowed from href */
};

static void place_release(struct place *a)
{
	strbuf_release(&a->href);
	strbuf_release(&a->canonical);
}

static bool place_parse(struct place *a, const char *url, const struct url_rules *rules)
{
	strbuf_clear(&a->href);
	strbuf_clear(&a->canonical);
	return url_resolve(span_str(url), (struct span){0}, &a->href) == 0 &&
		a->href.len <= PROTOCOL_URL_MAX &&
		url_canonical(strbuf_span(&a->href), rules, &a->canonical) == 0 &&
		url_split(strbuf_span(&a->href), &a->parts) && a->parts.host.len &&
		a->parts.host.len <= 255; /* DNS; and LMDB's keys end at 511 */
}

static enum admit_outcome admit_place(struct planner *p, const struct admission *a,
	const struct place *place, uint64_t *ret_number)
{
	struct hash id = url_id(strbuf_span(&place->canonical));
	struct host *h;
	struct entry e;

	if (frontier_find(p->frontier, &id, ret_number))
		return ADMIT_KNOWN;
	h = planner_host(p, place->parts.host);
	e = (struct entry){
		.host = h->number,
		.source = a->source,
		.role = a->role,
		.kind = a->kind,
		.hops = a->hops,
		.is_target = a->hops > 0,
		.due_ms = a->due_ms ? a->due_ms : planner_now_ms(p),
		.published_ms = a->published_ms,
		.seen_ms = clock_wall_ms(),
		.url = strbuf_span(&place->href),
		.title = utf8_cut(span_str(a->title), TITLE_BYTES_MAX),
	};
	frontier_add(p->frontier, &id, &e);
	if (e.due_ms < h->due_ms) {
		h->due_ms = e.due_ms;
		hosts_update(&p->hosts, h);
	}
	p->counts.admitted++;
	*ret_number = e.number;
	return ADMIT_NEW;
}

/* A list that has moved shows its items where it is now. */
static bool is_covered(const struct roster_source *source, const struct entry *list,
	const struct place *item)
{
	enum source_scope scope = SOURCE_SITE;
	struct url_parts shown_on;

	if (source && source->rules) {
		scope = (enum source_scope)source->rules->scope;
		if (source_covers(scope, item->parts.host, source->host))
			return true;
		if (list->role == ENTRY_FOUND)
			return false;
	}
	return url_split(list->url, &shown_on) &&
		source_covers(scope, item->parts.host, shown_on.host);
}

/* @list is NULL where anything goes. */
static enum admit_outcome admit_within(struct planner *p, const struct entry *list,
	const struct admission *a, uint64_t *ret_number)
{
	struct place place = {.href = STRBUF_INIT, .canonical = STRBUF_INIT};
	enum admit_outcome outcome = ADMIT_REFUSED;

	if (place_parse(&place, a->url, &p->config->url_rules) &&
		(!list || is_covered(roster_get(&p->roster, list->source), list, &place)))
		outcome = admit_place(p, a, &place, ret_number);
	place_release(&place);
	return outcome;
}

enum admit_outcome admit_url(struct planner *p, const struct admission *a, uint64_t *ret_number)
{
	return admit_within(p, NULL, a, ret_number);
}

/* What an item leads to is on its source's site as the item itself is, or on the item's own. */
static bool is_covered_move(const struct roster_source *source, const struct entry *from,
	const struct place *target)
{
	struct url_parts parts;
	enum source_scope scope;

	if (from->role != ENTRY_FOUND || !source || !source->rules)
		return true;
	scope = (enum source_scope)source->rules->scope;
	return source_covers(scope, target->parts.host, source->host) ||
		(url_split(from->url, &parts) &&
			source_covers(scope, target->parts.host, parts.host));
}

enum admit_outcome admit_move(struct planner *p, const struct entry *from,
	const struct admission *a, uint64_t *ret_number)
{
	struct place place = {.href = STRBUF_INIT, .canonical = STRBUF_INIT};
	enum admit_outcome outcome = ADMIT_REFUSED;

	if (place_parse(&place, a->url, &p->config->url_rules) &&
		is_covered_move(roster_get(&p->roster, from->source), from, &place))
		outcome = admit_place(p, a, &place, ret_number);
	place_release(&place);
	return outcome;
}

enum admit_outcome admit_list_page(struct planner *p, const struct entry *list,
	const struct admission *a, uint64_t *ret_number)
{
	return admit_within(p, list, a, ret_number);
}

static bool is_open(struct planner *p, uint64_t number)
{
	struct entry e;

	return frontier_read(p->frontier, number, p->arena, &e) && !e.was_fetched;
}

struct admitted admit_items(struct planner *p, const struct entry *list, const struct result *r)
{
	const struct roster_source *source = roster_get(&p->roster, list->source);
	struct place place = {.href = STRBUF_INIT, .canonical = STRBUF_INIT};
	struct admitted n = {0};
	uint64_t number;

	for (size_t i = 0; i < r->n_items; i++) {
		const struct admission a = {
			.url = r->items[i].url,
			.source = list->source,
			.role = ENTRY_FOUND,
			.kind = r->items[i].kind,
			.title = r->items[i].title,
			.published_ms = r->items[i].published_ms,
		};

		if (!place_parse(&place, a.url, &p->config->url_rules) ||
			!is_covered(source, list, &place))
			continue;
		if (admit_place(p, &a, &place, &number) == ADMIT_NEW)
			n.n_new++;
		else if (list->role == ENTRY_FURTHER)
			n.n_open += is_open(p, number);
	}
	place_release(&place);
	return n;
}
