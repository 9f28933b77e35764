/* Preloaded into a program: makes the n-th write, truncation or sync of a regular file fail, or every attempt to open
 * files whose path holds a word, or to start a thread, as where a cgroup may have no more processes. Controlled through 64-bit numbers in the file $FAULT_CONTROL:
 *   0 armed, 1 calls left before the failure, 2 errno, 3 whether all calls after it fail too, 4 failures so far,
 *   5 whether opening fails (with the same errno), 6 whether the failing write is cut short instead,
 *   7 whether no thread can be started. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile int64_t *control;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULT_CONTROL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *map = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED) control = map;
}

/* Whether this call is to fail; standard error, the log, never does. */
static int fails(int fd) {
    struct stat status;
    if (!control || !control[0] || fd <= 2 || fstat(fd, &status) || !S_ISREG(status.st_mode)) return 0;
    int64_t left = __sync_sub_and_fetch(&control[1], 1);
    if (left > 0 || (left < 0 && !control[3])) return 0;
    __sync_add_and_fetch(&control[4], 1);
    errno = (int)control[2];
    return 1;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    if (fails(fd)) {
        if (!control[6] || size < 2) return -1;
        return real(fd, data, size / 2);
    }
    return real(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    REAL(pwrite64);
    if (fails(fd)) {
        if (!control[6] || size < 2) return -1;
        return real(fd, data, size / 2, offset);
    }
    return real(fd, data, size, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    return fails(fd) ? -1 : real(fd, length);
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fsync(int fd) {
    REAL(fsync);
    return fails(fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    return fails(fd) ? -1 : real(fd);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    REAL(pthread_create);
    return control && control[7] ? EAGAIN : real(thread, attributes, body, argument);
}

static int may_not_open(const char *path) {
    const char *word = getenv("FAULT_PATH");
    if (!control || !control[5] || !word || !strstr(path, word)) return 0;
    errno = (int)control[2];
    return 1;
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return may_not_open(path) ? -1 : real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    REAL(open);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return may_not_open(path) ? -1 : real(path, flags, mode);
}
