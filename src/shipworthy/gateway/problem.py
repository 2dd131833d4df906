"""What goes wrong with a call, as a value that each dialect says in its own words."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of problems."""

    BAD_REQUEST = "bad request"
    REFUSED = "refused"  # by screening, or for what the answer carried
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    METHOD = "method"
    SLOW_CALLER = "slow caller"
    TOO_LARGE = "too large"
    CONTENT_TYPE = "content type"
    BUDGET = "budget"
    BUSY = "busy"  # too many calls, here or at the provider
    BROKEN = "broken"  # a bug of ours
    PROVIDER = "provider"  # answered with nothing that can be used
    CONTRACT = "contract"
    OFF = "off"
    STORE = "store"
    TIMEOUT = "timeout"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS[self]

    @property
    def again(self) -> bool:
        """Whether asking again can help."""
        return self in (Kind.BUSY, Kind.PROVIDER, Kind.STORE, Kind.TIMEOUT)


_STATUS = {
    Kind.BAD_REQUEST: 400,
    Kind.REFUSED: 400,
    Kind.UNAUTHORISED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.SLOW_CALLER: 408,
    Kind.TOO_LARGE: 413,
    Kind.CONTENT_TYPE: 415,
    Kind.BUDGET: 429,
    Kind.BUSY: 429,
    Kind.BROKEN: 500,
    Kind.PROVIDER: 502,
    Kind.CONTRACT: 502,
    Kind.OFF: 503,
    Kind.STORE: 503,
    Kind.TIMEOUT: 504,
}


class Problem(Exception):
    """Ends a call. `code` is a stable word for programs, the message is for people.

    The message never quotes what a provider or a caller sent: it may hold a key or personal data.
    `wait` is how many seconds the provider wants to be left alone, `retry` whether the same model may
    answer when it is asked again, `billed` whether the provider may have done work that it bills.
    """

    def __init__(
        self,
        kind: Kind,
        code: str,
        message: str,
        wait: float | None = None,
        retry: bool = True,
        billed: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.wait = wait
        self.retry = retry
        self.billed = billed
