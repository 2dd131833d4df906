"""Settings of Flask that take a check away, and are off unless somebody sets them.

https://flask.palletsprojects.com/en/stable/config/
"""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.values import UNSET, Value
from shipworthy.regex import regex

_TAKES_AWAY = regex(
    r"^(LOGIN|AUTH\w*)_(DISABLED|BYPASS)$|^(BYPASS|SKIP|DISABLE|NO)_(LOGIN|AUTH\w*)$"
)
_ASKED = regex(r"(==|\bin\b)\s*([\"'][^\"']*[\"']|[\[({][^\])}]*[\])}])")
_ON = regex(r"\b(true|yes|on|[1-9]\d*)\b", re.IGNORECASE)


def _get(walk: Evaluation, site: Site) -> Value | None:
    """`current_app.config.get("LOGIN_DISABLED", False)`: nobody has switched the check off."""
    name, default = site.argument(0).text or "", site.argument(1).literal
    if not _TAKES_AWAY.match(name) or (default is not UNSET and default):
        return None
    if site.has(1) and default is UNSET:
        return None
    if any(_is_switched_on(text, name) for text in walk.program.modules.python_texts(name)):
        return None
    return Value(literal=False, tags=frozenset({"settled"}))


def _is_switched_on(text: str, name: str) -> bool:
    """True where a line that names the setting may give it a word for yes: `app.config[name] = True`,
    `os.getenv(name, "true")`, not `os.getenv(name) == "true"`."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        before, named, after = line.partition(name)
        if not named or before.lstrip().startswith("#"):
            continue
        if after.rstrip().endswith(("(", "=", "\\")):
            after += " ".join(lines[number + 1 : number + 3])
        if _ON.search(_ASKED.sub("", after)):
            return True
    return False


CALLS = {"flask.current_app.config.get": _get, "flask.Flask().config.get": _get}
