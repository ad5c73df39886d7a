#include "crawler/read/article/state_date.h"

#include <stdlib.h>

#define NAME_MAX_BYTES  24
#define VALUE_MAX_BYTES 40
#define SCRIPT_MAX      ((size_t)512 << 10) /* bytes looked at */

/* Names in lower case without marks, sorted. */
static const char *const names[] = {"articledate", "articlepublishtime", "createdat", "createtime",
	"ct", "datepublished", "firstpublishtime", "newstime", "oricreatetime", "posttime", "ptime",
	"pubdate", "publishat", "publishdate", "publishdatetime", "published", "publishedat",
	"publisheddate", "publishedtime", "publishtime", "pubtime", "releasedate", "releasetime",
	"showtime"};

static int compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '$';
}

/* The name that ends before the sign at @at, in or without quotes. */
static bool is_name_before(struct span s, size_t at)
{
	char name[NAME_MAX_BYTES + 1];
	size_t end, start, n = 0;
	const char *key = name;

	while (at > 0 && strchr(" \\\"'", s.data[at - 1]))
		at--;
	end = at;
	for (start = end;
		start > 0 && end - start < NAME_MAX_BYTES && is_name_char(s.data[start - 1]);)
		start--;
	for (size_t i = start; i < end; i++)
		if (s.data[i] != '_' && s.data[i] != '-' && s.data[i] != '$')
			name[n++] = (char)(s.data[i] | 0x20);
	name[n] = '\0';
	return n > 1 &&
		bsearch(key, names, sizeof names / sizeof *names, sizeof *names, compare) != NULL;
}

/* What stands behind the sign, without quotes. */
static struct span value_behind(struct span s, size_t at)
{
	size_t n = 0;

	while (at < s.len && strchr(" \\\"'", s.data[at]))
		at++;
	s = span_from_offset(s, at);
	while (n < s.len && n < VALUE_MAX_BYTES && !strchr("\\\"',;}<\n", s.data[n]))
		n++;
	return span_from(s.data, n);
}

bool state_date_find(struct span script, const struct date_context *ctx, struct record_time *ret)
{
	struct record_time found;

	script.len = script.len < SCRIPT_MAX ? script.len : SCRIPT_MAX;
	for (size_t at = 1; at + 1 < script.len; at++) {
		if ((script.data[at] != ':' && script.data[at] != '=') ||
			!is_name_before(script, at))
			continue;
		if (date_parse(value_behind(script, at + 1), ctx, &found) &&
			found.precision >= PRECISION_DAY) {
			*ret = found;
			return true;
		}
	}
	return false;
}
