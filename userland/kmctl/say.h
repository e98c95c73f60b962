/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kmctl itself has to say: one line on stderr, and a status.
 *
 * A program's own exit status passes through unchanged, so a caller who must tell
 * them apart keeps clear of these. They follow sysexits.h where it has a word.
 */
#ifndef KMCTL_SAY_H
#define KMCTL_SAY_H

#include <stdbool.h>

enum kmctl_status {
	KMCTL_OK	= 0,
	KMCTL_RAISED	= 1,	/* an exception nobody rescued */
	KMCTL_USAGE	= 2,	/* the command line makes no sense */
	KMCTL_DATA	= 65,	/* syntax error, float literal, refused image */
	KMCTL_NOINPUT	= 66,	/* FILE cannot be read */
	KMCTL_NODEVICE	= 69,	/* module not loaded, of another version, or going away */
	KMCTL_SYSTEM	= 71,	/* the system failed kmctl: no memory, ... */
	KMCTL_EXISTS	= 72,	/* it is loaded already, or is not to be unloaded */
	KMCTL_NOOUTPUT	= 73,	/* the image cannot be written */
	KMCTL_IO	= 74,	/* stdout or stderr cannot be written */
	KMCTL_CUT	= 75,	/* a stop that was not ours ended the run */
	KMCTL_NOPERM	= 77,	/* the device may not be opened by this user */
	KMCTL_LIMIT	= 124,	/* a limit ended the run; timeout(1) has the same */
	KMCTL_SIGNAL	= 128,	/* + number of the signal that stopped the run */
};

/* How much is said. */
enum kmctl_voice {
	KMCTL_QUIET,		/* results and errors */
	KMCTL_NORMAL,
	KMCTL_VERBOSE,		/* what is done, too */
};

void kmctl_set_voice(enum kmctl_voice voice);
enum kmctl_voice kmctl_voice(void);

/* "kmctl: ", the text, a newline, as one write. */
void kmctl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, of what is neither a result nor an error: not with --quiet; and with --verbose alone. */
void kmctl_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kmctl_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Is it a terminal that can be drawn on? TERM has a say; and NO_COLOR whether colours may be written there. */
bool kmctl_draws(int fd);
bool kmctl_colours(int fd);

/* How many columns a terminal has, 80 where it does not tell; 0: it is none. */
unsigned int kmctl_columns(int fd);

#endif /* KMCTL_SAY_H */
