"""Queries through object mappers of Python: SQLAlchemy, SQLModel and Django's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.members import EACH
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.knowledge.columns import (
    COLUMN,
    CONDITION,
    MODULES,
    QUERYING,
    key_of,
    merged,
)
from shipworthy.prototype.handlers.knowledge.django_accounts import is_user_of_django
from shipworthy.prototype.handlers.knowledge.relations import related
from shipworthy.prototype.handlers.knowledge.rows import (
    OWNER,
    count,
    is_query,
    one,
    query,
    rows,
    surely,
    told,
)
from shipworthy.prototype.handlers.knowledge.wrapping import Answer
from shipworthy.prototype.handlers.sent import sent
from shipworthy.prototype.handlers.values import (
    NULL,
    ROWS,
    UNKNOWN,
    Value,
    all_origins,
    union,
)

_STARTS = frozenset({"sqlalchemy model", "django manager"})
_MAPPED = -3  # a place in the heap: the queries whose rows write through


def begun(
    walk: Evaluation, site: Site, table: str, operation: str = "select", model: Value = NULL
) -> Value:
    """A new query of a mapped class, which is kept where it is known."""
    effect = query(walk, site, operation, table)
    walk.heap[_MAPPED, str(effect)] = model
    return Value(what=QUERYING, effect=effect, client=OWNER, tags=frozenset({"truthy"}))


def _table(walk: Evaluation, value: Value) -> str:
    """The table of a class, a column or an object."""
    if value.what == COLUMN:
        return ((value.fields or {}).get("table") or UNKNOWN).text or ""
    if is_user_of_django(value):
        return "User"
    kind = value.type or value.instance
    return classes.table_of(walk, kind) if kind is not None else ""


def _begins_one(value: Value) -> bool:
    """True for what queries are begun on: a manager, that of Django's own users too."""
    return value.what in _STARTS or (value.what.endswith(".objects") and is_user_of_django(value))


def _start(walk: Evaluation, site: Site) -> Value | None:
    """The query that a method is called on; a manager begins one."""
    if site.receiver.what == QUERYING:
        return site.receiver
    if _begins_one(site.receiver) or _is_record(walk, site.receiver):
        return begun(walk, site, _table(walk, site.receiver), model=site.receiver)
    return _of_relation(walk, site)


def _of_relation(walk: Evaluation, site: Site) -> Value | None:
    """`user.sent.filter(…)`: a query of the rows that name this one."""
    if not walk.module.python or (found := related(walk, site.receiver)) is None:
        return None
    relation, key = found
    rest = begun(walk, site, relation.table)
    told(walk, rest.effect, filters={relation.column: Value(origins=key)})
    return rest


def _is_record(walk: Evaluation, value: Value) -> bool:
    """True for a class that is asked itself: `await Note.get(id)` of Beanie, Tortoise and Peewee."""
    return value.type is not None and classes.is_record(walk, value.type)


def _found(walk: Evaluation, site: Site) -> Value | None:
    """`Note.find_one(…)`, `Note.get_or_none(…)`."""
    if not _is_record(walk, site.receiver):
        return None
    found = begun(walk, site, _table(walk, site.receiver), model=site.receiver)
    by_id = {"id": site.argument(0)} if site.name in ("get_by_id", "delete_by_id") else {}
    told(walk, found.effect, filters={**by_id, **merged(site.given), **_named(site.named)})
    if site.name == "delete_by_id":
        told(walk, found.effect, operation="delete")
        return NULL
    return surely(walk, found.effect) if by_id else one(walk, found.effect)


def _asked(walk: Evaluation, site: Site) -> Value | None:
    """`Note.find(…)`, `Note.select()`: a query that more may be said of."""
    if not _is_record(walk, site.receiver):
        return None
    found = begun(walk, site, _table(walk, site.receiver), model=site.receiver)
    told(walk, found.effect, filters=dict(merged(site.given)))
    return found


def _queried(walk: Evaluation, site: Site) -> Value | None:
    """`session.query(Order)`, `select(Order)`: of the first that has a table."""
    model = next((value for value in site.given if _table(walk, value)), None)
    return begun(walk, site, _table(walk, model), model=model) if model is not None else None


