/*
 * Cookie jars: what the hosts of a source have set, for sources that ask for
 * it (RFC 6265, by curl, with the public suffix list). A jar lives in memory,
 * as long as the crawler; sources do not see each other's.
 *
 * Single-threaded.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_COOKIE_JARS_H
#define POLICYWATCH_CRAWLER_FETCH_COOKIE_JARS_H

#include "common/cleanup.h"

#include <curl/curl.h>

struct cookie_jars;
struct cookie_jar;

struct cookie_jars *cookie_jars_new(void);
void cookie_jars_free(struct cookie_jars *js); /* after all transfers that use one */
DEFINE_CLEANUP(struct cookie_jars *, cookie_jars_free)

/* The jar of @source, made if need be; lives as long as @js. NULL when there are too many. */
struct cookie_jar *cookie_jars_get(struct cookie_jars *js, const char *source);

/* Lets @easy read and fill the jar. */
void cookie_jar_use(struct cookie_jar *j, CURL *easy);

/* To be called when @easy, which uses a jar, is done: one that hosts have overfilled is emptied. */
void cookie_jar_check(CURL *easy);

#endif
