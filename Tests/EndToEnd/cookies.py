"""Set-Cookie as a browser reads it (RFC 6265bis section 5), and a jar that refuses what a browser would drop."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class SetCookie:
    """One Set-Cookie value, its attributes spelled as they were sent."""

    name: str
    value: str
    attributes: tuple

    @property
    def cleared(self):
        return "Max-Age=0" in self.attributes

    def attribute(self, name):
        """The value of an attribute, "" for a flag, None when it is absent."""
        found = [part.partition("=")[2] for part in self.attributes if part.partition("=")[0] == name]
        assert len(found) <= 1, f"{name} twice in {self}"
        return found[0] if found else None


def parse_set_cookie(text):
    pair, *attributes = text.split("; ")
    name, equals, value = pair.partition("=")
    assert equals and name, f"no name in {text!r}"
    assert all("!" <= character <= "~" and character not in '",;\\' for character in value), text
    cookie = SetCookie(name, value, tuple(attributes))
    names = [attribute.partition("=")[0].lower() for attribute in attributes]
    assert len(names) == len(set(names)), f"an attribute twice in {text!r}"
    assert len(name) + len(value) <= 4096, f"a browser drops {name}: {len(name) + len(value)} bytes"
    if name.startswith(("__Host-", "__Secure-")):
        assert "Secure" in cookie.attributes, text
    if name.startswith("__Host-"):
        assert "Path=/" in cookie.attributes and cookie.attribute("Domain") is None, text
    return cookie


class CookieJar(dict):
    """Name to value. It keeps a cookie past its Max-Age, so that a test can present an expired token."""

    def take(self, set_cookies):
        for cookie in set_cookies:
            if cookie.cleared:
                self.pop(cookie.name, None)
            else:
                self[cookie.name] = cookie.value

    def header(self):
        return "; ".join(f"{name}={value}" for name, value in self.items())