def _changing(operation: str) -> Answer:
    """`insert(Order)`, `update(Order)`, `delete(Order)` of SQLAlchemy."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        table = _table(walk, site.argument(0))
        return begun(walk, site, table, operation) if table else None

    return answer


def _filtered(walk: Evaluation, site: Site) -> Value | None:
    found = _start(walk, site)
    if found is None:
        return None
    told(walk, found.effect, filters={**merged(site.given), **_named(site.named)})
    return found


def _named(named: Mapping[str, Value]) -> dict[str, Value]:
    """`filter(user__id=…, pk=…)`: Django's look-ups are columns with what is asked of them."""
    found: dict[str, Value] = {}
    for key, value in named.items():
        name = key.partition("__")[0]
        if name not in ("defaults", "..."):
            found["id" if name == "pk" else name] = value
    return found


def _valued(walk: Evaluation, site: Site) -> Value | None:
    """`.values(…)` of a statement; of Django, the form of the rows."""
    found = _start(walk, site)
    if found is None or not is_query(walk, found.effect):
        return found
    if walk.effects[found.effect].operation != "select":
        told(walk, found.effect, values=_given(site))
    return found


def _given(site: Site) -> Value:
    first = site.argument(0)
    if site.named:
        return Value(fields=dict(site.named))
    return first


def _updated(walk: Evaluation, site: Site) -> Value | None:
    found = _start(walk, site)
    if found is None:
        return None
    told(walk, found.effect, values=_given(site), operation="update")
    return found if _is_record(walk, site.receiver) else UNKNOWN


def _deleted(walk: Evaluation, site: Site) -> Value | None:
    """`query.delete()`, `session.delete(row)`, `row.delete()`."""
    found = _start(walk, site)
    if found is not None:
        told(walk, found.effect, operation="delete")
        return found if _is_record(walk, site.receiver) else UNKNOWN
    row = site.argument(0) if site.given else site.receiver
    if not _writes(walk, row):
        return None
    of = walk.effects[row.effect]
    effect = query(walk, site, "delete", of.target)
    with_filters(walk, effect, row.effect)
    return NULL


def with_filters(walk: Evaluation, effect: int, of: int) -> None:
    """A row that was found by something is changed or deleted by the same."""
    found, known = walk.effects[of], walk.effects[effect]
    inputs = {k: v for k, v in found.inputs.items() if k.startswith("filter:")}
    arrived = {k: v for k, v in found.sent.items() if k.startswith("filter:")}
    walk.effects[effect] = known._replace(
        inputs={**inputs, **known.inputs}, sent={**arrived, **known.sent}
    )


def _writes(walk: Evaluation, row: Value) -> bool:
    return is_query(walk, row.effect) and (_MAPPED, str(row.effect)) in walk.heap


def _one(walk: Evaluation, site: Site) -> Value | None:
    found = _start(walk, site)
    return one(walk, found.effect) if found is not None else None


def _surely(walk: Evaluation, site: Site) -> Value | None:
    found = _start(walk, site)
    return surely(walk, found.effect) if found is not None else None


def _rows(walk: Evaluation, site: Site) -> Value | None:
    found = _start(walk, site)
    if found is None:
        return None
    lazily = site.receiver.what not in (QUERYING, "sqlalchemy model")
    if site.name == "all" and lazily and not _is_record(walk, site.receiver):
        return found  # Django asks for the rows later
    return rows(walk, found.effect)


def _counted(walk: Evaluation, site: Site) -> Value | None:
    found = _start(walk, site)
    return count(walk, found.effect, rows(walk, found.effect).origins) if found else None


def _got(walk: Evaluation, site: Site) -> Value | None:
    """`session.get(Order, id)`, `Order.query.get(id)`, `Order.objects.get(id=…)`."""
    first = site.argument(0, "entity")
    if first.type is not None and (site.has(1) or "ident" in site.named):
        table = _table(walk, first)
        if not table:
            return None
        found = begun(walk, site, table, model=first)
        told(walk, found.effect, filters={"id": site.argument(1, "ident")})
        return one(walk, found.effect)
    begun_ = _start(walk, site)
    if begun_ is None:
        return None
    filters = {"id": first} if site.given and first.what != CONDITION else {}
    told(walk, begun_.effect, filters={**filters, **merged(site.given), **_named(site.named)})
    if site.name == "get" and site.receiver.what == "sqlalchemy model":
        return one(walk, begun_.effect)
    if site.name == "get" and not site.named:
        return one(walk, begun_.effect)
    return surely(walk, begun_.effect)


