// SPDX-License-Identifier: GPL-2.0
/* Every binding, in the order of docs/reference.md. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

const struct kmvm_binding *const kmvm_bindings[] = {
	&kmvm_binding_console,
	&kmvm_binding_process,
	&kmvm_binding_log,
	&kmvm_binding_clock,
	&kmvm_binding_time,
	&kmvm_binding_heap,
	&kmvm_binding_kmalloc,
	&kmvm_binding_limits,
	&kmvm_binding_histogram,
	&kmvm_binding_table,
	&kmvm_binding_timer,
	&kmvm_binding_work,
	&kmvm_binding_notifier,
	&kmvm_binding_library,
	&kmvm_binding_vm,
	&kmvm_binding_file,
	&kmvm_binding_task,
	&kmvm_binding_memory,
	&kmvm_binding_slab,
	&kmvm_binding_cpu,
	&kmvm_binding_module,
	&kmvm_binding_param,
	&kmvm_binding_irq,
	&kmvm_binding_mount,
	&kmvm_binding_net_device,
	&kmvm_binding_symbol,
	&kmvm_binding_random,
	&kmvm_binding_proc_file,
	&kmvm_binding_core,
	&kmvm_binding_thread,
	&kmvm_binding_queue,
	&kmvm_binding_probe,
	&kmvm_binding_tracepoint,
	&kmvm_binding_hit,
	NULL,
};
