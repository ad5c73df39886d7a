#include "scheduler/source.h"

#include "common/alloc.h"
#include "common/err.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>

#define NAME_BYTES_MAX 100
#define FIELD(member)  offsetof(struct source, member)
#define DAY_S          86400

#define LOGIN_BYTES_MAX 1000

/* Goes into Redis keys, logs and command lines as it is. */
static const char *check_name(const char *value)
{
	for (const char *p = value; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
			return "may hold only letters, digits, '-', '_' and '.'";
	}
	return strcmp(value, SOURCE_MANUAL) == 0 ? "is kept for `policywatch add`" : NULL;
}

static const char *check_url(const char *value)
{
	STRBUF_LOCAL(href);

	if (strlen(value) > PROTOCOL_URL_MAX)
		return "is too long";
	return url_resolve(span_str(value), (struct span){0}, &href) < 0 ? "is no http or https URL"
									 : NULL;
}

static bool is_prefix_length(const char *digits, long max)
{
	char *end;
	long n = strtol(digits, &end, 10);

	return isdigit((unsigned char)*digits) && !*end && n <= max;
}

static const char *check_cidr(const char *value)
{
	char address[INET6_ADDRSTRLEN + 1];
	size_t n = strcspn(value, "/");
	uint8_t bytes[16];
	bool is_v4, is_v6;

	snprintf(address, sizeof address, "%.*s", (int)(n < sizeof address ? n : sizeof address),
		value);
	is_v4 = inet_pton(AF_INET, address, bytes) == 1;
	is_v6 = inet_pton(AF_INET6, address, bytes) == 1;
	if (!is_v4 && !is_v6)
		return "is no IP address or range such as 10.0.0.0/8";
	if (value[n] && !is_prefix_length(value + n + 1, is_v4 ? 32 : 128))
		return "has no valid prefix length behind the '/'";
	return NULL;
}

static bool is_token_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* Those that say who asks, or where a message ends, are not a source's to change. */
static const char *check_header(const char *value)
{
	static const char *const kept[] = {"accept-encoding", "connection", "content-length",
		"expect", "from", "host", "if-modified-since", "if-none-match", "keep-alive",
		"proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
		"upgrade", "user-agent"};
	size_t n = 0;

	while (is_token_char(value[n]))
		n++;
	if (!n || value[n] != ':')
		return "must be 'Name: value'";
	for (const char *p = value; *p; p++) {
		if ((unsigned char)*p < ' ' && *p != '\t')
			return "must be one line";
	}
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		if (n == strlen(kept[i]) && strncasecmp(value, kept[i], n) == 0)
			return "is a header that the crawler sets itself";
	}
	return NULL;
}

static const char *check_proxy(const char *value)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};

	if (!*value)
		return NULL;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t n = strlen(schemes[i]);

		if (strncmp(value, schemes[i], n) == 0 && value[n])
			return strchr(value, '@')
				? "must hold no password; proxy_login_file is for it"
				: NULL;
	}
	return "must begin with http://, https://, socks5:// or socks5h://";
}

static const char *check_file(const char *value)
{
	return *value && *value != '/' ? "must be an absolute path" : NULL;
}

static const char *const verifies[] = {"strict", "none", NULL};
static const char *const kinds[] = {"auto", "listing", "feed", "sitemap", "page", NULL};
static const char *const scopes[] = {"site", "host", "any", NULL};

