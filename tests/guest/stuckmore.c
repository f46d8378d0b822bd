// SPDX-License-Identifier: GPL-2.0
/*
 * One task asleep in the kernel where waking it may not make it leave: the
 * client of a FUSE file system whose daemon does not answer ("fuse"), a thread at
 * a page that a userfaultfd's handler does not fill, in user mode ("fault") or in
 * a system call ("fault-call"), a real-time thread that waits for a futex with
 * priority inheritance ("pi"), the init of a pid namespace ("init"), one that ends
 * and waits until somebody outside takes note of the end of the namespace's last
 * process ("init-exit") or until its tracer does ("init-wait"), a member of a
 * frozen cgroup ("frozen"). The task is named stuck-KIND. Prints "ready" when it
 * is there. On SIGTERM it gets what it waits for, and must go on as if nothing had
 * been: exit 0 then, 3 when it does not, 2 when something could not be set up.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/fuse.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "proc.h"

#define PLACE "/tmp/stuckmore"
#define GROUP PLACE "/group"
#define PAGE 4096

static const char *kind;
static char name[16];

static _Noreturn void fail(const char *what)
{
	err(2, "%s: %s", kind, what);
}

static void await_asleep(pid_t tid)
{
	while (proc_state(tid) != 'S')
		usleep(2000);
}

/* The exit status of a child, or -1 when a signal ended it. */
static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid)
		fail("waiting");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static pid_t start_child(int (*body)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, name);
	_exit(body());
}

/* ---- a thread of this process ------------------------------------------- */

static pthread_t thread;
static atomic_int thread_tid;
static bool (*thread_body)(void);

static void *run_thread(void *unused)
{
	(void)unused;
	prctl(PR_SET_NAME, name);
	atomic_store(&thread_tid, (int)syscall(SYS_gettid));
	return (void *)(intptr_t)thread_body();
}

static void start_thread(bool (*body)(void))
{
	thread_body = body;
	errno = pthread_create(&thread, NULL, run_thread, NULL);
	if (errno)
		fail("creating a thread");
	while (!atomic_load(&thread_tid))
		usleep(1000);
}

static int join_thread(void)
{
	void *went_on;

	pthread_join(thread, &went_on);
	return went_on ? 0 : 3;
}

/* ---- fuse ---------------------------------------------------------------- */

#define FUSE_TIME 4711

static int fuse_fd;
static uint64_t fuse_unique;
static pid_t client;

static int be_client(void)
{
	struct stat st;

	if (stat(PLACE, &st))
		return 3;
	return st.st_mtime == FUSE_TIME ? 0 : 3;
}

static void fuse_answer(uint64_t unique, const void *body, size_t len)
{
	char message[512];
	const struct fuse_out_header head = { .len = sizeof(head) + len,
					      .unique = unique };

	memcpy(message, &head, sizeof(head));
	memcpy(message + sizeof(head), body, len);
	if (write(fuse_fd, message, head.len) != (ssize_t)head.len)
		fail("answering");
}

/* Reads one request. Return: its opcode, 0 if none is there. */
static uint32_t fuse_take(uint64_t *unique)
{
	static char buf[FUSE_MIN_READ_BUFFER + 65536];
	struct fuse_in_header head;

	if (read(fuse_fd, buf, sizeof(buf)) < (ssize_t)sizeof(head))
		return 0;
	memcpy(&head, buf, sizeof(head));
	*unique = head.unique;
	return head.opcode;
}

static void begin_fuse(void)
{
	const struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION,
					    .minor = FUSE_KERNEL_MINOR_VERSION,
					    .max_write = PAGE };
	char options[96];

	fuse_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fuse_fd < 0)
		fail("/dev/fuse");
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse_fd);
	if (mount("stuckmore", PLACE, "fuse", MS_NOSUID, options))
		fail("mounting");
	if (fuse_take(&fuse_unique) != FUSE_INIT)
		fail("the first request");
	fuse_answer(fuse_unique, &init, sizeof(init));
	client = start_child(be_client);
	if (fuse_take(&fuse_unique) != FUSE_GETATTR)
		fail("the client's request");
	await_asleep(client);
}

