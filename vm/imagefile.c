// SPDX-License-Identifier: GPL-2.0
/* A file is looked at before it is opened: to open one may wait, or do something. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/security.h>

#include "../include/uapi/kmvm.h"
#include "budget.h"
#include "imagefile.h"

static int check(struct file *found)
{
	const struct inode *inode = file_inode(found);
	loff_t size = i_size_read(inode);

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode) || size <= 0)
		return -ENOEXEC;
	if (size > KMVM_IMAGE_MAX)
		return -EFBIG;
	return file_permission(found, MAY_READ | MAY_OPEN);
}

static int read_whole(struct file *file, void **bytes, size_t *size)
{
	size_t room = min_t(loff_t, i_size_read(file_inode(file)), KMVM_IMAGE_MAX), whole = 0;
	void *buffer = kmvm_budget_alloc(room);
	ssize_t ret;

	if (!buffer)
		return -ENOMEM;
	/* As a module: what is trusted to be one may be loaded, and nothing else. */
	ret = kernel_read_file(file, 0, &buffer, room, &whole, READING_MODULE);
	if (ret >= 0 && (ret != room || whole != room))
		ret = -ETXTBSY;
	if (ret < 0) {
		kmvm_budget_free(buffer, room);
		return ret;
	}
	*bytes = buffer;
	*size = room;
	return 0;
}

static int open_and_read(const char *path, void **bytes, size_t *size)
{
	struct file *found, *file;
	int ret;

	/* Bytecode is kernel code that nobody signed. */
	ret = security_locked_down(LOCKDOWN_MODULE_SIGNATURE);
	if (ret)
		return ret;
	found = filp_open(path, O_PATH, 0);
	if (IS_ERR(found))
		return PTR_ERR(found);
	ret = check(found);
	if (ret)
		goto out_put_found;
	file = dentry_open(&found->f_path, O_RDONLY | O_LARGEFILE, current_cred());
	ret = PTR_ERR_OR_ZERO(file);
	if (ret)
		goto out_put_found;
	ret = read_whole(file, bytes, size);
	fput(file);
out_put_found:
	fput(found);
	return ret;
}

int kmvm_imagefile_read(const char *path, const struct cred *cred, void **bytes, size_t *size)
{
	const struct cred *own = override_creds(cred);
	int ret = open_and_read(path, bytes, size);

	revert_creds(own);
	return ret;
}
