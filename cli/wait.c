// SPDX-License-Identifier: GPL-2.0
/*
 * Follows a transition to its end: events wake it up, a GET every 100 ms makes
 * a lost event harmless, and on a terminal one line on stderr shows where it
 * stands. Blocking tasks vanish with the transition, so the last list seen is
 * kept for the report. Ctrl-C ends the waiting, never the transition.
 */
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define SY_TICK_MS 100
#define SY_BLOCKED_MS 300 /* between two dumps of blocking tasks */

volatile int sy_interrupted;

static void sy_on_signal(int sig)
{
	(void)sig;
	sy_interrupted = 1;
}

void sy_catch_interrupt(void)
{
	struct sigaction sa = { .sa_handler = sy_on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static uint64_t sy_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

struct sy_error *sy_wait_open(struct sy_wait *w, const char *patch)
{
	struct sy_error *err;

	memset(w, 0, sizeof(*w));
	w->patch = patch;
	err = sy_conn_open(&w->conn);
	return err ? err : sy_events_open(&w->events);
}

void sy_wait_close(struct sy_wait *w)
{
	sy_conn_close(w->conn);
	sy_conn_close(w->events);
	sy_blockers_free(&w->blockers);
	w->conn = NULL;
	w->events = NULL;
}

static bool sy_wait_over(const struct sy_wait *w)
{
	switch (w->last.state) {
	case SY_ST_PREPARING:
	case SY_ST_PATCHING:
	case SY_ST_UNPATCHING:
		return false;
	case SY_ST_RETIRING:
		return !w->retire && w->last.result != SY_R_NONE;
	default:
		return w->last.result != SY_R_NONE;
	}
}

/* Keeps the longest-lived news: who held the transition up before it turned. */
static struct sy_error *sy_wait_blockers(struct sy_wait *w)
{
	struct sy_blockers now = { 0 };
	struct sy_patch after = { 0 };
	struct sy_error *err;

	if (w->last.flags & SY_F_REVERSING && w->blockers.count)
		return NULL;
	err = sy_blocked(w->conn, w->patch, &now);
	if (!err)
		err = sy_get_one(w->conn, w->patch, &after);
	/*
	 * Whom a retirement waits for has not held the transition up. The state
	 * is asked afterwards: it may have changed before the answer was made.
	 */
	if (err || !now.count ||
	    (after.state == SY_ST_RETIRING && w->blockers.count)) {
		sy_blockers_free(&now);
		return err;
	}
	sy_blockers_free(&w->blockers);
	w->blockers = now;
	return NULL;
}

static void sy_progress_show(const struct sy_patch *p, uint64_t waited_ms)
{
	struct winsize size = { 0 };
	char line[256], took[32];
	uint32_t done = p->tasks > p->remaining ? p->tasks - p->remaining : 0;
	int width = 80;

	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	sy_duration(waited_ms * 1000000u, took, sizeof(took));
	if (p->state == SY_ST_RETIRING)
		snprintf(line, sizeof(line),
			 "%s: retiring, %u tasks still in its code, %s",
			 p->name, p->blockers, took);
	else
		snprintf(line, sizeof(line),
			 "%s: %s%s %u/%u tasks, %u to go, %u blocking, %s",
			 p->name, sy_state_name(p->state),
			 p->flags & SY_F_REVERSING ? " (turned round)" : "",
			 done, p->tasks, p->remaining, p->blockers, took);
	fprintf(stderr, "\r\033[K%.*s", width - 1, line);
}

/* Drains the events that are there; the first wait is a tick long. */
static struct sy_error *sy_wait_events(struct sy_wait *w)
{
	struct sy_error *err;
	struct sy_event ev;
	bool got, lost;
	int timeout = SY_TICK_MS;

	do {
		err = sy_event_next(w->events, timeout, &ev, &got, &lost);
		timeout = 0;
	} while (!err && (got || lost) && !sy_interrupted);
	return err;
}

struct sy_error *sy_wait_run(struct sy_wait *w)
{
	bool show = isatty(STDERR_FILENO);
	uint64_t next_dump = 0, begin = sy_now_ms();
	struct sy_error *err;

	sy_catch_interrupt();
	for (;;) {
		err = sy_get_one(w->conn, w->patch, &w->last);
		if (err || sy_wait_over(w))
			break;
		if (show)
			sy_progress_show(&w->last, sy_now_ms() - begin);
		if (w->last.state != SY_ST_PREPARING &&
		    sy_now_ms() >= next_dump) {
			err = sy_wait_blockers(w);
			next_dump = sy_now_ms() + SY_BLOCKED_MS;
		}
		if (!err)
			err = sy_wait_events(w);
		if (err || sy_interrupted ||
		    (w->limit_ms && sy_now_ms() - begin >= w->limit_ms))
			break;
	}
	w->interrupted = sy_interrupted;
	if (show)
		fputs("\r\033[K", stderr);
	return err;
}
