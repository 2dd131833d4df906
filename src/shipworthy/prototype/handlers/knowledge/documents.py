"""Queries through models: Mongoose, the MongoDB driver, Sequelize and TypeORM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shipworthy.prototype.handlers.comparing import compared
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origins
from shipworthy.prototype.handlers.knowledge.document_options import columns, is_no_filter
from shipworthy.prototype.handlers.knowledge.postgrest import literals_of, written
from shipworthy.prototype.handlers.knowledge.prisma import filters
from shipworthy.prototype.handlers.knowledge.rows import (
    OWNER,
    SAVED,
    count,
    is_query,
    one,
    put,
    put_in,
    put_into,
    query,
    raised,
    rows,
    surely,
    told,
)
from shipworthy.prototype.handlers.own_rows import without_row
from shipworthy.prototype.handlers.sent import sent
from shipworthy.prototype.handlers.values import EVERY, ROWS, UNKNOWN, Value, replace

MODEL = "document model"
DATABASE = "document database"
_DOCUMENT = "document"
_OBJECTS = frozenset({"body", "query", "form", "argument"})  # of these a client sends whole objects
_BASES = frozenset({"Model", "BaseEntity", "Document"})
_FIND = frozenset(
    {"find", "findAll", "findMany", "findBy", "aggregate", "findAndCountAll", "distinct"}
)
_FIND_AND_COUNT = frozenset({"findAndCount", "findAndCountBy"})
_ONE = frozenset({"findOne", "findOneBy", "findById", "findByPk", "exists"})
_SURE = frozenset({"findOneOrFail", "findOneByOrFail", "findOneOrThrow"})
_OF_A_ROW = frozenset(
    {"save", "remove", "softRemove"}
)  # what TypeORM does with a row that was read
_COUNT = frozenset({"count", "countDocuments", "countBy", "existsBy"})
_UPDATE = frozenset(
    """updateOne updateMany findOneAndUpdate findByIdAndUpdate replaceOne findOneAndReplace update
    increment decrement""".split()
)
_DELETE = frozenset(
    """deleteOne deleteMany findOneAndDelete findByIdAndDelete findByIdAndRemove remove delete destroy
    softDelete softRemove""".split()
)
_INSERT = frozenset(
    "create insertOne insertMany insert bulkCreate save findOrCreate upsert build".split()
)


def _model(walk: Evaluation, site: Site) -> Value | None:
    """`mongoose.model("User", schema)`, `sequelize.define("User", …)`."""
    name = site.argument(0).text
    return named(name) if name else None


def named(name: str) -> Value:
    """The model of a table or collection."""
    return Value(
        what=MODEL, client=OWNER, fields={"name": Value(literal=name)}, tags=frozenset({"truthy"})
    )


def _repository(walk: Evaluation, site: Site) -> Value | None:
    """`dataSource.getRepository(User)` of TypeORM."""
    entity = site.argument(0)
    name = entity.type.node.name if entity.type else entity.text or entity.what.rpartition(".")[2]
    return named(name or "unknown")


def _collection(walk: Evaluation, site: Site) -> Value | None:
    """`client.db().collection("users")`."""
    name = site.argument(0).text
    known = site.receiver.what == DATABASE or site.what.rpartition(".")[0].lower().endswith("db")
    return named(name) if name and known and len(site.given) == 1 else None


def _database(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=DATABASE, client=OWNER, tags=frozenset({"truthy"}))


def _name_of(site: Site) -> str | None:
    """The table of a model: made by a library, or a class that is one."""
    if site.receiver.what == MODEL:
        return (site.receiver.fields or {}).get("name", UNKNOWN).text or ""
    kind = site.receiver.type
    if kind is not None:
        bases = {getattr(base, "id", getattr(base, "key", "")) for base in kind.node.bases}
        if bases & _BASES:
            return kind.node.name
    return None


def _asked(walk: Evaluation, site: Site) -> Value | None:
    """Any query of a model."""
    table = _name_of(site)
    if table is None:
        return None
    first, second = site.argument(0), site.argument(1)
    operation = _operation(site.name)
    if site.name in _OF_A_ROW and first.what == "row" and is_query(walk, first.effect):
        return _changed_row(walk, site, first, "delete" if operation == "delete" else "update")
    several = {"rows": "several"} if site.name in _FIND else {}
    told_of = {"columns": columns(site.name, first, second), **several}
    effect = query(walk, site, operation, table, literals=told_of)
    values, where = UNKNOWN, UNKNOWN
    if operation == "insert":
        values = first
    elif second.fields is not None and "where" in second.fields:  # Sequelize: values, { where }
        values, where = first, second.fields["where"]
    else:
        values, where = second if operation == "update" else UNKNOWN, first
    if site.name == "aggregate":
        where = _matched(first)
    if where.fields is not None and "where" in where.fields:
        where = where.fields["where"]
    elif is_no_filter(site.name, first):
        where = UNKNOWN
    if "ById" in site.name or site.name == "findByPk" or where.text is not None:
        where = Value(fields={"id": first})
    where = without_row(where)
    told(walk, effect, filters=dict(_filters(where)), inputs=_operators(where))
    _write(walk, effect, values)
    if site.name in _WHOLE and _asks_nothing(site, where):
        told(walk, effect, literals={"rows": EVERY})
    return _result(walk, site, effect)


_WHOLE = frozenset({"deleteMany", "destroy"})


def _asks_nothing(site: Site, where: Value) -> bool:
    """`deleteMany({})` of Mongoose, `destroy({ where: {}, truncate: true })` of Sequelize."""
    if not site.given:
        return site.name == "deleteMany"
    if site.name == "destroy" and "truncate" in (site.argument(0).fields or {}):
        return not (where.fields or {}).keys() - {"truncate", "cascade", "restartIdentity"}
    return where.fields is not None and not where.fields


def _matched(stages: Value) -> Value:
    """What a pipeline lets through first: `aggregate([{ $match: { user: id } }, …])`."""
    for stage in stages.elements or ():
        if stage.fields is not None and "$match" in stage.fields:
            return stage.fields["$match"]
        if stage.fields is not None and not stage.fields.keys() & _SAME_ROWS:
            break  # what comes after it is asked of other rows than those of the collection
    return UNKNOWN


_SAME_ROWS = frozenset({"$sort", "$addFields", "$set", "$lookup", "$unwind", "$project", "$limit"})


def _operation(name: str) -> str:
    if name in _UPDATE:
        return "update"
    if name in _DELETE:
        return "delete"
    return "insert" if name in _INSERT else "select"


def _filters(where: Value) -> Iterator[tuple[str, Value]]:
    for key, value in filters(where):
        yield {"$or": "or", "_id": "id"}.get(key, key), value


def _operators(where: Value) -> dict[str, Origins]:
    """What a client may send as an object: `{ "$ne": null }` finds more than was meant."""
    if where.fields is None:
        found = frozenset(o for o in sent(where) if o.kind in _OBJECTS)
        return {"operator:*": found} if found else {}
    operators: dict[str, Origins] = {}
    for key, value in where.fields.items():
        if key in _LISTS and value.elements is not None:
            for one in value.elements:
                operators |= _operators(one)
            continue
        found = frozenset(o for o in sent(value) if o.kind in _OBJECTS and o.name != "parsed")
        if found and not value.tags & {"string"} and value.what != "text" and value.fields is None:
            operators[f"operator:{key}"] = found
    return operators


_LISTS = frozenset({"$or", "$and", "$nor"})


def _write(walk: Evaluation, effect: int, values: Value) -> None:
    fields = values.fields or {}
    for key in ("$set", "$push", "$inc", "$unset", "$addToSet", "$pull", "$setOnInsert"):
        if key in fields:
            added = raised(fields[key].fields or {}) if key == "$inc" else {}
            told(walk, effect, values=fields[key], literals=added)
    rest = {k: v for k, v in fields.items() if not k.startswith("$")}
    if rest:
        told(walk, effect, values=Value(fields=rest))
    elif not fields and values is not UNKNOWN:
        told(walk, effect, values=values)


def _result(walk: Evaluation, site: Site, effect: int) -> Value:
    if site.name in _FIND:
        return rows(walk, effect, _OF_MODEL)
    if site.name in _FIND_AND_COUNT:
        found = rows(walk, effect)
        return replace(found, elements=(found, count(walk, effect, found.origins)))
    if site.name in _COUNT:
        return count(walk, effect, rows(walk, effect).origins)
    if site.name in _SURE or site.name in _INSERT:
        return surely(walk, effect)
    return one(walk, effect)


def _new(walk: Evaluation, site: Site) -> Value | None:
    """`new User({ … })`: a document that is not stored yet."""
    model = site.called.fields if site.called is not None else None
    name = (model or {}).get("name", UNKNOWN).text
    given = site.argument(0)
    table = name or _called_name(walk, site)
    return Value(
        what=_DOCUMENT,
        origins=given.origins,
        fields={**(given.fields or {}), "$table": Value(literal=table)},
        tags=frozenset({"truthy"}),
    )


def _called_name(walk: Evaluation, site: Site) -> str:
    function = site.call.function
    return str(getattr(function, "id", getattr(function, "key", "")))


def _saved(walk: Evaluation, site: Site) -> Value | None:
    """`document.save()` of a new document."""
    fields = dict(site.receiver.fields or {})
    table = fields.pop("$table", UNKNOWN).text or ""
    effect = query(walk, site, "insert", table, literals=literals_of(Value(fields=fields)))
    values = Value(fields=fields, origins=site.receiver.origins)
    told(walk, effect, values=values, inputs=written(Value(origins=site.receiver.origins)))
    return surely(walk, effect)


def _row_changed(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """`user.save()`, `order.destroy()` of a row that was read before."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        return _changed_row(walk, site, site.receiver, operation, site.argument(0))

    return answer


