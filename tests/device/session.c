// SPDX-License-Identifier: GPL-2.0
/* The device, as the tests use it when it is not what they test. */
#include <poll.h>

#include "test.h"

int session(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	if (fd < 0)
		give_up("open %s: %m", DEVICE);
	return fd;
}

int session_read_write(void)
{
	return session(O_RDWR);
}

static void take(struct outcome *outcome, struct kmvm_result *result)
{
	memset(outcome->value, 0, sizeof(outcome->value));
	memset(outcome->error, 0, sizeof(outcome->error));
	*result = (struct kmvm_result) {
		.value = (uintptr_t)outcome->value,
		.error = (uintptr_t)outcome->error,
		.value_size = sizeof(outcome->value),
		.error_size = sizeof(outcome->error),
	};
}

static int run_image_in(int fd, const char *vm, u32 flags, const struct image *image, struct outcome *outcome)
{
	struct kmvm_run_args args = {
		.size = sizeof(args),
		.flags = flags,
		.image = (uintptr_t)image->bytes,
		.image_size = image->size,
	};
	int ret;

	snprintf(args.vm, sizeof(args.vm), "%s", vm);
	take(outcome, &args.result);
	ret = ioctl(fd, KMVM_IOC_RUN, &args) ? errno : 0;
	outcome->result = args.result;
	outcome->id = args.id;
	return ret;
}

int run_image(int fd, u32 flags, const struct image *image, struct outcome *outcome)
{
	return run_image_in(fd, "", flags, image, outcome);
}

int vm_run(int fd, const char *vm, u32 flags, const char *text, struct outcome *outcome)
{
	struct image image = ruby_text(text);
	struct outcome unused;
	int ret = run_image_in(fd, vm, flags, &image, outcome ?: &unused);

	free(image.bytes);
	return ret;
}

int run(int fd, u32 flags, struct outcome *outcome, const char *text)
{
	return vm_run(fd, "", flags, text, outcome);
}

u64 start(int fd, u32 flags, const char *text)
{
	struct outcome outcome;
	int ret = run(fd, flags | KMVM_RUN_ASYNC, &outcome, text);

	if (ret)
		give_up("a run could not be started: %s", strerror(ret));
	return outcome.id;
}

int vm_start(int fd, const char *vm, const char *text, u64 *id)
{
	struct outcome outcome;
	int ret = vm_run(fd, vm, KMVM_RUN_ASYNC, text, &outcome);

	*id = outcome.id;
	return ret;
}

int wait_run(int fd, u64 id, struct outcome *outcome)
{
	struct kmvm_wait_args args = { .size = sizeof(args), .id = id };
	int ret;

	take(outcome, &args.result);
	ret = ioctl(fd, KMVM_IOC_WAIT, &args) ? errno : 0;
	outcome->result = args.result;
	outcome->id = id;
	return ret;
}

u64 piece_of(const struct outcome *outcome)
{
	/* A slice of a collection; a pass that reads, 32 bytes a step, what half of the memory holds. */
	return 16384 + outcome->result.heap_peak / 64;
}

int stop_run(int fd, u64 id, u32 flags)
{
	struct kmvm_stop_args args = { .size = sizeof(args), .id = id, .flags = flags };

	return ioctl(fd, KMVM_IOC_STOP, &args) ? errno : 0;
}

int vm_load(int fd, const char *name)
{
	struct kmvm_load_args args = { .size = sizeof(args) };

	snprintf(args.vm, sizeof(args.vm), "%s", name);
	return ioctl(fd, KMVM_IOC_LOAD, &args) ? errno : 0;
}

int vm_keep(int fd)
{
	struct kmvm_keep_args args = { .size = sizeof(args) };

	return ioctl(fd, KMVM_IOC_KEEP, &args) ? errno : 0;
}

int vm_unload(int fd, const char *name)
{
	struct kmvm_unload_args args = { .size = sizeof(args) };

	snprintf(args.vm, sizeof(args.vm), "%s", name);
	return ioctl(fd, KMVM_IOC_UNLOAD, &args) ? errno : 0;
}

int vm_reset(int fd, const char *name)
{
	struct kmvm_reset_args args = { .size = sizeof(args) };

	snprintf(args.vm, sizeof(args.vm), "%s", name);
	return ioctl(fd, KMVM_IOC_RESET, &args) ? errno : 0;
}

