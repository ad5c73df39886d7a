/*
 * Domains go to ASCII by UTS #46. lexbor maps and encodes them, by tables that are newer
 * than ICU's; ICU then checks what lexbor does not: joiners, direction, leading marks. A
 * domain that is ASCII already is only lowered, whatever its "xn--" labels hold: the
 * standard gives in to the many names in use that are no valid Punycode.
 */
#include "common/url_host.h"

#include "common/err.h"
#include "common/hex.h"
#include "common/percent.h"

#include <arpa/inet.h>
#include <lexbor/unicode/idna.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <unicode/uidna.h>

#define DOMAIN_MAX 2048 /* bytes of one that is not ASCII: Punycode's time is their square */

static UIDNA *checker;
static pthread_once_t checker_once = PTHREAD_ONCE_INIT;

static void checker_init(void)
{
	UErrorCode error = U_ZERO_ERROR;

	checker = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
			UIDNA_NONTRANSITIONAL_TO_UNICODE,
		&error);
	if (U_FAILURE(error))
		abort();
}

void url_percent_decode(struct span s, struct strbuf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		int escaped = percent_value(span_from_offset(s, i));

		strbuf_add_char(out, escaped < 0 ? s.data[i] : (char)escaped);
		if (escaped >= 0)
			i += PERCENT_LEN - 1;
	}
}

/* The standard's "forbidden domain code points". */
static bool is_forbidden(unsigned char c)
{
	return c <= ' ' || c == 0x7F || strchr("#/:<>?@[\\]^|%", c);
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.data[i] >= 0x80)
			return false;
	}
	return true;
}

static lxb_status_t on_ascii(const lxb_char_t *data, size_t len, void *arg)
{
	strbuf_add(arg, data, len);
	return LXB_STATUS_OK;
}

static bool map_domain(struct span domain, struct strbuf *out)
{
	lxb_unicode_idna_t idna;
	bool is_good = lxb_unicode_idna_init(&idna) == LXB_STATUS_OK &&
		lxb_unicode_idna_to_ascii(&idna, (const lxb_char_t *)domain.data, domain.len,
			on_ascii, out, LXB_UNICODE_IDNA_FLAG_UNDEF) == LXB_STATUS_OK;

	lxb_unicode_idna_destroy(&idna, false);
	return is_good;
}

static bool is_well_formed(struct span ascii)
{
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode error = U_ZERO_ERROR;

	pthread_once(&checker_once, checker_init);
	/* No room for the answer: only the verdict is wanted. */
	uidna_nameToUnicodeUTF8(checker, ascii.data, (int32_t)ascii.len, NULL, 0, &info, &error);
	return (info.errors &
		       (UIDNA_ERROR_BIDI | UIDNA_ERROR_CONTEXTJ |
			       UIDNA_ERROR_LEADING_COMBINING_MARK)) == 0;
}

static bool domain_to_ascii(struct span domain, struct strbuf *out)
{
	if (is_ascii(domain)) {
		strbuf_add_span(out, domain);
		for (size_t i = 0; i < out->len; i++) {
			if (out->data[i] >= 'A' && out->data[i] <= 'Z')
				out->data[i] |= 0x20;
		}
		return true;
	}
	return domain.len <= DOMAIN_MAX && map_domain(domain, out) &&
		is_well_formed(strbuf_span(out));
}

