// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does a policy say about operations of io_uring?
 *
 * They come to the functions of system calls by another way, and seccomp does
 * not see them. Each is prepared by a function of its own, in the submitter or
 * in a thread that is a copy of it, and that is where it is refused: it ends
 * with the errno as its result. A table says for which calls an operation
 * stands, and the strictest verdict on any of them counts, as does the one on
 * io_uring_enter: a ring that the kernel polls needs no call.
 *
 * Arguments are in memory that other threads can change until the kernel has
 * read it, which is after this. So an operation whose call is judged by its
 * arguments gets the strictest verdict that any arguments could get. Where the
 * object is what counts there are rules on objects.
 *
 * An operation that this table does not know gets the strictest verdict that a
 * policy has on any operation. One that was submitted before is not judged.
 */
#include <linux/io_uring_types.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <uapi/linux/io_uring.h>
#include <asm/unistd.h>

#include "guard.h"
#include "object.h"
#include "site.h"

/* Calls that an operation stands for besides io_uring_enter. */
#define CALLS	3

/* Newer than the oldest kernel; their numbers are the same everywhere. */
#define NR_FUTEX_WAKE	454
#define NR_FUTEX_WAIT	455

/* No operation stands for read() alone, and 0 is its number: one more. */
#define C(_call)	((__NR_ ## _call) + 1)

static const u16 calls[RSG_URING_OPS][CALLS] = {
	[IORING_OP_READV] = { C(readv), C(preadv) },
	[IORING_OP_WRITEV] = { C(writev), C(pwritev) },
	[IORING_OP_FSYNC] = { C(fsync), C(fdatasync) },
	[IORING_OP_READ_FIXED] = { C(read), C(pread64) },
	[IORING_OP_WRITE_FIXED] = { C(write), C(pwrite64) },
	[IORING_OP_POLL_ADD] = { C(poll) },
	[IORING_OP_SYNC_FILE_RANGE] = { C(sync_file_range) },
	[IORING_OP_SENDMSG] = { C(sendmsg) },
	[IORING_OP_RECVMSG] = { C(recvmsg) },
	[IORING_OP_ACCEPT] = { C(accept4), C(accept) },
	[IORING_OP_CONNECT] = { C(connect) },
	[IORING_OP_FALLOCATE] = { C(fallocate) },
	[IORING_OP_OPENAT] = { C(openat) },
	[IORING_OP_CLOSE] = { C(close) },
	[IORING_OP_STATX] = { C(statx) },
	[IORING_OP_READ] = { C(read), C(pread64) },
	[IORING_OP_WRITE] = { C(write), C(pwrite64) },
	[IORING_OP_FADVISE] = { C(fadvise64) },
	[IORING_OP_MADVISE] = { C(madvise) },
	[IORING_OP_SEND] = { C(sendto) },
	[IORING_OP_RECV] = { C(recvfrom) },
	[IORING_OP_OPENAT2] = { C(openat2) },
	[IORING_OP_EPOLL_CTL] = { C(epoll_ctl) },
	[IORING_OP_SPLICE] = { C(splice) },
	[IORING_OP_TEE] = { C(tee) },
	[IORING_OP_SHUTDOWN] = { C(shutdown) },
	[IORING_OP_RENAMEAT] = { C(renameat2), C(renameat) },
	[IORING_OP_UNLINKAT] = { C(unlinkat) },
	[IORING_OP_MKDIRAT] = { C(mkdirat) },
	[IORING_OP_SYMLINKAT] = { C(symlinkat) },
	[IORING_OP_LINKAT] = { C(linkat) },
	[IORING_OP_FSETXATTR] = { C(fsetxattr) },
	[IORING_OP_SETXATTR] = { C(setxattr) },
	[IORING_OP_FGETXATTR] = { C(fgetxattr) },
	[IORING_OP_GETXATTR] = { C(getxattr) },
	[IORING_OP_SOCKET] = { C(socket) },
	[IORING_OP_URING_CMD] = { C(ioctl) },
	[IORING_OP_SEND_ZC] = { C(sendto) },
	[IORING_OP_SENDMSG_ZC] = { C(sendmsg) },
	/* From here on by number: not every kernel has a name for them. */
	[49] = { C(read), C(pread64) },		/* READ_MULTISHOT */
	[50] = { C(waitid) },			/* WAITID */
	[51] = { C(futex), NR_FUTEX_WAIT + 1 },	/* FUTEX_WAIT */
	[52] = { C(futex), NR_FUTEX_WAKE + 1 },	/* FUTEX_WAKE */
	[53] = { C(futex_waitv) },		/* FUTEX_WAITV */
	[54] = { C(dup) },			/* FIXED_FD_INSTALL */
	[55] = { C(ftruncate) },		/* FTRUNCATE */
	[56] = { C(bind) },			/* BIND */
	[57] = { C(listen) },			/* LISTEN */
	[58] = { C(recvmsg), C(recvfrom) },	/* RECV_ZC */
	[59] = { C(epoll_wait), C(epoll_pwait), C(epoll_pwait2) },
	[60] = { C(readv), C(preadv) },		/* READV_FIXED */
	[61] = { C(writev), C(pwritev) },	/* WRITEV_FIXED */
	[62] = { C(pipe2), C(pipe) },		/* PIPE */
	[64] = { C(ioctl) },			/* URING_CMD128 */
};

