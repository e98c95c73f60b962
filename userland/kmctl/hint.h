/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_HINT_H
#define KMCTL_HINT_H

/*
 * What to write instead of what the VM does not have, for an error that names it; NULL: nothing is known.
 * @error: as Ruby tells it
 */
const char *kmctl_hint(const char *error);

/* The same for a library that a program requires and nobody finds; @name: not empty. */
const char *kmctl_library_hint(const char *name);

#endif /* KMCTL_HINT_H */
