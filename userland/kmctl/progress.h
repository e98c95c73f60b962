/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kmctl waits for, when that takes more than a second: one line on stderr, drawn anew each second,
 * if that is a terminal and nobody has said --quiet. A thread draws, so whoever waits may sleep in an ioctl.
 */
#ifndef KMCTL_PROGRESS_H
#define KMCTL_PROGRESS_H

#include <stdbool.h>

/* Will anything be shown? */
bool kmctl_progress_shows(void);

/* From now on it is this that is waited for. One at a time; the same text goes on counting. */
void kmctl_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Nothing is waited for any more: the line is gone when this returns. */
void kmctl_progress_end(void);

/* The line is gone until it is due again; for who prints something else. */
void kmctl_progress_hide(void);

#endif /* KMCTL_PROGRESS_H */
