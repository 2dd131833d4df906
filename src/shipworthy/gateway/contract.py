"""The form that answers of a feature must have: checked, mended where that loses nothing, or refused."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import orjson

from shipworthy.gateway.policy import Feature
from shipworthy.gateway.problem import Kind, Problem

SHOWN = 5  # deviations that are named


class Contracts:
    """The compiled contracts of all features."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], Any] = {}

    def deviations(self, feature: Feature, text: str) -> list[str]:
        """What is wrong with an answer, in words that name places and no values; empty where it fits."""
        try:
            document = orjson.loads(text)
        except (orjson.JSONDecodeError, RecursionError):
            return ["it is not JSON"]
        found = []
        for error in self._validator(feature).iter_errors(document):
            place = "/".join(str(step) for step in error.instance_path) or "the document"
            found.append(f"{place}: breaks `{'/'.join(str(s) for s in error.schema_path)}`")
            if len(found) == SHOWN:
                break
        return found

    def _validator(self, feature: Feature) -> Any:
        key = (feature.prototype, feature.name)
        if key not in self._compiled:
            self._compiled[key] = jsonschema_rs.validator_for(feature.contract or True)
        return self._compiled[key]


def mended(text: str) -> str | None:
    """The JSON that stands in an answer between fences or polite words; None where none does."""
    found = [(text.find(opening), text.rfind(closing)) for opening, closing in ("{}", "[]")]
    for begin, end in sorted(found):  # what begins first holds the other
        if 0 <= begin < end:
            inner = text[begin : end + 1]
            try:
                orjson.loads(inner)
            except (orjson.JSONDecodeError, RecursionError):
                continue
            return inner
    return None


def plea(feature: Feature, deviations: list[str]) -> str:
    """What the model is told when it is asked a second time."""
    schema = orjson.dumps(feature.contract).decode()
    wrong = "; ".join(deviations)
    return f"Your answer cannot be used ({wrong}). Answer only with JSON that follows this schema: {schema}"


def broken(deviations: list[str]) -> Problem:
    """No answer kept the contract."""
    return Problem(
        Kind.CONTRACT,
        "contract_violated",
        f"The model's answer does not have the form that this feature asks for: {'; '.join(deviations)}.",
    )
