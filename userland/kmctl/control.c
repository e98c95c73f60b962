// SPDX-License-Identifier: GPL-2.0
/* What an administrator does to a VM, whoever's program goes on there. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "say.h"

static int copy_name(char *to, const char *vm)
{
	if (strlen(vm) < KMVM_NAME_MAX) {
		strcpy(to, vm);
		return KMCTL_OK;
	}
	kmctl_say("%s: a VM's name has %u bytes at most", vm, KMVM_NAME_MAX - 1);
	return KMCTL_USAGE;
}

static int ask(const char *vm, unsigned long request, void *args)
{
	int fd, ret;

	ret = kmctl_open_device(&fd, NULL);
	if (ret)
		return ret;
	ret = kmctl_ioctl(fd, request, args);
	close(fd);
	if (ret == -ENOENT) {
		kmctl_say("%s: there is no VM of that name", vm);
		return KMCTL_NOINPUT;
	}
	if (ret == -ENOMEM) {
		kmctl_say("%s: no memory to open it again; the next program tries once more", vm);
		return KMCTL_LIMIT;
	}
	return ret ? kmctl_explain(vm, -ret) : KMCTL_OK;
}

int kmctl_kill(const char *vm, bool now)
{
	struct kmvm_kill_args args = {
		.size = sizeof(args),
		.flags = now ? KMVM_STOP_NOW : 0,
	};
	int ret = copy_name(args.vm, vm);

	if (!ret)
		ret = ask(vm, KMVM_IOC_KILL, &args);
	if (!ret && !args.runs && !args.events)
		kmctl_say("%s: nothing runs there", vm);
	return ret;
}

int kmctl_reset(const char *vm)
{
	struct kmvm_reset_args args = { .size = sizeof(args) };
	int ret = copy_name(args.vm, vm);

	return ret ? ret : ask(vm, KMVM_IOC_RESET, &args);
}
