"""What a comparison proves: that the caller is known, has a role, owns what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shipworthy.database.powerful import lists_the_powerful
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    EffectKind,
    Guard,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.host_checks import ONLY_SCHEME, asks_scheme
from shipworthy.prototype.handlers.sent import KEY_OF_ROW, NO_WAY_UP, ONLY_KIND, is_own_address
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNSET,
    Guards,
    Value,
    all_origins,
    meet_all,
    settles,
)
from shipworthy.prototype.privacy.categories import snake

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation import Evaluation

ROLE_KEY = re.compile(
    r"(?:^|\.|_)(?:user_?)?(?:roles?|is_?(?:super_?)?(?:admin|staff|owner|moderator|manager|instructor|teacher)|admin"
    r"|permissions?|scopes?|user_?type|account_?type|access_?level|privileges?|super_?user|is_?superuser)$",
    re.IGNORECASE,
)
"""Columns and claims that say what somebody may do."""

CREDENTIAL = re.compile(
    r"(?:^|[._-])(?:\w*_)?(?:token|api_?-?key|secret|token_?hash|key_?hash|invite_?code|access_?code|public_?key|widget_?key"
    r"|share_?id|share_?code|otp|authorization)$",
    re.IGNORECASE,
)
"""Inputs that only who was given them can know: found among the rows, they are a check."""

_EDITABLE = ("user_metadata", "raw_user_meta_data", "unsafeMetadata", "unsafe_metadata")
"""What users of the platform change themselves: no basis for a role."""

SELF_MADE = "themselves"
"""Ends how a check is put that asks for what its user writes into his account himself."""

WORD_OF_CODE = "compared with a secret in the code"
"""How a guard is put whose secret is a literal."""

STANDS_IN = "only where a setting names what is at hand"
"""How a guard is put behind which something stands in for a service, as in development."""

_IDS = ("filter:id", "filter:uuid")

Pair = tuple[Guards, Guards]
_NONE: Pair = (NO_GUARDS, NO_GUARDS)


def compared(walk: Evaluation, operator: str, left: Value, right: Value, at: int) -> Pair:
    """The guards that hold where a comparison is true, and where it is false."""
    if operator in ("==", "in"):
        return _equal(walk, left, right, at, contains=operator == "in")
    if operator in ("!=", "not in"):
        yes, no = _equal(walk, left, right, at, contains=operator == "not in")
        return no, yes
    return _ordered(walk, operator, left, right, at)


def settled(operator: str, left: Value, right: Value) -> bool | None:
    """`process.env.NODE_ENV === "development"`: what it is where the code runs for real, and nobody
    has switched a check off."""
    if operator not in ("==", "!="):
        return None
    if "settled" in left.tags | right.tags and left.text is not None and right.text is not None:
        return (left.literal == right.literal) is (operator == "==")
    for one, other in ((left, right), (right, left)):
        if other.text is None or len(one.origins) != 1 or one.cases:
            continue
        origin = next(iter(one.origins))
        if origin.kind == "environment" and origin.name in ("NODE_ENV", "VERCEL_ENV"):
            return (other.text == "production") is (operator == "==")
        if origin.kind == "environment" and _is_switched_on(origin.name, other.text):
            return operator == "!="
    return None


def _is_switched_on(setting: str, word: str) -> bool:
    """`process.env.BYPASS_AUTH === "true"`: what opens a door only where somebody sets it."""
    return word.lower() in ("true", "1", "yes", "on") and _OPENS.search(setting) is not None


_OPENS = re.compile(
    r"(^|_)(BYPASS|SKIP|DISABLE|DISABLED|OPEN|MOCK|DEMO|DEV|DEBUG|TEST|TESTING|INSECURE|UNSAFE|NO_AUTH)(_|$)"
)


def kind_of(walk: Evaluation, operator: str, parts: Sequence[Value], at: int) -> Pair:
    """`x instanceof Response` tells the ways apart on which x came about."""
    if operator != "instanceof" or len(parts) != 2 or not parts[0].cases:
        return _NONE
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


_STAGES = frozenset(
    {"NODE_ENV", "VERCEL_ENV", "APP_ENV", "FLASK_ENV", "ENVIRONMENT", "ENV", "DENO_ENV", "MODE"}
)
_LIVE = frozenset({"production", "prod", "live"})


def _stage(walk: Evaluation, left: Value, right: Value, at: int) -> Pair | None:
    """`NODE_ENV === "production"`: what runs in development alone is closed to the world."""
    for one, other in ((left, right), (right, left)):
        names = {o.name for o in one.origins if o.kind == "environment"}
        if other.text is None or not names & _STAGES:
            continue
        held = frozenset({walk.guard(Check.UNCLEAR, "only outside production", at)})
        return (NO_GUARDS, held) if other.text.lower() in _LIVE else (held, NO_GUARDS)
    return None


_DRIVERS = re.compile(r"DRIVER|STORAGE|PROVIDER|BACKEND|ADAPTER|MODE$")
_ON_THE_SPOT = frozenset({"local", "disk", "fs", "file", "filesystem", "dev", "development"})


def _driver(walk: Evaluation, left: Value, right: Value, at: int) -> Pair | None:
    """`STORAGE_DRIVER === "local"`: what stands in for a service where there is none."""
    for one, other in ((left, right), (right, left)):
        names = {o.name for o in one.origins if o.kind == "environment"}
        if other.text in _ON_THE_SPOT and any(map(_DRIVERS.search, names)):
            return frozenset({walk.guard(Check.VALID, STANDS_IN, at)}), NO_GUARDS
    return None


def _has_key(left: Value, right: Value) -> Pair | None:
    """`"error" in result`: tells the ways apart on which a record came about."""
    if left.text is None or not any(case.fields is not None for case, _ in right.cases):
        return None
    has = [g for v, g in right.cases if v.fields is not None and left.text in v.fields]
    lacks = [g for v, g in right.cases if v.fields is None or left.text not in v.fields]
    return meet_all(has), meet_all(lacks)


def _equal(walk: Evaluation, left: Value, right: Value, at: int, *, contains: bool) -> Pair:
    keyed = _has_key(left, right) if contains else None
    if keyed is not None:
        return keyed
    if contains and left.text in ("..", "../"):
        about = [str(o) for o in all_origins(right) if o.is_input]
        return NO_GUARDS, frozenset({walk.guard(Check.VALID, NO_WAY_UP, at, about)})
    by_stage = None if contains else _stage(walk, left, right, at)
    by_stage = by_stage or (None if contains else _driver(walk, left, right, at))
    if by_stage is not None:
        return by_stage
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
                    return NO_GUARDS, _exists(walk, one, at)
                if other.literal == 0 and (same := frozenset(_letter_by_letter(walk, one, at))):
                    return same, NO_GUARDS
            if other.literal is True:
                return walk.tested(one)
    held = frozenset(_proved(walk, left, right, at, contains=contains))
    if not contains and not settles(held) and _is_role_worked_out(walk, left, right):
        return frozenset({walk.guard(Check.ROLE, "a role that the code works out", at)}), NO_GUARDS
    by_cases = None if contains else _cases(left, right)
    if by_cases is not None:
        return (by_cases[0] if _lets_pass(left, right) else held | by_cases[0]), by_cases[1]
    return held, NO_GUARDS


def _letter_by_letter(walk: Evaluation, value: Value, at: int) -> Iterable[Guard]:
    """`(sent.charCodeAt(i) ^ secret.charCodeAt(i)) === 0`: a comparison in constant time."""
    origins = all_origins(value)
    given = frozenset(str(o) for o in origins if _may_be_secret(o))
    if given and "signature" in value.tags:
        yield walk.guard(Check.SIGNATURE, "signature compared", at)
    elif given and any(o.kind == "environment" for o in origins):
        yield walk.guard(Check.SECRET, "compared with a secret", at)
    elif given and any(_is_kept(o) for o in origins):
        yield walk.guard(Check.API_KEY, "a secret compared", at, given)


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


def _exists(walk: Evaluation, value: Value, at: int) -> Guards:
    return frozenset(existing(walk, all_origins(value), at))


def existing(walk: Evaluation, origins: Iterable[Origin], at: int) -> Iterable[Guard]:
    """What the existence of a row proves: found by the caller and by inputs, it ties them together."""
    for origin in origins:
        if origin.kind != "row":
            continue
        named = frozenset(_keys(walk, origin))
        if named:
            yield walk.guard(Check.VALID, KEY_OF_ROW, at, named)
        by_caller = [o for o in origin.by if o.kind == "principal"]
        if SESSION_HOLDER in origin.by:
            yield walk.guard(Check.SESSION, f"a row of {origin.name} by its token", at)
        asked = frozenset(str(o) for o in origin.by if o.is_input)
        if not by_caller and len(asked) > 1 and asked & _proven(walk):
            # Found by an id and by something that is known to be the caller's: so is the id.
            yield walk.guard(Check.OWNER, f"a row of {origin.name} of the caller", at, asked)
            continue
        if not by_caller:
            keys = frozenset(
                str(o)
                for o in origin.by
                if o.is_input and (CREDENTIAL.search(str(o)) or _is_state(origin.name, o))
            )
            if keys:
                yield walk.guard(Check.API_KEY, f"a row of {origin.name} by its key", at, keys)
            continue
        powerful = lists_the_powerful(snake(origin.name), of_tenants=False)
        if powerful or any(o.kind == "literal-role" for o in origin.by):
            yield walk.guard(Check.ROLE, f"a row of {origin.name}", at)
        inputs = frozenset(str(o) for o in origin.by if o.is_input)
        if inputs:
            yield walk.guard(Check.OWNER, f"a row of {origin.name} of the caller", at, inputs)


def _is_state(table: str, asked: Origin) -> bool:
    """True for the `state` of OAuth that was kept when the sign-in began (RFC 6749, 10.12): only the
    browser that began it knows it."""
    return asked.key.lower() in ("state", "nonce") and _KEPT_STATES.search(table) is not None


_KEPT_STATES = re.compile(r"oauth|state|nonce|pkce|auth_?(flow|request)|handshake", re.IGNORECASE)


def _keys(walk: Evaluation, origin: Origin) -> Iterable[str]:
    """The inputs that are the id of a row, as they were sent, once it is known to be there."""
    asked = {str(by) for by in origin.by if by.is_input}
    if not asked:
        return
    for effect in walk.effects:
        if effect.kind is EffectKind.QUERY and effect.target == origin.name:
            for name in _IDS:
                found = {str(o) for o in effect.sent.get(name, ())}
                yield from found & asked


_LONG_ENOUGH = 12  # characters; what is shorter is a mode or a name


def _is_password_of_code(value: Value, others: Origins) -> bool:
    """True for what is compared with a long word of the code: a check, however badly kept."""
    text = value.text
    if text is None or len(text) < _LONG_ENOUGH or " " in text:
        return False
    made_up = any(letter.isdigit() or letter in "-_!" for letter in text)
    return any(
        (o.kind in ("header", "query") or (made_up and o.kind == "body" and "." not in o.key))
        # Of a token that was taken apart only the part counts: `claims.scope` opens nothing.
        and re.search(r"secret|token|key|auth|pass", o.key.rpartition(".")[2], re.I)
        for o in others
    )


def _proven(walk: Evaluation) -> frozenset[str]:
    """The inputs that an earlier check has tied to the caller."""
    return frozenset().union(*(g.about for g in walk.guards if g.check is Check.OWNER))


SESSION_HOLDER = Origin("principal", "", "session")
"""Whoever sent the token of a session that the prototype keeps itself."""

_SESSION_KEY = re.compile(r"sess|token|sid$|auth|jwt|api_?-?key", re.IGNORECASE)


UNSIGNED = "unsigned"
"""The name of the origin of a cookie into which the prototype writes a plain id, whatever it is called."""


def is_session_token(origin: Origin) -> bool:
    """True for a cookie or header that is called a token: a plain user id in a cookie proves nothing, nor
    does one that the code itself took out of a token."""
    if origin.kind not in ("cookie", "header") or origin.name == UNSIGNED:
        return False
    if origin.kind == "header" and "." in origin.key and _CLAIM.search(origin.key):
        return False
    return _SESSION_KEY.search(origin.key) is not None


def _proved(
    walk: Evaluation, left: Value, right: Value, at: int, *, contains: bool
) -> Iterable[Guard]:
    one, other = all_origins(left), all_origins(right)
    if not contains and (asked := _of_own_site(left, right) or _of_own_site(right, left)):
        yield walk.guard(Check.ALLOWED, OWN_SITE, at, asked)
        return
    if not contains:
        _note_words(walk, left, right, at)
    for mine, yours in ((one, other), (other, one)):
        secrets = {o for o in mine if o.kind == "environment"}
        if not secrets or any(o.is_input for o in mine):
            continue
        if contains and len(secrets) > 1:
            continue  # one of the settings: a plan, a size
        if any(map(_may_be_secret, yours)):
            if all(_PUBLIC_KEY.search(o.name) for o in secrets):
                yield walk.hollow("the key that is asked for stands in every visitor's browser", at)
            else:
                yield walk.guard(Check.SECRET, "compared with a secret", at)
            return
    if _is_password_of_code(left, other) or _is_password_of_code(right, one):
        yield walk.guard(Check.SECRET, WORD_OF_CODE, at)
        return
    tags = left.tags | right.tags
    _note_passwords(walk, left, right, at)
    if not contains:
        _note_codes(walk, left, right, at)
    if "signature" in tags and any(o.is_input for o in (*one, *other)):
        yield walk.guard(Check.SIGNATURE, "signature compared", at)
        return
    if not contains and (_is_kept_secret(one, other) or _is_kept_secret(other, one)):
        yield walk.guard(Check.SECRET, "compared with a secret among the settings", at)
        return
    caller = [o for o in one | other if _of_caller(o)]
    literal = _is_literal(left) or _is_literal(right)
    roles = [o for o in caller if ROLE_KEY.search(o.key or o.name) and not _is_editable(o)]
    roles = roles or [o for o in caller if "role" in tags and not _is_editable(o)]
    if not roles and (_names_staff(left) or _names_staff(right)):
        roles = [o for o in caller if o.kind in ("principal", "row") and not _is_editable(o)]
    constant = literal or not one or not other
    if roles and (constant or contains):
        yield walk.guard(Check.ROLE, str(roles[0].key or roles[0].name), at)
        return
    if told := _told_by_token(walk, left, right):
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
    claimed = [o for o in caller if ROLE_KEY.search(o.key or o.name) and _is_editable(o)]
    if claimed and (literal or contains):
        yield walk.hollow(f"users write {claimed[0].key} {SELF_MADE}", at)
        return
    said = "" if caller or not (literal or contains) else _claimed_role(walk, (*one, *other))
    if said:
        yield walk.hollow(said, at)
        return
    named = any(_is_name_of_caller(o) for o in caller)
    if named and (
        _is_somebody(left) or _is_somebody(right) or _is_listed(left) or _is_listed(right)
    ):
        yield walk.guard(Check.ROLE, "one of few that the code names", at)
        return
    rest = {o.kind for o in one | other if not _is_mine(o)}
    if named and rest == {"environment"}:
        yield walk.guard(Check.ROLE, "one of few that a setting names", at)
        return
    if caller and not literal:
        theirs = one | other
        inputs = frozenset(name for o in theirs if not _is_mine(o) for name in _about(o))
        sides = any(_of_caller(o) for o in one), any(_of_caller(o) for o in other)
        if inputs and any(sides):
            yield walk.guard(Check.OWNER, "compared with the caller", at, inputs)
        elif all(sides) or (any(sides) and any(o.kind == "row" for o in theirs)):
            yield walk.guard(Check.OWNER, "compared with the caller", at)
        return
    if literal or _is_listed(right) or _is_listed(left):
        inputs = frozenset(str(o) for o in one | other if o.is_input)
        if inputs:
            yield walk.guard(Check.ALLOWED, _leaves_open(left, right), at, inputs)
        return
    for mine, yours in ((one, other), (other, one)):
        inputs = frozenset(str(o) for o in mine if o.is_input)
        found_by = frozenset(str(by) for o in mine if o.kind == "row" for by in o.by if by.is_input)
        if (inputs | found_by) and not yours and any(g.check in AUTHENTICATES for g in walk.guards):
            about = inputs | found_by
            yield walk.guard(Check.UNCLEAR, "compared with what could not be followed", at, about)
            return
        kept = [o for o in yours if _is_kept(o)]
        if inputs and kept and not contains:
            found = {str(by) for o in kept for by in o.by if by.is_input}
            yield walk.guard(Check.API_KEY, f"{kept[0].key} compared", at, inputs | found)
            return
        if inputs and any(o.kind in ("row", "answer") for o in yours) and not contains:
            yield walk.guard(Check.VALID, "compared", at, inputs)


_PUBLIC_KEY = re.compile(
    r"(^|_)ANON(YMOUS)?_?KEY|PUBLISHABLE|^(NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|PUBLIC)_"
)
"""Settings that the platform has every page send along: whoever looks at the page has them."""


def _claimed_role(walk: Evaluation, asked: Iterable[Origin]) -> str:
    """How a role is put that whoever calls chooses himself; "" where the server knows it from elsewhere."""
    for origin in asked:
        if origin.kind in ("header", "cookie") and _ROLE_SENT.search(origin.key):
            return f"callers write the role into {origin.key} {SELF_MADE}"
        known = any(g.check in AUTHENTICATES for g in walk.guards)
        if origin.kind != "row" or not ROLE_KEY.search(origin.key) or known or not origin.by:
            continue
        if all(by.is_input and _ID_SENT.search(by.key) for by in origin.by):
            named = min(by.key for by in origin.by)
            return f"the role is looked up for whomever the caller names as {named}"
    return ""


_ROLE_SENT = re.compile(r"^(?:x-)?(?:user-?)?(?:is-?)?(?:role|admin)$", re.IGNORECASE)
_ID_SENT = re.compile(
    r"(?:^|_|(?<=[a-z]))(?:user|admin|caller|requester|actor)_?id$", re.IGNORECASE
)

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


def _leaves_open(left: Value, right: Value) -> str:
    """How a comparison with what the code writes is put: what it leaves open of an input."""
    if asks_scheme(left) or asks_scheme(right):
        return ONLY_SCHEME
    if "typeof" in left.tags | right.tags and "string" in (left.text, right.text):
        return ONLY_KIND
    return "one of known values"


def _is_kept_secret(sent: Origins, kept: Origins) -> bool:
    """True for a token or key of the request against a row of the settings, which nobody who calls names:
    what one program tells another, not who somebody is."""
    return (
        bool(sent)
        and bool(kept)
        and all(o.is_input and _TOKEN.search(o.key) for o in sent)
        and all(o.kind == "row" and _SETTINGS.search(o.name) and not o.by for o in kept)
    )


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


_TOKEN = re.compile(r"token|secret|key|signature", re.IGNORECASE)
_SETTINGS = re.compile(r"setting|config|secret|vault", re.IGNORECASE)
_ADDRESS = re.compile(r"^(origin|host|referr?er|user-agent|x-forwarded-\w+|x-real-ip)(\.|$)", re.I)


def _may_be_secret(origin: Origin) -> bool:
    """False for the headers by which a browser says which page and host it is about, and for what a token
    that was taken apart says of its issuer."""
    if origin.kind == "header" and (_ADDRESS.match(origin.key) or _ABOUT_TOKEN.search(origin.key)):
        return False
    return origin.is_input


_ABOUT_TOKEN = re.compile(r"^authorization\.(.+\.)?(iss|ref|azp|aud|length)$", re.IGNORECASE)


def named_role(name: str, value: Value) -> Value:
    """What is called a role is one, also where its column is only known by its place, or the code works it
    out."""
    if not ROLE_KEY.search(name):
        return value
    if any(map(_of_caller, value.origins)) or any(case.text for case, _ in value.cases):
        return replace(value, tags=value.tags | {"role"})
    return value


IN_CLAIMS = "read from the token"
_EVERYBODYS = frozenset({"authenticated", "anon"})
"""Roles in the tokens of Supabase that whoever signs in, or nobody in particular, has."""


def _told_by_token(walk: Evaluation, left: Value, right: Value) -> Check | None:
    """What is proved where a word, or a setting, is compared with what stands in a token that the code
    itself took apart: a right behind a gateway that has verified the token."""
    for claim, word in ((left, right), (right, left)):
        settings = all(o.kind == "environment" for o in word.origins)
        claims = [o for o in claim.origins if _is_claim(o)]
        if not settings or not claims:
            continue
        verified = any(g.check is Check.PLATFORM for g in walk.guards)
        role = word.text and word.text not in _EVERYBODYS and ROLE_KEY.search(claims[0].key)
        return Check.ROLE if verified and role else Check.DECODED
    return None


def is_claim(value: Value) -> bool:
    """True for what stands in a token or cookie that the code itself took apart."""
    return any(map(_is_claim, value.origins))


def _is_claim(origin: Origin) -> bool:
    if origin.kind == "header" and origin.key.lower().startswith("authorization."):
        return _CLAIM.search(origin.key) is not None
    of_cookie = origin.kind == "claims" and origin.name == "cookie"
    return of_cookie and _CLAIM.search(f".{origin.key}") is not None


_CLAIM = re.compile(r"\.(sub|user_?id|email|role|session_?id|aud|azp|iss|ref|uid)$", re.IGNORECASE)


def true_of_caller(walk: Evaluation, value: Value) -> Iterable[Guard]:
    """`if (profile.is_admin)`: what the truth of a column of the caller's own row proves."""
    for origin in value.origins:
        key = origin.key.rpartition(".")[2]
        if _YES_OR_NO.search(key) and _of_caller(origin) and not _is_editable(origin):
            yield walk.guard(Check.ROLE, key, 0)
            return
        if _YES_OR_NO.search(key) and _of_caller(origin):
            yield walk.hollow(f"users write {origin.key} {SELF_MADE}")
            return
        told = origin.kind == "row" and not key and _TELLS.search(origin.name)
        if told and not any(by.is_input for by in origin.by):
            yield walk.guard(Check.ROLE, origin.name, 0)
            return
        asked = frozenset(str(by) for by in origin.by if by.is_input)
        binds = origin.kind == "row" and not key and _BINDS.search(origin.name)
        if asked and binds and any(by.kind == "principal" for by in origin.by):
            yield walk.guard(Check.OWNER, origin.name, 0, asked)
            return


