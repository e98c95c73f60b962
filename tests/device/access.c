// SPDX-License-Identifier: GPL-2.0
/* Who may use the device. */
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "test.h"

static void mode(const void *data)
{
	struct stat stat_;

	is(stat(DEVICE, &stat_), 0, "stat()");
	holds(S_ISCHR(stat_.st_mode), "it is no character device");
	is(stat_.st_mode & 07777, 0600, "mode");
	is(stat_.st_uid, 0, "owner");
	is(stat_.st_gid, 0, "group");
}

static void drop_sys_module(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &head, caps))
		give_up("capget: %m");
	caps[0].effective &= ~(1U << CAP_SYS_MODULE);
	caps[0].permitted &= ~(1U << CAP_SYS_MODULE);
	if (syscall(SYS_capset, &head, caps))
		give_up("capset: %m");
}

static void become_nobody(void)
{
	if (syscall(SYS_setresuid, 65534, 65534, 65534))
		give_up("setresuid: %m");
}

/* All powers, but in a namespace of its own. */
static void enter_namespace(void)
{
	if (unshare(CLONE_NEWUSER)) {
		dprintf(STDOUT_FILENO, "# unshare: %m\n");
		drop_sys_module();
	}
}

static void no_open(const void *data)
{
	void (*become)(void) = data;
	pid_t pid;

	is(chmod(DEVICE, 0666), 0, "chmod()");
	pid = fork_child();
	if (!pid) {
		int modes[] = { O_RDWR, O_RDONLY, O_WRONLY };

		become();
		for (int i = 0; i < 3; i++)
			is_errno(open(DEVICE, modes[i]) < 0 ? errno : 0, EPERM, "open()");
		child_ends(0);
	}
	is(reap(pid), 0, "how the child ended");
	is(chmod(DEVICE, 0600), 0, "chmod()");
}

static void no_call(const void *data)
{
	void (*become)(void) = data;
	struct image image = ruby("$was_run = true");
	int fd = session_read_write();
	u64 id = start(fd, KMVM_RUN_INSPECT, "$was_run = false; puts 'secret'; 5");
	struct outcome got;
	pid_t pid;

	until(vm_idle(fd));
	pid = fork_child();
	if (!pid) {
		struct kmvm_version version = { .size = sizeof(version) };
		struct kmvm_info info = { .size = sizeof(info) };
		char bytes[100];

		become();
		is_errno(run_image(fd, 0, &image, &got), EPERM, "run");
		is_errno(wait_run(fd, id, &got), EPERM, "wait");
		is_errno(stop_run(fd, 0, 0), EPERM, "stop");
		is_errno(ioctl(fd, KMVM_IOC_VERSION, &version) ? errno : 0, EPERM, "version");
		is_errno(ioctl(fd, KMVM_IOC_INFO, &info) ? errno : 0, EPERM, "info");
		is_errno(ioctl(fd, 1, &info) ? errno : 0, EPERM, "an unknown one");
		is_errno(-put(fd, image.bytes, image.size), EPERM, "write()");
		is_errno(read(fd, bytes, sizeof(bytes)) < 0 ? errno : 0, EPERM, "read()");
		child_ends(0);
	}
	is(reap(pid), 0, "how the child ended");
	is(wait_run(fd, id, &got), 0, "errno of the wait of who may");
	is_text(got.value, "5", "value");
	expect(fd, "$was_run", KMVM_DONE, "false");
}

/* What a program reads, it, its timers and their threads, it reads as who has started it. */
static void as_starter(const void *data)
{
	static const char read_it[] =
		"Linux::File.read('/sys/module/kmvm/sections/.text').size > 2";
	int fd = session_read_write();
	struct outcome got;
	pid_t pid;

	expect(fd, read_it, KMVM_DONE, "true");
	pid = fork_child();
	if (!pid) {
		/* Takes the powers over files along, and no others. */
		syscall(SYS_setfsuid, 65534);
		is(run(fd, 0, &got, read_it), 0, "errno");
		is(got.result.outcome, KMVM_RAISED, "outcome");
		contains(got.error, "Permission denied - read /sys/module/kmvm/sections/.text",
			 "error");
		expect(fd, "$own = nil; Linux::Timer.after(ms: 1) { $own = [begin; Linux::File.read('/sys/module/kmvm/sections/.text'); rescue => e; e.class; end,"
		       "Linux::Thread.new { begin; Linux::File.read('/sys/module/kmvm/sections/.text'); rescue => f; f.class.to_s; end }.value] }; 1",
		       KMVM_DONE, "1");
		child_ends(0);
	}
	is(reap(pid), 0, "how the child ended");
	until(vm_idle(fd));
	expect(fd, "$own", KMVM_DONE, "[Errno::EACCES, \"Errno::EACCES\"]");
	expect(fd, read_it, KMVM_DONE, "true");
}

