#include "scheduler/admit.h"

#include "common/clock.h"
#include "common/utf8.h"
#include "scheduler/preference.h"
#include "scheduler/trap.h"

#define REFUSED_LISTED_MAX 1000 /* entries of a source; of a trap there is no end */
#define GONE_RECHECK_MS    (7 * 86400 * INT64_C(1000)) /* of what is gone and still listed */
#define TITLE_BYTES_MAX    600 /* 200 characters: what a listing says in one line */

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

static void add_entry(struct planner *p, const struct admission *a, const struct place *place,
	const struct hash *id, struct entry *e)
{
	struct host *h = planner_host(p, place->parts.host);

	*e = (struct entry){
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
	if (a->refusal) {
		e->due_ms = ENTRY_DUE_NEVER;
		e->was_fetched = true;
		e->revisit.last = a->refusal;
	}
	frontier_add(p->frontier, id, e);
	if (e->due_ms < h->due_ms) {
		h->due_ms = e->due_ms;
		hosts_update(&p->hosts, h);
	}
}

static enum admit_outcome admit_place(struct planner *p, const struct admission *a,
	const struct place *place, uint64_t *ret_number)
{
	struct hash id = url_id(strbuf_span(&place->canonical));
	struct entry e;

	if (frontier_find(p->frontier, &id, ret_number))
		return ADMIT_KNOWN;
	add_entry(p, a, place, &id, &e);
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

/* What a site is asked for instead. Within the source's scope, which may leave out "www.". */
static bool prefer(struct planner *p, const struct roster_source *source, const struct entry *list,
	struct place *place)
{
	struct place better = {.href = STRBUF_INIT, .canonical = STRBUF_INIT};
	STRBUF_LOCAL(url);
	bool is_better = preference_find(p, strbuf_span(&place->href), &url) &&
		place_parse(&better, url.data, &p->config->url_rules) &&
		is_covered(source, list, &better);

	if (is_better) {
		place_release(place);
		*place = better;
	} else
		place_release(&better);
	return is_better;
}

/* What is refused. */

static enum outcome refusal_of(struct planner *p, const struct roster_source *source,
	const struct place *place, uint64_t n_new)
{
	if (trap_of(strbuf_span(&place->href), planner_now_ms(p)))
		return OUTCOME_TRAP;
	if (source && source->rules && source->rules->urls_max &&
		source->n_new + n_new >= (uint64_t)source->rules->urls_max)
		return OUTCOME_CAPPED;
	return OUTCOME_OK;
}

/* Once a source: of a trap there is no end, and coverage lists the first of them. */
static void tell_refusal(struct planner *p, struct roster_source *source, const struct place *place,
	enum outcome refusal)
{
	if (refusal == OUTCOME_CAPPED && !source->is_cap_told) {
		source->is_cap_told = true;
		log_warn(&p->log,
			"source %s has brought urls_max items, leaving out the others: %s",
			source->name, place->href.data);
	} else if (refusal == OUTCOME_TRAP && !source->n_refused)
		log_warn(&p->log, "source %s shows %s: %s, leaving it and its like out",
			source->name, place->href.data,
			trap_str(trap_of(strbuf_span(&place->href), planner_now_ms(p))));
}

/* Counted, and listed as lost while there are not too many of them. */
static void refuse_item(struct planner *p, struct roster_source *source, const struct admission *a,
	const struct place *place, const struct hash *id)
{
	struct entry e;

	tell_refusal(p, source, place, a->refusal);
	if (source->n_refused < REFUSED_LISTED_MAX)
		add_entry(p, a, place, id, &e);
	source->n_refused++;
	p->counts.refused++;
}

/* A known entry that was refused by other rules than now is made due. */
static bool reopen(struct planner *p, uint64_t number)
{
	struct entry e;
	struct host *h;

	if (!frontier_read(p->frontier, number, p->arena, &e) ||
		!outcome_is_refusal(e.revisit.last))
		return false;
	h = planner_host_of(p, &e);
	if (!h || planner_is_leased(h, &e))
		return false;
	e.was_fetched = false;
	e.revisit = (struct revisit_state){0};
	planner_reschedule(p, h, &e, planner_now_ms(p));
	return true;
}

/*
 * What has been gone for long may be back when a list shows its headline: notices are
 * withdrawn, corrected and published again. Sitemaps, without headlines, name dead pages
 * for ever.
 */
static void ask_again(struct planner *p, struct entry *e)
{
	struct host *h;

	if (e->revisit.last != OUTCOME_GONE || e->due_ms != ENTRY_DUE_NEVER ||
		clock_wall_ms() - e->fetched_ms < GONE_RECHECK_MS)
		return;
	h = planner_host_of(p, e);
	if (h)
		planner_reschedule(p, h, e, planner_now_ms(p));
}

static bool read_headlined(struct planner *p, uint64_t number, const struct admission *a,
	struct entry *ret)
{
	return *a->title && frontier_read(p->frontier, number, p->arena, ret) &&
		ret->role == ENTRY_FOUND;
}

/* A list shows what is known. Where another item led to is an item itself from now on. */
static void note_shown(struct planner *p, uint64_t number, const struct admission *a)
{
	struct entry e;

	if (!read_headlined(p, number, a, &e))
		return;
	if (e.is_target) {
		e.is_target = false;
		frontier_write(p->frontier, &e);
	}
	ask_again(p, &e);
}

/* Where a list goes on is no item: it is not listed, only told. */
static bool is_trap_of(struct planner *p, const struct entry *list, const struct place *next)
{
	struct roster_source *source = roster_get(&p->roster, list->source);

	if (!trap_of(strbuf_span(&next->href), planner_now_ms(p)))
		return false;
	if (source) {
		tell_refusal(p, source, next, OUTCOME_TRAP);
		source->n_refused++;
		planner_put_source(p, source);
	}
	p->counts.refused++;
	return true;
}

/* @list is NULL where anything goes. */
static enum admit_outcome admit_within(struct planner *p, const struct entry *list,
	const struct admission *a, uint64_t *ret_number)
{
	struct place place = {.href = STRBUF_INIT, .canonical = STRBUF_INIT};
	enum admit_outcome outcome = ADMIT_REFUSED;

	if (place_parse(&place, a->url, &p->config->url_rules) &&
		(!list ||
			(is_covered(roster_get(&p->roster, list->source), list, &place) &&
				!is_trap_of(p, list, &place))))
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
	struct entry known;

	if (place_parse(&place, a->url, &p->config->url_rules) &&
		is_covered_move(roster_get(&p->roster, from->source), from, &place))
		outcome = admit_place(p, a, &place, ret_number);
	if (outcome == ADMIT_KNOWN && a->role == ENTRY_FOUND &&
		read_headlined(p, *ret_number, a, &known))
		ask_again(p, &known);
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

/* @n counts what was shown before it in the same list. */
static enum admit_outcome admit_item(struct planner *p, const struct entry *list,
	const struct admission *item, struct place *place, const struct admitted *n,
	uint64_t *ret_number)
{
	struct roster_source *source = roster_get(&p->roster, list->source);
	struct hash id = url_id(strbuf_span(&place->canonical));
	struct admission a = *item;
	bool is_known = frontier_find(p->frontier, &id, ret_number);

	if (!is_known && prefer(p, source, list, place)) {
		id = url_id(strbuf_span(&place->canonical));
		is_known = frontier_find(p->frontier, &id, ret_number);
	}
	a.refusal = source ? refusal_of(p, source, place, n->n_new) : OUTCOME_OK;
	if (is_known && !a.refusal) {
		if (source && source->n_refused && reopen(p, *ret_number))
			return ADMIT_NEW;
		note_shown(p, *ret_number, &a);
	}
	if (is_known)
		return ADMIT_KNOWN;
	if (!a.refusal)
		return admit_place(p, &a, place, ret_number);
	refuse_item(p, source, &a, place, &id);
	return ADMIT_REFUSED;
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
		switch (admit_item(p, list, &a, &place, &n, &number)) {
		case ADMIT_NEW:
			n.n_new++;
			break;
		case ADMIT_KNOWN:
			n.n_open += list->role == ENTRY_FURTHER && is_open(p, number);
			break;
		case ADMIT_REFUSED:
			break;
		}
	}
	place_release(&place);
	return n;
}
