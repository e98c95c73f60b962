// SPDX-License-Identifier: GPL-2.0
/*
 * A heap takes chunks from the page allocator and cuts them into blocks:
 *
 *	chunk of a class		[chunk][head|block][head|block][head|block]...
 *	chunk of one large block	[chunk      |head][block ..................]
 *
 * A head says which class its block has, so a block finds its chunk: those of a class
 * are aligned to their own size, and a large block lies at a fixed distance from the
 * start of its chunk. The kernel's own pools do not fit: gen_pool must be told sizes
 * when freeing and searches a bitmap, and slab caches are shared between all users, so
 * that closing one VM could not drop its blocks unseen.
 *
 * KMVM_HEAP_PLAIN gives every block a kmalloc() of its own instead. KASAN and kmemleak
 * see nothing inside a chunk, so kernels built with them use it.
 */
#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "heap.h"
#include "budget.h"
#include "stack.h"

#if IS_ENABLED(CONFIG_KASAN) && !defined(KMVM_HEAP_PLAIN)
#define KMVM_HEAP_PLAIN
#endif

#define RESERVE_MAX	SZ_1M	/* room for a program to be loaded, beside a heap that is full */

static void count_block(struct kmvm_heap *heap, unsigned int class, size_t size)
{
	struct kmvm_heap_class *of = &heap->classes[class];
	struct kmvm_heap_stats *stats = &heap->stats;

	WRITE_ONCE(stats->used, stats->used + size);
	if (stats->used > heap->run_peak)
		heap->run_peak = stats->used;
	if (stats->used > stats->peak)
		WRITE_ONCE(stats->peak, stats->used);
	WRITE_ONCE(stats->allocations, stats->allocations + 1);
	of->blocks++;
	of->live += size;
	of->peak = max(of->peak, of->live);
}

static void uncount_block(struct kmvm_heap *heap, unsigned int class, size_t size)
{
	heap->classes[class].blocks--;
	heap->classes[class].live -= size;
	WRITE_ONCE(heap->stats.used, heap->stats.used - size);
	WRITE_ONCE(heap->stats.frees, heap->stats.frees + 1);
}

static void *refuse(struct kmvm_heap *heap, enum kmvm_limit limit)
{
	heap->refused_by = limit;
	WRITE_ONCE(heap->stats.failures, heap->stats.failures + 1);
	return NULL;
}

/* Would a block of that size be more than the run may have? */
static bool is_beyond_run(const struct kmvm_heap *heap, size_t size)
{
	size_t max = heap->walls.used_max;

	return heap->stats.used > max || size > max - heap->stats.used;
}

static bool reserve(struct kmvm_heap *heap, size_t bytes)
{
	size_t cap = heap->stats.cap - heap->walls.reserve;
	enum kmvm_limit limit = KMVM_LIMIT_VM_HEAP;

	if (heap->stats.held <= cap && bytes <= cap - heap->stats.held)
		limit = kmvm_budget_take(bytes, heap->walls.reserve ? KMVM_FOR_DATA : KMVM_FOR_PROGRAM);
	if (limit != KMVM_LIMIT_NONE) {
		refuse(heap, limit);
		return false;
	}
	WRITE_ONCE(heap->stats.held, heap->stats.held + bytes);
	return true;
}

static void unreserve(struct kmvm_heap *heap, size_t bytes)
{
	WRITE_ONCE(heap->stats.held, heap->stats.held - bytes);
	kmvm_budget_give(bytes);
}

/* The kernel had no pages for what was reserved. */
static void *refused(struct kmvm_heap *heap, size_t bytes)
{
	unreserve(heap, bytes);
	return refuse(heap, KMVM_LIMIT_MEMORY);
}

#ifdef KMVM_HEAP_PLAIN

struct plain_block {
	struct list_head on_heap;
	size_t size;
	char data[] __aligned(8);
};

static struct plain_block *plain_of(void *block)
{
	return container_of(block, struct plain_block, data[0]);
}

