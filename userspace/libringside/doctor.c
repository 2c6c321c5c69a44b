// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doctor's handle: runs the table of checks once and keeps the findings.
 * The checks are in doctor_checks.c, what they look at in doctor_env.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include "doctor.h"

struct rs_doctor {
	size_t n;
	struct rs_finding findings[];
};

void rs_found(struct rs_finding *f, enum rs_check_state state,
	      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->found, sizeof(f->found), fmt, ap);
	va_end(ap);
	f->pub.state = state;
}

static void run_check(const struct rs_env *env, const struct rs_check_def *def,
		      struct rs_finding *f)
{
	f->pub.name = def->name;
	f->pub.found = f->found;
	f->pub.lost = "";
	f->pub.todo = "";
	def->run(env, f);
	if (f->pub.state == RS_CHECK_OK)
		return;
	f->pub.lost = def->lost;
	f->pub.todo = f->pub.state == RS_CHECK_UNKNOWN ? def->see : def->todo;
}

int rs_doctor_open_at(struct rs_doctor **doctor, const char *root,
		      const char *release)
{
	struct rs_doctor *d;
	struct rs_env env;
	size_t i, n = 0;

	while (rs_checks[n].name)
		n++;
	d = calloc(1, sizeof(*d) + n * sizeof(d->findings[0]));
	if (!d || rs_env_init(&env, root, release)) {
		free(d);
		return rs_fail(ENOMEM, "doctor");
	}
	d->n = n;
	for (i = 0; i < n; i++)
		run_check(&env, &rs_checks[i], &d->findings[i]);
	rs_env_exit(&env);
	*doctor = d;
	return 0;
}

int rs_doctor_open(struct rs_doctor **doctor)
{
	struct utsname u;

	if (uname(&u))
		return rs_fail(errno, "uname");
	return rs_doctor_open_at(doctor, "", u.release);
}

size_t rs_doctor_count(const struct rs_doctor *doctor)
{
	return doctor->n;
}

const struct rs_check *rs_doctor_check(const struct rs_doctor *doctor,
				       size_t i)
{
	return i < doctor->n ? &doctor->findings[i].pub : NULL;
}

void rs_doctor_close(struct rs_doctor *doctor)
{
	free(doctor);
}
