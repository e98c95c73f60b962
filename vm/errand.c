// SPDX-License-Identifier: GPL-2.0
/*
 * The worker's half of loading goes over to the new VM's thread when that has the run: its
 * end is the errand's. Who comes second, the worker with a VM or A's thread that gives up,
 * unloads it.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "budget.h"
#include "errand.h"
#include "imagefile.h"
#include "vm.h"

static struct workqueue_struct *workers;

int kmvm_errands_open(void)
{
	workers = alloc_workqueue("kmvm", WQ_UNBOUND, 0);
	return workers ? 0 : -ENOMEM;
}

void kmvm_errands_close(void)
{
	destroy_workqueue(workers);
}

static struct kmvm_errand *errand_of(struct kmvm_handle *handle)
{
	return container_of(handle, struct kmvm_errand, handle);
}

static void free_errand(struct kref *ref)
{
	struct kmvm_errand *errand = container_of(ref, struct kmvm_errand, ref);

	kmvm_request_free(&errand->request);
	kmvm_budget_free(errand->path, errand->path_room);
	if (errand->run)
		kmvm_run_put(errand->run);
	if (errand->asker)
		kmvm_run_put(errand->asker);
	if (errand->loaded)
		kmvm_vm_put(errand->loaded);
	if (errand->target)
		kmvm_vm_put(errand->target);
	if (errand->cred)
		put_cred(errand->cred);
	kfree(errand);
}

struct kmvm_errand *kmvm_errand_new(gfp_t gfp)
{
	struct kmvm_errand *errand = kzalloc(sizeof(*errand), gfp);

	if (!errand)
		return NULL;
	kref_init(&errand->ref);
	init_waitqueue_head(&errand->told);
	spin_lock_init(&errand->lock);
	return errand;
}

void kmvm_errand_put(struct kmvm_errand *errand)
{
	kref_put(&errand->ref, free_errand);
}

/* The VM that was loaded for somebody who does not want it, or NULL. */
static struct kmvm_vm *abandon(struct kmvm_errand *errand)
{
	struct kmvm_vm *vm;

	spin_lock(&errand->lock);
	WRITE_ONCE(errand->abandoned, true);
	vm = errand->loaded;
	spin_unlock(&errand->lock);
	return vm;
}

static void close_errand(struct kmvm_handle *handle)
{
	struct kmvm_vm *vm = abandon(errand_of(handle));

	/* A tree: a thread that ends waits for VMs that it has loaded, never for others. */
	if (vm)
		kmvm_vm_unload(vm);
}

static void put_errand(struct kmvm_handle *handle)
{
	kmvm_errand_put(errand_of(handle));
}

static const struct kmvm_handle_ops errand_ops = {
	.close = close_errand,
	.free = put_errand,
};

void kmvm_errand_open(struct kmvm_errand *errand, struct kmvm_vm *vm)
{
	kmvm_handle_open(&errand->handle, vm, &errand_ops);
}

static void finish(struct kmvm_errand *errand, int error)
{
	errand->error = error;
	/* With error, for who has seen that it is done. */
	smp_store_release(&errand->done, true);
	wake_up_all(&errand->told);
	kmvm_errand_put(errand);
}

bool kmvm_errand_is_done(void *data)
{
	struct kmvm_errand *errand = data;

	/* Pairs with finish(). */
	return smp_load_acquire(&errand->done);
}

/* Called on the new VM's thread, or where its run was refused. */
static void program_ended(struct kmvm_run *run)
{
	finish(run->on_end_data, 0);
}

/* Hands a VM over to who waits for it; false when nobody does. */
static bool hand_over(struct kmvm_errand *errand, struct kmvm_vm *vm, struct kmvm_run *run)
{
	bool wanted;

	spin_lock(&errand->lock);
	wanted = !errand->abandoned;
	if (wanted) {
		errand->loaded = kmvm_vm_get(vm);
		errand->run = kmvm_run_get(run);
	}
	spin_unlock(&errand->lock);
	return wanted;
}

/* On success the run has our reference of the errand, up to its end. */
static int open_and_start(struct kmvm_errand *errand)
{
	struct kmvm_request *request = &errand->request;
	struct kmvm_limits limits;
	struct kmvm_run *run;
	struct kmvm_vm *vm;
	int ret;

	ret = kmvm_imagefile_read(errand->path, errand->cred, &request->image, &request->size);
	if (ret)
		return ret;
	request->room = request->size;
	if (READ_ONCE(errand->abandoned))
		return -ECANCELED;
	kmvm_limits_read(&limits);
	vm = kmvm_vm_load(errand->name, limits.vm_heap, errand->bindings);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	run = kmvm_run_open(vm, vm->to_log, request, errand->asker, errand->cred);
	memset(request, 0, sizeof(*request));
	ret = PTR_ERR_OR_ZERO(run);
	if (ret)
		goto err_unload;
	ret = -ECANCELED;
	if (!hand_over(errand, vm, run))
		goto err_put_run;
	run->on_end = program_ended;
	run->on_end_data = errand;
	kmvm_run_start(run);
	kmvm_run_put(run);
	kmvm_vm_put(vm);
	return 0;

err_put_run:
	kmvm_run_put(run);
err_unload:
	kmvm_vm_unload(vm);
	kmvm_vm_put(vm);
	return ret;
}

static void load(struct work_struct *work)
{
	struct kmvm_errand *errand = container_of(work, struct kmvm_errand, work);
	int ret = open_and_start(errand);

	if (ret)
		finish(errand, ret);
}

static void unload(struct work_struct *work)
{
	struct kmvm_errand *errand = container_of(work, struct kmvm_errand, work);

	finish(errand, kmvm_vm_unload(errand->target));
}

static void start(struct kmvm_errand *errand, work_func_t function)
{
	kref_get(&errand->ref);		/* the worker's, up to finish() */
	INIT_WORK(&errand->work, function);
	queue_work(workers, &errand->work);
}

int kmvm_errand_load(struct kmvm_errand *errand)
{
	struct kmvm_vm *vm = errand->handle.vm;
	int ret = kmvm_libraries_copy(&errand->request.libraries, &vm->libraries);

	if (ret)
		return ret;
	if (vm->active)
		errand->asker = kmvm_run_get(vm->active);
	errand->cred = get_cred(vm->cred);
	errand->bindings = vm->bindings;
	start(errand, load);
	return 0;
}

int kmvm_errand_keep(struct kmvm_errand *errand)
{
	struct kmvm_vm *vm = errand->loaded;
	int ret = kmvm_vm_keep(vm);

	if (ret)
		return ret;
	spin_lock(&errand->lock);
	errand->loaded = NULL;
	spin_unlock(&errand->lock);
	kmvm_vm_put(vm);
	return 0;
}

void kmvm_errand_unload(struct kmvm_errand *errand)
{
	start(errand, unload);
}