static void *plain_alloc(struct kmvm_heap *heap, size_t size)
{
	struct plain_block *plain = NULL;
	size_t bytes;

	if (is_beyond_run(heap, size))
		return refuse(heap, KMVM_LIMIT_HEAP);
	if (check_add_overflow(size, sizeof(*plain), &bytes))
		return refuse(heap, KMVM_LIMIT_VM_HEAP);
	if (!reserve(heap, bytes))
		return NULL;
	if (bytes <= KMALLOC_MAX_SIZE)
		plain = kmalloc(bytes, kmvm_gfp());
	/* Where memory is in pieces there may be single pages still. */
	if (!plain && bytes > PAGE_SIZE && kmvm_stack_ample())
		plain = __vmalloc(bytes, kmvm_gfp());
	if (!plain)
		return refused(heap, bytes);
	plain->size = size;
	list_add(&plain->on_heap, &heap->chunks);
	heap->classes[KMVM_HEAP_LARGE].held += bytes;
	count_block(heap, KMVM_HEAP_LARGE, size);
	return plain->data;
}

static void *plain_try(struct kmvm_heap *heap, size_t size)
{
	void *block = plain_alloc(heap, size);

	if (!block)
		heap->classes[KMVM_HEAP_LARGE].failures++;
	return block;
}

static void plain_free(struct kmvm_heap *heap, void *block)
{
	struct plain_block *plain = plain_of(block);

	uncount_block(heap, KMVM_HEAP_LARGE, plain->size);
	heap->classes[KMVM_HEAP_LARGE].held -= sizeof(*plain) + plain->size;
	unreserve(heap, sizeof(*plain) + plain->size);
	list_del(&plain->on_heap);
	kvfree(plain);
}

static void close_chunks(struct kmvm_heap *heap)
{
	struct plain_block *plain, *next;

	list_for_each_entry_safe(plain, next, &heap->chunks, on_heap) {
		kvfree(plain);
		cond_resched();
	}
	heap->classes[KMVM_HEAP_LARGE].held = 0;
	unreserve(heap, heap->stats.held);
}

void *kmvm_heap_resize(struct kmvm_heap *heap, void *block, size_t size)
{
	void *moved;

	if (!block)
		return size ? plain_try(heap, size) : NULL;
	if (!size) {
		plain_free(heap, block);
		return NULL;
	}
	/* Always moved: what still points to the old place is then found by KASAN. */
	moved = plain_try(heap, size);
	if (!moved)
		return size <= plain_of(block)->size ? block : NULL;
	memcpy(moved, block, min(size, plain_of(block)->size));
	plain_free(heap, block);
	return moved;
}

static size_t size_of(unsigned int class)
{
	return 0;
}

#else /* blocks on chunks */

#define CLASS_LARGE	KMVM_HEAP_LARGE
#define LARGE_EXACT_MAX	SZ_64K	/* beyond this, contiguous pages are not worth asking for */

/* Stands right before each block. */
struct head {
	u32 unused;
	u8 class;
	u8 live;
	u16 slot;
};

#define HEAD_LIVE	0xa5
#define HEAD_DEAD	0x5a

/*
 * Bytes of a slot, its head included; every fourth step doubles from 128 to 1024. Those beyond
 * are a sixth, a fifth, ... and half of a chunk of two pages. Into the last one goes a page of
 * mruby's objects (MRB_HEAP_PAGE_SIZE in build_config.rb).
 */
static const u16 class_size[KMVM_HEAP_CLASSES] = {
	16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256,
	320, 384, 448, 512, 640, 768, 896, 1024, 1352, 1624, 2032, 2712, 4064,
};

#define CLASS_MAX	4064

struct chunk {
	struct list_head on_heap;
	struct list_head on_partial;	/* empty while the chunk has no room */
	void *free;			/* chain of freed blocks */
	size_t bytes;			/* what it holds of the kernel's memory */
	u16 slots;
	u16 cut;			/* slots handed out at least once */
	u16 used;
	u8 class;
};

