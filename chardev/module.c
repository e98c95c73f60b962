// SPDX-License-Identifier: GPL-2.0
/*
 * Loading opens the VM "main" and then /dev/kmvm; unloading closes them the other way
 * round. An open session holds the module, so unloading finds none.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "../bindings/bindings.h"
#include "../include/version.h"
#include "../vm/budget.h"
#include "../vm/errand.h"
#include "../vm/id.h"
#include "../vm/notifier.h"
#include "../vm/served.h"
#include "../vm/vm.h"
#include "session.h"

#ifdef KMVM_UNGUARDED
static bool unguarded;
module_param(unguarded, bool, 0);
MODULE_PARM_DESC(unguarded, "load although no program can be stopped: for benchmarks alone");
MODULE_INFO(unguarded, "Y");

/* Nobody shall load by mistake what any loop can take the machine with. */
static int may_load(void)
{
	if (!unguarded) {
		pr_err("kmvm: this build cannot stop a program; it is for benchmarks and loads with unguarded=1 only\n");
		return -EPERM;
	}
	pr_warn("kmvm: a build for benchmarks: no program can be stopped, and recursion ends in a panic\n");
	return 0;
}
#else
static int may_load(void)
{
	return 0;
}
#endif

static struct kmvm_vm *main_vm;

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kmvm",
	.fops = &kmvm_session_fops,
	.mode = 0600,
};

static int __init kmvm_init(void)
{
	struct kmvm_limits limits;
	int ret = may_load();

	if (ret)
		return ret;
	kmvm_ids_open();
	ret = kmvm_files_open();
	if (ret)
		return ret;
	ret = kmvm_errands_open();
	if (ret)
		goto err_close_files;
	kmvm_limits_read(&limits);
	main_vm = kmvm_vm_open(KMVM_MAIN, limits.vm_heap, kmvm_bindings);
	ret = PTR_ERR_OR_ZERO(main_vm);
	if (ret)
		goto err_close_errands;
	ret = misc_register(&device);
	if (ret)
		goto err_close_vm;
	return 0;

err_close_vm:
	kmvm_vm_close(main_vm);
err_close_errands:
	kmvm_errands_close();
err_close_files:
	kmvm_files_close();
	return ret;
}

static void __exit kmvm_exit(void)
{
	misc_deregister(&device);
	kmvm_vm_close(main_vm);
	/* What it has asked for may still be on its way. */
	kmvm_errands_close();
	kmvm_files_close();
	kmvm_notifiers_close();
}

module_init(kmvm_init);
module_exit(kmvm_exit);

MODULE_DESCRIPTION("Ruby inside Linux: an mruby VM for live kernel experimentation");
MODULE_LICENSE("GPL");
MODULE_VERSION(KMVM_VERSION);
