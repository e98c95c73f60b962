// SPDX-License-Identifier: GPL-2.0
/* One diagnostic is one write(), so that lines of two processes do not mix. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "say.h"

void kmctl_say(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		dprintf(STDERR_FILENO, "kmctl: no memory\n");
	else
		dprintf(STDERR_FILENO, "kmctl: %s\n", text);
	free(text);
}

void kmctl_plain(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}
