"""FastCGI as nginx speaks it, record by record, so that a test can also speak it badly (FastCGI 1.0)."""

import socket
import struct
import time

from client import Answer

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, GET_VALUES = 1, 2, 3, 4, 5, 6, 7, 9
RESPONDER = 1


def record(kind, content=b"", request=1, version=1, padding=0):
    head = struct.pack(">BBHHBx", version, kind, request, len(content), padding)
    return head + content + b"\0" * padding


def begin(role=RESPONDER, keep=False, request=1):
    return record(BEGIN, struct.pack(">HB5x", role, int(keep)), request)


def length(number, wide=False):
    return struct.pack(">I", number | 0x80000000) if wide or number > 127 else bytes([number])


def pair(name, value, wide=False):
    name, value = (text.encode() if isinstance(text, str) else text for text in (name, value))
    return length(len(name), wide) + length(len(value), wide) + name + value


def pairs(parameters, wide=False):
    items = parameters.items() if isinstance(parameters, dict) else parameters
    return b"".join(pair(name, value, wide) for name, value in items)


def message(parameters, body=b"", keep=False, wide=False, request=1):
    """A whole request: BEGIN, PARAMS, their end, STDIN, its end."""
    content = pairs(parameters, wide)
    records = [begin(keep=keep, request=request)]
    records += [record(PARAMS, content[at : at + 65535], request) for at in range(0, len(content), 65535)]
    records += [record(PARAMS, request=request)]
    records += [record(STDIN, body[at : at + 65535], request) for at in range(0, len(body), 65535)]
    return b"".join([*records, record(STDIN, request=request)])


def parse_cgi(output):
    """What a CGI program writes: header lines, an empty line, a body."""
    head, separator, body = output.partition(b"\r\n\r\n")
    assert separator, output
    headers = [tuple(line.split(": ", 1)) for line in head.decode("latin-1").split("\r\n")]
    status = next((value for name, value in headers if name.lower() == "status"), "200")
    return Answer(int(status.split()[0]), headers, body)


def get(path, extra=(), query=""):
    """The parameters nginx sends for a GET."""
    return dict(
        REQUEST_METHOD="GET",
        REQUEST_URI=path + query,
        DOCUMENT_URI=path,
        QUERY_STRING=query.lstrip("?"),
        CONTENT_TYPE="",
        CONTENT_LENGTH="",
        HTTPS="on",
        HTTP_HOST="localhost",
        REMOTE_ADDR="127.0.0.1",
    ) | dict(extra)


def post(path, body, extra=()):
    """The parameters nginx sends for a JSON POST."""
    facts = dict(REQUEST_METHOD="POST", CONTENT_TYPE="application/json", CONTENT_LENGTH=str(len(body)))
    return get(path) | facts | dict(extra)


class Peer:
    """One connection to a program's socket. It gives up after timeout seconds without a byte."""

    def __init__(self, path, timeout=10.0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            chunk = self.socket.recv(count - len(data))
            if not chunk:
                raise ConnectionError(f"closed after {len(data)} of {count} bytes")
            data += chunk
        return data

    def read_record(self):
        _, kind, request, size, padding = struct.unpack(">BBHHBx", self._exactly(8))
        content = self._exactly(size)
        self._exactly(padding)
        return kind, request, content

    def read_answer(self):
        """The records up to END_REQUEST, as an Answer."""
        output = b""
        while True:
            kind, _, content = self.read_record()
            if kind == STDOUT:
                output += content
            elif kind == END:
                return parse_cgi(output)

    def ask(self, parameters, body=b"", keep=False, wide=False):
        self.send(message(parameters, body, keep, wide))
        return self.read_answer()


def ask(path, parameters, body=b"", timeout=10.0, **options):
    with Peer(path, timeout) as peer:
        return peer.ask(parameters, body, **options)


def timed(path, parameters, body=b"", timeout=10.0):
    """The answer on a new connection, and the seconds it took."""
    start = time.monotonic()
    answer = ask(path, parameters, body, timeout)
    return answer, time.monotonic() - start
