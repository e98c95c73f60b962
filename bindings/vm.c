// SPDX-License-Identifier: GPL-2.0
/*
 * Linux::VM: the VMs beside this one, by name.
 *
 * An object is a name and a serial number on the VM's heap, no reference: the VM may be gone,
 * and another one may have its name. What is done to it goes through a struct kmvm_errand, which
 * is a handle from before it holds anything until it is over; what is raised then has left it.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "../vm/binding.h"
#include "../vm/budget.h"
#include "../vm/errand.h"
#include "../vm/error.h"
#include "../vm/guard.h"
#include "../vm/registry.h"
#include "../vm/stack.h"
#include "../vm/vm.h"
#include "bindings.h"

struct identity {
	char name[KMVM_NAME_MAX];
	u64 serial;
};

/* Kernel half. */

static void identify(const struct kmvm_vm *vm, struct identity *identity)
{
	strscpy(identity->name, vm->name, sizeof(identity->name));
	identity->serial = vm->serial;
}

/* The VM with a reference, or NULL. */
static struct kmvm_vm *find(const struct identity *identity)
{
	struct kmvm_vm *vm = kmvm_vm_find(identity->name);

	if (vm && vm->serial != identity->serial) {
		kmvm_vm_put(vm);
		vm = NULL;
	}
	return vm;
}

static bool identify_named(const char *name, struct identity *identity)
{
	struct kmvm_vm *vm = kmvm_vm_find(name);

	if (vm) {
		identify(vm, identity);
		kmvm_vm_put(vm);
	}
	return vm;
}

static bool identify_next(struct identity *identity)
{
	struct kmvm_vm *vm = kmvm_vm_next(identity->serial);

	if (vm) {
		identify(vm, identity);
		kmvm_vm_put(vm);
	}
	return vm;
}

static bool is_there(const struct identity *identity)
{
	struct kmvm_vm *vm = find(identity);

	if (vm)
		kmvm_vm_put(vm);
	return vm;
}

static bool read_info(const struct identity *identity, struct kmvm_info *info)
{
	struct kmvm_vm *vm = find(identity);

	if (!vm)
		return false;
	kmvm_vm_info(vm, info);
	kmvm_vm_put(vm);
	return true;
}

/* Ruby half. */

static const struct mrb_data_type vm_type = { "Linux::VM", mrb_free };
static const struct mrb_data_type errand_type = { "what is done to a Linux::VM", NULL };
static const struct mrb_data_type text_type = { "text of a Linux::VM", mrb_free };

static mrb_value new_vm(mrb_state *mrb, mrb_value class, const struct identity *identity)
{
	struct RData *data = mrb_data_object_alloc(mrb, mrb_class_ptr(class), NULL, &vm_type);

	data->data = mrb_malloc(mrb, sizeof(*identity));
	memcpy(data->data, identity, sizeof(*identity));
	return mrb_obj_value(data);
}

static const struct identity *identity_of(mrb_state *mrb, mrb_value self)
{
	return mrb_data_get_ptr(mrb, self, &vm_type);
}

static mrb_value vm_current(mrb_state *mrb, mrb_value self)
{
	struct identity identity;

	identify(kmvm_vm_of(mrb), &identity);
	return new_vm(mrb, self, &identity);
}

static mrb_value vm_list(mrb_state *mrb, mrb_value self)
{
	mrb_value list = mrb_ary_new(mrb);
	int arena = mrb_gc_arena_save(mrb);
	struct identity identity = { 0 };

	while (identify_next(&identity)) {
		mrb_ary_push(mrb, list, new_vm(mrb, self, &identity));
		mrb_gc_arena_restore(mrb, arena);
		kmvm_guard_steps(mrb);
	}
	return list;
}

/* A name that a VM may have, copied; false for any other. */
static bool copy_name(char *to, const char *name, size_t size)
{
	if (size >= KMVM_NAME_MAX || strnlen(name, size) != size)
		return false;
	memcpy(to, name, size);
	to[size] = '\0';
	return kmvm_name_is_valid(to);
}

