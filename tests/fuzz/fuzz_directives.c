#include "crawler/read/html/directives.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directives d = {0};

	directives_add_header(&d, span_from(data, size), "policywatch/1");
	return 0;
}
