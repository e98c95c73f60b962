// SPDX-License-Identifier: GPL-2.0
/* The log of a VM, a line a line: when it was printed, and what. A program prints any byte, others read it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "control.h"
#include "device.h"
#include "log.h"
#include "plain.h"
#include "say.h"

#define BUFFER	(64U << 10)

/* As dmesg has them; the names are those of printk(). */
static const struct {
	const char *name, *colour;
} levels[] = {
	{ "emerg",	"\033[1;7;31m" },
	{ "alert",	"\033[1;7;31m" },
	{ "crit",	"\033[1;31m" },
	{ "err",	"\033[1;31m" },
	{ "warning",	"\033[33m" },
	{ "notice",	"\033[1m" },
	{ "info",	"" },
	{ "debug",	"\033[2m" },
};

#define LEVELS		(sizeof(levels) / sizeof(levels[0]))
#define LEVEL_ERR	3
#define LEVEL_INFO	6

static unsigned int level_of(const struct kmvm_log_record *head)
{
	return head->level < LEVELS ? head->level : LEVEL_INFO;
}

/* By its level; the frames below an exception are faint. */
static const char *colour(const struct kmvm_log_record *head, const char *text)
{
	if (head->level == LEVEL_ERR && head->stream == KMVM_STDERR && head->size && *text == '\t')
		return "\033[2m";
	return levels[level_of(head)].colour;
}

static void print_text(const struct kmctl_log *log, FILE *to, const struct kmvm_log_record *head, const char *text)
{
	const char *marked = log->colours ? colour(head, text) : "";
	time_t seconds = head->time_ns / 1000000000;
	char clock[16] = "?";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fprintf(to, "%s.%03u %s", clock, (unsigned int)(head->time_ns % 1000000000 / 1000000), marked);
	kmctl_print_plain(to, text, head->size);
	fprintf(to, "%s\n", *marked ? "\033[0m" : "");
}

static const char *stream_of(const struct kmvm_log_record *head)
{
	switch (head->stream) {
	case KMVM_STDERR:
		return "stderr";
	case KMVM_PRINTK:
		return "printk";
	default:
		return "stdout";
	}
}

static void print_json(FILE *to, const struct kmvm_log_record *head, const char *text)
{
	json_t *object = json_pack("{s:I, s:s, s:s, s:o}", "time_ns", (json_int_t)head->time_ns,
				   "stream", stream_of(head), "level", levels[level_of(head)].name,
				   "text", kmctl_json_text(text, head->size));

	json_dumpf(object, to, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	fprintf(to, "\n");
}

static void print_line(const struct kmctl_log *log, FILE *to, const struct kmvm_log_record *head, const char *text)
{
	if (head->time_ns < log->since_ns)
		return;
	if (log->json)
		print_json(to, head, text);
	else
		print_text(log, to, head, text);
}

/* On standard error, or where the lines go if that is not where one looks. */
static void tell_lost(const struct kmctl_log *log, FILE *to, unsigned long long bytes)
{
	fflush(to);
	if (to == stdout)
		kmctl_say("%s: %llu bytes before this are lost", log->args.vm, bytes);
	else
		fprintf(to, "kmctl: %s: %llu bytes before this are lost\n", log->args.vm, bytes);
}

/* Prints what a call has told. */
static void print_records(struct kmctl_log *log, FILE *to, size_t left)
{
	const char *at = log->buffer;
	struct kmvm_log_record head;

	while (left >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		at += sizeof(head);
		left -= sizeof(head);
		if (head.size > left)
			break;
		if (head.before > log->seen) {
			tell_lost(log, to, head.before - log->seen);
		}
		print_line(log, to, &head, at);
		log->seen = head.before + head.size;
		at += head.size;
		left -= head.size;
	}
	fflush(to);
}

int kmctl_log_open(struct kmctl_log *log, int fd, const char *vm)
{
	*log = (struct kmctl_log) { .fd = fd, .buffer = malloc(BUFFER) };
	if (!log->buffer)
		return -ENOMEM;
	log->args.size = sizeof(log->args);
	log->args.buffer = (uintptr_t)log->buffer;
	log->args.buffer_size = BUFFER;
	strcpy(log->args.vm, vm);
	return 0;
}

int kmctl_log_read(struct kmctl_log *log, FILE *to, bool wait)
{
	int ret;

	log->args.filled = 0;
	log->args.flags = wait ? KMVM_LOG_WAIT : 0;
	ret = kmctl_ioctl(log->fd, KMVM_IOC_LOG, &log->args);
	if (ret)
		return ret;
	print_records(log, to, log->args.filled);
	return log->args.filled ? 1 : 0;
}

void kmctl_log_close(struct kmctl_log *log)
{
	free(log->buffer);
}

static int print_log(struct kmctl_log *log, const char *vm, bool follow)
{
	bool wait = false;

	for (;;) {
		int ret = kmctl_log_read(log, stdout, wait);

		if (ret == -ENOENT && log->args.serial) {
			kmctl_note("%s: is unloaded", vm);
			return KMCTL_OK;
		}
		if (ret == -ENOENT)
			return kmctl_say_no_vm(vm);
		if (ret < 0)
			return kmctl_explain(vm, -ret);
		if (ferror(stdout) || (!ret && !follow))
			return KMCTL_OK;
		wait = follow;
	}
}

int kmctl_log(const char *vm, const struct kmctl_log_options *options)
{
	struct kmctl_log log;
	int fd, ret;

	ret = kmctl_check_name(vm);
	if (!ret)
		ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	if (kmctl_log_open(&log, fd, vm)) {
		kmctl_say("no memory for the log");
		ret = KMCTL_SYSTEM;
	} else {
		log.since_ns = options->since_ns;
		log.json = options->json;
		log.colours = kmctl_colours(STDOUT_FILENO);
		ret = print_log(&log, vm, options->follow);
	}
	kmctl_log_close(&log);
	close(fd);
	return ret;
}
