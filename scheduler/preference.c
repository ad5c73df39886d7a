#include "scheduler/preference.h"

#define STEPS_MAX 2 /* http://a.cn -> https://a.cn -> https://www.a.cn */

/* An address in canonical form, by which forms are compared. */
struct name {
	struct strbuf href;
	struct url_parts parts; /* borrowed from href */
};

#define NAME_INIT                                                                                  \
	{                                                                                          \
		.href = STRBUF_INIT                                                                \
	}

static void name_releasep(struct name *n)
{
	strbuf_release(&n->href);
}

static bool name_take(struct name *n)
{
	return url_split(strbuf_span(&n->href), &n->parts);
}

static struct form_choice *choice_of(struct host *h, const struct url_parts *parts)
{
	return &h->forms[span_is(parts->scheme, "https")];
}

static struct host *host_of(struct planner *p, const struct name *n)
{
	return hosts_find(&p->hosts, n->parts.host);
}

/* @from is not better called @f any more. True if it was until now. */
static bool forget(struct planner *p, const struct name *from, enum form f)
{
	struct host *h = host_of(p, from);
	struct form_choice *c = h ? choice_of(h, &from->parts) : NULL;
	bool was_chosen = c && c->to == f && form_is_chosen(*c);

	if (!c || c->to != f)
		return false;
	if (was_chosen)
		log_info(&p->log, "%s is asked for under its own address again: %s", h->name,
			from->href.data);
	*c = (struct form_choice){0};
	planner_put_host(p, h);
	return was_chosen;
}

/* What was asked for in vain still stands in the list, under the name that it has there. */
static void read_list_again(struct planner *p, const struct entry *page)
{
	const struct roster_source *source = roster_get(&p->roster, page->source);
	uint64_t number = source ? source->url_number : 0;
	struct entry list;

	for (int i = 0; i <= ENTRY_HOPS_MAX && frontier_read(p->frontier, number, p->arena, &list);
		i++) {
		list.etag = list.last_modified = (struct span){"", 0};
		frontier_write(p->frontier, &list);
		number = list.moved_number;
	}
}

/* @from is better called @to, which is its form @f. */
static void credit(struct planner *p, const struct name *from, const struct name *to, enum form f)
{
	struct host *h = host_of(p, from);
	struct form_choice *c = h ? choice_of(h, &from->parts) : NULL;

	forget(p, to, form_back(&from->parts, f));
	if (!c || (c->to == f && form_is_chosen(*c)))
		return;
	if (c->to != f)
		*c = (struct form_choice){.to = f};
	if (++c->evidence == FORM_EVIDENCE)
		log_info(&p->log, "%s shows the same pages elsewhere, asking there: %s", h->name,
			to->href.data);
	planner_put_host(p, h);
}

/*
 * A page's canonical link. Templates forget that their site has moved; what the site does
 * counts.
 */
static void credit_link(struct planner *p, const struct name *from, const struct name *to,
	enum form f)
{
	struct host *h = host_of(p, to);

	if (!h || choice_of(h, &to->parts)->to != form_back(&from->parts, f))
		credit(p, from, to, f);
}

/* Two pages of the same text: https is better, and so is what was there first. */
static void credit_copy(struct planner *p, const struct name *copy, const struct name *first,
	enum form f)
{
	if (span_is(copy->parts.scheme, "https") && span_is(first->parts.scheme, "http"))
		credit(p, first, copy, form_back(&copy->parts, f));
	else
		credit(p, copy, first, f);
}

static bool is_id(struct span canonical, const char *hex)
{
	struct hash id = url_id(canonical);
	char own[HASH_HEX_SIZE];

	return strcmp(hash_hex(&id, own), hex) == 0;
}

static bool is_target(struct planner *p, const struct entry *e, const struct result *r,
	struct span canonical)
{
	STRBUF_LOCAL(href);
	STRBUF_LOCAL(target);

	return url_resolve(span_str(r->moved_to), e->url, &href) == 0 &&
		url_canonical(strbuf_span(&href), &p->config->url_rules, &target) == 0 &&
		span_eq(strbuf_span(&target), canonical);
}

/* Nobody was there who should have been: a host that is down, a page that is not there. */
static bool is_disappointment(enum outcome outcome)
{
	return outcome != OUTCOME_OK && outcome != OUTCOME_THROTTLED;
}

static void learn_of(struct planner *p, const struct entry *e, const struct result *r,
	const struct name *own, const struct name *other, enum form f)
{
	struct span href = strbuf_span(&other->href);

	if (r->outcome == OUTCOME_MOVED) {
		if (is_target(p, e, r, href))
			credit(p, own, other, f);
	} else if (is_id(href, r->page))
		credit_link(p, own, other, f);
	else if (is_id(href, r->story))
		credit_copy(p, own, other, f);
	else if (is_disappointment(r->outcome) && forget(p, other, form_back(&own->parts, f)))
		read_list_again(p, e);
}

void preference_learn(struct planner *p, const struct entry *e, const struct result *r)
{
	CLEANUP(name_releasep) struct name own = NAME_INIT;

	if (e->was_fetched) /* a page says it once */
		return;
	if (url_canonical(e->url, &p->config->url_rules, &own.href) < 0 || !name_take(&own))
		return;
	for (enum form f = FORM_HTTP; f <= FORM_HTTPS_TWIN; f++) {
		CLEANUP(name_releasep) struct name other = NAME_INIT;

		if (form_make(&own.parts, f, &other.href) && name_take(&other))
			learn_of(p, e, r, &own, &other, f);
	}
}

bool preference_find(struct planner *p, struct span href, struct strbuf *out)
{
	bool is_found = false;

	for (int i = 0; i < STEPS_MAX; i++) {
		STRBUF_LOCAL(better);
		struct url_parts parts;
		struct form_choice c;
		struct host *h;

		if (!url_split(href, &parts))
			break;
		h = hosts_find(&p->hosts, parts.host);
		c = h ? *choice_of(h, &parts) : (struct form_choice){0};
		if (!form_is_chosen(c) || !form_make(&parts, c.to, &better))
			break;
		strbuf_clear(out);
		strbuf_add_span(out, strbuf_span(&better));
		href = strbuf_span(out);
		is_found = true;
	}
	return is_found;
}
