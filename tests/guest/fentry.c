// SPDX-License-Identifier: GPL-2.0
/*
 * A BPF program at a function's entry, and what calls that function.
 *
 * fentry count FUNCTION [exit]: attaches a BPF program that counts calls to a function
 * of vmlinux, at its entry or, with "exit", at its return, until SIGTERM. Prints
 * "ready", or one line with the error (exit 1: attaching was refused, 2: anything
 * else), and in the end "calls=N". The program is made by hand, for a guest has
 * no compiler; the function's BTF id is looked up in /sys/kernel/btf/vmlinux.
 * SIGUSR1 prints "calls=N" at once.
 *
 * fentry ask: what getppid() and getpgrp() answer: 1 the old value, 2 the one of
 * p_getppid.ko. fentry watch: calls getppid() until SIGTERM; prints how often,
 * and how often the version that answered changed. fentry cost CALLS: time stamp
 * counter over that many calls of getppid().
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/btf.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static _Noreturn void fail(int status, const char *what)
{
	printf("fentry: %s: %s\n", what, strerror(errno));
	exit(status);
}

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static char *btf_read(size_t *ret)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
	struct stat st;
	char *data;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st))
		fail(2, "/sys/kernel/btf/vmlinux");
	data = malloc(st.st_size);
	for (*ret = 0; data && *ret < (size_t)st.st_size; *ret += n) {
		n = read(fd, data + *ret, st.st_size - *ret);
		if (n <= 0)
			fail(2, "/sys/kernel/btf/vmlinux");
	}
	close(fd);
	return data;
}

/* Bytes behind a type's header. */
static size_t btf_tail(const struct btf_type *t)
{
	unsigned int n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

static uint32_t btf_func(const char *name)
{
	size_t size;
	char *data = btf_read(&size);
	const struct btf_header *h = (const void *)data;
	const char *at = data + h->hdr_len + h->type_off;
	const char *end = at + h->type_len;
	const char *strings = data + h->hdr_len + h->str_off;
	uint32_t id;

	for (id = 1; at < end; id++) {
		const struct btf_type *t = (const void *)at;

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC &&
		    !strcmp(strings + t->name_off, name))
			return id;
		at += sizeof(*t) + btf_tail(t);
	}
	errno = ENOENT;
	fail(2, name);
}

static int map_create(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = 8,
				.max_entries = 1 };

	return bpf(BPF_MAP_CREATE, &attr);
}

static unsigned long long map_value(int map)
{
	unsigned long long value = 0;
	uint32_t key = 0;
	union bpf_attr attr = { .map_fd = map,
				.key = (uintptr_t)&key,
				.value = (uintptr_t)&value };

	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		fail(2, "reading the counter");
	return value;
}

/* r1 = &counter; r2 = 1; *r1 += r2, atomically; r0 = 0; exit */
static int prog_load(int map, uint32_t func, int at_exit)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM,
		  .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE,
		  .imm = map },
		{ .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_2,
		  .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW,
		  .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_2,
		  .imm = BPF_ADD },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static char log[4096];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = at_exit ? BPF_TRACE_FEXIT :
						  BPF_TRACE_FENTRY,
		.attach_btf_id = func,
		.insns = (uintptr_t)insns,
		.insn_cnt = sizeof(insns) / sizeof(insns[0]),
		.license = (uintptr_t) "GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		fprintf(stderr, "%s", log);
	return fd;
}

static int do_count(int argc, char **argv)
{
	union bpf_attr attr = { 0 };
	int map, prog, link, sig;
	sigset_t set;

	if (argc < 2)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	map = map_create();
	if (map < 0)
		fail(2, "creating a map");
	prog = prog_load(map, btf_func(argv[1]),
			 argc > 2 && !strcmp(argv[2], "exit"));
	if (prog < 0)
		fail(2, "loading the program");
	attr.raw_tracepoint.prog_fd = prog;
	link = bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
	if (link < 0)
		fail(1, argv[1]);
	printf("ready\n");
	fflush(stdout);
	do {
		if (sigwait(&set, &sig))
			sig = SIGTERM;
		printf("calls=%llu\n", map_value(map));
		fflush(stdout);
	} while (sig != SIGTERM);
	close(link);
	return 0;
}

/* What p_getppid.ko adds to the answers. */
#define NEW_OFFSET 10000000

static int version(long answer)
{
	return answer >= NEW_OFFSET ? 2 : 1;
}

static int do_ask(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("getppid=%d getpgrp=%d\n", version(syscall(SYS_getppid)),
	       version(syscall(SYS_getpgrp)));
	return 0;
}

static volatile sig_atomic_t stopping;

static void on_term(int sig)
{
	(void)sig;
	stopping = 1;
}

static int do_watch(int argc, char **argv)
{
	int now, last = version(syscall(SYS_getppid));
	unsigned long calls = 1, changes = 0;

	(void)argc;
	(void)argv;
	signal(SIGTERM, on_term);
	printf("ready\n");
	fflush(stdout);
	for (; !stopping; calls++, last = now) {
		now = version(syscall(SYS_getppid));
		changes += now != last;
	}
	printf("calls=%lu changes=%lu\n", calls, changes);
	return 0;
}

static unsigned long long ticks(void)
{
	unsigned int low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long long)high << 32 | low;
}

static int do_cost(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, i;
	unsigned long long start = ticks();

	if (!n)
		return 2;
	for (i = 0; i < n; i++)
		syscall(SYS_getppid);
	printf("per_call=%llu\n", (ticks() - start) / n);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "count", do_count },
		{ "ask", do_ask },
		{ "watch", do_watch },
		{ "cost", do_cost },
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 1 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "usage: fentry count FUNCTION [exit] | ask | watch | "
			"cost CALLS\n");
	return 2;
}
