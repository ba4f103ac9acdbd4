"""Where `dateline serve` listens, and what it says where it cannot."""

import os
import re
import socket
from pathlib import Path

import pytest

from app.listening import address_of, listening
from tests.app.test_cli import status_of


def test_a_name_is_served_on_each_of_its_addresses_and_one_port() -> None:
    wanted = {one[4][0] for one in socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)}
    with listening("localhost", 0, None) as sockets:
        names = [one.getsockname()[:2] for one in sockets]
        assert address_of(sockets[0], "localhost") == f"http://localhost:{names[0][1]}"
    assert {host for host, _ in names} == wanted
    assert len({port for _, port in names}) == 1


def test_an_address_of_ipv6_is_told_in_brackets() -> None:
    with listening("::1", 0, None) as sockets:
        assert re.fullmatch(r"http://\[::1\]:\d+", address_of(sockets[0]))


def test_a_client_can_connect_before_anything_is_served_and_one_that_takes_nothing_is_left() -> None:
    with listening("127.0.0.1", 0, None) as sockets, socket.create_connection(sockets[0].getsockname()):
        accepted, _ = sockets[0].accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


def test_a_socket_that_is_a_file_can_be_inherited(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as given:
        given.bind(str(tmp_path / "socket"))
        given.listen()
        with listening("127.0.0.1", 0, os.dup(given.fileno())) as sockets:
            assert address_of(sockets[0]) == f"unix:{tmp_path}/socket:"


def test_sockets_that_systemd_gave_to_another_process_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who started this one has the variables of its own."""
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", str(os.getppid()))
    with listening("127.0.0.1", 0, None) as (one,):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address_of(one))


def test_a_descriptor_that_does_not_listen_stops_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    with socket.socket() as idle, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        for fd in (reading, idle.fileno(), datagrams.fileno(), 9999):
            assert status_of("serve", "--fd", str(fd)) == 1
            told = capsys.readouterr().err
            assert re.fullmatch(f"Cannot serve on the file descriptor {fd}: .+. Expected: a listening socket\n", told)
    os.close(reading)
    os.close(writing)
