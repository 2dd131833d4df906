"""How the proxy learns of its certificate, and of the next one without a restart.

By a discovery file with a watched folder. The same watch on a certificate that stands in the listener is
accepted and never acts: the old certificate would be served until it ends.
"""

from __future__ import annotations

from pathlib import Path

from shipworthy.sidecar.certificate import Certificate
from shipworthy.sidecar.host import has_addresses
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.files import Files, put
from shipworthy.sidecar.proxy.typed import Message
from shipworthy.sidecar.whole_file import put_bytes

SECRET = "edge"  # noqa: S105  the name of the certificate, nothing secret
_SECRET_TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"  # noqa: S105


def sources(policy: Policy, files: Files) -> list[Message]:
    """Where a listener finds its certificates: the one for addresses first, which callers get who name none
    (RFC 6066 section 3: an address is no server name)."""
    own = policy.tls.certificate == "auto" and has_addresses(policy.host)
    found = [_source(f"{SECRET}-addresses", files.secrets_of_addresses, files)] if own else []
    return [*found, _source(SECRET, files.secrets, files)]


def _source(name: str, file: Path, files: Files) -> Message:
    watched = {"path": str(files.certificates)}
    path = {"path": str(file), "watched_directory": watched}
    return {"name": name, "sds_config": {"path_config_source": path, "resource_api_version": "V3"}}


def put_certificate(files: Files, certificate: Certificate) -> None:
    """Write chains and key, and the files that name them; a running proxy serves them within a second."""
    files.certificates.mkdir(mode=0o700, exist_ok=True)
    put_bytes(files.certificates / "key.pem", certificate.key)
    if certificate.for_addresses:
        put_bytes(files.certificates / "addresses.pem", certificate.for_addresses)
        secret = secret_of(files, f"{SECRET}-addresses", "addresses.pem")
        put(files.secrets_of_addresses, secret)
    put_bytes(files.certificates / "chain.pem", certificate.chain)
    put(files.secrets, secret_of(files))


def secret_of(files: Files, name: str = SECRET, chain: str = "chain.pem") -> Message:
    """What a discovery file says: where chain and key are, and which folder tells of new ones."""
    pair = {
        "certificate_chain": {"filename": str(files.certificates / chain)},
        "private_key": {"filename": str(files.certificates / "key.pem")},
        "watched_directory": {"path": str(files.certificates)},
    }
    return {"resources": [{"@type": _SECRET_TYPE, "name": name, "tls_certificate": pair}]}
