#include "crawler/read/enrich/breaks.h"

#include "common/utf8.h"

#include <pthread.h>
#include <unicode/ubrk.h>

/* The text as ICU reads it, and where its units come from, of two that are one character the first. */
struct units {
	UChar text[2 * BREAKS_CHARS_MAX];
	uint32_t origin[2 * BREAKS_CHARS_MAX + 1];
	int32_t len;
};

static pthread_key_t key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static bool has_key;

static void close_iterator(void *iterator)
{
	ubrk_close(iterator);
}

static void make_key(void)
{
	has_key = pthread_key_create(&key, close_iterator) == 0;
}

/* Opening one takes as long as reading a page. NULL: there is none to be had. */
static UBreakIterator *iterator_of_thread(void)
{
	UErrorCode status = U_ZERO_ERROR;
	UBreakIterator *i;

	pthread_once(&key_once, make_key);
	if (!has_key)
		return NULL;
	i = pthread_getspecific(key);
	if (i)
		return i;
	i = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
	if (i && pthread_setspecific(key, i) != 0) {
		ubrk_close(i);
		i = NULL;
	}
	return i;
}

static void read_units(struct span text, struct units *u)
{
	const char *p = text.data, *end = p + text.len;

	u->len = 0;
	for (size_t n = 0; p < end && n < BREAKS_CHARS_MAX; n++) {
		uint32_t at = (uint32_t)(p - text.data), c = utf8_next(&p, end);

		u->origin[u->len] = at;
		U16_APPEND_UNSAFE(u->text, u->len, c);
	}
	u->origin[u->len] = (uint32_t)(p - text.data);
}

static void add(struct breaks *b, size_t at)
{
	if (b->at[b->len - 1] < at)
		b->at[b->len++] = (uint32_t)at;
}

void breaks_find(struct span text, struct breaks *ret)
{
	UBreakIterator *iterator = iterator_of_thread();
	UErrorCode status = U_ZERO_ERROR;
	struct units u;

	ret->at[0] = 0;
	ret->len = 1;
	read_units(text, &u);
	if (iterator)
		ubrk_setText(iterator, u.text, u.len, &status);
	if (iterator && U_SUCCESS(status)) {
		ubrk_first(iterator);
		for (int32_t i; (i = ubrk_next(iterator)) != UBRK_DONE;)
			add(ret, u.origin[i]);
	}
	add(ret, text.len);
}

bool breaks_has(const struct breaks *b, size_t at)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->at[i] >= at)
			return b->at[i] == at;
	return false;
}
