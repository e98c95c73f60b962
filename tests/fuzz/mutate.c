// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../../vm/verify.h"
#include "mutate.h"
#include "operands.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

static u64 state;

static void sow(u64 seed)
{
	int i;

	state = seed * 0x9e3779b97f4a7c15ull + 0x6b6d766d;
	if (!state)
		state = 1;
	for (i = 0; i < 4; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
	}
}

static u32 any(u32 limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return limit ? (u32)(state >> 20) % limit : 0;
}

/* Once in so many times. */
static bool once_in(u32 times)
{
	return !any(times);
}

/* All ireps, and how deep each lies. */
static struct irep *ireps[IREPS_MAX];
static u8 depths[IREPS_MAX];
static u32 irep_count;

static void collect(struct irep *irep, int depth)
{
	u32 i;

	if (irep_count == IREPS_MAX || depth > 64)
		return;
	depths[irep_count] = depth;
	ireps[irep_count++] = irep;
	for (i = 0; i < irep->children.count; i++)
		collect(irep->children.at[i], depth + 1);
}

/* Where instructions are changed: the irep, its depth, and the instruction nearby. */
struct site {
	struct irep *irep;
	u32 depth;
	u32 at;
};

static struct site any_site(void)
{
	struct site site;
	u32 i = any(irep_count);

	site.irep = ireps[i];
	site.depth = depths[i];
	site.at = any(site.irep->insns.count);
	return site;
}

/* Numbers that lie at an edge: of this count, of operands, of numbers. */
static u32 near(u32 count)
{
	static const u16 odd[] = {
		0, 1, 2, 3, 14, 15, 16, 31, 32, 127, 128, 254, 255, 256, 0x7fff, 0x8000, 0xfffe, 0xffff
	};

	switch (any(6)) {
	case 0:
		return count;
	case 1:
		return count + 1;
	case 2:
	case 3:
		return count ? count - 1 : 0;
	case 4:
		return count + any(8) - 4;
	default:
		return odd[any(COUNT_OF(odd))];
	}
}

static u32 any_register(const struct site *site)
{
	const struct irep *irep = site->irep;

	switch (any(12)) {
	case 0:
		return any(irep->nregs);
	case 1:
		return any(irep->nlocals);
	case 2:
		return irep->nlocals + any(3) - 1;
	case 3:
		return irep->nregs - 1 - any(3);
	case 4:
		return once_in(3) ? near(irep->nregs) : 0;
	}
	/* What is in use around here. */
	if (irep->insns.count) {
		u32 at = site->at + any(5);
		const struct insn *insn;

		at = at < 2 ? 0 : at - 2;
		insn = &irep->insns.at[at < irep->insns.count ? at : irep->insns.count - 1];
		if (!insn->raw && roles_of[insn->code.op].a == REG)
			return insn->code.a + any(3) - any(2);
	}
	return any(irep->nregs);
}

static u32 any_index(u32 count)
{
	return count && any(8) ? any(count) : near(count);
}

static u32 any_spec(u32 old)
{
	u32 spec = old;

	switch (any(4)) {
	case 0:
		return any(3) << 11 | any(2) << 10 | any(3) << 5 | any(2) << 4 | any(4);
	case 1:
		return spec ^ 1 << any(16);
	case 2:
		return (spec & ~15u) | any(16);
	default:
		return any(4) ? spec : any(0x10000);
	}
}

static u32 any_parameters(u32 old)
{
	u32 small = any(4) << 18 | any(3) << 13 | any(2) << 12 | any(3) << 7 | any(3) << 2 |
		any(2) << 1 | any(2);

	switch (any(5)) {
	case 0:
		return small;
	case 1:
	case 2:
		return old ^ 1 << any(24);
	case 3:
		return any(2) ? old ^ small : any(0x1000000);
	default:
		return (old & ~(31u << 18)) | any(32) << 18;
	}
}

