/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers of the host share: an input that is taken apart from its
 * beginning, and a way to say that a promise was broken. Whoever takes more
 * than there is gets zeros, so that every input means something.
 */
#ifndef RS_FUZZ_H
#define RS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct input - what is left of an input
 * @data: the bytes
 * @len: how many
 */
struct input {
	const uint8_t *data;
	size_t len;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A finding: libFuzzer keeps the input of who aborts. */
#define BROKEN(...) do {						\
	fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);			\
	fprintf(stderr, __VA_ARGS__);					\
	fputc('\n', stderr);						\
	abort();							\
} while (0)

#define MUST(cond) do {							\
	if (!(cond))							\
		BROKEN("not true: %s", #cond);				\
} while (0)

static inline void in_bytes(struct input *in, void *to, size_t len)
{
	size_t n = len < in->len ? len : in->len;

	memset(to, 0, len);
	if (n)
		memcpy(to, in->data, n);
	in->data += n;
	in->len -= n;
}

static inline uint8_t in_u8(struct input *in)
{
	uint8_t v;

	in_bytes(in, &v, sizeof(v));
	return v;
}

static inline uint16_t in_u16(struct input *in)
{
	uint16_t v;

	in_bytes(in, &v, sizeof(v));
	return v;
}

static inline uint32_t in_u32(struct input *in)
{
	uint32_t v;

	in_bytes(in, &v, sizeof(v));
	return v;
}

static inline uint64_t in_u64(struct input *in)
{
	uint64_t v;

	in_bytes(in, &v, sizeof(v));
	return v;
}

/* Mostly a number at which something changes, with few bytes of input. */
static inline uint64_t in_edge(struct input *in)
{
	static const uint64_t edges[] = {
		0, 1, 2, 3, 7, 8, 0x1f, 0x20, 0xff, 0x1000, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, 1ULL << 63, UINT64_MAX,
	};
	uint8_t how = in_u8(in);

	if (how < 0xe0)
		return edges[how % 16] + (how >> 5) % 3 - 1;
	return in_u64(in);
}

#endif /* RS_FUZZ_H */
