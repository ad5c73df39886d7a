#include "crawler/fetch/sniff.h"

#include <stdint.h>

#define HEAD_BYTES    4096 /* that are looked at; formats begin sooner, noise goes on */
#define NOISE_PERCENT 2    /* control bytes that damaged text may have */

/* Types that hold no text. Of "application/octet-stream" only the bytes tell. */
static const char *const binary_types[] = {"image/", "video/", "audio/", "font/", "application/pdf",
	"application/zip", "application/x-zip", "application/x-rar", "application/rar",
	"application/msword", "application/vnd.", "application/gzip", "application/x-gzip",
	"application/x-7z", "application/x-tar", "application/rtf", "application/ofd",
	"application/wasm", "application/x-shockwave-flash"};

/* Types that begin like these and are text all the same. */
static const char *const text_types[] = {"image/svg+xml", "application/vnd.wap.xhtml+xml",
	"application/vnd.google-earth.kml+xml"};

static const char *const opaque_types[] = {"application/octet-stream", "application/x-download",
	"application/force-download", "binary/octet-stream"};

#define BYTES(s)                                                                                   \
	{                                                                                          \
		(s), sizeof(s) - 1                                                                 \
	}

/* Where and how formats begin (WHATWG MIME Sniffing 6, and file formats of offices). */
static const struct {
	size_t at;
	struct span magic;
} magics[] = {
	{0, BYTES("%PDF-")},
	{0, BYTES("%!PS-Adobe-")},
	{0, BYTES("{\\rtf")},
	{0, BYTES("PK\x03\x04")}, /* also docx, xlsx, OFD */
	{0, BYTES("PK\x05\x06")},
	{0, BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")}, /* doc, xls, WPS */
	{0, BYTES("Rar!\x1A\x07")},
	{0, BYTES("7z\xBC\xAF\x27\x1C")},
	{0, BYTES("\x1F\x8B")},
	{0,
		BYTES("\xFD"
		      "7zXZ")},
	{0, BYTES("\x28\xB5\x2F\xFD")},
	{0, BYTES("\x89PNG\r\n\x1A\n")},
	{0, BYTES("GIF8")},
	{0, BYTES("\xFF\xD8\xFF")},
	{0, BYTES("RIFF")}, /* webp, wav, avi */
	{4, BYTES("ftyp")}, /* mp4, mov, avif, heic */
	{0, BYTES("\x1A\x45\xDF\xA3")},
	{0, BYTES("OggS")},
	{0, BYTES("fLaC")},
	{0, BYTES("ID3")},
	{0, BYTES("FLV\x01")},
	{0, BYTES("II*\0")},
	{0, BYTES("MM\0*")},
	{0, BYTES("\0\0\x01\0")},
	{0, BYTES("\0\0\x01\xBA")},
	{0, BYTES("wOFF")},
	{0, BYTES("wOF2")},
	{0,
		BYTES("\x7F"
		      "ELF")},
	{0, BYTES("\0asm")},
};

static bool is_one_of(const char *type, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncasecmp(type, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(type, list) is_one_of(type, list, sizeof(list) / sizeof *(list))

static struct span without_mark(struct span body)
{
	return span_starts_with(body, SPAN_LITERAL("\xEF\xBB\xBF")) ? span_from_offset(body, 3)
								    : body;
}

static struct span head_of(struct span body)
{
	return span_from(body.data, body.len < HEAD_BYTES ? body.len : HEAD_BYTES);
}

static bool has_magic(struct span body)
{
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
		if (body.len >= magics[i].at &&
			span_starts_with(span_from_offset(body, magics[i].at), magics[i].magic))
			return true;
	return false;
}

/* By its mark, or by a first tag or letter: every other byte of UTF-16's ASCII is zero. */
static bool is_utf16(struct span body)
{
	const uint8_t *b = (const uint8_t *)body.data;

	if (body.len < 4)
		return false;
	if ((b[0] == 0xFE && b[1] == 0xFF) || (b[0] == 0xFF && b[1] == 0xFE))
		return true;
	return (!b[0] && b[1] && !b[2] && b[3]) || (b[0] && !b[1] && b[2] && !b[3]);
}

/* MIME Sniffing's "binary data bytes"; ESC switches character sets in ISO-2022-JP. */
static bool is_control(uint8_t c)
{
	return c < 0x20 && !strchr("\t\n\f\r\x1B", c);
}

static bool is_noise(struct span body)
{
	struct span head = head_of(body);
	size_t n = 0;

	for (size_t i = 0; i < head.len; i++)
		n += !head.data[i] || is_control((uint8_t)head.data[i]);
	return n * 100 > head.len * NOISE_PERCENT;
}

bool sniff_is_text(const char *content_type, struct span body)
{
	struct span head = span_trim(head_of(without_mark(body)));

	if (content_type && IS_ONE_OF(content_type, binary_types) &&
		!IS_ONE_OF(content_type, text_types))
		return false;
	if (has_magic(body) || has_magic(head) || (is_noise(body) && !is_utf16(body)))
		return false;
	return !content_type || !IS_ONE_OF(content_type, opaque_types) ||
		span_starts_with(head, SPAN_LITERAL("<")) || is_utf16(body);
}

bool sniff_is_blank(struct span body)
{
	body = without_mark(body);
	for (size_t i = 0; i < body.len; i++) {
		char c = body.data[i];

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f')
			return false;
	}
	return true;
}
