// SPDX-License-Identifier: GPL-2.0
/* read() and poll(): what programs print. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include "test.h"

#define HEAD	sizeof(struct kmvm_record)

static void order(const void *data)
{
	struct output output = { 0 };
	int fd = session_read_write();
	struct outcome got;

	is(run(fd, 0, &got, "print 'a'; $stderr.print 'b'; puts 'c'; warn 'd'; printf('%d', 5); p :e; "
	       "$stderr << 'f' << 'g'; STDOUT.write('h', 'i')"), 0, "errno");
	read_all(fd, &output);
	is_text(output.both.bytes, "abc\nd\n5:e\nfghi", "all");
	is_text(output.out.bytes, "ac\n5:e\nhi", "stdout");
	is_text(output.err.bytes, "bd\nfg", "stderr");
	is(output.run, got.id, "id of the run");
}

static void ids(const void *data)
{
	struct output output = { 0 };
	int fd = session_read_write();
	u64 one = start(fd, 0, "print 1"), two = start(fd, 0, "print 2");

	holds(one != two, "two runs have one id");
	is(read_some(fd, HEAD + 1, &output), HEAD + 1, "read()");
	is(output.run, one, "run of the first record");
	is(read_some(fd, HEAD + 1, &output), HEAD + 1, "read()");
	is(output.run, two, "run of the second record");
	is(read_some(fd, HEAD + 1, &output), 0, "read() at the end");
	is_text(output.out.bytes, "12", "stdout");
}

static void any_bytes(const void *data)
{
	struct output output = { 0 };
	int fd = session_read_write();

	start(fd, 0, "256.times { |i| print i.chr }; print ''; print 'end'");
	read_all(fd, &output);
	is(output.out.size, 259, "bytes");
	for (int i = 0; i < 256; i++)
		is((unsigned char)output.out.bytes[i], i, "byte %d", i);
}

static void live(const void *data)
{
	struct output output = { 0 };
	struct outcome got;
	int fd = session_read_write();
	/* read() has to be woken up, or it would wait for the end. */
	u64 id = start(fd, 0, "usleep 100_000; puts 'first'; loop { }");

	read_until(fd, &output, "first\n");
	is(info_of(fd).owner_pid, getpid(), "whose run goes on");
	is(stop_run(fd, id, 0), 0, "errno of the stop");
	is(read_some(fd, 100, &output), 0, "read() when it has ended");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.outcome, KMVM_INTERRUPTED, "outcome");
}

static void small(const void *data)
{
	struct output output = { 0 };
	int fd = session_read_write();
	struct outcome got;
	char bytes[HEAD];
	ssize_t ret;
	u64 id;

	start(fd, 0, "print 'abcdef'; warn 'ghi'; print 'jkl'");
	for (size_t size = 1; size <= HEAD; size++)
		is_errno(read(fd, bytes, size) < 0 ? errno : 0, EINVAL, "read() of %zu bytes", size);
	while ((ret = read_some(fd, HEAD + 1, &output)) > 0)
		is(ret, HEAD + 1, "read() of one byte and its head");
	is(ret, 0, "read() at the end");
	is(output.records, 13, "records");
	is_text(output.both.bytes, "abcdefghi\njkl", "all");
	is_text(output.err.bytes, "ghi\n", "stderr");

	/* Sizes in which the last record fits in part. */
	for (size_t size = HEAD + 1; size < 5 * HEAD; size++) {
		clear(&output.both);
		id = start(fd, 0, "10.times { |i| i % 2 == 0 ? print(i.to_s * (i + 1)) : $stderr.print('-' * i) }");
		while ((ret = read_some(fd, size, &output)) > 0)
			holds(ret <= (ssize_t)size, "read() of %zu gave %zd", size, ret);
		is_text(output.both.bytes, "0-222---44444-----6666666-------888888888---------",
			"read in pieces of %zu", size);
		is(wait_run(fd, id, &got), 0, "errno of the wait");
	}
}