static u32 any_operand(const struct site *site, u8 role, u32 old)
{
	const struct irep *irep = site->irep;

	switch (role) {
	case REG:
		return any_register(site);
	case POOL:
		return any_index(irep->pool.count);
	case SYMBOL:
		return any_index(irep->symbols.count);
	case CHILD:
		return any_index(irep->children.count);
	case COUNT:
		return any(4) ? any(6) : near(irep->nregs);
	case CALL:
		switch (any(6)) {
		case 0:
			return 15 << 4 | any(4);
		case 1:
			return any(16) << 4 | any(16);
		case 2:
			return 15;
		default:
			return any(4) | (any(4) ? 0 : any(3) << 4);
		}
	case LEVEL:
		return any(3) ? any(site->depth + 1) : near(site->depth);
	case UPREG:
		return any(3) ? any(12) : near(irep->nlocals);
	case NUMBER:
		return any(3) ? any(8) : any(2) ? any(256) : near(0x10000);
	case SPEC:
		return any_spec(old);
	case PARAMETERS:
		return any_parameters(old);
	}
	return old;
}

static struct place any_place(const struct irep *irep, u32 at)
{
	switch (any(8)) {
	case 0:
		return (struct place) { .at = irep->insns.count };
	case 1:
		return (struct place) { .at = any(2) ? any(irep->insns.count * 3 + 4) : any(0x10000),
					.raw = true };
	case 2:
	case 3:
		return (struct place) { .at = at + any(4) };
	}
	return (struct place) { .at = any(irep->insns.count) };
}

static void change_operand(const struct site *site, struct insn *insn)
{
	struct kmvm_insn *code = &insn->code;
	const struct roles *roles;
	int tries;

	if (insn->raw) {
		code->op = any(256);
		return;
	}
	roles = &roles_of[code->op];
	for (tries = 0; tries < 6; tries++) {
		switch (any(3)) {
		case 0:
			if (roles->a == NONE)
				continue;
			if (roles->a == JUMP)
				insn->target = any_place(site->irep, site->at);
			else if (once_in(6))
				code->a += any(2) ? 1 : -1;
			else
				code->a = any_operand(site, roles->a, code->a);
			if (roles->a == REG || roles->a == SYMBOL || roles->a == POOL)
				code->a &= 0xffff;
			return;
		case 1:
			if (roles->b == NONE)
				continue;
			if (roles->b == JUMP)
				insn->target = any_place(site->irep, site->at);
			else if (once_in(6))
				code->b += any(2) ? 1 : -1;
			else
				code->b = any_operand(site, roles->b, code->b);
			return;
		case 2:
			if (roles->c == NONE)
				continue;
			if (once_in(6))
				code->c += any(2) ? 1 : -1;
			else
				code->c = any_operand(site, roles->c, code->c);
			return;
		}
	}
}

static struct insn any_insn(const struct site *site)
{
	struct insn insn = { };
	const struct roles *roles;

	if (once_in(200)) {
		insn.raw = true;
		insn.code.op = any(256);
		return insn;
	}
	do
		insn.code.op = any(KMVM_OPCODES);
	while (insn.code.op >= OP_EXT1 && insn.code.op <= OP_EXT3);
	roles = &roles_of[insn.code.op];
	insn.code.a = any_operand(site, roles->a, 0) & (roles->a == PARAMETERS ? ~0 : 0xffff);
	insn.code.b = any_operand(site, roles->b, 0);
	insn.code.c = any_operand(site, roles->c, 0);
	if (roles->a == JUMP || roles->b == JUMP)
		insn.target = any_place(site->irep, site->at);
	return insn;
}

/* Another of those that have the same operands, or any. */
static void change_opcode(const struct site *site, struct insn *insn)
{
	u8 old = insn->code.op, op;
	int tries = 64;

	if (insn->raw || once_in(4)) {
		*insn = any_insn(site);
		return;
	}
	do
		op = any(KMVM_OPCODES);
	while (--tries && (op == old || kmvm_operands(op) != kmvm_operands(old) ||
			   (op >= OP_EXT1 && op <= OP_EXT3)));
	if (!tries)
		return;
	insn->code.op = op;
	if (jump_of(op) != NO_JUMP && jump_of(old) == NO_JUMP)
		insn->target = any_place(site->irep, site->at);
}

static void shift_place(struct place *place, u32 at, int delta)
{
	if (!place->raw && place->at > at)
		place->at += delta;
}

