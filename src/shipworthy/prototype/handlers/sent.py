"""What of a request or a row arrives somewhere as it was sent: not escaped, counted, listed or made anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from shipworthy.prototype.handlers.handler import Check, Effect, Origin, Origins
from shipworthy.prototype.handlers.values import UNSET, Guards, Value, replace
from shipworthy.regex import regex

HARMLESS = frozenset(
    {
        "unseen",  # made by a function that nobody can see
        "escaped",
        "replaced",
        "scalar",
        "number",
        "listed",
        "looked-up",
        "truth",
        "typeof",
        "instanceof",
        "computed",
        "signature",
        "unguessable",
    }
)
"""Tags of values that no longer carry what was sent."""

LEFT_OVER = "without its secrets"
"""The tag of a record out of which the secret columns were taken."""

KEY_OF_ROW = "the key of a row"
"""How a guard is put that leaves of an input only what the database has made itself."""

ONLY_KIND = "only that it is a text"
"""How a guard is put that has asked `typeof x === "string"`: whatever it says passes."""

A_NUMBER = "only that it is a number"
"""How a guard is put that has asked `typeof x === "number"`: any number passes."""

LEFT_FREE = "only of what kind it is"
"""How a guard is put that has asked for a text, a number, yes or no: whatever it says passes."""

OF_KIND = frozenset({ONLY_KIND, A_NUMBER, LEFT_FREE})
"""How guards are put that leave open what is said."""

SAME = "compared to be the same"
"""How a guard is put that lets an input pass which is what a row or an answer says."""

COMPARISONS = frozenset({"compared", SAME})
"""How guards are put that compare an input with what is known, by its size or for being the same."""

UNREAD_LIST = "one of a list that could not be read"
"""How a guard is put that leaves of an input the values of a list which stands nowhere in the code."""

NO_ADMINISTRATOR = "anything but an administrator"
"""How a guard is put that refuses the role of an administrator by its name: all others pass."""

ADMINISTRATORS_TOO = "one of known roles, an administrator's among them"
"""How a guard is put that asks for one of a list of roles and lets the highest of them pass."""

AN_ADMINISTRATOR = "an administrator's role alone"
"""How a guard is put behind which the role that is sent is an administrator's: more may be asked of him."""

OF_FORM = "that it is a UUID or of another form without signs"
"""How a guard is put that leaves of an input nothing but letters, digits and `-`, whoever's id it is."""

NO_OBJECT = "that it is no object"
"""How a guard is put that has asked for a text, a number or a date, which MongoDB takes for no condition."""

BEGINS = "begins with"
"""How a guard is put that has looked at the beginning of a text alone: `docs/../../.env` passes it."""

ENDS = "ends with"
"""How a guard is put that has looked at how the name of a file ends: `../../app.pdf` passes it."""

HOLDS = "holds"
"""How a guard is put that has found a word somewhere in a text: `https://10.0.0.1/?shop.com` passes it."""

NO_WAY_UP = "no .. in it"
"""How a guard is put that refuses a path which leads out of its folder."""

DIGESTED = "digested"
"""The tag of what `crypto.subtle.digest` gives, bytes that are only written out after that."""

DOTLESS = "dotless"
"""The tag of what stood between two dots of a text: no part of a path that leads up."""

_SCALARS = regex(r"(^|\.)(length|size|count|content-length)$", re.IGNORECASE)
_OWN_ADDRESS = regex(
    r"^(host|origin|url|x-forwarded-\w+|x-real-ip|cf-connecting-ip|user-agent|x-vercel-.*|forwarded)(\.|$)",
    re.IGNORECASE,
)
_DEEPEST = 7


def sent(value: Value, depth: int = _DEEPEST) -> Origins:
    """The inputs, and columns of rows, whose text is in a value as it came."""
    if depth == 0 or value.literal is not UNSET:
        return frozenset()
    if value.cases:
        return frozenset().union(
            *(_left(_whole(case, depth), passed, BEGINS) for case, passed in value.cases)
        )
    return _whole(value, depth)


NAMED = "~named"
"""Ends the literal of a part in whose place the caller may name somebody else."""
WRITTEN = "written:"
"""Begins it where the part is a column that is written."""


def named_freely(value: Value) -> bool:
    """True for `body.id || user.id`: what the caller names goes before what he is, and nothing is asked
    first, as in `isAdmin ? body.id : user.id`."""
    for number, (case, passed) in enumerate(value.cases):
        if any(o.is_input for o in case.origins) and not _is_own(case) and not passed:
            return any(_is_own(other) for other, _ in value.cases[number + 1 :])
    return False


def _is_own(value: Value) -> bool:
    """True for what the caller is, and what his account says of him."""
    return any(
        o.kind == "principal" or (o.kind == "row" and any(by.kind == "principal" for by in o.by))
        for o in value.origins
    )


def checked(value: Value) -> Value:
    """A value without the inputs of which a check on the way to it leaves only those wanted, and be it
    by their beginning: `next.startsWith("/") ? next : "/"`."""
    if not value.cases:
        return value
    ways = tuple(
        (replace(case, origins=_left(case.origins, passed)), passed) for case, passed in value.cases
    )
    return replace(value, cases=ways, origins=frozenset().union(*(c.origins for c, _ in ways)))


