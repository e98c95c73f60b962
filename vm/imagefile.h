/* SPDX-License-Identifier: GPL-2.0 */
/* Images in files that the kernel reads itself. */
#ifndef KMVM_IMAGEFILE_H
#define KMVM_IMAGEFILE_H

#include <linux/types.h>

struct cred;

/**
 * kmvm_imagefile_read() - reads a file that may be an image
 * @path:	absolute, from the root of process 1
 * @cred:	who must be allowed to read it
 * @bytes:	out: what is in it, of kmvm_budget_alloc()
 * @size:	out: its bytes
 *
 * Only a regular file is opened at all, so that no pipe and no device is waited for.
 *
 * Context: may sleep, as long as the file's filesystem likes; wants a stack of its own.
 * Return: 0; -ENODATA for an empty file, -E2BIG for one larger than KMVM_IMAGE_MAX, -EISDIR,
 * -ESPIPE for what is no regular file otherwise, -ETXTBSY for one that is written just now,
 * -EPERM where lockdown forbids it, -ENOMEM, or what the filesystem answers.
 */
int kmvm_imagefile_read(const char *path, const struct cred *cred, void **bytes, size_t *size);

#endif /* KMVM_IMAGEFILE_H */
