"""Giving names, patterns and properties their values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers import comparing
from shipworthy.prototype.handlers.columns import is_right
from shipworthy.prototype.handlers.comparing.callers import is_mine
from shipworthy.prototype.handlers.evaluation import members
from shipworthy.prototype.handlers.evaluation.kept import (
    ROWS_OF_FILE,
    STORE,
    changes_kept,
    kept_in_memory,
    stands_for,
)
from shipworthy.prototype.handlers.evaluation.kept_lists import IN_MEMORY, KEPT
from shipworthy.prototype.handlers.evaluation.site import Site
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Check, EffectKind
from shipworthy.prototype.handlers.sent import LEFT_OVER, sent
from shipworthy.prototype.handlers.values import (
    GONE,
    MAIL,
    ROWS,
    UNKNOWN,
    UNSET,
    Scope,
    Value,
    all_origins,
    join,
    replace,
)
from shipworthy.prototype.program.nodes import (
    Call,
    Default,
    Expression,
    Index,
    Items,
    Member,
    Name,
    Record,
    Spread,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

_HIDDEN = regex(r"passw|pwd|hash|secret|salt", re.IGNORECASE)
_PASSWORD = regex(r"passw|pwd|hash", re.IGNORECASE)


def bind(walk: Evaluation, target: Expression, value: Value, scope: Scope, declared: bool) -> None:
    """Give a name, a pattern or a property its value."""
    if isinstance(target, Name):
        _bind_name(walk, target, value, scope, declared)
    elif isinstance(target, Record):
        for key, inner in target.pairs:
            if key == "...":
                part = _rest_of(value, {k for k, _ in target.pairs if k != "..."})
            else:
                part = value if key == "[]" else walk.member(value, key, optional=False)
            walk.bind(inner, part, scope, declared)
    elif isinstance(target, Items):
        for number, inner in enumerate(target.elements):
            part = walk.item(value, number) if type(inner) is not Spread else value
            walk.bind(inner, part, scope, declared)
    elif isinstance(target, Default):
        default = walk.value(target.value, scope)
        known = value if not value.is_null else default
        if value.literal is UNSET and not value.cases:
            known = join(value, default) if default.origins or default.fields else value
        walk.bind(target.target, known, scope, declared)
    elif isinstance(target, Spread):
        walk.bind(target.value, value, scope, declared)
    elif isinstance(target, Member):
        if target.key and value.what == ROWS and IN_MEMORY in value.tags:
            walk.knowledge.put_over(walk, target.key, value, target.at)
        _bind_member(walk, target, value, scope)
        if walk.module.python and _PASSWORD.search(target.key) and _says_nothing(value):
            _without(walk, target.object, target.key, scope)
    elif isinstance(target, Index):
        owner, under = walk.value(target.object, scope), walk.value(target.key, scope)
        _changed(walk, target.object, owner, value, scope, target.at, under)
        header = under.text if owner.what == MAIL else None
        words = _words_of(under) if owner.what == "row" else []
        for key in words or [header or "[]"]:
            walk.assigned(owner, key, value, target.at)
        changes_kept(walk, target.object, owner, value, target.at)
        if owner.fields == {} and type(target.object) is Name and (value.what or value.instance):
            walk.heap[members.SHELF, f"{walk.path}:{target.object.id}"] = value
        _fill(walk, target.object, owner, under, value, scope)


def _says_nothing(value: Value) -> bool:
    """True for `row["password"] = None`, and for stars in its place."""
    return value.is_null or (isinstance(value.literal, str) and not value.origins)


def lost_in_each(walk: Evaluation, over: Expression, element: Expression, scope: Scope) -> None:
    """`for row in rows: del row["password"]`: the rows of the list are without it as well."""
    if not isinstance(over, Name) or not isinstance(element, Name):
        return
    one, home = scope.names.get(element.id), scope.find(over.id)
    if one is None or home is None or LEFT_OVER not in one.tags:
        return
    rows = home.names[over.id]
    if rows.what == ROWS and LEFT_OVER not in rows.tags:
        walk.change(home.names, over.id, replace(rows, tags=rows.tags | {LEFT_OVER}))


def _fill(
    walk: Evaluation, target: Expression, owner: Value, key: Value, value: Value, scope: Scope
) -> None:
    """`bytes[i] = x`, `dump.tables[name] = rows`: what it is filled with is in it from then on."""
    if isinstance(target, Member) and isinstance(target.object, Name):
        _fill_part(walk, target, target.object, owner, value, scope)
        return
    found = scope.find(target.id) if isinstance(target, Name) else None
    if found is None or not isinstance(target, Name) or owner.fields or owner.identity:
        return
    origins = owner.origins | all_origins(members.gone_through(walk, value))
    if origins != owner.origins and found.parent is not None:
        only = "picked" in owner.tags or not any(o.is_input for o in owner.origins)
        picked = only and is_word_of_code(key)
        tags = owner.tags | ({"picked"} if picked or _is_listed(walk, value) else set())
        walk.change(found.names, target.id, replace(owner, origins=origins, tags=tags))


def is_word_of_code(key: Value) -> bool:
    """True for a key out of a list or a record that is spelled out in the code and names no right."""
    words = _words_of(key)
    return bool(words) and not any(is_right(word) or "role" in word.lower() for word in words)


def _words_of(key: Value) -> list[str]:
    """The words of the code that a key is one of: `fields.forEach((f) => (user[f] = body[f]))`."""
    if key.cases or any(o.is_input for o in key.origins):
        return []
    found = (tag for tag in key.tags if tag.startswith(members.ONE_OF))
    return sorted(tag.removeprefix(members.ONE_OF) for tag in found)


def _is_listed(walk: Evaluation, value: Value) -> bool:
    """True for a part of an input whose name has been found in a list: `if (allowed.includes(key))`."""
    inputs = {str(o) for o in value.origins if o.is_input}
    return any(g.check is Check.ALLOWED and inputs & g.about for g in walk.guards)


def _fill_part(
    walk: Evaluation, part: Member, name: Name, owner: Value, value: Value, scope: Scope
) -> None:
    """The same for the part of a record that a function has made."""
    found = scope.find(name.id)
    if found is None or found.parent is None or owner.fields or owner.identity:
        return
    whole = found.names[name.id]
    origins = owner.origins | all_origins(value)
    if whole.fields is not None and not whole.identity and origins != owner.origins:
        filled = replace(owner, origins=origins)
        filled_up = replace(whole, fields={**whole.fields, part.key: filled})
        walk.change(found.names, name.id, filled_up)


def _bind_name(walk: Evaluation, target: Name, value: Value, scope: Scope, declared: bool) -> None:
    home, name = scope, target.id
    if not declared:
        found = scope.find(name)
        if found is not None:
            home = found
            if found is not scope and found.parent is None:
                rows = STORE in found.names[name].tags
                walk.module_assigned(name, value, target.at, rows=rows)
                if found.names[name].what == KEPT:
                    walk.knowledge.put_over(walk, name, value, target.at)
                    return
            if found is not scope and value.is_null and not found.names[name].is_null:
                value = join(found.names[name], value)  # `catch { db = null }`, or to begin anew
        elif name in walk.names_of_module(scope):
            rows = STORE in walk.lookup(name, scope).tags
            walk.module_assigned(name, value, target.at, rows=rows)
            return
    value = comparing.named_role(name, value)
    if scope.parent is None and declared and walk.module.python:
        value = kept_in_memory(name, value)
    if home is scope:
        home.names[name] = value
    else:
        walk.change(home.names, name, value)


def _bind_member(walk: Evaluation, target: Member, value: Value, scope: Scope) -> None:
    owner = walk.value(target.object, scope)
    if owner.identity:
        if walk.module.python and walk.heap is walk.program.heap:
            value = kept_in_memory(target.key, value)
        walk.heap[owner.identity, target.key] = value
        walk.put_under[owner.identity, target.key] = walk.guards
    elif owner.type is not None:
        members.keep_static(walk, owner.type, target.key, value)
    elif owner.fields is not None and type(target.object) is Name:
        changed = replace(owner, fields={**owner.fields, target.key: value})
        found = scope.find(target.object.id)
        if found is not None:
            walk.change(found.names, target.object.id, changed)
    elif owner.fields is not None and type(target.object) is Member:
        _add_to_part(walk, target.object, target.key, owner, value, scope)
    elif _is_sent(owner) and (
        (_HIDDEN.search(target.key) and not sent(value)) or _is_of_caller(walk, value)
    ):
        _put_in_place(walk, target, owner, value, scope)
    _changed(walk, target.object, owner, value, scope, target.at)
    changes_kept(walk, target.object, owner, value, target.at)
    walk.assigned(owner, target.key, value, target.at)


def _add_to_part(
    walk: Evaluation, part: Member, key: str, owner: Value, value: Value, scope: Scope
) -> None:
    """`req.user.id = req.user.userId`, where `req.user` is a record that was put there before."""
    whole = walk.value(part.object, scope)
    place = (whole.identity, part.key)
    if whole.identity and place in walk.heap and not owner.cases:
        walk.heap[place] = replace(owner, fields={**(owner.fields or {}), key: value})


def _is_sent(value: Value) -> bool:
    return bool(value.origins) and not value.cases and all(o.is_input for o in value.origins)


def _is_of_caller(walk: Evaluation, value: Value) -> bool:
    """True for what says who calls, put there whoever comes: `req.body.userId = req.user.id`. Where a visitor
    without an account goes past it, what he has sent himself stays."""
    origins = all_origins(value)
    if not origins or not all(map(is_mine, origins)):
        return False
    return not walk.perhaps or any(g.check in AUTHENTICATES for g in walk.perhaps[0])


def _put_in_place(
    walk: Evaluation, target: Member, owner: Value, value: Value, scope: Scope
) -> None:
    """`user.password = hash(user.password)`, `req.body.owner = req.user.id`: the rest of what was sent stays
    as it is."""
    fields = {target.key: value, "...": owner}
    changed = replace(owner, fields=fields, tags=owner.tags | {members.OF_SENDER})
    if isinstance(target.object, Name):
        found = scope.find(target.object.id)
        if found is not None:
            walk.change(found.names, target.object.id, changed)
    elif isinstance(target.object, Member):
        holder = walk.value(target.object.object, scope)
        if holder.identity:
            walk.heap[holder.identity, target.object.key] = changed


def _changed(
    walk: Evaluation,
    target: Expression,
    owner: Value,
    value: Value,
    scope: Scope,
    at: int,
    key: Value | None = None,
) -> None:
    """Note what is put into a list or a dictionary, which may be one of the module; `key`: under what."""
    in_memory = IN_MEMORY in owner.tags
    if type(target) is not Name or owner.identity:
        return
    if owner.what not in ("", "list") and not in_memory:
        return
    home = scope.find(target.id)
    of_module = home is not None and home.parent is None and home is not scope
    holds = in_memory or owner.fields is not None or owner.elements is not None
    holds = holds or STORE in owner.tags
    if of_module and holds and walk.running:
        apart = key is not None and key.text is None and bool(all_origins(key))
        rows = STORE in owner.tags
        walk.module_assigned(target.id, value, at, keyed=apart, rows=rows)


def mutated(walk: Evaluation, node: Call, site: Site, scope: Scope) -> None:
    """`list.append(x)` of a list of the module, `row.ratings.push(x)` of a row that is saved later."""
    function = node.function
    if type(function) is Member and type(function.object) is Member:
        _put_into_list(walk, function, function.object, site, scope, node.at)
    if type(function) is not Member:
        return
    changes_kept(walk, function.object, site.receiver, UNKNOWN, node.at)
    if type(function.object) is not Name:
        return
    receiver, given = site.receiver, site.given
    if function.key == "pop" and given and given[0].text:  # `data.pop("role", None)`
        _without(walk, function.object, given[0].text, scope)
    if not given and not site.named and function.key not in ("clear", "pop"):
        return
    value = given[-1] if given else UNKNOWN
    _changed(walk, function.object, receiver, value, scope, node.at)


def _put_into_list(
    walk: Evaluation, function: Member, part: Member, site: Site, scope: Scope, at: int
) -> None:
    if function.key in ("push", "unshift", "addToSet") and type(part.object) is Name and site.given:
        owner = walk.value(part.object, scope)
        if owner.effect >= 0:
            walk.assigned(owner, part.key, site.given[0], at)


def assigned(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
    """A property was given a value: knowledge of object mappers hooks in here."""
    walk.knowledge.assigned(walk, owner, key, value, at)


def module_assigned(
    walk: Evaluation, name: str, value: Value, at: int, *, keyed: bool = False, rows: bool = False
) -> None:
    """A variable of the module was given a value, or changed, by a function; `keyed`: in a place of its own
    for each caller, thing or day; `rows`: it stands in for a table."""
    if walk.running:
        inputs = {"value": all_origins(value)}
        literals = {"kind": value.what or _form(value)} | ({"keyed": "yes"} if keyed else {})
        literals |= {ROWS_OF_FILE: stands_for(name)} if rows else {}
        walk.effect(EffectKind.STATE, "assign", name, at, inputs=inputs, literals=literals)


def left_out(walk: Evaluation, parts: Iterable[Expression], scope: Scope) -> None:
    """`delete body.role`, `del data["role"]`: what a record holds no more."""
    for part in parts:
        owner, key = None, None
        if isinstance(part, (Index, Member)):
            changes_kept(walk, part, walk.value(part.object, scope), UNKNOWN, part.at)
        if isinstance(part, Member):
            owner, key = part.object, part.key
        elif isinstance(part, Index):
            owner, key = part.object, walk.value(part.key, scope).text
        if owner is not None and key:
            _without(walk, owner, key, scope)


def _without(walk: Evaluation, owner: Expression, key: str, scope: Scope) -> None:
    """What a name, or a property of an object such as a request, stands for has a key no more."""
    if isinstance(owner, Name):
        home = scope.find(owner.id)
        if home is not None:
            walk.change(home.names, owner.id, _rest_of(home.names[owner.id], {key}))
    elif isinstance(owner, Member):
        holder = walk.value(owner.object, scope)
        if holder.identity:
            left = _rest_of(walk.value(owner, scope), {key})
            walk.heap[holder.identity, owner.key] = left


def _rest_of(value: Value, taken: set[str]) -> Value:
    """`const { password, ...user } = row`: what is left of a record."""
    fields = value.fields
    if fields is not None:
        gone = dict.fromkeys(sorted(taken), GONE) if "..." in fields else {}
        fields = {**{k: v for k, v in fields.items() if k not in taken}, **gone}
    if value.cases and (fields is not None or any(map(_HIDDEN.search, taken))):
        cases = tuple((_rest_of(case, taken), passed) for case, passed in value.cases)
        return replace(value, cases=cases, fields=fields, tags=value.tags | {LEFT_OVER})
    if fields is not None:
        return replace(value, fields=fields)
    if _is_sent(value):
        return replace(value, fields={**dict.fromkeys(sorted(taken), GONE), "...": value})
    if not any(map(_HIDDEN.search, taken)):
        return value
    return replace(value, tags=value.tags | {LEFT_OVER})


def _form(value: Value) -> str:
    """What kind of value it is, for a reader."""
    if value.instance is not None:
        return value.instance.node.name
    if value.fields is not None:
        return "record"
    if value.elements is not None:
        return "text" if value.what == "text" else "list"
    return "literal" if value.literal is not UNSET else ""
