/*
 *	starts: the first two characters of an anchor -> the lengths (a bit each)
 *	        that anchors with this beginning have
 *	exact:  hash of an anchor -> chain of anchors with this hash
 *
 * At each position of the document, the two characters there are looked up in
 * starts, which is enough for most positions, and for each length that it has,
 * the characters are hashed and looked up in exact. Anchors are cut to
 * ANCHOR_CHARS: their beginning is in the document if they are.
 */
#include "alerts/matcher.h"

#include "common/alloc.h"
#include "common/arena.h"
#include "common/hash.h"
#include "common/utf8.h"

#define ANCHOR_CHARS 8
#define NONE         UINT32_MAX

struct start {
	uint64_t key; /* the two characters, 0: free */
	uint32_t lengths;
};

struct anchor {
	struct span text; /* borrowed from the query */
	uint64_t hash;
	uint32_t subscription;
	uint32_t next; /* in the chain */
};

struct matcher {
	struct subscription *const *subscriptions;
	size_t n;
	struct anchor *anchors;
	size_t n_anchors, cap_anchors;
	uint32_t *exact; /* heads of chains */
	struct start *starts;
	size_t mask; /* both tables have mask + 1 slots */
	uint32_t *always;
	size_t n_always, cap_always;
	uint32_t *seen_in; /* by subscription: the run that evaluated it */
	uint32_t run;
};

/* Of one character the key has no second one. */
static uint64_t start_key(uint32_t first, uint32_t second)
{
	return (uint64_t)first << 32 | second;
}

static size_t slot_of(const struct matcher *m, uint64_t key)
{
	return (size_t)((key * 0x9E3779B97F4A7C15u) >> 20) & m->mask;
}

static struct start *find_start(const struct matcher *m, uint64_t key)
{
	size_t i = slot_of(m, key);

	while (m->starts[i].key && m->starts[i].key != key)
		i = (i + 1) & m->mask;
	return &m->starts[i];
}

static struct span cut_anchor(struct span text, uint32_t chars[2], size_t *ret_n)
{
	const char *p = text.data, *end = text.data + text.len;
	size_t n = 0;

	chars[0] = chars[1] = 0;
	for (; p < end && n < ANCHOR_CHARS; n++) {
		uint32_t c = utf8_next(&p, end);

		if (n < 2)
			chars[n] = c;
	}
	*ret_n = n;
	return span_from(text.data, (size_t)(p - text.data));
}

static void add_anchor(struct matcher *m, struct span text, uint32_t subscription)
{
	m->anchors = alloc_grow(m->anchors, m->n_anchors, &m->cap_anchors, sizeof *m->anchors);
	m->anchors[m->n_anchors++] = (struct anchor){.text = text, .subscription = subscription};
}

static void add_subscription(struct matcher *m, uint32_t i)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct span *anchors;
	size_t n;

	if (!query_anchors(m->subscriptions[i]->query, a, &anchors, &n)) {
		m->always = alloc_grow(m->always, m->n_always, &m->cap_always, sizeof *m->always);
		m->always[m->n_always++] = i;
		return;
	}
	for (size_t k = 0; k < n; k++)
		add_anchor(m, anchors[k], i);
}

static void index_anchor(struct matcher *m, uint32_t i)
{
	struct anchor *anchor = &m->anchors[i];
	uint32_t chars[2];
	size_t n_chars, slot;
	struct start *start;

	anchor->text = cut_anchor(anchor->text, chars, &n_chars);
	anchor->hash = hash64_of(anchor->text);
	slot = (size_t)anchor->hash & m->mask;
	anchor->next = m->exact[slot];
	m->exact[slot] = i;
	start = find_start(m, start_key(chars[0], chars[1]));
	start->key = start_key(chars[0], chars[1]);
	start->lengths |= 1u << n_chars;
}

struct matcher *matcher_new(struct subscription *const *subscriptions, size_t n)
{
	struct matcher *m = ALLOC_NEW(struct matcher);
	size_t slots = 64;

	m->subscriptions = subscriptions;
	m->n = n;
	m->seen_in = alloc_zeroed(n, sizeof *m->seen_in);
	for (uint32_t i = 0; i < n; i++)
		add_subscription(m, i);
	while (slots < m->n_anchors * 2)
		slots *= 2;
	m->mask = slots - 1;
	m->starts = alloc_zeroed(slots, sizeof *m->starts);
	m->exact = alloc_bytes(slots * sizeof *m->exact);
	memset(m->exact, 0xFF, slots * sizeof *m->exact);
	for (uint32_t i = 0; i < m->n_anchors; i++)
		index_anchor(m, i);
	return m;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	free(m->anchors);
	free(m->exact);
	free(m->starts);
	free(m->always);
	free(m->seen_in);
	free(m);
}

struct run {
	struct matcher *m;
	const struct query_document *document;
	matcher_fn *fn;
	void *arg;
};

static void evaluate(const struct run *run, uint32_t i)
{
	struct subscription *s = run->m->subscriptions[i];

	if (run->m->seen_in[i] == run->m->run)
		return;
	run->m->seen_in[i] = run->m->run;
	if (query_match(s->query, run->document))
		run->fn(run->arg, s);
}

static void look_up(const struct run *run, struct span text)
{
	const struct matcher *m = run->m;
	uint64_t hash = hash64_of(text);

	for (uint32_t i = m->exact[hash & m->mask]; i != NONE; i = m->anchors[i].next) {
		if (m->anchors[i].hash == hash && span_eq(m->anchors[i].text, text))
			evaluate(run, m->anchors[i].subscription);
	}
}

/* All anchors that stand at @p, where the document goes on to @end. */
static void scan_at(const struct run *run, const char *p, const char *end, uint32_t lengths)
{
	const char *at = p;

	for (unsigned n = 1; at < end && lengths >> n; n++) {
		utf8_next(&at, end);
		if (lengths & 1u << n)
			look_up(run, span_from(p, (size_t)(at - p)));
	}
}

static void scan(const struct run *run, struct span text)
{
	const char *p = text.data, *end = text.data + text.len;
	uint32_t c = p < end ? utf8_next(&p, end) : 0;
	const char *at = text.data;

	while (at < end) {
		const char *next = p;
		uint32_t second = p < end ? utf8_next(&p, end) : 0;

		scan_at(run, at, end, find_start(run->m, start_key(c, 0))->lengths);
		if (second)
			scan_at(run, at, end, find_start(run->m, start_key(c, second))->lengths);
		at = next;
		c = second;
	}
}

void matcher_run(struct matcher *m, const struct query_document *d, matcher_fn *fn, void *arg)
{
	const struct run run = {m, d, fn, arg};

	m->run++;
	scan(&run, query_document_title(d));
	scan(&run, query_document_text(d));
	for (size_t i = 0; i < m->n_always; i++)
		evaluate(&run, m->always[i]);
}
