// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who hears of the hook's decisions? This turns the slots of event.c into
 * records: in a ring that any number of readers read at their own pace, in the
 * kernel's audit trail if that is enabled, and in the kernel's log, where the
 * rate is limited.
 *
 * The first decision of a kind is told at once, its repeats once a second with
 * their number. No decision is lost on the way unless all slots of a bucket
 * are used by others, and that is counted. The ring keeps the last records; a
 * reader that is too slow sees a gap in their numbers.
 *
 * Lock order: ring_lock nests inside nothing of ours. The buckets' locks are
 * innermost and never held while a record is made.
 */
#include <linux/audit.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/sort.h>
#include <linux/wait.h>

#include "guard.h"
#include "event.h"
#include "repeat.h"
#include "site.h"

/* Records that are kept; a power of two. */
#define RING	1024
#define SLOTS	(RSG_BUCKETS * RSG_WAYS)
/* How often repeats are told, and how long an idle slot is kept. */
#define PERIOD	HZ

DECLARE_WAIT_QUEUE_HEAD(rsg_readers);

static DEFINE_MUTEX(ring_lock);
/* Record N is at index N % RING. Protected by ring_lock. */
static struct rsg_event *ring;
/* Number of the next record, from 1. Written under ring_lock. */
static u64 next_number = 1;

/* The slots in question, in the order of their decisions. The work's alone. */
static struct {
	u64 time;
	struct rsg_slot *slot;
} due[SLOTS];

static void tell(struct work_struct *work);
static DECLARE_DELAYED_WORK(work, tell);

/* The hook may hold any lock; queueing work from there could want one. */
static void start_work(struct irq_work *irq_work)
{
	mod_delayed_work(rsg_workqueue, &work, 0);
}

static struct irq_work kick = IRQ_WORK_INIT(start_work);

/**
 * rsg_records_kick - a slot waits for its first record
 *
 * Context: any.
 */
notrace void rsg_records_kick(void)
{
	irq_work_queue(&kick);
}

static struct rsg_bucket *bucket_of(const struct rsg_slot *slot)
{
	return &rsg_buckets[((const char *)slot - (const char *)rsg_buckets) /
			    sizeof(struct rsg_bucket)];
}

static struct rsg_slot *slot_at(unsigned int i)
{
	return &rsg_buckets[i / RSG_WAYS].slots[i % RSG_WAYS];
}

/* As the kernel's own audit records write what a user chose. */
static void audit_text(struct audit_buffer *ab, const char *key,
		       const char *text)
{
	const char *c;

	for (c = text; *c; c++)
		if (*c == '"' || *c < '!' || *c > '~')
			break;
	if (!*c) {
		audit_log_format(ab, " %s=\"%s\"", key, text);
		return;
	}
	audit_log_format(ab, " %s=", key);
	for (c = text; *c; c++)
		audit_log_format(ab, "%02X", (u8)*c);
}

static void audit_record(const struct rsg_event *event)
{
	struct audit_buffer *ab;

	if (!audit_enabled)
		return;
	/* Without waiting: a full backlog must not hold up the readers. */
	ab = audit_log_start(NULL, GFP_NOWAIT, AUDIT_KERNEL_OTHER);
	if (!ab)
		return;
	audit_log_format(ab, "ringside_guard: op=%s verdict=0x%08x count=%llu",
			 event->mode == RSG_MODE_ENFORCE ? "enforce" : "audit",
			 event->verdict, event->count);
	audit_log_format(ab, " arch=%x syscall=%u a0=%llx a1=%llx a2=%llx a3=%llx",
			 event->abi == RSG_I386 ? AUDIT_ARCH_I386 :
						  AUDIT_ARCH_X86_64,
			 event->nr, event->args[0], event->args[1],
			 event->args[2], event->args[3]);
	audit_log_format(ab, " pid=%d uid=%u ip=0x%llx rule=%d site=%u",
			 event->tgid, event->uid, event->ip, event->rule,
			 event->site);
	audit_text(ab, "comm", event->comm);
	audit_text(ab, "exe", event->path);
	audit_text(ab, "policy", event->name);
	audit_text(ab, "origin", event->origin);
	audit_log_end(ab);
}

