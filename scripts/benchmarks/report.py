"""Tables that read well in a terminal and in Markdown alike, the same as JSON, and what they were measured on."""

import dataclasses
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import demo_site


@dataclasses.dataclass
class Column:
    heading: str
    key: str
    form: str | None = None  # of a number; None for text


@dataclasses.dataclass
class Section:
    """One table. `key` names it in JSON and in documents; a row with `failure` was not measured."""

    key: str
    title: str
    rows: list
    columns: list
    notes: list = dataclasses.field(default_factory=list)

    def text(self):
        lines = [[column.heading for column in self.columns]]
        lines += [[cell(row, column) for column in self.columns] for row in self.rows if "failure" not in row]
        widths = [max(map(len, column)) for column in zip(*lines)]
        pad = [str.rjust if column.form else str.ljust for column in self.columns]
        lines = [[how(word, width) for how, word, width in zip(pad, line, widths)] for line in lines]
        rule = ["-" * (width - 1) + ":" if column.form else "-" * width for column, width in zip(self.columns, widths)]
        lines.insert(1, rule)
        failures = [f"**NOT MEASURED** `{row['who']}`: {row['failure']}" for row in self.rows if "failure" in row]
        after = [f"\n{note}" for note in failures + self.notes]
        return "\n".join(["| " + " | ".join(line) + " |" for line in lines] + after)


def cell(row, column):
    value = row.get(column.key)
    if value is None:
        return ""
    return column.form.format(value) if column.form else str(value)


def into(file, sections):
    """Puts each table where the document has its place: `<!-- bench KEY -->` to `<!-- end -->`."""
    text = file.read_text()
    for section in sections:
        place = re.compile(rf"(<!-- bench {re.escape(section.key)} -->\n).*?(<!-- end -->)", re.S)
        if not place.search(text):
            raise SystemExit(f"{file} has no <!-- bench {section.key} -->")
        text = place.sub(lambda found, table=section.text(): f"{found[1]}{table}\n{found[2]}", text)
    file.write_text(text)


def said(*command):
    """The first line that a program says of itself; none where it is missing."""
    if not shutil.which(command[0]):
        return None
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return ((done.stdout or done.stderr).splitlines() or [None])[0]


def package(name):
    done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], capture_output=True, text=True, timeout=30)
    return done.stdout or None


def machine():
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    facts = {
        "processor": f"{os.cpu_count()} × {model[1] if model else platform.machine()}",
        "kernel": platform.release(),
        "Debian": Path("/etc/debian_version").read_text().strip(),
        "nginx": package("nginx"), "libfcgi": package("libfcgi0ldbl"), "openssl": package("libssl3"),
        "SQLite": package("libsqlite3-0"), "wrk": package("wrk"), "Swift": said("swift", "--version"),
        "Go": package("golang-go"), "njs": package("libnginx-mod-http-js"),
        "node": package("nodejs"), "Express": package("node-express"),
        "commit": said("git", "-C", str(demo_site.REPOSITORY), "rev-parse", "--short", "HEAD"),
    }
    rows = [{"what": name, "value": value} for name, value in facts.items() if value]
    return Section("machine", "Machine", rows, [Column("", "what"), Column("", "value")])
