"""nginx's configuration for one state directory: the repository's own, with other paths.

nginx/conf.d and nginx/snippets are what a package installs; only the paths of an installed
machine are replaced, so what is tried here is what is shipped.
"""

import os
import re
import socket
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
# Characters that mean nothing to nginx's configuration.
SAFE_PATH = re.compile(r"[A-Za-z0-9_./+=@,~-]+")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listen_addresses(port: int) -> list[str]:
    """The loopback addresses of this machine at `port`, in nginx's spelling. OSError if taken."""
    addresses = []
    for family, host, text in ((socket.AF_INET, "127.0.0.1", "127.0.0.1"), (socket.AF_INET6, "::1", "[::1]")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
            addresses.append(f"{text}:{port}")
        except OSError:
            if family == socket.AF_INET:
                raise
    return addresses


def cookie_prefix(settings: dict[str, str]) -> str:
    """What the cookies' names begin with under these settings."""
    if settings.get("AUTH_COOKIE_SECURE") == "off":
        return ""
    return "__Secure-" if settings.get("AUTH_COOKIE_DOMAIN") else "__Host-"


def page_settings(settings: dict[str, str]) -> dict[str, str]:
    """The settings that conf.d/fcgi-auth-pages.conf repeats, as an admin would write them there."""
    repeated = {"AUTH_USERNAME": "any", "AUTH_SIGNUP": "open", "AUTH_PASSWORD_MIN": "15", "AUTH_LOGIN_PAGE": "/login"}
    text = (REPOSITORY / "nginx/conf.d/fcgi-auth-pages.conf").read_text()
    lines = {}
    for name, default in repeated.items():
        line = re.search(rf'.*{{ default "{default}"; }} +# {name}\b.*', text)[0]
        lines[line] = line.replace(f'"{default}"', f'"{settings.get(name, default)}"')
    return lines


def render(state: Path, sockets: Path, settings: dict[str, str], addresses: list[str], server="", http=""):
    """Writes DIR/nginx/ complete; `server` and `http` are configuration for those two blocks."""
    installed = {
        "/run/fcgi-auth/": f"{sockets}/",
        "/etc/fcgi-auth/keys/": f"{settings['AUTH_KEYS']}/",
        "/usr/share/fcgi-auth/html/": f"{REPOSITORY}/nginx/html/",
        "/etc/fcgi-auth/": f"{state}/",
        'default "__Host-";': f'default "{cookie_prefix(settings)}";',
    } | page_settings(settings)
    for folder in ("conf.d", "snippets"):
        (state / "nginx" / folder).mkdir(parents=True, exist_ok=True)
        for source in (REPOSITORY / "nginx" / folder).glob("*.conf"):
            (state / "nginx" / folder / source.name).write_text(replace_all(source.read_text(), installed))
    demo = REPOSITORY / "scripts" / "demo"
    words = {
        "@USER@": "user root;" if os.geteuid() == 0 else "",
        "@STATE@": str(state),
        "@SOCKETS@": str(sockets),
        "@DEMO@": str(demo),
        "@LISTEN@": " ".join(f"listen {address} ssl http2;" for address in addresses),
        "@HTTP@": http,
        "@SERVER@": server,
    }
    (state / "nginx" / "temp").mkdir(exist_ok=True)
    (state / "nginx" / "nginx.conf").write_text(replace_all((demo / "nginx.conf").read_text(), words))


def replace_all(text: str, replacements: dict[str, str]) -> str:
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text
