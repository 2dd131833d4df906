"""An answer that is not what was asked for, in the shape that the real server gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Error


class Refusal(Exception):
    """An error for the caller, with the HTTP status and the four texts of PostgREST's errors."""

    def __init__(
        self, status: int, code: str, message: str, details: Any = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
        self.headers: dict[str, str] = {}

    @property
    def body(self) -> bytes:
        """As JSON."""
        document = {
            "code": self.code,
            "details": self.details,
            "hint": self.hint,
            "message": self.message,
        }
        return json.dumps(document, ensure_ascii=False).encode()


# PostgREST's table of SQLSTATEs (its documentation, "Errors: HTTP status codes"); longer prefixes first.
_STATUS = (
    ("23503", 409), ("23505", 409), ("25006", 405), ("42883", 404), ("42P01", 404), ("42P17", 500),
    ("53400", 500), ("57P01", 503), ("P0001", 400), ("08", 503), ("09", 500), ("0L", 403), ("0P", 403),
    ("25", 500), ("28", 403), ("2D", 500), ("38", 500), ("39", 500), ("3B", 500), ("40", 500),
    ("53", 503), ("54", 500), ("55", 500), ("57", 500), ("58", 500), ("F0", 500), ("HV", 500),
    ("P0", 500), ("XX", 500),
)  # fmt: skip


def of_database(error: Error, *, signed_in: bool) -> Refusal:
    """What the server makes of an error of PostgreSQL."""
    state = error.sqlstate or "XX000"
    message = error.diag.message_primary or str(error).partition("\n")[0]
    if state == "PGRST":
        return _raised(message, error.diag.message_detail)
    status = _status(state, message, signed_in=signed_in)
    refusal = Refusal(status, state, message, error.diag.message_detail, error.diag.message_hint)
    if status == 401:
        refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal


def _status(state: str, message: str, *, signed_in: bool) -> int:
    if state == "42501":
        return 403 if signed_in else 401
    if state == "21000":
        return 400 if message.endswith("requires a WHERE clause") else 500
    if state == "22023" and message.startswith("role") and message.endswith("does not exist"):
        return 401
    if state.startswith("PT") and state[2:].isdigit():
        return int(state[2:])
    return next((status for prefix, status in _STATUS if state.startswith(prefix)), 400)


def _raised(message: str, detail: str | None) -> Refusal:
    """`RAISE SQLSTATE 'PGRST'`: the function writes the whole answer itself, as JSON."""
    try:
        body, answer = json.loads(message), json.loads(detail or "")
        refusal = Refusal(
            int(answer["status"]),
            body["code"],
            body["message"],
            body.get("details"),
            body.get("hint"),
        )
        refusal.headers.update({str(k): str(v) for k, v in answer["headers"].items()})
    except (ValueError, KeyError, TypeError, AttributeError):
        return Refusal(
            500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error", detail
        )
    return refusal
