// SPDX-License-Identifier: GPL-2.0
/* write(): images in pieces, several in a row, cut, damaged, and none at all. */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/uio.h>

#include "test.h"

/* Images behind each other. */
static struct image joined(const struct image *images, size_t count)
{
	struct buffer all = { 0 };

	for (size_t i = 0; i < count; i++)
		append(&all, images[i].bytes, images[i].size);
	return (struct image) { (unsigned char *)all.bytes, all.size };
}

/* An image of about so many bytes, which prints what it was given. */
static struct image large(size_t size)
{
	struct buffer text = { 0 };
	char line[80];

	append(&text, "s = 0\n", 6);
	for (size_t n = 0; text.size < size; n++) {
		int length = snprintf(line, sizeof(line), "s += '%050zu'.to_i\n", n);

		append(&text, line, length);
	}
	append(&text, "puts \"sum #{s}\"", 15);
	return ruby_text(text.bytes);
}

static void printed(int fd, const char *wanted)
{
	struct output output = { 0 };

	append(&output.both, "", 0);
	read_all(fd, &output);
	is_text(output.both.bytes, wanted, "what was printed");
	clear(&output.both);
}

/* Sum of the numbers that large() puts in. */
static const char *sum_of(const struct image *image)
{
	static char text[64];
	struct outcome outcome;
	struct output output = { 0 };
	int fd = session_read_write();

	is(run_image(fd, 0, image, &outcome), 0, "errno");
	read_all(fd, &output);
	snprintf(text, sizeof(text), "%s", output.out.bytes);
	contains(text, "sum ", "the image by ioctl");
	close(fd);
	return text;
}

/* data: bytes of a piece, 0 for any. */
static void pieces(const void *data)
{
	size_t piece = (uintptr_t)data, at = 0;
	struct image image = large(piece == 1 ? 20000 : piece == 7 ? 60000 : 400000);
	const char *wanted = sum_of(&image);
	int fd = session_read_write();
	bool all = true;

	srand(1);
	while (at < image.size) {
		size_t size = piece ?: 1U + rand() % (rand() % 3 ? 64 : 20000);

		if (size > image.size - at)
			size = image.size - at;
		if (put(fd, image.bytes + at, size) != (ssize_t)size)
			all = false;
		at += size;
	}
	holds(all, "each write() takes its whole piece");
	if (piece == 128 << 10)
		holds(image.size > 2 * piece, "the image has only %zu bytes", image.size);
	printed(fd, wanted);
	close(fd);
}

static void by_writev(const void *data)
{
	struct image image = large(30000);
	struct iovec parts[3] = {
		{ image.bytes, 5 }, { image.bytes + 5, 5000 },
		{ image.bytes + 5005, image.size - 5005 },
	};
	const char *wanted = sum_of(&image);
	int fd = session_read_write();

	is(writev(fd, parts, 3), image.size, "bytes");
	printed(fd, wanted);
}

static void row(struct image *images)
{
	images[0] = ruby("$row = ['a']; puts $row.join");
	images[1] = ruby("$row << 'b'; puts $row.join");
	images[2] = ruby("$row << 'c'; puts $row.join");
}

static void row_at_once(const void *data)
{
	struct image images[3], all;
	int fd = session_read_write();

	row(images);
	all = joined(images, 3);
	is(put(fd, all.bytes, all.size), all.size, "bytes");
	printed(fd, "a\nab\nabc\n");
	is(close(fd), 0, "close()");
}

static void row_in_pieces(const void *data)
{
	struct image images[3], all;
	int fd = session_read_write();

	row(images);
	all = joined(images, 3);
	for (size_t at = 0; at < all.size; at += 100) {
		size_t size = all.size - at < 100 ? all.size - at : 100;

		is(put(fd, all.bytes + at, size), size, "bytes at %zu", at);
	}
	printed(fd, "a\nab\nabc\n");
	is(close(fd), 0, "close()");
}

static void newline(const void *data)
{
	struct image images[3] = { ruby("print 1"), { (unsigned char *)"\n", 1 }, ruby("print 2") };
	struct image all = joined(images, 3);
	int fd = session_read_write();

	is(put(fd, images[0].bytes, images[0].size), images[0].size, "bytes");
	is(put(fd, "\n", 1), 1, "a newline in a write() of its own");
	is(put(fd, all.bytes, all.size), all.size, "bytes, a newline between two");
	is(put(fd, "\n", 1), 1, "and one behind");
	printed(fd, "112");
	is(close(fd), 0, "close()");
}

