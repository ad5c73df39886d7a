#include "alerts/subscription_set.h"

#include "alerts/state.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "common/yaml.h"

#include <stddef.h>

static const struct log_ctx log_set = {.key = "part", .value = "subscriptions"};

/* One definition, usable or not. */
struct entry {
	char *name;
	char *raw;                         /* of Redis; NULL for one of a file */
	struct subscription *subscription; /* NULL when faulty */
	struct subscription_fault fault;
};

struct entry_list { /* sorted by name */
	struct entry *items;
	size_t len, cap;
};

struct subscription_set {
	struct db *state; /* borrowed */
	struct entry_list files, redis;
	struct entry_list retired;  /* replaced, but in the matcher until the next apply */
	struct subscription **live; /* borrowed from the lists, sorted by name */
	size_t n_live;
	struct matcher *matcher;
	bool is_pending; /* something was read that could not be applied yet */
};

static void entry_release(struct entry *e)
{
	free(e->name);
	free(e->raw);
	subscription_free(e->subscription);
	subscription_fault_release(&e->fault);
}

static void list_release(struct entry_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		entry_release(&list->items[i]);
	free(list->items);
	*list = (struct entry_list){0};
}

static struct entry *list_add(struct entry_list *list)
{
	list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
	list->items[list->len] = (struct entry){0};
	return &list->items[list->len++];
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void list_sort(struct entry_list *list)
{
	if (list->len)
		qsort(list->items, list->len, sizeof *list->items, compare_entries);
}

/* Moves all of @list to the retired: the matcher may still refer to it. */
static void retire(struct subscription_set *set, struct entry_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		*list_add(&set->retired) = list->items[i];
	free(list->items);
	*list = (struct entry_list){0};
}

/* Redis */

static void parse_redis_entry(struct entry *e)
{
	char *text = NULL;
	size_t column;

	if (subscription_parse_json(span_str(e->name), span_str(e->raw), &e->subscription, &text,
		    &column) == 0)
		return;
	e->fault = (struct subscription_fault){alloc_strdup(e->name),
		alloc_printf("redis: %s", text), column};
	free(text);
}

/* As it was kept: strings end with their first zero byte. */
static bool is_kept_as(struct span s, const char *kept)
{
	size_t len = strlen(kept);

	return s.len >= len && memcmp(s.data ? s.data : "", kept, len) == 0 &&
		(s.len == len || s.data[len] == '\0');
}

static bool same_pair(const struct entry *e, struct span name, struct span raw)
{
	return is_kept_as(name, e->name) && is_kept_as(raw, e->raw);
}

static bool is_same_as_before(const struct entry_list *list, size_t n, const struct span *fields)
{
	if (list->len != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct entry key = {.name = alloc_strndup(fields[i * 2].data, fields[i * 2].len)};
		const struct entry *e = list->len
			? bsearch(&key, list->items, list->len, sizeof key, compare_entries)
			: NULL;

		free(key.name);
		if (!e || !same_pair(e, fields[i * 2], fields[i * 2 + 1]))
			return false;
	}
	return true;
}

bool subscription_set_read_redis(struct subscription_set *set, size_t n, const struct span *fields)
{
	struct entry_list fresh = {0};

	if (is_same_as_before(&set->redis, n, fields))
		return set->is_pending;
	for (size_t i = 0; i < n; i++) {
		struct entry *e = list_add(&fresh);

		e->name = alloc_strndup(fields[i * 2].data, fields[i * 2].len);
		e->raw = alloc_strndup(fields[i * 2 + 1].data, fields[i * 2 + 1].len);
		parse_redis_entry(e);
	}
	list_sort(&fresh);
	retire(set, &set->redis);
	set->redis = fresh;
	set->is_pending = true;
	return true;
}

/* Files */

struct file_subscription {
	char *name, *query, *owner;
	struct setting_list deliver;
};

#define FIELD(member) offsetof(struct file_subscription, member)

static const char *check_event(const char *value)
{
	enum alert_event event;

	return alert_event_parse(value, &event) ? NULL : "must be new, updated or reprint";
}

static const struct setting file_settings[] = {
	{"name", SETTING_STRING, FIELD(name), .help = "What the stream in Redis is called"},
	{"query", SETTING_STRING, FIELD(query), .help = "What to look for"},
	{"owner", SETTING_STRING, FIELD(owner), .help = "Whose it is"},
	{"deliver", SETTING_LIST, FIELD(deliver), .fallback = "new updated", .check = check_event,
		.help = "Events: new, updated, reprint"},
};

#define N_FILE_SETTINGS (sizeof file_settings / sizeof *file_settings)

struct file_reading {
	const struct yaml *yaml;
	struct entry_list *list;
	struct strbuf *errors;
};

static unsigned deliver_bits(const struct setting_list *list)
{
	enum alert_event event;
	unsigned bits = 0;

	for (size_t i = 0; i < list->len; i++) {
		if (alert_event_parse(list->items[i], &event))
			bits |= 1u << event;
	}
	return bits;
}

static void add_file_entry(struct file_reading *to, const struct yaml_node *node,
	const struct file_subscription *f)
{
	struct entry *e = list_add(to->list);
	const struct yaml_node *at = yaml_get(node, "query");
	char *text = NULL;
	size_t column;

	e->name = alloc_strdup(f->name);
	if (subscription_new(span_str(f->name), *f->query ? f->query : NULL, f->owner,
		    deliver_bits(&f->deliver), &e->subscription, &text, &column) == 0)
		return;
	e->fault = (struct subscription_fault){alloc_strdup(f->name),
		alloc_printf("%s:%d: %s", yaml_path(to->yaml), yaml_line(at ? at : node), text),
		column};
	free(text);
}

static void read_file_entry(struct file_reading *to, const struct yaml_node *node)
{
	struct file_subscription f = {0};

	if (settings_read(file_settings, N_FILE_SETTINGS, to->yaml, node, &f, to->errors))
		add_file_entry(to, node, &f);
	settings_release(file_settings, N_FILE_SETTINGS, &f);
}

static void read_file(const char *path, struct entry_list *list, struct strbuf *errors)
{
	CLEANUP(yaml_closep) struct yaml *y = NULL;
	struct file_reading to = {.list = list, .errors = errors};
	const struct yaml_node *root, *subscriptions;
	const char *key;

	if (yaml_open(path, &y, errors) < 0)
		return;
	to.yaml = y;
	root = yaml_root(y);
	subscriptions = yaml_get(root, "subscriptions");
	for (size_t i = 0; i < yaml_len(root); i++) {
		const struct yaml_node *member = yaml_member(root, i, &key);

		if (strcmp(key, "subscriptions") != 0)
			yaml_error(y, member, errors, "unknown key %s", key);
	}
	if (subscriptions && !yaml_is_list(subscriptions))
		yaml_error(y, subscriptions, errors, "subscriptions is a list");
	for (size_t i = 0; yaml_is_list(subscriptions) && i < yaml_len(subscriptions); i++)
		read_file_entry(&to, yaml_item(subscriptions, i));
}

/* Of several with one name the first is kept, and the others are faults. */
static void mark_doubles(struct entry_list *list)
{
	for (size_t i = 1; i < list->len; i++) {
		struct entry *e = &list->items[i];

		if (strcmp(e->name, list->items[i - 1].name) != 0 || !e->subscription)
			continue;
		subscription_free(TAKE_PTR(e->subscription));
		e->fault = (struct subscription_fault){alloc_strdup(e->name),
			alloc_strdup("there are several subscriptions of this name"), 0};
	}
}

/* All files of @folder into an empty @list, sorted by name. */
static int read_folder(const char *folder, struct entry_list *list, struct strbuf *errors)
{
	struct setting_list paths = {0};
	size_t before = errors->len;
	int r = yaml_list_folder(folder, &paths);

	if (r < 0)
		strbuf_printf(errors, "%s: %s\n", folder, err_str(r));
	for (size_t i = 0; i < paths.len; i++)
		read_file(paths.items[i], list, errors);
	setting_list_release(&paths);
	if (errors->len != before)
		return r < 0 ? r : -ERR_PARSE;
	list_sort(list);
	mark_doubles(list);
	return 0;
}

int subscription_files_check(const char *folder, size_t *ret_n, struct strbuf *errors)
{
	struct entry_list list = {0};
	int r = read_folder(folder, &list, errors);

	*ret_n = list.len;
	for (size_t i = 0; i < list.len; i++) {
		const struct subscription_fault *fault = &list.items[i].fault;

		if (!fault->text)
			continue;
		strbuf_printf(errors, "%s\n", fault->text);
		r = -ERR_PARSE;
	}
	list_release(&list);
	return r;
}

int subscription_set_read_files(struct subscription_set *set, const char *folder,
	struct strbuf *errors)
{
	struct entry_list fresh = {0};
	int r = read_folder(folder, &fresh, errors);

