/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a fuzzer takes the place of the kernel. The sources under test are
 * compiled with this header first, so that they call the fuzzer instead: each
 * fuzzer defines those seams that its sources use.
 */
#ifndef RS_FUZZ_SEAM_H
#define RS_FUZZ_SEAM_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int seam_open(const char *path, int flags, ...);
int seam_close(int fd);
int seam_fcntl(int fd, int cmd, ...);
int seam_ioctl(int fd, unsigned long cmd, ...);
ssize_t seam_read(int fd, void *to, size_t len);
void *seam_mmap(void *at, size_t len, int prot, int flags, int fd, off_t from);
int seam_munmap(void *at, size_t len);
FILE *seam_fopen(const char *path, const char *mode);
int seam_socket(int domain, int type, int protocol);
int seam_connect(int fd, const struct sockaddr *to, socklen_t len);
ssize_t seam_recv(int fd, void *to, size_t len, int flags);
ssize_t seam_send(int fd, const void *from, size_t len, int flags);
int seam_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event);

#define open seam_open
#define close seam_close
#define fcntl seam_fcntl
#define ioctl seam_ioctl
#define read seam_read
#define mmap seam_mmap
#define munmap seam_munmap
#define fopen seam_fopen
#define socket seam_socket
#define connect seam_connect
#define recv seam_recv
#define send seam_send
#define epoll_ctl seam_epoll_ctl

#endif /* RS_FUZZ_SEAM_H */
