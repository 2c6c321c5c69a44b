/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 6.1 to 7.3 spell differently. The rest of the suite reads as if written
 * in-tree for the newest kernel; each shim goes when its kernel leaves the
 * matrix. The only file with tests of versions, macros or probes.
 */
#ifndef _RINGSIDE_COMPAT_H
#define _RINGSIDE_COMPAT_H

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>
#include <linux/vmstat.h>

/* struct ftrace_regs became opaque; before, its pt_regs were a plain member. */
static __always_inline struct pt_regs *rs_ftrace_regs(struct ftrace_regs *fregs)
{
#ifdef RS_HAVE_ARCH_FTRACE_REGS
	return &arch_ftrace_regs(fregs)->regs;
#else
	return &fregs->regs;
#endif
}

/* First argument of the function that is being entered. */
static __always_inline unsigned long rs_ftrace_arg0(struct ftrace_regs *fregs)
{
	return rs_ftrace_regs(fregs)->di;
}

/* Leave for @target, as if it had been called with @arg0, when tracing ends. */
static __always_inline void
rs_ftrace_divert(struct ftrace_regs *fregs, void *target, unsigned long arg0)
{
	rs_ftrace_regs(fregs)->di = arg0;
	rs_ftrace_regs(fregs)->ip = (unsigned long)target;
}

/* Queues were described by parallel arrays of names and callbacks. */
#ifndef RS_HAVE_VIRTQUEUE_INFO
struct virtqueue_info {
	const char *name;
	vq_callback_t *callback;
};
#endif

/* At most 8 queues; those without a name are skipped. */
static inline int rs_virtio_find_vqs(struct virtio_device *vdev,
				     unsigned int nr, struct virtqueue *vqs[],
				     struct virtqueue_info info[])
{
#ifdef RS_HAVE_VIRTQUEUE_INFO
	return virtio_find_vqs(vdev, nr, vqs, info, NULL);
#else
	vq_callback_t *callbacks[8];
	const char *names[8];
	unsigned int i;

	if (WARN_ON_ONCE(nr > ARRAY_SIZE(names)))
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		callbacks[i] = info[i].callback;
		names[i] = info[i].name;
	}
	return virtio_find_vqs(vdev, nr, vqs, callbacks, names, NULL);
#endif
}

/*
 * The other end, for a transport: makes rs_find_vqs(), which is what struct
 * virtio_config_ops wants, out of @fn(vdev, nr, vqs, info).
 */
#ifdef RS_HAVE_VIRTQUEUE_INFO
#define RS_DEFINE_FIND_VQS(fn)						\
static int rs_find_vqs(struct virtio_device *vdev, unsigned int nr,	\
		       struct virtqueue *vqs[],				\
		       struct virtqueue_info info[],			\
		       struct irq_affinity *desc)			\
{									\
	return fn(vdev, nr, vqs, info);					\
}
#else
#define RS_DEFINE_FIND_VQS(fn)						\
static int rs_find_vqs(struct virtio_device *vdev, unsigned int nr,	\
		       struct virtqueue *vqs[],				\
		       vq_callback_t *callbacks[],			\
		       const char * const names[], const bool *ctx,	\
		       struct irq_affinity *desc)			\
{									\
	struct virtqueue_info info[8];					\
	unsigned int i;							\
									\
	if (nr > ARRAY_SIZE(info))					\
		return -EINVAL;						\
	for (i = 0; i < nr; i++) {					\
		info[i].name = names[i];				\
		info[i].callback = callbacks[i];			\
	}								\
	return fn(vdev, nr, vqs, info);					\
}
#endif

/* Enter @nr pages of @page's node as ballooned (negative: strike out). */
static inline void rs_balloon_account(struct page *page, long nr)
{
#ifdef RS_HAVE_NR_BALLOON_PAGES
	mod_node_page_state(page_pgdat(page), NR_BALLOON_PAGES, nr);
#endif
}

static inline void rs_balloon_event(bool inflate, long nr)
{
#ifdef RS_HAVE_BALLOON_EVENTS
	count_vm_events(inflate ? BALLOON_INFLATE : BALLOON_DEFLATE, nr);
#endif
}

/*
 * The kernel's balloon core, which makes single pages movable. Only for those
 * who ask. It moved to a header of its own when it began to swap pages in its
 * list by itself, to enter them in the node's statistics, and to adjust the
 * count of managed pages if told so; no caller of these helpers tells it so.
 */
#ifdef RS_WANT_BALLOON_CORE
#ifdef RS_HAVE_BALLOON_CORE
#include <linux/balloon.h>
#else
#include <linux/balloon_compaction.h>
#endif

/*
 * End of a migration: @newpage takes the place of @page, which is freed. Both
 * are locked and @page is isolated. The caller has told the host.
 */
static inline void rs_balloon_swap(struct balloon_dev_info *info,
				   struct page *newpage, struct page *page)
{
#if !defined(RS_HAVE_BALLOON_CORE) && defined(CONFIG_BALLOON_COMPACTION)
	unsigned long flags;

	get_page(newpage);
	spin_lock_irqsave(&info->pages_lock, flags);
	balloon_page_insert(info, newpage);
	info->isolated_pages--;
	__count_vm_event(BALLOON_MIGRATE);
	spin_unlock_irqrestore(&info->pages_lock, flags);
	balloon_page_finalize(page);
	put_page(page);
#endif
}
#endif /* RS_WANT_BALLOON_CORE */

/*
 * A shrinker became an object of the kernel's, with room for its owner's
 * pointer. Only for those who ask. One that was not registered may be
 * unregistered.
 */
#ifdef RS_WANT_SHRINKER
#include <linux/shrinker.h>

