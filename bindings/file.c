// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::File: what the kernel tells of itself in sysfs and procfs, read and written from within.
 *
 * Files are opened with the credentials of whoever started what runs. Only files that the kernel
 * itself may read are touched: those of the two filesystems whose operations have read_iter (or
 * write_iter). Others want a buffer of user space, and kernel_read() would warn of them.
 *
 * The buffer is Ruby's own, so nothing has to be released when an error is raised: a file that
 * does not fit is closed, and read again into a larger one.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/minmax.h>
#include <linux/namei.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/error.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/error.h"
#include "../vm/guard.h"
#include "../vm/vm.h"
#include "bindings.h"

#define READ_MAX	SZ_4M		/* bytes of a file, or of a folder's names */
#define WRITE_MAX	SZ_64K

/* Kernel half: all of it sleeps, and answers 0 or more, or an errno. */

static bool is_served(const struct inode *inode, int flags)
{
	unsigned long magic = inode->i_sb->s_magic;

	if (magic != SYSFS_MAGIC && magic != PROC_SUPER_MAGIC)
		return false;
	if (flags & O_DIRECTORY)
		return true;
	return S_ISREG(inode->i_mode) && inode->i_fop &&
		(flags & O_WRONLY ? inode->i_fop->write_iter && !inode->i_fop->write :
				    inode->i_fop->read_iter && !inode->i_fop->read);
}

/* Looked at before it is opened: to open it may have effects of its own. */
static struct file *open_served(const char *name, int flags)
{
	struct file *found = filp_open(name, O_PATH | (flags & O_DIRECTORY), 0), *file;
	int ret;

	if (IS_ERR(found))
		return found;
	if (S_ISDIR(file_inode(found)->i_mode) && !(flags & O_DIRECTORY))
		ret = -EISDIR;
	else if (!is_served(file_inode(found), flags))
		ret = -EOPNOTSUPP;
	else
		ret = file_permission(found, MAY_OPEN | (flags & O_WRONLY ? MAY_WRITE : MAY_READ));
	file = ret ? ERR_PTR(ret) :
		dentry_open(&found->f_path, flags | O_LARGEFILE, current_cred());
	fput(found);
	return file;
}

/* At once: fput() of a kernel thread leaves it to a worker, and a file may keep memory until it is closed. */
static void close_served(struct file *file)
{
	__fput_sync(file);
}

/* Fills the buffer as far as the file goes. */
static ssize_t read_file(const char *name, char *to, size_t room)
{
	struct file *file = open_served(name, O_RDONLY);
	ssize_t ret = PTR_ERR_OR_ZERO(file);
	size_t done = 0;
	loff_t at = 0;

	if (ret)
		return ret;
	while (done < room) {
		ret = kernel_read(file, to + done, room - done, &at);
		if (ret <= 0)
			break;
		done += ret;
		cond_resched();
	}
	close_served(file);
	return ret < 0 ? ret : done;
}

static ssize_t write_file(const char *name, char *from, size_t size)
{
	struct file *file = open_served(name, O_WRONLY);
	ssize_t ret = PTR_ERR_OR_ZERO(file);
	loff_t at = 0;

	if (ret)
		return ret;
	ret = kernel_write(file, from, size, &at);
	close_served(file);
	return ret;
}

/* Names, each ended by a NUL. */
struct names {
	struct dir_context context;
	char *to;
	size_t room, done;
};

static bool take_name(struct dir_context *context, const char *name, int size, loff_t at, u64 inode,
		      unsigned int type)
{
	struct names *names = container_of(context, struct names, context);

	if (size <= 2 && !memcmp(name, "..", size))
		return true;
	if (names->room - names->done < size + 1) {
		names->done = names->room;
		return false;
	}
	memcpy(names->to + names->done, name, size);
	names->to[names->done + size] = '\0';
	names->done += size + 1;
	return true;
}

/* As read_file(): a buffer that is full may not have been enough. */
static ssize_t read_folder(const char *name, char *to, size_t room)
{
	struct names names = { .context.actor = take_name, .to = to, .room = room };
	struct file *file = open_served(name, O_RDONLY | O_DIRECTORY);
	ssize_t ret = PTR_ERR_OR_ZERO(file);
	size_t before;

	if (ret)
		return ret;
	do {
		before = names.done;
		/* Of procfs 1 when it is well. */
		ret = iterate_dir(file, &names.context);
		cond_resched();
	} while (ret >= 0 && names.done != before && names.done < room);
	close_served(file);
	return ret < 0 ? ret : names.done;
}

static ssize_t file_exists(const char *name, char *to, size_t room)
{
	struct path path;
	int ret = kern_path(name, LOOKUP_FOLLOW, &path);

	if (!ret)
		path_put(&path);
	return ret;
}

