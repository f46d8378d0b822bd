#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# inspect: what a patch module says, and files that lie. kernel: the cache.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

setup_file() {
	make -s -C "$TOP/builder" all
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export SWITCHYARD_CACHE=$BATS_TEST_TMPDIR/cache
}

# make_patch FILE [-DNAME=VALUE...]: an object with the tables of format 2, as a
# module has them; the names change one thing each.
make_patch() {
	local file=$1
	shift
	cat >p.c <<'END'
#ifndef FORMAT
#define FORMAT 2
#endif
#ifndef NFUNCS
#define NFUNCS 1
#endif
#ifndef NOLDS
#define NOLDS 1
#endif
#ifndef OLD_FUNC
#define OLD_FUNC 0
#endif
#ifndef NMASKS
#define NMASKS 1
#endif
#ifndef NRELOCS
#define NRELOCS 1
#endif
#ifndef SYMBOL
#define SYMBOL 0
#endif
#ifndef NAME
#define NAME "old_one"
#endif
#ifndef INFO
#define INFO "{\"requirement\": {\"reasons\": [{\"code\": \"why\", \"text\": \"so\"}]}}"
#endif
typedef unsigned int u32;
typedef unsigned long u64;
int new_one(int a) { return a * 3; }
struct func { const char *name, *object; u64 position; u32 flags, none; void *new; };
struct import { const char *name, *object; u64 position; void **slot; };
struct mask { u32 offset, len; };
struct old { u32 func, size; const char *name; u32 position, nmasks;
	const struct mask *masks; unsigned char sha256[32]; };
struct reloc { void *where; u32 symbol, type; long addend; };
struct patch { u32 format, flags, forbid, none; void *owner;
	const struct func *funcs; u32 nfuncs, nimports;
	const struct import *imports; const char *release, *version;
	const struct old *olds; const struct reloc *relocs; u32 nolds, nrelocs; };
static const struct func funcs[] = { { NAME, 0, 2, 0, 0, NEW } };
static const struct import imports[] = { { "a_symbol", "a_module", 1, 0 } };
static const struct mask masks[] = { { 0, 5 } };
static const struct old olds[] = { { OLD_FUNC, 99, 0, 0, NMASKS, masks, { 0xab } } };
static const struct reloc relocs[] = { { new_one, SYMBOL, 2, -4 } };
const struct patch sy_this_patch __attribute__((used)) = { FORMAT, 1, 5, 0, 0,
	funcs, NFUNCS, 1, imports, "6.1.0-47-amd64", "#1 SMP", olds, relocs,
	NOLDS, NRELOCS };
const char modinfo[] __attribute__((section(".modinfo"), used)) =
	"switchyard=patch\0name=p\0vermagic=6.1.0-47-amd64 SMP";
__asm__(".pushsection .switchyard.info,\"\"\n.ascii " "\"" "{}" "\"" "\n.popsection");
END
	gcc -fno-pic -mcmodel=kernel -c -DNEW=new_one "$@" -o "$file" p.c 2>err ||
		{ cat err; return 1; }
}

# broken TEXT [-DNAME=VALUE...]
broken() {
	local text=$1
	shift
	make_patch bad.ko "$@"
	sy inspect bad.ko
	fails 6 "$text"
}

@test "a patch as text" {
	make_patch p.ko
	sy inspect p.ko
	works
	grep -qx "p: for kernel 6.1.0-47-amd64, #1 SMP" <<<"$output"
	grep -qx "forbids: m1 m3" <<<"$output"
	grep -qx "unloadable: yes" <<<"$output"
	grep -qx "1 imported symbols, 1 relocations for the engine" <<<"$output"
	grep -qE "^old_one +vmlinux +2 +99 +[0-9]+  ab00" <<<"$output"
}

@test "a patch as JSON" {
	make_patch p.ko
	sy inspect --json p.ko
	works
	[ "$(jq -r '.functions[0] | "\(.name) \(.position) \(.old_size)"' \
		<<<"$output")" = "old_one 2 99" ]
	[ "$(jq -rc '.forbidden' <<<"$output")" = '["m1","m3"]' ]
	[ "$(jq -r '.imports[0] | "\(.name) \(.object) \(.relocations)"' \
		<<<"$output")" = "a_symbol a_module 1" ]
	[ "$(jq '.functions[0].new_size > 0' <<<"$output")" = true ]
}

