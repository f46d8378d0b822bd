// SPDX-License-Identifier: GPL-2.0
/*
 * A load for a kernel that is being patched, which checks itself: threads
 * asleep in four kinds of system call, threads that call the kernel all the
 * time, threads that never do, and processes that fork. Patching must be
 * invisible to all of them. It prints "ready" when everything runs and all
 * sleepers sleep, and ends at SIGTERM, SIGINT or after --seconds: with counts,
 * and with 1 if anything was seen that must not be. EINTR from epoll_wait() is
 * what a nudge does by design of the system call: counted, not an error.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/resource.h>

#include "load.h"

#define STACK_BYTES (64 * 1024)
#define ERRORS_SHOWN 10

atomic_bool load_stopping;
static atomic_ulong errors;

struct options {
	unsigned int sleepers, kinds, spin, syscalls, forks, seconds;
};

void load_error(const char *format, ...)
{
	va_list args;

	if (atomic_fetch_add(&errors, 1) >= ERRORS_SHOWN)
		return;
	va_start(args, format);
	flockfile(stderr);
	fputs("load: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	funlockfile(stderr);
	va_end(args);
}

_Noreturn void load_fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(2);
}

pthread_t load_thread(void *(*body)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	errno = pthread_create(&thread, &attr, body, arg);
	if (errno)
		load_fail("creating a thread");
	pthread_attr_destroy(&attr);
	return thread;
}

static unsigned int parse_kinds(const char *list)
{
	char *copy = strdup(list), *word, *rest = copy;
	unsigned int kinds = 0, kind;

	while ((word = strsep(&rest, ","))) {
		for (kind = 0; kind < SLEEPER_KINDS; kind++)
			if (!strcmp(word, sleeper_names[kind]))
				break;
		if (kind == SLEEPER_KINDS) {
			fprintf(stderr, "load: no kind of sleep: %s\n", word);
			exit(2);
		}
		kinds |= 1u << kind;
	}
	free(copy);
	return kinds;
}

static void usage(void)
{
	fputs("usage: load [--sleepers N] [--kinds futex,epoll,nanosleep,pipe,wait]\n"
	      "            [--spin N] [--syscalls N] [--forks N] [--seconds N]\n",
	      stderr);
	exit(2);
}

static struct options parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "sleepers", required_argument, NULL, 'n' },
		{ "kinds", required_argument, NULL, 'k' },
		{ "spin", required_argument, NULL, 'p' },
		{ "syscalls", required_argument, NULL, 'c' },
		{ "forks", required_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 }
	};
	struct options o = { .kinds = (1u << IN_WAIT) - 1 };
	int name;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (name) {
		case 'n':
			o.sleepers = strtoul(optarg, NULL, 10);
			break;
		case 'k':
			o.kinds = parse_kinds(optarg);
			break;
		case 'p':
			o.spin = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			o.syscalls = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			o.forks = strtoul(optarg, NULL, 10);
			break;
		case 's':
			o.seconds = strtoul(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	}
	if (optind != argc)
		usage();
	return o;
}

/* One pipe a sleeper. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static sigset_t block_end(void)
{
	sigset_t end;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigaddset(&end, SIGINT);
	sigaddset(&end, SIGALRM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	return end;
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	sigset_t end = block_end();
	int sig;

	setvbuf(stdout, NULL, _IOLBF, 0);
	raise_file_limit();
	forkers_start(o.forks);
	sleepers_start(o.sleepers, o.kinds);
	sleepers_settle();
	busy_start(o.syscalls, o.spin);
	alarm(o.seconds);
	puts("ready");
	while (sigwait(&end, &sig))
		;
	atomic_store(&load_stopping, true);
	busy_stop();
	sleepers_stop();
	sleepers_report();
	busy_report();
	printf("load: errors=%lu\n", atomic_load(&errors));
	return atomic_load(&errors) ? 1 : 0;
}
