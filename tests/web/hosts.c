#include "tests/web/hosts.h"

#include "common/alloc.h"
#include "common/json.h"

#include <stdio.h>
#include <stdlib.h>

#define NAMES ".web.test"

struct hosts {
	const struct world *world;
	uint32_t n;
	uint32_t n_honest;
	struct host *hosts;
};

static void init_host(struct hosts *hs, struct host *h, uint32_t i, uint8_t hostile_network)
{
	if (i < hs->n_honest) {
		h->number = i;
		world_address(hs->world, i, h->address);
	} else {
		h->number = i - hs->n_honest;
		h->kind = hostile_at(h->number);
		snprintf(h->address, sizeof h->address, "127.%u.0.%u", hostile_network,
			h->number % 250 + 1);
		h->spoiled[hostile_is_robots(h->kind) ? PATH_ROBOTS : PATH_ARTICLE] = h->kind;
	}
	snprintf(h->origin, sizeof h->origin, "http://%s:%u", h->address,
		world_options(hs->world)->port);
}

struct hosts *hosts_new(const struct world *world, uint8_t hostile_network)
{
	struct hosts *hs = ALLOC_NEW(struct hosts);

	hs->world = world;
	hs->n_honest = world_options(world)->n_hosts;
	hs->n = hs->n_honest;
	while (hostile_at(hs->n - hs->n_honest))
		hs->n++;
	hs->hosts = alloc_zeroed(hs->n, sizeof *hs->hosts);
	for (uint32_t i = 0; i < hs->n; i++)
		init_host(hs, hs->hosts + i, i, hostile_network);
	return hs;
}

void hosts_free(struct hosts *hs)
{
	if (!hs)
		return;
	for (uint32_t i = 0; i < hs->n; i++)
		overlay_release(&hs->hosts[i].overlay);
	free(hs->hosts);
	free(hs);
}

uint32_t hosts_count(const struct hosts *hs)
{
	return hs->n;
}

uint32_t hosts_honest(const struct hosts *hs)
{
	return hs->n_honest;
}

struct host *hosts_at(const struct hosts *hs, uint32_t i)
{
	return hs->hosts + i;
}

const struct world *hosts_world(const struct hosts *hs)
{
	return hs->world;
}

/* "h12" is honest host 12, "bomb-br" the hostile one of that kind. */
static struct host *find_named(const struct hosts *hs, struct span label)
{
	CLEANUP(freep) char *text = alloc_strndup(label.data, label.len);
	char *end = text;

	if (text[0] == 'h' && text[1] >= '0' && text[1] <= '9') {
		unsigned long i = strtoul(text + 1, &end, 10);

		return *end || i >= hs->n_honest ? NULL : hs->hosts + i;
	}
	for (uint32_t i = hs->n_honest; i < hs->n; i++) {
		if (strcmp(hs->hosts[i].kind->name, text) == 0)
			return hs->hosts + i;
	}
	return NULL;
}

struct host *hosts_find(const struct hosts *hs, struct span name)
{
	if (span_ends_with(name, SPAN_LITERAL(NAMES)))
		return find_named(hs, span_from(name.data, name.len - strlen(NAMES)));
	for (uint32_t i = 0; i < hs->n; i++) {
		if (span_is(name, hs->hosts[i].address))
			return hs->hosts + i;
	}
	return NULL;
}

/* An item's address holds a number of six digits or more in any world; no other has one. */
static bool has_long_number(struct span path)
{
	size_t n = 0;

	for (size_t i = 0; i < path.len && n < 6; i++)
		n = path.data[i] >= '0' && path.data[i] <= '9' ? n + 1 : 0;
	return n >= 6;
}

static bool is_spoiled_page(const struct hostile_kind *kind, struct span path)
{
	return page_article_number(path) > 0 ||
		(kind->also && span_starts_with(path, span_str(kind->also)) &&
			!span_is(path, PAGE_LIST));
}

static enum path_class classify(const struct host *h, struct span path)
{
	if (span_is(path, "/robots.txt") || span_starts_with(path, SPAN_LITERAL("/robots.txt?")))
		return PATH_ROBOTS;
	if (h->kind ? is_spoiled_page(h->kind, path) : has_long_number(path))
		return PATH_ARTICLE;
	return PATH_LIST;
}

const struct hostile_kind *host_kind(const struct host *h, struct span path)
{
	return h->spoiled[classify(h, path)];
}

void host_spoil(struct host *h, enum path_class what, const struct hostile_kind *kind)
{
	h->spoiled[what] = kind;
	memset(h->n_asked, 0, sizeof h->n_asked);
}

void host_tell(const struct host *h, struct strbuf *out)
{
	CLEANUP(freep) char *list = alloc_printf("%s" PAGE_LIST, h->origin);

	json_open(out, '{');
	json_field_str(out, "host", h->address);
	json_field_str(out, "kind", h->kind->name);
	json_field_str(out, "fate", h->kind->fate);
	json_field_str(out, "list", list);
	json_key(out, "urls");
	json_open(out, '[');
	for (unsigned i = 1; i <= PAGE_ARTICLES; i++) {
		CLEANUP(freep) char *url = alloc_printf("%s" PAGE_ARTICLE, h->origin, i);

		json_str(out, url);
	}
	json_close(out, ']');
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

void host_tell_source(const struct host *h, struct strbuf *out)
{
	strbuf_printf(out,
		"  - {name: hostile-%s, kind: listing, url: '%s" PAGE_LIST
		"', allow_addresses: 127.0.0.0/8}\n",
		h->kind->name, h->origin);
}
