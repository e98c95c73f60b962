// SPDX-License-Identifier: GPL-2.0
/*
 * One registration a source for the whole module, and the list of who listens.
 *
 * The callbacks come with the kernel's locks held (rtnl, of CPU hotplug, of the chain, of an
 * input device) and some in interrupts, so all they do is to copy, under the source's lock, and
 * to wake up. The one of a reboot waits then, for a second at most: what is not handled by
 * then never will be.
 */
#include <linux/cpuhotplug.h>
#include <linux/keyboard.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <net/net_namespace.h>

#include "budget.h"
#include "events.h"
#include "notifier.h"
#include "stack.h"

#define RING_BYTES	(KMVM_NOTICES_MAX * sizeof(struct kmvm_notice))

#define REBOOT_WAITS	HZ

struct source {
	int (*start)(void);
	void (*stop)(void);
	struct mutex starting;		/* protects started; taken outside the kernel's locks */
	bool started;

	spinlock_t lock;		/* protects what follows, in interrupts too */
	struct list_head listeners;
	unsigned int count;
};

static struct source sources[KMVM_SOURCES];

static DECLARE_WAIT_QUEUE_HEAD(handled);	/* the reboot: look again */

static void put(struct kmvm_listener *listener, const struct kmvm_notice *notice)
{
	unsigned int at = (listener->first + listener->fill) % KMVM_NOTICES_MAX;

	if (listener->fill == KMVM_NOTICES_MAX) {
		WRITE_ONCE(listener->lost, listener->lost + 1);
		return;
	}
	listener->ring[at] = *notice;
	listener->fill++;
}

static void tell(enum kmvm_source which, struct kmvm_notice *notice)
{
	struct source *source = &sources[which];
	struct kmvm_listener *listener;
	unsigned long flags;

	notice->source = which;
	notice->ktime = ktime_get_ns();
	spin_lock_irqsave(&source->lock, flags);
	list_for_each_entry(listener, &source->listeners, on_source) {
		put(listener, notice);
		kmvm_event_post(listener->handle);
	}
	spin_unlock_irqrestore(&source->lock, flags);
}

/* Modules. */

static int module_changed(struct notifier_block *block, unsigned long state, void *data)
{
	struct kmvm_notice notice = { 0 };
	struct module *module = data;

	switch (state) {
	case MODULE_STATE_COMING:
		notice.action = "coming";
		break;
	case MODULE_STATE_LIVE:
		notice.action = "live";
		break;
	case MODULE_STATE_GOING:
		notice.action = "going";
		break;
	default:
		return NOTIFY_DONE;
	}
	strscpy(notice.name, module->name, sizeof(notice.name));
	tell(KMVM_SOURCE_MODULE, &notice);
	return NOTIFY_DONE;
}

static struct notifier_block module_block = { .notifier_call = module_changed };

static int start_module(void)
{
	return register_module_notifier(&module_block);
}

static void stop_module(void)
{
	unregister_module_notifier(&module_block);
}

/* Processors. */

static int cpu_state;	/* that the kernel gave us: there are not many */

static int cpu_came(unsigned int cpu)
{
	struct kmvm_notice notice = { .action = "online", .number = cpu };

	tell(KMVM_SOURCE_CPU, &notice);
	return 0;
}

static int cpu_goes(unsigned int cpu)
{
	struct kmvm_notice notice = { .action = "offline", .number = cpu };

	tell(KMVM_SOURCE_CPU, &notice);
	return 0;
}

static int start_cpu(void)
{
	int ret;

	if (!IS_ENABLED(CONFIG_HOTPLUG_CPU))
		return -EOPNOTSUPP;
	ret = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "kmvm:notifier", cpu_came, cpu_goes);
	if (ret < 0)
		return ret;
	cpu_state = ret;
	return 0;
}

static void stop_cpu(void)
{
	cpuhp_remove_state_nocalls(cpu_state);
}

/* Network devices. */

static const char *net_action(unsigned long event)
{
	switch (event) {
	case NETDEV_REGISTER:
		return "register";
	case NETDEV_UNREGISTER:
		return "unregister";
	case NETDEV_UP:
		return "up";
	case NETDEV_GOING_DOWN:
		return "going_down";
	case NETDEV_DOWN:
		return "down";
	case NETDEV_CHANGE:
		return "change";
	case NETDEV_CHANGENAME:
		return "rename";
	case NETDEV_CHANGEMTU:
		return "mtu";
	case NETDEV_CHANGEADDR:
		return "address";
	default:
		return NULL;
	}
}

static int net_device_changed(struct notifier_block *block, unsigned long event, void *data)
{
	const struct net_device *device = netdev_notifier_info_to_dev(data);
	struct kmvm_notice notice = { .action = net_action(event) };

	if (!notice.action)
		return NOTIFY_DONE;
	notice.number = device->ifindex;
	strscpy(notice.name, device->name, sizeof(notice.name));
	tell(KMVM_SOURCE_NET_DEVICE, &notice);
	return NOTIFY_DONE;
}

static struct notifier_block net_device_block = { .notifier_call = net_device_changed };

static int start_net_device(void)
{
	if (!IS_ENABLED(CONFIG_NET))
		return -EOPNOTSUPP;
	return register_netdevice_notifier_net(&init_net, &net_device_block);
}

static void stop_net_device(void)
{
	if (IS_ENABLED(CONFIG_NET))
		unregister_netdevice_notifier_net(&init_net, &net_device_block);
}

/* The end. */

static bool is_handled(void)
{
	struct source *source = &sources[KMVM_SOURCE_REBOOT];
	struct kmvm_listener *listener;
	unsigned long flags;
	bool is = true;

	spin_lock_irqsave(&source->lock, flags);
	list_for_each_entry(listener, &source->listeners, on_source)
		is = is && !listener->fill && !listener->busy;
	spin_unlock_irqrestore(&source->lock, flags);
	return is;
}

