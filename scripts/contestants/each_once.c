// each_once PORT CONNECTIONS FILE: asks the nginx at 127.0.0.1 once with each token of the file, a line
// each, over kept connections, then says what was answered and how long it took.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

struct connection {
    int descriptor;
    double began;
    size_t filled;
    char answer[4096];
};

static struct sockaddr_in address = {.sin_family = AF_INET};
static int poller, wrong;
static size_t answered;
static double *times;
static char *tokens;

static void fail(const char *why) {
    perror(why);
    exit(1);
}

static double now(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return moment.tv_sec + moment.tv_nsec / 1e9;
}

static void open_connection(struct connection *connection) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &interest) != 0) fail("epoll_ctl");
    connection->descriptor = descriptor;
}

// Asks with the next token; does nothing when there are no more.
static void ask(struct connection *connection) {
    static char request[8192];
    char *token = strsep(&tokens, "\n");
    if (!token || !*token) return;
    int size = snprintf(request, sizeof request,
        "GET /file HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-access=%s\r\n\r\n", token);
    connection->filled = 0;
    connection->began = now();
    if (size >= (int)sizeof request || write(connection->descriptor, request, size) != size) fail("write");
}

// Whether the whole answer is there: its head, and as much as Content-Length says.
static int is_complete(struct connection *connection) {
    connection->answer[connection->filled] = 0;
    char *end = strstr(connection->answer, "\r\n\r\n"), *length = strstr(connection->answer, "Content-Length: ");
    if (!end) return 0;
    size_t body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
    return connection->filled >= (size_t)(end + 4 - connection->answer) + body;
}

static void receive(struct connection *connection) {
    size_t room = sizeof connection->answer - 1 - connection->filled;
    ssize_t count = read(connection->descriptor, connection->answer + connection->filled, room);
    if (count <= 0) fail("read");
    connection->filled += count;
    if (!is_complete(connection)) return;
    times[answered++] = now() - connection->began;
    if (strncmp(connection->answer, "HTTP/1.1 200 ", 13) != 0) wrong++;
    // nginx ends a connection after so many requests.
    if (strstr(connection->answer, "Connection: close\r\n")) {
        close(connection->descriptor);
        open_connection(connection);
    }
    ask(connection);
}

static int by_time(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

// The file's text; sets `count` to its lines.
static char *text_of(const char *path, size_t *count) {
    FILE *file = fopen(path, "r");
    if (!file || fseek(file, 0, SEEK_END) != 0) fail(path);
    long size = ftell(file);
    char *text = malloc(size + 1);
    rewind(file);
    if (!text || fread(text, 1, size, file) != (size_t)size) fail(path);
    text[size] = 0;
    *count = 0;
    for (char *each = text; (each = strchr(each, '\n')); each++) ++*count;
    return text;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    size_t count;
    int connections = atoi(argv[2]);
    address.sin_port = htons(atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    tokens = text_of(argv[3], &count);
    times = malloc(count * sizeof *times);
    struct connection *all = calloc(connections, sizeof *all);
    poller = epoll_create1(0);
    if (!times || !all || poller < 0) fail("start");
    for (int index = 0; index < connections; index++) open_connection(&all[index]);
    double began = now();
    for (int index = 0; index < connections; index++) ask(&all[index]);
    while (answered < count) {
        struct epoll_event ready[64];
        int found = epoll_wait(poller, ready, 64, -1);
        for (int index = 0; index < found; index++) receive(ready[index].data.ptr);
    }
    double seconds = now() - began;
    qsort(times, count, sizeof *times, by_time);
    printf("answered %zu wrong %d seconds %.6f p50 %.3f p99 %.3f\n", answered, wrong, seconds, times[count / 2] * 1e3,
        times[count * 99 / 100] * 1e3);
}
