# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of tests/vm/sh
#
# Builds a guest's initramfs: a base (busybox, the stock kernel's few modules)
# that is kept between runs, and an overlay with this project's files and the
# command of one run. The kernel unpacks concatenated archives in turn, so a
# start copies only what changed. Needs $top, $release, $kernel_root, $work.

base_modules=(virtio_pci virtio_console 9pnet_virtio 9p)

# Everything the base consists of, in one name.
image_key() {
	{
		echo "$release ${base_modules[*]} ${with_modules[*]}"
		cat "$top"/tests/vm/image/* "$top/tests/vm/lib/image.sh"
		stat -c '%s %Y' "$busybox" "$kernel_root/boot/vmlinuz-$release"
	} | sha256sum | cut -c1-16
}

# Copies one stock module and all it needs to the tree at $1.
image_module() {
	local root=$1 name=$2 word file
	modprobe -d "$kernel_root" -S "$release" --show-depends "$name" |
	while read -r word file _; do
		[ "$word" = insmod ] || continue
		install -D -m 644 "$file" "$root/usr/${file#"$kernel_root"/}"
	done
}

# Copies the program $2 to /usr/bin of the tree at $1, with its libraries.
image_program() {
	local root=$1 program=$2 lib
	install -D -m 755 "$program" "$root/usr/bin/${program##*/}"
	ldd "$program" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		[ -e "$root/usr${lib#/usr}" ] ||
			install -D -m 755 "$lib" "$root/usr${lib#/usr}"
	done
}

image_pack() {
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --null --create --format=newc --owner=0:0 --quiet)
}

image_base_tree() {
	local root=$1 name
	mkdir -p "$root"/{usr/{bin,sbin,lib/vm,lib64},etc,proc,sys,dev,tmp,run}
	mkdir -p "$root"/{mnt,root,home/user,var/tmp,vm}
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$root/$name"
	done
	install -m 755 "$busybox" "$root/usr/bin/busybox"
	"$busybox" --list | while read -r name; do
		[ "$name" = busybox ] || ln -s busybox "$root/usr/bin/$name"
	done
	rm -f "$root/usr/bin/setpriv"
	image_program "$root" "$(command -v setpriv)"
	install -m 755 "$top"/tests/vm/image/init "$root/init"
	install -m 755 "$top"/tests/vm/image/{scan-dmesg,run-cases} "$root/usr/lib/vm/"
	printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' \
		'user:x:1000:1000:user:/home/user:/bin/sh' >"$root/etc/passwd"
	printf '%s\n' 'root:x:0:' 'user:x:1000:' >"$root/etc/group"
	chown 1000:1000 "$root/home/user" 2>/dev/null || true
	for name in "${base_modules[@]}" "${with_modules[@]}"; do
		image_module "$root" "$name"
		echo "$name" >>"$root/vm/modprobe"
	done
	cp "$kernel_root/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} \
		"$root/usr/lib/modules/$release/"
	depmod -b "$root" "$release"
}

# Prints the path of the base archive, built when there is none. Archives and
# files of failed runs that nobody needed for two days go.
image_base() {
	local file
	find "$top/build/vm" -mindepth 1 -maxdepth 1 -mtime +1 \
		\( -name 'base-*' -o -name 'run-*' \) -exec rm -rf {} +
	file=$top/build/vm/base-$(image_key).cpio
	if [ ! -e "$file" ]; then
		image_base_tree "$work/base" || return 1
		image_pack "$work/base" >"$work/base.cpio" || return 1
		mv "$work/base.cpio" "$file"
		rm -rf "$work/base"
	fi
	touch "$file"
	echo "$file"
}

# One shell word that means exactly $1.
image_quote() {
	printf "'%s' " "${1//\'/\'\\\'\'}"
}

# Every variable VM_... of the environment, for guest.sh.
image_variables() {
	local name
	for name in "${!VM_@}"; do
		printf '%s=%s\n' "$name" "$(image_quote "${!name}")"
	done
}

# The archive with this project's files and the command of this run.
image_overlay() {
	local root=$work/overlay file word
	mkdir -p "$root/usr/bin" "$root/usr/lib/switchyard" "$root/vm/cases"
	cp "$top/tests/vm/lib/guest.sh" "$root/usr/bin/"
	for file in "$top"/tests/guest/*.sh; do
		[ ! -e "$file" ] || cp "$file" "$root/usr/bin/"
	done
	for file in "$top"/tests/vm/cases/*.sh; do
		[ ! -e "$file" ] || cp "$file" "$root/vm/cases/"
	done
	for file in "$top"/build/guest/bin/*; do
		[ -f "$file" ] && image_program "$root" "$file"
	done
	[ ! -x "$top/build/cli/switchyard" ] ||
		image_program "$root" "$top/build/cli/switchyard"
	find "$top/build/$release" -name '*.ko' -exec \
		cp -t "$root/usr/lib/switchyard" {} + 2>/dev/null
	[ ! -d "$top/build/litmus/case-$release/share" ] ||
		cp -r "$top/build/litmus/case-$release/share" "$root/usr/lib/litmus"
	[ -z "$share" ] || : >"$root/vm/share"
	image_variables >"$root/vm/variables"
	if [ $# -eq 0 ]; then
		stty size | sed 's/\(.*\) \(.*\)/rows \1 cols \2/' >"$root/vm/interactive"
	elif [ $# -eq 1 ]; then
		printf '%s\n' "$1"
	else
		for word in "$@"; do image_quote "$word"; done
		echo
	fi >"$root/vm/command"
	image_pack "$root"
}
