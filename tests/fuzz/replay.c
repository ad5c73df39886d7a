/*
 * Replays a fuzz target's corpus without libFuzzer: every file of the folder
 * given, then a fixed number of mutations of each (a seeded generator, so a
 * failure comes back), then empty and random input.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (1 << 20)
#define MUTATIONS      200
#define RANDOM_INPUTS  500

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* In an allocation of its exact size, so that a sanitizer sees the first byte read too far. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);

	memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static void run_mutations(uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	for (int i = 0; i < MUTATIONS && size > 0; i++) {
		size_t length = size;

		memcpy(copy, data, size);
		for (uint64_t n = next_random() % 8; n > 0; n--)
			copy[next_random() % size] = (uint8_t)next_random();
		if (i % 4 == 0)
			length = next_random() % size;
		run(copy, length);
	}
	free(copy);
}

static void run_file(const char *folder, const char *name)
{
	static uint8_t data[FILE_MAX_BYTES];
	char path[4096];
	FILE *f;
	size_t size;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (!f)
		return;
	size = fread(data, 1, sizeof data, f);
	fclose(f);
	run(data, size);
	run_mutations(data, size);
}

int main(int argc, char **argv)
{
	uint8_t noise[512];
	int files = 0;
	DIR *dir = argc > 1 ? opendir(argv[1]) : NULL;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		run_file(argv[1], e->d_name);
		files++;
	}
	if (dir)
		closedir(dir);
	run(noise, 0);
	for (int i = 0; i < RANDOM_INPUTS; i++) {
		size_t size = next_random() % sizeof noise;

		for (size_t k = 0; k < size; k++)
			noise[k] = (uint8_t)next_random();
		run(noise, size);
	}
	printf("%d corpus files, %d mutations each, %d random inputs\n", files, MUTATIONS,
		RANDOM_INPUTS);
	return 0;
}
