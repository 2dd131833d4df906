"""Classes of the prototype whose base says what they are: shapes of inputs, tables, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.values import UNKNOWN, Type, Value, from_origins, union
from shipworthy.prototype.program.nodes import Call, Compute, Expression, Let, Literal, Name
from shipworthy.regex import regex

CLASS = "<class>"
OBJECT = "<object>"
_DEEPEST = 6
_SETTINGS = ("BaseSettings",)
_SHAPES = ("BaseModel", "SQLModel", "Schema", "TypedDict", "NamedTuple")
_MAPPED = (
    *("DeclarativeBase", "declarative_base()", ".Model", "SQLModel", "Document", "Base"),
    *(
        "auth.models.AbstractUser",
        "auth.models.AbstractBaseUser",
        "auth.base_user.AbstractBaseUser",
    ),
)
_NO_FIELDS = frozenset({"model_config", "Config"})
_MADE = frozenset(
    {"metadata", "objects", "query"}
)  # where a call makes them: `objects = Manager()`
_COLUMNS = regex(r"(^|\.)(Column|mapped_column|relationship|Field|\w+Field|ForeignKey)\(\)$")


def bases(walk: Evaluation, kind: Type, depth: int = 0) -> Iterator[str | Type]:
    """All classes below a class: those of the prototype, and the names of those of libraries."""
    if depth > _DEEPEST:
        return
    for node in kind.node.bases:
        if isinstance(node, Compute):
            if node.operator == "keyword" and isinstance(node.parts[0], Literal):
                yield f"keyword:{node.parts[0].value}"
            continue
        value = walk.value(node, kind.scope)
        if value.type is not None:
            yield value.type
            yield from bases(walk, value.type, depth + 1)
        elif value.what:
            yield value.what


def _names(walk: Evaluation, kind: Type) -> list[str]:
    return [base for base in bases(walk, kind) if isinstance(base, str)]


def is_shape(walk: Evaluation, kind: Type) -> bool:
    """True for a Pydantic model and its like: what a framework checks a body against."""
    names = [name.rpartition(".")[2] for name in _names(walk, kind)]
    decorated = any("dataclass" in str(d) for d in kind.node.decorators)
    documents = "beanie.Document" in _names(walk, kind)
    return decorated or documents or any(name in _SHAPES for name in names)


def is_record(walk: Evaluation, kind: Type) -> bool:
    """True for a class of an object mapper that is asked for its rows itself."""
    return any(name in _RECORDS for name in _names(walk, kind))


_RECORDS = ("beanie.Document", "tortoise.models.Model", "tortoise.Model", "peewee.Model")


def is_settings(walk: Evaluation, kind: Type) -> bool:
    """True for a class that reads the environment."""
    return any(name.rpartition(".")[2] in _SETTINGS for name in _names(walk, kind))


def is_choice(walk: Evaluation, kind: Type) -> bool:
    """True for an enumeration."""
    return any(re.search(r"(^|\.)(\w*Enum|\w*Choices)$", name) for name in _names(walk, kind))


def table_of(walk: Evaluation, kind: Type) -> str:
    """The table of a class of an object mapper; "" for other classes."""
    for assignment in kind.node.fields:
        named = isinstance(assignment.target, Name) and assignment.target.id == "__tablename__"
        if named and isinstance(assignment.value, Literal):
            return str(assignment.value.value)
    names = _names(walk, kind)
    mapped = any(name.endswith(_MAPPED) for name in names if not name.endswith("BaseModel"))
    if any(name.rpartition(".")[2] == "SQLModel" for name in names):
        mapped = "keyword:table" in names
    return kind.node.name if mapped else ""


def fields_of(walk: Evaluation, kind: Type) -> dict[str, tuple[Let, Type]]:
    """The fields that a class and its bases declare."""
    found: dict[str, tuple[Let, Type]] = {}
    owners = [base for base in bases(walk, kind) if isinstance(base, Type)]
    for owner in (*reversed(owners), kind):
        for assignment in owner.node.fields:
            if isinstance(assignment.target, Name):
                name = assignment.target.id
                if not _is_setting(name, assignment.value) and not name.startswith("_"):
                    found[name] = (assignment, owner)
    return found


def has_no_column(walk: Evaluation, kind: Type, key: str) -> bool:
    """True where a mapped class, all of whose bases are known, has nothing of this name: what is put there
    is kept as long as the object, and never stored."""
    names = [name for name in _names(walk, kind) if not name.startswith("keyword:")]
    if not names or not all(name.endswith(_PLAIN) for name in names):
        return False
    owners = [kind, *(base for base in bases(walk, kind) if isinstance(base, Type))]
    methods = {method.name for owner in owners for method in owner.node.methods}
    known = methods | fields_of(walk, kind).keys() | {"id", "pk"}
    return key not in known and key.removesuffix("_id") not in known


_PLAIN = (
    "django.db.models.Model",
    "declarative_base()",
    "DeclarativeBase",
    "SQLAlchemy().Model",
    "sqlmodel.SQLModel",
)
"""Bases of libraries that bring no column of their own but a key."""


def _is_setting(name: str, value: Expression) -> bool:
    """True for what a class says of itself, which is no field of its objects."""
    if name in _NO_FIELDS:
        return True
    if name not in _MADE or not isinstance(value, Call):
        return False
    called = value.function
    return not (isinstance(called, Name) and called.id in ("Field", "Column", "mapped_column"))


def _is_bare(assignment: Let) -> bool:
    """True for `name: str`, a field without a default."""
    value = assignment.value
    return isinstance(value, Compute) and value.operator == "annotation"


def made(walk: Evaluation, kind: Type, site: Site) -> Value | None:
    """An object of a class: settings are read from the environment, rows carry what they are given."""
    if is_settings(walk, kind):
        return _settings(walk, kind)
    if not table_of(walk, kind) and not (is_shape(walk, kind) and not _constructor(kind)):
        return None
    given = {key: value for key, value in site.named.items() if key != "..."}
    rest = site.named.get("...")
    checked = rest is not None and is_shape(walk, kind)
    picked = _taken_over(walk, kind, rest) if rest is not None and checked else UNKNOWN
    if picked.what == "shape":  # what it does not declare is left out
        given = {**(picked.fields or {}), **given}
    fields = {**given, **({"...": rest} if rest is not None and not picked.fields else {})}
    made_ = Value(instance=kind, identity=walk.program.identity(), fields=fields)
    for key, value in given.items():
        walk.heap[made_.identity, key] = value
    return replace(made_, origins=union((*site.given, *site.named.values())))


def _constructor(kind: Type) -> bool:
    return any(method.name == "__init__" for method in kind.node.methods)


def _settings(walk: Evaluation, kind: Type) -> Value:
    found: dict[str, Value] = {}
    for name, (assignment, owner) in fields_of(walk, kind).items():
        given = UNKNOWN if _is_bare(assignment) else walk.value(assignment.value, owner.scope)
        text = given.text
        tags = frozenset({f"default:{text[:60]}"}) if text else frozenset()
        if isinstance(given.literal, (bool, int)):
            found[name] = UNKNOWN
        else:
            found[name] = Value(origins=frozenset({Origin("environment", name)}), tags=tags)
    return Value(instance=kind, fields=found, tags=frozenset({"truthy"}))


def shaped(
    walk: Evaluation, kind: Type, part: str = "body", prefix: str = "", depth: int = 0
) -> Value:
    """An input that was checked against a class: only what the class declares is left."""
    fields: dict[str, Value] = {}
    for name, (assignment, owner) in fields_of(walk, kind).items():
        key = f"{prefix}.{name}" if prefix else name
        fields[name] = _field(walk, assignment.annotation, owner, part, key, depth)
    names = _names(walk, kind)
    if any(name.rpartition(".")[2] not in _SHAPES and ":" not in name for name in names):
        fields.setdefault("...", from_origins(Origin(part, "", prefix)))
    if _is_open(kind):
        fields["..."] = from_origins(Origin(part, "", prefix))
    return Value(what="shape", fields=fields, instance=kind, tags=frozenset({"truthy"}))


def _is_open(kind: Type) -> bool:
    """True for a model that takes keys it does not declare: `extra="allow"`."""
    settings = [
        field.value
        for field in kind.node.fields
        if isinstance(field.target, Name) and field.target.id == "model_config"
    ]
    text = str((settings, kind.node.others)) if settings or kind.node.others else ""
    return "extra" in text and "'allow'" in text


def _field(
    walk: Evaluation, annotation: str, owner: Type, part: str, key: str, depth: int
) -> Value:
    origin = Origin(part, "parsed", key)
    inner = resolved(walk, annotation, owner)
    if inner is not None and is_shape(walk, inner) and depth < 2:
        nested = shaped(walk, inner, part, key, depth + 1)
        if re.match(r"(typing\.)?(List|list|Sequence|Optional\[List)\b", annotation):
            return Value(elements=(nested,), origins=frozenset({origin}), what="list")
        return nested
    tags = tags_of(walk, annotation, inner)
    return Value(origins=frozenset({origin}), tags=tags)


def tags_of(walk: Evaluation, annotation: str, kind: Type | None) -> frozenset[str]:
    """What an annotation leaves of a value: a number or a date, one of a list."""
    if kind is not None and is_choice(walk, kind):
        return frozenset({"scalar", "listed"})
    words = set(re.findall(r"\w+", annotation))
    if words & {"str", "Any", "dict", "Dict", "List", "list"}:
        return frozenset({"scalar", "listed"}) if "Literal" in words else frozenset()
    if words & {"UUID", "UUID4", "Literal", "ObjectId"}:
        return frozenset({"scalar", "listed"})
    if words & set(_NUMBERS):
        return frozenset({"scalar"})
    return frozenset()


_NUMBERS = """int float bool Decimal date datetime time timedelta PositiveInt conint confloat
NonNegativeInt PositiveFloat""".split()
_GENERIC = frozenset(
    """Annotated Optional Union List list Sequence Set set tuple Tuple Dict dict None typing t Type
    Mapped""".split()
)


def resolved(walk: Evaluation, annotation: str, owner: Type) -> Type | None:
    """The class of the prototype that an annotation names."""
    return type_named(walk, annotation, owner.scope)


def type_named(walk: Evaluation, annotation: str, scope: object) -> Type | None:
    """The first class of the prototype in an annotation as written."""
    for words in re.findall(r"[A-Za-z_][\w.]*", annotation):
        first, *rest = words.split(".")
        if first in _GENERIC and not rest:
            continue
        value = walk.lookup(first, scope)  # type: ignore[arg-type]
        for key in rest:
            value = walk.member(value, key)
        if value.type is not None:
            return value.type
    return None


def _dump(walk: Evaluation, site: Site) -> Value | None:
    """`.dict()` and `.model_dump()` of a checked input: its fields."""
    receiver = site.receiver
    if receiver.instance is None:
        return None
    fields = receiver.fields
    if fields is None:
        return None
    left_out = site.argument(9, "exclude")
    names = {v.text for v in left_out.elements or ()} | set(left_out.fields or ())
    kept = {key: value for key, value in fields.items() if key not in names}
    return Value(fields=kept, tags=frozenset({"truthy"}))


def _validated(walk: Evaluation, site: Site) -> Value | None:
    """`Model.model_validate(x)`, `Model.parse_obj(x)`."""
    kind = site.receiver.type
    if kind is None or not is_shape(walk, kind):
        return None
    return _taken_over(walk, kind, site.argument(0))


def _taken_over(walk: Evaluation, kind: Type, given: Value) -> Value:
    """What a class takes over of an input, or of anything else that has its fields."""
    parts = {o.kind for o in given.origins if o.is_input}
    if not parts:
        return _picked(walk, kind, given)
    return shaped(walk, kind, sorted(parts)[0])


def _picked(walk: Evaluation, kind: Type, given: Value) -> Value:
    """What a class takes over of a row: the columns that it declares."""
    fields = {name: walk.member(given, name) for name in fields_of(walk, kind)}
    known = all(n.rpartition(".")[2] in _SHAPES or ":" in n for n in _names(walk, kind))
    if not fields or not known or _is_open(kind):
        return Value(instance=kind, origins=given.origins, what=given.what, effect=given.effect)
    return Value(what="shape", fields=fields, instance=kind, tags=frozenset({"truthy"}))


NAMES = {
    "dict": _dump,
    "model_dump": _dump,
    "model_copy": lambda walk, site: site.receiver if site.receiver.instance else None,
    "model_validate": _validated,
    "parse_obj": _validated,
    "from_orm": _validated,
}
