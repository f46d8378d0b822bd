// SPDX-License-Identifier: GPL-2.0
/*
 * The trampoline, module/kernel/dispatch.S as it is, in this program: which
 * version a call executes, by which word, what it counts, and that nothing else
 * changes. The tables are filled by hand from the layout in dispatch.h; who
 * fills them in the kernel is not tested here. One thread, but for test_beside.
 *
 * What others do at the same time is done after each of the trampoline's
 * instructions in turn, by the processor's single steps. What is one instruction
 * must be locked besides: test_beside shows it where another CPU is free.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <cmocka.h>

#include "../../module/core/hash.h"
#include "../../module/kernel/dispatch.h"

#define SITES 64
#define SITE_SIZE 64
#define CALL_SIZE 6 /* call *sy_entry(%rip) */
#define NMI 0x00100000u
#define NEW_WORLD (1ull << 63) /* the word inside: the system has switched */

/* Made by dispatch.S. */
extern const struct {
	sy_u64 single, single_slow, multi, multi_slow;
} sy_entries[SY_GATEWAYS];
extern const char sy_count_return[], sy_dispatch_begin[], sy_dispatch_end[];

/* Made by sy_site.S. */
extern char sy_sites[], sy_news[], sy_returned[];
extern sy_u64 sy_skew, sy_back[8];
void sy_call(const void *address);

/* What dispatch.S reads; the node's and the gateway's layout is dispatch.h's. */
struct node {
	struct node *next;
	sy_u64 unused;
	sy_u64 task;
	sy_u64 word;
};

_Static_assert(offsetof(struct node, task) == SY_TASK_TASK, "as in dispatch.h");
_Static_assert(offsetof(struct node, word) == SY_TASK_WORD, "as in dispatch.h");

char sy_gateways[SY_GATEWAYS * SY_GW_SIZE] __attribute__((aligned(SY_GW_SIZE)));
sy_u32 sy_count_gate;
sy_u64 current_task;
sy_u32 __preempt_count;

/* What sy_site.S reads and writes. */
sy_u64 sy_entry, sy_given[13], sy_seen[13], sy_result[2];
sy_u64 sy_returns_to, sy_above;
sy_u32 sy_ran_index, sy_ran_version, sy_stepping;
void (*sy_hook)(void);

static struct node *sy_buckets[8];
static struct node sy_nodes[4];
static sy_u64 sy_inside;

/* The calls of sy_count_down(). */
static sy_u32 sy_downs, sy_down_epoch;
static struct node *sy_down_node;

void sy_count_down(struct node *node, sy_u32 epoch);

void sy_count_down(struct node *node, sy_u32 epoch)
{
	sy_downs++;
	sy_down_node = node;
	sy_down_epoch = epoch;
	/* What a function of C may change. */
	__asm__ volatile("movq $-1, %%rax\n\tmovq %%rax, %%rcx\n\t"
			 "movq %%rax, %%rdx\n\tmovq %%rax, %%rsi\n\t"
			 "movq %%rax, %%rdi\n\tmovq %%rax, %%r8\n\t"
			 "movq %%rax, %%r9\n\tmovq %%rax, %%r10\n\t"
			 "movq %%rax, %%r11"
			 :
			 :
			 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
			   "r11", "cc");
}

static void sy_put(sy_u32 gateway, size_t at, sy_u64 value, size_t size)
{
	memcpy(sy_gateways + gateway * SY_GW_SIZE + at, &value, size);
}

static sy_u32 sy_nmis(sy_u32 gateway)
{
	sy_u32 ret;

	memcpy(&ret, sy_gateways + gateway * SY_GW_SIZE + SY_GW_NMI,
	       sizeof(ret));
	return ret;
}

static sy_u64 sy_site(sy_u32 i)
{
	return (sy_u64)sy_sites + i * SITE_SIZE;
}

static sy_u64 sy_old(sy_u32 i)
{
	return sy_site(i) + CALL_SIZE;
}

