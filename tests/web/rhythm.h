/*
 * Rhythm: when a site publishes. The number of an item gives its time and the
 * time gives how many there are, without counting through them. Times never
 * decrease with the number. Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_RHYTHM_H
#define POLICYWATCH_TESTS_WEB_RHYTHM_H

#include <stdint.h>

enum rhythm_kind {
	RHYTHM_STEADY,
	RHYTHM_BURSTS,  /* dozens within one second, then nothing for long */
	RHYTHM_OFFICE,  /* weekdays from 9 to 17, China; a short span is one week in small */
	RHYTHM_SILENCE, /* nothing more after a while */
};

struct rhythm {
	enum rhythm_kind kind;
	uint64_t key;   /* what chance there is comes of it */
	uint32_t n;     /* items in all */
	uint32_t n_old; /* of them before the start */
	int64_t start_ms;
	int64_t span_ms; /* the others come within it */
	int64_t past_ms; /* the old ones came within it, before the start */
};

const char *rhythm_str(enum rhythm_kind kind);

/* When item @number (less than r->n) is published. */
int64_t rhythm_time(const struct rhythm *r, uint32_t number);

/* How many are published by @now_ms, that moment included. */
uint32_t rhythm_count(const struct rhythm *r, int64_t now_ms);

#endif
