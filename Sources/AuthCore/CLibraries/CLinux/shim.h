#include <link.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

/* fcntl.h has these for _GNU_SOURCE only, which Swift does not define. */
#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif

/* link.h has these for _GNU_SOURCE only: the beginning of dl_iterate_phdr(3)'s structure. */
#ifndef __USE_GNU
struct dl_phdr_info {
    ElfW(Addr) dlpi_addr;
    const char *dlpi_name;
    const ElfW(Phdr) *dlpi_phdr;
    ElfW(Half) dlpi_phnum;
};
extern int dl_iterate_phdr(int (*body)(struct dl_phdr_info *, size_t, void *), void *data);
#endif
