/*
 * Codec: the encodings that a document may be in, by name and label, and their
 * bytes to UTF-8 with faults as the Encoding Standard counts them.
 *
 * Those of the standard are lexbor's, by our own decoders for the East Asian ones
 * (charset_pairs.h). Labels lead to them alone. What only detection can name (old
 * code pages, UTF-32, ISO-2022-KR) is the C library's.
 *
 * Thread-safe; with charset_pairs.c the only user of lexbor's encoding module and
 * of iconv in this room.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CHARSET_CODEC_H
#define POLICYWATCH_CRAWLER_READ_CHARSET_CODEC_H

#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The standard's names, but gb18030 in capitals as all others of its kind; GBK is part of it. */
#define ENCODINGS_OF_THE_STANDARD(X)                                                               \
	X(BIG5, "Big5")                                                                            \
	X(EUC_JP, "EUC-JP")                                                                        \
	X(EUC_KR, "EUC-KR")                                                                        \
	X(GB18030, "GB18030")                                                                      \
	X(IBM866, "IBM866")                                                                        \
	X(ISO_2022_JP, "ISO-2022-JP")                                                              \
	X(ISO_8859_2, "ISO-8859-2")                                                                \
	X(ISO_8859_3, "ISO-8859-3")                                                                \
	X(ISO_8859_4, "ISO-8859-4")                                                                \
	X(ISO_8859_5, "ISO-8859-5")                                                                \
	X(ISO_8859_6, "ISO-8859-6")                                                                \
	X(ISO_8859_7, "ISO-8859-7")                                                                \
	X(ISO_8859_8, "ISO-8859-8")                                                                \
	X(ISO_8859_8_I, "ISO-8859-8-I")                                                            \
	X(ISO_8859_10, "ISO-8859-10")                                                              \
	X(ISO_8859_13, "ISO-8859-13")                                                              \
	X(ISO_8859_14, "ISO-8859-14")                                                              \
	X(ISO_8859_15, "ISO-8859-15")                                                              \
	X(ISO_8859_16, "ISO-8859-16")                                                              \
	X(KOI8_R, "KOI8-R")                                                                        \
	X(KOI8_U, "KOI8-U")                                                                        \
	X(MACINTOSH, "macintosh")                                                                  \
	X(REPLACEMENT, "replacement")                                                              \
	X(SHIFT_JIS, "Shift_JIS")                                                                  \
	X(UTF_16BE, "UTF-16BE")                                                                    \
	X(UTF_16LE, "UTF-16LE")                                                                    \
	X(UTF_8, "UTF-8")                                                                          \
	X(WINDOWS_874, "windows-874")                                                              \
	X(WINDOWS_1250, "windows-1250")                                                            \
	X(WINDOWS_1251, "windows-1251")                                                            \
	X(WINDOWS_1252, "windows-1252")                                                            \
	X(WINDOWS_1253, "windows-1253")                                                            \
	X(WINDOWS_1254, "windows-1254")                                                            \
	X(WINDOWS_1255, "windows-1255")                                                            \
	X(WINDOWS_1256, "windows-1256")                                                            \
	X(WINDOWS_1257, "windows-1257")                                                            \
	X(WINDOWS_1258, "windows-1258")                                                            \
	X(X_MAC_CYRILLIC, "x-mac-cyrillic")                                                        \
	X(X_USER_DEFINED, "x-user-defined")

/* As iconv spells them, except HZ, which glibc lacks. */
#define ENCODINGS_OF_OLD(X)                                                                        \
	X(EUC_TW, "EUC-TW")                                                                        \
	X(GEORGIAN_ACADEMY, "GEORGIAN-ACADEMY")                                                    \
	X(GEORGIAN_PS, "GEORGIAN-PS")                                                              \
	X(HZ, "HZ-GB-2312")                                                                        \
	X(IBM852, "IBM852")                                                                        \
	X(IBM855, "IBM855")                                                                        \
	X(IBM862, "IBM862")                                                                        \
	X(IBM865, "IBM865")                                                                        \
	X(ISO_2022_CN, "ISO-2022-CN")                                                              \
	X(ISO_2022_KR, "ISO-2022-KR")                                                              \
	X(JOHAB, "JOHAB")                                                                          \
	X(MAC_CENTRALEUROPE, "MAC-CENTRALEUROPE")                                                  \
	X(UTF_32BE, "UTF-32BE")                                                                    \
	X(UTF_32LE, "UTF-32LE")                                                                    \
	X(VISCII, "VISCII")

enum encoding {
	ENCODING_NONE,
#define X(id, name) ENCODING_##id,
	ENCODINGS_OF_THE_STANDARD(X) ENCODINGS_OF_OLD(X)
#undef X
		ENCODING_COUNT
};

/* Static; "" for ENCODING_NONE. */
const char *encoding_name(enum encoding e);

/* Of a label of the standard, without regard to case and white space around it. */
enum encoding encoding_of_label(struct span label);

/* Of any name above or label; ENCODING_NONE too for what this machine's iconv lacks. */
enum encoding encoding_of_name(struct span name);

/*
 * Appends @bytes in UTF-8, a U+FFFD for each fault of the standard's decoder,
 * and returns the number of faults. A sequence that the end cuts off is one.
 * What is over the maximum of @out is left out.
 */
size_t encoding_decode(enum encoding e, struct span bytes, struct strbuf *out);

/* Finds the first byte that is not ASCII in what starts at @p, or @end. */
const char *encoding_skip_ascii(const char *p, const char *end);

#endif
