// SPDX-License-Identifier: GPL-2.0
/* VMs that load and unload each other, from Ruby; tests/cases/vm.rb has what Ruby sees of that. */
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "test.h"

#define FILES	"/tmp/errand"

static void write_program(const char *name, const char *text)
{
	struct image image = ruby_text(text);
	char path[100];
	int fd;

	mkdir(FILES, 0755);
	snprintf(path, sizeof(path), FILES "/%s.mrb", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	is(write(fd, image.bytes, image.size), image.size, "bytes of %s", path);
	close(fd);
	free(image.bytes);
}

static void ends(int fd, u64 id, u32 outcome)
{
	struct outcome got;

	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, outcome, "outcome (%s)", got.error);
}

/* Two that unload each other at the same time, from a timer's block each, and one that looks on. */
static void each_other(const void *data)
{
	long rounds = setting("KMVM_DUELS", 60);
	int fd = session_read_write();

	allow(20 * PATIENCE);
	write_program("duel", "other = ARGV[0]; Linux::Timer.every(us: 100) { vm = Linux::VM.find(other); vm.unload if vm }");
	for (long i = 0; i < rounds; i++) {
		expect(fd, "a = (Linux::VM.load('" FILES "/duel.mrb', name: 'a', args: ['b']) rescue nil)\n"
		       "b = (Linux::VM.load('" FILES "/duel.mrb', name: 'b', args: ['a']) rescue nil)\n"
		       "usleep 100 while Linux::VM.find('a') && Linux::VM.find('b')\n"
		       "[a, b].each { |vm| vm.unload if vm }\n"
		       "usleep 100 while Linux::VM.find('a') || Linux::VM.find('b'); Linux::VM.list.size",
		       KMVM_DONE, "1");
	}
}

/* Whoever waits for a VM to load is killed, at any moment: nothing half-made stays. */
static void killed(const void *data)
{
	static const char *const programs[] = { "sleeps", "loops", "beats" };
	int fd = session_read_write();
	unsigned int seed = 1;

	allow(20 * PATIENCE);
	write_program("sleeps", "sleep");
	write_program("loops", "begin; loop { }; rescue Exception; retry; ensure; loop { }; end");
	write_program("beats", "Linux::Timer.every(us: 100) { $n = 1 }; usleep 500");
	for (int i = 0; i < 60; i++) {
		pid_t pid = fork_child();

		if (!pid) {
			struct image image = ruby("begin; Linux::VM.load('" FILES "/%s.mrb', name: 'x').unload; rescue RuntimeError; retry; end; sleep", programs[i % 3]);
			struct outcome unused;

			run_image(session_read_write(), 0, &image, &unused);
			child_ends(0);
		}
		if (i % 4 == 0)
			until(vm_there(fd, "x") || i % 3 == 2);
		usleep(rand_r(&seed) % 20000);
		kill_child(pid);
		until(vm_idle(fd) && !vm_there(fd, "x"));
	}
	until(vm_count(fd) == 1);
}

/* The VM that waits is itself unloaded, at the head of a chain and in its midst. */
static void unloaded(const void *data)
{
	const char *whom = data;
	int fd = session_read_write();
	u64 id;

	write_program("link", "n = ARGV[0].to_i; n == 0 ? sleep : Linux::VM.load($0, args: [(n - 1).to_s], name: \"link#{n - 1}\")");
	id = start(fd, 0, "Linux::VM.load('" FILES "/link.mrb', args: ['3'], name: 'link3')");
	until(vm_there(fd, "link0"));
	is(vm_count(fd), 5, "VMs in a chain");
	is(vm_unload(fd, whom), 0, "errno of unloading %s", whom);
	ends(fd, id, KMVM_RAISED);
	until(vm_count(fd) == 1);
}

static void stopped(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info last;
	u64 id;

	write_program("link", "n = ARGV[0].to_i; n == 0 ? sleep : Linux::VM.load($0, args: [(n - 1).to_s], name: \"link#{n - 1}\")");
	id = start(fd, 0, "Linux::VM.load('" FILES "/link.mrb', args: ['3'], name: 'link3')");
	/* Its program goes on, so it is handed over to the chain. */
	until(!vm_info(fd, "link0", &last) && last.owner_pid);
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends(fd, id, KMVM_INTERRUPTED);
	is(vm_count(fd), 1, "VMs that are left");
	/* In an ensure block it is told that a stop came. */
	id = start(fd, 0, "begin; sleep; ensure; Linux::VM.load('" FILES "/link.mrb', args: ['0'], name: 'x'); end");
	until(!vm_idle(fd));
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	ends(fd, id, KMVM_INTERRUPTED);
	until(vm_count(fd) == 1);
}

