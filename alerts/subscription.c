#include "alerts/subscription.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/utf8.h"

static const char *const event_names[ALERT_EVENTS] = {
	[ALERT_NEW] = "new",
	[ALERT_UPDATED] = "updated",
	[ALERT_REPRINT] = "reprint",
};

const char *alert_event_str(enum alert_event e)
{
	return e < ALERT_EVENTS ? event_names[e] : "unknown";
}

bool alert_event_parse(const char *name, enum alert_event *ret)
{
	for (int i = 0; name && i < ALERT_EVENTS; i++) {
		if (strcmp(event_names[i], name) == 0) {
			*ret = (enum alert_event)i;
			return true;
		}
	}
	return false;
}

void subscription_fault_release(struct subscription_fault *f)
{
	free(f->name);
	free(f->text);
}

static bool is_name_char(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		c == '-' || c == '_' || c == '.' || utf8_is_han(c);
}

bool subscription_name_is_valid(struct span name)
{
	const char *p = name.data, *end = name.data + name.len;

	while (p < end) {
		if (!is_name_char(utf8_next(&p, end)))
			return false;
	}
	return name.len > 0 && name.len <= SUBSCRIPTION_NAME_MAX;
}

int subscription_new(struct span name, const char *query, const char *owner, unsigned deliver,
	struct subscription **ret, char **ret_text, size_t *ret_column)
{
	CLEANUP(subscription_freep) struct subscription *s = ALLOC_NEW(struct subscription);
	struct query_fault fault = {0};
	int r;

	*ret_column = 0;
	if (!subscription_name_is_valid(name)) {
		*ret_text = alloc_printf("a name has up to %d letters, digits, -, _ and .",
			SUBSCRIPTION_NAME_MAX);
		return -ERR_INVALID;
	}
	if (!query) {
		*ret_text = alloc_strdup("there is no query");
		return -ERR_INVALID;
	}
	r = query_parse(span_str(query), &s->query, &fault);
	if (r < 0) {
		*ret_text = alloc_printf("query, column %zu: %s", fault.column, fault.text);
		*ret_column = fault.column;
		return r;
	}
	s->name = alloc_strndup(name.data, name.len);
	s->owner = alloc_strdup(owner ? owner : "");
	s->deliver = deliver ? deliver : SUBSCRIPTION_DELIVER_DEFAULT;
	*ret = TAKE_PTR(s);
	return 0;
}

/* A list of events, or nothing for the default. */
static bool read_deliver(const struct json *list, unsigned *ret)
{
	enum alert_event event;

	*ret = 0;
	if (!list || json_is_null(list))
		return true;
	for (const struct json *e = json_first(list); e; e = json_next(e)) {
		if (!alert_event_parse(json_as_str(e), &event))
			return false;
		*ret |= 1u << event;
	}
	return json_is_array(list);
}

int subscription_parse_json(struct span name, struct span json, struct subscription **ret,
	char **ret_text, size_t *ret_column)
{
	CLEANUP(json_freep) struct json *root = NULL;
	unsigned deliver;

	*ret_column = 0;
	if (json_parse(json, &root, NULL) < 0 || !json_is_object(root)) {
		*ret_text = alloc_strdup("is not a JSON object");
		return -ERR_PARSE;
	}
	if (!read_deliver(json_get(root, "deliver"), &deliver)) {
		*ret_text = alloc_strdup("deliver is a list of new, updated, reprint");
		return -ERR_INVALID;
	}
	return subscription_new(name, json_get_str(root, "query"), json_get_str(root, "owner"),
		deliver, ret, ret_text, ret_column);
}

void subscription_free(struct subscription *s)
{
	if (!s)
		return;
	query_free(s->query);
	free(s->name);
	free(s->owner);
	free(s);
}

void subscription_write_json(const struct subscription *s, struct strbuf *out)
{
	json_open(out, '{');
	json_field_str(out, "query", query_text(s->query));
	json_field_str(out, "owner", s->owner);
	json_key(out, "deliver");
	json_open(out, '[');
	for (int i = 0; i < ALERT_EVENTS; i++) {
		if (s->deliver & 1u << i)
			json_str(out, event_names[i]);
	}
	json_close(out, ']');
	json_close(out, '}');
}
