/*
 * Roster: all sources that were ever known, in memory, with what came of them;
 * those that the files still have are bound to their rules.
 */
#ifndef POLICYWATCH_SCHEDULER_ROSTER_H
#define POLICYWATCH_SCHEDULER_ROSTER_H

#include "scheduler/frontier.h"
#include "scheduler/names.h"
#include "scheduler/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster_source {
	char *name;
	const struct source *rules; /* borrowed from the list in use; NULL when no file has it */
	struct span host;           /* of rules->url */
	uint32_t number;
	uint64_t url_number;
	bool paused;
	bool was_fetched;
	enum outcome outcome;
	int64_t fetched_ms, new_item_ms;
	uint64_t n_items, n_new, n_refused;
	bool is_cap_told; /* in the log, since the start */
	char *error;      /* of the last look; "" when there was none */
};

/* Zeroed is empty. */
struct roster {
	struct names by_name;
	struct roster_source **list;
	size_t len, cap;
	struct roster_source **by_number;
	size_t n_numbers;
};

void roster_release(struct roster *r);
struct roster_source *roster_find(const struct roster *r, struct span name);
struct roster_source *roster_get(const struct roster *r, uint32_t number); /* NULL when unknown */
struct roster_source *roster_add(struct roster *r, struct span name, uint32_t number);

/* Rules of @list for those that it has, none for the others. */
void roster_bind(struct roster *r, const struct source_list *list);

void roster_set_error(struct roster_source *s, const char *error);
struct source_record roster_record_of(const struct roster_source *s);

#endif
