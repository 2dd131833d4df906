"""The OpenID provider of the policy while the sidecar runs: asked for its addresses until it answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from shipworthy.sidecar.event import Kind
from shipworthy.sidecar.policy import Login

if TYPE_CHECKING:
    from shipworthy.sidecar.proxy.identity import Provider

_AGAIN = 15.0  # seconds until a provider that did not answer is asked once more


class Say(Protocol):
    """Tells the user something, with details for programs."""

    def __call__(self, kind: Kind, text: str, **details: Any) -> None: ...


class LoginProvider:
    """What is known of the provider; `provider` is None while it does not answer."""

    def __init__(self, tell: Say) -> None:
        self.provider: Provider | None = None
        self._tell = tell
        self._wanted: Login | None = None
        self._next = 0.0
        self._down = False

    def look(self, login: Login | None) -> None:
        """Ask the provider, where it is not known yet. Raises UnfitProvider.

        One that is down closes what asks for a login; the rest is served.
        """
        from shipworthy.sidecar.proxy.identity import discover
        from shipworthy.sidecar.proxy.identity.provider import ProviderDown

        if login is None:
            self._wanted, self.provider = None, None
            return
        if self.provider is not None and self.provider.issuer == login.issuer:
            return
        self._wanted, self.provider = login, None
        try:
            self.provider = discover(login.issuer)
        except ProviderDown as error:
            self._next = time.monotonic() + _AGAIN
            if not self._down:
                self._tell(
                    Kind.STATE, f"nobody can sign in now, what asks for it is closed: {error}"
                )
            self._down = True
            return
        if self._down:
            self._tell(Kind.STATE, "people can sign in again")
        self._down = False

    def is_due(self) -> bool:
        """Whether a provider that did not answer should be asked again."""
        return self._wanted is not None and self.provider is None and time.monotonic() >= self._next