static sy_u64 sy_new(sy_u32 i)
{
	return (sy_u64)sy_news + i * SITE_SIZE;
}

#define GW 7u /* the gateway of the function that is called */
#define GATE 9u /* the one whose words decide */

/* Function 3, alone in its patch, in a transition; nobody is in the table. */
static int sy_setup(void **state)
{
	(void)state;
	memset(sy_gateways, 0, sizeof(sy_gateways));
	memset(sy_buckets, 0, sizeof(sy_buckets));
	memset(sy_nodes, 0, sizeof(sy_nodes));
	for (sy_u32 i = 0; i < 13; i++)
		sy_given[i] = 0x0101010101010101ull * (i + 1);
	sy_result[0] = 0xabcdef0123456789ull;
	sy_result[1] = 0x9876543210fedcbaull;
	sy_hook = NULL;
	sy_count_gate = 0;
	sy_downs = 0;
	sy_stepping = 0;
	__preempt_count = 0;
	current_task = 0xffff888000001240ull;
	sy_inside = 1;
	sy_entry = sy_entries[GW].single;
	sy_put(GW, SY_GW_TARGET, sy_entries[GW].single_slow, 8);
	sy_put(GW, SY_GW_PAIR + SY_PAIR_OLD, sy_old(3), 4);
	sy_put(GW, SY_GW_PAIR + SY_PAIR_NEW, sy_new(3), 4);
	sy_put(GW, SY_GW_GATE, (sy_u64)sy_gateways + GATE * SY_GW_SIZE, 8);
	sy_put(GATE, SY_GW_BUCKETS, (sy_u64)sy_buckets, 8);
	sy_put(GATE, SY_GW_BUCKET_MASK, 7, 4);
	return 0;
}

/* Call function @index. Return: the version that ran. */
static sy_u32 sy_run(sy_u32 index)
{
	sy_ran_index = sy_ran_version = ~0u;
	sy_call((const void *)sy_site(index));
	assert_int_equal(sy_ran_index, index);
	assert_memory_equal(sy_seen, sy_given, sizeof(sy_given));
	assert_true(sy_skew == 0);
	assert_true(sy_back[0] == sy_result[0]);
	assert_true(sy_back[1] == sy_result[1]);
	assert_true(sy_back[2] == sy_given[1]);
	assert_true(sy_back[3] == sy_given[6]);
	assert_memory_equal(&sy_back[4], &sy_given[9], 4 * sizeof(sy_u64));
	return sy_ran_version;
}

/* Did the last call count itself? Else it returned to its caller. */
static int sy_counted(void)
{
	if (sy_returns_to == (sy_u64)sy_count_return)
		return 1;
	assert_true(sy_returns_to == (sy_u64)sy_returned);
	return 0;
}

static struct node **sy_bucket_of(sy_u64 task)
{
	return &sy_buckets[task >> SY_TASK_SHIFT & 7];
}

/* @node is `current`'s, and its word is @word. */
static void sy_know(struct node *node, sy_u64 task, sy_u64 word)
{
	struct node **at = sy_bucket_of(task);

	sy_put(GATE, SY_GW_MODE, SY_MODE_TASK, 4);
	node->task = task;
	node->word = word;
	node->next = *at;
	*at = node;
}

static void test_settled(void **state)
{
	(void)state;
	for (sy_u32 i = 0; i < SY_GATEWAYS; i++) {
		sy_entry = sy_entries[i].single;
		sy_put(i, SY_GW_TARGET, sy_old(5), 8);
		assert_int_equal(sy_run(5), 0);
		sy_put(i, SY_GW_TARGET, sy_new(5), 8);
		assert_int_equal(sy_run(5), 1);
		assert_false(sy_counted());
		sy_put(i, SY_GW_TARGET, 0, 8);
	}
}