_TELLS = re.compile(
    r"^(is|has|check|user_is|user_has|current_user_is)_\w*(admin|staff|owner|role|super|moderator|manager|permission)\w*$"
    r"|^(is|has)[A-Z]\w*(Admin|Role|Owner|Permission)\w*$",
)
"""Functions of a database that tell whether somebody has a right."""


_BINDS = re.compile(
    r"^(user_)?(is|has|can|owns|check|belongs)_\w*(member|access|owner|belong|participant|collaborator|admin|staff|role|permission"
    r"|view|edit|manage|author|guardian|parent|own)\w*$|^(user_)?owns_\w+$",
    re.IGNORECASE,
)
"""Functions of a database that are asked whether the caller and what he names belong together."""

_YES_OR_NO = re.compile(
    r"^(is|has|can)_?(?=[A-Z_a-z])\w*(admin|staff|owner|super|moderator|manager)|^admin$", re.I
)


_PASSWORD = re.compile(r"(^|_|\.)(password|passwd|pwd|password_?hash)$", re.IGNORECASE)


def _note_passwords(walk: Evaluation, left: Value, right: Value, at: int) -> None:
    """`row.password === given`: a password that is compared as it was typed, or after a quick hash."""
    for given, kept in ((left, right), (right, left)):
        stored = any(o.kind == "row" and _PASSWORD.search(o.key) for o in kept.origins)
        typed = any(o.is_input and _PASSWORD.search(o.key) for o in all_origins(given))
        if stored and typed and not given.tags & {"unseen", "computed"}:
            walk.effect(
                EffectKind.TOKEN,
                "compare-plain",
                "password",
                at,
                values={"": given},
                literals={"hash": next((t[5:] for t in given.tags if t.startswith("hash:")), "")},
            )
            return


