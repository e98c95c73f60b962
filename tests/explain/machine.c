// SPDX-License-Identifier: GPL-2.0
/*
 * A machine that is made of files, for kmctl: preloaded, it has paths of /dev, /lib/modules, /sys and
 * /usr looked for in the folder MACHINE.
 *
 *	MACHINE_RELEASE		what uname() says
 *	MACHINE_USER		what geteuid() says
 *	MACHINE_OPEN		errno of opening /dev/kmvm; 0: it is a device
 *	MACHINE_IOCTL		errno of what is asked of it; 0: it tells its version
 *	MACHINE_ABI		which is this one
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <kmvm.h>

#define REAL(name)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int setting(const char *name)
{
	const char *value = getenv(name);

	return value ? atoi(value) : 0;
}

static const char *moved(const char *path)
{
	static const char *const folders[] = { "/dev/kmvm", "/lib/modules/", "/sys/", "/usr/bin/", "/usr/src/" };
	static char at[4096];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (strncmp(path, folders[i], strlen(folders[i])))
			continue;
		snprintf(at, sizeof(at), "%s%s", getenv("MACHINE"), path);
		return at;
	}
	return path;
}

int open(const char *path, int flags, ...)
{
	va_list more;
	int mode;

	va_start(more, flags);
	mode = flags & O_CREAT ? va_arg(more, int) : 0;
	va_end(more);
	if (strcmp(path, "/dev/kmvm") || !getenv("MACHINE_OPEN"))
		return REAL(open)(moved(path), flags, mode);
	errno = setting("MACHINE_OPEN");
	return errno ? -1 : REAL(open)("/dev/null", O_RDWR | O_CLOEXEC);
}

FILE *fopen(const char *path, const char *mode)
{
	return REAL(fopen)(moved(path), mode);
}

int access(const char *path, int mode)
{
	return REAL(access)(moved(path), mode);
}

int uname(struct utsname *system)
{
	int ret = REAL(uname)(system);

	snprintf(system->release, sizeof(system->release), "%s", getenv("MACHINE_RELEASE"));
	return ret;
}

uid_t geteuid(void)
{
	return setting("MACHINE_USER");
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list more;
	struct kmvm_version *version;

	va_start(more, request);
	version = va_arg(more, void *);
	va_end(more);
	if (request != KMVM_IOC_VERSION)
		return REAL(ioctl)(fd, request, version);
	errno = setting("MACHINE_IOCTL");
	version->abi = setting("MACHINE_ABI");
	return errno ? -1 : 0;
}