static mrb_value vm_find(mrb_state *mrb, mrb_value self)
{
	struct identity identity;
	const char *name;
	mrb_int size;

	mrb_get_args(mrb, "s", &name, &size);
	if (!copy_name(identity.name, name, size) || !identify_named(identity.name, &identity))
		return mrb_nil_value();
	return new_vm(mrb, self, &identity);
}

static mrb_value vm_name(mrb_state *mrb, mrb_value self)
{
	return mrb_str_new_cstr(mrb, identity_of(mrb, self)->name);
}

static mrb_value vm_equal(mrb_state *mrb, mrb_value self)
{
	const struct identity *identity = identity_of(mrb, self);
	const struct identity *other = mrb_data_check_get_ptr(mrb, mrb_get_arg1(mrb), &vm_type);

	return mrb_bool_value(other && other->serial == identity->serial);
}

static mrb_value vm_hash(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, identity_of(mrb, self)->serial);
}

static mrb_value vm_inspect(mrb_state *mrb, mrb_value self)
{
	return mrb_format(mrb, "#<Linux::VM %s>", identity_of(mrb, self)->name);
}

static mrb_value vm_loaded(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(is_there(identity_of(mrb, self)));
}

static mrb_value vm_stats(mrb_state *mrb, mrb_value self)
{
	static const char *const states[] = {
		[KMVM_VM_IDLE] = "idle", [KMVM_VM_RUNNING] = "running",
		[KMVM_VM_LOADING] = "loading", [KMVM_VM_RESETTING] = "resetting",
		[KMVM_VM_UNOPENED] = "unopened",
	};
	const struct identity *identity = identity_of(mrb, self);
	mrb_value hash = mrb_hash_new_capa(mrb, 17);
	struct kmvm_info info = { 0 };

	if (!read_info(identity, &info))
		mrb_raisef(mrb, E_RUNTIME_ERROR, "the VM %s is gone", identity->name);
	mrb_hash_set(mrb, hash, mrb_symbol_value(mrb_intern_lit(mrb, "state")),
		     mrb_symbol_value(mrb_intern_cstr(mrb, states[info.state])));
	kmvm_hash_set_number(mrb, hash, "handles", info.handles);
	kmvm_hash_set_number(mrb, hash, "runs", info.runs);
	kmvm_hash_set_number(mrb, hash, "errors", info.errors);
	kmvm_hash_set_number(mrb, hash, "waiting", info.waiting);
	kmvm_hash_set_number(mrb, hash, "resets", info.resets);
	kmvm_hash_set_number(mrb, hash, "events", info.events);
	kmvm_hash_set_number(mrb, hash, "late_ns", info.late_ns);
	kmvm_hash_set_number(mrb, hash, "late_max_ns", info.late_max_ns);
	kmvm_hash_set_number(mrb, hash, "age_ns", info.age_ns);
	kmvm_hash_set_number(mrb, hash, "cpu_ns", info.cpu_ns);
	kmvm_hash_set_number(mrb, hash, "live", info.heap_bytes);
	kmvm_hash_set_number(mrb, hash, "peak", info.heap_peak);
	kmvm_hash_set_number(mrb, hash, "held", info.heap_held);
	kmvm_hash_set_number(mrb, hash, "cap", info.heap_max);
	kmvm_hash_set_number(mrb, hash, "allocations", info.allocations);
	kmvm_hash_set_number(mrb, hash, "frees", info.frees);
	return hash;
}

/* Texts that stand one behind the other, each ended by a NUL; counted first, then copied. */
struct texts {
	char *to;		/* NULL: they are counted */
	size_t size;
};

static void add(struct texts *texts, const char *text, size_t size)
{
	if (texts->to) {
		memcpy(texts->to + texts->size, text, size);
		texts->to[texts->size + size] = '\0';
	}
	texts->size += size + 1;
}

