/*
 * Repost: what copying sites do to a text that is not theirs. A reader that
 * cleans well finds the same text again behind every kind but one.
 * Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_REPOST_H
#define POLICYWATCH_TESTS_WEB_REPOST_H

#include "common/span.h"
#include "common/strbuf.h"
#include "tests/web/traditional.h"

#include <stdbool.h>
#include <stdint.h>

enum repost {
	REPOST_PLAIN,
	REPOST_PINYIN,    /* readings in brackets behind words: 记录(jìlù) */
	REPOST_TONELESS,  /* without the marks: 记录(jilu) */
	REPOST_DOUBLED,   /* the whole body twice */
	REPOST_CONVERTED, /* in traditional characters */
	REPOST_MARKED, /* in traditional characters, some of them with their reading: 產(chǎn) */
	REPOST_RETITLED,   /* under another headline */
	REPOST_CUT,        /* the last third is missing, at least */
	REPOST_ZERO_WIDTH, /* invisible characters between the others */
	REPOST_KINDS,
};

/* As the ledger calls it: none, pinyin, doubled, converted, retitled, cut, zero-width. */
const char *repost_str(enum repost kind);

/* The paragraphs (split by \n) that are left of a text. */
struct span repost_keep(enum repost kind, struct span text);

/*
 * Appends a title or a text as the copy shows it. @key varies it. To shorten
 * is repost_keep()'s.
 */
void repost_add_phrase(enum repost kind, struct span phrase, uint64_t key,
	const struct traditional *t, struct strbuf *out);
void repost_add_text(enum repost kind, struct span text, uint64_t key, const struct traditional *t,
	struct strbuf *out);

#endif