static int end_fuse(void)
{
	const struct fuse_attr_out attr = {
		.attr = { .ino = FUSE_ROOT_ID,
			  .mode = S_IFDIR | 0755,
			  .nlink = 2,
			  .mtime = FUSE_TIME },
	};
	unsigned int interrupts = 0;
	uint64_t unique;
	int status;

	fcntl(fuse_fd, F_SETFL, O_NONBLOCK);
	while (fuse_take(&unique) == FUSE_INTERRUPT)
		interrupts++;
	fuse_answer(fuse_unique, &attr, sizeof(attr));
	status = status_of(client);
	printf("interrupts=%u\n", interrupts);
	umount2(PLACE, MNT_DETACH);
	return status;
}

/* ---- userfaultfd --------------------------------------------------------- */

static int fault_fd;
static volatile char *page;
static int fault_pipe[2];

static bool touch_page(void)
{
	return *page == 'x';
}

static bool write_page(void)
{
	char got;

	return write(fault_pipe[1], (const void *)page, 1) == 1 &&
	       read(fault_pipe[0], &got, 1) == 1 && got == 'x';
}

static void begin_fault(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffd_msg message;

	fault_fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (uintptr_t)page;
	range.range.len = PAGE;
	if (fault_fd < 0 || page == MAP_FAILED || pipe(fault_pipe) ||
	    ioctl(fault_fd, UFFDIO_API, &api) ||
	    ioctl(fault_fd, UFFDIO_REGISTER, &range))
		fail("userfaultfd");
	start_thread(strcmp(kind, "fault") ? write_page : touch_page);
	if (read(fault_fd, &message, sizeof(message)) != sizeof(message) ||
	    message.event != UFFD_EVENT_PAGEFAULT)
		fail("the fault");
	await_asleep(thread_tid);
}

static int end_fault(void)
{
	char filled[PAGE] = "x";
	struct uffdio_copy copy = { .dst = (uintptr_t)page,
				    .src = (uintptr_t)filled,
				    .len = PAGE };

	printf("cpu_ms=%ld\n", (long)(clock() * 1000 / CLOCKS_PER_SEC));
	if (ioctl(fault_fd, UFFDIO_COPY, &copy))
		fail("filling the page");
	return join_thread();
}

/* ---- a futex with priority inheritance ----------------------------------- */

static uint32_t lock;

static long lock_call(int op)
{
	return syscall(SYS_futex, &lock, op | FUTEX_PRIVATE_FLAG, 0, NULL, NULL,
		       0);
}

/* In the order of /proc/PID/stat: below 0 is real-time. */
static int own_priority(void)
{
	char line[512] = "", *at;
	FILE *file = fopen("/proc/self/stat", "re");
	int i;

	at = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') :
						       NULL;
	if (file)
		fclose(file);
	for (i = 2; at && i < 18; i++)
		at = strchr(at + 1, ' ');
	return at ? (int)strtol(at, NULL, 10) : 0;
}

