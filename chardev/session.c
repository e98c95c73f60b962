// SPDX-License-Identifier: GPL-2.0
/*
 * A session: one open file on /dev/kmvm.
 *
 * It owns its runs until it has told their results, the image that write() collects, and
 * a reference to the output its runs print to. Three paths go side by side: write() and
 * the ioctls that run under nothing but their own locks, and read(), so that output
 * flows while a run goes on. The last close stops what still runs and waits for nothing:
 * runs keep what they need by reference, and a closed output drops what is printed.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../include/uapi/kmvm.h"
#include "../include/version.h"
#include "../vm/budget.h"
#include "../vm/verify.h"
#include "../vm/vm.h"
#include "args.h"
#include "library.h"
#include "session.h"
#include "vms.h"

/* The image that write() is collecting. */
struct collection {
	u8 *bytes;
	size_t have;
	size_t room;
	size_t want;		/* as its header says; 0 before that has arrived */
	bool newline;		/* an image has just ended: one newline is forgiven */
	int error;		/* of an image that failed after another one of the same write() */
};

struct kmvm_session {
	struct kmvm_vm *vm;		/* referenced: "main" */
	struct kmvm_output *output;	/* referenced */

	struct mutex write_lock;	/* protects in; held while write() waits for its run */
	struct collection in;

	struct mutex runs_lock;		/* protects what follows */
	struct list_head runs;		/* each with a reference, until told */
	unsigned int count;
	u64 last_id;

	struct kmvm_loading loading;
	struct kmvm_libraries libraries;	/* that it has provided */
};

static int may_call(void)
{
	return capable(CAP_SYS_MODULE) ? 0 : -EPERM;
}

static int session_open(struct inode *inode, struct file *file)
{
	bool reads = file->f_mode & FMODE_READ;
	struct kmvm_session *session;
	int ret;

	ret = may_call();
	if (ret)
		return ret;
	/* Bytecode is kernel code that nobody signed. */
	ret = security_locked_down(LOCKDOWN_MODULE_SIGNATURE);
	if (ret)
		return ret;

	session = kzalloc(sizeof(*session), KMVM_GFP_CALLER);
	if (!session)
		return -ENOMEM;
	mutex_init(&session->write_lock);
	mutex_init(&session->runs_lock);
	kmvm_loading_open(&session->loading);
	INIT_LIST_HEAD(&session->runs);
	session->vm = kmvm_vm_find("");
	if (!session->vm) {
		ret = -ENODEV;
		goto err_free;
	}
	session->output = kmvm_output_open(reads ? KMVM_OUTPUT_READ : KMVM_OUTPUT_LOG,
					   &session->vm->log);
	if (IS_ERR(session->output)) {
		ret = PTR_ERR(session->output);
		goto err_put_vm;
	}
	file->private_data = session;
	return stream_open(inode, file);

err_put_vm:
	kmvm_vm_put(session->vm);
err_free:
	kfree(session);
	return ret;
}

static void forget_image(struct collection *in)
{
	kmvm_budget_free(in->bytes, in->room);
	*in = (struct collection) { 0 };
}

/* The bytes of an image that is not complete, when no more will come. */
static int drop_rest(struct kmvm_session *session)
{
	size_t have = session->in.have;

	if (have)
		pr_warn_ratelimited("kmvm: %*pE (%d): image cut short, %zu bytes arrived: not run\n",
				    (int)strnlen(current->comm, TASK_COMM_LEN), current->comm,
				    task_tgid_nr(current), have);
	forget_image(&session->in);
	return have ? -EBADMSG : 0;
}

