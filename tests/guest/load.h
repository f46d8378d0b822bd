/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the load: threads that sleep, threads that do not. */
#ifndef LOAD_H
#define LOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum sleeper_kind {
	IN_FUTEX,
	IN_EPOLL,
	IN_NANOSLEEP,
	IN_PIPE,
	IN_WAIT,
	SLEEPER_KINDS
};

extern atomic_bool load_stopping;
extern const char *const sleeper_names[SLEEPER_KINDS];

/* Note something that must not happen; the first few are printed. */
void load_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Nothing can be tested: print why and exit with 2. */
_Noreturn void load_fail(const char *what);
pthread_t load_thread(void *(*body)(void *), void *arg);

/* Kinds are a set of 1 << enum sleeper_kind, taken in turn. */
void sleepers_start(unsigned int count, unsigned int kinds);
void sleepers_settle(void); /* returns when all are asleep */
void sleepers_stop(void);
void sleepers_report(void);

/* Forkers are processes: start them before any thread. */
void forkers_start(unsigned int count);
void busy_start(unsigned int callers, unsigned int spinners);
void busy_stop(void);
void busy_report(void);

#endif
