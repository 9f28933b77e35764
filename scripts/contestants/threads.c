// The usual FastCGI responder on libfcgi: FCGX_Accept_r in threads. It checks nothing and lets every
// request in. It listens at descriptor 0. A thread belongs to its kept connection, so there are
// more threads than connections.
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

enum { THREADS = 48 };

static void *serve(void *unused) {
    FCGX_Request request;
    if (FCGX_InitRequest(&request, 0, 0) != 0) return unused;
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Status: 204\r\n\r\n", request.out);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(void) {
    if (FCGX_Init() != 0) return 1;
    // libfcgi would keep it from ending.
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    for (int count = 1; count < THREADS; count++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, NULL) != 0) return 1;
    }
    serve(NULL);
}
