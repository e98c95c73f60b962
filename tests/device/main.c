// SPDX-License-Identifier: GPL-2.0
/*
 * device-test [NAME...]: runs the tests whose suite or name has one of NAMEs in it, and
 * prints KTAP.
 */
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "test.h"
#include "errnos.h"

#define LIMIT	(6 * PATIENCE)	/* seconds of a test that did not ask for more */
#define SKIPPED	77

extern const struct suite write_suite, ioctl_suite, access_suite, output_suite, log_suite,
	signal_suite, stop_suite, event_suite, state_suite, heap_suite, module_suite, soak_suite,
	limit_suite, lockdown_suite, injected_suite, vm_suite, library_suite, errand_suite, thread_suite, notifier_suite, probe_suite, file_suite;

static const struct suite *const suites[] = {
	&write_suite, &ioctl_suite, &access_suite, &output_suite, &log_suite, &signal_suite,
	&stop_suite, &event_suite, &state_suite, &heap_suite, &limit_suite, &vm_suite,
	&library_suite, &errand_suite, &thread_suite, &notifier_suite, &probe_suite, &file_suite, &soak_suite,
	&module_suite, &lockdown_suite, &injected_suite,
};

/* Shared with the processes of the tests. */
static struct {
	volatile bool failed;
	volatile bool provoked[256];
	char why[256];
} *shared;

static void report(const char *file, int line, const char *what, va_list args)
{
	char text[1500];
	int size = snprintf(text, sizeof(text), "# %s:%d: ", file, line);
	const char *slash = strrchr(text, '/');

	if (slash)
		size = snprintf(text, sizeof(text), "# %s:%d: ", strrchr(file, '/') + 1, line);
	size += vsnprintf(text + size, sizeof(text) - size - 1, what, args);
	if (size > (int)sizeof(text) - 2)
		size = sizeof(text) - 2;
	for (int i = 0; i < size; i++)
		if ((unsigned char)text[i] < ' ')
			text[i] = '~';
	text[size++] = '\n';
	shared->failed = true;
	if (write(STDOUT_FILENO, text, size) < 0)
		_exit(3);
}

static void complain(const char *file, int line, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	report(file, line, what, args);
	va_end(args);
}

#define SAY(text)						\
	char text[300];						\
	va_list args;						\
	va_start(args, what);					\
	vsnprintf(text, sizeof(text), what, args);		\
	va_end(args)

void assert_is(const char *file, int line, long long got, long long want, const char *what, ...)
{
	if (got == want)
		return;
	SAY(text);
	complain(file, line, "%s: got %lld, wanted %lld", text, got, want);
}

void assert_errno(const char *file, int line, int got, int want, const char *what, ...)
{
	if (got == want) {
		if (want > 0 && want < (int)COUNT(shared->provoked))
			shared->provoked[want] = true;
		return;
	}
	SAY(text);
	complain(file, line, "%s: got %d (%s), wanted %d (%s)", text, got, strerror(got), want,
		 strerror(want));
}

void assert_text(const char *file, int line, const char *got, const char *want,
		 const char *what, ...)
{
	if (got && !strcmp(got, want))
		return;
	SAY(text);
	complain(file, line, "%s: got '%.400s', wanted '%.400s'", text, got ?: "(null)", want);
}

void assert_contains(const char *file, int line, const char *where, const char *part,
		     const char *what, ...)
{
	if (where && strstr(where, part))
		return;
	SAY(text);
	complain(file, line, "%s: no '%.300s' in '%.700s'", text, part, where ?: "(null)");
}

void assert_holds(const char *file, int line, bool condition, const char *what, ...)
{
	va_list args;

	if (condition)
		return;
	va_start(args, what);
	report(file, line, what, args);
	va_end(args);
}

void give_up(const char *what, ...)
{
	va_list args;

	va_start(args, what);
	report("", 0, what, args);
	va_end(args);
	_exit(1);
}

void skip(const char *why)
{
	snprintf(shared->why, sizeof(shared->why), "%s", why);
	_exit(SKIPPED);
}

void summary(const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dprintf(STDOUT_FILENO, "# summary: %s\n", text);
}

void allow(unsigned int seconds)
{
	alarm(seconds);
}

unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

/* In a process of its own: whatever hangs in there is seen from outside. */
static int apart(void (*body)(const void *data), const void *data, unsigned int seconds)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		alarm(seconds);
		body(data);
		_exit(0);
	}
	setpgid(pid, pid);
	/* Not yet reaped, its number cannot be another's. */
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return status;
}

/* What a test has left beside main. */
static void unload_all(int fd)
{
	struct kmvm_info info = { 0 };

	while (vm_next(fd, &info))
		vm_unload(fd, info.vm);
}

static void settle(const void *data)
{
	int fd;

	if (!module_loaded())
		return;
	fd = session(O_RDWR);
	unload_all(fd);
	until(vm_idle(fd));
	expect(fd, "20 + 1", KMVM_DONE, "21");
}

static bool chosen(const struct suite *suite, const struct test *test, char **names)
{
	if (!*names)
		return !suite->apart;
	for (; *names; names++)
		if (strstr(suite->name, *names) || strstr(test->name, *names))
			return true;
	return false;
}

static void run_test(const struct test *test, unsigned int number)
{
	u64 begun = now();
	int status;

	shared->failed = false;
	if (test->fresh || !module_loaded())
		module_fresh();
	status = apart(test->body, test->data, LIMIT);
	if (WIFSIGNALED(status))
		complain("", 0, "ended by signal %d (%s) after %llu s", WTERMSIG(status),
			 strsignal(WTERMSIG(status)), (now() - begun) / SECOND);
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	if (status != SKIPPED && !test->fresh && apart(settle, NULL, 2 * PATIENCE))
		complain("", 0, "it left the VM in a bad state");
	if (test->fresh || shared->failed)
		module_fresh();
	if (status && status != SKIPPED)
		shared->failed = true;
	dprintf(STDOUT_FILENO, "%sok %u - %s%s%s\n", shared->failed ? "not " : "", number,
		test->name, status == SKIPPED ? " # SKIP " : "",
		status == SKIPPED ? shared->why : "");
	if (getenv("KMVM_TIMES"))
		dprintf(STDOUT_FILENO, "# %llu ms\n", (now() - begun) / 1000000);
}

static bool all_provoked(void)
{
	bool all = true;

	for (size_t i = 0; i < COUNT(errnos); i++)
		/* ENODEV wants a VM that has failed to open again: no test brings that about. */
		if (!shared->provoked[errnos[i].number] && errnos[i].number != ENODEV) {
			complain("", 0, "%s was not provoked", errnos[i].name);
			all = false;
		}
	return all;
}

int main(int argc, char **argv)
{
	bool one = sysconf(_SC_NPROCESSORS_ONLN) == 1 && !setting("KMVM_WHOLE", 0);
	unsigned int number = 0;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	compiler_open();
	dprintf(STDOUT_FILENO, "KTAP version 1\n");
	for (size_t i = 0; i < COUNT(suites); i++)
		for (size_t k = 0; k < suites[i]->count; k++) {
			const struct test *test = &suites[i]->tests[k];

			if (chosen(suites[i], test, argv + 1) && !(one && test->once))
				run_test(test, ++number);
		}
	if (argc == 1)
		dprintf(STDOUT_FILENO, "%sok %u - every errno of the table in uapi/kmvm.h was provoked\n",
			all_provoked() ? "" : "not ", ++number);
	dprintf(STDOUT_FILENO, "1..%u\n", number);
	return 0;
}