/* Called at each close; only the last one can know that no more bytes will come. */
static int session_flush(struct file *file, fl_owner_t id)
{
	struct kmvm_session *session = file->private_data;
	int error, ret;

	if (file_count(file) > 1)
		return 0;
	mutex_lock(&session->write_lock);
	error = session->in.error;
	ret = drop_rest(session);
	mutex_unlock(&session->write_lock);
	return error ?: ret;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct kmvm_session *session = file->private_data;
	struct kmvm_run *run, *next;

	kmvm_output_close(session->output);
	/* The last first: none that waits gets its turn by that. */
	list_for_each_entry_safe_reverse(run, next, &session->runs, on_owner) {
		kmvm_run_stop(run, KMVM_STOP_HARD);
		list_del(&run->on_owner);
		kmvm_run_put(run);
	}
	drop_rest(session);
	kmvm_loading_close(&session->loading);
	kmvm_libraries_drop(&session->libraries);
	kmvm_output_put(session->output);
	kmvm_vm_put(session->vm);
	mutex_destroy(&session->write_lock);
	mutex_destroy(&session->runs_lock);
	kfree(session);
	return 0;
}

static ssize_t session_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	struct kmvm_session *session = file->private_data;
	int ret = may_call();

	if (ret)
		return ret;
	return kmvm_output_read(session->output, to, size, file->f_flags & O_NONBLOCK);
}

static __poll_t session_poll(struct file *file, poll_table *wait)
{
	struct kmvm_session *session = file->private_data;

	return EPOLLOUT | EPOLLWRNORM | kmvm_output_poll(session->output, file, wait);
}

/* Takes a run into the session; from then on it can be asked for by its id. */
static int adopt(struct kmvm_session *session, struct kmvm_run *run)
{
	int ret = kmvm_output_prepare(session->output);

	if (ret)
		return ret;
	mutex_lock(&session->runs_lock);
	if (session->count == KMVM_RUNS_MAX) {
		ret = -EBUSY;
	} else {
		run->request.id = ++session->last_id;
		list_add_tail(&run->on_owner, &session->runs);
		session->count++;
		kmvm_run_get(run);
	}
	mutex_unlock(&session->runs_lock);
	return ret;
}

/* Its result was told, or will not be asked for. */
static void forget(struct kmvm_session *session, struct kmvm_run *run)
{
	bool ours;

	mutex_lock(&session->runs_lock);
	ours = !list_empty(&run->on_owner);
	if (ours) {
		list_del_init(&run->on_owner);
		session->count--;
	}
	mutex_unlock(&session->runs_lock);
	if (ours)
		kmvm_run_put(run);
}

/* The run of that id with a reference, or NULL. */
static struct kmvm_run *find_run(struct kmvm_session *session, u64 id)
{
	struct kmvm_run *run, *found = NULL;

	mutex_lock(&session->runs_lock);
	list_for_each_entry(run, &session->runs, on_owner)
		if (run->request.id == id)
			found = kmvm_run_get(run);
	mutex_unlock(&session->runs_lock);
	return found;
}

/* Waits for the end. A deadly signal ends the run too, any other only the wait. */
static int wait_for(struct kmvm_run *run)
{
	/* Freezable, or suspend would look like a signal. */
	if (!wait_for_completion_state(&run->ended, TASK_INTERRUPTIBLE | TASK_FREEZABLE))
		return 0;
	if (fatal_signal_pending(current))
		kmvm_run_stop(run, KMVM_STOP_HARD);
	return -EINTR;
}

/* What write() answers for a run that did not end well. */
static int errno_of(const struct kmvm_result *result)
{
	switch (result->outcome) {
	case KMVM_DONE:
		return 0;
	case KMVM_EXITED:
		return result->status ? -EIO : 0;
	case KMVM_REFUSED:
		return -ENOEXEC;
	case KMVM_SPENT:
		return result->limit == KMVM_LIMIT_TIME ? -ETIME : -ENOMEM;
	case KMVM_INTERRUPTED:
		return -ECANCELED;
	default:
		return -EIO;
	}
}

/* Someone who writes has no struct to find the error in: it is printed. */
static void print_error(struct kmvm_session *session, u64 id, const char *text)
{
	struct kmvm_output *output = session->output;

	if (!text)
		return;
	if (!kmvm_output_prepare(output) && output->kind == KMVM_OUTPUT_READ)
		kmvm_output_note(output, id, text);
	else
		kmvm_log_text(&session->vm->log, LOGLEVEL_ERR, text);
}

