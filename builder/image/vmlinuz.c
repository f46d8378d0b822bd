// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the ELF image out of a bzImage. The setup header (Documentation/x86/
 * boot.rst, payload_offset and payload_length) says where it lies, its first
 * bytes how it is compressed; the system's own program unpacks it, so that no
 * compression library is needed. The last four bytes of a payload are its size
 * for the boot stub and no part of the stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../tool/command.h"
#include "vmlinuz.h"

#define SY_SETUP_SECTS 0x1f1
#define SY_SETUP_MAGIC 0x202
#define SY_SETUP_VERSION 0x206
#define SY_PAYLOAD_OFFSET 0x248
#define SY_PAYLOAD_LENGTH 0x24c
#define SY_SETUP_END 0x250

static const struct {
	const char *program;
	uint8_t magic[6];
	size_t length;
} sy_formats[] = {
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6 },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4 },
	{ "gzip", { 0x1f, 0x8b }, 2 },
};

struct sy_fault *sy_vmlinuz_payload(const uint8_t *bytes, size_t size,
				    const char *path, struct sy_payload *ret)
{
	uint64_t sectors, begin, length;
	size_t i;

	*ret = (struct sy_payload){ 0 };
	if (size < SY_SETUP_END || memcmp(bytes + SY_SETUP_MAGIC, "HdrS", 4))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: no x86 kernel image (no setup header)",
				     path);
	if (sy_get16(bytes + SY_SETUP_VERSION) < 0x208)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: boot protocol %#x is older than 2.08",
				     path, sy_get16(bytes + SY_SETUP_VERSION));
	sectors = bytes[SY_SETUP_SECTS] ? bytes[SY_SETUP_SECTS] : 4;
	begin = (sectors + 1) * 512 + sy_get32(bytes + SY_PAYLOAD_OFFSET);
	length = sy_get32(bytes + SY_PAYLOAD_LENGTH);
	if (length < 16 || !sy_within(begin, length, size))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: truncated: %zu bytes, its payload "
				     "ends at %llu",
				     path, size,
				     (unsigned long long)(begin + length));
	ret->bytes = bytes + begin;
	ret->size = (size_t)length - 4;
	for (i = 0; i < sizeof(sy_formats) / sizeof(sy_formats[0]); i++)
		if (!memcmp(ret->bytes, sy_formats[i].magic,
			    sy_formats[i].length))
			ret->program = sy_formats[i].program;
	if (!ret->program)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: compressed in a way unknown here "
				     "(%02x %02x %02x %02x)",
				     path, ret->bytes[0], ret->bytes[1],
				     ret->bytes[2], ret->bytes[3]);
	return NULL;
}

static struct sy_fault *sy_write_file(const char *path, const uint8_t *bytes,
				      size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ssize_t n;

	if (fd < 0)
		return sy_fault_system(path);
	while (size) {
		n = write(fd, bytes, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			struct sy_fault *fault = sy_fault_system(path);

			close(fd);
			return fault;
		}
		bytes += n;
		size -= (size_t)n;
	}
	return close(fd) ? sy_fault_system(path) : NULL;
}

static struct sy_fault *sy_unpack_payload(const struct sy_payload *payload,
					  const char *packed, const char *temp,
					  const char *log)
{
	const char *const argv[] = { payload->program, "-dc", NULL };
	const struct sy_command_run run = {
		.argv = argv,
		.in = packed,
		.out = temp,
		.log = log,
		.out_size_max = SY_FILE_SIZE_MAX,
	};
	struct sy_fault *fault;

	fault = sy_write_file(packed, payload->bytes, payload->size);
	return fault ? fault : sy_command_run(&run);
}

struct sy_fault *sy_vmlinuz_unpack(const char *vmlinuz, const char *out)
{
	char packed[4096], temp[4096], log[4096];
	struct sy_payload payload;
	struct sy_fault *fault;
	struct sy_file file;
	int pid = (int)getpid();

	if (snprintf(packed, sizeof(packed), "%s.%d.packed", out, pid) >=
	    (int)sizeof(packed) - 8)
		return sy_fault_make(SY_FAULT_BAD_FILE, "%s: too long a name",
				     out);
	snprintf(temp, sizeof(temp), "%s.%d.temp", out, pid);
	snprintf(log, sizeof(log), "%s.%d.log", out, pid);
	fault = sy_file_open(vmlinuz, &file);
	if (fault)
		return fault;
	fault = sy_vmlinuz_payload(file.bytes, file.size, vmlinuz, &payload);
	if (!fault)
		fault = sy_unpack_payload(&payload, packed, temp, log);
	if (!fault && rename(temp, out))
		fault = sy_fault_system(out);
	sy_file_close(&file);
	unlink(packed);
	unlink(temp);
	unlink(log);
	return fault;
}
