"""Where the repository says one thing twice: `agreement.py settings|problems|nginx|security`.

Each prints what disagrees, one line each, and ends with 1 if there was anything.
"""

import itertools
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import demo_site

ROOT = demo_site.REPOSITORY
SWIFT = ROOT / "Sources" / "AuthCore"
SETTING = re.compile(r"\bAUTH_[A-Z0-9_]*[A-Z0-9]\b")


def settings():
    """Settings in the code, in README's table and in every other text are the same names."""
    code = set()
    for source in (SWIFT / "Configuration").glob("*.swift"):
        code |= set(re.findall(r'"(AUTH_[A-Z0-9_]+)"', source.read_text()))
    if not code:
        yield "no setting found in Sources/AuthCore/Configuration"
    readme = ROOT / "README.md"
    table = set(re.findall(r"^\| *`(AUTH_[A-Z0-9_]+)`", readme.read_text(), re.M)) if readme.exists() else set()
    for name in sorted(code ^ table):
        yield f"{name} is {'not in README.md' if name in code else 'in README.md but in no program'}"
    parameters = set(re.findall(r'"(AUTH_[A-Z_]+)"', (SWIFT / "HTTP/RequestParameter.swift").read_text()))
    texts = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("nginx/*/*.conf"), *ROOT.glob("scripts/*")]
    for path in filter(Path.is_file, texts):
        for name in sorted(set(SETTING.findall(path.read_text())) - code - parameters):
            yield f"{path.relative_to(ROOT)}: {name} is no setting"


def problem_codes():
    """ProblemCode.swift as {code: (status, title, detail)}."""
    text = (SWIFT / "HTTP/ProblemCode.swift").read_text()
    names = dict(re.findall(r'case (\w+) = "(\w+)"', text))
    limit = re.search(r"maximumBodyBytes = (\d+) \* (\d+)", "\n".join(
        source.read_text() for source in (SWIFT / "HTTP").glob("*.swift")))
    columns = []
    for section in re.split(r"public var \w+: \w+ \{", text)[1:]:
        column = {}
        for cases, value in re.findall(r'case ((?:\.\w+,?\s*)+):\s+("?[^"\n]+"?)', section):
            value = value.strip('"').replace("\\(maximumBodyBytes)", str(int(limit[1]) * int(limit[2])))
            column |= {names[case]: value for case in re.findall(r"\.(\w+)", cases)}
        columns.append(column)
    return {code: tuple(column.get(code) for column in columns) for code in names.values()}


def problems():
    """The refusals nginx makes by itself read like the programs', and the pages know the codes."""
    codes = problem_codes()
    found = re.findall(r"return (\d+) '(\{.*?\})'", (ROOT / "nginx/snippets/fcgi-auth-refusals.conf").read_text())
    if not found:
        yield "no refusal found in fcgi-auth-refusals.conf"
    for status, body in found:
        said = json.loads(body)
        code = said["code"]
        expected = codes.get(code)
        if expected != (status, said["title"], said["detail"]) or said["status"] != int(status):
            yield f"{code}: nginx says {status} {said['title']!r} {said['detail']!r}, the programs {expected}"
        if said["type"] != f"urn:fcgi-auth:problem:{code}":
            yield f"{code}: type is {said['type']}"
    texts = re.search(r"map \$arg_error [^{]*\{(.*?)\n\}", (ROOT / "nginx/conf.d/fcgi-auth-pages.conf").read_text(), re.S)
    for code in re.findall(r"^    ([a-z_]+) ", texts[1], re.M):
        if code != "default" and code not in codes:
            yield f"the pages have a text for {code}, which no program sends"


