"""Who can reach a program: its socket is the border, since whoever can open it says who is asking (V-F5, V-F6)."""

import contextlib
import errno
import os
import pwd
import socket
import subprocess

import pytest
from programs import Running, answers, command, environment
from site_under_test import PROGRAMS, eventually

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def connect_as(user, path):
    """The errno of a connect by this user, 0 when it got through; asked by a process of its own."""
    child = os.fork()
    if child == 0:
        status = 255
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            status = socket.socket(socket.AF_UNIX).connect_ex(str(path))
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def strangers():
    """Every local account that is neither the socket's owner nor in its group."""
    return [user for user in pwd.getpwall() if user.pw_uid != 0 and user.pw_gid != 0]


@contextlib.contextmanager
def opened(directory):
    """Lets everybody pass through a directory for a while, so that the socket's own mode is what refuses."""
    modes = [(path, path.stat().st_mode) for path in (directory, *directory.parents)]
    modes = [(path, mode) for path, mode in modes if mode & 0o001 == 0]
    try:
        for path, mode in modes:
            path.chmod(mode | 0o111)
        yield
    finally:
        for path, mode in modes:
            path.chmod(mode)


@ROOT_ONLY
def test_no_other_local_user_can_speak_to_a_program_of_the_site(site):
    """V-F5."""
    people = strangers()
    assert len(people) > 5 and "nobody" in {user.pw_name for user in people}
    with opened(site.stack.socket("verify").parent):
        for program in PROGRAMS:
            path = site.stack.socket(program)
            assert connect_as(pwd.getpwuid(0), path) == 0, "the owner must reach it, or the rest proves nothing"
            assert {connect_as(user, path) for user in people} == {errno.EACCES}, program


@ROOT_ONLY
@pytest.mark.parametrize("program", PROGRAMS)
def test_no_other_local_user_can_speak_to_a_socket_that_a_program_made(site, tmp_path, program):
    """V-F5, whatever umask it was started with."""
    path = tmp_path / "s"
    with opened(tmp_path), Running(command(site, program, "--socket", str(path)), umask=0) as running:
        assert eventually(lambda: answers(path, program)), running.log
        assert {connect_as(user, path) for user in strangers()} == {errno.EACCES}


def start(site, program, listener):
    return subprocess.run(
        command(site, program), stdin=listener, capture_output=True, text=True, env=environment(), timeout=10)


@pytest.mark.parametrize("family, address", [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_refuses_a_socket_that_other_machines_can_reach(site, program, family, address):
    """V-F6: whoever can connect forges every parameter."""
    with socket.socket(family) as listener:
        listener.bind((address, 0))
        listener.listen(1)
        refused = start(site, program, listener)
    assert refused.returncode not in (0, -6, -11) and "loopback" in refused.stderr, refused


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_opens_no_network_socket(site, program):
    """V-F6: no TCP or UDP socket among its descriptors, listening or not."""
    inodes = set()
    for name in os.listdir(f"/proc/{site.stack.pid(program)}/fd"):
        target = os.readlink(f"/proc/{site.stack.pid(program)}/fd/{name}")
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    for table in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        with open(f"/proc/net/{table}") as lines:
            assert not inodes & {line.split()[9] for line in list(lines)[1:]}, table
