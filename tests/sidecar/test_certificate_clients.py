"""Clients that trust the local authority accept its certificates, each by its own rules of verification."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import trusting
from running_proxy import Front, free_ports, program, surrounded

from shipworthy.sidecar.application.answering import ask
from shipworthy.sidecar.policy import Policy, Resilience
from shipworthy.sidecar.proxy.binary import find_envoy
from shipworthy.sidecar.proxy.clusters import loopback
from shipworthy.sidecar.proxy.typed import HTTP, http_filter, typed
from waiting import SECONDS, until

CHROMIUM, NODE = shutil.which("chromium"), shutil.which("node")
BY_NAME, BY_ADDRESS = "localhost", "127.0.0.1"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    policy = Policy(resilience=Resilience(health=""))
    with program() as (app, _), surrounded(tmp_path_factory.mktemp("c"), app, policy) as front:
        yield front


def url(front: Front, host: str) -> str:
    return f"https://{host}:{front.policy.ports.https}/"


@pytest.mark.parametrize("host", [BY_NAME, BY_ADDRESS])
def test_openssl_accepts_name_and_address(front: Front, host: str) -> None:
    with front.client() as client:
        assert client.get(url(front, host)).status_code == 200


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
@pytest.mark.parametrize("host", [BY_NAME, BY_ADDRESS])
def test_node_accepts_name_and_address(front: Front, host: str) -> None:
    script = f"fetch('{url(front, host)}').then(r => console.log(r.status))"
    told = {**os.environ, "NODE_EXTRA_CA_CERTS": str(front.authority)}
    ran = subprocess.run([str(NODE), "-e", script], env=told, capture_output=True, check=False)
    assert ran.stdout.strip() == b"200", ran.stderr.decode()


def test_boringssl_accepts_the_name(front: Front, tmp_path: Path) -> None:
    """Envoy as a client. Where constraints speak of addresses, it refuses all certificates that name one."""
    with boringssl(front, tmp_path) as port:
        assert (
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=SECONDS).status_code
            == 200
        )


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.skipif(ctypes.util.find_library("nss3") is None, reason="NSS is not installed")
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("host", [BY_NAME, BY_ADDRESS])
def test_chromium_accepts_name_and_address_once_the_authority_is_trusted(
    front: Front, tmp_path: Path, host: str
) -> None:
    stranger, friend = tmp_path / "stranger", tmp_path / "friend"
    argv = [sys.executable, trusting.__file__, str(friend), str(front.authority)]
    subprocess.run(argv, check=True, capture_output=True)
    assert "GET /" in seen_by_chromium(friend, url(front, host))
    assert "GET /" not in seen_by_chromium(stranger, url(front, host))


def seen_by_chromium(home: Path, address: str) -> str:
    """The page at an address."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--dump-dom"]
    argv = [str(CHROMIUM), *flags, f"--user-data-dir={home}/profile", address]
    told = {**os.environ, "HOME": str(home)}
    ran = subprocess.run(argv, env=told, capture_output=True, text=True, timeout=120, check=False)
    return ran.stdout


@contextmanager
def boringssl(front: Front, place: Path) -> Iterator[int]:
    """An Envoy that asks the proxy by its name and trusts its authority alone; its port."""
    [port] = free_ports(1)
    file = place / "client.json"
    file.write_text(json.dumps(client(front, port)))
    argv = [str(find_envoy()), "-c", str(file), "--disable-hot-restart", "--log-level", "off"]
    with subprocess.Popen(argv) as running:
        try:
            until(lambda: ask(port))
            yield port
        finally:
            running.kill()


def client(front: Front, port: int) -> dict[str, Any]:
    cluster = {"route": {"cluster": "proxy", "host_rewrite_literal": BY_NAME}}
    host = {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, **cluster}]}
    manager = typed(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="client",
        route_config={"virtual_hosts": [host]},
        http_filters=[http_filter("router", f"{HTTP}.router.v3.Router")],
    )
    endpoint = {"endpoint": {"address": loopback(front.policy.ports.https)}}
    checked = {
        "trusted_ca": {"filename": str(front.authority)},
        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": BY_NAME}}],
    }
    tls = typed(
        "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        sni=BY_NAME,
        common_tls_context={
            "tls_params": {"tls_maximum_protocol_version": "TLSv1_3"},
            "validation_context": checked,
        },
    )
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    upstream = {
        "name": "proxy",
        "load_assignment": {"cluster_name": "proxy", "endpoints": [{"lb_endpoints": [endpoint]}]},
        "transport_socket": {"name": "tls", "typed_config": tls},
    }
    listener = {"address": loopback(port), "filter_chains": [chain]}
    return {"static_resources": {"listeners": [listener], "clusters": [upstream]}}