/* Several functions: @slow of them are pointed at the gate, the others new. */
static void sy_fill_cells(char *cells, sy_u32 gateway, sy_u32 slow)
{
	struct sy_hash h;
	sy_u64 keys[SITES], seed = 1;

	for (sy_u32 i = 0; i < SITES; i++)
		keys[i] = sy_old(i);
	while (!sy_hash_build(&h, keys, SITES, seed << 40))
		seed++;
	memset(cells, 0xff, SY_CELLS_PAIRS);
	memcpy(cells + SY_CELLS_DISPLACE, h.displace, sizeof(h.displace));
	for (sy_u32 i = 0; i < SITES; i++) {
		sy_u32 cell = sy_hash_cell(&h, keys[i]);
		sy_u32 pair[2] = { (sy_u32)sy_old(i), (sy_u32)sy_new(i) };
		sy_u32 target = i < slow ?
					(sy_u32)sy_entries[gateway].multi_slow :
					pair[1];

		memcpy(cells + SY_CELLS_TARGET + 4 * cell, &target, 4);
		cells[SY_CELLS_FUNC + cell] = (char)i;
		memcpy(cells + SY_CELLS_PAIRS + SY_PAIR_SIZE * i + SY_PAIR_OLD,
		       &pair[0], 4);
		memcpy(cells + SY_CELLS_PAIRS + SY_PAIR_SIZE * i + SY_PAIR_NEW,
		       &pair[1], 4);
	}
	sy_put(gateway, SY_GW_CELLS, (sy_u64)cells, 8);
	sy_put(gateway, SY_GW_MULTIPLIER, h.multiplier, 8);
	sy_put(gateway, SY_GW_GATE, (sy_u64)sy_gateways + GATE * SY_GW_SIZE, 8);
	sy_entry = sy_entries[gateway].multi;
}

static char sy_cells[SY_CELLS_PAIRS + SITES * SY_PAIR_SIZE]
	__attribute__((aligned(8)));

static void test_several(void **state)
{
	static const sy_u32 gateways[] = { 0, GW, SY_GATEWAYS - 1 };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		sy_fill_cells(sy_cells, gateways[k], 32);
		for (sy_u32 universe = 0; universe < 2; universe++) {
			sy_put(GATE, SY_GW_UNIVERSE, universe, 4);
			for (sy_u32 i = 0; i < SITES; i++)
				assert_int_equal(sy_run(i),
						 i < 32 ? universe : 1);
		}
	}
}

/* One word for the whole system, and entries from NMI are counted. */
static void test_system(void **state)
{
	(void)state;
	for (sy_u32 universe = 0; universe < 2; universe++) {
		sy_put(GATE, SY_GW_UNIVERSE, universe, 4);
		sy_put(GATE, SY_GW_DEFAULT, !universe, 4);
		assert_int_equal(sy_run(3), universe);
		assert_false(sy_counted());
	}
	assert_int_equal(sy_nmis(GATE), 0);
	for (sy_u32 bit = 0; bit < 4; bit++) {
		__preempt_count = NMI << bit;
		assert_int_equal(sy_run(3), 1);
		assert_int_equal(sy_nmis(GATE), bit + 1);
	}
	__preempt_count = ~0x00f00000u;
	sy_put(GATE, SY_GW_UNIVERSE, 0, 4);
	assert_int_equal(sy_run(3), 0);
	assert_int_equal(sy_nmis(GATE), 4);
	assert_int_equal(sy_nmis(GW), 0);
}

/* Each task by its own word, wherever it is in its bucket. */
static void test_by_task(void **state)
{
	sy_u64 task = current_task;

	(void)state;
	sy_put(GATE, SY_GW_UNIVERSE, 1, 4);
	sy_know(&sy_nodes[0], task + (8 << SY_TASK_SHIFT), SY_W_SIDE);
	sy_know(&sy_nodes[1], task, 0);
	sy_know(&sy_nodes[2], task + (16 << SY_TASK_SHIFT), SY_W_SIDE);
	sy_know(&sy_nodes[3], task + (1 << SY_TASK_SHIFT), SY_W_SIDE);
	assert_int_equal(sy_run(3), 0);
	sy_nodes[1].word = SY_W_SIDE;
	sy_nodes[0].word = sy_nodes[2].word = sy_nodes[3].word = 0;
	assert_int_equal(sy_run(3), 1);
	assert_false(sy_counted());
	current_task = task + (1 << SY_TASK_SHIFT);
	assert_int_equal(sy_run(3), 0);
	current_task = task + (8 << SY_TASK_SHIFT);
	assert_int_equal(sy_run(3), 0);
	/* An epoch and what else it holds do not matter. */
	sy_nodes[0].word = ~0ull & ~(sy_u64)SY_W_LEAVING;
	assert_int_equal(sy_run(3), 1);
	assert_false(sy_counted());
	assert_true(sy_nodes[0].word == (~0ull & ~(sy_u64)SY_W_LEAVING));
}

