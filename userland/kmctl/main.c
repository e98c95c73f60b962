// SPDX-License-Identifier: GPL-2.0
/*
 * kmctl: Ruby programs for the VM inside this kernel.
 *
 * Compiles on this side, hands the image to /dev/kmvm, and is for the program what a
 * process would be: its stdout, its stderr, its exit status.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <mruby.h>
#include <mruby/dump.h>
#include <mruby/version.h>

#include "../../include/version.h"
#include "../../vm/verify.h"
#include "compile.h"
#include "control.h"
#include "device.h"
#include "disasm.h"
#include "imagefile.h"
#include "help.h"
#include "info.h"
#include "log.h"
#include "meta.h"
#include "repl.h"
#include "run.h"
#include "say.h"
#include "session.h"
#include "top.h"
#include "usage.h"
#include "watch.h"

/* The one that is called. */
static const char *command;

/* The words of the command line that are not read yet. */
struct words {
	char **at;
	int left;
};

static char *next_word(struct words *words)
{
	if (!words->left)
		return NULL;
	words->left--;
	return *words->at++;
}

static bool take_word(struct words *words, const char *word)
{
	if (!words->left || strcmp(*words->at, word))
		return false;
	next_word(words);
	return true;
}

/* The option that says which VM: one that is there, or one that is to be. */
static bool names_vm(const char *word, bool load)
{
	return !strcmp(word, load ? "--name" : "--vm");
}

/* --quiet and --verbose, which every command takes. */
static bool take_voice(struct words *words)
{
	if (take_word(words, "-q") || take_word(words, "--quiet"))
		kmctl_set_voice(KMCTL_QUIET);
	else if (take_word(words, "-v") || take_word(words, "--verbose"))
		kmctl_set_voice(KMCTL_VERBOSE);
	else
		return false;
	return true;
}

/* Those that stand anywhere up to "--". */
static void take_voices(struct words *words)
{
	struct words from = *words;
	char **to = words->at;

	while (from.left && strcmp(*from.at, "--")) {
		if (!take_voice(&from))
			*to++ = next_word(&from);
	}
	while (from.left)
		*to++ = next_word(&from);
	words->left = to - words->at;
}

/*
 * --vm or --name, --wait and the limits, in any order. Returns KMCTL_OK at the first word that is none of
 * them, or a status.
 */
static int take_options(struct words *words, struct kmctl_program *program)
{
	while (words->left) {
		char *word = *words->at;
		char *value = words->left > 1 ? words->at[1] : NULL;
		char *equals = !strncmp(word, "--", 2) ? strchr(word, '=') : NULL;
		char name[16] = { 0 };
		int ret;

		if (take_voice(words))
			continue;
		if (!program->load && take_word(words, "--wait")) {
			program->follow = true;
			continue;
		}
		if (equals && (size_t)(equals - word) < sizeof(name)) {
			memcpy(name, word, equals - word);
			word = name;
			value = equals + 1;
		}
		ret = names_vm(word, program->load);
		if (ret) {
			program->vm = value ? value : "";
			if (kmctl_check_name(program->vm))
				return KMCTL_USAGE;
		} else {
			ret = kmctl_limit_option(&program->limits, word, value);
		}
		if (ret < 0)
			return KMCTL_USAGE;
		if (!ret)
			break;
		next_word(words);
		if (!equals)
			next_word(words);
	}
	return KMCTL_OK;
}

static int bad_usage(const char *word, const char *what)
{
	return kmctl_bad_usage(command, word, what);
}

/* The next word unless it is an option; an option may not be mistaken for a file. */
static int take_operand(struct words *words, char **operand)
{
	bool options = !take_word(words, "--");

	*operand = next_word(words);
	if (!*operand)
		return bad_usage(command, "FILE is missing");
	if (!options || (*operand)[0] != '-' || !(*operand)[1])
		return KMCTL_OK;
	if (!strcmp(*operand, "-e"))
		return kmctl_bad_usage("-e", "-e", "is a command of its own");
	return kmctl_unknown_option(command, *operand);
}

