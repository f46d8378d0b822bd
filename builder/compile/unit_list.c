// SPDX-License-Identifier: GPL-2.0
/*
 * Which units a configuration has only kbuild's walk over all folders can tell:
 * asked for one file, it compiles whatever it is told to. The walk cannot make
 * what the packages lack the source of (a key), and says so. Where code is behind
 * that, there is no list; else what could be is kept in a list of its own, so that
 * "not listed" is never taken for "not of this kernel" by mistake.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "generate.h"
#include "kbuild.h"
#include "unit_list.h"

/* All units of this configuration. */
static struct sy_fault *sy_ask_all(const struct sy_kernel *k, const char *out,
				   const char *log)
{
	struct sy_fault *fault = sy_generate_programs(k);

	if (!fault)
		sy_generate_again(k);
	return fault ? fault :
		       sy_make(k,
			       &(struct sy_make_run){ .out = out,
						      .log = log,
						      .out_size_max = 1ul << 30,
						      .seconds_max = 600 });
}

/* Is it C code, or an object that no assembly is the source of? */
static bool sy_is_code(const struct sy_kernel *k, const char *name)
{
	size_t len = strlen(name);
	struct sy_path assembly;

	if (len < 3 || name[len - 2] != '.')
		return false;
	return strchr("ch", name[len - 1]) ||
	       (name[len - 1] == 'o' &&
		!sy_path_make(&assembly, "%s/%.*sS", k->source.text,
			      (int)len - 1, name) &&
		!sy_path_exists(assembly.text));
}

/* A list that lacks units would hide that a header changes them: there must be no
 * code behind what could not be made. */
static struct sy_fault *sy_check_all(const struct sy_kernel *k, const char *log)
{
	struct sy_path made, by;
	struct sy_file file;
	struct sy_fault *fault = sy_file_open(log, &file);
	size_t at = 0;

	if (fault)
		return fault;
	while (!fault && sy_kbuild_lacks(&file, &at, &made, &by))
		if (sy_is_code(k, by.text))
			fault = sy_generate_lacks(k, "the list of all units",
						  made.text, by.text);
	sy_file_close(&file);
	return fault;
}

/* The name of the unit that a line compiles: its source below the kernel's, if
 * the object lies beside it. (A source can be compiled a second time, for what
 * runs without the kernel.) */
static bool sy_unit_of_line(const struct sy_kernel *k, const char *line,
			    size_t len, struct sy_path *ret)
{
	static const char key[] = " -c -o ";
	const char *at = memmem(line, len, key, sizeof(key) - 1), *end, *stop;
	struct sy_path source, object;
	size_t n;

	if (!at || sy_path_make(&source, "%s/", k->source.text))
		return false;
	at += sizeof(key) - 1;
	stop = line + len;
	end = memchr(at, ' ', (size_t)(stop - at));
	if (!end || sy_path_make(&object, "%.*s", (int)(end - at), at))
		return false;
	at = memmem(end, (size_t)(stop - end), source.text,
		    strlen(source.text));
	if (!at)
		return false;
	at += strlen(source.text);
	end = memchr(at, ' ', (size_t)(stop - at));
	if (!end)
		end = stop;
	if (end - at < 3 || memcmp(end - 2, ".c", 2) ||
	    sy_path_make(ret, "%.*s", (int)(end - at), at))
		return false;
	sy_path_normalize(ret->text);
	sy_path_normalize(object.text);
	n = strlen(ret->text);
	return sy_path_is_inner(ret->text) && n == strlen(object.text) &&
	       !memcmp(ret->text, object.text, n - 1);
}

static struct sy_fault *sy_write_list(const struct sy_kernel *k,
				      const struct sy_file *said, FILE *out,
				      const char *path)
{
	const char *at = (const char *)said->bytes, *end = at + said->size;
	const char *stop, *line;
	struct sy_path unit;
	size_t len;

	fputc('\n', out); /* so that each name follows the end of a line */
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		len = (size_t)(stop - at);
		if (!sy_unit_of_line(k, at, len, &unit))
			continue;
		line = sy_kbuild_trim(k, at, &len);
		fprintf(out, "%s %.*s\n", unit.text, (int)len, line);
	}
	return ferror(out) ? sy_fault_system(path) : NULL;
}

/*
 * Of "No rule to make target 'A', needed by 'B'.": B.c for an object, and all of
 * B's folder for anything else, for what needs B is not named.
 */
static struct sy_fault *sy_write_unknown(const struct sy_file *log, FILE *out,
					 const char *path)
{
	struct sy_path made, name;
	size_t at = 0, len;

	fputc('\n', out);
	while (sy_kbuild_lacks(log, &at, &made, &name)) {
		len = strlen(name.text);
		if (len > 2 && !strcmp(name.text + len - 2, ".o"))
			name.text[len - 1] = 'c';
		else if (strrchr(name.text, '/'))
			strrchr(name.text, '/')[1] = '\0';
		fprintf(out, "%s\n", name.text);
	}
	return ferror(out) ? sy_fault_system(path) : NULL;
}

/* Writes @path from what was said: the list, or with @k NULL the unknown. */
static struct sy_fault *sy_write(const struct sy_kernel *k, const char *said,
				 const char *path)
{
	struct sy_file file = { 0 };
	struct sy_path temp;
	struct sy_fault *fault;
	FILE *out = NULL;

	fault = sy_path_make(&temp, "%s.temp.%d", path, (int)getpid());
	if (!fault)
		fault = sy_file_open(said, &file);
	if (!fault && !(out = fopen(temp.text, "we")))
		fault = sy_fault_system(temp.text);
	if (!fault)
		fault = k ? sy_write_list(k, &file, out, temp.text) :
			    sy_write_unknown(&file, out, temp.text);
	if (out && fclose(out) && !fault)
		fault = sy_fault_system(temp.text);
	if (!fault && rename(temp.text, path))
		fault = sy_fault_system(path);
	sy_file_close(&file);
	unlink(temp.text);
	return fault;
}

