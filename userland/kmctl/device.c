// SPDX-License-Identifier: GPL-2.0
/* The way to the module, and its errnos as sentences. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "device.h"
#include "say.h"

int kmctl_ioctl(int fd, unsigned long request, void *argument)
{
	int ret;

	do
		ret = ioctl(fd, request, argument);
	while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

/* Does the file hold the text? */
static bool holds(const char *path, const char *text)
{
	char *line = NULL;
	size_t room = 0;
	bool found = false;
	FILE *file = fopen(path, "re");

	while (file && !found && getline(&line, &room, file) >= 0)
		found = strstr(line, text);
	free(line);
	if (file)
		fclose(file);
	return found;
}

static bool is_locked_down(void)
{
	static const char file[] = "/sys/kernel/security/lockdown";

	return holds(file, "[integrity]") || holds(file, "[confidentiality]");
}

/* Why there is no device, and what to type next. */
static void explain_missing(const char *doing, const char *error)
{
	char modules[sizeof("/lib/modules//modules.dep") + sizeof(((struct utsname *)0)->release)];
	char headers[sizeof("/lib/modules//build/Makefile") + sizeof(((struct utsname *)0)->release)];
	struct utsname system;

	uname(&system);
	snprintf(modules, sizeof(modules), "/lib/modules/%s/modules.dep", system.release);
	snprintf(headers, sizeof(headers), "/lib/modules/%s/build/Makefile", system.release);
	if (is_locked_down())
		kmctl_say("%s: %s: the module is not loaded, and this kernel is locked down, as by Secure Boot: it takes none that is not signed; turn that off in the firmware, then: modprobe kmvm",
			  doing, error);
	else if (holds(modules, "/kmvm.ko") || access(modules, R_OK))
		kmctl_say("%s: %s: the module is not loaded; load it with: modprobe kmvm", doing, error);
	else if (access(headers, R_OK))
		kmctl_say("%s: %s: the module is not installed for this kernel, whose headers are missing; apt-get install linux-headers-%s, and in kmvm's source: make && make install && modprobe kmvm",
			  doing, error, system.release);
	else
		kmctl_say("%s: %s: the module is not installed for this kernel; in kmvm's source: make && make install && modprobe kmvm",
			  doing, error);
}

int kmctl_explain(const char *doing, int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO:
		explain_missing(doing, strerror(error));
		return KMCTL_NODEVICE;
	case EPERM:
	case EACCES:
		if (is_locked_down())
			kmctl_say("%s: %s: this kernel is locked down, and lets nobody run Ruby in it; /sys/kernel/security/lockdown says how far",
				  doing, strerror(error));
		else
			kmctl_say("%s: %s: this takes root (CAP_SYS_MODULE): sudo kmctl", doing, strerror(error));
		return KMCTL_NOPERM;
	case ENODEV:
		kmctl_say("%s: %s: the VM is gone or cannot be opened; the kernel log says why",
			  doing, strerror(error));
		return KMCTL_NODEVICE;
	case ENOTTY:
	case EINVAL:
	case EOPNOTSUPP:
		kmctl_say("%s: %s: module and kmctl are of different versions; install both from one release",
			  doing, strerror(error));
		return KMCTL_NODEVICE;
	case E2BIG:
		kmctl_say("%s: an image may have %u bytes, its arguments %u", doing,
			  KMVM_IMAGE_MAX, KMVM_ARGS_MAX);
		return KMCTL_DATA;
	default:
		kmctl_say("%s: %s", doing, strerror(error));
		return KMCTL_SYSTEM;
	}
}

/* A shell that wrote to the device before the module was loaded has made a plain file. */
static int refuse_plain_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || S_ISCHR(st.st_mode))
		return 0;
	kmctl_say("%s is not a device, somebody has made a file of that name: remove it, then modprobe kmvm",
		  KMCTL_DEVICE);
	return KMCTL_NODEVICE;
}

int kmctl_open_device(int *fd, struct kmvm_version *version)
{
	struct kmvm_version answer = { .size = sizeof(answer) };
	int ret;

	*fd = open(KMCTL_DEVICE, O_RDWR | O_CLOEXEC);
	if (*fd < 0)
		return kmctl_explain(KMCTL_DEVICE, errno);
	ret = refuse_plain_file(*fd);
	if (ret)
		goto err_close;

	ret = kmctl_ioctl(*fd, KMVM_IOC_VERSION, &answer);
	if (ret) {
		ret = kmctl_explain(KMCTL_DEVICE, -ret);
		goto err_close;
	}
	if (answer.abi != KMVM_ABI) {
		kmctl_say("the module speaks version %u of the device, this kmctl version %u: install both from one release",
			  answer.abi, KMVM_ABI);
		ret = KMCTL_NODEVICE;
		goto err_close;
	}
	if (version)
		*version = answer;
	return KMCTL_OK;

err_close:
	close(*fd);
	*fd = -1;
	return ret;
}
