#include "tests/web/overlay.h"

#include "common/alloc.h"

#include <stdlib.h>

void overlay_release(struct overlay *o)
{
	struct overlay_page *p;

	while ((p = o->first)) {
		o->first = p->next;
		free(p->path);
		free(p->content_type);
		strbuf_release(&p->body);
		free(p);
	}
}

static struct overlay_page *find(const struct overlay *o, struct span path)
{
	for (struct overlay_page *p = o->first; p; p = p->next) {
		if (span_is(path, p->path))
			return p;
	}
	return NULL;
}

const struct overlay_page *overlay_find(const struct overlay *o, struct span path)
{
	return find(o, path);
}

static struct overlay_page *find_or_add(struct overlay *o, const char *path)
{
	struct overlay_page *p = find(o, span_str(path));

	if (!p) {
		p = ALLOC_NEW(struct overlay_page);
		p->path = alloc_strdup(path);
		strbuf_init(&p->body, 0);
		p->next = o->first;
		o->first = p;
	}
	return p;
}

void overlay_put(struct overlay *o, const char *path, int status, const char *content_type,
	struct span body)
{
	struct overlay_page *p = find_or_add(o, path);

	free(p->content_type);
	p->content_type = alloc_strdup(content_type);
	p->status = status;
	p->is_put = true;
	strbuf_clear(&p->body);
	strbuf_add_span(&p->body, body);
}

void overlay_gate(struct overlay *o, const char *path, bool closed)
{
	find_or_add(o, path)->is_closed = closed;
}
