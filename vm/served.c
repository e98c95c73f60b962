// SPDX-License-Identifier: GPL-2.0
/*
 * proc_remove() and debugfs_remove() wait for those who are in a file. So a file is closed first,
 * which ends each wait for the VM, and is taken away then. Who copies stays for as long as it takes
 * to bring the memory, which may be in the hands of another process: so a worker waits for them,
 * and a VM's thread no longer than it has to.
 *
 * A thread of a VM that reads waits with nothing of its own VM going on. Who would wait for
 * itself, by way of however many VMs, is refused: leaning_lock.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/workqueue.h>

#include "budget.h"
#include "registry.h"
#include "served.h"
#include "stack.h"
#include "vm.h"

#define FOLDER		"kmvm"
#define PATIENCE	5	/* seconds for the VM to answer */
#define PARTING		HZ	/* for those in a file that closes to come out */

static struct workqueue_struct *removers;

static DEFINE_MUTEX(folder_lock);	/* protects the folders and their lists */
static LIST_HEAD(proc_files);
static LIST_HEAD(debug_files);
static struct proc_dir_entry *proc_folder;	/* while it has files */
static struct dentry *debug_folder;

static DEFINE_SPINLOCK(leaning_lock);	/* protects each VM's leans_on */

/* An open file, and what it has been read as. */
struct opened {
	struct kmvm_served *served;	/* referenced */
	struct mutex lock;		/* protects what follows; held while the VM is waited for */
	bool rendered;
	void *bytes;			/* of kmvm_budget_alloc() */
	size_t size;
};

static void free_served(struct kref *ref)
{
	struct kmvm_served *served = container_of(ref, struct kmvm_served, ref);

	kmvm_vm_put(served->vm);
	kfree(served);
}

static void put_served(struct kmvm_served *served)
{
	kref_put(&served->ref, free_served);
}

/* Exchanges. */

static struct kmvm_exchange *new_exchange(bool write)
{
	struct kmvm_exchange *exchange = kzalloc(sizeof(*exchange), KMVM_GFP_CALLER);

	if (!exchange)
		return NULL;
	kref_init(&exchange->ref);
	INIT_LIST_HEAD(&exchange->on_file);
	init_waitqueue_head(&exchange->told);
	exchange->write = write;
	return exchange;
}

static void free_exchange(struct kref *ref)
{
	struct kmvm_exchange *exchange = container_of(ref, struct kmvm_exchange, ref);

	kmvm_budget_free(exchange->bytes, exchange->size);
	kfree(exchange);
}

static void put_exchange(struct kmvm_exchange *exchange)
{
	kref_put(&exchange->ref, free_exchange);
}

int kmvm_exchange_fill(struct kmvm_exchange *exchange, const char *text, size_t size)
{
	void *bytes;

	if (size > KMVM_SERVED_MAX)
		return -EFBIG;
	if (!size)
		return 0;
	bytes = kmvm_budget_alloc(size);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, text, size);
	exchange->bytes = bytes;
	exchange->size = size;
	return 0;
}

void kmvm_exchange_answer(struct kmvm_exchange *exchange, int error)
{
	exchange->error = error;
	/* With error and bytes, for is_done(). */
	smp_store_release(&exchange->done, true);
	wake_up_all(&exchange->told);
	put_exchange(exchange);
}

static bool is_done(void *data)
{
	struct kmvm_exchange *exchange = data;

	/* Pairs with kmvm_exchange_answer(). */
	return smp_load_acquire(&exchange->done);
}

struct kmvm_exchange *kmvm_served_next(struct kmvm_served *served, bool *more)
{
	struct kmvm_exchange *exchange;

	spin_lock(&served->lock);
	exchange = list_first_entry_or_null(&served->asked, struct kmvm_exchange, on_file);
	if (exchange)
		list_del_init(&exchange->on_file);
	*more = !list_empty(&served->asked);
	spin_unlock(&served->lock);
	return exchange;
}

static int put_to(struct kmvm_served *served, struct kmvm_exchange *exchange)
{
	int ret = -ENODEV;

	spin_lock(&served->lock);
	if (served->handle) {
		kref_get(&exchange->ref);
		list_add_tail(&exchange->on_file, &served->asked);
		kmvm_event_post(served->handle);
		ret = 0;
	}
	spin_unlock(&served->lock);
	return ret;
}

