/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_CONTROL_H
#define KMCTL_CONTROL_H

#include <stdbool.h>

/* The VM's name that a program's file gives, without folder and suffix, for free(); or NULL. */
char *kmctl_vm_name(const char *file);

/* Is it a name that a VM may have? Returns a status, after having said why not. */
int kmctl_check_name(const char *vm);

/* Says that there is no VM of that name; returns a status. */
int kmctl_say_no_vm(const char *vm);

/* Opens a VM that is the session's until it is kept; returns a status. */
int kmctl_load(int fd, const char *vm);

/* Ends a VM, and waits for it; returns a status. */
int kmctl_unload(const char *vm);

/* Ends all VMs but "main", the last first; returns a status. */
int kmctl_unload_all(void);

/* Prints a line for each VM, and one for each library, or all as one JSON object; returns a status. */
int kmctl_list(bool json);

/* Stops what goes on in the VM, @now without ensure blocks; returns a status. */
int kmctl_kill(const char *vm, bool now);

/* Gives the VM a fresh start, and waits for it; returns a status. */
int kmctl_reset(const char *vm);

#endif /* KMCTL_CONTROL_H */