def _note_words(walk: Evaluation, left: Value, right: Value, at: int) -> None:
    """`password !== "letmein"`, `otp === "123456"`: what was typed, compared with a word of the code."""
    for given, kept in ((left, right), (right, left)):
        word = kept.text or ""
        if kept.origins or len(word) < _SHORTEST or _SAYS_NOTHING.fullmatch(word):
            continue
        typed = [o for o in given.origins if o.is_input]
        if any(_is_typed_in(o, word) for o in typed):
            by_machine = any(o.kind == "header" for o in typed)
            of_code = word.isdigit() and any(_CODE.search(o.key) for o in typed)
            walk.effect(
                EffectKind.TOKEN,
                "compare-word",
                "password",
                at,
                inputs={"given": given.origins},
                literals={"of": "token" if by_machine else "code" if of_code else "word"},
            )
            return


_SHORTEST = 4  # characters
_SAYS_NOTHING = re.compile(
    r"undefined|null|none|true|false|string|number|object|boolean|function|password|text|bearer|basic|optional|required",
    re.IGNORECASE,
)


def _is_typed_in(origin: Origin, word: str) -> bool:
    """True for an input whose name says that only who knows a secret can send it."""
    name = origin.key.rpartition(".")[2]
    if _TYPED.fullmatch(name):
        return True
    return word.isdigit() and _CODE.search(name) is not None


