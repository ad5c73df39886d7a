#include "crawler/read/enrich/gazetteers.h"
#include "tests/folder.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *folder;

static void clean_up(void)
{
	folder_free(folder);
}

/* Any file is taken, or refused with a text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(gazetteers_unrefp) struct gazetteers *g = NULL;
	STRBUF_LOCAL(errors);

	if (!folder) {
		folder = folder_new();
		atexit(clean_up);
	}
	folder_write_bytes(folder, "a.yaml", data, size);
	if (gazetteers_load(folder, NULL, &g, &errors) < 0 ? errors.len == 0 : !g)
		abort();
	return 0;
}
