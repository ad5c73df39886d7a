/*
 * Sealed: values of tables that end in four bytes of check, XXH3 over key and
 * value, for what LMDB cannot see: a bit that turned inside either of them.
 * (The store's values are read by others, and have a seal of their own,
 * store/seal.h.)
 */
#ifndef POLICYWATCH_COMMON_SEALED_H
#define POLICYWATCH_COMMON_SEALED_H

#include "common/mdb.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>

#define SEALED_BYTES 4

/* Ends the value in @out, which is nothing else, with its check. */
void sealed_end(struct span key, struct strbuf *out);

/* Takes the check off *@value. False, *@value untouched, when it is not that of both. */
bool sealed_open(struct span key, struct span *value);

/*
 * For a file of before there were checks: seals the value of @key, if it is
 * there, or all of a table. Not twice: in the transaction that notes it.
 */
void sealed_convert(struct txn *t, unsigned table, struct span key);
void sealed_convert_table(struct txn *t, unsigned table);

#endif