/* What is numbered line by line has no gap and no end missing. */
static void numbered(const char *text, unsigned int count)
{
	unsigned int n = 0;
	char *end;

	while (text && *text) {
		if (strtoul(text, &end, 10) != n) {
			holds(false, "line %u is '%.20s'", n, text);
			return;
		}
		n++;
		text = strchr(end, '\n');
		text = text ? text + 1 : NULL;
	}
	is(n, count, "lines");
}

static void slow(const void *data)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	struct output output = { 0 };
	struct outcome got;
	int fd = session_read_write();
	u64 id = start(fd, 0, "50_000.times { |i| puts i.to_s.ljust(99, '.') }");
	ssize_t ret;

	/* The pause is what is tested: a reader slower than the writer. */
	while ((ret = read_some(fd, 1 << 16, &output)) > 0)
		nanosleep(&pause, NULL);
	is(ret, 0, "read() at the end");
	is(output.out.size, 5000000, "bytes");
	numbered(output.out.bytes, 50000);
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.lost_bytes, 0, "lost_bytes");
}

static void one_byte(const void *data)
{
	struct output output = { 0 };
	struct outcome got;
	int fd = session_read_write();
	u64 id = start(fd, 0, "20_000.times { |i| puts i }");
	ssize_t ret;

	while ((ret = read_some(fd, HEAD + 1, &output)) > 0)
		;
	is(ret, 0, "read() at the end");
	numbered(output.out.bytes, 20000);
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.lost_bytes, 0, "lost_bytes");
}

static void gone(const void *data)
{
	struct output output = { 0 };
	struct outcome got;
	int fd = session_read_write();
	u64 begun = now(), took, id;

	id = start(fd, 0, "3000.times { |i| puts i.to_s.ljust(999, '.') }; $gone = 1");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	took = now() - begun;
	is(got.result.outcome, KMVM_DONE, "outcome");
	holds(took > 900000000 && took < at_most(10 * SECOND), "it took %llu ms", took / 1000000);
	holds(got.result.lost_bytes > 2900000, "only %llu bytes are lost",
	      got.result.lost_bytes);
	read_all(fd, &output);
	is(output.out.size + got.result.lost_bytes, 3000000, "bytes read and lost");
	numbered(output.out.bytes, (output.out.size + 999) / 1000);

	/* Who reads again is waited for again. */
	clear(&output.out);
	id = start(fd, 0, "5000.times { |i| puts i.to_s.ljust(999, '.') }");
	read_all(fd, &output);
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.lost_bytes, 0, "lost_bytes of a reader that came back");
	numbered(output.out.bytes, 5000);
}

/* Stops reading in the middle, and comes back: all is read or counted. */
static void comes_back(const void *data)
{
	struct output output = { 0 };
	struct outcome got;
	int fd = session_read_write();
	u64 id = start(fd, 0, "4000.times { |i| puts i.to_s.ljust(499, '.') }; usleep 1; $stderr.puts 'over';"
		       "4000.times { |i| puts i.to_s.ljust(499, '.') }");

	for (int i = 0; i < 5; i++)
		read_some(fd, 5000, &output);
	/* Its thread waits for room, then does so no longer. */
	until(info_of(fd).owner_pid == 0);
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	read_all(fd, &output);
	is(output.both.size + got.result.lost_bytes, 4000005, "bytes read and lost");
	holds(got.result.lost_bytes > 0, "nothing was lost");
}

static void not_in_write(const void *data)
{
	struct image image = ruby("2000.times { |i| puts i.to_s.ljust(999, '.') }; print 'end'");
	struct output output = { 0 };
	u64 begun, took = ~0ULL;
	int fd = -1;

	/* One that waited for a reader would do so each time. */
	for (int i = 0; i < 3 && took >= 950000000; i++) {
		close(fd);
		fd = session_read_write();
		begun = now();
		is(put(fd, image.bytes, image.size), image.size, "bytes");
		took = now() - begun;
	}
	holds(took < 950000000, "write() took %llu ms", took / 1000000);
	read_all(fd, &output);
	holds(output.out.size > 50000 && output.out.size <= 65536, "%zu bytes are there",
	      output.out.size);
	numbered(output.out.bytes, (output.out.size + 999) / 1000);
}