/* It is not asked any more, unless the VM has begun with it. */
static void take_back(struct kmvm_served *served, struct kmvm_exchange *exchange)
{
	bool ours;

	spin_lock(&served->lock);
	ours = !list_empty(&exchange->on_file);
	list_del_init(&exchange->on_file);
	spin_unlock(&served->lock);
	if (ours)
		put_exchange(exchange);
}

/* @own is about to wait for @other. */
static int lean(struct kmvm_vm *own, struct kmvm_vm *other)
{
	struct kmvm_vm *vm;
	int ret = 0;

	spin_lock(&leaning_lock);
	for (vm = other; vm && !ret; vm = vm->leans_on)
		if (vm == own)
			ret = -EDEADLK;
	if (!ret)
		own->leans_on = other;
	spin_unlock(&leaning_lock);
	return ret;
}

static void stand(struct kmvm_vm *own)
{
	spin_lock(&leaning_lock);
	own->leans_on = NULL;
	spin_unlock(&leaning_lock);
}

static int await(struct kmvm_vm *own, struct kmvm_exchange *exchange)
{
	long left;
	int ret;

	if (own) {
		ret = kmvm_vm_await_alone(own, ktime_add(ktime_get(), ktime_set(PATIENCE, 0)),
					  &exchange->told, is_done, exchange);
		return ret == -ETIME ? -ETIMEDOUT : ret;
	}
	left = wait_event_killable_timeout(exchange->told, is_done(exchange), PATIENCE * HZ);
	return left < 0 ? left : left ? 0 : -ETIMEDOUT;
}

/* Has the VM answer. */
static int ask(struct kmvm_served *served, struct kmvm_exchange *exchange)
{
	struct kmvm_vm *own = kmvm_vm_current();
	int ret = own ? lean(own, served->vm) : 0;

	if (ret)
		return ret;
	ret = put_to(served, exchange);
	if (!ret) {
		ret = await(own, exchange);
		if (ret)
			take_back(served, exchange);
	}
	if (own)
		stand(own);
	return ret ?: exchange->error;
}

/* What procfs and debugfs call. */

static int open_file(struct inode *inode, struct file *file)
{
	/* Of either filesystem; it is there while this is called. */
	struct kmvm_served *served = inode->i_private;
	struct opened *opened;

	/* Who may do anything still gets nothing where nothing is. */
	if ((file->f_mode & FMODE_READ && !(served->mode & 0444)) ||
	    (file->f_mode & FMODE_WRITE && !(served->mode & 0222)))
		return -EACCES;
	opened = kzalloc(sizeof(*opened), KMVM_GFP_CALLER);
	if (!opened)
		return -ENOMEM;
	kref_get(&served->ref);
	opened->served = served;
	mutex_init(&opened->lock);
	file->private_data = opened;
	return 0;
}

/* Who may read one file must not have all of the budget. */
static int take_room(struct kmvm_served *served, size_t size)
{
	int ret = -ENOMEM;

	spin_lock(&served->lock);
	if (size <= KMVM_SERVED_KEPT - served->kept) {
		served->kept += size;
		ret = 0;
	}
	spin_unlock(&served->lock);
	return ret;
}

static void give_room(struct kmvm_served *served, size_t size)
{
	spin_lock(&served->lock);
	served->kept -= size;
	spin_unlock(&served->lock);
}

static void forget(struct opened *opened)
{
	give_room(opened->served, opened->size);
	kmvm_budget_free(opened->bytes, opened->size);
	opened->bytes = NULL;
	opened->size = 0;
	opened->rendered = false;
}

static int release_file(struct inode *inode, struct file *file)
{
	struct opened *opened = file->private_data;

	forget(opened);
	put_served(opened->served);
	mutex_destroy(&opened->lock);
	kfree(opened);
	return 0;
}

/* All of it at once, so that what is read is of one moment. */
static int render(struct opened *opened)
{
	struct kmvm_exchange *exchange;
	int ret;

	lockdep_assert_held(&opened->lock);
	forget(opened);
	exchange = new_exchange(false);
	if (!exchange)
		return -ENOMEM;
	ret = ask(opened->served, exchange) ?: take_room(opened->served, exchange->size);
	if (!ret) {
		opened->rendered = true;
		swap(opened->bytes, exchange->bytes);
		swap(opened->size, exchange->size);
	}
	put_exchange(exchange);
	return ret;
}