/* A run that may require what the session has provided; or an ERR_PTR. */
static struct kmvm_run *open_run(struct kmvm_session *session, struct kmvm_vm *vm,
				 struct kmvm_request *request)
{
	int ret = kmvm_libraries_copy(&request->libraries, &session->libraries);

	if (ret) {
		kmvm_request_free(request);
		return ERR_PTR(ret);
	}
	return kmvm_run_open(vm, session->output, request, NULL, NULL);
}

/* Runs the image that is complete now. */
static int run_collected(struct kmvm_session *session)
{
	struct collection *in = &session->in;
	struct kmvm_request request = {
		.image = in->bytes, .room = in->room, .size = in->have,
	};
	struct kmvm_run *run;
	int ret;

	in->bytes = NULL;
	forget_image(in);
	in->newline = true;
	run = open_run(session, session->vm, &request);
	if (IS_ERR(run))
		return PTR_ERR(run);
	ret = adopt(session, run);
	if (ret)
		goto out_put;
	kmvm_run_start(run);
	if (wait_for(run)) {
		/* Not EINTR: who tries again would run it a second time. */
		kmvm_run_stop(run, KMVM_STOP_GRACE);
		ret = -ECANCELED;
	} else {
		ret = errno_of(&run->result);
		if (ret)
			print_error(session, run->request.id, run->error);
	}
	forget(session, run);
out_put:
	kmvm_run_put(run);
	return ret;
}

/* Grown as bytes arrive: a header alone must not cost what it claims. */
static int make_room(struct collection *in, size_t more)
{
	size_t room = max_t(size_t, in->room, PAGE_SIZE);
	u8 *bytes;

	while (room < in->have + more)
		room *= 2;
	if (room == in->room)
		return 0;
	bytes = kmvm_budget_alloc(room);
	if (!bytes)
		return -ENOMEM;
	if (in->have)
		memcpy(bytes, in->bytes, in->have);
	kmvm_budget_free(in->bytes, in->room);
	in->bytes = bytes;
	in->room = room;
	return 0;
}

/* Learns from the header how long the image is, or that it is none. */
static int read_header(struct kmvm_session *session)
{
	struct collection *in = &session->in;
	struct kmvm_verdict verdict;
	char line[sizeof(verdict.text) + 1];
	int ret;

	ret = kmvm_image_size(in->bytes, in->have, &in->want);
	if (ret == -EAGAIN)
		return 0;
	if (!ret && in->want <= KMVM_IMAGE_MAX)
		return 0;
	if (!ret) {
		print_error(session, 0, "the image is larger than 16 MiB\n");
		ret = -E2BIG;
	} else {
		kmvm_verify(in->bytes, in->have, &verdict);
		snprintf(line, sizeof(line), "%s\n", verdict.text);
		print_error(session, 0, line);
	}
	return ret;
}

/* Takes bytes of one image, up to its end. Returns how many, or an errno. */
static ssize_t collect(struct kmvm_session *session, const char __user *from, size_t size)
{
	struct collection *in = &session->in;
	size_t missing = (in->want ?: KMVM_IMAGE_HEADER_SIZE) - in->have;
	size_t take = min(size, missing);
	int ret;

	ret = make_room(in, take);
	if (ret)
		return ret;
	if (copy_from_user(in->bytes + in->have, from, take))
		return -EFAULT;
	in->have += take;
	if (!in->want)
		ret = read_header(session);
	return ret ?: take;
}

/* One newline after an image is forgiven: echo and editors put it there. */
static bool skip_newline(struct collection *in, const char __user *from)
{
	char c;

	if (!in->newline || get_user(c, from))
		return false;
	in->newline = false;
	return c == '\n';
}