static const struct test access_tests[] = {
	{ "access: the device has mode 0600", mode },
	{ "access: open() as nobody is EPERM, whatever the mode", no_open, become_nobody },
	{ "access: open() as root without CAP_SYS_MODULE is EPERM", no_open, drop_sys_module },
	{ "access: open() with all capabilities of another user namespace is EPERM", no_open, enter_namespace },
	{ "access: each call as nobody is EPERM", no_call, become_nobody },
	{ "access: each call without CAP_SYS_MODULE is EPERM", no_call, drop_sys_module },
	{ "access: each call from another user namespace is EPERM", no_call, enter_namespace },
	{ "access: files are read with the rights of who has started the program", as_starter },
};

SUITE(access);

#define IMAGE		"/tmp/lockdown.mrb"
#define DEBUG		"/sys/kernel/debug/kmvm/"
#define REFUSED(code)	"begin; " code "; :let; rescue SystemCallError => e; e.message; end"

static int open_errno(const char *path, int how)
{
	int fd = open(path, how | O_CLOEXEC);
	int error = fd < 0 ? errno : 0;

	close(fd);
	return error;
}

static void write_image(void)
{
	struct image image = ruby("$loaded = true");
	int fd = open(IMAGE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	is(write(fd, image.bytes, image.size), image.size, "bytes of " IMAGE);
	close(fd);
}

static void lock_down(int fd, const char *how)
{
	is(write(fd, how, strlen(how)), strlen(how), "write() of %s to lockdown", how);
}

/* Nothing undoes this, so it comes last; a session that is older than the lock goes on. */
static void locked_down(const void *data)
{
	int session, lock;
	char peek[100];

	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	lock = open("/sys/kernel/security/lockdown", O_WRONLY | O_CLOEXEC);
	if (lock < 0)
		skip("this kernel has no lockdown");
	write_image();
	is(module_unload(), 0, "errno of unloading");
	is(module_load("peek=1"), 0, "errno of loading with peek");
	session = session_read_write();
	snprintf(peek, sizeof(peek), "Linux::Memory.peek(%llu, 4).size", address_of("linux_banner"));
	expect(session, "$f = [Linux::DebugFile.new('own', mode: 0600, write: ->(text) { }) { |out| out << 1 },"
	       "Linux::DebugFile.new('all', mode: 0444) { |out| out << 1 }]; $f.size", KMVM_DONE, "2");
	is_errno(open_errno(DEBUG "own", O_RDONLY), 0, "open() of a file of debugfs");

	lock_down(lock, "integrity");
	is_errno(open_errno(DEVICE, O_RDWR), EPERM, "open()");
	expect(session, REFUSED("Linux::VM.load('" IMAGE "')"), KMVM_DONE,
	       "\"Operation not permitted - load " IMAGE "\"");
	is_errno(open_errno(DEBUG "own", O_RDONLY), EPERM, "open() of a file of debugfs then");
	is_errno(open_errno(DEBUG "all", O_RDONLY), 0, "open() of one that all may read");
	is_errno(open_errno(DEBUG "all", O_RDWR), EPERM, "open() of that for writing");
	expect(session, peek, KMVM_DONE, "4");

	lock_down(lock, "confidentiality");
	expect(session, REFUSED("Linux::Memory.peek(0, 0)"), KMVM_DONE, "\"Operation not permitted - peek: the kernel is locked down\"");
	expect(session, REFUSED("Linux::Probe.new('vfs_read') { }"), KMVM_DONE,
	       "\"Operation not permitted - probe vfs_read: the kernel is locked down\"");
	expect(session, REFUSED("Linux::Probe.return('vfs_read') { }"), KMVM_DONE,
	       "\"Operation not permitted - probe vfs_read: the kernel is locked down\"");
	expect(session, REFUSED("Linux::Tracepoint.new('sched:sched_switch') { }"), KMVM_DONE,
	       "\"Operation not permitted - tracepoint sched:sched_switch: the kernel is locked down\"");
	expect(session, "$f.map(&:close)", KMVM_DONE, "[true, true]");
	close(session);
	close(lock);
	is(module_unload(), 0, "errno of unloading");
}

static const struct test lockdown_tests[] = {
	{ "lockdown: a kernel that is locked down lets nobody open the device, load, peek, probe or write debugfs", locked_down },
};

SUITE(lockdown);
