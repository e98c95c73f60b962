// SPDX-License-Identifier: GPL-2.0
/*
 * One mistake of each kind that a debug kernel has to see, made while the module is loaded:
 * insmod seeded.ko mistake=NAME.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static char *mistake = "none";
module_param(mistake, charp, 0);
MODULE_PARM_DESC(mistake, "which one");

/* What the compiler must not find out. */
static noinline char *hidden(void *memory)
{
	OPTIMIZER_HIDE_VAR(memory);
	return memory;
}

static void none(void)
{
}

static void out_of_bounds(void)
{
	char *memory = hidden(kmalloc(24, GFP_KERNEL));

	if (memory)
		memory[24] = 1;
	kfree(memory);
}

static void out_of_bounds_vmalloc(void)
{
	char *memory = hidden(vmalloc(3000));

	if (memory)
		memory[3000] = 1;
	vfree(memory);
}

static void out_of_bounds_stack(void)
{
	char memory[24] = { 0 };

	hidden(memory)[25] = 1;
}

static void use_after_free(void)
{
	char *memory = hidden(kmalloc(24, GFP_KERNEL));

	kfree(memory);
	if (memory)
		WRITE_ONCE(memory[3], 1);
}

static void leak(void)
{
	hidden(kmalloc(1234, GFP_KERNEL));
}

static void bad_shift(void)
{
	int by = 40;

	OPTIMIZER_HIDE_VAR(by);
	WRITE_ONCE(by, 1 << by);
}

static void sleep_in_atomic(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	msleep(1);
	spin_unlock(&lock);
}

static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);

static void crosswise(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);
	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

static void expired(struct timer_list *timer)
{
}

/* DEBUG_OBJECTS stops the timer behind its report, so the kernel lives on. */
static void timer_freed(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, expired, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "none", none },
	{ "out-of-bounds", out_of_bounds },
	{ "out-of-bounds-vmalloc", out_of_bounds_vmalloc },
	{ "out-of-bounds-stack", out_of_bounds_stack },
	{ "use-after-free", use_after_free },
	{ "leak", leak },
	{ "bad-shift", bad_shift },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "crosswise", crosswise },
	{ "timer-freed", timer_freed },
};

static int __init seeded_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		if (!strcmp(mistakes[i].name, mistake)) {
			mistakes[i].make();
			return 0;
		}
	return -EINVAL;
}
module_init(seeded_init);

static void __exit seeded_exit(void)
{
}
module_exit(seeded_exit);

MODULE_DESCRIPTION("Mistakes for a debug kernel to see");
MODULE_LICENSE("GPL");
