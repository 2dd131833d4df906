"""Serializers of Django's REST framework: which fields they take from a request, and what they store."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin, Origins
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.knowledge.django_accounts import (
    accounts,
    is_account,
    is_user_of_django,
)
from shipworthy.prototype.handlers.knowledge.free_fields import admits_admin, is_asked
from shipworthy.prototype.handlers.knowledge.mapped import begun, with_filters
from shipworthy.prototype.handlers.knowledge.rows import is_query, query, rows, surely, told
from shipworthy.prototype.handlers.knowledge.wrapping import invoke
from shipworthy.prototype.handlers.sent import LEFT_FREE
from shipworthy.prototype.handlers.values import NO_GUARDS, UNKNOWN, Type, Value, union
from shipworthy.prototype.program.nodes import Call, Class, Let, Literal, Name
from shipworthy.regex import regex

SERIALIZER = "rest serializer"
_LIBRARY = "rest_framework.serializers."
_SET_BY_DJANGO = frozenset({"auto_now", "auto_now_add"})


def made(walk: Evaluation, kind: Type, site: Site) -> Value | None:
    """`InvoiceSerializer(invoice, data=request.data)`."""
    names = (base for base in classes.bases(walk, kind) if isinstance(base, str))
    if not any(name.startswith(_LIBRARY) for name in names):
        return None
    identity = walk.program.identity()
    walk.heap[identity, "instance"] = site.argument(0, "instance")
    walk.heap[identity, "initial_data"] = site.argument(1, "data")
    context = site.named.get("context")
    if context is not None:
        walk.heap[identity, "context"] = context
    origins = union((*site.given, *site.named.values()))
    given = site.argument(0, "instance")
    if is_query(walk, given.effect):  # `NoteSerializer(notes, many=True).data` asks for the rows
        origins |= rows(walk, given.effect).origins
    origins = shown(walk, kind, origins)
    return Value(instance=kind, what=SERIALIZER, identity=identity, origins=origins)


def shown(walk: Evaluation, kind: Type, origins: Origins) -> Origins:
    """Of whole rows with a column for hashes the fields that a serializer shows, where it leaves that out."""
    model, said = model_of(walk, kind), _meta(walk, kind, "model")
    hashes = {n for n in (classes.fields_of(walk, model) if model else ()) if _HASH.search(n)}
    if is_user_of_django(said) or (model is not None and is_account(walk, model)):
        hashes |= {"password"}  # of the class below
    named = _readable(walk, kind) if hashes else None
    if named is None or hashes & set(named):
        return origins
    whole = {o for o in origins if o.kind == "row" and not o.key}
    return (origins - whole) | {o._replace(key=name) for o in whole for name in named[:_MOST]}


_HASH = regex(r"password|passwd|_hash$|_secret$")
_MOST = 40  # fields


def _readable(walk: Evaluation, kind: Type) -> list[str] | None:
    """The names of the fields that a serializer gives out; None where they cannot be told."""
    listed, left_out = _meta(walk, kind, "fields"), _meta(walk, kind, "exclude")
    if listed.elements is not None:
        names = list(_texts(listed))
    elif left_out.elements is not None:
        without, model = set(_texts(left_out)), model_of(walk, kind)
        names = [n for n in (classes.fields_of(walk, model) if model else ()) if n not in without]
    else:
        return None
    settings = _meta(walk, kind, "extra_kwargs").fields or {}
    secret = {n for n, s in settings.items() if (s.fields or {}).get("write_only", UNKNOWN).literal}
    for owner in _owners(walk, kind):
        for let in owner.node.fields:
            if isinstance(let.target, Name) and isinstance(let.value, Call):
                secret |= {let.target.id} if _says(let.value, "write_only") else set()
    return [name for name in names if name not in secret]


def _validated(walk: Evaluation, serializer: Value) -> dict[str, Value]:
    """The fields that a serializer takes over of what was sent."""
    kind, data = serializer.instance, walk.heap.get((serializer.identity, "initial_data"), UNKNOWN)
    if kind is None:
        return {}
    parts = sorted({o.kind for o in data.origins if o.is_input})
    if not parts:
        return {name: walk.member(data, name) for name in _taken(walk, kind)} if data.fields else {}
    taken = _taken(walk, kind)
    asked = [
        str(m) for o in _owners(walk, kind) for m in o.node.methods if m.name[:8] == "validate"
    ]
    free = [
        f"{parts[0]}.parsed.{name}"
        for name in taken
        if not is_asked(name, asked) and _is_free(walk, kind, name)
    ]
    if free:
        walk.passed(Check.VALID, LEFT_FREE, kind.node.at, free)
    return {name: Value(origins=frozenset({Origin(parts[0], "parsed", name)})) for name in taken}


def _is_free(walk: Evaluation, kind: Type, name: str) -> bool:
    """True for a field of a serializer, or else of its model, that takes whatever the caller says."""
    for owner in (*_owners(walk, kind), *([m] if (m := model_of(walk, kind)) else [])):
        found = classes.fields_of(walk, owner).get(name)
        if found is not None and isinstance(found[0].value, Call):
            call = found[0].value
            choices = next((v for k, v in call.keywords if k == "choices"), None)
            if choices is None:
                limits = {k for k, _ in call.keywords} & {"validators", "source"}
                return not limits and "Choice" not in str(call.function)
            return admits_admin(walk, choices, found[1])
    return name in _OF_USERS


def _taken(walk: Evaluation, kind: Type) -> list[str]:
    """The names of the fields that may be written: what the class declares and its `Meta` lists."""
    declared = {
        let.target.id: let.value
        for owner in _owners(walk, kind)
        for let in owner.node.fields
        if isinstance(let.target, Name) and isinstance(let.value, Call)
    }
    fixed = {name for name, call in declared.items() if _says(call, "read_only")}
    fixed |= {n for n, call in declared.items() if "SerializerMethodField" in str(call.function)}
    fixed |= set(_texts(_meta(walk, kind, "read_only_fields")))
    listed = _meta(walk, kind, "fields")
    names = list(_texts(listed))
    settings = _meta(walk, kind, "extra_kwargs").fields or {}
    fixed |= {n for n, s in settings.items() if (s.fields or {}).get("read_only", UNKNOWN).literal}
    if listed.text == "__all__" or _meta(walk, kind, "exclude").elements is not None:
        left_out = set(_texts(_meta(walk, kind, "exclude")))
        names = [name for name in _columns(walk, model_of(walk, kind)) if name not in left_out]
    return [name for name in dict.fromkeys((*names, *declared)) if name not in fixed | {"id"}]


def _says(call: Call, keyword: str) -> bool:
    return any(
        name == keyword and isinstance(value, Literal) and bool(value.value)
        for name, value in call.keywords
    )


_OF_USERS = ("is_staff", "is_superuser")
"""What a user has whose class is one of Django's own."""


