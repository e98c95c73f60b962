// SPDX-License-Identifier: GPL-2.0
/* What a session opened write-only prints: lines of the kernel log. */
#include "test.h"

/* Runs it and gives what it put into the log. */
static struct buffer logged(const char *text)
{
	struct image image = ruby_text(text);
	struct buffer lines = { 0 };
	int log = log_follow();
	int fd = session(O_WRONLY);

	is(put(fd, image.bytes, image.size), image.size, "bytes");
	is(close(fd), 0, "close()");
	log_read(log, &lines);
	close(log);
	return lines;
}

/*
 * The limit of the log is the VM's, and others have printed: uses up what is left of its
 * interval, and waits for the next one.
 */
static void fresh_limit(void)
{
	struct image many = ruby("300.times { puts 1 }"), one = ruby("puts 1");
	int fd = session(O_WRONLY), asked = session_read_write();
	u64 lost;

	put(fd, many.bytes, many.size);
	do {
		lost = info_of(asked).log_lost;
		nap();
		put(fd, one.bytes, one.size);
	} while (info_of(asked).log_lost != lost);
	close(asked);
	close(fd);
}

static void lines(const void *data)
{
	struct buffer got = logged("puts 'one'; print 't', 'wo'; puts; puts ['three', 'four']; print 'five'");

	is_text(got.bytes, "kmvm: main: one\nkmvm: main: two\nkmvm: main: three\nkmvm: main: four\n"
		"kmvm: main: five\n", "log");
}

/* The level stands in front of what /dev/kmsg gives. */
static void levels(const void *data)
{
	struct image image = ruby("puts 'to stdout'; warn 'to stderr'");
	int log = log_follow(), fd = session(O_WRONLY);
	char record[4096];
	int found = 0;
	ssize_t got;

	is(put(fd, image.bytes, image.size), image.size, "bytes");
	while ((got = read(log, record, sizeof(record) - 1)) > 0) {
		record[got] = '\0';
		if (strstr(record, "to stdout"))
			found += atoi(record) == 6;
		if (strstr(record, "to stderr"))
			found += atoi(record) == 4;
	}
	is(found, 2, "lines with their level");
}

static void escaped(const void *data)
{
	/* The log shows a backslash as \x5c. */
	struct buffer got = logged("puts \"a\\e[31mb\\r\\0c\\x01\\x7f\\td\"");
	char *behind = strstr(got.bytes, "main: ") ?: "main: ";

	for (char *c = behind; *c && *c != '\n'; c++)
		holds(*c >= ' ' && *c < 0x7f, "a raw byte %#x", (unsigned char)*c);
	is(count_of(got.bytes, "\n"), 1, "lines");
	is(count_of(got.bytes, "\\x1b"), 0, "raw escape characters");
	contains(got.bytes, "\\x5ce[31mb\\x5cr", "log");
	contains(got.bytes, "c\\x5c", "what stands behind a NUL");

	/* What would look like a line of the kernel. */
	clear(&got);
	got = logged("puts \"x\\n<0>[    1.0] Oops\\rBUG: not really\"");
	holds(!strstr(got.bytes, "\n<0>") && !strstr(got.bytes, "\nBUG"), "a forged line: %s", got.bytes);
}

static void limited(const void *data)
{
	struct image image = ruby("2000.times { |i| puts i }; $printed = true");
	struct buffer got = { 0 };
	struct outcome outcome;
	unsigned int count;
	int log, fd;

	fresh_limit();
	log = log_follow();
	fd = session(O_WRONLY);
	is(put(fd, image.bytes, image.size), image.size, "bytes");
	log_read(log, &got);
	count = count_of(got.bytes, "kmvm: main: ");
	holds(count >= 100 && count <= 220, "%u of 2000 lines are in the log", count);
	contains(got.bytes, "kmvm: main: 0\n", "log");
	expect(fd, "$printed", KMVM_DONE, "true");

	/* Who asks is told how much was lost. */
	is(run(fd, 0, &outcome, "2000.times { |i| print i.to_s.rjust(9, '0'), \"\\n\" }"), 0, "errno");
	clear(&got);
	log_read(log, &got);
	count = count_of(got.bytes, "kmvm: main: ");
	holds(outcome.result.lost_bytes >= (2000 - count) * 9ULL &&
	      outcome.result.lost_bytes <= (2000 - count) * 10ULL, "%llu bytes of %u lines are lost",
	      outcome.result.lost_bytes, 2000 - count);
}

static void long_line(const void *data)
{
	unsigned int count = 0;
	struct buffer got;

	fresh_limit();
	got = logged("puts 'x' * 3000");

	for (char *c = got.bytes; *c; c++)
		count += *c == 'x';
	is(count, 3000, "bytes of a line of 3000");

	/* Escaped, each byte takes four. */
	clear(&got);
	got = logged("puts \"\\x01\" * 1000");
	is(count_of(got.bytes, "\\x5cx01") + count_of(got.bytes, "\\x5c001") +
	   count_of(got.bytes, "\\x5c1"), 1000, "control characters of a line of 1000");
}

static void errors(const void *data)
{
	struct image image = ruby("def f = raise('oh dear')\nf");
	struct buffer got = { 0 };
	int log = log_follow(), fd = session(O_WRONLY);

	is_errno(-put(fd, image.bytes, image.size), EIO, "write()");
	log_read(log, &got);
	contains(got.bytes, "kmvm: main: t.rb:1:in f: oh dear (RuntimeError)\n", "log");
	contains(got.bytes, "from t.rb:2\n", "log");
}

static const struct test log_tests[] = {
	{ "log: a line is a record, an unfinished one is written at the end", lines },
	{ "log: stdout and stderr have their levels", levels },
	{ "log: control characters are escaped, and no line can be forged", escaped },
	{ "log: it is rate-limited, the run goes on, and what is lost is counted", limited },
	{ "log: long lines are cut into several, and nothing of them is lost", long_line },
	{ "log: the error of a program is there, line by line", errors },
};

SUITE(log);
