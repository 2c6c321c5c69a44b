// SPDX-License-Identifier: GPL-2.0-only
/*
 * A profile's verdicts are those of seccomp(2), as the library tells them.
 * guard_filter.h has the profiles and the filters; selftests/guard asks the
 * kernel the same.
 */
#define TIMES	400
#include "guard_filter.h"

#define PROFILES	1000

static uint32_t oracle(const struct rs_guard_profile *profile, unsigned int abi,
		       unsigned int nr, const uint64_t *args)
{
	return rs_guard_profile_verdict(profile, abi, nr, args);
}

static bool is_spared(unsigned int abi, unsigned int nr, uint32_t want,
		      uint32_t got)
{
	(void)abi;
	(void)nr;
	(void)want;
	(void)got;
	return false;
}

TEST(random_profiles_say_what_libseccomp_says)
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
		if (!profile)
			return;
		done++;
		if (!agree_everywhere(&r, profile, prog, len))
			done = PROFILES;
		rs_guard_profile_free(profile);
	}
}

/* Profiles of container engines: as Debian installs it, and Moby's. */
static void file_agrees(const char *path)
{
	static struct sock_filter prog[MAX_LEN];
	struct rs_guard_state state = { .arch = "amd64", .kernel = { 6, 12 } };
	struct rs_guard_profile *profile;
	size_t len;

	if (access(path, R_OK)) {
		printf("# no %s\n", path);
		return;
	}
	if (rs_guard_profile_read(&profile, path, &state,
				  RS_GUARD_SKIP_UNKNOWN)) {
		UNIT_FAIL("%s", rs_error());
		return;
	}
	len = filter_of_file(path, prog);
	EXPECT_TRUE(len > 0);
	EXPECT_TRUE(agree_everywhere(&around, profile, prog, len));
	rs_guard_profile_free(profile);
}

TEST(the_containers_profile_says_what_libseccomp_says)
{
	file_agrees("/usr/share/containers/seccomp.json");
}

TEST(the_profile_of_docker_says_what_libseccomp_says)
{
	file_agrees(UNIT_TOP "/selftests/data/docker-default-seccomp.json");
}

TEST_MAIN
