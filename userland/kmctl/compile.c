// SPDX-License-Identifier: GPL-2.0
/*
 * Ruby to an image, by mruby's own compiler: whole programs, and what is typed at a prompt.
 *
 * The compiler keeps ten messages at most when asked to capture them, and its code
 * generator knows no other place than stderr. A float literal is only a warning to it,
 * the eleventh of which would be lost and the literal taken for 0. So it is left to
 * print, into a file of ours in place of stderr, and every message is read from there.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <mruby.h>
#include <mruby/compile.h>
#include <mruby/dump.h>
#include <mruby/proc.h>

#include "compile.h"
#include "progress.h"
#include "say.h"

#ifndef MRB_NO_FLOAT
#error "the compiler has to be built with MRB_NO_FLOAT: its lexer finds float literals then"
#endif

#define WARNING		"warning: "
#define FLOAT_LITERAL	"warning: floating-point numbers are not supported: "

/* Where stderr goes while the compiler works. */
struct capture {
	int real;
	int file;
};

static int begin_capture(struct capture *capture)
{
	fflush(stderr);
	capture->real = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (capture->real < 0)
		return -1;
	capture->file = memfd_create("messages", MFD_CLOEXEC);
	if (capture->file < 0 || dup2(capture->file, STDERR_FILENO) < 0) {
		if (capture->file >= 0)
			close(capture->file);
		close(capture->real);
		return -1;
	}
	return 0;
}

/* Gives stderr back; the answer is what was printed meanwhile, or NULL without memory. */
static char *end_capture(struct capture *capture)
{
	off_t size = lseek(capture->file, 0, SEEK_END);
	char *text = size < 0 ? NULL : malloc(size + 1);

	fflush(stderr);
	dup2(capture->real, STDERR_FILENO);
	close(capture->real);
	if (text) {
		ssize_t n = pread(capture->file, text, size, 0);

		text[n > 0 ? n : 0] = '\0';
	}
	close(capture->file);
	return text;
}

/* The first byte of a line, counted from 1, and its length; NULL past the end. */
static const char *find_line(const struct kmctl_bytes *ruby, long line, size_t *length)
{
	const char *end = ruby->at + ruby->size;
	const char *at = ruby->at;
	const char *stop;

	for (;;) {
		stop = at < end ? memchr(at, '\n', end - at) : NULL;
		if (line-- <= 1)
			break;
		if (!stop)
			return NULL;
		at = stop + 1;
	}
	*length = (stop ? stop : end) - at;
	return at;
}

/*
 * The lexer tells the column of a literal's last character; people look for its first.
 * Underscores are in the source and not in the literal.
 */
static long first_column(const struct kmctl_bytes *ruby, long line, long column,
			 size_t literal)
{
	size_t length;
	const char *text = find_line(ruby, line, &length);
	size_t at = column;

	if (!text || column < 1 || at > length)
		return column;
	while (at && literal) {
		at--;
		if (text[at] != '_')
			literal--;
	}
	return at + 1;
}

/* An error met at a line's end is told as column 0 of the next one. */
static void step_back(const struct kmctl_bytes *ruby, long *line, long *column)
{
	size_t length;

	if (*column || *line < 2 || !find_line(ruby, *line - 1, &length))
		return;
	*line -= 1;
	*column = length + 1;
}

/* The parser's names of keywords stand in quotes of both kinds: of "'end'" the outer ones go. */
static void unquote(char *text)
{
	char *begin, *end;

	if (strncmp(text, "syntax error, ", 14))
		return;
	while ((begin = strstr(text, "\"'")) && (end = strstr(begin + 2, "'\""))) {
		memmove(end + 1, end + 2, strlen(end + 2) + 1);
		memmove(begin, begin + 1, strlen(begin + 1) + 1);
	}
}

/* One message, "LINE:COLUMN: text" or "LINE: text". True when it is an error. */
static bool tell(const char *name, const struct kmctl_bytes *ruby, char *message, bool warn)
{
	long line, column = -1;
	char *text;

	line = strtol(message, &text, 10);
	if (*text == ':' && text[1] >= '0' && text[1] <= '9')
		column = strtol(text + 1, &text, 10);
	text += strspn(text, ": ");

	if (!strncmp(text, FLOAT_LITERAL, strlen(FLOAT_LITERAL))) {
		text += strlen(FLOAT_LITERAL);
		kmctl_say("%s:%ld:%ld: float literal %s: there are no floats in the kernel",
			  name, line, first_column(ruby, line, column, strlen(text)), text);
		return true;
	}
	if (!strncmp(text, WARNING, strlen(WARNING)) && (!warn || kmctl_voice() == KMCTL_QUIET))
		return false;
	if (column < 0) {
		kmctl_say("%s:%ld: %s", name, line, text);
		return true;
	}
	step_back(ruby, &line, &column);
	unquote(text);
	kmctl_say("%s:%ld:%ld: %s", name, line, column, text);
	return strncmp(text, WARNING, strlen(WARNING)) != 0;
}