struct sy_unit_list {
	struct sy_path units, unknown;
};

static struct sy_fault *sy_names(const struct sy_kernel *k,
				 struct sy_unit_list *ret)
{
	struct sy_fault *fault;

	fault = sy_path_make(&ret->units, "%s/graph/units", k->home.text);
	return fault ? fault :
		       sy_path_make(&ret->unknown, "%s/graph/unknown",
				    k->home.text);
}

static struct sy_fault *sy_make_list(const struct sy_kernel *k,
				     const struct sy_unit_list *list)
{
	struct sy_path said, log, folder;
	struct sy_fault *fault;

	fault = sy_path_make(&said, "%s.said.%d", list->units.text,
			     (int)getpid());
	if (!fault)
		fault = sy_path_make(&log, "%s.log.%d", list->units.text,
				     (int)getpid());
	if (!fault)
		fault = sy_path_mkdir(list->units.text, true);
	if (fault)
		return fault;
	if (!sy_path_make(&folder, "%s/graph", k->home.text))
		sy_path_sweep(folder.text);
	fault = sy_ask_all(k, said.text, log.text);
	if (!fault)
		fault = sy_check_all(k, log.text);
	if (!fault)
		fault = sy_write(NULL, log.text, list->unknown.text);
	if (!fault)
		fault = sy_write(k, said.text, list->units.text);
	unlink(said.text);
	unlink(log.text);
	return fault;
}

/* A list of a source that lay elsewhere is of no use, nor is one without its
 * unknown; the first line is empty. */
static bool sy_is_current(const struct sy_kernel *k,
			  const struct sy_unit_list *list,
			  const struct sy_file *file)
{
	struct sy_path source;

	return file->size && file->bytes[0] == '\n' &&
	       sy_path_exists(list->unknown.text) &&
	       !sy_path_make(&source, " -I%s/include ", k->source.text) &&
	       memmem(file->bytes, file->size < 65536 ? file->size : 65536,
		      source.text, strlen(source.text));
}

/* Opens what is there; ret->size == 0: nothing of use is. */
static struct sy_fault *sy_open(const struct sy_kernel *k,
				const struct sy_unit_list *list,
				struct sy_file *ret)
{
	struct sy_fault *fault;

	*ret = (struct sy_file){ 0 };
	if (!sy_path_exists(list->units.text))
		return NULL;
	fault = sy_file_open(list->units.text, ret);
	if (!fault && !sy_is_current(k, list, ret)) {
		sy_file_close(ret);
		*ret = (struct sy_file){ 0 };
	}
	return fault;
}

struct sy_fault *sy_unit_list_open(const struct sy_kernel *kernel,
				   void (*make)(void *data), void *data,
				   struct sy_file *ret)
{
	struct sy_unit_list list;
	struct sy_fault *fault = sy_names(kernel, &list);

	*ret = (struct sy_file){ 0 };
	if (!fault)
		fault = sy_open(kernel, &list, ret);
	if (fault || ret->size)
		return fault;
	make(data);
	fault = sy_make_list(kernel, &list);
	return fault ? fault : sy_file_open(list.units.text, ret);
}

/* Is there a line "\nNAME" that ends with @stop? Behind it; else NULL. */
static const char *sy_find_named(const struct sy_file *file, const char *name,
				 size_t len, char stop)
{
	struct sy_path key;

	if (!file->size || sy_path_make(&key, "\n%.*s%c", (int)len, name, stop))
		return NULL;
	name = memmem(file->bytes, file->size, key.text, strlen(key.text));
	return name ? name + strlen(key.text) : NULL;
}

static struct sy_fault *sy_is_unknown(const struct sy_unit_list *list,
				      const char *unit, bool *ret)
{
	const char *slash = strrchr(unit, '/');
	struct sy_file file;
	struct sy_fault *fault = sy_file_open(list->unknown.text, &file);

	if (fault)
		return fault;
	*ret = sy_find_named(&file, unit, strlen(unit), '\n') ||
	       (slash &&
		sy_find_named(&file, unit, (size_t)(slash + 1 - unit), '\n'));
	sy_file_close(&file);
	return NULL;
}

struct sy_fault *sy_unit_list_line(const struct sy_kernel *kernel,
				   const char *unit, struct sy_file *file,
				   const char **line, size_t *len, bool *listed)
{
	struct sy_unit_list list;
	struct sy_fault *fault = sy_names(kernel, &list);
	bool unknown = false;
	const char *end;

	*listed = false;
	*line = NULL;
	if (!fault)
		fault = sy_open(kernel, &list, file);
	if (fault || !file->size)
		return fault;
	*line = sy_find_named(file, unit, strlen(unit), ' ');
	if (!*line) {
		fault = sy_is_unknown(&list, unit, &unknown);
		*listed = !fault && !unknown;
		sy_file_close(file);
		*file = (struct sy_file){ 0 };
		return fault;
	}
	*listed = true;
	end = memchr(*line, '\n',
		     file->size - (size_t)(*line - (const char *)file->bytes));
	if (!end) /* cut off */
		end = (const char *)file->bytes + file->size;
	*len = (size_t)(end - *line);
	return NULL;
}

void sy_unit_list_forget(const struct sy_kernel *kernel)
{
	struct sy_unit_list list;
	struct sy_fault *fault = sy_names(kernel, &list);

	if (!fault)
		unlink(list.units.text);
	sy_fault_free(fault);
}
