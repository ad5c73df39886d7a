/*
 * The record: what policywatch keeps of one page (DESIGN.md, "The record").
 * The crawler makes it, the store holds it as JSON, alerts and exports carry it.
 *
 * All strings are UTF-8 and belong to an arena that outlives the record; an
 * absent fact is NULL, an empty list, or 0 for a time. Never guessed.
 */
#ifndef POLICYWATCH_STORE_RECORD_H
#define POLICYWATCH_STORE_RECORD_H

#include "common/arena.h"
#include "common/hash.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_SCHEMA 1

struct str_list {
	const char **items;
	size_t len, cap; /* cap is kept by record_list_add() */
};

struct attachment {
	const char *url;
	const char *title;
};

struct attachment_list {
	struct attachment *items;
	size_t len, cap;
};

enum record_kind {
	RECORD_ARTICLE,
};

enum record_precision { /* how much of a published time is known */
	PRECISION_NONE,
	PRECISION_YEAR,
	PRECISION_MONTH,
	PRECISION_DAY,
	PRECISION_MINUTE,
	PRECISION_SECOND,
};

/* A moment as a page gives it: the instant, and the zone it was told in. */
struct record_time {
	int64_t ms;   /* wall clock; meaningful if precision says so */
	int zone_min; /* minutes east of UTC */
	enum record_precision precision;
};

struct record {
	struct hash id;      /* of the canonical URL */
	uint32_t version;    /* from 1; the store counts it */
	const char *url;     /* canonical */
	const char *own_url; /* the page's own, where @url is what it says of itself; not stored */
	const char *fetched_url;
	const char *source; /* the name of the source that led here */
	enum record_kind kind;
	int64_t fetched_at_ms;
	int http_status;
	const char *charset; /* the encoding's name as the Encoding Standard writes it */
	const char *lang;    /* BCP 47, "zh-Hans" */
	const char *title;
	struct str_list authors, editors;
	const char *publisher;
	struct record_time published, modified;
	const char *text; /* paragraphs split by \n */
	const char *summary;
	struct str_list keywords, ai_technologies, industries, regions, agencies, document_numbers,
		policy_terms;
	struct attachment_list attachments;
	int64_t links;          /* links in the article's body */
	struct str_list robots; /* its wishes: "noindex", "nofollow", "noarchive" */
	struct hash story;      /* the store decides; all zero before */
	struct hash text_hash;  /* of the folded text */
	int extractor;          /* version of the reading code */
	bool is_partial;        /* further pages of the article could not be had; not stored */
};

/* Append strings that live as long as @a (they are not copied); of many, those that @list has not. */
void record_list_add(struct arena *a, struct str_list *list, const char *s);
bool record_list_has(const struct str_list *list, const char *s);
void record_list_add_all(struct arena *a, struct str_list *list, const struct str_list *more);
void record_attachment_add(struct arena *a, struct attachment_list *list, const char *url,
	const char *title);

/* "second", "minute", "day", ... or NULL for PRECISION_NONE. */
const char *record_precision_str(enum record_precision p);

/* Appends the record as one JSON object without line breaks, keys in DESIGN.md's order. */
void record_write_json(const struct record *r, struct strbuf *out);

/*
 * Reads what record_write_json() wrote; strings go to @a. Unknown keys are
 * ignored, missing ones are absent facts. Returns 0, -ERR_PARSE for no JSON
 * object, -ERR_CORRUPT for a value of a wrong type, -ERR_VERSION for another schema.
 */
int record_parse_json(struct span json, struct arena *a, struct record *ret);

#endif
