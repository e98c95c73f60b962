// SPDX-License-Identifier: GPL-2.0
/*
 * docs/reference.md, which is made of the tables of the bindings, cut into sections ("## timer")
 * and entries ("- `Linux::Timer.every(...) -> ...`" and what stands indented below).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "help.h"
#include "say.h"

static const char *const reference[] = {
#include "reference.inc"
};

#define LINES	(sizeof(reference) / sizeof(reference[0]))

static bool is_section(const char *line)
{
	return !strncmp(line, "## ", 3);
}

static bool is_entry(const char *line)
{
	return !strncmp(line, "- `", 3);
}

/* What is markup and not text goes. */
static void print_line(const char *line)
{
	if (is_section(line))
		line += 3;
	else if (is_entry(line))
		line += 2;
	for (; *line; line++) {
		if (*line == '`')
			continue;
		if (*line == '\\' && ispunct((unsigned char)line[1]))
			line++;
		putchar(*line);
	}
	putchar('\n');
}

/* The name in an entry's head, "Linux::Timer.every" of "- `Linux::Timer.every(us: nil) -> ...`". */
static size_t entry_name(const char *line, const char **name)
{
	size_t size;

	*name = line + 3;
	/* Operators have a name of other signs. */
	size = strcspn(*name, "( `");
	return size ? size : strcspn(*name, " `");
}

static bool same(const char *name, size_t size, const char *other)
{
	return strlen(other) == size && !strncasecmp(name, other, size);
}

/* Does the whole name or its end after "::", "." or "#" read like that? */
static bool is_called(const char *name, size_t size, const char *wanted)
{
	size_t at = strlen(wanted);

	if (same(name, size, wanted))
		return true;
	return at < size && strchr(":.#", name[size - at - 1]) && same(name + size - at, at, wanted);
}

/* Is it a method of that class? */
static bool is_of(const char *name, size_t size, const char *class)
{
	const char *dot = memrchr(name, '.', size), *hash = memrchr(name, '#', size);
	const char *end = hash ? hash : dot;

	return end && is_called(name, end - name, class);
}

static size_t print_entry(size_t at)
{
	size_t end = at + 1;

	while (end < LINES && !is_entry(reference[end]) && !is_section(reference[end]))
		end++;
	while (end > at + 1 && !*reference[end - 1])
		end--;
	for (; at < end; at++)
		print_line(reference[at]);
	printf("\n");
	return end;
}

static void print_section(size_t at)
{
	do {
		print_line(reference[at++]);
	} while (at < LINES && !is_section(reference[at]));
}

static int list_sections(void)
{
	size_t i;

	printf("kmctl help NAME, or help NAME at the prompt, prints what is known of a class, a method or a section.\n"
	       "\n"
	       "Sections:");
	for (i = 0; i < LINES; i++)
		if (is_section(reference[i]))
			printf(" %s", reference[i] + 3);
	printf("\n");
	return KMCTL_OK;
}

int kmctl_help(const char *name)
{
	bool found = false;
	size_t i;

	if (!name)
		return list_sections();
	for (i = 0; i < LINES; i++) {
		if (is_section(reference[i]) && !strcasecmp(reference[i] + 3, name)) {
			print_section(i);
			return KMCTL_OK;
		}
	}
	for (i = 0; i < LINES; i++) {
		const char *entry;
		size_t size;

		if (!is_entry(reference[i]))
			continue;
		size = entry_name(reference[i], &entry);
		if (!is_called(entry, size, name) && !is_of(entry, size, name))
			continue;
		found = true;
		print_entry(i);
	}
	if (found)
		return KMCTL_OK;
	kmctl_say("%s: the reference knows no class, method or section of that name; help alone lists the sections", name);
	return KMCTL_USAGE;
}
