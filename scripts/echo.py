"""The application of the demo: answers each request with what it was sent, as plain text.

Serves HTTP/1.1 on the listening socket at descriptor 0, one request a connection. The header
lines come back byte for byte in the order they arrived.
"""

import hashlib
import socket
import socketserver

LARGEST_SHOWN_BODY = 4096


def read_request(stream):
    """The request line, the header lines and the body, all as bytes."""
    first = stream.readline()
    headers = []
    while (line := stream.readline().rstrip(b"\r\n")):
        headers.append(line)
    length = 0
    for line in headers:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return first.rstrip(b"\r\n"), headers, stream.read(length)


def describe(first, headers, body):
    lines = [first, *headers, b""]
    lines.append(b"body-length: %d" % len(body))
    lines.append(b"body-sha256: " + hashlib.sha256(body).hexdigest().encode())
    if 0 < len(body) <= LARGEST_SHOWN_BODY:
        lines += [b"", body]
    return b"\n".join(lines) + b"\n"


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        first, headers, body = read_request(self.rfile)
        if not first:
            return
        answer = describe(first, headers, body)
        # `/app/status/418` answers with that status: to see that the application's own
        # refusals reach the client unchanged.
        parts = first.split(b" ")[1].split(b"?")[0].split(b"/status/")
        status = parts[1] if len(parts) == 2 and parts[1].isdigit() else b"200"
        self.wfile.write(
            b"HTTP/1.1 %s Echo\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(answer))
        )
        if not first.startswith(b"HEAD "):
            self.wfile.write(answer)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, listener):
        super().__init__("", Echo, bind_and_activate=False)
        self.socket.close()
        self.socket = listener


if __name__ == "__main__":
    Server(socket.socket(fileno=0)).serve_forever()
