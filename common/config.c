#include "common/config.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#define FIELD(member) offsetof(struct config, member)
#define MINUTE_S      60
#define DAY_S         86400
#define HOUR_MS       3600000
#define GIB_MAX       65536 /* 64 TiB; LMDB's and the machine's address space end soon after */

/* The order of enum log_level, whose first three numbers journald keeps for worse than errors. */
static const char *const log_levels[] = {"emergency", "alert", "critical", "error", "warn",
	"notice", "info", "debug", NULL};

static const char *check_bus_address(const char *value)
{
	static const char *const schemes[] = {"ipc://", "tcp://", "tls+tcp://"};

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (strncmp(value, schemes[i], strlen(schemes[i])) == 0 &&
			value[strlen(schemes[i])])
			return NULL;
	}
	return *value ? "must begin with ipc://, tcp:// or tls+tcp://" : NULL;
}

static const char *check_redis(const char *value)
{
	if (strncmp(value, "redis://", 8) == 0 || strncmp(value, "unix://", 7) == 0)
		return NULL;
	return "must begin with redis:// or unix://";
}

static const char *check_folder(const char *value)
{
	return *value == '/' ? NULL : "must be an absolute path";
}

/* Goes into a request header as it is. */
static const char *check_header(const char *value)
{
	return strpbrk(value, "\r\n") ? "must be one line" : NULL;
}

static const char *check_contact(const char *value)
{
	if (*value && strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0 &&
		strncmp(value, "mailto:", 7) != 0)
		return "must begin with https://, http:// or mailto:";
	return check_header(value);
}

