// SPDX-License-Identifier: GPL-2.0
/*
 * What VMs do while one looks: two looks, and the difference. Of a VM that was not there before, all
 * it has done since it was loaded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "plain.h"
#include "progress.h"
#include "say.h"
#include "session.h"
#include "top.h"
#include "vms.h"

/* By what the table is sorted; the letters are those of top(1), where it has one. */
static const struct order {
	char key;
	const char *name;
} orders[] = {
	{ 'P', "CPU" }, { 'M', "HEAP" }, { 'E', "EVENTS/s" }, { 'R', "ERRORS" }, { 'L', "LATE" },
};

enum { BY_CPU, BY_HEAP, BY_EVENTS, BY_ERRORS, BY_LATE };

/* One VM, and what it has done since the look before. */
struct row {
	const struct kmvm_info *info;
	double cpu;			/* per cent of one processor */
	double events;			/* per second */
	uint64_t late_ns;		/* how long each of these waited, in the mean */
};

struct look {
	struct kmctl_vms vms;
	uint64_t at_ns;
	struct row *rows;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void drop(struct look *look)
{
	free(look->vms.rows);
	free(look->rows);
	*look = (struct look) { 0 };
}

static const struct kmvm_info *find(const struct kmctl_vms *vms, uint64_t serial)
{
	size_t i;

	for (i = 0; i < vms->count; i++)
		if (vms->rows[i].serial == serial)
			return &vms->rows[i];
	return NULL;
}

static void compare(struct row *row, const struct kmvm_info *now, const struct kmvm_info *before, uint64_t ns)
{
	static const struct kmvm_info nothing;
	uint64_t events;

	if (!before) {
		before = &nothing;
		ns = now->age_ns;
	}
	events = now->events - before->events;
	row->info = now;
	row->cpu = ns ? (now->cpu_ns - before->cpu_ns) * 100.0 / ns : 0;
	row->events = ns ? events * 1e9 / ns : 0;
	row->late_ns = events ? (now->late_ns - before->late_ns) / events : 0;
}

static int by_cpu(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->cpu < y->cpu) - (x->cpu > y->cpu);
}

static int by_heap(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->info->heap_bytes < y->info->heap_bytes) - (x->info->heap_bytes > y->info->heap_bytes);
}

static int by_events(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->events < y->events) - (x->events > y->events);
}

static int by_errors(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->info->errors < y->info->errors) - (x->info->errors > y->info->errors);
}

static int by_late(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->late_ns < y->late_ns) - (x->late_ns > y->late_ns);
}

static void sort(struct look *look, int order)
{
	static int (*const compares[])(const void *, const void *) = {
		[BY_CPU] = by_cpu, [BY_HEAP] = by_heap, [BY_EVENTS] = by_events, [BY_ERRORS] = by_errors,
		[BY_LATE] = by_late,
	};

	qsort(look->rows, look->vms.count, sizeof(*look->rows), compares[order]);
}

/* Looks, and compares with the look before, which may be empty. */
static int take(int fd, struct look *look, const struct look *before)
{
	int ret = kmctl_read_vms(fd, &look->vms);
	size_t i;

	look->at_ns = now_ns();
	if (ret)
		return ret;
	look->rows = calloc(look->vms.count + 1, sizeof(*look->rows));
	if (!look->rows) {
		kmctl_say("no memory for the table");
		return KMCTL_SYSTEM;
	}
	for (i = 0; i < look->vms.count; i++) {
		const struct kmvm_info *now = &look->vms.rows[i];

		compare(&look->rows[i], now, find(&before->vms, now->serial), look->at_ns - before->at_ns);
	}
	return KMCTL_OK;
}

static json_t *row_json(const struct row *row)
{
	json_t *object = kmctl_vm_json(row->info);

	if (object) {
		json_object_set_new(object, "cpu_percent", json_real((int)(row->cpu * 10 + 0.5) / 10.0));
		json_object_set_new(object, "events_per_s", json_real((int)(row->events * 10 + 0.5) / 10.0));
		json_object_set_new(object, "late_mean_ns", json_integer(row->late_ns));
	}
	return object;
}

static int print_json(const struct look *look, uint64_t ns)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < look->vms.count; i++)
		json_array_append_new(list, row_json(&look->rows[i]));
	return kmctl_print_json(json_pack("{s:I, s:o, s:o}", "interval_ns", (json_int_t)ns,
					  "memory", kmctl_memory_json(&look->vms.rows[0]), "vms", list), true);
}

/* The columns of the table, and how many of its bytes fit on a line. */
struct columns {
	char head[KMVM_NAME_MAX + 100];
	int name, state;
	int fit;
};

