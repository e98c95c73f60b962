// SPDX-License-Identifier: GPL-2.0
/* Notifiers, while what they tell of goes on at the same time on another processor. */
#include "test.h"

#define ONLINE	"/sys/devices/system/cpu/cpu1/online"
#define MTU	"/sys/class/net/lo/mtu"

/* One of each kind that this kernel has. */
#define ALL	"%i[module cpu net_device reboot keyboard].map { |kind| begin; Linux::Notifier.__send__(kind) { $heard = $heard.to_i + 1 }; "	\
		"rescue Errno::ENOTSUP; end }.compact"

static bool tell(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool told = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return told;
}

/* A child under whose hands processors and devices change until it is killed. */
static pid_t stir(void)
{
	pid_t child = fork_child();
	char mtu[20];

	if (child)
		return child;
	for (unsigned int i = 0;; i++) {
		snprintf(mtu, sizeof(mtu), "%u", 20000 + i % 2);
		if (!(i % 8))
			tell(ONLINE, i % 16 ? "1" : "0");
		if (!tell(MTU, mtu))
			nap();
	}
}

static void settle(pid_t child)
{
	kill_child(child);
	tell(ONLINE, "1");
}

static void processors(const void *data)
{
	int fd = session_read_write();

	if (access(ONLINE, F_OK))
		skip("there is no second processor");
	expect(fd, "$seen = []; $n = Linux::Notifier.cpu { |it| $seen << it.action if it.cpu == 1 }; 1", KMVM_DONE, "1");
	for (int i = 0; i < 10; i++) {
		holds(tell(ONLINE, "0"), "cpu1 does not go");
		holds(tell(ONLINE, "1"), "cpu1 does not come");
	}
	until(({ struct outcome got; !run(fd, KMVM_RUN_INSPECT, &got, "$seen.size") && !strcmp(got.value, "20"); }));
	expect(fd, "[$seen == [:offline, :online] * 10, $n.cancel, $n.stats]", KMVM_DONE,
	       "[true, true, {:delivered=>20, :lost=>0, :errors=>0}]");
	close(fd);
}

/* VMs that are unloaded somewhere in the midst of it. */
static void rounds(const void *data)
{
	unsigned long count = setting("KMVM_ROUNDS", 100) / 2;
	static const char text[] = "3.times { $all = " ALL "; usleep 300; $all.each(&:cancel) }; $all = " ALL "; sleep";
	int fd = session_read_write();
	struct kmvm_info before = info_of(fd), after;
	pid_t child;

	allow(600);
	child = stir();
	for (unsigned long i = 0; i < count; i++) {
		int other = session_read_write();
		u64 id;

		is(vm_load(other, "stirred"), 0, "errno of loading");
		is(vm_start(other, "stirred", text, &id), 0, "errno of the run");
		if (i % 4)
			usleep(i * 37 % 5000);
		if (i % 2)
			is(vm_unload(other, "stirred"), 0, "errno of unloading");
		close(other);
	}
	settle(child);
	after = info_of(fd);
	summary("%lu rounds, budget %+lld bytes", count, (long long)(after.budget_held - before.budget_held));
	holds(after.budget_held <= before.budget_held + 100000, "%llu bytes were held before, %llu now", before.budget_held, after.budget_held);
	expect(fd, "$all = Array.new(64) { Linux::Notifier.reboot { } }; $all.each(&:cancel).size", KMVM_DONE, "64");
	close(fd);
}

/* Resets in the midst of it. */
static void resets(const void *data)
{
	int fd = session_read_write();
	pid_t child = stir();

	for (int i = 0; i < 50; i++) {
		expect(fd, ALL ".size > 1", KMVM_DONE, "true");
		usleep(i * 100);
		is(vm_reset(fd, ""), 0, "errno of the reset");
		is(info_of(fd).handles, 0, "handles");
	}
	settle(child);
	close(fd);
}

/* The module goes while it is told of things. */
static void unloaded(const void *data)
{
	pid_t child;

	allow(300);
	child = stir();
	for (int i = 0; i < 10; i++) {
		int fd = session_read_write();

		expect(fd, "$all = " ALL "; 1", KMVM_DONE, "1");
		close(fd);
		usleep(i * 200);
		is(module_unload(), 0, "errno of unloading");
		is(module_load(""), 0, "errno of loading");
	}
	settle(child);
}

static const struct test notifier_tests[] = {
	{ "notifier: a processor that goes and comes is told, each time", processors },
	{ "notifier: VMs are loaded and unloaded while processors and devices change", rounds, .fresh = true },
	{ "notifier: main starts afresh while processors and devices change", resets, .fresh = true },
	{ "notifier: the module goes while processors and devices change", unloaded, .fresh = true },
};

SUITE(notifier);
