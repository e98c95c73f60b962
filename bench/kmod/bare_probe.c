// SPDX-License-Identifier: GPL-2.0
/* A kprobe in C that counts, for comparison: nothing is noted and nobody woken. */
#include <linux/kprobes.h>
#include <linux/module.h>

static unsigned long hits;

static int hit(struct kprobe *probe, struct pt_regs *regs)
{
	hits++;
	return 0;
}

static struct kprobe probe = { .pre_handler = hit };

static char *symbol = "";
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "the function");

static int __init bare_init(void)
{
	probe.symbol_name = symbol;
	return register_kprobe(&probe);
}

static void __exit bare_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(bare_init);
module_exit(bare_exit);
MODULE_DESCRIPTION("A kprobe that counts");
MODULE_LICENSE("GPL");
