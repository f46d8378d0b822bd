// SPDX-License-Identifier: GPL-2.0
/*
 * Running programs: output and its limit, the reason of a failure, a program
 * that is not there, and one that does not end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../elf/file.h"
#include "../tool/command.h"

static char dir[] = "/tmp/sy-command.XXXXXX";
static char out[64], log_path[64];

static struct sy_fault *shell(const char *script, struct sy_command_run run)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	run.argv = argv;
	run.out = out;
	run.log = log_path;
	return sy_command_run(&run);
}

static void expect(const char *script, struct sy_command_run run,
		   const char *line)
{
	struct sy_fault *fault = shell(script, run);

	assert_non_null(fault);
	assert_string_equal(fault->line, line);
	sy_fault_free(fault);
}

static void test_output(void **state)
{
	struct sy_command_run run = { .dir = dir };
	struct sy_file file;

	(void)state;
	setenv("MAKEFLAGS", "-n", 1);
	assert_null(shell("pwd; echo $LC_ALL:$MAKEFLAGS:", run));
	assert_null(sy_file_open(out, &file));
	assert_int_equal(file.size, strlen(dir) + 1 + 4);
	assert_memory_equal(file.bytes + strlen(dir) + 1, "C::\n", 4);
	sy_file_close(&file);
}

static void test_failures(void **state)
{
	const struct sy_command_run run = { 0 };
	struct sy_command_run missing = run;
	const char *const argv[] = { "sy-no-such-program", NULL };
	struct sy_fault *fault;

	(void)state;
	expect("exit 3", run, "sh: exit status 3");
	expect("echo a >&2; echo b: error: c >&2; echo d >&2; exit 1", run,
	       "sh: exit status 1: b: error: c");
	expect("kill -9 $$", run, "sh: killed by signal 9");
	missing.argv = argv;
	fault = sy_command_run(&missing);
	assert_non_null(fault);
	assert_string_equal(fault->line, "sy-no-such-program: cannot be run");
	sy_fault_free(fault);
}

static void test_limits(void **state)
{
	struct sy_command_run run = { .seconds_max = 1 };

	(void)state;
	expect("sleep 60 & wait", run, "sh: not done after 1 seconds");
	run = (struct sy_command_run){ .out_size_max = 4096 };
	expect("exec head -c 5000 /dev/zero", run, "sh: killed by signal 25");
}

/* The last test: nothing but tidying up runs after a signal. */
static void test_interrupted(void **state)
{
	struct sy_command_run run = { .seconds_max = 20 };

	(void)state;
	sy_command_catch_signals();
	expect("kill -INT $PPID; sleep 60 & wait", run,
	       "sh: interrupted by signal 2");
	expect("exit 0", run, "sh: interrupted by signal 2");
	run.cleanup = true;
	assert_null(shell("sleep 0.2", run));
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(out, sizeof(out), "%s/out", dir);
	snprintf(log_path, sizeof(log_path), "%s/log", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(out);
	unlink(log_path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
