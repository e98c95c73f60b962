// SPDX-License-Identifier: GPL-2.0
/* Files for which a VM answers, read and written by many, who may be killed; and peek. */
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "test.h"

#define FOLDER	"/proc/kmvm/"
#define DEBUG	"/sys/kernel/debug/kmvm/"

/* No address; gcc need not know. */
static void *volatile nowhere = (void *)8;

/* All of a file; an errno if that cannot be. */
static int read_path(const char *path, struct buffer *to)
{
	char bytes[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	ssize_t got;

	clear(to);
	append(to, "", 0);
	if (fd < 0)
		return errno;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		append(to, bytes, got);
	if (got < 0)
		error = errno;
	close(fd);
	return error;
}

static int read_only(const char *path)
{
	struct buffer text = { 0 };
	int ret = read_path(path, &text);

	clear(&text);
	return ret;
}

static int write_path(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, size) != (ssize_t)size)
		error = errno;
	close(fd);
	return error;
}

/* Answers the errno of a read as its exit status. */
static pid_t reader(const char *path)
{
	pid_t pid = fork_child();

	if (!pid)
		child_ends(read_only(path));
	return pid;
}

/* Readers wait for the VM, and can be killed. */
static bool waits(pid_t pid)
{
	return state_of(pid) == 'D';
}

/* Does a run of that VM wait? */
static bool waits_in(int fd, const char *vm)
{
	pid_t thread = thread_of(vm);
	struct kmvm_info info;

	return thread && sleeps(thread) && !vm_info(fd, vm, &info) && info.state == KMVM_VM_RUNNING;
}

/* A run that computes, and has begun. */
static u64 computing(int fd, const char *vm)
{
	struct output output = { 0 };
	u64 id;

	is(vm_start(fd, vm, "puts 'on'; loop { }", &id), 0, "errno of a run that computes");
	read_until(fd, &output, "on");
	clear(&output.out);
	clear(&output.both);
	return id;
}

static void content(const void *data)
{
	int fd = session_read_write(), file, other;
	struct buffer text = { 0 };
	char bytes[100] = "";

	expect(fd, "$n = 0; $f = Linux::ProcFile.new('lines', mode: 0444) { |o| $n += 1; 1000.times { |i| o.puts \"#{$n}: #{i}\" } }; 1", KMVM_DONE, "1");
	is(read_path(FOLDER "lines", &text), 0, "errno");
	is(count_of(text.bytes, "1: "), 1000, "lines");
	contains(text.bytes, "\n1: 999\n", "the last one");
	/* It is made anew from the beginning on, and not in between; for each who opens it. */
	file = open(FOLDER "lines", O_RDONLY | O_CLOEXEC);
	other = open(FOLDER "lines", O_RDONLY | O_CLOEXEC);
	expect(fd, "$n", KMVM_DONE, "1");
	is(read(file, bytes, 5), 5, "bytes");
	is_text(bytes, "2: 0\n", "its beginning");
	is(pread(other, bytes, 5, 5), 5, "bytes");
	is_text(bytes, "3: 1\n", "another one's midst");
	is(read(file, bytes, 5), 5, "bytes");
	is_text(bytes, "2: 1\n", "how it goes on");
	is(read(file, bytes, 0), 0, "nothing");
	is(lseek(file, 0, SEEK_SET), 0, "lseek()");
	is(read(file, bytes, 5), 5, "bytes");
	is_text(bytes, "4: 0\n", "its beginning once more");
	is(pread(file, bytes, 5, 1 << 20), 0, "bytes beyond its end");
	is_errno(read(file, nowhere, 5) < 0 ? errno : 0, EFAULT, "a bad address");
	is_errno(write_path(FOLDER "lines", "x", 1), EACCES, "errno of writing");
	expect(fd, "$f.close", KMVM_DONE, "true");
	/* It is gone, for who has it open, too. */
	is_errno(pread(file, bytes, 5, 0) < 0 ? errno : 0, EIO, "errno of reading on");
	close(file);
	close(other);
	is(read_only(FOLDER "lines"), ENOENT, "errno");
	clear(&text);
	expect(fd, "$f = Linux::ProcFile.new('empty', mode: 0400) { }; 1", KMVM_DONE, "1");
	is(read_path(FOLDER "empty", &text), 0, "errno");
	is_text(text.bytes, "", "nothing");
	expect(fd, "$f.close", KMVM_DONE, "true");
	clear(&text);
}