struct large {
	struct chunk chunk;
	size_t size;
	struct head head;
};

static_assert(sizeof(struct head) == 8);
static_assert(sizeof(struct large) % 8 == 0);
static_assert(offsetof(struct large, head) + sizeof(struct head) == sizeof(struct large));

static unsigned int class_order(unsigned int class)
{
	return class_size[class] <= 512 ? 0 : 1;
}

static unsigned int class_of(size_t slot)
{
	unsigned int class;

	if (slot <= 64)
		return slot <= 16 ? 0 : DIV_ROUND_UP(slot, 8) - 2;
	/* 7 to 10 in steps of 16, 11 to 14 of 32, and so on up to 1024 */
	if (slot <= 1024) {
		unsigned int shift = ilog2(slot - 1) - 2;

		return 7 + (shift - 4) * 4 + ((slot - 1) >> shift) - 4;
	}
	for (class = 23; class_size[class] < slot; class++)
		;
	return class;
}

static struct head *head_of(void *block)
{
	return (struct head *)block - 1;
}

static struct large *large_of(void *block)
{
	return container_of(head_of(block), struct large, head);
}

static struct chunk *chunk_of(void *block)
{
	size_t size = PAGE_SIZE << class_order(head_of(block)->class);

	return (struct chunk *)((unsigned long)block & ~(size - 1));
}

static size_t block_size(void *block)
{
	struct head *head = head_of(block);

	if (head->class == CLASS_LARGE)
		return large_of(block)->size;
	return class_size[head->class] - sizeof(*head);
}

static struct chunk *open_chunk(struct kmvm_heap *heap, unsigned int class)
{
	unsigned int order = class_order(class);
	size_t bytes = PAGE_SIZE << order;
	struct chunk *chunk;

	if (!reserve(heap, bytes))
		return NULL;
	chunk = (struct chunk *)__get_free_pages(kmvm_gfp(), order);
	if (!chunk)
		return refused(heap, bytes);
	*chunk = (struct chunk) {
		.bytes = bytes,
		.class = class,
		.slots = (bytes - sizeof(*chunk)) / class_size[class],
	};
	heap->classes[class].held += bytes;
	list_add(&chunk->on_heap, &heap->chunks);
	list_add(&chunk->on_partial, &heap->partial[class]);
	return chunk;
}

static void close_chunk(struct kmvm_heap *heap, struct chunk *chunk)
{
	heap->classes[chunk->class].held -= chunk->bytes;
	unreserve(heap, chunk->bytes);
	list_del(&chunk->on_heap);
	if (chunk->class == CLASS_LARGE) {
		if (is_vmalloc_addr(chunk))
			vfree(chunk);
		else
			free_pages_exact(chunk, chunk->bytes);
		return;
	}
	list_del(&chunk->on_partial);
	free_pages((unsigned long)chunk, class_order(chunk->class));
}

static void *small_alloc(struct kmvm_heap *heap, unsigned int class)
{
	struct chunk *chunk;
	struct head *head;
	void *block;

	chunk = list_first_entry_or_null(&heap->partial[class], struct chunk, on_partial);
	if (!chunk) {
		chunk = open_chunk(heap, class);
		if (!chunk)
			return NULL;
	}
	block = chunk->free;
	if (block) {
		head = head_of(block);
		chunk->free = *(void **)block;
	} else {
		head = (void *)(chunk + 1) + chunk->cut * class_size[class];
		head->class = class;
		head->slot = chunk->cut++;
		block = head + 1;
	}
	head->live = HEAD_LIVE;
	if (++chunk->used == chunk->slots)
		list_del_init(&chunk->on_partial);
	count_block(heap, class, class_size[class] - sizeof(*head));
	return block;
}