static bool wait_for_lock(void)
{
	const struct sched_param param = { .sched_priority = 10 };
	bool mine;

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return false;
	if (lock_call(FUTEX_LOCK_PI))
		return false;
	mine = (__atomic_load_n(&lock, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK) ==
	       (uint32_t)thread_tid;
	return !lock_call(FUTEX_UNLOCK_PI) && mine;
}

static void begin_pi(void)
{
	lock = (uint32_t)syscall(SYS_gettid);
	start_thread(wait_for_lock);
	await_asleep(thread_tid);
	while (own_priority() >= 0)
		usleep(1000);
}

/* The waiter waits again, and lends its priority. */
static int end_pi(void)
{
	int priority = own_priority();

	printf("priority=%d\n", priority);
	if (lock_call(FUTEX_UNLOCK_PI))
		fail("unlocking");
	return join_thread() || priority >= 0 ? 3 : 0;
}

/* ---- the first process of a pid namespace -------------------------------- */

#define INIT_STATUS 7

static int up[2], down[2];
static pid_t first, last;

static int be_init(void)
{
	pid_t child = fork();
	char byte;

	if (!child) {
		prctl(PR_SET_NAME, "stuck-last");
		for (;;)
			pause();
	}
	if (child < 0 || write(up[1], "x", 1) != 1 ||
	    read(down[0], &byte, 1) != 1)
		return 3;
	return INIT_STATUS;
}

static void begin_init(void)
{
	char byte;

	if (pipe(up) || pipe(down) || unshare(CLONE_NEWPID))
		fail("a pid namespace");
	first = start_child(be_init);
	if (read(up[0], &byte, 1) != 1)
		fail("its init");
	await_asleep(first);
}

static int end_init(void)
{
	if (write(down[1], "x", 1) != 1)
		fail("ending init");
	return status_of(first) == INIT_STATUS ? 0 : 3;
}

static int be_last(void)
{
	while (pause())
		;
	return 3;
}

/* Its last process, traced or a child of this one, is dead, but not buried. */
static void begin_init_exit(void)
{
	begin_init();
	last = proc_child(first);
	if (strcmp(kind, "init-exit")) {
		if (last <= 0 || ptrace(PTRACE_SEIZE, last, NULL, NULL))
			fail("tracing its last process");
	} else {
		last = start_child(be_last);
	}
	if (write(down[1], "x", 1) != 1)
		fail("ending init");
	while (proc_state(last) != 'Z')
		usleep(2000);
	await_asleep(first);
}

static int end_init_exit(void)
{
	if (status_of(last) != -1)
		return 3;
	return status_of(first) == INIT_STATUS ? 0 : 3;
}

/* ---- a frozen cgroup ----------------------------------------------------- */

static pid_t member;

static int be_member(void)
{
	char byte;

	return read(down[0], &byte, 1) == 1 ? 0 : 3;
}

static void put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail(path);
	close(fd);
}

static bool is_frozen(void)
{
	char text[128] = "";
	int fd = open(GROUP "/cgroup.events", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		fail("cgroup.events");
	close(fd);
	return strstr(text, "frozen 1");
}

static void begin_frozen(void)
{
	char pid[16];

	if (pipe(down) || mount("none", PLACE, "cgroup2", 0, NULL) ||
	    mkdir(GROUP, 0755))
		fail("a cgroup");
	member = start_child(be_member);
	snprintf(pid, sizeof(pid), "%d", member);
	await_asleep(member);
	put(GROUP "/cgroup.procs", pid);
	put(GROUP "/cgroup.freeze", "1");
	while (!is_frozen())
		usleep(2000);
	await_asleep(member);
}

static int end_frozen(void)
{
	int status;

	if (!is_frozen())
		return 3;
	put(GROUP "/cgroup.freeze", "0");
	if (write(down[1], "x", 1) != 1)
		fail("ending the member");
	status = status_of(member);
	rmdir(GROUP);
	umount2(PLACE, MNT_DETACH);
	return status;
}

static const struct {
	const char *name;
	void (*begin)(void);
	int (*end)(void);
} kinds[] = {
	{ "fuse", begin_fuse, end_fuse },
	{ "fault", begin_fault, end_fault },
	{ "fault-call", begin_fault, end_fault },
	{ "pi", begin_pi, end_pi },
	{ "init", begin_init, end_init },
	{ "init-exit", begin_init_exit, end_init_exit },
	{ "init-wait", begin_init_exit, end_init_exit },
	{ "frozen", begin_frozen, end_frozen },
};

int main(int argc, char **argv)
{
	sigset_t end;
	size_t i;
	int got;

	kind = argc > 1 ? argv[1] : "";
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kind, kinds[i].name))
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0])) {
		fputs("usage: stuckmore fuse|fault|fault-call|pi|init|init-exit|init-wait|frozen\n",
		      stderr);
		return 2;
	}
	snprintf(name, sizeof(name), "stuck-%s", kind);
	mkdir(PLACE, 0755);
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	kinds[i].begin();
	puts("ready");
	fflush(stdout);
	sigwait(&end, &got);
	return kinds[i].end();
}