static ssize_t session_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	struct kmvm_session *session = file->private_data;
	struct collection *in = &session->in;
	bool nonblock = file->f_flags & O_NONBLOCK;
	size_t done = 0, well = 0;	/* taken; taken up to the last image that ended well */
	ssize_t ret;

	ret = may_call();
	if (ret)
		return ret;
	if (mutex_lock_interruptible(&session->write_lock))
		return -ERESTARTSYS;
	ret = in->error;
	in->error = 0;
	while (!ret && done < size) {
		if (skip_newline(in, from + done)) {
			well = ++done;
			continue;
		}
		if (nonblock && kmvm_vm_busy(session->vm)) {
			ret = -EAGAIN;
			break;
		}
		ret = collect(session, from + done, size - done);
		if (ret < 0)
			break;
		done += ret;
		ret = 0;
		if (in->want && in->have == in->want) {
			ret = run_collected(session);
			if (!ret)
				well = done;
		}
	}
	if (!ret) {
		ret = done;
	} else if (ret == -EAGAIN) {
		/* Nothing was lost: what was taken stays taken. */
		ret = done ?: -EAGAIN;
	} else {
		forget_image(in);
		/* A short write is tried again with the rest: that must fail, not run twice. */
		in->error = well ? ret : 0;
		ret = well ?: ret;
	}
	mutex_unlock(&session->write_lock);
	return ret;
}

/* Puts what became of a run into the caller's struct, whose buffers it has named. */
static int tell(struct kmvm_result *result, const struct kmvm_run *run)
{
	u64 value = result->value, error = result->error;
	u32 value_room = result->value_size, error_room = result->error_size;
	int ret;

	*result = run->result;
	result->value = value;
	result->error = error;
	ret = kmvm_tell_text(run->value, value, value_room, &result->value_size);
	if (!ret)
		ret = kmvm_tell_text(run->error, error, error_room, &result->error_size);
	return ret;
}

static int check_result(const struct kmvm_result *result)
{
	if (result->reserved0 || memchr_inv(result->reserved, 0, sizeof(result->reserved)) ||
	    !kmvm_text_fits(result->value, result->value_size) ||
	    !kmvm_text_fits(result->error, result->error_size))
		return -EINVAL;
	return 0;
}

static int ioctl_version(struct kmvm_version __user *to)
{
	struct kmvm_version version;
	int ret = kmvm_copy_args(&version, to, sizeof(version));

	if (ret)
		return ret;
	if (memchr_inv(version.reserved, 0, sizeof(version.reserved)))
		return -EINVAL;
	version.abi = KMVM_ABI;
	strscpy_pad(version.module, KMVM_VERSION, sizeof(version.module));
	strscpy_pad(version.mruby, kmvm_mruby_version(), sizeof(version.mruby));
	strscpy_pad(version.rite, KMVM_RITE_VERSION, sizeof(version.rite));
	return copy_to_user(to, &version, sizeof(version)) ? -EFAULT : 0;
}

#define RUN_FLAGS_SERVED	(KMVM_RUN_ASYNC | KMVM_RUN_FOLLOW | KMVM_RUN_INSPECT)
#define RUN_FLAGS_RESERVED	(KMVM_RUN_KEEP_LOCALS | KMVM_RUN_VERIFY)

static int check_run(const struct kmvm_run_args *args)
{
	if (args->reserved0 || (args->flags & ~(RUN_FLAGS_SERVED | RUN_FLAGS_RESERVED)) ||
	    memchr_inv(args->reserved, 0, sizeof(args->reserved)) ||
	    strnlen(args->vm, sizeof(args->vm)) == sizeof(args->vm) ||
	    !args->image != !args->image_size || !args->image ||
	    !args->args != !args->args_size || args->columns > U16_MAX ||
	    !args->parameters != !args->parameters_size)
		return -EINVAL;
	if (args->flags & RUN_FLAGS_RESERVED)
		return -EOPNOTSUPP;
	if (args->image_size > KMVM_IMAGE_MAX || args->args_size > KMVM_ARGS_MAX ||
	    args->parameters_size > KMVM_ARGS_MAX)
		return -E2BIG;
	return check_result(&args->result);
}

