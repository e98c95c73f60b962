/* SPDX-License-Identifier: GPL-2.0 */
/* The list of bindings: what a VM is handed when it opens. */
#ifndef KMVM_BINDINGS_H
#define KMVM_BINDINGS_H

struct kmvm_binding;

extern const struct kmvm_binding kmvm_binding_console;
extern const struct kmvm_binding kmvm_binding_process;
extern const struct kmvm_binding kmvm_binding_log;
extern const struct kmvm_binding kmvm_binding_clock;
extern const struct kmvm_binding kmvm_binding_time;
extern const struct kmvm_binding kmvm_binding_heap;
extern const struct kmvm_binding kmvm_binding_kmalloc;
extern const struct kmvm_binding kmvm_binding_limits;
extern const struct kmvm_binding kmvm_binding_histogram;
extern const struct kmvm_binding kmvm_binding_table;
extern const struct kmvm_binding kmvm_binding_timer;
extern const struct kmvm_binding kmvm_binding_work;
extern const struct kmvm_binding kmvm_binding_notifier;
extern const struct kmvm_binding kmvm_binding_library;
extern const struct kmvm_binding kmvm_binding_vm;
extern const struct kmvm_binding kmvm_binding_file;
extern const struct kmvm_binding kmvm_binding_task;
extern const struct kmvm_binding kmvm_binding_memory;
extern const struct kmvm_binding kmvm_binding_slab;
extern const struct kmvm_binding kmvm_binding_cpu;
extern const struct kmvm_binding kmvm_binding_module;
extern const struct kmvm_binding kmvm_binding_param;
extern const struct kmvm_binding kmvm_binding_irq;
extern const struct kmvm_binding kmvm_binding_mount;
extern const struct kmvm_binding kmvm_binding_net_device;
extern const struct kmvm_binding kmvm_binding_symbol;
extern const struct kmvm_binding kmvm_binding_random;
extern const struct kmvm_binding kmvm_binding_proc_file;
extern const struct kmvm_binding kmvm_binding_core;
extern const struct kmvm_binding kmvm_binding_thread;
extern const struct kmvm_binding kmvm_binding_queue;
extern const struct kmvm_binding kmvm_binding_probe;
extern const struct kmvm_binding kmvm_binding_tracepoint;
extern const struct kmvm_binding kmvm_binding_hit;

/* Ended by NULL. */
extern const struct kmvm_binding *const kmvm_bindings[];

#endif /* KMVM_BINDINGS_H */
