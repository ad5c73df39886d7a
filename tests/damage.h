/*
 * Damage: a data file of LMDB of which copies are spoilt, one bit or one end at
 * a time, and used each by a process of its own, which may do its work, or say
 * what is wrong and end.
 */
#ifndef POLICYWATCH_TESTS_DAMAGE_H
#define POLICYWATCH_TESTS_DAMAGE_H

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/mdb_file.h"
#include "tests/cmocka_all.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAMAGE_PAGE      4096
#define DAMAGE_N_CUTS    40
#define DAMAGE_ENDS_S    10
#define DAMAGE_ENDED_BAD 4 /* it read what was never written */

/* Ends with 0, with 3 after a message, or for @look with 1 after messages of what is damaged. */
typedef void damage_fn(void *arg);

struct damage {
	char *file, *messages;
	uint8_t *bytes; /* of the whole file */
	size_t len;
	bool *is_live; /* bytes whose damage must be found */
	uint64_t random;
	int n_flips;
	damage_fn *look, *use;
	void *arg;
	const char *unsealed; /* the table whose values may be other ones, or NULL */
};

static inline uint64_t damage_random(struct damage *d)
{
	d->random = d->random * 6364136223846793005ull + 1442695040888963407ull;
	return d->random >> 33;
}

/* For longer runs, and others. */
static inline int damage_number_from(const char *variable, int fallback)
{
	const char *text = getenv(variable);

	return text ? (int)strtol(text, NULL, 10) : fallback;
}

/* Which bytes mean something */

static inline void damage_mark(struct damage *d, size_t at, size_t n)
{
	memset(d->is_live + at, true, n);
}

static inline void damage_mark_tree(struct damage *d, uint64_t root, bool has_sums);

static inline void damage_mark_leaf_node(struct damage *d, size_t at, bool has_sums)
{
	const uint8_t *p = d->bytes + at;
	size_t key_len = mdb_u16(p + 6), value = at + 8 + key_len;
	uint16_t flags = mdb_u16(p + 4);
	bool is_unsealed = d->unsealed && key_len == strlen(d->unsealed) &&
		memcmp(p + 8, d->unsealed, key_len) == 0;

	damage_mark(d, at, value - at);
	if (flags & 1) {
		uint64_t page = mdb_u64(d->bytes + value);

		damage_mark(d, value, 8);
		damage_mark(d, page * DAMAGE_PAGE, 8);
		damage_mark(d, page * DAMAGE_PAGE + 10, 6);
		if (has_sums)
			damage_mark(d, page * DAMAGE_PAGE + 16, mdb_u32(p));
	} else if (flags & 2) {
		damage_mark(d, value, MDB_TREE_BYTES);
		damage_mark_tree(d, mdb_u64(d->bytes + value + 40), !is_unsealed);
	} else if (has_sums) {
		damage_mark(d, value, mdb_u32(p));
	}
}

/* All but keys of branch pages: one that still stands between its neighbours is as good. */
static inline void damage_mark_tree(struct damage *d, uint64_t root, bool has_sums)
{
	const uint8_t *page = d->bytes + root * DAMAGE_PAGE;
	size_t n = root == MDB_NO_PAGE ? 0 : (mdb_u16(page + 12) - 16u) / 2;

	if (n) {
		damage_mark(d, root * DAMAGE_PAGE, 8);
		damage_mark(d, root * DAMAGE_PAGE + 10, 6 + n * 2);
	}
	for (size_t i = 0; i < n; i++) {
		size_t at = root * DAMAGE_PAGE + mdb_u16(page + 16 + i * 2);
		const uint8_t *p = d->bytes + at;

		if (!(page[10] & 1)) {
			damage_mark_leaf_node(d, at, has_sums);
			continue;
		}
		damage_mark(d, at, 8);
		damage_mark_tree(d, mdb_u32(p) | (uint64_t)mdb_u16(p + 4) << 32, has_sums);
	}
}

static inline void damage_mark_live(struct damage *d)
{
	CLEANUP(closep) int fd = open(d->file, O_RDONLY);
	struct mdb_meta metas[2];
	const char *why;
	int newer;

	assert_int_equal(mdb_file_read_metas(fd, metas, &why), 0);
	newer = metas[1].txn > metas[0].txn;
	damage_mark(d, (size_t)newer * DAMAGE_PAGE + 16, 8);
	damage_mark(d, (size_t)newer * DAMAGE_PAGE + 40, 112);
	damage_mark_tree(d, metas[newer].trees[MDB_TREE_FREE].root, true);
	damage_mark_tree(d, metas[newer].trees[MDB_TREE_MAIN].root, true);
}

/* Takes the file FOLDER/NAME/data.mdb as what is whole. */
static inline void damage_load(struct damage *d, const char *folder, const char *name)
{
	CLEANUP(fclosep) FILE *f = NULL;
	struct stat st;

	d->file = alloc_printf("%s/%s/data.mdb", folder, name);
	d->messages = alloc_printf("%s/messages", folder);
	f = fopen(d->file, "r");
	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	d->len = (size_t)st.st_size;
	d->bytes = alloc_bytes(d->len);
	d->is_live = alloc_zeroed(d->len, 1);
	assert_int_equal(fread(d->bytes, 1, d->len, f), d->len);
	damage_mark_live(d);
}

