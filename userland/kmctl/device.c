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

#include "../../include/version.h"
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

#define UNLOCK	"if Secure Boot has done that, mokutil --disable-validation and a reboot turn it off"

/* What stands before a command that root has to type. */
static const char *as_root(void)
{
	return geteuid() ? "sudo " : "";
}

/* A path with the release of this kernel in it. */
static bool is_there(const char *format, const char *release)
{
	char path[128 + sizeof(((struct utsname *)0)->release)];

	snprintf(path, sizeof(path), format, release);
	return !access(path, R_OK);
}

static bool is_installed(const char *release)
{
	char path[sizeof("/lib/modules//modules.dep") + sizeof(((struct utsname *)0)->release)];

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	return holds(path, "/kmvm.ko") || access(path, R_OK);
}

/* How to have the headers of this kernel, for the commands behind it. */
static void headers_command(char *text, size_t size, const char *release)
{
	if (is_there("/usr/bin/apt-get", release))
		snprintf(text, size, "%sapt-get install linux-headers-%s && ", as_root(), release);
	else if (is_there("/usr/bin/dnf", release))
		snprintf(text, size, "%sdnf install kernel-devel-%s && ", as_root(), release);
	else
		snprintf(text, size, "install those of %s, then: ", release);
}

/* The module is not there for this kernel. */
static void explain_not_installed(const char *doing, const char *error, const char *release)
{
	char headers[64 + sizeof(((struct utsname *)0)->release)] = "";
	bool dkms = is_there("/usr/src/kmvm-" KMVM_VERSION "/dkms.conf", release);
	bool missing = !is_there("/lib/modules/%s/build/Makefile", release);
	const char *root = as_root();

	if (missing)
		headers_command(headers, sizeof(headers), release);
	kmctl_say("%s: %s: the module is not installed for this kernel%s; %s%s%s%s && %smodprobe kmvm",
		  doing, error, missing ? ", whose headers are missing" : "", headers,
		  dkms ? "" : "in kmvm's source: make && ", root, dkms ? "dkms autoinstall" : "make install",
		  root);
}

/* Why there is no device, and what to type next. */
static void explain_missing(const char *doing, const char *error)
{
	struct utsname system;

	uname(&system);
	if (!access("/sys/module/kmvm", F_OK))
		kmctl_say("%s: %s: the module is loaded, but its device is not here, as in a container; outside of it kmctl finds it, or here: %smknod -m 600 %s c $(tr : ' ' </sys/class/misc/kmvm/dev)",
			  doing, error, as_root(), KMCTL_DEVICE);
	else if (is_locked_down())
		kmctl_say("%s: %s: the module is not loaded, and this kernel is locked down and takes none that is not signed; " UNLOCK "; then: %smodprobe kmvm",
			  doing, error, as_root());
	else if (holds("/sys/module/module/parameters/sig_enforce", "Y"))
		kmctl_say("%s: %s: the module is not loaded, and this kernel takes signed ones only; in kmvm's source, make dkms && %smake dkms-install signs it, mokutil --import /var/lib/dkms/mok.pub and a reboot make the key known; then: %smodprobe kmvm",
			  doing, error, as_root(), as_root());
	else if (is_installed(system.release))
		kmctl_say("%s: %s: the module is not loaded; load it with: %smodprobe kmvm", doing, error,
			  as_root());
	else
		explain_not_installed(doing, error, system.release);
}

static void explain_refused(const char *doing, const char *error)
{
	if (is_locked_down())
		kmctl_say("%s: %s: this kernel is locked down, and lets nobody run Ruby in it; " UNLOCK,
			  doing, error);
	else if (geteuid())
		kmctl_say("%s: %s: this takes root (CAP_SYS_MODULE): sudo kmctl", doing, error);
	else
		kmctl_say("%s: %s: root lacks CAP_SYS_MODULE here, as in a container; run kmctl outside of it",
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
		explain_refused(doing, strerror(error));
		return KMCTL_NOPERM;
	case ENODEV:
		kmctl_say("%s: %s: the VM is gone or cannot be opened; dmesg | tail says why",
			  doing, strerror(error));
		return KMCTL_NODEVICE;
	case ENOTTY:
	case EINVAL:
	case EOPNOTSUPP:
		kmctl_say("%s: %s: module and kmctl are of different versions; make install puts both in place from one source, then: %smodprobe -r kmvm && %smodprobe kmvm",
			  doing, strerror(error), as_root(), as_root());
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
	kmctl_say("%s is not a device, somebody has made a file of that name: %srm %s && %smodprobe kmvm",
		  KMCTL_DEVICE, as_root(), KMCTL_DEVICE, as_root());
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
		kmctl_say("the module speaks version %u of the device, this kmctl version %u: %s; then: %smodprobe -r kmvm && %smodprobe kmvm",
			  answer.abi, KMVM_ABI, answer.abi < KMVM_ABI
			  ? "the module that is loaded is older, make install puts the one of this kmctl in place"
			  : "this kmctl is older, make install in the module's source puts the one of the module in place",
			  as_root(), as_root());
		ret = KMCTL_NODEVICE;
		goto err_close;
	}
	kmctl_tell("%s: kmvm %.*s, mruby %.*s", KMCTL_DEVICE, (int)sizeof(answer.module), answer.module,
		   (int)sizeof(answer.mruby), answer.mruby);
	if (version)
		*version = answer;
	return KMCTL_OK;

err_close:
	close(*fd);
	*fd = -1;
	return ret;
}
