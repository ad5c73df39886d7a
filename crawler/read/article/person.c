#include "crawler/read/article/person.h"

#include "common/strbuf.h"
#include "common/utf8.h"

#define TEXT_BYTES_MAX 600 /* of one string that names authors */
#define NAME_BYTES_MAX 70
#define NAME_WORDS_MAX 6
#define LINE_BYTES_MAX 200

/* Words between two names. Those of one or two letters may stand inside of a name. */
static const char *const conjunctions[] = {"and", "und", "og", "och", "et", "y", "e", "en", "i",
	"ve", "dan", "ir", "ja", "и", "a"};

/* Words before the names, in lower case; those that are set with a colon alone marked so. */
static const struct {
	const char *word;
	bool colon;
} leads[] = {{"by", false}, {"von", false}, {"par", false}, {"por", false}, {"di", true},
	{"door", false}, {"af", true}, {"av", true}, {"text", true}, {"author", true},
	{"authors", true}, {"autor", true}, {"autorin", true}, {"autoren", true}, {"auteur", true},
	{"autore", true}, {"forfatter", true}, {"written by", false}, {"words", true},
	{"words by", false}, {"story by", false}, {"reported by", false}, {"yazar", true},
	{"penulis", true}, {"oleh", false}, {"tekst", true}, {"skribent", true}, {"reporter", true},
	{"journalist", true}, {"автор", true}, {"текст", true}, {"a cura di", false}};

/* Small words inside of names. */
static const char *const particles[] = {"de", "da", "do", "dos", "das", "del", "della", "di", "du",
	"la", "le", "van", "von", "der", "den", "ter", "ten", "zu", "bin", "bint", "al", "el",
	"ibn", "af", "av", "y", "e", "i", "und", "and", "ap", "zum", "zur", "mc", "te", "op",
	"het"};

/* Words of offices: what holds one is no name, or the rest of one. */
static const char *const roles[] = {"journalist", "reporter", "correspondent", "editor", "writer",
	"redakteur", "redakteurin", "korrespondent", "korrespondentin", "redaktör", "redacteur",
	"photographer", "fotograf", "professor", "director", "chief", "staff", "contributor",
	"columnist", "producer", "author", "journaliste", "periodista", "redactor", "giornalista",
	"journalista", "image", "getty", "images", "photo", "foto", "chefredakteur", "autor"};

/* What stands where nobody is named. */
static const char *const nobody[] = {"admin", "administrator", "editor", "newsroom", "webmaster",
	"unknown", "anonymous", "none", "null", "undefined", "staff", "author", "guest", "user",
	"redaktion", "n/a", "test", "root", "news", "webdesk", "posts", "view all posts",
	"web desk", "related articles", "red"};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_word_of(struct span word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(word.data[0]) == list[i][0] && span_is_nocase(word, list[i]))
			return true;
	return false;
}

#define IS_WORD_OF(word, list) ((word).len && is_word_of(word, list, sizeof(list) / sizeof *(list)))

static struct span next_word(struct span *rest)
{
	size_t n = 0;
	struct span word;

	*rest = span_trim(*rest);
	while (n < rest->len && rest->data[n] != ' ')
		n++;
	word = span_from(rest->data, n);
	*rest = span_from_offset(*rest, n);
	return word;
}

static size_t count_words(struct span s)
{
	size_t n = 0;

	while (next_word(&s).len)
		n++;
	return n;
}

/* Small letters of ASCII alone: other scripts are left to be names. */
static bool is_small_word(struct span word)
{
	return word.len && word.data[0] >= 'a' && word.data[0] <= 'z' &&
		!IS_WORD_OF(word, particles);
}

struct shape {
	size_t words, small, roles, digits;
	bool odd; /* an address, a path, a sentence */
};

static struct shape shape_of(struct span s)
{
	struct shape shape = {0};

	for (size_t i = 0; i < s.len; i++) {
		shape.digits += s.data[i] >= '0' && s.data[i] <= '9';
		shape.odd = shape.odd || strchr("@=<>{}[]?!_#", s.data[i]) != NULL;
	}
	shape.odd = shape.odd || span_find(s, SPAN_LITERAL(": ")) >= 0;
	for (struct span word = next_word(&s); word.len; word = next_word(&s)) {
		shape.words++;
		shape.small += is_small_word(word);
		shape.roles += IS_WORD_OF(word, roles);
	}
	return shape;
}

static struct span trim_marks(struct span s)
{
	static const char marks[] = " \t\r\n,;:|/-*.\"'";