/* What is counted is checked; when it is copied nothing is raised any more. */
static void check(mrb_state *mrb, const struct texts *texts, const char *text, size_t size)
{
	if (texts->to)
		return;
	if (strnlen(text, size) != size)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "a NUL in an argument or a parameter");
	/* With its NUL, and the kind before a value. */
	if (texts->size + size + 2 > KMVM_ARGS_MAX)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "more than 64 KiB of arguments or parameters");
}

static void add_arguments(mrb_state *mrb, struct texts *texts, mrb_value path, mrb_value list)
{
	mrb_int i;

	add(texts, RSTRING_PTR(path), RSTRING_LEN(path));
	for (i = 0; i < RARRAY_LEN(list); i++) {
		mrb_value text = RARRAY_PTR(list)[i];

		if (!mrb_string_p(text))
			mrb_raise(mrb, E_TYPE_ERROR, "an argument must be a String");
		check(mrb, texts, RSTRING_PTR(text), RSTRING_LEN(text));
		add(texts, RSTRING_PTR(text), RSTRING_LEN(text));
	}
}

static void add_value(mrb_state *mrb, struct texts *texts, char kind, const char *text, size_t size)
{
	check(mrb, texts, text, size);
	if (texts->to)
		texts->to[texts->size] = kind;
	texts->size++;
	add(texts, text, size);
}

static int add_parameter(mrb_state *mrb, mrb_value key, mrb_value value, void *data)
{
	struct texts *texts = data;
	const char *text;
	char number[24];
	mrb_int size;

	if (!mrb_symbol_p(key))
		mrb_raise(mrb, E_TYPE_ERROR, "the name of a parameter must be a Symbol");
	text = mrb_sym_name_len(mrb, mrb_symbol(key), &size);
	if (!size)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "a parameter without a name");
	check(mrb, texts, text, size);
	add(texts, text, size);

	if (mrb_string_p(value)) {
		add_value(mrb, texts, KMVM_PARAMETER_STRING, RSTRING_PTR(value), RSTRING_LEN(value));
	} else if (mrb_integer_p(value)) {
		size = snprintf(number, sizeof(number), "%lld", (long long)mrb_integer(value));
		add_value(mrb, texts, KMVM_PARAMETER_INTEGER, number, size);
	} else if (mrb_true_p(value)) {
		add_value(mrb, texts, KMVM_PARAMETER_BOOLEAN, "true", 4);
	} else if (mrb_false_p(value)) {
		add_value(mrb, texts, KMVM_PARAMETER_BOOLEAN, "false", 5);
	} else {
		mrb_raise(mrb, E_TYPE_ERROR,
			  "a parameter must be a String, an Integer of 64 bits, true or false");
	}
	return 0;
}

/* What load() was given, checked: nothing of it is raised about any more. */
struct given {
	char name[KMVM_NAME_MAX];
	mrb_value path;
	mrb_value arguments;
	mrb_value parameters;
	size_t arguments_size;
	size_t parameters_size;
	struct RData *text;	/* for what its program's run will have to say */
};

static void add_parameters(mrb_state *mrb, struct texts *texts, mrb_value hash)
{
	mrb_hash_foreach(mrb, mrb_hash_ptr(hash), add_parameter, texts);
}

/* The file's own name, without .mrb. */
static bool name_after(char *to, mrb_value path)
{
	const char *text = RSTRING_PTR(path), *end = text + RSTRING_LEN(path), *name = end;

	while (name > text && name[-1] != '/')
		name--;
	if (end - name > 4 && !memcmp(end - 4, ".mrb", 4))
		end -= 4;
	return copy_name(to, name, end - name);
}

/* What stands in the call; its frame lies on the way to the deepest errors. */
static noinline void take(mrb_state *mrb, struct given *given, mrb_value *name)
{
	mrb_sym names[] = {
		mrb_intern_lit(mrb, "name"), mrb_intern_lit(mrb, "args"),
		mrb_intern_lit(mrb, "parameters"),
	};
	mrb_value values[ARRAY_SIZE(names)];
	const mrb_kwargs keywords = { ARRAY_SIZE(names), 0, names, values, NULL };

	mrb_get_args(mrb, "S:", &given->path, &keywords);
	*name = values[0];
	given->arguments = values[1];
	given->parameters = values[2];
}