_TYPED = re.compile(
    r"(?:x[-_])?(?:(?:admin|master|user|current|entered|input|site|access|gate|app|api|secret|cron|internal)[-_]?)?"
    r"(?:password|passwd|pwd|pass|passcode|passphrase|pin|secret|api[-_]?key|token|authorization)"
    r"|(?:admin|master|access|secret)[-_]?(?:key|code)",
    re.IGNORECASE,
)
"""Inputs that open something, by their whole name."""

_CODE = re.compile(
    r"(?:^|\.|_)(?:otp|one_?time_?code|pin|(?:otp|pin|verification|verify|reset|sms|mfa|login|confirmation|email|phone|auth|two_?factor)"
    r"_?(?:otp|code|pin))(?:_?hash)?$",
    re.IGNORECASE,
)
"""Columns of codes that are short enough to be typed."""
_CODES = re.compile(r"otp|verif|mfa|2fa|two_?factor|reset|login|sms", re.IGNORECASE)
"""Tables of such codes, in which a column is called no more than code."""


def _note_codes(walk: Evaluation, left: Value, right: Value, at: int) -> None:
    """`user.otp !== otp`: a short code that is compared with what was typed."""
    for given, kept in ((left, right), (right, left)):
        codes = [o for o in kept.origins if o.kind == "row" and _keeps_code(o)]
        typed = any(o.is_input for o in given.origins)
        if codes and typed:
            walk.effect(
                EffectKind.TOKEN,
                "compare-code",
                "code",
                at,
                inputs={"kept": frozenset(codes), "given": given.origins},
                literals={"of": "code"},
            )
            return


