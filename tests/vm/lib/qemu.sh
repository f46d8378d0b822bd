# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of tests/vm/sh
#
# Starts one QEMU and follows it to its end. The guest's standard output and
# error go by virtio ports to files that are shown as they grow; its events
# ("ready", "exit STATUS SUSPECTS", "failed WHY") come by a pipe that ends when
# QEMU does. QEMU dies with this shell, whatever
# happens to it (pdeathsig). Needs $top, $release, $kernel_root, $work, $base,
# $smp, $mem, $share, $icount, $timeout, $append, $qemu_args.

qemu_pid=
vm_status=125
vm_suspects=0
vm_reason=

qemu_stop() {
	[ -n "$qemu_pid" ] || return 0
	kill -KILL "$qemu_pid" 2>/dev/null
	wait "$qemu_pid" 2>/dev/null
	qemu_pid=
}

# Sets $command; $1 is the console's chardev, $2 the events'.
qemu_command() {
	command=(qemu-system-x86_64 -nodefaults -no-user-config -display none
		-no-reboot -m "$mem" -smp "$smp"
		-kernel "$kernel_root/boot/vmlinuz-$release"
		-initrd "$work/initrd"
		-append "console=ttyS0 loglevel=5 log_buf_len=4M panic=-1 oops=panic $append"
		-chardev "$1,id=console" -serial chardev:console
		-device "virtio-serial-pci,ioeventfd=off"
		-chardev "file,id=out,path=$work/out"
		-device "virtserialport,chardev=out,nr=1,name=switchyard.out"
		-chardev "file,id=err,path=$work/err"
		-device "virtserialport,chardev=err,nr=2,name=switchyard.err"
		-chardev "$2,id=events"
		-device "virtserialport,chardev=events,nr=3,name=switchyard.events")
	if [ "$icount" = 1 ]; then
		command+=(-icount "shift=0,sleep=off")
	else
		command+=(-accel "tcg,thread=single")
	fi
	[ -z "$share" ] || command+=(-virtfs
		"local,path=${share//,/,,},mount_tag=share,security_model=none,multidevs=remap")
	command+=("${qemu_args[@]}")
}

# A guest whose console is this terminal; ^C goes to the guest.
qemu_terminal() {
	local command
	qemu_command "stdio,signal=off,logfile=$work/console.log" \
		"file,path=$work/events"
	setpriv --pdeathsig KILL "${command[@]}" 2>"$work/qemu.err"
	stty sane
	vm_status=$(sed -n 's/^exit \([0-9]*\) .*/\1/p' "$work/events")
	[ -n "$vm_status" ] || vm_reason=$(qemu_reason yes)
}

# Says in one line why the guest ended without a word.
qemu_reason() {
	local log=$work/console.log line
	line=$(grep -a -m1 -E 'Kernel panic|BUG:|Oops|general protection' "$log" 2>/dev/null)
	if [ -n "$line" ]; then
		echo "the guest's kernel crashed: ${line//[$'\r']/}"
	elif [ -s "$work/qemu.err" ]; then
		echo "QEMU stopped: $(head -n 1 "$work/qemu.err")"
	elif [ "$1" = no ]; then
		echo "the guest did not boot"
	else
		echo "the guest stopped before the command ended"
	fi
}

# Reads events until the guest has ended; sets the vm_* variables.
# shellcheck disable=SC2034 # read by tests/vm/sh
qemu_follow() {
	local ready=no left word rest got
	while :; do
		left=$((deadline - SECONDS))
		[ "$left" -gt 0 ] || left=1
		read -r -t "$left" -u "$events" word rest
		got=$?
		if [ "$got" -gt 128 ]; then
			vm_reason="no end after $timeout s (--timeout)"
			[ "$ready" = yes ] || vm_reason="no boot after $timeout s (--timeout)"
			return
		elif [ "$got" -ne 0 ]; then
			vm_reason=$(qemu_reason "$ready")
			return
		fi
		case $word in
		ready) ready=yes ;;
		failed) vm_reason=$rest; return ;;
		exit)
			vm_status=${rest%% *}
			vm_suspects=${rest#* }
			return ;;
		esac
	done
}

# Boots the guest and waits for its end.
qemu_run() {
	local command events deadline streams=()
	: >"$work/out"
	: >"$work/err"
	qemu_command "file,path=$work/console.log" \
		"file,path=/dev/fdset/1,append=on"
	command+=(-add-fd "fd=7,set=1")
	deadline=$((SECONDS + timeout))
	exec {events}< <(exec setpriv --pdeathsig KILL "${command[@]}" \
		</dev/null 7>&1 >/dev/null 2>"$work/qemu.err")
	qemu_pid=$!
	tail -c +1 -s 0.05 --pid="$qemu_pid" -f "$work/out" 2>/dev/null &
	streams+=($!)
	tail -c +1 -s 0.05 --pid="$qemu_pid" -f "$work/err" >&2 2>/dev/null &
	streams+=($!)
	qemu_follow
	qemu_stop
	wait "${streams[@]}" 2>/dev/null
	exec {events}<&-
}
