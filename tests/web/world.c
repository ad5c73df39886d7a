#include "tests/web/world.h"

#include "common/alloc.h"
#include "tests/web/inside.h"
#include "tests/web/site.h"

#include <assert.h>
#include <stdio.h>

#define ADDRESSES_PER_BYTE 250
#define HOSTS_MAX          (ADDRESSES_PER_BYTE * 256 - 1) /* one address is the foreign host's */

struct world *world_new(const struct world_options *options)
{
	struct world *w = ALLOC_NEW(struct world);

	assert(options->n_hosts > 0 && options->n_hosts <= HOSTS_MAX);
	assert(options->n_items > 0 && options->percent_old <= 100 && options->span_ms > 0);
	w->options = *options;
	w->traditional = traditional_new();
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	traditional_free(w->traditional);
	free(w);
}

const struct world_options *world_options(const struct world *w)
{
	return &w->options;
}

char *world_address(const struct world *w, uint32_t i, char out[WORLD_ADDRESS_MAX])
{
	snprintf(out, WORLD_ADDRESS_MAX, "127.%u.%u.%u", w->options.network,
		i / ADDRESSES_PER_BYTE % 256, i % ADDRESSES_PER_BYTE + 1);
	return out;
}

void world_answer_release(struct world_answer *a)
{
	strbuf_release(&a->location);
	strbuf_release(&a->body);
}

void world_tell_source(const struct world *w, uint32_t i, struct strbuf *out)
{
	static const char *const kinds[] = {[SITE_LISTING] = "listing",
		[SITE_HOME] = "listing",
		[SITE_RSS] = "feed",
		[SITE_ATOM] = "feed",
		[SITE_SITEMAP] = "sitemap"};
	const struct site s = site_of(w, i);

	strbuf_printf(out, "  - {name: h%04u, kind: %s, url: '", i, kinds[s.kind]);
	site_add_origin(&s, out);
	strbuf_printf(out, "%s', allow_addresses: 127.0.0.0/8}\n", site_source_path(&s));
}