def _keeps_code(origin: Origin) -> bool:
    if origin.key.rpartition(".")[2].lower() == "code":
        return bool(_CODES.search(origin.name))
    return bool(_CODE.search(origin.key))


def _ordered(walk: Evaluation, operator: str, left: Value, right: Value, at: int) -> Pair:
    for one, other, more in ((left, right, (">", ">=")), (right, left, ("<", "<="))):
        if other.literal is not UNSET and _counts(one):
            exists = _exists(walk, one, at)
            if operator in more:
                return exists, NO_GUARDS
            return NO_GUARDS, exists
    both = all_origins(left) | all_origins(right)
    if "role" in left.tags | right.tags or any(
        _of_caller(o) and ROLE_KEY.search(o.key or o.name) and not _is_editable(o) for o in both
    ):
        held = frozenset({walk.guard(Check.ROLE, "level of a role", at)})
        return held, held
    if any("rate" in tag for tag in left.tags | right.tags):
        held = frozenset({walk.guard(Check.RATE, "count of calls", at)})
        return held, held
    inputs = frozenset(str(o) for o in both if o.is_input)
    if not inputs:
        return _NONE
    limits = [v.literal for v in (left, right) if isinstance(v.literal, (int, float))]
    # `balance - amount < 0` refuses what is too much, and no negative amount.
    mixed = any(o.kind == "row" for o in both)
    how = f"within limits: {limits[0]}" if limits and not mixed else "compared"
    held = frozenset({walk.guard(Check.VALID, how, at, inputs)})
    return held, held


