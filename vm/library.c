// SPDX-License-Identifier: GPL-2.0
/* All libraries there are, and the sets that hold them. */
#include <linux/ctype.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "budget.h"
#include "image.h"
#include "library.h"
#include "verify.h"

/* Protects what follows, and each set that somebody else may look at. Innermost. */
static DEFINE_MUTEX(lock);
static LIST_HEAD(all);
static u64 last_serial;

/* Parts as the names of VMs are, with '/' between them. */
static bool name_is_valid(const char *name)
{
	size_t size = strnlen(name, KMVM_LIBRARY_NAME_MAX), i;
	bool begins = true;

	if (size == KMVM_LIBRARY_NAME_MAX)
		return false;
	for (i = 0; i < size; i++) {
		char c = name[i];

		if (begins && (c == '/' || c == '.' || c == '-'))
			return false;
		if (!isascii(c) || (!isalnum(c) && !strchr("_-./", c)))
			return false;
		begins = c == '/';
	}
	return !begins;
}

static void free_library(struct kref *ref)
{
	struct kmvm_library *library = container_of(ref, struct kmvm_library, ref);

	lockdep_assert_held(&lock);
	list_del(&library->on_list);
	mutex_unlock(&lock);
	kmvm_budget_free(library->image, library->size);
	kmvm_budget_free(library, sizeof(*library));
}

void kmvm_library_put(struct kmvm_library *library)
{
	kref_put_mutex(&library->ref, free_library, &lock);
}

static bool is_same(const struct kmvm_library *library, const struct kmvm_library *other)
{
	return library->size == other->size && !strcmp(library->name, other->name) &&
		!memcmp(library->image, other->image, library->size);
}

/* The one of the same name and bytes, with a reference; or NULL. */
static struct kmvm_library *find_same(const struct kmvm_library *fresh)
{
	struct kmvm_library *library;

	lockdep_assert_held(&lock);
	list_for_each_entry(library, &all, on_list) {
		if (is_same(library, fresh)) {
			kref_get(&library->ref);
			return library;
		}
		cond_resched();
	}
	return NULL;
}

static struct kmvm_holding *find(const struct kmvm_libraries *libraries, const char *name,
				 size_t size)
{
	struct kmvm_holding *holding;

	for (holding = libraries->first; holding; holding = holding->next) {
		if (!strncmp(holding->library->name, name, size) && !holding->library->name[size])
			break;
		cond_resched();
	}
	return holding;
}

struct kmvm_holding *kmvm_libraries_find(const struct kmvm_libraries *libraries,
					 const char *name, size_t size)
{
	return size < KMVM_LIBRARY_NAME_MAX ? find(libraries, name, size) : NULL;
}

static void add(struct kmvm_libraries *libraries, struct kmvm_holding *holding)
{
	holding->next = libraries->first;
	libraries->first = holding;
	libraries->count++;
}

static struct kmvm_holding *take(struct kmvm_libraries *libraries)
{
	struct kmvm_holding *holding = libraries->first;

	libraries->first = holding->next;
	libraries->count--;
	return holding;
}

/*
 * Puts a library under its name. What has no place in the set then, which is the same or an
 * older one, goes to @gone.
 */
static void put_in(struct kmvm_libraries *libraries, struct kmvm_holding *holding,
		   struct kmvm_libraries *gone)
{
	const char *name = holding->library->name;
	struct kmvm_holding *other = find(libraries, name, strlen(name));

	lockdep_assert_held(&lock);
	if (!other) {
		add(libraries, holding);
		return;
	}
	if (other->library != holding->library) {
		swap(other->library, holding->library);
		other->has_run = false;
	}
	add(gone, holding);
}

/* With a reference of its own to @library; NULL: none yet. */
static struct kmvm_holding *make_holding(struct kmvm_library *library)
{
	struct kmvm_holding *holding = kmvm_budget_alloc(sizeof(*holding));

	if (!holding)
		return NULL;
	*holding = (struct kmvm_holding) { .library = library };
	if (library)
		kref_get(&library->ref);
	return holding;
}

void kmvm_libraries_drop(struct kmvm_libraries *libraries)
{
	struct kmvm_libraries gone;

	if (!libraries->first)
		return;
	mutex_lock(&lock);
	gone = *libraries;
	*libraries = (struct kmvm_libraries) { 0 };
	mutex_unlock(&lock);
	while (gone.first) {
		struct kmvm_holding *holding = take(&gone);

		kmvm_library_put(holding->library);
		kmvm_budget_free(holding, sizeof(*holding));
		cond_resched();
	}
}