static int run_image(struct kmctl_program *program, struct words *words)
{
	int ret;

	take_word(words, "--");
	program->argv = words->at;
	program->argc = words->left;
	ret = kmctl_find_libraries(program->name, &program->image, &program->libraries);
	if (!ret)
		ret = kmctl_run(program);
	kmctl_free_libraries(&program->libraries);
	free(program->image.at);
	return ret;
}

/* What compiles can still be more than a VM takes, as blocks nested too deep. */
static int compile(const char *name, const struct kmctl_bytes *ruby, bool warn,
		   struct kmctl_bytes *image)
{
	int ret = kmctl_compile(name, ruby, warn, image);

	if (ret)
		return ret;
	ret = kmctl_check_image(name, image);
	if (ret)
		free(image->at);
	return ret;
}

static int run_code(struct kmctl_program *program, const char *code, struct words *words)
{
	struct kmctl_bytes ruby = { (char *)code, strlen(code) };
	int ret;

	if (words->left && kmctl_is_option(command, *words->at))
		kmctl_note("%s is the program's, for it stands behind CODE; options stand before it, and -- says that it is meant so",
			   *words->at);
	ret = compile(program->name, &ruby, false, &program->image);
	return ret ? ret : run_image(program, words);
}

/* The words NAME=VALUE among the others. */
struct settings {
	char **at;
	int count;
};

/* What follows FILE: options and settings in any order, up to the program's own words. */
static int take_settings(struct words *words, struct kmctl_program *program,
			 struct settings *settings)
{
	settings->at = calloc(words->left + 1, sizeof(*settings->at));
	if (!settings->at) {
		kmctl_say("%m");
		return KMCTL_SYSTEM;
	}
	while (words->left && strcmp(*words->at, "--")) {
		int left = words->left;
		int ret = take_options(words, program);

		if (ret)
			return ret;
		if (words->left < left)
			continue;
		if ((*words->at)[0] == '-' || !strchr(*words->at, '='))
			return bad_usage(*words->at, "is no option and no NAME=VALUE; the program's own arguments stand behind --");
		settings->at[settings->count++] = next_word(words);
	}
	return KMCTL_OK;
}

static int run_file(struct kmctl_program *program, const struct settings *settings,
		    struct words *words)
{
	struct kmctl_meta meta = { 0 };
	int ret = kmctl_read_program(program->name, &program->image, &meta);
	int i;

	if (!ret)
		ret = kmctl_check_image(program->name, &program->image);
	for (i = 0; !ret && i < settings->count; i++)
		ret = kmctl_set_parameter(&meta, program->name, settings->at[i]);
	if (!ret)
		ret = kmctl_join_parameters(&meta, program->name, &program->parameters);
	kmctl_free_meta(&meta);
	if (ret)
		free(program->image.at);
	else
		ret = run_image(program, words);
	free(program->parameters.at);
	return ret;
}

/* What is left of the command line, for each time that the file is saved. */
struct watched {
	const struct kmctl_program *program;
	const struct words *words;
};

static int run_watched(void *data)
{
	const struct watched *watched = data;
	struct kmctl_program program = *watched->program;
	struct words words = *watched->words;
	const struct settings none = { 0 };

	return run_file(&program, &none, &words);
}

static int command_run(struct words *words)
{
	struct kmctl_program program = { .vm = "main" };
	struct watched watched = { &program, words };
	bool watch = take_word(words, "--watch");
	char *file;
	int ret;

	ret = take_options(words, &program);
	watch |= !ret && take_word(words, "--watch");
	if (!ret)
		ret = take_options(words, &program);
	if (!ret)
		ret = take_operand(words, &file);
	if (ret)
		return ret;
	if (watch && !strcmp(file, "-"))
		return bad_usage("--watch", "standard input is not saved again");
	program.name = file;
	return watch ? kmctl_watch(file, run_watched, &watched) : run_watched(&watched);
}

