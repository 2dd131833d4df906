"""The key that signs checkpoints: private in the user's own folder, public in the register."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shipworthy.errors import ShipworthyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_FILE = "signing-key.pem"


class NoKey(ShipworthyError):
    """The signing key cannot be read, made, or trusted to be private."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key (RFC 8032)."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public half, 32 bytes in base64."""
        return base64.b64encode(self.private.public_key().public_bytes_raw()).decode()

    @property
    def fingerprint(self) -> str:
        """The public half's short name, as people compare it."""
        return fingerprint(self.public)

    def sign(self, text: str) -> str:
        """The signature of a text, 64 bytes in base64."""
        return base64.b64encode(self.private.sign(text.encode())).decode()


def signing_key(home: Path, prototype: Path) -> SigningKey:
    """The user's key, made with mode 0600 where there is none yet.

    Raises NoKey where the folder lies inside the prototype, or others could read the key.
    """
    if home.resolve().is_relative_to(prototype.resolve()):
        raise NoKey(f"{home} lies inside the prototype: a private key must never be part of it")
    file = home / _FILE
    try:
        return _read(file) if file.exists() or file.is_symlink() else _made(file)
    except OSError as error:
        raise NoKey(f"{file} cannot be used: {error.strerror}") from error


def signed_by(public: str, signature: str, text: str) -> bool:
    """True where the signature is the public key's, of this very text."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), text.encode())
    except (ValueError, InvalidSignature):
        return False
    return True


def fingerprint(public: str) -> str:
    """`SHA256:` and the hash of a public key in base64, in the manner of OpenSSH."""
    try:
        raw = base64.b64decode(public, validate=True)
    except ValueError:
        raw = public.encode()
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def _read(file: Path) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if file.stat().st_mode & 0o077:
        raise NoKey(f"{file} can be read by others: chmod 600 {file}")
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise NoKey(f"{file} holds no key that can be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{file} holds another kind of key than Ed25519")
    return SigningKey(key)


def _made(file: Path) -> SigningKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Created for its owner alone from the first moment; two at once: the second reads the first's.
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    with os.fdopen(handle, "wb") as opened:
        opened.write(text)
    return SigningKey(key)
