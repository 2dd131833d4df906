"""Ports: a taken one is named with its program, a derived policy gets free ones."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import running_proxy

from shipworthy.sidecar.policy import Ports
from shipworthy.sidecar.ports import PortTaken, check_free, free_port, free_ports, listener

LINUX = pytest.mark.skipif(not os.path.exists("/proc/net/tcp"), reason="needs /proc")


@pytest.fixture(params=["127.0.0.1", "0.0.0.0", "::1"])  # noqa: S104
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family) as listening:
        try:
            listening.bind((request.param, free()))
        except OSError:
            pytest.skip("no IPv6 here")
        listening.listen()
        yield listening.getsockname()[1]


def test_a_taken_port_is_refused_with_the_key_of_the_policy(taken: int) -> None:
    with pytest.raises(PortTaken, match=rf"port {taken} \(ports\.https of the policy\) is taken"):
        check_free(Ports(https=taken, http=free()))
    with pytest.raises(PortTaken, match=r"ports\.http of"):
        check_free(Ports(https=free(), http=taken))


@LINUX
def test_the_program_that_has_it_is_named(taken: int) -> None:
    assert listener(taken).startswith(f"process {os.getpid()} (")


def test_a_port_that_only_udp_has_is_taken_too_for_http3_listens_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        with pytest.raises(PortTaken):
            check_free(Ports(https=udp.getsockname()[1], http=free()))


def test_free_ports_pass_over_taken_ones_and_differ(taken: int) -> None:
    found = free_ports(Ports(https=taken, http=taken))
    assert taken < found.https < found.http
    check_free(found)


@LINUX
def test_a_port_that_another_run_chose_and_has_not_bound_yet_is_taken() -> None:
    wanted = free()
    choosing = (
        "from shipworthy.sidecar.policy import Ports\n"
        "from shipworthy.sidecar.ports import free_ports\n"
        f"print(free_ports(Ports(https={wanted}, http={wanted})).https, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", choosing], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdin
        chosen = int(other.stdout.readline())
        assert free_ports(Ports(https=chosen, http=chosen)).https > chosen
        with pytest.raises(PortTaken, match=f"{chosen} .* another run that is starting"):
            check_free(Ports(https=chosen, http=free()))
        other.stdin.close()
    check_free(Ports(https=chosen, http=free()))


@LINUX
def test_no_connection_and_no_other_run_gets_a_port_between_its_choice_and_its_use() -> None:
    choosing = (
        "from shipworthy.sidecar import ports\n"
        f"ports._ANY = range({(first := free_port())}, {first + 9})\n"
        "print(ports.free_port(), flush=True)"
    )
    given_out = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert first < int(given_out[0])
    ran = subprocess.run(
        [sys.executable, "-c", choosing], capture_output=True, text=True, check=True
    )
    assert first < int(ran.stdout) < first + 9


def test_no_port_is_given_twice_while_it_may_not_be_bound_yet() -> None:
    chosen = [free_port() for _ in range(100)]
    assert len(set(chosen[-50:])) == 50
    assert free_port(chosen[0]) == chosen[0]


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(PortTaken, match=r"192\.0\.2\.1 cannot be had"):
        check_free(Ports(bind="192.0.2.1", https=free(), http=free()))


def free() -> int:
    """One that no connection of another program takes before it is asked about."""
    return running_proxy.free_ports(1)[0]