_KEPT = re.compile(r"(^|[._])(\w*_)?(token|secret|code|pin|otp|api_?key|hash)$", re.IGNORECASE)
"""Columns of what only who was given it can know."""


def _is_kept(origin: Origin) -> bool:
    """True for what only who was given it can know: a column, or what a function of the database tells."""
    return origin.kind == "row" and bool(_KEPT.search(origin.key or origin.name))


_TOKENS = frozenset(
    {"authorization", "x-api-key", "x-auth-token", "x-admin-key", "x-cron-secret", "x-access-token"}
)


def is_token(value: Value) -> bool:
    """True for what a caller sends to prove who it is."""
    return any(o.kind == "header" and o.key.lower() in _TOKENS for o in value.origins)


AT_ITS_WORD = "taken at its word"


def named_by_header(origins: Iterable[Origin]) -> frozenset[str]:
    """The headers in which a caller says by an id who he is: `x-user-id`."""
    return frozenset(str(o) for o in origins if o.kind == "header" and _PERSON.search(o.key))


_PERSON = re.compile(
    r"^(x[-_])?([a-z]+[-_])?(user|account|member|customer|employee|uid)([-_]?(id|uuid|e?mail|name))?$",
    re.IGNORECASE,
)


def _of_caller(origin: Origin) -> bool:
    """True for what the caller is, or what a row found by the caller says."""
    if origin.kind == "principal" or is_session_token(origin):
        return True
    return origin.kind == "row" and any(o.kind == "principal" for o in origin.by)


