/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes that grow: kernel memory within the budget, for what a script has made. */
#ifndef KMVM_BYTES_H
#define KMVM_BYTES_H

#include <linux/types.h>

/**
 * struct kmvm_bytes - a buffer
 * @at:		of kmvm_budget_alloc(), or NULL
 * @fill:	bytes in use
 * @room:	bytes allocated
 * @failed:	there was no memory for something: what is there is not whole
 */
struct kmvm_bytes {
	u8 *at;
	size_t fill;
	size_t room;
	bool failed;
};

/**
 * kmvm_bytes_extend() - makes the buffer longer
 * @bytes:	the buffer; all zero to begin with
 * @size:	by how many bytes
 *
 * Context: the VM's thread, half of its stack free; may sleep.
 * Return: where they are, of no known contents; NULL, and failed is set, without memory.
 */
void *kmvm_bytes_extend(struct kmvm_bytes *bytes, size_t size);

/* Copies bytes to the end, unless it has failed. Tells whether it did. */
bool kmvm_bytes_add(struct kmvm_bytes *bytes, const void *from, size_t size);

/* Numbers as images have them, big endian. */
void kmvm_bytes_add_u8(struct kmvm_bytes *bytes, u8 number);
void kmvm_bytes_add_be16(struct kmvm_bytes *bytes, u16 number);
void kmvm_bytes_add_be32(struct kmvm_bytes *bytes, u32 number);

/* Frees what it holds. */
void kmvm_bytes_free(struct kmvm_bytes *bytes);

#endif /* KMVM_BYTES_H */
