#include "crawler/read/enrich/gazetteers_inside.h"

#include "common/alloc.h"

#define FIELD(member)  offsetof(struct draft, member)
#define NAMES_MAX      200 /* of an entry */
#define NEAR_MAX       16  /* each is looked for around a doubtful name */
#define NAME_BYTES_MAX 200

static const char *const table_keys[DRAFT_TABLES] = {
	[GAZETTEER_TECHNOLOGIES] = "ai_technologies",
	[GAZETTEER_INDUSTRIES] = "industries",
	[GAZETTEER_REGIONS] = "regions",
	[GAZETTEER_AGENCIES] = "agencies",
	[GAZETTEER_POLICY_TERMS] = "policy_terms",
	[DRAFT_ORGANS] = "organs",
};

static const char *check_name(const char *value)
{
	if (!*value)
		return "is empty";
	if (strlen(value) > NAME_BYTES_MAX)
		return "is too long";
	return strpbrk(value, "\r\n\t") ? "must be one line" : NULL;
}

static const struct setting table[] = {
	{"name", SETTING_STRING, FIELD(name), .check = check_name,
		.help = "The name that records have, and a name that is looked for"},
	{"code", SETTING_STRING, FIELD(code), .check = check_name,
		.help = "Of a region: what records have instead"},
	{"also", SETTING_LIST, FIELD(also), .max = NAMES_MAX, .check = check_name,
		.help = "Other names of it"},
	{"maybe", SETTING_LIST, FIELD(maybe), .max = NAMES_MAX, .check = check_name,
		.help = "Names that may mean something else"},
	{"near", SETTING_LIST, FIELD(near), .max = NEAR_MAX, .check = check_name,
		.help = "What stands near these when they mean it"},
	{"not", SETTING_LIST, FIELD(not ), .max = NAMES_MAX, .check = check_name,
		.help = "Phrases in which a name of it means something else"},
	{"implies", SETTING_LIST, FIELD(implies), .max = 8, .check = check_name,
		.help = "Entries of the same table that it is a case of"},
	{"case", SETTING_BOOL, FIELD(is_cased), .fallback = "false",
		.help = "Whether letters must be capital as in the names"},
	{"weak", SETTING_BOOL, FIELD(is_weak), .fallback = "false",
		.help = "Whether it says something only in a title"},
	{"party", SETTING_BOOL, FIELD(is_party), .fallback = "false",
		.help = "Of an organ: whether it is one of the Party"},
	{"off", SETTING_BOOL, FIELD(is_off), .fallback = "false",
		.help = "Takes the entry of this name out"},
};

#define TABLE_LEN (sizeof table / sizeof *table)

const char *gazetteer_table_str(enum gazetteer_table t)
{
	return table_keys[t];
}

void draft_list_release(struct draft_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		settings_release(table, TABLE_LEN, &list->items[i]);
	free(list->items);
	setting_list_release(&list->institutions);
	setting_list_release(&list->common_words);
	setting_list_release(&list->function_words);
}

static bool read_entry(struct draft_list *list, int t, const char *path, const struct yaml *y,
	const struct yaml_node *node, struct strbuf *errors)
{
	struct draft *d;

	if (!yaml_is_map(node)) {
		yaml_error(y, node, errors, "%s: an entry is a map such as {name: NAME}",
			table_keys[t]);
		return false;
	}
	list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
	d = &list->items[list->len];
	*d = (struct draft){.table = t, .path = path, .line = yaml_line(node), .number = list->len};
	list->len++;
	if (!settings_read(table, TABLE_LEN, y, node, d, errors))
		return false;
	if (!*d->name && !(d->is_off && *d->code)) {
		yaml_error(y, node, errors, "name is missing");
		return false;
	}
	if ((t == GAZETTEER_REGIONS) != (*d->code != '\0')) {
		yaml_error(y, node, errors,
			t == GAZETTEER_REGIONS ? "code is missing" : "only regions have a code");
		return false;
	}
	return true;
}

static bool read_table(struct draft_list *list, int t, const char *path, const struct yaml *y,
	const struct yaml_node *node, struct strbuf *errors)
{
	bool good = true;

	if (!yaml_is_list(node)) {
		yaml_error(y, node, errors, "%s must be a list of entries", table_keys[t]);
		return false;
	}
	for (size_t i = 0; i < yaml_len(node); i++)
		good &= read_entry(list, t, path, y, yaml_item(node, i), errors);
	return good;
}

static bool read_words(struct setting_list *list, const struct yaml *y,
	const struct yaml_node *node, struct strbuf *errors)
{
	size_t n = yaml_is_list(node) ? yaml_len(node) : 0;

	if (!yaml_is_list(node)) {
		yaml_error(y, node, errors, "must be a list of words");
		return false;
	}
	list->items = alloc_resize(list->items, list->len + n + 1, sizeof *list->items);
	for (size_t i = 0; i < n; i++) {
		const char *word = yaml_scalar(yaml_item(node, i));
		const char *fault = word ? check_name(word) : "is no plain value";

		if (fault) {
			yaml_error(y, yaml_item(node, i), errors, "a word %s", fault);
			return false;
		}
		list->items[list->len++] = alloc_strdup(word);
	}
	return true;
}

static bool read_member(struct draft_list *list, const char *key, const char *path,
	const struct yaml *y, const struct yaml_node *node, struct strbuf *errors)
{
	for (int t = 0; t < DRAFT_TABLES; t++)
		if (strcmp(key, table_keys[t]) == 0)
			return read_table(list, t, path, y, node, errors);
	if (strcmp(key, "institutions") == 0)
		return read_words(&list->institutions, y, node, errors);
	if (strcmp(key, "common_words") == 0)
		return read_words(&list->common_words, y, node, errors);
	if (strcmp(key, "function_words") == 0)
		return read_words(&list->function_words, y, node, errors);
	yaml_error(y, node, errors, "unknown key '%s'", key);
	return false;
}

bool draft_list_read(struct draft_list *list, const char *path, struct strbuf *errors)
{
	CLEANUP(yaml_closep) struct yaml *y = NULL;
	const struct yaml_node *root;
	bool good = true;

	if (yaml_open(path, &y, errors) < 0)
		return false;
	root = yaml_root(y);
	if (root && !yaml_is_map(root)) {
		yaml_error(y, root, errors, "must be a map of tables");
		return false;
	}
	for (size_t i = 0; i < yaml_len(root); i++) {
		const char *key;
		const struct yaml_node *node = yaml_member(root, i, &key);

		good &= read_member(list, key, path, y, node, errors);
	}
	return good;
}
