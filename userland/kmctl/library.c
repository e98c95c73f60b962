// SPDX-License-Identifier: GPL-2.0
/*
 * What a program requires is read from its image, so that one which was compiled elsewhere
 * brings its libraries, too:
 *
 *	STRING	R(a+1)	"counter"
 *	SSEND	Ra	:require n=1
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../vm/opcode.h"
#include "../../vm/verify.h"
#include "compile.h"
#include "device.h"
#include "hint.h"
#include "imagefile.h"
#include "library.h"
#include "plain.h"
#include "say.h"

#define FIRST_IREP	(KMVM_IMAGE_HEADER_SIZE + KMVM_SECTION_HEADER_SIZE + 4)

/* Whose requires are looked at, and on whose behalf. */
struct requirer {
	const char *name;
	const struct requirer *by;	/* NULL: it is the program that is run */
};

struct search {
	char *folder;			/* of the program, with its slash, or empty */
	char *installed;		/* the folder for libraries, likewise */
	struct kmctl_libraries *libraries;
};

static int no_memory(void)
{
	kmctl_say("no memory for the libraries");
	return KMCTL_SYSTEM;
}

/* An irep of an image that was judged: its pool and its symbols. */
struct tables {
	struct kmvm_cursor pool;
	u32 entries;
	struct kmvm_cursor symbols;
};

/* A string of the pool; false if it is none. */
static bool pool_string(const struct tables *tables, u32 number, const u8 **at, size_t *size)
{
	struct kmvm_cursor cursor = tables->pool;
	u8 kind = 0xff;

	while (!cursor.cut) {
		kind = kmvm_take_u8(&cursor);
		*size = kind == KMVM_POOL_STRING ? kmvm_take_u16(&cursor) :
			kind == KMVM_POOL_INT32 ? 3 : kind == KMVM_POOL_BIGINT ? kmvm_take_u8(&cursor) : 7;
		*at = kmvm_take(&cursor, *size + 1);
		if (!number--)
			break;
	}
	return !cursor.cut && kind == KMVM_POOL_STRING;
}

static bool is_symbol(const struct tables *tables, u32 number, const char *name)
{
	struct kmvm_cursor cursor = tables->symbols;
	const u8 *at = NULL;
	u16 size = 0;

	do {
		size = kmvm_take_u16(&cursor);
		at = size == KMVM_NO_NAME ? NULL : kmvm_take(&cursor, size + 1);
	} while (number-- && !cursor.cut);
	return at && size == strlen(name) && !memcmp(at, name, size);
}

