/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One open device and one run in it, and the signals that stop the run.
 *
 *	SIGINT, SIGTERM, SIGHUP		KMVM_IOC_STOP, ensure blocks run
 *	the second of them		KMVM_STOP_NOW, they do not
 *	stdout gone (EPIPE), full	as the first signal
 */
#ifndef KMCTL_SESSION_H
#define KMCTL_SESSION_H

struct pollfd;

struct kmctl_session {
	int fd;
	int stops;		/* stops sent so far */
	int signals;		/* those among them that a signal asked for */
	int output_error;	/* of the write that failed, ETIMEDOUT for one given up */
	unsigned int outcome;	/* of the last run that has ended */
};

/* From here on the signals wait for kmctl_wait(). */
void kmctl_catch_signals(void);

/* The last signal that came, or 0. */
int kmctl_caught_signal(void);

/* What has come up to now is no business of the next run. */
void kmctl_forget_signals(struct kmctl_session *session);

/* Ends this process by @signal, for its parent to see. */
_Noreturn void kmctl_die_of(int signal);

void kmctl_stop(struct kmctl_session *session);

/* How long the reader of a stopped program may take for the next piece. */
#define KMCTL_PATIENCE_MS	1000

/**
 * kmctl_wait - the only place where kmctl sleeps while a run goes on
 * @session:	stopped when a signal comes meanwhile
 * @fds:	what to wait for, as for poll(); a negative fd is left out
 * @count:	of them
 * @ms:		how long, -1 for ever
 *
 * Return: how many are ready or broken, 0 when the time is up, -EINTR after a signal.
 */
int kmctl_wait(struct kmctl_session *session, struct pollfd *fds, int count, int ms);

#endif /* KMCTL_SESSION_H */
