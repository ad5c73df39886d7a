/*
 * Script: what happens on a connection after a request, step by step. An
 * honest answer is the script "send this, end"; a hostile one drips, floods,
 * hangs and breaks. Scripts are constant tables that connection.c plays.
 */
#ifndef POLICYWATCH_TESTS_WEB_SCRIPT_H
#define POLICYWATCH_TESTS_WEB_SCRIPT_H

#include "common/span.h"
#include "common/strbuf.h"

#include <event2/buffer.h>
#include <stdbool.h>
#include <stdint.h>

struct host;

/* What was asked, as scripts see it. */
struct ask {
	struct span path;
	/* Appends the page that an honest host would have answered with. */
	void (*add_page)(const struct ask *a, struct strbuf *out);
	void *server; /* these three are for add_page() */
	const struct host *host;
	int64_t world_ms;
	const char *origin; /* "http://127.9.0.3:8080" */
	uint32_t site;      /* number of the host, for bytes that differ */
	unsigned article;   /* of /a/NUMBER.htm; 0 for other paths */
	unsigned nth;       /* how often this article was asked for before */
	bool keep_alive;
	bool head_only;
};

typedef void step_make_fn(const struct ask *a, struct evbuffer *out);

enum step_act {
	STEP_END, /* the answer is whole; the connection goes on if the client wants that */
	STEP_SEND,
	STEP_DRIP,  /* a byte every so often, over and over if forever */
	STEP_FLOOD, /* the same over and over, as fast as the client reads */
	STEP_HANG,
	STEP_RESET, /* RST */
	STEP_CLOSE, /* FIN */
};

struct step {
	enum step_act act;
	const char *text;   /* what is sent: this, */
	step_make_fn *make; /* or what this appends */
	int every_ms;       /* STEP_DRIP */
	bool forever;       /* STEP_DRIP */
};

#endif
