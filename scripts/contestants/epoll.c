// The least that a FastCGI responder on libfcgi can do for nginx: it checks nothing and lets every
// request in. One thread, one epoll over the kept connections. It listens at descriptor 0.
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int poller;

static int watch(int descriptor, FCGX_Request *request) {
    struct epoll_event interest = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = request};
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &interest);
}

// The connection is accepted here, so that libfcgi never waits for one.
static void take_connections(void) {
    int descriptor;
    while ((descriptor = accept(STDIN_FILENO, NULL, NULL)) >= 0) {
        FCGX_Request *request = malloc(sizeof *request);
        if (!request || FCGX_InitRequest(request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0) exit(1);
        request->ipcFd = descriptor;
        request->keepConnection = 1;
        if (watch(descriptor, request) != 0) exit(1);
    }
}

// nginx sends a request in one piece, so reading it does not wait. Closing takes it out of the epoll.
static void answer(FCGX_Request *request, uint32_t events) {
    if (!(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) && FCGX_Accept_r(request) == 0) {
        FCGX_PutS("Status: 204\r\n\r\n", request->out);
        FCGX_Finish_r(request);
        if (request->ipcFd >= 0) return;
    }
    FCGX_Free(request, 1);
    free(request);
}

int main(void) {
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (FCGX_Init() != 0 || poller < 0 || fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) != 0) return 1;
    // libfcgi would keep it from ending.
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    if (watch(STDIN_FILENO, NULL) != 0) return 1;
    for (;;) {
        struct epoll_event ready[64];
        int count = epoll_wait(poller, ready, 64, -1);
        for (int index = 0; index < count; index++) {
            if (ready[index].data.ptr) answer(ready[index].data.ptr, ready[index].events);
            else take_connections();
        }
    }
}
