// SPDX-License-Identifier: GPL-2.0
/*
 * Loading opens the VM "main" and then /dev/kmvm; unloading closes them the other way
 * round. An open session holds the module, so unloading finds none.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "../bindings/bindings.h"
#include "../include/version.h"
#include "../vm/vm.h"
#include "session.h"

static unsigned int heap_mib;
module_param(heap_mib, uint, 0444);
MODULE_PARM_DESC(heap_mib, "MiB the heap of main may hold (default 0: a sixteenth of memory, 64 at most)");

static struct kmvm_vm *main_vm;

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kmvm",
	.fops = &kmvm_session_fops,
	.mode = 0600,
};

static size_t heap_max(void)
{
	u64 memory = (u64)totalram_pages() << PAGE_SHIFT;

	if (heap_mib)
		return min_t(u64, (u64)heap_mib << 20, memory);
	return min_t(u64, memory / 16, SZ_64M);
}

static int __init kmvm_init(void)
{
	int ret;

	main_vm = kmvm_vm_open("main", heap_max(), kmvm_bindings);
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