/* A task that is not in the table is on the default side ... */
static void test_unknown(void **state)
{
	(void)state;
	sy_know(&sy_nodes[0], current_task + (8 << SY_TASK_SHIFT), SY_W_SIDE);
	assert_int_equal(sy_run(3), 0);
	sy_nodes[0].word = 0;
	sy_put(GATE, SY_GW_DEFAULT, 1, 4);
	assert_int_equal(sy_run(3), 1);
	assert_false(sy_counted());
}

/* ... or on the other one, once the system has switched. */
static void test_unknown_switched(void **state)
{
	(void)state;
	sy_know(&sy_nodes[0], current_task + (8 << SY_TASK_SHIFT), 0);
	sy_put(GATE, SY_GW_INSIDE, (sy_u64)&sy_inside, 8);
	for (sy_u32 side = 0; side < 2; side++) {
		sy_put(GATE, SY_GW_DEFAULT, side, 4);
		sy_inside = 0;
		assert_int_equal(sy_run(3), side);
		sy_inside = 5;
		assert_int_equal(sy_run(3), side);
		sy_inside = NEW_WORLD;
		assert_int_equal(sy_run(3), !side);
		assert_false(sy_counted());
		assert_true(sy_inside == NEW_WORLD);
	}
}

#define EPOCH 0x80000001u
#define WORD(bits) ((sy_u64)EPOCH << 32 | (bits))

static sy_u64 sy_word_then, sy_inside_then;

static void sy_look_inside(void)
{
	sy_word_then = sy_nodes[0].word;
	sy_inside_then = sy_inside;
}

/* While the body ran there was one call more in the word. */
static void sy_check_counted(sy_u32 version, sy_u64 word)
{
	sy_nodes[0].word = word;
	sy_downs = 0;
	sy_hook = sy_look_inside;
	sy_count_gate = EPOCH;
	assert_int_equal(sy_run(3), version);
	assert_true(sy_counted());
	assert_true(sy_word_then == word + SY_W_ONE);
	assert_int_equal(sy_downs, 1);
	assert_ptr_equal(sy_down_node, &sy_nodes[0]);
	assert_int_equal(sy_down_epoch, EPOCH);
	/* Another direction now: it counts itself out of nothing. */
	sy_nodes[0].word = word;
	sy_hook = NULL;
	sy_count_gate = EPOCH + 1;
	assert_int_equal(sy_run(3), version);
	assert_true(sy_counted());
	assert_int_equal(sy_downs, 1);
}

/* A call of the side that its task leaves counts itself in, and out. */
static void test_counts(void **state)
{
	(void)state;
	sy_know(&sy_nodes[0], current_task, 0);
	sy_check_counted(0, WORD(SY_W_LEAVING));
	sy_check_counted(1, WORD(SY_W_LEAVING | SY_W_SIDE));
	sy_check_counted(0, WORD(SY_W_LEAVING | SY_W_UNCOUNTED));
	sy_check_counted(1, WORD(SY_W_LEAVING | SY_W_SIDE | 5 * SY_W_ONE));
	/* The mode may have changed since it was asked. */
	sy_put(GATE, SY_GW_UNIVERSE, 1, 4);
	sy_put(GATE, SY_GW_DEFAULT, 1, 4);
	sy_check_counted(0, WORD(SY_W_LEAVING));
}

