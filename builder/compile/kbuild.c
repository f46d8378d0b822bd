// SPDX-License-Identifier: GPL-2.0
/*
 * How kbuild compiles a unit is asked once, with make -n, and the answer kept:
 * kbuild's own work costs a second each time. It is told that everything it
 * would prepare is there (-o prepare ...), as it is: the headers package holds
 * all that preparing makes. Nothing is compiled here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tool/command.h"
#include "generate.h"
#include "kbuild.h"
#include "unit_list.h"

bool sy_kbuild_lacks(const struct sy_file *log, size_t *at,
		     struct sy_path *made, struct sy_path *by)
{
	static const char key[] = "No rule to make target '";
	static const char then[] = "', needed by '";
	const char *begin = (const char *)log->bytes, *end, *mid, *stop;
	const char *from;

	while (*at < log->size && (from = memmem(begin + *at, log->size - *at,
						 key, sizeof(key) - 1))) {
		from += sizeof(key) - 1;
		end = memchr(from, '\n', (size_t)(begin + log->size - from));
		end = end ? end : begin + log->size;
		*at = (size_t)(end - begin);
		mid = memmem(from, (size_t)(end - from), then,
			     sizeof(then) - 1);
		stop = memrchr(from, '\'', (size_t)(end - from));
		if (mid && stop && stop >= mid + sizeof(then) - 1 &&
		    !sy_path_make(made, "%.*s", (int)(mid - from), from) &&
		    !sy_path_make(by, "%.*s",
				  (int)(stop - mid) - (int)sizeof(then) + 1,
				  mid + sizeof(then) - 1))
			return true;
	}
	return false;
}

/* What kbuild failed for, where its own words say so. */
static struct sy_fault *sy_explain(const struct sy_kernel *k, const char *log,
				   const char *unit, struct sy_fault *fault)
{
	struct sy_file file = { 0 };
	struct sy_path made, by;
	size_t at = 0;

	sy_fault_free(sy_file_open(log, &file));
	if (sy_kbuild_lacks(&file, &at, &made, &by)) {
		sy_fault_free(fault);
		fault = sy_generate_lacks(k, unit, made.text, by.text);
	}
	sy_file_close(&file);
	return fault;
}

static struct sy_fault *sy_ask_kbuild(const struct sy_kernel *k,
				      const char *folder, const char *unit,
				      const char *target, const char *out)
{
	struct sy_path log;
	struct sy_fault *fault = sy_path_make(&log, "%s.log", out);

	if (fault)
		return fault;
	fault = sy_make(k, &(struct sy_make_run){ .target = target,
						  .folder = folder,
						  .out = out,
						  .log = log.text,
						  .out_size_max = 1u << 24,
						  .seconds_max = 120 });
	if (fault && fault->kind == SY_FAULT_COMMAND &&
	    !sy_command_interrupted())
		fault = sy_explain(k, log.text, unit, fault);
	unlink(log.text);
	return fault;
}

const char *sy_kbuild_trim(const struct sy_kernel *k, const char *line,
			   size_t *len)
{
	static const char after[] = "; scripts/basic/fixdep ";
	const char *at, *end;
	struct sy_path begin;

	if (sy_path_make(&begin, "; %s -Wp,-M", k->compiler))
		return NULL;
	at = memmem(line, *len, begin.text, strlen(begin.text));
	if (at) {
		*len -= (size_t)(at + 2 - line);
		line = at + 2;
	}
	end = memmem(line, *len, after, sizeof(after) - 1);
	if (end)
		*len = (size_t)(end - line);
	return line;
}

/* In what make would run: what compiles @unit. */
static const char *sy_find_line(const struct sy_kernel *k, const char *unit,
				const char *bytes, size_t size, size_t *len)
{
	const char *at = bytes, *end = bytes + size, *stop;
	struct sy_path source;

	if (sy_path_make(&source, " %s/%s ", k->source.text, unit))
		return NULL;
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		*len = (size_t)(stop - at);
		if (memmem(at, *len, " -c -o ", 7) &&
		    memmem(at, *len, source.text, strlen(source.text)))
			return sy_kbuild_trim(k, at, len);
	}
	return NULL;
}

struct sy_fault *sy_kbuild_folder(const struct sy_kernel *k, const char *unit,
				  struct sy_path *ret)
{
	struct sy_path makefile, kbuild;
	struct sy_fault *fault = sy_path_make(ret, "%s", unit);
	char *slash;

