"""Roles that whoever signs up has: to ask for one of them keeps nobody out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.handlers.values import Value
from shipworthy.regex import regex

_PLAIN = regex(
    r"^(role_?)?((normal|regular|basic|standard|end)[_ -]?)?(user|customer|client|cliente|usu[aá]rio"
    r"|patient|paciente|student|aluno|estudiante|buyer|guest|visitor|citizen|passenger|candidate|applicant|job_?seeker|subscriber"
    r"|resident)s?$",
    re.IGNORECASE,
)

OF_EVERYBODY = "a role that everybody has"
"""How a guard is put that keeps nobody out."""


def lets_plain_users_in(left: Value, right: Value) -> bool:
    """`role in ("customer", "admin")`: what is asked for is what everybody has."""
    return any(_PLAIN.match(text) for side in (left, right) for text in _texts(side))


def asks_for_plain_alone(left: Value, right: Value) -> bool:
    """`role == "customer"`: who is none of these is one of the staff."""
    texts = [text for side in (left, right) for text in _texts(side)]
    return bool(texts) and all(_PLAIN.match(text) for text in texts)


def _texts(value: Value) -> Iterator[str]:
    yield from (v.text for v in (value, *(value.elements or ())) if v.text is not None)