/* What is cut off is whole columns, from the right; nothing where @width is 0. */
static void fit_columns(struct columns *columns, const struct kmctl_vms *vms, int width)
{
	kmctl_widths(vms, &columns->name, &columns->state);
	snprintf(columns->head, sizeof(columns->head),
		 "%-*s %-*s  CPU%%   HEAP   PEAK EVENTS/s    LATE LATE_MAX ERRORS    TIME HANDLES", columns->name, "NAME",
		 columns->state, "STATE");
	columns->fit = strlen(columns->head);
	if (width && columns->fit > width)
		for (columns->fit = width; columns->fit && columns->head[columns->fit] != ' '; columns->fit--)
			;
}

static void print_row(const struct row *row, const struct columns *columns)
{
	char heap[KMCTL_SHORT], peak[KMCTL_SHORT], late[KMCTL_SHORT], most[KMCTL_SHORT], cpu[KMCTL_SHORT];
	const struct kmvm_info *info = row->info;
	char text[sizeof(columns->head) + 100];

	snprintf(text, sizeof(text), "%-*s %-*s %5.1f %6s %6s %8.1f %7s %8s %6llu %7s %7llu", columns->name, info->vm,
		 columns->state, kmctl_vm_state(info), row->cpu, kmctl_short_size(heap, info->heap_bytes),
		 kmctl_short_size(peak, info->heap_peak), row->events, kmctl_short_time(late, row->late_ns),
		 kmctl_short_time(most, info->late_max_ns), (unsigned long long)info->errors,
		 kmctl_short_time(cpu, info->cpu_ns), (unsigned long long)info->handles);
	printf("%.*s\n", columns->fit, text);
}

/* What it is printed on; rows of 0: a file or a pipe, or a terminal that is not cleared. */
struct screen {
	int rows;
	int width;	/* 0: any */
	bool keys;
};

static void print_keys(const struct screen *screen)
{
	printf("\n%.*s", screen->width, "P CPU  M heap  E events  R errors  L lateness  q leaves");
}

/* All rows, or as many as fit on a screen, which is cleared. */
static void print_table(struct look *look, int order, const struct screen *screen)
{
	const struct kmvm_info *any = &look->vms.rows[0];
	char held[KMCTL_SHORT], most[KMCTL_SHORT], clock[16], line[120];
	int room = screen->rows ? screen->rows - 2 - (screen->keys ? 2 : 1) : INT_MAX;
	struct columns columns;
	time_t now = time(NULL);
	unsigned int running = 0;
	size_t i;

	sort(look, order);
	for (i = 0; i < look->vms.count; i++)
		running += look->vms.rows[i].state == KMVM_VM_RUNNING;
	fit_columns(&columns, &look->vms, screen->width);
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
	snprintf(line, sizeof(line), "kmvm %s  %zu VM%s, %u running  %s of %s memory  by %s", clock, look->vms.count,
		 look->vms.count == 1 ? "" : "s", running, kmctl_short_size(held, any->budget_held),
		 kmctl_short_size(most, any->budget_max), orders[order].name);
	printf("%s%.*s\n", screen->rows ? "\033[H\033[J" : "", screen->width ? screen->width : INT_MAX, line);
	printf("%s%.*s%s\n", screen->rows ? "\033[7m" : "", columns.fit, columns.head, screen->rows ? "\033[0m" : "");
	for (i = 0; i < look->vms.count && (int)i < room; i++)
		print_row(&look->rows[i], &columns);
	if (screen->keys && room > 0)
		print_keys(screen);
	fflush(stdout);
}

/* Its size may have changed. */
static struct screen find_screen(bool clear, bool keys)
{
	struct screen screen = { 0 };
	struct winsize size;

	screen.width = kmctl_columns(STDOUT_FILENO);
	if (!clear)
		return screen;
	screen.rows = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ? 24 : size.ws_row;
	screen.keys = keys;
	return screen;
}

/* The keys come one by one and are not shown. Returns whether there are any. */
static bool take_keys(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, before))
		return false;
	raw = *before;
	raw.c_lflag &= ~(ICANON | ECHO);
	return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* Sleeps until @until, a key, or a signal. Returns the key, 0 in time, -1 to leave. */
static int wait_key(struct kmctl_session *nobody, uint64_t until, bool keys)
{
	for (;;) {
		struct pollfd key = { .fd = keys ? STDIN_FILENO : -1, .events = POLLIN };
		uint64_t now = now_ns();
		char byte;
		int ret;

		if (now >= until)
			return 0;
		ret = kmctl_wait(nobody, &key, 1, (until - now) / 1000000 + 1);
		if (kmctl_caught_signal())
			return -1;
		if (ret <= 0)
			continue;
		if (read(STDIN_FILENO, &byte, 1) != 1)
			return -1;
		return byte;
	}
}

static int order_of(int key, int order)
{
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i].key == key || orders[i].key + 'a' - 'A' == key)
			return i;
	return order;
}