def _left(origins: Origins, passed: Guards, despite: str = "") -> Origins:
    """The origins but for the inputs of which these guards leave only those wanted."""
    wanted = frozenset().union(
        *(
            g.about
            for g in passed
            if (g.check is Check.ALLOWED or g.how == A_NUMBER) and (not despite or g.how != despite)
        )
    )
    return frozenset(o for o in origins if str(o) not in wanted) if wanted else origins


def _whole(value: Value, depth: int) -> Origins:
    if value.elements is not None or value.fields is not None:
        inner = (*(value.elements or ()), *(value.fields or {}).values())
        return frozenset().union(*(sent(part, depth - 1) for part in inner))
    if value.when is not None or value.tags & HARMLESS or _is_hash(value):
        return frozenset()
    whole = "part" not in value.tags and not value.what  # a setting itself, nothing made with it
    kinds = ("row", "error", "model", "environment") if whole else ("row", "error", "model")
    kept = (o for o in value.origins if o.is_input or o.kind in kinds)
    if LEFT_OVER in value.tags:
        kept = (o._replace(key=f"{o.key}...") if o.kind == "row" else o for o in kept)
    return frozenset(o for o in kept if not _SCALARS.search(o.key))


def leading_up(value: Value, depth: int = _DEEPEST) -> Value:
    """A path without those of its parts that hold no dot, such as `name.split(".")[-1]`."""
    if DOTLESS in value.tags and value.elements is None:
        return replace(value, tags=value.tags | {"escaped"})
    if depth == 0:
        return value
    elements, cases = value.elements, value.cases
    return replace(
        value,
        elements=elements and tuple(leading_up(part, depth - 1) for part in elements),
        cases=tuple((leading_up(case, depth - 1), passed) for case, passed in cases),
    )


def leading_on(value: Value, depth: int = _DEEPEST) -> Value:
    """A path without what stands behind a word in the same part of it: there is no folder `7_..` from
    which `uploads/7_../x` could lead up, as long as nobody shortens the path before it is opened."""
    if depth == 0:
        return value
    elements = list(value.elements or ())
    if value.what == "text":
        for at, (before, part) in enumerate(pairwise(elements), 1):
            if before.text and not before.text.endswith(("/", "\\")) and part.literal is UNSET:
                elements[at] = replace(part, tags=part.tags | {"escaped"})
    cases = tuple((leading_on(case, depth - 1), passed) for case, passed in value.cases)
    kept = tuple(leading_on(part, depth - 1) for part in elements)
    return replace(value, elements=kept if value.elements is not None else None, cases=cases)


def _is_hash(value: Value) -> bool:
    return any(tag.startswith("hash:") for tag in value.tags)


def hashed(values: Mapping[str, Value]) -> dict[str, str]:
    """By which function each value was hashed that was: "value:password~hash" is "md5"."""
    return {
        f"{key}~hash": tag[5:]
        for key, value in values.items()
        for tag in value.tags
        if tag.startswith("hash:")
        and ("unseen" not in value.tags or DIGESTED in value.tags)  # bcrypt may follow
    }


def free(effect: Effect, *parts: str, despite: str | tuple[str, ...] = ()) -> tuple[Origin, ...]:
    """The inputs that arrive in these parts of an effect as they were sent, without those of which an
    earlier check leaves only known values or ids, and without what proxies and browsers fill in.
    `despite` names the kinds of check that are none for this effect."""
    hollow = (ONLY_KIND, HOLDS, *((despite,) if isinstance(despite, str) else despite))
    listed = frozenset().union(
        *(
            g.about
            for g in effect.guards
            if (g.check is Check.ALLOWED and g.how not in hollow)
            or g.how in (KEY_OF_ROW, OF_FORM, A_NUMBER)
        )
    )
    found = {
        origin
        for part in parts
        for origin in effect.sent.get(part, frozenset())
        if origin.is_input and origin.kind != "claims" and str(origin) not in listed
    }
    return tuple(sorted((o for o in found if not is_own_address(o)), key=lambda o: o[:3]))


def is_own_address(origin: Origin) -> bool:
    """True for what a browser or proxy fills in: the host, the address, the kind of browser."""
    return origin.kind == "header" and bool(_OWN_ADDRESS.match(origin.key))


_KINDS = {
    "body": "the request",
    "form": "the form",
    "query": "the address",
    "path": "the address",
    "header": "a header",
    "cookie": "a cookie",
    "upload": "the uploaded file",
    "argument": "the call",
}


def spoken(origins: tuple[Origin, ...]) -> str:
    """The inputs as a person would say them: `"name" and "note" of the request`."""
    first = origins[0]
    keys = [o.key.rpartition(".")[2] for o in origins if o.kind == first.kind and o.key][:3]
    where = _KINDS.get(first.kind, "the request")
    names = " and ".join(f'"{key}"' for key in dict.fromkeys(keys))
    return f"{names} of {where}" if names else f"what is sent in {where.removeprefix('the ')}"