/* Counted calls within a counted call: each has its own words. */
static int sy_depth;

static void sy_nest(void)
{
	if (++sy_depth < 4)
		sy_call((const void *)sy_site(3));
}

static void test_nested(void **state)
{
	(void)state;
	sy_know(&sy_nodes[0], current_task, WORD(SY_W_LEAVING));
	sy_count_gate = EPOCH;
	sy_hook = sy_nest;
	sy_depth = 0;
	sy_call((const void *)sy_site(3));
	assert_int_equal(sy_depth, 4);
	assert_int_equal(sy_downs, 4);
	assert_true(sy_nodes[0].word == WORD(SY_W_LEAVING + 4 * SY_W_ONE));
	assert_true(sy_skew == 0);
}

/* SWITCH_KERNEL: who comes inside keeps the system from switching. */
static void test_counts_inside(void **state)
{
	static const sy_u64 held[] = { SY_W_UNCOUNTED, SY_W_ONE,
				       SY_W_ONE | SY_W_UNCOUNTED, 1u << 31 };

	(void)state;
	sy_know(&sy_nodes[0], current_task, 0);
	sy_put(GATE, SY_GW_INSIDE, (sy_u64)&sy_inside, 8);
	for (sy_u32 side = 0; side < 2; side++) {
		sy_u64 word = WORD(SY_W_LEAVING | side);

		for (size_t k = 0; k < 4; k++) {
			sy_inside = 1;
			sy_check_counted(side, word | held[k]);
			assert_true(sy_inside_then == 1);
		}
		sy_inside = 0;
		sy_check_counted(side, word);
		assert_true(sy_inside_then == 1);
		sy_inside = 41;
		sy_check_counted(side, word);
		assert_true(sy_inside_then == 42);
	}
}

/* SWITCH_KERNEL: the system has switched, the other side runs uncounted. */
static void test_switched(void **state)
{
	(void)state;
	sy_know(&sy_nodes[0], current_task, 0);
	sy_put(GATE, SY_GW_INSIDE, (sy_u64)&sy_inside, 8);
	sy_count_gate = EPOCH;
	for (sy_u32 side = 0; side < 2; side++) {
		sy_nodes[0].word = WORD(SY_W_LEAVING | side);
		sy_inside = NEW_WORLD;
		assert_int_equal(sy_run(3), !side);
		assert_false(sy_counted());
		assert_true(sy_inside == NEW_WORLD);
		assert_true(sy_nodes[0].word == WORD(SY_W_LEAVING | side));
		/* It has not come out yet: it may go in again. */
		sy_check_counted(side, WORD(SY_W_LEAVING | SY_W_ONE | side));
	}
}

/* On the side that is wanted calls do not count, nor hold the system. */
static void test_wanted_side(void **state)
{
	(void)state;
	sy_know(&sy_nodes[0], current_task, 0);
	sy_put(GATE, SY_GW_INSIDE, (sy_u64)&sy_inside, 8);
	sy_count_gate = EPOCH;
	for (sy_u32 side = 0; side < 2; side++) {
		sy_nodes[0].word = WORD(side);
		assert_int_equal(sy_run(3), side);
		assert_false(sy_counted());
		assert_true(sy_inside == 1);
		assert_true(sy_nodes[0].word == WORD(side));
	}
	assert_int_equal(sy_downs, 0);
}

/* ---- words that somebody else changes, after each instruction ------------- */

static sy_u32 sy_steps, sy_step_at, sy_unlocked;
static void (*sy_change)(void);

/* Is this a cmpxchg or xadd without its lock? */
static int sy_is_unlocked(const unsigned char *code)
{
	int locked = *code == 0xf0;

	code += locked;
	code += (*code & 0xf0) == 0x40;
	return !locked && code[0] == 0x0f &&
	       (code[1] == 0xb1 || code[1] == 0xc1);
}