def _got_surely(walk: Evaluation, site: Site) -> Value | None:
    """`session.get_one(Order, id)`, which raises where there is none."""
    model = site.argument(0, "entity")
    table = _table(walk, model) if model.type is not None else ""
    if not table or not (site.has(1) or "ident" in site.named):
        return None
    found = begun(walk, site, table, model=model)
    told(walk, found.effect, filters={"id": site.argument(1, "ident")})
    return surely(walk, found.effect)


def _got_or_404(walk: Evaluation, site: Site) -> Value | None:
    """`get_object_or_404(Order, id=…)`."""
    first = site.argument(0)
    found = first if first.what == QUERYING else None
    if first.what in _STARTS or first.type is not None or is_user_of_django(first):
        found = begun(walk, site, _table(walk, first), model=first)
    if found is None:
        return None
    told(walk, found.effect, filters=_named(site.named))
    result = surely(walk, found.effect)
    return rows(walk, found.effect) if site.name == "get_list_or_404" else result


def _created(walk: Evaluation, site: Site) -> Value | None:
    """`Order.objects.create(…)`, `get_or_create(…, defaults={…})`."""
    if not _begins_one(site.receiver) and not _is_record(walk, site.receiver):
        return None
    fields = {k: v for k, v in site.named.items() if k not in ("defaults", "...")}
    defaults = site.named.get("defaults") or UNKNOWN
    if site.name == "get_or_create" and not any(map(sent, (*fields.values(), defaults))):
        # The row that belongs to another one is made when it is first asked for.
        found = begun(walk, site, _table(walk, site.receiver))
        told(walk, found.effect, filters=_named(fields))
        return Value(elements=(surely(walk, found.effect), UNKNOWN))
    operation = "upsert" if site.name == "update_or_create" else "insert"
    rest = site.named.get("...")
    more = {"...": rest} if rest is not None else {}
    found = begun(walk, site, _table(walk, site.receiver), operation)
    values = Value(fields={**(defaults.fields or {}), **fields, **more})
    told(walk, found.effect, values=site.argument(0) if site.given else values)
    row = surely(walk, found.effect)
    return Value(elements=(row, UNKNOWN)) if "or_create" in site.name else row


def _account_made(walk: Evaluation, site: Site) -> Value | None:
    """`User.objects.create_user(name, email, password, **more)`, which hashes the password."""
    if not _begins_one(site.receiver):
        return None
    given = dict(zip(("username", "email", "password"), site.given, strict=False))
    fields = {**given, **site.named}
    if "password" in fields:
        fields["password"] = Value(tags=frozenset({"truthy", "hash:pbkdf2"}))
    found = begun(walk, site, _table(walk, site.receiver), "insert")
    told(walk, found.effect, values=Value(fields=fields))
    return surely(walk, found.effect)


def _added(walk: Evaluation, site: Site) -> Value | None:
    """`session.add(order)`, `add_all([…])`, `order.save()`."""
    given = site.argument(0)
    listed: Sequence[Value] | None = (given,)
    if site.name in ("add_all", "bulk_save_objects") and given.instance is None:
        listed = given.elements  # what a comprehension gives is each of its objects
    if site.name in ("save", "insert"):
        listed = (site.receiver,)
    found = False
    for value in listed or ():
        table = _table(walk, value)
        if value.instance is None or not table:
            continue
        effect = query(walk, site, "insert", table)
        told(walk, effect, values=Value(fields=_of_object(walk, value)))
        found = True
    return given if found else None


