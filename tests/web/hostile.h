/*
 * Hostility: the kinds of it, as tables of scripts, and the fate that a URL
 * under each of them should have with a good crawler.
 *
 * A fate is "stored", "lost:REASON" or "not-requested"; "|" separates those
 * that are equally right. Reasons: down, too-large, not-text, throttled,
 * challenge, blocked, gone, empty, guarded, redirects.
 */
#ifndef POLICYWATCH_TESTS_WEB_HOSTILE_H
#define POLICYWATCH_TESTS_WEB_HOSTILE_H

#include "tests/web/script.h"

#include <stdbool.h>
#include <stddef.h>

#define HOSTILE_STEPS_MAX 5

/* Which requests a kind spoils. */
enum path_class { PATH_ROBOTS, PATH_LIST, PATH_ARTICLE, PATH_CLASSES };

struct hostile_kind {
	const char *name;
	const char *fate; /* of the articles of a host of this kind */
	struct step steps[HOSTILE_STEPS_MAX];
	/* Instead of steps where they depend on the request; NULL: none. It returns static steps. */
	const struct step *(*choose)(const struct ask *a);
	const char *also; /* how other paths begin that it spoils on its own host; NULL: none */
};

/* Tables, each ends with an unnamed kind. */
extern const struct hostile_kind hostile_wire[];    /* the connection and the framing */
extern const struct hostile_kind hostile_packed[];  /* too much, or packed badly */
extern const struct hostile_kind hostile_answers[]; /* well-formed answers that are no articles */
extern const struct hostile_kind hostile_pages[];   /* pages that are not what they look like */
extern const struct hostile_kind hostile_robots[];  /* of /robots.txt */

/* The @i-th of all kinds, NULL after the last. */
const struct hostile_kind *hostile_at(size_t i);
const struct hostile_kind *hostile_find(const char *name);
bool hostile_is_robots(const struct hostile_kind *k);

/* Whether connections should be broken or left alone before they are read. */
bool hostile_spoils_accept(const struct hostile_kind *k);

const struct step *hostile_steps(const struct hostile_kind *k, const struct ask *a);

/* The page that is asked for, as if nothing were wrong. */
extern const struct step hostile_good_steps[];

#endif
