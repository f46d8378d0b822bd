// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's <asm/jump_label.h> with sites of five bytes each, for units that
 * functions are taken out of: gas makes jumps of two bytes where it can, and a
 * site of two bytes has no room for a jump to a place elsewhere. The kernel and
 * objtool take both lengths. It lies in the builder's folder of a kernel.
 */
#include "kernel.h"
#include "unit.h"

static const char sy_header[] =
	"/* SPDX-License-Identifier: GPL-2.0 */\n"
	"/* Made by the builder: sites of five bytes. */\n"
	"#ifndef _ASM_X86_JUMP_LABEL_H\n"
	"#define _ASM_X86_JUMP_LABEL_H\n"
	"#define HAVE_JUMP_LABEL_BATCH\n"
	"#include <asm/asm.h>\n"
	"#include <asm/nops.h>\n"
	"#ifndef __ASSEMBLY__\n"
	"#include <linux/stringify.h>\n"
	"#include <linux/types.h>\n"
	"#define SY_SITE(bytes, key, flags) \\\n"
	"	asm goto(\"1: \" bytes \"\\n\\t\" \\\n"
	"		 \".pushsection __jump_table, \\\"aw\\\" \\n\\t\" \\\n"
	"		 _ASM_ALIGN \"\\n\\t\" \\\n"
	"		 \".long 1b - . \\n\\t\" \\\n"
	"		 \".long %l[l_yes] - . \\n\\t\" \\\n"
	"		 _ASM_PTR \"%c0 + %c1 - .\\n\\t\" \\\n"
	"		 \".popsection \\n\\t\" \\\n"
	"		 : : \"i\" (key), \"i\" (flags) : : l_yes)\n"
	"static __always_inline bool\n"
	"arch_static_branch(struct static_key *const key, const bool branch)\n"
	"{\n"
	"	SY_SITE(\".byte 0x0f,0x1f,0x44,0x00,0x00\", key, branch);\n"
	"	return false;\n"
	"l_yes:\n"
	"	return true;\n"
	"}\n"
	"static __always_inline bool\n"
	"arch_static_branch_jump(struct static_key *const key, const bool "
	"branch)\n"
	"{\n"
	"	SY_SITE(\".byte 0xe9\\n\\t.long %l[l_yes] - . - 4\", key, branch);\n"
	"	return false;\n"
	"l_yes:\n"
	"	return true;\n"
	"}\n"
	"extern int arch_jump_entry_size(struct jump_entry *entry);\n"
	"#endif\n"
	"#endif\n";

struct sy_fault *sy_jump_label_header(const struct sy_kernel *kernel,
				      struct sy_path *folder)
{
	struct sy_file file = { 0 };
	struct sy_path path;
	struct sy_fault *fault;
	bool same = false;

	fault = sy_path_make(folder, "%s/include", kernel->home.text);
	if (!fault)
		fault = sy_path_make(&path, "%s/asm/jump_label.h",
				     folder->text);
	if (!fault && sy_path_exists(path.text)) {
		fault = sy_file_open(path.text, &file);
		same = !fault && file.size == sizeof(sy_header) - 1 &&
		       !memcmp(file.bytes, sy_header, file.size);
		sy_file_close(&file);
	}
	if (!fault && !same)
		fault = sy_path_mkdir(path.text, true);
	if (!fault && !same)
		fault = sy_path_write(path.text, sy_header,
				      sizeof(sy_header) - 1);
	return fault;
}
