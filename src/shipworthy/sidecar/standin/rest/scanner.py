"""Reads the small languages of PostgREST's query strings from left to right.

The grammars are those of PostgREST's documentation and of its parsers (ApiRequest/QueryParams): names
are letters, digits, `_`, `$`, blanks and dashes, or anything in double quotes.
"""

from __future__ import annotations

from typing import NoReturn

from shipworthy.sidecar.standin.refusal import Refusal


class Scanner:
    """A text and a place in it. `what` says what is read, for the error."""

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.at = 0
        self._what = what

    @property
    def ended(self) -> bool:
        """True behind the last character."""
        return self.at >= len(self.text)

    def sees(self, *words: str) -> bool:
        """True where one of these comes next."""
        return any(self.text.startswith(word, self.at) for word in words)

    def take(self, word: str) -> bool:
        """Go past this word where it comes next."""
        if self.sees(word):
            self.at += len(word)
            return True
        return False

    def expect(self, word: str) -> None:
        """Go past this word or refuse."""
        if not self.take(word):
            self.refuse(f'"{word}"')

    def blanks(self) -> None:
        """Go past blanks."""
        while self.sees(" ", "\t"):
            self.at += 1

    def until(self, stops: str) -> str:
        """Everything before the next of these characters."""
        start = self.at
        while not self.ended and self.text[self.at] not in stops:
            self.at += 1
        return self.text[start : self.at]

    def rest(self) -> str:
        """Everything that is left."""
        start, self.at = self.at, len(self.text)
        return self.text[start:]

    def quoted(self) -> str:
        """What stands in double quotes; a backslash takes the next character as it is."""
        self.expect('"')
        found = []
        while not self.take('"'):
            self.take("\\")
            if self.ended:
                self.refuse('"\\""')
            found.append(self.text[self.at])
            self.at += 1
        return "".join(found)

    def identifier(self) -> str:
        """Letters, digits, blanks, `_` and `$`."""
        start = self.at
        while not self.ended and (self.text[self.at].isalnum() or self.text[self.at] in "_ $"):
            self.at += 1
        if start == self.at:
            self.refuse("field name (* or [a..z0..9_$])")
        return self.text[start : self.at].strip()

    def name(self) -> str:
        """The name of a column or relation."""
        if self.sees('"'):
            return self.quoted()
        found = [self.identifier()]
        while self.sees("-") and not self.sees("->"):
            self.at += 1
            found.append(self.identifier())
        return "-".join(found)

    def refuse(self, expected: str) -> NoReturn:
        """The error that PostgREST gives where something else was expected."""
        seen = f'"{self.text[self.at]}"' if not self.ended else "end of input"
        raise Refusal(
            400,
            "PGRST100",
            f'"failed to parse {self._what} ({self.text})" (line 1, column {self.at + 1})',
            f"unexpected {seen} expecting {expected}",
        )
