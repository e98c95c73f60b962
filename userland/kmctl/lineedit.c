// SPDX-License-Identifier: GPL-2.0
/*
 * libedit keeps the line; the keys come from here, so that signals and what a VM prints meanwhile
 * can come in between:
 *
 *	next_key()	sleeps in kmctl_wait(), where alone signals are let in
 *	show_news()	takes the line off the screen, prints, and has libedit draw it again
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "lineedit.h"
#include "say.h"
#include "session.h"

#define TICK_MS		100
#define HISTORY_SIZE	1000

struct kmctl_editor {
	EditLine *el;
	History *history;
	HistEvent event;
	const struct kmctl_typist *typist;
	struct kmctl_session nobody;	/* nothing runs while a line is typed */
	const char *file;
	const char *prompt;
	char *line;
	bool interrupted, ended;
};

static volatile sig_atomic_t resized, suspended;

static void note_size(int number)
{
	resized = 1;
}

static void note_suspend(int number)
{
	suspended = 1;
}

void kmctl_add_choice(struct kmctl_choices *choices, const char *text, size_t size)
{
	char **more = reallocarray(choices->at, choices->count + 1, sizeof(*more));

	if (!more)
		return;
	choices->at = more;
	more[choices->count] = strndup(text, size);
	if (more[choices->count])
		choices->count++;
}

static struct kmctl_editor *of(EditLine *el)
{
	struct kmctl_editor *editor = NULL;

	el_get(el, EL_CLIENTDATA, &editor);
	return editor;
}

static char *prompt_of(EditLine *el)
{
	return (char *)of(el)->prompt;
}

/* Columns that a prompt takes: what stands between two \1 moves nothing. */
static size_t width_of(const char *prompt)
{
	size_t width = 0;
	bool shown = true;

	for (; *prompt; prompt++) {
		if (*prompt == '\1')
			shown = !shown;
		else if (shown)
			width++;
	}
	return width;
}

/* A terminal that has hung up is none. */
static unsigned int columns(void)
{
	return kmctl_columns(STDOUT_FILENO) ?: 80;
}

/* The cursor goes to where the prompt begins, and all from there on is cleared. */
static void take_off(struct kmctl_editor *editor)
{
	const LineInfoW *line = el_wline(editor->el);
	size_t at = width_of(editor->prompt) + (line->cursor - line->buffer);
	size_t rows = at / columns();

	printf("\r");
	if (rows)
		printf("\033[%zuA", rows);
	printf("\033[J");
}

static void show_news(struct kmctl_editor *editor)
{
	char *news = editor->typist->news(editor->typist->data);

	if (!news)
		return;
	take_off(editor);
	fputs(news, stdout);
	fflush(stdout);
	free(news);
	el_set(editor->el, EL_REFRESH);
}

static void suspend(struct kmctl_editor *editor)
{
	suspended = 0;
	el_set(editor->el, EL_PREP_TERM, 0);
	printf("\n");
	fflush(stdout);
	raise(SIGSTOP);
	el_set(editor->el, EL_PREP_TERM, 1);
	el_set(editor->el, EL_REFRESH);
}

/* A signal has come. True when the line is over by it. */
static bool take_signal(struct kmctl_editor *editor)
{
	int number = kmctl_caught_signal();

	kmctl_forget_signals(&editor->nobody);
	if (resized) {
		resized = 0;
		el_resize(editor->el);
	}
	if (suspended)
		suspend(editor);
	editor->interrupted = number == SIGINT;
	editor->ended = number && number != SIGINT;
	return number;
}

/* One character, of as many bytes as it has. Returns 1, or 0 at the end. */
static int next_key(EditLine *el, wchar_t *key)
{
	struct kmctl_editor *editor = of(el);
	mbstate_t state = { 0 };

	for (;;) {
		struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
		int ret = kmctl_wait(&editor->nobody, &keys, 1, TICK_MS);
		size_t length;
		char byte;

		if (ret < 0 && take_signal(editor)) {
			/* Ends the line, which nobody looks at then. */
			*key = L'\n';
			return editor->ended ? 0 : 1;
		}
		if (!ret)
			show_news(editor);
		if (ret <= 0)
			continue;
		if (read(STDIN_FILENO, &byte, 1) != 1)
			return 0;
		length = mbrtowc(key, &byte, 1, &state);
		if (length == (size_t)-1) {
			state = (mbstate_t) { 0 };
			*key = L'?';
			return 1;
		}
		if (length != (size_t)-2)
			return 1;
	}
}

