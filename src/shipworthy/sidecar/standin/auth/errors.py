"""Errors in the shape of the authentication server."""

from __future__ import annotations

from shipworthy.sidecar.standin.message import Answer, Request, json_answer

_VERSION = "2024-01-01"  # from which on the code of an error is in `code`


class AuthError(Exception):
    """An error with the status and the code that clients look for."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def answer(self, request: Request) -> Answer:
        """In the form of the version that the client speaks."""
        if request.headers.get("x-supabase-api-version", "") >= _VERSION:
            document: dict[str, object] = {"code": self.code, "message": self.message}
            return json_answer(self.status, document, {"X-Supabase-Api-Version": _VERSION})
        document = {"code": self.status, "error_code": self.code, "msg": self.message}
        return json_answer(self.status, document)


def not_here(what: str) -> AuthError:
    """For what the stand-in does not do."""
    return AuthError(
        501, "not_in_stand_in", f"{what} is not part of the local stand-in for Supabase"
    )


def no_session() -> AuthError:
    """For a request that must come from a user."""
    return AuthError(401, "no_authorization", "This endpoint requires a Bearer token")
