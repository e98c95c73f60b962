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

/* How much of a method's name is that of its class; 0: nothing. */
static size_t class_size(const char *name, size_t size)
{
	const char *dot = memrchr(name, '.', size), *hash = memrchr(name, '#', size);
	const char *end = hash ? hash : dot;

	return end ? end - name : 0;
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

/* Adds what is text in a line, up to the end of a sentence or of a part of it. Returns whether that is there. */
static bool add_sentence(char *text, size_t room, const char *line)
{
	size_t size = strlen(text);

	if (size && size + 1 < room)
		text[size++] = ' ';
	for (; *line && size + 1 < room; line++) {
		if (*line == '`' || (*line == '\\' && ispunct((unsigned char)line[1])))
			continue;
		if (strchr(".:;", *line) && (!line[1] || line[1] == ' '))
			break;
		text[size++] = *line;
	}
	text[size] = '\0';
	return *line;
}

/* The first sentence of a section, or as many of its words as a line of a terminal takes. */
static void print_summary(size_t at)
{
	char text[62] = "";
	size_t i = at + 2;
	char *end;

	while (i < LINES && *reference[i] && !add_sentence(text, sizeof(text), reference[i]))
		i++;
	if (strlen(text) == sizeof(text) - 1) {
		end = strrchr(text, ' ');
		strcpy(end - (end[-1] == ','), "...");
	}
	printf("  %-10s %s\n", reference[at] + 3, text);
}

static int list_sections(void)
{
	size_t i;

	printf("help NAME tells of a class, as Linux::Timer, of a method, or of a section:\n"
	       "\n");
	for (i = 0; i < LINES; i++)
		if (is_section(reference[i]))
			print_summary(i);
	return KMCTL_OK;
}

/* Each of its ends, so that who writes Timr is told Timer. */
static void offer_ends(struct kmctl_nearest *nearest, const char *name, size_t size)
{
	const char *before = nearest->name, *at = name;

	kmctl_offer(nearest, name, size);
	while (at < name + size) {
		if (strchr(":.#", *at++))
			kmctl_offer(nearest, at, name + size - at);
	}
	if (nearest->name != before) {
		nearest->whole = name;
		nearest->whole_size = size;
	}
}

/* Classes have methods, or there is nothing to be said of them. */
void kmctl_offer_reference(struct kmctl_nearest *nearest, bool methods)
{
	size_t i;

	for (i = 0; i < LINES; i++) {
		const char *name;
		size_t size;

		if (!is_entry(reference[i]))
			continue;
		size = entry_name(reference[i], &name);
		offer_ends(nearest, name, class_size(name, size));
		if (methods)
			offer_ends(nearest, name, size);
	}
}

static void offer_sections(struct kmctl_nearest *nearest)
{
	size_t i;

	for (i = 0; i < LINES; i++)
		if (is_section(reference[i]))
			kmctl_offer(nearest, reference[i] + 3, strlen(reference[i] + 3));
}

/* Prints each entry of that name, or of a class of that name; without @print it only looks. */
static bool find_entries(const char *wanted, bool print)
{
	bool found = false;
	size_t i;

	for (i = 0; i < LINES; i++) {
		const char *name;
		size_t size;

		if (!is_entry(reference[i]))
			continue;
		size = entry_name(reference[i], &name);
		if (!is_called(name, size, wanted) && !is_called(name, class_size(name, size), wanted))
			continue;
		found = true;
		if (print)
			print_entry(i);
	}
	return found;
}

static bool find_section(const char *name, size_t *at)
{
	for (*at = 0; *at < LINES; (*at)++)
		if (is_section(reference[*at]) && !strcasecmp(reference[*at] + 3, name))
			return true;
	return false;
}

bool kmctl_is_in_reference(const char *name)
{
	size_t at;

	return find_section(name, &at) || find_entries(name, false);
}

int kmctl_help(const char *name)
{
	struct kmctl_nearest nearest = { .word = name };
	size_t at;

	if (!name)
		return list_sections();
	if (find_section(name, &at)) {
		print_section(at);
		return KMCTL_OK;
	}
	if (find_entries(name, true))
		return KMCTL_OK;
	kmctl_offer_reference(&nearest, true);
	offer_sections(&nearest);
	if (nearest.name)
		kmctl_say("%s: the reference knows no such class, method or section; did you mean %.*s?", name,
			  (int)nearest.size, nearest.name);
	else
		kmctl_say("%s: the reference knows no such class, method or section; help alone lists the sections", name);
	return KMCTL_USAGE;
}
