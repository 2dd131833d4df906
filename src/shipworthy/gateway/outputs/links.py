"""Where a link or an image of an answer leads, and whether it would carry something out."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Destinations:
    """Judges addresses: `hosts` (and their subdomains) are fine, and what was `said` in the request."""

    hosts: Collection[str] = ()
    said: Sequence[str] = field(default=())

    def is_harmful(self, address: str, loads_itself: bool) -> bool:
        """True for an address that runs code, or that carries data to a host that nobody named.

        `loads_itself`: an image, which is fetched without a click.
        """
        plain = re.sub(r"[\s\x00-\x1f]", "", address).replace("\\", "/")
        if _RUNS.match(plain):
            return True
        try:
            parts = urlsplit(plain)
            host = (parts.hostname or "").lower().rstrip(".")
        except ValueError:
            return True  # browsers read what the parser does not
        if not host or self._is_known(host):
            return False
        if PLACEHOLDER.search(unquote(plain)):
            return True
        if any(address.rstrip(".,;:!?") in text for text in self.said):
            return False
        return _carries_data(host, unquote(parts.path), parts.query + parts.fragment, loads_itself)

    def _is_known(self, host: str) -> bool:
        return any(
            host == known or host.endswith(f".{known}") for known in map(str.lower, self.hosts)
        )


def _carries_data(host: str, path: str, query: str, loads_itself: bool) -> bool:
    """True for an address with room for what a conversation holds: some sixteen characters of it.

    A page's path of words (`/blog/how-to-cook-rice`) is what links look like; an image that is fetched
    without a click may carry no words at all.
    """
    values = [value for _, value in parse_qsl(query, keep_blank_values=True)] or [query]
    if any(len(value) >= (4 if loads_itself else 16) for value in values):
        return True
    if any(len(label) > 40 for label in host.split(".")):
        return True
    longest = max((len(part) for part in path.split("/")), default=0)
    if loads_itself:
        return longest > 40 or bool(re.search(r"[\s@=]|%[0-9A-Fa-f]{2}", path))
    return bool(_ENCODED.search(path)) or bool(re.search(r"[\s@=]", path))


PLACEHOLDER = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_[0-9]+\]")
_RUNS = re.compile(r"(?:javascript|vbscript|data:text/html|data:image/svg)", re.IGNORECASE)
_ENCODED = re.compile(
    r"(?=[^/]*[0-9])(?=[^/]*[A-Z])[A-Za-z0-9+_=]{40,}"
)  # base64 of 30 bytes and more
