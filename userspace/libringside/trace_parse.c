// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text of the events ringside:cred and ringside:cred_unexplained to their
 * structure. A line looks like
 *
 *	comm-123   [000] .....    10.322630: cred: pid=123 abi=x86_64 nr=59 ...
 *
 * Both names in it are chosen by the traced task and may contain anything. They
 * are too short to hold an event, so the first complete event is the real one.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "trace_parse.h"

#define MARK		": cred"
#define COMMIT		": cred: "
#define UNEXPLAINED	": cred_unexplained: "

static const char * const id_keys[] = {
	[RS_TRACE_UID] = "uid", [RS_TRACE_EUID] = "euid",
	[RS_TRACE_SUID] = "suid", [RS_TRACE_FSUID] = "fsuid",
	[RS_TRACE_GID] = "gid", [RS_TRACE_EGID] = "egid",
	[RS_TRACE_SGID] = "sgid", [RS_TRACE_FSGID] = "fsgid",
};

static const char * const caps_keys[] = {
	[RS_TRACE_CAPS_EFFECTIVE] = "effective",
	[RS_TRACE_CAPS_PERMITTED] = "permitted",
	[RS_TRACE_CAPS_INHERITABLE] = "inheritable",
	[RS_TRACE_CAPS_BOUNDING] = "bounding",
	[RS_TRACE_CAPS_AMBIENT] = "ambient",
};

/* Step over "PREFIXKEY=" if the text goes on like that. */
static bool take_key(const char **p, const char *prefix, const char *key)
{
	size_t n = strlen(prefix), m = strlen(key);

	if (strncmp(*p, prefix, n) || strncmp(*p + n, key, m) ||
	    (*p)[n + m] != '=')
		return false;
	*p += n + m + 1;
	return true;
}

/* A number and the blank after it. */
static bool take_number(const char **p, long long *val)
{
	char *end;

	if (!isdigit((unsigned char)**p) && **p != '-')
		return false;
	errno = 0;
	/* Capability sets use all 64 bits of an unsigned number. */
	*val = **p == '-' ? strtoll(*p, &end, 0) :
	       (long long)strtoull(*p, &end, 0);
	if (errno || *end != ' ')
		return false;
	*p = end + 1;
	return true;
}

static bool take(const char **p, const char *prefix, const char *key,
		 long long *val)
{
	return take_key(p, prefix, key) && take_number(p, val);
}

/* A word and the blank after it. */
static bool take_word(const char **p, const char *key, char *word, size_t len)
{
	const char *end;

	if (!take_key(p, "", key))
		return false;
	end = strchr(*p, ' ');
	if (!end || (size_t)(end - *p) >= len)
		return false;
	memcpy(word, *p, end - *p);
	word[end - *p] = 0;
	*p = end + 1;
	return true;
}

static bool take_ids(const char **p, struct rs_trace_cred *c)
{
	long long old, new;
	size_t i;

	for (i = 0; i < RS_TRACE_IDS_NR; i++) {
		if (!take(p, "old_", id_keys[i], &old) ||
		    !take(p, "new_", id_keys[i], &new))
			return false;
		c->before.id[i] = old;
		c->after.id[i] = new;
	}
	return true;
}

static bool take_caps(const char **p, struct rs_trace_cred *c)
{
	long long old, new;
	size_t i;

	for (i = 0; i < RS_TRACE_CAPS_NR; i++) {
		if (!take(p, "old_", caps_keys[i], &old) ||
		    !take(p, "new_", caps_keys[i], &new))
			return false;
		c->before.caps[i] = old;
		c->after.caps[i] = new;
	}
	return true;
}

/*
 * The caller may have a blank in it, "f+0x1/0x2 [module]"; the name of the
 * task, behind it, may have everything in it.
 */