static int show(int fd, const struct kmctl_top *top, bool keys)
{
	bool clear = kmctl_draws(STDOUT_FILENO) && !top->once && !top->json;
	struct screen screen = find_screen(clear, keys);
	struct kmctl_session nobody = { .fd = -1 };
	struct look before = { 0 }, now = { 0 };
	int order = BY_CPU, key = 0;
	int ret;

	ret = take(fd, &before, &now);
	if (!ret && top->once)
		kmctl_progress("looking on");
	if (!ret && clear)
		print_table(&before, order, &screen);
	while (!ret) {
		key = wait_key(&nobody, before.at_ns + top->interval_ms * 1000000ULL, keys);
		if (key < 0 || key == 'q' || key == 'Q')
			break;
		order = order_of(key, order);
		ret = take(fd, &now, &before);
		kmctl_progress_end();
		if (ret)
			break;
		screen = find_screen(clear, keys);
		if (top->json)
			ret = print_json(&now, now.at_ns - before.at_ns);
		else
			print_table(&now, order, &screen);
		if (ferror(stdout) || top->once)
			break;
		drop(&before);
		before = now;
		now = (struct look) { 0 };
	}
	kmctl_progress_end();
	/* What follows stands below the keys. */
	if (screen.keys)
		printf("\n");
	drop(&before);
	drop(&now);
	return ret;
}

int kmctl_top(const struct kmctl_top *top)
{
	bool keys = isatty(STDIN_FILENO) && kmctl_draws(STDOUT_FILENO) && !top->once && !top->json;
	struct termios terminal;
	int fd, ret;

	ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	kmctl_catch_signals();
	keys = keys && take_keys(&terminal);
	ret = show(fd, top, keys);
	if (keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	close(fd);
	return ret;
}

static void print_stat(const struct row *row)
{
	const struct kmvm_info *info = row->info;
	char a[KMCTL_SHORT], b[KMCTL_SHORT], c[KMCTL_SHORT], d[KMCTL_SHORT];

	printf("%-10s %s\n", "vm", info->vm);
	printf("%-10s %s", "state", kmctl_vm_state(info));
	if (info->owner_pid) {
		char comm[sizeof(info->owner_comm) + 1] = { 0 };

		memcpy(comm, info->owner_comm, sizeof(info->owner_comm));
		kmctl_plain(comm);
		printf(" a program of %s (pid %d)", comm, info->owner_pid);
	}
	printf(", %u waiting\n", info->waiting);
	printf("%-10s %s, %llu fresh starts\n", "age", kmctl_short_time(a, info->age_ns),
	       (unsigned long long)info->resets);
	printf("%-10s %s, %.1f %% now\n", "cpu", kmctl_short_time(a, info->cpu_ns), row->cpu);
	printf("%-10s %s in use, %s at most, %s taken, %s allowed\n", "heap", kmctl_short_size(a, info->heap_bytes),
	       kmctl_short_size(b, info->heap_peak), kmctl_short_size(c, info->heap_held),
	       kmctl_short_size(d, info->heap_max));
	printf("%-10s %llu allocated, %llu freed\n", "blocks", (unsigned long long)info->allocations,
	       (unsigned long long)info->frees);
	printf("%-10s %llu ended, %llu errors among them and the blocks of events\n", "runs",
	       (unsigned long long)info->runs, (unsigned long long)info->errors);
	printf("%-10s %llu of %llu\n", "handles", (unsigned long long)info->handles,
	       (unsigned long long)info->handles_max);
	printf("%-10s %llu, %.1f per second now\n", "events", (unsigned long long)info->events, row->events);
	printf("%-10s %s now, %s in the mean, %s at most, from an event to its block\n", "late",
	       kmctl_short_time(a, row->late_ns), kmctl_short_time(b, info->events ? info->late_ns / info->events : 0),
	       kmctl_short_time(c, info->late_max_ns));
	if (info->log_lost)
		printf("%-10s %llu bytes held back from the kernel log\n", "log", (unsigned long long)info->log_lost);
}

int kmctl_stat(const char *vm, const struct kmctl_top *top)
{
	struct kmctl_session nobody = { .fd = -1 };
	struct kmvm_info before, now;
	struct row row;
	uint64_t begin;
	int fd, ret;

	ret = kmctl_check_name(vm);
	if (!ret)
		ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	kmctl_catch_signals();
	begin = now_ns();
	ret = kmctl_read_vm(fd, vm, &before);
	if (!ret) {
		kmctl_progress("%s: looking on", vm);
		if (wait_key(&nobody, begin + top->interval_ms * 1000000ULL, false) < 0)
			ret = KMCTL_SIGNAL + kmctl_caught_signal();
		else
			ret = kmctl_read_vm(fd, vm, &now);
	}
	kmctl_progress_end();
	close(fd);
	if (ret)
		return ret;
	compare(&row, &now, now.serial == before.serial ? &before : NULL, now_ns() - begin);
	if (top->json)
		return kmctl_print_json(row_json(&row), false);
	print_stat(&row);
	return KMCTL_OK;
}
