/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which line of which file an instruction was compiled of, read from the image itself.
 *
 * The image may be a damaged one: what cannot be read is not known, and nothing beyond the
 * image is touched. Allocates nothing, keeps nothing, never recurses, takes time linear in the
 * size of the image, and may be called where vm/verify.h may. The same source serves the
 * module, kmctl and the tests.
 */
#ifndef KMVM_LINES_H
#define KMVM_LINES_H

#include "image.h"

#define KMVM_PLACE_SIZE	48	/* bytes of text; a file's name loses its beginning to fit */

/**
 * kmvm_find_place() - "hello.rb:12", for a sentence
 * @image:	its bytes, at any alignment
 * @size:	how many there are
 * @irep:	number of the irep, counted as in struct kmvm_verdict
 * @pc:		offset of a byte in its code
 * @text:	filled in: printable ASCII; empty when it is not known
 *
 * Return: whether it is known. It never is where the image was made without -g.
 */
bool kmvm_find_place(const void *image, size_t size, u32 irep, u32 pc,
		     char text[KMVM_PLACE_SIZE]);

/* Lines of one file, being read; private to vm/lines.c. */
struct kmvm_line_table {
	struct kmvm_cursor cursor;
	u32 next_pc;	/* from where on line is higher by step; ahead says whether they are read */
	u32 step;
	u32 line;
	u16 file;
	bool ahead;
	bool known;
};

/**
 * struct kmvm_lines - one way through all lines of an image, without looking back
 * @names:	names of the files
 * @records:	records of the ireps yet to come
 * @files:	files of this irep yet to come
 * @table:	the file of this irep that was reached
 * @name_count:	how many names there are
 * @files_left:	how many files are yet to come
 *
 *	if (kmvm_lines_open(&lines, image, size))
 *		while (kmvm_lines_next(&lines))
 *			kmvm_lines_at(&lines, pc, &place);
 */
struct kmvm_lines {
	struct kmvm_cursor names;
	struct kmvm_cursor records;
	struct kmvm_cursor files;
	struct kmvm_line_table table;
	u16 name_count;
	u16 files_left;
};

/**
 * struct kmvm_place - a line of a file
 * @line:	counted from 1
 * @file:	for kmvm_file_name()
 */
struct kmvm_place {
	u32 line;
	u16 file;
};

/* Stands before the first irep. Returns false when the image tells no lines. */
bool kmvm_lines_open(struct kmvm_lines *lines, const void *image, size_t size);

/* Steps to the next irep, irep 0 at first. Returns false when there is no more to be read. */
bool kmvm_lines_next(struct kmvm_lines *lines);

/* The place of an instruction of this irep; from call to call, pc may only grow. */
bool kmvm_lines_at(struct kmvm_lines *lines, u32 pc, struct kmvm_place *place);

/* The name of a file, printable ASCII, its end if it is too long; or "?". */
void kmvm_file_name(const struct kmvm_lines *lines, u16 file, char *text, size_t room);

#endif /* KMVM_LINES_H */