static void two_newlines(const void *data)
{
	struct image images[2] = { ruby("print 1"), { (unsigned char *)"\n\n", 2 } };
	struct image all = joined(images, 2);
	int fd = session_read_write();

	is(put(fd, all.bytes, all.size), all.size - 1, "bytes");
	is_errno(-put(fd, "\n", 1), ENOEXEC, "the second newline");
	is(put(fd, images[0].bytes, images[0].size), images[0].size, "the next image");
	is(close(fd), 0, "close()");
	fd = session_read_write();
	is_errno(-put(fd, "\n", 1), ENOEXEC, "a newline before any image");
	close(fd);
	fd = session_read_write();
	is(put(fd, images[0].bytes, images[0].size), images[0].size, "bytes");
	is(put(fd, "\n", 1), 1, "the first newline");
	is_errno(-put(fd, "\n", 1), ENOEXEC, "the second newline, alone");
	close(fd);
}

static void failing_among(const void *data)
{
	struct image images[4] = {
		ruby("print 'a'"), ruby("print 'b'; raise 'told once'"), ruby("print 'c'"),
		ruby("print 'd'"),
	};
	struct image all = joined(images, 4);
	size_t well = images[0].size;
	struct output output = { 0 };
	int fd = session_read_write();

	is(put(fd, all.bytes, all.size), well, "bytes through the last good one");
	is_errno(-put(fd, all.bytes + well, all.size - well), EIO, "the rest again");
	read_all(fd, &output);
	is_text(output.out.bytes, "ab", "stdout");
	is(count_of(output.err.bytes, "told once"), 1, "times the error is told");
	contains(output.err.bytes, "t.rb:1", "its place");
	well = images[0].size + images[1].size;
	is(put(fd, all.bytes + well, all.size - well), all.size - well, "what is behind it");
	printed(fd, "cd");
	is(close(fd), 0, "close()");
}

static void failing_first(const void *data)
{
	struct image images[2] = { ruby("print 'a'; raise 'x'"), ruby("print 'b'") };
	struct image all = joined(images, 2);
	struct output output = { 0 };
	int fd = session_read_write();

	is_errno(-put(fd, all.bytes, all.size), EIO, "the first fails");
	read_all(fd, &output);
	is_text(output.out.bytes, "a", "stdout");
	is(put(fd, images[1].bytes, images[1].size), images[1].size, "the next write()");
	printed(fd, "b");
	is(close(fd), 0, "close()");
}

/* A short write that nobody takes up must not end well. */
static void failing_untold(const void *data)
{
	struct image images[2] = { ruby("1"), ruby("raise 'x'") };
	struct image all = joined(images, 2);
	int fd = session_read_write();

	is(put(fd, all.bytes, all.size), images[0].size, "bytes");
	is_errno(close(fd) ? errno : 0, EIO, "close()");
}

static void failing_across(const void *data)
{
	struct image image = ruby("print 'a'; raise 'x'");
	struct output output = { 0 };
	int fd = session_read_write();

	is(put(fd, image.bytes, image.size - 1), image.size - 1, "all but one byte");
	is_errno(-put(fd, image.bytes + image.size - 1, 1), EIO, "the last byte");
	read_all(fd, &output);
	is_text(output.out.bytes, "a", "stdout");
	is(close(fd), 0, "close()");
}

static void truncated(const void *data)
{
	struct image image = ruby("puts 'never'");
	struct buffer lines = { 0 };
	int log = log_follow();
	unsigned int count;
	int fd, twin;

	fd = session(O_WRONLY);
	twin = dup(fd);
	put(fd, image.bytes, 50);
	is(close(fd), 0, "close() of one of two");
	is(put(twin, image.bytes + 50, 10), 10, "bytes through the other");
	is_errno(close(twin) ? errno : 0, EBADMSG, "the last close()");
	log_read(log, &lines);
	contains(lines.bytes, "kmvm: device-test (", "the log");
	contains(lines.bytes, "60 bytes arrived", "the log");

	for (size_t size = 1; size < image.size; size++) {
		fd = session(O_WRONLY);
		is(put(fd, image.bytes, size), size, "bytes");
		is_errno(close(fd) ? errno : 0, EBADMSG, "close() after %zu bytes", size);
	}
	clear(&lines);
	log_read(log, &lines);
	count = count_of(lines.bytes, "image cut short");
	holds(count > 0 && count < image.size / 2, "%u lines of %zu in the log", count, image.size);
	is(count_of(lines.bytes, "never"), 0, "lines it printed");
}

