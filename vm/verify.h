/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The judge of images: bytes in, verdict out.
 *
 * What it accepts may be handed to mrb_read_irep_buf() or mrb_load_irep_buf_cxt() of mruby
 * 3.3.0, whose loader trusts the lengths and counts it meets, and run by mruby as patched here,
 * whose interpreter trusts what it loads. It keeps nothing and never recurses. Time is linear in
 * the size of the image for the container and what stands in it, and bounded for what the code
 * does: an image that would take more is refused as too complex. Memory is bounded by the size
 * of the image, and 5 MiB. The same source serves the module, kmctl and the tests.
 */
#ifndef KMVM_VERIFY_H
#define KMVM_VERIFY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

#define KMVM_RITE_VERSION	"0300"	/* of the images that are accepted */
#define KMVM_IMAGE_HEADER_SIZE	20	/* bytes that tell the size of the whole image */

/*
 * Blocks within methods within classes: how many ireps deep an image may nest. mruby recurses
 * once a level when it loads an image and when it frees it, with about 150 bytes of stack each.
 */
#define KMVM_IREP_DEPTH_MAX	32

/*
 * Names in one image: entries of symbol tables, files, locals. mruby makes symbols of them, for
 * good, and looks each up in chains, so its time grows with the square of their number.
 */
#define KMVM_IMAGE_NAMES_MAX	65536

/**
 * struct kmvm_verdict - why an image was refused
 * @offset:	byte of the image at which it was seen; 0 when accepted
 * @text:	a sentence without final stop or newline, printable ASCII; empty when accepted
 * @effort:	steps it took to judge the code; 0 when it did not come to that
 * @effort_max:	steps it might have taken
 *
 * Ireps are counted in the order in which they lie in the image; irep 0 is the program itself.
 */
struct kmvm_verdict {
	size_t offset;
	char text[160];
	uint64_t effort;
	uint64_t effort_max;
};

/**
 * kmvm_image_size() - tell the size of an image from its first bytes
 * @head:	first bytes of what may be an image
 * @have:	how many there are
 * @size:	set to the size of the whole image, its header included, when 0 is returned
 *
 * The size is what the header says and nothing else: bound it before you allocate.
 *
 * Return: 0; -EAGAIN when all is well so far and KMVM_IMAGE_HEADER_SIZE bytes are needed;
 * -ENOEXEC when no image begins so, which kmvm_verify() then puts in words for the same bytes.
 */
int kmvm_image_size(const void *head, size_t have, size_t *size);

/**
 * kmvm_verify() - judge an image
 * @image:	its bytes, at any alignment
 * @size:	how many there are
 * @verdict:	filled in either case; may be NULL
 *
 * Context: a process; may sleep.
 * Return: 0 when it is accepted, -ENOEXEC when it is refused, -ENOMEM when there is no memory to
 * judge it in.
 */
int kmvm_verify(const void *image, size_t size, struct kmvm_verdict *verdict);

#endif /* KMVM_VERIFY_H */