static const struct setting table[] = {
	{"data_dir", SETTING_STRING, FIELD(data_dir), .fallback = "/var/lib/policywatch",
		.check = check_folder, .help = "Folder of store, frontier and alert state"},
	{"runtime_dir", SETTING_STRING, FIELD(runtime_dir), .fallback = "/run/policywatch",
		.check = check_folder, .help = "Folder of sockets"},
	{"sources_dir", SETTING_STRING, FIELD(sources_dir),
		.help = "Folder of source files; empty: sources.d beside this file"},
	{"subscriptions_dir", SETTING_STRING, FIELD(subscriptions_dir),
		.help = "Folder of subscription files; empty: subscriptions.d beside this file"},
	{"gazetteers_dir", SETTING_STRING, FIELD(gazetteers_dir),
		.help = "Folder of the gazetteers that come with the program; empty: "
			"share/policywatch/gazetteers beside the folder of the program"},
	{"gazetteers_own_dir", SETTING_STRING, FIELD(gazetteers_own_dir),
		.help = "Folder of gazetteer files that add to them or replace entries; "
			"empty: gazetteers.d beside this file"},
	{"log_level", SETTING_CHOICE, FIELD(log_level), .fallback = "info", .choices = log_levels,
		.help = "Least level that is logged"},
	{"url.tracking_parameters", SETTING_LIST, FIELD(tracking_parameters), .max = 1000,
		.help = "Query parameters that do not change what a page shows; utm_* is a prefix; "
			"empty: the built-in list"},
	{"url.default_documents", SETTING_LIST, FIELD(default_documents), .max = 1000,
		.help = "File names for which their folder stands, such as index.html; "
			"empty: the built-in list"},
	{"url.sort_query", SETTING_BOOL, FIELD(url_rules.sort_query), .fallback = "true",
		.help = "Take two orders of the same query parameters for one page"},
	{"bus.listen", SETTING_LIST, FIELD(bus.listen), .max = 16, .check = check_bus_address,
		.help = "Addresses of the scheduler; empty: ipc://RUNTIME_DIR/scheduler.ipc"},
	{"bus.scheduler", SETTING_STRING, FIELD(bus.scheduler), .check = check_bus_address,
		.help = "Address that crawlers ask; empty: the first of bus.listen"},
	{"bus.tls_certificate_file", SETTING_STRING, FIELD(bus.tls_certificate_file),
		.help = "PEM file with this node's certificate and key, for tls+tcp"},
	{"bus.tls_ca_file", SETTING_STRING, FIELD(bus.tls_ca_file),
		.help = "PEM file with the authority that must have signed the peer's certificate"},
	{"store.map_gib", SETTING_INT, FIELD(store.map_gib), 1, GIB_MAX, "256",
		.help = "Address space of the store, which is also the most it can grow to"},
	{"scheduler.host_delay_ms", SETTING_INT, FIELD(scheduler.host_delay_ms), 0, HOUR_MS, "2000",
		.help = "Pause between two requests to one host, unless its source says otherwise"},
	{"scheduler.crawl_delay_max_ms", SETTING_INT, FIELD(scheduler.crawl_delay_max_ms), 0,
		HOUR_MS, "60000",
		.help = "Longest Crawl-delay of a robots.txt that is kept as it is; longer ones count as this"},
	{"scheduler.lease_ms", SETTING_INT, FIELD(scheduler.lease_ms), 5000, HOUR_MS, "120000",
		.help = "Time a crawler has for a URL before it is given to another"},
	{"scheduler.hold_ms", SETTING_INT, FIELD(scheduler.hold_ms), 100, 30000, "10000",
		.help = "How long a request for work waits while nothing is due"},
	{"scheduler.listing_interval_s", SETTING_INT, FIELD(scheduler.listing_interval_s), 1,
		30 * DAY_S, "600", .help = "Time between two looks at a list, feed or sitemap"},
	{"scheduler.further_pages_max", SETTING_INT, FIELD(scheduler.further_pages_max), 0, 200,
		"5",
		.help = "Further pages of a list that are looked at when most of the one before was new"},
	{"scheduler.page_interval_s", SETTING_INT, FIELD(scheduler.page_interval_s), 1, 365 * DAY_S,
		"3600", .help = "Time until a page is looked at again for the first time"},
	{"scheduler.page_interval_max_s", SETTING_INT, FIELD(scheduler.page_interval_max_s), 1,
		3650 * DAY_S, "2592000",
		.help = "Longest time between two looks at a page that does not change"},
	{"scheduler.map_gib", SETTING_INT, FIELD(scheduler.map_gib), 1, GIB_MAX, "64",
		.help = "Address space of the frontier"},
	{"crawler.processes", SETTING_INT, FIELD(crawler.processes), 1, 64, "1",
		.help = "Crawlers that policywatch run starts"},
	{"crawler.transfers", SETTING_INT, FIELD(crawler.transfers), 1, 10000, "256",
		.help = "URLs that one crawler has in work at the same time"},
	{"crawler.address_requests_max", SETTING_INT, FIELD(crawler.address_requests_max), 1, 1000,
		"8", .help = "Requests at the same time to one address, whatever hosts it serves"},
	{"crawler.threads", SETTING_INT, FIELD(crawler.threads), 1, 64, "2",
		.help = "Threads of one crawler that read pages"},
	{"crawler.user_agent", SETTING_STRING, FIELD(crawler.user_agent), .max = 500,
		.fallback = "policywatch/0.1", .check = check_header,
		.help = "Name that the crawler gives, product token first; "
			"crawler.contact_url is sent with it"},
	{"crawler.contact_url", SETTING_STRING, FIELD(crawler.contact_url), .max = 500,
		.check = check_contact,
		.help = "Where the people behind the crawler can be reached; sent with its name"},
	{"crawler.from", SETTING_STRING, FIELD(crawler.from), .max = 500, .check = check_header,
		.help = "Mail address sent as From; empty: none"},
	{"crawler.ports", SETTING_LIST, FIELD(crawler.ports), .max = 1000,
		.check = setting_check_ports,
		.fallback = "80-90 443 8000-8200 8443 8800-8899 9000-9001 9080-9090",
		.help = "Ports, and ranges of them, that may be connected to; "
			"a source's own URL opens its port for it"},
	{"crawler.dns_ttl_s", SETTING_INT, FIELD(crawler.dns_ttl_s), 0, DAY_S, "60",
		.help = "How long the address of a host is believed"},
	{"crawler.connect_timeout_ms", SETTING_INT, FIELD(crawler.connect_timeout_ms), 100, 300000,
		"10000", .help = "Longest time to look up a host, connect and agree on TLS"},
	{"crawler.first_byte_timeout_ms", SETTING_INT, FIELD(crawler.first_byte_timeout_ms), 100,
		600000, "30000",
		.help = "Longest time from a request to the first byte of its answer"},
	{"crawler.rate_min_bytes", SETTING_INT, FIELD(crawler.rate_min_bytes), 1, 1 << 20, "64",
		.help = "Bytes a second below which an answer counts as hanging ..."},
	{"crawler.rate_min_s", SETTING_INT, FIELD(crawler.rate_min_s), 1, 3600, "20",
		.help = "... when it has been so slow for this long"},
	{"crawler.total_timeout_ms", SETTING_INT, FIELD(crawler.total_timeout_ms), 1000, 600000,
		"60000", .help = "Longest time of one request"},
	{"crawler.header_max_bytes", SETTING_INT, FIELD(crawler.header_max_bytes), 1024, 16 << 20,
		"262144",
		.help = "Longest header of an answer; browsers take as much, real ones have 8 KiB"},
	{"crawler.headers_max", SETTING_INT, FIELD(crawler.headers_max), 10, 100000, "500",
		.help = "Most header lines of an answer; real ones have 60"},
	{"crawler.body_max_bytes", SETTING_INT, FIELD(crawler.body_max_bytes), 1024, 1 << 30,
		"10485760",
		.help = "Longest body, decompressed; what is longer is cut and said to be"},
	{"crawler.ratio_max", SETTING_INT, FIELD(crawler.ratio_max), 10, 1000000, "200",
		.help = "Most that a body beyond 128 KiB may grow by decompressing; "
			"pages grow 5 to 30 times"},
	{"crawler.bodies_max_mib", SETTING_INT, FIELD(crawler.bodies_max_mib), 1, 1 << 20, "16",
		.help = "Memory for answers on their way; large ones wait when it is full"},
	{"crawler.robots_ttl_s", SETTING_INT, FIELD(crawler.robots_ttl_s), 60, DAY_S, "86400",
		.help = "How long a robots.txt is believed (RFC 9309: a day at most)"},
	{"crawler.not_found_probe", SETTING_BOOL, FIELD(crawler.not_found_probe),
		.fallback = "true",
		.help = "Whether a host may be asked once a week for a page that cannot exist, so that "
			"pages that are gone are known though they are answered with status 200"},
	{"alerts.redis", SETTING_STRING, FIELD(alerts.redis),
		.fallback = "redis://127.0.0.1:6379/0", .check = check_redis,
		.help = "Redis that takes the alerts: redis://HOST:PORT/DB or unix:///PATH"},
	{"alerts.redis_password_file", SETTING_STRING, FIELD(alerts.redis_password_file),
		.help = "File that holds the password of Redis"},
	{"alerts.stream_max", SETTING_INT, FIELD(alerts.stream_max), 1, 100000000, "10000",
		.help = "Entries kept in the stream of a subscription, approximately"},
	{"alerts.seen_ttl_s", SETTING_INT, FIELD(alerts.seen_ttl_s), MINUTE_S, 3650 * DAY_S,
		"2592000", .help = "How long Redis remembers the key of an alert"},
	{"alerts.poll_ms", SETTING_INT, FIELD(alerts.poll_ms), 50, 60000, "500",
		.help = "How often the subscriptions in Redis are read"},
};

