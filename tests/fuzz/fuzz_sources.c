#include "scheduler/source.h"
#include "tests/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *folder;

static void clean_up(void)
{
	folder_free(folder);
}

/* Any file is read, or refused with a text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_list *list = NULL;
	STRBUF_LOCAL(errors);

	if (!folder) {
		folder = folder_new();
		atexit(clean_up);
	}
	folder_write_bytes(folder, "a.yaml", data, size);
	if (source_list_load(folder, &url_rules_default, &list, &errors) < 0 && errors.len == 0)
		abort();
	source_list_free(list);
	return 0;
}
