/*
 * Guard: which addresses a crawler may connect to. Nothing that is not public
 * (IANA's special-purpose registries, RFC 6890) unless the source names the
 * range; decided on the address that is connected to, so that neither a name
 * nor a redirect nor a literal form leads round it.
 *
 * Pure, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_GUARD_H
#define POLICYWATCH_CRAWLER_FETCH_GUARD_H

#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* What a source allows besides public addresses: CIDR ranges. Borrowed. */
struct guard {
	const struct span *ranges;
	size_t n_ranges;
};

bool guard_allows(const struct guard *g, const struct sockaddr *address);

/* Whether @range is an address or "ADDRESS/BITS", IPv4 or IPv6. */
bool guard_is_range(struct span range);

#endif
