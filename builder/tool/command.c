// SPDX-License-Identifier: GPL-2.0
/*
 * The only place that starts programs. No shell is between: arguments arrive as
 * they are. Standard input and output are files, so nothing can block on us.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

#define SY_EXEC_FAILED 127

static int sy_redirect(const char *path, int flags, int to)
{
	int fd = open(path ? path : "/dev/null", flags, 0666);

	if (fd < 0 || dup2(fd, to) < 0)
		return -1;
	if (fd != to)
		close(fd);
	return 0;
}

/* In the child: only what is allowed between fork and exec. */
static void __attribute__((noreturn))
sy_child(const struct sy_command_run *run, char *const *env)
{
	struct rlimit limit = { run->out_size_max, run->out_size_max };
	const int to_write = O_WRONLY | O_CREAT | O_TRUNC;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sy_redirect(run->in, O_RDONLY, 0) ||
	    sy_redirect(run->out, run->out ? to_write : O_WRONLY, 1) ||
	    sy_redirect(run->log, run->log ? to_write : O_WRONLY, 2) ||
	    (run->dir && chdir(run->dir)) ||
	    (run->out_size_max && setrlimit(RLIMIT_FSIZE, &limit)))
		_exit(SY_EXEC_FAILED);
	execvpe(run->argv[0], (char *const *)run->argv, env);
	_exit(SY_EXEC_FAILED);
}

/* "TMPDIR=" with the folder of the log or the output: what a compiler leaves
 * when it is killed goes with them. NULL: neither is absolute. */
static char *sy_temporary(const struct sy_command_run *run)
{
	const char *beside = run->log ? run->log : run->out;
	char *word;

	if (!beside || beside[0] != '/' ||
	    asprintf(&word, "TMPDIR=%.*s", (int)(strrchr(beside, '/') - beside),
		     beside) < 0)
		return NULL;
	return word;
}

/* The environment with LC_ALL=C first; make's own variables stay outside.
 * @temporary: another word of it, or NULL. */
static char **sy_environment(char *temporary)
{
	static char locale[] = "LC_ALL=C";
	size_t i, n = 0;
	char **env;

	while (environ[n])
		n++;
	env = calloc(n + 3, sizeof(*env));
	if (!env)
		return NULL;
	n = 0;
	env[n++] = locale;
	if (temporary)
		env[n++] = temporary;
	for (i = 0; environ[i]; i++)
		if (strncmp(environ[i], "LC_ALL=", 7) &&
		    (!temporary || strncmp(environ[i], "TMPDIR=", 7)) &&
		    strncmp(environ[i], "MAKE", 4) &&
		    strncmp(environ[i], "MFLAGS=", 7))
			env[n++] = environ[i];
	return env;
}

static void sy_read_reason(const char *log, char *reason, size_t size)
{
	FILE *file = log ? fopen(log, "re") : NULL;
	char *line = NULL;
	size_t room = 0;

	reason[0] = '\0';
	if (!file)
		return;
	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strstr(line, "error") || strstr(line, "Error") ||
		    !reason[0])
			snprintf(reason, size, "%s", line);
		if (strstr(line, "error"))
			break;
	}
	free(line);
	fclose(file);
}

static struct sy_fault *sy_failure(const struct sy_command_run *run, int status)
{
	char reason[256];

	sy_read_reason(run->log, reason, sizeof(reason));
	if (WIFSIGNALED(status))
		return sy_fault_make(SY_FAULT_COMMAND,
				     "%s: killed by signal %d", run->argv[0],
				     WTERMSIG(status));
	if (WEXITSTATUS(status) == SY_EXEC_FAILED && !reason[0])
		return sy_fault_make(SY_FAULT_COMMAND, "%s: cannot be run",
				     run->argv[0]);
	return sy_fault_make(SY_FAULT_COMMAND, "%s: exit status %d%s%s",
			     run->argv[0], WEXITSTATUS(status),
			     reason[0] ? ": " : "", reason);
}

static volatile sig_atomic_t sy_interrupted;

static void sy_on_signal(int number)
{
	sy_interrupted = number;
}

void sy_command_catch_signals(void)
{
	const struct sigaction action = { .sa_handler = sy_on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool sy_command_interrupted(void)
{
	return sy_interrupted;
}

static struct sy_fault *sy_was_interrupted(const struct sy_command_run *run)
{
	return sy_fault_make(SY_FAULT_COMMAND, "%s: interrupted by signal %d",
			     run->argv[0], (int)sy_interrupted);
}

#define SY_SLICE_MS 50 /* in which an interrupt is seen at the latest */

/* Waits until the process is gone, or it is time to kill it: false. */
static bool sy_wait_while(const struct sy_command_run *run, int fd)
{
	int left_ms = (run->seconds_max ? (int)run->seconds_max : 600) * 1000;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	for (; left_ms > 0; left_ms -= SY_SLICE_MS) {
		if (sy_interrupted && !run->cleanup)
			return false;
		if (poll(&poll_fd, 1, SY_SLICE_MS) > 0)
			return true;
	}
	return false;
}

static struct sy_fault *sy_wait_for(const struct sy_command_run *run, pid_t pid)
{
	int status, fd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool killed = false;

	if (fd >= 0) {
		killed = !sy_wait_while(run, fd);
		close(fd);
	}
	if (killed)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return sy_fault_system(run->argv[0]);
	if (killed && sy_interrupted && !run->cleanup)
		return sy_was_interrupted(run);
	if (killed)
		return sy_fault_make(SY_FAULT_COMMAND,
				     "%s: not done after %u seconds",
				     run->argv[0],
				     run->seconds_max ? run->seconds_max : 600);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
				  WEXITSTATUS(status) == run->fine_status))
		return NULL;
	return sy_failure(run, status);
}

struct sy_fault *sy_command_run(const struct sy_command_run *run)
{
	char **env, *temporary;
	pid_t pid;

	if (sy_interrupted && !run->cleanup)
		return sy_was_interrupted(run);
	temporary = sy_temporary(run);
	env = sy_environment(temporary);
	if (!env) {
		free(temporary);
		return sy_fault_no_memory();
	}
	pid = fork();
	if (pid == 0)
		sy_child(run, env);
	free(env);
	free(temporary);
	if (pid < 0)
		return sy_fault_system(run->argv[0]);
	setpgid(pid, pid);
	return sy_wait_for(run, pid);
}

void sy_command_remove(const char *path)
{
	const char *const argv[] = { "rm", "-rf", "--", path, NULL };

	sy_fault_free(sy_command_run(
		&(struct sy_command_run){ .argv = argv, .cleanup = true }));
}
