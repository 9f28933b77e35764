/* Preloaded into a program: writes down every write, truncation and sync of the store and its log, in order, to
 * $TRACE_FILE, so that what a power cut leaves can be put together afterwards. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    uint8_t kind;   /* 'W'rite, 'T'runcate, 'S'ync */
    uint8_t file;   /* 0 the store, 1 its log */
    uint16_t unused;
    uint32_t size;  /* of the data that follow */
    uint64_t offset; /* or the new length */
};

static int trace = -1;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("TRACE_FILE");
    if (path) trace = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
}

/* 0 the store, 1 its log, -1 any other file. */
static int which(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) return -1;
    path[size] = 0;
    const char *name = strrchr(path, '/');
    if (!name) return -1;
    if (!strcmp(name, "/store.sqlite")) return 0;
    return strcmp(name, "/store.sqlite-wal") ? -1 : 1;
}

static void note(char kind, int fd, uint64_t offset, const void *data, size_t size) {
    int before = errno, file = trace < 0 ? -1 : which(fd);
    if (file >= 0) {
        struct record head = {kind, (uint8_t)file, 0, (uint32_t)size, offset};
        struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, size}};
        if (writev(trace, parts, size ? 2 : 1) < 0) abort();
    }
    errno = before;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    REAL(pwrite64);
    ssize_t done = real(fd, data, size, offset);
    if (done > 0) note('W', fd, (uint64_t)offset, data, (size_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    int done = real(fd, length);
    if (done == 0) note('T', fd, (uint64_t)length, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fdatasync(int fd) {
    REAL(fdatasync);
    int done = real(fd);
    if (done == 0) note('S', fd, 0, NULL, 0);
    return done;
}

int fsync(int fd) {
    REAL(fsync);
    int done = real(fd);
    if (done == 0) note('S', fd, 0, NULL, 0);
    return done;
}
