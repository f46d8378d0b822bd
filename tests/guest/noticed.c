// SPDX-License-Identifier: GPL-2.0
/*
 * What programs notice: threads asleep in twelve kinds of system calls, once
 * without a time-out and, where there is one, once with. Prints "ready" when
 * all are asleep. On SIGTERM each endless sleeper is released by what it waits
 * for; the timed ones end by their time. One line a sleeper:
 *
 *   KIND endless|timed noticed=N late_ms=N
 *
 * noticed counts EINTR that nobody's signal explains, late_ms is how long after
 * its time a timed wait ended (0 where it was cut short). Anything else that a
 * sleeper gets is an error, told on a line of its own; exit 1 then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>
#include <linux/io_uring.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

struct sleeper;

/*
 * prepare: what the sleep needs. sleep: one system call; 0 when it ended by
 * what it waits for, -1 with errno: ETIMEDOUT when its time was up. release:
 * what it waits for.
 */
struct kind {
	const char *name;
	bool timed; /* has a time-out */
	void (*prepare)(struct sleeper *s);
	int (*sleep)(struct sleeper *s, const struct timespec *time);
	void (*release)(struct sleeper *s);
};

struct sleeper {
	const struct kind *kind;
	bool timed;
	pthread_t thread;
	atomic_int tid;
	int fd[2], ring, sem;
	uint32_t word;
	pid_t child;
	unsigned int noticed;
	long late_ms;
};

static atomic_bool releasing, wrong;
static struct timespec timed_wait = { .tv_sec = 3 };

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "noticed: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void prepare_pipe(struct sleeper *s)
{
	if (pipe2(s->fd, O_CLOEXEC))
		fail("pipe");
}

static void release_pipe(struct sleeper *s)
{
	if (write(s->fd[1], "x", 1) != 1)
		fail("pipe write");
}

static long to_ms(const struct timespec *time)
{
	return time ? time->tv_sec * 1000 + time->tv_nsec / 1000000 : -1;
}

/* A count of ready descriptors: none means that the time was up. */
static int ready_or_time(int ready)
{
	if (ready)
		return ready > 0 ? 0 : -1;
	errno = ETIMEDOUT;
	return -1;
}

static int sleep_futex(struct sleeper *s, const struct timespec *time)
{
	return syscall(SYS_futex, &s->word, FUTEX_WAIT_PRIVATE, 0, time, NULL,
		       0);
}

static void release_futex(struct sleeper *s)
{
	__atomic_store_n(&s->word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &s->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static int sleep_epoll(struct sleeper *s, const struct timespec *time)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = epoll_create1(EPOLL_CLOEXEC), ret, err;

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, s->fd[0], &event))
		fail("epoll");
	ret = ready_or_time(epoll_wait(fd, &event, 1, to_ms(time)));
	err = errno;
	close(fd);
	errno = err;
	return ret;
}

static int sleep_poll(struct sleeper *s, const struct timespec *time)
{
	struct pollfd fd = { .fd = s->fd[0], .events = POLLIN };

	return ready_or_time(poll(&fd, 1, to_ms(time)));
}

