/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What may be asked of /dev/kmvm, and what comes back.
 *
 * One whole conversation, in the order a client has it:
 *
 *	fd = open("/dev/kmvm", O_RDWR | O_CLOEXEC);	a session, attached to "main"
 *	ioctl(fd, KMVM_IOC_VERSION, &version);		do we speak the same language?
 *
 *	run.size = sizeof(run);
 *	run.flags = KMVM_RUN_ASYNC;
 *	run.image = image, run.image_size = ...;	an mruby RITE image (.mrb)
 *	run.args = "hello.rb\0one\0two\0", ...;		$0, then ARGV
 *	ioctl(fd, KMVM_IOC_RUN, &run);			queued; run.id names it
 *
 *	while ((n = read(fd, buf, sizeof(buf))) > 0)	live: struct kmvm_record, bytes,
 *		...;					struct kmvm_record, bytes, ...
 *							0: no run in flight, nothing left
 *	wait.size = sizeof(wait);
 *	wait.id = run.id;
 *	ioctl(fd, KMVM_IOC_WAIT, &wait);		outcome, value, error, figures
 *	close(fd);
 *
 * Without KMVM_RUN_ASYNC, KMVM_IOC_RUN itself waits and fills run.result.
 *
 * write() is the same for people with a shell: it takes images, in pieces of any
 * size, one after the other, and runs each when its last byte has arrived. One
 * newline after an image is forgiven. A program that fails makes write() fail;
 * write() returns the bytes through the last image that ended well and the rest
 * is not run. In a session that was opened write-only, what a program prints goes
 * to the kernel log.
 *
 * errno		what it means
 *
 *	EPERM		no CAP_SYS_MODULE, at open() or at this call; or the kernel is locked down
 *	ENOTTY		no such ioctl
 *	EFAULT		an address that is not the caller's
 *	EINVAL		a size this version does not know, an unknown flag, a reserved field
 *			that is not zero, a name or an argument list that is not terminated,
 *			a read() buffer too small for one record header and one byte
 *	EOPNOTSUPP	a flag or field that is reserved and not served by this version yet
 *	E2BIG		image over KMVM_IMAGE_MAX or arguments over KMVM_ARGS_MAX
 *	ENOEXEC		refused: not an image, an image of another RITE version, damaged, or
 *			with floats; KMVM_IOC_RUN reports it as KMVM_REFUSED instead
 *	EIO		write(): the program raised, or exited with a status other than 0
 *	ECANCELED	write(): the run was stopped; also by a signal to the writer, or because it was
 *			itself stopped or traced
 *	ENOMEM		no memory for the image or within the module's budget, or write(): the
 *			run met a limit of memory
 *	ETIME		write(): the run met its limit of time
 *	EBADMSG		close(): the last image was cut short; what had arrived is dropped
 *	EINTR		a signal came while waiting, or the process was stopped or traced: the run
 *			goes on, KMVM_IOC_WAIT takes it up
 *	EAGAIN		O_NONBLOCK and the answer is not there yet: run still going on,
 *			nothing printed yet, no line in a log that is waited for, or the VM is
 *			busy with another session's run
 *	EBUSY		too many runs of this session are queued or wait to be asked for, or it
 *			has provided as many libraries as it may, or the VM is a thread, which takes
 *			no runs
 *	ENOENT		no run of that id in this session, or no VM of that name
 *	EEXIST		there is a VM of that name already
 *	ENODEV		open(): the module is going away
 *
 * A VM that stays. Its program is a run like any other; until KMVM_IOC_KEEP the VM is the
 * session's, whose last close() unloads it, so nobody who is killed half-way leaves one behind:
 *
 *	ioctl(fd, KMVM_IOC_LOAD, &load);		a VM of its own, empty
 *	strcpy(run.vm, load.vm);
 *	ioctl(fd, KMVM_IOC_RUN, &run);			its program
 *	ioctl(fd, KMVM_IOC_KEEP, &keep);		it has ended well: the VM stays
 *	close(fd);
 *	...
 *	ioctl(fd, KMVM_IOC_UNLOAD, &unload);		some other day
 *
 * A session's runs are its own: no other session sees their output or results.
 * The last close() of a session stops what it still runs.
 */
