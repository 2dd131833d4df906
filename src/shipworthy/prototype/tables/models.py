"""Tables and collections that models of JavaScript declare: Mongoose, TypeORM, Sequelize, NestJS."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, callee, properties, string
from shipworthy.prototype.tables.entity import Entity
from shipworthy.regex import regex

SIGNS = ("mongoose", "@Entity(", "@Schema(", "@Table(", ".define(", "extends Model")
"""Plain words without which a file declares no model."""

MODELLERS = frozenset({"convex", "mongoose", "sequelize", "typeorm"})
"""The sources that their models name."""

_DECORATORS = {"Entity": "typeorm", "Schema": "mongoose", "Table": "sequelize"}
_DECORATED = regex(r"^@(Entity|Schema|Table)\b(?:\(\s*(?:\{[^}]*?name:\s*)?[\"'`](\w+)[\"'`])?")
_COLUMN = regex(r"^@(\w*Column\w*|Prop|ForeignKey|ObjectIdColumn)\b")
_NAMED = regex(r"\bname:\s*[\"'`](\w+)[\"'`]")
_TYPED = regex(r"\b(DataTypes?|Sequelize)\.")
_UNSELECTED = regex(r"\bselect:\s*(?:false|0)\b|^@Exclude\b")
_JOINED = regex(r"^@(ManyToOne|OneToOne)\b")
_JOIN = regex(r"^@JoinColumn\b")


def read_models(syntax: Syntax) -> Iterator[Entity]:
    """The models of a JavaScript or TypeScript file; their columns are the names that code uses."""
    yield from _decorated(syntax)
    schemas = dict(_schemas(syntax))
    for call in syntax.calls:
        called, given = callee(call), arguments(call)
        last = called.rpartition(".")[2].partition("<")[0]
        name = string(given[0]) if given else None
        if last == "model" and name and len(given) > 1:
            columns = schemas.get(given[1].text()) or _columns_of_new(given[1])
            if not columns and called == "mongoose.model":
                columns = _columns(given[1])  # the columns themselves, without a schema around them
            if columns:
                yield _entity(name, "mongoose", columns, call)
        elif last == "define" and name and len(given) > 1 and _TYPED.search(given[1].text()):
            yield _entity(name, "sequelize", _columns(given[1]), call)
        elif last == "init" and len(given) > 1 and "sequelize" in given[1].text():
            yield _entity(called.rpartition(".")[0], "sequelize", _columns(given[0]), call)


Columns = dict[str, bool]  # True for what a query leaves out unless it names it


def _entity(name: str, source: str, columns: Columns, node: SgNode) -> Entity:
    unselected = tuple(column for column, hidden in columns.items() if hidden)
    return Entity(name, source, "", tuple(columns), node, unselected)


def _columns(declared: SgNode) -> Columns:
    if declared.kind() != "object":
        return {}
    return {key: _is_unselected(value.text()) for key, value in properties(declared).items()}


def _is_unselected(text: str) -> bool:
    return _UNSELECTED.search(text) is not None


def _schemas(syntax: Syntax) -> Iterator[tuple[str, Columns]]:
    """`const orderSchema = new Schema({ … })`, also without the `new`."""
    for declared in syntax.nodes("variable_declarator"):
        name, value = declared.field("name"), declared.field("value")
        columns = _columns_of_new(value) if value else {}
        if name and columns:
            yield name.text(), columns


def _columns_of_new(node: SgNode) -> Columns:
    made = node.field("constructor") if node.kind() == "new_expression" else node.field("function")
    if made is None or made.text().rpartition(".")[2] != "Schema":
        return {}
    given = arguments(node)
    return _columns(given[0]) if given else {}


def _decorated(syntax: Syntax) -> Iterator[Entity]:
    """`@Entity("orders") class Order { @Column() total: number; @ManyToOne(() => User) buyer: User }`."""
    for node in syntax.root.find_all(kind="class_declaration"):
        parent = node.parent()
        around = [*node.children(), *(parent.children() if parent else ())]
        found = [m for c in around if c.kind() == "decorator" and (m := _DECORATED.match(c.text()))]
        name, body = node.field("name"), node.field("body")
        if not found or name is None or body is None:
            continue
        columns = dict(_fields(body))
        if columns:
            yield _entity(found[0][2] or name.text(), _DECORATORS[found[0][1]], columns, node)


def _fields(body: SgNode) -> Iterator[tuple[str, bool]]:
    for field in body.children():
        name = field.field("name") if field.kind() == "public_field_definition" else None
        if name is None:
            continue
        texts = [child.text() for child in field.children() if child.kind() == "decorator"]
        if any(_JOINED.match(text) for text in texts):
            named = next((m[1] for t in texts if _JOIN.match(t) and (m := _NAMED.search(t))), None)
            yield named or f"{name.text()}Id", False
        elif any(_COLUMN.match(text) for text in texts):
            yield name.text(), any(map(_is_unselected, texts))