static int command_load(struct words *words)
{
	struct kmctl_program program = { .load = true };
	struct settings settings = { 0 };
	char *name = NULL;
	char *file;
	int ret;

	ret = take_options(words, &program);
	if (!ret)
		ret = take_operand(words, &file);
	if (!ret)
		ret = take_settings(words, &program, &settings);
	if (ret)
		goto out_free;
	program.name = file;
	if (!program.vm && !strcmp(file, "-")) {
		ret = bad_usage("-", "standard input has no name to give its VM: --name VM");
		goto out_free;
	}
	if (!program.vm) {
		name = kmctl_vm_name(file);
		program.vm = name ? name : "";
	}
	ret = kmctl_check_name(program.vm);
	if (ret && name)
		kmctl_say("%s: no VM can be called as that file is; give it a name: --name VM", file);
	if (!ret)
		ret = run_file(&program, &settings, words);
out_free:
	free(settings.at);
	free(name);
	return ret;
}

/* The next word, if there is one; an option may not be mistaken for a VM. */
static int take_vm(struct words *words, char **vm)
{
	*vm = next_word(words);
	return *vm && (*vm)[0] == '-' ? kmctl_unknown_option(command, *vm) : KMCTL_OK;
}

/* All are unloaded that can be; the status is that of the first which cannot. */
static int command_unload(struct words *words)
{
	int status = KMCTL_OK;
	char *vm;

	if (take_word(words, "--all")) {
		if (words->left)
			return bad_usage(*words->at, "unload takes VMs or --all");
		return kmctl_unload_all();
	}
	if (!words->left)
		return bad_usage("unload", "VM is missing");
	for (;;) {
		int ret = take_vm(words, &vm);

		if (ret || !vm)
			return ret ? ret : status;
		ret = kmctl_unload(vm);
		if (!status)
			status = ret;
	}
}

static int command_list(struct words *words)
{
	bool json = take_word(words, "--json");

	if (words->left)
		return bad_usage(*words->at, "list takes --json");
	return kmctl_list(json);
}

/* --once, --json and --interval TIME, in any order. */
static int take_top_options(struct words *words, struct kmctl_top *top)
{
	uint64_t ns;

	while (words->left) {
		if (take_word(words, "--once")) {
			top->once = true;
		} else if (take_word(words, "--json")) {
			top->json = true;
		} else if (take_word(words, "--interval")) {
			char *time = next_word(words);

			if (!time || kmctl_read_time(time, &ns) || ns < 10000000 || ns > 3600000000000)
				return bad_usage("--interval", "takes a time from 10ms to 1h, as 2s or 500ms");
			top->interval_ms = ns / 1000000;
		} else {
			break;
		}
	}
	return KMCTL_OK;
}

static int command_top(struct words *words)
{
	struct kmctl_top top = { .interval_ms = 1000 };
	int ret = take_top_options(words, &top);

	if (ret)
		return ret;
	if (words->left)
		return bad_usage(*words->at, "top takes --once, --json and --interval TIME");
	return kmctl_top(&top);
}

static int command_stat(struct words *words)
{
	struct kmctl_top top = { .interval_ms = 1000 };
	int ret = take_top_options(words, &top);
	char *vm = NULL;

	if (!ret)
		ret = take_vm(words, &vm);
	if (!ret)
		ret = take_top_options(words, &top);
	if (ret)
		return ret;
	if (words->left || top.once)
		return bad_usage(words->left ? *words->at : "--once", "stat takes --json, --interval TIME and one VM");
	return kmctl_stat(vm ? vm : "main", &top);
}