#ifndef _UAPI_KMVM_H
#define _UAPI_KMVM_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KMVM_ABI		1	/* changes when an old client would misread us */

#define KMVM_NAME_MAX		32	/* bytes of a VM's name, its final NUL included */
#define KMVM_IMAGE_MAX		(16U << 20)	/* bytes of one image */
#define KMVM_ARGS_MAX		(64U << 10)	/* bytes of $0 and ARGV with their NULs */
#define KMVM_LIBRARY_NAME_MAX	64	/* bytes of a library's name, its final NUL included */
#define KMVM_LIBRARIES_MAX	64	/* libraries a session may have provided */
#define KMVM_RUNS_MAX		16	/* runs a session may have queued, running or unasked for */

/* How a run ended. */
enum kmvm_outcome {
	KMVM_PENDING		= 0,	/* it has not ended */
	KMVM_DONE		= 1,	/* it came to its end; value is set */
	KMVM_RAISED		= 2,	/* an exception nobody rescued; error is set */
	KMVM_REFUSED		= 3,	/* the image was not run; error says why */
	KMVM_SPENT		= 4,	/* it met a limit; error names it */
	KMVM_INTERRUPTED	= 5,	/* it was stopped */
	KMVM_EXITED		= 6,	/* it called exit; status is set */
};

/* Which limit ended a run that is KMVM_SPENT. */
enum kmvm_limit {
	KMVM_LIMIT_NONE		= 0,
	KMVM_LIMIT_TIME		= 1,	/* its timeout_ns passed */
	KMVM_LIMIT_STEPS	= 2,	/* its steps_max are done */
	KMVM_LIMIT_HEAP		= 3,	/* its heap_max is used up */
	KMVM_LIMIT_VM_HEAP	= 4,	/* the VM's heap is full */
	KMVM_LIMIT_BUDGET	= 5,	/* the module holds all it may */
	KMVM_LIMIT_MEMORY	= 6,	/* the machine is short of memory */
	KMVM_LIMIT_ABORT	= 7,	/* mruby gave up; the VM has started afresh */
};

/**
 * struct kmvm_version - answer to KMVM_IOC_VERSION
 * @size:	in: sizeof(struct kmvm_version)
 * @abi:	out: KMVM_ABI of the module
 * @module:	out: version of the module, as "0.1.0"
 * @mruby:	out: version of mruby, as "3.3.0"
 * @rite:	out: version of the images it runs, as "0300"
 * @reserved:	must be zero
 */
struct kmvm_version {
	__u32 size;
	__u32 abi;
	char module[16];
	char mruby[16];
	char rite[8];
	__u64 reserved[4];
};

/**
 * struct kmvm_result - what became of a run
 * @outcome:	out: enum kmvm_outcome
 * @status:	out: exit status, as a process would have it: 0 for KMVM_DONE, the status
 *		of KMVM_EXITED (0 to 255), 1 otherwise
 * @time_ns:	out: nanoseconds from its start to its end, time asleep included
 * @cpu_ns:	out: processor time of the VM's thread in it, nanoseconds, as exact as the
 *		scheduler's tick
 * @steps:	out: calls and backward jumps the VM counted, and work inside of long calls
 * @heap_bytes:	out: bytes of the VM's heap in use after the run
 * @heap_peak:	out: most bytes in use while it went on
 * @lost_bytes:	out: bytes printed by this run and dropped because nobody read them
 * @value:	in: address of a buffer for the last value, inspected; or 0
 * @error:	in: address of a buffer for the error text; or 0
 * @value_size:	in: bytes at @value; out: bytes the text has, its NUL included, 0 if none
 * @error_size:	in: bytes at @error; out: bytes the text has, its NUL included, 0 if none
 * @limit:	out: enum kmvm_limit, of a run that is KMVM_SPENT
 * @reserved0:	must be zero
 * @reserved:	must be zero
 *
 * A text longer than its buffer is cut and still ends in a NUL. The error text is the
 * message as Ruby prints it, its backtrace one frame a line.
 */