static bool take_names(const char **p, struct rs_trace_cred *c)
{
	const char *end;

	if (!take_key(p, "", "caller"))
		return false;
	end = strstr(*p, " comm=");
	if (!end || (size_t)(end - *p) >= sizeof(c->caller))
		return false;
	memcpy(c->caller, *p, end - *p);
	*p = end + strlen(" comm=");
	strncpy(c->comm, *p, sizeof(c->comm) - 1);
	return strlen(*p) < sizeof(c->comm);
}

/* "\\040" is a blank, as in /proc/mounts. */
static void unescape(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '\\' && text[1] >= '0' && text[1] <= '3' &&
		    text[2] >= '0' && text[2] <= '7' && text[3] >= '0' &&
		    text[3] <= '7') {
			*to++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 |
				(text[3] - '0');
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = 0;
}

/* What the module has said since it judges. */
static bool take_judgement(const char **p, struct rs_trace_cred *c)
{
	long long explained;

	if (!take_key(p, "", "explained"))
		return true;
	if (!take_number(p, &explained) ||
	    !take_word(p, "why", c->why, sizeof(c->why)) ||
	    !take_word(p, "exe", c->exe, sizeof(c->exe)))
		return false;
	c->explained = explained;
	unescape(c->exe);
	return true;
}

static bool take_namespaces(const char **p, struct rs_trace_cred *c)
{
	long long changed, old = 0, new = 0;

	if (!take(p, "", "ns_changed", &changed))
		return false;
	if (take_key(p, "old_", "ns") &&
	    (!take_number(p, &old) || !take(p, "new_", "ns", &new)))
		return false;
	c->ns_changed = changed;
	c->before.ns = old;
	c->after.ns = new;
	return true;
}

static bool parse_fields(const char *p, struct rs_trace_cred *c)
{
	long long pid, nr, old, new, nnp, seccomp;

	if (!take(&p, "", "pid", &pid) ||
	    !take_word(&p, "abi", c->abi, sizeof(c->abi)) ||
	    !take(&p, "", "nr", &nr) || !take_namespaces(&p, c) ||
	    !take_ids(&p, c) || !take(&p, "old_", "securebits", &old) ||
	    !take(&p, "new_", "securebits", &new) || !take_caps(&p, c))
		return false;
	c->pid = pid;
	c->nr = nr;
	c->before.securebits = old;
	c->after.securebits = new;
	/* A kernel side of ABI 1 has neither. */
	if (!take_key(&p, "", "no_new_privs"))
		return take_names(&p, c);
	if (!take_number(&p, &nnp) || !take(&p, "", "seccomp", &seccomp))
		return false;
	c->no_new_privs = nnp;
	c->seccomp = seccomp;
	return take_judgement(&p, c) && take_names(&p, c);
}

/* The time ends at @mark: "10.322630". */
static bool parse_time(const char *line, const char *mark, uint64_t *ns)
{
	const char *p = mark;
	uint64_t sec, frac, unit = 1000000000;
	char *end;

	while (p > line && (isdigit((unsigned char)p[-1]) || p[-1] == '.'))
		p--;
	sec = strtoull(p, &end, 10);
	if (end == p || *end != '.')
		return false;
	p = end + 1;
	frac = strtoull(p, &end, 10);
	if (end != mark || end - p > 9)
		return false;
	*ns = sec * unit;
	while (p++ < end)
		unit /= 10;
	*ns += frac * unit;
	return true;
}

bool rs_trace_parse_cred(const char *line, struct rs_trace_cred *cred)
{
	const char *mark = line;

	while ((mark = strstr(mark, MARK))) {
		const char *fields = NULL;

		if (!strncmp(mark, COMMIT, strlen(COMMIT)))
			fields = mark + strlen(COMMIT);
		else if (!strncmp(mark, UNEXPLAINED, strlen(UNEXPLAINED)))
			fields = mark + strlen(UNEXPLAINED);
		memset(cred, 0, sizeof(*cred));
		if (fields && parse_time(line, mark, &cred->time_ns) &&
		    parse_fields(fields, cred)) {
			cred->alarm = mark[strlen(MARK)] == '_';
			return true;
		}
		mark++;
	}
	return false;
}
