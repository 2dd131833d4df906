"""Schemas that check the shape of inputs: zod and its like; what is left of an input afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge.drizzle import columns_of
from shipworthy.prototype.handlers.knowledge.settings import holds_settings
from shipworthy.prototype.handlers.knowledge.shapes import (
    NAMES_ADMIN,
    UNREAD,
    leaves_free,
    listing,
    named_values,
    names_admin,
)
from shipworthy.prototype.handlers.sent import LEFT_FREE, OF_FORM, UNREAD_LIST, sent
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    Guards,
    Value,
    all_origins,
    derived,
    from_origins,
    replace,
)
from shipworthy.prototype.program.nodes import Member, Name

SCHEMA = "schema"
_CALLED_SO = ("Body", "Input", "Params", "Payload", "Request", "Dto", "DTO", "Query")
_FORMS = frozenset({"uuid", "guid", "ulid", "cuid2", "nanoid"})
_FORMED = "of a form"
_LOWEST = frozenset({"positive", "nonnegative", "min", "gt", "gte"})


def _object(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=SCHEMA, fields=site.argument(0).fields, tags=frozenset({"truthy"}))


def _scalar(walk: Evaluation, site: Site) -> Value | None:
    tags = frozenset({"truthy", f"schema:{site.name}"})
    if site.name in ("enum", "nativeEnum"):
        return _of_values(named_values(site.argument(0), walk.program.enumerations), tags)
    if site.name == "union":
        others = (schema.tags for schema in site.argument(0).elements or ())
        tags = tags.union(*(other & _OF_VALUES for other in others))
    return Value(what=SCHEMA, tags=tags)


_OF_VALUES = frozenset({NAMES_ADMIN, UNREAD})


def _of_values(values: Iterable[str], tags: frozenset[str]) -> Value:
    """`z.enum(["user", "admin"])`, which keeps its values: `.exclude(["admin"])` may follow."""
    known = tuple(values)
    elements = tuple(Value(literal=value) for value in known)
    return Value(what=SCHEMA, elements=elements, tags=tags | listing(known))


def _literal(walk: Evaluation, site: Site) -> Value | None:
    """`z.literal("admin")`, `z.literal(["user", "admin"])`; of a number or yes nothing more is told."""
    given = site.argument(0)
    named = (given.text,) if given.text else named_values(given, walk.program.enumerations)
    admin = {NAMES_ADMIN} if names_admin(named) else set()
    return Value(what=SCHEMA, tags=frozenset({"truthy", "schema:literal", *admin}))


def _custom(walk: Evaluation, site: Site) -> Value | None:
    """`z.custom<Role>()`, which asks nothing when the code runs unless a function is handed in."""
    return Value(what=SCHEMA, tags=frozenset({"truthy", "refined" if site.given else "schema:any"}))


def _fewer(walk: Evaluation, site: Site) -> Value | None:
    """`.exclude(["admin"])`, `.extract(["user"])` of an enumeration."""
    schema, named = site.receiver, named_values(site.argument(0), walk.program.enumerations)
    if schema.what != SCHEMA:
        return None
    known = [value.text or "" for value in schema.elements or ()]
    left = [v for v in known if (v in named) is (site.name == "extract")]
    if site.name == "extract" and not known:
        left = list(named)
    return _of_values(left, schema.tags - _OF_VALUES)


def _of_table(walk: Evaluation, site: Site) -> Value | None:
    """`createInsertSchema(users, { email: z.email() })`: every column of the table, some of them refined."""
    columns = columns_of(site.argument(0))
    tags = frozenset({"truthy", "table-schema"})
    if columns is None:
        return Value(what=SCHEMA, tags=tags)
    fields = {name: Value(what=SCHEMA, tags=column.tags) for name, column in columns.items()}
    own = {k: v for k, v in (site.argument(1).fields or {}).items() if v.what == SCHEMA}
    return Value(what=SCHEMA, fields={**fields, **own}, tags=tags)


def _modified(walk: Evaluation, site: Site) -> Value | None:
    """`.optional()`, `.min(1)`, `.extend({…})`, `.pick({…})` of a schema."""
    if site.receiver.what != SCHEMA:
        return None
    fields = site.receiver.fields
    more = site.argument(0).fields
    if site.name in ("extend", "merge", "and") and fields is not None and more is not None:
        fields = {**fields, **more}
    elif site.name == "pick" and fields is not None and more is not None:
        fields = {k: v for k, v in fields.items() if k in more}
    elif site.name == "omit" and fields is not None and more is not None:
        fields = {k: v for k, v in fields.items() if k not in more}
    tags = site.receiver.tags | (
        {"open"} if site.name in ("passthrough", "loose", "catchall") else set()
    )
    if site.name in _LOWEST:
        tags |= {"bounded"}
    if site.name in _FORMS and site.receiver.fields is None:
        tags |= {_FORMED}
    if site.name == "or":
        tags = (tags - {_FORMED}) | (site.argument(0).tags & _OF_VALUES)
    if site.name in ("refine", "transform", "pipe", "regex", "catch"):
        tags |= {"refined"}
    return replace(site.receiver, fields=fields, tags=frozenset(tags))


def shaped(schema: Value, value: Value) -> Value:
    """An input that has passed a schema: only what the schema names is left."""
    if _lets_all_pass(schema) or holds_settings(value):
        return value
    origins = all_origins(value)
    inputs = frozenset(_parsed(o) for o in origins)
    if schema.fields is None or ("open" in schema.tags and value.fields is not None):
        if value.fields is not None and "..." in value.fields:
            return Value(fields=_over(value.fields), tags=frozenset({"truthy"}))
        return Value(origins=inputs, tags=frozenset({"truthy"}))
    fields = {
        key: from_origins(*derived(all_origins(rest), key))
        if rest is not None and _lets_all_pass(inner)
        else _field(inner, found)
        for key, inner, found, rest in _parts(schema, value)
    }
    fields |= _made(fields, value)
    if "open" in schema.tags:  # the keys that it does not name are left as well
        fields["..."] = from_origins(*origins)
    return Value(fields=fields, tags=frozenset({"truthy"}))


def _lets_all_pass(schema: Value) -> bool:
    """True for `z.any()`, `z.unknown()` and `z.record(…)`, which say nothing of what is inside."""
    return schema.fields is None and bool(schema.tags & _ANYTHING)


_ANYTHING = frozenset({"schema:any", "schema:unknown", "schema:record"})


def _over(fields: Mapping[str, Value]) -> dict[str, Value]:
    """`{ ...body, owner: user.id }`: what the code says itself stays what it is."""
    sent = frozenset(_parsed(o) for o in all_origins(fields["..."]))
    return {**fields, "...": from_origins(*sent)}


def _made(fields: Mapping[str, Value], value: Value) -> dict[str, Value]:
    """`{ ...body, password: await bcrypt.hash(…), role: "user" }`: what is not as it was sent stays so."""
    own = ((key, (value.fields or {}).get(key)) for key in fields)
    return {key: made for key, made in own if made is not None and not sent(made)}


def _field(schema: Value, origins: frozenset[Origin]) -> Value:
    kinds = {tag[7:] for tag in schema.tags if tag.startswith("schema:")}
    if kinds & {"number", "boolean", "int", "coerce", "date", "bigint"}:
        return Value(origins=origins, tags=frozenset({"scalar"}))
    if kinds & {"enum", "nativeEnum", "literal", "uuid"}:
        return Value(origins=origins, tags=frozenset({"scalar", "listed"}))
    return from_origins(*origins)


def _parsed(origin: Origin, key: str = "") -> Origin:
    if not origin.is_input:
        return origin
    joined = ".".join(part for part in (origin.key, key) if part)
    return Origin(origin.kind, "parsed", joined)


def _about(value: Value) -> list[str]:
    return [str(o) for o in all_origins(value) if o.is_input]


def _parts(
    schema: Value, value: Value
) -> Iterator[tuple[str, Value, frozenset[Origin], Value | None]]:
    """Each field that a schema names, with what is parsed as it, and what it is a part of if it was not put
    there by the code itself: `{ ...body, owner: user.id }`."""
    rest = value if value.fields is None else value.fields.get("...")
    for key, inner in (schema.fields or {}).items():
        own = (value.fields or {}).get(key)
        if own is not None:
            yield key, inner, frozenset(map(_parsed, all_origins(own))), None
        elif rest is not None:
            yield key, inner, frozenset(_parsed(o, key) for o in all_origins(rest)), rest


def _inputs_where(holds: Callable[[Value], bool], schema: Value, value: Value) -> list[str]:
    """The inputs of whose field in the schema this holds."""
    return [
        str(origin)
        for _, inner, found, _ in _parts(schema, value)
        if holds(inner)
        for origin in found
        if origin.is_input
    ]


def _bounded(schema: Value, value: Value) -> list[str]:
    """The inputs to which the schema sets a lower limit."""
    return _inputs_where(lambda field: "bounded" in field.tags, schema, value)


def _free(schema: Value, value: Value) -> list[str]:
    """The inputs of which the schema asks no more than that they are a text, a number, yes or no."""
    return _inputs_where(leaves_free, schema, value)


def _unread(schema: Value, value: Value) -> list[str]:
    """The inputs that the schema asks to be in a list of which nothing is known."""
    return _inputs_where(lambda field: UNREAD in field.tags, schema, value)


def _formed(schema: Value, value: Value) -> list[str]:
    """The inputs that the schema asks to be UUIDs or the like, before and after they are parsed."""
    if schema.fields is None and _is_formed(schema):
        return [*_about(value), *(str(_parsed(o)) for o in all_origins(value) if o.is_input)]
    return _inputs_where(_is_formed, schema, value)


def _is_formed(schema: Value) -> bool:
    return "refined" not in schema.tags and (
        _FORMED in schema.tags or any(f"schema:{name}" in schema.tags for name in _FORMS)
    )


def passed_schema(walk: Evaluation, schema: Value, value: Value, how: str, at: int) -> Value:
    """What is left of an input that a schema has let pass, which is noted."""
    if not _lets_all_pass(schema):
        walk.passed(Check.VALID, how, at, _about(value))
    walk.guards |= _told(walk, schema, value, at)
    return shaped(schema, value)


def _told(walk: Evaluation, schema: Value, value: Value, at: int) -> Guards:
    """What a schema says of the inputs that it lets pass."""
    asked = (
        ("within limits: schema", _bounded),
        (LEFT_FREE, _free),
        (OF_FORM, _formed),
        (UNREAD_LIST, _unread),
    )
    return frozenset(
        walk.guard(Check.VALID, how, at, about)
        for how, told in asked
        if (about := told(schema, value))
    )


def _parse(walk: Evaluation, site: Site) -> Value | None:
    if not _is_schema(site):
        return None
    return passed_schema(walk, site.receiver, site.argument(0), site.what, site.call.at)


def _safe_parse(walk: Evaluation, site: Site) -> Value | None:
    if not _is_schema(site):
        return None
    passed: Guards = frozenset(
        {walk.guard(Check.VALID, site.what, site.call.at, _about(site.argument(0)))}
    )
    passed |= _told(walk, site.receiver, site.argument(0), site.call.at)
    data = shaped(site.receiver, site.argument(0))
    good = Value(
        fields={"success": Value(literal=True), "data": data, "error": NULL},
        tags=frozenset({"truthy"}),
    )
    error = Value(origins=frozenset({Origin("error", "validation")}), tags=frozenset({"truthy"}))
    bad = Value(
        fields={"success": Value(literal=False), "data": NULL, "error": error},
        tags=frozenset({"truthy"}),
    )
    return Value(cases=((good, passed), (bad, NO_GUARDS)))


def _is_schema(site: Site) -> bool:
    if site.receiver.what == SCHEMA or "schema" in site.what.lower():
        return True
    if site.name.startswith("safeParse"):
        return True  # of a schema that another package of the workspace has
    owner = site.what.split(".")[-2:-1]
    called = site.call.function
    if not site.receiver.what and isinstance(called, Member) and isinstance(called.object, Name):
        owner = [called.object.id]  # `insertOrderSchema`, wherever that may be defined
    if owner and owner[0].endswith("Schema"):
        return True
    return bool(owner) and owner[0][:1].isupper() and owner[0].endswith(_CALLED_SO)


_MAKERS = """string number boolean array
    enum date union literal record any unknown tuple optional nullable
    coerce bigint nativeEnum uuid email url int discriminatedUnion preprocess""".split()
_MODIFIERS = """optional nullable nullish min max email url uuid default extend merge pick omit partial refine
transform trim strict strip passthrough loose catchall regex length int positive nonnegative and or array
superRefine describe required toLowerCase nonempty finite catch pipe brand datetime gte lte gt lt""".split()

CALLS = {
    "zod.z.object": _object,
    "zod.object": _object,
    "zod.z.strictObject": _object,
    "drizzle-zod.createInsertSchema": _of_table,
    "drizzle-zod.createUpdateSchema": _of_table,
    "drizzle-orm/zod.createInsertSchema": _of_table,
    "drizzle-orm/zod.createUpdateSchema": _of_table,
    **{f"zod.z.{name}": _scalar for name in _MAKERS},
    **{f"zod.z.coerce.{name}": _scalar for name in _MAKERS},
    **{f"zod.{name}": _scalar for name in _MAKERS},
    "zod.z.literal": _literal,
    "zod.literal": _literal,
    "zod.z.custom": _custom,
    "zod.custom": _custom,
}

NAMES = {
    **dict.fromkeys(_MODIFIERS, _modified),
    "exclude": _fewer,
    "extract": _fewer,
    "parse": _parse,
    "parseAsync": _parse,
    "safeParse": _safe_parse,
    "safeParseAsync": _safe_parse,
    "validate": lambda walk, site: _parse(walk, site) if site.receiver.what == SCHEMA else None,
    "validateSync": lambda walk, site: _parse(walk, site) if site.receiver.what == SCHEMA else None,
}

PROPERTIES = {
    SCHEMA: lambda walk, value, key: (
        Value(what=SCHEMA, fields=(value.fields or {}), tags=value.tags)
        if key in ("shape", "coerce")
        else None
    )
}