struct kmvm_result {
	__u32 outcome;
	__s32 status;
	__u64 time_ns;
	__u64 cpu_ns;
	__u64 steps;
	__u64 heap_bytes;
	__u64 heap_peak;
	__u64 lost_bytes;
	__u64 value;
	__u64 error;
	__u32 value_size;
	__u32 error_size;
	__u32 limit;
	__u32 reserved0;
	__u64 reserved[2];
};

#define KMVM_RUN_ASYNC		(1U << 0) /* queue it and return; ask with KMVM_IOC_WAIT */
#define KMVM_RUN_FOLLOW		(1U << 1) /* not over while a timer it started lives; their
					   * blocks print to this session
					   */
#define KMVM_RUN_INSPECT	(1U << 2) /* have the last value inspected: may run Ruby */
#define KMVM_RUN_KEEP_LOCALS	(1U << 3) /* reserved: locals last from run to run */
#define KMVM_RUN_VERIFY		(1U << 4) /* reserved: judge the image, do not run it */

/* The first byte of a parameter's value. */
#define KMVM_PARAMETER_INTEGER	'i'	/* decimal digits follow, behind a '-' perhaps */
#define KMVM_PARAMETER_STRING	's'	/* its bytes follow */
#define KMVM_PARAMETER_BOOLEAN	'b'	/* "true" or "false" follows */

/**
 * struct kmvm_run_args - argument of KMVM_IOC_RUN
 * @size:	in: sizeof(struct kmvm_run_args)
 * @flags:	in: KMVM_RUN_*
 * @id:		out: names the run in this session; set before the wait begins
 * @image:	in: address of the image
 * @image_size:	in: its bytes, KMVM_IMAGE_MAX at most
 * @args:	in: address of the arguments: $0, then ARGV, each ended by a NUL; or 0
 * @args_size:	in: their bytes, KMVM_ARGS_MAX at most
 * @reserved0:	must be zero
 * @vm:		in: name of the VM; empty for "main"
 * @timeout_ns:	nanoseconds it may take from its start to its end, time asleep and while it
 *		is followed included; 0: as the module's parameter timeout_ms says
 * @heap_max:	bytes that the VM's heap in use may grow by while it goes on; 0: any
 * @steps_max:	steps it may take, as kmvm_result counts them; 0: any
 * @parameters:	in: address of what Ruby finds in PARAMETERS: name, value, name, value, each ended by a
 *		NUL, each value behind a KMVM_PARAMETER_*; or 0
 * @parameters_size: in: their bytes, KMVM_ARGS_MAX at most
 * @columns:	in: characters in a line of the terminal where it prints, 65535 at most; 0: it
 *		prints to none
 * @reserved:	must be zero
 * @result:	out: filled unless KMVM_RUN_ASYNC is set or the wait was interrupted
 *
 * A run that meets timeout_ns or steps_max is stopped as KMVM_IOC_STOP does it and ends as
 * KMVM_SPENT. One that needs more memory than a limit leaves gets a NoMemoryError, and ends as
 * KMVM_SPENT if nobody rescues that.
 */
struct kmvm_run_args {
	__u32 size;
	__u32 flags;
	__u64 id;
	__u64 image;
	__u64 image_size;
	__u64 args;
	__u32 args_size;
	__u32 reserved0;
	char vm[KMVM_NAME_MAX];
	__u64 timeout_ns;
	__u64 heap_max;
	__u64 steps_max;
	__u64 parameters;
	__u32 parameters_size;
	__u32 columns;
	__u64 reserved[2];
	struct kmvm_result result;
};