static int sleep_select(struct sleeper *s, const struct timespec *time)
{
	struct timeval val = { .tv_sec = time ? time->tv_sec : 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(s->fd[0], &set);
	return ready_or_time(
		select(s->fd[0] + 1, &set, NULL, NULL, time ? &val : NULL));
}

static int sleep_nanosleep(struct sleeper *s, const struct timespec *time)
{
	struct timespec hour = { .tv_sec = 3600 };

	(void)s;
	if (!nanosleep(time ? time : &hour, NULL)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return atomic_load(&releasing) && errno == EINTR ? 0 : -1;
}

static void release_nanosleep(struct sleeper *s)
{
	pthread_kill(s->thread, SIGUSR1);
}

static int sleep_pipe(struct sleeper *s, const struct timespec *time)
{
	char byte;

	(void)time;
	return read(s->fd[0], &byte, 1) == 1 ? 0 : -1;
}

static void prepare_wait4(struct sleeper *s)
{
	s->child = fork();
	if (s->child < 0)
		fail("fork");
	if (s->child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static int sleep_wait4(struct sleeper *s, const struct timespec *time)
{
	int status;

	(void)time;
	if (wait4(s->child, &status, 0, NULL) != s->child)
		return -1;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 0;
	errno = ECHILD;
	return -1;
}

static void release_wait4(struct sleeper *s)
{
	kill(s->child, SIGKILL);
}

static void socket_time(int fd, const struct timespec *time)
{
	struct timeval val = { .tv_sec = time ? time->tv_sec : 0 };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &val, sizeof(val)))
		fail("SO_RCVTIMEO");
}

static int socket_end(int ret)
{
	if (ret < 0 && errno == EAGAIN)
		errno = ETIMEDOUT;
	return ret < 0 ? -1 : 0;
}

/* The kernel chooses the name. */
static void prepare_accept(struct sleeper *s)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	s->fd[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd[0] < 0 ||
	    bind(s->fd[0], (void *)&name, sizeof(name.sun_family)) ||
	    listen(s->fd[0], 1))
		fail("listening");
}

static int sleep_accept(struct sleeper *s, const struct timespec *time)
{
	socket_time(s->fd[0], time);
	return socket_end(accept4(s->fd[0], NULL, NULL, SOCK_CLOEXEC));
}

static void release_accept(struct sleeper *s)
{
	struct sockaddr_un name;
	socklen_t len = sizeof(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (getsockname(s->fd[0], (void *)&name, &len) ||
	    connect(fd, (void *)&name, len))
		fail("connect");
}

static void prepare_recv(struct sleeper *s)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s->fd))
		fail("socketpair");
}

static int sleep_recv(struct sleeper *s, const struct timespec *time)
{
	char byte;

	socket_time(s->fd[0], time);
	return socket_end(recv(s->fd[0], &byte, 1, 0));
}

static void prepare_semop(struct sleeper *s)
{
	s->sem = semget(IPC_PRIVATE, 1, 0600);
	if (s->sem < 0)
		fail("semget");
}

static int sleep_semop(struct sleeper *s, const struct timespec *time)
{
	struct sembuf take = { .sem_op = -1 };
	int ret = semtimedop(s->sem, &take, 1, time);

	if (ret && errno == EAGAIN)
		errno = ETIMEDOUT;
	return ret;
}

static void release_semop(struct sleeper *s)
{
	if (semctl(s->sem, 0, SETVAL, 1))
		fail("SETVAL");
}

/* A ring with one poll of a pipe in flight. */
static void prepare_uring(struct sleeper *s)
{
	struct io_uring_params p = { 0 };
	struct io_uring_sqe *sqe;
	char *ring;

	prepare_pipe(s);
	s->ring = syscall(SYS_io_uring_setup, 1, &p);
	if (s->ring < 0)
		fail("io_uring_setup");
	ring = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(uint32_t),
		    PROT_READ | PROT_WRITE, MAP_SHARED, s->ring,
		    IORING_OFF_SQ_RING);
	sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE,
		   MAP_SHARED, s->ring, IORING_OFF_SQES);
	if (ring == MAP_FAILED || sqe == MAP_FAILED)
		fail("mapping a ring");
	sqe->opcode = IORING_OP_POLL_ADD;
	sqe->fd = s->fd[0];
	sqe->poll32_events = POLLIN;
	__atomic_store_n((uint32_t *)(ring + p.sq_off.tail), 1,
			 __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, s->ring, 1, 0, 0, NULL, 0) != 1)
		fail("io_uring_enter");
}

static int sleep_uring(struct sleeper *s, const struct timespec *time)
{
	struct io_uring_getevents_arg arg = { .ts = (uintptr_t)time };
	int ret = syscall(SYS_io_uring_enter, s->ring, 0, 1,
			  IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg,
			  sizeof(arg));

	if (ret < 0 && errno == ETIME)
		errno = ETIMEDOUT;
	return ret < 0 ? -1 : 0;
}

static int sleep_sigtimedwait(struct sleeper *s, const struct timespec *time)
{
	sigset_t set;
	int ret;

	(void)s;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	ret = sigtimedwait(&set, NULL, time);
	if (ret < 0 && errno == EAGAIN)
		errno = ETIMEDOUT;
	return ret < 0 ? -1 : 0;
}

static void release_sigtimedwait(struct sleeper *s)
{
	pthread_kill(s->thread, SIGUSR2);
}

static void prepare_nothing(struct sleeper *s)
{
	(void)s;
}

