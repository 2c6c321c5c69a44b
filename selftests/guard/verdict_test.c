// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the guard's verdict, as the running kernel gives it, that of a seccomp
 * filter of the same profile? Each profile is loaded as the tool loads it, and
 * RSG_IOC_TEST judges with the code of the hook. Then the same for real: every
 * call that the containers' profile makes fail is made.
 *
 * An expected difference: what no process can end without stays allowed.
 */
#define TIMES	40
#include "../unit/guard_filter.h"
#include "guard_test.h"

#define PROFILES	1000
#define DOCKER		"docker-default-seccomp.json"
#define INSTALLED	"seccomp.json"

static struct rs_guard *guard;
static unsigned int loaded;

static uint32_t oracle(const struct rs_guard_profile *profile, unsigned int abi,
		       unsigned int nr, const uint64_t *args)
{
	struct rsg_test test = { .id = loaded, .abi = abi, .nr = nr };

	(void)profile;
	memcpy(test.args, args, sizeof(test.args));
	if (rs_guard_test(guard, &test))
		return ~0U;
	return test.verdict;
}

/* exit, exit_group, rt_sigreturn, sigreturn, restart_syscall */
static bool is_vital(unsigned int abi, unsigned int nr)
{
	if (abi == RSG_X86_64)
		return nr == SYS_exit || nr == SYS_exit_group ||
		       nr == SYS_rt_sigreturn || nr == SYS_restart_syscall;
	return nr == 0 || nr == 1 || nr == 119 || nr == 173 || nr == 252;
}

static bool is_spared(unsigned int abi, unsigned int nr, uint32_t want,
		      uint32_t got)
{
	return is_vital(abi, nr) && want != SECCOMP_RET_LOG &&
	       got == SECCOMP_RET_ALLOW;
}

/* Let the policy of the test say what @profile says. */
static bool install(const struct rs_guard_profile *profile)
{
	struct rs_guard_policy *policy;
	int ret;

	if (rs_guard_profile_compile(profile, &policy)) {
		UNIT_FAIL("%s", rs_error());
		return false;
	}
	if (loaded)
		ret = rs_guard_replace(guard, loaded, policy, 0);
	else
		ret = rs_guard_load(guard, "verdicts", policy,
				    RSG_LOAD_PERSIST);
	if (ret < 0)
		UNIT_FAIL("%s", rs_error());
	if (ret > 0)
		loaded = ret;
	rs_guard_policy_free(policy);
	return ret >= 0;
}

static struct rs_guard_profile *read_file(const char *path)
{
	struct rs_guard_state state = { .arch = "amd64", .kernel = { 6, 12 },
					.flags = RS_GUARD_STATE_CAPS };
	struct rs_guard_profile *profile;

	if (!rs_guard_profile_read(&profile, path, &state,
				   RS_GUARD_SKIP_UNKNOWN))
		return profile;
	UNIT_FAIL("%s", rs_error());
	return NULL;
}

static void file_agrees(const char *path)
{
	static struct sock_filter prog[MAX_LEN];
	struct rs_guard_profile *profile = read_file(path);
	size_t len;

	if (!profile || !install(profile))
		return;
	len = filter_of_file(path, prog);
	EXPECT_TRUE(len > 0);
	EXPECT_TRUE(agree_everywhere(&around, profile, prog, len));
	rs_guard_profile_free(profile);
}

TEST(the_containers_profile)
{
	file_agrees(INSTALLED);
}

TEST(the_profile_of_docker)
{
	file_agrees(DOCKER);
}

TEST(random_profiles)
{
	static struct sock_filter prog[MAX_LEN];
	struct rs_guard_profile *profile;
	struct random r;
	int done = 0;
	size_t len;

	while (done < PROFILES) {
		draw_profile(&r);
		len = filter_of(&r, prog);
		if (!len)
			continue;
		profile = read_back(&r);
		if (!profile || !install(profile))
			return;
		done++;
		if (!agree_everywhere(&r, profile, prog, len))
			done = PROFILES;
		rs_guard_profile_free(profile);
	}
}

/* The worker needs these to take orders. */
static bool is_needed(unsigned int abi, unsigned int nr)
{
	return abi == RSG_X86_64 && (nr == SYS_read || nr == SYS_write);
}

TEST(what_the_filter_denies_fails_for_real)
{
	static struct sock_filter prog[MAX_LEN];
	struct seccomp_data data = { .arch = AUDIT_ARCH_X86_64 };
	struct rs_guard_profile *profile = read_file(INSTALLED);
	struct worker worker = worker_start();
	unsigned int denied = 0;
	uint32_t want;
	size_t len;
	long ret;

	if (!profile || !install(profile))
		return;
	len = filter_of_file(INSTALLED, prog);
	ret = guard_attach(guard_open(), loaded, RSG_SCOPE_PROCESS, worker.pid,
			   RSG_MODE_ENFORCE, 0);
	EXPECT_EQ(0, ret);
	for (data.nr = 0; !ret && data.nr < 2 * RSG_CALLS; data.nr++) {
		unsigned int abi = data.nr / RSG_CALLS;
		struct seccomp_data d = {
			.nr = data.nr % RSG_CALLS,
			.arch = abi ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64,
		};

		want = bpf_run(prog, len, &d);
		if (want == SECCOMP_RET_ALLOW || is_needed(abi, d.nr) ||
		    is_vital(abi, d.nr))
			continue;
		ret = worker_call(&worker, abi, d.nr);
		denied++;
		if (ret != -(long)(want & SECCOMP_RET_DATA) && ret != -ENOSYS)
			UNIT_FAIL("abi %u nr %d: %ld, seccomp says %08x", abi,
				  d.nr, ret, want);
		ret = ret == -1000;
	}
	EXPECT_TRUE(denied > 100);
	printf("# %u calls made\n", denied);
	worker_stop(&worker);
	rs_guard_profile_free(profile);
}

int main(void)
{
	int failed;

	guard_clean();
	if (rs_guard_open(&guard)) {
		printf("Bail out! %s\n", rs_error());
		return 1;
	}
	failed = unit_main();
	rs_guard_close(guard);
	guard_clean();
	return failed;
}