/* The strictest verdict that @source has on x86_64's call @nr. */
static u32 strictest(const struct rsg_source *source, unsigned int nr)
{
	u32 verdict = SECCOMP_RET_ALLOW;
	const struct rsg_rule *rule;
	unsigned int i;

	for (i = 0; i < source->nr_rules; i++) {
		rule = &source->rules[i];
		if (rule->abi != RSG_X86_64 || rule->nr != nr)
			continue;
		verdict = rsg_stricter(verdict, rule->verdict);
		if (!rule->nr_args)
			return verdict;
	}
	return rsg_stricter(verdict, source->default_verdict);
}

/**
 * rsg_uring_fill - find the verdicts on operations of io_uring
 * @verdicts: RSG_URING_OPS of them, and one for those we do not know
 * @source: the rules, in kernel memory
 */
void rsg_uring_fill(u32 *verdicts, const struct rsg_source *source)
{
	u32 enter = strictest(source, __NR_io_uring_enter), *all;
	unsigned int op, i;

	all = &verdicts[RSG_URING_OPS];
	*all = enter;
	for (op = 0; op < RSG_URING_OPS; op++) {
		verdicts[op] = enter;
		for (i = 0; i < CALLS && calls[op][i]; i++)
			verdicts[op] =
				rsg_stricter(verdicts[op],
					     strictest(source,
						       calls[op][i] - 1));
		*all = rsg_stricter(*all, verdicts[op]);
	}
}

static bool is_wanted(const struct rsg_site *site,
		      const struct rsg_policy *policy,
		      const struct rsg_rules *rules)
{
	/* What the kernel does not know it refuses by itself. */
	return site->data < IORING_OP_LAST &&
	       rules->objects->uring[site->data] != SECCOMP_RET_ALLOW;
}

/* io_*_prep(req, sqe): the opcode in @req is the kernel's own copy. */
static notrace u32 judge_op(struct rsg_look *look)
{
	struct io_kiocb *req = (void *)rsg_site_arg(look, 0);
	unsigned int op = min_t(unsigned int, req->opcode, RSG_URING_OPS);
	u32 verdict;

	look->args[0] = req->opcode;
	look->nr = __NR_io_uring_enter;
	op = array_index_nospec(op, RSG_URING_OPS + 1);
	if (op < RSG_URING_OPS && calls[op][0])
		look->nr = calls[op][0] - 1;
	verdict = look->rules->objects->uring[op];
	/*
	 * A request that fails is cleaned up by what its preparation left. The
	 * kernel clears that where it fails before; without this, a refused
	 * send would end with what an earlier request had there.
	 */
	if (!rsg_verdict_allows(verdict))
		memset(&req->cmd.data, 0, sizeof(req->cmd.data));
	return verdict;
}

