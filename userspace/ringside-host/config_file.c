// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the configuration file: "key = value" lines, first those of the
 * manager, then one section for each VM. An error names file, line and value,
 * and ends the reading: half a configuration is none.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config_vm.h"

struct reader {
	struct rsh_config *c;
	const char *path;
	unsigned int line;
	bool in_vm;
	/* Keys of this section, each followed by a newline, to find doubles. */
	char *seen;
	size_t seen_len;
};

/* Put "PATH:LINE: " in front of the error. */
static int fail_here(struct reader *r, int ret)
{
	char text[sizeof(r->c->error)];

	strcpy(text, r->c->error);
	return rsh_config_fail(r->c, -ret, "%s:%u: %s", r->path, r->line, text);
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static void new_section(struct reader *r)
{
	free(r->seen);
	r->seen = NULL;
	r->seen_len = 0;
}

/* A key that comes twice is a slip of which nobody knows what was meant. */
static int check_double(struct reader *r, const char *key)
{
	size_t len = strlen(key), pos = 0;
	char *seen;

	while (pos < r->seen_len) {
		size_t n = strcspn(r->seen + pos, "\n");

		if (n == len && !memcmp(r->seen + pos, key, len))
			return rsh_config_fail(r->c, EINVAL, "%s: set twice",
					       key);
		pos += n + 1;
	}
	seen = realloc(r->seen, r->seen_len + len + 2);
	if (!seen)
		return rsh_config_fail(r->c, ENOMEM, "%s: no memory", key);
	r->seen = seen;
	memcpy(seen + r->seen_len, key, len);
	memcpy(seen + r->seen_len + len, "\n", 2);
	r->seen_len += len + 1;
	return 0;
}

/* "[vm NAME]" */
static int read_section(struct reader *r, char *line)
{
	size_t len = strlen(line);
	int ret;

	if (line[len - 1] != ']' || strncmp(line, "[vm", 3) ||
	    !isspace((unsigned char)line[3]))
		return rsh_config_fail(r->c, EINVAL, "\"%s\": only sections [vm NAME] are known",
				       line);
	line[len - 1] = '\0';
	ret = rsh_config_vm_add(r->c, trim(line + 3));
	if (!ret) {
		r->in_vm = true;
		new_section(r);
	}
	return ret;
}

static int read_setting(struct reader *r, char *line)
{
	char *value = strchr(line, '='), *key;
	int ret;

	if (!value)
		return rsh_config_fail(r->c, EINVAL, "\"%s\": key = value or [vm NAME] is needed",
				       line);
	*value++ = '\0';
	key = trim(line);
	value = trim(value);
	ret = check_double(r, key);
	if (ret)
		return ret;
	if (r->in_vm)
		return rsh_config_vm_set(r->c, key, value);
	return rsh_config_set(r->c, key, value);
}

static int read_line(struct reader *r, char *line, size_t len)
{
	if (strlen(line) != len)
		return rsh_config_fail(r->c, EINVAL, "a NUL in the line");
	line = trim(line);
	if (!*line || *line == '#' || *line == ';')
		return 0;
	if (*line == '[')
		return read_section(r, line);
	return read_setting(r, line);
}

int rsh_config_read(struct rsh_config *c, FILE *file, const char *path)
{
	struct reader r = { .c = c, .path = path };
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int ret = 0;

	while (!ret && (len = getline(&line, &size, file)) >= 0) {
		r.line++;
		ret = read_line(&r, line, len);
		if (ret)
			ret = fail_here(&r, ret);
	}
	if (!ret && ferror(file))
		ret = rsh_config_fail(c, EIO, "%s: can not be read", path);
	free(line);
	free(r.seen);
	return ret;
}
