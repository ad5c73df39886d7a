/*
 * Folding: the form of a text in which it is compared, hashed and matched.
 * NFKC, case folded, traditional characters to simplified, full-width forms and
 * variants of dashes, dots and brackets made one; invisible characters,
 * quotation and book-title marks gone. Spaces beside a Chinese character are
 * gone, other runs of white space are one space, and a paragraph break is one
 * \n. Queries and texts are folded by the same table, which is generated from
 * Unicode (UAX #15, #21) and OpenCC's t2s when building (fold_generate.c); what t2s
 * simplifies in some words alone (瞭解, 瞭望) is simplified in all.
 *
 * fold(fold(x)) == fold(x). Thread-safe.
 */
#ifndef POLICYWATCH_COMMON_FOLD_H
#define POLICYWATCH_COMMON_FOLD_H

#include "common/hash.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdint.h>

/* Appends the folded form of @text. Faulty UTF-8 becomes U+FFFD. */
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

/* The same of a text that is folded already. */
struct hash fold_hash_folded(struct span folded);

#endif
