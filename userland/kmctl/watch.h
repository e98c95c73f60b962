/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_WATCH_H
#define KMCTL_WATCH_H

/**
 * kmctl_watch - does something now, and again each time that a file is saved
 * @file:	written anew, or another one put in its place
 * @work:	is done in a process of its own, which is stopped by SIGINT when the file changes meanwhile
 * @data:	its own
 *
 * Goes on until a signal ends it, and then ends this process by that signal.
 *
 * Return: a status when it cannot watch.
 */
int kmctl_watch(const char *file, int (*work)(void *data), void *data);

#endif /* KMCTL_WATCH_H */
