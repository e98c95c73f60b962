// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::Task: what runs in the machine, as snapshots.
 *
 * The kernel half looks a task up by its number in the initial namespace, and copies what is told of
 * it under RCU. Nothing of the kernel is held once it returns: a task may have ended since, and its
 * number may be another one's.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/string.h>

#include "../vm/binding.h"
#include "../vm/run.h"
#include "../vm/vm.h"
#include "bindings.h"

struct snapshot {
	char comm[TASK_COMM_LEN];
	pid_t pid, process, parent;
	char state;
	unsigned int flags, cpu;
	int nice;
	u32 uid;
	u64 start, utime, stime;	/* nanoseconds */
	u64 rss;			/* bytes */
};

/* Kernel half. */

/* Under RCU. */
static struct task_struct *find(pid_t pid)
{
	return pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
}

/* A kernel thread has none of its own. */
static u64 rss_of(struct task_struct *task)
{
	u64 pages = 0;

	task_lock(task);
	if (task->mm && !(task->flags & PF_KTHREAD))
		pages = get_mm_rss(task->mm);
	task_unlock(task);
	return pages << PAGE_SHIFT;
}

static void copy(struct snapshot *to, struct task_struct *task)
{
	*to = (struct snapshot) {
		.pid = task_pid_nr(task),
		.process = task_tgid_nr(task),
		.parent = task_tgid_nr(rcu_dereference(task->real_parent)),
		.state = task_state_to_char(task),
		.flags = READ_ONCE(task->flags),
		.cpu = task_cpu(task),
		.nice = task_nice(task),
		.uid = from_kuid_munged(&init_user_ns, task_uid(task)),
		.start = task->start_boottime,
		.rss = rss_of(task),
	};
	get_task_comm(to->comm, task);
	task_cputime_adjusted(task, &to->utime, &to->stime);
}

static bool look_up(pid_t pid, struct snapshot *to)
{
	struct task_struct *task;

	rcu_read_lock();
	task = find(pid);
	if (task)
		copy(to, task);
	rcu_read_unlock();
	return task;
}

/* As many as there is room for. Returns how many there are. */
static size_t list_processes(pid_t ignored, pid_t *to, size_t room)
{
	struct task_struct *task;
	size_t count = 0;

	rcu_read_lock();
	for_each_process(task) {
		if (count < room)
			to[count] = task_pid_nr(task);
		count++;
	}
	rcu_read_unlock();
	return count;
}

static size_t list_threads(pid_t process, pid_t *to, size_t room)
{
	struct task_struct *leader, *task;
	size_t count = 0;

	rcu_read_lock();
	leader = find(process);
	if (leader) {
		for_each_thread(leader, task) {
			if (count < room)
				to[count] = task_pid_nr(task);
			count++;
		}
	}
	rcu_read_unlock();
	return count;
}

#ifdef CONFIG_CGROUPS
/* In the unified hierarchy. */
static bool cgroup_of(pid_t pid, char *to, size_t room)
{
	struct task_struct *task;
	int size = 0;

	rcu_read_lock();
	task = find(pid);
	if (task)
		size = cgroup_path(task_dfl_cgroup(task), to, room);
	rcu_read_unlock();
	/* Linux 6.1 tells how much it would have been. */
	return size > 0 && size < room;
}
#else
static bool cgroup_of(pid_t pid, char *to, size_t room)
{
	return false;
}
#endif

/* Ruby half. */

static const struct mrb_data_type task_type = { "Linux::Task", mrb_free };

/* An object for a snapshot that is still to be taken. */
static struct snapshot *new_task(mrb_state *mrb, mrb_value class, mrb_value *object)
{
	struct RData *data = mrb_data_object_alloc(mrb, mrb_class_ptr(class), NULL, &task_type);

	*object = mrb_obj_value(data);
	data->data = mrb_calloc(mrb, 1, sizeof(struct snapshot));
	return data->data;
}

static mrb_value find_task(mrb_state *mrb, mrb_value class, mrb_int pid)
{
	struct snapshot *task;
	mrb_value object;

	if (pid <= 0 || pid > PID_MAX_LIMIT)
		return mrb_nil_value();
	task = new_task(mrb, class, &object);
	return look_up(pid, task) ? object : mrb_nil_value();
}

static mrb_value ruby_find(mrb_state *mrb, mrb_value self)
{
	mrb_int pid;

	mrb_get_args(mrb, "i", &pid);
	return find_task(mrb, self, pid);
}

static mrb_value ruby_current(mrb_state *mrb, mrb_value self)
{
	struct kmvm_run *run = kmvm_vm_of(mrb)->active;

	return run ? find_task(mrb, self, pid_nr(run->caller)) : mrb_nil_value();
}

/* The list grew while it was looked for: once more, with more room. */
static mrb_value list(mrb_state *mrb, size_t (*what)(pid_t, pid_t *, size_t), pid_t process)
{
	mrb_value buffer = mrb_str_new(mrb, NULL, SZ_1K), pids;
	size_t count, room, i;

	for (;;) {
		room = RSTRING_LEN(buffer) / sizeof(pid_t);
		count = what(process, (pid_t *)RSTRING_PTR(buffer), room);
		if (count <= room)
			break;
		mrb_str_resize(mrb, buffer, 2 * count * sizeof(pid_t));
	}
	pids = mrb_ary_new_capa(mrb, count);
	for (i = 0; i < count; i++)
		mrb_ary_push(mrb, pids, mrb_int_value(mrb, ((pid_t *)RSTRING_PTR(buffer))[i]));
	return pids;
}

