"""The guard against the network is on, and holds."""

from __future__ import annotations

import socket

import pytest
import requests

from tests.no_network import NetworkForbidden, is_loopback
from tests.standin import StandIn


def test_the_guard_is_on_for_every_test(request: pytest.FixtureRequest) -> None:
    assert "no_network" in request.fixturenames


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0)])
@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_no_connection_leaves(address: tuple[str, int], call: str) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outward, pytest.raises(NetworkForbidden, match="loopback"):
        getattr(outward, call)(address)


def test_no_datagram_leaves() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        with pytest.raises(NetworkForbidden):
            outward.sendto(b"x", ("192.0.2.1", 53))
        with pytest.raises(NetworkForbidden):
            outward.sendmsg([b"x"], [], 0, ("192.0.2.1", 53))


@pytest.mark.parametrize(
    "look_up",
    [lambda: socket.getaddrinfo("clinicaltrials.example", 443), lambda: socket.gethostbyname("eutils.example")],
)
def test_no_name_is_looked_up(look_up: object) -> None:
    with pytest.raises(NetworkForbidden):
        look_up()  # type: ignore[operator]


def test_http_does_not_leave() -> None:
    with pytest.raises(NetworkForbidden):
        requests.get("https://clinicaltrials.example/api/v2/version", timeout=1)


def test_the_loopback_address_stays_open() -> None:
    with StandIn() as service:
        assert requests.get(service.ctgov_url + "/version", timeout=5).json()["apiVersion"] == "2.0.5"


def test_what_counts_as_this_machine() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "", None, b"localhost"))
    assert not any(is_loopback(host) for host in ("10.0.0.1", "localhost.example", "169.254.169.254", "fe80::1%eth0"))
