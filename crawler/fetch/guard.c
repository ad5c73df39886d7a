#include "crawler/fetch/guard.h"

#include "common/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_TEXT_MAX  64
#define V4_PREFIX_BITS  96 /* an IPv4 address is its IPv4-mapped IPv6 address here */
#define WHY_ADDRESS_MAX 60 /* bytes that are told of it */

struct range {
	uint8_t address[16];
	unsigned bits;
};

/* clang-format off */
#define V4(a, b, c, d, bits) {{[10] = 0xFF, 0xFF, a, b, c, d}, V4_PREFIX_BITS + bits}
#define PIECE(p) (p) >> 8, (p) & 0xFF
#define V6(p0, p1, p2, p3, p4, bits) {{PIECE(p0), PIECE(p1), PIECE(p2), PIECE(p3), PIECE(p4)}, bits}

/*
 * Special-purpose ranges that are not globally reachable, or lead to such (RFC
 * 6890, 6598, 4193, ...), and the one public address that is a cloud's
 * metadata service (168.63.129.16, Azure).
 */
static const struct range closed[] = {
	V4(0, 0, 0, 0, 8), V4(10, 0, 0, 0, 8), V4(100, 64, 0, 0, 10), V4(127, 0, 0, 0, 8),
	V4(168, 63, 129, 16, 32), V4(169, 254, 0, 0, 16), V4(172, 16, 0, 0, 12), V4(192, 0, 0, 0, 24),
	V4(192, 0, 2, 0, 24), V4(192, 88, 99, 0, 24), V4(192, 168, 0, 0, 16), V4(198, 18, 0, 0, 15),
	V4(198, 51, 100, 0, 24), V4(203, 0, 113, 0, 24), V4(224, 0, 0, 0, 4), V4(240, 0, 0, 0, 4),
	V6(0, 0, 0, 0, 0, 96), V6(0, 0, 0, 0, 0xFFFF, 96), V6(0x64, 0xFF9B, 0, 0, 0, 96),
	V6(0x64, 0xFF9B, 1, 0, 0, 48), V6(0x100, 0, 0, 0, 0, 64), V6(0x100, 0, 0, 1, 0, 64),
	V6(0x2001, 0, 0, 0, 0, 23), V6(0x2001, 0xDB8, 0, 0, 0, 32), V6(0x2002, 0, 0, 0, 0, 16),
	V6(0x3FFF, 0, 0, 0, 0, 20), V6(0x5F00, 0, 0, 0, 0, 16), V6(0xFC00, 0, 0, 0, 0, 7),
	V6(0xFE80, 0, 0, 0, 0, 10), V6(0xFEC0, 0, 0, 0, 0, 10), V6(0xFF00, 0, 0, 0, 0, 8),
};
/* clang-format on */

static bool range_parse(struct span text, struct range *ret)
{
	char copy[RANGE_TEXT_MAX];
	struct range r = {.bits = 128};
	unsigned most = 128, bits;
	char *slash, *end;

	if (!text.len || text.len >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	if (inet_pton(AF_INET, copy, r.address + 12) == 1) {
		memset(r.address + 10, 0xFF, 2);
		most = 32;
	} else if (inet_pton(AF_INET6, copy, r.address) != 1)
		return false;
	if (slash) {
		if (*slash < '0' || *slash > '9')
			return false;
		bits = (unsigned)strtoul(slash, &end, 10);
		if (*end || bits > most)
			return false;
		r.bits = most == 32 ? bits + V4_PREFIX_BITS : bits;
	}
	*ret = r;
	return true;
}

static bool range_has(const struct range *r, const uint8_t address[16])
{
	unsigned whole = r->bits / 8, rest = r->bits % 8;

	if (memcmp(r->address, address, whole) != 0)
		return false;
	return rest == 0 || (r->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}

static bool address_bytes(const struct sockaddr *address, uint8_t out[16])
{
	memset(out, 0, 16);
	if (address->sa_family == AF_INET) {
		memset(out + 10, 0xFF, 2);
		memcpy(out + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
		return true;
	}
	if (address->sa_family == AF_INET6) {
		memcpy(out, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
		return true;
	}
	return false;
}

/* An IPv4 address in IPv6's clothes, which no public host has. */
static bool is_mapped(const struct sockaddr *address)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

	return address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
}

bool guard_is_range(struct span range)
{
	struct range ignored;

	return range_parse(range, &ignored);
}

bool guard_allows_address(const struct fetch_rules *rules, const struct sockaddr *address)
{
	uint8_t bytes[16];
	struct range allowed;

	if (!address_bytes(address, bytes))
		return false;
	for (size_t i = 0; i < rules->n_allow_addresses; i++) {
		if (range_parse(rules->allow_addresses[i], &allowed) && range_has(&allowed, bytes))
			return true;
	}
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		if (range_has(&closed[i], bytes))
			return false;
	}
	return !is_mapped(address);
}

static bool is_within(const char *ports, unsigned port)
{
	unsigned low, high;

	return setting_parse_ports(ports, &low, &high) && port >= low && port <= high;
}

bool guard_allows_port(const struct fetch_rules *rules, const struct setting_list *ports,
	unsigned port)
{
	for (size_t i = 0; i < ports->len; i++) {
		if (is_within(ports->items[i], port))
			return true;
	}
	for (size_t i = 0; i < rules->n_allow_ports; i++) {
		if (is_within(rules->allow_ports[i].data, port))
			return true;
	}
	return false;
}

/* RFC 6761 6.3: "localhost" and whatever ends with it; a dot at the end changes nothing. */
static bool is_localhost(struct span host)
{
	if (span_ends_with(host, SPAN_LITERAL(".")))
		host.len--;
	return span_is_nocase(host, "localhost") ||
		(host.len > 10 &&
			span_is_nocase(span_from_offset(host, host.len - 10), ".localhost"));
}

bool guard_allows_host(const struct fetch_rules *rules, struct span host)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	char text[INET6_ADDRSTRLEN];

	if (is_localhost(host)) {
		v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return guard_allows_address(rules, (struct sockaddr *)&v4);
	}
	if (host.len > 2 && host.data[0] == '[')
		host = span_from(host.data + 1, host.len - 2);
	if (host.len >= sizeof text)
		return true;
	memcpy(text, host.data, host.len);
	text[host.len] = '\0';
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return guard_allows_address(rules, (struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		return guard_allows_address(rules, (struct sockaddr *)&v6);
	return true;
}

void guard_say_not_public(struct span address, char why[GUARD_WHY_MAX])
{
	snprintf(why, GUARD_WHY_MAX, "address %.*s is not public and not allowed for this source",
		(int)(address.len < WHY_ADDRESS_MAX ? address.len : WHY_ADDRESS_MAX), address.data);
}

bool guard_allows_url(const struct fetch_rules *rules, const struct setting_list *ports,
	struct span url, char why[GUARD_WHY_MAX])
{
	struct url_parts parts = {0};
	unsigned port;

	why[0] = '\0';
	if (!url_split(url, &parts))
		return true; /* no host is no host that could be guarded */
	port = url_port(&parts);
	if (!guard_allows_port(rules, ports, port))
		snprintf(why, GUARD_WHY_MAX,
			"port %u is not open to crawlers and not allowed for this source", port);
	else if (!guard_allows_host(rules, parts.host))
		guard_say_not_public(parts.host, why);
	return !*why;
}
