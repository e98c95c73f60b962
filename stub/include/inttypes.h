/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMVM_INTTYPES_H
#define KMVM_INTTYPES_H

#include <stdint.h>

#define PRId16	"d"
#define PRIo16	"o"
#define PRIu16	"u"
#define PRIx16	"x"
#define PRId32	"d"
#define PRIo32	"o"
#define PRIu32	"u"
#define PRIx32	"x"
#define PRId64	"lld"
#define PRIo64	"llo"
#define PRIu64	"llu"
#define PRIx64	"llx"

#endif /* KMVM_INTTYPES_H */
