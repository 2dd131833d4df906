"""Statements that turn a caller away: an answer of 401 or 403, or an error that says as much."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.comparing import (
    AMONG,
    AS_OWNER,
    AT_ITS_WORD,
    CREDENTIAL,
    ROLE_KEY,
    SELF_MADE,
    named_by_header,
)
from shipworthy.prototype.handlers.handler import (
    HUMAN,
    TURNED_AWAY,
    Check,
    EffectKind,
    Guard,
    Origin,
)
from shipworthy.prototype.handlers.program import Told
from shipworthy.prototype.handlers.sent import COMPARISONS
from shipworthy.prototype.handlers.values import NO_GUARDS, Guards, Value, all_origins, truth
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Do,
    Let,
    Literal,
    Member,
    Name,
    Return,
    Statement,
    Throw,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

TOO_MANY = "too many calls are refused"
"""How a limiter that refuses by itself is put in words."""

_MOST = 8  # statements: a refusal is short, a branch with work in it is none
_STATUS = regex(r"[45]\d\d")
_SAYS_UNKNOWN = regex(
    r"unauthori[sz]ed|unauthenticated|not[ _]?(signed|logged)[ _]?in|not[ _]authenticated"
    r"|authentication[ _]required|(log|sign)[ _-]?in (is )?required|please (log|sign) in"
    r"|must be (logged|signed) in|NotAuthenticated|AuthenticationFailed"
    r"|invalid (token|session|api[ _]?key|secret|credentials)|AuthError|401_"
    # German, Portuguese, Spanish, French, Italian, Dutch, Indonesian, Turkish
    r"|nicht (autorisiert|angemeldet|authentifiziert|eingeloggt)"
    r"|\b(n[ãa]o|no|non) (est[áa]s? )?(autori[sz]\w+|autenti[ck]\w+|authentifi\w+|connect[ée]\w*|logad[oa])"
    r"|niet (geautoriseerd|ingelogd|geauthenticeerd)|tidak (diizinkan|terautentikasi)|belum login|yetkisiz",
    re.IGNORECASE,
)
_SAYS_UNENTITLED = regex(
    r"forbidden|access denied|permission ?denied|not (permitted|authori[sz]ed)|403_"
    r"|keine (berechtigung|rechte)|nicht berechtigt|zugriff verweigert|acesso negado|acceso denegado"
    r"|sem permiss[ãa]o|sin permisos?|no tienes? permiso|acc[èe]s (refus[ée]|interdit)|accesso negato"
    r"|geen (toegang|rechten)|akses ditolak",
    re.IGNORECASE,
)
_SAYS_TAKEN = regex(
    r"\balready (been )?(registered|exists?|taken|in use|used|associated)|\b(is|are) taken\b"
    r"|schon vergeben|bereits (registriert|vergeben|vorhanden)|j[áa] (existe|cadastrad[oa]|est[áa] em uso)"
    r"|ya (existe|est[áa] (registrad[oa]|en uso))|existe d[ée]j[àa]|gi[àa] (registrat[oa]|in uso)"
    r"|sudah terdaftar",
    re.IGNORECASE,
)
_SEES = frozenset({"unseen", "computed", "signature"})  # something is made of what was sent
_SAID = regex(r"user|token|sess|auth|key|secret|pass|pin|code|mail|role|admin|owner", re.I)
"""Inputs by which callers say who they are."""
_NAMED_IN_BODY = regex(r"^body\.(.+\.)?\w*(mail|user_?(id|name)?|phone|admin|owner)$", re.I)


def refused(
    walk: Evaluation, statements: tuple[Statement, ...], test: Value, at: int, passed: Guards
) -> Guards:
    """What a refusal under a test says of whoever is not refused; `passed` is what the test proves of them.

    Nothing where it turns nobody away, or hangs on how the server is set up.
    """
    told = _told(walk, statements)
    code = told.code
    if code == 0 or truth(test) is not None or (code == 401 and "unasked" in test.tags):
        return NO_GUARDS
    origins = all_origins(test)
    if origins and all(o.kind in ("environment", "error", "random") for o in origins):
        return NO_GUARDS
    sent = [o for o in origins if o.is_input]
    others = [o for o in origins if not o.is_input and o.kind != "principal"]
    if sent and not others and not test.tags & _SEES:
        said = frozenset(str(o) for o in sent if _says_who(o))
        return frozenset({walk.guard(Check.CLAIMED, AT_ITS_WORD, at, said)} if said else ())
    own_word = _named_as_owner(origins, passed)
    if own_word:
        return frozenset({walk.guard(Check.CLAIMED, AS_OWNER, at, own_word)})
    listed = _listed_names(passed)
    if not origins and listed:
        return frozenset({walk.guard(Check.CLAIMED, AT_ITS_WORD, at, listed)})
    if not origins and any(g.check is Check.CLAIMED or _is_claimed_right(g) for g in passed):
        return NO_GUARDS  # it is known what the refusal hangs on
    if not sent and not others and any(_is_self_made(g) for g in passed):
        return NO_GUARDS
    if _keeps_few_out(walk, origins):
        return NO_GUARDS
    said = _said_by_id(walk, others)
    if said:
        return frozenset({walk.guard(Check.CLAIMED, AT_ITS_WORD, at, said)})
    if (code == 403 and _is_state(origins)) or (code == 401 and _is_account_of(origins)):
        return NO_GUARDS
    if code == 401 and origins and all(o.kind == "principal" for o in origins):
        return NO_GUARDS  # a token that says too little of its holder
    if code == 403 and told.misses_a_right:
        return frozenset({walk.guard(Check.UNCLEAR, A_RIGHT, at)})
    return frozenset({walk.guard(Check.REFUSES, TURNED_AWAY, at)})


A_RIGHT = "a right is missed in what is answered"
"""How a refusal is put that names a right, where it was not seen how the right is looked up."""


def _keeps_few_out(walk: Evaluation, origins: Collection[Origin]) -> bool:
    """True where only those are refused who stand on a list of blocked ones, found by what they send, or who
    have not solved a captcha: whoever else comes gets in."""
    found = [o for o in origins if o.kind not in ("environment", "error") and not o.is_input]
    if all(o.kind == "answer" for o in found):
        return (bool(found) or not origins) and _asked_last_for_human(walk)
    return all(
        o.kind == "row"
        and _BLOCKED.search(snake(o.name)) is not None
        and bool(o.by)
        and all(by.is_input or by.kind == "environment" for by in o.by)
        for o in found
    )


_BLOCKED = regex(
    r"(^|_)(blocked|banned|(block|black|deny|ban)_?list(ed)?|bans)(_|$)|(^|_)ip_?(blocks?|bans?)$"
)


def _asked_last_for_human(walk: Evaluation) -> bool:
    """True where a captcha was the last that was asked of anybody."""
    for effect in reversed(walk.effects):
        if effect.literals.get("asks") == HUMAN:
            return True
        if effect.kind in _ASKS or effect.operation == "select":
            return False
    return False


_ASKS = (EffectKind.FETCH, EffectKind.ACCOUNT, EffectKind.TOKEN, EffectKind.STORAGE)


def says_too_many(walk: Evaluation, statements: tuple[Statement, ...]) -> bool:
    """True for `throw new Error("Rate limit exceeded")` and its like: few statements that do nothing else."""
    return _told(walk, statements).too_many


def _told(walk: Evaluation, statements: tuple[Statement, ...]) -> Told:
    """What these statements tell the caller; they are looked at once, however many routes lead to them."""
    known = walk.program.told.get(id(statements))
    if known is None:
        known = Told(
            statements,
            _code(statements),
            _says(_SAYS_TOO_MANY, statements),
            _says(_SAYS_A_RIGHT, statements),
        )
        walk.program.told[id(statements)] = known
    return known


def _says(words: re.Pattern[str], statements: tuple[Statement, ...]) -> bool:
    return len(statements) <= _MOST and any(
        words.search(word)
        for statement in statements
        if type(statement) in (Return, Throw, Do)
        for word in _words(statement)
        if isinstance(word, str)
    )


_SAYS_TOO_MANY = regex(
    r"too many (requests|attempts|calls|messages|tries)|rate[- _]?limit|slow(ing)? down"
    r"|(request|call|message|daily|hourly|usage) limit (reached|exceeded)|limit (reached|exceeded)",
    re.IGNORECASE,
)


_SAYS_A_RIGHT = regex(
    r"(missing|insufficient|lacks?|lacking|requires?|required|not enough)\W.{0,24}"
    r"\b(permissions?|privileges?|rights?|scopes?)\b"
    r"|\b(permissions?|privileges?|rights?|scopes?) (is |are )?(required|missing|needed)",
    re.IGNORECASE,
)


def _is_self_made(guard: Guard) -> bool:
    """`user.user_metadata.role === "admin"`: a right that users write into their own account."""
    return guard.check is Check.HOLLOW and guard.how.endswith(SELF_MADE)


def _is_claimed_right(guard: Guard) -> bool:
    """`body.role === "admin"`: a right that the request itself asks for."""
    return guard.check is Check.ALLOWED and any(_RIGHT.search(name) for name in guard.about)


_RIGHT = regex(r"^(body|query|header|cookie)\..*(role|admin)$", re.IGNORECASE)


def _listed_names(passed: Guards) -> frozenset[str]:
    """`ADMINS.includes(body.email)`: the names in a request that only have to stand on a list of the
    code. Whoever reads a page of the team knows one; a secret would be something else."""
    named = frozenset(n for g in passed if g.check is Check.ALLOWED for n in g.about)
    return named if all(_NAMED_IN_BODY.search(n) for n in named) else frozenset()


def _named_as_owner(origins: Collection[Origin], passed: Guards) -> frozenset[str]:
    """`row.user_id !== body.userId`: what of the request has to be the id of whose the row is that the
    request names as well, or the id of the account that is asked for it. Nothing where anything else has a
    part in it, and nothing of addresses, which may be asked for beside the number of a booking."""
    if any(g.check in _RIGHTS for g in passed):
        return frozenset()
    rows = [o for o in origins if o.kind == "row"]
    if any(not o.is_input and (o.kind != "row" or not o.by) for o in origins):
        return frozenset()
    if not origins:  # a function of the prototype's own has compared
        named = {name for g in passed if g.how in COMPARISONS for name in g.about}
        said = frozenset(n for n in named if _names_person(n))
        return said if len(said) == len(named) else frozenset()
    if any(not by.is_input for o in rows for by in o.by):
        return frozenset()
    listed = frozenset(name for g in passed if g.how == AMONG for name in g.about)
    if listed and rows and all(_names_person(name) for name in listed):
        return listed
    if not any(_OWNER_ID.search(snake(o.key.rpartition(".")[2])) for o in rows):
        return frozenset()
    asked = [by for o in rows if o.key == "id" and _ACCOUNTS.search(o.name) for by in o.by]
    sent = [o for o in origins if o.is_input]
    return frozenset(str(o) for o in (*sent, *asked) if _names_person(str(o)))


def _names_person(name: str) -> bool:
    return not name.startswith("header.") and bool(_OWNER_ID.search(snake(name.rpartition(".")[2])))


_RIGHTS = (Check.OWNER, Check.ROLE, Check.API_KEY, Check.SECRET, Check.SIGNATURE)
_OWNER_ID = regex(
    r"^(\w+_)?(user|owner|author|creator|customer|client|member|profile|account|patient|student|teacher|employee|seller"
    r"|provider|driver|doctor|host|sender|recipient|receiver|participant|tutor|worker|agent|buyer|vendor|tenant|organi[sz]ation|company)_?(uu)?id$|^uid$|^(created|posted|uploaded|owned)_by$"
)


def _said_by_id(walk: Evaluation, origins: Iterable[Origin]) -> frozenset[str]:
    """The cookies and headers that name the account which is looked up, or its id in the request: whoever
    knows or guesses an id is let in.

    Nothing where anything else has a part in it, as a token that is looked up in a table of sessions.
    Another way in, as by a session, changes nothing: whoever has none takes the cookie.
    """
    said: set[str] = set()
    for origin in origins:
        if origin.by and not any(
            by.kind in ("cookie", "header") or _names_person(str(by)) for by in origin.by
        ):
            continue
        if origin.kind != "row" or not origin.by or not _ACCOUNTS.search(origin.name):
            return frozenset()
        told = {by for by in origin.by if by.is_input and _names_person(str(by))}
        named = {str(by) for by in origin.by if by.kind == "cookie" or by in told}
        named |= named_by_header(origin.by)
        if len(named) < len(origin.by) or not named <= _asked_by_id(walk, origin.name):
            return frozenset()
        said |= named
    return frozenset(said)


def _asked_by_id(walk: Evaluation, table: str) -> frozenset[str]:
    return frozenset(
        str(o)
        for effect in walk.effects
        if effect.kind is EffectKind.QUERY and effect.target == table
        for column, origins in effect.of("filter:")
        if _ID.search(column)
        for o in origins
    )


_ACCOUNTS = regex(
    r"^(?!.*(session|token|key|device|invit|login|secret|link|code))"
    r".*(user|account|profile|member|admin|staff|employee|customer|client|patient|student|teacher|owner|player)",
    re.IGNORECASE,
)
_ID = regex(r"^_?(id|uuid|uid|e?mail|user_?name|user_?id|\w*_id)$", re.IGNORECASE)


def _says_who(origin: Origin) -> bool:
    return origin.kind in ("header", "cookie", "claims") or _SAID.search(origin.key) is not None


def _is_account_of(origins: Iterable[Origin]) -> bool:
    """True for the account of somebody who is known already: that it is still there says nothing more."""
    found = list(origins)
    return bool(found) and all(
        o.kind == "row"
        and not o.key
        and _ACCOUNTS.search(o.name) is not None
        and bool(o.by)
        and all(by.kind == "principal" for by in o.by)
        for o in found
    )


def _is_state(origins: Iterable[Origin]) -> bool:
    """True for a row that is found by an id: what state it is in says nothing of who calls."""
    found = list(origins)
    return bool(found) and all(
        o.kind == "row"
        and not ROLE_KEY.search(o.key)
        and not any(by.kind == "principal" or CREDENTIAL.search(str(by)) for by in o.by)
        for o in found
    )


def _code(statements: tuple[Statement, ...]) -> int:
    """401 or 403 where these few statements say so and do nothing else; 0 otherwise."""
    if not statements or len(statements) > _MOST:
        return 0
    if _hands_on_a_refusal(statements[-1]):
        return 401
    words = [
        word
        for statement in statements
        if type(statement) in (Do, Let, Return, Throw)
        for word in _words(statement)
    ]
    codes = {int(word) for word in words if _STATUS.fullmatch(str(word))}
    if codes:  # "Method not allowed" is 405
        return next((code for code in (401, 403) if code in codes), 0)
    texts = [word for word in words if isinstance(word, str)]
    if any(map(_SAYS_TAKEN.search, texts)):
        return 0  # `raise AuthError("Email already registered")` turns away no caller
    if any(map(_SAYS_UNKNOWN.search, texts)):
        return 401
    return 403 if any(map(_SAYS_UNENTITLED.search, texts)) else 0


def _hands_on_a_refusal(statement: Statement) -> bool:
    """`return guard.response`: the answer that a check has ready for whoever does not pass it."""
    value = statement.value if isinstance(statement, Return) else None
    return (
        isinstance(value, Member)
        and isinstance(value.object, Name)
        and _ANSWER.search(value.key) is not None
        and _CHECK.match(value.object.id) is not None
    )


_ANSWER = regex(r"response|refusal|denied|denial|^error$|^(unauthori[sz]ed|forbidden)$", re.I)
_CHECK = regex(
    r"(g|guard|gate|auth|session|staff|admin|access|permission|perms|role|owner|member|caller|identity|principal)"
    r"([A-Z_]\w*|ed|z|n|orization|entication|Result|Check)?$"
)


def _words(tree: tuple[object, ...]) -> Iterator[str | int]:
    """The literals and names in an expression, those in functions inside of it as well."""
    for node in nodes_in(tree, Literal, Name, Member):
        if isinstance(node, Name):
            yield node.id
        elif isinstance(node, Member):
            yield node.key
        elif isinstance(node, Literal) and isinstance(node.value, (str, int)):
            yield from () if isinstance(node.value, bool) else (node.value,)