static const struct kind kinds[] = {
	{ "futex", true, prepare_nothing, sleep_futex, release_futex },
	{ "epoll", true, prepare_pipe, sleep_epoll, release_pipe },
	{ "poll", true, prepare_pipe, sleep_poll, release_pipe },
	{ "select", true, prepare_pipe, sleep_select, release_pipe },
	{ "nanosleep", true, prepare_nothing, sleep_nanosleep,
	  release_nanosleep },
	{ "pipe", false, prepare_pipe, sleep_pipe, release_pipe },
	{ "wait4", false, prepare_wait4, sleep_wait4, release_wait4 },
	{ "accept", true, prepare_accept, sleep_accept, release_accept },
	{ "recv", true, prepare_recv, sleep_recv, release_pipe },
	{ "semop", true, prepare_semop, sleep_semop, release_semop },
	{ "io_uring", true, prepare_uring, sleep_uring, release_pipe },
	{ "sigtimedwait", true, prepare_nothing, sleep_sigtimedwait,
	  release_sigtimedwait },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct sleeper sleepers[2 * KINDS];
static unsigned int nsleepers;

static void not_meant(const struct sleeper *s, const char *what)
{
	printf("wrong: %s %s: %s\n", s->kind->name,
	       s->timed ? "timed" : "endless", what);
	atomic_store(&wrong, true);
}

static void sleep_endless(struct sleeper *s)
{
	while (s->kind->sleep(s, NULL)) {
		if (errno != EINTR) {
			not_meant(s, strerror(errno));
			return;
		}
		s->noticed++;
	}
	if (!atomic_load(&releasing))
		not_meant(s, "it ended, and nothing released it");
}

static void sleep_timed(struct sleeper *s)
{
	struct timespec begin, end;
	int ret, err;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	ret = s->kind->sleep(s, &timed_wait);
	err = errno;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (!ret) {
		not_meant(s, "it ended, and nothing released it");
	} else if (err == EINTR) {
		s->noticed++;
	} else if (err != ETIMEDOUT) {
		not_meant(s, strerror(err));
	} else {
		s->late_ms = to_ms(&end) - to_ms(&begin) - to_ms(&timed_wait);
		if (s->late_ms < 0)
			not_meant(s, "it ended before its time");
	}
}

static void *body(void *arg)
{
	struct sleeper *s = arg;

	atomic_store(&s->tid, (int)syscall(SYS_gettid));
	if (s->timed)
		sleep_timed(s);
	else
		sleep_endless(s);
	return NULL;
}

static void add(const struct kind *kind, bool timed)
{
	struct sleeper *s = &sleepers[nsleepers++];

	s->kind = kind;
	s->timed = timed;
	kind->prepare(s);
	errno = pthread_create(&s->thread, NULL, body, s);
	if (errno)
		fail("creating a thread");
}

static bool asleep(const struct sleeper *s)
{
	char path[64], line[128] = "", *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", s->tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	state = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return state && state[2] == 'S';
}

static void ignore_signal(int sig)
{
	(void)sig;
}

static sigset_t block_signals(void)
{
	struct sigaction wake = { .sa_handler = ignore_signal };
	sigset_t end, blocked;

	sigaction(SIGUSR1, &wake, NULL);
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	blocked = end;
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	return end;
}

static void report(struct sleeper *s)
{
	pthread_join(s->thread, NULL);
	printf("%s %s noticed=%u late_ms=%ld\n", s->kind->name,
	       s->timed ? "timed" : "endless", s->noticed, s->late_ms);
	if (s->sem > 0)
		semctl(s->sem, 0, IPC_RMID);
}

int main(void)
{
	sigset_t end = block_signals();
	unsigned int i;
	int sig;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < KINDS; i++)
		add(&kinds[i], false);
	for (i = 0; i < KINDS; i++)
		if (kinds[i].timed)
			add(&kinds[i], true);
	for (i = 0; i < nsleepers; i++)
		while (!asleep(&sleepers[i]))
			usleep(2000);
	puts("ready");
	while (sigwait(&end, &sig))
		;
	atomic_store(&releasing, true);
	for (i = 0; i < nsleepers; i++)
		if (!sleepers[i].timed)
			sleepers[i].kind->release(&sleepers[i]);
	for (i = 0; i < nsleepers; i++)
		report(&sleepers[i]);
	return atomic_load(&wrong) ? 1 : 0;
}
