#include "store/story.h"

#include "common/err.h"
#include "common/json.h"
#include "store/seal.h"

void story_write(const struct story *s, struct strbuf *out)
{
	char hex[HASH_HEX_SIZE];
	size_t from = out->len;

	json_open(out, '{');
	json_field_int(out, "first_seen_ms", s->first_seen_ms);
	json_field_int(out, "count", (int64_t)s->count);
	json_key(out, "members");
	json_open(out, '[');
	for (size_t i = 0; i < s->n_members; i++)
		json_str(out, hash_hex(&s->members[i], hex));
	json_close(out, ']');
	seal_add(out, from);
	json_close(out, '}');
}

int story_parse(struct span json, struct arena *a, struct story *ret)
{
	CLEANUP(json_freep) struct json *root = NULL;
	const struct json *members;
	struct story s = {0};
	int64_t count;

	if (seal_of(json) == SEAL_BROKEN || json_parse(json, &root, NULL) < 0)
		return -ERR_CORRUPT;
	members = json_get(root, "members");
	count = json_get_int(root, "count", -1);
	if (count < 0 || !json_is_array(members) || json_len(members) > STORY_MEMBERS_MAX)
		return -ERR_CORRUPT;
	s.members = arena_alloc(a, (json_len(members) + 1) * sizeof *s.members);
	for (const struct json *e = json_first(members); e; e = json_next(e)) {
		if (!hash_parse(span_str(json_as_str(e)), &s.members[s.n_members++]))
			return -ERR_CORRUPT;
	}
	s.count = (uint64_t)count;
	s.first_seen_ms = json_get_int(root, "first_seen_ms", 0);
	*ret = s;
	return 0;
}

void story_init(struct story *s, struct arena *a, int64_t first_seen_ms)
{
	*s = (struct story){.first_seen_ms = first_seen_ms};
	s->members = arena_alloc(a, sizeof *s->members);
}

bool story_has(const struct story *s, const struct hash *page)
{
	for (size_t i = 0; i < s->n_members; i++) {
		if (hash_eq(&s->members[i], page))
			return true;
	}
	return false;
}

void story_add(struct story *s, const struct hash *page)
{
	s->count++;
	if (s->n_members < STORY_MEMBERS_MAX)
		s->members[s->n_members++] = *page;
}
