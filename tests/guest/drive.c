// SPDX-License-Identifier: GPL-2.0
/*
 * Drives sy_target.ko through /dev/sy_target and prints what it answers as
 * key=value lines. The commands that run until SIGTERM print "ready" first and
 * their counts last; they exit with 1 when a sleep ended as it must not. What a
 * count means for a model is for the test case to decide.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include "sy_target_abi.h"

#define THREADS_MAX 512
#define STACK_BYTES (64 * 1024)

static int target = -1;
static atomic_bool stopping;
static atomic_ulong calls, by_old, by_new, wrong, trouble;
static atomic_uint inside;

struct job {
	unsigned long request;
	unsigned int threads, rounds, pause_us, idle_us, ms;
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "drive: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void count_pair(const struct sy_target_pair *pair)
{
	atomic_fetch_add(&calls, 1);
	atomic_fetch_add(&by_old, pair->by_old);
	atomic_fetch_add(&by_new, pair->by_new);
	atomic_fetch_add(&wrong, pair->wrong);
}

static void *pair_body(void *arg)
{
	const struct job *job = arg;
	struct sy_target_pair pair = { .seed = (uintptr_t)pthread_self() };

	while (!atomic_load(&stopping)) {
		pair.rounds = job->rounds;
		pair.pause_us = job->pause_us;
		if (ioctl(target, job->request, &pair))
			fail("calling the pair");
		count_pair(&pair);
		if (job->idle_us)
			usleep(pair.seed % job->idle_us);
	}
	return NULL;
}

static void note_version(int version)
{
	if (version == 1)
		atomic_fetch_add(&by_old, 1);
	else if (version == 2)
		atomic_fetch_add(&by_new, 1);
	else
		atomic_fetch_add(&trouble, 1);
	if (version < 0)
		fprintf(stderr, "drive: a sleep ended: %s\n", strerror(errno));
}

static void *sleep_body(void *arg)
{
	struct sy_target_pair *generation = arg;

	atomic_fetch_add(&inside, 1);
	note_version(ioctl(target, SY_TARGET_SLEEP, generation->seed));
	atomic_fetch_add(&calls, 1);
	return NULL;
}

static void *dsleep_body(void *arg)
{
	const struct job *job = arg;

	do {
		atomic_fetch_add(&inside, 1);
		note_version(ioctl(target, SY_TARGET_DSLEEP, job->ms));
		atomic_fetch_add(&calls, 1);
		if (job->idle_us)
			usleep(job->idle_us);
	} while (!atomic_load(&stopping));
	return NULL;
}

static sigset_t block_end(void)
{
	sigset_t end;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigaddset(&end, SIGINT);
	sigprocmask(SIG_BLOCK, &end, NULL);
	return end;
}

static void start(pthread_t *threads, unsigned int n, void *(*body)(void *),
		  void *arg)
{
	pthread_attr_t attr;
	unsigned int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (i = 0; i < n; i++) {
		errno = pthread_create(&threads[i], &attr, body, arg);
		if (errno)
			fail("creating a thread");
	}
	pthread_attr_destroy(&attr);
}

/* Run @n threads until a signal, then count. @wakes: they must be woken. */
static int run(unsigned int n, void *(*body)(void *), void *arg, bool sleeps,
	       bool wakes)
{
	static pthread_t threads[THREADS_MAX];
	sigset_t end = block_end();
	unsigned int i;
	int sig;

	if (n > THREADS_MAX) {
		errno = E2BIG;
		fail("starting threads");
	}
	start(threads, n, body, arg);
	while (sleeps && atomic_load(&inside) < n)
		usleep(1000);
	if (sleeps)
		usleep(50000);
	puts("ready");
	while (sigwait(&end, &sig))
		;
	atomic_store(&stopping, true);
	if (wakes && ioctl(target, SY_TARGET_WAKE) < 0)
		fail("waking");
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	printf("calls=%lu old=%lu new=%lu wrong=%lu trouble=%lu\n",
	       atomic_load(&calls), atomic_load(&by_old), atomic_load(&by_new),
	       atomic_load(&wrong), atomic_load(&trouble));
	return atomic_load(&trouble) ? 1 : 0;
}

static unsigned int number(char **argv, int argc, int i, unsigned int otherwise)
{
	return i < argc ? strtoul(argv[i], NULL, 10) : otherwise;
}

static int do_pair(int argc, char **argv)
{
	struct job job = {
		.request = strcmp(argv[0], "crash") ? SY_TARGET_PAIR :
						      SY_TARGET_CRASH,
		.threads = number(argv, argc, 1, 4),
		.rounds = number(argv, argc, 2, 4),
		.pause_us = number(argv, argc, 3, 300),
		.idle_us = number(argv, argc, 4, 3000),
	};

	return run(job.threads, pair_body, &job, false, false);
}

/* What each kind of thread saw: [1] sleeps uninterruptibly between calls. */
static atomic_ulong observed[2][SY_TARGET_OBSERVATIONS];

static void *seen_body(void *arg)
{
	static atomic_uint next;
	const struct job *job = arg;
	unsigned int thread = atomic_fetch_add(&next, 1), i;
	struct sy_target_seen seen = { .seed = thread };

	while (!atomic_load(&stopping)) {
		seen.thread = thread;
		seen.rounds = job->rounds;
		seen.pause_us = job->pause_us;
		seen.uninterruptible = thread % 2;
		if (ioctl(target, SY_TARGET_SEEN, &seen))
			fail("calling the observer");
		atomic_fetch_add(&calls, seen.old + seen.new);
		atomic_fetch_add(&by_old, seen.old);
		atomic_fetch_add(&by_new, seen.new);
		for (i = 0; i < SY_TARGET_OBSERVATIONS; i++)
			atomic_fetch_add(&observed[thread % 2][i],
					 seen.count[i]);
		if (job->idle_us)
			usleep(seen.seed % job->idle_us);
	}
	return NULL;
}

