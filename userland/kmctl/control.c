// SPDX-License-Identifier: GPL-2.0
/* VMs from outside: what opens and ends them, and what an administrator may do. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "library.h"
#include "progress.h"
#include "say.h"
#include "vms.h"

#define LETTERS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"

char *kmctl_vm_name(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash ? slash + 1 : file;
	size_t size = strlen(base);

	if (size > 3 && !strcmp(base + size - 3, ".rb"))
		size -= 3;
	else if (size > 4 && !strcmp(base + size - 4, ".mrb"))
		size -= 4;
	return strndup(base, size);
}

int kmctl_check_name(const char *vm)
{
	size_t size = strlen(vm);

	if (size >= KMVM_NAME_MAX)
		kmctl_say("%s: a VM's name has %u bytes at most", vm, KMVM_NAME_MAX - 1);
	else if (!size || strspn(vm, LETTERS DIGITS "_-.") != size || strchr("-.", vm[0]))
		kmctl_say("'%s': a VM's name has letters, digits, '_', '-' and '.', and begins with no '-' and no '.'",
			  vm);
	else
		return KMCTL_OK;
	return KMCTL_USAGE;
}

static int is_main(const char *vm)
{
	return !*vm || !strcmp(vm, "main");
}

int kmctl_say_no_vm(const char *vm)
{
	kmctl_say("%s: there is no VM of that name; kmctl list tells which there are", vm);
	return KMCTL_NOINPUT;
}

static int copy_name(char *to, const char *vm)
{
	int ret = kmctl_check_name(vm);

	if (!ret)
		strcpy(to, vm);
	return ret;
}

static int ask(const char *vm, unsigned long request, void *args)
{
	bool library;
	int fd, ret;

	ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	if (request != KMVM_IOC_KILL)
		kmctl_progress("%s: %s", vm, request == KMVM_IOC_RESET ? "starting afresh" : "unloading");
	ret = kmctl_ioctl(fd, request, args);
	kmctl_progress_end();
	library = ret == -ENOENT && request == KMVM_IOC_UNLOAD && kmctl_say_library(fd, vm);
	close(fd);
	if (library)
		return KMCTL_EXISTS;
	if (ret == -ENOENT)
		return kmctl_say_no_vm(vm);
	if (ret == -ENOMEM) {
		kmctl_say("%s: no memory to open it again; the next program tries once more", vm);
		return KMCTL_LIMIT;
	}
	if (ret == -EBUSY) {
		kmctl_say(is_main(vm) ? "%s: stays as long as the module; kmctl reset gives it a fresh start"
				      : "%s: is a thread of another VM; kmctl kill %s ends it",
			  vm, vm);
		return KMCTL_EXISTS;
	}
	return ret ? kmctl_explain(vm, -ret) : KMCTL_OK;
}

int kmctl_kill(const char *vm, bool now)
{
	struct kmvm_kill_args args = {
		.size = sizeof(args),
		.flags = now ? KMVM_STOP_NOW : 0,
	};
	int ret = copy_name(args.vm, vm);

	if (!ret)
		ret = ask(vm, KMVM_IOC_KILL, &args);
	if (!ret && !args.runs && !args.events)
		kmctl_note("%s: nothing runs there", vm);
	else if (!ret)
		kmctl_tell("%s: %u runs and %u blocks of events are told to stop", vm, args.runs, args.events);
	return ret;
}

int kmctl_reset(const char *vm)
{
	struct kmvm_reset_args args = { .size = sizeof(args) };
	int ret = copy_name(args.vm, vm);

	if (!ret)
		ret = ask(vm, KMVM_IOC_RESET, &args);
	if (!ret)
		kmctl_tell("%s: has started afresh", vm);
	return ret;
}

int kmctl_load(int fd, const char *vm)
{
	struct kmvm_load_args args = { .size = sizeof(args) };
	int ret = copy_name(args.vm, vm);

	if (ret)
		return ret;
	kmctl_progress("%s: opening the VM", vm);
	ret = kmctl_ioctl(fd, KMVM_IOC_LOAD, &args);
	kmctl_progress_end();
	if (ret == -EEXIST) {
		kmctl_say("%s: it is loaded already; kmctl unload %s takes it away, --name gives this one another name",
			  vm, vm);
		return KMCTL_EXISTS;
	}
	if (!ret)
		kmctl_tell("%s: the VM is open", vm);
	return ret ? kmctl_explain(vm, -ret) : KMCTL_OK;
}

int kmctl_unload(const char *vm)
{
	struct kmvm_unload_args args = { .size = sizeof(args) };
	int ret = copy_name(args.vm, vm);

	if (!ret)
		ret = ask(vm, KMVM_IOC_UNLOAD, &args);
	if (!ret)
		kmctl_tell("%s: is unloaded", vm);
	return ret;
}

int kmctl_unload_all(void)
{
	struct kmctl_vms listing;
	int fd, ret;

	ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	ret = kmctl_read_vms(fd, &listing);
	while (!ret && listing.count--) {
		struct kmvm_unload_args args = { .size = sizeof(args) };

		strcpy(args.vm, listing.rows[listing.count].vm);
		/* A thread goes with the VM whose it is, or by kmctl kill. */
		if (is_main(args.vm) || listing.rows[listing.count].parent)
			continue;
		kmctl_progress("%s: unloading", args.vm);
		ret = kmctl_ioctl(fd, KMVM_IOC_UNLOAD, &args);
		if (!ret)
			kmctl_tell("%s: is unloaded", args.vm);
		/* Somebody else was faster. */
		if (ret == -ENOENT)
			ret = KMCTL_OK;
		else if (ret)
			ret = kmctl_explain(args.vm, -ret);
	}
	kmctl_progress_end();
	free(listing.rows);
	close(fd);
	return ret;
}