static void written(const void *data)
{
	static const struct { const char *text; int error; } writes[] = {
		{ "5\n", 0 }, { "12", ERANGE }, { "x", EINVAL }, { "\n", EINVAL }, { "7", 0 }, { "exit", EINVAL },
		{ "full", ENOMEM }, { "other", 120 }, { "Errno", 42 },
	};
	static char large[(64 << 10) + 1];
	int fd = session_read_write(), log = log_follow();
	struct buffer text = { 0 };

	expect(fd, "$v = 1; $f = Linux::ProcFile.new('level', mode: 0644, write: ->(text) { case text when 'exit' then exit\n"
	       "when 'full' then a = []; loop { a << 'x' * 1_000_000 }\n"
	       "when 'other' then raise SystemCallError.new('it', 120)\n"
	       "when 'Errno' then raise Class.new(Errno::ENOMSG), 'mine'\n"
	       "when /x/ then 1\n end if text.size > 3\n"
	       "n = Integer(text.chomp); raise Errno::ERANGE, text if n > 10; $v = n }) { |out| out.puts $v }; 1", KMVM_DONE, "1");
	for (size_t i = 0; i < COUNT(writes); i++)
		is_errno(write_path(FOLDER "level", writes[i].text, strlen(writes[i].text)), writes[i].error,
			 "errno of '%s'", writes[i].text);
	is(read_path(FOLDER "level", &text), 0, "errno");
	is_text(text.bytes, "7\n", "what it was set to");
	memset(large, ' ', sizeof(large));
	large[0] = '9';
	is_errno(write_path(FOLDER "level", large, sizeof(large)), EFBIG, "errno of 64 KiB and a byte");
	expect(fd, "$f.close; $f = Linux::ProcFile.new('size', write: ->(text) { $v = text.size }); 1", KMVM_DONE, "1");
	is(write_path(FOLDER "size", large, sizeof(large) - 1), 0, "errno of 64 KiB");
	expect(fd, "$v", KMVM_DONE, "65536");
	is(write_path(FOLDER "size", "", 0), 0, "errno of nothing");
	expect(fd, "$v", KMVM_DONE, "65536");
	is_errno(write_path(FOLDER "size", nowhere, 5), EFAULT, "a bad address");
	is_errno(read_only(FOLDER "size"), EACCES, "errno of reading");
	expect(fd, "$f.close", KMVM_DONE, "true");
	clear(&text);
	log_read(log, &text);
	/* What is refused is an answer; what went wrong is told. */
	contains(text.bytes, "(ArgumentError)", "the log");
	holds(!strstr(text.bytes, "ERANGE") && !strstr(text.bytes, "mine"), "an answer is in the log: %s", text.bytes);
	clear(&text);
}

static void debug_file(const void *data)
{
	int fd = session_read_write(), file;
	struct buffer text = { 0 };
	char bytes[10] = "";

	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	expect(fd, "$v = 'none'; $f = Linux::DebugFile.new('value', mode: 0600, write: ->(text) { $v = text }) { |out| out << $v }; 1", KMVM_DONE, "1");
	is(read_path(DEBUG "value", &text), 0, "errno");
	is_text(text.bytes, "none", "what is read");
	is(write_path(DEBUG "value", "some", 4), 0, "errno of writing");
	is(read_path(DEBUG "value", &text), 0, "errno");
	is_text(text.bytes, "some", "what is read then");
	file = open(DEBUG "value", O_RDWR | O_CLOEXEC);
	is(read(file, bytes, 2), 2, "bytes");
	is(read(file, bytes + 2, 8), 2, "more");
	is_text(bytes, "some", "in two pieces");
	is_errno(pread(file, nowhere, 2, 0) < 0 ? errno : 0, EFAULT, "a bad address");
	expect(fd, "$f.close", KMVM_DONE, "true");
	is_errno(pread(file, bytes, 2, 0) < 0 ? errno : 0, EIO, "errno of reading what is gone");
	is(access(DEBUG, F_OK) ? errno : 0, ENOENT, "errno of its folder");
	close(fd);
	/* Who has it open holds the module. */
	is(module_unload(), EAGAIN, "errno of unloading the module");
	close(file);
	is(module_unload(), 0, "errno of unloading it then");
	is(module_load(""), 0, "errno of loading it");
	clear(&text);
}