/* What is read from @at on; on success with the lock held. */
static int begin_read(struct opened *opened, loff_t at)
{
	int ret = 0;

	if (mutex_lock_killable(&opened->lock))
		return -EINTR;
	if (!at || !opened->rendered)
		ret = render(opened);
	if (ret)
		mutex_unlock(&opened->lock);
	return ret;
}

/* So that Linux::File can read it, too. */
static ssize_t read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct opened *opened = iocb->ki_filp->private_data;
	loff_t at = iocb->ki_pos;
	ssize_t ret;

	if (!iov_iter_count(to))
		return 0;
	ret = begin_read(opened, at);
	if (ret)
		return ret;
	if (at < opened->size) {
		ret = copy_to_iter(opened->bytes + at, opened->size - at, to) ?: -EFAULT;
		if (ret > 0)
			iocb->ki_pos += ret;
	}
	mutex_unlock(&opened->lock);
	return ret;
}

/* debugfs knows no other way. */
static ssize_t read_file(struct file *file, char __user *to, size_t size, loff_t *at)
{
	struct opened *opened = file->private_data;
	ssize_t ret;

	if (!size)
		return 0;
	ret = begin_read(opened, *at);
	if (ret)
		return ret;
	ret = simple_read_from_buffer(to, size, at, opened->bytes, opened->size);
	mutex_unlock(&opened->lock);
	return ret;
}

static int write_exchange(struct kmvm_served *served, const char __user *from, size_t size)
{
	struct kmvm_exchange *exchange = new_exchange(true);
	int ret;

	if (!exchange)
		return -ENOMEM;
	exchange->bytes = kmvm_budget_alloc(size);
	ret = exchange->bytes ? 0 : -ENOMEM;
	if (!ret) {
		exchange->size = size;
		ret = copy_from_user(exchange->bytes, from, size) ? -EFAULT : 0;
	}
	if (!ret)
		ret = ask(served, exchange);
	put_exchange(exchange);
	return ret;
}

static ssize_t write_file(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	struct opened *opened = file->private_data;
	int ret;

	if (!size)
		return 0;
	if (size > KMVM_SERVED_WRITE_MAX)
		return -EFBIG;
	ret = take_room(opened->served, size);
	if (ret)
		return ret;
	ret = write_exchange(opened->served, from, size);
	give_room(opened->served, size);
	if (ret)
		return ret;
	*at += size;
	return size;
}

/* Closing waits for all that procfs has begun of it, and then nothing of it is called. */
static const struct proc_ops proc_ops = {
	.proc_open = open_file,
	.proc_release = release_file,
	.proc_read_iter = read_iter,
	.proc_write = write_file,
	.proc_lseek = default_llseek,
};

/* An open file of debugfs is released when its last user closes it, later perhaps. */
static const struct file_operations debug_ops = {
	.owner = THIS_MODULE,
	.open = open_file,
	.release = release_file,
	.read = read_file,
	.write = write_file,
	.llseek = default_llseek,
};

/* Their names. */

static int create_proc(struct kmvm_served *served)
{
	if (!IS_ENABLED(CONFIG_PROC_FS))
		return -EOPNOTSUPP;
	if (!proc_folder)
		proc_folder = proc_mkdir(FOLDER, NULL);
	if (!proc_folder)
		return -ENOMEM;
	served->proc = proc_create_data(served->name, served->mode, proc_folder, &proc_ops, served);
	return served->proc ? 0 : -ENOMEM;
}

static int create_debug(struct kmvm_served *served)
{
	struct dentry *made = debug_folder;

	if (!made)
		made = debugfs_create_dir(FOLDER, NULL);
	if (!IS_ERR(made)) {
		debug_folder = made;
		made = debugfs_create_file(served->name, served->mode, made, served, &debug_ops);
	}
	/* Where it is not built in. */
	if (made == ERR_PTR(-ENODEV))
		return -EOPNOTSUPP;
	if (IS_ERR(made))
		return PTR_ERR(made);
	served->debug = made;
	return 0;
}

