"""The certificate of the proxy: a local authority's, renewed before it ends, or the files of a person.

The authority can only vouch for its own host and this machine (name constraints): who trusts it in a browser
does not hand over any other site. Its key never leaves the private folder.

Addresses stand in a certificate of their own. BoringSSL (Envoy, gRPC, Bun) has no rule for constrained
addresses and refuses whatever names one: it would refuse `localhost` beside it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.whole_file import put_bytes
from shipworthy.sidecar.x509 import (
    begun,
    constraints,
    crypto,
    is_for,
    names_of,
    pem,
    pem_of_key,
    raw,
    signing_only,
    subject,
)

AUTHORITY_DAYS, LEAF_DAYS = 3 * 365, 30
RENEW_DAYS = 10  # before its end
_NAME = "shipworthy local authority"


class BrokenCertificate(ShipworthyError):
    """A certificate or key that the proxy cannot serve, and why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A PEM chain with its PEM key; `authority` is the PEM that callers must trust, '' for public ones.
    `for_addresses`: the chain, of the same key, for callers who name an address; '' where there is none."""

    chain: bytes
    key: bytes
    authority: bytes
    ends: datetime
    for_addresses: bytes = b""

    def must_be_renewed(self, now: datetime) -> bool:
        """Whether less than ten days are left."""
        return self.ends - now < timedelta(days=RENEW_DAYS)


def certificate_for(policy: Policy, authorities: Path, now: datetime | None = None) -> Certificate:
    """The certificate that a policy asks for. `authorities`: the folder where local ones are kept.

    Raises BrokenCertificate for files that do not fit, MissingExtra without the package.
    """
    now = now or datetime.now(UTC)
    if policy.tls.certificate == "auto":
        return issue(policy.host, authority(policy.host, authorities, now), now)
    return read_certificate(Path(policy.tls.certificate), Path(policy.tls.key), policy.host, now)


@dataclass(frozen=True, slots=True)
class Authority:
    """A local authority: its certificate and its key."""

    certificate: Any  # x509.Certificate of the package cryptography, and its private key
    key: Any
    file: Path  # of the certificate, for those who want to trust it


def default_authorities() -> Path:
    """Where the local authorities of this user are kept: to be trusted once, not for each prototype."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "shipworthy" / "authorities"


def authority(host: str, authorities: Path, now: datetime | None = None) -> Authority:
    """The local authority for a host, made where there is none that will do for another month.

    Raises BrokenCertificate for a folder or key that others can read.
    """
    now = now or datetime.now(UTC)
    folder = authorities / _folder_name(host)
    file, key_file = folder / "authority.pem", folder / "authority.key"
    if folder.is_symlink() or key_file.is_symlink():
        raise BrokenCertificate(f"{folder} is a link: a key is not kept behind one")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        if file.is_file() and key_file.is_file():
            kept = _read_authority(file, key_file)
            if kept.certificate.not_valid_after_utc - now > timedelta(days=LEAF_DAYS):
                return kept
        folder.chmod(0o700)
        made = _made_authority(host, file, now)
        put_bytes(key_file, pem_of_key(made.key))
        put_bytes(file, pem(made.certificate))
    return made


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold others off who start at the same moment: two authorities of one name trust nobody."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def issue(host: str, by: Authority, now: datetime) -> Certificate:
    """A certificate for a host and, where it is of this machine, one for its loopback addresses."""
    made_by = crypto()
    key = made_by.ec.generate_private_key(made_by.ec.SECP256R1())
    ends = now + timedelta(days=LEAF_DAYS)
    every = names_of(host)
    addresses = [name for name in every if isinstance(name, made_by.x509.IPAddress)]
    named = _issued(host, [n for n in every if n not in addresses], key, by, now, ends)
    also = pem(_issued(host, addresses, key, by, now, ends)) if addresses else b""
    return Certificate(pem(named), pem_of_key(key), pem(by.certificate), ends, also)


def _issued(
    host: str, names: list[Any], key: Any, by: Authority, now: datetime, ends: datetime
) -> Any:
    made_by = crypto()
    x509 = made_by.x509
    return (
        begun(host, by.certificate.subject, key.public_key(), now, ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )
        .sign(by.key, made_by.hashes.SHA256())
    )


def read_certificate(chain: Path, key: Path, host: str, now: datetime) -> Certificate:
    """The certificate of a person's own files.

    Raises BrokenCertificate: not there, not PEM, ended, not for this host, key of another certificate.
    """
    made_by = crypto()
    try:
        chain_pem, key_pem = chain.read_bytes(), key.read_bytes()
    except OSError as error:
        raise BrokenCertificate(f"{error.filename} cannot be read: {error.strerror}") from error
    try:
        first = made_by.x509.load_pem_x509_certificates(chain_pem)[0]
    except ValueError as error:
        raise BrokenCertificate(f"{chain} holds no certificate in PEM form") from error
    try:
        private = made_by.serialization.load_pem_private_key(key_pem, None)
    except (ValueError, TypeError) as error:
        raise BrokenCertificate(f"{key} holds no key in PEM form without password") from error
    if raw(private.public_key()) != raw(first.public_key()):
        raise BrokenCertificate(f"{key} is not the key of {chain}")
    if not first.not_valid_before_utc <= now < first.not_valid_after_utc:
        ended = f"{first.not_valid_before_utc:%Y-%m-%d} to {first.not_valid_after_utc:%Y-%m-%d}"
        raise BrokenCertificate(f"{chain} is valid from {ended}, and today is {now:%Y-%m-%d}")
    if not is_for(first, host):
        raise BrokenCertificate(f"{chain} is not for the host {host}")
    return Certificate(chain_pem, key_pem, b"", first.not_valid_after_utc)


def _made_authority(host: str, file: Path, now: datetime) -> Authority:
    made_by = crypto()
    x509 = made_by.x509
    key = made_by.ec.generate_private_key(made_by.ec.SECP256R1())
    name = subject(f"{_NAME} for {host}")
    ends = now + timedelta(days=AUTHORITY_DAYS)
    certificate = (
        begun(f"{_NAME} for {host}", name, key.public_key(), now, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(constraints(host), None), critical=True)
        .add_extension(signing_only(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, made_by.hashes.SHA256())
    )
    return Authority(certificate, key, file)


def _read_authority(file: Path, key_file: Path) -> Authority:
    made_by = crypto()
    if key_file.stat().st_mode & 0o077:
        raise BrokenCertificate(f"{key_file} can be read by others: remove it, a new one is made")
    try:
        certificate = made_by.x509.load_pem_x509_certificate(file.read_bytes())
        key = made_by.serialization.load_pem_private_key(key_file.read_bytes(), None)
    except ValueError as error:
        raise BrokenCertificate(
            f"{file.parent} is damaged: remove it, a new one is made"
        ) from error
    return Authority(certificate, key, file)


def _folder_name(host: str) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "_" for c in host.lower()).strip(".") or "_"
