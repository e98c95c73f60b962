// SPDX-License-Identifier: GPL-2.0
/* Signals, kill -9 in every phase, and who keeps a session alive. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "test.h"

static void hear(int signal)
{
}

/* data: SA_RESTART or nothing. */
static void interrupted(const void *data)
{
	struct sigaction action = { .sa_handler = hear, .sa_flags = (uintptr_t)data };
	int fd = session_read_write();
	pid_t pid = getpid(), child;
	struct outcome got;

	sigaction(SIGUSR1, &action, NULL);
	expect(fd, "$ran = 0", KMVM_DONE, "0");
	child = fork_child();
	if (!child) {
		until(info_of(fd).owner_pid == pid && sleeps(pid));
		kill(pid, SIGUSR1);
		child_ends(0);
	}
	is_errno(run(fd, KMVM_RUN_INSPECT, &got, "$ran += 1; $go_on = nil; usleep 1000 until $go_on; $ran"),
		 EINTR, "run");
	is(reap(child), 0, "the one that sent it");
	holds(got.id, "the id is not told");
	is(info_of(fd).owner_pid, pid, "whose run goes on");

	child = fork_child();
	if (!child) {
		until(sleeps(pid));
		kill(pid, SIGUSR1);
		child_ends(0);
	}
	is_errno(wait_run(fd, got.id, &got), EINTR, "wait");
	is(reap(child), 0, "the one that sent it");
	is(info_of(fd).owner_pid, pid, "whose run goes on");
	is(stop_run(fd, got.id, 0), 0, "errno of the stop");
	is(wait_run(fd, got.id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
	expect(fd, "$ran", KMVM_DONE, "1");
}

static void taken_up(const void *data)
{
	struct sigaction action = { .sa_handler = hear };
	int fd = session_read_write();
	int other = session_read_write();
	struct output output = { 0 };
	struct outcome got;
	pid_t pid = getpid(), child;

	sigaction(SIGUSR1, &action, NULL);
	child = fork_child();
	if (!child) {
		read_until(fd, &output, "on");
		until(sleeps(pid));
		kill(pid, SIGUSR1);
		child_ends(0);
	}
	is_errno(run(fd, KMVM_RUN_INSPECT, &got, "q = Linux::Queue.open('go'); puts 'on'; q.pop; 'its value'"),
		 EINTR, "run");
	is(vm_load(other, "a"), 0, "errno of loading");
	is(vm_run(other, "a", 0, "Linux::Queue.open('go') << 1", NULL), 0, "errno of the run that lets it end");
	is(vm_unload(other, "a"), 0, "errno of unloading");
	is(wait_run(fd, got.id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_DONE, "outcome");
	is_text(got.value, "\"its value\"", "value");
	is(reap(child), 0, "the one that sent it");
}

/* What a process may be doing when it is killed. Each returns only if it failed. */
static void in_loop(int fd)
{
	struct outcome got;

	run(fd, 0, &got, "loop { }");
}

static void asleep(int fd)
{
	struct outcome got;

	run(fd, 0, &got, "sleep");
}

static void in_rescue(int fd)
{
	struct outcome got;

	run(fd, 0, &got, "begin; loop { }; rescue Exception; retry; ensure; loop { }; end");
}

static void printing(int fd)
{
	struct output output = { 0 };

	start(fd, 0, "loop { puts 'x' * 999 }");
	for (;;) {
		const struct timespec pause = { .tv_nsec = 200000000 };

		/* Slowly, so that the ring is full most of the time. */
		if (read_some(fd, 2000, &output) <= 0)
			return;
		clear(&output.out);
		clear(&output.both);
		nanosleep(&pause, NULL);
	}
}

static void reading(int fd)
{
	char byte[100];

	start(fd, 0, "loop { }");
	if (read(fd, byte, sizeof(byte)) < 0)
		return;
}

static void polling(int fd)
{
	struct pollfd poll_ = { .fd = fd, .events = POLLIN };

	start(fd, 0, "loop { }");
	poll(&poll_, 1, -1);
}

static void in_wait(int fd)
{
	struct outcome got;

	wait_run(fd, start(fd, 0, "loop { }"), &got);
}

static void in_write(int fd)
{
	struct image image = ruby("loop { }");

	put(fd, image.bytes, image.size);
}

static void in_write_printing(int fd)
{
	struct image image = ruby("loop { puts 'x' * 999 }");

	put(fd, image.bytes, image.size);
}

static void half_written(int fd)
{
	struct image image = ruby("loop { }");

	start(fd, 0, "loop { }");
	put(fd, image.bytes, image.size - 1);
	pause();
}

static void following(int fd)
{
	struct outcome got;

	run(fd, KMVM_RUN_FOLLOW, &got, "10.times { Linux::Timer.every(us: 500) { puts 'x' } }");
}

static void in_event(int fd)
{
	struct outcome got;

	run(fd, KMVM_RUN_FOLLOW, &got, "Linux::Timer.after(us: 100) { loop { } }; sleep");
}

static void many(int fd)
{
	for (int i = 0; i < KMVM_RUNS_MAX; i++)
		start(fd, KMVM_RUN_FOLLOW, "Linux::Timer.every(us: 100) { }; sleep");
	pause();
}

static void killed(const void *data)
{
	void (*phase)(int fd) = data;
	int fd = session_read_write();

	for (int i = 0; i < 8; i++) {
		pid_t pid = fork_child();
		u64 begun;

		if (!pid) {
			close(fd);
			phase(session_read_write());
			child_ends(1);
		}
		if (phase == following)
			until(info_of(fd).handles == 10);
		else
			until(info_of(fd).owner_pid == pid);
		if (phase != printing && phase != many && phase != in_event && phase != following)
			until(sleeps(pid));
		/* A moment more or less: it is to be met anywhere. */
		usleep(i * 3000);
		kill_child(pid);
		begun = now();
		expect(fd, "1 + 1", KMVM_DONE, "2");
		holds(now() - begun < at_most(2 * SECOND), "the next run waited %llu ms", (now() - begun) / 1000000);
		until(vm_idle(fd));
	}
}

static void killed_in_queue(const void *data)
{
	int fd = session_read_write();
	u64 id = start(fd, 0, "$ran = false; puts 'on'; sleep");
	struct output output = { 0 };
	struct outcome got;
	pid_t pid;

	read_until(fd, &output, "on");
	pid = fork_child();
	if (!pid) {
		close(fd);
		fd = session_read_write();
		run(fd, 0, &got, "$ran = true");
		child_ends(1);
	}
	until(info_of(fd).waiting == 1);
	kill_child(pid);
	until(info_of(fd).waiting == 0);
	is(info_of(fd).owner_pid, getpid(), "whose run goes on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	expect(fd, "$ran", KMVM_DONE, "false");
}

/* A crowd of clients, killed whenever. */
static void killed_in_crowd(const void *data)
{
	static void (*const phases[])(int fd) = {
		in_loop, asleep, in_rescue, printing, reading, in_wait, in_write, half_written,
		following, many,
	};
	int fd = session_read_write();
	pid_t pids[20];

	srand(7);
	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < COUNT(pids); i++) {
			pids[i] = fork_child();
			if (!pids[i]) {
				close(fd);
				phases[(i + round) % COUNT(phases)](session_read_write());
				pause();
			}
		}
		usleep(rand() % 100000);
		for (size_t i = 0; i < COUNT(pids); i++)
			kill_child(pids[i]);
		until(vm_idle(fd));
		expect(fd, "1 + 1", KMVM_DONE, "2");
	}
}

static void last_close(const void *data)
{
	int fd = session_read_write(), other = session_read_write();

	for (int i = 0; i < 20; i++) {
		start(other, 0, i & 1 ? "loop { }" : "sleep");
		start(other, 0, "$never = true");
		until(info_of(fd).owner_pid);
		is(close(other), 0, "close()");
		until(vm_idle(fd));
		other = session_read_write();
	}
	expect(fd, "$never", KMVM_DONE, "nil");
}

static void last_of_two(const void *data)
{
	int fd = session_read_write(), other = session_read_write(), twin = dup(other);
	struct outcome got;
	u64 id = start(other, 0, "$outlived = false; usleep 200_000; $outlived = true; puts 'late'; sleep");
	struct output output = { 0 };

	until(info_of(fd).owner_pid);
	is(close(other), 0, "close() of one of two");
	fcntl(twin, F_SETFL, O_NONBLOCK);
	is_errno(wait_run(twin, id, &got), EAGAIN, "wait");
	fcntl(twin, F_SETFL, 0);
	read_until(twin, &output, "late");
	fcntl(twin, F_SETFL, O_NONBLOCK);
	is_errno(wait_run(twin, id, &got), EAGAIN, "wait, later");
	is(close(twin), 0, "close() of the last one");
	until(vm_idle(fd));
	expect(fd, "$outlived", KMVM_DONE, "true");
}

static void last_of_fork(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct kmvm_kill_args kill;
	struct output output = { 0 };
	struct outcome got;
	pid_t pid;
	u64 id;

	/* A close() that were the last one would let no ensure run. */
	start(other, 0, "$outlived = false; begin; puts 'on'; sleep; ensure; $outlived = true; end");
	pid = fork_child();
	if (!pid) {
		pause();
		child_ends(1);
	}
	read_until(other, &output, "on");
	is(close(other), 0, "close() of the parent's");
	is(vm_kill(fd, 0, "", &kill), 0, "errno of the kill");
	until(vm_idle(fd));
	expect(fd, "$outlived", KMVM_DONE, "true");
	kill_child(pid);

	other = session_read_write();
	start(other, 0, "sleep");
	pid = fork_child();
	if (!pid) {
		pause();
		child_ends(1);
	}
	until(info_of(fd).owner_pid);
	close(other);
	kill_child(pid);
	until(vm_idle(fd));

	/* The child may stop and ask for what its parent has started. */
	other = session_read_write();
	id = start(other, 0, "sleep");
	pid = fork_child();
	if (!pid) {
		is(stop_run(other, id, 0), 0, "errno of the stop");
		is(wait_run(other, id, &got), 0, "errno of the wait");
		is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
		child_ends(0);
	}
	is(reap(pid), 0, "how the child ended");
	is_errno(wait_run(other, id, &got), ENOENT, "the parent's wait");
}

struct closer {
	int fd;
	volatile pid_t reader;
};

static void *reads_on(void *data)
{
	struct closer *closer = data;
	char bytes[100];

	closer->reader = syscall(SYS_gettid);
	while (read(closer->fd, bytes, sizeof(bytes)) > 0)
		;
	return NULL;
}

/* close() while another thread is in read(): that one keeps the session. */
static void close_while_reading(const void *data)
{
	int fd = session_read_write();
	struct closer closer = { session_read_write() };
	struct kmvm_kill_args kill;
	pthread_t thread;
	struct outcome got;
	/* A close() that were the last one would let no ensure run. */
	u64 id = start(closer.fd, 0, "$came_to_its_end = 0; begin; sleep; ensure; $came_to_its_end = 1; end");

	pthread_create(&thread, NULL, reads_on, &closer);
	until(info_of(fd).owner_pid && sleeps(thread_of_vm()));
	/* Not before it is in read(): without it this close() would be the last one. */
	until(closer.reader && state_of(closer.reader) == 'S');
	is(close(closer.fd), 0, "close()");
	is(vm_kill(fd, 0, "", &kill), 0, "errno of the kill");
	pthread_join(thread, NULL);
	is_errno(wait_run(fd, id, &got), ENOENT, "wait in another session");
	expect(fd, "$came_to_its_end", KMVM_DONE, "1");
}

static void progress(const void *data)
{
	int fd = session_read_write();
	struct timespec before, after;
	struct output output = { 0 };
	u64 id = start(fd, 0, data), begun, spent;

	read_until(fd, &output, "on");
	begun = now();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	while (now() < begun + 2 * SECOND)
		;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	spent = (after.tv_sec - before.tv_sec) * SECOND + after.tv_nsec - before.tv_nsec;
	holds(spent > 2 * SECOND / 5, "of 2 s this process had %llu ms", spent / 1000000);
	is(info_of(fd).owner_pid, getpid(), "whose run goes on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	until(vm_idle(fd));
}

static const struct test signal_tests[] = {
	{ "signal: run and wait end with EINTR, and the run goes on once", interrupted },
	{ "signal: also when system calls are to be restarted", interrupted, (void *)SA_RESTART },
	{ "signal: a wait takes up the run whose wait was interrupted", taken_up },
	{ "signal: kill -9 while it waits for its turn leaves the other run alone", killed_in_queue },
	{ "signal: kill -9 in a loop frees the VM", killed, in_loop },
	{ "signal: kill -9 of what sleeps frees the VM", killed, asleep },
	{ "signal: kill -9 of what rescues everything frees the VM", killed, in_rescue },
	{ "signal: kill -9 while the run waits for room frees the VM", killed, printing },
	{ "signal: kill -9 in read() frees the VM", killed, reading },
	{ "signal: kill -9 in poll() frees the VM", killed, polling },
	{ "signal: kill -9 in a wait frees the VM", killed, in_wait },
	{ "signal: kill -9 in write() frees the VM", killed, in_write },
	{ "signal: kill -9 in write() of what prints without a reader frees the VM", killed, in_write_printing },
	{ "signal: kill -9 with half an image written frees the VM", killed, half_written },
	{ "signal: kill -9 while timers are followed closes them", killed, following },
	{ "signal: kill -9 while a followed timer's block loops frees the VM", killed, in_event },
	{ "signal: kill -9 with sixteen runs queued frees the VM", killed, many },
	{ "signal: kill -9 of a crowd in all phases frees the VM", killed_in_crowd },
	{ "signal: the last close() stops what runs and what is queued", last_close },
	{ "signal: a session lives as long as one of its descriptors", last_of_two },
	{ "signal: a session lives as long as one of its processes", last_of_fork },
	{ "signal: close() while another thread reads", close_while_reading },
	{ "signal: a loop leaves other processes their share", progress, "puts 'on'; loop { }" },
	{ "signal: a loop in C code leaves other processes their share", progress,
	  "puts 'on'; a = (1..2000).to_a; loop { a.sort; a.map(&:to_s).join }" },
	{ "signal: a timer's block that loops leaves other processes their share", progress,
	  "Linux::Timer.after(us: 1) { puts 'on'; loop { } }; sleep" },
};

SUITE(signal);
