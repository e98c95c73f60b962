// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kmvm.h>

#include "meta.h"
#include "say.h"

static const struct {
	const char *name;
	char letter;		/* before a value, for the device */
	const char *example;
} types[] = {
	[KMCTL_INTEGER] = { "Integer", KMVM_PARAMETER_INTEGER, "500" },
	[KMCTL_STRING] = { "String", KMVM_PARAMETER_STRING, "\"eth0\"" },
	[KMCTL_BOOLEAN] = { "Boolean", KMVM_PARAMETER_BOOLEAN, "true" },
};

#define TYPES	(sizeof(types) / sizeof(types[0]))

static int no_memory(void)
{
	kmctl_say("no memory for the head of the program");
	return KMCTL_SYSTEM;
}

/* A line without what stands around it; NULL without memory. */
static char *trimmed(const char *at, size_t size)
{
	while (size && isspace((unsigned char)*at))
		at++, size--;
	while (size && isspace((unsigned char)at[size - 1]))
		size--;
	return strndup(at, size);
}

/* Takes a word of letters, digits and '_'. Returns its length. */
static size_t word(const char *at)
{
	size_t size = 0;

	if (isdigit((unsigned char)*at))
		return 0;
	while (isalnum((unsigned char)at[size]) || at[size] == '_')
		size++;
	return size;
}

static bool is_integer(const char *text)
{
	char *end;

	errno = 0;
	strtoll(text, &end, 10);
	return *text && !isspace((unsigned char)*text) && !*end && !errno;
}

static bool fits(enum kmctl_type type, const char *value)
{
	switch (type) {
	case KMCTL_INTEGER:
		return is_integer(value);
	case KMCTL_BOOLEAN:
		return !strcmp(value, "true") || !strcmp(value, "false");
	default:
		return true;
	}
}

/* A value in the comment: up to a comma, or in quotation marks. Returns what follows it. */
static const char *take_value(const char *at, char **value)
{
	const char *end;

	at += strspn(at, " \t");
	if (*at == '"') {
		end = strchr(at + 1, '"');
		*value = end ? strndup(at + 1, end - at - 1) : NULL;
		return end ? end + 1 : at;
	}
	end = strchrnul(at, ',');
	*value = trimmed(at, end - at);
	return end;
}

/* "NAME TYPE = VALUE, about" */
static bool read_parameter(const char *at, struct kmctl_parameter *parameter)
{
	size_t size = word(at);
	size_t type;

	if (!size)
		return false;
	parameter->name = strndup(at, size);
	at += size;
	at += strspn(at, " \t");
	size = word(at);
	for (type = 0; type < TYPES; type++)
		if (strlen(types[type].name) == size && !strncmp(types[type].name, at, size))
			break;
	if (type == TYPES)
		return false;
	parameter->type = type;
	at += size;
	at += strspn(at, " \t");
	if (*at == '=') {
		at = take_value(at + 1, &parameter->value);
		if (!parameter->value || !fits(parameter->type, parameter->value))
			return false;
		at += strspn(at, " \t");
	}
	if (*at == ',')
		parameter->about = trimmed(at + 1, strlen(at + 1));
	return parameter->name && (!*at || (*at == ',' && parameter->about));
}

static struct kmctl_parameter *find(const struct kmctl_meta *meta, const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < meta->count; i++)
		if (strlen(meta->parameters[i].name) == size &&
		    !strncmp(meta->parameters[i].name, name, size))
			return &meta->parameters[i];
	return NULL;
}

static int add_parameter(struct kmctl_meta *meta, const char *name, unsigned int line,
			 const char *text)
{
	struct kmctl_parameter parameter = { 0 };
	struct kmctl_parameter *more;
	bool good = read_parameter(text, &parameter);
	int ret = KMCTL_DATA;

	if (!good) {
		kmctl_say("%s:%u: '%s': say NAME Integer, String or Boolean, as: parameter: interval Integer = 500, milliseconds",
			  name, line, text);
		goto out_free;
	}
	if (find(meta, parameter.name, strlen(parameter.name))) {
		kmctl_say("%s:%u: there is a parameter '%s' already", name, line, parameter.name);
		goto out_free;
	}
	more = reallocarray(meta->parameters, meta->count + 1, sizeof(*more));
	if (!more) {
		ret = no_memory();
		goto out_free;
	}
	meta->parameters = more;
	more[meta->count++] = parameter;
	return KMCTL_OK;

out_free:
	free(parameter.name);
	free(parameter.value);
	free(parameter.about);
	return ret;
}

/* One line of the comment, without its '#'. */
static int read_line(struct kmctl_meta *meta, const char *name, unsigned int line, char *text)
{
	char *colon = strchr(text, ':');
	char *value;

	if (!colon)
		return KMCTL_OK;
	value = colon + 1 + strspn(colon + 1, " \t");
	*colon = '\0';
	if (!strcmp(text, "parameter"))
		return add_parameter(meta, name, line, value);
	if (!strcmp(text, "description") && !meta->description)
		meta->description = strdup(value);
	else if (!strcmp(text, "author") && !meta->author)
		meta->author = strdup(value);
	return KMCTL_OK;
}

