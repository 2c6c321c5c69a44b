// SPDX-License-Identifier: GPL-2.0-only
/* Operations on the guard: policies that say anything, on any target. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/seccomp.h>
#include <linux/ringside_guard.h>

#include "guest_fuzz.h"

#define NR_RULES	12
#define NR_ARGS		12
#define NR_OBJECTS	4

/* What the victims do, and a few calls that nobody makes here. */
static const uint16_t calls[] = {
	SYS_getppid, SYS_unshare, SYS_openat, SYS_socket, SYS_nanosleep,
	SYS_clone, SYS_execve, SYS_mount, SYS_personality, SYS_kill,
	SYS_ptrace, SYS_setuid, 20, 64, 102, 310, 500,
};

struct contents {
	struct rsg_rule rules[NR_RULES];
	struct rsg_arg args[NR_ARGS];
	struct rsg_object_rule objects[NR_OBJECTS];
	unsigned int nr_rules, nr_args, nr_objects;
	uint32_t default_verdict;
};

static uint32_t draw_verdict(struct rng *rng)
{
	static const uint32_t verdicts[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW, SECCOMP_RET_LOG,
		SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 38,
		SECCOMP_RET_TRAP | 5, SECCOMP_RET_KILL_THREAD,
		SECCOMP_RET_KILL_PROCESS, RSG_RET_STOP,
	};

	if (one_in(rng, 40))
		return draw(rng);
	return verdicts[below(rng, ARRAY_LEN(verdicts))];
}

static void draw_object(struct rng *rng, struct rsg_object_rule *o, int dir)
{
	static const uint32_t verdicts[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_ERRNO | 13,
		SECCOMP_RET_KILL_PROCESS,
	};

	*o = (struct rsg_object_rule){
		.object = 1 + below(rng, 5), .tag = below(rng, 9),
		.verdict = verdicts[below(rng, 4)],
	};
	if (o->object == RSG_OBJECT_SOCKET) {
		o->family = (int)below(rng, 4) - 1;
		o->type = (int)below(rng, 4) - 1;
	} else if (o->object == RSG_OBJECT_FILE) {
		o->access = 1 + below(rng, 7);
		o->fd = dir;
	}
	if (one_in(rng, 30))
		o->access = draw(rng);
}

static void draw_contents(struct rng *rng, struct contents *c, int dir)
{
	unsigned int i;

	c->nr_rules = below(rng, NR_RULES + 1);
	c->nr_args = NR_ARGS;
	c->nr_objects = one_in(rng, 3) ? below(rng, NR_OBJECTS + 1) : 0;
	c->default_verdict = one_in(rng, 12) ? draw_verdict(rng) :
					      SECCOMP_RET_ALLOW;
	for (i = 0; i < NR_ARGS; i++) {
		c->args[i] = (struct rsg_arg){
			.index = below(rng, RSG_ARGS),
			.op = 1 + below(rng, 7), .value = below(rng, 64),
		};
		if (c->args[i].op == RSG_OP_MASKED_EQ)
			c->args[i].value_two = below(rng, 64);
	}
	for (i = 0; i < c->nr_rules; i++) {
		struct rsg_rule *rule = &c->rules[i];

		*rule = (struct rsg_rule){
			.abi = below(rng, RSG_ABIS), .tag = i,
			.nr = calls[below(rng, ARRAY_LEN(calls))],
			.verdict = draw_verdict(rng),
			.first_arg = below(rng, NR_ARGS - 2),
		};
		if (one_in(rng, 2))
			rule->nr_args = 1 + below(rng, 2);
		if (one_in(rng, 100))
			rule->nr = draw(rng);
	}
	for (i = 0; i < c->nr_objects; i++)
		draw_object(rng, &c->objects[i], dir);
}

void act_guard_open(struct player *p, const struct op *op)
{
	shared->calls++;
	keep_handle(p, GUARD, open("/dev/ringside-guard",
				   (op->b & 1 ? O_RDONLY : O_RDWR) |
				   (op->b & 2 ? O_NONBLOCK : 0) | O_CLOEXEC));
}

static void keep_policy(struct player *p, unsigned int flags, long ret)
{
	struct rsg_policy_info info = { .size = sizeof(info) };

	if (ret < 0)
		return;
	if (flags & RSG_LOAD_PERSIST) {
		keep_id(p, ret);
		return;
	}
	keep_handle(p, POLICY, ret);
	if (!call_ioctl(ret, RSG_IOC_GET_POLICY, &info))
		keep_id(p, info.id);
}

