// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the machine's own is a root in a jail kept from: settings, memory,
 * clock, and namespaces of others?
 */
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/proc_ns.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/time_namespace.h>
#include <linux/timex.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "jail.h"

/* proc_sys_permission(idmap, inode, mask) */
static notrace u32 judge_sysctl(struct rsg_look *look)
{
	if (!look->policy->jail || !(rsg_site_arg(look, 2) & MAY_WRITE))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

/* do_adjtimex(txc): reading the clock's state is fine */
static notrace u32 judge_adjtimex(struct rsg_look *look)
{
	const struct __kernel_timex *txc = (void *)rsg_site_arg(look, 0);

	if (!look->policy->jail || !txc->modes)
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

/* copy_mnt_ns(flags, ...): mounts of its own; the root would be another one */
static notrace u32 judge_mounts(struct rsg_look *look)
{
	if (!look->policy->jail || !(rsg_site_arg(look, 0) & CLONE_NEWNS))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

/* Is @ns one of those that @task is in? */
static notrace bool is_in(struct task_struct *task, const struct ns_common *ns)
{
	const struct nsproxy *proxy;
	bool in = ns == &__task_cred(task)->user_ns->ns;

	task_lock(task);
	proxy = task->nsproxy;
	if (proxy)
		in = in || ns == &proxy->uts_ns->ns ||
		     ns == &proxy->ipc_ns->ns || ns == &proxy->net_ns->ns ||
		     ns == &proxy->pid_ns_for_children->ns ||
		     ns == &proxy->time_ns->ns || ns == &proxy->cgroup_ns->ns;
	task_unlock(task);
	return in;
}

/* X_install(nsset, ns): setns() to where some task of the jail is */
static notrace u32 judge_namespace(struct rsg_look *look)
{
	const struct ns_common *ns = (void *)rsg_site_arg(look, 1);
	struct task_struct *p, *t;
	bool own = false;

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	rcu_read_lock();
	for_each_process_thread(p, t) {
		own = rsg_task_has(t, look->policy) && is_in(t, ns);
		if (own)
			goto out;
	}
out:
	rcu_read_unlock();
	return own ? SECCOMP_RET_ALLOW : RSG_JAIL_DENY(EPERM);
}

const struct rsg_site rsg_jail_admin_sites[] = {
	RSG_JAIL_SITE(proc_sys_permission, judge_sysctl),
	RSG_JAIL_REFUSE(proc_sys_write, EPERM),
	RSG_JAIL_REFUSE(write_sysrq_trigger, EPERM, .optional = true),
	RSG_JAIL_REFUSE(open_kcore, EPERM, .optional = true),
	RSG_JAIL_REFUSE(security_syslog, EPERM),
	RSG_JAIL_REFUSE(security_settime64, EPERM),
	RSG_JAIL_SITE(do_adjtimex, judge_adjtimex),
	RSG_JAIL_SITE(copy_mnt_ns, judge_mounts),
	RSG_JAIL_REFUSE(mntns_install, EPERM),
	RSG_JAIL_SITE(netns_install, judge_namespace, .optional = true),
	RSG_JAIL_SITE(ipcns_install, judge_namespace, .optional = true),
	RSG_JAIL_SITE(utsns_install, judge_namespace, .optional = true),
	RSG_JAIL_SITE(cgroupns_install, judge_namespace, .optional = true),
	RSG_JAIL_SITE(pidns_install, judge_namespace, .optional = true),
	RSG_JAIL_SITE(userns_install, judge_namespace, .optional = true),
	RSG_JAIL_SITE(timens_install, judge_namespace, .optional = true),
	{}
};