static void ends(const void *data)
{
	struct output output = { 0 };
	int fd = session_read_write();

	is(read_some(fd, 100, &output), 0, "read() before any run");
	for (int i = 0; i < 20; i++) {
		u64 id = start(fd, 0, "print 'x'; usleep 500");
		struct outcome got;

		is(read_some(fd, 100, &output), HEAD + 1, "read()");
		is(read_some(fd, 100, &output), 0, "read() at the end");
		fcntl(fd, F_SETFL, O_NONBLOCK);
		is(wait_run(fd, id, &got), 0, "errno of the wait when read() has ended");
		fcntl(fd, F_SETFL, 0);
		is(read_some(fd, 100, &output), 0, "read() again");
	}
}

static short events(int fd, int ms)
{
	struct pollfd poll_ = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };

	return poll(&poll_, 1, ms) < 0 ? -1 : poll_.revents;
}

static void polls(const void *data)
{
	struct pollfd in = { .events = POLLIN };
	struct output output = { 0 };
	int fd = session_read_write();
	u64 id;

	in.fd = fd;
	is(events(fd, 0), POLLOUT | POLLHUP, "events of an idle session");
	id = start(fd, 0, "usleep 100_000; print 'x'; loop { }");
	is(events(fd, 0) & POLLHUP, 0, "POLLHUP while the run goes on");
	is(poll(&in, 1, 10000), 1, "poll() for a record");
	is(in.revents, POLLIN, "events then");
	is(read_some(fd, 100, &output), HEAD + 1, "read()");
	is(poll(&in, 1, 0), 0, "poll() when it was read");
	is(events(fd, 0), POLLOUT, "events when it was read");
	stop_run(fd, id, 0);
	is(poll(&in, 1, 10000), 1, "poll() for the end");
	is(in.revents, POLLHUP, "events at the end");
	id = start(fd, 0, "print 'y'");
	until(!info_of(fd).owner_pid && events(fd, 0) & POLLIN);
	is(events(fd, 0), POLLOUT | POLLIN, "events of what is left");
	is(read_some(fd, 100, &output), HEAD + 1, "read()");
	/* The end is told behind the last record. */
	until(events(fd, 0) == (POLLOUT | POLLHUP));
	close(fd);
	fd = session(O_WRONLY);
	is(events(fd, 0), POLLOUT, "events of a write-only session");
}

struct reader {
	int fd;
	pthread_t thread;
	struct output output;
	size_t size;
	unsigned char *seen;
};

static void *reads(void *data)
{
	struct reader *reader = data;
	char *bytes = malloc(reader->size);
	ssize_t got;

	while ((got = read(reader->fd, bytes, reader->size)) > 0)
		for (ssize_t at = 0; at < got;) {
			struct kmvm_record head;

			memcpy(&head, bytes + at, HEAD);
			at += HEAD;
			if (!head.size || head.size > got - at)
				give_up("a bad record of %u bytes", head.size);
			/* One line a record: they are smaller than what is read. */
			__atomic_add_fetch(&reader->seen[atoi(bytes + at)], 1, __ATOMIC_RELAXED);
			at += head.size;
		}
	return NULL;
}

