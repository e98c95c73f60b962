/* SPDX-License-Identifier: GPL-2.0 */
/* The file operations of /dev/kmvm. */
#ifndef KMVM_SESSION_H
#define KMVM_SESSION_H

#include <linux/fs.h>

extern const struct file_operations kmvm_session_fops;

#endif /* KMVM_SESSION_H */
