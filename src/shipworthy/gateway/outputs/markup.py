"""Make links, images and active HTML in an answer harmless, while it arrives."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

from shipworthy.gateway.outputs.links import Destinations

Report = Callable[[str], None]
"""Called with what was withheld; may raise to end the answer."""


class HarmlessMarkup:
    """One text: passes it on piece by piece, holding back only an address or a tag that is not over.

    Code blocks are left alone: they are shown, not followed.
    """

    def __init__(self, destinations: Destinations, report: Report) -> None:
        self._destinations = destinations
        self._report = report
        self._held = ""
        self._before = ""  # the last characters that went out
        self._in_code = False

    def push(self, fragment: str) -> str:
        """Take the next piece; give what can be passed on now."""
        if (
            not self._held
            and "`" not in fragment
            and "]" not in fragment
            and "<" not in fragment
            and "://" not in fragment
        ):
            tail = _BEGINNING.search(fragment, max(0, len(fragment) - 8))
            if tail is None:  # nothing begins here: so it is with most pieces
                self._before = (self._before + fragment)[-8:]
                return fragment
        return self._pass(self._held + fragment, is_end=False)

    def finish(self) -> str:
        """The text is over: give what was held back."""
        return self._pass(self._held, is_end=True)

    def whole(self, text: str) -> str:
        """A text that is complete already."""
        return self._pass(text, is_end=True) if any(mark in text for mark in _MARKS) else text

    def _pass(self, text: str, is_end: bool) -> str:
        out: list[str] = []
        at = 0
        while start := _START.search(text, at):
            piece = self._piece(text, start, is_end)
            if piece is None:
                break
            out += (text[at : start.start()], piece[0])
            self._before = (self._before + text[at : start.start()] + piece[0])[-8:]
            at = piece[1]
        cut = start.start() if start else self._safe_end(text, at, is_end)
        out.append(text[at:cut])
        self._held = text[cut:]
        self._before = (self._before + text[at:cut])[-8:]
        return "".join(out)

    def _piece(self, text: str, start: re.Match[str], is_end: bool) -> tuple[str, int] | None:
        """What goes out for what starts here, and where it ends; None where more must come first."""
        mark, at = start[0], start.start()
        if not is_end and text[at:] in ("`", "``"):
            return None
        if mark == "```":
            self._in_code = not self._in_code
            return mark, at + 3
        if self._in_code:
            return mark, start.end()
        if mark == "`":
            end = text.find("`", at + 1)
            line = text.find("\n", at + 1)
            if end < 0 or 0 <= line < end:
                return (mark, at + 1) if is_end or line >= 0 else None
            return text[at : end + 1], end + 1
        if mark[0] == "<":
            return self._tag(text, at, is_end)
        return self._address(text, start, is_end)

    def _tag(self, text: str, at: int, is_end: bool) -> tuple[str, int] | None:
        end = text.find(">", at, at + _LONGEST)
        if end < 0:
            if not is_end and len(text) - at < _LONGEST:
                return None
            if "=" not in text[at:]:
                return text[at], at + 1
            return "&lt;", at + 1  # a browser would read on to the end of the page
        tag = text[at : end + 1]
        if not self._is_active(tag):
            return tag, end + 1
        self._report("active HTML")
        return "&lt;" + tag[1:], end + 1

    def _is_active(self, tag: str) -> bool:
        if address := _AUTOLINK.fullmatch(tag):
            return self._destinations.is_harmful(address[1], loads_itself=False)
        seen = _Tag()
        seen.feed(tag)
        if seen.name in _ACTIVE:
            return True
        return any(
            name.startswith("on")
            or (name == "style" and "url(" in value.lower())
            or (
                name in _LEADS
                and self._destinations.is_harmful(value, name not in ("href", "cite"))
            )
            for name, value in seen.attributes
        )

    def _address(self, text: str, start: re.Match[str], is_end: bool) -> tuple[str, int] | None:
        mark = start[0]
        begin = start.start() if mark.lower().startswith("http") else start.end()
        over = _OVER_IN_BRACKETS if mark == "](" else _OVER
        end = over.search(text, begin)
        if end is None and not is_end and len(text) - begin < _LONGEST:
            return None
        stop = end.start() if end else len(text)
        address = text[begin:stop]
        is_image = mark == "](" and self._is_image(text, start.start())
        loads_itself = is_image or mark.startswith("]:")
        if not self._destinations.is_harmful(address.strip("<>"), loads_itself):
            return text[start.start() : stop], stop
        self._report("a link that carries data to an unknown host")
        return text[start.start() : begin] + WITHHELD, stop

    def _is_image(self, text: str, at: int) -> bool:
        """True where the bracket that closes here was opened by `![`; where that went out long ago, too."""
        whole = self._before + text[:at]
        opened = whole.rfind("[")
        return opened < 0 or whole[max(0, opened - 1) : opened] == "!"

    def _safe_end(self, text: str, at: int, is_end: bool) -> int:
        """Where the part begins that may turn out to be the start of something."""
        if is_end:
            return len(text)
        tail = _BEGINNING.search(text, max(at, len(text) - 8))
        return tail.start() if tail else len(text)


WITHHELD = "about:blank#withheld"
_LONGEST = 4_000  # characters of an address or a tag
_MARKS = ("://", "](", "]:", "<")  # without one of them there is nothing to look at
_START = re.compile(r"```|`(?!``)|\]\(\s*|\]:\s+|<(?=[A-Za-z/!])|https?://", re.IGNORECASE)
_BEGINNING = re.compile(
    r"(?:`{1,2}|\](?:[(:]\s*)?|<|h(?:t(?:t(?:ps?(?::/?)?)?)?)?)\Z", re.IGNORECASE
)
_OVER = re.compile(r"[\s\"'<>)\]](?!\()")
_OVER_IN_BRACKETS = re.compile(r"[\s)]")
_AUTOLINK = re.compile(r"<((?:https?|javascript):[^\s>]*)>", re.IGNORECASE)
_ACTIVE = frozenset(
    "script iframe object embed form base meta link svg math style template frame frameset applet"
    " video audio source track portal input button".split()
)
_LEADS = frozenset(
    "src href srcset action formaction data poster background cite ping xlink:href".split()
)


class _Tag(HTMLParser):
    """The name and attributes of one opening tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.name = ""
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.name = tag.lower()
        self.attributes = [(name.lower(), value or "") for name, value in attrs]