/* Where a message that begins with "NAME:" and a digit begins; NULL: no more of them. */
static char *find_message(const char *name, char *text)
{
	size_t length = strlen(name);
	char *at = text;

	while (at && *at) {
		if (!strncmp(at, name, length) && at[length] == ':' &&
		    at[length + 1] >= '0' && at[length + 1] <= '9')
			return at;
		/* A name may hold newlines, so only its own start counts. */
		at = strchr(at, '\n');
		if (at)
			at++;
	}
	return NULL;
}

/* All that the compiler printed. True when there was an error among it. */
static bool tell_all(const char *name, const struct kmctl_bytes *ruby, char *messages,
		     bool warn)
{
	char *at = find_message(name, messages);
	bool failed = false;

	while (at) {
		char *message = at + strlen(name) + 1;
		char *end = strchr(message, '\n');

		at = NULL;
		if (end) {
			*end = '\0';
			at = find_message(name, end + 1);
		}
		failed |= tell(name, ruby, message, warn);
	}
	return failed;
}

static struct RProc *parse(mrb_state *mrb, const char *name, const struct kmctl_bytes *ruby)
{
	struct mrb_parser_state *parser;
	struct RProc *proc = NULL;
	mrb_ccontext *context;

	context = mrb_ccontext_new(mrb);
	mrb_ccontext_filename(mrb, context, name);
	context->no_exec = TRUE;
	parser = mrb_parse_nstring(mrb, ruby->at, ruby->size, context);
	if (parser) {
		if (parser->tree && !parser->nerr)
			proc = mrb_generate_code(mrb, parser);
		mrb_parser_free(parser);
	}
	mrb_ccontext_free(mrb, context);
	return proc;
}

static int dump(mrb_state *mrb, const struct RProc *proc, struct kmctl_bytes *image)
{
	FILE *file;
	int ret;

	image->at = NULL;
	file = open_memstream(&image->at, &image->size);
	if (!file)
		return -1;
	ret = mrb_dump_irep_binary(mrb, proc->body.irep, MRB_DUMP_DEBUG_INFO, file);
	if (fclose(file) || ret != MRB_DUMP_OK) {
		free(image->at);
		image->at = NULL;
		return -1;
	}
	return 0;
}

