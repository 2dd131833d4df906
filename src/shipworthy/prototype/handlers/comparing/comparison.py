"""How two values are compared, and what it proves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.columns import is_id, is_owner, words
from shipworthy.prototype.handlers.comparing.callers import (
    AMONG,
    IN_CLAIMS,
    ROLE_KEY,
    SELF_MADE,
    claimed_role,
    is_editable,
    is_mine,
    is_name_of_caller,
    is_somebody,
    of_caller,
    said_about,
    told_by_token,
)
from shipworthy.prototype.handlers.comparing.methods import by_method
from shipworthy.prototype.handlers.comparing.nobody_yet import nobody_yet
from shipworthy.prototype.handlers.comparing.plain_roles import (
    OF_EVERYBODY,
    asks_for_plain_alone,
    lets_plain_users_in,
)
from shipworthy.prototype.handlers.comparing.rows import is_there, proven
from shipworthy.prototype.handlers.comparing.settings import (
    NOTHING,
    Pair,
    by_driver,
    by_key,
    by_stage,
)
from shipworthy.prototype.handlers.comparing.words import (
    WORD_OF_CODE,
    is_kept,
    is_kept_secret,
    is_password_of_code,
    letter_by_letter,
    may_be_secret,
    note_codes,
    note_passwords,
    note_words,
)
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    OF_ROLES,
    Check,
    Guard,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.host_checks import ONLY_SCHEME, asks_scheme
from shipworthy.prototype.handlers.knowledge.shapes import names_admin
from shipworthy.prototype.handlers.sent import (
    A_NUMBER,
    ADMINISTRATORS_TOO,
    AN_ADMINISTRATOR,
    ENDS,
    HOLDS,
    LEFT_FREE,
    NO_ADMINISTRATOR,
    NO_WAY_UP,
    ONLY_KIND,
    SAME,
    is_own_address,
)
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNSET,
    Value,
    all_origins,
    meet_all,
    settles,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation


def compared(walk: Evaluation, operator: str, left: Value, right: Value, at: int) -> Pair:
    """The guards that hold where a comparison is true, and where it is false."""
    if operator in ("==", "in"):
        return _equal(walk, left, right, at, contains=operator == "in")
    if operator in ("!=", "not in"):
        yes, no = _equal(walk, left, right, at, contains=operator == "not in")
        return no, yes
    return _ordered(walk, operator, left, right, at)


def kind_of(walk: Evaluation, operator: str, parts: Sequence[Value], at: int) -> Pair:
    """`x instanceof Response` tells the ways apart on which x came about."""
    if operator != "instanceof" or len(parts) != 2 or not parts[0].cases:
        return NOTHING
    word = parts[1].what.rpartition(".")[2]
    alike = [
        (v, g)
        for v, g in parts[0].cases
        if word in ("Response", "NextResponse") and _is_response(v)
    ]
    other = [(v, g) for v, g in parts[0].cases if not _is_response(v)]
    return meet_all(g for _, g in alike), meet_all(g for _, g in other)


def _is_response(value: Value) -> bool:
    return "response" in value.tags


def _equal(walk: Evaluation, left: Value, right: Value, at: int, *, contains: bool) -> Pair:
    if contains and isinstance(right.literal, str) and _roles_of_caller(left, left):
        contains = (
            False  # `session["role"] in roles`, where the only one is handed over without a list
        )
    keyed = by_key(left, right) if contains else None
    if keyed is not None:
        return keyed
    method = by_method(walk, left, right, at)
    if method is not None:
        return method
    if contains and left.text in ("..", "../"):
        about = [str(o) for o in all_origins(right) if o.is_input]
        return NO_GUARDS, frozenset({walk.guard(Check.VALID, NO_WAY_UP, at, about)})
    set_up = None if contains else by_stage(walk, left, right, at)
    set_up = set_up or (None if contains else by_driver(walk, left, right, at))
    if set_up is not None:
        return set_up
    if not contains:
        for one, other in ((left, right), (right, left)):
            if (
                other.literal is not UNSET
                and not isinstance(other.literal, str)
                and not other.literal
            ):
                if other.literal is None or isinstance(other.literal, bool):
                    yes, no = walk.tested(one)
                    return no, yes  # x == null
                if _counts(one):
                    return nobody_yet(walk, one, at), is_there(walk, one, at)
                if other.literal == 0 and (same := frozenset(letter_by_letter(walk, one, at))):
                    return same, NO_GUARDS
            if other.literal is True:
                return walk.tested(one)
    held = frozenset(_proved(walk, left, right, at, contains=contains))
    if not contains and not settles(held) and _is_role_worked_out(walk, left, right):
        return frozenset({walk.guard(Check.ROLE, "a role that the code works out", at)}), NO_GUARDS
    of_everybody = all(g.how == OF_EVERYBODY for g in held)
    if of_everybody and asks_for_plain_alone(left, right):
        others = {walk.guard(Check.ROLE, o.key, at) for o in _roles_of_caller(left, right)}
        if others:
            return held, frozenset(others)
    by_cases = None if contains else _cases(left, right)
    if by_cases is not None:
        return (by_cases[0] if _lets_pass(left, right) else held | by_cases[0]), by_cases[1]
    return held, frozenset(_unless_administrator(walk, left, right, at))


def _unless_administrator(walk: Evaluation, left: Value, right: Value, at: int) -> Iterator[Guard]:
    """`if (dto.role === Role.ADMIN) throw …`: whoever asks to be one is refused."""
    for asked, named in ((left, right), (right, left)):
        about = {str(o) for o in asked.origins if o.is_input and ROLE_KEY.search(o.key)}
        if about and names_admin(_words(named)):
            yield walk.guard(Check.VALID, NO_ADMINISTRATOR, at, about)


def _words(named: Value) -> list[str]:
    """The roles that the code names: one, or a list of them."""
    listed = named.elements if named.what != "text" and named.elements else (named,)
    return [one.text or one.what.rpartition(".")[2] for one in listed if not one.origins]


def _cases(left: Value, right: Value) -> Pair | None:
    """Literals on the ways a value came about: `result.status === 200`."""
    for one, other in ((left, right), (right, left)):
        if other.literal is UNSET or not one.cases:
            continue
        if not any(case.literal is not UNSET for case, _ in one.cases):
            continue
        same = [g for v, g in one.cases if v.literal is UNSET or v.literal == other.literal]
        differs = [g for v, g in one.cases if v.literal is UNSET or v.literal != other.literal]
        return meet_all(same), meet_all(differs)
    return None


def _is_role_worked_out(walk: Evaluation, left: Value, right: Value) -> bool:
    """`roleOf(user.id).role === "admin"`: one of the roles that the code writes out, behind a login, and
    on no way the one that the request asks for."""
    for one, other in ((left, right), (right, left)):
        roles = {case.text for case, _ in one.cases if case.text is not None}
        if "role" not in one.tags or len(roles) < 2 or other.text not in roles:
            continue
        asked = any(o.is_input for o in all_origins(one)) or any(
            g.about and g.check in (Check.ALLOWED, Check.VALID, Check.CLAIMED)
            for _, passed in one.cases
            for g in passed - walk.guards
        )
        return not asked and any(g.check in AUTHENTICATES for g in _before(walk, one))
    return False


def _lets_pass(left: Value, right: Value) -> bool:
    """True where one of the ways is the literal asked for: `(me?.role ?? "admin") === "admin"`."""
    for one, other in ((left, right), (right, left)):
        if any(
            case.literal is not UNSET and case.literal == other.literal for case, _ in one.cases
        ):
            return True
    return False


def _counts(value: Value) -> bool:
    keys = {o.key.rpartition(".")[2] for o in value.origins if o.kind == "row"}
    return bool(keys & {"length", "count", "rowCount", "rowcount"})


def _roles_of_caller(left: Value, right: Value) -> list[Origin]:
    found = [o for o in all_origins(left) | all_origins(right) if of_caller(o)]
    return [o for o in found if ROLE_KEY.search(o.key or o.name) and not is_editable(o)]


def _proved(
    walk: Evaluation, left: Value, right: Value, at: int, *, contains: bool
) -> Iterable[Guard]:
    one, other = all_origins(left), all_origins(right)
    if not contains and (asked := _of_own_site(left, right) or _of_own_site(right, left)):
        yield walk.guard(Check.ALLOWED, OWN_SITE, at, asked)
        return
    if not contains:
        note_words(walk, left, right, at)
    for mine, yours in ((one, other), (other, one)):
        secrets = {o for o in mine if o.kind == "environment"}
        if not secrets or any(o.is_input for o in mine):
            continue
        if contains and len(secrets) > 1:
            continue  # one of the settings: a plan, a size
        if any(map(may_be_secret, yours)):
            if all(_PUBLIC_KEY.search(o.name) or o.name in walk.program.bundled for o in secrets):
                yield walk.hollow("the key that is asked for stands in every visitor's browser", at)
            else:
                yield walk.guard(Check.SECRET, "compared with a secret", at)
            return
    if is_password_of_code(left, other) or is_password_of_code(right, one):
        yield walk.guard(Check.SECRET, WORD_OF_CODE, at)
        return
    tags = left.tags | right.tags
    note_passwords(walk, left, right, at)
    if not contains:
        note_codes(walk, left, right, at)
    if "signature" in tags and any(o.is_input for o in (*one, *other)):
        yield walk.guard(Check.SIGNATURE, "signature compared", at)
        return
    if not contains and (is_kept_secret(one, other) or is_kept_secret(other, one)):
        yield walk.guard(Check.SECRET, "compared with a secret among the settings", at)
        return
    caller = [o for o in one | other if of_caller(o)]
    literal = _is_literal(left) or _is_literal(right)
    roles = _roles_of_caller(left, right)
    roles = roles or [o for o in caller if "role" in tags and not is_editable(o)]
    if not roles and (_names_staff(left) or _names_staff(right)):
        roles = [o for o in caller if o.kind in ("principal", "row") and not is_editable(o)]
    constant = literal or not one or not other
    if roles and (constant or contains):
        if lets_plain_users_in(left, right):
            yield walk.guard(Check.ALLOWED, OF_EVERYBODY, at, {str(roles[0])})
            return
        named_as = str(roles[0].key or roles[0].name)
        yield walk.guard(Check.ROLE, named_as + _of_roles(left, right), at)
        return
    if told := told_by_token(walk, left, right):
        yield walk.guard(told, IN_CLAIMS, at)
        return
    unseen = [o for o in one | other if _is_unseen(o)]
    if unseen and not caller and any(g.check in AUTHENTICATES for g in _before(walk, left, right)):
        if constant and any(ROLE_KEY.search(o.key) for o in unseen):
            yield walk.guard(Check.ROLE, unseen[0].key, at)
            return
        if len(unseen) == len(one | other) and one and other and {o.key for o in unseen} & _OWNS:
            yield walk.guard(Check.OWNER, "compared with what could not be followed", at)
            return
    claimed = [o for o in caller if ROLE_KEY.search(o.key or o.name) and is_editable(o)]
    if claimed and (literal or contains):
        yield walk.hollow(f"users write {claimed[0].key} {SELF_MADE}", at)
        return
    said = "" if caller or not (literal or contains) else claimed_role(walk, (*one, *other))
    if said:
        yield walk.hollow(said, at)
        return
    named = any(is_name_of_caller(o) for o in caller)
    if named and (is_somebody(left) or is_somebody(right) or _is_listed(left) or _is_listed(right)):
        yield walk.guard(Check.ROLE, "one of few that the code names", at)
        return
    rest = {o.kind for o in one | other if not is_mine(o)}
    if named and rest == {"environment"}:
        yield walk.guard(Check.ROLE, "one of few that a setting names", at)
        return
    if caller and not literal:
        theirs = one | other
        inputs = frozenset(name for o in theirs if not is_mine(o) for name in said_about(o))
        sides = any(of_caller(o) for o in one), any(of_caller(o) for o in other)
        if inputs and any(sides):
            yield walk.guard(Check.OWNER, COMPARED, at, inputs)
        elif all(sides) or (any(sides) and any(o.kind == "row" for o in theirs)):
            yield walk.guard(Check.OWNER, COMPARED, at)
        return
    if literal or _is_listed(right) or _is_listed(left):
        inputs = frozenset(str(o) for o in one | other if o.is_input)
        kind = _kind_asked(left, right)
        if inputs and kind:
            yield walk.guard(Check.VALID, kind, at, inputs)
        elif inputs:
            yield walk.guard(
                Check.ALLOWED, _leaves_open(left, right, contains=contains), at, inputs
            )
            if _lists_administrator(left, right) == 1:
                yield walk.guard(Check.ALLOWED, AN_ADMINISTRATOR, at, inputs)
        return
    hung = frozenset() if contains else _hung_on_own(walk, one, other)
    if hung:
        yield walk.guard(Check.OWNER, "hangs on what is the caller's", at, hung)
    for mine, yours in ((one, other), (other, one)):
        inputs = frozenset(str(o) for o in mine if o.is_input)
        found_by = frozenset(str(by) for o in mine if o.kind == "row" for by in o.by if by.is_input)
        if (inputs | found_by) and not yours and any(g.check in AUTHENTICATES for g in walk.guards):
            about = inputs | found_by
            yield walk.guard(Check.UNCLEAR, "compared with what could not be followed", at, about)
            return
        kept = [o for o in yours if is_kept(o)]
        if inputs and kept and not contains:
            found = {str(by) for o in kept for by in o.by if by.is_input}
            yield walk.guard(Check.API_KEY, f"{kept[0].key} compared", at, inputs | found)
            return
        if inputs and any(o.kind in ("row", "answer") for o in yours):
            yield walk.guard(Check.VALID, AMONG if contains else SAME, at, inputs)


def _of_roles(left: Value, right: Value) -> str:
    """The roles that pass, where the code names all of them."""
    for value in (left, right):
        listed = value.elements if value.what != "text" else None
        named = [word.text for word in (listed if listed is not None else (value,))]
        texts = [text for text in named if text]
        if texts and len(texts) == len(named):
            return OF_ROLES + ", ".join(texts)
    return ""


_PUBLIC_KEY = regex(r"(^|_)ANON(YMOUS)?_?KEY|PUBLISHABLE")
"""Settings that the platform has every page send along: whoever looks at the page has them."""


def _hung_on_own(walk: Evaluation, one: Origins, other: Origins) -> frozenset[str]:
    """What a row was found by that names something which is known to be the caller's as its own:
    `herd.farm_id == farm_id` once the farm is known to be his."""
    own = proven(walk)
    for row, named in ((one, other), (other, one)):
        keys = [o for o in row if o.kind == "row" and is_id(o.key)]
        if len(keys) != len(row) or not named or not all(_is_own(o, own) for o in named):
            continue
        return frozenset(str(by) for o in keys for by in o.by if by.is_input) - own
    return frozenset()


def _is_own(origin: Origin, own: frozenset[str]) -> bool:
    """True for an input that is known to name what is the caller's, and for the row found by it."""
    if origin.is_input:
        return str(origin) in own
    asked = {str(by) for by in origin.by if by.is_input}
    return origin.kind == "row" and _names_row(origin) and bool(asked) and asked <= own


