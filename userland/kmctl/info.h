/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_INFO_H
#define KMCTL_INFO_H

/* Prints what the module and its VM "main" are doing; returns a status. */
int kmctl_info(void);

#endif /* KMCTL_INFO_H */