/* An instruction has been executed. */
static void sy_on_step(int signal, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)signal;
	(void)info;
	if (regs[REG_RIP] == (greg_t)sy_returned)
		regs[REG_EFL] &= ~0x100;
	if (regs[REG_RIP] < (greg_t)sy_dispatch_begin ||
	    regs[REG_RIP] >= (greg_t)sy_dispatch_end)
		return;
	sy_unlocked += sy_is_unlocked((const void *)regs[REG_RIP]);
	if (sy_steps++ == sy_step_at)
		sy_change();
}

/*
 * One call of function 3 with @change before instruction number @at of the
 * trampoline. Return: 0 if it had fewer.
 */
static int sy_run_changed(void (*change)(void), sy_u32 at, sy_u32 *version)
{
	struct sigaction action = { .sa_sigaction = sy_on_step,
				    .sa_flags = SA_SIGINFO };

	assert_int_equal(sigaction(SIGTRAP, &action, NULL), 0);
	sy_change = change;
	sy_step_at = at;
	sy_steps = 0;
	sy_stepping = 1;
	*version = sy_run(3);
	sy_stepping = 0;
	return sy_steps > at;
}

static void sy_change_flag(void)
{
	sy_nodes[0].word ^= SY_W_UNCOUNTED;
}

static void sy_change_inside(void)
{
	sy_inside++;
}

/* No count is lost, whatever else changes at any moment. */
static void test_no_count_is_lost(void **state)
{
	const sy_u64 word = WORD(SY_W_LEAVING | SY_W_ONE);
	sy_u32 at = 0, version;

	(void)state;
	sy_know(&sy_nodes[0], current_task, word);
	for (; sy_run_changed(sy_change_flag, at, &version); at++) {
		assert_true(sy_counted());
		assert_true(sy_nodes[0].word ==
			    (word | SY_W_UNCOUNTED) + SY_W_ONE);
		sy_nodes[0].word = word;
	}
	assert_true(at > 20);
	sy_put(GATE, SY_GW_INSIDE, (sy_u64)&sy_inside, 8);
	sy_nodes[0].word = word;
	for (at = 0; sy_run_changed(sy_change_flag, at, &version); at++) {
		assert_true(sy_counted());
		assert_true(sy_nodes[0].word ==
			    (word | SY_W_UNCOUNTED) + SY_W_ONE);
		assert_true(sy_inside == 1);
		sy_nodes[0].word = word;
	}
	sy_nodes[0].word = word - SY_W_ONE;
	for (at = 0; sy_run_changed(sy_change_inside, at, &version); at++) {
		assert_true(sy_counted());
		assert_true(sy_inside == 3);
		assert_true(sy_nodes[0].word == word);
		sy_nodes[0].word = word - SY_W_ONE;
		sy_inside = 1;
	}
	assert_int_equal(sy_unlocked, 0);
}

/* The task has nobody inside: it switches. */
static void sy_change_side(void)
{
	if (!(sy_nodes[0].word & SY_W_COUNT))
		sy_nodes[0].word = WORD(SY_W_SIDE);
}

static void sy_change_system(void)
{
	if (!sy_inside)
		sy_inside = NEW_WORLD;
}

/*
 * The choice and the count are one step: a call of the side that was left has
 * counted itself, or it was not left yet.
 */
static void test_count_and_choice(void **state)
{
	sy_u32 at, version, kinds[2] = { 0 };

	(void)state;
	sy_know(&sy_nodes[0], current_task, 0);
	for (at = 0;; at++) {
		sy_nodes[0].word = WORD(SY_W_LEAVING);
		if (!sy_run_changed(sy_change_side, at, &version))
			break;
		kinds[version]++;
		assert_int_equal(version, !sy_counted());
		assert_true(sy_nodes[0].word ==
			    (version ? WORD(SY_W_SIDE) :
				       WORD(SY_W_LEAVING + SY_W_ONE)));
	}
	assert_true(kinds[0] && kinds[1]);
}