/* Letters, digits, '_', '-' and '.' in each part; none begins with '-' or '.'. */
static bool is_name(const char *name, size_t size)
{
	bool begins = true;
	size_t i;

	for (i = 0; i < size; i++) {
		char c = name[i];

		if (begins && (c == '/' || c == '.' || c == '-'))
			return false;
		if (!c || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./", c))
			return false;
		begins = c == '/';
	}
	return !begins && size < KMVM_LIBRARY_NAME_MAX;
}

static bool is_known(const struct kmctl_libraries *libraries, const char *name)
{
	size_t i;

	for (i = 0; i < libraries->count; i++)
		if (!strcmp(libraries->rows[i].name, name))
			return true;
	return false;
}

/* From the library that is met again up to itself. */
static int say_cycle(const struct requirer *by, const char *name)
{
	char *cycle = strdup(name), *longer;

	for (; cycle && by; by = strcmp(by->name, name) ? by->by : NULL) {
		if (asprintf(&longer, "%s -> %s", by->name, cycle) < 0)
			longer = NULL;
		free(cycle);
		cycle = longer;
	}
	if (!cycle)
		return no_memory();
	kmctl_say("%s requires itself: %s", name, cycle);
	free(cycle);
	return KMCTL_DATA;
}

/* The file of a library for free(), or NULL with a status. */
static char *find_file(const struct search *search, const struct requirer *by, const char *name,
		       int *status)
{
	const char *const folders[] = { search->folder, search->installed };
	static const char *const suffixes[] = { ".rb", ".mrb" };
	char *file, *path;
	int i;

	*status = KMCTL_OK;
	for (i = 0; i < 4; i++) {
		if (asprintf(&file, "%s%s%s", folders[i / 2], name, suffixes[i % 2]) < 0) {
			*status = no_memory();
			return NULL;
		}
		if (!access(file, F_OK)) {
			/* So that it is the same one wherever it is run from. */
			path = realpath(file, NULL);
			free(file);
			if (!path)
				*status = no_memory();
			return path;
		}
		free(file);
	}
	kmctl_say("%s: requires '%s': there is no %s.rb or %s.mrb in %s, and none in %s", by->name,
		  name, name, name, *search->folder ? search->folder : "this folder",
		  search->installed);
	if (kmctl_library_hint(name))
		kmctl_say("%s: %s", name, kmctl_library_hint(name));
	*status = KMCTL_NOINPUT;
	return NULL;
}

/* An image that was judged. */
static int read_library(const char *file, struct kmctl_bytes *image)
{
	int ret;

	*image = (struct kmctl_bytes) { 0 };
	ret = kmctl_read_program(file, image, NULL);
	return ret ? ret : kmctl_check_image(file, image);
}

static int add(struct kmctl_libraries *libraries, const char *name, struct kmctl_bytes *image)
{
	struct kmctl_library *rows = libraries->rows;

	if (libraries->count == KMVM_LIBRARIES_MAX) {
		kmctl_say("%s: a program may require %u libraries, this is one more", name,
			  KMVM_LIBRARIES_MAX);
		return KMCTL_DATA;
	}
	rows = reallocarray(rows, libraries->count + 1, sizeof(*rows));
	if (!rows)
		return no_memory();
	libraries->rows = rows;
	rows += libraries->count;
	rows->name = strdup(name);
	if (!rows->name)
		return no_memory();
	rows->image = *image;
	*image = (struct kmctl_bytes) { 0 };
	libraries->count++;
	return KMCTL_OK;
}

static int find_requires(const struct search *search, const struct requirer *by,
			 const struct kmctl_bytes *image);

/* What it requires itself comes first. */
static int require(const struct search *search, const struct requirer *by, const char *name)
{
	const struct requirer self = { .name = name, .by = by }, *above;
	struct kmctl_bytes image;
	char *file;
	int ret;

	if (is_known(search->libraries, name))
		return KMCTL_OK;
	/* The last one is the program, which is no library. */
	for (above = by; above->by; above = above->by)
		if (!strcmp(above->name, name))
			return say_cycle(by, name);
	file = find_file(search, by, name, &ret);
	if (!file)
		return ret;
	ret = read_library(file, &image);
	if (!ret)
		ret = find_requires(search, &self, &image);
	if (!ret)
		ret = add(search->libraries, name, &image);
	free(image.at);
	free(file);
	return ret;
}

static int require_bytes(const struct search *search, const struct requirer *by, const u8 *at,
			 size_t size)
{
	char *name = strndup((const char *)at, size);
	int ret;

	if (!name)
		return no_memory();
	if (is_name((const char *)at, size)) {
		ret = require(search, by, name);
	} else {
		kmctl_plain(name);
		kmctl_say("%s: requires '%s': a library's name has letters, digits, '_', '-' and '.', and '/' between its parts; it is looked for beside the program and among those that are installed",
			  by->name, name);
		ret = KMCTL_DATA;
	}
	free(name);
	return ret;
}

/* Steps to the next irep. */
static void open_tables(struct kmvm_cursor *ireps, struct kmvm_irep *irep, struct tables *tables)
{
	struct kmvm_cursor cursor = *ireps;
	const u8 *at;
	size_t size;

	kmvm_take_irep_head(&cursor, irep);
	ireps->at = irep->at + irep->size;
	cursor.at = irep->code;
	kmvm_take(&cursor, irep->ilen + (size_t)irep->clen * KMVM_CATCH_SIZE);
	tables->entries = kmvm_take_u16(&cursor);
	tables->pool = cursor;
	tables->symbols = cursor;
	if (tables->entries) {
		/* Behind the last entry. */
		pool_string(tables, tables->entries - 1, &at, &size);
		tables->symbols.at = at ? (size_t)(at + size + 1 - cursor.image) : ireps->at;
	}
	kmvm_take_u16(&tables->symbols);
}

static int find_requires(const struct search *search, const struct requirer *by,
			 const struct kmctl_bytes *image)
{
	const u8 *bytes = (const u8 *)image->at;
	struct kmvm_cursor ireps = {
		.image = bytes,
		.at = FIRST_IREP,
		.end = KMVM_IMAGE_HEADER_SIZE + kmvm_u32(bytes + KMVM_IMAGE_HEADER_SIZE + 4),
	};
	int ret = KMCTL_OK;

	while (kmvm_left(&ireps) && !ret) {
		struct kmvm_insn insn, before = { .op = OP_NOP };
		struct kmvm_irep irep;
		struct tables tables;
		const u8 *name;
		size_t size;
		u32 at;

		open_tables(&ireps, &irep, &tables);
		for (at = 0; at < irep.ilen && !ret; at += insn.size, before = insn) {
			if (kmvm_decode(bytes + irep.code + at, irep.ilen - at, &insn) != KMVM_DECODED)
				break;
			if (insn.op == OP_SSEND && insn.c == 1 && before.op == OP_STRING &&
			    before.a == insn.a + 1 && is_symbol(&tables, insn.b, "require") &&
			    pool_string(&tables, before.b, &name, &size))
				ret = require_bytes(search, by, name, size);
		}
	}
	return ret;
}

/* With its slash; empty for a file in this folder. */
static char *folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	size_t size = slash ? (size_t)(slash + 1 - file) : 0;

	return strndup(file, size);
}

