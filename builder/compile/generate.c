// SPDX-License-Identifier: GPL-2.0
/*
 * What kbuild makes in our object tree is made under the kernel's lock, one run
 * after another. A run that was killed may leave a half-made file that the next
 * would take for whole: a mark tells, and the object tree is made anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../tool/command.h"
#include "generate.h"
#include "kbuild.h"

static struct sy_fault *sy_generate(const struct sy_kernel *k,
				    const struct sy_make_run *how)
{
	struct sy_make_run run = *how;
	struct sy_path log;
	struct sy_fault *fault;
	int fd;

	fault = sy_path_make(&log, "%s/generate.%d.log", k->home.text,
			     (int)getpid());
	if (!fault)
		fault = sy_kernel_lock(k, &fd);
	if (fault)
		return fault;
	run.really = true;
	run.log = log.text;
	run.out_size_max = 1u << 28;
	run.seconds_max = 300;
	fault = sy_kernel_begin_change(k);
	if (!fault) {
		fault = sy_make(k, &run);
		if (!sy_command_interrupted())
			sy_kernel_end_change(k);
	}
	close(fd);
	unlink(log.text);
	return fault;
}

struct sy_fault *sy_generate_for(const struct sy_kernel *kernel,
				 const char *unit)
{
	struct sy_path target, folder, made;
	struct sy_fault *fault;

	fault = sy_path_make(&target, "%.*s.o", (int)strlen(unit) - 2, unit);
	if (!fault)
		fault = sy_path_make(&made, "%s/%s", kernel->overlay.text,
				     target.text);
	if (!fault)
		fault = sy_kbuild_folder(kernel, unit, &folder);
	if (fault)
		return fault;
	fault = sy_generate(kernel,
			    &(struct sy_make_run){ .target = target.text,
						   .folder = folder.text });
	unlink(made.text); /* or kbuild has nothing to do for it */
	return fault;
}

/*
 * kbuild makes what is named in the folder it is sent to, whatever the target
 * says, which only has to look like an object's. A folder "scripts" would be
 * taken for the target of that name, which is said to be there.
 */
struct sy_fault *sy_generate_programs(const struct sy_kernel *kernel)
{
	static const struct {
		const char *folder, *name;
	} programs[] = {
		{ "scripts/.", "asn1_compiler" },
		{ "scripts/.", "bin2c" },
		{ "scripts/selinux/genheaders", "genheaders" },
	};
	struct sy_path source, mark, target, goal;
	struct sy_fault *fault;
	size_t i;

	fault = sy_path_make(&mark, "%s/scripts/.generated",
			     kernel->overlay.text);
	if (fault || sy_path_exists(mark.text))
		return fault;
	for (i = 0; !fault && i < sizeof(programs) / sizeof(programs[0]); i++) {
		fault = sy_path_make(&source, "%s/%s/%s.c", kernel->source.text,
				     programs[i].folder, programs[i].name);
		if (!fault)
			fault = sy_path_make(&goal, "%s/%s", programs[i].folder,
					     programs[i].name);
		if (!fault)
			fault = sy_path_make(&target, "%s.o", goal.text);
		if (fault || !sy_path_exists(source.text))
			continue;
		sy_path_normalize(target.text);
		fault = sy_generate(kernel,
				    &(struct sy_make_run){
					    .target = target.text,
					    .folder = programs[i].folder,
					    .goal = goal.text });
		if (fault && !sy_command_interrupted())
			sy_fault_freep(&fault);
	}
	return fault ? fault : sy_path_write(mark.text, "", 0);
}
