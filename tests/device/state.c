// SPDX-License-Identifier: GPL-2.0
#include "test.h"
static void todo(const void *data) { skip("todo"); }
static const struct test state_tests[] = { { "todo", todo } };
SUITE(state);