def _mapped_in(operation: str) -> Answer:
    """`session.bulk_insert_mappings(Order, [{…}])`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        model = site.argument(0)
        table = _table(walk, model) if model.type is not None else ""
        if not table:
            return None
        given = site.argument(1)
        for row in given.elements if given.elements is not None else (given,):
            effect = query(walk, site, operation, table)
            fields = dict(row.fields or {})
            key = fields.pop("id", None) if operation == "update" else None
            values = replace(row, fields=fields) if key is not None else row
            told(walk, effect, values=values, filters={"id": key} if key is not None else {})
        return Value()

    return answer


def _of_object(walk: Evaluation, value: Value) -> dict[str, Value]:
    kept = {k: v for (at, k), v in walk.heap.items() if at == value.identity}
    return {**(value.fields or {}), **kept}


def _objects(walk: Evaluation, site: Site) -> Value | None:
    """`Note.objects(id=…)` of MongoEngine."""
    table = _table(walk, site.receiver)
    if not table:
        return None
    found = begun(walk, site, table)
    told(walk, found.effect, filters=_named(site.named))
    return found


def _same(walk: Evaluation, site: Site) -> Value | None:
    return _start(walk, site)


def row_assigned(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
    """`order.status = x`: written when the session is committed."""
    if not _writes(walk, owner):
        return
    of = owner.effect
    kind = walk.heap[_MAPPED, str(of)].type
    if kind is not None and key != "*" and classes.has_no_column(walk, kind, key):
        return  # `task.is_late = …`, for the page that shows it
    table = walk.effects[of].target
    inputs, arrived = {f"value:{key}": all_origins(value)}, {f"value:{key}": sent(value)}
    if key == "*":
        inputs, arrived = _each(value)
    literals = {f"value:{key}": str(value.literal)} if value.text is not None else {}
    last = _same_update(walk, table, of)
    if last is not None:
        known = walk.effects[last]
        walk.effects[last] = known._replace(
            inputs={**known.inputs, **inputs},
            sent={**known.sent, **arrived},
            literals={**known.literals, **literals},
        )
        return
    effect = walk.effect(
        EffectKind.QUERY,
        "update",
        table,
        at,
        client=OWNER,
        inputs=inputs,
        literals={**literals, "row": str(of)},
    )
    walk.effects[effect] = walk.effects[effect]._replace(sent=arrived)
    with_filters(walk, effect, of)


def _each(value: Value) -> tuple[dict[str, frozenset[Origin]], dict[str, frozenset[Origin]]]:
    """What `setattr(row, key, value)` writes: the keys that a schema lets through, or any."""
    origins = all_origins(value)
    named = {o for o in origins if o.name == "parsed" and o.key}
    if named and named == {o for o in origins if o.is_input}:
        inputs = {f"value:{o.key.partition('.')[0]}": frozenset({o}) for o in named}
    else:
        inputs = {"value:*": origins}
    worked = {f"value:{tag.removeprefix(_WORKED)}" for tag in value.tags if tag.startswith(_WORKED)}
    inputs |= dict.fromkeys(worked, frozenset())
    return inputs, dict(inputs)


def _same_update(walk: Evaluation, table: str, of: int) -> int | None:
    """The update that a statement before has begun on the same row under the same checks."""
    for at in range(len(walk.effects) - 1, of, -1):
        known = walk.effects[at]
        if known.kind is EffectKind.QUERY and known.operation != "select":
            alike = known.literals.get("row") == str(of) and known.guards == walk.guards
            return at if alike and known.target == table else None
    return None


def _set_attribute(walk: Evaluation, site: Site) -> Value | None:
    """`setattr(row, key, value)`."""
    owner, key = site.argument(0), site.argument(1)
    value = site.argument(2)
    walk.assigned(owner, key.text or "*", value, site.call.at)
    if owner.identity:
        walk.heap[owner.identity, key.text or "..."] = value
    return NULL


def _property(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key == EACH:  # `for note in session.query(Note)`
        return walk.element(rows(walk, value.effect))
    if key == "items":  # of a page: `query.paginate().items`
        return rows(walk, value.effect)
    if key in ("rowcount", "length"):
        return count(walk, value.effect, rows(walk, value.effect).origins)
    return Value(origins=rows(walk, value.effect).origins) if key == "lastrowid" else None


def _items(walk: Evaluation, site: Site) -> Value | None:
    """`values.items()`: where the code names the keys, they are known."""
    fields = _fields(site.receiver)
    if fields is None:
        return None
    rest = fields.get("...")
    key = Value(tags=frozenset({"listed"})) if rest is None else Value(origins=all_origins(rest))
    key = key_of(walk, key, fields)
    worked = {name for name, part in fields.items() if part.origins and _is_worked(part)}
    tags = frozenset(f"{_WORKED}{name}" for name in worked)
    value = Value(origins=union(v for k, v in fields.items() if k not in worked), tags=tags)
    return Value(elements=(Value(elements=(key, value)),))


def _is_worked(part: Value) -> bool:
    """True for what is not what was sent; a number that names somebody still is."""
    return not sent(part) and not part.tags & _AS_SENT


_AS_SENT = frozenset({"number", "scalar"})


def _fields(value: Value) -> Mapping[str, Value] | None:
    """The fields of a record, and those of all the ways that it came about."""
    if value.fields is not None or not value.cases:
        return value.fields
    ways = [case.fields for case, _ in value.cases if not case.is_null]
    if not ways or any(fields is None for fields in ways):
        return None
    return {key: part for fields in ways if fields for key, part in fields.items()}


_WORKED = "worked:"
"""Begins the tag of a key whose value is not what was sent, as it was hashed."""


def _listed(walk: Evaluation, site: Site) -> Value | None:
    """`list(query)`."""
    given = site.argument(0)
    if given.what == QUERYING:
        return rows(walk, given.effect)
    if given.what == ROWS:
        return given  # `list(collection.find())`
    if not site.given:
        return Value(elements=(), tags=_BEGUN)
    return replace(given, literal=given.literal) if given.elements is not None else None


def _dictionary(walk: Evaluation, site: Site) -> Value | None:
    """`dict(name=…)`, and `dict(request.headers)`, which is what it was."""
    if not site.given:
        return Value(fields=dict(site.named), tags=frozenset() if site.named else _BEGUN)
    return site.argument(0) if site.argument(0).what == "headers" else None


_BEGUN = frozenset({"maybe"})
"""Of a list or record that is made empty, and filled in some branch."""


_SHAPES = """order_by limit offset options join outerjoin with_for_update distinct group_by having
select_for_update select_from scalars unique mappings tuples prefetch_related select_related only defer
exclude reverse annotate execution_options returning on_conflict_do_update on_conflict_do_nothing
yield_per values_list using fetch enable_eagerloads populate_existing paginate""".split()

CALLS = {
    **{f"{module}.select": _queried for module in MODULES},
    **{f"{module}.{name}": _changing(name) for module in MODULES for name in ("update", "delete")},
    **{f"{module}.insert": _changing("insert") for module in MODULES},
    "sqlalchemy.dialects.postgresql.insert": _changing("upsert"),
    "django manager": _objects,
    "setattr": _set_attribute,
    "list": _listed,
    "dict": _dictionary,
    "set": lambda walk, site: Value(elements=()) if not site.given else None,
    "collections.defaultdict": lambda walk, site: Value(fields={}, tags=_BEGUN),
    "django.shortcuts.get_object_or_404": _got_or_404,
    "django.shortcuts.get_list_or_404": _got_or_404,
    "rest_framework.generics.get_object_or_404": _got_or_404,
    "rest_framework.get_object_or_404": _got_or_404,
}
NAMES = {
    "items": _items,
    "query": _queried,
    "filter": _filtered,
    "filter_by": _filtered,
    "where": _filtered,
    "values": _valued,
    "update": _updated,
    "delete": _deleted,
    "first": _one,
    "last": _one,
    "one_or_none": _one,
    "scalar_one_or_none": _one,
    "scalar": _one,
    "one": _surely,
    "scalar_one": _surely,
    "first_or_404": _surely,
    "get": _got,
    "get_or_404": _got,
    "get_one": _got_surely,
    **dict.fromkeys("find_one get_or_none get_by_id delete_by_id".split(), _found),
    **dict.fromkeys("find find_all select".split(), _asked),
    "delete_instance": _deleted,
    **dict.fromkeys(("create_user", "create_superuser"), _account_made),
    "to_list": _rows,
    "all": _rows,
    "count": _counted,
    "exists": _counted,
    **dict.fromkeys("create get_or_create update_or_create bulk_create".split(), _created),
    **dict.fromkeys("add add_all merge bulk_save_objects save insert".split(), _added),
    "bulk_insert_mappings": _mapped_in("insert"),
    "bulk_update_mappings": _mapped_in("update"),
    **dict.fromkeys(_SHAPES, _same),
}
PROPERTIES = {QUERYING: _property}
ASSIGNED = {"row": row_assigned, ROWS: row_assigned}