static noinline void check_given(mrb_state *mrb, struct given *given, mrb_value name)
{
	bool valid;

	if (!RSTRING_LEN(given->path) || RSTRING_PTR(given->path)[0] != '/')
		mrb_raise(mrb, E_ARGUMENT_ERROR, "the path must be absolute");
	if (mrb_undef_p(given->arguments))
		given->arguments = mrb_ary_new(mrb);
	if (mrb_undef_p(given->parameters))
		given->parameters = mrb_hash_new(mrb);
	if (!mrb_array_p(given->arguments))
		mrb_raise(mrb, E_TYPE_ERROR, "args must be an Array");
	if (!mrb_hash_p(given->parameters))
		mrb_raise(mrb, E_TYPE_ERROR, "parameters must be a Hash");
	if (mrb_undef_p(name) || mrb_nil_p(name)) {
		name = given->path;
		valid = name_after(given->name, name);
	} else {
		mrb_ensure_string_type(mrb, name);
		valid = copy_name(given->name, RSTRING_PTR(name), RSTRING_LEN(name));
	}
	if (!valid)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "no VM can be named after %v", name);
}

static noinline void measure(mrb_state *mrb, struct given *given)
{
	struct texts texts = { 0 };

	check(mrb, &texts, RSTRING_PTR(given->path), RSTRING_LEN(given->path));
	add_arguments(mrb, &texts, given->path, given->arguments);
	given->arguments_size = texts.size;
	texts.size = 0;
	add_parameters(mrb, &texts, given->parameters);
	given->parameters_size = texts.size;
}

/* Raises nothing. NULL: there is no memory. */
static struct kmvm_errand *new_loading(mrb_state *mrb, const struct given *given)
{
	struct kmvm_errand *errand = kmvm_errand_new(kmvm_gfp());
	struct kmvm_request *request;
	struct texts texts = { 0 };

	if (!errand)
		return NULL;
	request = &errand->request;
	strscpy(errand->name, given->name, sizeof(errand->name));
	errand->path_room = RSTRING_LEN(given->path) + 1;
	errand->path = kmvm_budget_alloc(errand->path_room);
	request->args_size = given->arguments_size;
	request->args = kmvm_budget_alloc(given->arguments_size);
	request->parameters_size = given->parameters_size;
	if (given->parameters_size)
		request->parameters = kmvm_budget_alloc(given->parameters_size);
	if (!errand->path || !request->args ||
	    (given->parameters_size && !request->parameters)) {
		kmvm_errand_put(errand);
		return NULL;
	}
	texts.to = errand->path;
	add(&texts, RSTRING_PTR(given->path), RSTRING_LEN(given->path));
	texts = (struct texts) { .to = request->args };
	add_arguments(mrb, &texts, given->path, given->arguments);
	texts = (struct texts) { .to = request->parameters };
	if (texts.to)
		add_parameters(mrb, &texts, given->parameters);
	return errand;
}

/* How loading ended, told by nothing but what Ruby owns. */
struct ending {
	int error;
	enum kmvm_outcome outcome;
	struct identity identity;
	struct RData *text;	/* what the program's run has to say; its data may be NULL */
};

/* Keeps the text where the collector finds it; raises nothing. */
static void keep_text(mrb_state *mrb, struct RData *holder, const char *text)
{
	size_t size = text ? strlen(text) : 0;

	while (size && text[size - 1] == '\n')
		size--;
	if (!size)
		return;
	holder->data = mrb_malloc_simple(mrb, size + 1);
	if (holder->data) {
		memcpy(holder->data, text, size);
		((char *)holder->data)[size] = '\0';
	}
}

