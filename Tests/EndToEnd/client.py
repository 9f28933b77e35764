"""A strict HTTPS client that hides nothing: headers as they came, targets and duplicates as the test wrote them."""

import contextlib
import http.client
import json
import socket
import ssl
import time
import urllib.parse

from cookies import CookieJar, parse_set_cookie

IDLE_LIMIT = 30.0  # seconds; past this nginx may be about to close a kept connection


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of a problem+json answer, whatever else it says."""
        assert self.header("Content-Type") == "application/problem+json", self
        return self.json["code"]

    @property
    def set_cookies(self):
        cookies = [parse_set_cookie(value) for value in self.all("Set-Cookie")]
        names = [cookie.name for cookie in cookies]
        assert len(names) == len(set(names)), f"one cookie set twice: {names}"
        return cookies

    def cookie(self, name):
        return next((cookie for cookie in self.set_cookies if cookie.name == name), None)


class _Connection(http.client.HTTPSConnection):
    def _validate_path(self, url):
        """Any target may be sent: the test decides what is too odd."""


class Client:
    """One browser or script: a kept connection and a cookie jar. Not for two threads at once."""

    def __init__(self, base_url, certificate):
        parts = urllib.parse.urlsplit(base_url)
        self.base_url, self.host, self.port = base_url, parts.hostname, parts.port
        self.context = ssl.create_default_context(cafile=certificate)
        self.jar = CookieJar()
        self._connection, self._used = None, 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._connection:
            self._connection.close()
        self._connection = None

    def connect(self):
        """Opens the connection ahead of a request, so that many can start at once."""
        self._connection = _Connection(self.host, self.port, timeout=30, context=self.context)
        self._connection.connect()
        self._used = time.monotonic()

    def request(self, method, target, headers=(), body=None, cookies=True):
        """Sends the jar's cookies unless cookies is False; headers are pairs, sent in order, duplicates too."""
        if self._connection is None or time.monotonic() - self._used > IDLE_LIMIT:
            self.close()
            self.connect()
        try:
            answer = self._exchange(method, target, headers, body, cookies)
        except Exception:
            self.close()
            raise
        self._used = time.monotonic()
        self.jar.take(answer.set_cookies)
        return answer

    def _exchange(self, method, target, headers, body, cookies):
        connection = self._connection
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        given = {name.lower() for name, _ in headers}
        if "host" not in given:
            connection.putheader("Host", f"{self.host}:{self.port}")
        if cookies and self.jar and "cookie" not in given:
            connection.putheader("Cookie", self.jar.header())
        if "content-length" not in given and "transfer-encoding" not in given:
            if body is not None or method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body or b"")))
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())

    def get(self, target, headers=(), **options):
        return self.request("GET", target, headers, **options)

    def navigate(self, target, headers=(), **options):
        """A page load as a browser does it."""
        marks = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"), ("Accept", "text/html")]
        return self.request("GET", target, [*marks, *headers], **options)

    def post(self, target, value=None, headers=(), **options):
        """JSON, or no body at all when value is None."""
        if value is None:
            return self.request("POST", target, headers, **options)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.request("POST", target, [("Content-Type", "application/json"), *headers], body, **options)

    def form(self, target, fields, headers=(), **options):
        body = fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields).encode()
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        marks = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Site", "same-origin"), ("Origin", self.base_url)]
        marks = [mark for mark in marks if mark[0].lower() not in {name.lower() for name, _ in headers}]
        return self.request("POST", target, [kind, *marks, *headers], body, **options)

    def delete(self, target, headers=(), **options):
        return self.request("DELETE", target, headers, **options)

    def raw(self, payload, timeout=10):
        """Sends bytes over a connection of its own; the answer is all the server says until it closes."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as plain:
            with self.context.wrap_socket(plain, server_hostname=self.host) as stream:
                stream.sendall(payload)
                received = b""
                with contextlib.suppress(TimeoutError, OSError):
                    while chunk := stream.recv(65536):
                        received += chunk
        return received


def bearer(token):
    return [("Authorization", f"Bearer {token}")]
