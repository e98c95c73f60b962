// SPDX-License-Identifier: GPL-2.0
/* One diagnostic is one write(), so that lines of two processes do not mix. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "plain.h"
#include "progress.h"
#include "say.h"

static enum kmctl_voice voice = KMCTL_NORMAL;

void kmctl_set_voice(enum kmctl_voice wanted)
{
	voice = wanted;
}

enum kmctl_voice kmctl_voice(void)
{
	return voice;
}

/* Names of files, and what stands in images, are others' words. */
static void make_plain(char *text)
{
	while (*text) {
		size_t size = strcspn(text, "\n\t");
		char end = text[size];

		text[size] = '\0';
		kmctl_plain(text);
		text[size] = end;
		text += size + (end != '\0');
	}
}

static void say(const char *format, va_list args)
{
	int error = errno;	/* for %m */
	char *text = NULL;

	kmctl_progress_hide();
	errno = error;
	if (vasprintf(&text, format, args) < 0) {
		dprintf(STDERR_FILENO, "kmctl: no memory\n");
		return;
	}
	make_plain(text);
	dprintf(STDERR_FILENO, "kmctl: %s\n", text);
	free(text);
}

void kmctl_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

void kmctl_note(const char *format, ...)
{
	va_list args;

	if (voice == KMCTL_QUIET)
		return;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void kmctl_tell(const char *format, ...)
{
	va_list args;

	if (voice != KMCTL_VERBOSE)
		return;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

bool kmctl_draws(int fd)
{
	const char *terminal = getenv("TERM");

	return isatty(fd) && !(terminal && !strcmp(terminal, "dumb"));
}

bool kmctl_colours(int fd)
{
	const char *none = getenv("NO_COLOR");

	return kmctl_draws(fd) && !(none && *none);
}

unsigned int kmctl_columns(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col ? 80 : size.ws_col;
}
