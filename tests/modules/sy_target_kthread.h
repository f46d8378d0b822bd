/* SPDX-License-Identifier: GPL-2.0 */
/* What the device of sy_target.ko needs of its sleepers and kthreads. */
#ifndef SY_TARGET_KTHREAD_H
#define SY_TARGET_KTHREAD_H

#include <linux/types.h>

int sy_target_kthread(void *kind);
int sy_target_wake(void);
u32 sy_target_beats(void);

#endif
