// SPDX-License-Identifier: GPL-2.0
/*
 * The module's parameters that limit it, and the account of its memory.
 *
 * The account is one atomic number. Looking how much memory is available walks the zones,
 * so that is done once for each LOOK_BYTES taken, and for every larger piece.
 */
#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <linux/vmstat.h>

#include "budget.h"

#define LOOK_BYTES	SZ_128K
#define PROGRAM_MAX	SZ_4M	/* of the floor's memory, for programs to get in */

static unsigned int heap_mib;
module_param(heap_mib, uint, 0444);
MODULE_PARM_DESC(heap_mib, "MiB the heap of a VM may hold (default 0: a sixteenth of memory, 64 at most)");

static unsigned int budget_mib;
module_param(budget_mib, uint, 0644);
MODULE_PARM_DESC(budget_mib, "MiB the whole module may hold, all VMs, images and output (default 0: an eighth of memory)");

static int floor_mib;
module_param(floor_mib, int, 0644);
MODULE_PARM_DESC(floor_mib, "MiB of memory that must be available before the module takes more (default 0: a sixteenth of memory, at least 16, 256 at most; -1: none, other programs may be killed for want of memory)");

static unsigned int timeout_ms;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "milliseconds a run may take that names no timeout of its own (default 0: any)");

static unsigned int event_ms = MSEC_PER_SEC;
module_param(event_ms, uint, 0644);
MODULE_PARM_DESC(event_ms, "milliseconds of processor time the block of an event may take (default 1000)");

static atomic_long_t held;
static atomic_long_t unseen;		/* bytes taken for scripts since the last look */
static atomic_long_t coming;		/* bytes that callers were allowed and wait for */

static u64 memory(void)
{
	return (u64)totalram_pages() << PAGE_SHIFT;
}

static u64 budget(void)
{
	u64 mib = READ_ONCE(budget_mib);

	return mib ? min(mib << 20, memory()) : memory() / 8;
}

static u64 memory_floor(void)
{
	int mib = READ_ONCE(floor_mib);

	if (mib < 0)
		return 0;
	return mib ? min((u64)mib << 20, memory()) : clamp_t(u64, memory() / 16, SZ_16M, SZ_256M);
}

u64 kmvm_limit_event(void)
{
	return (u64)max(READ_ONCE(event_ms), 1U) * NSEC_PER_MSEC;
}

void kmvm_limits_read(struct kmvm_limits *limits)
{
	*limits = (struct kmvm_limits) {
		.vm_heap = heap_mib ? min((u64)heap_mib << 20, memory())
				    : min_t(u64, memory() / 16, SZ_64M),
		.budget = budget(),
		.floor = memory_floor(),
		.timeout_ns = (u64)READ_ONCE(timeout_ms) * NSEC_PER_MSEC,
		.event_ns = kmvm_limit_event(),
	};
}

static unsigned long zone_available(struct zone *zone)
{
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);
	unsigned long kept = high_wmark_pages(zone) + zone_page_state(zone, NR_FREE_CMA_PAGES) +
		zone->lowmem_reserve[gfp_zone(GFP_KERNEL)];
	unsigned long files = zone_page_state(zone, NR_ZONE_ACTIVE_FILE) +
		zone_page_state(zone, NR_ZONE_INACTIVE_FILE);

	return (free > kept ? free - kept : 0) + files / 2;
}

/*
 * Not si_mem_available(): it counts nearly all slab that could be reclaimed, and whoever has
 * many files open or in a tmpfs makes that slab which cannot; and it counts zones that are
 * for movable pages only.
 */
u64 kmvm_memory_available(void)
{
	unsigned long pages = 0;
	int nid;

	for_each_online_node(nid) {
		struct zone *zones = NODE_DATA(nid)->node_zones;

		for (int i = 0; i <= gfp_zone(GFP_KERNEL); i++)
			if (populated_zone(&zones[i]))
				pages += zone_available(&zones[i]);
	}
	return (u64)pages << PAGE_SHIFT;
}

/* Would less than the floor be left if all that is wanted were taken? */
static bool is_short(size_t wanted, u64 floor)
{
	return floor && kmvm_memory_available() < wanted + floor;
}

static bool is_short_for_data(size_t bytes, size_t wanted)
{
	if (atomic_long_add_return(bytes, &unseen) < LOOK_BYTES)
		return false;
	if (is_short(wanted, memory_floor()))
		return true;
	atomic_long_set(&unseen, 0);
	return false;
}

static bool is_short_for_program(size_t wanted)
{
	u64 floor = memory_floor();

	return is_short(wanted, floor - min_t(u64, floor / 4, PROGRAM_MAX));
}

static enum kmvm_limit take(size_t bytes, size_t wanted, enum kmvm_purpose purpose)
{
	enum kmvm_limit limit = KMVM_LIMIT_NONE;

	if (bytes > budget())
		return KMVM_LIMIT_BUDGET;
	if (atomic_long_add_return(bytes, &held) > budget())
		limit = KMVM_LIMIT_BUDGET;
	else if (purpose == KMVM_FOR_DATA ? is_short_for_data(bytes, wanted)
					  : is_short_for_program(wanted))
		limit = KMVM_LIMIT_MEMORY;
	if (limit != KMVM_LIMIT_NONE)
		kmvm_budget_give(bytes);
	return limit;
}

enum kmvm_limit kmvm_budget_take(size_t bytes, enum kmvm_purpose purpose)
{
	return take(bytes, bytes + atomic_long_read(&coming), purpose);
}

void kmvm_budget_give(size_t bytes)
{
	atomic_long_sub(bytes, &held);
}

u64 kmvm_budget_held(void)
{
	return atomic_long_read(&held);
}

void *kmvm_budget_alloc(size_t size)
{
	/* Reclaim may take its time: others must not be allowed the same pages meanwhile. */
	size_t wanted = atomic_long_add_return(size, &coming);
	void *memory = NULL;

	if (take(size, wanted, KMVM_FOR_PROGRAM) == KMVM_LIMIT_NONE) {
		memory = kvmalloc(size, KMVM_GFP_CALLER);
		if (!memory)
			kmvm_budget_give(size);
	}
	atomic_long_sub(size, &coming);
	return memory;
}

void *kmvm_budget_data(size_t size, gfp_t gfp)
{
	void *memory;

	if (kmvm_budget_take(size, KMVM_FOR_DATA) != KMVM_LIMIT_NONE)
		return NULL;
	memory = kvmalloc(size, gfp);
	if (!memory)
		kmvm_budget_give(size);
	return memory;
}

void kmvm_budget_free(void *memory, size_t size)
{
	if (!memory)
		return;
	kvfree(memory);
	kmvm_budget_give(size);
}
