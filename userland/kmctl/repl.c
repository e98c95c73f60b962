// SPDX-License-Identifier: GPL-2.0
/*
 * A prompt into the kernel: an entry is compiled here, with the locals of those before it, and runs
 * in the VM. One session serves all of them. What blocks of timers print when their entry has ended
 * is in the VM's log, which is shown above the line that is being typed.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compile.h"
#include "control.h"
#include "device.h"
#include "help.h"
#include "imagefile.h"
#include "library.h"
#include "lineedit.h"
#include "log.h"
#include "nearest.h"
#include "repl.h"
#include "run.h"
#include "say.h"
#include "session.h"

#define PIPED_SIZE	(64UL << 10)

/* What a pipe has brought: lines, the last of which may not be whole. */
struct piped {
	char *at;
	size_t begin, end, room;
	bool over;
};

struct repl {
	const char *vm;
	const struct kmctl_limits *limits;
	struct kmctl_session session;
	struct kmctl_prompt *prompt;
	struct kmctl_editor *editor;	/* NULL: the input is no terminal */
	struct piped piped;
	struct kmctl_log log;
	struct kmvm_info known;		/* which VM that is, and which start of it */
	unsigned int number;		/* of the entry */
	bool colours;
	bool over;
	int status;
	int signal;			/* that has ended it */
};

/* What an entry is made of so far. */
struct entry {
	char *text;
	size_t size;
};

static int compile(struct repl *repl, const char *name, const struct entry *entry, struct kmctl_bytes *image,
		   bool *unfinished)
{
	struct kmctl_bytes ruby = { entry->text, entry->size };
	int ret;

	ret = kmctl_compile_entry(repl->prompt, name, &ruby, image, unfinished);
	if (ret || (unfinished && *unfinished))
		return ret;
	ret = kmctl_check_image(name, image);
	if (ret)
		free(image->at);
	return ret;
}

static int run(struct repl *repl, const char *name, const struct kmctl_bytes *image)
{
	struct kmctl_program program = {
		.name = name, .vm = repl->vm, .image = *image, .inspect = true, .prompt = true,
		.limits = *repl->limits,
	};
	int ret;

	kmctl_forget_signals(&repl->session);
	ret = kmctl_find_libraries("-", image, &program.libraries);
	if (!ret) {
		repl->session.outcome = KMVM_DONE;
		ret = kmctl_run_in(&repl->session, &program);
		repl->over = repl->session.outcome == KMVM_EXITED;
	}
	if (kmctl_caught_signal() && !(repl->editor && kmctl_caught_signal() == SIGINT)) {
		repl->signal = kmctl_caught_signal();
		repl->over = true;
	}
	kmctl_free_libraries(&program.libraries);
	return ret;
}

static int forget_locals(struct repl *repl)
{
	kmctl_prompt_close(repl->prompt);
	repl->prompt = kmctl_prompt_open();
	return repl->prompt ? KMCTL_OK : KMCTL_SYSTEM;
}

/* Others may give the VM a fresh start, or its name to another. Returns whether they have. */
static bool is_another(struct repl *repl)
{
	struct kmvm_info now = { .size = sizeof(now) };
	bool other;

	strcpy(now.vm, repl->vm);
	if (kmctl_ioctl(repl->session.fd, KMVM_IOC_INFO, &now))
		return false;
	other = now.serial != repl->known.serial;
	if (other) {
		kmctl_log_close(&repl->log);
		kmctl_log_open(&repl->log, repl->session.fd, repl->vm);
	}
	other |= now.resets != repl->known.resets;
	repl->known = now;
	return other;
}

/* Runs the entry if it is whole. False: more has to be typed. */
static bool try(struct repl *repl, const struct entry *entry, bool last)
{
	struct kmctl_bytes image;
	bool unfinished = false;
	char name[32];
	int ret;

	if (is_another(repl)) {
		kmctl_note("%s: has started afresh meanwhile, and the locals are gone", repl->vm);
		if (forget_locals(repl)) {
			repl->over = true;
			return true;
		}
	}
	snprintf(name, sizeof(name), "prompt[%u]", repl->number);
	ret = compile(repl, name, entry, &image, last ? NULL : &unfinished);
	if (unfinished)
		return false;
	if (!ret) {
		ret = run(repl, name, &image);
		free(image.at);
	}
	repl->number++;
	if (ret || repl->over)
		repl->status = ret;
	return true;
}

