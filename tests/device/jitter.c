// SPDX-License-Identifier: GPL-2.0
/*
 * KMVM_JITTER: before some system calls, and where a process or a thread begins, up to so many
 * microseconds pass. What a test takes for granted about who comes first is then found out.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "test.h"

static void jitter(unsigned int one_of)
{
	unsigned long most = setting("KMVM_JITTER", 0);
	unsigned int chance[2];
	u64 end;

	if (!most)
		return;
	/* Unlike a seed, it is not the same in parent and child. */
	if (getrandom(chance, sizeof(chance), GRND_INSECURE) != sizeof(chance) || chance[0] % one_of)
		return;
	/* Not asleep: so a test knows who waits. */
	end = now() + chance[1] % most * 1000;
	while (now() < end)
		sched_yield();
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	pid_t pid = __real_fork();

	jitter(2);
	return pid;
}

struct begin {
	void *(*body)(void *data);
	void *data;
};

static void *begin_late(void *data)
{
	struct begin begin = *(struct begin *)data;

	free(data);
	jitter(2);
	return begin.body(begin.data);
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*body)(void *), void *data);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*body)(void *), void *data);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*body)(void *), void *data)
{
	struct begin *begin = malloc(sizeof(*begin));
	int ret;

	if (!begin)
		return ENOMEM;
	*begin = (struct begin){ body, data };
	ret = __real_pthread_create(thread, attr, begin_late, begin);
	if (ret)
		free(begin);
	jitter(2);
	return ret;
}

#define LATE(one_of, type, name, parameters, ...)	\
	type __real_##name parameters;			\
	type __wrap_##name parameters;			\
	type __wrap_##name parameters			\
	{						\
		jitter(one_of);				\
		return __real_##name(__VA_ARGS__);	\
	}

/* ioctl() and open() as they are called in here: x86-64 passes what follows `...` like any other argument. */
LATE(4, int, ioctl, (int fd, unsigned long request, void *data), fd, request, data)
LATE(32, ssize_t, read, (int fd, void *bytes, size_t size), fd, bytes, size)
LATE(32, ssize_t, write, (int fd, const void *bytes, size_t size), fd, bytes, size)
LATE(4, int, close, (int fd), fd)
LATE(4, int, open, (const char *path, int flags, mode_t mode), path, flags, mode)
LATE(2, int, kill, (pid_t pid, int number), pid, number)
