"""Programs outside of this machine that the proxy itself asks for keys and tokens."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.host import is_address
from shipworthy.sidecar.proxy.typed import Message, seconds, typed

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 5.0
_TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
# Where systems keep the certificates they trust; OpenSSL's own answer comes first.
_TRUSTED = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


class NoTrust(ShipworthyError):
    """No certificates of authorities were found: nobody outside could be told from an impostor."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an http or https URL."""
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(parts.scheme, parts.hostname or "", port)

    @property
    def cluster(self) -> str:
        """The name under which the proxy knows it."""
        return f"outside-{self.host}-{self.port}"


def cluster(origin: Origin, name: str = "") -> Message:
    """How the proxy reaches an origin. Its certificate is checked: Envoy does not unless it is told to."""
    name = name or origin.cluster
    address = {"address": origin.host, "port_value": origin.port}
    found: Message = {
        "name": name,
        "type": "STATIC" if is_address(origin.host) else "LOGICAL_DNS",
        "connect_timeout": seconds(CONNECT_SECONDS),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {"lb_endpoints": [{"endpoint": {"address": {"socket_address": address}}}]}
            ],
        },
    }
    if not is_address(origin.host):
        found["dns_lookup_family"] = "ALL"
    if origin.scheme == "https":
        found["transport_socket"] = {
            "name": "envoy.transport_sockets.tls",
            "typed_config": _verified(origin.host),
        }
    return found


def _verified(host: str) -> Message:
    kind = "IP_ADDRESS" if is_address(host) else "DNS"
    name = {"san_type": kind, "matcher": {"exact": host}}
    return typed(
        _TLS,
        **({} if is_address(host) else {"sni": host}),
        common_tls_context={
            # Left alone, Envoy as a client speaks nothing above TLS 1.2.
            "tls_params": {
                "tls_minimum_protocol_version": "TLSv1_2",
                "tls_maximum_protocol_version": "TLSv1_3",
            },
            "validation_context": {
                "trusted_ca": {"filename": str(trusted())},
                "match_typed_subject_alt_names": [name],
            },
        },
    )


def trusted() -> Path:
    """The file of the authorities that this machine trusts; SSL_CERT_FILE names another one.

    Raises NoTrust where there is none.
    """
    found = ssl.get_default_verify_paths().cafile
    for file in (found, *_TRUSTED):
        if file and Path(file).is_file():
            return Path(file)
    raise NoTrust("this machine has no file of trusted authorities: name one in SSL_CERT_FILE")