static void small_free(struct kmvm_heap *heap, void *block)
{
	struct chunk *chunk = chunk_of(block);

	uncount_block(heap, chunk->class, block_size(block));
	head_of(block)->live = HEAD_DEAD;
	*(void **)block = chunk->free;
	chunk->free = block;
	if (chunk->used-- == chunk->slots)
		list_add(&chunk->on_partial, &heap->partial[chunk->class]);
	/* The last one of its class stays, or a loop would take and give it at each turn. */
	if (!chunk->used && !list_is_singular(&heap->partial[chunk->class]))
		close_chunk(heap, chunk);
}

/* vmalloc() takes no heed of __GFP_NORETRY for its pages; these are asked for here. */
static void *map_pages(size_t bytes)
{
	size_t count = bytes >> PAGE_SHIFT, got;
	struct page **pages;
	void *area;

	if (!kmvm_stack_ample())
		return NULL;
	pages = kvmalloc_array(count, sizeof(*pages),
			       GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!pages)
		return NULL;
	for (got = 0; got < count; got++) {
		pages[got] = alloc_page(kmvm_gfp() | __GFP_HIGHMEM);
		if (!pages[got])
			goto err_free_pages;
	}
	/* From here on the area owns the pages and the array. */
	area = vmap(pages, count, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (area)
		return area;

err_free_pages:
	while (got--)
		__free_page(pages[got]);
	kvfree(pages);
	return NULL;
}

static void *large_alloc(struct kmvm_heap *heap, size_t size)
{
	struct large *large = NULL;
	size_t bytes;

	if (check_add_overflow(size, sizeof(*large) + PAGE_SIZE - 1, &bytes))
		return refuse(heap, KMVM_LIMIT_VM_HEAP);
	bytes &= PAGE_MASK;
	if (!reserve(heap, bytes))
		return NULL;
	if (bytes <= LARGE_EXACT_MAX)
		large = alloc_pages_exact(bytes, kmvm_gfp());
	if (!large)
		large = map_pages(bytes);
	if (!large)
		return refused(heap, bytes);
	large->chunk = (struct chunk) { .bytes = bytes, .class = CLASS_LARGE };
	INIT_LIST_HEAD(&large->chunk.on_partial);
	large->head = (struct head) { .class = CLASS_LARGE, .live = HEAD_LIVE };
	large->size = bytes - sizeof(*large);
	list_add(&large->chunk.on_heap, &heap->chunks);
	heap->classes[CLASS_LARGE].held += bytes;
	count_block(heap, CLASS_LARGE, large->size);
	return large + 1;
}

static void large_free(struct kmvm_heap *heap, void *block)
{
	struct large *large = large_of(block);

	uncount_block(heap, CLASS_LARGE, large->size);
	close_chunk(heap, &large->chunk);
}

static void *block_alloc(struct kmvm_heap *heap, size_t size)
{
	unsigned int class = CLASS_LARGE;
	void *block;

	if (size <= CLASS_MAX - sizeof(struct head))
		class = class_of(size + sizeof(struct head));
	if (is_beyond_run(heap, size)) {
		heap->classes[class].failures++;
		return refuse(heap, KMVM_LIMIT_HEAP);
	}
	if (class != CLASS_LARGE) {
		block = small_alloc(heap, class);
		if (block)
			return block;
		heap->classes[class].failures++;
	}
	/* Where memory is in pieces there may be single pages still. */
	block = large_alloc(heap, size);
	if (!block)
		heap->classes[CLASS_LARGE].failures++;
	return block;
}

static void block_free(struct kmvm_heap *heap, void *block)
{
	/* A block freed twice or never given: leaked until close rather than believed. */
	if (WARN_ON_ONCE(head_of(block)->live != HEAD_LIVE))
		return;
	if (head_of(block)->class == CLASS_LARGE)
		large_free(heap, block);
	else
		small_free(heap, block);
}

static void close_chunks(struct kmvm_heap *heap)
{
	struct chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &heap->chunks, on_heap) {
		close_chunk(heap, chunk);
		cond_resched();
	}
}