static int command_eval(struct words *words)
{
	struct kmctl_program program = {
		.name = "(eval)",
		.vm = "main",
		.inspect = true,
	};
	char *code;
	int ret;

	ret = take_options(words, &program);
	if (ret)
		return ret;
	/* CODE may begin with a minus, so what follows the options is taken as it is. */
	take_word(words, "--");
	code = next_word(words);
	if (!code)
		return bad_usage("eval", "CODE is missing");
	return run_code(&program, code, words);
}

/* Options without a -e behind them. */
static int no_code(const struct words *words)
{
	if (!words->left)
		return bad_usage("-e", "is missing");
	if (words->at[0][0] == '-')
		return kmctl_unknown_option(command, *words->at);
	return kmctl_bad_usage(*words->at, *words->at, "options stand behind the command");
}

/* Several -e are lines of one program. */
static int command_e(struct words *words)
{
	struct kmctl_program program = { .name = "-e", .vm = "main" };
	struct kmctl_bytes code;
	FILE *lines;
	int ret;

	ret = take_options(words, &program);
	if (ret)
		return ret;
	lines = open_memstream(&code.at, &code.size);
	if (!lines) {
		kmctl_say("%m");
		return KMCTL_SYSTEM;
	}
	if (!words->left || strcmp(*words->at, "-e")) {
		fclose(lines);
		free(code.at);
		return no_code(words);
	}
	while (take_word(words, "-e")) {
		char *line = next_word(words);

		if (!line) {
			fclose(lines);
			free(code.at);
			return bad_usage("-e", "CODE is missing");
		}
		fprintf(lines, "%s\n", line);
	}
	if (fclose(lines)) {
		kmctl_say("%m");
		return KMCTL_SYSTEM;
	}
	ret = run_code(&program, code.at, words);
	free(code.at);
	return ret;
}

/* Both are one file: writing the image would destroy the program. */
static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int compile_file(const char *file, const char *out)
{
	struct kmctl_bytes source, image;
	int ret;

	if (strcmp(file, "-") && same_file(file, out)) {
		kmctl_say("%s: the image would overwrite the program", out);
		return KMCTL_NOOUTPUT;
	}
	ret = kmctl_read_source(file, &source);
	if (ret)
		return ret;
	if (kmctl_is_image(&source)) {
		kmctl_say("%s: is an image already", file);
		ret = KMCTL_DATA;
	} else {
		ret = compile(file, &source, true, &image);
	}
	free(source.at);
	if (ret)
		return ret;
	ret = kmctl_write_image(out, &image);
	if (!ret && strcmp(out, "-"))
		kmctl_tell("%s: is written", out);
	free(image.at);
	return ret;
}

/* -o OUT, before FILE or behind it. */
static int take_out(struct words *words, char **out)
{
	if (!take_word(words, "-o"))
		return KMCTL_OK;
	*out = next_word(words);
	return *out ? KMCTL_OK : bad_usage("-o", "OUT is missing");
}

static int command_compile(struct words *words)
{
	char *made = NULL;
	char *out = NULL;
	char *file;
	int ret;

	ret = take_out(words, &out);
	if (!ret)
		ret = take_operand(words, &file);
	if (!ret)
		ret = take_out(words, &out);
	if (ret)
		return ret;
	if (words->left)
		return bad_usage(*words->at, "compile takes one FILE");
	if (!out) {
		made = kmctl_image_name(file);
		out = made;
	}
	if (!out) {
		kmctl_say("%m");
		return KMCTL_SYSTEM;
	}
	ret = compile_file(file, out);
	free(made);
	return ret;
}

static int verify_file(const char *file)
{
	struct kmctl_bytes image;
	int ret;

	ret = kmctl_read_program(file, &image, NULL);
	if (ret)
		return ret;
	ret = kmctl_check_image(file, &image);
	if (!ret)
		kmctl_tell("%s: %zu bytes are accepted", file, image.size);
	free(image.at);
	return ret;
}

/* All are judged; the status is that of the first which was not accepted. */
static int command_verify(struct words *words)
{
	int status;
	char *file;

	status = take_operand(words, &file);
	if (status)
		return status;
	do {
		int ret = verify_file(file);

		if (!status)
			status = ret;
		file = next_word(words);
	} while (file);
	return status;
}

