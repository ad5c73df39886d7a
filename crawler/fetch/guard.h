/*
 * Guard: which addresses and ports a crawler may connect to. Nothing that is
 * not public (IANA's special-purpose registries, RFC 6890) unless the source
 * names the range, and no port but those that web servers have; decided on
 * the address that is connected to, so that neither a name nor a redirect nor
 * a literal form leads round it.
 *
 * Pure, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_GUARD_H
#define POLICYWATCH_CRAWLER_FETCH_GUARD_H

#include "common/protocol.h"
#include "common/span.h"
#include "common/yaml.h"

#include <stdbool.h>
#include <sys/socket.h>

/* @rules: what the source allows besides public addresses. */
bool guard_allows_address(const struct fetch_rules *rules, const struct sockaddr *address);

/* @ports: those that are open to all sources, as settings write them. */
bool guard_allows_port(const struct fetch_rules *rules, const struct setting_list *ports,
	unsigned port);

/*
 * The same of a URL's host before anybody looks it up: a literal address, or a
 * name that is this machine's own (RFC 6761). Other names are allowed.
 */
bool guard_allows_host(const struct fetch_rules *rules, struct span host);

#define GUARD_WHY_MAX 128

/* What is wrong with @address, or with a name of this machine's own, for people. */
void guard_say_not_public(struct span address, char why[GUARD_WHY_MAX]);

/* Both of an absolute URL. What is wrong, for people, in @why; empty when nothing is. */
bool guard_allows_url(const struct fetch_rules *rules, const struct setting_list *ports,
	struct span url, char why[GUARD_WHY_MAX]);

/* Whether @range is an address or "ADDRESS/BITS", IPv4 or IPv6. */
bool guard_is_range(struct span range);

#endif
