/* SPDX-License-Identifier: GPL-2.0 */
/* What the module tells of VMs, for those who print it. */
#ifndef KMCTL_VMS_H
#define KMCTL_VMS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <kmvm.h>

struct kmctl_vms {
	struct kmvm_info *rows;
	size_t count;
};

/* All VMs, in the order in which they were loaded; @vms is for free(vms->rows). Returns a status. */
int kmctl_read_vms(int fd, struct kmctl_vms *vms);

/* One; says if it is not there. Returns a status. */
int kmctl_read_vm(int fd, const char *vm, struct kmvm_info *info);

/* "idle", "running" and so on. */
const char *kmctl_vm_state(const struct kmvm_info *info);

/* How wide the columns of names and states are, at least as their heads. */
void kmctl_widths(const struct kmctl_vms *vms, int *name, int *state);

/* All that is known of one, with the names that kmctl(8) documents. */
json_t *kmctl_vm_json(const struct kmvm_info *info);

/* What is known of all of kmvm, the same for each of them. */
json_t *kmctl_memory_json(const struct kmvm_info *info);

/* Prints and frees it, indented, or as one line; returns a status. */
int kmctl_print_json(json_t *json, bool line);

/* A size and a time as people read them: "105.3K", "12.5us". Into @text of KMCTL_SHORT bytes, returned. */
#define KMCTL_SHORT	24
const char *kmctl_short_size(char *text, unsigned long long bytes);
const char *kmctl_short_time(char *text, unsigned long long ns);

#endif /* KMCTL_VMS_H */