static const struct setting table[] = {
	{"name", SETTING_STRING, FIELD(name), .max = NAME_BYTES_MAX, .check = check_name,
		.help = "Unique name, shown with every page and alert"},
	{"url", SETTING_STRING, FIELD(url), .max = PROTOCOL_URL_MAX, .check = check_url,
		.help = "Address of the list, feed, sitemap or page"},
	{"kind", SETTING_CHOICE, FIELD(kind), .fallback = "auto", .choices = kinds,
		.help = "What stands there; auto looks at the content"},
	{"publisher", SETTING_STRING, FIELD(publisher), .max = 200,
		.help = "Who publishes, when a page does not say"},
	{"region", SETTING_STRING, FIELD(region), .max = 20,
		.help = "Code of its region, such as 420000"},
	{"interval_s", SETTING_INT, FIELD(interval_s), 0, 365 * DAY_S, "0",
		.help = "Time between two looks; 0 takes scheduler.listing_interval_s"},
	{"delay_ms", SETTING_INT, FIELD(delay_ms), 0, 3600000, "0",
		.help = "Pause between two requests to its hosts; absent takes "
			"scheduler.host_delay_ms"},
	{"links", SETTING_STRING, FIELD(links), .max = PROTOCOL_TEXT_MAX,
		.help = "CSS selector of a listing's items, where they are not found by "
			"themselves"},
	{"include", SETTING_LIST, FIELD(include), .max = PROTOCOL_RULES_MAX,
		.help = "Items' addresses must contain one of these"},
	{"exclude", SETTING_LIST, FIELD(exclude), .max = PROTOCOL_RULES_MAX,
		.help = "Items' addresses must contain none of these"},
	{"scope", SETTING_CHOICE, FIELD(scope), .fallback = "site", .choices = scopes,
		.help = "Items may be on the source's site (with subdomains), its host, or any"},
	{"urls_max", SETTING_INT, FIELD(urls_max), 0, INT64_C(1000000000), "1000000",
		.help = "Most items that its lists may ever bring; more are counted as lost; "
			"0 is no limit"},
	{"allow_addresses", SETTING_LIST, FIELD(allow_addresses), .max = PROTOCOL_RULES_MAX,
		.check = check_cidr,
		.help = "Private address ranges that may be fetched from, such as 10.0.0.0/8"},
	{"allow_ports", SETTING_LIST, FIELD(allow_ports), .max = PROTOCOL_RULES_MAX - 1,
		.check = setting_check_ports,
		.help = "Ports or ranges that may be connected to besides crawler.ports"},
	{"headers", SETTING_LIST, FIELD(headers), .max = PROTOCOL_RULES_MAX, .check = check_header,
		.help = "Headers sent with every request, such as 'Referer: https://example.org/'; "
			"Authorization and Cookie to its own site alone"},
	{"cookies", SETTING_BOOL, FIELD(cookies), .fallback = "false",
		.help = "Whether cookies are kept and sent back, until the crawler ends"},
	{"proxy", SETTING_STRING, FIELD(proxy), .max = PROTOCOL_TEXT_MAX, .check = check_proxy,
		.help = "Proxy to go through: http://, https://, socks5:// or socks5h://HOST:PORT"},
	{"proxy_login_file", SETTING_STRING, FIELD(proxy_login_file), .check = check_file,
		.help = "File that holds the proxy's USER:PASSWORD"},
	{"tls.verify", SETTING_CHOICE, FIELD(tls_verify), .fallback = "strict", .choices = verifies,
		.help = "none accepts any certificate, for hosts whose own stays broken; "
			"of an https proxy, too"},
	{"tls.ca_file", SETTING_STRING, FIELD(tls_ca_file), .max = PROTOCOL_TEXT_MAX,
		.check = check_file,
		.help = "PEM file of authorities to trust instead of the system's, "
			"on every crawler's machine"},
};

#define TABLE_LEN (sizeof table / sizeof *table)

static void source_free(struct source *s)
{
	if (!s)
		return;
	settings_release(table, TABLE_LEN, s);
	free(s->proxy_login);
	free(s->file);
	free(s);
}
DEFINE_CLEANUP(struct source *, source_free)

void source_list_free(struct source_list *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->len; i++)
		source_free(l->sources[i]);
	free(l->sources);
	free(l);
}

/* One loading of a folder; every fault goes to errors and is counted. */
struct loading {
	const struct url_rules *rules;
	struct source_list *list;
	size_t cap;
	struct strbuf *errors;
	bool has_faults;
};

static void fault(struct loading *l, const struct yaml *y, const struct yaml_node *at,
	const char *text)
{
	yaml_error(y, at, l->errors, "%s", text);
	l->has_faults = true;
}

/* The port that the operator has written is meant. */
static void allow_own_port(struct source *s)
{
	struct setting_list *ports = &s->allow_ports;
	struct url_parts parts;

	if (!url_split(span_str(s->url), &parts) || !parts.port.len)
		return;
	ports->items = alloc_resize(ports->items, ports->len + 1, sizeof *ports->items);
	ports->items[ports->len++] = alloc_strndup(parts.port.data, parts.port.len);
}

