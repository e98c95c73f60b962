// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plain.h"
#include "progress.h"
#include "say.h"

#define PATIENCE_S	1
#define TEXT_MAX	256

static struct {
	pthread_mutex_t lock;		/* protects the rest */
	pthread_cond_t changed;
	int fd;				/* the terminal; stderr itself is the compiler's at times */
	bool drawing;			/* the thread is there */
	bool shown;
	char text[TEXT_MAX];		/* empty: nothing is waited for */
	struct timespec began, due;
} line = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

static void put(const char *text, int size)
{
	/* A terminal that is gone is no trouble of whoever waits. */
	if (write(line.fd, text, size) < 0)
		return;
}

static void take_off(void)
{
	static const char erase[] = "\r\033[K";

	if (line.shown)
		put(erase, sizeof(erase) - 1);
	line.shown = false;
}

/* One row of the terminal at most, so that it can be taken off again. */
static void draw(const struct timespec *now)
{
	int columns = kmctl_columns(line.fd), length;
	char text[TEXT_MAX + 40];

	length = snprintf(text, sizeof(text), "\r\033[Kkmctl: %s, %lld s", line.text,
			  (long long)(now->tv_sec - line.began.tv_sec - (now->tv_nsec < line.began.tv_nsec)));
	if (length > columns - 1 + 4)
		length = columns - 1 + 4;
	put(text, length);
	line.shown = true;
}

/* A shell's job in the background leaves the terminal to others. */
static bool is_in_front(void)
{
	pid_t front = tcgetpgrp(line.fd);

	return front < 0 || front == getpgrp();
}

static bool is_before(const struct timespec *one, const struct timespec *other)
{
	return one->tv_sec < other->tv_sec || (one->tv_sec == other->tv_sec && one->tv_nsec < other->tv_nsec);
}

static void *keep_drawing(void *unused)
{
	struct timespec now;

	pthread_mutex_lock(&line.lock);
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (!*line.text) {
			pthread_cond_wait(&line.changed, &line.lock);
		} else if (is_before(&now, &line.due)) {
			pthread_cond_timedwait(&line.changed, &line.lock, &line.due);
		} else {
			if (is_in_front())
				draw(&now);
			line.due = now;
			line.due.tv_sec++;
		}
	}
	return unused;
}

/* Signals are for those who wait in kmctl_wait(). */
static bool start_drawing(void)
{
	pthread_condattr_t clock;
	sigset_t all, before;
	pthread_t thread;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&line.changed, &clock);
	pthread_condattr_destroy(&clock);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	line.drawing = !pthread_create(&thread, NULL, keep_drawing, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return line.drawing;
}

bool kmctl_progress_shows(void)
{
	if (line.fd < 0 && kmctl_voice() != KMCTL_QUIET && kmctl_draws(STDERR_FILENO))
		line.fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	return line.fd >= 0;
}

void kmctl_progress(const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	if (!kmctl_progress_shows())
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	kmctl_plain(text);
	pthread_mutex_lock(&line.lock);
	if (strcmp(text, line.text) && (line.drawing || start_drawing())) {
		take_off();
		strcpy(line.text, text);
		clock_gettime(CLOCK_MONOTONIC, &line.began);
		line.due = line.began;
		line.due.tv_sec += PATIENCE_S;
		pthread_cond_signal(&line.changed);
	}
	pthread_mutex_unlock(&line.lock);
}

void kmctl_progress_end(void)
{
	pthread_mutex_lock(&line.lock);
	take_off();
	*line.text = '\0';
	pthread_mutex_unlock(&line.lock);
}

void kmctl_progress_hide(void)
{
	pthread_mutex_lock(&line.lock);
	take_off();
	pthread_mutex_unlock(&line.lock);
}
