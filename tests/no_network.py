"""A guard against the network: sockets reach the loopback address, and nothing else, while a test runs.

Import `no_network` into conftest.py; it applies to every test by itself.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class NetworkForbidden(AssertionError):
    """A test tried to reach the network. Not an OSError: no retry may take it for a broken connection."""


def is_loopback(host: str | bytes | None) -> bool:
    """Whether a host as given to the socket functions is this machine itself. None and "" mean all local addresses."""
    name = host.decode() if isinstance(host, bytes) else host or ""
    if name == "" or name.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def check(address: Any) -> None:
    """Raise NetworkForbidden when a socket address lies outside. Addresses of Unix sockets are strings or bytes."""
    if isinstance(address, tuple) and not is_loopback(address[0]):
        raise NetworkForbidden(f"a test tried to reach {address[0]}; tests may use the loopback address only")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection, datagram and name look-up that leaves this machine."""
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto", "sendmsg")}
    look_up = {name: getattr(socket, name) for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex")}

    def connecting(name: str) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            check(address)
            return real[name](self, address)

        return connect

    def sendto(self: socket.socket, data: Any, *rest: Any) -> Any:
        check(rest[-1] if rest else None)
        return real["sendto"](self, data, *rest)

    def sendmsg(self: socket.socket, buffers: Any, *rest: Any) -> Any:
        check(rest[2] if len(rest) > 2 else None)
        return real["sendmsg"](self, buffers, *rest)

    def looking_up(name: str) -> Any:
        def resolve(host: Any, *rest: Any, **named: Any) -> Any:
            check((host,))
            return look_up[name](host, *rest, **named)

        return resolve

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, connecting(name))
    monkeypatch.setattr(socket.socket, "sendto", sendto)
    monkeypatch.setattr(socket.socket, "sendmsg", sendmsg)
    for name in look_up:
        monkeypatch.setattr(socket, name, looking_up(name))
    yield