/* Replaces the URL by its standard form and takes its id. False if it is none. */
static bool settle_url(struct source *s, const struct url_rules *rules)
{
	STRBUF_LOCAL(href);
	STRBUF_LOCAL(canonical);

	if (url_resolve(span_str(s->url), (struct span){0}, &href) < 0 ||
		url_canonical(strbuf_span(&href), rules, &canonical) < 0)
		return false;
	free(s->url);
	s->url = strbuf_take(&href);
	allow_own_port(s);
	s->id = url_id(strbuf_span(&canonical));
	return true;
}

/* The first line of the file. False when there is none that is short enough. */
static bool read_login(struct source *s)
{
	char line[LOGIN_BYTES_MAX + 2] = "";
	FILE *f;

	if (!*s->proxy_login_file) {
		s->proxy_login = alloc_strdup("");
		return true;
	}
	f = fopen(s->proxy_login_file, "re");
	if (!f)
		return false;
	if (fgets(line, sizeof line, f))
		line[strcspn(line, "\r\n")] = '\0';
	fclose(f);
	s->proxy_login = alloc_strdup(line);
	return *line && strlen(line) <= LOGIN_BYTES_MAX && strchr(line, ':');
}

static void load_source(struct loading *l, const struct yaml *y, const struct yaml_node *map)
{
	CLEANUP(source_freep) struct source *s = ALLOC_NEW(struct source);
	struct source_list *list = l->list;

	if (!yaml_is_map(map)) {
		fault(l, y, map, "a source must be a map with 'name' and 'url'");
		return;
	}
	if (!settings_read(table, TABLE_LEN, y, map, s, l->errors)) {
		l->has_faults = true;
		return;
	}
	s->has_delay = yaml_get(map, "delay_ms") != NULL;
	s->file = alloc_strdup(yaml_path(y));
	s->line = yaml_line(map);
	if (!*s->name)
		fault(l, y, map, "a source must have a name");
	else if (!*s->url || !settle_url(s, l->rules))
		fault(l, y, map, "a source must have a url");
	else if (!read_login(s))
		fault(l, y, yaml_get(map, "proxy_login_file"),
			"proxy_login_file: must be a readable file with USER:PASSWORD in its first line");
	else {
		list->sources =
			alloc_grow(list->sources, list->len, &l->cap, sizeof *list->sources);
		list->sources[list->len++] = TAKE_PTR(s);
	}
}

static void load_file(struct loading *l, const char *path)
{
	CLEANUP(yaml_closep) struct yaml *y = NULL;
	const struct yaml_node *root, *list;
	const char *key;

	if (yaml_open(path, &y, l->errors) < 0) {
		l->has_faults = true;
		return;
	}
	root = yaml_root(y);
	if (!root)
		return; /* an empty file */
	list = yaml_is_map(root) ? yaml_get(root, "sources") : NULL;
	for (size_t i = 0; yaml_is_map(root) && i < yaml_len(root); i++) {
		const struct yaml_node *member = yaml_member(root, i, &key);

		if (member != list)
			fault(l, y, member, "only the key 'sources' is known here");
	}
	if (!yaml_is_map(root) || (list && !yaml_is_list(list)))
		fault(l, y, list ? list : root, "must be a list of maps under 'sources:'");
	for (size_t i = 0; yaml_is_list(list) && i < yaml_len(list); i++)
		load_source(l, y, yaml_item(list, i));
}

static int compare_names(const void *a, const void *b)
{
	const struct source *x = *(struct source *const *)a, *y = *(struct source *const *)b;
	int r = strcmp(x->name, y->name);

	if (!r)
		r = strcmp(x->file, y->file);
	return r ? r : x->line - y->line;
}

static int compare_ids(const void *a, const void *b)
{
	const struct source *x = *(struct source *const *)a, *y = *(struct source *const *)b;
	int r = memcmp(&x->id, &y->id, sizeof x->id);

	return r ? r : compare_names(a, b);
}

static void refuse_twin(struct loading *l, const struct source *s, const struct source *first,
	const char *what)
{
	strbuf_printf(l->errors, "%s:%d: source '%s' has the same %s as '%s' in %s:%d\n", s->file,
		s->line, s->name, what, first->name, first->file, first->line);
	l->has_faults = true;
}

