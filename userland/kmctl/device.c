// SPDX-License-Identifier: GPL-2.0
/* The way to the module, and its errnos as sentences. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
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

int kmctl_explain(const char *doing, int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO:
		kmctl_say("%s: %s: the module is not loaded; load it with: modprobe kmvm",
			  doing, strerror(error));
		return KMCTL_NODEVICE;
	case EPERM:
	case EACCES:
		kmctl_say("%s: %s: this takes root (CAP_SYS_MODULE) and a kernel that is not locked down",
			  doing, strerror(error));
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