/* All of what the log has new, or NULL. */
static char *news(void *data)
{
	struct repl *repl = data;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	bool any = false;

	if (!file)
		return NULL;
	while (kmctl_log_read(&repl->log, file, false) > 0)
		any = true;
	fclose(file);
	if (any)
		return text;
	free(text);
	return NULL;
}

static int command_list(struct repl *repl)
{
	return kmctl_list(false);
}

static int command_log(struct repl *repl)
{
	const struct kmctl_log_options all = { 0 };

	return kmctl_log(repl->vm, &all);
}

static int command_reset(struct repl *repl)
{
	int ret = kmctl_reset(repl->vm);

	if (!ret) {
		ret = forget_locals(repl);
		is_another(repl);
	}
	repl->over = !repl->prompt;
	return ret;
}

static int command_quit(struct repl *repl)
{
	repl->over = true;
	return KMCTL_OK;
}

static int command_help(struct repl *repl);

static const struct command {
	const char *word;
	int (*function)(struct repl *repl);
	const char *help;
} commands[] = {
	{ ":help",	command_help,	"this list; help Linux::Timer prints the reference" },
	{ ":list",	command_list,	"the VMs there are" },
	{ ":log",	command_log,	"what was printed in this VM when no entry was running" },
	{ ":reset",	command_reset,	"a fresh start for this VM, whoever else uses it" },
	{ ":quit",	command_quit,	"leave, as exit and quit do; what entries have started stays" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static int command_help(struct repl *repl)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		printf("%-7s %s\n", commands[i].word, commands[i].help);
	printf("_       the last value; Tab continues a word, Ctrl-C ends an entry, Ctrl-D leaves\n");
	return KMCTL_OK;
}

/* The text without the blanks around it. */
static const char *trimmed(const char *line, size_t *size)
{
	while (isspace((unsigned char)*line))
		line++;
	*size = strlen(line);
	while (*size && isspace((unsigned char)line[*size - 1]))
		(*size)--;
	return line;
}

static bool is_local(struct repl *repl, const char *name, size_t size);

/* :lst is Ruby, and hardly what was meant. */
static void guess_command(const char *line, size_t size)
{
	struct kmctl_nearest nearest = { 0 };
	char word[16] = "";
	size_t i;

	if (!size || *line != ':' || size >= sizeof(word))
		return;
	memcpy(word, line, size);
	nearest.word = word;
	for (i = 0; i < COMMANDS; i++)
		kmctl_offer(&nearest, commands[i].word, strlen(commands[i].word));
	if (nearest.name)
		kmctl_note("%s is a Symbol; did you mean %s?", word, nearest.name);
}

/* A line that is no Ruby. */
static bool take_command(struct repl *repl, const char *line)
{
	char name[80];
	size_t size, i;

	line = trimmed(line, &size);
	for (i = 0; i < COMMANDS; i++) {
		if (strlen(commands[i].word) == size && !strncmp(commands[i].word, line, size)) {
			commands[i].function(repl);
			fflush(stdout);
			return true;
		}
	}
	if (size == 4 && !strncmp(line, "quit", size) && !is_local(repl, line, size)) {
		command_quit(repl);
		return true;
	}
	guess_command(line, size);
	if (strncmp(line, "help", 4) || (size > 4 && line[4] != ' ') || size >= sizeof(name))
		return false;
	memcpy(name, line, size);
	name[size] = '\0';
	line = trimmed(name + 4, &size);
	kmctl_help(size ? line : NULL);
	fflush(stdout);
	return true;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c & 0x80 || (c && strchr("_$@?!", c));
}

/* Can it be typed? A method may have any name, and what tells the names may be anybody's. */
static bool is_name(const char *name, size_t size, const char *first)
{
	size_t i;

	if (!size || !(isalpha((unsigned char)*name) || *name & 0x80 || strchr(first, *name)))
		return false;
	for (i = 0; i < size; i++)
		if (!is_word(name[i]) && !(name[i] == '=' && i == size - 1))
			return false;
	return true;
}

/* The words of an inspected String of words with a blank between them. */
static void add_words(const char *value, const char *typed, size_t size, struct kmctl_choices *choices)
{
	const char *end;

	for (value += *value == '"'; *value && *value != '"'; value = *end == ' ' ? end + 1 : end) {
		end = value + strcspn(value, " \"");
		if ((size_t)(end - value) >= size && !strncmp(value, typed, size) &&
		    is_name(value, end - value, size ? "_$@" : "$@"))
			kmctl_add_choice(choices, value, end - value);
		if (!*end)
			break;
	}
}

/*
 * Asks the VM for words; it has half a second, and its errors are nobody's. Nor is what it prints: the
 * session is another one, which ends with the answer. A VM that is busy is not waited for.
 */
static void ask(struct repl *repl, const char *code, const char *typed, size_t size, struct kmctl_choices *choices)
{
	struct kmctl_bytes ruby = { (char *)code, strlen(code) };
	struct kmvm_run_args args = {
		.size = sizeof(args), .flags = KMVM_RUN_INSPECT, .timeout_ns = 500000000,
	};
	enum kmctl_voice voice = kmctl_voice();
	struct kmctl_bytes image;
	char *value;
	int fd, ret;

	/* The line that is being typed is not to be told of it. */
	kmctl_set_voice(KMCTL_QUIET);
	ret = kmctl_compile("completion", &ruby, false, &image);
	kmctl_set_voice(voice);
	if (ret)
		return;
	fd = open(KMCTL_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	value = calloc(1, 64 << 10);
	args.image = (uintptr_t)image.at;
	args.image_size = image.size;
	args.result.value = (uintptr_t)value;
	args.result.value_size = value ? 64 << 10 : 0;
	strcpy(args.vm, repl->vm);
	if (value && fd >= 0 && !kmctl_ioctl(fd, KMVM_IOC_RUN, &args) && args.result.outcome == KMVM_DONE)
		add_words(value, typed, size, choices);
	if (fd >= 0)
		close(fd);
	free(value);
	free(image.at);
}

static bool is_local(struct repl *repl, const char *name, size_t size)
{
	const char *local;
	size_t i;

	for (i = 0; (local = kmctl_prompt_local(repl->prompt, i)); i++)
		if (strlen(local) == size && size && !strncmp(local, name, size))
			return true;
	return false;
}

/* What can be asked without a call of a method: constants, globals, locals, a literal. */
static bool can_be_asked(struct repl *repl, const char *text, size_t size)
{
	size_t i;

	if (!size)
		return false;
	for (i = 0; i < size; i++)
		if (!isalnum((unsigned char)text[i]) && !(text[i] & 0x80) && !strchr("_:$", text[i]))
			return false;
	return isupper((unsigned char)*text) || *text == '$' || *text == ':' || isdigit((unsigned char)*text) ||
	       is_local(repl, text, size);
}

/* Methods of a receiver, or what stands in a module. */
static void complete_after(struct repl *repl, const char *receiver, size_t size, bool constants, const char *typed,
			   size_t length, struct kmctl_choices *choices)
{
	char *code = NULL, asked[200];
	int ret;

	if (size > 100 || !can_be_asked(repl, receiver, size))
		return;
	if (is_local(repl, receiver, size))
		snprintf(asked, sizeof(asked), "%s[:%.*s]", kmctl_prompt_hash(repl->prompt), (int)size, receiver);
	else
		snprintf(asked, sizeof(asked), "%.*s", (int)size, receiver);
	/* What everything has is of interest when it begins like that. */
	if (constants)
		ret = asprintf(&code, "r = %s; (r.constants + r.singleton_methods).join(' ')", asked);
	else
		ret = asprintf(&code, "r = %s; (r.methods%s).join(' ')", asked,
			       length ? "" : " - (Module === r ? Class : Object).instance_methods");
	if (ret >= 0)
		ask(repl, code, typed, length, choices);
	free(code);
}

static void complete_word(struct repl *repl, const char *typed, size_t size, struct kmctl_choices *choices)
{
	static const char keywords[] =
		"alias begin break case class def do else elsif end ensure false for if in module next nil not or "
		"redo rescue retry return self super then true undef unless until when while yield help";
	const char *local;
	size_t i;

	for (i = 0; (local = kmctl_prompt_local(repl->prompt, i)); i++)
		if (strlen(local) >= size && *local && !strncmp(local, typed, size))
			kmctl_add_choice(choices, local, strlen(local));
	if (size && *typed == '$') {
		ask(repl, "global_variables.join(' ')", typed, size, choices);
		return;
	}
	add_words(keywords, typed, size, choices);
	ask(repl, "(Object.constants + methods).join(' ')", typed, size, choices);
}

static void complete(void *data, const char *line, size_t size, struct kmctl_choices *choices)
{
	struct repl *repl = data;
	size_t word = size, receiver, i;

	if (size && *line == ':') {
		choices->start = 0;
		for (i = 0; i < COMMANDS; i++)
			if (!strncmp(commands[i].word, line, size))
				kmctl_add_choice(choices, commands[i].word, strlen(commands[i].word));
		return;
	}
	while (word && is_word(line[word - 1]))
		word--;
	choices->start = word;
	receiver = word;
	if (word && line[word - 1] == '.') {
		receiver = word - 1;
		while (receiver && (is_word(line[receiver - 1]) || line[receiver - 1] == ':'))
			receiver--;
		complete_after(repl, line + receiver, word - 1 - receiver, false, line + word, size - word, choices);
	} else if (word > 1 && line[word - 1] == ':' && line[word - 2] == ':') {
		receiver = word - 2;
		while (receiver && (is_word(line[receiver - 1]) || line[receiver - 1] == ':'))
			receiver--;
		complete_after(repl, line + receiver, word - 2 - receiver, true, line + word, size - word, choices);
	} else {
		complete_word(repl, line + word, size - word, choices);
	}
}

/* More of what comes through the pipe. False: a signal has come, or there is no memory. */
static bool read_pipe(struct repl *repl)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	struct kmctl_session nobody = { .fd = -1 };
	struct piped *piped = &repl->piped;
	ssize_t size;

	kmctl_forget_signals(&nobody);
	if (piped->begin)
		memmove(piped->at, piped->at + piped->begin, piped->end - piped->begin);
	piped->end -= piped->begin;
	piped->begin = 0;
	if (piped->room - piped->end < PIPED_SIZE) {
		char *more = realloc(piped->at, 2 * (piped->room + PIPED_SIZE));

		if (!more) {
			kmctl_say("no memory for the entry");
			return false;
		}
		piped->at = more;
		piped->room = 2 * (piped->room + PIPED_SIZE);
	}
	if (kmctl_wait(&nobody, &input, 1, -1) < 0) {
		repl->signal = kmctl_caught_signal();
		return !repl->signal;
	}
	size = read(STDIN_FILENO, piped->at + piped->end, PIPED_SIZE);
	piped->over = size <= 0;
	if (size > 0)
		piped->end += size;
	return true;
}

/* Up to a newline, which becomes a NUL. */
static enum kmctl_typed piped_line(struct repl *repl, const char **line, size_t *size)
{
	struct piped *piped = &repl->piped;
	size_t length = 0;	/* without a newline in it */

	for (;;) {
		char *begin = piped->at + piped->begin;
		size_t left = piped->end - piped->begin;
		char *newline = left > length ? memchr(begin + length, '\n', left - length) : NULL;

		length = newline ? (size_t)(newline - begin) : left;
		if (newline || (piped->over && left)) {
			/* There is room behind the last byte, where read() has found the end. */
			begin[length] = '\0';
			piped->begin += length + (newline != NULL);
			*line = begin;
			*size = length;
			return KMCTL_TYPED_LINE;
		}
		if (piped->over || !read_pipe(repl))
			return KMCTL_TYPED_END;
	}
}

/* The next line of an entry: :quit and the like are lines of their own. */
static enum kmctl_typed next_line(struct repl *repl, bool more, const char **line, size_t *size)
{
	char prompt[KMVM_NAME_MAX + 60];
	enum kmctl_typed typed;

	if (repl->editor) {
		snprintf(prompt, sizeof(prompt), repl->colours ? "\1\033[1;32m\1%s[%u]%c\1\033[0m\1 " : "%s[%u]%c ",
			 repl->vm, repl->number, more ? '*' : '>');
		typed = kmctl_editor_line(repl->editor, prompt, line);
		*size = typed == KMCTL_TYPED_LINE ? strlen(*line) : 0;
		return typed;
	}
	return piped_line(repl, line, size);
}

static int add_line(struct entry *entry, const char *line, size_t size)
{
	char *more = realloc(entry->text, entry->size + size + 2);

	if (!more) {
		kmctl_say("no memory for the entry");
		return -1;
	}
	entry->text = more;
	memcpy(more + entry->size, line, size);
	entry->size += size;
	more[entry->size++] = '\n';
	return 0;
}

static bool is_blank(const struct entry *entry)
{
	size_t i;

	for (i = 0; i < entry->size; i++)
		if (!isspace((unsigned char)entry->text[i]))
			return false;
	return true;
}

static void read_entries(struct repl *repl)
{
	struct entry entry = { 0 };
	enum kmctl_typed typed;
	const char *line = NULL;
	size_t size = 0;

	while (!repl->over) {
		typed = next_line(repl, entry.size, &line, &size);
		if (typed == KMCTL_TYPED_INTERRUPT) {
			entry.size = 0;
			continue;
		}
		if (typed == KMCTL_TYPED_END) {
			/* What is not whole now never will be. */
			if (!is_blank(&entry) && !repl->signal)
				try(repl, &entry, true);
			break;
		}
		if (!entry.size && strlen(line) == size && take_command(repl, line))
			continue;
		if (add_line(&entry, line, size))
			break;
		if (is_blank(&entry) || try(repl, &entry, false))
			entry.size = 0;
	}
	free(entry.text);
}

/* Where the history is kept: $KMCTL_HISTORY, or a file at home; empty: nowhere. For free(). */
static char *history_file(void)
{
	const char *file = getenv("KMCTL_HISTORY");
	const char *home = getenv("HOME");
	char *path = NULL;

	if (file)
		return *file ? strdup(file) : NULL;
	if (home && *home && asprintf(&path, "%s/.kmctl_history", home) < 0)
		return NULL;
	return path;
}

/* The VM forgets the locals; who waits for it is not kept. */
static void clean_up(struct repl *repl)
{
	struct kmctl_choices unused = { 0 };
	char *code;

	if (asprintf(&code, "$kmctl_prompts.delete(%s) if $kmctl_prompts", kmctl_prompt_key(repl->prompt)) < 0)
		return;
	ask(repl, code, "", 0, &unused);
	free(code);
}

static int start(struct repl *repl)
{
	struct kmctl_typist typist = { news, complete, repl };
	char *history = history_file();
	char *old;

	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		setlocale(LC_CTYPE, "");
		repl->colours = kmctl_colours(STDOUT_FILENO);
		repl->editor = kmctl_editor_open(&typist, history);
		if (kmctl_voice() != KMCTL_QUIET)
			printf("kmvm: Ruby in this kernel; :help lists what else there is, Ctrl-D leaves\n");
		/* What was printed before this is for :log. */
		old = news(repl);
		free(old);
	}
	read_entries(repl);
	if (repl->editor)
		kmctl_editor_close(repl->editor);
	free(history);
	return repl->editor && !repl->over ? KMCTL_OK : repl->status;
}