def _names_row(origin: Origin) -> bool:
    """True for `id`, the `farm_id` of farms and the `owner_id` of any row, not for a kind that it shares
    with rows of others: `animal.breed_id`."""
    if not is_id(origin.key):
        return False
    what = words(origin.key)[:-1]
    of_table = origin.name.lower().replace("_", "").startswith("".join(what))
    return of_table or is_owner(origin.key) or origin.key in _OWNS


_OWNS = frozenset(
    """user_id owner_id company_id tenant_id organization_id org_id team_id account_id workspace_id
    userId ownerId companyId tenantId organizationId orgId teamId accountId workspaceId""".split()
)


def _is_unseen(origin: Origin) -> bool:
    """True for a column of a row of which neither the table nor what it was found by could be followed, as
    with a repository that is generic: behind a login that is most often the caller's."""
    return origin.kind == "row" and not origin.name and not origin.by and bool(origin.key)


def _before(walk: Evaluation, *values: Value) -> Iterable[Guard]:
    """The checks that were passed, and those without which the values would not be there."""
    yield from walk.guards
    for value in values:
        for _, guards in value.cases:
            yield from guards


def _kind_asked(left: Value, right: Value) -> str:
    """How `typeof x === "number"` is put, which leaves open what x says; "" for another comparison."""
    if "typeof" not in left.tags | right.tags:
        return ""
    return next((_KINDS[v.text] for v in (left, right) if v.text in _KINDS), "")


