/* Inside of a world: what its own files know of it. */
#ifndef POLICYWATCH_TESTS_WEB_INSIDE_H
#define POLICYWATCH_TESTS_WEB_INSIDE_H

#include "tests/web/traditional.h"
#include "tests/web/world.h"

struct world {
	struct world_options options;
	struct traditional *traditional;
};

#endif