def _writes_through(walk: Evaluation, row: Value) -> bool:
    """True where what was put into the row is noted already: one update, not a second one."""
    number = str(row.effect)
    return any(e.literals.get("row") == number for e in walk.effects[row.effect + 1 :])


def _changed_row(
    walk: Evaluation, site: Site, row: Value, operation: str, given: Value = UNKNOWN
) -> Value | None:
    """A row that was read before is stored again, with what was put into it since, or removed."""
    if not is_query(walk, row.effect):
        return None
    if operation == "update" and _writes_through(walk, row):
        return row
    known = walk.effects[row.effect]
    effect = query(walk, site, operation, known.target)
    asked = {k: v for k, v in known.inputs.items() if k.startswith("filter:")}
    told(walk, effect, inputs=asked)
    if operation == "update":
        told(walk, effect, values=Value(fields=put_in(walk, row)), literals={SAVED: "a row"})
        if given is not UNKNOWN:
            told(walk, effect, values=given)
    return row


def _row_removed(walk: Evaluation, site: Site) -> Value | None:
    """`user.remove()`: gone since Mongoose 7."""
    if not walk.program.removes_rows:
        return site.receiver
    return _changed_row(walk, site, site.receiver, "delete", site.argument(0))


def _set(walk: Evaluation, site: Site) -> Value | None:
    """`user.set(body)`, `user.set("name", body.name)`."""
    first = site.argument(0)
    if first.text is not None:
        put(walk, site.receiver, first.text, site.argument(1), site.call.at)
    else:
        put_into(walk, site.receiver, first, site.call.at)
    return site.receiver


