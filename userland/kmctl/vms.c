// SPDX-License-Identifier: GPL-2.0
/* VMs as the module tells of them, in the forms in which kmctl prints them. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "device.h"
#include "plain.h"
#include "say.h"
#include "vms.h"

int kmctl_read_vms(int fd, struct kmctl_vms *vms)
{
	struct kmvm_info info = { 0 };
	int ret;

	*vms = (struct kmctl_vms) { 0 };
	for (;;) {
		struct kmvm_info *more;

		info = (struct kmvm_info) {
			.size = sizeof(info), .flags = KMVM_INFO_NEXT, .serial = info.serial,
		};
		ret = kmctl_ioctl(fd, KMVM_IOC_INFO, &info);
		if (ret)
			break;
		more = reallocarray(vms->rows, vms->count + 1, sizeof(info));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		vms->rows = more;
		more[vms->count++] = info;
	}
	return ret == -ENOENT ? KMCTL_OK : kmctl_explain(KMCTL_DEVICE, -ret);
}

int kmctl_read_vm(int fd, const char *vm, struct kmvm_info *info)
{
	int ret;

	*info = (struct kmvm_info) { .size = sizeof(*info) };
	strcpy(info->vm, vm);
	ret = kmctl_ioctl(fd, KMVM_IOC_INFO, info);
	if (ret == -ENOENT)
		return kmctl_say_no_vm(vm);
	return ret ? kmctl_explain(KMCTL_DEVICE, -ret) : KMCTL_OK;
}

const char *kmctl_vm_state(const struct kmvm_info *info)
{
	static const char *const states[] = {
		[KMVM_VM_IDLE] = "idle", [KMVM_VM_RUNNING] = "running",
		[KMVM_VM_LOADING] = "loading", [KMVM_VM_RESETTING] = "resetting",
		[KMVM_VM_UNOPENED] = "unopened",
	};

	return info->state < sizeof(states) / sizeof(states[0]) ? states[info->state] : "?";
}

static int widest(int width, const char *text)
{
	int size = strlen(text);

	return size > width ? size : width;
}

void kmctl_widths(const struct kmctl_vms *vms, int *name, int *state)
{
	size_t i;

	*name = strlen("NAME");
	*state = strlen("running");
	for (i = 0; i < vms->count; i++) {
		*name = widest(*name, vms->rows[i].vm);
		*state = widest(*state, kmctl_vm_state(&vms->rows[i]));
	}
}

static json_t *owner(const struct kmvm_info *info)
{
	char comm[sizeof(info->owner_comm) + 1] = { 0 };

	if (!info->owner_pid)
		return json_null();
	memcpy(comm, info->owner_comm, sizeof(info->owner_comm));
	return json_pack("{s:i, s:o}", "pid", info->owner_pid, "comm", kmctl_json_text(comm, strlen(comm)));
}

struct field {
	const char *name;
	size_t offset;
};

#define FIELD(name, member)	{ name, offsetof(struct kmvm_info, member) }

static void add_fields(json_t *object, const struct kmvm_info *info, const struct field *fields, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		__u64 value;

		memcpy(&value, (const char *)info + fields[i].offset, sizeof(value));
		json_object_set_new(object, fields[i].name, json_integer(value));
	}
}

json_t *kmctl_vm_json(const struct kmvm_info *info)
{
	static const struct field fields[] = {
		FIELD("runs", runs), FIELD("errors", errors), FIELD("events", events),
		FIELD("late_ns", late_ns), FIELD("late_max_ns", late_max_ns),
		FIELD("handles", handles), FIELD("handles_max", handles_max),
		FIELD("age_ns", age_ns), FIELD("cpu_ns", cpu_ns),
		FIELD("heap_bytes", heap_bytes), FIELD("heap_peak", heap_peak),
		FIELD("heap_held", heap_held), FIELD("heap_max", heap_max),
		FIELD("allocations", allocations), FIELD("frees", frees),
		FIELD("resets", resets), FIELD("log_lost", log_lost),
	};
	json_t *object = json_pack("{s:s, s:I, s:I, s:s, s:o, s:i}",
				   "name", info->vm,
				   "serial", (json_int_t)info->serial,
				   "parent", (json_int_t)info->parent,
				   "state", kmctl_vm_state(info),
				   "held_by", owner(info),
				   "waiting", (int)info->waiting);

	if (object)
		add_fields(object, info, fields, sizeof(fields) / sizeof(fields[0]));
	return object;
}

json_t *kmctl_memory_json(const struct kmvm_info *info)
{
	static const struct field fields[] = {
		FIELD("budget_held", budget_held), FIELD("budget_max", budget_max),
		FIELD("available", available), FIELD("floor", floor),
	};
	json_t *object = json_object();

	if (object)
		add_fields(object, info, fields, sizeof(fields) / sizeof(fields[0]));
	return object;
}

int kmctl_print_json(json_t *json, bool line)
{
	int ret = json ? json_dumpf(json, stdout, (line ? JSON_COMPACT : JSON_INDENT(2)) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6)) : -1;

	json_decref(json);
	if (ret && !ferror(stdout)) {
		kmctl_say("no memory for the listing");
		return KMCTL_SYSTEM;
	}
	printf("\n");
	fflush(stdout);
	return KMCTL_OK;
}

/* Four digits at most, the last behind a point where there is room. */
static const char *shorten(char *text, unsigned long long number, unsigned int step, const char *const *units)
{
	unsigned long long tenths = number * 10;

	if (number < step) {
		snprintf(text, KMCTL_SHORT, "%llu%s", number, units[0]);
		return text;
	}
	while (tenths >= step * 10 && units[1]) {
		tenths = (tenths + step / 2) / step;
		units++;
	}
	if (tenths < 1000)
		snprintf(text, KMCTL_SHORT, "%llu.%llu%s", tenths / 10, tenths % 10, *units);
	else
		snprintf(text, KMCTL_SHORT, "%llu%s", tenths / 10, *units);
	return text;
}

const char *kmctl_short_size(char *text, unsigned long long bytes)
{
	static const char *const units[] = { "", "K", "M", "G", "T", NULL };

	return shorten(text, bytes, 1024, units);
}

const char *kmctl_short_time(char *text, unsigned long long ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s", NULL };

	return shorten(text, ns, 1000, units);
}