	if (r < 0) {
		list_release(&fresh);
		return r;
	}
	retire(set, &set->files);
	set->files = fresh;
	return 0;
}

/* Making changes live */

static const struct entry *find_entry(const struct entry_list *list, const char *name)
{
	struct entry key = {.name = (char *)name};

	return list->len ? bsearch(&key, list->items, list->len, sizeof key, compare_entries)
			 : NULL;
}

static int compare_live(const void *a, const void *b)
{
	return strcmp((*(struct subscription *const *)a)->name,
		(*(struct subscription *const *)b)->name);
}

static struct subscription **merge(const struct subscription_set *set, size_t *ret_n)
{
	struct subscription **live =
		alloc_zeroed(set->files.len + set->redis.len, sizeof(struct subscription *));
	size_t n = 0;

	for (size_t i = 0; i < set->files.len; i++) {
		if (set->files.items[i].subscription)
			live[n++] = set->files.items[i].subscription;
	}
	for (size_t i = 0; i < set->redis.len; i++) {
		const struct entry *e = &set->redis.items[i];

		if (e->subscription && !find_entry(&set->files, e->name))
			live[n++] = e->subscription;
	}
	if (n)
		qsort(live, n, sizeof(struct subscription *), compare_live);
	*ret_n = n;
	return live;
}

/* One whose beginning is damaged is older than what has not been read yet. */
static uint64_t saved_since(struct txn *t, const char *name, uint64_t fallback)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct span value;
	enum state_found found = state_find(t, STATE_SUBSCRIPTIONS, span_str(name), &value);