static inline void damage_release(struct damage *d)
{
	free(d->file);
	free(d->messages);
	free(d->bytes);
	free(d->is_live);
}

static inline void damage_write(const struct damage *d, size_t len)
{
	CLEANUP(fclosep) FILE *f = fopen(d->file, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(d->bytes, 1, len, f), len);
}

/* In processes of their own */

static inline void damage_end_with(const char *text)
{
	fprintf(stderr, "%s\n", text);
	fflush(stderr);
	_exit(3);
}

static inline void damage_end_with_wrong(const char *table, uint64_t number)
{
	fprintf(stderr, "%s %llu was never written like this\n", table, (unsigned long long)number);
	fflush(stderr);
	_exit(DAMAGE_ENDED_BAD);
}

/* For struct mdb_check and struct value_check: @arg counts. */
static inline bool damage_on_damage(void *arg, const char *text)
{
	fprintf(stderr, "%s\n", text);
	*(uint64_t *)arg += 1;
	return true;
}

/* The exit status of what @fn makes of the file; what it said is in d->messages. */
static inline int damage_in_child(const struct damage *d, damage_fn *fn, const char *what)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int fd = open(d->messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDERR_FILENO);
		alarm(DAMAGE_ENDS_S);
		fn(d->arg);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("%s: ended by signal %d", what, WTERMSIG(status));
	return WEXITSTATUS(status);
}

static inline void damage_read_messages(const struct damage *d, char *out, size_t size)
{
	CLEANUP(fclosep) FILE *f = fopen(d->messages, "r");
	size_t n = f ? fread(out, 1, size - 1, f) : 0;

	out[n] = '\0';
}

/* True when it was found that something is wrong. */
static inline bool damage_try(const struct damage *d, const char *what, size_t len)
{
	char said[4000];
	int looked, used;

	damage_write(d, len);
	looked = damage_in_child(d, d->look, what);
	damage_read_messages(d, said, sizeof said);
	if (looked != 0 && ((looked != 1 && looked != 3) || !*said))
		fail_msg("%s: the check ended with %d: %s", what, looked, said);
	used = damage_in_child(d, d->use, what);
	damage_read_messages(d, said, sizeof said);
	if ((used != 0 && used != 3) || (used == 3 && !*said))
		fail_msg("%s: ended with %d: %s", what, used, said);
	if (used == 3 && looked == 0)
		fail_msg("%s: not found by the check, but: %s", what, said);
	return looked != 0;
}

/* What the tests are made of */

static inline void damage_assert_whole(const struct damage *d, const char *what)
{
	char said[4000] = "";
	int looked = damage_in_child(d, d->look, what);

	damage_read_messages(d, said, sizeof said);
	assert_string_equal(said, "");
	assert_int_equal(looked, 0);
}

static inline void damage_flip_many(struct damage *d)
{
	int n_live = 0, n_found = 0;

	for (int i = 0; i < d->n_flips; i++) {
		size_t at = damage_random(d) % d->len;
		uint8_t bit = (uint8_t)(1 << damage_random(d) % 8);
		char what[80];
		bool found;

		if (i % 3 == 0) /* heads of pages, which are a small part of them */
			at = at / DAMAGE_PAGE * DAMAGE_PAGE + damage_random(d) % 64;
		if (i % 20 == 0)
			at = damage_random(d) % (2 * DAMAGE_PAGE) / DAMAGE_PAGE * DAMAGE_PAGE +
				damage_random(d) % 152;
		snprintf(what, sizeof what, "bit %02x of byte %zu (page %zu + %zu)", bit, at,
			at / DAMAGE_PAGE, at % DAMAGE_PAGE);
		d->bytes[at] ^= bit;
		found = damage_try(d, what, d->len);
		d->bytes[at] ^= bit;
		n_live += d->is_live[at];
		n_found += found;
		if (d->is_live[at] && !found)
			fail_msg("%s was not found", what);
	}
	print_message("%d bits, %d of them in use, %d found\n", d->n_flips, n_live, n_found);
}

/* The last pages may be free ones, which nobody misses. */
static inline void damage_cut_many(struct damage *d)
{
	size_t live_len = d->len;

	while (live_len && !d->is_live[live_len - 1])
		live_len--;
	for (int i = 0; i < DAMAGE_N_CUTS; i++) {
		size_t half = DAMAGE_N_CUTS / 2;
		size_t len = i < (int)half
			? damage_random(d) % d->len
			: d->len / half * ((size_t)i - half) / DAMAGE_PAGE * DAMAGE_PAGE;
		char what[80];

		snprintf(what, sizeof what, "cut to %zu of %zu", len, d->len);
		if (len && !damage_try(d, what, len) && len < live_len)
			fail_msg("%s was not found", what);
	}
}

#endif
