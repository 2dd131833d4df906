"""Administrators whom a script makes by hand, and whose password the documentation tells everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.secrets.demo_logins import account_beside
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype
    from shipworthy.prototype.secrets.secret import Secret

_TRIED_OUT = regex(
    r"(^|[/_.-])(tests?|testes|testing|TEST(ING|S)?|demos?|debug|mocks?|samples?|smoke|checks?|verify|fixtures?|examples?|dev)(?=[A-Z/_.-])|[Dd]emo",
)
_NOBODYS = regex(r"^(demo|tests?|tester|sample)\b|\.(demo|test|example|invalid|local)$")
_OF_A_DEMO = regex(
    r"\b(demo|sample)\b|@[\w.-]+\.(demo|test|example|invalid|local)\b", re.IGNORECASE
)
_ADMINISTRATOR = regex(r"admin|superuser|root|owner|manager|gerente|due[nñ]o|propriet", re.I)
_LABEL = regex(r"pass(word|wort|code)?\b|pwd|senha|contrase|clave|mot de passe|密码|密碼", re.I)
_TABLE_ROW = regex(r"^\s*\|.*\|\s*$")
_PAIR = regex(r"@[\w-]+\.\w+[`'\"*_\s]*(/|:|\||,|-|–|—|\band\b)[`'\"*_\s]*$")
_LIVE = regex(
    r"deploy|production|go[-_ ]?live|hosting|railway|render\.com|heroku|vercel|\bvps\b|https://(?!localhost|127\.)",
    re.IGNORECASE,
)
_HEAD = 3  # lines above the password in which the account is named
_AROUND = 12  # lines in which a guide says that it speaks of the app that users meet
_LEAST = 5  # characters


def told_at(prototype: Prototype, secret: Secret) -> Location | None:
    """Where the documentation tells whoever reads it to sign in with this password of an administrator, whom
    a script makes; None where none does, and for what is there to try things out."""
    path, value = secret.location.path, secret.value
    if len(value) < _LEAST or _TRIED_OUT.search(path) or path in prototype.modules.browser:
        return None
    text = prototype.files[path].text or ""
    at = text.find(
        value, sum(len(line) + 1 for line in text.split("\n")[: secret.location.line - 1])
    )
    if at < 0 or _NOBODYS.search(account_beside(text, at)):
        return None
    whole = re.compile(rf"(?<![\w@.-]){re.escape(value)}(?![\w@-])")
    for file in prototype.of_role(Role.DOCUMENTATION):
        if value in (file.text or "") and not _TRIED_OUT.search(file.path):
            for number, line in enumerate(file.lines, 1):
                found = whole.search(line) if value in line else None
                if found is not None and _is_login(file, number, line, found.start()):
                    return Location(file.path, number)
    return None


def is_of_what_users_meet(prototype: Prototype, place: Location) -> bool:
    """True where such a guide is about the app on the internet: its name or the lines around say so."""
    file = prototype.files[place.path]
    lines = range(max(1, place.line - _AROUND), place.line + _AROUND)
    return any(_LIVE.search(said) for said in (file.path, *(file.line(n) for n in lines)))


def _is_login(file: SourceFile, number: int, line: str, start: int) -> bool:
    """True where the word stands as a password, beside an administrator's name."""
    above = [file.line(n) for n in range(max(1, number - _HEAD), number)]
    head = line[:start]
    labelled = _LABEL.search(head) is not None or _PAIR.search(head) is not None
    if not labelled and _TABLE_ROW.match(line):
        labelled = any(_LABEL.search(said) for said in _head_of_table(file, number))
    named = any(_ADMINISTRATOR.search(said) for said in (head, *above)) or (
        _TABLE_ROW.match(line) is not None and _ADMINISTRATOR.search(line) is not None
    )
    return labelled and named and not any(_OF_A_DEMO.search(said) for said in (line, *above))


def _head_of_table(file: SourceFile, number: int) -> list[str]:
    at = number
    while at > 1 and _TABLE_ROW.match(file.line(at - 1)):
        at -= 1
    return [file.line(at)]