/* M2 by kind of thread: "m2" of those that never sleep uninterruptibly. */
static int do_seen(int argc, char **argv)
{
	static const char *const names[SY_TARGET_OBSERVATIONS] = {
		"m1_other", "m1_same",	"m2",	   "m3_other",
		"m3_same",  "m4_other", "m4_same", "m4_thread"
	};
	struct job job = {
		.threads = number(argv, argc, 1, 4),
		.rounds = number(argv, argc, 2, 4),
		.pause_us = number(argv, argc, 3, 300),
		.idle_us = number(argv, argc, 4, 3000),
	};
	int i, status;

	if (job.threads > SY_TARGET_SEEN_THREADS)
		return 2;
	status = run(job.threads, seen_body, &job, false, false);
	for (i = 0; i < SY_TARGET_OBSERVATIONS; i++)
		printf("%s=%lu ", names[i],
		       atomic_load(&observed[0][i]) +
			       (i == SY_TARGET_M2 ?
					0 :
					atomic_load(&observed[1][i])));
	printf("m2_uninterruptible=%lu old=%lu new=%lu\n",
	       atomic_load(&observed[1][SY_TARGET_M2]), atomic_load(&by_old),
	       atomic_load(&by_new));
	return status;
}

static int do_epoch(int argc, char **argv)
{
	if (ioctl(target, SY_TARGET_EPOCH, number(argv, argc, 1, 0)))
		fail("beginning a transition");
	return 0;
}

static int do_sleep(int argc, char **argv)
{
	struct sy_target_pair generation = { 0 };
	int ended = ioctl(target, SY_TARGET_WAKE);

	if (ended < 0)
		fail("asking the generation");
	generation.seed = ended + 1;
	return run(number(argv, argc, 1, 1), sleep_body, &generation, true,
		   true);
}

static int do_dsleep(int argc, char **argv)
{
	struct job job = {
		.threads = number(argv, argc, 1, 1),
		.ms = number(argv, argc, 2, 1000),
		.idle_us = number(argv, argc, 3, 0),
	};

	return run(job.threads, dsleep_body, &job, true, false);
}

static int do_kthread(int argc, char **argv)
{
	static const char *const kinds[] = { "stop", "live", "spin", "hard",
					     "rude" };
	unsigned long kind;

	for (kind = 0; kind < 5 && argc > 1; kind++)
		if (!strcmp(argv[1], kinds[kind]))
			return ioctl(target, SY_TARGET_KTHREAD, kind) ? 2 : 0;
	return 2;
}

static int do_cost(int argc, char **argv)
{
	struct sy_target_cost cost = {
		.functions = number(argv, argc, 1, 1),
		.calls = number(argv, argc, 2, 1000),
	};
	unsigned long total = (unsigned long)cost.functions * cost.calls;

	if (ioctl(target, SY_TARGET_COST, &cost))
		fail("measuring");
	printf("functions=%u calls=%lu ticks=%llu per_call=%.3f\n",
	       cost.functions, total, (unsigned long long)cost.ticks,
	       (double)cost.ticks / total);
	return 0;
}

static int do_version(int argc, char **argv)
{
	struct sy_target_version v;

	(void)argc;
	(void)argv;
	if (ioctl(target, SY_TARGET_VERSION, &v))
		fail("asking for versions");
	printf("hot=%u hot64_old=%u dup=%u,%u untraced=%u pair=%u sleep=%u many=%u live=%u beats=%u more63_old=%u\n",
	       v.hot, v.hot64, v.dup_a, v.dup_b, v.untraced, v.pair, v.sleep,
	       v.many, 1 + (v.beats >> 31), v.beats & ~(1u << 31), v.more63);
	return 0;
}

static const struct command {
	const char *name, *arguments;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "pair", "[THREADS [ROUNDS [PAUSE_US [IDLE_US]]]]", do_pair },
	{ "crash", "[THREADS [ROUNDS [PAUSE_US [IDLE_US]]]]", do_pair },
	{ "seen", "[THREADS [ROUNDS [PAUSE_US [IDLE_US]]]]", do_seen },
	{ "epoch", "1|2", do_epoch },
	{ "sleep", "[THREADS]", do_sleep },
	{ "dsleep", "[THREADS [MS [IDLE_US]]]", do_dsleep },
	{ "kthread", "stop|live|spin|hard|rude", do_kthread },
	{ "cost", "[1|64 [CALLS]]", do_cost },
	{ "version", "", do_version },
};

#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

int main(int argc, char **argv)
{
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < NCOMMANDS && argc > 1; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		target = open("/dev/" SY_TARGET_DEVICE, O_RDWR | O_CLOEXEC);
		if (target < 0)
			fail("/dev/" SY_TARGET_DEVICE);
		return commands[i].run(argc - 1, argv + 1);
	}
	for (i = 0; i < NCOMMANDS; i++)
		fprintf(stderr, "usage: drive %s %s\n", commands[i].name,
			commands[i].arguments);
	return 2;
}
