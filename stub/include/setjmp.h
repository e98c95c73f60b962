/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mruby raises by longjmp(). The names differ from the standard ones, which User-Mode Linux
 * maps to functions of its own and gcc would otherwise know: so returns_twice is said here.
 * That kmvm_longjmp() never returns is not said: objtool cannot learn it from another object
 * file, and would take the caller for one that runs off its end.
 */
#ifndef KMVM_SETJMP_H
#define KMVM_SETJMP_H

#define KMVM_JMP_WORDS	8

#ifndef __ASSEMBLY__

#ifdef CONFIG_UML
#include <asm/processor.h>	/* where its own jmp_buf comes from, before the name is ours */
#endif

typedef struct {
	unsigned long word[KMVM_JMP_WORDS];
} kmvm_jmp_buf[1];

int kmvm_setjmp(kmvm_jmp_buf env) __attribute__((returns_twice));
void kmvm_longjmp(kmvm_jmp_buf env, int value);

#define jmp_buf kmvm_jmp_buf
#undef setjmp
#undef longjmp
#define setjmp	kmvm_setjmp
#define longjmp	kmvm_longjmp

#endif /* __ASSEMBLY__ */

#endif /* KMVM_SETJMP_H */
