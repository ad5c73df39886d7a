/* The public reader library over the reader of this room: only types change here. */
#include "common/err.h"
#include "policywatch/store.h"
#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)PW_STORE_NEW == (int)JOURNAL_NEW &&
		(int)PW_STORE_UPDATED == (int)JOURNAL_UPDATED &&
		(int)PW_STORE_REPRINT == (int)JOURNAL_REPRINT &&
		(int)PW_STORE_REREAD == (int)JOURNAL_REREAD,
	"events are given out as they are");

struct pw_store {
	struct store *store;
	struct store_reader *reader;
	char *open_error;
	const char *error; /* static, or open_error */
};

static int answer(struct pw_store *s, int code)
{
	if (code < 0)
		s->error = err_str(code);
	return code < 0 ? PW_STORE_FAILED : code;
}

struct pw_store *pw_store_open(const char *path)
{
	struct store_options options = {.read_only = true};
	struct pw_store *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return NULL;
	s->error = "no error";
	r = store_open(path, &options, &s->store, &s->open_error);
	if (r == 0)
		r = store_reader_open(s->store, &s->reader);
	if (r < 0)
		s->error = s->open_error ? s->open_error : err_str(r);
	return s;
}

int pw_store_is_open(const struct pw_store *s)
{
	return s && s->reader;
}

void pw_store_close(struct pw_store *s)
{
	if (!s)
		return;
	store_reader_free(s->reader);
	store_close(s->store);
	free(s->open_error);
	free(s);
}

const char *pw_store_error(const struct pw_store *s)
{
	return s ? s->error : "out of memory";
}

int pw_store_renew(struct pw_store *s)
{
	int r;

	if (!s->reader)
		return PW_STORE_FAILED;
	r = store_reader_renew(s->reader);
	return answer(s, r < 0 ? r : PW_STORE_FOUND);
}

int pw_store_next(struct pw_store *s, uint64_t seq, struct pw_store_entry *ret)
{
	struct journal_entry e;
	int r;

	if (!s->reader)
		return PW_STORE_FAILED;
	r = store_read_journal(s->reader, seq, &e);
	if (r <= 0)
		return answer(s, r);
	ret->seq = e.seq;
	ret->event = (int)e.event;
	hash_hex(&e.id, ret->id);
	hash_hex(&e.story, ret->story);
	ret->version = e.version;
	ret->record = e.record;
	ret->at_ms = e.at_ms;
	return PW_STORE_FOUND;
}

static int answer_json(struct pw_store *s, int code, struct span json, const char **ret_json,
	size_t *ret_len)
{
	if (code > 0 && json.len == 0)
		code = -ERR_CORRUPT;
	if (code > 0) {
		*ret_json = json.data;
		*ret_len = json.len;
	}
	return answer(s, code);
}

int pw_store_record(struct pw_store *s, uint64_t record, const char **ret_json, size_t *ret_len)
{
	struct span json = {0};
	int r;

	if (!s->reader)
		return PW_STORE_FAILED;
	r = store_read_record(s->reader, record, &json);
	return answer_json(s, r, json, ret_json, ret_len);
}

int pw_store_page(struct pw_store *s, const char *id, const char **ret_json, size_t *ret_len)
{
	struct span json = {0};
	struct hash hash;
	int r;

	if (!s->reader)
		return PW_STORE_FAILED;
	if (!hash_parse(span_str(id), &hash))
		return PW_STORE_NONE;
	r = store_read_page(s->reader, &hash, &json);
	return answer_json(s, r, json, ret_json, ret_len);
}

int pw_store_body(struct pw_store *s, uint64_t record, void **ret, size_t *ret_len)
{
	STRBUF_LOCAL(body);
	int r;

	if (!s->reader)
		return PW_STORE_FAILED;
	r = store_read_body(s->reader, record, &body);
	if (r > 0) {
		*ret_len = body.len;
		*ret = strbuf_take(&body);
	}
	return answer(s, r);
}

int pw_store_watch_fd(struct pw_store *s)
{
	return s->store ? store_watch_fd(s->store) : PW_STORE_FAILED;
}

void pw_store_clear(struct pw_store *s)
{
	if (s->store)
		store_watch_clear(s->store);
}
