/*
 * Opening, closing and being told of other processes' commits. A commit
 * touches the file "changed", which watchers see through inotify: LMDB's own
 * files change too early, before readers can see the new state.
 */
#include "store/store.h"

#include "common/alloc.h"
#include "common/err.h"
#include "store/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

static const char *const table_names[STORE_TABLES] = {
	[STORE_META] = "meta",
	[STORE_PAGES] = "pages",
	[STORE_RECORDS] = "records",
	[STORE_BODIES] = "bodies",
	[STORE_JOURNAL] = "journal",
	[STORE_STORIES] = "stories",
	[STORE_FINGERPRINTS] = "fingerprints",
	[STORE_ROBOTS] = "robots",
};

static char *changed_path(const struct store *s)
{
	return alloc_printf("%s/changed", db_path(s->db));
}

static int open_changed(struct store *s, char **ret_error)
{
	CLEANUP(freep) char *path = changed_path(s);
	int r;

	s->notify_fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0660);
	if (s->notify_fd >= 0)
		return 0;
	r = err_from_errno(errno);
	if (ret_error)
		*ret_error = alloc_printf("%s: %s", path, strerror(errno));
	return r;
}

int store_open(const char *path, const struct store_options *options, struct store **ret,
	char **ret_error)
{
	CLEANUP(store_closep) struct store *s = ALLOC_NEW(struct store);
	struct db_options db_options = {
		.kind = "store",
		.schema = STORE_SCHEMA,
		.tables = table_names,
		.n_tables = STORE_TABLES,
		.map_bytes = options->map_bytes,
		.read_only = options->read_only,
	};
	int r;

	s->notify_fd = s->inotify_fd = -1;
	r = db_open(path, &db_options, &s->db, ret_error);
	if (r == 0 && !options->read_only)
		r = open_changed(s, ret_error);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->inotify_fd >= 0)
		close(s->inotify_fd);
	if (s->notify_fd >= 0)
		close(s->notify_fd);
	db_close(s->db);
	free(s);
}

int store_watch_fd(struct store *s)
{
	CLEANUP(freep) char *path = changed_path(s);
	CLEANUP(closep) int fd = -1;

	if (s->inotify_fd >= 0)
		return s->inotify_fd;
	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0 || inotify_add_watch(fd, path, IN_ATTRIB | IN_MODIFY) < 0)
		return err_from_errno(errno);
	s->inotify_fd = fd;
	fd = -1;
	return s->inotify_fd;
}

void store_watch_clear(struct store *s)
{
	char events[4096];

	while (s->inotify_fd >= 0 && read(s->inotify_fd, events, sizeof events) > 0)
		;
}