	while (s.len && strchr(marks, s.data[0]))
		s = span_from_offset(s, 1);
	while (s.len && strchr(" \t\r\n,;:|/-*\"'", s.data[s.len - 1]))
		s.len--;
	return s;
}

/* Anna Weber (aw): initials and places in brackets; Anna Weber @aw: an account. */
static struct span without_brackets(struct span s)
{
	ptrdiff_t account = span_find(s, SPAN_LITERAL(" @"));
	const char *open;

	if (account > 0)
		s = span_from(s.data, (size_t)account);
	open = s.len ? memchr(s.data, '(', s.len) : NULL;

	return open && open > s.data ? trim_marks(span_from(s.data, (size_t)(open - s.data))) : s;
}

static struct span without_suffix(struct span s)
{
	static const char *const suffixes[] = {" 기자", " 특파원", "기자"};

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (s.len > strlen(suffixes[i]) && span_ends_with(s, span_str(suffixes[i])))
			return span_from(s.data, s.len - strlen(suffixes[i]));
	return s;
}

static size_t match_lead(struct span s)
{
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		size_t n = strlen(leads[i].word);
		bool colon;

		if (s.len <= n + 1 || strncasecmp(s.data, leads[i].word, n) != 0)
			continue;
		colon = s.data[n] == ':';
		if (colon || (s.data[n] == ' ' && !leads[i].colon))
			return n + 1;
	}
	return 0;
}

static struct span without_lead(struct span s)
{
	return trim_marks(span_from_offset(s, match_lead(s)));
}

/* Hamburg, unlike AFP and dpa. */
static bool is_place_like(struct span s)
{
	if (s.data[0] < 'A' || s.data[0] > 'Z')
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (s.data[i] >= 'a' && s.data[i] <= 'z')
			return true;
	return false;
}

static void add_name(struct span name, bool first, enum person_form form, struct arena *a,
	struct str_list *list)
{
	struct shape shape;
	char *copy;

	name = without_suffix(without_brackets(without_lead(trim_marks(name))));
	if (name.len < 2 || name.len > NAME_BYTES_MAX || list->len >= PERSON_LIST_MAX ||
		name.data[0] == '(' || IS_WORD_OF(name, nobody))
		return;
	shape = shape_of(name);
	if (shape.odd || shape.digits > 3 || shape.words > NAME_WORDS_MAX)
		return;
	/* Behind the first name stand others, or what that one does and where. */
	if (!first && (shape.roles || (shape.words > 1 && shape.small)))
		return;
	/* A slug of an address is the same name again. */
	if (shape.words == 1 && shape.small && memchr(name.data, '-', name.len) && list->len)
		return;
	if (!first && form == PERSON_BYLINE && shape.words == 1 && is_place_like(name) &&
		list->len && strchr(list->items[list->len - 1], ' '))
		return;
	copy = arena_dup(a, name);
	if (!record_list_has(list, copy))
		record_list_add(a, list, copy);
}

/* Bytes of the separator at @at, 0 if none stands there. */
static size_t separator_at(struct span s, size_t at)
{
	struct span rest = span_from_offset(s, at), word;
	size_t n;

	if (strchr(",;|/\n\t&", rest.data[0]))
		return 1;
	if (span_starts_with(rest, SPAN_LITERAL("、")) ||
		span_starts_with(rest, SPAN_LITERAL("，")) ||
		span_starts_with(rest, SPAN_LITERAL("•")))
		return 3;
	if (span_starts_with(rest, SPAN_LITERAL("·")) && at > 0 && s.data[at - 1] == ' ')
		return 2;
	if (rest.data[0] != ' ')
		return 0;
	rest = span_from_offset(rest, 1);
	for (n = 0; n < rest.len && rest.data[n] != ' '; n++)
		;
	word = span_from(rest.data, n);
	if (n == rest.len || !IS_WORD_OF(word, conjunctions))
		return 0;
	/* Ortega y Gasset is one man. */
	if (n < 3 &&
		(count_words(span_from(s.data, at)) < 2 ||
			count_words(span_from_offset(rest, n)) < 2))
		return 0;
	return n + 2;
}

static bool is_catalogued(struct span s, size_t *ret_comma)
{
	const char *comma = s.len ? memchr(s.data, ',', s.len) : NULL;

	if (!comma || memchr(comma + 1, ',', s.len - (size_t)(comma + 1 - s.data)))
		return false;
	*ret_comma = (size_t)(comma - s.data);
	return true;
}

/* news.example, Berlin, Germany: the address of a site, and where that is. */
static bool is_site_first(struct span text)
{
	const char *comma = text.len ? memchr(text.data, ',', text.len) : NULL;
	struct span first = span_from(text.data, comma ? (size_t)(comma - text.data) : 0);

	return first.len && memchr(first.data, '.', first.len) &&
		!memchr(first.data, ' ', first.len);
}

