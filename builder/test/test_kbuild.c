// SPDX-License-Identifier: GPL-2.0
/*
 * What is read of kbuild: the programs that its Makefiles list, and what it says
 * it lacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../compile/kbuild.h"
#include "../compile/programs.h"

/* An exact copy, so that one byte too far is seen. */
static struct sy_file file_of(const char *text)
{
	size_t size = strlen(text);
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, text, size);
	return (struct sy_file){ copy, size };
}

static void lists(const char *text, const char *expected)
{
	struct sy_file makefile = file_of(text);
	struct sy_file config = file_of("# made\nCONFIG_ON=y\nCONFIG_MOD=m\n"
					"CONFIG_TEXT=\"y\"\nCONFIG_LAST=");
	struct sy_words words = { 0 };
	char all[256] = "";
	size_t i;

	assert_null(sy_programs_read(&makefile, &config, "scripts/s", &words));
	for (i = 0; i < words.n; i++) {
		strcat(all, i ? " " : "");
		strcat(all, words.at[i]);
	}
	assert_string_equal(all, expected);
	sy_words_deinit(&words);
	free((void *)makefile.bytes);
	free((void *)config.bytes);
}

static void test_programs(void **state)
{
	(void)state;
	lists("", "");
	lists("hostprogs-always-y += a b\n", "scripts/s/a scripts/s/b");
	lists("hostprogs-always-y\t:= a", "scripts/s/a");
	lists("hostprogs-always-y=a \\\n\tb\\\n c # d\n",
	      "scripts/s/a scripts/s/b scripts/s/c");
	lists("hostprogs-always-y += a\\", "scripts/s/a");
	lists("hostprogs-always-$(CONFIG_ON)\t+= a\n"
	      "hostprogs-always-$(CONFIG_MOD) += b\n",
	      "scripts/s/a scripts/s/b");
	lists("hostprogs-always-$(CONFIG_O) += a\n"
	      "hostprogs-always-$(CONFIG_TEXT) += a\n"
	      "hostprogs-always-$(CONFIG_LAST) += a\n"
	      "hostprogs-always-$(OTHER) += a\n"
	      "hostprogs-always-$( += a\n"
	      "hostprogs-always- += a\n"
	      "hostprogs-always-y\n"
	      "hostprogs += a\n"
	      "# hostprogs-always-y += a\n",
	      "");
	lists("hostprogs-always-y += ../a $(b) d/e -f /g . h\n", "scripts/s/h");
}

static void lacks(const char *text, const char *expected)
{
	struct sy_file log = file_of(text);
	struct sy_path made, by;
	char all[256] = "";
	size_t at = 0;

	while (sy_kbuild_lacks(&log, &at, &made, &by)) {
		strcat(all, made.text);
		strcat(all, " for ");
		strcat(all, by.text);
		strcat(all, ";");
	}
	assert_string_equal(all, expected);
	free((void *)log.bytes);
}

static void test_lacks(void **state)
{
	(void)state;
	lacks("", "");
	lacks("make[2]: *** No rule to make target 'a/b', needed by 'c.h'.  Stop.\n",
	      "a/b for c.h;");
	lacks("x\nmake: *** No rule to make target 'a', needed by 'b'.\n"
	      "make: *** No rule to make target 'c', needed by 'd'",
	      "a for b;c for d;");
	lacks("make: *** No rule to make target 'a'.  Stop.\n"
	      "make: *** No rule to make target 'b', needed by 'c'.\n",
	      "b for c;");
	lacks("make: *** No rule to make target 'a', needed by ", "");
	lacks("make: *** No rule to make target 'a', needed by '", "");
	lacks("make: *** No rule to make target '", "");
	lacks("make: *** No rule to make target 'a', needed by\n'b'", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