static void name_function(struct rsg_event *event)
{
	const char *name = NULL;

	if (event->site)
		name = rsg_site_name(event->site);
	else if (event->nr < RSG_CALLS)
		name = rsg_call_function(event->abi, event->nr);
	strscpy_pad(event->function, name ?: "", sizeof(event->function));
}

/* In the words of "guard events". */
static const char *outcome(const struct rsg_event *event)
{
	if (rsg_verdict_allows(event->verdict))
		return "noted";
	return event->mode == RSG_MODE_ENFORCE ? "denied" : "would deny";
}

static void log_record(const struct rsg_event *event)
{
	const char *path = event->path;
	const char *comm = event->comm;

	pr_notice_ratelimited("policy %s %s %s: %*pE[%d] uid %u exe %*pE, %llu times\n",
			      event->name, outcome(event), event->function,
			      (int)strlen(comm), comm, event->tgid, event->uid,
			      (int)strlen(path), path, event->count);
}

static void append(struct rsg_event *event)
{
	mutex_lock(&ring_lock);
	event->number = next_number;
	ring[next_number % RING] = *event;
	WRITE_ONCE(next_number, next_number + 1);
	mutex_unlock(&ring_lock);
	wake_up_interruptible(&rsg_readers);
}

/* The path in the program's own mount namespace; empty if it is too long. */
static void find_path(struct rsg_slot *slot, struct file *exe)
{
	char *buf, *path;

	buf = (char *)__get_free_page(GFP_KERNEL);
	if (buf) {
		path = d_path(&exe->f_path, buf, PAGE_SIZE);
		if (!IS_ERR(path) && strlen(path) < RSG_PATH_LEN)
			strscpy(slot->event.path, path, RSG_PATH_LEN);
		free_page((unsigned long)buf);
	}
	fput(exe);
}

static void tell_slot(struct rsg_slot *slot)
{
	static struct rsg_event event; /* the work's alone, and too much for a stack */
	struct rsg_bucket *bucket = bucket_of(slot);
	struct file *exe;

	raw_spin_lock_irq(&bucket->lock);
	slot->fresh = false;
	rsg_new_epoch();
	event = slot->event;
	event.count = atomic64_xchg(&slot->count, 0);
	exe = slot->exe;
	slot->exe = NULL;
	raw_spin_unlock_irq(&bucket->lock);
	slot->told = jiffies;
	slot->is_told = true;
	if (exe)
		find_path(slot, exe);
	memcpy(event.path, slot->event.path, sizeof(event.path));
	event.size = sizeof(event);
	name_function(&event);
	event.lost = atomic64_read(&rsg_decisions_lost);
	append(&event);
	audit_record(&event);
	log_record(&event);
}

static bool is_young(const struct rsg_slot *slot)
{
	return slot->is_told && time_before(jiffies, slot->told + PERIOD);
}

/* Could decisions of other kinds soon find no place? */
static bool is_crowded(const struct rsg_bucket *bucket)
{
	unsigned int i, unused = 0;

	for (i = 0; i < RSG_WAYS; i++)
		unused += !bucket->slots[i].used;
	return unused < RSG_WAYS / 2;
}

/* Is there something to tell, and is it time? */
static bool is_due(const struct rsg_slot *slot)
{
	return slot->used && atomic64_read(&slot->count) && !is_young(slot);
}

/* Has it been told, and nothing since for a while, or is its place wanted? */
static bool is_idle(const struct rsg_slot *slot)
{
	return slot->used && !atomic64_read(&slot->count) &&
	       (!is_young(slot) || is_crowded(bucket_of(slot)));
}

