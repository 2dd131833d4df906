"""Whether a list stays small whatever the data: capped before the loop, or spelled out in the code."""

from __future__ import annotations

import re
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import (
    LOOPS,
    Syntax,
    arguments,
    callee,
    enclosing_loop,
    properties,
)
from shipworthy.prototype.queries.assigned import assigned_in
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.queries.loops import (
    element_of,
    is_fixed,
    iterable_of,
    root_name,
)
from shipworthy.regex import regex

MOST = 50
"""A loop over at most so many elements is not worth telling."""

_COMPARISON = regex(r"\b(\w+)(?:\?|!)?\.length\s*>=?\s*(\w+)")
_SLICE = regex(r"\.slice\(0,\s*(\w+)\)|\[:(\w+)\]")
_TAKE = regex(r"\.(?:limit|range\(0,)\s*\(?\s*(\w+)\)|\b(?:take|limit):\s*(\w+)|\bLIMIT\s+(\d+)")
# What was found in a title or a message, or typed in with commas: a handful.
_FROM_A_TEXT = regex(
    r"\.match(All)?\(|\.findall\(|\.split\(\s*[\"'`][,;| ]+[\"'`]\s*\)"
    r"|\bextract_?\w*(ids|tags|mentions|references|links|urls)\(",
    re.IGNORECASE,
)
# What a person ticks in a form; more of these than a handful come only out of a query.
_CHOICES = regex(
    r"(types?|roles?|permissions?|tags?|skills?|options?|features?|weekdays?|languages?"
    r"|socials?(_?(links|profiles|arr|accounts))?|redes_?sociais)$",
    re.IGNORECASE,
)
# The same as the parameter of a function that keeps them.
_TICKED = regex(
    r"^(selected|chosen|ticked|checked)_?(types?|roles?|permissions?|tags?|skills?|options?|features?|weekdays?|languages?)$",
    re.IGNORECASE,
)
# What one person is given of a list that the app itself makes.
_FEW_IDS = regex(r"^(role|permission|tag|skill|weekday|language)_?ids$", re.IGNORECASE)
# The fields of one form or one set of options, each with its value.
_ENTRIES = regex(r"(?:await\s+)?Object\.(?:entries|keys)\(\s*([\w.]+)")
_BODY = regex(r"\.(body|json\(\)|formData\(\))|^body$|safeParse|\.parse\(")
_SETTINGS = regex(r"(settings|options|preferences|config|form|formdata|values)$", re.IGNORECASE)
_ASKED = regex(r"\.(from|select|query|find\w*|execute|all|scalars|objects)\b")
_SUBSCRIPTS = frozenset({"subscript_expression"})
_DECLARATIONS = frozenset({"variable_declarator", "assignment"})


@lru_cache(maxsize=8)
def is_small(loop: SgNode, syntax: Syntax) -> bool:
    """True for a list with a cap, a list of a configuration in the same file, or one of two."""
    iterable = iterable_of(loop)
    if iterable is None:
        return False
    name = root_name(iterable)
    origins = _origins(name, loop, syntax)
    origin = origins[0]
    head = f"{iterable.text()} {' '.join(origins)}"
    if _is_gathered(name, origin, syntax) or _FROM_A_TEXT.search(head):
        return True
    if (any(map(_is_form, origins)) and _CHOICES.search(name)) or _FEW_IDS.search(name):
        return True
    if _TICKED.search(name):
        return True
    if _is_of_one_form(iterable, origin, syntax):
        return True
    if _is_capped(_SLICE, head, syntax) or _is_capped(_TAKE, head, syntax):
        return True
    if not syntax.python and _is_refused_when_long(name, loop, syntax):
        return True
    return _is_of_configuration(iterable, loop, syntax) or _is_read_by_place(loop)


def _origins(name: str, loop: SgNode, syntax: Syntax) -> list[str]:
    """Where a name comes from, and what that is another name for: `rows`, `data ?? []`, `await …`."""
    found = [_origin(name, loop, syntax)]
    while len(found) < _STEPS and (alias := _ALIAS.match(found[-1])) and alias[1] != name:
        name = alias[1]
        found.append(_origin(name, loop, syntax))
    return found


_STEPS = 3
_ALIAS = regex(r"^\(?\s*(\w+)\s*(?:(?:\?\?|\|\||or)\s*\[\s*\]\s*)?\)?\s*(?:as\s[^;]*)?$")