/* While a run computes, nobody is answered: not for ever, and who is killed is gone at once. */
static void waiting(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	pid_t killed[4], patient, closing;
	struct outcome got;
	u64 id, begun;

	expect(fd, "$f = Linux::ProcFile.new('slow', mode: 0644, write: ->(text) { $written = text }) { |o| o.puts $read = 1 }; 1", KMVM_DONE, "1");
	id = computing(fd, "");
	begun = now();
	patient = reader(FOLDER "slow");
	for (size_t i = 0; i < COUNT(killed); i++) {
		killed[i] = fork_child();
		if (!killed[i])
			child_ends(i % 2 ? read_only(FOLDER "slow") : write_path(FOLDER "slow", "x", 1));
	}
	for (size_t i = 0; i < COUNT(killed); i++) {
		until(waits(killed[i]));
		kill_child(killed[i]);
	}
	is(reap(patient), ETIMEDOUT, "errno of who waits");
	holds(now() - begun > 4 * SECOND, "it came after %llu ms", (now() - begun) / 1000000);
	closing = reader(FOLDER "slow");
	until(waits(closing));
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(reap(closing), 0, "errno of who waits when the run is stopped");
	/* Who was killed, or has left, is not answered. */
	expect(fd, "[$read, $written]", KMVM_DONE, "[1, nil]");
	is(read_only(FOLDER "slow"), 0, "errno");
	/* A reset takes it away. */
	id = computing(fd, "");
	closing = reader(FOLDER "slow");
	until(waits(closing));
	is(vm_reset(other, ""), 0, "errno of the reset");
	is(reap(closing), ENODEV, "errno of who waits then");
	is(read_only(FOLDER "slow"), ENOENT, "errno when it is gone");
}

