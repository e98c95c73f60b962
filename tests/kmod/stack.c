// SPDX-License-Identifier: GPL-2.0
/*
 * How near a thread came to the end of its stack. Writing its number to the parameter
 * "paint" fills what it does not use, while it sleeps, with a pattern; "left" reads how many
 * bytes of the pattern nobody has written over since.
 *
 * On x86_64 with one processor, where the thread cannot wake up meanwhile.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>

#define PATTERN	0x6b6d766d5354414bULL

static struct task_struct *painted;	/* a reference is held */

/* The word at the very end is the kernel's own mark. */
static u64 *bottom(struct task_struct *task)
{
	return (u64 *)end_of_stack(task) + 1;
}

static int paint_stack(struct task_struct *task)
{
	u64 *word, *top;
	int ret = -EBUSY;

	preempt_disable();
	if (!task_is_running(task) && task != current) {
		top = (u64 *)task->thread.sp - 1;
		for (word = bottom(task); word < top; word++)
			*word = PATTERN;
		ret = 0;
	}
	preempt_enable();
	return ret;
}

static int paint(const char *text, const struct kernel_param *parameter)
{
	struct task_struct *task;
	pid_t number;
	int ret;

	if (num_online_cpus() != 1)
		return -EOPNOTSUPP;
	ret = kstrtoint(text, 0, &number);
	if (ret)
		return ret;
	task = get_pid_task(find_vpid(number), PIDTYPE_PID);
	if (!task)
		return -ESRCH;
	if (painted)
		put_task_struct(painted);
	painted = task;
	return paint_stack(task);
}

static int left(char *text, const struct kernel_param *parameter)
{
	u64 *word;

	if (!painted)
		return -ENODATA;
	for (word = bottom(painted); *word == PATTERN; word++)
		;
	return sysfs_emit(text, "%zu\n", (char *)word - (char *)bottom(painted));
}

static const struct kernel_param_ops paint_ops = { .set = paint };
static const struct kernel_param_ops left_ops = { .get = left };

module_param_cb(paint, &paint_ops, NULL, 0200);
MODULE_PARM_DESC(paint, "number of the thread");
module_param_cb(left, &left_ops, NULL, 0400);
MODULE_PARM_DESC(left, "bytes that were never used");

static int __init stack_init(void)
{
	return 0;
}
module_init(stack_init);

static void __exit stack_exit(void)
{
	if (painted)
		put_task_struct(painted);
}
module_exit(stack_exit);

MODULE_DESCRIPTION("How near a thread came to the end of its stack");
MODULE_LICENSE("GPL");