def _origin(name: str, loop: SgNode, syntax: Syntax) -> str:
    """The text of the last assignment before the loop that binds a name."""
    found = ""
    for node in syntax.nodes("assignment" if syntax.python else "variable_declarator"):
        target, value = node.field("name") or node.field("left"), node.field("value")
        value = value or node.field("right")
        if target is None or value is None or value.range().end.index > loop.range().start.index:
            continue
        if re.search(rf"\b{re.escape(name)}\b", target.text()) and name:
            found = value.text()
    return found


def _is_form(origin: str) -> bool:
    """True for what comes out of a request's body."""
    body = re.search(r"\.(body|json\(\)|formData\(\)|get_json\(\))", origin) is not None
    return body and not _ASKED.search(origin)


def _is_of_one_form(iterable: SgNode, origin: str, syntax: Syntax) -> bool:
    """`Object.entries(req.body)`: the fields of a form, not rows."""
    for text in (iterable.text(), origin):
        found = _ENTRIES.match(text)
        if found is None:
            continue
        taken = found[1]
        value = assigned_in(syntax).first(taken)
        given = value.text() if value is not None else taken
        is_named = any(map(_SETTINGS.search, taken.split(".")))
        return is_named or (_BODY.search(given) is not None and not _ASKED.search(given))
    return False


def _is_gathered(name: str, origin: str, syntax: Syntax) -> bool:
    """True for a set of receivers, and for an empty list that is filled line by line."""
    if origin == "new Set()":
        return True
    pushes = [call for call in syntax.calls if callee(call) == f"{name}.push"]
    return origin == "[]" and bool(pushes) and not any(map(enclosing_loop, pushes))


def _is_capped(pattern: re.Pattern[str], text: str, syntax: Syntax) -> bool:
    caps = [next(group for group in m.groups() if group) for m in pattern.finditer(text)]
    return any(_is_low(cap, syntax) for cap in caps)


def _is_low(text: str, syntax: Syntax) -> bool:
    value = assigned_in(syntax).first(text) if not text.isdigit() else None
    digits = value.text() if value is not None else text
    return digits.isdigit() and int(digits) <= MOST


def _is_refused_when_long(name: str, loop: SgNode, syntax: Syntax) -> bool:
    """`if (ids.length > 50) return bad()` before the loop."""
    for test in syntax.nodes("if_statement"):
        condition, then = test.field("condition"), test.field("consequence")
        if condition is None or then is None or test.range().end.index > loop.range().start.index:
            continue
        leaves = "return" in then.text() or "throw" in then.text()
        for found in _COMPARISON.finditer(condition.text()) if leaves else ():
            if found[1] == name and _is_low(found[2], syntax):
                return found[2] not in ("0", "1")
    return False


def _is_of_configuration(iterable: SgNode, loop: SgNode, syntax: Syntax) -> bool:
    """`REPORT.regions`, or `group.tables` where the groups are spelled out in the code."""
    if iterable.kind() not in ("member_expression", "attribute"):
        return False
    name, key = root_name(iterable), iterable.text().rpartition(".")[2]
    value = assigned_in(syntax).first(name)
    given = properties(value).get(key) if value is not None and value.kind() == "object" else None
    if given is not None:
        return is_fixed(given, syntax)
    for above in loop.ancestors():
        element = element_of(above) if above.kind() in (*LOOPS, "call_expression") else None
        if element is not None and re.search(rf"\b{re.escape(name)}\b", element.text()):
            outer = iterable_of(above)
            return outer is not None and is_fixed(outer, syntax)
    return False


def _is_read_by_place(loop: SgNode) -> bool:
    """`const [now, before] = await Promise.all(periods.map(…))`, or `results[1]` later on."""
    if loop.kind() != "call_expression":
        return False
    holder = next((a for a in loop.ancestors() if a.kind() in _DECLARATIONS), None)
    target = holder.field("name") if holder is not None else None
    if holder is None or target is None or not _is_result(loop, holder):
        return False
    if target.kind() == "array_pattern":
        return True
    scope = next(
        (a for a in holder.ancestors() if a.kind() in ("statement_block", "program")), None
    )
    places = within(scope, _SUBSCRIPTS) if scope is not None else ()
    return any(p.text() == f"{target.text()}[1]" for p in places)


def _is_result(loop: SgNode, holder: SgNode) -> bool:
    """True when the loop is what is declared, alone or inside `await Promise.all(…)`."""
    value = holder.field("value")
    if value is not None and value.kind() == "await_expression":
        value = next((c for c in value.children() if c.is_named()), None)
    if value is None or value == loop:
        return value is not None
    return value.kind() == "call_expression" and loop in arguments(value)
