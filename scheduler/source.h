/*
 * Sources: what is watched, read from SOURCES_DIR/NAME.yaml:
 *
 *   sources:
 *     - name: hubei-daily
 *       url: https://www.hubei.gov.cn/zwgk/
 *       kind: listing
 *       publisher: 湖北日报
 *       interval_s: 300
 *
 * Only name and url must be there; the keys are the table in source.c.
 */
#ifndef POLICYWATCH_SCHEDULER_SOURCE_H
#define POLICYWATCH_SCHEDULER_SOURCE_H

#include "common/arena.h"
#include "common/cleanup.h"
#include "common/hash.h"
#include "common/protocol.h"
#include "common/strbuf.h"
#include "common/url.h"
#include "common/yaml.h"

#include <stdbool.h>
#include <stdint.h>

#define SOURCE_MANUAL "manual" /* the source of what `policywatch add` brings; reserved */

/* Which of the addresses that a list shows belong to it. */
enum source_scope {
	SOURCE_SITE, /* on its host or a subdomain */
	SOURCE_HOST, /* on its host */
	SOURCE_ANY,
};

struct source {
	char *name;
	char *url; /* absolute, as url_resolve() writes it */
	int kind;  /* enum work_kind */
	int scope; /* enum source_scope */
	char *publisher, *region, *links;
	int64_t interval_s; /* 0: the configuration's */
	int64_t delay_ms;   /* valid if has_delay */
	bool has_delay;
	int64_t urls_max; /* items of its lists; 0: any number */
	struct setting_list include, exclude;
	struct setting_list allow_addresses, allow_ports, headers;
	char *proxy, *proxy_login_file, *tls_ca_file;
	int tls_verify; /* enum tls_verify */
	bool cookies;
	char *proxy_login; /* what the file holds, "" without one */

	char *file; /* where it stands, for messages */
	int line;
	struct hash id; /* of its canonical URL */
};

/* All of them, by name in the order of bytes. */
struct source_list {
	struct source **sources;
	size_t len;
};

/*
 * Reads all files of @folder. Returns 0, or -ERR_INVALID with all their faults
 * as "FILE:LINE: ..." lines in @errors and *@ret untouched.
 */
int source_list_load(const char *folder, const struct url_rules *rules, struct source_list **ret,
	struct strbuf *errors);
void source_list_free(struct source_list *l);
DEFINE_CLEANUP(struct source_list *, source_list_free)

const struct source *source_list_find(const struct source_list *l, struct span name);

/*
 * How @url is asked for; borrows from @s, lists are in @a. Headers that let
 * somebody in go to the source's own site alone, wherever that leads.
 */
void source_fetch_rules(const struct source *s, struct span url, struct arena *a,
	struct fetch_rules *ret);

/* The items of a list, borrowed. */
struct span *source_spans(struct arena *a, const struct setting_list *list);

/* Whether @host is in the scope of a source whose list is on @list_host. */
bool source_covers(enum source_scope scope, struct span host, struct span list_host);

#endif
