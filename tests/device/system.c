// SPDX-License-Identifier: GPL-2.0
/* Processes, the module, the kernel log, memory. */
#include <dirent.h>
#include <glob.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "test.h"

#define MODULE	"/lib/vm/kmvm.ko"

u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

bool is_uml(void)
{
	struct utsname system;

	return !uname(&system) && strstr(system.release, "-uml");
}

void nap(void)
{
	struct timespec time = { .tv_nsec = 1000000 };

	nanosleep(&time, NULL);
}

void append(struct buffer *buffer, const void *bytes, size_t size)
{
	if (buffer->size + size + 1 > buffer->room) {
		buffer->room = (buffer->size + size + 1) * 2;
		buffer->bytes = realloc(buffer->bytes, buffer->room);
		if (!buffer->bytes)
			give_up("no memory for %zu bytes", buffer->room);
	}
	memcpy(buffer->bytes + buffer->size, bytes, size);
	buffer->size += size;
	buffer->bytes[buffer->size] = '\0';
}

void clear(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer) { 0 };
}

void slurp(const char *path, struct buffer *buffer)
{
	char bytes[4096];
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	append(buffer, "", 0);
	if (fd < 0)
		return;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		append(buffer, bytes, got);
	close(fd);
}

pid_t fork_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork: %m");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

void child_ends(int status)
{
	_exit(status);
}

int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			give_up("waitpid: %m");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

void kill_child(pid_t pid)
{
	kill(pid, SIGKILL);
	is(reap(pid), 256 + SIGKILL, "how the child ended");
}

char state_of(pid_t pid)
{
	struct buffer stat = { 0 };
	char path[64], state = 0;
	const char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	slurp(path, &stat);
	end = strrchr(stat.bytes, ')');
	if (end)
		state = end[2];
	clear(&stat);
	return state;
}

bool sleeps(pid_t pid)
{
	return state_of(pid) == 'S';
}

pid_t thread_of(const char *vm)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	pid_t found = 0;

	while (proc && !found && (entry = readdir(proc))) {
		struct buffer comm = { 0 };
		char path[300], name[100];

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		slurp(path, &comm);
		snprintf(name, sizeof(name), "kmvm/%s\n", vm);
		if (!strcmp(comm.bytes, name))
			found = atoi(entry->d_name);
		clear(&comm);
	}
	if (proc)
		closedir(proc);
	return found;
}

pid_t thread_of_vm(void)
{
	return thread_of("main");
}

int module_load(const char *parameters)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return errno;
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return ret;
}

int module_unload(void)
{
	return syscall(SYS_delete_module, "kmvm", O_NONBLOCK) ? errno : 0;
}

bool module_loaded(void)
{
	return !access("/sys/module/kmvm/refcnt", F_OK);
}

void module_fresh(void)
{
	u64 end = now() + PATIENCE * SECOND;
	int ret = 0;

	while (module_loaded() && (ret = module_unload()) && now() < end)
		nap();
	holds(!module_loaded(), "the module cannot be unloaded: %s", strerror(ret));
	if (!module_loaded())
		is(module_load(""), 0, "errno of loading the module");
}

int log_follow(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		give_up("/dev/kmsg: %m");
	return fd;
}

/* What stands behind the head of each record, a line each; control characters as \xNN. */
void log_read(int fd, struct buffer *lines)
{
	char record[9000];
	ssize_t got;

	append(lines, "", 0);
	for (;;) {
		char *text, *end;

		got = read(fd, record, sizeof(record) - 1);
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return;
		record[got] = '\0';
		text = strchr(record, ';');
		end = strchr(record, '\n');
		if (text && end)
			append(lines, text + 1, end - text);
	}
}

unsigned int count_of(const char *text, const char *part)
{
	unsigned int count = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		count++;
	}
	return count;
}

long memory(const char *name)
{
	struct buffer text = { 0 };
	const char *line;
	long value = -1;

	slurp("/proc/meminfo", &text);
	line = strstr(text.bytes, name);
	if (line)
		value = strtol(line + strlen(name) + 1, NULL, 10);
	clear(&text);
	return value;
}

long slab_held(void)
{
	glob_t caches;

	if (!glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		for (size_t i = 0; i < caches.gl_pathc; i++) {
			int fd = open(caches.gl_pathv[i], O_WRONLY | O_CLOEXEC);

			if (fd < 0 || write(fd, "1", 1) != 1)
				give_up("%s: %m", caches.gl_pathv[i]);
			close(fd);
		}
	globfree(&caches);
	return memory("Slab:");
}

long slab_grown(long before, long bound)
{
	u64 end = now() + PATIENCE * SECOND;
	long grown;

	while ((grown = slab_held() - before) >= bound && now() < end)
		usleep(100000);
	return grown;
}

void set_parameter(const char *name, long value)
{
	char path[100], text[30];
	int size = snprintf(text, sizeof(text), "%ld", value), fd;

	snprintf(path, sizeof(path), "/sys/module/kmvm/parameters/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, size) != size)
		give_up("%s: %m", path);
	close(fd);
}

void log_say(const char *line)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	ssize_t size = strlen(line);

	if (fd < 0 || write(fd, line, size) != size)
		give_up("/dev/kmsg: %m");
	close(fd);
}

u64 address_of(const char *name)
{
	struct buffer symbols = { 0 };
	char line[100];
	char *found;
	u64 address;

	slurp("/proc/kallsyms", &symbols);
	snprintf(line, sizeof(line), " %s\n", name);
	found = strstr(symbols.bytes, line);
	if (!found)
		skip("this kernel does not tell its symbols");
	while (found > symbols.bytes && found[-1] != '\n')
		found--;
	address = strtoull(found, NULL, 16);
	clear(&symbols);
	if (!address)
		skip("this kernel hides its addresses");
	return address;
}

/*
 * Emulated processors that run side by side do not agree about code that one of them changes: the
 * kernel's own kprobe_events crash it as well. KMVM_TCG=single (scripts/vm) has them take turns.
 */
void needs_steady_code(void)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1 && !getenv("KMVM_TAKE_TURNS"))
		skip("code that changes under emulated processors side by side");
}