static size_t in_common(const struct kmctl_choices *choices)
{
	size_t size = strlen(choices->at[0]);
	size_t i;

	for (i = 1; i < choices->count; i++) {
		size_t same = 0;

		while (same < size && choices->at[0][same] == choices->at[i][same])
			same++;
		size = same;
	}
	return size;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In columns, as a shell does. */
static void show_choices(struct kmctl_editor *editor, struct kmctl_choices *choices)
{
	size_t width = 0, across, down, row, i;

	qsort(choices->at, choices->count, sizeof(*choices->at), by_text);
	for (i = 0; i < choices->count; i++)
		if (strlen(choices->at[i]) + 2 > width)
			width = strlen(choices->at[i]) + 2;
	across = columns() / width ? columns() / width : 1;
	down = (choices->count + across - 1) / across;
	printf("\n");
	for (row = 0; row < down; row++) {
		for (i = row; i < choices->count; i += down)
			printf("%-*s", i + down < choices->count ? (int)width : 0, choices->at[i]);
		printf("\n");
	}
	fflush(stdout);
}

static unsigned char complete(EditLine *el, int key)
{
	struct kmctl_editor *editor = of(el);
	const LineInfo *line = el_line(el);
	size_t size = line->cursor - line->buffer;
	struct kmctl_choices choices = { .start = size };
	unsigned char ret = CC_ERROR;
	size_t typed, common, i;
	char *more;

	editor->typist->complete(editor->typist->data, line->buffer, size, &choices);
	if (!choices.count)
		goto out;
	typed = size - choices.start;
	common = in_common(&choices);
	more = common > typed ? strndup(choices.at[0] + typed, common - typed) : NULL;
	if (more && !el_insertstr(el, more)) {
		ret = CC_REFRESH;
	} else if (choices.count > 1) {
		show_choices(editor, &choices);
		ret = CC_REDISPLAY;
	}
	free(more);
out:
	for (i = 0; i < choices.count; i++)
		free(choices.at[i]);
	free(choices.at);
	return ret;
}

/* The file is written anew with each line: it has to be one of these, or a new one. */
static bool is_history(const char *path)
{
	static const char cookie[] = "_HiStOrY_V2_\n";
	char begin[sizeof(cookie)] = "";
	struct stat status;
	ssize_t size;
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0) {
		kmctl_say("%s: no history is kept: %m", path);
		return false;
	}
	size = read(fd, begin, sizeof(begin) - 1);
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || (size && strcmp(begin, cookie))) {
		kmctl_say("%s: no history is kept: that is another kind of file", path);
		size = -1;
	}
	close(fd);
	return size >= 0;
}

static History *open_history(void)
{
	History *new = history_init();
	HistEvent event;

	if (!new)
		return NULL;
	history(new, &event, H_SETSIZE, HISTORY_SIZE);
	history(new, &event, H_SETUNIQUE, 1);
	return new;
}

struct kmctl_editor *kmctl_editor_open(const struct kmctl_typist *typist, const char *file)
{
	struct sigaction size = { .sa_handler = note_size };
	struct kmctl_editor *editor = calloc(1, sizeof(*editor));

	if (!editor)
		goto out_say;
	editor->typist = typist;
	editor->file = file && is_history(file) ? file : NULL;
	editor->nobody.fd = -1;
	editor->prompt = "";
	editor->el = el_init("kmctl", stdin, stdout, stderr);
	editor->history = open_history();
	if (!editor->el || !editor->history)
		goto out_close;
	if (editor->file)
		history(editor->history, &editor->event, H_LOAD, editor->file);
	el_set(editor->el, EL_CLIENTDATA, editor);
	el_set(editor->el, EL_PROMPT_ESC, prompt_of, '\1');
	el_set(editor->el, EL_EDITOR, "emacs");
	el_set(editor->el, EL_HIST, history, editor->history);
	el_set(editor->el, EL_GETCFN, next_key);
	el_set(editor->el, EL_ADDFN, "complete", "continue the word", complete);
	el_set(editor->el, EL_BIND, "^I", "complete", NULL);
	el_set(editor->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	sigaction(SIGWINCH, &size, NULL);
	return editor;
out_close:
	kmctl_editor_close(editor);
out_say:
	kmctl_say("the line editor cannot start: no memory");
	return NULL;
}

void kmctl_editor_close(struct kmctl_editor *editor)
{
	if (editor->el)
		el_end(editor->el);
	if (editor->history)
		history_end(editor->history);
	free(editor->line);
	free(editor);
}

/* Behind what the file holds by now: other prompts write into it too. */
static void save(struct kmctl_editor *editor)
{
	History *saved = open_history();

	if (!saved)
		return;
	history(saved, &editor->event, H_LOAD, editor->file);
	history(saved, &editor->event, H_ENTER, editor->line);
	history(saved, &editor->event, H_SAVE, editor->file);
	history_end(saved);
}

static void remember(struct kmctl_editor *editor)
{
	if (!*editor->line)
		return;
	history(editor->history, &editor->event, H_ENTER, editor->line);
	if (editor->file)
		save(editor);
}

enum kmctl_typed kmctl_editor_line(struct kmctl_editor *editor, const char *prompt, const char **line)
{
	struct sigaction stop = { .sa_handler = note_suspend }, before;
	const char *text;
	int count;

	editor->prompt = prompt;
	editor->interrupted = editor->ended = false;
	kmctl_forget_signals(&editor->nobody);
	suspended = 0;
	/* An entry that runs needs no care: kmctl stops, and the VM goes on. */
	sigaction(SIGTSTP, &stop, &before);
	text = el_gets(editor->el, &count);
	sigaction(SIGTSTP, &before, NULL);
	if (editor->interrupted) {
		printf("^C\n");
		fflush(stdout);
		return KMCTL_TYPED_INTERRUPT;
	}
	if (!text || count <= 0 || editor->ended) {
		printf("\n");
		fflush(stdout);
		return KMCTL_TYPED_END;
	}
	free(editor->line);
	editor->line = strndup(text, text[count - 1] == '\n' ? count - 1 : count);
	if (!editor->line)
		return KMCTL_TYPED_END;
	remember(editor);
	*line = editor->line;
	return KMCTL_TYPED_LINE;
}