	while (!fault && (slash = strrchr(ret->text, '/'))) {
		*slash = '\0';
		fault = sy_path_make(&makefile, "%s/%s/Makefile",
				     k->source.text, ret->text);
		if (!fault)
			fault = sy_path_make(&kbuild, "%s/%s/Kbuild",
					     k->source.text, ret->text);
		if (!fault && (sy_path_exists(makefile.text) ||
			       sy_path_exists(kbuild.text)))
			return NULL;
	}
	return fault ? fault :
		       sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: no Makefile above it", unit);
}

/* Asks and finds; *line is NULL when kbuild has said nothing of the unit. */
static struct sy_fault *sy_ask_in(const struct sy_kernel *k, const char *folder,
				  const char *unit, struct sy_file *file,
				  const char **line, size_t *len)
{
	struct sy_path out, target;
	struct sy_fault *fault;

	fault = sy_path_make(&out, "%s/kbuild.%d", k->home.text, (int)getpid());
	if (!fault)
		fault = sy_path_make(&target, "%.*s.o", (int)strlen(unit) - 2,
				     unit);
	if (!fault)
		fault = sy_generate_programs(k);
	if (fault)
		return fault;
	fault = sy_ask_kbuild(k, folder, unit, target.text, out.text);
	if (fault && fault->kind == SY_FAULT_COMMAND &&
	    !sy_command_interrupted() && sy_generate_again(k)) {
		sy_fault_free(fault);
		fault = sy_ask_kbuild(k, folder, unit, target.text, out.text);
	}
	if (!fault)
		fault = sy_file_open(out.text, file);
	unlink(out.text);
	if (!fault)
		*line = sy_find_line(k, unit, (const char *)file->bytes,
				     file->size, len);
	return fault;
}

/*
 * kbuild walks down from the top to a single unit, but not through a line such
 * as drivers/Makefile's "obj-y += char/ipmi/": then it takes what is a part of a
 * module for one of vmlinux. So whatever seems to be no part of a module is
 * asked for once more, in its own folder, and a module is believed.
 */
static struct sy_fault *sy_ask(const struct sy_kernel *k, const char *unit,
			       struct sy_file *file, const char **line,
			       size_t *len)
{
	static const char key[] = " -DMODULE ";
	struct sy_file second = { 0 };
	struct sy_path folder;
	struct sy_fault *fault;
	const char *other = NULL;
	size_t n = 0;

	fault = sy_ask_in(k, NULL, unit, file, line, len);
	if (fault || (*line && memmem(*line, *len, key, sizeof(key) - 1)))
		return fault;
	fault = sy_kbuild_folder(k, unit, &folder);
	if (fault)
		return fault;
	fault = sy_ask_in(k, folder.text, unit, &second, &other, &n);
	if (fault || !other || !memmem(other, n, key, sizeof(key) - 1)) {
		sy_fault_free(fault); /* the first answer stands */
		sy_file_close(&second);
		return NULL;
	}
	sy_file_close(file);
	*file = second;
	*line = other;
	*len = n;
	return NULL;
}

static struct sy_fault *sy_not_compiled(const struct sy_kernel *k,
					const char *unit)
{
	return sy_fault_make(SY_FAULT_UNSUPPORTED,
			     "%s: kbuild does not compile it for %s", unit,
			     k->release);
}

struct sy_fault *sy_kbuild_line(const struct sy_kernel *k, const char *unit,
				struct sy_file *file, const char **line,
				size_t *len, bool *listed)
{
	struct sy_path kept;
	struct sy_fault *fault;

	fault = sy_unit_list_line(k, unit, file, line, len, listed);
	if (fault || *line)
		return fault;
	if (*listed)
		return sy_not_compiled(k, unit);
	fault = sy_path_make(&kept, "%s/units/%s.command", k->home.text, unit);
	if (fault)
		return fault;
	if (sy_path_exists(kept.text)) {
		fault = sy_file_open(kept.text, file);
		if (fault)
			return fault;
		*line = sy_find_line(k, unit, (const char *)file->bytes,
				     file->size, len);
		if (*line)
			return NULL;
		sy_file_close(file); /* of a source that lay elsewhere */
	}
	fault = sy_ask(k, unit, file, line, len);
	if (fault)
		return fault;
	if (!*line)
		return sy_not_compiled(k, unit);
	fault = sy_path_mkdir(kept.text, true);
	return fault ? fault : sy_path_write(kept.text, *line, *len);
}

void sy_kbuild_forget(const struct sy_kernel *k, const struct sy_unit *unit)
{
	struct sy_path kept;

	if (unit->listed)
		sy_unit_list_forget(k);
	else if (!sy_path_make(&kept, "%s/units/%s.command", k->home.text,
			       unit->path.text))
		unlink(kept.text);
}