_KINDS = {
    "string": ONLY_KIND,
    "number": A_NUMBER,
    "bigint": A_NUMBER,
    "object": LEFT_FREE,
    "function": LEFT_FREE,
    "undefined": LEFT_FREE,
}


def _leaves_open(left: Value, right: Value, *, contains: bool) -> str:
    """How a comparison with what the code writes is put: what it leaves open of an input."""
    if asks_scheme(left) or asks_scheme(right):
        return ONLY_SCHEME
    if contains and _is_literal(left) and any(o.is_input for o in right.origins):
        return HOLDS
    if _lists_administrator(left, right) > 1:
        return ADMINISTRATORS_TOO
    return ENDS if _is_ending(left, right) or _is_ending(right, left) else "one of known values"


def _lists_administrator(left: Value, right: Value) -> int:
    """How many roles are named with which that of the request is compared, an administrator's among them."""
    for asked, named in ((left, right), (right, left)):
        words = _words(named)
        known = names_admin(w for w in words if w.lower() != "owner")  # of a house, of a dog
        if known and any(o.is_input and ROLE_KEY.search(o.key) for o in asked.origins):
            return len(words)
    return 0


def _is_ending(name: Value, listed: Value) -> bool:
    """`os.path.splitext(file.filename)[1] in {".pdf", ".txt"}`: what stands before it is left open."""
    texts = [v.text for v in (listed, *(listed.elements or ())) if v.text is not None]
    origins = [o for o in all_origins(name) if o.is_input]
    if not texts or not origins or not all(map(_ENDING.fullmatch, texts)):
        return False
    whole = all(text.startswith(".") for text in texts)
    return whole or all(o.kind == "upload" and _NAMED.search(o.key) for o in origins)


