/*
 * Mix: numbers out of numbers. What looks like chance in the world is a hash of
 * where it stands, so that it can be asked for in any order. Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_MIX_H
#define POLICYWATCH_TESTS_WEB_MIX_H

#include <stdint.h>

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ (b + 0x9E3779B97F4A7C15u + (a << 6) + (a >> 2));

	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return x ^ (x >> 31);
}

/* Dice: the numbers that follow each other out of one. */
struct dice {
	uint64_t key;
	uint64_t n_cast;
};

/* From 0 to @sides - 1. */
static inline uint32_t dice_cast(struct dice *d, uint32_t sides)
{
	return (uint32_t)(mix(d->key, d->n_cast++) % sides);
}

#endif
