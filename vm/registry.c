// SPDX-License-Identifier: GPL-2.0
/* A list of some VMs, in the order of their serial numbers. */
#include <linux/ctype.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "registry.h"
#include "vm.h"

static DEFINE_MUTEX(lock);	/* protects what follows, and on_registry, published of each VM */
static LIST_HEAD(vms);
static u64 last_serial;

bool kmvm_name_is_valid(const char *name)
{
	size_t size = strnlen(name, KMVM_NAME_MAX);
	size_t i;

	if (!size || size == KMVM_NAME_MAX || name[0] == '.' || name[0] == '-')
		return false;
	for (i = 0; i < size; i++)
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr("_-.", name[i])))
			return false;
	return true;
}

static struct kmvm_vm *lookup(const char *name)
{
	struct kmvm_vm *vm;

	lockdep_assert_held(&lock);
	list_for_each_entry(vm, &vms, on_registry)
		if (!strcmp(vm->name, name))
			return vm;
	return NULL;
}

int kmvm_registry_announce(struct kmvm_vm *vm)
{
	int ret = 0;

	if (!kmvm_name_is_valid(vm->name))
		return -EINVAL;
	mutex_lock(&lock);
	if (lookup(vm->name)) {
		ret = -EEXIST;
	} else {
		vm->serial = ++last_serial;
		list_add_tail(&vm->on_registry, &vms);
	}
	mutex_unlock(&lock);
	return ret;
}

void kmvm_registry_publish(struct kmvm_vm *vm)
{
	mutex_lock(&lock);
	vm->published = true;
	mutex_unlock(&lock);
}

bool kmvm_registry_hide(struct kmvm_vm *vm)
{
	bool ours;

	mutex_lock(&lock);
	ours = vm->published;
	vm->published = false;
	mutex_unlock(&lock);
	return ours;
}

void kmvm_registry_withdraw(struct kmvm_vm *vm)
{
	mutex_lock(&lock);
	list_del_init(&vm->on_registry);
	mutex_unlock(&lock);
}

struct kmvm_vm *kmvm_vm_find(const char *name)
{
	struct kmvm_vm *vm;

	mutex_lock(&lock);
	vm = lookup(*name ? name : KMVM_MAIN);
	if (vm)
		vm = vm->published ? kmvm_vm_get(vm) : NULL;
	mutex_unlock(&lock);
	return vm;
}

struct kmvm_vm *kmvm_vm_next(u64 serial)
{
	struct kmvm_vm *vm, *found = NULL;

	mutex_lock(&lock);
	list_for_each_entry(vm, &vms, on_registry) {
		if (vm->published && vm->serial > serial) {
			found = kmvm_vm_get(vm);
			break;
		}
	}
	mutex_unlock(&lock);
	return found;
}