def nginx():
    """nginx -t accepts the demo, the example site, and conf.d in a server that uses nothing of it."""
    example = (ROOT / "nginx/sites/example.conf").read_text()
    with tempfile.TemporaryDirectory() as directory:
        state = Path(directory)
        for name in ("run", "keys", "log", "tls"):
            (state / name).mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=localhost", "-keyout", state / "tls/key.pem", "-out", state / "tls/cert.pem"],
            check=True, capture_output=True)
        example = re.sub(r"/etc/letsencrypt/live/www.example.org/\w+.pem", "cert", example)
        example = re.sub(r"ssl_certificate(_key)? .*;", "", example)
        # A port of its own for each, and above 1023: nginx -t opens them.
        ports = itertools.count(20443)
        example = re.sub(r"listen .*;", lambda _: f"listen 127.0.0.1:{next(ports)};", example)
        for name, http in (("the demo", ""), ("the example site", example)):
            port = demo_site.free_port()
            demo_site.render(state, state / "run", {"AUTH_KEYS": f"{state}/keys"}, [f"127.0.0.1:{port}"], http=http)
            yield from nginx_test(name, state)
        bare = "pid nginx.pid; error_log stderr; events {} http { include conf.d/*.conf; server { listen 127.0.0.1:1; } }"
        (state / "nginx/nginx.conf").write_text(bare)
        yield from nginx_test("conf.d alone", state)


def security_rows():
    """The rows of docs/security.md that begin with ids: (ids, the last column)."""
    text = (ROOT / "docs/security.md").read_text()
    for section in re.split(r"^## ", text, flags=re.M):
        if "\n| id |" in section:
            for line in re.findall(r"^\| (?!id |-)(.*) \|$", section, re.M):
                columns = line.split(" | ")
                yield columns[0].split(", "), columns[-1]


def security():
    """Every id has one row in docs/security.md, and every proof there is a test or a command that exists."""
    listed = (ROOT / "docs/security-ids.txt").read_text().split()
    found = [name for ids, _ in security_rows() for name in ids]
    for name in sorted(set(found) | set(listed)):
        if found.count(name) != 1 or listed.count(name) != 1:
            yield f"{name}: {found.count(name)} times in security.md, {listed.count(name)} in security-ids.txt"
    for ids, proof in security_rows():
        names = re.findall(r"`((?:Tests|scripts)/[^`]*)`", proof)
        if not names and not re.match(r"(Does not apply|Open): \w", proof):
            yield f"{ids[0]}: neither a proof nor a reason"
        for name in names:
            if not proof_exists(name):
                yield f"{ids[0]}: there is no {name}"


def proof_exists(name):
    """`Tests/…py::function`, `Tests/…swift: title`, `scripts/name` with a row that it knows, or a file."""
    test = re.fullmatch(r"(Tests/\S+\.py)::(\w+)", name)
    if test:
        return holds(test[1], f"def {test[2]}(")
    test = re.fullmatch(r"(Tests/\S+\.swift): (.+)", name)
    if test:
        return holds(test[1], f'"{test[2]}"')
    command, *arguments = name.split()
    if not arguments:
        return (ROOT / command).is_file()
    sources = [*ROOT.glob(f"{command}*"), *ROOT.glob(f"{command.rstrip('s')}_*/*")]
    return (ROOT / command).is_file() and all(
        any(argument in source.read_text() for source in sources if source.is_file()) for argument in arguments)


def holds(path, text):
    return (ROOT / path).is_file() and text in (ROOT / path).read_text()


def nginx_test(name, state):
    done = subprocess.run(["/usr/sbin/nginx", "-t", "-c", state / "nginx/nginx.conf", "-e", state / "log/nginx.log"],
                          capture_output=True, text=True)
    for line in done.stderr.splitlines():
        if done.returncode != 0 or "[warn]" in line:
            yield f"{name}: {line}"


if __name__ == "__main__":
    kinds = {"settings": settings, "problems": problems, "nginx": nginx, "security": security}
    disagreements = list(kinds[sys.argv[1]]())
    for line in disagreements:
        print(line)
    sys.exit(1 if disagreements else 0)