/**
 * struct kmvm_wait_args - argument of KMVM_IOC_WAIT
 * @size:	in: sizeof(struct kmvm_wait_args)
 * @flags:	must be zero
 * @id:		in: the run
 * @reserved:	must be zero
 * @result:	out: what became of it; the run is forgotten once it was told
 */
struct kmvm_wait_args {
	__u32 size;
	__u32 flags;
	__u64 id;
	__u64 reserved[2];
	struct kmvm_result result;
};

#define KMVM_STOP_NOW		(1U << 0) /* do not even enter ensure blocks; and of KMVM_IOC_KILL */

/**
 * struct kmvm_stop_args - argument of KMVM_IOC_STOP
 * @size:	in: sizeof(struct kmvm_stop_args)
 * @flags:	in: KMVM_STOP_*
 * @id:		in: the run; 0 for every run of this session
 * @reserved:	must be zero
 *
 * Returns at once. The first stop leaves ensure blocks a bounded grace, a second one none.
 * A run that has ended already is no error. Stopping a run closes the timers it started.
 */
struct kmvm_stop_args {
	__u32 size;
	__u32 flags;
	__u64 id;
	__u64 reserved[2];
};

/**
 * struct kmvm_kill_args - argument of KMVM_IOC_KILL
 * @size:	in: sizeof(struct kmvm_kill_args)
 * @flags:	in: KMVM_STOP_*
 * @vm:		in: name of the VM; empty for "main"
 * @runs:	out: runs that were told to stop
 * @events:	out: blocks of events whose run has ended that were told to stop, 0 or 1
 * @reserved:	must be zero
 *
 * Stops what goes on in a VM, whoever started it: the run that is executed, those that are
 * followed, the block of an event. Returns at once. Runs that are queued stay queued.
 */
struct kmvm_kill_args {
	__u32 size;
	__u32 flags;
	char vm[KMVM_NAME_MAX];
	__u32 runs;
	__u32 events;
	__u64 reserved[2];
};

/**
 * struct kmvm_reset_args - argument of KMVM_IOC_RESET
 * @size:	in: sizeof(struct kmvm_reset_args)
 * @flags:	must be zero
 * @vm:		in: name of the VM; empty for "main"
 * @reserved:	must be zero
 *
 * Gives a VM a fresh mruby: what goes on there is stopped, its timers are closed, globals,
 * constants, methods and symbols are gone. Runs that are queued stay queued. Waits until that
 * is done; a signal ends the wait with EINTR, but not the reset. EBUSY: it is the VM of a thread.
 * ENOMEM: there was no memory for the fresh one; the next run tries once more.
 */
struct kmvm_reset_args {
	__u32 size;
	__u32 flags;
	char vm[KMVM_NAME_MAX];
	__u64 reserved[2];
};

#define KMVM_INFO_NEXT		(1U << 0) /* of the first VM whose serial is larger */

/* What a VM does. */
enum kmvm_vm_state {
	KMVM_VM_IDLE		= 0,	/* waits for runs and events */
	KMVM_VM_RUNNING		= 1,	/* a run goes on, asleep or not, or the block of an event */
	KMVM_VM_LOADING		= 2,	/* its program has not been kept yet */
	KMVM_VM_RESETTING	= 3,	/* a fresh mruby is being made */
	KMVM_VM_UNOPENED	= 4,	/* there was no memory for a fresh one; the next run tries again */
};

