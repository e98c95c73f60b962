/* SPDX-License-Identifier: GPL-2.0 */
/* The list of bindings: what a VM is handed when it opens. */
#ifndef KMVM_BINDINGS_H
#define KMVM_BINDINGS_H

struct kmvm_binding;

/* Ended by NULL. */
extern const struct kmvm_binding *const kmvm_bindings[];

#endif /* KMVM_BINDINGS_H */