/* Starts, waits, and lets go of the errand. */
static void await_loading(mrb_state *mrb, struct kmvm_errand *errand, struct ending *ending)
{
	ending->error = kmvm_errand_load(errand) ?:
		kmvm_vm_await(kmvm_vm_of(mrb), KTIME_MAX, &errand->told, kmvm_errand_is_done,
			      errand) ?: errand->error;
	if (!ending->error) {
		ending->outcome = errand->run->result.outcome;
		identify(errand->loaded, &ending->identity);
		if (ending->outcome != KMVM_DONE)
			keep_text(mrb, ending->text, errand->run->error);
		else if (kmvm_errand_keep(errand))
			ending->outcome = KMVM_INTERRUPTED;
	}
	kmvm_handle_close(&errand->handle);
}

static void raise_no_memory(mrb_state *mrb)
{
	mrb_raise(mrb, kmvm_error_class(mrb, "Linux::LimitError"),
		  "no memory for that within the limits");
}

static void raise_error(mrb_state *mrb, const struct given *given, int error)
{
	if (error == -ENOMEM)
		raise_no_memory(mrb);
	if (error == -EEXIST)
		mrb_raisef(mrb, E_RUNTIME_ERROR, "there is a VM named %s", given->name);
	kmvm_raise_errno(mrb, error, mrb_format(mrb, "load %v", given->path));
}

static void raise_outcome(mrb_state *mrb, const struct given *given, const struct ending *ending)
{
	const char *text = ending->text->data;

	switch (ending->outcome) {
	case KMVM_EXITED:
		mrb_raisef(mrb, E_RUNTIME_ERROR, "%v has called exit, so it does not stay",
			   given->path);
		break;
	case KMVM_INTERRUPTED:
		mrb_raisef(mrb, E_RUNTIME_ERROR, "%v: somebody has stopped it", given->path);
		break;
	case KMVM_REFUSED:
		mrb_raisef(mrb, E_SCRIPT_ERROR, "%v: %s", given->path, text ?: "refused");
		break;
	default:
		mrb_raisef(mrb, E_RUNTIME_ERROR, "%v: %s", given->path, text ?: "it has failed");
	}
}

static noinline mrb_value load_given(mrb_state *mrb, mrb_value class,
				     const struct given *given, mrb_value object)
{
	struct kmvm_errand *errand = new_loading(mrb, given);
	struct ending ending = { 0 };

	if (!errand)
		raise_no_memory(mrb);
	kmvm_errand_open(errand, kmvm_vm_of(mrb));
	kmvm_object_bind(object, &errand->handle);
	ending.text = given->text;
	await_loading(mrb, errand, &ending);

	/* A stop is raised here, but for an ensure block that has grace left. */
	if (ending.error == -EINTR)
		kmvm_guard_steps(mrb);
	if (ending.error == -EINTR)
		mrb_raisef(mrb, E_RUNTIME_ERROR, "%v is not loaded: a stop came", given->path);
	if (ending.error)
		raise_error(mrb, given, ending.error);
	if (ending.outcome != KMVM_DONE)
		raise_outcome(mrb, given, &ending);
	return new_vm(mrb, class, &ending.identity);
}

static mrb_value vm_load(mrb_state *mrb, mrb_value self)
{
	struct given given;
	mrb_value name;

	kmvm_guard_ample(mrb);
	take(mrb, &given, &name);
	check_given(mrb, &given, name);
	given.text = mrb_data_object_alloc(mrb, NULL, NULL, &text_type);
	name = kmvm_object_new(mrb, self, &errand_type, mrb_nil_value());
	measure(mrb, &given);
	return load_given(mrb, self, &given, name);
}