	if (found == STATE_ABSENT)
		return fallback;
	if (found == STATE_WHOLE && json_parse(value, &root, NULL) == 0)
		return (uint64_t)json_get_int(root, "since", (int64_t)fallback);
	log_error(&log_set,
		"since when there is subscription '%s' is damaged, it is told what was not read yet",
		name);
	return state_number(t, "cursor");
}

static void save_one(struct txn *t, const char *name, uint64_t since, const char *raw)
{
	STRBUF_LOCAL(json);

	json_open(&json, '{');
	json_field_int(&json, "since", (int64_t)since);
	json_field_str(&json, "redis", raw);
	json_close(&json, '}');
	state_put(t, STATE_SUBSCRIPTIONS, span_str(name), strbuf_span(&json));
}

static bool is_known(const struct subscription_set *set, struct span name)
{
	CLEANUP(freep) char *text = alloc_strndup(name.data, name.len);

	return find_entry(&set->files, text) || find_entry(&set->redis, text);
}

static void forget_others(const struct subscription_set *set, struct txn *t)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;

	cursor_init(&c, t, STATE_SUBSCRIPTIONS);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		if (!is_known(set, c.key))
			cursor_del(&c);
	}
}

/* Names that are no keys of LMDB are no names of subscriptions either. */
static bool can_be_saved(const char *name)
{
	return *name && strlen(name) <= SUBSCRIPTION_NAME_MAX;
}