/**
 * struct kmvm_info - argument of KMVM_IOC_INFO
 * @size:	in: sizeof(struct kmvm_info)
 * @flags:	in: KMVM_INFO_*
 * @vm:		in: name of the VM; empty for "main". out: its name
 * @owner_pid:	out: process whose run is going on, as the caller sees pids; 0 if idle
 *		or not visible
 * @owner_comm:	out: its name
 * @runs:	out: runs that ended, of all sessions
 * @errors:	out: those among them that raised, were refused, or met a limit, and event
 *		blocks that raised
 * @waiting:	out: runs queued now
 * @handles:	out: timers, works, threads, notifiers, probes and files alive
 * @age_ns:	out: nanoseconds since the VM was opened
 * @cpu_ns:	out: processor time of its thread
 * @heap_bytes:	out: bytes in use
 * @heap_peak:	out: most bytes ever in use
 * @heap_held:	out: bytes taken from the kernel, whole chunks
 * @heap_max:	out: cap on @heap_held
 * @allocations:	out: blocks ever allocated
 * @frees:	out: blocks ever freed
 * @resets:	out: how often it started afresh, by KMVM_IOC_RESET or because mruby gave up
 * @log_lost:	out: bytes printed to the kernel log and held back by its limit
 * @budget_held: out: bytes all of kmvm holds that count for its budget
 * @budget_max:	out: its budget
 * @floor:	out: bytes that must be available in the machine before more is taken
 * @timeout_ns:	out: time a run may take that does not say itself; 0: any
 * @event_ns:	out: processor time the block of an event may take
 * @handles_max: out: timers, works, threads, notifiers, probes and files that may be alive
 * @available:	out: bytes that are available, as kmvm counts: free pages beyond those the
 *		kernel keeps for itself, and half of what holds the contents of files
 * @serial:	in: where KMVM_INFO_NEXT goes on, 0 for the beginning, and zero without it.
 *		out: number of the VM, which no other one ever has
 * @state:	out: enum kmvm_vm_state
 * @reserved0:	must be zero
 * @parent:	in: must be zero. out: number of the VM whose thread it is; 0 if it is none
 * @events:	out: events whose blocks have run: turns of timers and the like
 * @late_ns:	out: time that events waited for the start of their block, the sum of all
 * @late_max_ns: out: the longest of these
 * @reserved:	must be zero
 *
 * With KMVM_INFO_NEXT it walks over all VMs, in the order in which they were loaded; ENOENT is
 * the end.
 */
struct kmvm_info {
	__u32 size;
	__u32 flags;
	char vm[KMVM_NAME_MAX];
	__s32 owner_pid;
	char owner_comm[16];
	__u32 waiting;
	__u64 runs;
	__u64 errors;
	__u64 handles;
	__u64 age_ns;
	__u64 cpu_ns;
	__u64 heap_bytes;
	__u64 heap_peak;
	__u64 heap_held;
	__u64 heap_max;
	__u64 allocations;
	__u64 frees;
	__u64 resets;
	__u64 log_lost;
	__u64 budget_held;
	__u64 budget_max;
	__u64 floor;
	__u64 timeout_ns;
	__u64 event_ns;
	__u64 handles_max;
	__u64 available;
	__u64 serial;
	__u32 state;
	__u32 reserved0;
	__u64 parent;
	__u64 events;
	__u64 late_ns;
	__u64 late_max_ns;
	__u64 reserved[3];
};

/**
 * struct kmvm_load_args - argument of KMVM_IOC_LOAD
 * @size:	in: sizeof(struct kmvm_load_args)
 * @flags:	must be zero
 * @vm:		in: its name: letters, digits, '_', '-' and '.', the first no '-' and no '.'
 * @heap_max:	in: bytes its heap may hold; 0: as the module's parameter heap_mib says
 * @reserved:	must be zero
 *
 * Opens a VM beside the others. It holds the module until it is unloaded. EEXIST: there is one
 * of that name; EBUSY: this session has one that it has not kept yet; EAGAIN: the kernel starts no
 * thread for it.
 */
struct kmvm_load_args {
	__u32 size;
	__u32 flags;
	char vm[KMVM_NAME_MAX];
	__u64 heap_max;
	__u64 reserved[3];
};

/**
 * struct kmvm_keep_args - argument of KMVM_IOC_KEEP
 * @size:	in: sizeof(struct kmvm_keep_args)
 * @flags:	must be zero
 * @reserved:	must be zero
 *
 * The VM that this session has loaded stays when it closes. ENOENT: there is none, or somebody
 * has unloaded it meanwhile.
 */
