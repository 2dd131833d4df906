"""Models that hash a password by themselves before it is stored, in a hook of their library."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from shipworthy.prototype.code.syntax import Syntax, arguments, string
from shipworthy.prototype.handlers.handler import Effect
from shipworthy.prototype.handlers.knowledge.rows import SAVED
from shipworthy.prototype.handlers.ownership import plain
from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SCRIPTS = (Language.TYPESCRIPT, Language.JAVASCRIPT, Language.TSX)
_SAVED = r"""\.pre\(\s*\[?\s*["'`](save|validate)["'`]|\b(beforeSave|beforeValidate)\b"""
_HOOKS = {
    True: regex(_SAVED + r"|\b(beforeCreate|beforeBulkCreate)\b|@Before(Insert|Create|Upsert)\b"),
    False: regex(_SAVED + r"|\bbeforeUpdate\b|@Before(Update|Upsert)\b"),
}
"""Hooks that run for a new row, and for one that was read and is saved again."""
_HASHES = regex(r"\b(hash|hashSync|hashPassword|encryptPassword|scrypt|scryptSync|pbkdf2\w*)\(")
_MADE = frozenset({"model", "define", "getModelForClass"})


def hashes_by_itself(prototype: Prototype, effect: Effect) -> bool:
    """True where the model of a written row hashes its password before it is stored: Mongoose's
    `schema.pre("save", …)`, the hooks of Sequelize, `@BeforeInsert()` of TypeORM and MikroORM.

    Statements that pass by the hooks, as `updateOne`, are no such writes.
    """
    new = effect.operation in ("insert", "upsert")
    if not new and SAVED not in effect.literals:
        return False
    return plain(effect.target) in _models(prototype, new=new)


@lru_cache(maxsize=2)
def _models(prototype: Prototype, *, new: bool) -> frozenset[str]:
    found: set[str] = set()
    for file in prototype.of_role(Role.PRODUCT):
        text = file.text or ""
        if file.language in _SCRIPTS and _HOOKS[new].search(text) and _HASHES.search(text):
            found.update(map(plain, _named(Syntax(file, file.language))))
    return frozenset(found)


def _named(syntax: Syntax) -> Iterator[str]:
    for call in syntax.calls_named(_MADE):
        for given in arguments(call)[:1]:
            name = string(given)
            yield name if name is not None else given.text()
    for node in syntax.root.find_all(kind="class_declaration"):
        name_of_class = node.field("name")
        if name_of_class is not None:
            yield name_of_class.text()
