// SPDX-License-Identifier: GPL-2.0
/* The VM's memory: its figures, its cap, and what is given back. */
#include "test.h"

static void check(const struct kmvm_info *info)
{
	holds(info->heap_bytes <= info->heap_peak, "in use %llu, at most %llu", info->heap_bytes, info->heap_peak);
	holds(info->heap_bytes <= info->heap_held, "in use %llu, held %llu", info->heap_bytes, info->heap_held);
	holds(info->heap_held <= info->heap_max, "held %llu, allowed %llu", info->heap_held, info->heap_max);
	holds(info->frees <= info->allocations, "freed %llu of %llu", info->frees, info->allocations);
}

static void figures(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info before, after;
	struct outcome got;

	expect(fd, "$ballast = nil; GC.start", KMVM_DONE, NULL);
	before = info_of(fd);
	check(&before);
	is(run(fd, 0, &got, "$ballast = Array.new(100) { 'x' * 10_000 }; nil"), 0, "errno");
	after = info_of(fd);
	check(&after);
	is(got.result.heap_bytes, after.heap_bytes, "heap_bytes of the result");
	holds(got.result.heap_peak >= got.result.heap_bytes && got.result.heap_peak <= after.heap_peak,
	      "the run's peak is %llu, the VM's %llu", got.result.heap_peak, after.heap_peak);
	holds(after.heap_bytes - before.heap_bytes >= 1000000 && after.heap_bytes - before.heap_bytes < 2000000,
	      "a million bytes are %lld", (long long)(after.heap_bytes - before.heap_bytes));
	holds(after.allocations - before.allocations >= 100, "%llu allocations", after.allocations - before.allocations);
	expect(fd, "s = Linux::Heap.stats; [s[:live] <= s[:held], s[:held] <= s[:cap], s[:live] <= s[:peak], s[:frees] < s[:allocations]]",
	       KMVM_DONE, "[true, true, true, true]");
	expect(fd, "$ballast = nil; GC.start", KMVM_DONE, NULL);
	after = info_of(fd);
	check(&after);
	holds(after.heap_bytes < before.heap_bytes + 100000, "%lld bytes more than before",
	      (long long)(after.heap_bytes - before.heap_bytes));
	holds(after.heap_held < before.heap_held + 500000, "%lld bytes more held than before",
	      (long long)(after.heap_held - before.heap_held));
}

/* Ways to take all memory. */
static void spent(const void *data)
{
	int fd = session_read_write(), other = session_read_write();
	struct kmvm_info before, after;
	long machine;
	struct outcome got;

	expect(fd, "GC.start", KMVM_DONE, NULL);
	before = info_of(fd);
	machine = memory("MemAvailable:");
	for (int i = 0; i < 3; i++) {
		u64 id = start(fd, 0, data);

		while (info_of(other).owner_pid || info_of(other).waiting) {
			after = info_of(other);
			holds(after.heap_held <= after.heap_max, "held %llu, allowed %llu", after.heap_held,
			      after.heap_max);
			usleep(500);
		}
		is(wait_run(fd, id, &got), 0, "errno of the wait");
		is(got.result.outcome, KMVM_SPENT, "outcome (%s)", got.error);
		is(got.result.status, 1, "status");
		is(got.result.limit, KMVM_LIMIT_VM_HEAP, "limit");
		contains(got.error, "NoMemoryError", "error");
		holds(got.result.heap_peak > before.heap_max / 4, "the most was %llu of %llu", got.result.heap_peak,
		      before.heap_max);
		expect(other, "a = Array.new(1000) { |i| i.to_s * 10 }; a.join.size", KMVM_DONE, "28900");
	}
	expect(fd, "GC.start", KMVM_DONE, NULL);
	after = info_of(fd);
	check(&after);
	holds(after.heap_bytes < before.heap_bytes + (1 << 20), "%lld bytes more in use than before",
	      (long long)(after.heap_bytes - before.heap_bytes));
	holds(after.heap_held < before.heap_held + (4 << 20), "%lld bytes more held than before",
	      (long long)(after.heap_held - before.heap_held));
	until(memory("MemAvailable:") > machine - (8 << 10));
}

static void machine_untouched(const void *data)
{
	int fd = session_read_write();
	struct kmvm_info info = info_of(fd);

	u64 wanted = memory("MemTotal:") * 1024ULL / 16;

	if (wanted > 64 << 20)
		wanted = 64 << 20;
	/* The kernel has given some of what it had since then. */
	holds(info.heap_max <= wanted + 4096 && info.heap_max > wanted - (wanted >> 5),
	      "heap_max is %llu, a sixteenth of memory %llu", info.heap_max, wanted);
}

static void capped(const void *data)
{
	struct outcome got;
	int fd;

	is(module_unload(), 0, "errno of unloading");
	is(module_load("heap_mib=3"), 0, "errno of loading");
	fd = session_read_write();
	is(info_of(fd).heap_max, 3 << 20, "heap_max");
	is(run(fd, 0, &got, "a = []; loop { a << 'x' * 500 }"), 0, "errno");
	is(got.result.outcome, KMVM_SPENT, "outcome");
	holds(got.result.heap_peak <= 3 << 20 && got.result.heap_peak > 2 << 20, "heap_peak is %llu", got.result.heap_peak);
	expect(fd, "1 + 1", KMVM_DONE, "2");
}

static const struct test heap_tests[] = {
	{ "heap: figures agree with each other and with what a program takes and gives back", figures },
	{ "heap: the cap is a sixteenth of memory, 64 MiB at most", machine_untouched },
	{ "heap: small strings up to the cap: NoMemoryError, all given back", spent, "h = {}; i = 0; loop { h[i += 1] = 'x' * 100 }" },
	{ "heap: large strings up to the cap: NoMemoryError, all given back", spent, "a = []; loop { a << 'x' * 300_000 }" },
	{ "heap: objects up to the cap: NoMemoryError, all given back", spent, "a = nil; loop { a = [Object.new, a] }" },
	{ "heap: arrays that grow up to the cap: NoMemoryError, all given back", spent, "a = []; loop { a << (b = []); 9999.times { |i| b << i } }" },
	{ "heap: one string that grows up to the cap: NoMemoryError, all given back", spent, "s = 'x'; loop { s << s }" },
	{ "heap: a hash up to the cap: NoMemoryError, all given back", spent, "h = {}; i = 0; loop { h[i += 1] = i.to_s }" },
	{ "heap: fibers up to the cap: NoMemoryError, all given back", spent, "a = []; loop { f = Fiber.new { Fiber.yield }; f.resume; a << f }" },
	{ "heap: classes up to the cap: NoMemoryError, all given back", spent, "a = nil; loop { a = [Class.new, a] }" },
	{ "heap: big integers up to the cap: NoMemoryError, all given back", spent, "a = []; x = 3**2000; loop { a << (x += 1) }" },
	{ "heap: a smaller cap given to the module holds", capped, .fresh = true },
};

SUITE(heap);
