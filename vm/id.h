/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an object is told apart by: its address, scrambled by a key that nobody knows.
 *
 * mruby asks for it wherever it would tell a script an address (vm/patches/0244). There is one key,
 * made when the module is loaded, so an object has one number for as long as it lives.
 */
#ifndef KMVM_ID_H
#define KMVM_ID_H

/* Makes the key, before the first VM opens. Context: module init. */
void kmvm_ids_open(void);

#endif /* KMVM_ID_H */