static int command_disasm(struct words *words)
{
	struct kmvm_verdict verdict;
	struct kmctl_bytes image;
	int judged;
	char *file;
	int ret;

	ret = take_operand(words, &file);
	if (ret)
		return ret;
	if (words->left)
		return bad_usage(*words->at, "disasm takes one FILE");
	ret = kmctl_read_program(file, &image, NULL);
	if (ret)
		return ret;
	judged = kmvm_verify(image.at, image.size, &verdict);
	ret = judged == -ENOMEM ? KMCTL_SYSTEM : kmctl_disasm(stdout, &image, &verdict);
	free(image.at);
	if (ret) {
		kmctl_say("%s: no memory to print the image", file);
		return ret;
	}
	return judged ? KMCTL_DATA : KMCTL_OK;
}

/* A time ago, as 90s or 10ms, or the time of a line, as the log shows it: 12:00:00 or 12:00:00.123, of today. */
static int read_since(const char *word, uint64_t *ns)
{
	uint64_t ago, now = time(NULL) * 1000000000ULL;
	struct tm tm;
	time_t today = time(NULL);
	char *rest;

	if (!kmctl_read_time(word, &ago)) {
		*ns = ago < now ? now - ago : 0;
		return 0;
	}
	localtime_r(&today, &tm);
	rest = strptime(word, "%H:%M:%S", &tm);
	if (!rest)
		return -1;
	*ns = mktime(&tm) * 1000000000ULL;
	if (*rest == '.' && strspn(rest + 1, "0123456789") == 3 && !rest[4])
		*ns += strtoul(rest + 1, NULL, 10) * 1000000;
	else if (*rest)
		return -1;
	return 0;
}

static int command_log(struct words *words)
{
	struct kmctl_log_options options = { 0 };
	char *vm = NULL;

	while (words->left) {
		if (take_word(words, "-f")) {
			options.follow = true;
		} else if (take_word(words, "--json")) {
			options.json = true;
		} else if (take_word(words, "--since")) {
			char *since = next_word(words);

			if (!since || read_since(since, &options.since_ns))
				return bad_usage("--since", "takes a time ago, as 90s, or a time of today, as 12:00:00");
		} else if (vm || (*words->at)[0] == '-') {
			return bad_usage(*words->at, "log takes -f, --json, --since TIME and one VM");
		} else {
			vm = next_word(words);
		}
	}
	return kmctl_log(vm ? vm : "main", &options);
}

static int command_info(struct words *words)
{
	bool json = take_word(words, "--json");
	char *vm = "main", *file = NULL;

	if (take_word(words, "--vm"))
		vm = next_word(words);
	else
		file = json ? NULL : next_word(words);
	if (!vm)
		return bad_usage("--vm", "VM is missing");
	json |= !file && take_word(words, "--json");
	if (words->left)
		return bad_usage(*words->at, file ? "info takes one FILE, and nothing with it"
				 : "info takes --json, --vm VM or one FILE");
	return file ? kmctl_info_file(file) : kmctl_info(vm, json);
}

static int command_kill(struct words *words)
{
	bool now = take_word(words, "--now");
	char *vm;
	int ret = take_vm(words, &vm);

	if (ret)
		return ret;
	now |= take_word(words, "--now");
	if (words->left)
		return bad_usage(*words->at, "kill takes one VM");
	return kmctl_kill(vm ? vm : "main", now);
}

static int command_reset(struct words *words)
{
	char *vm;
	int ret = take_vm(words, &vm);

	if (ret)
		return ret;
	if (words->left)
		return bad_usage(*words->at, "reset takes one VM");
	return kmctl_reset(vm ? vm : "main");
}

