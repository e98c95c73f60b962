/* SPDX-License-Identifier: GPL-2.0 */
/* A second opinion on what the verifier accepts. */
#ifndef OPINION_H
#define OPINION_H

#include <stddef.h>

/* NULL, or what should have been refused. */
const char *second_opinion(const void *image, size_t size);

#endif /* OPINION_H */
