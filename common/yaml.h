/*
 * YAML files read through tables (libyaml, of which this is the only user):
 * one row a key says name, type, place, bounds, default and help. The table
 * checks the file, fills a struct, and writes the manual.
 *
 * Errors are lines "FILE:LINE: what is wrong", all of a file at once: unknown
 * and repeated keys, wrong types, values out of range. Not thread-safe.
 */
#ifndef POLICYWATCH_COMMON_YAML_H
#define POLICYWATCH_COMMON_YAML_H

#include "common/cleanup.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml;

/* One value of a file; a child knows its file. Borrowed, dies with the file. */
struct yaml_node;

/*
 * Reads one file of at most 64 MiB, one document. Appends errors to @errors
 * and returns negative if it cannot be read. An empty file is an empty map.
 */
int yaml_open(const char *path, struct yaml **ret, struct strbuf *errors);
void yaml_close(struct yaml *y);
DEFINE_CLEANUP(struct yaml *, yaml_close)

const char *yaml_path(const struct yaml *y);
const struct yaml_node *yaml_root(const struct yaml *y);

bool yaml_is_map(const struct yaml_node *n);
bool yaml_is_list(const struct yaml_node *n);
/* Text of a scalar, or NULL. Borrowed from the file. */
const char *yaml_scalar(const struct yaml_node *n);
int yaml_line(const struct yaml_node *n);   /* from 1 */
size_t yaml_len(const struct yaml_node *n); /* elements of a list, members of a map */
const struct yaml_node *yaml_item(const struct yaml_node *list, size_t i);
const struct yaml_node *yaml_member(const struct yaml_node *map, size_t i, const char **ret_key);
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* Appends "FILE:LINE: text\n". */
void yaml_error(const struct yaml *y, const struct yaml_node *at, struct strbuf *errors,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

enum setting_type {
	SETTING_STRING, /* char * */
	SETTING_INT,    /* int64_t within min..max */
	SETTING_BOOL,   /* bool */
	SETTING_CHOICE, /* int, index into choices */
	SETTING_LIST,   /* struct setting_list; in the file a list or one scalar */
};

/* Owned strings. */
struct setting_list {
	char **items;
	size_t len;
};

/* Says what is wrong with a value, or NULL. For what bounds cannot say. */
typedef const char *setting_check_fn(const char *value);

/* A TCP port, or a range of them: "443", "8000-8099". */
const char *setting_check_ports(const char *value);

/* The ends of one; a single port is both. False when it is neither, with both undefined. */
bool setting_parse_ports(const char *value, unsigned *ret_low, unsigned *ret_high);

struct setting {
	const char *key; /* dots lead into maps: "crawler.host_delay_ms" */
	enum setting_type type;
	size_t offset;
	int64_t min, max;
	const char *fallback;       /* as in the file; list items split by spaces; NULL is "" */
	const char *const *choices; /* ends with NULL */
	setting_check_fn *check;    /* of each string or list item; may be NULL */
	const char *help;
};

/*
 * Fills @object, which is zeroed, from @map (NULL: defaults alone). True when
 * nothing was wrong; otherwise @errors has grown. Either way settings_release()
 * frees what was set.
 */
bool settings_read(const struct setting *table, size_t n, const struct yaml *y,
	const struct yaml_node *map, void *object, struct strbuf *errors);
void settings_release(const struct setting *table, size_t n, void *object);

/* One line a key: "key: value  # help". */
void settings_print(const struct setting *table, size_t n, const void *object, struct strbuf *out);

/* The sorted paths DIR/NAME.yaml and .yml of a folder, to be freed with their array; an absent folder has none. */
int yaml_list_folder(const char *folder, struct setting_list *ret);
void setting_list_release(struct setting_list *list);

#endif
