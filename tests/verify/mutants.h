/* SPDX-License-Identifier: GPL-2.0 */
/* Damaged images, the same ones every time. */
#ifndef MUTANTS_H
#define MUTANTS_H

extern unsigned long mutants_wanted;

#endif /* MUTANTS_H */
