// SPDX-License-Identifier: GPL-2.0
/* The log of a VM, a line a line: when it was printed, and what. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "log.h"
#include "say.h"

#define BUFFER	(64U << 10)

static void print_line(const struct kmvm_log_record *head, const char *text)
{
	time_t seconds = head->time_ns / 1000000000;
	char clock[16] = "?";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%03u %.*s\n", clock, (unsigned int)(head->time_ns % 1000000000 / 1000000),
	       (int)head->size, text);
}

/* Prints what a call has told; @seen: bytes of text that the VM has printed up to here. */
static void print_records(const char *vm, const char *at, size_t left, uint64_t *seen)
{
	struct kmvm_log_record head;

	while (left >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		at += sizeof(head);
		left -= sizeof(head);
		if (head.size > left)
			break;
		if (head.before > *seen) {
			fflush(stdout);
			kmctl_say("%s: %llu bytes before this are lost", vm,
				  (unsigned long long)(head.before - *seen));
		}
		print_line(&head, at);
		*seen = head.before + head.size;
		at += head.size;
		left -= head.size;
	}
	fflush(stdout);
}

static int print_log(int fd, const char *vm, bool follow, char *buffer)
{
	struct kmvm_log_args args = {
		.size = sizeof(args), .buffer = (uintptr_t)buffer, .buffer_size = BUFFER,
	};
	uint64_t seen = 0;
	int ret;

	strcpy(args.vm, vm);
	for (;;) {
		args.filled = 0;
		ret = kmctl_ioctl(fd, KMVM_IOC_LOG, &args);
		if (ret == -ENOENT && args.serial) {
			kmctl_say("%s: is unloaded", vm);
			return KMCTL_OK;
		}
		if (ret == -ENOENT)
			return kmctl_say_no_vm(vm);
		if (ret)
			return kmctl_explain(vm, -ret);
		print_records(vm, buffer, args.filled, &seen);
		if (ferror(stdout) || (!args.filled && !follow))
			return KMCTL_OK;
		args.flags = follow ? KMVM_LOG_WAIT : 0;
	}
}

int kmctl_log(const char *vm, bool follow)
{
	char *buffer;
	int fd, ret;

	ret = kmctl_check_name(vm);
	if (!ret)
		ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	buffer = malloc(BUFFER);
	if (buffer) {
		ret = print_log(fd, vm, follow, buffer);
	} else {
		kmctl_say("no memory for the log");
		ret = KMCTL_SYSTEM;
	}
	free(buffer);
	close(fd);
	return ret;
}
