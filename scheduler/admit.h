/*
 * Admit: a URL that somebody has seen becomes an entry of the frontier, once.
 * What it is known by is its canonical form. Within a transaction of the
 * planner.
 */
#ifndef POLICYWATCH_SCHEDULER_ADMIT_H
#define POLICYWATCH_SCHEDULER_ADMIT_H

#include "scheduler/planner.h"

enum admit_outcome {
	ADMIT_NEW,
	ADMIT_KNOWN,
	ADMIT_REFUSED, /* no web URL, too long, out of scope, a trap, or beyond urls_max */
};

/* What a new entry will be. */
struct admission {
	const char *url; /* absolute */
	uint32_t source;
	enum entry_role role;
	enum work_kind kind;
	unsigned hops;
	const char *title;
	int64_t published_ms;
	int64_t due_ms;       /* if it is new; 0: now */
	enum outcome refusal; /* why it is only to be listed as lost; OUTCOME_OK: it is not */
};

/* What a list has shown. */
struct admitted {
	size_t n_new;  /* that nobody had seen before */
	size_t n_open; /* seen before, and not fetched yet; counted on further pages of lists only */
};

/* The entry is due if it is new. *@ret_number unless refused. */
enum admit_outcome admit_url(struct planner *p, const struct admission *a, uint64_t *ret_number);

/*
 * The same for where @from leads by a redirect. An item may not lead out of
 * its source's scope; a source's own URL leads where it will.
 */
enum admit_outcome admit_move(struct planner *p, const struct entry *from,
	const struct admission *a, uint64_t *ret_number);

/* The same for where @list, a list's entry, goes on: refused outside of its scope. */
enum admit_outcome admit_list_page(struct planner *p, const struct entry *list,
	const struct admission *a, uint64_t *ret_number);

/*
 * All that a list showed and that is in the scope of its source. @list is the
 * entry of the list. What is refused as a trap (trap.h), or because the source
 * has had its urls_max, is counted, and the first of it becomes entries that are
 * never due, which coverage lists as lost with the reason. Those are taken back
 * when the rules have changed and a list shows them again.
 */
struct admitted admit_items(struct planner *p, const struct entry *list, const struct result *r);

#endif