int kmctl_repl(const char *vm, const struct kmctl_limits *limits)
{
	struct repl repl = { .vm = vm, .limits = limits, .number = 1 };
	struct kmvm_info info = { .size = sizeof(info) };
	int ret;

	ret = kmctl_open_device(&repl.session.fd, NULL);
	if (ret)
		return ret;
	strcpy(info.vm, vm);
	ret = kmctl_ioctl(repl.session.fd, KMVM_IOC_INFO, &info);
	if (ret) {
		ret = ret == -ENOENT ? kmctl_say_no_vm(vm) : kmctl_explain(vm, -ret);
		goto out_close;
	}
	repl.known = info;
	repl.prompt = kmctl_prompt_open();
	ret = repl.prompt ? kmctl_log_open(&repl.log, repl.session.fd, vm) : -ENOMEM;
	if (!ret) {
		kmctl_catch_signals();
		ret = start(&repl);
	} else {
		ret = KMCTL_SYSTEM;
	}
	kmctl_log_close(&repl.log);
	if (repl.prompt) {
		clean_up(&repl);
		kmctl_prompt_close(repl.prompt);
	}
	free(repl.piped.at);
	if (repl.signal) {
		fflush(stdout);
		kmctl_die_of(repl.signal);
	}
out_close:
	close(repl.session.fd);
	return ret;
}