/* How deep the ireps of a judged image nest: each is followed by its children. */
static unsigned int levels_of(const void *image, size_t size)
{
	struct kmvm_cursor cursor = {
		.image = image,
		.at = KMVM_IMAGE_HEADER_SIZE + KMVM_SECTION_HEADER_SIZE + 4,
		.end = size,
	};
	u16 missing[KMVM_IREP_DEPTH_MAX + 1] = { 1 };	/* children, by level */
	unsigned int level = 0, deepest = 0;
	struct kmvm_irep irep;

	for (;;) {
		while (!missing[level] && level)
			level--;
		if (!missing[level] || cursor.cut)
			return deepest;
		missing[level]--;
		kmvm_take_irep_head(&cursor, &irep);
		cursor.at = irep.at + irep.size;
		if (WARN_ON_ONCE(level == KMVM_IREP_DEPTH_MAX))
			return level;
		missing[++level] = irep.rlen;
		deepest = max(deepest, level);
		cond_resched();
	}
}

/* Up to the point where it is on the list; the image stays the caller's. */
static struct kmvm_library *make_library(const char *name, void *image, size_t size)
{
	struct kmvm_library *library = kmvm_budget_alloc(sizeof(*library));

	if (!library)
		return NULL;
	memset(library, 0, sizeof(*library));
	kref_init(&library->ref);
	strscpy(library->name, name, sizeof(library->name));
	library->image = image;
	library->size = size;
	library->levels = levels_of(image, size);
	return library;
}

int kmvm_libraries_provide(struct kmvm_libraries *libraries, const char *name, void *image,
			   size_t size)
{
	struct kmvm_library *fresh, *same;
	struct kmvm_libraries gone = { 0 };
	struct kmvm_holding *holding;
	int ret = -ENOMEM;

	if (!name_is_valid(name))
		return -EINVAL;
	fresh = make_library(name, image, size);
	if (!fresh)
		return ret;
	holding = make_holding(NULL);
	if (!holding)
		goto err_free_library;

	mutex_lock(&lock);
	ret = -EBUSY;
	if (libraries->count >= KMVM_LIBRARIES_MAX && !find(libraries, name, strlen(name)))
		goto err_unlock;
	same = find_same(fresh);
	holding->library = same ?: fresh;
	if (!same) {
		fresh->serial = ++last_serial;
		list_add_tail(&fresh->on_list, &all);
	}
	put_in(libraries, holding, &gone);
	mutex_unlock(&lock);
	kmvm_libraries_drop(&gone);
	if (same) {
		kmvm_budget_free(image, size);
		kmvm_budget_free(fresh, sizeof(*fresh));
	}
	return 0;

err_unlock:
	mutex_unlock(&lock);
	kmvm_budget_free(holding, sizeof(*holding));
err_free_library:
	kmvm_budget_free(fresh, sizeof(*fresh));
	return ret;
}

int kmvm_libraries_copy(struct kmvm_libraries *to, struct kmvm_libraries *from)
{
	struct kmvm_holding *holding, *copy;

	mutex_lock(&lock);
	for (holding = from->first; holding; holding = holding->next) {
		copy = make_holding(holding->library);
		if (!copy)
			break;
		add(to, copy);
		cond_resched();
	}
	mutex_unlock(&lock);
	if (!holding)
		return 0;
	kmvm_libraries_drop(to);
	return -ENOMEM;
}

void kmvm_libraries_bring(struct kmvm_libraries *to, struct kmvm_libraries *from)
{
	struct kmvm_libraries gone = { 0 };

	if (!from->first)
		return;
	mutex_lock(&lock);
	while (from->first)
		put_in(to, take(from), &gone);
	mutex_unlock(&lock);
	kmvm_libraries_drop(&gone);
}

bool kmvm_libraries_hold(struct kmvm_libraries *libraries, const struct kmvm_library *library)
{
	struct kmvm_holding *holding;
	bool held;

	mutex_lock(&lock);
	holding = find(libraries, library->name, strlen(library->name));
	held = holding && holding->library == library;
	mutex_unlock(&lock);
	return held;
}

struct kmvm_library *kmvm_library_next(u64 serial)
{
	struct kmvm_library *library, *found = NULL;

	mutex_lock(&lock);
	list_for_each_entry(library, &all, on_list) {
		if (library->serial > serial) {
			kref_get(&library->ref);
			found = library;
			break;
		}
		cond_resched();
	}
	mutex_unlock(&lock);
	return found;
}