static mrb_value vm_unload(mrb_state *mrb, mrb_value self)
{
	const struct identity *identity = identity_of(mrb, self);
	struct kmvm_vm *vm = kmvm_vm_of(mrb);
	struct kmvm_errand *errand;
	mrb_value object;
	int ret;

	kmvm_guard_ample(mrb);
	object = kmvm_object_new(mrb, mrb_obj_value(mrb_class(mrb, self)), &errand_type,
				 mrb_nil_value());
	errand = kmvm_errand_new(kmvm_gfp());
	if (!errand)
		raise_no_memory(mrb);
	errand->target = find(identity);
	if (!errand->target) {
		kmvm_errand_put(errand);
		return mrb_false_value();
	}
	kmvm_errand_open(errand, vm);
	kmvm_object_bind(object, &errand->handle);
	kmvm_errand_unload(errand);
	ret = kmvm_vm_await(vm, KTIME_MAX, &errand->told, kmvm_errand_is_done, errand) ?:
		errand->error;
	kmvm_handle_close(&errand->handle);

	if (ret == -EINTR)
		kmvm_guard_steps(mrb);
	if (ret == -EINTR)
		mrb_raisef(mrb, E_RUNTIME_ERROR, "%s is being unloaded: a stop came",
			   identity->name);
	if (ret == -EBUSY)
		mrb_raisef(mrb, E_RUNTIME_ERROR,
			   "%s cannot be unloaded: it goes with who made it", identity->name);
	return mrb_bool_value(!ret);
}

KMVM_BINDING(vm,
	"The VMs that there are beside each other, main and those that were loaded. Each has its own heap, thread, handles and log; an object here is a name and a number, so what it names may be gone, and another VM of that name is not it.",
	{ vm_current, "VM.current -> VM",
	  "The VM that asks." },
	{ vm_list, "VM.list -> Array",
	  "All VMs, in the order in which they were loaded." },
	{ vm_find, "VM.find(name) -> VM or nil",
	  "The VM of that name." },
	{ vm_load, "VM.load(path, name: nil, args: [], parameters: {}) -> VM",
	  "Reads a compiled program (kmctl compile) from a file, opens a VM, and runs it there with these ARGV and PARAMETERS, as kmctl load does. It may require what this VM has of libraries. Its name, if none is given, is the file's without .mrb. The path is absolute, as process 1 sees it; the run that asks must be allowed to read the file, which must be a regular one of at most 16 MiB. Waits until the program has come to its end, and runs blocks of timers meanwhile; what it prints goes to its VM's log. If it fails, calls exit or is stopped, or if the run that waits is stopped, its VM is unloaded. Raises ScriptError for what is no program that may run, Linux::LimitError where there is no memory, the Errno of a file that cannot be read, RuntimeError for a name that is taken and with the words of a program that failed." },
	{ vm_name, "VM#name -> String",
	  "Its name." },
	{ vm_equal, "VM#==(other) -> true or false",
	  "Is it the same VM, not only the same name?" },
	{ vm_equal, "VM#eql?(other) -> true or false",
	  "As ==." },
	{ vm_hash, "VM#hash -> Integer",
	  "The number that no other VM ever has." },
	{ vm_inspect, "VM#inspect -> String",
	  "Class and name." },
	{ vm_loaded, "VM#loaded? -> true or false",
	  "Is it still there?" },
	{ vm_stats, "VM#stats -> Hash",
	  "What it does (state: :idle, :running, :loading, :resetting, :unopened), handles alive (handles), runs ended and waiting (runs, waiting), those and blocks that failed (errors), fresh starts (resets), events whose blocks have run (events), nanoseconds that these waited for their blocks to begin, all together and at most (late_ns, late_max_ns), nanoseconds since it was opened and of its thread's processor time (age_ns, cpu_ns), and its memory as in Heap.stats (live, peak, held, cap, allocations, frees). Raises RuntimeError when it is gone." },
	{ vm_unload, "VM#unload -> true or false",
	  "Ends a VM that was loaded: what goes on there is stopped, its handles are closed, its memory is given back. Waits until that has happened; it happens even if the run that waits is stopped. A VM may unload itself: nothing comes after that. False if it was gone already, or somebody else unloads it; RuntimeError for main, which stays as long as the module." });