struct reader {
	int fd;
	volatile pid_t tid;
};

static void *reads(void *data)
{
	struct reader *reader = data;
	char bytes[100];

	reader->tid = syscall(SYS_gettid);
	while (read(reader->fd, bytes, sizeof(bytes)) > 0)
		;
	return NULL;
}

/* A thread in read() has the file still, so the last close() is nobody's. */
static void truncated_unclosed(const void *data)
{
	struct image image = ruby("puts 'never'");
	struct reader reader = { session_read_write() };
	int log = log_follow(), fd = session_read_write();
	struct buffer lines = { 0 };
	struct kmvm_kill_args kill;
	pthread_t thread;

	start(reader.fd, 0, "sleep");
	is(put(reader.fd, image.bytes, 70), 70, "bytes");
	pthread_create(&thread, NULL, reads, &reader);
	until(info_of(fd).owner_pid && reader.tid && state_of(reader.tid) == 'S');
	is(close(reader.fd), 0, "close()");
	is(vm_kill(fd, 0, "", &kill), 0, "errno of the kill");
	pthread_join(thread, NULL);
	until(({ log_read(log, &lines); strstr(lines.bytes, "70 bytes arrived"); }));
}

static const struct {
	const char *what;
	const char *bytes;
	size_t size;
	const char *sentence;
} garbage[] = {
	{ "a program", "puts 'hello'\n", 13, "not an image, use kmctl compile" },
	{ "one letter", "p", 1, "not an image, use kmctl compile" },
	{ "a letter behind RIT", "RITX", 4, "not an image, use kmctl compile" },
	{ "a zero", "", 1, "not an image, use kmctl compile" },
	{ "an executable", "\x7f" "ELF", 4, "not an image, use kmctl compile" },
	{ "another version", "RITE0200\0\0\1\0MATZ0000", 20, "made for RITE 0200, this VM runs 0300" },
	{ "a newer version", "RITE0400\0\0\1\0MATZ0000", 20, "made for RITE 0400, this VM runs 0300" },
	{ "a tiny size", "RITE0300\0\0\0\7MATZ0000", 20, "header says 7 bytes" },
	{ "another compiler", "RITE0300\0\0\1\0ABCD0000", 20, "made by compiler ABCD" },
};

static void garbage_told(const void *data)
{
	int log = log_follow();

	for (size_t i = 0; i < COUNT(garbage); i++) {
		struct output output = { 0 };
		struct buffer lines = { 0 };
		int fd = session_read_write();

		is_errno(-put(fd, garbage[i].bytes, garbage[i].size), ENOEXEC, "%s", garbage[i].what);
		read_all(fd, &output);
		contains(output.err.bytes, garbage[i].sentence, "%s, stderr", garbage[i].what);
		is(output.err.bytes ? output.err.bytes[output.err.size - 1] : 0, '\n',
		   "%s, last byte of the sentence", garbage[i].what);
		is(output.out.size, 0, "%s, bytes of stdout", garbage[i].what);
		is(close(fd), 0, "close()");
		log_read(log, &lines);
		is(count_of(lines.bytes, garbage[i].sentence), 0, "%s, lines in the log",
		   garbage[i].what);

		fd = session(O_WRONLY);
		is_errno(-put(fd, garbage[i].bytes, garbage[i].size), ENOEXEC, "%s", garbage[i].what);
		is(close(fd), 0, "close()");
		clear(&lines);
		log_read(log, &lines);
		contains(lines.bytes, garbage[i].sentence, "%s, log", garbage[i].what);
		clear(&lines);
	}
}