/* Whoever waits when a VM is unloaded is told, and soon. */
static void unloading(const void *data)
{
	int fd = session_read_write();
	pid_t asking[9];
	u64 begun;

	for (int round = 0; round < 10; round++) {
		bool answers = round % 2 == 0;
		size_t told = 0;

		is(vm_load(fd, "server"), 0, "errno of loading");
		is(vm_keep(fd), 0, "errno of keeping");
		is(vm_run(fd, "server", 0, "Linux::ProcFile.new('served', mode: 0644, write: ->(text) { loop { } }) { |o| loop { } }; 1", NULL), 0, "errno of its run");
		/* Within a block, and before one. */
		if (!answers)
			computing(fd, "server");
		for (size_t i = 0; i < COUNT(asking); i++) {
			asking[i] = fork_child();
			if (!asking[i])
				child_ends(i % 4 == 3 ? write_path(FOLDER "served", "x", 1) : read_only(FOLDER "served"));
		}
		/* A block that took too long while they were started has answered some, not all. */
		for (size_t i = 0; i < COUNT(asking); i++)
			until(waits(asking[i]) || (answers && state_of(asking[i]) == 'Z'));
		begun = now();
		is(vm_unload(fd, "server"), 0, "errno of unloading");
		holds(now() - begun < at_most(3 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
		is(read_only(FOLDER "served"), ENOENT, "errno when it is gone");
		for (size_t i = 0; i < COUNT(asking); i++) {
			int error = reap(asking[i]);

			holds(error == ENODEV || (answers && error == EIO), "number %zu has errno %d", i, error);
			told += error == ENODEV;
		}
		holds(told, "nobody waited any more in round %d", round);
	}
}

/* Whoever may read a file, and keeps what was read, has a part of the budget and no more. */
static void kept(const void *data)
{
	int fd = session_read_write(), files[16];
	size_t read_ones = 0;
	u64 held;
	char byte;

	expect(fd, "$f = Linux::ProcFile.new('large', mode: 0444) { |o| o << 'x' * (1 << 20) }; GC.start; 1", KMVM_DONE, "1");
	held = info_of(fd).budget_held;
	for (size_t i = 0; i < COUNT(files); i++) {
		files[i] = open(FOLDER "large", O_RDONLY | O_CLOEXEC);
		if (read(files[i], &byte, 1) == 1)
			read_ones++;
		else
			is_errno(errno, ENOMEM, "errno of file %zu", i);
	}
	is(read_ones, 4, "files that are read");
	/* Not what the blocks have left in the VM's heap. */
	expect(fd, "GC.start; 1", KMVM_DONE, "1");
	held = info_of(fd).budget_held - held;
	holds(held < 6 << 20, "they hold %llu bytes", held);
	/* What one lets go of another one has. */
	close(files[0]);
	is(read(files[15], &byte, 1), 1, "bytes of another one");
	for (size_t i = 1; i < COUNT(files); i++)
		close(files[i]);
	expect(fd, "$f.close", KMVM_DONE, "true");
}

/* A page that never comes, of this process alone: who touches it waits until killed. */
static void *missing_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register missing = {
		.range = { .start = (uintptr_t)page, .len = 4096 },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int faults = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (faults < 0)
		skip("this kernel has no userfaultfd");
	if (ioctl(faults, UFFDIO_API, &api) || ioctl(faults, UFFDIO_REGISTER, &missing))
		give_up("userfaultfd: %m");
	return page;
}

/* Who reads into such a page, or writes from one, keeps the file, but not the VM. */
static void never_copied(const void *data)
{
	static const char *const paths[] = { FOLDER "kept", DEBUG "kept" };
	int fd = session_read_write();
	u64 begun;

	missing_page();
	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	for (int round = 0; round < 4; round++) {
		const char *path = paths[round % 2];
		pid_t pid;

		is(vm_load(fd, "server"), 0, "errno of loading");
		is(vm_keep(fd), 0, "errno of keeping");
		is(vm_run(fd, "server", 0, "[Linux::ProcFile, Linux::DebugFile].each { |kind| kind.new('kept', mode: 0666, write: ->(text) { }) { |o| $read = o.puts 1 } }", NULL), 0, "errno of its run");
		is(read_only(path), 0, "errno");
		pid = fork_child();
		if (!pid) {
			int file = open(path, O_RDWR | O_CLOEXEC);

			void *page = missing_page();

			child_ends(round < 2 ? read(file, page, 10) : write(file, page, 10));
		}
		until(sleeps(pid));
		begun = now();
		is(vm_unload(fd, "server"), 0, "errno of unloading");
		holds(now() - begun < at_most(5 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
		holds(sleeps(pid), "it does not wait any more");
		if (round == 3) {
			close(fd);
			is(module_unload(), EAGAIN, "errno of unloading the module");
		}
		kill_child(pid);
		until(access(round % 2 ? DEBUG : FOLDER, F_OK));
	}
	until(!module_unload());
	is(module_load(""), 0, "errno of loading it");
}

/* Readers without end; main's files go with the module. */
static void module_goes(const void *data)
{
	pid_t readers[3];

	for (size_t i = 0; i < COUNT(readers); i++) {
		readers[i] = fork_child();
		if (!readers[i])
			for (;;) {
				int error = read_only(FOLDER "here");

				holds(!error || error == ENOENT || error == ENODEV || error == EIO, "errno %d", error);
			}
	}
	for (int i = 0; i < 12; i++) {
		int fd = session_read_write();

		expect(fd, "$f = Linux::ProcFile.new('here') { |o| 50.times { |i| o.puts i } }; 1", KMVM_DONE, "1");
		if (i % 3)
			until(read_only(FOLDER "here") == 0);
		close(fd);
		is(module_unload(), 0, "errno of unloading");
		is(module_load(""), 0, "errno of loading");
	}
	for (size_t i = 0; i < COUNT(readers); i++)
		kill_child(readers[i]);
}

/* A thread of a VM that waits for another one is stopped as if it slept. */
static void waiting_vm(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct outcome got;
	u64 id, begun;

	is(vm_load(other, "server"), 0, "errno of loading");
	is(vm_run(other, "server", 0, "Linux::ProcFile.new('served') { |o| o.puts 'here' }", NULL), 0, "errno of its run");
	expect(fd, "Linux::File.read('/proc/kmvm/served')", KMVM_DONE, "\"here\\n\"");
	computing(other, "server");
	for (int i = 0; i < 3; i++) {
		begun = now();
		id = start(fd, 0, "begin; Linux::File.read('/proc/kmvm/served'); rescue Exception; retry; end");
		until(waits_in(fd, "main"));
		is(stop_run(fd, id, 0), 0, "errno of the stop");
		is(wait_run(fd, id, &got), 0, "errno of the wait");
		is(got.result.outcome, KMVM_INTERRUPTED, "outcome (%s)", got.error);
		holds(now() - begun < 4 * SECOND, "it took %llu ms", (now() - begun) / 1000000);
	}
	/* And when it is itself unloaded. */
	is(vm_load(fd, "client"), 0, "errno of loading");
	is(vm_keep(fd), 0, "errno of keeping");
	is(vm_start(fd, "client", "Linux::File.read('/proc/kmvm/served')", &id), 0, "errno of its run");
	until(waits_in(fd, "client"));
	begun = now();
	is(vm_unload(fd, "client"), 0, "errno of unloading who waits");
	holds(now() - begun < at_most(2 * SECOND), "it took %llu ms", (now() - begun) / 1000000);
	/* And when the other one is. */
	id = start(fd, KMVM_RUN_INSPECT, "begin; Linux::File.read('/proc/kmvm/served'); rescue Errno::ENODEV, Errno::ENOENT; :gone; end");
	until(waits_in(fd, "main"));
	is(vm_unload(other, "server"), 0, "errno of unloading");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is_text(got.value, ":gone", "what it was told");
}

/* Who reads, writes, is killed, while VMs make and close files and go. */
static void scramble(unsigned int seed, const volatile bool *over)
{
	static const char *const paths[] = { FOLDER "a", FOLDER "b", DEBUG "a" };

	while (!*over) {
		const char *path = paths[rand_r(&seed) % COUNT(paths)];
		struct buffer text = { 0 };
		pid_t pid;
		int ret;

		switch (rand_r(&seed) % 4) {
		case 0:
			ret = write_path(path, "x", 1);
			break;
		case 1:
			pid = reader(path);
			usleep(rand_r(&seed) % 3000);
			kill(pid, SIGKILL);
			reap(pid);
			ret = 0;
			break;
		default:
			ret = read_path(path, &text);
			if (!ret)
				is_text(text.bytes, "a line\na line\na line\n", "what is read from %s", path);
		}
		clear(&text);
		holds(!ret || ret == ENOENT || ret == ENODEV || ret == EIO || ret == ETIMEDOUT, "errno %d (%s)", ret, strerror(ret));
	}
}

#define MAKES	\
	"$files = [[Linux::ProcFile, 'a'], [Linux::ProcFile, 'b'], [Linux::DebugFile, 'a']].map { |kind, name|\n"	\
	"kind.new(name, mode: 0644, write: ->(text) { $n = text }) { |o| 3.times { o.puts 'a line' } } }"

static void coming_and_going(const void *data)
{
	long rounds = setting("KMVM_ROUNDS", 100) / 2, warm = rounds / 5, slab = 0;
	volatile bool *over = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t clients[4];
	int fd = session_read_write();
	struct kmvm_info before = { 0 }, after;

	allow(60 * PATIENCE);
	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	/* Before there is somebody who reads: that is held too. */
	before = info_of(fd);
	for (size_t i = 0; i < COUNT(clients); i++) {
		clients[i] = fork_child();
		if (!clients[i]) {
			scramble(i + 1, over);
			child_ends(0);
		}
	}
	for (long i = 0; i < rounds; i++) {
		int its = session_read_write();

		if (i == warm)
			slab = slab_held();
		is(vm_load(its, "server"), 0, "errno of loading");
		is(vm_run(its, "server", 0, MAKES, NULL), 0, "errno of its run");
		switch (i % 4) {
		case 0:
			is(read_only(FOLDER "a"), 0, "errno");
			break;
		case 1:
			is(vm_run(its, "server", 0, "$files.each(&:close)", NULL), 0, "errno of closing");
			break;
		case 2:
			is(vm_run(its, "server", 0, "$files.each(&:close)\n" MAKES "\nusleep 500; raise 'x'", NULL), 0, "errno");
			break;
		}
		if (i % 2)
			is(vm_unload(its, "server"), 0, "errno of unloading");
		close(its);
	}
	*over = true;
	for (size_t i = 0; i < COUNT(clients); i++)
		is(reap(clients[i]), 0, "status of client %zu", i);
	until(read_only(FOLDER "a") == ENOENT);
	after = info_of(fd);
	slab = slab_grown(slab, (rounds - warm) / 2 + 400);
	summary("%ld VMs with files loaded and unloaded; from the %ldth on slab %+ld kB", rounds, warm, slab);
	is(after.budget_held, before.budget_held, "what kmvm holds");
	holds(slab < (rounds - warm) / 2 + 400, "slab grew by %ld kB", slab);
}

/* Each gets all of it, from a block of its own. */
static void many_readers(const void *data)
{
	int fd = session_read_write();
	pid_t readers[20];

	allow(10 * PATIENCE);
	expect(fd, "$n = 0; $f = Linux::ProcFile.new('many') { |o| $n += 1; 500.times { |i| o << \"#{$n} #{i}\\n\" } }; 1", KMVM_DONE, "1");
	for (size_t i = 0; i < COUNT(readers); i++) {
		readers[i] = fork_child();
		if (readers[i])
			continue;
		for (int turn = 0; turn < 20; turn++) {
			struct buffer text = { 0 };
			char last[40];

			is(read_path(FOLDER "many", &text), 0, "errno");
			snprintf(last, sizeof(last), "\n%d 499\n", atoi(text.bytes));
			contains(text.bytes, last, "the end of what is read");
			is(count_of(text.bytes, "\n"), 500, "lines");
			clear(&text);
		}
		child_ends(0);
	}
	for (size_t i = 0; i < COUNT(readers); i++)
		is(reap(readers[i]), 0, "status of a reader");
	expect(fd, "$f.close; $n", KMVM_DONE, "400");
}

/* An address of the kernel, by name. */
static void peeked(const void *data)
{
	struct buffer version = { 0 };
	char text[300], wanted[700];
	int fd;

	if (is_uml())
		skip("User-Mode Linux cannot do that");
	slurp("/proc/version", &version);
	is(module_load("peek=1"), EEXIST, "errno of loading twice");
	is(module_unload(), 0, "errno of unloading");
	is(module_load("peek=1"), 0, "errno of loading with peek");
	fd = session_read_write();
	/* What cannot be read is told. */
	expect(fd, "[0, 1, 4096, 2**64 - 1, 2**63, 2**47, 2**64 - 4096].map { |at| begin; Linux::Memory.peek(at, 8); rescue Errno::EFAULT; :no; end }.uniq",
	       KMVM_DONE, "[:no]");
	expect(fd, "begin; Linux::Memory.peek(64, 8); rescue => e; e.message; end", KMVM_DONE, "\"Bad address - peek 8 bytes at 64\"");
	snprintf(text, sizeof(text), "banner = Linux::Memory.peek(%llu, 400); banner[0, banner.index(\"\\0\")]", address_of("linux_banner"));
	snprintf(wanted, sizeof(wanted), "\"%.*s\\n\"", (int)strcspn(version.bytes, "\n"), version.bytes);
	expect(fd, text, KMVM_DONE, wanted);
	snprintf(text, sizeof(text), "[Linux::Memory.peek(%llu, 4096).size, Linux::Memory.peek(%llu, 0)]", address_of("linux_banner"), address_of("linux_banner"));
	expect(fd, text, KMVM_DONE, "[4096, \"\"]");
	clear(&version);
}

static const struct test file_tests[] = {
	{ "file: what is read is made from its beginning on, for each who opens it", content },
	{ "file: what is written reaches the block, and its Errno who writes", written },
	{ "file: debugfs has them, too, and who has one open holds the module", debug_file, .fresh = true },
	{ "file: who waits for a VM that computes is told in time, or can be killed", waiting },
	{ "file: many readers at once, each of whom gets all of it", many_readers },
	{ "file: unloading a VM answers whoever waits for it", unloading },
	{ "file: what is kept of one, by however many, is a part of the budget", kept },
	{ "file: who never takes what is copied keeps the file, and not its VM", never_copied, .fresh = true },
	{ "file: the module goes while main's files are read", module_goes, .fresh = true },
	{ "file: a VM that waits for another one's file can be stopped and unloaded", waiting_vm },
	{ "file: VMs and readers come and go, and are killed, and all memory comes back", coming_and_going, .once = true },
	{ "file: peek reads what stands in the kernel, once the module lets it", peeked, .fresh = true },
};

SUITE(file);
