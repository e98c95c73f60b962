// SPDX-License-Identifier: GPL-2.0
/* Two tables, of commands and of options: all that --help prints, and what is printed of them where something is wrong. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nearest.h"
#include "say.h"
#include "usage.h"

static const struct command {
	const char *word;
	const char *words;	/* behind it */
	const char *help;
} commands[] = {
	{ "run",	"[OPTION...] FILE|- [--] [ARG...]",	"run a Ruby program or a compiled image; - is standard input" },
	{ "-e",		"CODE [--] [ARG...]",			"run CODE, and print only what it prints" },
	{ "eval",	"[OPTION...] CODE [--] [ARG...]",	"run CODE, then print its last value" },
	{ "repl",	"[OPTION...]",				"a prompt: each entry runs in the VM, locals stay" },
	{ "compile",	"[-o OUT] FILE|-",			"write the image of a program, FILE.mrb or OUT" },
	{ "verify",	"FILE|-...",				"judge images as the module will, and say which it refuses and why" },
	{ "disasm",	"FILE|-",				"print what an image holds: instructions, tables, lines of the source" },
	{ "load",	"FILE|- [OPTION...] [NAME=VALUE...] [-- ARG...]",
								"run a program in a VM of its own, which stays, with its timers" },
	{ "unload",	"VM...|--all",				"end such a VM and all that goes on there" },
	{ "list",	"[--json]",				"the VMs there are, what they do and hold" },
	{ "top",	"[--once] [--json] [--interval TIME]",	"the VMs, live: processor time, heap, events per second, how late" },
	{ "stat",	"[--json] [--interval TIME] [VM]",	"one VM in full, and what it does now" },
	{ "log",	"[-f] [--json] [--since TIME] [VM]",	"what is printed in a VM when no program is attached any more" },
	{ "info",	"[--json] [--vm VM] | FILE",		"what the module and a VM hold and have done, or what a program takes" },
	{ "kill",	"[--now] [VM]",				"stop what goes on in the VM, whoever started it" },
	{ "reset",	"[VM]",					"give the VM a fresh start: globals, methods, timers, symbols are gone" },
	{ "help",	"[NAME]",				"what the reference says of a class or a method; of a command, this" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const struct option {
	const char *commands;	/* that take it, each between spaces */
	const char *text;
} options[] = {
	{ " run -e eval repl ", "--vm VM          run it there, not in main" },
	{ " load ", "--name VM        what its VM is called, if not as the file" },
	{ " load ", "NAME=VALUE       a parameter of the program; kmctl info FILE tells which it takes" },
	{ " run ", "--watch          run the file again each time that it is saved" },
	{ " run -e eval ", "--wait           stay while timers that the program started live" },
	{ " run -e eval repl load ", "--timeout TIME   end it after that long, as 2s or 500ms" },
	{ " run -e eval repl load ", "--max-heap SIZE  bytes it may add to the VM's heap, as 512K or 16M" },
	{ " run -e eval repl load ", "--max-steps N    calls and backward jumps it may make, as 1000000 or 1M" },
	{ " compile ", "-o OUT           write it there; - is standard output" },
	{ " unload ", "--all            all VMs but main" },
	{ " top ", "--once           print one table and end" },
	{ " top ", "P M E R L q      keys: sort by CPU, heap, events, errors, lateness; leave" },
	{ " log ", "-f               go on with what comes, until the VM is unloaded" },
	{ " log ", "--since TIME     leave out what is older, as 90s, or from before 12:00:00" },
	{ " list top stat log info ", "--json           objects for scripts, whose names are in kmctl(8)" },
	{ " top stat ", "--interval TIME  what lies between two looks: 1s unless told" },
	{ " info ", "--vm VM          tell of that VM, not of main" },
	{ " kill ", "--now            enter no ensure block" },
	{ " run -e eval repl compile verify disasm load unload list top stat log info kill reset help ",
	  "--quiet, -q      say nothing but results and errors" },
	{ " run -e eval repl compile verify disasm load unload list top stat log info kill reset help ",
	  "--verbose, -v    say what is done, on standard error" },
};

#define OPTIONS	(sizeof(options) / sizeof(options[0]))

static bool takes(const struct option *option, const char *command)
{
	size_t size = strlen(command);
	const char *at = option->commands;

	while ((at = strstr(at, command))) {
		if (at[-1] == ' ' && at[size] == ' ')
			return true;
		at += size;
	}
	return false;
}

static const struct command *find(const char *word)
{
	size_t i;

	for (i = 0; word && i < COMMANDS; i++)
		if (!strcmp(commands[i].word, word))
			return &commands[i];
	return NULL;
}

static void print_usage(FILE *file, const struct command *command, const char *begin)
{
	/* Its options may stand before it, as a whole they are one. */
	fprintf(file, "%s kmctl %s%s %s\n", begin, command->word[0] == '-' ? "[OPTION...] " : "", command->word,
		command->words);
}

static void print_usages(FILE *file)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		print_usage(file, &commands[i], i ? "      " : "usage:");
	fprintf(file, "       kmctl --version | --help\n");
}

void kmctl_print_help(void)
{
	size_t i;

	print_usages(stdout);
	printf("\n"
	       "Runs Ruby inside the Linux kernel, in the VM of the module kmvm.\n"
	       "\n");
	for (i = 0; i < COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].word, commands[i].help);
	printf("\n"
	       "Options of run, -e, eval, repl and load; kmctl COMMAND --help has those of each:\n"
	       "\n");
	for (i = 0; i < OPTIONS; i++)
		if (takes(&options[i], "run"))
			printf("  %s\n", options[i].text);
	printf("\n"
	       "Globals, constants and methods stay in the VM from one program to the next.\n"
	       "Exit status: the program's; 1 uncaught exception, 2 usage, others in kmctl(8).\n");
}