struct kmvm_keep_args {
	__u32 size;
	__u32 flags;
	__u64 reserved[2];
};

/**
 * struct kmvm_unload_args - argument of KMVM_IOC_UNLOAD
 * @size:	in: sizeof(struct kmvm_unload_args)
 * @flags:	must be zero
 * @vm:		in: its name
 * @reserved:	must be zero
 *
 * Ends a VM: what goes on there is stopped, its timers are closed, every byte is given back. All
 * that has happened when it returns. EBUSY: "main" stays as long as the module, a
 * thread as long as it runs: KMVM_IOC_KILL ends it.
 */
struct kmvm_unload_args {
	__u32 size;
	__u32 flags;
	char vm[KMVM_NAME_MAX];
	__u64 reserved[2];
};

/**
 * struct kmvm_provide_args - argument of KMVM_IOC_PROVIDE
 * @size:	in: sizeof(struct kmvm_provide_args)
 * @flags:	must be zero
 * @name:	in: the name it is required by: parts as names of VMs are, with '/' between them
 * @image:	in: address of its image
 * @image_size:	in: its bytes, KMVM_IMAGE_MAX at most
 * @error:	in: address of a buffer for why the image is refused; or 0
 * @error_size:	in: bytes at @error; out: bytes the text has, its NUL included, 0 if none
 * @reserved0:	must be zero
 * @reserved:	must be zero
 *
 * What a run of this session is started with may be required there, and by all that runs in
 * that VM later, until it is reset or unloaded: require runs a library at top level, once. Where
 * the VM has a library of the same name but other bytes, this one takes its place when the run
 * begins, and has not run. A second one of a name takes the place of the first in the session.
 * ENOEXEC: the image is refused. EBUSY: the session has KMVM_LIBRARIES_MAX.
 */
struct kmvm_provide_args {
	__u32 size;
	__u32 flags;
	char name[KMVM_LIBRARY_NAME_MAX];
	__u64 image;
	__u64 image_size;
	__u64 error;
	__u32 error_size;
	__u32 reserved0;
	__u64 reserved[2];
};

/**
 * struct kmvm_library_args - argument of KMVM_IOC_LIBRARY
 * @size:	in: sizeof(struct kmvm_library_args)
 * @flags:	must be zero
 * @serial:	in: where to go on, 0 for the beginning; out: number of the library, which no
 *		other one ever has
 * @name:	in: must be zero; out: its name
 * @bytes:	in: must be zero; out: of its image
 * @vms:	in: must be zero; out: VMs that have it
 * @users_size:	in: bytes at @users; out: bytes the text has, its NUL included
 * @users:	in: address of a buffer for the names of these VMs, with ", " between them; or 0
 * @reserved:	must be zero
 *
 * Walks over all libraries that a session, a run or a VM holds, in the order in which they came,
 * two of one name among them if their bytes differ. ENOENT is the end.
 */
struct kmvm_library_args {
	__u32 size;
	__u32 flags;
	__u64 serial;
	char name[KMVM_LIBRARY_NAME_MAX];
	__u64 bytes;
	__u32 vms;
	__u32 users_size;
	__u64 users;
	__u64 reserved[2];
};

enum kmvm_stream {
	KMVM_STDOUT	= 1,
	KMVM_STDERR	= 2,
	KMVM_PRINTK	= 3,	/* in a log alone: Linux.printk, Linux.warn, ... */
};

/**
 * struct kmvm_log_record - head of each line of a VM's log
 * @size:	bytes of the line that follow this head, its end not among them
 * @stream:	enum kmvm_stream
 * @level:	how grave it is, 0 to 7 as in syslog(2): 6 for standard output, 4 for standard error,
 *		3 for an exception that nobody rescued; or as Linux.printk was told
 * @time_ns:	when it was printed: nanoseconds of CLOCK_REALTIME
 * @before:	bytes of text that the VM has printed to its log before this line. More than
 *		those of the lines that were told: what is missing is lost
 */