/* Moves what points behind a place when instructions come or go there. */
static void shift(struct irep *irep, u32 at, int delta)
{
	u32 i;

	for (i = 0; i < irep->insns.count; i++)
		shift_place(&irep->insns.at[i].target, at, delta);
	for (i = 0; i < irep->handlers.count; i++) {
		shift_place(&irep->handlers.at[i].begin, at, delta);
		shift_place(&irep->handlers.at[i].end, at, delta);
		shift_place(&irep->handlers.at[i].target, at, delta);
	}
}

static void insert_insn(struct irep *irep, u32 at, struct insn insn)
{
	if (at > irep->insns.count || !add(&irep->insns, insn))
		return;
	if (any(8))
		shift(irep, at, 1);
	memmove(irep->insns.at + at + 1, irep->insns.at + at,
		(irep->insns.count - 1 - at) * sizeof(insn));
	irep->insns.at[at] = insn;
}

static void delete_insn(struct irep *irep, u32 at)
{
	if (at >= irep->insns.count || irep->insns.count == 1)
		return;
	irep->insns.count--;
	memmove(irep->insns.at + at, irep->insns.at + at + 1,
		(irep->insns.count - at) * sizeof(irep->insns.at[0]));
	if (any(8))
		shift(irep, at, -1);
}

/* Some instructions in a row, from wherever. */
static void copy_insns(const struct site *to)
{
	struct site from = any_site();
	u32 count = 1 + any(6), i;

	for (i = 0; i < count && from.at + i < from.irep->insns.count; i++) {
		struct insn insn = from.irep->insns.at[from.at + i];

		if (to->irep->insns.count > 4096)
			return;
		insert_insn(to->irep, to->at + i, insn);
		if (to->irep == from.irep && from.at >= to->at)
			from.at++;
	}
}

static void change_code(void)
{
	struct site site = any_site(), other;
	struct insn *insn, spare;
	u32 i;

	if (!site.irep->insns.count)
		return;
	insn = &site.irep->insns.at[site.at];
	switch (any(16)) {
	case 0:
	case 1:
		change_opcode(&site, insn);
		break;
	case 2:
		insert_insn(site.irep, site.at, any_insn(&site));
		break;
	case 3:
		delete_insn(site.irep, site.at);
		break;
	case 4:
		copy_insns(&site);
		break;
	case 5:
		other = site;
		other.at = any(4) ? site.at + 1 : any(site.irep->insns.count);
		if (other.at >= site.irep->insns.count)
			break;
		spare = *insn;
		*insn = other.irep->insns.at[other.at];
		other.irep->insns.at[other.at] = spare;
		break;
	case 6:
		other = any_site();
		if (other.irep->insns.count)
			*insn = other.irep->insns.at[other.at];
		break;
	case 7:
		for (i = 1 + any(8); i; i--)
			delete_insn(site.irep, site.at);
		break;
	case 8:
		insn->code.ext = any(4);
		break;
	case 9:		/* what begins an irep, or ends it */
		site.at = any(2) ? 0 : site.irep->insns.count - 1;
		insn = &site.irep->insns.at[site.at];
		if (any(4))
			change_operand(&site, insn);
		else
			change_opcode(&site, insn);
		break;
	default:
		change_operand(&site, insn);
	}
}

static void change_header(void)
{
	struct irep *irep = any_site().irep;

	switch (any(10)) {
	case 0:
		irep->nregs++;
		break;
	case 1:
	case 2:
		irep->nregs--;
		break;
	case 3:
		irep->nlocals++;
		break;
	case 4:
		irep->nlocals--;
		break;
	case 5:
		irep->nlocals = any(irep->nregs + 2);
		break;
	case 6:
		irep->nregs = irep->nlocals + any(8);
		break;
	case 7:
		irep->nregs = near(irep->nregs);
		break;
	case 8:
		irep->nlocals = near(irep->nlocals);
		break;
	case 9:
		if (any(2))
			irep->size_wrong = any(9) - 4;
		else
			irep->ilen_wrong = any(9) - 4;
		break;
	}
}