/* Each byte of the heads of an image wrong in turn: refused, or waiting for more bytes. */
static void damaged(const void *data)
{
	struct image image = ruby("x = [1, 'two']; x.each { |i| i.to_s }");
	unsigned int refused = 0;
	int fd = session_read_write();

	/* Header, head of the first section, size of the first record; tests/verify has the rest. */
	for (size_t at = 0; at < 36; at++) {
		struct output output = { 0 };
		struct image good = ruby_text("print 'good'");
		ssize_t ret;

		image.bytes[at] ^= 0x40;
		ret = put(fd, image.bytes, image.size);
		image.bytes[at] ^= 0x40;
		if (ret == -ENOEXEC) {
			refused++;
			close(fd);
			fd = session_read_write();
		} else if (ret >= 0) {
			/* A larger size: it wants more bytes. */
			close(fd);
			fd = session_read_write();
		}
		read_all(fd, &output);
		clear(&output.both);
		is(put(fd, good.bytes, good.size), good.size, "the next image after byte %zu", at);
		printed(fd, "good");
		free(good.bytes);
	}
	holds(refused > 30, "only %u were refused", refused);
}

static void nothing(const void *data)
{
	struct image image = ruby("print 'all the same'");
	int fd = session_read_write();

	is(put(fd, "", 0), 0, "before an image");
	is(put(fd, image.bytes, 30), 30, "a part");
	is(put(fd, "", 0), 0, "within an image");
	is(put(fd, image.bytes + 30, image.size - 30), image.size - 30, "the rest");
	is(put(fd, "", 0), 0, "behind an image");
	printed(fd, "all the same");
	is(close(fd), 0, "close()");
	fd = session(O_WRONLY);
	is(put(fd, "", 0), 0, "write-only");
	is(close(fd), 0, "close()");
}

static void put_size(unsigned char *head, u32 size)
{
	head[8] = size >> 24;
	head[9] = size >> 16;
	head[10] = size >> 8;
	head[11] = size;
}

