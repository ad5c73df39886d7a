/*
 * Folding: the form of a text in which it is compared, hashed and matched.
 * NFKC, case folded, traditional characters to simplified, invisible
 * characters gone, spaces between Han gone and other runs of white space one
 * space, full-width forms and dash, bracket and quotation variants made one
 * (facts: DESIGN.md "The query language"). Queries and texts are folded by the
 * same table, generated from Unicode and OpenCC (fold_generate.c).
 *
 * fold(fold(x)) == fold(x). Thread-safe.
 */
#ifndef POLICYWATCH_COMMON_FOLD_H
#define POLICYWATCH_COMMON_FOLD_H

#include "common/hash.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdint.h>

/* Appends the folded form of @text; paragraph breaks (\n) count as white space. */
void fold_text(struct span text, struct strbuf *out);

/*
 * The same, and where it came from: (*@ret_origin)[i] is the offset in @text of
 * the character that gave byte i of what was appended; one more entry holds
 * text.len. The array is the caller's to free.
 */
void fold_text_traced(struct span text, struct strbuf *out, uint32_t **ret_origin);

/*
 * Hash of what the folded text says: letters and digits alone, so that
 * punctuation, spacing and script conversions make no difference.
 */
struct hash fold_hash(struct span text);

#endif