/* As whoever started what runs. */
static ssize_t as_starter(struct kmvm_vm *vm, ssize_t (*what)(const char *, char *, size_t),
			  const char *name, char *buffer, size_t size)
{
	const struct cred *own = override_creds(vm->cred);
	ssize_t ret = what(name, buffer, size);

	revert_creds(own);
	return ret;
}

/* Ruby half. */

static const char *check_path(mrb_state *mrb, mrb_value path)
{
	const char *name = RSTRING_CSTR(mrb, path);

	if (name[0] != '/')
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "%v: a path from the root is wanted", path);
	if (RSTRING_LEN(path) >= PATH_MAX)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "the path is too long");
	return name;
}

static void fail(mrb_state *mrb, ssize_t error, const char *what, mrb_value path)
{
	kmvm_raise_errno(mrb, error, mrb_format(mrb, "%s %v", what, path));
}

static mrb_value read_whole(mrb_state *mrb, mrb_value path,
			    ssize_t (*what)(const char *, char *, size_t), const char *call)
{
	const char *name = check_path(mrb, path);
	mrb_value text = mrb_str_new(mrb, NULL, SZ_4K);
	ssize_t got;

	kmvm_guard_ample(mrb);
	for (;;) {
		got = as_starter(kmvm_vm_of(mrb), what, name, RSTRING_PTR(text), RSTRING_LEN(text));
		if (got < 0)
			fail(mrb, got, call, path);
		if (got < RSTRING_LEN(text))
			break;
		if (RSTRING_LEN(text) >= READ_MAX)
			fail(mrb, -EFBIG, call, path);
		mrb_str_resize(mrb, text, RSTRING_LEN(text) * 4);
		kmvm_guard_steps(mrb);
	}
	return mrb_str_resize(mrb, text, got);
}

static mrb_value file_read(mrb_state *mrb, mrb_value self)
{
	mrb_value path;

	mrb_get_args(mrb, "S", &path);
	return read_whole(mrb, path, read_file, "read");
}

static mrb_value file_entries(mrb_state *mrb, mrb_value self)
{
	mrb_value path, text, list;
	const char *at, *end;
	int arena;

	mrb_get_args(mrb, "S", &path);
	text = read_whole(mrb, path, read_folder, "list");
	list = mrb_ary_new(mrb);
	arena = mrb_gc_arena_save(mrb);
	at = RSTRING_PTR(text);
	for (end = at + RSTRING_LEN(text); at < end; at += strlen(at) + 1) {
		mrb_ary_push(mrb, list, mrb_str_new_cstr(mrb, at));
		mrb_gc_arena_restore(mrb, arena);
	}
	return list;
}

static mrb_value file_write(mrb_state *mrb, mrb_value self)
{
	mrb_value path, text;
	const char *name;
	ssize_t ret;

	mrb_get_args(mrb, "SS", &path, &text);
	name = check_path(mrb, path);
	if (RSTRING_LEN(text) > WRITE_MAX)
		fail(mrb, -EFBIG, "write", path);
	kmvm_guard_ample(mrb);
	ret = as_starter(kmvm_vm_of(mrb), write_file, name, RSTRING_PTR(text), RSTRING_LEN(text));
	if (ret < 0)
		fail(mrb, ret, "write", path);
	return mrb_int_value(mrb, ret);
}

static mrb_value file_exist(mrb_state *mrb, mrb_value self)
{
	mrb_value path;
	ssize_t ret;

	mrb_get_args(mrb, "S", &path);
	kmvm_guard_ample(mrb);
	ret = as_starter(kmvm_vm_of(mrb), file_exists, check_path(mrb, path), NULL, 0);
	if (ret && ret != -ENOENT && ret != -ENOTDIR)
		fail(mrb, ret, "look for", path);
	return mrb_bool_value(!ret);
}

KMVM_BINDING(file,
	"What the kernel tells of itself in sysfs and procfs, and may be told there: with the credentials of whoever started the program, or the timer, that asks. Paths begin at the root of init's namespace; of all that belongs to a process, /proc/self and /proc/net among it, the kernel's threads see their own. A file that the kernel itself cannot read (on another filesystem, or, as /proc/modules and /proc/PID/status, made for user space alone) is not touched: Errno::ENOTSUP. Any other refusal raises its Errno, too.",
	{ file_read, "File.read(path) -> String",
	  "All that the file holds now, 4 MiB at most; beyond that raises Errno::EFBIG." },
	{ file_entries, "File.entries(path) -> Array",
	  "The names in a folder, without . and .., in no order." },
	{ file_write, "File.write(path, text) -> Integer",
	  "Writes the text, 64 KiB at most, in one piece from the beginning of the file, as echo would; returns the bytes that were taken." },
	{ file_exist, "File.exist?(path) -> true or false",
	  "Is there a file or folder of that name? Of any filesystem." });
