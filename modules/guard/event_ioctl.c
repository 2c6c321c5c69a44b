// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that records are read from, and the dump of what was learned:
 * the user memory side of record.c and learn.c. The structures are documented
 * in include/uapi/linux/ringside_guard.h.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "guard.h"
#include "event.h"

/* No holes: each size is the sum of its members. */
static_assert(sizeof(struct rsg_events) == 8);
static_assert(sizeof(struct rsg_event) ==
	      184 + RSG_NAME_LEN + RSG_ORIGIN_LEN + RSG_FUNCTION_LEN +
	      RSG_PATH_LEN);
static_assert(sizeof(struct rsg_learned) ==
	      24 + RSG_ARGS * RSG_LEARN_VALUES * 8);
static_assert(sizeof(struct rsg_learn_dump) == 32);

/**
 * struct stream - an open descriptor
 * @lock: one thread reads at a time; nests outside the ring's lock
 * @reader: where it is; protected by @lock
 * @event: the record on its way to user space; protected by @lock
 */
struct stream {
	struct mutex lock;
	struct rsg_reader reader;
	struct rsg_event event;
};

/* Copy as many records as fit; return how many bytes, or -EFAULT. */
static ssize_t copy_records(struct stream *stream, char __user *buf,
			    size_t count)
{
	const size_t size = sizeof(stream->event);
	size_t done = 0;

	lockdep_assert_held(&stream->lock);
	while (count - done >= size &&
	       rsg_reader_peek(&stream->reader, &stream->event)) {
		if (copy_to_user(buf + done, &stream->event, size))
			return done ? done : -EFAULT;
		rsg_reader_advance(&stream->reader);
		done += size;
	}
	return done;
}

static ssize_t stream_read(struct file *file, char __user *buf, size_t count,
			   loff_t *pos)
{
	struct stream *stream = file->private_data;
	ssize_t ret;

	if (count < sizeof(stream->event))
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&stream->lock))
			return -ERESTARTSYS;
		ret = copy_records(stream, buf, count);
		mutex_unlock(&stream->lock);
		if (ret)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(rsg_readers,
					     rsg_reader_ready(&stream->reader)))
			return -ERESTARTSYS;
	}
}

static __poll_t stream_poll(struct file *file, poll_table *table)
{
	struct stream *stream = file->private_data;

	poll_wait(file, &rsg_readers, table);
	return rsg_reader_ready(&stream->reader) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int stream_release(struct inode *inode, struct file *file)
{
	struct stream *stream = file->private_data;

	mutex_destroy(&stream->lock);
	kfree(stream);
	return 0;
}

/* The owner keeps the module, and so what is waited for, while it is open. */
static const struct file_operations stream_fops = {
	.owner = THIS_MODULE,
	.read = stream_read,
	.poll = stream_poll,
	.release = stream_release,
	.llseek = noop_llseek,
};

/**
 * rsg_events_ioctl - RSG_IOC_EVENTS
 * @file: the device
 * @arg: struct rsg_events
 *
 * Return: a descriptor, or -EINVAL, -ENOMEM, -EMFILE, -ENFILE.
 */
long rsg_events_ioctl(struct file *file, void *arg)
{
	const struct rsg_events *events = arg;
	struct stream *stream;
	int ret;

	if (events->flags & ~RSG_EVENTS_HISTORY)
		return -EINVAL;
	stream = kzalloc(sizeof(*stream), GFP_KERNEL_ACCOUNT);
	if (!stream)
		return -ENOMEM;
	mutex_init(&stream->lock);
	rsg_reader_init(&stream->reader, events->flags & RSG_EVENTS_HISTORY);
	ret = anon_inode_getfd("[ringside-guard-events]", &stream_fops, stream,
			       O_RDONLY | O_CLOEXEC);
	if (ret < 0)
		kfree(stream);
	return ret;
}

/* What the policy has seen, into kernel memory. */
static int dump(struct rsg_learn_dump *arg, struct rsg_learned *calls, u32 room)
{
	struct rsg_policy *policy;
	int ret;

	if (mutex_lock_killable(&rsg_lock))
		return -EINTR;
	policy = rsg_policy_find(arg->id);
	ret = policy ? rsg_learn_dump(policy, calls, room, &arg->beyond) :
		       -ENOENT;
	mutex_unlock(&rsg_lock);
	return ret;
}

/**
 * rsg_learn_ioctl - RSG_IOC_LEARN_DUMP
 * @file: the device
 * @arg: struct rsg_learn_dump
 *
 * Return: 0, or -EINVAL, -ENOENT, -ENODATA, -EFAULT, -ENOMEM, -EINTR.
 */
long rsg_learn_ioctl(struct file *file, void *arg)
{
	struct rsg_learn_dump *learn = arg;
	u32 room = min_t(u32, learn->nr_calls, RSG_ABIS * RSG_CALLS);
	struct rsg_learned *calls;
	int ret;

	if (learn->__reserved)
		return -EINVAL;
	calls = kvcalloc(max(room, 1U), sizeof(*calls), GFP_KERNEL_ACCOUNT);
	if (!calls)
		return -ENOMEM;
	ret = dump(learn, calls, room);
	if (ret >= 0) {
		learn->nr_calls = ret;
		ret = copy_to_user(u64_to_user_ptr(learn->calls), calls,
				   min_t(u32, ret, room) * sizeof(*calls)) ?
		      -EFAULT : 0;
	}
	kvfree(calls);
	return ret;
}
