/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMCTL_DISASM_H
#define KMCTL_DISASM_H

#include <stdio.h>

#include "source.h"

struct kmvm_verdict;

/**
 * kmctl_disasm - print what an image holds, instruction by instruction
 * @out:	where to
 * @image:	its bytes, which may be damaged: what can be read is printed
 * @verdict:	of the judge; what it refused is marked at its place
 *
 * Return: KMCTL_OK, or KMCTL_SYSTEM without memory; says nothing itself.
 */
int kmctl_disasm(FILE *out, const struct kmctl_bytes *image, const struct kmvm_verdict *verdict);

#endif /* KMCTL_DISASM_H */
