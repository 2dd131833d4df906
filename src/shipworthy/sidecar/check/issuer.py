"""A sign-in provider of our own beside the twin: its keys, which it may change, and the tokens it hands out.

It speaks by the echo. What an attack wants it to hand out it says before, under a code of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from shipworthy.sidecar.check.credentials import public_jwks
from shipworthy.sidecar.policy import Login, Tokens

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from shipworthy.sidecar.check.echo import Echo, Heard

LOGIN = ""  # the name of its own key for a login; sources of tokens have names
_TOKEN = "/issuer/token"  # noqa: S105 - a path


@dataclass
class Issuer:
    """A provider on the port of an echo. `signers`: the key of each source, of the login's under LOGIN."""

    echo: Echo
    signers: Mapping[str, RSAPrivateKey]
    published: dict[str, RSAPrivateKey] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # not used yet, and the ID token of each
    asked: set[str] = field(default_factory=set)  # sources whose keys were fetched

    def __post_init__(self) -> None:
        self.published |= self.signers
        self.echo.answers[_TOKEN] = self._token
        for name in self.signers:
            self.echo.answers[_path(name)] = partial(self._keys, name)

    @property
    def token_address(self) -> str:
        """Where codes become tokens."""
        return f"{self._here}{_TOKEN}"

    def keys_address(self, name: str) -> str:
        """Where the public key of a source is."""
        return f"{self._here}{_path(name)}"

    @property
    def _here(self) -> str:
        return f"http://127.0.0.1:{self.echo.port}"

    def _keys(self, name: str, _: Heard) -> bytes:
        self.asked.add(name)
        return json.dumps(public_jwks(self.published[name])).encode()

    def _token(self, heard: Heard) -> bytes | None:
        """Each code works once; RFC 6749 section 4.1.2."""
        code = parse_qs(heard.body.decode("latin-1")).get("code", [""])[0]
        token = self.codes.pop(code, None)
        if token is None:
            return None
        told = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 3600}
        return json.dumps(told | {"id_token": token}).encode()


def as_tokens(login: Login) -> Tokens:
    """What the ID tokens of a login must hold to."""
    return Tokens(
        issuer=login.issuer,
        audiences=[login.client_id],
        jwks="of the provider",
        role_claim=login.role_claim,
    )


def _path(name: str) -> str:
    return f"/issuer/keys/{name or 'of-the-login'}"