/* SWITCH_KERNEL, likewise. */
static void test_count_and_switch(void **state)
{
	sy_u32 at, version, kinds[2] = { 0 };

	(void)state;
	sy_know(&sy_nodes[0], current_task, 0);
	sy_put(GATE, SY_GW_INSIDE, (sy_u64)&sy_inside, 8);
	for (at = 0;; at++) {
		sy_nodes[0].word = WORD(SY_W_LEAVING);
		sy_inside = 0;
		if (!sy_run_changed(sy_change_system, at, &version))
			break;
		kinds[version]++;
		assert_int_equal(version, !sy_counted());
		assert_true(sy_inside == (version ? NEW_WORLD : 1));
	}
	assert_true(kinds[0] && kinds[1]);
}

/* ---- words that another CPU changes --------------------------------------- */

static volatile int sy_over;
static volatile sy_u32 sy_changes;

static void *sy_change_words(void *unused)
{
	while (!sy_over) {
		__atomic_add_fetch(&sy_nodes[0].word, 1ull << 32,
				   __ATOMIC_SEQ_CST);
		sy_changes++;
	}
	return unused;
}

static void *sy_change_insides(void *unused)
{
	while (!sy_over) {
		__atomic_add_fetch(&sy_inside, 1, __ATOMIC_SEQ_CST);
		__atomic_sub_fetch(&sy_inside, 1, __ATOMIC_SEQ_CST);
		sy_changes++;
	}
	return unused;
}

#define SEEN 20000u
#define CALLS_MAX 2000000u

/*
 * Call until the other one was often seen at work between two calls. Return: how
 * many calls; on one CPU alone they end some time, too.
 */
static sy_u32 sy_run_beside(void *(*other)(void *), int reset)
{
	sy_u32 i, before = 0, seen = 0;
	pthread_t thread;

	sy_over = 0;
	sy_changes = 0;
	assert_int_equal(pthread_create(&thread, NULL, other, NULL), 0);
	for (i = 0; seen < SEEN && i < CALLS_MAX; i++) {
		sy_call((const void *)sy_site(3));
		assert_true(sy_counted());
		if (reset)
			__atomic_store_n(&sy_nodes[0].word, WORD(SY_W_LEAVING),
					 __ATOMIC_SEQ_CST);
		seen += sy_changes != before;
		before = sy_changes;
	}
	sy_over = 1;
	pthread_join(thread, NULL);
	return i;
}

static void test_beside(void **state)
{
	sy_u32 calls;

	(void)state;
	sy_know(&sy_nodes[0], current_task, WORD(SY_W_LEAVING));
	calls = sy_run_beside(sy_change_words, 0);
	assert_true(sy_nodes[0].word == WORD(SY_W_LEAVING) +
						((sy_u64)sy_changes << 32) +
						(sy_u64)calls * SY_W_ONE);

	sy_nodes[0].word = WORD(SY_W_LEAVING);
	sy_put(GATE, SY_GW_INSIDE, (sy_u64)&sy_inside, 8);
	sy_inside = 1;
	calls = sy_run_beside(sy_change_insides, 1);
	assert_true(sy_inside == 1 + (sy_u64)calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_settled, sy_setup),
		cmocka_unit_test_setup(test_several, sy_setup),
		cmocka_unit_test_setup(test_system, sy_setup),
		cmocka_unit_test_setup(test_by_task, sy_setup),
		cmocka_unit_test_setup(test_unknown, sy_setup),
		cmocka_unit_test_setup(test_unknown_switched, sy_setup),
		cmocka_unit_test_setup(test_counts, sy_setup),
		cmocka_unit_test_setup(test_nested, sy_setup),
		cmocka_unit_test_setup(test_counts_inside, sy_setup),
		cmocka_unit_test_setup(test_switched, sy_setup),
		cmocka_unit_test_setup(test_wanted_side, sy_setup),
		cmocka_unit_test_setup(test_no_count_is_lost, sy_setup),
		cmocka_unit_test_setup(test_count_and_choice, sy_setup),
		cmocka_unit_test_setup(test_count_and_switch, sy_setup),
		cmocka_unit_test_setup(test_beside, sy_setup),
	};

	return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
