# shellcheck shell=bash
# An isolated Python with what Tests/requirements.txt names, made again when that changes.

venv=.build/venv

# Run in the repository's root.
prepare_python() {
    cmp -s Tests/requirements.txt "$venv/installed.txt" && return
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" &&
        timeout 600 "$venv/bin/python" -m pip install -q --disable-pip-version-check -r Tests/requirements.txt &&
        cp Tests/requirements.txt "$venv/installed.txt"
}