struct rs_shrinker {
#ifdef RS_HAVE_SHRINKER_ALLOC
	struct shrinker *core;
#else
	struct shrinker core;
	void *owner;
#endif
};

typedef unsigned long (*rs_shrink_fn)(struct shrinker *shrinker,
				      struct shrink_control *sc);

static inline int rs_shrinker_register(struct rs_shrinker *s,
				       rs_shrink_fn count, rs_shrink_fn scan,
				       void *owner, const char *name)
{
#ifdef RS_HAVE_SHRINKER_ALLOC
	s->core = shrinker_alloc(0, "%s", name);
	if (!s->core)
		return -ENOMEM;
	s->core->count_objects = count;
	s->core->scan_objects = scan;
	s->core->private_data = owner;
	shrinker_register(s->core);
	return 0;
#else
	s->core = (struct shrinker){
		.count_objects = count,
		.scan_objects = scan,
		.seeks = DEFAULT_SEEKS,
	};
	s->owner = owner;
	return register_shrinker(&s->core, "%s", name);
#endif
}

static inline void rs_shrinker_unregister(struct rs_shrinker *s)
{
#ifdef RS_HAVE_SHRINKER_ALLOC
	shrinker_free(s->core);
	s->core = NULL;
#else
	unregister_shrinker(&s->core);
#endif
}

static inline void *rs_shrinker_owner(struct shrinker *core)
{
#ifdef RS_HAVE_SHRINKER_ALLOC
	return core->private_data;
#else
	return container_of(core, struct rs_shrinker, core)->owner;
#endif
}
#endif /* RS_WANT_SHRINKER */

/* PGSCAN_* and PGSTEAL_* became statistics of nodes. */
static inline unsigned long rs_reclaim_count(const unsigned long *events,
					     int item)
{
#ifdef RS_HAVE_RECLAIM_VM_EVENTS
	return events[item];
#else
	return global_node_page_state((enum node_stat_item)item);
#endif
}

/* Later tags of the statistics queue. Their numbers are the device's ABI. */
#ifndef VIRTIO_BALLOON_S_OOM_KILL
#define VIRTIO_BALLOON_S_OOM_KILL	10
#define VIRTIO_BALLOON_S_ALLOC_STALL	11
#define VIRTIO_BALLOON_S_ASYNC_SCAN	12
#define VIRTIO_BALLOON_S_DIRECT_SCAN	13
#define VIRTIO_BALLOON_S_ASYNC_RECLAIM	14
#define VIRTIO_BALLOON_S_DIRECT_RECLAIM	15
#endif

/*
 * Probes of sys_enter became preemptible, as all probes later did; before,
 * their caller had preemption off, and each instruction counts there.
 */
static __always_inline void rs_sys_enter_begin(void)
{
#ifdef RS_HAVE_FAULTABLE_TRACEPOINTS
	preempt_disable_notrace();
#endif
}

static __always_inline void rs_sys_enter_end(void)
{
#ifdef RS_HAVE_FAULTABLE_TRACEPOINTS
	preempt_enable_notrace();
#endif
}

/* The five sets of struct cred as one number. */
static inline u64 rs_cap_u64(kernel_cap_t cap)
{
#ifdef CAP_FOR_EACH_U32
	return (u64)cap.cap[1] << 32 | cap.cap[0];
#else
	return cap.val;
#endif
}

/* vm_flags became read-only; writing them takes the lock into account. */
static inline void rs_vm_flags_clear(struct vm_area_struct *vma,
				     unsigned long flags)
{
#ifdef RS_HAVE_VM_FLAGS_CLEAR
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

/* The lock of root and working directory became a sequence lock. */
static inline void rs_fs_lock(struct fs_struct *fs)
{
#ifdef RS_HAVE_FS_SEQLOCK
	read_seqlock_excl(&fs->seq);
#else
	spin_lock(&fs->lock);
#endif
}

static inline void rs_fs_unlock(struct fs_struct *fs)
{
#ifdef RS_HAVE_FS_SEQLOCK
	read_sequnlock_excl(&fs->seq);
#else
	spin_unlock(&fs->lock);
#endif
}

/* Flags of clone(), as probes of task_newtask get them. */
#ifdef RS_HAVE_CLONE_FLAGS_U64
#define RS_CLONE_FLAGS	u64
#else
#define RS_CLONE_FLAGS	unsigned long
#endif

/* What the handler of a SysRq key gets. */
#ifdef RS_HAVE_SYSRQ_U8
#define RS_SYSRQ_HANDLER(name)	void name(u8 key)
#else
#define RS_SYSRQ_HANDLER(name)	void name(int key)
#endif

/*
 * The program that @mm runs, with a reference, or NULL. Under RCU. Files came
 * to be reused under RCU, so that taking one needs the place it is read from.
 */
static inline struct file *rs_exe_file_get(struct mm_struct *mm)
{
#ifdef RS_HAVE_GET_FILE_RCU_SLOT
	return get_file_rcu(&mm->exe_file);
#else
	struct file *file = rcu_dereference(mm->exe_file);

	return file && get_file_rcu(file) ? file : NULL;
#endif
}

/* The page fault events left arch/x86. Only for those who ask: it is long. */
#ifdef RS_WANT_EXCEPTION_EVENTS
#ifdef RS_HAVE_GENERIC_EXCEPTIONS
#include <trace/events/exceptions.h>
#else
#include <asm/trace/exceptions.h>
#endif
#endif

/* Which argument of a d_revalidate() function is the entry that is asked for? */
#ifdef RS_HAVE_REVALIDATE_DIR
#define RS_REVALIDATE_DENTRY_ARG	2
#else
#define RS_REVALIDATE_DENTRY_ARG	0
#endif

#endif /* _RINGSIDE_COMPAT_H */
