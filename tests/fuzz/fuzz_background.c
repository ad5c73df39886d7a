#include "crawler/read/enrich/background.h"
#include "tests/folder.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *folder, *path;

static void clean_up(void)
{
	free(path);
	folder_free(folder);
}

/* Any file is taken, or refused with a text; rarities stay within bounds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(background_freep) struct background *b = background_new();
	STRBUF_LOCAL(errors);
	int r;

	if (!folder) {
		folder = folder_new();
		path = alloc_printf("%s/background.words", folder);
		atexit(clean_up);
	}
	folder_write_bytes(folder, "background.words", data, size);
	r = background_read(b, path, &errors);
	assert((r < 0) == (errors.len > 0));
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t hash;

		memcpy(&hash, data + i, sizeof hash);
		assert(background_rarity(b, background_language("en"), hash) <= RARITY_UNKNOWN);
	}
	return 0;
}
