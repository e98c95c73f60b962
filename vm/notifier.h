/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel tells of itself: modules, processors, network devices, keys, its end.
 *
 *	kernel: callback, any context		the VM's thread
 *	tell() --copies--> [ring of each listener] --> kmvm_notifier_take()
 *	             \---> kmvm_event_post()
 *
 * A source is registered with the kernel when somebody first listens to it, and stays so until
 * the module goes. So whoever leaves takes a spinlock and nothing of the kernel's: neither rtnl
 * nor the locks of CPU hotplug stand in the way of a VM that ends, and what the kernel repeats
 * for whoever (un)registers meets no listener.
 */
#ifndef KMVM_NOTIFIER_H
#define KMVM_NOTIFIER_H

#include <linux/list.h>
#include <linux/types.h>

#define KMVM_NOTICES_MAX	256	/* that wait for a listener; what comes then is lost */
#define KMVM_LISTENERS_MAX	64	/* of a source, of all VMs: told one after the other */
#define KMVM_NOTICE_NAME	56	/* bytes, as the kernel's names of modules have */

struct kmvm_handle;

enum kmvm_source {
	KMVM_SOURCE_MODULE,
	KMVM_SOURCE_CPU,
	KMVM_SOURCE_NET_DEVICE,
	KMVM_SOURCE_REBOOT,
	KMVM_SOURCE_KEYBOARD,
	KMVM_SOURCES
};

/**
 * struct kmvm_notice - what was told
 * @ktime:	monotonic nanoseconds
 * @action:	what happened; lives as long as the module
 * @source:	of what
 * @number:	of the processor, the network device, the key
 * @name:	of the module, the network device; the command of a restart; or empty
 */
struct kmvm_notice {
	u64 ktime;
	const char *action;
	enum kmvm_source source;
	unsigned int number;
	char name[KMVM_NOTICE_NAME];
};

/**
 * struct kmvm_listener - part of a handle; all zero to begin with
 * @source:	to what it listens
 * @handle:	whose event is posted for each notice
 * @ring:	within the budget; NULL: it does not listen
 * @lost:	notices that found no room; the VM's thread may read it
 */
struct kmvm_listener {
	enum kmvm_source source;
	struct kmvm_handle *handle;
	struct kmvm_notice *ring;

	/* private: under the source's lock, and @lost, too */
	struct list_head on_source;
	unsigned int first;
	unsigned int fill;
	bool busy;			/* with the one it has taken */
	/* public: */
	u64 lost;
};

/**
 * kmvm_notifier_listen() - from now on notices are put into the ring
 * @listener:	to leave by kmvm_notifier_leave(), also when this fails
 * @source:	of what
 * @handle:	open
 *
 * Context: the VM's thread, half of its stack free; may sleep, for the kernel's locks too.
 * Return: 0; -EOPNOTSUPP where the kernel has no such thing; -EUSERS when there are too many;
 * -ENOMEM; what the kernel answers.
 */
int kmvm_notifier_listen(struct kmvm_listener *listener, enum kmvm_source source,
			 struct kmvm_handle *handle);

/* Nobody posts when it returns. The VM's thread. */
void kmvm_notifier_leave(struct kmvm_listener *listener);

/* The oldest notice, for kmvm_notifier_done() when it was dealt with. The VM's thread. */
bool kmvm_notifier_take(struct kmvm_listener *listener, struct kmvm_notice *notice);

/* Are there more? The VM's thread. */
bool kmvm_notifier_done(struct kmvm_listener *listener);

/* The module goes: no callback of ours runs any more. May sleep. */
void kmvm_notifiers_close(void);

#endif /* KMVM_NOTIFIER_H */
