// SPDX-License-Identifier: GPL-2.0
/* Limits of a run: on the command line, and in the sentence that says which one it met. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "say.h"

struct unit {
	const char *name;
	uint64_t size;
};

/* The first is that of a number without one. */
static const struct unit times[] = {
	{ "s", 1000000000 }, { "", 1000000000 }, { "ms", 1000000 }, { "us", 1000 },
	{ "m", 60000000000 }, { "h", 3600000000000 }, { NULL, 0 },
};

static const struct unit bytes[] = {
	{ "", 1 }, { "k", 1 << 10 }, { "m", 1 << 20 }, { "g", 1 << 30 }, { NULL, 0 },
};

static const struct unit counts[] = {
	{ "", 1 }, { "k", 1000 }, { "m", 1000000 }, { "g", 1000000000 }, { NULL, 0 },
};

static const struct {
	const char *name;
	const struct unit *units;
	size_t field;
	const char *example;
} options[] = {
	{ "--timeout", times, offsetof(struct kmctl_limits, timeout_ns), "2s or 500ms" },
	{ "--max-heap", bytes, offsetof(struct kmctl_limits, heap_max), "512K or 16M" },
	{ "--max-steps", counts, offsetof(struct kmctl_limits, steps_max), "1000000 or 1M" },
};

static bool read_number(const char *text, const struct unit *units, uint64_t *number)
{
	unsigned long long value;
	char *rest;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	value = strtoull(text, &rest, 10);
	if (errno)
		return false;
	for (; units->name; units++)
		if (!strcasecmp(rest, units->name))
			return value && !__builtin_mul_overflow(value, units->size, number);
	return false;
}

int kmctl_read_time(const char *text, uint64_t *ns)
{
	return read_number(text, times, ns) ? 0 : -1;
}

int kmctl_limit_option(struct kmctl_limits *limits, const char *option, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		uint64_t *field = (uint64_t *)((char *)limits + options[i].field);

		if (strcmp(option, options[i].name))
			continue;
		if (value && read_number(value, options[i].units, field))
			return 1;
		kmctl_say("%s: say how much, as %s", option, options[i].example);
		return -1;
	}
	return 0;
}

/* As it would be typed: 1500000000 ns is "1500 ms". */
static void print_amount(char *text, size_t size, uint64_t amount, const struct unit *units)
{
	const struct unit *best = NULL;

	for (; units->name; units++)
		if (!(amount % units->size) && (!best || units->size > best->size))
			best = units;
	if (best && *best->name)
		snprintf(text, size, "%llu %s", (unsigned long long)(amount / best->size), best->name);
	else
		snprintf(text, size, "%llu", (unsigned long long)amount);
}

void kmctl_say_limit(const char *name, const struct kmctl_limits *limits,
		     const struct kmvm_result *result)
{
	static const struct unit sizes[] = {
		{ "bytes", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { NULL, 0 },
	};
	char amount[32];

	switch (result->limit) {
	case KMVM_LIMIT_TIME:
		print_amount(amount, sizeof(amount), limits->timeout_ns, times);
		if (limits->timeout_ns)
			kmctl_say("%s: ended by its limit of time, %s:", name, amount);
		else
			kmctl_say("%s: ended by the module's limit of time (timeout_ms):", name);
		break;
	case KMVM_LIMIT_STEPS:
		kmctl_say("%s: ended by its limit of %llu steps:", name,
			  (unsigned long long)limits->steps_max);
		break;
	case KMVM_LIMIT_HEAP:
		print_amount(amount, sizeof(amount), limits->heap_max, sizes);
		kmctl_say("%s: ended by its limit of memory, %s:", name, amount);
		break;
	case KMVM_LIMIT_VM_HEAP:
		kmctl_say("%s: ended because the VM's heap is full; globals may fill it: kmctl reset", name);
		break;
	case KMVM_LIMIT_BUDGET:
		kmctl_say("%s: ended because the module holds all the memory it may (budget_mib):", name);
		break;
	case KMVM_LIMIT_MEMORY:
		kmctl_say("%s: ended because the machine is short of memory:", name);
		break;
	case KMVM_LIMIT_ABORT:
		kmctl_say("%s: ended because mruby gave up; the VM starts afresh:", name);
		break;
	default:
		kmctl_say("%s: ended by a limit that this kmctl does not know (%u):", name, result->limit);
	}
}
