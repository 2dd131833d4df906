"""class-validator: of which fields of a class anything is let pass, and of which one of a list alone."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation
from shipworthy.prototype.handlers.knowledge.shapes import named_values, names_admin
from shipworthy.prototype.handlers.values import Scope
from shipworthy.prototype.program.nodes import Call, Compute, Expression, Member, Name

FREE = "free by its class"
"""The tag of a field that takes whatever the caller says, an administrator's role among the rest."""
LISTED = "listed by its class"
"""The tag of a field that takes one of a list, and none that names an administrator."""


def tags_of(walk: Evaluation, field: Expression, scope: Scope) -> frozenset[str]:
    """What the decorators of a field leave of it: nothing is said of one with a check that is not known."""
    asked = dict(_asked(field))
    known = not asked.keys() - _KINDS - _LISTS - _HARDLY
    for name in _LISTS & asked.keys():
        given = asked[name].arguments
        known_ones = walk.program.enumerations
        values = named_values(walk.at_home(given[0], scope), known_ones) if given else ()
        if values and not names_admin(values):
            return frozenset({LISTED})
        return frozenset({FREE} if values and known else ())
    return frozenset({FREE} if known and _KINDS & asked.keys() else ())


def _asked(field: Expression) -> Iterator[tuple[str, Call]]:
    parts = field.parts if isinstance(field, Compute) and field.operator == "@" else ()
    for part in parts[:-1]:
        if isinstance(part, Call):
            called = part.function
            name = called.id if isinstance(called, Name) else ""
            yield (called.key if isinstance(called, Member) else name), part


_LISTS = frozenset({"IsEnum", "IsIn"})
_KINDS = frozenset({"IsString", "IsBoolean", "IsNumber", "IsInt", "IsNumberString"})
_HARDLY = frozenset(
    """IsOptional IsNotEmpty IsDefined Length MinLength MaxLength Min Max IsPositive Allow Type Expose
    ApiProperty ApiPropertyOptional""".split()
)
"""What asks nothing more of a field, or only describes it."""
