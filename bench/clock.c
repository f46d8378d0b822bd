// SPDX-License-Identifier: GPL-2.0
/*
 * Times what a shell cannot: how long a module takes to load, and how long an
 * upstream livepatch takes from there until it has settled. Prints members of a
 * JSON object, without braces. Times are nanoseconds of CLOCK_MONOTONIC, those
 * from the kernel log microseconds of the log's own clock.
 *
 *   clock load FILE.ko           "load_ns": the call of finit_module()
 *   clock upstream FILE.ko S     the same, and
 *     "whole_ns": from that call until the file "transition" says 0
 *     "enabling_us", "starting_us", "complete_us": when livepatch logged these
 *                                words; 0 when it did not
 *     "polls": how often the file was read
 *
 * Exits with 1 when the livepatch has not settled after S seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>

#define POLL_NS 1000000
#define RECORD_BYTES 8192

struct times {
	unsigned long long load_ns, whole_ns;
	unsigned long long enabling_us, starting_us, complete_us;
	unsigned long polls;
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "clock: %s: %s\n", what, strerror(errno));
	exit(2);
}

static unsigned long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Call finit_module() and nothing else. Return: when the call began. */
static unsigned long long load(const char *path, struct times *times)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned long long began;

	if (fd < 0)
		fail(path);
	began = now_ns();
	if (syscall(SYS_finit_module, fd, "", 0))
		fail(path);
	times->load_ns = now_ns() - began;
	close(fd);
	return began;
}

/* The log from here on: records of earlier transitions are not ours. */
static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		fail("/dev/kmsg");
	return fd;
}

/* A record is "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT". */
static void read_record(const char *record, struct times *times)
{
	unsigned long long us;

	if (!strstr(record, "livepatch: ") ||
	    sscanf(record, "%*u,%*u,%llu,", &us) != 1)
		return;
	if (strstr(record, "enabling patch"))
		times->enabling_us = us;
	else if (strstr(record, "starting patching transition"))
		times->starting_us = us;
	else if (strstr(record, "patching complete"))
		times->complete_us = us;
}

static void read_log(int log, struct times *times)
{
	char record[RECORD_BYTES];
	ssize_t got;

	for (;;) {
		got = read(log, record, sizeof(record) - 1);
		if (got < 0 && errno == EPIPE)
			continue; /* records were lost: the next one is read */
		if (got <= 0)
			return;
		record[got] = '\0';
		read_record(record, times);
	}
}

static int in_transition(int file)
{
	char answer;

	if (pread(file, &answer, 1, 0) != 1)
		fail("reading the transition");
	return answer != '0';
}

/* Return: whether the livepatch at @path has settled within @seconds. */
static int settles(const char *path, unsigned int seconds, struct times *times)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	char name[128], file_name[256];
	unsigned long long began;
	int log = open_log(), file, moving = 1;

	snprintf(name, sizeof(name), "%s", path);
	snprintf(file_name, sizeof(file_name),
		 "/sys/kernel/livepatch/%s/transition",
		 strtok(basename(name), "."));
	began = load(path, times);
	file = open(file_name, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		fail(file_name);
	while (moving && times->whole_ns < seconds * 1000000000ull) {
		moving = in_transition(file);
		times->whole_ns = now_ns() - began;
		times->polls++;
		if (moving)
			nanosleep(&pause, NULL);
	}
	read_log(log, times);
	return !moving;
}

int main(int argc, char **argv)
{
	struct times times = { 0 };
	int settled = 1;

	if (argc == 3 && !strcmp(argv[1], "load")) {
		load(argv[2], &times);
		printf("\"load_ns\": %llu\n", times.load_ns);
		return 0;
	}
	if (argc != 4 || strcmp(argv[1], "upstream")) {
		fputs("usage: clock load FILE.ko\n"
		      "       clock upstream FILE.ko SECONDS\n",
		      stderr);
		return 2;
	}
	settled = settles(argv[2], strtoul(argv[3], NULL, 10), &times);
	printf("\"load_ns\": %llu, \"whole_ns\": %llu, \"polls\": %lu, ",
	       times.load_ns, times.whole_ns, times.polls);
	printf("\"enabling_us\": %llu, \"starting_us\": %llu, ",
	       times.enabling_us, times.starting_us);
	printf("\"complete_us\": %llu\n", times.complete_us);
	return settled ? 0 : 1;
}
