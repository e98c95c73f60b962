// SPDX-License-Identifier: GPL-2.0
/*
 * The signals are blocked except inside kmctl_wait(): none can slip in between a look at
 * the flag and a read() or write() that sleeps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "progress.h"
#include "say.h"
#include "session.h"

static const int stopping[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t caught, times;
static sigset_t outside;	/* the mask while asleep: that of our parent */

static void note(int signal)
{
	caught = signal;
	times++;
}

void kmctl_catch_signals(void)
{
	struct sigaction action = { .sa_handler = note };
	struct sigaction old;
	sigset_t blocked;
	size_t i;

	sigemptyset(&action.sa_mask);
	sigemptyset(&blocked);
	for (i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++) {
		/* nohup, and shells for their background jobs, want it ignored. */
		if (sigaction(stopping[i], NULL, &old) || old.sa_handler == SIG_IGN)
			continue;
		sigaction(stopping[i], &action, NULL);
		sigaddset(&blocked, stopping[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &outside);
}

int kmctl_caught_signal(void)
{
	return caught;
}

void kmctl_forget_signals(struct kmctl_session *session)
{
	caught = 0;
	session->signals = times;
	session->stops = 0;
}

_Noreturn void kmctl_die_of(int number)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t only;

	kmctl_progress_end();
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
	sigemptyset(&only);
	sigaddset(&only, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	/* Only init survives that. */
	_exit(KMCTL_SIGNAL + number);
}

void kmctl_stop(struct kmctl_session *session)
{
	struct kmvm_stop_args stop = {
		.size = sizeof(stop),
		.flags = session->stops ? KMVM_STOP_NOW : 0,
	};

	session->stops++;
	kmctl_ioctl(session->fd, KMVM_IOC_STOP, &stop);
}

int kmctl_wait(struct kmctl_session *session, struct pollfd *fds, int count, int ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	sigset_t inside;
	int ret;

	ret = ppoll(fds, count, ms < 0 ? NULL : &time, &outside);
	if (ret < 0)
		ret = -errno;
	/* One that need not sleep lets no signal in: with a fast reader that may be each. */
	sigprocmask(SIG_SETMASK, &outside, &inside);
	sigprocmask(SIG_SETMASK, &inside, NULL);
	if (session->signals < times)
		ret = -EINTR;
	while (session->signals < times) {
		kmctl_stop(session);
		session->signals++;
	}
	return ret;
}
