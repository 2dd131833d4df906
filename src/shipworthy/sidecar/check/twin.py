"""The proxy once more, with the same policy, in front of an echo: attacks on it harm nobody.

It is the same Envoy told by the same code. What differs is said in each result: free ports, secrets
made up for it, keys of our own in place of a provider's, and time limits that can be waited for.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from shipworthy.sidecar import egress
from shipworthy.sidecar.certificate import certificate_for
from shipworthy.sidecar.check.credentials import Credentials
from shipworthy.sidecar.check.echo import Echo
from shipworthy.sidecar.check.issuer import LOGIN, Issuer
from shipworthy.sidecar.check.target import Target
from shipworthy.sidecar.policy import Policy, Ports, Seconds, Tls
from shipworthy.sidecar.ports import free_port, free_ports
from shipworthy.sidecar.proxy import Configuration, Proxy, Upstreams, build
from shipworthy.sidecar.proxy.identity import Provider
from shipworthy.sidecar.proxy.typed import seconds
from shipworthy.sidecar.rehearsal import secrets_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_PATIENCE = {"header_seconds": 1.0, "body_seconds": 1.0, "request_seconds": 2.0}
_CONNECTIONS = 120
Around = Callable[[Sequence[str], int], tuple[str, ...]]
_KEYS_KEPT = 1.0  # seconds
_KEYS_SECONDS = 10.0  # until they were fetched for the first time


@contextmanager
def twin(
    policy: Policy, change: Callable[[Configuration], Configuration] = lambda made: made
) -> Iterator[Target]:
    """A proxy with the policy in front of an echo, for as long as the block; about 0.3 s to start.

    `change` breaks what was built, to see that an attack notices. Raises what building and starting it
    raises.
    """
    with tempfile.TemporaryDirectory(prefix="swc-") as name, Echo() as echo:
        folder = Path(name)
        signers = {n: _key() for n, tokens in policy.tokens.items() if tokens.jwks}
        signers |= {LOGIN: _key()} if policy.login else {}
        issuer = Issuer(echo, signers)
        own = _alike(policy, issuer)
        made_up = {variable: secrets.token_urlsafe(36) for variable in secrets_of(policy)}
        certificate = certificate_for(own, folder / "authorities")
        authority = folder / "authority.pem"
        authority.write_bytes(certificate.authority)
        made = build(own, Upstreams(echo.port), folder, made_up, _provider(own, issuer))
        configuration = change(replace(made, listeners=_impatient(made.listeners)))
        proxy = Proxy.start(configuration, certificate)
        try:
            _until_keys_are_known(issuer)
            yield Target(
                own,
                own.ports.https,
                own.ports.http,
                authority,
                echo,
                issuer,
                Credentials(made_up, signers),
                admin=proxy.files.admin,
                log=proxy.files.log,
                gate=_gate(own, proxy.files.folder),
                around=_around(own, proxy.files.folder),
                pause=proxy.pause,
                resume=proxy.resume,
                shortened=True,
            )
        finally:
            proxy.stop(0)


def _alike(policy: Policy, issuer: Issuer) -> Policy:
    """The policy on free ports of this machine alone, with keys of our own."""
    tokens = {
        name: msgspec.structs.replace(given, jwks=issuer.keys_address(name))
        if given.jwks
        else given
        for name, given in policy.tokens.items()
    }
    limits = policy.limits
    shorter = {n: Seconds(min(getattr(limits, n) or most, most)) for n, most in _PATIENCE.items()}
    return msgspec.structs.replace(
        policy,
        ports=free_ports(_anywhere()),
        tls=Tls(hsts=policy.tls.hsts),
        tokens=tokens,
        limits=msgspec.structs.replace(
            limits, connections=min(limits.connections, _CONNECTIONS), **shorter
        ),
        observe=msgspec.structs.replace(policy.observe, otlp=""),
        egress=msgspec.structs.replace(egress.in_force(policy.egress)[0], port=free_port()),
    )


def _provider(policy: Policy, issuer: Issuer) -> Provider | None:
    """Its addresses, where the policy has a login."""
    if policy.login is None:
        return None
    page = (
        "https://provider.example/authorize"  # nobody goes there: only where it leads is looked at
    )
    return Provider(policy.login.issuer, page, issuer.token_address, issuer.keys_address(LOGIN))


def _impatient(part: Any) -> Any:
    """The listeners, asking for a provider's keys each second, so that a change can be waited for."""
    if isinstance(part, list):
        return [_impatient(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: seconds(_KEYS_KEPT) if key == "cache_duration" else _impatient(value)
        for key, value in part.items()
    }


def _until_keys_are_known(issuer: Issuer) -> None:
    """The proxy listens before it knows any keys, and takes no token then."""
    end = time.monotonic() + _KEYS_SECONDS
    while set(issuer.signers) - issuer.asked and time.monotonic() < end:
        time.sleep(0.02)


def _gate(policy: Policy, folder: Path) -> Path | int | None:
    """Where calls out arrive."""
    if policy.egress.mode == "isolate":
        return folder / egress.SOCKET
    return policy.egress.port if policy.egress.mode == "advise" else None


def _around(policy: Policy, folder: Path) -> Around | None:
    """How a program is kept in a network of its own, where it is."""
    if policy.egress.mode != "isolate":
        return None
    return egress.Confinement(egress.allowed(policy.egress.allow), folder).around


def _anywhere() -> Ports:
    """Ports that others are not likely to try at the same moment; none that the system gives to callers."""
    http = 20_000 + secrets.randbelow(5_000)
    return Ports(http=http, https=http + 5_000)


def _key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return generate_private_key(65537, 2048)
