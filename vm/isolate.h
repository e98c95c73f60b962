/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocks that leave their VM: may they?
 *
 * What leaves is code alone. A block that reaches for what surrounds it, its locals, its self,
 * its method, would find nothing there, so it is refused before it starts.
 */
#ifndef KMVM_ISOLATE_H
#define KMVM_ISOLATE_H

#include <mruby.h>

/**
 * kmvm_isolate_check() - does a block use nothing but what it is given?
 * @mrb:	the state
 * @block:	the block
 *
 * Raises ArgumentError, which names what it reaches for: a local of its surroundings, @x,
 * @@x, super, yield, return or break. Bodies of methods and classes within it have a self and
 * locals of their own. Blocks within it may use its locals.
 *
 * Context: the VM's thread, in Ruby, half of the stack free.
 */
void kmvm_isolate_check(mrb_state *mrb, mrb_value block);

#endif /* KMVM_ISOLATE_H */