static struct list_head *files_of(enum kmvm_served_kind kind)
{
	return kind == KMVM_SERVED_PROC ? &proc_files : &debug_files;
}

static void remove_empty_folders(void)
{
	if (proc_folder && list_empty(&proc_files)) {
		proc_remove(proc_folder);
		proc_folder = NULL;
	}
	if (debug_folder && list_empty(&debug_files)) {
		debugfs_remove(debug_folder);
		debug_folder = NULL;
	}
}

static bool is_taken(const struct kmvm_served *served)
{
	struct kmvm_served *other;

	list_for_each_entry(other, files_of(served->kind), on_folder)
		if (!strcmp(other->name, served->name))
			return true;
	return false;
}

static int create(struct kmvm_served *served)
{
	int ret = -EEXIST;

	mutex_lock(&folder_lock);
	if (!is_taken(served)) {
		ret = served->kind == KMVM_SERVED_PROC ? create_proc(served) : create_debug(served);
		if (!ret)
			list_add_tail(&served->on_folder, files_of(served->kind));
		remove_empty_folders();
	}
	mutex_unlock(&folder_lock);
	return ret;
}

/* The worker: waits for whoever is in the file. */
static void remove_name(struct work_struct *work)
{
	struct kmvm_served *served = container_of(work, struct kmvm_served, removal);
	bool holds;

	if (served->kind == KMVM_SERVED_PROC)
		proc_remove(served->proc);
	else
		debugfs_remove(served->debug);
	mutex_lock(&folder_lock);
	list_del(&served->on_folder);
	remove_empty_folders();
	mutex_unlock(&folder_lock);
	spin_lock(&served->lock);
	served->gone = true;
	holds = served->holds;
	spin_unlock(&served->lock);
	complete(&served->removed);
	put_served(served);
	/* kmvm_files_close() waits for our end. */
	if (holds)
		module_put(THIS_MODULE);
}

/* Until its name has gone, the module stays; one that goes waits for the worker. */
static void hold_module(struct kmvm_served *served)
{
	bool held = try_module_get(THIS_MODULE);

	spin_lock(&served->lock);
	if (!served->gone) {
		served->holds = held;
		held = false;
	}
	spin_unlock(&served->lock);
	if (held)
		module_put(THIS_MODULE);
}

int kmvm_files_open(void)
{
	removers = alloc_workqueue("kmvm_files", WQ_UNBOUND, 0);
	return removers ? 0 : -ENOMEM;
}

void kmvm_files_close(void)
{
	destroy_workqueue(removers);
}

struct kmvm_served *kmvm_served_open(enum kmvm_served_kind kind, const char *name, umode_t mode,
				     struct kmvm_handle *handle)
{
	struct kmvm_served *served;
	int ret;

	if (strlen(name) >= sizeof(served->name) || !kmvm_name_is_valid(name))
		return ERR_PTR(-EINVAL);
	served = kzalloc(sizeof(*served), kmvm_gfp());
	if (!served)
		return ERR_PTR(-ENOMEM);
	kref_init(&served->ref);
	INIT_WORK(&served->removal, remove_name);
	init_completion(&served->removed);
	spin_lock_init(&served->lock);
	INIT_LIST_HEAD(&served->asked);
	strscpy(served->name, name, sizeof(served->name));
	served->kind = kind;
	served->mode = mode;
	served->vm = kmvm_vm_get(handle->vm);
	served->handle = handle;
	ret = create(served);
	if (ret) {
		put_served(served);
		return ERR_PTR(ret);
	}
	return served;
}

void kmvm_served_close(struct kmvm_served *served)
{
	struct kmvm_exchange *exchange;
	bool more;

	spin_lock(&served->lock);
	served->handle = NULL;
	spin_unlock(&served->lock);
	/* None comes any more. */
	while ((exchange = kmvm_served_next(served, &more)))
		kmvm_exchange_answer(exchange, -ENODEV);
	kref_get(&served->ref);		/* the worker's */
	queue_work(removers, &served->removal);
	if (!wait_for_completion_timeout(&served->removed, PARTING))
		hold_module(served);
	put_served(served);
}

const char *kmvm_served_folder(enum kmvm_served_kind kind)
{
	return kind == KMVM_SERVED_PROC ? "/proc/" FOLDER "/" : "/sys/kernel/debug/" FOLDER "/";
}
