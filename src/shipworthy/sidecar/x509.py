"""X.509 by the package `cryptography`: names, limits and encodings of what is issued here."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from types import SimpleNamespace
from typing import Any

from shipworthy.errors import MissingExtra
from shipworthy.sidecar.host import is_of_this_machine


def begun(common: str, issuer: Any, public: Any, now: datetime, ends: datetime) -> Any:
    """A certificate before its extensions. Valid from an hour before: clocks of callers go slow."""
    x509 = crypto().x509
    return (
        x509.CertificateBuilder()
        .subject_name(subject(common))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks of callers that go slow
        .not_valid_after(ends)
    )


def subject(common: str) -> Any:
    """A name with nothing but a common name, of 64 characters at most."""
    x509 = crypto().x509
    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common[:64])])


def names_of(host: str) -> list[Any]:
    """The alternative names of a certificate for a host."""
    x509 = crypto().x509
    address = _address(host)
    if address is None and not is_of_this_machine(host):
        return [x509.DNSName(host)]
    names = [] if address else [x509.DNSName(host)]
    loopback = [ip_address("127.0.0.1"), ip_address("::1")]
    addresses = [*([address] if address and address not in loopback else []), *loopback]
    names += [x509.DNSName("localhost")] if host != "localhost" else []
    return [*names, *(x509.IPAddress(a) for a in addresses)]


def constraints(host: str) -> list[Any]:
    """What an authority for a host may vouch for: it and this machine."""
    x509 = crypto().x509
    address = _address(host)
    permitted = [x509.DNSName("localhost")]
    if address is None and host != "localhost":
        permitted.append(x509.DNSName(host))
    networks = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    if address and not address.is_loopback:
        networks.append(ip_network(address))
    return [*permitted, *(x509.IPAddress(n) for n in networks)]


def signing_only() -> Any:
    """The key usage of an authority."""
    rest = dict.fromkeys(
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "encipher_only decipher_only".split(),
        False,
    )
    return crypto().x509.KeyUsage(key_cert_sign=True, crl_sign=True, **rest)


def is_for(certificate: Any, host: str) -> bool:
    """Whether a certificate is for a host, by its alternative names; a wildcard stands for one label."""
    x509 = crypto().x509
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    address = _address(host)
    if address:
        return address in names.get_values_for_type(x509.IPAddress)
    wildcard = "*." + host.partition(".")[2]
    found = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    return host.lower() in found or wildcard in found


def _address(host: str) -> Any:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def raw(public: Any) -> bytes:
    """A public key in DER form, to be compared."""
    serialization = crypto().serialization
    encoded: bytes = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def pem(certificate: Any) -> bytes:
    """A certificate in PEM form."""
    encoded: bytes = certificate.public_bytes(crypto().serialization.Encoding.PEM)
    return encoded


def pem_of_key(key: Any) -> bytes:
    """A private key in PEM form, without a password."""
    serialization = crypto().serialization
    encoded: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return encoded


def crypto() -> Any:
    """The parts of the package `cryptography` that are used here, with a clear error without it."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError as error:
        raise MissingExtra("The package cryptography", "sidecar") from error
    return SimpleNamespace(x509=x509, hashes=hashes, serialization=serialization, ec=ec)
