/* SPDX-License-Identifier: GPL-2.0 */
/* Exceptions and values as text for people. */
#ifndef KMVM_ERROR_H
#define KMVM_ERROR_H

#include <mruby.h>

struct kmvm_vm;

/**
 * kmvm_error_text() - an exception as text: place, message, class, backtrace
 * @vm:		the VM
 * @exc:	the exception
 * @stopped:	it is a stop's: what stopped it is told, and no message is asked for
 *
 * Asks the exception for its message, which may run Ruby; one that raises at that gets
 * a text without message. Of a long backtrace the innermost and the outermost frames
 * are there.
 *
 * Context: the VM's thread, guard armed.
 * Return: kvmalloc'ed text, each line with its newline, at most KMVM_TEXT_MAX bytes with
 * its NUL; NULL without memory.
 */
char *kmvm_error_text(struct kmvm_vm *vm, mrb_value exc, bool stopped);

/**
 * kmvm_value_text() - a value, inspected
 * @vm:		the VM
 * @value:	the value
 * @exc:	what inspect raised
 *
 * Context: the VM's thread, guard armed.
 * Return: as kmvm_error_text(); NULL if inspect raised, too.
 */
char *kmvm_value_text(struct kmvm_vm *vm, mrb_value value, mrb_value *exc);

/*
 * Prints and counts what ended an event's block, unless that was a stop or exit. The VM's
 * thread. Tells whether it was neither.
 */
bool kmvm_error_report(struct kmvm_vm *vm, mrb_value exc);

/**
 * kmvm_raise_errno() - raises the Errno that the kernel answered
 * @mrb:	the state
 * @error:	it, negative
 * @call:	what was tried, for the message: "read /proc/meminfo"
 *
 * Context: the VM's thread, in Ruby. Does not return.
 */
void kmvm_raise_errno(mrb_state *mrb, int error, mrb_value call);

#endif /* KMVM_ERROR_H */
