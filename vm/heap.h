/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of one VM: blocks on chunks that belong to the heap, a cap on what the
 * chunks hold, and figures. Closing gives back every chunk, whatever lies on it.
 *
 * A part of the cap is kept in reserve: scripts do not get it, so that there is room to load
 * the next one and to tell how this one ended.
 */
#ifndef KMVM_HEAP_H
#define KMVM_HEAP_H

#include <linux/list.h>
#include <linux/types.h>

#include "../include/uapi/kmvm.h"

#define KMVM_HEAP_CLASSES	28

/**
 * struct kmvm_heap_stats - figures of a heap
 * @used:	bytes in blocks, as rounded up to their class
 * @peak:	the most @used ever was
 * @held:	bytes taken from the kernel
 * @cap:	what @held never exceeds
 * @allocations: blocks ever allocated
 * @frees:	blocks ever freed
 * @failures:	allocations refused, by a limit or by the kernel
 */
struct kmvm_heap_stats {
	size_t used;
	size_t peak;
	size_t held;
	size_t cap;
	u64 allocations;
	u64 frees;
	u64 failures;
};

/**
 * struct kmvm_heap_class - the blocks of one size
 * @size:	bytes of each; 0: those that have pages of their own
 * @blocks:	how many there are
 * @live:	bytes in them
 * @peak:	the most @live ever was
 * @held:	bytes of the chunks they lie on
 * @failures:	how often none was to be had
 */
struct kmvm_heap_class {
	size_t size;
	size_t blocks;
	size_t live;
	size_t peak;
	size_t held;
	u64 failures;
};

/* By size, the last of size 0. With KMVM_HEAP_PLAIN all blocks are of that. */
#define KMVM_HEAP_LARGE		KMVM_HEAP_CLASSES
#define KMVM_HEAP_COUNTED	(KMVM_HEAP_CLASSES + 1)

#define KMVM_HEAP_ANY	(~0ULL)		/* as many bytes as the heap has */

/**
 * struct kmvm_heap_walls - what stands between whoever allocates and the cap
 * @reserve:	bytes of the cap that are not to be had
 * @used_max:	what the bytes in use may not exceed
 */
struct kmvm_heap_walls {
	size_t reserve;
	size_t used_max;
};

/*
 * The heap itself.
 *
 * Only the VM's thread allocates and frees, so there is no lock; anybody may read
 * the figures, each of them by itself.
 */
struct kmvm_heap {
	struct list_head chunks;			/* every chunk */
	struct list_head partial[KMVM_HEAP_CLASSES];	/* those with room, by class */
	struct kmvm_heap_stats stats;
	struct kmvm_heap_class classes[KMVM_HEAP_COUNTED];	/* the VM's thread only; they add up to stats */
	struct kmvm_heap_walls walls;
	size_t share;			/* the last one */
	size_t run_peak;		/* the most stats.used was since the run began */
	enum kmvm_limit refused_by;	/* the limit that stood against the last refusal */
};

/**
 * kmvm_heap_open() - makes an empty heap
 * @heap:	the heap, zeroed
 * @cap:	bytes it may hold
 */
void kmvm_heap_open(struct kmvm_heap *heap, size_t cap);

/**
 * kmvm_heap_reserve() - closes or opens what scripts do not get of the cap, and of the floor
 * @heap:	the heap
 * @closed:	Ruby of a script may run now; otherwise a program is loaded
 *
 * Context: the VM's thread.
 */
void kmvm_heap_reserve(struct kmvm_heap *heap, bool closed);

/**
 * kmvm_heap_share() - lets the heap in use grow by so much and no more
 * @heap:	the heap
 * @left:	bytes beyond those in use now, or KMVM_HEAP_ANY
 *
 * Context: the VM's thread.
 */
void kmvm_heap_share(struct kmvm_heap *heap, u64 left);

/* Would a block of that size fit if nothing else was in use? */
bool kmvm_heap_can_hold(const struct kmvm_heap *heap, size_t size);

/* What whoever allocates now may fill, at most: the share, or all that is in use. */
size_t kmvm_heap_room(const struct kmvm_heap *heap);

/* How much of the last share is left. The VM's thread. */
u64 kmvm_heap_left(const struct kmvm_heap *heap);

/* Begins the account of a run: run_peak and refused_by. The VM's thread. */
void kmvm_heap_account(struct kmvm_heap *heap);

/**
 * kmvm_heap_lift() - takes reserve and share away for C that tells how something ended
 * @heap:	the heap
 *
 * Context: the VM's thread; no Ruby may run until kmvm_heap_restore().
 * Return: what stood there.
 */
struct kmvm_heap_walls kmvm_heap_lift(struct kmvm_heap *heap);
void kmvm_heap_restore(struct kmvm_heap *heap, struct kmvm_heap_walls walls);

/**
 * kmvm_heap_close() - gives back all memory; every block is gone
 * @heap:	the heap; it can be opened again
 *
 * Context: may sleep.
 */
void kmvm_heap_close(struct kmvm_heap *heap);

/**
 * kmvm_heap_resize() - allocates, grows, shrinks or frees a block, as realloc() does
 * @heap:	the heap
 * @block:	a block of this heap, or NULL
 * @size:	bytes wanted; 0 frees
 *
 * Never asks the OOM killer and prints nothing: where memory is short it fails.
 *
 * Context: the VM's thread; may sleep.
 * Return: the block, aligned to 8 bytes; NULL when freed or refused, in which case
 * @block is as it was.
 */
void *kmvm_heap_resize(struct kmvm_heap *heap, void *block, size_t size);

/**
 * kmvm_heap_read() - copies the figures
 * @heap:	the heap
 * @stats:	where to
 *
 * Context: any.
 */
void kmvm_heap_read(const struct kmvm_heap *heap, struct kmvm_heap_stats *stats);

#endif /* KMVM_HEAP_H */
