/*
 * Hosts of the web: the honest ones of the world, then a hostile one for each
 * kind of hostility, and what tests have done to them.
 */
#ifndef POLICYWATCH_TESTS_WEB_HOSTS_H
#define POLICYWATCH_TESTS_WEB_HOSTS_H

#include "common/cleanup.h"
#include "common/strbuf.h"
#include "tests/web/hostile.h"
#include "tests/web/overlay.h"
#include "tests/web/page.h"
#include "tests/web/world.h"

#include <stdbool.h>
#include <stdint.h>

struct host {
	char address[WORLD_ADDRESS_MAX];
	char origin[40];                                  /* "http://127.9.0.1:8080" */
	uint32_t number;                                  /* among the honest or the hostile ones */
	const struct hostile_kind *kind;                  /* of a hostile host; NULL: honest */
	const struct hostile_kind *spoiled[PATH_CLASSES]; /* how these paths behave; NULL: well */
	unsigned n_asked[PAGE_ARTICLES + 1]; /* of each article while spoiled; 0: other paths */
	struct overlay overlay;
};

struct hosts;

/* @world is borrowed. Hostile hosts have addresses 127.NETWORK.0.1 and so on. */
struct hosts *hosts_new(const struct world *world, uint8_t hostile_network);
void hosts_free(struct hosts *hs);
DEFINE_CLEANUP(struct hosts *, hosts_free)

uint32_t hosts_count(const struct hosts *hs);
uint32_t hosts_honest(const struct hosts *hs); /* of them, and these come first */
struct host *hosts_at(const struct hosts *hs, uint32_t i);
const struct world *hosts_world(const struct hosts *hs);

/* By its address, or by its name: "h0.web.test" of an honest host, "KIND.web.test" of a hostile one. */
struct host *hosts_find(const struct hosts *hs, struct span name);

/* How @path behaves; NULL: well. Every path that is neither robots.txt nor an item's counts as a list. */
const struct hostile_kind *host_kind(const struct host *h, struct span path);

/* @kind NULL heals. */
void host_spoil(struct host *h, enum path_class what, const struct hostile_kind *kind);

/* A JSON line of a hostile host, and a line of YAML of it as a source. */
void host_tell(const struct host *h, struct strbuf *out);
void host_tell_source(const struct host *h, struct strbuf *out);

#endif
