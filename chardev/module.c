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
#include "../vm/vm.h"
#include "session.h"

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
	int ret;

	kmvm_limits_read(&limits);
	main_vm = kmvm_vm_open("main", limits.vm_heap, kmvm_bindings);
	if (IS_ERR(main_vm))
		return PTR_ERR(main_vm);
	ret = misc_register(&device);
	if (ret)
		goto err_close_vm;
	return 0;

err_close_vm:
	kmvm_vm_close(main_vm);
	return ret;
}

static void __exit kmvm_exit(void)
{
	misc_deregister(&device);
	kmvm_vm_close(main_vm);
}

module_init(kmvm_init);
module_exit(kmvm_exit);

MODULE_DESCRIPTION("Ruby inside Linux: an mruby VM for live kernel experimentation");
MODULE_LICENSE("GPL");
MODULE_VERSION(KMVM_VERSION);