#define TABLE_LEN (sizeof table / sizeof *table)

void config_free(struct config *c)
{
	if (!c)
		return;
	settings_release(table, TABLE_LEN, c);
	free(c->path);
	free(c);
}

static void default_folder(char **folder, const char *config_path, const char *name)
{
	CLEANUP(freep) char *copy = NULL;

	if (**folder)
		return;
	copy = alloc_strdup(config_path);
	free(*folder);
	*folder = alloc_printf("%s/%s", dirname(copy), name);
}

/*
 * What the program comes with stands at the same place beside it wherever it
 * is installed, and in the folder where it was built.
 */
static void default_gazetteers(char **folder)
{
	char program[PATH_MAX];
	ssize_t n;

	if (**folder)
		return;
	n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n < 0)
		return;
	program[n] = '\0';
	free(*folder);
	*folder = alloc_printf("%s/share/policywatch/gazetteers", dirname(dirname(program)));
}

static void complete_url_rules(struct config *c)
{
	struct url_rules rules = url_rules_default;

	rules.sort_query = c->url_rules.sort_query;
	if (c->tracking_parameters.len) {
		rules.tracking = (const char *const *)c->tracking_parameters.items;
		rules.n_tracking = c->tracking_parameters.len;
	}
	if (c->default_documents.len) {
		rules.documents = (const char *const *)c->default_documents.items;
		rules.n_documents = c->default_documents.len;
	}
	c->url_rules = rules;
}

/* Defaults that depend on other settings. */
static void complete(struct config *c, const char *path)
{
	default_folder(&c->sources_dir, path, "sources.d");
	default_folder(&c->subscriptions_dir, path, "subscriptions.d");
	default_folder(&c->gazetteers_own_dir, path, "gazetteers.d");
	default_gazetteers(&c->gazetteers_dir);
	if (!c->bus.listen.len) {
		c->bus.listen.items = alloc_zeroed(1, sizeof *c->bus.listen.items);
		c->bus.listen.items[c->bus.listen.len++] =
			alloc_printf("ipc://%s/scheduler.ipc", c->runtime_dir);
	}
	if (!*c->bus.scheduler) {
		free(c->bus.scheduler);
		c->bus.scheduler = alloc_strdup(c->bus.listen.items[0]);
	}
	complete_url_rules(c);
}

int config_load(const char *path, struct config **ret, struct strbuf *errors)
{
	CLEANUP(config_freep) struct config *c = ALLOC_NEW(struct config);
	CLEANUP(yaml_closep) struct yaml *y = NULL;
	bool may_be_absent = path == NULL;
	int r;

	path = path ? path : CONFIG_PATH_DEFAULT;
	if (may_be_absent && access(path, F_OK) != 0)
		c->path = alloc_strdup("");
	else {
		c->path = alloc_strdup(path);
		r = yaml_open(path, &y, errors);
		if (r < 0)
			return r;
	}
	if (!settings_read(table, TABLE_LEN, y, y ? yaml_root(y) : NULL, c, errors))
		return -ERR_INVALID;
	complete(c, path);
	*ret = TAKE_PTR(c);
	return 0;
}

void config_print(const struct config *c, struct strbuf *out)
{
	settings_print(table, TABLE_LEN, c, out);
}

struct bus_tls config_bus_tls(const struct config *c)
{
	return (struct bus_tls){c->bus.tls_certificate_file, c->bus.tls_ca_file};
}

char *config_data_path(const struct config *c, const char *name)
{
	return alloc_printf("%s/%s", c->data_dir, name);
}
