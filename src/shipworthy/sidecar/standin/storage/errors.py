"""Errors in the shape of the hosted storage server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.sidecar.standin.message import Answer, json_answer

if TYPE_CHECKING:
    from psycopg import Error


class StorageError(Exception):
    """An error; the server answers most of them with 400 and tells the status in the body."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message

    @property
    def answer(self) -> Answer:
        """As JSON."""
        document = {"statusCode": str(self.status), "error": self.error, "message": self.message}
        return json_answer(self.status if self.status in (404, 416, 501) else 400, document)


def no_object() -> StorageError:
    """For a file that is not there, or not the caller's to see."""
    return StorageError(404, "not_found", "Object not found")


def no_bucket() -> StorageError:
    """For a bucket that is not there, or not public."""
    return StorageError(404, "Bucket not found", "Bucket not found")


def of_database(error: Error) -> StorageError:
    """What the server makes of an error of PostgreSQL."""
    message = error.diag.message_primary or str(error)
    if error.sqlstate == "42501":
        return StorageError(403, "Unauthorized", message)
    if error.sqlstate == "23505":
        return StorageError(409, "Duplicate", "The resource already exists")
    return StorageError(500, "DatabaseError", message)
