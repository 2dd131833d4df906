"""Secrets that stand in the prototype's files, told apart from keys that are public by design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy import secret
from shipworthy.finding import Location

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class SecretKind(StrEnum):
    """What a secret opens."""

    API_KEY = "api_key"
    SERVICE_ROLE = "service_role"  # a Supabase key that bypasses row security
    PASSWORD = "password"  # noqa: S105
    CONNECTION_URI = "connection_uri"
    PRIVATE_KEY = "private_key"
    SIGNING_SECRET = "signing_secret"  # noqa: S105
    TOKEN = "token"  # noqa: S105
    PUBLIC = "public"  # meant to be in the browser: anon and publishable keys, Firebase web keys


class Place(StrEnum):
    """Where it stands."""

    CODE = "code"
    FALLBACK = "fallback"  # the default of an environment read
    ENVIRONMENT_FILE = "environment_file"
    CONFIG = "config"
    SQL = "sql"
    DOCUMENTATION = "documentation"


_NOUNS = {
    SecretKind.API_KEY: "API key",
    SecretKind.SERVICE_ROLE: "service-role key",
    SecretKind.PASSWORD: "password",
    SecretKind.CONNECTION_URI: "connection address with its password",
    SecretKind.PRIVATE_KEY: "private key",
    SecretKind.SIGNING_SECRET: "signing secret",
    SecretKind.TOKEN: "token",
    SecretKind.PUBLIC: "public key",
}
# Names that do not say what the secret does: many a `secret_key` is a word that a request must bring.
_PLAINLY_SECRET = ("secret", "secret_key", "secretkey")
_PLAIN_NAMES = frozenset(
    ("apikey", "key", "token", "secret", "value", "url", "uri", "authorization", "default")
)


class Secret(Struct, frozen=True):
    """One secret. `value` is whole in memory only: print `masked`. `provider` is e.g. "OpenAI";
    `name` the variable, key or field that holds it; `rule` what recognised it."""

    kind: SecretKind
    provider: str
    value: str
    name: str | None
    place: Place
    rule: str
    location: Location
    function: str = "module"

    def __repr__(self) -> str:
        return f"Secret({self.kind.value}, {self.provider}, {self.masked}, {self.location})"

    @property
    def masked(self) -> str:
        """The first four characters and a fingerprint."""
        return secret.mask(self.value)

    @property
    def described(self) -> str:
        """What it is in plain words, e.g. "OpenAI API key" or "password (DB_PASSWORD)"."""
        noun = _NOUNS[self.kind]
        if not self.provider and (self.name or "").lower().endswith(_PLAINLY_SECRET):
            noun = "secret"
        words = f"{self.provider} {noun}".strip()
        return f"{words} ({self.name})" if self.name and self.name.lower() != noun else words

    @property
    def label(self) -> str:
        """What its place is called: the name that holds it, or the provider for one like `key`."""
        plain = (self.name or "").lower().replace("_", "").replace("-", "")
        if self.name and not (self.provider and plain in _PLAIN_NAMES):
            return self.name
        return self.provider or self.kind.value

    @property
    def fingerprint(self) -> str:
        """The same for the same secret, wherever it stands."""
        return secret.fingerprint(self.value)

    @property
    def is_public(self) -> bool:
        """True for keys that are made to be seen by every visitor."""
        return self.kind is SecretKind.PUBLIC


DEFAULT_SECRET = "default-secret-fallback"  # noqa: S105
"""The rule of a signing secret whose default is a word that everybody can guess."""
ACCOUNT_PASSWORD = "account-password"  # noqa: S105
"""The rule of a password that the code itself gives to an account of the app."""
COMPOSED_SECRET = "composed-secret"  # noqa: S105
"""The rule of a word of a compose file that the app is started with, and signs with."""
SEEDED_ACCOUNT = "seeded-account"
"""The rule of the password of an administrator whom the server itself makes as it starts."""
TOLD_ACCOUNT = "told-account"
"""The rule of the password of an administrator whom a script makes, and which a guide tells everybody."""
MIGRATED_ACCOUNT = "migrated-account"
"""The rule of the password of an administrator whom a migration makes."""
COMPARED_WORD = "compared-word"
"""The rule of a word in the code that lets in whoever types it, under whatever name it stands there."""


class Recognised(Struct, frozen=True):
    """What a secret engine saw in one line: its rule and the secret itself."""

    rule: str
    value: str


SecretEngine = Callable[[Sequence[str]], Mapping[int, Sequence[Recognised]]]
"""Given candidate lines, which of them (by index) hold secrets. Raises FactUnavailable."""


def find_secrets(prototype: Prototype, engine: SecretEngine) -> tuple[Secret, ...]:
    """All secrets in the files that were read; locks, assets and tests are left out."""
    # The search needs the types above.
    from shipworthy.prototype.secrets.search import search

    return search(prototype, engine)
