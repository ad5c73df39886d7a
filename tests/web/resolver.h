/*
 * Resolver: a DNS server over UDP for the names of the web, and for those that
 * a test sets. Every query is logged.
 *
 *	hN.web.test, KIND.web.test   the address of an honest or a hostile host
 *	slow.web.test                127.0.0.1 after five seconds
 *	dead.web.test                no answer
 *	servfail.web.test            SERVFAIL
 *
 * Other names do not exist; other types than A and AAAA get an empty answer.
 */
#ifndef POLICYWATCH_TESTS_WEB_RESOLVER_H
#define POLICYWATCH_TESTS_WEB_RESOLVER_H

#include "common/cleanup.h"
#include "tests/web/hosts.h"
#include "tests/web/request_log.h"

#include <event2/event.h>

struct resolver;

/* On "ADDRESS:PORT". NULL, with errno set, if that cannot be had. */
struct resolver *resolver_new(struct event_base *base, const char *at, const struct hosts *hosts,
	struct request_log *log);
void resolver_free(struct resolver *r);
DEFINE_CLEANUP(struct resolver *, resolver_free)

/*
 * Sets what @name means: @first (addresses with commas between them, IPv4 and
 * IPv6), and from its second query of a type on @then, unless that is NULL.
 * False if an address is none.
 */
bool resolver_set(struct resolver *r, const char *name, const char *first, const char *then,
	int ttl_s);

#endif