void person_add(struct span text, enum person_form form, struct arena *a, struct str_list *list)
{
	size_t start = 0, comma, skip;
	bool first = true;
	STRBUF_LOCAL(turned);

	text = without_lead(span_trim(utf8_cut(text, TEXT_BYTES_MAX)));
	if (!text.len || span_find(text, SPAN_LITERAL("://")) >= 0)
		return;
	if (form == PERSON_GROUP || is_site_first(text)) {
		add_name(text, true, form, a, list);
		return;
	}
	if (form == PERSON_FAMILY_FIRST && is_catalogued(text, &comma)) {
		strbuf_add_span(&turned, span_trim(span_from_offset(text, comma + 1)));
		strbuf_add_char(&turned, ' ');
		strbuf_add(&turned, text.data, comma);
		text = strbuf_span(&turned);
	}
	for (size_t at = 0; at <= text.len; at++) {
		skip = at < text.len ? separator_at(text, at) : 1;
		if (!skip)
			continue;
		add_name(span_from(text.data + start, at - start), first, form, a, list);
		first = false;
		start = at + skip;
		at = start - 1;
	}
}

/* 김민수 기자: two to four syllables, and the office behind them. */
static bool is_korean_line(struct span line, struct span *ret_names)
{
	static const char office[] = " 기자";
	size_t n = 0;

	if (!span_ends_with(line, span_str(office)))
		return false;
	line.len -= sizeof office - 1;
	for (size_t i = 0; i < line.len; i += 3, n++)
		if ((unsigned char)line.data[i] < 0xEA || (unsigned char)line.data[i] > 0xED)
			return false;
	*ret_names = line;
	return n >= 2 && n <= 4;
}

static struct span last_word(struct span s)
{
	size_t at = s.len;

	while (at > 0 && s.data[at - 1] != ' ')
		at--;
	return span_from_offset(s, at);
}

/* Anna Weber, updated on May 28, 2025: when it was is no name. "Le" may be one. */
static struct span without_time(struct span names, const struct date_context *dates)
{
	static const char *const words[] = {"on", "updated", "published", "posted", "am", "le",
		"at"};
	struct date_found found;
	struct span word;

	if (!span_has_digit(names) || !date_find(names, dates, false, &found))
		return names;
	names = trim_marks(span_from(names.data, found.start));
	for (word = last_word(names); IS_WORD_OF(word, words); word = last_word(names)) {
		if (word.len <= 2 && lower(*word.data) != *word.data)
			break;
		names = trim_marks(span_from(names.data, names.len - word.len));
	}
	return names;
}

bool person_line(struct span line, const struct date_context *dates, struct span *ret_names)
{
	size_t n;
	struct shape shape;

	line = trim_marks(line);
	if (line.len > LINE_BYTES_MAX)
		return false;
	if (is_korean_line(line, ret_names))
		return true;
	n = match_lead(line);
	if (!n)
		return false;
	*ret_names = without_time(trim_marks(span_from_offset(line, n)), dates);
	shape = shape_of(*ret_names);
	return shape.words > 0 && shape.words <= 16 && shape.small <= shape.words / 3 &&
		shape.digits == 0 && !is_small_word(*ret_names);
}

bool person_is_name_like(struct span line)
{
	struct shape shape = shape_of(line);

	if (line.len > 50 || shape.words < 2 || shape.words > 5 || shape.odd || shape.digits ||
		shape.small || shape.roles)
		return false;
	for (size_t i = 0; i < line.len; i++)
		if (strchr(".,;:/|\"()&", line.data[i]))
			return false;
	return !is_small_word(line) && !IS_WORD_OF(line, nobody) &&
		strncasecmp(line.data, "the ", 4) != 0;
}

/* Letters and digits in lower case; other bytes as they are. */
static size_t squash(struct span s, char *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < max; i++) {
		char c = lower(s.data[i]);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (signed char)c < 0)
			out[n++] = c;
	}
	return n;
}

bool person_is_site(const char *name, const char *site, struct span host)
{
	char a[100], b[100];
	size_t n = squash(span_str(name), a, sizeof a), m = squash(span_str(site), b, sizeof b);

	if (!n)
		return true;
	if (m > 2 && (memmem(a, n, b, m) || (n > 2 && memmem(b, m, a, n))))
		return true;
	m = squash(host, b, sizeof b);
	return n > 2 && m > 0 && memmem(b, m, a, n) != NULL;
}