/* Sorted by id first, so that equal URLs are neighbours; by name in the end. */
static void check_twins(struct loading *l)
{
	struct source **sources = l->list->sources;

	if (!l->list->len)
		return;
	qsort(sources, l->list->len, sizeof *sources, compare_ids);
	for (size_t i = 1; i < l->list->len; i++) {
		if (hash_eq(&sources[i]->id, &sources[i - 1]->id) &&
			strcmp(sources[i]->name, sources[i - 1]->name) != 0)
			refuse_twin(l, sources[i], sources[i - 1], "url");
	}
	qsort(sources, l->list->len, sizeof *sources, compare_names);
	for (size_t i = 1; i < l->list->len; i++) {
		if (strcmp(sources[i]->name, sources[i - 1]->name) == 0)
			refuse_twin(l, sources[i], sources[i - 1], "name");
	}
}

int source_list_load(const char *folder, const struct url_rules *rules, struct source_list **ret,
	struct strbuf *errors)
{
	CLEANUP(source_list_freep) struct source_list *list = ALLOC_NEW(struct source_list);
	struct loading l = {.rules = rules, .list = list, .errors = errors};
	struct setting_list files = {0};
	int r;

	r = yaml_list_folder(folder, &files);
	if (r < 0) {
		strbuf_printf(errors, "%s: %s\n", folder, err_str(r));
		return r;
	}
	for (size_t i = 0; i < files.len; i++)
		load_file(&l, files.items[i]);
	setting_list_release(&files);
	check_twins(&l);
	if (l.has_faults)
		return -ERR_INVALID;
	*ret = TAKE_PTR(list);
	return 0;
}

static int compare_with_name(const void *key, const void *element)
{
	const struct span *name = key;
	const struct source *s = *(struct source *const *)element;
	int r = strncmp(name->data, s->name, name->len);

	return r ? r : -(s->name[name->len] != '\0');
}

const struct source *source_list_find(const struct source_list *l, struct span name)
{
	struct source **found = NULL;

	if (l->len)
		found = bsearch(&name, l->sources, l->len, sizeof *l->sources, compare_with_name);
	return found ? *found : NULL;
}

bool source_covers(enum source_scope scope, struct span host, struct span list_host)
{
	switch (scope) {
	case SOURCE_SITE:
		return url_is_same_site(host, list_host);
	case SOURCE_HOST:
		return span_eq(host, list_host);
	case SOURCE_ANY:
		return true;
	}
	return false;
}

struct span *source_spans(struct arena *a, const struct setting_list *list)
{
	struct span *spans = arena_alloc(a, list->len * sizeof *spans);

	for (size_t i = 0; i < list->len; i++)
		spans[i] = span_str(list->items[i]);
	return spans;
}

static bool is_secret(struct span header)
{
	static const char *const names[] = {"authorization:", "cookie:"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i]);

		if (header.len >= n && strncasecmp(header.data, names[i], n) == 0)
			return true;
	}
	return false;
}

static bool is_own_site(const struct source *s, struct span url)
{
	struct url_parts own, parts;

	return url_split(span_str(s->url), &own) && url_split(url, &parts) &&
		url_is_same_site(parts.host, own.host);
}

static void drop_secrets(struct fetch_rules *rules)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n_headers; i++) {
		if (!is_secret(rules->headers[i]))
			rules->headers[n++] = rules->headers[i];
	}
	rules->n_headers = n;
}

void source_fetch_rules(const struct source *s, struct span url, struct arena *a,
	struct fetch_rules *ret)
{
	*ret = (struct fetch_rules){
		.allow_addresses = source_spans(a, &s->allow_addresses),
		.n_allow_addresses = s->allow_addresses.len,
		.allow_ports = source_spans(a, &s->allow_ports),
		.n_allow_ports = s->allow_ports.len,
		.headers = source_spans(a, &s->headers),
		.n_headers = s->headers.len,
		.proxy = s->proxy,
		.proxy_login = s->proxy_login,
		.ca_file = s->tls_ca_file,
		.verify = (enum tls_verify)s->tls_verify,
		.has_cookies = s->cookies,
	};
	if (!is_own_site(s, url))
		drop_secrets(ret);
}
