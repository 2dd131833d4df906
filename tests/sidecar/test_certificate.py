"""The certificate of the proxy: who it vouches for, who may read its key, and files of a person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from shipworthy.sidecar.certificate import (
    RENEW_DAYS,
    BrokenCertificate,
    authority,
    certificate_for,
)
from shipworthy.sidecar.host import has_addresses
from shipworthy.sidecar.policy import Policy, Tls

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)


def _names(chain: bytes) -> list[str]:
    first = x509.load_pem_x509_certificates(chain)[0]
    names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def test_keys_are_readable_by_this_user_alone(tmp_path: Path) -> None:
    certificate_for(Policy(), tmp_path / "a", NOW)
    key = tmp_path / "a" / "localhost" / "authority.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700


def test_the_authority_is_kept_and_can_vouch_for_nothing_else(tmp_path: Path) -> None:
    first = authority("localhost", tmp_path, NOW)
    assert authority("localhost", tmp_path, NOW).certificate == first.certificate
    extensions = first.certificate.extensions
    limits = extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert [str(name.value) for name in limits.value.permitted_subtrees or []] == [
        "localhost",
        "127.0.0.0/8",
        "::1/128",
    ]


def test_an_authority_near_its_end_is_replaced(tmp_path: Path) -> None:
    first = authority("localhost", tmp_path, NOW)
    later = authority("localhost", tmp_path, first.certificate.not_valid_after_utc)
    assert later.certificate != first.certificate


@pytest.mark.parametrize(
    ("host", "names", "addresses"),
    [
        ("localhost", ["localhost"], ["127.0.0.1", "::1"]),
        ("app.localhost", ["app.localhost", "localhost"], ["127.0.0.1", "::1"]),
        ("app.example.com", ["app.example.com"], []),
        ("127.0.0.1", ["localhost"], ["127.0.0.1", "::1"]),
        ("192.168.1.5", ["localhost"], ["192.168.1.5", "127.0.0.1", "::1"]),
    ],
)
def test_a_certificate_is_for_its_host_and_another_one_for_addresses(
    tmp_path: Path, host: str, names: list[str], addresses: list[str]
) -> None:
    policy = msgspec.structs.replace(Policy(), host=host)
    found = certificate_for(policy, tmp_path, NOW)
    assert _names(found.chain) == names
    assert (_names(found.for_addresses) if found.for_addresses else []) == addresses
    assert has_addresses(host) == bool(addresses)
    assert not found.must_be_renewed(NOW)
    assert found.must_be_renewed(found.ends - timedelta(days=RENEW_DAYS - 1))


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    authority("localhost", tmp_path, NOW)
    (tmp_path / "localhost" / "authority.key").chmod(0o644)
    with pytest.raises(BrokenCertificate, match="can be read by others"):
        authority("localhost", tmp_path, NOW)


def _own(tmp_path: Path, host: str = "app.example.com") -> Policy:
    made = certificate_for(msgspec.structs.replace(Policy(), host=host), tmp_path / "a", NOW)
    (tmp_path / "chain.pem").write_bytes(made.chain)
    (tmp_path / "key.pem").write_bytes(made.key)
    tls = Tls(certificate=str(tmp_path / "chain.pem"), key=str(tmp_path / "key.pem"))
    return msgspec.structs.replace(Policy(), host=host, tls=tls)


def test_files_of_a_person_are_served_as_they_are(tmp_path: Path) -> None:
    policy = _own(tmp_path)
    found = certificate_for(policy, tmp_path / "none", NOW)
    assert found.chain == (tmp_path / "chain.pem").read_bytes()
    assert found.authority == b""
    assert not (tmp_path / "none").exists()


def test_files_that_do_not_fit_are_said(tmp_path: Path) -> None:
    policy = _own(tmp_path)
    other = msgspec.structs.replace(policy, host="other.example.com")
    with pytest.raises(BrokenCertificate, match=r"not for the host other\.example\.com"):
        certificate_for(other, tmp_path, NOW)
    with pytest.raises(BrokenCertificate, match="valid from"):
        certificate_for(policy, tmp_path, NOW + timedelta(days=400))
    (tmp_path / "key.pem").write_bytes(_another_key())
    with pytest.raises(BrokenCertificate, match="is not the key of"):
        certificate_for(policy, tmp_path, NOW)
    (tmp_path / "key.pem").write_text("nothing")
    with pytest.raises(BrokenCertificate, match="holds no key"):
        certificate_for(policy, tmp_path, NOW)
    (tmp_path / "chain.pem").write_text("nothing")
    with pytest.raises(BrokenCertificate, match="holds no certificate"):
        certificate_for(policy, tmp_path, NOW)
    (tmp_path / "chain.pem").unlink()
    with pytest.raises(BrokenCertificate, match="cannot be read"):
        certificate_for(policy, tmp_path, NOW)


def _another_key() -> bytes:
    from cryptography.hazmat.primitives import serialization

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_two_that_start_at_once_share_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: authority("localhost", tmp_path), range(8)))
    assert len({one.certificate.serial_number for one in made}) == 1
