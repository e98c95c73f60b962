// SPDX-License-Identifier: GPL-2.0
/* Sixteen sessions at once, each with markers of its own. */
#include <signal.h>

#include "test.h"

#define SESSIONS	16

/* One client; its exit status tells whether it saw anything that was not its own. */
static void client(unsigned int me, u64 end, unsigned int *rounds)
{
	char text[400], wanted[64];
	unsigned int round = 0;

	for (; now() < end; round++) {
		int fd = session_read_write();

		for (int i = 0; i < 5; i++) {
			struct output output = { 0 };
			struct outcome got;
			unsigned int lines = 0;
			char *line;
			u64 id;

			snprintf(text, sizeof(text),
				 "20.times { |n| puts '<%u %u %d>'; warn '<%u %u %d>' if n == 9; %s }; $soak%u = [%u, %d]; '%u %u %d'",
				 me, round, i, me, round, i, round % 3 ? "usleep 1" : "n.to_s * 50", me, round, i, me,
				 round, i);
			id = start(fd, KMVM_RUN_INSPECT, text);
			read_all(fd, &output);
			is(wait_run(fd, id, &got), 0, "errno of the wait");
			is(got.result.outcome, KMVM_DONE, "outcome (%s)", got.error);
			snprintf(wanted, sizeof(wanted), "\"%u %u %d\"", me, round, i);
			is_text(got.value, wanted, "value");
			is(got.result.lost_bytes, 0, "lost_bytes");
			snprintf(wanted, sizeof(wanted), "<%u %u %d>", me, round, i);
			append(&output.both, "", 0);
			for (line = strtok(output.both.bytes, "\n"); line; line = strtok(NULL, "\n")) {
				if (strcmp(line, wanted)) {
					is_text(line, wanted, "a line");
					break;
				}
				lines++;
			}
			is(lines, 21, "lines");
			clear(&output.out);
			clear(&output.err);
			clear(&output.both);
		}
		close(fd);
	}
	*rounds = round;
}

static void soak(const void *data)
{
	unsigned long seconds = setting("KMVM_SOAK_S", 60);
	u64 end = now() + seconds * SECOND;
	int fd = session_read_write();
	u64 before = info_of(fd).runs;
	pid_t pids[SESSIONS];
	unsigned int total = 0;
	int pipes[2];

	allow(seconds + 60);
	if (pipe(pipes))
		give_up("pipe: %m");
	for (unsigned int i = 0; i < SESSIONS; i++) {
		pids[i] = fork_child();
		if (!pids[i]) {
			unsigned int rounds = 0;

			client(i, end, &rounds);
			if (write(pipes[1], &rounds, sizeof(rounds)) != sizeof(rounds))
				child_ends(1);
			child_ends(0);
		}
	}
	for (unsigned int i = 0; i < SESSIONS; i++) {
		unsigned int rounds = 0;

		is(reap(pids[i]), 0, "how client %u ended", i);
		if (read(pipes[0], &rounds, sizeof(rounds)) != sizeof(rounds))
			give_up("read: %m");
		holds(rounds > 0, "a client has done nothing");
		total += rounds * 5;
	}
	is(info_of(fd).runs - before, total, "runs that ended");
	summary("%u sessions for %lu s: %u runs, each with its own output", SESSIONS, seconds, total);
}

static const struct test soak_tests[] = {
	{ "soak: sixteen sessions at once see their own output and results and no others", soak, .once = true },
};

SUITE(soak);
