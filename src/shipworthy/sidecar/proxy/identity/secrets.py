"""What the checks of identity need beside the policy: the secrets it names, and the provider's addresses.

No secret stands in the proxy's configuration. Each goes to a file of its own in the private folder, and the
configuration names the file; of API keys it has the SHA-256 alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.identity.provider import Provider
from shipworthy.sidecar.proxy.typed import Message, typed

CLIENT, SESSION = "login-client", "login-session"
_KIND = "envoy.extensions.transport_sockets.tls.v3.Secret"
_PREFIX = "env:"
SHORTEST_KEY = 20  # characters of an API key: below, it could be guessed from its hash
SHORTEST_SECRET = 32  # bytes of an HS256 secret, RFC 7518 section 3.2


class BrokenSecret(ShipworthyError):
    """A secret that the policy names is missing, or too short to protect anything."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The variables' values, the folder for the files, and the provider; None where it is not reached."""

    values: Mapping[str, str]
    folder: Path
    provider: Provider | None = None
    session: bytes = field(default=b"", repr=False)  # signs and encrypts the cookies of a login


def value_of(reference: str, secrets: Secrets, where: str) -> str:
    """The value of `env:NAME`. Raises BrokenSecret where the variable is not set."""
    name = reference.removeprefix(_PREFIX)
    if name == reference:
        raise BrokenSecret(f"{where} must name a variable, as in `env:NAME`, not the secret itself")
    value = secrets.values.get(name, "")
    if not value:
        raise BrokenSecret(f"{where} wants the variable {name}, which is not set")
    return value


def session_key(folder: Path) -> bytes:
    """The key that signs and encrypts the cookies of a login: the last one of this folder, or a new one."""
    try:
        read = json.loads((folder / f"{SESSION}.json").read_bytes())
        key = base64.b64decode(read["resources"][0]["generic_secret"]["secret"]["inline_bytes"])
    except (OSError, ValueError, LookupError, TypeError):
        return os.urandom(SHORTEST_SECRET)
    return key if len(key) == SHORTEST_SECRET else os.urandom(SHORTEST_SECRET)


def files(policy: Policy, secrets: Secrets) -> dict[Path, Message]:
    """The files, to be written for this user alone before the proxy starts, and what they hold.

    Raises BrokenSecret.
    """
    found: dict[Path, Message] = {}
    for name, source in policy.tokens.items():
        if source.secret:
            secret = value_of(source.secret, secrets, f"tokens.{name}.secret")
            found[keys_file(name, secrets)] = _oct(secret, f"tokens.{name}.secret")
    if policy.login:
        client = value_of(policy.login.client_secret, secrets, "login.client_secret")
        found[secret_file(CLIENT, secrets)] = _generic(CLIENT, client.encode())
        found[secret_file(SESSION, secrets)] = _generic(SESSION, secrets.session)
    return found


def keys_file(name: str, secrets: Secrets) -> Path:
    """The file with the key that tokens of one source are signed with."""
    return secrets.folder / f"tokens-{name}.jwks.json"


def secret_file(name: str, secrets: Secrets) -> Path:
    """The file that holds one secret in the form of Envoy's secret discovery."""
    return secrets.folder / f"{name}.json"


def hashes(policy: Policy, secrets: Secrets) -> dict[str, str]:
    """SHA-256 of each API key and the name of who has it. Raises BrokenSecret."""
    found: dict[str, str] = {}
    for name, reference in policy.keys.items():
        key = value_of(reference, secrets, f"keys.{name}")
        if len(key) < SHORTEST_KEY:
            raise BrokenSecret(
                f"keys.{name} has {len(key)} characters; {SHORTEST_KEY} are the least"
            )
        digest = hashlib.sha256(key.encode()).hexdigest()
        if digest in found:
            raise BrokenSecret(f"keys.{name} and keys.{found[digest]} are the same key")
        found[digest] = name
    return found


def _oct(secret: str, where: str) -> Message:
    """A symmetric key as JSON Web Key Set. `alg` keeps a token from choosing another algorithm."""
    raw = secret.encode()
    if len(raw) < SHORTEST_SECRET:
        raise BrokenSecret(f"{where} has {len(raw)} bytes; HS256 wants {SHORTEST_SECRET} at least")
    encoded = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"keys": [{"kty": "oct", "alg": "HS256", "k": encoded}]}


def _generic(name: str, secret: bytes) -> Message:
    encoded = base64.b64encode(secret).decode()
    resource: Message = typed(
        _KIND, name=name, generic_secret={"secret": {"inline_bytes": encoded}}
    )
    return {"resources": [resource]}
