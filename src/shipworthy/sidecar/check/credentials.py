"""Tokens as callers bring them, right ones and wrong ones, made with the secrets of the policy."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipworthy.sidecar.policy import Tokens

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LIFE = 300  # seconds


@dataclass(frozen=True)
class Credentials:
    """What it takes to sign in: secrets by the name of their variable, and keys of a JWKS of our own."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    signers: Mapping[str, RSAPrivateKey] = field(default_factory=dict)  # by the name of the tokens

    def secret(self, reference: str) -> str | None:
        """The value of `env:NAME`; None where it is not known."""
        return self.secrets.get(reference.removeprefix("env:"))

    def token(self, name: str, tokens: Tokens, **claims: Any) -> str | None:
        """A token that the proxy must accept, with these claims beside or instead of the usual; None where
        we cannot sign."""
        body = usual_claims(tokens) | claims
        secret = self.secret(tokens.secret) if tokens.secret else None
        if secret is not None:
            return signed_hs256(body, secret.encode())
        signer = self.signers.get(name)
        return signed_rs256(body, signer) if signer is not None else None


def usual_claims(tokens: Tokens) -> dict[str, Any]:
    """The claims of a user without any role."""
    now = int(time.time())
    claims: dict[str, Any] = {"iss": tokens.issuer, "sub": "check-user", "iat": now}
    audience = {"aud": tokens.audiences[0]} if tokens.audiences else {}
    return claims | audience | {"exp": now + _LIFE}


def with_role(tokens: Tokens, role: object) -> dict[str, Any]:
    """The claims that carry the role where the policy looks for it."""
    claim: Any = role
    for part in reversed(tokens.role_claim):
        claim = {part: claim}
    return dict(claim)


def signed_hs256(claims: Mapping[str, Any], secret: bytes, **header: str) -> str:
    """A JSON Web Token, RFC 7519, with a shared secret."""
    text = _unsigned({"alg": "HS256", "typ": "JWT"} | header, claims)
    return f"{text}.{_b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def signed_rs256(claims: Mapping[str, Any], key: RSAPrivateKey, **header: str) -> str:
    """The same with a private key."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    text = _unsigned({"alg": "RS256", "typ": "JWT", "kid": "check"} | header, claims)
    return f"{text}.{_b64(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def unsigned(claims: Mapping[str, Any], algorithm: str = "none") -> str:
    """A token without a signature."""
    return _unsigned({"alg": algorithm, "typ": "JWT"}, claims) + "."


def public_jwks(key: RSAPrivateKey) -> dict[str, Any]:
    """The JWKS that a provider would publish for the key."""
    numbers = key.public_key().public_numbers()

    def whole(number: int) -> str:
        return _b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))

    entry = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "check"}
    return {"keys": [entry | {"n": whole(numbers.n), "e": whole(numbers.e)}]}


def public_pem(key: RSAPrivateKey) -> bytes:
    """The public key as everybody may have it: what an attacker would sign with."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _unsigned(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    parts = (json.dumps(p, separators=(",", ":")).encode() for p in (header, claims))
    return ".".join(_b64(p) for p in parts)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