static char *installed_folder(void)
{
	const char *told = getenv("KMVM_LIB");
	char self[PATH_MAX] = "", *folder, *bin;
	int ret;

	if (told) {
		ret = asprintf(&folder, "%s/", told);
		return ret < 0 ? NULL : folder;
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return strdup("/usr/local/share/kmvm/lib/");
	bin = strrchr(self, '/');
	if (bin) {
		*bin = '\0';
		bin = strrchr(self, '/');
	}
	if (bin)
		*bin = '\0';
	ret = asprintf(&folder, "%s/share/kmvm/lib/", self);
	return ret < 0 ? NULL : folder;
}

int kmctl_find_libraries(const char *program, const struct kmctl_bytes *image,
			 struct kmctl_libraries *libraries)
{
	const struct requirer self = { .name = program };
	struct search search = {
		.folder = folder_of(program),
		.installed = installed_folder(),
		.libraries = libraries,
	};
	int ret;

	*libraries = (struct kmctl_libraries) { 0 };
	if (search.folder && search.installed)
		ret = find_requires(&search, &self, image);
	else
		ret = no_memory();
	free(search.folder);
	free(search.installed);
	return ret;
}

void kmctl_free_libraries(struct kmctl_libraries *libraries)
{
	while (libraries->count--) {
		free(libraries->rows[libraries->count].name);
		free(libraries->rows[libraries->count].image.at);
	}
	free(libraries->rows);
	*libraries = (struct kmctl_libraries) { 0 };
}

static int provide(int fd, const struct kmctl_library *library)
{
	char error[256] = "";
	struct kmvm_provide_args args = {
		.size = sizeof(args),
		.image = (uintptr_t)library->image.at,
		.image_size = library->image.size,
		.error = (uintptr_t)error,
		.error_size = sizeof(error),
	};
	int ret;

	strcpy(args.name, library->name);
	ret = kmctl_ioctl(fd, KMVM_IOC_PROVIDE, &args);
	if (ret == -ENOEXEC) {
		kmctl_say("%s: refused: %s", library->name, error);
		return KMCTL_DATA;
	}
	if (!ret)
		kmctl_tell("%s: the library, %zu bytes, is sent", library->name, library->image.size);
	return ret ? kmctl_explain(library->name, -ret) : KMCTL_OK;
}

int kmctl_provide_libraries(int fd, const struct kmctl_libraries *libraries)
{
	int ret = KMCTL_OK;
	size_t i;

	for (i = 0; !ret && i < libraries->count; i++)
		ret = provide(fd, &libraries->rows[i]);
	return ret;
}

#define USERS_MAX	65536

/* The first library behind @serial. Returns 0 or -errno. */
static int next(int fd, uint64_t serial, struct kmvm_library_args *args, char *users)
{
	*args = (struct kmvm_library_args) {
		.size = sizeof(*args), .serial = serial,
		.users = (uintptr_t)users, .users_size = USERS_MAX,
	};
	return kmctl_ioctl(fd, KMVM_IOC_LIBRARY, args);
}

int kmctl_list_libraries(int fd)
{
	struct kmvm_library_args args = { 0 };
	char *users = malloc(USERS_MAX);
	bool head = true;
	int ret;

	if (!users)
		return no_memory();
	while (!(ret = next(fd, args.serial, &args, users))) {
		if (head)
			printf("\n%-20s %8s  USED BY\n", "LIBRARY", "BYTES");
		head = false;
		printf("%-20s %8llu  %s\n", args.name, (unsigned long long)args.bytes,
		       args.vms ? users : "-");
	}
	free(users);
	return ret == -ENOENT ? KMCTL_OK : kmctl_explain(KMCTL_DEVICE, -ret);
}

/* The names as the module tells them, with a blank between them. */
static json_t *names_json(char *names)
{
	json_t *list = json_array();
	char *rest, *name;

	for (name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
		json_array_append_new(list, json_string(name));
	return list;
}

int kmctl_libraries_json(int fd, json_t *list)
{
	struct kmvm_library_args args = { 0 };
	char *users = malloc(USERS_MAX);
	int ret;

	if (!users)
		return no_memory();
	while (!(ret = next(fd, args.serial, &args, users))) {
		if (!args.vms)
			*users = '\0';
		json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "name", args.name,
						      "bytes", (json_int_t)args.bytes, "used_by", names_json(users)));
	}
	free(users);
	return ret == -ENOENT ? KMCTL_OK : kmctl_explain(KMCTL_DEVICE, -ret);
}

bool kmctl_say_library(int fd, const char *name)
{
	struct kmvm_library_args args = { 0 };
	char *users = malloc(USERS_MAX);
	bool found = false;

	while (users && !next(fd, args.serial, &args, users)) {
		if (strcmp(args.name, name) || !args.vms)
			continue;
		kmctl_say("%s: is a library, used by: %s; it goes with the last of them", name, users);
		found = true;
	}
	free(users);
	return found;
}