static bool is_value(const char *text)
{
	s64 number;

	switch (*text++) {
	case KMVM_PARAMETER_INTEGER:
		return !kstrtos64(text, 10, &number);
	case KMVM_PARAMETER_BOOLEAN:
		return !strcmp(text, "true") || !strcmp(text, "false");
	case KMVM_PARAMETER_STRING:
		return true;
	default:
		return false;
	}
}

/* Names and values in turn, each of them whole. */
static int check_parameters(const char *at, size_t size)
{
	const char *end = at + size;

	if (size && end[-1])
		return -EINVAL;
	while (at < end) {
		if (!*at)
			return -EINVAL;
		at += strlen(at) + 1;
		if (at == end || !is_value(at))
			return -EINVAL;
		at += strlen(at) + 1;
	}
	return 0;
}

/* The image and the arguments, copied once, before anything looks at them. */
static int copy_request(const struct kmvm_run_args *args, struct kmvm_request *request)
{
	void *image, *words = NULL, *parameters = NULL;
	int ret;

	image = kmvm_copy_in(args->image, args->image_size);
	if (IS_ERR(image))
		return PTR_ERR(image);
	request->image = image;
	request->room = args->image_size;
	request->size = args->image_size;
	if (args->args_size)
		words = kmvm_copy_in(args->args, args->args_size);
	ret = PTR_ERR_OR_ZERO(words);
	if (ret)
		goto err_free;
	request->args = words;
	request->args_size = args->args_size;
	ret = -EINVAL;
	if (args->args_size && request->args[args->args_size - 1])
		goto err_free;
	if (args->parameters_size)
		parameters = kmvm_copy_in(args->parameters, args->parameters_size);
	ret = PTR_ERR_OR_ZERO(parameters);
	if (ret)
		goto err_free;
	request->parameters = parameters;
	request->parameters_size = args->parameters_size;
	ret = check_parameters(request->parameters, request->parameters_size);
	if (ret)
		goto err_free;
	request->flags = args->flags;
	request->timeout_ns = args->timeout_ns;
	request->heap_max = args->heap_max;
	request->steps_max = args->steps_max;
	request->columns = args->columns;
	return 0;

err_free:
	kmvm_request_free(request);
	return ret;
}

static int ioctl_run(struct file *file, struct kmvm_run_args __user *to)
{
	struct kmvm_session *session = file->private_data;
	struct kmvm_request request = { .may_wait = true };
	struct kmvm_run_args args;
	struct kmvm_vm *vm;
	struct kmvm_run *run;
	int ret;

	ret = kmvm_copy_args(&args, to, sizeof(args));
	if (!ret)
		ret = check_run(&args);
	if (ret)
		return ret;
	vm = kmvm_vm_find(args.vm);
	if (!vm)
		return -ENOENT;
	/* It ends with its block, and would not come to anything else. */
	ret = -EBUSY;
	if (vm->parent)
		goto out_put_vm;
	ret = -EAGAIN;
	if (file->f_flags & O_NONBLOCK && !(args.flags & KMVM_RUN_ASYNC) && kmvm_vm_busy(vm))
		goto out_put_vm;
	ret = copy_request(&args, &request);
	if (ret)
		goto out_put_vm;
	run = open_run(session, vm, &request);
	ret = PTR_ERR_OR_ZERO(run);
	if (ret)
		goto out_put_vm;
	ret = adopt(session, run);
	if (ret)
		goto out_put_run;
	/* Before it starts: whose wait is interrupted knows what to ask for. */
	ret = put_user(run->request.id, &to->id);
	if (ret)
		kmvm_run_stop(run, KMVM_STOP_HARD);
	/* Started even so, which ends it: somebody may have found it by its id and wait. */
	kmvm_run_start(run);
	if (ret) {
		forget(session, run);
		goto out_put_run;
	}
	if (args.flags & KMVM_RUN_ASYNC)
		goto out_put_run;
	ret = wait_for(run);
	if (ret)
		goto out_put_run;
	ret = tell(&args.result, run);
	if (!ret && copy_to_user(&to->result, &args.result, sizeof(args.result)))
		ret = -EFAULT;
	forget(session, run);

out_put_run:
	kmvm_run_put(run);
out_put_vm:
	kmvm_vm_put(vm);
	return ret;
}

