/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_IMAGEFILE_H
#define KMCTL_IMAGEFILE_H

#include <stdbool.h>

#include "source.h"

struct kmctl_meta;

/* By content, whatever the file is called. */
bool kmctl_is_image(const struct kmctl_bytes *bytes);

/* Takes away the one newline that the device forgives behind an image. */
void kmctl_trim_image(struct kmctl_bytes *image);

/**
 * kmctl_read_program - an image as it is, or what a program compiles to; not judged yet
 * @file:	the program; "-" is standard input
 * @image:	to be freed by the caller
 * @meta:	what the program's head says, of which an image has none; NULL: not asked for
 *
 * Return: KMCTL_OK, or another status after having said what is wrong.
 */
int kmctl_read_program(const char *file, struct kmctl_bytes *image, struct kmctl_meta *meta);

/* Judges as the module will. KMCTL_OK, or KMCTL_DATA after having said what is wrong. */
int kmctl_check_image(const char *name, const struct kmctl_bytes *image);

/**
 * kmctl_image_name - where the image of a program goes if nobody says
 * @file:	the program; "-" is standard input
 *
 * Return: a.mrb for a.rb, a.txt.mrb for a.txt, "-" for "-", NULL without memory; to be
 * freed by the caller.
 */
char *kmctl_image_name(const char *file);

/* @out "-" is standard output. KMCTL_OK, or KMCTL_NOOUTPUT after having said why. */
int kmctl_write_image(const char *out, const struct kmctl_bytes *image);

#endif /* KMCTL_IMAGEFILE_H */