void *kmvm_heap_resize(struct kmvm_heap *heap, void *block, size_t size)
{
	size_t have;
	void *moved;

	if (!block)
		return size ? block_alloc(heap, size) : NULL;
	if (!size) {
		block_free(heap, block);
		return NULL;
	}
	/* Kept where it is while it fits and no more than half of it would lie idle. */
	have = block_size(block);
	if (size <= have && (size > have / 2 || have <= 64))
		return block;
	moved = block_alloc(heap, size);
	if (!moved)
		return size <= have ? block : NULL;
	memcpy(moved, block, min(size, have));
	block_free(heap, block);
	return moved;
}

static size_t size_of(unsigned int class)
{
	return class == CLASS_LARGE ? 0 : class_size[class] - sizeof(struct head);
}

#endif /* KMVM_HEAP_PLAIN */

static void set_up(struct kmvm_heap *heap)
{
	unsigned int class;

	INIT_LIST_HEAD(&heap->chunks);
	for (class = 0; class < KMVM_HEAP_CLASSES; class++)
		INIT_LIST_HEAD(&heap->partial[class]);
	for (class = 0; class < KMVM_HEAP_COUNTED; class++) {
		struct kmvm_heap_class *of = &heap->classes[class];

		of->size = size_of(class);
		of->blocks = 0;
		of->live = 0;
	}
	kmvm_heap_lift(heap);
	heap->run_peak = 0;
}

void kmvm_heap_open(struct kmvm_heap *heap, size_t cap)
{
	heap->stats.cap = cap;
	set_up(heap);
}

void kmvm_heap_reserve(struct kmvm_heap *heap, bool closed)
{
	heap->walls.reserve = closed ? min_t(size_t, heap->stats.cap / 16, RESERVE_MAX) : 0;
}

void kmvm_heap_share(struct kmvm_heap *heap, u64 left)
{
	size_t used = heap->stats.used;

	heap->walls.used_max = left < SIZE_MAX - used ? used + left : SIZE_MAX;
	heap->share = min_t(u64, left, SIZE_MAX);
}

bool kmvm_heap_can_hold(const struct kmvm_heap *heap, size_t size)
{
	return size <= heap->walls.used_max && size <= heap->stats.cap - heap->walls.reserve;
}

size_t kmvm_heap_room(const struct kmvm_heap *heap)
{
	return heap->walls.used_max == SIZE_MAX ? heap->stats.used : min(heap->share, heap->stats.used);
}

u64 kmvm_heap_left(const struct kmvm_heap *heap)
{
	size_t used = heap->stats.used, max = heap->walls.used_max;

	if (max == SIZE_MAX)
		return KMVM_HEAP_ANY;
	return max > used ? max - used : 0;
}

void kmvm_heap_account(struct kmvm_heap *heap)
{
	heap->run_peak = heap->stats.used;
	heap->refused_by = KMVM_LIMIT_NONE;
}

struct kmvm_heap_walls kmvm_heap_lift(struct kmvm_heap *heap)
{
	struct kmvm_heap_walls walls = heap->walls;

	heap->walls = (struct kmvm_heap_walls) { .used_max = SIZE_MAX };
	return walls;
}

void kmvm_heap_restore(struct kmvm_heap *heap, struct kmvm_heap_walls walls)
{
	heap->walls = walls;
}

void kmvm_heap_close(struct kmvm_heap *heap)
{
	close_chunks(heap);
	/* What was counted goes on: the figures are those of the VM's whole life. */
	WRITE_ONCE(heap->stats.used, 0);
	WARN_ON_ONCE(heap->stats.held);
	set_up(heap);
}

void kmvm_heap_read(const struct kmvm_heap *heap, struct kmvm_heap_stats *stats)
{
	stats->used = READ_ONCE(heap->stats.used);
	stats->peak = READ_ONCE(heap->stats.peak);
	stats->held = READ_ONCE(heap->stats.held);
	stats->cap = READ_ONCE(heap->stats.cap);
	stats->allocations = READ_ONCE(heap->stats.allocations);
	stats->frees = READ_ONCE(heap->stats.frees);
	stats->failures = READ_ONCE(heap->stats.failures);
}