static void two_readers(const void *data)
{
	static unsigned char seen[20000];
	struct reader readers[3];
	struct outcome got;
	int fd = session_read_write();
	u64 id = start(fd, 0, "20_000.times { |i| puts i.to_s.rjust(10, '0') }");
	unsigned int wrong = 0;

	for (int i = 0; i < 3; i++) {
		readers[i] = (struct reader) { .fd = fd, .size = 27 * (i + 1), .seen = seen };
		pthread_create(&readers[i].thread, NULL, reads, &readers[i]);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(readers[i].thread, NULL);
	for (size_t i = 0; i < COUNT(seen); i++)
		wrong += seen[i] != 1;
	is(wrong, 0, "lines that came more or less than once");
	is(wait_run(fd, id, &got), 0, "errno of the wait");
	is(got.result.lost_bytes, 0, "lost_bytes");
}

static void hear(int signal)
{
}

static void interrupted(const void *data)
{
	struct sigaction action = { .sa_handler = hear };
	struct output output = { 0 };
	int fd = session_read_write();
	pid_t pid = getpid(), child;

	sigaction(SIGUSR1, &action, NULL);
	start(fd, 0, "sleep");
	child = fork_child();
	if (!child) {
		until(sleeps(pid));
		kill(pid, SIGUSR1);
		child_ends(0);
	}
	is_errno(-read_some(fd, 100, &output), EINTR, "read()");
	is(reap(child), 0, "the one that sent it");
	until(info_of(fd).owner_pid == pid);
}

/* A buffer that ends in the middle of a record: nothing of it may be lost. */
static void bad_address(const void *data)
{
	long page = sysconf(_SC_PAGESIZE);
	char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct output output = { 0 };
	int fd = session_read_write();
	struct outcome got;

	munmap(two + page, page);
	is(run(fd, 0, &got, "puts 'a' * 99; warn 'b' * 99; puts 'c' * 99"), 0, "errno");
	for (size_t room = 0; room < HEAD + 100; room++)
		is_errno(read(fd, two + page - room, 1000) < 0 ? errno : 0, EFAULT,
			 "read() to %zu good bytes", room);
	/* The first record fits, and the second does not. */
	is(read(fd, two + page - HEAD - 150, 1000), HEAD + 100, "read() to room for one");
	is(two[page - 150], 'a', "first byte of it");
	read_all(fd, &output);
	is(output.err.size, 100, "bytes of stderr");
	is(strspn(output.err.bytes, "b"), 99, "bytes of it that are its own");
	is(output.out.size, 100, "bytes of stdout behind it");
	is(strspn(output.out.bytes, "c"), 99, "bytes of it that are its own");
}

static void apart(const void *data)
{
	struct output one = { 0 }, two = { 0 };
	int a = session_read_write(), b = session_read_write();
	struct outcome got;

	is(run(a, 0, &got, "print 'for a'"), 0, "errno");
	is(read_some(b, 100, &two), 0, "read() of the other");
	is(run(b, 0, &got, "print 'for b'; warn 'too'"), 0, "errno");
	read_all(a, &one);
	read_all(b, &two);
	is_text(one.both.bytes, "for a", "what a reads");
	is_text(two.both.bytes, "for btoo\n", "what b reads");
}

static const struct test output_tests[] = {
	{ "output: records come in order, stdout and stderr told apart, with the id of their run", order },
	{ "output: two runs of a session print one after the other", ids },
	{ "output: any byte passes, and printing nothing is no record", any_bytes },
	{ "output: what is printed can be read while the run goes on", live },
	{ "output: small buffers get split records, each with its head; too small ones EINVAL", small },
	{ "output: a reader slower than the writer loses nothing of 5 MB", slow },
	{ "output: a reader of one byte at a time loses nothing", one_byte },
	{ "output: a reader that is gone is waited for a second; then what is lost is counted, and the run goes on", gone },
	{ "output: bytes read and lost are all bytes, when a reader stops in the middle", comes_back },
	{ "output: in write() a full ring does not wait", not_in_write },
	{ "output: read() ends when no run is in flight, and then the result is there", ends },
	{ "output: poll() tells records, the end, and room", polls },
	{ "output: three threads that read share the records, none twice and none lost", two_readers },
	{ "output: a signal ends read() with EINTR, the run goes on", interrupted },
	{ "output: read() to a bad address: EFAULT, and nothing is lost", bad_address },
	{ "output: two sessions never see each other's output", apart },
};

SUITE(output);