/* mruby's lexer takes a NUL byte for the end and would run what stands before it. */
static bool has_nul(const char *name, const struct kmctl_bytes *ruby)
{
	const char *nul = ruby->size ? memchr(ruby->at, '\0', ruby->size) : NULL;
	const char *end;
	long line = 1;
	const char *at = ruby->at;

	if (!nul)
		return false;
	for (; (end = memchr(at, '\n', nul - at)); at = end + 1, line++)
		if (!strncmp(at, "__END__\n", 8) || !strncmp(at, "__END__\r\n", 9))
			return false;
	kmctl_say("%s:%ld:%ld: NUL byte: neither a Ruby program nor an image", name, line,
		  (long)(nul - at) + 1);
	return true;
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int kmctl_compile(const char *name, const struct kmctl_bytes *ruby, bool warn,
		  struct kmctl_bytes *image)
{
	long long began = now_us();
	struct capture capture;
	int ret = KMCTL_DATA;
	struct RProc *proc;
	char *messages;
	mrb_state *mrb;

	if (has_nul(name, ruby))
		return KMCTL_DATA;
	kmctl_progress("%s: compiling", name);
	mrb = mrb_open_core(NULL, NULL);
	if (!mrb || begin_capture(&capture)) {
		kmctl_say("the compiler cannot start: %m");
		ret = KMCTL_SYSTEM;
		goto out_close;
	}
	proc = parse(mrb, name, ruby);
	messages = end_capture(&capture);

	if (!messages || tell_all(name, ruby, messages, warn) || !proc) {
		if (!messages || !*messages)
			kmctl_say("%s: does not compile", name);
	} else if (dump(mrb, proc, image)) {
		kmctl_say("%s: no memory for the image", name);
		ret = KMCTL_SYSTEM;
	} else {
		ret = KMCTL_OK;
	}
	free(messages);
out_close:
	if (mrb)
		mrb_close(mrb);
	kmctl_progress_end();
	if (!ret)
		kmctl_tell("%s: compiled to %zu bytes in %lld.%03lld ms", name, image->size,
			   (now_us() - began) / 1000, (now_us() - began) % 1000);
	return ret;
}

struct kmctl_prompt {
	mrb_state *mrb;
	mrb_ccontext *locals;	/* of all entries so far */
	char key[24];		/* of this prompt among others */
	char hash[48];		/* what keeps their values in the VM, in Ruby */
};

struct kmctl_prompt *kmctl_prompt_open(void)
{
	struct kmctl_prompt *prompt = calloc(1, sizeof(*prompt));
	uint64_t number;

	if (prompt)
		prompt->mrb = mrb_open_core(NULL, NULL);
	if (!prompt || !prompt->mrb) {
		kmctl_say("the compiler cannot start: no memory");
		free(prompt);
		return NULL;
	}
	prompt->locals = mrb_ccontext_new(prompt->mrb);
	/* No process id: there may be the same in two containers, and one that was killed has left its own. */
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		number = now_us();
	snprintf(prompt->key, sizeof(prompt->key), "%llu", (unsigned long long)(number >> 4));
	snprintf(prompt->hash, sizeof(prompt->hash), "$kmctl_prompts[%s]", prompt->key);
	return prompt;
}

void kmctl_prompt_close(struct kmctl_prompt *prompt)
{
	mrb_ccontext_free(prompt->mrb, prompt->locals);
	mrb_close(prompt->mrb);
	free(prompt);
}

const char *kmctl_prompt_local(const struct kmctl_prompt *prompt, size_t number)
{
	static const char none[] = "";
	const char *name;

	if (number >= (size_t)prompt->locals->slen)
		return NULL;
	name = prompt->locals->syms[number] ? mrb_sym_name(prompt->mrb, prompt->locals->syms[number]) : none;
	/* What parameters without a name are called is nothing that can be written. */
	if (!name || !(islower((unsigned char)*name) || *name == '_' || *name & 0x80))
		return none;
	return name;
}

const char *kmctl_prompt_key(const struct kmctl_prompt *prompt)
{
	return prompt->key;
}

const char *kmctl_prompt_hash(const struct kmctl_prompt *prompt)
{
	return prompt->hash;
}

/* More has to come before this can be a program. */
static bool is_unfinished(const struct mrb_parser_state *parser)
{
	static const char end[] = "syntax error, unexpected end of file";
	static const char comment[] = "embedded document meets end of file";

	if (parser->parsing_heredoc || parser->lex_strterm)
		return true;
	if (parser->nerr)
		return parser->error_buffer[0].message &&
		       (!strncmp(parser->error_buffer[0].message, end, strlen(end)) ||
			!strcmp(parser->error_buffer[0].message, comment));
	return parser->lstate == EXPR_DOT || parser->lstate == EXPR_CLASS ||
	       parser->lstate == EXPR_FNAME || parser->lstate == EXPR_VALUE;
}

/* One look at the entry, which learns its locals if it is right. With @capture nothing is printed. */
static bool look(struct kmctl_prompt *prompt, const char *name, const struct kmctl_bytes *ruby,
		 bool capture)
{
	struct mrb_parser_state *parser;
	bool unfinished;

	mrb_ccontext_filename(prompt->mrb, prompt->locals, name);
	prompt->locals->capture_errors = capture;
	parser = mrb_parse_nstring(prompt->mrb, ruby->at, ruby->size, prompt->locals);
	if (!parser)
		return false;
	unfinished = is_unfinished(parser);
	mrb_parser_free(parser);
	return unfinished;
}

/* The length of a line, with its newline. */
static size_t line_size(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', end - at);

	return (newline ? newline + 1 : end) - at;
}

/* Does the line have this word alone, or a blank behind it? */
static bool begins(const char *line, const char *end, const char *word)
{
	size_t size = strlen(word);

	return (size_t)(end - line) >= size && !memcmp(line, word, size) &&
	       (line + size == end || isspace((unsigned char)line[size]));
}

/* A comment that has to begin its line cannot stand behind others: empty lines are as good. */
static const char *skip_comments(FILE *file, const char *at, const char *end)
{
	while (begins(at, end, "=begin")) {
		bool last = false;

		while (at < end && !last) {
			last = begins(at, end, "=end");
			putc('\n', file);
			at += line_size(at, end);
		}
	}
	return at;
}

/*
 * The entry with its locals taken out of the hash before it and put there after it, however it
 * ends, on the lines that it has by itself.
 */
static int wrap(const struct kmctl_prompt *prompt, const struct kmctl_bytes *ruby, struct kmctl_bytes *whole)
{
	const char *end = ruby->at + ruby->size;
	const char *name, *at;
	FILE *file;
	size_t i;

	file = open_memstream(&whole->at, &whole->size);
	if (!file)
		return -1;
	at = skip_comments(file, ruby->at, end);
	fprintf(file, "$kmctl_prompts = {} unless Hash === $kmctl_prompts; %s ||= {}; _ = %s[:_]; ", prompt->hash,
		prompt->hash);
	for (i = 0; (name = kmctl_prompt_local(prompt, i)); i++)
		if (*name && strcmp(name, "_"))
			fprintf(file, "%s = %s[:%s]; ", name, prompt->hash, name);
	fprintf(file, "begin; _ = begin; ");
	fwrite(at, 1, end - at, file);
	fprintf(file, "\nend; ensure; %s = { _: _", prompt->hash);
	for (i = 0; (name = kmctl_prompt_local(prompt, i)); i++)
		if (*name && strcmp(name, "_"))
			fprintf(file, ", %s: %s", name, name);
	fprintf(file, " }; end");
	return fclose(file);
}

/* What is right by itself and not with the rest around it, on a line of its own. */
static void tell_wrapped(const char *name, const struct kmctl_bytes *ruby, char *messages)
{
	char *text = messages ? find_message(name, messages) : NULL;
	size_t length = 0;
	long line;

	if (!text) {
		kmctl_say("%s: does not compile", name);
		return;
	}
	line = strtol(text + strlen(name) + 1, &text, 10);
	text += strspn(text, ":0123456789 ");
	text[strcspn(text, "\n")] = '\0';
	if (!strcmp(text, "void value expression"))
		kmctl_say("%s: an entry has a value: return, next, break, redo and retry have none", name);
	else if (find_line(ruby, line, &length) && length)
		kmctl_say("%s:%ld: %s", name, line, text);
	else
		kmctl_say("%s: %s", name, text);
}

static int compile_wrapped(struct kmctl_prompt *prompt, const char *name, const struct kmctl_bytes *ruby,
			   struct kmctl_bytes *image)
{
	struct kmctl_bytes whole;
	struct capture capture;
	struct RProc *proc;
	char *messages;
	int ret;

	if (wrap(prompt, ruby, &whole) || begin_capture(&capture)) {
		kmctl_say("%m");
		return KMCTL_SYSTEM;
	}
	proc = parse(prompt->mrb, name, &whole);
	messages = end_capture(&capture);
	ret = KMCTL_DATA;
	if (!proc)
		tell_wrapped(name, ruby, messages);
	else
		ret = dump(prompt->mrb, proc, image) ? KMCTL_SYSTEM : KMCTL_OK;
	free(messages);
	free(whole.at);
	return ret;
}

int kmctl_compile_entry(struct kmctl_prompt *prompt, const char *name, const struct kmctl_bytes *ruby,
			struct kmctl_bytes *image, bool *unfinished)
{
	int known = prompt->locals->slen;
	struct capture capture;
	char *messages;
	bool failed;
	int ret;

	if (has_nul(name, ruby))
		return KMCTL_DATA;
	if (look(prompt, name, ruby, true) && unfinished) {
		*unfinished = true;
		return KMCTL_OK;
	}
	if (unfinished)
		*unfinished = false;
	if (begin_capture(&capture)) {
		kmctl_say("%m");
		return KMCTL_SYSTEM;
	}
	look(prompt, name, ruby, false);
	messages = end_capture(&capture);
	failed = !messages || tell_all(name, ruby, messages, false);
	free(messages);
	ret = failed ? KMCTL_DATA : compile_wrapped(prompt, name, ruby, image);
	/* Its locals have not come to be, and may be what was too much. */
	if (ret)
		prompt->locals->slen = known;
	return ret;
}
