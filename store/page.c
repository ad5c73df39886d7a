#include "store/page.h"

#include "common/err.h"
#include "common/json.h"
#include "store/seal.h"

static void write_hash(struct strbuf *out, const char *key, const struct hash *h)
{
	char hex[HASH_HEX_SIZE];

	json_field_str(out, key, hash_hex(h, hex));
}

static void write_version(const struct page_version *v, struct strbuf *out)
{
	json_open(out, '{');
	json_field_int(out, "version", v->version);
	json_field_int(out, "record", (int64_t)v->record);
	json_field_int(out, "at_ms", v->at_ms);
	write_hash(out, "title_hash", &v->title_hash);
	write_hash(out, "text_hash", &v->text_hash);
	if (!hash_eq(&v->read_hash, &v->text_hash))
		write_hash(out, "read_hash", &v->read_hash);
	json_close(out, '}');
}

void page_write(const struct page_entry *p, struct strbuf *out)
{
	size_t from = out->len;

	json_open(out, '{');
	json_field_str(out, "url", p->url);
	write_hash(out, "story", &p->story);
	json_field_int(out, "visits", (int64_t)p->visits);
	json_field_int(out, "last_visit_ms", p->last_visit_ms);
	json_key(out, "versions");
	json_open(out, '[');
	for (size_t i = 0; i < p->n_versions; i++)
		write_version(&p->versions[i], out);
	json_close(out, ']');
	seal_add(out, from);
	json_close(out, '}');
}

static bool read_hash(const struct json *object, const char *key, struct hash *ret)
{
	return hash_parse(span_str(json_get_str(object, key)), ret);
}

static bool read_version(const struct json *j, struct page_version *ret)
{
	int64_t version = json_get_int(j, "version", 0), record = json_get_int(j, "record", 0);

	if (version < 1 || version > UINT32_MAX || record < 1)
		return false;
	ret->version = (uint32_t)version;
	ret->record = (uint64_t)record;
	ret->at_ms = json_get_int(j, "at_ms", 0);
	if (!read_hash(j, "title_hash", &ret->title_hash) ||
		!read_hash(j, "text_hash", &ret->text_hash))
		return false;
	ret->read_hash = ret->text_hash;
	return !json_get(j, "read_hash") || read_hash(j, "read_hash", &ret->read_hash);
}

static bool read_versions(const struct json *list, struct arena *a, struct page_entry *p)
{
	for (const struct json *e = json_first(list); e; e = json_next(e)) {
		struct page_version v;

		if (!read_version(e, &v))
			return false;
		page_add_version(p, a, &v);
	}
	return json_is_array(list);
}

int page_parse(struct span json, struct arena *a, struct page_entry *ret)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct page_entry p = {0};
	int64_t visits;

	if (seal_of(json) == SEAL_BROKEN || json_parse(json, &root, NULL) < 0)
		return -ERR_CORRUPT;
	visits = json_get_int(root, "visits", -1);
	if (!json_get_str(root, "url") || visits < 0 || !read_hash(root, "story", &p.story) ||
		!read_versions(json_get(root, "versions"), a, &p))
		return -ERR_CORRUPT;
	p.url = arena_strdup(a, json_get_str(root, "url"));
	p.visits = (uint64_t)visits;
	p.last_visit_ms = json_get_int(root, "last_visit_ms", 0);
	*ret = p;
	return 0;
}

void page_add_version(struct page_entry *p, struct arena *a, const struct page_version *v)
{
	if (p->n_versions == PAGE_VERSIONS_MAX) {
		p->n_versions--;
		memmove(p->versions, p->versions + 1, p->n_versions * sizeof *p->versions);
	}
	if (p->n_versions == p->cap) {
		struct page_version *moved;

		p->cap = p->cap ? p->cap * 2 : 2;
		moved = arena_alloc(a, p->cap * sizeof *moved);
		if (p->n_versions)
			memcpy(moved, p->versions, p->n_versions * sizeof *moved);
		p->versions = moved;
	}
	p->versions[p->n_versions++] = *v;
}

const struct page_version *page_newest(const struct page_entry *p)
{
	return p->n_versions ? &p->versions[p->n_versions - 1] : NULL;
}