static void too_large(const void *data)
{
	static const u32 sizes[] = { KMVM_IMAGE_MAX + 1, 1U << 30, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned char head[21] = "RITE0300....MATZ0000";
	long before = memory("VmallocUsed:");
	int fds[COUNT(sizes)];
	struct output output = { 0 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		fds[i] = session_read_write();
		put_size(head, sizes[i]);
		is_errno(-put(fds[i], head, 20), E2BIG, "a header that says %u", sizes[i]);
		read_all(fds[i], &output);
	}
	is(count_of(output.err.bytes, "larger than 16 MiB"), COUNT(sizes), "sentences");
	holds(memory("VmallocUsed:") - before < 1024, "%ld kB of vmalloc more",
	      memory("VmallocUsed:") - before);
	for (size_t i = 0; i < COUNT(sizes); i++)
		is(close(fds[i]), 0, "close()");
}

/* A header costs what has arrived, not what it says. */
static void patient(const void *data)
{
	unsigned char head[21] = "RITE0300....MATZ0000";
	long before = memory("MemAvailable:"), taken;
	int fds[16];

	put_size(head, KMVM_IMAGE_MAX);
	for (size_t i = 0; i < COUNT(fds); i++) {
		fds[i] = session_read_write();
		is(put(fds[i], head, 20), 20, "bytes");
	}
	taken = before - memory("MemAvailable:");
	holds(taken < 16 << 10, "sixteen headers of 16 MiB images took %ld kB", taken);
	for (size_t i = 0; i < COUNT(fds); i++)
		is_errno(close(fds[i]) ? errno : 0, EBADMSG, "close()");
}

/* The largest image there may be, and not one byte of it lost on the way. */
static void largest(const void *data)
{
	struct image image = ruby("print 'large'");
	unsigned char *bytes = calloc(1, KMVM_IMAGE_MAX);
	struct output output = { 0 };
	int fd = session_read_write();

	memcpy(bytes, image.bytes, image.size);
	put_size(bytes, KMVM_IMAGE_MAX);
	is_errno(-put(fd, bytes, KMVM_IMAGE_MAX), ENOEXEC, "16 MiB, most of it zeroes");
	read_all(fd, &output);
	contains(output.err.bytes, "refused: ", "stderr");
	is(put(fd, image.bytes, image.size), image.size, "the next image");
	printed(fd, "large");
}

static void bad_address(const void *data)
{
	struct image image = ruby("print 'good'");
	long page = sysconf(_SC_PAGESIZE);
	char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = two + page - image.size;
	int fd = session_read_write();

	munmap(two + page, page);
	is_errno(-put(fd, (void *)8, 100), EFAULT, "an address nobody has");
	is_errno(-put(fd, (void *)0xffff888000000000, 100), EFAULT, "an address of the kernel");
	memcpy(at, image.bytes, image.size);
	is(put(fd, at, image.size + 100), image.size, "an image that ends where the page does");
	is_errno(-put(fd, two + page, 100), EFAULT, "what is behind it");
	is(put(fd, at, image.size), image.size, "the next image");
	printed(fd, "goodgood");
	is(close(fd), 0, "close()");
}

static void exits(const void *data)
{
	struct image zero = ruby("print 'z'; exit 0"), three = ruby("print 't'; exit 3");
	struct output output = { 0 };
	int fd = session_read_write();

	is(put(fd, zero.bytes, zero.size), zero.size, "exit 0 ends well");
	is_errno(-put(fd, three.bytes, three.size), EIO, "exit 3");
	read_all(fd, &output);
	is_text(output.both.bytes, "zt", "what was printed");
}

static void no_memory(const void *data)
{
	struct image image = ruby("a = []; loop { a << 'x' * 1000 }");
	struct output output = { 0 };
	int fd = session_read_write();

	is_errno(-put(fd, image.bytes, image.size), ENOMEM, "a program that takes all memory");
	read_all(fd, &output);
	contains(output.err.bytes, "NoMemoryError", "stderr");
}

static void stopped(const void *data)
{
	struct image image = ruby("puts 'on'; loop { }");
	struct output output = { 0 };
	int fd = session_read_write();
	pid_t pid = fork_child();

	if (!pid) {
		struct output on = { 0 };

		read_until(fd, &on, "on");
		child_ends(stop_run(fd, 0, 0));
	}
	is_errno(-put(fd, image.bytes, image.size), ECANCELED, "write() of what is stopped");
	is(reap(pid), 0, "the one that stopped it");
	read_all(fd, &output);
	contains(output.err.bytes, "nterrupt", "stderr");
}

static void hear(int signal)
{
}

static void signalled(const void *data)
{
	struct sigaction action = { .sa_handler = hear };
	struct image image = ruby("print 'on'; begin; loop { }; ensure; print ' off'; end");
	struct output output = { 0 };
	int fd = session_read_write();
	pid_t parent = getpid(), pid;

	sigaction(SIGUSR1, &action, NULL);
	pid = fork_child();
	if (!pid) {
		read_until(fd, &output, "on");
		kill(parent, SIGUSR1);
		child_ends(0);
	}
	/* Who meets EINTR tries again, and would run it twice. */
	is_errno(-put(fd, image.bytes, image.size), ECANCELED, "write()");
	is(reap(pid), 0, "the one that sent it");
	read_all(fd, &output);
	contains(output.both.bytes, " off", "what the ensure block printed");
	is(put(fd, "", 0), 0, "write() of nothing");
	expect(fd, "3 + 4", KMVM_DONE, "7");
}

static void wrong_mode(const void *data)
{
	struct image image = ruby("1");
	char byte[64];
	int fd = session(O_RDONLY);

	is(-put(fd, image.bytes, image.size), EBADF, "write() read-only");
	is(read(fd, byte, sizeof(byte)), 0, "read() read-only");
	close(fd);
	fd = session(O_WRONLY);
	is(read(fd, byte, sizeof(byte)) < 0 ? errno : 0, EBADF, "read() write-only");
	is(lseek(fd, 0, SEEK_SET) < 0 ? errno : 0, ESPIPE, "lseek()");
	is(pwrite(fd, image.bytes, image.size, 0) < 0 ? errno : 0, ESPIPE, "pwrite()");
}

static void nonblocking(const void *data)
{
	struct image image = ruby("print 'mine'");
	int holder = session_read_write();
	u64 id = start(holder, 0, "loop { }");
	struct outcome outcome;
	int fd = session(O_RDWR | O_NONBLOCK);

	until(info_of(fd).owner_pid == getpid());
	is_errno(-put(fd, image.bytes, image.size), EAGAIN, "while another's run goes on");
	is(stop_run(holder, id, 0), 0, "errno of the stop");
	is(wait_run(holder, id, &outcome), 0, "errno of the wait");
	until(vm_idle(fd));
	is(put(fd, image.bytes, image.size), image.size, "when it is over");
	printed(fd, "mine");
	is(close(fd), 0, "close()");
}

static void by_shell(const void *data)
{
	struct image images[2] = { ruby("Linux.info 'from a'"), ruby("Linux.info 'from b'") };
	static const struct {
		const char *command;
		int status;
	} lines[] = {
		{ "cat /tmp/a >" DEVICE " 2>/tmp/err", 0 },
		{ "cat /tmp/a /tmp/b >" DEVICE " 2>/tmp/err", 0 },
		{ "dd if=/tmp/b of=" DEVICE " bs=7 2>/tmp/err", 0 },
		{ "{ cat /tmp/a; echo; cat /tmp/b; echo; } >" DEVICE " 2>/tmp/err", 0 },
		{ "echo puts 1 2>/tmp/err >" DEVICE, 1 },
	};
	struct buffer log_lines = { 0 };
	int log = log_follow();

	for (size_t i = 0; i < 2; i++) {
		int fd = open(i ? "/tmp/b" : "/tmp/a", O_WRONLY | O_CREAT | O_TRUNC, 0600);

		is(put(fd, images[i].bytes, images[i].size), images[i].size, "bytes");
		close(fd);
	}
	for (size_t i = 0; i < COUNT(lines); i++)
		is(WEXITSTATUS(system(lines[i].command)), lines[i].status, "%s", lines[i].command);
	log_read(log, &log_lines);
	is(count_of(log_lines.bytes, "from a"), 3, "lines of a");
	is(count_of(log_lines.bytes, "from b"), 3, "lines of b");
}

static const struct test write_tests[] = {
	{ "write: an image in pieces of 1 byte runs once, when the last has arrived", pieces, (void *)1 },
	{ "write: an image in pieces of 7 bytes", pieces, (void *)7 },
	{ "write: an image in pieces of 128 KiB", pieces, (void *)(128 << 10) },
	{ "write: an image in pieces of any size", pieces, (void *)0 },
	{ "write: an image in the parts of a writev()", by_writev },
	{ "write: several images in one write() run in a row", row_at_once },
	{ "write: several images in pieces that cross their ends", row_in_pieces },
	{ "write: one newline after an image is forgiven", newline },
	{ "write: two newlines are not, and the session goes on", two_newlines },
	{ "write: a failing image among several: bytes through the last good one, the rest fails once and nothing runs twice", failing_among },
	{ "write: a failing image at the front: errno, and what is behind it is not run", failing_first },
	{ "write: a failure that a short write() hid is told by close()", failing_untold },
	{ "write: a failing image whose last byte comes alone: errno", failing_across },
	{ "write: a truncated image is told by the last close() and in the log, and not run", truncated, .fresh = true },
	{ "write: a truncated image that no close() can tell is in the log", truncated_unclosed, .fresh = true },
	{ "write: what is no image: ENOEXEC and a sentence, to the reader or to the log", garbage_told },
	{ "write: a damaged image harms neither the session nor the next image", damaged },
	{ "write: nothing is 0 bytes, before, within and behind an image", nothing },
	{ "write: a header of more than 16 MiB, of 2 and of 4 GB: E2BIG at once, no memory held", too_large },
	{ "write: a header of 16 MiB holds no memory before the bytes come", patient },
	{ "write: an image of 16 MiB is taken whole and judged", largest },
	{ "write: a bad address: EFAULT, what came before it is run", bad_address },
	{ "write: exit 0 ends well, another status is EIO", exits },
	{ "write: a program that takes all memory: ENOMEM and its error", no_memory },
	{ "write: a program that is stopped: ECANCELED", stopped },
	{ "write: a signal stops the run with its ensure blocks: ECANCELED", signalled },
	{ "write: modes of opening are kept, and there is no position", wrong_mode },
	{ "write: O_NONBLOCK does not wait for another session's run", nonblocking },
	{ "write: cat, dd and echo do what one expects", by_shell },
};

SUITE(write);
