// SPDX-License-Identifier: GPL-2.0
/*
 * abort() and exit(). mruby calls abort() when it has an exception and nobody to catch it;
 * its state is then unknown, and only its own thread is stopped.
 */
#include <linux/compiler.h>
#include <linux/pid.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <stdlib.h>
#include "abort.h"

static void (*abort_handler)(const char *why);

/* Always true. Without a way out, objtool would want noreturn said: see setjmp.h. */
static bool given_up = true;

void kmvm_set_abort_handler(void (*handler)(const char *why))
{
	WRITE_ONCE(abort_handler, handler);
}

static void give_up(const char *why)
{
	void (*handler)(const char *why) = READ_ONCE(abort_handler);

	if (handler)
		handler(why);

	pr_err("kmvm: mruby called %s; its thread %s/%d sleeps for good\n",
	       why, current->comm, task_pid_nr(current));
	while (READ_ONCE(given_up)) {
		/* Idle: neither load nor, to the hung task check, a fault. */
		set_current_state(TASK_IDLE);
		schedule_timeout(MAX_SCHEDULE_TIMEOUT);
	}
}

void kmvm_abort(void)
{
	give_up("abort()");
}

void kmvm_exit(int status)
{
	give_up("exit()");
}
