# SPDX-License-Identifier: GPL-2.0
#
# The judge of images, for whoever builds it on the host: kmctl and the tests.

judge-sources	:= vm/verify.c vm/code.c vm/effects.c vm/flow.c vm/lines.c
