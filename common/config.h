/*
 * Configuration: policywatch.yaml, one sub-struct a room. Every key has a
 * row in config.c's table. A module receives only its own part, const.
 *
 * Reload builds a new one, checks it whole, and swaps; nobody sees half.
 */
#ifndef POLICYWATCH_COMMON_CONFIG_H
#define POLICYWATCH_COMMON_CONFIG_H

#include "common/bus.h"
#include "common/cleanup.h"
#include "common/strbuf.h"
#include "common/url.h"
#include "common/yaml.h"

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_PATH_DEFAULT "/etc/policywatch/policywatch.yaml"

struct bus_config {
	struct setting_list listen; /* the scheduler's addresses; the first is where the CLI asks */
	char *scheduler;            /* where crawlers connect to; "" is the first of listen */
	char *tls_certificate_file;
	char *tls_ca_file;
};

struct store_config {
	int64_t map_gib;
};

struct scheduler_config {
	int64_t host_delay_ms;      /* pause between two requests to one host */
	int64_t crawl_delay_max_ms; /* robots.txt may ask for this much, not more */
	int64_t lease_ms;
	int64_t hold_ms;             /* how long a request for work waits for something to be due */
	int64_t listing_interval_s;  /* default of a source's interval */
	int64_t further_pages_max;   /* of a list, while most of what they show is new */
	int64_t page_interval_s;     /* first revisit of a page */
	int64_t page_interval_max_s; /* revisits of a page that does not change go up to this */
	int64_t map_gib;
};

struct crawler_config {
	int64_t processes;            /* started by `policywatch run` */
	int64_t transfers;            /* at the same time in one process */
	int64_t threads;              /* that read pages */
	int64_t address_requests_max; /* at the same time to one address, over all crawlers */
	char *user_agent;
	char *contact_url;         /* behind the user agent, "" for none */
	char *from;                /* contact address, sent as From */
	struct setting_list ports; /* that may be connected to, in digits */
	int64_t dns_ttl_s;
	int64_t connect_timeout_ms; /* TLS included */
	int64_t first_byte_timeout_ms;
	int64_t rate_min_bytes; /* a second; to be slower ... */
	int64_t rate_min_s;     /* ... for so long is to hang */
	int64_t total_timeout_ms;
	int64_t header_max_bytes;
	int64_t headers_max;
	int64_t body_max_bytes; /* decompressed */
	int64_t ratio_max;      /* decompressed to sent */
	int64_t bodies_max_mib; /* of a process, beyond a small part of each */
	int64_t robots_ttl_s;
	bool not_found_probe; /* hosts are asked for a page that cannot exist */
};

struct alerts_config {
	char *redis; /* redis://host:port/db or unix:///path */
	char *redis_password_file;
	int64_t stream_max; /* entries kept in a subscription's stream, about */
	int64_t seen_ttl_s; /* how long Redis remembers an alert's key */
	int64_t poll_ms;    /* how often the Redis hash of subscriptions is read */
};

struct config {
	char *path; /* of the file; "" when there was none */
	char *data_dir;
	char *runtime_dir;
	char *sources_dir;        /* "" is sources.d beside the file */
	char *subscriptions_dir;  /* "" is subscriptions.d beside the file */
	char *gazetteers_dir;     /* "" is where the program's own are installed */
	char *gazetteers_own_dir; /* "" is gazetteers.d beside the file */
	int log_level;            /* enum log_level */
	struct setting_list tracking_parameters, default_documents;
	struct url_rules url_rules; /* borrowed from the two lists; sort_query is its own */
	struct bus_config bus;
	struct store_config store;
	struct scheduler_config scheduler;
	struct crawler_config crawler;
	struct alerts_config alerts;
};

/*
 * Reads @path; NULL is the default path, which may be absent. Appends
 * "FILE:LINE: ..." lines to @errors and returns negative if anything is wrong.
 */
int config_load(const char *path, struct config **ret, struct strbuf *errors);
void config_free(struct config *c);
DEFINE_CLEANUP(struct config *, config_free)

/* The effective configuration, a line a key with its help. */
void config_print(const struct config *c, struct strbuf *out);

struct bus_tls config_bus_tls(const struct config *c);

/* DATA_DIR/NAME, to be freed. */
char *config_data_path(const struct config *c, const char *name);

#endif