#define OP(_op, ...) {					\
	.names = { __VA_ARGS__ },			\
	.judge = judge_op,				\
	.wanted = is_wanted,				\
	.observed = true,				\
	.data = (_op),					\
}

/* By opcode; several operations may share a function. */
const struct rsg_site rsg_uring_sites[] = {
	OP(0, "io_nop_prep"),
	OP(1, "io_prep_readv", "io_prep_rw"),
	OP(2, "io_prep_writev", "io_prep_rw"),
	OP(3, "io_fsync_prep"),
	OP(4, "io_prep_read_fixed", "io_prep_rw"),
	OP(5, "io_prep_write_fixed", "io_prep_rw"),
	OP(6, "io_poll_add_prep"),
	OP(7, "io_poll_remove_prep"),
	OP(8, "io_sfr_prep"),
	OP(9, "io_sendmsg_prep"),
	OP(10, "io_recvmsg_prep"),
	OP(11, "io_timeout_prep"),
	OP(12, "io_timeout_remove_prep"),
	OP(13, "io_accept_prep"),
	OP(14, "io_async_cancel_prep"),
	OP(15, "io_link_timeout_prep"),
	OP(16, "io_connect_prep"),
	OP(17, "io_fallocate_prep"),
	OP(18, "io_openat_prep"),
	OP(19, "io_close_prep"),
	OP(20, "io_files_update_prep"),
	OP(21, "io_statx_prep"),
	OP(22, "io_prep_read", "io_prep_rw"),
	OP(23, "io_prep_write", "io_prep_rw"),
	OP(24, "io_fadvise_prep"),
	OP(25, "io_madvise_prep"),
	OP(26, "io_sendmsg_prep"),
	OP(27, "io_recvmsg_prep"),
	OP(28, "io_openat2_prep"),
	OP(29, "io_epoll_ctl_prep"),
	OP(30, "io_splice_prep"),
	OP(31, "io_provide_buffers_prep"),
	OP(32, "io_remove_buffers_prep"),
	OP(33, "io_tee_prep"),
	OP(34, "io_shutdown_prep"),
	OP(35, "io_renameat_prep"),
	OP(36, "io_unlinkat_prep"),
	OP(37, "io_mkdirat_prep"),
	OP(38, "io_symlinkat_prep"),
	OP(39, "io_linkat_prep"),
	OP(40, "io_msg_ring_prep"),
	OP(41, "io_fsetxattr_prep"),
	OP(42, "io_setxattr_prep"),
	OP(43, "io_fgetxattr_prep"),
	OP(44, "io_getxattr_prep"),
	OP(45, "io_socket_prep"),
	OP(46, "io_uring_cmd_prep"),
	OP(47, "io_send_zc_prep"),
	OP(48, "io_send_zc_prep"),
	OP(49, "io_read_mshot_prep"),
	OP(50, "io_waitid_prep"),
	OP(51, "io_futex_wait_prep", "io_futex_prep"),
	OP(52, "io_futex_prep"),
	OP(53, "io_futexv_prep"),
	OP(54, "io_install_fixed_fd_prep"),
	OP(55, "io_ftruncate_prep"),
	OP(56, "io_bind_prep"),
	OP(57, "io_listen_prep"),
	OP(58, "io_recvzc_prep"),
	OP(59, "io_epoll_wait_prep"),
	OP(60, "io_prep_readv_fixed"),
	OP(61, "io_prep_writev_fixed"),
	OP(62, "io_pipe_prep"),
	OP(63, "io_nop_prep"),
	OP(64, "io_uring_cmd_prep"),
	{}
};
