/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A block as an image: what the loader reads, written the other way.
 *
 *	program of two instructions -- its only irep --> the block, and those within it
 */
#ifndef KMVM_DUMP_H
#define KMVM_DUMP_H

#include <mruby.h>

#include "bytes.h"

/**
 * kmvm_dump() - writes an image whose value is a block
 * @mrb:	the state
 * @block:	a Proc that is written in Ruby
 * @image:	all zero; the caller's to free in either case
 *
 * Lines are kept where all of it has them; names of locals unless there are too many.
 *
 * Context: the VM's thread, half of its stack free; calls no Ruby and does not raise.
 * Return: 0 or -ENOMEM.
 */
int kmvm_dump(mrb_state *mrb, mrb_value block, struct kmvm_bytes *image);

#endif /* KMVM_DUMP_H */