static void name_of(__u8 name[RSG_NAME_LEN], unsigned int c)
{
	snprintf((char *)name, RSG_NAME_LEN, "fuzz%u", c % 32);
	if (c == 255)
		memset(name, 'x', RSG_NAME_LEN);
}

void act_load(struct player *p, const struct op *op)
{
	struct rng rng = { op->v };
	struct contents c;
	struct rsg_load load = {
		.size = sizeof(load), .flags = op->b % 4,
		.rules = (uintptr_t)c.rules, .args = (uintptr_t)c.args,
		.objects = (uintptr_t)c.objects,
	};
	int dir = open("/tmp", O_PATH | O_CLOEXEC);

	draw_contents(&rng, &c, dir);
	load.nr_rules = c.nr_rules;
	load.nr_args = c.nr_args;
	load.nr_objects = c.nr_objects;
	load.default_verdict = c.default_verdict;
	name_of(load.name, op->c);
	if (one_in(&rng, 20))
		load.rules = draw(&rng);
	keep_policy(p, load.flags, call_ioctl(handle_of(p, GUARD, op->a),
					      RSG_IOC_LOAD, &load));
	close(dir);
}

void act_jail(struct player *p, const struct op *op)
{
	struct rsg_jail_arg jail = {
		.size = sizeof(jail), .flags = op->b % 4,
		.root_fd = open(op->v & 1 ? VICTIM_ROOT : "/tmp",
				O_PATH | O_CLOEXEC),
	};

	name_of(jail.name, op->c);
	keep_policy(p, jail.flags, call_ioctl(handle_of(p, GUARD, op->a),
					      RSG_IOC_JAIL, &jail));
	close(jail.root_fd);
}

/* Whom the scope is about; a descriptor is the caller's to close. */
static int target_of(struct player *p, unsigned int scope, unsigned int c)
{
	switch (scope) {
	case RSG_SCOPE_CGROUP:
		return open(c & 8 ? VICTIM_GROUP "/a" : VICTIM_GROUP,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	case RSG_SCOPE_CHROOT:
		return open(c & 8 ? "/" : VICTIM_ROOT, O_PATH | O_CLOEXEC);
	case RSG_SCOPE_PROCESS:
	case RSG_SCOPE_TREE:
		return c >= 250 ? getpid() : victim_of(p, c);
	}
	return 0;
}

void act_attach(struct player *p, const struct op *op)
{
	/* To observe means to hook every call there is, which takes long. */
	static const uint32_t modes[] = {
		RSG_MODE_ENFORCE, RSG_MODE_AUDIT, RSG_MODE_ENFORCE,
		RSG_MODE_AUDIT, RSG_MODE_ENFORCE, RSG_MODE_OBSERVE,
		RSG_MODE_ENFORCE, RSG_MODE_OFF,
	};
	struct rsg_except except = { .scope = RSG_SCOPE_TREE };
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = id_of(p, op->a),
		.scope = 1 + op->b % 5, .mode = modes[op->v % 8],
		.confirm_ms = op->v & 0x100 ? op->v >> 16 : 0,
	};
	int target = target_of(p, attach.scope, op->c);
	bool is_fd = attach.scope >= RSG_SCOPE_CGROUP;

	if (is_fd)
		attach.fd = target;
	else
		attach.pid = target;
	/* By force only what can do no harm; see spare_others(). */
	if (op->v & 0x200 && !is_fd && attach.scope != RSG_SCOPE_EVERYONE &&
	    op->c < 250 && target > 0)
		attach.flags = RSG_ATTACH_FORCE;
	if (op->v & 0x400) {
		except.value = victim_of(p, op->c + 1);
		attach.excepts = (uintptr_t)&except;
		attach.nr_excepts = 1;
	}
	call_ioctl(handle_of(p, GUARD, op->c), RSG_IOC_ATTACH, &attach);
	if (is_fd && target >= 0)
		close(target);
}

/* As a shell would, through a descriptor that is younger than the attach. */
void act_confirm(struct player *p, const struct op *op)
{
	struct rsg_id id = { .size = sizeof(id), .id = id_of(p, op->a) };
	int fd = open("/dev/ringside-guard", O_RDWR | O_CLOEXEC);

	call_ioctl(fd, RSG_IOC_CONFIRM, &id);
	shared->calls += 2;
	close(fd);
}

