// SPDX-License-Identifier: GPL-2.0
/* One "name value" a line, figures in bytes and seconds: for people and for awk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "imagefile.h"
#include "info.h"
#include "meta.h"
#include "plain.h"
#include "say.h"
#include "vms.h"

static void print_text(const char *name, const char *text, int size)
{
	printf("%-12s %.*s\n", name, size, text);
}

static void print_count(const char *name, __u64 count)
{
	printf("%-12s %llu\n", name, (unsigned long long)count);
}

static void print_seconds(const char *name, __u64 ns)
{
	printf("%-12s %llu.%06llu\n", name, (unsigned long long)(ns / 1000000000),
	       (unsigned long long)(ns % 1000000000 / 1000));
}

static void print_info(const struct kmvm_version *version, struct kmvm_info *info)
{
	print_text("module", version->module, sizeof(version->module));
	print_text("mruby", version->mruby, sizeof(version->mruby));
	print_text("rite", version->rite, sizeof(version->rite));
	print_count("abi", version->abi);
	print_text("vm", info->vm, sizeof(info->vm));
	print_seconds("age_s", info->age_ns);
	print_seconds("cpu_s", info->cpu_ns);
	if (info->owner_pid) {
		info->owner_comm[sizeof(info->owner_comm) - 1] = '\0';
		kmctl_plain(info->owner_comm);
		printf("%-12s %d %s\n", "held_by", info->owner_pid, info->owner_comm);
	}
	print_count("waiting", info->waiting);
	print_count("runs", info->runs);
	print_count("errors", info->errors);
	print_count("handles", info->handles);
	print_count("heap_bytes", info->heap_bytes);
	print_count("heap_peak", info->heap_peak);
	print_count("heap_held", info->heap_held);
	print_count("heap_max", info->heap_max);
	print_count("allocations", info->allocations);
	print_count("frees", info->frees);
	print_count("resets", info->resets);
	print_count("events", info->events);
	print_seconds("late_s", info->late_ns);
	print_seconds("late_max_s", info->late_max_ns);
	print_count("log_lost", info->log_lost);
	print_count("budget_held", info->budget_held);
	print_count("budget_max", info->budget_max);
	print_count("memory_available", info->available);
	print_count("memory_floor", info->floor);
	print_seconds("timeout_s", info->timeout_ns);
	print_seconds("event_s", info->event_ns);
	print_count("handles_max", info->handles_max);
}

static json_t *text(const char *at, size_t size)
{
	return json_stringn(at, strnlen(at, size));
}

static json_t *module_json(const struct kmvm_version *version)
{
	return json_pack("{s:o, s:o, s:o, s:i}",
			 "version", text(version->module, sizeof(version->module)),
			 "mruby", text(version->mruby, sizeof(version->mruby)),
			 "rite", text(version->rite, sizeof(version->rite)),
			 "abi", (int)version->abi);
}

static json_t *limits_json(const struct kmvm_info *info)
{
	return json_pack("{s:I, s:I}", "timeout_ns", (json_int_t)info->timeout_ns,
			 "event_ns", (json_int_t)info->event_ns);
}

int kmctl_info(const char *vm, bool json)
{
	struct kmvm_version version;
	struct kmvm_info info;
	int fd, ret;

	ret = kmctl_check_name(vm);
	if (!ret)
		ret = kmctl_open_device(&fd, &version);
	if (ret)
		return ret;
	ret = kmctl_read_vm(fd, vm, &info);
	close(fd);
	if (ret)
		return ret;
	if (json)
		return kmctl_print_json(json_pack("{s:o, s:o, s:o, s:o}", "module", module_json(&version),
						  "memory", kmctl_memory_json(&info), "limits", limits_json(&info),
						  "vm", kmctl_vm_json(&info)), false);
	print_info(&version, &info);
	return KMCTL_OK;
}

int kmctl_info_file(const char *file)
{
	struct kmctl_bytes source;
	struct kmctl_meta meta;
	int ret;

	ret = kmctl_read_source(file, &source);
	if (ret)
		return ret;
	if (kmctl_is_image(&source)) {
		kmctl_say("%s: an image has no comment at its head; ask the program it is made of", file);
		free(source.at);
		return KMCTL_DATA;
	}
	ret = kmctl_read_meta(file, &source, &meta);
	if (!ret)
		kmctl_print_meta(&meta, file);
	kmctl_free_meta(&meta);
	free(source.at);
	return ret;
}
