/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which VMs there are, by name.
 *
 *	announce --> (opening) --> publish --> found by name, listed --> hide --> (closing) --> withdraw
 *
 * A name is taken from announce to withdraw, so no two VMs of one name are alive at once. The
 * registry holds the reference that the opener got; who hides a VM is the one to close it.
 */
#ifndef KMVM_REGISTRY_H
#define KMVM_REGISTRY_H

#include <linux/types.h>

struct kmvm_vm;

/* Is it a name that a VM may have? Letters, digits, '_', '-' and '.'; no '.' at its front. */
bool kmvm_name_is_valid(const char *name);

/**
 * kmvm_registry_announce() - takes the name for a VM that is to be opened
 * @vm:		the VM; its serial is set
 *
 * Context: may sleep.
 * Return: 0, -EEXIST, or -EINVAL when no VM may be called that.
 */
int kmvm_registry_announce(struct kmvm_vm *vm);

/* From now on it is found. Context: may sleep. */
void kmvm_registry_publish(struct kmvm_vm *vm);

/**
 * kmvm_registry_hide() - from now on it is not found any more
 * @vm:		the VM
 *
 * Context: may sleep.
 * Return: true for the one caller who has to close it.
 */
bool kmvm_registry_hide(struct kmvm_vm *vm);

/* The name is free. Context: may sleep. */
void kmvm_registry_withdraw(struct kmvm_vm *vm);

#endif /* KMVM_REGISTRY_H */