static void change_handlers(void)
{
	struct site site = any_site();
	struct irep *irep = site.irep;
	struct handler handler = { }, *one;
	int tries;

	/* Where some are, rather. */
	for (tries = 0; tries < 8 && !irep->handlers.count; tries++)
		irep = any_site().irep;
	if (!irep->handlers.count || once_in(6)) {
		handler.kind = any(2);
		handler.begin.at = any(irep->insns.count);
		handler.end.at = handler.begin.at + any(6);
		handler.target.at = any(3) ? handler.end.at : any(irep->insns.count);
		add(&irep->handlers, handler);
		return;
	}
	one = &irep->handlers.at[any(irep->handlers.count)];
	switch (any(7)) {
	case 0:
		one->kind ^= 1;
		if (once_in(8))
			one->kind = any(256);
		break;
	case 1:
		one->begin = any_place(irep, one->begin.at);
		break;
	case 2:
		one->end = any_place(irep, one->end.at);
		break;
	case 3:
	case 4:
		one->target = any_place(irep, one->target.at);
		break;
	case 5:
		*one = irep->handlers.at[--irep->handlers.count];
		break;
	case 6:
		handler = *one;
		if (any(2))
			handler.kind ^= 1;
		add(&irep->handlers, handler);
		break;
	}
}

static struct bytes copy_bytes(struct bytes from)
{
	struct bytes copy = { arena(from.size + 16), from.size };

	if (!copy.at)
		return from;
	memcpy((u8 *)copy.at, from.at, from.size);
	return copy;
}