/* A terminal of 80 columns takes names of eleven letters. */
static void print_vms(const struct kmctl_vms *vms)
{
	int width, state;
	size_t i;

	kmctl_widths(vms, &width, &state);
	printf("%-*s %-*s HANDLES HEAP_BYTES HEAP_PEAK     CPU_S   RUNS ERRORS   AGE_S\n", width, "NAME", state, "STATE");
	for (i = 0; i < vms->count; i++) {
		const struct kmvm_info *info = &vms->rows[i];

		printf("%-*s %-*s %7llu %10llu %9llu %5llu.%03llu %6llu %6llu %7llu\n", width, info->vm, state,
		       kmctl_vm_state(info), (unsigned long long)info->handles, (unsigned long long)info->heap_bytes,
		       (unsigned long long)info->heap_peak, (unsigned long long)(info->cpu_ns / 1000000000),
		       (unsigned long long)(info->cpu_ns % 1000000000 / 1000000), (unsigned long long)info->runs,
		       (unsigned long long)info->errors, (unsigned long long)(info->age_ns / 1000000000));
	}
}

static int print_vms_json(int fd, const struct kmctl_vms *vms)
{
	json_t *list = json_array(), *libraries = json_array();
	int ret = kmctl_libraries_json(fd, libraries);
	size_t i;

	for (i = 0; i < vms->count; i++)
		json_array_append_new(list, kmctl_vm_json(&vms->rows[i]));
	if (!ret)
		return kmctl_print_json(json_pack("{s:o, s:o}", "vms", list, "libraries", libraries), false);
	json_decref(list);
	json_decref(libraries);
	return ret;
}

int kmctl_list(bool json)
{
	struct kmctl_vms vms;
	int fd, ret;

	ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	ret = kmctl_read_vms(fd, &vms);
	if (!ret && json) {
		ret = print_vms_json(fd, &vms);
	} else if (!ret) {
		print_vms(&vms);
		ret = kmctl_list_libraries(fd);
	}
	free(vms.rows);
	close(fd);
	return ret;
}
