/* SPDX-License-Identifier: GPL-2.0 */
/* What abort() and exit() come to: they end a VM's thread, never the machine. */
#ifndef KMVM_STUB_ABORT_H
#define KMVM_STUB_ABORT_H

/**
 * kmvm_set_abort_handler() - say who is told when mruby gives up
 * @handler: called on the thread that gave up, with the function it called; NULL for nobody
 *
 * The handler should not return, it has nowhere to return to: the thread then sleeps for good.
 */
void kmvm_set_abort_handler(void (*handler)(const char *why));

#endif /* KMVM_STUB_ABORT_H */
