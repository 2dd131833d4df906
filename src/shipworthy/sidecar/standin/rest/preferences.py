"""What the headers of a request ask for: the form of the answer, counts, the page, the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipworthy.sidecar.standin.message import Request
from shipworthy.sidecar.standin.refusal import Refusal

_OBJECT = "application/vnd.pgrst.object+json"
_ARRAY = "application/vnd.pgrst.array+json"
_CSV = "text/csv"
_JSON = ("application/json", "*/*", "application/*")
_COUNTS = ("exact", "planned", "estimated")


@dataclass(frozen=True, slots=True)
class Preferences:
    """`form` is rows, object or csv; `back` what a change returns; `resolution` that of an upsert."""

    form: str
    strips_nulls: bool
    counts: bool
    back: str
    resolution: str
    defaults: bool
    most: int | None  # rows that may be changed
    applied: str

    @property
    def media(self) -> str:
        """The media type of the answer."""
        if self.form == "csv":
            return f"{_CSV}; charset=utf-8"
        kind = _OBJECT if self.form == "object" else "application/json"
        if self.strips_nulls:
            kind = f"{_OBJECT if self.form == 'object' else _ARRAY};nulls=stripped"
        return f"{kind}; charset=utf-8"


def read_preferences(headers: Mapping[str, str]) -> Preferences:
    """Read Accept and Prefer. Raises Refusal for a form that is not offered."""
    form, strips = _form(headers.get("accept", "*/*"))
    given = [part.strip() for part in headers.get("prefer", "").split(",") if part.strip()]
    said = dict(part.split("=", 1) for part in given if "=" in part)
    most = said.get("max-affected", "")
    strict = said.get("handling") == "strict"
    return Preferences(
        form=form,
        strips_nulls=strips,
        counts=said.get("count") in _COUNTS,
        back=said.get("return", "minimal"),
        resolution=said.get("resolution", ""),
        defaults=said.get("missing") == "default",
        most=int(most) if strict and most.isdecimal() else None,
        applied=", ".join(part for part in given if part.split("=")[0] in _APPLIED),
    )


_APPLIED = ("return", "count", "resolution", "missing", "handling", "max-affected")


def _form(accept: str) -> tuple[str, bool]:
    for offered in accept.split(","):
        kind, _, options = offered.strip().partition(";")
        strips = "nulls=stripped" in options.replace(" ", "")
        if kind in (_OBJECT, "application/vnd.pgrst.object"):
            return "object", strips
        if kind in (_ARRAY, "application/vnd.pgrst.array"):
            return "rows", strips
        if kind in _JSON:
            return "rows", False
        if kind == _CSV:
            return "csv", False
    raise Refusal(406, "PGRST107", f"None of these media types are available: {accept}")


def schema_of(request: Request, schemas: tuple[str, ...]) -> str:
    """The schema that a request is about: the first, or the one of its profile header."""
    reads = request.method in ("GET", "HEAD")
    wanted = request.headers.get("accept-profile" if reads else "content-profile", schemas[0])
    if wanted not in schemas:
        raise Refusal(
            406,
            "PGRST106",
            f"Invalid schema: {wanted}",
            None,
            f"Only the following schemas are exposed: {', '.join(schemas)}",
        )
    return wanted


def page_of(headers: Mapping[str, str]) -> tuple[int, int | None]:
    """Offset and limit of `Range: 10-19`."""
    first, dash, last = headers.get("range", "").partition("-")
    if not dash or not first.isdecimal() or headers.get("range-unit", "items") != "items":
        return 0, None
    if not last.isdecimal():
        return int(first), None
    if int(last) < int(first):
        raise Refusal(
            416,
            "PGRST103",
            "Requested range not satisfiable",
            "The lower boundary must be lower than or equal to the upper boundary in the Range"
            " header.",
        )
    return int(first), int(last) - int(first) + 1