def _preloaded(walk: Evaluation, site: Site) -> Value | None:
    """`repository.preload({ id, ...body })` of TypeORM: the row of that id, with the rest put into it."""
    given = site.argument(0)
    effect = query(walk, site, "select", _name_of(site) or "", literals={"columns": "*"})
    told(walk, effect, filters={"id": walk.member(given, "id")})
    row = one(walk, effect)
    put_into(walk, row, given, site.call.at)
    return row


def _merged(walk: Evaluation, site: Site) -> Value | None:
    """`repository.merge(user, body)` of TypeORM."""
    row, *others = site.given or (UNKNOWN,)
    if row.what != "row":
        return None
    for other in others:
        put_into(walk, row, other, site.call.at)
    return row


def _chained(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver


def _selected(walk: Evaluation, site: Site) -> Value | None:
    """`.select("name email")`, `.select("-password")` of Mongoose."""
    chosen = site.argument(0).text
    if chosen and is_query(walk, site.receiver.effect):
        told(walk, site.receiver.effect, literals={"columns": chosen})
    return site.receiver


_OF_MODEL = "of a model"
_ASKED_OF = "asked of: "


def _where(walk: Evaluation, site: Site) -> Value | None:
    """`.where({ user: id })`, `.where("user", id)`; after `.where("user")`, `.equals(id)` says the rest."""
    first = site.argument(0)
    column = first.text
    if _OF_MODEL not in site.receiver.tags or (column is None and first.fields is None):
        return None
    if column is None:
        told(walk, site.receiver.effect, filters=dict(_filters(first)))
    elif site.has(1):
        told(walk, site.receiver.effect, filters={column: site.argument(1)})
    else:
        kept = {tag for tag in site.receiver.tags if not tag.startswith(_ASKED_OF)}
        return replace(site.receiver, tags=frozenset({*kept, f"{_ASKED_OF}{column}"}))
    return site.receiver


def _equals(walk: Evaluation, site: Site) -> Value | None:
    """What a column was asked to be; `order.user.equals(id)` compares two ids."""
    asked = [tag for tag in site.receiver.tags if tag.startswith(_ASKED_OF)]
    if asked and is_query(walk, site.receiver.effect):
        column = asked[0].removeprefix(_ASKED_OF)
        told(walk, site.receiver.effect, filters={column: site.argument(0)})
        return site.receiver
    if not site.has(0) or not site.receiver.origins:
        return None
    when = compared(walk, "==", site.receiver, site.argument(0), site.call.at)
    return Value(origins=site.receiver.origins, when=when, tags=frozenset({"truth"}))


def _builder(walk: Evaluation, site: Site) -> Value | None:
    """`repository.createQueryBuilder("user")`."""
    table = _name_of(site)
    return rows(walk, query(walk, site, "select", table)) if table is not None else None


def _one_of(walk: Evaluation, site: Site) -> Value | None:
    return one(walk, site.receiver.effect)


_CHAIN = """lean populate exec sort limit skip toObject toJSON session collation hint setOptions
projection toArray""".split()
_ALL = _FIND | _FIND_AND_COUNT | _ONE | _SURE | _COUNT | _UPDATE | _DELETE | _INSERT

CALLS: Mapping[str, Callable[[Evaluation, Site], Value | None]] = {
    "mongoose.model": _model,
    "mongoose.default.model": _model,
    "sequelize.Sequelize().define": _model,
    "mongodb.MongoClient": _database,
    "mongodb.MongoClient.connect": _database,
    f"{DATABASE}.connect": _chained,
    f"{DATABASE}.db": _chained,
    MODEL: _new,
    f"{_DOCUMENT}.save": _saved,
    f"{MODEL}.merge": _merged,
    f"{MODEL}.preload": _preloaded,
    "row.set": _set,
    "row.save": _row_changed("update"),
    "row.update": _row_changed("update"),
    "row.updateOne": _row_changed("update"),
    "row.destroy": _row_changed("delete"),
    "row.deleteOne": _row_changed("delete"),
    "row.remove": _row_removed,
    "row.select": _selected,
    f"{ROWS}.select": _selected,
    f"{ROWS}.where": _where,
    **{f"row.{name}": _chained for name in _CHAIN},
    **{f"{ROWS}.{name}": _chained for name in _CHAIN if name != "limit"},
    f"{ROWS}.getOne": _one_of,
    f"{ROWS}.getMany": _chained,
    f"{MODEL}.createQueryBuilder": _builder,
}

ASSIGNED = {"row": put}

NAMES = {
    **dict.fromkeys(sorted(_ALL), _asked),
    "getRepository": _repository,
    "equals": _equals,
    "collection": _collection,
    "define": lambda walk, site: _model(walk, site) if "sequelize" in site.what.lower() else None,
}