/* "0x7f", "0177", "127"; more than an address can hold is UINT64_MAX. False if it is no number. */
static bool parse_number(struct span s, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t n = 0;

	if (!s.len)
		return false;
	if (s.len >= 2 && s.data[0] == '0' && (s.data[1] | 0x20) == 'x') {
		s = span_from_offset(s, 2);
		base = 16;
	} else if (s.len >= 2 && s.data[0] == '0') {
		s = span_from_offset(s, 1);
		base = 8;
	}
	for (size_t i = 0; i < s.len; i++) {
		int digit = hex_value(s.data[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		n = n > UINT32_MAX ? UINT64_MAX : n * base + (unsigned)digit;
	}
	*ret = n;
	return true;
}

static bool is_digits(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	}
	return s.len > 0;
}

struct span url_host_without_root(struct span host)
{
	bool has_root =
		host.len > 1 && host.data[host.len - 1] == '.' && host.data[host.len - 2] != '.';

	return span_from(host.data, host.len - has_root);
}

static struct span last_label(struct span s)
{
	const char *dot = memrchr(s.data, '.', s.len);

	return dot ? span_from_offset(s, (size_t)(dot - s.data) + 1) : s;
}

static bool ends_in_number(struct span s)
{
	struct span last;
	uint64_t n;

	if (s.len > 1 && s.data[s.len - 1] == '.')
		s.len--;
	last = last_label(s);
	return is_digits(last) || parse_number(last, &n);
}

static bool parse_ipv4(struct span s, struct strbuf *out)
{
	uint64_t parts[4], address = 0, last;
	size_t n = 0;

	if (s.data[s.len - 1] == '.')
		s.len--;
	for (;;) {
		const char *dot = memchr(s.data, '.', s.len);
		size_t len = dot ? (size_t)(dot - s.data) : s.len;

		if (n == 4 || !parse_number(span_from(s.data, len), &parts[n++]))
			return false;
		if (!dot)
			break;
		s = span_from_offset(s, len + 1);
	}
	last = parts[n - 1];
	for (size_t i = 0; i < n - 1; i++) {
		if (parts[i] > 255)
			return false;
		address |= parts[i] << (24 - 8 * i);
	}
	if (last >= (uint64_t)1 << (8 * (5 - n)))
		return false;
	address |= last;
	strbuf_printf(out, "%u.%u.%u.%u", (unsigned)(address >> 24 & 255),
		(unsigned)(address >> 16 & 255), (unsigned)(address >> 8 & 255),
		(unsigned)(address & 255));
	return true;
}

/* The longest run of two zeros or more, the first of equal ones. */
static size_t find_zeros(const uint16_t pieces[8], size_t *ret_len)
{
	size_t at = 8, longest = 1;

	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;

		while (i + n < 8 && !pieces[i + n])
			n++;
		if (n > longest) {
			longest = n;
			at = i;
		}
	}
	*ret_len = longest;
	return at;
}

/* What inet_pton() takes is what the standard does; inet_ntop() writes some addresses otherwise. */
static bool parse_ipv6(struct span s, struct strbuf *out)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	uint16_t pieces[8];
	size_t zeros, n_zeros;

	if (s.len >= sizeof text || memchr(s.data, '\0', s.len))
		return false;
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET6, text, &address) != 1)
		return false;
	for (size_t i = 0; i < 8; i++)
		pieces[i] = (uint16_t)(address.s6_addr[2 * i] << 8 | address.s6_addr[2 * i + 1]);
	zeros = find_zeros(pieces, &n_zeros);
	strbuf_add_char(out, '[');
	for (size_t i = 0; i < 8; i++) {
		if (i == zeros) {
			strbuf_add_str(out, i ? ":" : "::");
			i += n_zeros - 1;
		} else
			strbuf_printf(out, i < 7 ? "%x:" : "%x", pieces[i]);
	}
	strbuf_add_char(out, ']');
	return true;
}

int url_host_parse(struct span host, struct strbuf *out)
{
	STRBUF_LOCAL(decoded);
	STRBUF_LOCAL(ascii);
	bool is_good;

	if (host.len && host.data[0] == '[') {
		is_good = host.len > 2 && host.data[host.len - 1] == ']' &&
			parse_ipv6(span_from(host.data + 1, host.len - 2), out);
		return is_good ? 0 : -ERR_PARSE;
	}
	url_percent_decode(host, &decoded);
	if (!domain_to_ascii(strbuf_span(&decoded), &ascii) || !ascii.len)
		return -ERR_PARSE;
	for (size_t i = 0; i < ascii.len; i++) {
		if (is_forbidden((unsigned char)ascii.data[i]))
			return -ERR_PARSE;
	}
	if (ends_in_number(strbuf_span(&ascii)))
		return parse_ipv4(strbuf_span(&ascii), out) ? 0 : -ERR_PARSE;
	strbuf_add_span(out, strbuf_span(&ascii));
	return 0;
}
