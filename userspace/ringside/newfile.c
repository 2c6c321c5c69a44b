// SPDX-License-Identifier: GPL-2.0-only
/* Writes a file beside the one that it replaces, and renames it when done. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd.h"
#include "newfile.h"

int newfile_open(struct newfile *new, const char *path)
{
	int fd, code;

	new->path = path;
	if (asprintf(&new->temporary, "%s.%d", path, getpid()) < 0)
		return cmd_error("%s", strerror(ENOMEM));
	fd = open(new->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		  O_CLOEXEC, 0644);
	new->f = fd < 0 ? NULL : fdopen(fd, "w");
	if (new->f)
		return EXIT_OK;
	code = cmd_error("%s: %s", new->temporary, strerror(errno));
	free(new->temporary);
	return code;
}

int newfile_commit(struct newfile *new)
{
	int err = 0;

	if (fflush(new->f) || fsync(fileno(new->f)))
		err = errno;
	if (fclose(new->f) && !err)
		err = errno;
	if (!err && rename(new->temporary, new->path))
		err = errno;
	if (err)
		unlink(new->temporary);
	free(new->temporary);
	return err ? cmd_error("%s: %s", new->path, strerror(err)) : EXIT_OK;
}