@test "tables that lie about their sizes" {
	broken "a table longer than any may be" -DNFUNCS=128
	broken "a table longer than its section" -DNFUNCS=100
	broken "no functions" -DNFUNCS=0
	broken "a table longer than any may be" -DNOLDS=0xffffffffu
	broken "a table longer than its section" -DNOLDS=1000
	broken "a table longer than its section" -DNRELOCS=200000
	broken "masks longer than their section" -DNMASKS=0xffffffffu
}

@test "tables that refer to what is not there" {
	broken "a digest of no function" -DOLD_FUNC=1
	broken "a relocation against no import" -DSYMBOL=1
	broken "a new function that is none" -UNEW -DNEW=0
	broken "a function without a name" -DNAME=0
	broken "a patch of format 3" -DFORMAT=3
}

@test "no patch at all" {
	sy inspect nowhere.ko
	fails 6 "nowhere.ko: No such file"
	sy inspect /etc/passwd
	fails 6 "no ELF file"
	sy inspect "$SWITCHYARD"
	fails 6 "not a kernel module"
	make_module m.ko name=m license=GPL
	sy inspect m.ko
	fails 6 "a kernel module but not a patch"
	make_module m.ko switchyard=patch
	sy inspect m.ko
	fails 6 "a patch without symbols"
	sy inspect .
	fails 6 "no regular file"
}

@test "another architecture" {
	make_patch p.ko
	printf '\267' | dd of=p.ko bs=1 seek=18 conv=notrunc status=none
	sy inspect p.ko
	fails 6 "not for x86-64"
}

@test "a patch cut off anywhere" {
	make_patch p.ko
	size=$(stat -c %s p.ko)
	for ((n = 0; n < size; n += size / 60 + 1)); do
		head -c "$n" p.ko >cut.ko
		sy inspect cut.ko
		fails 6 "cut.ko: "
	done
}

@test "a patch with any byte changed ends in order" {
	make_patch p.ko
	size=$(stat -c %s p.ko)
	for ((n = 0; n < size; n += size / 80 + 1)); do
		cp p.ko bad.ko
		printf '\377' | dd of=bad.ko bs=1 seek="$n" conv=notrunc \
			status=none
		sy inspect bad.ko
		[ "$status" -eq 0 ] || fails 6 "bad.ko: "
	done
}

@test "without the kernel there is nothing to compare with" {
	make_patch p.ko
	sy inspect --diff p.ko
	[ "$status" -eq 14 ]
	[[ $stderr == *"6.1.0-47-amd64: not in the cache; switchyard kernel add"* ]]
	[ ! -e cache ]
	sy inspect --diff --json p.ko
	fails 2 "--diff is text only"
}

@test "an empty cache, and what is not in it" {
	sy kernel list
	works
	[[ $output == "no kernels in "*"switchyard kernel add RELEASE" ]]
	sy kernel list --json
	works
	[ "$(jq length <<<"$output")" -eq 0 ]
	sy kernel remove 6.1.0-47-amd64
	fails 14 "6.1.0-47-amd64: not in the cache"
	[ ! -e cache ]
}

@test "packages that are none leave nothing behind" {
	mkdir debs
	for name in image headers; do
		echo nonsense >debs/linux-$name-9.9.0-1-none_1_amd64.deb
	done
	echo nonsense >debs/linux-headers-9.9.0-1-common_1_all.deb
	echo nonsense >debs/linux-kbuild-9.9_1_amd64.deb
	sy kernel add --debs debs 9.9.0-1-none
	[ "$status" -eq 6 ]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ $stderr == "switchyard: "*"damaged or no package"* ]]
	[ -z "$(find cache -mindepth 1 -not -name .lock -not -name kernels)" ]
	[ -e debs/linux-kbuild-9.9_1_amd64.deb ]
	sy kernel add --source nowhere 9.9.0-1-none
	fails 6 "nowhere: no such file"
	sy kernel add --debs nowhere 9.9.0-1-none
	fails 6 "no such folder"
}

@test "a cache that cannot be written" {
	SWITCHYARD_CACHE=/dev/null/x sy kernel add --debs . 9.9.0-1-none
	fails 1 "cannot be written"
}