int vm_kill(int fd, u32 flags, const char *name, struct kmvm_kill_args *args)
{
	*args = (struct kmvm_kill_args) { .size = sizeof(*args), .flags = flags };
	snprintf(args->vm, sizeof(args->vm), "%s", name);
	return ioctl(fd, KMVM_IOC_KILL, args) ? errno : 0;
}

int vm_info(int fd, const char *name, struct kmvm_info *info)
{
	*info = (struct kmvm_info) { .size = sizeof(*info) };
	snprintf(info->vm, sizeof(info->vm), "%s", name);
	return ioctl(fd, KMVM_IOC_INFO, info) ? errno : 0;
}

bool vm_there(int fd, const char *name)
{
	struct kmvm_info unused;

	return !vm_info(fd, name, &unused);
}

bool vm_next(int fd, struct kmvm_info *info)
{
	*info = (struct kmvm_info) {
		.size = sizeof(*info), .flags = KMVM_INFO_NEXT, .serial = info->serial,
	};
	return !ioctl(fd, KMVM_IOC_INFO, info);
}

unsigned int vm_count(int fd)
{
	struct kmvm_info info = { 0 };
	unsigned int count = 0;

	while (vm_next(fd, &info))
		count++;
	return count;
}

struct kmvm_info info_of(int fd)
{
	struct kmvm_info info;

	if (vm_info(fd, "", &info))
		give_up("KMVM_IOC_INFO: %m");
	return info;
}

struct kmvm_info info_at_rest(int fd)
{
	struct outcome got;

	is(run(fd, 0, &got, "nil"), 0, "errno of a run without texts");
	return info_of(fd);
}

bool vm_idle(int fd)
{
	struct kmvm_info info = info_of(fd);

	return !info.owner_pid && !info.waiting && !info.handles;
}

void expect(int fd, const char *text, u32 outcome, const char *value)
{
	struct outcome got;

	is(run(fd, KMVM_RUN_INSPECT, &got, text), 0, "errno of %s", text);
	is(got.result.outcome, outcome, "outcome of %s (%s)", text, got.error);
	if (value)
		is_text(got.value, value, "value of %s", text);
}

void expect_value(const char *text, const char *value)
{
	int fd = session_read_write();

	expect(fd, text, KMVM_DONE, value);
	close(fd);
}

void drop(struct output *output)
{
	clear(&output->out);
	clear(&output->err);
	clear(&output->both);
}

ssize_t read_some(int fd, size_t size, struct output *output)
{
	static char buffer[1 << 20];
	ssize_t got = read(fd, buffer, size);
	ssize_t at = 0;

	if (got < 0)
		return -errno;
	while (at < got) {
		struct kmvm_record head;

		if (got - at < (ssize_t)sizeof(head) + 1)
			give_up("read() gave %zd bytes after %zd: less than a record", got, at);
		memcpy(&head, buffer + at, sizeof(head));
		at += sizeof(head);
		if (!head.size || head.size > (size_t)(got - at) || head.reserved ||
		    (head.stream != KMVM_STDOUT && head.stream != KMVM_STDERR))
			give_up("bad record at %zd of %zd: size %u, stream %u, reserved %u", at,
				got, head.size, head.stream, head.reserved);
		append(head.stream == KMVM_STDOUT ? &output->out : &output->err, buffer + at,
		       head.size);
		append(&output->both, buffer + at, head.size);
		output->records++;
		output->run = head.run;
		at += head.size;
	}
	return got;
}

void read_all(int fd, struct output *output)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	ssize_t got;

	/* Whoever waits for a run hears of its end before the readers do. */
	while ((got = read_some(fd, 1 << 16, output)) > 0 || got == -EAGAIN)
		if (got == -EAGAIN && poll(&readable, 1, PATIENCE * 1000) != 1)
			break;
	is(got, 0, "read() at the end");
}

bool read_until(int fd, struct output *output, const char *text)
{
	u64 end = now() + PATIENCE * SECOND;
	ssize_t got = 0;

	/* read() also ends when the run has not begun. */
	while (!(output->both.bytes && strstr(output->both.bytes, text))) {
		got = read_some(fd, 1 << 16, output);
		if (got < 0 || now() > end) {
			holds(false, "'%s' was not printed, read() gave %zd", text, got);
			return false;
		}
		if (!got)
			nap();
	}
	return true;
}

ssize_t put(int fd, const void *bytes, size_t size)
{
	ssize_t ret = write(fd, bytes, size);

	return ret < 0 ? -errno : ret;
}
