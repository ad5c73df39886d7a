/*
 * Overlay: what a test lays over the paths of one host: pages of its own, and
 * gates that hold requests. Few, so they are a list.
 */
#ifndef POLICYWATCH_TESTS_WEB_OVERLAY_H
#define POLICYWATCH_TESTS_WEB_OVERLAY_H

#include "common/strbuf.h"

#include <stdbool.h>

struct overlay_page {
	struct overlay_page *next;
	char *path;
	bool is_put; /* these three are set then */
	int status;
	char *content_type;
	struct strbuf body;
	bool is_closed; /* the gate */
};

struct overlay {
	struct overlay_page *first;
};

void overlay_release(struct overlay *o);

/* NULL if nothing is laid over @path. */
const struct overlay_page *overlay_find(const struct overlay *o, struct span path);

void overlay_put(struct overlay *o, const char *path, int status, const char *content_type,
	struct span body);
void overlay_gate(struct overlay *o, const char *path, bool closed);

#endif
