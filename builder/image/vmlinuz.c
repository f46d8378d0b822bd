// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the ELF image out of a bzImage. The setup header (Documentation/x86/
 * boot.rst, payload_offset and payload_length) says where it lies, its first
 * bytes how it is compressed; the system's own program unpacks it, so that no
 * compression library is needed. The last four bytes of a payload are its size
 * for the boot stub and no part of the stream.
 */
#include <stdio.h>
#include <unistd.h>

#include "../tool/command.h"
#include "../tool/path.h"
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

	fault = sy_path_write(packed, payload->bytes, payload->size);
	return fault ? fault : sy_command_run(&run);
}

static struct sy_fault *sy_unpack_to(const struct sy_payload *payload,
				     const char *out)
{
	struct sy_path packed, temp, log;
	struct sy_fault *fault;
	int pid = (int)getpid();

	fault = sy_path_make(&packed, "%s.%d.packed", out, pid);
	if (!fault)
		fault = sy_path_make(&temp, "%s.%d.temp", out, pid);
	if (!fault)
		fault = sy_path_make(&log, "%s.%d.log", out, pid);
	if (fault)
		return fault;
	fault = sy_unpack_payload(payload, packed.text, temp.text, log.text);
	if (!fault && rename(temp.text, out))
		fault = sy_fault_system(out);
	unlink(packed.text);
	unlink(temp.text);
	unlink(log.text);
	return fault;
}

struct sy_fault *sy_vmlinuz_unpack(const char *vmlinuz, const char *out)
{
	struct sy_payload payload;
	struct sy_fault *fault;
	struct sy_file file;

	fault = sy_file_open(vmlinuz, &file);
	if (fault)
		return fault;
	fault = sy_vmlinuz_payload(file.bytes, file.size, vmlinuz, &payload);
	if (!fault)
		fault = sy_unpack_to(&payload, out);
	sy_file_close(&file);
	return fault;
}