static int ioctl_wait(struct file *file, struct kmvm_wait_args __user *to)
{
	struct kmvm_session *session = file->private_data;
	struct kmvm_wait_args wait;
	struct kmvm_run *run;
	int ret;

	ret = kmvm_copy_args(&wait, to, sizeof(wait));
	if (ret)
		return ret;
	if (wait.flags || memchr_inv(wait.reserved, 0, sizeof(wait.reserved)))
		return -EINVAL;
	ret = check_result(&wait.result);
	if (ret)
		return ret;
	run = find_run(session, wait.id);
	if (!run)
		return -ENOENT;
	if (!(file->f_flags & O_NONBLOCK))
		ret = wait_for(run);
	else if (!completion_done(&run->ended))
		ret = -EAGAIN;
	if (ret)
		goto out_put;
	ret = tell(&wait.result, run);
	if (!ret && copy_to_user(to, &wait, sizeof(wait)))
		ret = -EFAULT;
	if (!ret)
		forget(session, run);
out_put:
	kmvm_run_put(run);
	return ret;
}

static int ioctl_stop(struct file *file, struct kmvm_stop_args __user *from)
{
	struct kmvm_session *session = file->private_data;
	enum kmvm_stop how = KMVM_STOP_GRACE;
	struct kmvm_stop_args stop;
	struct kmvm_run *run;
	bool found = false;
	int ret;

	ret = kmvm_copy_args(&stop, from, sizeof(stop));
	if (ret)
		return ret;
	if (stop.flags & ~KMVM_STOP_NOW ||
	    memchr_inv(stop.reserved, 0, sizeof(stop.reserved)))
		return -EINVAL;
	if (stop.flags & KMVM_STOP_NOW)
		how = KMVM_STOP_HARD;
	mutex_lock(&session->runs_lock);
	/* As in session_release(). */
	list_for_each_entry_reverse(run, &session->runs, on_owner) {
		if (stop.id && run->request.id != stop.id)
			continue;
		kmvm_run_stop(run, how);
		found = true;
	}
	mutex_unlock(&session->runs_lock);
	return found || !stop.id ? 0 : -ENOENT;
}

static long session_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct kmvm_session *session = file->private_data;
	void __user *arg = (void __user *)argument;
	int ret = may_call();

	if (ret)
		return ret;
	switch (command) {
	case KMVM_IOC_VERSION:
		return ioctl_version(arg);
	case KMVM_IOC_RUN:
		return ioctl_run(file, arg);
	case KMVM_IOC_WAIT:
		return ioctl_wait(file, arg);
	case KMVM_IOC_STOP:
		return ioctl_stop(file, arg);
	case KMVM_IOC_INFO:
		return kmvm_ioctl_info(arg);
	case KMVM_IOC_KILL:
		return kmvm_ioctl_kill(arg);
	case KMVM_IOC_RESET:
		return kmvm_ioctl_reset(arg);
	case KMVM_IOC_LOAD:
		return kmvm_ioctl_load(&session->loading, arg);
	case KMVM_IOC_KEEP:
		return kmvm_ioctl_keep(&session->loading, arg);
	case KMVM_IOC_UNLOAD:
		return kmvm_ioctl_unload(arg);
	case KMVM_IOC_LOG:
		return kmvm_ioctl_log(arg, file->f_flags & O_NONBLOCK);
	case KMVM_IOC_PROVIDE:
		return kmvm_ioctl_provide(&session->libraries, arg);
	case KMVM_IOC_LIBRARY:
		return kmvm_ioctl_library(arg);
	default:
		return -ENOTTY;
	}
}

const struct file_operations kmvm_session_fops = {
	.owner = THIS_MODULE,
	.open = session_open,
	.flush = session_flush,
	.release = session_release,
	.read = session_read,
	.write = session_write,
	.poll = session_poll,
	.unlocked_ioctl = session_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