void act_on_id(struct player *p, const struct op *op)
{
	static const unsigned long cmds[] = {
		RSG_IOC_CONFIRM, RSG_IOC_ROLLBACK, RSG_IOC_DETACH,
		RSG_IOC_DETACH, RSG_IOC_UNLOAD,
	};
	struct rsg_id id = { .size = sizeof(id), .id = id_of(p, op->a) };

	call_ioctl(handle_of(p, GUARD, op->c),
		   cmds[op->b % ARRAY_LEN(cmds)], &id);
}

void act_replace(struct player *p, const struct op *op)
{
	struct rng rng = { op->v };
	struct contents c;
	struct rsg_replace replace = {
		.size = sizeof(replace), .id = id_of(p, op->a),
		.rules = (uintptr_t)c.rules, .args = (uintptr_t)c.args,
		.objects = (uintptr_t)c.objects, .confirm_ms = op->b * 20,
	};
	int dir = open("/tmp", O_PATH | O_CLOEXEC);

	draw_contents(&rng, &c, dir);
	replace.nr_rules = c.nr_rules;
	replace.nr_args = c.nr_args;
	replace.nr_objects = c.nr_objects;
	replace.default_verdict = c.default_verdict;
	call_ioctl(handle_of(p, GUARD, op->c), RSG_IOC_REPLACE, &replace);
	close(dir);
}

static void ask_calls(int fd, uint32_t id, unsigned int nr)
{
	static struct rsg_call_count counts[RSG_ABIS * RSG_CALLS];
	struct rsg_calls arg = {
		.size = sizeof(arg), .id = id, .counts = (uintptr_t)counts,
		.nr = nr % (ARRAY_LEN(counts) + 1),
	};

	call_ioctl(fd, RSG_IOC_GET_CALLS, &arg);
}

static void ask_learned(int fd, uint32_t id, unsigned int nr)
{
	static struct rsg_learned learned[64];
	struct rsg_learn_dump arg = {
		.size = sizeof(arg), .id = id, .calls = (uintptr_t)learned,
		.nr_calls = nr % 65,
	};

	call_ioctl(fd, RSG_IOC_LEARN_DUMP, &arg);
}

static void ask(struct player *p, const struct op *op)
{
	struct rsg_policy_info info = {
		.size = sizeof(info), .id = id_of(p, op->a),
	};
	struct rsg_test test = {
		.size = sizeof(test), .id = info.id, .abi = op->v % 2,
		.nr = calls[op->c % ARRAY_LEN(calls)], .args = { op->v % 64 },
	};
	struct rs_info about = { .size = sizeof(about) };
	int fd = handle_of(p, GUARD, op->c);

	switch (op->b % 8) {
	case 0:
		call_ioctl(fd, RSG_IOC_GET_INFO, &about);
		break;
	case 1:
		call_ioctl(fd, RSG_IOC_GET_POLICY, &info);
		break;
	case 2:
		call_ioctl(handle_of(p, POLICY, op->a), RSG_IOC_GET_POLICY,
			   &info);
		break;
	case 3:
		ask_calls(fd, info.id, op->v);
		break;
	case 4:
		ask_learned(fd, info.id, op->v);
		break;
	default:
		call_ioctl(fd, RSG_IOC_TEST, &test);
	}
}

/* They cost little: several at once, each about something else. */
void act_ask(struct player *p, const struct op *op)
{
	struct op next = *op;
	unsigned int i;

	for (i = 0; i < 1 + op->v % 16; i++, next.b++, next.a += 7, next.c++)
		ask(p, &next);
}

void act_events(struct player *p, const struct op *op)
{
	struct rsg_events events = { .size = sizeof(events), .flags = op->b & 1 };

	keep_handle(p, EVENTS, call_ioctl(handle_of(p, GUARD, op->a),
					  RSG_IOC_EVENTS, &events));
}

void act_relax(struct player *p, const struct op *op)
{
	struct rsg_id id = { .size = sizeof(id), .id = op->c % 20 };
	struct rsg_relax relax = { .size = sizeof(relax) };
	int fd = handle_of(p, GUARD, op->a);

	switch (op->b % 3) {
	case 0:
		relax.pid = victim_of(p, op->c);
		relax.ms = 1 + op->v % 2000;
		relax.calls[0] = op->v | 1;
		call_ioctl(fd, RSG_IOC_RELAX, &relax);
		break;
	case 1:
		call_ioctl(fd, RSG_IOC_RELAX_END, &id);
		break;
	default:
		relax.id = op->c % 20;
		call_ioctl(fd, RSG_IOC_GET_RELAX, &relax);
	}
}