int kmctl_read_meta(const char *name, const struct kmctl_bytes *ruby, struct kmctl_meta *meta)
{
	const char *at = ruby->at, *end = at + ruby->size;
	unsigned int line = 0;
	int ret = KMCTL_OK;

	*meta = (struct kmctl_meta) { 0 };
	while (at < end && !ret) {
		const char *newline = memchr(at, '\n', end - at);
		size_t size = (newline ? newline : end) - at;
		char *text = trimmed(at, size);

		line++;
		if (!text)
			return no_memory();
		/* The comment ends with the first line that is none. */
		if (*text && *text != '#') {
			free(text);
			break;
		}
		if (*text)
			ret = read_line(meta, name, line, text + 1 + strspn(text + 1, " \t"));
		free(text);
		at += size + (newline != NULL);
	}
	return ret;
}

void kmctl_free_meta(struct kmctl_meta *meta)
{
	while (meta->count--) {
		free(meta->parameters[meta->count].name);
		free(meta->parameters[meta->count].value);
		free(meta->parameters[meta->count].about);
	}
	free(meta->parameters);
	free(meta->description);
	free(meta->author);
	*meta = (struct kmctl_meta) { 0 };
}

/* Which there are, for somebody who named another one. */
static void say_names(const struct kmctl_meta *meta, const char *name, const char *wrong, size_t size)
{
	char *text = NULL;
	size_t length, i;
	FILE *names = open_memstream(&text, &length);

	if (names) {
		for (i = 0; i < meta->count; i++)
			fprintf(names, "%s%s", i ? ", " : "", meta->parameters[i].name);
		fclose(names);
	}
	kmctl_say("%s: it has no parameter '%.*s'%s%s", name, (int)size, wrong,
		  meta->count ? "; it has: " : ", it has none", text && meta->count ? text : "");
	free(text);
}

int kmctl_set_parameter(struct kmctl_meta *meta, const char *name, const char *setting)
{
	const char *equals = strchr(setting, '=');
	size_t size = equals ? (size_t)(equals - setting) : strlen(setting);
	struct kmctl_parameter *parameter = find(meta, setting, size);
	char *value;

	if (!parameter) {
		say_names(meta, name, setting, size);
		return KMCTL_USAGE;
	}
	if (!fits(parameter->type, equals + 1)) {
		kmctl_say("%s: %s is %s %s, as %s; '%s' is none", name, parameter->name,
			  parameter->type == KMCTL_INTEGER ? "an" : "a", types[parameter->type].name,
			  types[parameter->type].example, equals + 1);
		return KMCTL_USAGE;
	}
	if (parameter->given) {
		kmctl_say("%s: %s is given twice", name, parameter->name);
		return KMCTL_USAGE;
	}
	value = strdup(equals + 1);
	if (!value)
		return no_memory();
	free(parameter->value);
	parameter->value = value;
	parameter->given = true;
	return KMCTL_OK;
}

int kmctl_join_parameters(const struct kmctl_meta *meta, const char *name,
			  struct kmctl_bytes *bytes)
{
	FILE *out;
	size_t i;

	*bytes = (struct kmctl_bytes) { 0 };
	for (i = 0; i < meta->count; i++)
		if (!meta->parameters[i].value) {
			kmctl_say("%s: its parameter %s must be given, as %s=%s", name,
				  meta->parameters[i].name, meta->parameters[i].name,
				  types[meta->parameters[i].type].example);
			return KMCTL_USAGE;
		}
	if (!meta->count)
		return KMCTL_OK;
	out = open_memstream(&bytes->at, &bytes->size);
	if (!out)
		return no_memory();
	for (i = 0; i < meta->count; i++)
		fprintf(out, "%s%c%c%s%c", meta->parameters[i].name, '\0',
			types[meta->parameters[i].type].letter, meta->parameters[i].value, '\0');
	if (fclose(out))
		return no_memory();
	if (bytes->size <= KMVM_ARGS_MAX)
		return KMCTL_OK;
	kmctl_say("%s: %zu bytes of parameters, %u at most", name, bytes->size, KMVM_ARGS_MAX);
	return KMCTL_USAGE;
}

void kmctl_print_meta(const struct kmctl_meta *meta, const char *file)
{
	size_t i;

	printf("%-12s %s\n", "file", file);
	if (meta->description)
		printf("%-12s %s\n", "description", meta->description);
	if (meta->author)
		printf("%-12s %s\n", "author", meta->author);
	for (i = 0; i < meta->count; i++) {
		const struct kmctl_parameter *parameter = &meta->parameters[i];
		const char *quote = parameter->type == KMCTL_STRING ? "\"" : "";

		printf("%-12s %s %s", "parameter", parameter->name, types[parameter->type].name);
		if (parameter->value)
			printf(" = %s%s%s", quote, parameter->value, quote);
		printf("%s%s\n", parameter->about ? ", " : "", parameter->about ? parameter->about : "");
	}
}