static void change_pool(void)
{
	static const u8 numbers[][8] = {
		{ 0 }, { 0, 0, 0, 1 }, { 0x7f, 0xff, 0xff, 0xff }, { 0x80 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	struct irep *irep = any_site().irep, *from = any_site().irep;
	struct pool_entry entry = { }, *one;
	int tries;

	for (tries = 0; tries < 8 && !from->pool.count; tries++)
		from = any_site().irep;
	if (!irep->pool.count)
		irep = from;
	if (!irep->pool.count || once_in(5)) {
		if (from->pool.count && any(3)) {
			entry = from->pool.at[any(from->pool.count)];
		} else {
			entry.kind = any(2) ? KMVM_POOL_INT32 : KMVM_POOL_INT64;
			entry.bytes.at = numbers[any(COUNT_OF(numbers))];
			entry.bytes.size = entry.kind == KMVM_POOL_INT32 ? 4 : 8;
		}
		add(&irep->pool, entry);
		return;
	}
	one = &irep->pool.at[any(irep->pool.count)];
	switch (any(6)) {
	case 0:
		*one = irep->pool.at[any(irep->pool.count)];
		break;
	case 1:
		irep->pool.count--;
		break;
	case 2:		/* another kind, and what fits that */
		one->kind = any(2) ? KMVM_POOL_INT32 : KMVM_POOL_INT64;
		one->bytes.at = numbers[any(COUNT_OF(numbers))];
		one->bytes.size = one->kind == KMVM_POOL_INT32 ? 4 : 8;
		break;
	case 3:
		one->kind = any(9);
		break;
	default:
		if (!one->bytes.size)
			break;
		one->bytes = copy_bytes(one->bytes);
		((u8 *)one->bytes.at)[any(one->bytes.size)] ^= 1 << any(8);
	}
}

static struct bytes symbol_named(const char *name)
{
	u32 length = strlen(name);
	u8 *bytes = arena(length + 3);

	if (!bytes)
		return (struct bytes) { };
	bytes[0] = length >> 8;
	bytes[1] = length;
	memcpy(bytes + 2, name, length + 1);
	return (struct bytes) { bytes, length + 3 };
}

/* Names that lead somewhere: into C that calls Ruby, or changes what is being run. */
static const char *const names[] = {
	"initialize", "method_missing", "respond_to_missing?", "inspect", "to_s", "to_str", "to_a", "to_ary",
	"to_proc", "to_hash", "==", "eql?", "hash", "<=>", "===", "=~", "!", "!=", "call", "()", "[]", "[]=", "+", "-",
	"*", "/", "%", "**", "<<", ">>", "<", "<=", ">", ">=", "&", "|", "^", "~", "each", "map", "inject", "loop",
	"times", "new", "allocate", "class", "singleton_class", "superclass", "inherited", "included", "extended",
	"prepended", "method_added", "const_missing", "define_method", "instance_eval", "instance_exec",
	"class_eval", "class_exec", "module_eval", "send", "__send__", "public_send", "raise", "catch", "throw",
	"block_given?", "lambda", "proc", "curry", "resume", "transfer", "yield", "Fiber", "Proc", "Class", "Module",
	"Object", "BasicObject", "Kernel", "Exception", "StandardError", "StopIteration", "Array", "Hash", "String",
	"Symbol", "Integer", "Range", "Struct", "Set", "Enumerator", "Comparable", "NilClass", "Data", "Method",
	"alias_method", "remove_method", "undef_method", "instance_variable_set", "instance_variable_get",
	"const_set", "const_get", "remove_const", "class_variable_set", "method", "instance_method", "bind", "unbind",
	"bind_call", "owner", "super_method", "arity", "parameters", "source_location", "dup", "clone", "freeze",
	"initialize_copy", "replace", "concat", "push", "pop", "shift", "unshift", "insert", "delete", "delete_at",
	"clear", "sort", "sort!", "sort_by", "flatten", "product", "combination", "permutation", "pack", "unpack",
	"sprintf", "format", "%", "sub", "gsub", "tr", "split", "scan", "index", "slice", "slice!", "upto", "step",
	"ensure", "exception", "message", "backtrace", "full_message", "set_backtrace", "exit", "abort", "at_exit",
	"to_sym", "to_i", "intern", "next", "peek", "rewind", "size", "lazy", "with_index", "each_with_index",
	"ObjectSpace", "each_object", "count_objects", "GC", "start", "include", "extend", "prepend", "attr_accessor",
	"local_variables", "global_variables", "instance_variables", "caller", "__method__", "itself", "tap", "then",
	"nil?", "is_a?", "kind_of?", "instance_of?", "respond_to?", "object_id", "__id__", "equal?", "@a", "@@a", "$a",
	"A", "private", "public", "module_function", "gsub!", "each_pair", "default=", "default_proc=", "compare_by_identity",
	"rehash", "fetch", "key?", "delete_if", "members", "values_at", "dig", "memsize_of", "deconstruct",
};

static void change_symbols(void)
{
	struct irep *irep = any_site().irep, *from = any_site().irep;
	struct bytes symbol, *one;

	symbol = symbol_named(names[any(COUNT_OF(names))]);
	if (from->symbols.count && any(2))
		symbol = from->symbols.at[any(from->symbols.count)];
	if (!irep->symbols.count || once_in(5)) {
		if (symbol.at)
			add(&irep->symbols, symbol);
		return;
	}
	one = &irep->symbols.at[any(irep->symbols.count)];
	switch (any(8)) {
	case 0:
		irep->symbols.count--;
		break;
	case 1:
		*one = copy_bytes(*one);
		((u8 *)one->at)[any(one->size)] ^= 1 << any(8);
		break;
	default:
		if (symbol.at)
			*one = symbol;
	}
}

/* A copy that can be changed while the original stays. */
static struct irep *clone(const struct irep *irep)
{
	struct irep *copy = arena(sizeof(*copy));
	u32 i;

	if (!copy)
		return NULL;
	*copy = *irep;
#define CLONE(list)	\
	do {								\
		copy->list.room = copy->list.count = 0;			\
		for (i = 0; i < irep->list.count; i++)			\
			add(&copy->list, irep->list.at[i]);		\
	} while (0)
	CLONE(insns);
	CLONE(handlers);
	CLONE(pool);
	CLONE(symbols);
	CLONE(children);
	CLONE(lines);
	CLONE(locals);
	return copy;
}

static void change_ireps(void)
{
	struct site site = any_site();
	struct irep *irep = site.irep, *other = any_site().irep, *copy;
	struct irep **one, *spare;
	int tries;

	for (tries = 0; tries < 8 && !irep->children.count; tries++)
		irep = any_site().irep;
	if (!irep->children.count || once_in(4)) {
		copy = clone(other);
		if (copy && once_in(2))
			copy->children.count = 0;
		if (copy)
			add(&irep->children, copy);
		/* Bodies that something begins. */
		if (copy && irep->insns.count && any(2)) {
			struct insn insn = { .code = { .op = OP_BLOCK + any(3) - 1,
						       .a = any_register(&site) & 0xff,
						       .b = irep->children.count - 1 } };

			insert_insn(irep, any(irep->insns.count), insn);
		}
		return;
	}
	one = &irep->children.at[any(irep->children.count)];
	switch (any(6)) {
	case 0:
		irep->children.count--;
		break;
	case 1:
		*one = irep->children.at[any(irep->children.count)];
		break;
	case 2:
		spare = *one;
		*one = irep->children.at[0];
		irep->children.at[0] = spare;
		break;
	case 3:
		copy = clone(other);
		if (copy) {
			copy->children.count = any(2) ? copy->children.count : 0;
			*one = copy;
		}
		break;
	case 4:		/* one level deeper */
		copy = clone(irep);
		if (copy)
			*one = copy;
		break;
	case 5:		/* the code of the one, the tables of the other */
		copy = clone(*one);
		if (!copy)
			break;
		other = clone(other);
		if (other)
			copy->insns = other->insns;
		*one = copy;
		break;
	}
}

static void change_aux(struct program *program)
{
	struct irep *irep = any_site().irep;
	struct lines *lines;

	switch (any(8)) {
	case 0:
		program->has_lines = false;
		break;
	case 1:
		program->has_locals = false;
		break;
	case 2:
		if (irep->locals.count)
			irep->locals.at[any(irep->locals.count)] = near(program->names.count);
		break;
	case 3:
		if (program->names.count)
			program->names.count--;
		break;
	case 4:
		if (program->files.count)
			program->files.at[any(program->files.count)].size /= 2;
		break;
	case 5:
		if (irep->lines.count)
			add(&irep->lines, irep->lines.at[any(irep->lines.count)]);
		break;
	default:
		if (!irep->lines.count)
			break;
		lines = &irep->lines.at[any(irep->lines.count)];
		switch (any(4)) {
		case 0:
			lines->begin = near(irep->insns.count * 2);
			break;
		case 1:
			lines->file = near(program->files.count);
			break;
		case 2:
			lines->kind = any(4);
			break;
		case 3:
			if (!lines->bytes.size)
				break;
			lines->bytes = copy_bytes(lines->bytes);
			((u8 *)lines->bytes.at)[any(lines->bytes.size)] ^= 1 << any(8);
			break;
		}
	}
}

/* Takes an irep of another image. */
static void splice(const struct program *other)
{
	struct irep *irep = any_site().irep, *from = other->top;

	while (from->children.count && any(3))
		from = from->children.at[any(from->children.count)];
	if (irep->children.count && any(2))
		irep->children.at[any(irep->children.count)] = from;
	else
		add(&irep->children, from);
}

static void change(struct program *program)
{
	switch (any(24)) {
	case 0:
	case 1:
		change_header();
		break;
	case 2:
	case 3:
		change_handlers();
		break;
	case 4:
		change_pool();
		break;
	case 5:
	case 6:
		change_symbols();
		break;
	case 7:
	case 8:
		change_ireps();
		break;
	case 9:
		if (once_in(3))
			change_aux(program);
		break;
	default:
		change_code();
	}
}

static size_t damage_bytes(u8 *bytes, size_t size)
{
	u32 i;

	for (i = 1 + any(3); i && size; i--) {
		size_t at = any(size);

		if (any(2))
			bytes[at] = any(256);
		else
			bytes[at] ^= 1 << any(8);
	}
	return size;
}

size_t mutate(u8 *bytes, size_t size, size_t room, const u8 *other, size_t other_size, u64 seed)
{
	static u8 written[IMAGE_MAX];
	struct program program, second = { };
	bool spliced = false;
	size_t made;
	u32 changes;

	sow(seed);
	if (!read_program(&program, bytes, size) || once_in(64))
		return damage_bytes(bytes, size);
	if (other && once_in(8))
		spliced = read_another(&second, other, other_size);
	changes = any(2) ? 1 : any(3) ? 1 + any(4) : 1 + any(12);
	for (; changes; changes--) {
		irep_count = 0;
		collect(program.top, 1);
		change(&program);
		if (spliced && once_in(2))
			splice(&second);
	}
	made = write_program(&program, written, room < sizeof(written) ? room : sizeof(written));
	if (!made)
		return damage_bytes(bytes, size);
	memcpy(bytes, written, made);
	if (once_in(128))
		damage_bytes(bytes, made);
	return made;
}
