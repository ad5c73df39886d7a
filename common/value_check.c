#include "common/value_check.h"

#include "common/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

void value_look_damage(struct value_look *l, const char *format, ...)
{
	char text[600];
	va_list args;

	l->counts->damages++;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (!l->stopped)
		l->stopped = !l->how->on_damage(l->how->arg, text);
}

struct walk {
	struct value_look *look;
	unsigned table;
	int renew_step;
	value_look_fn *fn;
	void *arg;
	struct strbuf last; /* key */
};

/* Some values after the last one. False at the end. */
static bool look_at_some(struct walk *w)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct value_look *l = w->look;
	bool found;

	cursor_init(&c, &l->txn, w->table);
	found = cursor_seek(&c, strbuf_span(&w->last));
	if (found && w->last.len && span_eq(c.key, strbuf_span(&w->last)))
		found = cursor_next(&c);
	for (int n = 0; found && !l->stopped && n < w->renew_step; n++) {
		w->fn(w->arg, c.key, c.value);
		l->counts->values++;
		strbuf_clear(&w->last);
		strbuf_add_span(&w->last, c.key);
		found = cursor_next(&c);
	}
	return found && !l->stopped;
}

const char *value_look_name(struct span name, char out[VALUE_NAME_MAX])
{
	size_t len = name.len < VALUE_NAME_MAX - 1 ? name.len : VALUE_NAME_MAX - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = (char)(name.data[i] < ' ' || name.data[i] == 127 ? '?' : name.data[i]);
	out[len] = '\0';
	return out;
}

int value_look_table(struct value_look *l, unsigned table, int renew_step, value_look_fn *fn,
	void *arg)
{
	struct walk w = {l, table, renew_step, fn, arg, STRBUF_INIT};
	int r = 0;

	while (r == 0 && !l->stopped && look_at_some(&w)) {
		if (l->how->on_progress)
			l->how->on_progress(l->how->arg, l->counts->values, l->total);
		r = txn_renew(&l->txn);
	}
	strbuf_release(&w.last);
	return r ? r : l->txn.err;
}

int value_look_environment(struct value_look *l, const char *path, const struct db_options *options,
	value_look_tables_fn *fn, void *arg, char **ret_error)
{
	CLEANUP(db_closep) struct db *db = NULL;
	int r = db_open(path, options, &db, ret_error);

	if (r < 0)
		return r;
	txn_begin_read(&l->txn, db);
	r = fn(arg);
	txn_abort(&l->txn);
	return r;
}
