"""The sockets that are served: of a host and port, or inherited from who started the process."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from app.terminal import stop

FIRST_FD = 3
"""Where systemd's sockets begin."""
LONGEST_DEAF = 30
"""After so many seconds a client that takes nothing of its answer is left."""


@contextmanager
def listening(host: str, port: int, fd: int | None) -> Iterator[list[socket.socket]]:
    """Sockets on which clients can connect from now on; where there cannot be one, the command ends."""
    with ExitStack() as stack:
        fds = _systemd_fds() if fd is None else [fd]
        sockets = [stack.enter_context(one) for one in (map(_inherited, fds) if fds else _bound(host, port))]
        for one in sockets:
            if one.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, LONGEST_DEAF * 1000)
        yield sockets


def address_of(one: socket.socket, host: str | None = None) -> str:
    """What a browser takes, or the path of a socket that is a file."""
    name = one.getsockname()
    if one.family == socket.AF_UNIX:
        return f"unix:{name}:"
    host = host or name[0]
    return f"http://{f'[{host}]' if ':' in host else host}:{name[1]}"


def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """One for each address of the host; for port 0, all on the one that the first was given."""
    try:
        for family, address in dict.fromkeys(
            (family, address) for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ):
            one = socket.create_server((address[0], port, *address[2:]), family=family, backlog=2048)
            port = one.getsockname()[1]
            yield one
    except OSError as error:
        stop(f"Cannot serve on {host}, port {port}: {error.strerror}. Expected: another --host or --port")


def _systemd_fds() -> list[int]:
    """As sd_listen_fds(3) has them."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    return [FIRST_FD + number for number in range(int(os.environ.get("LISTEN_FDS", "0")))]


def _inherited(fd: int) -> socket.socket:
    try:
        one = socket.socket(fileno=fd)
        if one.type != socket.SOCK_STREAM or not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            one.detach()
            raise OSError(0, "it does not listen")
    except OSError as error:
        stop(f"Cannot serve on the file descriptor {fd}: {error.strerror}. Expected: a listening socket")
    one.set_inheritable(False)
    return one