/* The program that is loaded unloads the one that waits for it. */
static void patricide(const void *data)
{
	int fd = session_read_write();

	write_program("son", "Linux::VM.find(ARGV[0]).unload; raise 'it goes on'");
	write_program("father", "me = Linux::VM.current.name\n"
		      "Linux::VM.load('" FILES "/son.mrb', name: me + '.son', args: [me]); raise 'it goes on'");
	/* A name is free a little after its VM has left the list. */
	expect(fd, "(1..20).map { |i| begin; Linux::VM.load('" FILES "/father.mrb', name: \"father#{i}\"); rescue => e; e.message; end }.uniq",
	       KMVM_DONE, "[\"" FILES "/father.mrb: somebody has stopped it\"]");
	until(vm_count(fd) == 1);
}

static void drop_overrides(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &head, caps))
		give_up("capget: %m");
	caps[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
	if (syscall(SYS_capset, &head, caps))
		give_up("capset: %m");
}

/* The file is read with what the run's process may do, not with what the kernel may. */
static void forbidden(const void *data)
{
	int fd = session_read_write();
	pid_t pid;

	write_program("secret", "sleep 0");
	is(chown(FILES "/secret.mrb", 1000, 1000), 0, "chown()");
	is(chmod(FILES "/secret.mrb", 0600), 0, "chmod()");
	expect(fd, "Linux::VM.load('" FILES "/secret.mrb').unload", KMVM_DONE, "true");
	pid = fork_child();
	if (!pid) {
		drop_overrides();
		expect(session_read_write(), "begin; Linux::VM.load('" FILES "/secret.mrb'); rescue => e; e.message; end",
		       KMVM_DONE, "\"Permission denied - load " FILES "/secret.mrb\"");
		is(chmod(FILES, 0700) || chown(FILES, 1000, 1000), 0, "chown()");
		expect(session_read_write(), "begin; Linux::VM.load('" FILES "/nothing.mrb'); rescue => e; e.message; end",
		       KMVM_DONE, "\"Permission denied - load " FILES "/nothing.mrb\"");
		child_ends(0);
	}
	is(reap(pid), 0, "status of who may not");
	is(chown(FILES, 0, 0), 0, "chown()");
}

/* The module goes as soon as nobody holds it, whatever was asked for just before. */
static void module_goes(const void *data)
{
	write_program("loops", "loop { }");
	for (int i = 0; i < 20; i++) {
		int fd = session_read_write(), ret;
		pid_t pid = fork_child();

		if (!pid) {
			struct image image = ruby("loop { Linux::VM.load('" FILES "/loops.mrb', name: 'x') }");
			struct outcome unused;

			run_image(session_read_write(), 0, &image, &unused);
			child_ends(0);
		}
		if (i % 2)
			until(vm_there(fd, "x"));
		else
			usleep(1000 * i);
		close(fd);
		kill_child(pid);
		while ((ret = module_unload()) == EAGAIN)
			nap();
		is(ret, 0, "errno of unloading the module");
		is(module_load(""), 0, "errno of loading it");
	}
}

/* Round after round: the machine has what it had. */
static void rounds(const void *data)
{
	long many = 100, slab;
	struct kmvm_info before, after;
	int fd = session_read_write();

	allow(30 * PATIENCE);
	write_program("beats", "Linux::Timer.every(us: 100) { $n = 1 }");
	expect(fd, "20.times { Linux::VM.load('" FILES "/beats.mrb').unload }; GC.start; 1", KMVM_DONE, "1");
	slab = slab_held();
	before = info_at_rest(fd);
	for (long i = 0; i < many; i += 10)
		expect(fd, "10.times { Linux::VM.load('" FILES "/beats.mrb', parameters: { a: 'x' * 1000 }).unload\n"
		       "Linux::VM.load('" FILES "/none.mrb') rescue 1 }; GC.start; 1", KMVM_DONE, "1");
	/* The worker forgets a path behind what was asked of it. */
	until(({ after = info_at_rest(fd); after.budget_held - after.heap_held <= before.budget_held - before.heap_held; }));
	is(after.handles, 0, "handles");
	is(after.budget_held - after.heap_held, before.budget_held - before.heap_held, "what kmvm holds beside the heap");
	slab = slab_grown(slab, many + 400);
	holds(slab < many + 400, "slab grew by %ld kB", slab);
}

static const struct test errand_tests[] = {
	{ "errand: two VMs unload each other", each_other },
	{ "errand: kill -9 of who waits for a VM to load, at any moment, leaves none", killed },
	{ "errand: a chain of VMs that wait for each other goes with its first one", unloaded, "link3" },
	{ "errand: a chain of VMs ends up to who waits when one in its midst is unloaded", unloaded, "link1" },
	{ "errand: and when who waits is stopped", stopped },
	{ "errand: a program unloads the VM that waits for it", patricide },
	{ "errand: a program is read with the powers of the run that asks", forbidden },
	{ "errand: the module can be unloaded right after kill -9 of who loads", module_goes, .fresh = true },
	{ "errand: loaded and unloaded from Ruby again and again, all memory comes back", rounds, .once = true },
};

SUITE(errand);