bool kmctl_print_help_of(const char *word)
{
	const struct command *command = find(word);
	size_t i;

	if (!command)
		return false;
	print_usage(stdout, command, "usage:");
	printf("\n  %-8s %s\n\n", word, command->help);
	for (i = 0; i < OPTIONS; i++)
		if (takes(&options[i], word))
			printf("  %s\n", options[i].text);
	return true;
}

bool kmctl_is_option(const char *command, const char *word)
{
	size_t i, size = strcspn(word, "=");

	for (i = 0; size && i < OPTIONS; i++)
		if (takes(&options[i], command) && word[0] == '-' && !strncmp(options[i].text, word, size) &&
		    strchr(" ,", options[i].text[size]))
			return true;
	return false;
}

int kmctl_bad_usage(const char *word, const char *about, const char *what)
{
	const struct command *command = find(word);

	if (about)
		kmctl_say("%s: %s", about, what);
	if (command)
		print_usage(stderr, command, "usage:");
	else
		print_usages(stderr);
	fprintf(stderr, "kmctl %s%s--help tells more\n", command && *word != '-' ? word : "",
		command && *word != '-' ? " " : "");
	return KMCTL_USAGE;
}

int kmctl_unknown_option(const char *command, const char *word)
{
	struct kmctl_nearest nearest = { .word = word };
	char what[80] = "unknown option";
	size_t i;

	for (i = 0; i < OPTIONS; i++)
		if (takes(&options[i], command) && options[i].text[0] == '-')
			kmctl_offer(&nearest, options[i].text, strcspn(options[i].text, " ,"));
	if (nearest.name)
		snprintf(what, sizeof(what), "unknown option, did you mean %.*s?", (int)nearest.size, nearest.name);
	return kmctl_bad_usage(command, word, what);
}

int kmctl_unknown_command(const char *word)
{
	struct kmctl_nearest nearest = { .word = word };
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		kmctl_offer(&nearest, commands[i].word, strlen(commands[i].word));
	if (!strcmp(word, "version"))
		kmctl_say("%s: unknown command, did you mean --version?", word);
	else if (nearest.name)
		kmctl_say("%s: unknown command, did you mean %s?", word, nearest.name);
	else if (!access(word, R_OK))
		kmctl_say("%s: unknown command; if that program is to run: kmctl run %s", word, word);
	else
		kmctl_say("%s: unknown command", word);
	fprintf(stderr, "kmctl --help lists the commands\n");
	return KMCTL_USAGE;
}