static int command_repl(struct words *words)
{
	struct kmctl_program program = { .vm = "main" };
	int ret;

	ret = take_options(words, &program);
	if (ret)
		return ret;
	if (words->left || program.follow)
		return bad_usage(words->left ? *words->at : "--wait", "repl takes --vm and limits");
	return kmctl_repl(program.vm, &program.limits);
}

/* What a command does, and what the reference knows by that name. */
static int command_reference(struct words *words)
{
	char *name = next_word(words);

	if (words->left)
		return bad_usage(*words->at, "help takes one NAME");
	if (!name)
		printf("kmctl --help lists the commands, kmctl help COMMAND tells of one.\n");
	if (!name || !kmctl_print_help_of(name))
		return kmctl_help(name);
	if (kmctl_is_in_reference(name)) {
		printf("\n");
		return kmctl_help(name);
	}
	return KMCTL_OK;
}

static int command_version(struct words *words)
{
	if (words->left)
		return bad_usage(*words->at, "--version takes no argument");
	printf("kmctl %s (mruby %s, images RITE%s, device version %u)\n", KMVM_VERSION,
	       MRUBY_VERSION, RITE_BINARY_FORMAT_VER, KMVM_ABI);
	return KMCTL_OK;
}

static int command_help(struct words *words)
{
	(void)words;
	kmctl_print_help();
	return KMCTL_OK;
}

static const struct {
	const char *word;
	int (*function)(struct words *words);
} commands[] = {
	{ "run",	command_run },
	{ "eval",	command_eval },
	{ "compile",	command_compile },
	{ "verify",	command_verify },
	{ "disasm",	command_disasm },
	{ "load",	command_load },
	{ "unload",	command_unload },
	{ "repl",	command_repl },
	{ "list",	command_list },
	{ "top",	command_top },
	{ "stat",	command_stat },
	{ "log",	command_log },
	{ "info",	command_info },
	{ "kill",	command_kill },
	{ "reset",	command_reset },
	{ "help",	command_reference },
	{ "--version",	command_version },
	{ "-V",		command_version },
	{ "--help",	command_help },
	{ "-h",		command_help },
};

/* What stands behind a program is not kmctl's. */
static bool takes_program(void)
{
	return !strcmp(command, "run") || !strcmp(command, "eval") || !strcmp(command, "load");
}

/* Is it -e, behind options or not? */
static bool is_code(const struct words *words)
{
	static const char *const own[] = { "--version", "--help" };
	const char *word = *words->at;
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(word, own[i]))
			return false;
	return !strcmp(word, "-e") || !strncmp(word, "--", 2);
}

/* --help and nothing else behind a command. */
static bool asks_for_help(struct words *words)
{
	return command[0] != '-' && words->left == 1 && (take_word(words, "--help") || take_word(words, "-h"));
}

static int dispatch(struct words *words)
{
	size_t i;

	while (take_voice(words))
		;
	if (!words->left)
		return bad_usage(NULL, NULL);
	if (is_code(words)) {
		command = "-e";
		return command_e(words);
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!take_word(words, commands[i].word))
			continue;
		command = commands[i].word;
		if (!takes_program())
			take_voices(words);
		while (take_voice(words))
			;
		if (!asks_for_help(words))
			return commands[i].function(words);
		kmctl_print_help_of(command);
		return KMCTL_OK;
	}
	return kmctl_unknown_command(*words->at);
}

/*
 * Of the first three descriptors none may be free: the device would be opened there
 * and get what is meant for stdout. Opened the wrong way round they still fail.
 */
static void fill_descriptors(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	struct words words = { argv + 1, argc > 0 ? argc - 1 : 0 };
	int ret;

	fill_descriptors();
	signal(SIGPIPE, SIG_IGN);
	ret = dispatch(&words);
	if (fflush(stdout) || ferror(stdout)) {
		if (errno == EPIPE)
			kmctl_die_of(SIGPIPE);
		kmctl_say("stdout: %s", strerror(errno));
		return KMCTL_IO;
	}
	return ret;
}