static mrb_value ruby_pids(mrb_state *mrb, mrb_value self)
{
	return list(mrb, list_processes, 0);
}

static const struct snapshot *snapshot_of(mrb_state *mrb, mrb_value self)
{
	return mrb_data_get_ptr(mrb, self, &task_type);
}

static mrb_value ruby_thread_pids(mrb_state *mrb, mrb_value self)
{
	return list(mrb, list_threads, snapshot_of(mrb, self)->process);
}

static mrb_value ruby_pid(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->pid);
}

static mrb_value ruby_process(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->process);
}

static mrb_value ruby_ppid(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->parent);
}

static mrb_value ruby_comm(mrb_state *mrb, mrb_value self)
{
	return mrb_str_new_cstr(mrb, snapshot_of(mrb, self)->comm);
}

static mrb_value ruby_state(mrb_state *mrb, mrb_value self)
{
	return mrb_str_new(mrb, &snapshot_of(mrb, self)->state, 1);
}

static mrb_value ruby_flags(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->flags);
}

static mrb_value ruby_is_kernels(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(snapshot_of(mrb, self)->flags & PF_KTHREAD);
}

static mrb_value ruby_uid(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->uid);
}

static mrb_value ruby_cpu(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->cpu);
}

static mrb_value ruby_nice(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->nice);
}

static mrb_value ruby_start(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->start);
}

static mrb_value ruby_utime(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->utime);
}

static mrb_value ruby_stime(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->stime);
}

static mrb_value ruby_rss(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, snapshot_of(mrb, self)->rss);
}

static mrb_value ruby_cgroup(mrb_state *mrb, mrb_value self)
{
	mrb_value path = mrb_str_new(mrb, NULL, SZ_1K);

	if (!cgroup_of(snapshot_of(mrb, self)->pid, RSTRING_PTR(path), RSTRING_LEN(path)))
		return mrb_nil_value();
	return mrb_str_resize(mrb, path, strnlen(RSTRING_PTR(path), RSTRING_LEN(path)));
}

/* The class is Ruby's, and its objects are made here alone. */
static void open_task(mrb_state *mrb)
{
	struct RClass *class = mrb_class_get_under(mrb, mrb_module_get(mrb, "Linux"), "Task");

	MRB_SET_INSTANCE_TT(class, MRB_TT_CDATA);
	mrb_undef_class_method(mrb, class, "new");
}

KMVM_BINDING_OPEN(task,
	"What runs in the machine: processes, their threads, the kernel's own. An object is a snapshot: what the task was when it was looked for; it may have ended since. Numbers are those of the initial namespace. Linux::Task is Enumerable, as if it were a list.",
	open_task,
	{ KMVM_IN_RUBY, "Task.each { |task| } -> Linux::Task",
	  "Each process, in the order in which they began; those that end meanwhile are left out. Without a block, an Enumerator." },
	{ ruby_pids, "Task.pids -> Array",
	  "The numbers of all processes." },
	{ ruby_find, "Task.find(pid) -> Task or nil",
	  "The process or thread of that number." },
	{ ruby_current, "Task.current -> Task or nil",
	  "The process that asked for the program to be run; nil in the block of an event whose program has ended, or when that process has." },
	{ ruby_pid, "Task#pid -> Integer",
	  "Its number; a thread has one of its own." },
	{ ruby_process, "Task#process -> Integer",
	  "The number of the process that it is a thread of; its own if it is the first." },
	{ ruby_ppid, "Task#ppid -> Integer",
	  "The number of the process that began it, or that has taken it over; 0 if none." },
	{ ruby_comm, "Task#comm -> String",
	  "Its name, as ps -o comm shows it." },
	{ ruby_state, "Task#state -> String",
	  "R, S, D, T, t, Z, X or I, as ps shows it." },
	{ ruby_flags, "Task#flags -> Integer",
	  "PF_KTHREAD and the like, as in linux/sched.h." },
	{ ruby_is_kernels, "Task#kernel? -> true or false",
	  "Is it one of the kernel's own threads?" },
	{ ruby_uid, "Task#uid -> Integer",
	  "Its real user id." },
	{ ruby_cpu, "Task#cpu -> Integer",
	  "The processor it runs on, or has run on last." },
	{ ruby_nice, "Task#nice -> Integer",
	  "-20 to 19." },
	{ ruby_start, "Task#start_ns -> Integer",
	  "When it began, on the clock of Linux.boottime." },
	{ ruby_utime, "Task#utime_ns -> Integer",
	  "Nanoseconds of processor time it spent in user mode; of this thread alone." },
	{ ruby_stime, "Task#stime_ns -> Integer",
	  "And in the kernel." },
	{ ruby_rss, "Task#rss -> Integer",
	  "Bytes of memory it has at hand, some pages more or less; 0 for the kernel's own." },
	{ ruby_cgroup, "Task#cgroup -> String or nil",
	  "Its path in the unified hierarchy of control groups now; nil when it has ended, the kernel has none, or the path is longer than 1023 bytes." },
	{ KMVM_IN_RUBY, "Task#children -> Array",
	  "The processes it has begun, or taken over, as snapshots of now." },
	{ ruby_thread_pids, "Task#thread_pids -> Array",
	  "The numbers of its process's threads now." },
	{ KMVM_IN_RUBY, "Task#threads -> Array",
	  "The threads of its process, as snapshots of now." });