struct kmvm_log_record {
	__u32 size;
	__u16 stream;
	__u16 level;
	__u64 time_ns;
	__u64 before;
};

#define KMVM_LOG_WAIT		(1U << 0) /* wait until there is a line */

/**
 * struct kmvm_log_args - argument of KMVM_IOC_LOG
 * @size:	in: sizeof(struct kmvm_log_args)
 * @flags:	in: KMVM_LOG_*
 * @vm:		in: name of the VM; empty for "main"
 * @serial:	in: its number, as the last call told it, or 0 for the one that has that name
 *		now; out: its number
 * @position:	in: where the last call ended, or 0 for the oldest line; out: where this one does
 * @buffer:	in: address of a buffer for records
 * @buffer_size: in: its bytes, 512 at least
 * @filled:	in: must be zero; out: bytes in the buffer, whole records
 * @reserved:	must be zero
 *
 * What timers print when no session is attached to them any more, and what is run by a session
 * that is open for writing alone. The newest 64 KiB are kept. ENOENT with KMVM_LOG_WAIT: the VM was
 * unloaded. A line of more than 240 bytes is several.
 */
struct kmvm_log_args {
	__u32 size;
	__u32 flags;
	char vm[KMVM_NAME_MAX];
	__u64 serial;
	__u64 position;
	__u64 buffer;
	__u32 buffer_size;
	__u32 filled;
	__u64 reserved[2];
};

/**
 * struct kmvm_record - head of every piece that read() delivers
 * @size:	bytes that follow this head
 * @stream:	enum kmvm_stream
 * @reserved:	zero
 * @run:	id of the run that printed them
 *
 * read() fills the buffer with whole records while they fit; one that does not fit is
 * delivered as two or more, each with a head of its own.
 */
struct kmvm_record {
	__u32 size;
	__u16 stream;
	__u16 reserved;
	__u64 run;
};

#define KMVM_IOC_MAGIC		0xBD	/* unused in ioctl-number.rst of Linux 6.12 */
#define KMVM_IOC_VERSION	_IOWR(KMVM_IOC_MAGIC, 0x00, struct kmvm_version)
#define KMVM_IOC_RUN		_IOWR(KMVM_IOC_MAGIC, 0x01, struct kmvm_run_args)
#define KMVM_IOC_WAIT		_IOWR(KMVM_IOC_MAGIC, 0x02, struct kmvm_wait_args)
#define KMVM_IOC_STOP		_IOWR(KMVM_IOC_MAGIC, 0x03, struct kmvm_stop_args)
#define KMVM_IOC_INFO		_IOWR(KMVM_IOC_MAGIC, 0x04, struct kmvm_info)
#define KMVM_IOC_KILL		_IOWR(KMVM_IOC_MAGIC, 0x05, struct kmvm_kill_args)
#define KMVM_IOC_RESET		_IOWR(KMVM_IOC_MAGIC, 0x06, struct kmvm_reset_args)
#define KMVM_IOC_LOAD		_IOWR(KMVM_IOC_MAGIC, 0x07, struct kmvm_load_args)
#define KMVM_IOC_KEEP		_IOWR(KMVM_IOC_MAGIC, 0x08, struct kmvm_keep_args)
#define KMVM_IOC_UNLOAD		_IOWR(KMVM_IOC_MAGIC, 0x09, struct kmvm_unload_args)
#define KMVM_IOC_LOG		_IOWR(KMVM_IOC_MAGIC, 0x0a, struct kmvm_log_args)
#define KMVM_IOC_PROVIDE	_IOWR(KMVM_IOC_MAGIC, 0x0b, struct kmvm_provide_args)
#define KMVM_IOC_LIBRARY	_IOWR(KMVM_IOC_MAGIC, 0x0c, struct kmvm_library_args)

#endif /* _UAPI_KMVM_H */