def _columns(walk: Evaluation, model: Type | None) -> Iterator[str]:
    """The columns of a model that somebody may set."""
    if model is not None and any(
        isinstance(base, str) and base.endswith(".AbstractUser")
        for base in classes.bases(walk, model)
    ):
        yield from _OF_USERS
    for name, (let, _) in (classes.fields_of(walk, model) if model is not None else {}).items():
        call = let.value
        if isinstance(call, Call) and not _SET_BY_DJANGO & {key for key, _ in call.keywords}:
            yield name


def _owners(walk: Evaluation, kind: Type) -> list[Type]:
    return [kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type))]


def _texts(value: Value) -> Iterator[str]:
    yield from (each.text for each in value.elements or () if each.text)


def _meta(walk: Evaluation, kind: Type, name: str) -> Value:
    """What the class `Meta` inside a class says."""
    for owner in _owners(walk, kind):
        for inner in owner.node.others:
            for let in inner.fields if isinstance(inner, Class) and inner.name == "Meta" else ():
                if isinstance(let, Let) and isinstance(let.target, Name) and let.target.id == name:
                    return walk.at_home(let.value, owner.scope)
    return UNKNOWN


def model_of(walk: Evaluation, kind: Type) -> Type | None:
    """The mapped class whose rows a serializer writes."""
    model = _meta(walk, kind, "model")
    return accounts(walk) if is_user_of_django(model) else model.type


def _table(walk: Evaluation, kind: Type) -> str:
    """The table whose rows a serializer writes, by the name that other code asks for it with."""
    model = _meta(walk, kind, "model")
    if is_user_of_django(model):
        return "User"
    return classes.table_of(walk, model.type) if model.type is not None else ""


def save(walk: Evaluation, site: Site) -> Value | None:
    """`serializer.save(user=request.user)`: stores the row that it was given, or a new one."""
    serializer = site.receiver
    if serializer.what != SERIALIZER or serializer.instance is None:
        return None
    values = Value(fields={**_validated(walk, serializer), **site.named})
    row = walk.heap.get((serializer.identity, "instance"), UNKNOWN)
    is_new = row is UNKNOWN
    own = walk.method(serializer, "create" if is_new else "update")
    if own is not None:
        return invoke(walk, own, (values,) if is_new else (row, values), at=site.call.at)
    table = _table(walk, serializer.instance)
    if is_new and table:
        found = begun(walk, site, table, "insert")
        told(walk, found.effect, values=values)
        return surely(walk, found.effect)
    before = walk.guards
    for case, passed in row.cases or ((row, NO_GUARDS),):
        walk.guards = before | passed
        _change(walk, site, case, values)
    walk.guards = before
    return row


def _change(walk: Evaluation, site: Site, row: Value, values: Value) -> None:
    """Store what was sent in a row that was asked for, or in the caller's own account."""
    if is_query(walk, row.effect):
        changed = query(walk, site, "update", walk.effects[row.effect].target)
        told(walk, changed, values=values)
        with_filters(walk, changed, row.effect)
    elif row.what == "principal" and (kind := site.receiver.instance) is not None:
        model = _meta(walk, kind, "model")
        own = model.type is not None and is_account(walk, model.type)
        if own or is_user_of_django(model):
            changed = query(walk, site, "update", _table(walk, kind))
            told(walk, changed, values=values, filters={"id": row})


def _property(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key == "validated_data":
        return Value(fields=_validated(walk, value), tags=frozenset({"truthy"}))
    return None


CALLS = {f"{SERIALIZER}.save": save}
PROPERTIES = {SERIALIZER: _property}
