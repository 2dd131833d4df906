"""Put values back where a model wrote their placeholders, in whole texts and in pieces of one."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec


class ValueRestorer:
    """Puts back the values of one call.

    Models escape what looks like a link: `\\[EMAIL\\_1\\]`, `%5BEMAIL_1%5D` and other capitals are
    understood too. A word that was never handed out stays as it is.
    """

    __slots__ = ("_escaped", "_is_simple", "_values", "_words")

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._escaped: dict[str, str] | None = None
        self._words = tuple([word[1:-1] for word in values])
        self._is_simple = not any("[" in value for value in values.values())

    def restore(self, text: str, is_json: bool) -> str:
        """A whole text with its placeholders replaced; escaped for JSON where the text is JSON."""
        if "[" not in text and "%5" not in text:
            return text
        values = self._in_json() if is_json or _JSON.match(text) else self._values
        if self._stand_alone(text):
            for word, value in values.items():
                text = text.replace(word, value)
            return text
        return _PLACEHOLDER.sub(lambda m: values.get(_plain(m[1]), m[0]), text)

    def _in_json(self) -> Mapping[str, str]:
        """The values as they stand within a JSON document."""
        if self._escaped is None:
            self._escaped = {word: _escaped(value) for word, value in self._values.items()}
        return self._escaped

    def _stand_alone(self, text: str) -> bool:
        """True where each bracket opens one of the words just as it was handed out: most models write so.

        Where no value holds a bracket, they can be replaced one after the other.
        """
        if not self._is_simple or "%5" in text or "\\[" in text:
            return False
        count = text.count("[")
        for word in self._values:
            count -= text.count(word)
        return not count

    def fragments(self, is_json: bool) -> RestoredFragments:
        """The same for a text that arrives in pieces."""
        return RestoredFragments(self, is_json)

    def may_go_on(self, tail: str) -> bool:
        """True where a text that ends with `tail` may yet turn out to end with a placeholder."""
        inside = _OPENING.match(tail)
        if not inside:
            return any(start.startswith(tail) for start in _OPENINGS)
        word, percent, rest = tail[inside.end() :].replace("\\", "").upper().partition("%")
        if percent:
            return word in self._words and rest in ("", "5")
        return any(known.startswith(word) for known in self._words)


class RestoredFragments:
    """A text that arrives in pieces: only what may be the start of a placeholder is held back."""

    __slots__ = ("_held", "_is_json", "_restorer")

    def __init__(self, restorer: ValueRestorer, is_json: bool) -> None:
        self._restorer = restorer
        self._is_json: bool | None = is_json or None  # None: the first characters will tell
        self._held = ""

    def push(self, fragment: str) -> str:
        """Take the next piece; give what can be passed on now."""
        text = self._held + fragment
        if self._is_json is None and text.strip():
            self._is_json = _JSON.match(text) is not None
        cut = self._cut(text)
        self._held = text[cut:]
        return self._restorer.restore(text[:cut], bool(self._is_json)) if cut else ""

    def finish(self) -> str:
        """The text is over: give what was held back."""
        held, self._held = self._held, ""
        return self._restorer.restore(held, bool(self._is_json))

    def _cut(self, text: str) -> int:
        """Where the part begins that may be the start of a placeholder."""
        for mark in _MARK.finditer(text, max(0, len(text) - _LONGEST)):
            if self._restorer.may_go_on(text[mark.start() :]):
                return mark.start()
        return len(text)


def _escaped(value: str) -> str:
    return msgspec.json.encode(value).decode()[1:-1]


def _plain(word: str) -> str:
    return f"[{word.replace(_BACKSLASH, '').upper()}]"


_BACKSLASH = "\\"
_PLACEHOLDER = re.compile(
    r"(?:\\?\[|%5[Bb])([A-Za-z]+(?:\\?_[A-Za-z]+)*\\?_[0-9]+)(?:\\?\]|%5[Dd])"
)
_MARK = re.compile(r"\\?\[|%|\\\Z")
_LONGEST = 64  # characters of a placeholder with all its escapes
_OPENING = re.compile(r"\\?\[|%5[Bb]")
_OPENINGS = ("\\[", "%5B", "%5b")
# A bracket alone may be a placeholder at the start of a sentence.
_JSON = re.compile(r"\s*(?:```json\s*)?(?:\{|\[\s*[\[{\"\d\s])")