_ENDING = regex(r"\.?[a-z0-9]{1,5}", re.IGNORECASE)
_NAMED = regex(r"name$", re.IGNORECASE)


COMPARED = "compared with the caller"
"""How a guard is put of which it is not known whether it is about a person or about his organisation."""

OWN_SITE = "an address of its own site"
"""How a guard is put that lets addresses of one host pass."""

_HOSTS = frozenset({"url.origin", "url.host", "url.hostname", "url.netloc"})


def names_host(value: Value) -> frozenset[str]:
    """The inputs whose host this is: `new URL(next, origin).origin`, `urlparse(next).netloc`."""
    if value.what not in _HOSTS:
        return frozenset()
    return frozenset(str(o) for o in value.origins if o.is_input and not is_own_address(o))


def _of_own_site(asked: Value, own: Value) -> frozenset[str]:
    """The inputs whose host is compared with that of the prototype, as code, settings or request say."""
    fixed = all(o.kind == "environment" or is_own_address(o) for o in all_origins(own))
    return names_host(asked) if fixed else frozenset()


def _ordered(walk: Evaluation, operator: str, left: Value, right: Value, at: int) -> Pair:
    for one, other, more in ((left, right, (">", ">=")), (right, left, ("<", "<="))):
        if other.literal is not UNSET and _counts(one):
            exists = is_there(walk, one, at)
            some = (
                {">": 0, ">=": 1, "<=": 0, "<": 1}
                if one is left
                else {"<": 0, "<=": 1, ">=": 0, ">": 1}
            )
            none = nobody_yet(walk, one, at) if other.literal == some[operator] else NO_GUARDS
            return (exists, none) if operator in more else (none, exists)
    both = all_origins(left) | all_origins(right)
    if "role" in left.tags | right.tags or any(
        of_caller(o) and ROLE_KEY.search(o.key or o.name) and not is_editable(o) for o in both
    ):
        held = frozenset({walk.guard(Check.ROLE, "level of a role", at)})
        return held, held
    if any("rate" in tag for tag in left.tags | right.tags):
        held = frozenset({walk.guard(Check.RATE, "count of calls", at)})
        return held, held
    inputs = frozenset(str(o) for o in both if o.is_input)
    if not inputs:
        return NOTHING
    limits = [v.literal for v in (left, right) if isinstance(v.literal, (int, float))]
    # `balance - amount < 0` refuses what is too much, and no negative amount.
    mixed = any(o.kind == "row" for o in both)
    how = f"within limits: {limits[0]}" if limits and not mixed else "compared"
    held = frozenset({walk.guard(Check.VALID, how, at, inputs)})
    return held, held


def _is_literal(value: Value) -> bool:
    return value.literal is not UNSET and value.literal is not None


STAFF = frozenset(
    """admin admins administrator superadmin super_admin super-admin superuser root owner staff manager
    moderator backoffice operator""".split()
)


def _names_staff(value: Value) -> bool:
    """True for a word, or a list with a word, for those who may do more than others, whatever the column
    is called that is compared with it: `user.portal === "admin"`."""
    words = {value.text, *(v.text for v in value.elements or ())}
    return any(word is not None and word.lower() in STAFF for word in words)


def _is_listed(value: Value) -> bool:
    return bool(value.elements) and all(_is_literal(v) for v in value.elements or ())