static void save_list(struct txn *t, const struct entry_list *list, uint64_t journal_last)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct entry *e = &list->items[i];
		uint64_t since;

		if (!can_be_saved(e->name))
			continue;
		since = saved_since(t, e->name, journal_last);
		if (since > journal_last) /* of a store that is gone */
			since = journal_last;
		save_one(t, e->name, since, e->raw);
		if (e->subscription)
			e->subscription->since = since;
	}
}

static int save(struct subscription_set *set, uint64_t journal_last)
{
	struct txn t;

	txn_begin_write(&t, set->state);
	forget_others(set, &t);
	save_list(&t, &set->files, journal_last);
	save_list(&t, &set->redis, journal_last);
	return txn_commit(&t);
}

int subscription_set_apply(struct subscription_set *set, uint64_t journal_last)
{
	struct subscription **live;
	size_t n;
	int r = save(set, journal_last);

	if (r < 0)
		return r;
	live = merge(set, &n);
	matcher_free(set->matcher);
	free(set->live);
	set->live = live;
	set->n_live = n;
	set->matcher = matcher_new(live, n);
	set->is_pending = false;
	list_release(&set->retired);
	return 0;
}

static void load_saved(struct subscription_set *set, struct span name, struct span value)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct entry *e;

	if (!state_open_value(STATE_SUBSCRIPTIONS, name, &value) ||
		json_parse(value, &root, NULL) < 0) {
		log_error(&log_set,
			"subscription '%.*s' is damaged, going on without it unless a file or Redis has it",
			(int)name.len, name.data);
		return;
	}
	if (!json_get_str(root, "redis"))
		return;
	e = list_add(&set->redis);
	e->name = alloc_strndup(name.data, name.len);
	e->raw = alloc_strdup(json_get_str(root, "redis"));
	parse_redis_entry(e);
}

int subscription_set_new(struct db *state, struct subscription_set **ret)
{
	CLEANUP(subscription_set_freep)
	struct subscription_set *set = ALLOC_NEW(struct subscription_set);
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;
	struct cursor c;

	set->state = state;
	set->matcher = matcher_new(NULL, 0);
	txn_begin_read(&t, state);
	cursor_init(&c, &t, STATE_SUBSCRIPTIONS);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c))
		load_saved(set, c.key, c.value);
	cursor_release(&c);
	if (t.err)
		return t.err;
	list_sort(&set->redis);
	*ret = TAKE_PTR(set);
	return 0;
}

void subscription_set_free(struct subscription_set *set)
{
	if (!set)
		return;
	matcher_free(set->matcher);
	free(set->live);
	list_release(&set->files);
	list_release(&set->redis);
	list_release(&set->retired);
	free(set);
}

struct matcher *subscription_set_matcher(struct subscription_set *set)
{
	return set->matcher;
}

size_t subscription_set_len(const struct subscription_set *set)
{
	return set->n_live;
}

const struct subscription *subscription_set_find(const struct subscription_set *set,
	const char *name)
{
	for (size_t i = 0; i < set->n_live; i++) {
		if (strcmp(set->live[i]->name, name) == 0)
			return set->live[i];
	}
	return NULL;
}

static void write_list_faults(const struct entry_list *list, struct strbuf *out)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct subscription_fault *f = &list->items[i].fault;

		if (!f->text)
			continue;
		json_open(out, '{');
		json_field_str(out, "name", f->name);
		json_field_str(out, "fault", f->text);
		json_field_int(out, "column", (int64_t)f->column);
		json_close(out, '}');
	}
}

void subscription_set_write_faults(const struct subscription_set *set, struct strbuf *out)
{
	json_open(out, '[');
	write_list_faults(&set->files, out);
	write_list_faults(&set->redis, out);
	json_close(out, ']');
}
