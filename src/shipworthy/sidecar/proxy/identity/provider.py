"""The OpenID provider that people sign in at: its addresses, asked from itself at the start.

OpenID Connect Discovery 1.0: https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.host import is_of_this_machine
from shipworthy.sidecar.proxy.identity.origin import Origin

SECONDS = 5.0  # for the answer; a start is not held up by a provider that hangs
_LARGEST = 1_000_000  # bytes; real documents have about two thousand
_PATH = "/.well-known/openid-configuration"


class ProviderDown(ShipworthyError):
    """The provider cannot be reached now: what asks for a login stays closed, the rest is served."""


class UnfitProvider(ShipworthyError):
    """The provider answers, but not what a login could trust."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider does what. `end_session` is '' where it has no sign-out of its own."""

    issuer: str
    authorization: str
    token: str
    keys: str
    end_session: str = ""
    basic: bool = True  # the client's secret goes in a header, not in the body

    @property
    def origins(self) -> tuple[Origin, ...]:
        """What the proxy itself connects to."""
        return tuple(dict.fromkeys((Origin.of(self.token), Origin.of(self.keys))))


def discover(issuer: str, seconds: float = SECONDS) -> Provider:
    """Ask a provider for its addresses.

    Raises ProviderDown where it does not answer in time, UnfitProvider where it claims to be another
    issuer or names addresses that are not protected.
    """
    document = _document(issuer, seconds)
    if document.get("issuer") != issuer:
        said = str(document.get("issuer"))[:200]
        raise UnfitProvider(
            f"{issuer} calls itself {said!r}: write login.issuer in the policy exactly as the provider does"
        )
    ways = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    found = Provider(
        issuer,
        _address(document, "authorization_endpoint"),
        _address(document, "token_endpoint"),
        _address(document, "jwks_uri"),
        _address(document, "end_session_endpoint") if document.get("end_session_endpoint") else "",
        basic="client_secret_basic" in ways,
    )
    if not found.basic and "client_secret_post" not in ways:
        raise UnfitProvider(f"{issuer} takes no client secret: {', '.join(map(str, ways))[:200]}")
    return found


def _document(issuer: str, seconds: float) -> dict[str, Any]:
    url = checked(issuer, "login.issuer").rstrip("/") + _PATH
    try:
        # Redirects are not followed: they would let plain HTTP or another host speak for the issuer.
        opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler())
        with opener.open(url, timeout=seconds) as answer:
            read = json.loads(answer.read(_LARGEST))
    except urllib.error.HTTPError as error:
        raise ProviderDown(f"{url} answers {error.code}") from error
    except ssl.SSLError as error:
        raise ProviderDown(f"{url} has no certificate that this machine trusts") from error
    except (OSError, urllib.error.URLError) as error:
        why = getattr(error, "reason", None) or error
        raise ProviderDown(f"{url} cannot be reached: {why}") from error
    except (ValueError, RecursionError) as error:
        raise UnfitProvider(f"{url} does not answer with JSON") from error
    if not isinstance(read, dict):
        raise UnfitProvider(f"{url} does not describe a provider")
    return read


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _address(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise UnfitProvider(f"the provider does not say its {name}")
    return checked(value, name)


def checked(url: str, name: str) -> str:
    """The URL, where it is https, or http to this very machine. Raises UnfitProvider otherwise."""
    parts = urlsplit(url)
    plain = parts.scheme == "http" and is_of_this_machine(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise UnfitProvider(f"{name} must be an https URL, and {url[:200]!r} is not")
    return url
