/*
 * Pinyin: the reading of a word that copying sites put in brackets behind it,
 * 日报(rìbào), and the damage that they do on the way. Groups are taken out;
 * brackets that say something stay: (人工智能), (AI), (de facto).
 *
 * Some of these sites work on GBK bytes without looking where a character
 * begins: the bytes of two neighbours happen to be a listed character, and the
 * insertion tears both apart, 變?nèi)祟... Such places are read again from the
 * byte they lost, or become U+FFFD.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_PINYIN_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_PINYIN_H

#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* What a whole document has of it: one bracket alone proves little. */
struct pinyin_survey {
	size_t n_han;
	size_t n_kana;     /* Japanese pages have Han characters too */
	size_t n_near;     /* Han characters of lines with groups */
	size_t n_toned;    /* groups with tone marks */
	size_t n_toneless; /* groups of bare letters that spell syllables */
	size_t n_glosses; /* toned groups that the author seems to have written: 垌(dòng)：… */
	size_t n_sounds;  /* 读音, 拼音: the text is about how words are read */
	size_t n_repairs; /* torn places looked at so far; bounded */
};

/* Counts what stands in @text, a line, to what is counted already. */
void pinyin_survey_add(struct pinyin_survey *s, struct span text);

/*
 * Whether there is anything to do for a document. A few readings in long paragraphs, and
 * those of a dictionary, are the author's own.
 */
bool pinyin_is_present(const struct pinyin_survey *s);

/* Appends @text without the groups. @document helps to tell how a torn word read. */
void pinyin_strip(struct span text, struct span document, struct pinyin_survey *s,
	struct strbuf *out);

#endif
