"""The accounts of Django: its own class of users, or the one that a prototype puts in its place."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.values import Type, Value
from shipworthy.prototype.program.nodes import Class
from shipworthy.regex import regex

_BASES = ("AbstractUser", "AbstractBaseUser")
_OF_DJANGO = regex(r"django\.contrib\.auth\.(models\.User|get_user_model\(\))(\.objects)?$")


def is_user_of_django(value: Value) -> bool:
    """True for `get_user_model()` and the class that it stands for where nothing else is said."""
    return _OF_DJANGO.match(value.what) is not None


def is_account(walk: Evaluation, model: Type) -> bool:
    """True for a class of accounts of the prototype's own: `request.user` is one of its rows."""
    names = (base for base in classes.bases(walk, model) if isinstance(base, str))
    return any(name.endswith(tuple(f".{base}" for base in _BASES)) for name in names)


def accounts(walk: Evaluation) -> Type | None:
    """The only class of accounts that a prototype writes itself: what `get_user_model()` gives."""
    known = walk.program.accounts
    if known is None:
        found = [
            kind
            for module in walk.program.modules.python_saying(_BASES)
            for statement in module.body
            if isinstance(statement, Class)
            and (kind := walk.exported(module.path, statement.name).type) is not None
            and is_account(walk, kind)
        ]
        known = walk.program.accounts = tuple(found)
    return known[0] if len(known) == 1 else None
