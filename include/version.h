/* SPDX-License-Identifier: GPL-2.0 */
/* The one place that says which version of kmvm this is. */
#ifndef KMVM_VERSION_H
#define KMVM_VERSION_H

#define KMVM_VERSION	"0.1.0"

#endif /* KMVM_VERSION_H */