static int compare_times(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Enter the slots that are so in due; return their number. */
static unsigned int find(bool (*is_so)(const struct rsg_slot *slot))
{
	struct rsg_slot *slot;
	unsigned int i, n = 0;

	for (i = 0; i < SLOTS; i++) {
		slot = slot_at(i);
		raw_spin_lock_irq(&bucket_of(slot)->lock);
		if (is_so(slot)) {
			due[n].time = slot->event.time_ns;
			due[n++].slot = slot;
		}
		raw_spin_unlock_irq(&bucket_of(slot)->lock);
	}
	return n;
}

static bool is_used(const struct rsg_slot *slot)
{
	return slot->used;
}

/* Nobody has used these for a while; see the top of event.c. */
static void give_up_idle(unsigned int n)
{
	struct rsg_slot *slot;
	unsigned int i;

	for (i = 0; i < n; i++) {
		slot = due[i].slot;
		raw_spin_lock_irq(&bucket_of(slot)->lock);
		slot->fresh = false;
		raw_spin_unlock_irq(&bucket_of(slot)->lock);
	}
	rsg_new_epoch();
	synchronize_rcu();
	for (i = 0; i < n; i++) {
		slot = due[i].slot;
		raw_spin_lock_irq(&bucket_of(slot)->lock);
		if (!slot->fresh && !atomic64_read(&slot->count))
			slot->used = false;
		raw_spin_unlock_irq(&bucket_of(slot)->lock);
	}
}

static void tell(struct work_struct *unused)
{
	unsigned int i, n;

	n = find(is_due);
	sort(due, n, sizeof(due[0]), compare_times, NULL);
	for (i = 0; i < n; i++)
		tell_slot(due[i].slot);
	n = find(is_idle);
	if (n)
		give_up_idle(n);
	if (find(is_used))
		queue_delayed_work(rsg_workqueue, &work, PERIOD);
}

/**
 * rsg_records_start - be ready for decisions
 *
 * Context: sleeps; called whenever a policy is loaded.
 * Return: 0 or -ENOMEM.
 */
int rsg_records_start(void)
{
	struct rsg_bucket *buckets;
	unsigned int i;

	guard(mutex)(&ring_lock);
	if (ring)
		return 0;
	buckets = kvcalloc(RSG_BUCKETS, sizeof(*buckets), GFP_KERNEL);
	if (!buckets)
		return -ENOMEM;
	ring = kvcalloc(RING, sizeof(*ring), GFP_KERNEL);
	if (!ring) {
		kvfree(buckets);
		return -ENOMEM;
	}
	for (i = 0; i < RSG_BUCKETS; i++)
		raw_spin_lock_init(&buckets[i].lock);
	WRITE_ONCE(rsg_buckets, buckets);
	return 0;
}

/**
 * rsg_records_stop - free everything
 *
 * Context: sleeps. The hook is gone, and so are all readers.
 */
void rsg_records_stop(void)
{
	unsigned int i;

	irq_work_sync(&kick);
	cancel_delayed_work_sync(&work);
	for (i = 0; rsg_buckets && i < SLOTS; i++)
		if (slot_at(i)->exe)
			fput(slot_at(i)->exe);
	kvfree(rsg_buckets);
	kvfree(ring);
}

/**
 * rsg_reader_init - begin to read
 * @reader: the reader
 * @history: with the records that are kept, not only with what comes
 */
void rsg_reader_init(struct rsg_reader *reader, bool history)
{
	guard(mutex)(&ring_lock);
	reader->next = history ? 1 : next_number;
}

/**
 * rsg_reader_ready - is there something to read?
 * @reader: the reader
 *
 * Return: whether there is.
 */
bool rsg_reader_ready(const struct rsg_reader *reader)
{
	return READ_ONCE(reader->next) != READ_ONCE(next_number);
}

/**
 * rsg_reader_peek - copy the next record that is still there
 * @reader: the reader, which nobody else uses meanwhile
 * @event: receives the record
 *
 * Return: false if there is none.
 */
bool rsg_reader_peek(struct rsg_reader *reader, struct rsg_event *event)
{
	guard(mutex)(&ring_lock);
	if (reader->next == next_number)
		return false;
	if (next_number - reader->next > RING)
		WRITE_ONCE(reader->next, next_number - RING);
	*event = ring[reader->next % RING];
	return true;
}

/**
 * rsg_reader_advance - the record that was copied last has been read
 * @reader: the reader
 */
void rsg_reader_advance(struct rsg_reader *reader)
{
	WRITE_ONCE(reader->next, reader->next + 1);
}
