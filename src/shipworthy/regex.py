"""Regular expressions of modules: there are more than a thousand, and one run needs a quarter of them."""

from __future__ import annotations

from re import Pattern
from re import compile as compile_now
from typing import TYPE_CHECKING, Any, AnyStr

_ASKED = (
    "search",
    "match",
    "fullmatch",
    "findall",
    "finditer",
    "sub",
    "subn",
    "split",
    "groups",
    "groupindex",
)


class _Later:
    """Stands for an expression, and compiles it when one of its methods is asked for."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _ASKED:
            raise AttributeError(name)
        compiled = compile_now(self.pattern, self.flags)
        for asked in _ASKED:  # kept as its own, so that no later call comes this way
            setattr(self, asked, getattr(compiled, asked))
        return getattr(compiled, name)


if TYPE_CHECKING:

    def regex(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
        """The expression as `re.compile` gives it, but compiled when it is used first."""

else:
    regex = _Later