static int goes_down(struct notifier_block *block, unsigned long how, void *command)
{
	struct kmvm_notice notice = { 0 };

	switch (how) {
	case SYS_RESTART:
		notice.action = "restart";
		break;
	case SYS_HALT:
		notice.action = "halt";
		break;
	default:
		notice.action = "power_off";
		break;
	}
	if (command)
		strscpy(notice.name, command, sizeof(notice.name));
	tell(KMVM_SOURCE_REBOOT, &notice);
	wait_event_timeout(handled, is_handled(), REBOOT_WAITS);
	return NOTIFY_DONE;
}

static struct notifier_block reboot_block = { .notifier_call = goes_down };

static int start_reboot(void)
{
	return register_reboot_notifier(&reboot_block);
}

static void stop_reboot(void)
{
	unregister_reboot_notifier(&reboot_block);
}

/* Keys. */

static int key_changed(struct notifier_block *block, unsigned long code, void *data)
{
	static const char *const actions[] = { "release", "press", "repeat" };
	const struct keyboard_notifier_param *param = data;
	struct kmvm_notice notice = { 0 };

	/* What it means by the console's keymap is told once more, by other codes. */
	if (code != KBD_KEYCODE || param->down < 0 || param->down >= ARRAY_SIZE(actions))
		return NOTIFY_DONE;
	notice.action = actions[param->down];
	notice.number = param->value;
	tell(KMVM_SOURCE_KEYBOARD, &notice);
	return NOTIFY_DONE;
}

static struct notifier_block key_block = { .notifier_call = key_changed };

static int start_keyboard(void)
{
	if (!IS_ENABLED(CONFIG_VT))
		return -EOPNOTSUPP;
	return register_keyboard_notifier(&key_block);
}

static void stop_keyboard(void)
{
	if (IS_ENABLED(CONFIG_VT))
		unregister_keyboard_notifier(&key_block);
}

#define SOURCE(which, start_, stop_)						\
	[which] = {								\
		.start = start_,						\
		.stop = stop_,							\
		.starting = __MUTEX_INITIALIZER(sources[which].starting),	\
		.lock = __SPIN_LOCK_UNLOCKED(sources[which].lock),		\
		.listeners = LIST_HEAD_INIT(sources[which].listeners),		\
	}

static struct source sources[KMVM_SOURCES] = {
	SOURCE(KMVM_SOURCE_MODULE, start_module, stop_module),
	SOURCE(KMVM_SOURCE_CPU, start_cpu, stop_cpu),
	SOURCE(KMVM_SOURCE_NET_DEVICE, start_net_device, stop_net_device),
	SOURCE(KMVM_SOURCE_REBOOT, start_reboot, stop_reboot),
	SOURCE(KMVM_SOURCE_KEYBOARD, start_keyboard, stop_keyboard),
};

static int start(struct source *source)
{
	int ret = 0;

	mutex_lock(&source->starting);
	if (!source->started)
		ret = source->start();
	if (!ret)
		source->started = true;
	mutex_unlock(&source->starting);
	return ret;
}

static int join(struct source *source, struct kmvm_listener *listener)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&source->lock, flags);
	if (source->count == KMVM_LISTENERS_MAX) {
		ret = -EUSERS;
	} else {
		list_add_tail(&listener->on_source, &source->listeners);
		source->count++;
	}
	spin_unlock_irqrestore(&source->lock, flags);
	return ret;
}

int kmvm_notifier_listen(struct kmvm_listener *listener, enum kmvm_source which,
			 struct kmvm_handle *handle)
{
	struct source *source = &sources[which];

	listener->source = which;
	listener->handle = handle;
	INIT_LIST_HEAD(&listener->on_source);
	listener->ring = kmvm_budget_data(RING_BYTES, kmvm_gfp() | __GFP_ZERO);
	if (!listener->ring)
		return -ENOMEM;
	return start(source) ?: join(source, listener);
}

void kmvm_notifier_leave(struct kmvm_listener *listener)
{
	struct source *source = &sources[listener->source];
	unsigned long flags;

	if (!listener->ring)
		return;
	spin_lock_irqsave(&source->lock, flags);
	if (!list_empty(&listener->on_source)) {
		list_del_init(&listener->on_source);
		source->count--;
	}
	spin_unlock_irqrestore(&source->lock, flags);
	wake_up_all(&handled);
	kmvm_budget_free(listener->ring, RING_BYTES);
	listener->ring = NULL;
}

bool kmvm_notifier_take(struct kmvm_listener *listener, struct kmvm_notice *notice)
{
	struct source *source = &sources[listener->source];
	unsigned long flags;
	bool is;

	spin_lock_irqsave(&source->lock, flags);
	is = listener->fill;
	if (is) {
		*notice = listener->ring[listener->first];
		listener->first = (listener->first + 1) % KMVM_NOTICES_MAX;
		listener->fill--;
		listener->busy = true;
	}
	spin_unlock_irqrestore(&source->lock, flags);
	return is;
}

bool kmvm_notifier_done(struct kmvm_listener *listener)
{
	struct source *source = &sources[listener->source];
	unsigned long flags;
	bool more;

	spin_lock_irqsave(&source->lock, flags);
	listener->busy = false;
	more = listener->fill;
	spin_unlock_irqrestore(&source->lock, flags);
	wake_up_all(&handled);
	return more;
}

void kmvm_notifiers_close(void)
{
	struct source *source;

	for (source = sources; source < sources + KMVM_SOURCES; source++) {
		if (source->started)
			source->stop();
		source->started = false;
	}
}
