/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What would seccomp(2) return? Runs a filter of classic BPF as the kernel
 * does, over the instructions that seccomp allows.
 */
#ifndef UNIT_BPF_H
#define UNIT_BPF_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint32_t bpf_alu(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return b < 32 ? a << b : 0;
	case BPF_RSH:
		return b < 32 ? a >> b : 0;
	case BPF_NEG:
		return -a;
	}
	abort();
}

static bool bpf_jumps(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JSET:
		return a & b;
	}
	abort();
}

/* The filter's answer about @data. What it may not do ends the test. */
static uint32_t bpf_run(const struct sock_filter *prog, size_t len,
			const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, mem[BPF_MEMWORDS] = { 0 };
	const struct sock_filter *i;
	size_t pc;

	for (pc = 0; pc < len; pc++) {
		i = &prog[pc];
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (i->k % 4 || i->k > sizeof(*data) - 4)
				abort();
			memcpy(&a, (const char *)data + i->k, 4);
			break;
		case BPF_LD | BPF_MEM:
			a = mem[i->k];
			break;
		case BPF_ST:
			mem[i->k] = a;
			break;
		case BPF_LD | BPF_IMM:
			a = i->k;
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_MISC | BPF_TXA:
			a = x;
			break;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		case BPF_RET | BPF_A:
			return a;
		default:
			if (BPF_CLASS(i->code) == BPF_JMP)
				pc += bpf_jumps(i->code, a,
						BPF_SRC(i->code) == BPF_X ?
						x : i->k) ? i->jt : i->jf;
			else if (BPF_CLASS(i->code) == BPF_ALU)
				a = bpf_alu(i->code, a,
					    BPF_SRC(i->code) == BPF_X ?
					    x : i->k);
			else
				abort();
		}
	}
	abort();
}

#endif /* UNIT_BPF_H */
