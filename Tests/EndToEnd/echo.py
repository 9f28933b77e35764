"""What the demo's application says it was sent."""

from client import Answer


class Echo:
    """The echo of one request: header lines in order, as pairs, and the body's length and digest."""

    def __init__(self, answer: Answer):
        assert answer.status == 200, answer
        head, _, tail = answer.body.decode("latin-1").partition("\n\n")
        self.request_line, *lines = head.split("\n")
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        facts = dict(line.split(": ", 1) for line in tail.split("\n")[:2])
        self.length, self.digest = int(facts["body-length"]), facts["body-sha256"]

    def all(self, name):
        return [value for key, value in self.headers if key.lower().replace("_", "-") == name.lower()]

    def header(self, name):
        """The one value of a header, however its dashes are spelled; None when absent."""
        values = self.all(name)
        assert len(values) <= 1, (name, values)
        return values[0] if values else None

    @property
    def user(self):
        return self.header("Remote-User")