def _is_mine(origin: Origin) -> bool:
    """True for what depends on nothing but who the caller is."""
    if origin.kind == "principal":
        return True
    return (
        origin.kind == "row" and bool(origin.by) and all(o.kind == "principal" for o in origin.by)
    )


def _about(origin: Origin) -> Iterable[str]:
    """The inputs that a value depends on."""
    if origin.is_input:
        yield str(origin)
    for by in origin.by:
        if by.is_input:
            yield str(by)


def _is_editable(origin: Origin) -> bool:
    return any(word in origin.key for word in _EDITABLE)


def is_identity(value: Value) -> bool:
    """True for the signed-in user himself, or his id: nothing that may be missing of him."""
    return bool(value.origins) and all(
        o.kind == "principal" and o.key in _IDENTITIES for o in value.origins
    )


_IDENTITIES = frozenset({"", "id", "sub", "uid", "userId", "user_id", "user", "user.id"})


def _is_name_of_caller(origin: Origin) -> bool:
    """True for the address or the id of whoever is signed in, as the session or his own row has it."""
    if origin.kind == "row":
        own = any(by.kind == "principal" for by in origin.by)
        return own and origin.key == "email" and not any(by.is_input for by in origin.by)
    return origin.kind == "principal" and origin.key in _NAMES_OF_CALLER


def is_address_of_caller(value: Value) -> bool:
    """True for the e-mail address of whoever is signed in."""
    return any(
        _is_name_of_caller(o) and o.key.endswith("email")
        for case in (value, *(v for v, _ in value.cases))
        for o in case.origins
    )


_NAMES_OF_CALLER = frozenset({"email", "id", "sub", "uid", "user.email", "user.id"})


def _is_somebody(value: Value) -> bool:
    """True for a text that names one user: an address, an id."""
    text = value.text or ""
    return "@" in text[1:] or len(text) >= _AN_ID


_AN_ID = 16


def _is_literal(value: Value) -> bool:
    return value.literal is not UNSET and value.literal is not None


_STAFF = frozenset(
    """admin admins administrator superadmin super_admin super-admin superuser root owner staff manager
    moderator backoffice operator""".split()
)


def _names_staff(value: Value) -> bool:
    """True for a word, or a list with a word, for those who may do more than others, whatever the column
    is called that is compared with it: `user.portal === "admin"`."""
    words = {value.text, *(v.text for v in value.elements or ())}
    return any(word is not None and word.lower() in _STAFF for word in words)


def _is_listed(value: Value) -> bool:
    return bool(value.elements) and all(_is_literal(v) for v in value.elements or ())
