"""What literals, operators and tests give, and which of these guards hold in what follows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sized
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers import comparing
from shipworthy.prototype.handlers.evaluation import members
from shipworthy.prototype.handlers.evaluation.binding import is_word_of_code
from shipworthy.prototype.handlers.evaluation.choosing import is_harmless_role
from shipworthy.prototype.handlers.evaluation.kept_lists import KEPT, asked_for
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.values import (
    FLEETING,
    FORGOTTEN,
    GONE,
    LESS,
    NEVER,
    NO_GUARDS,
    NULL,
    PROMISED,
    ROWS,
    UNKNOWN,
    UNSET,
    Closure,
    Guards,
    Scope,
    Value,
    all_origins,
    is_setting,
    join,
    literal,
    meet,
    of_cases,
    replace,
    settles,
    truth,
    union,
)
from shipworthy.prototype.program.fallbacks import words_of
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Compare,
    Compute,
    Default,
    Either,
    Expression,
    Function,
    Items,
    Lambda,
    Literal,
    Member,
    Name,
    Not,
    Record,
    Spread,
    Text,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

_UNSEEN = frozenset({"unseen"})  # made by a function that nobody can see
SETTLED = frozenset({"settled"})  # what is known for sure where the code runs for real
_TRUTH = frozenset({"truth"})
DENIED = frozenset({"denied"})  # what `!a` is: where it is true, nothing of `a` is there
ELSE_NULL = frozenset({"else null"})  # `id ?? null`: null is written, which is not undefined
UNAWAITED = "its answer is not waited for"
UNLESS_SET = "the secret is only asked for where it has been set"
_NULLS = frozenset({"undefined", "NaN", "null"})


def of_name(walk: Evaluation, node: Name, scope: Scope) -> Value:
    if node.id in _NULLS:
        return NULL
    value = walk.lookup(node.id, scope)
    return asked_for(walk, value, node.at) if value.what == KEPT else value


def of_literal(walk: Evaluation, node: Literal, scope: Scope) -> Value:
    return literal(node.value)


def of_text(walk: Evaluation, node: Text, scope: Scope) -> Value:
    return walk.joined([walk.value(part, scope) for part in node.parts])


def joined(walk: Evaluation, values: Iterable[Value]) -> Value:
    """Texts put one behind the other."""
    parts = tuple(
        inner
        for v in values
        for inner in (v.elements or (v,) if v.what == "text" and not v.cases else (v,))
    )[:200]
    if all(isinstance(part.literal, (str, int, float)) for part in parts):
        return literal("".join(str(part.literal) for part in parts))
    tags = frozenset().union(*(part.tags for part in parts)) - FLEETING
    return Value(elements=parts, what="text", tags=tags)


def of_record(walk: Evaluation, node: Record, scope: Scope) -> Value:
    fields: dict[str, Value] = {}
    for key, inner in node.pairs:
        value = walk.value(inner, scope)
        if key != "...":
            fields[key] = comparing.named_role(key, value)
        elif value.fields is not None:
            if members.OF_SENDER in value.tags:  # and what stood before it is written over
                rest, own = value.fields.get("...", UNKNOWN), {*value.fields}
                fields = {
                    k: v if k in own else join(v, members.part(walk, rest, k))
                    for k, v in fields.items()
                }
            kept = {k: v for k, v in value.fields.items() if v is not GONE or k not in fields}
            fields.update(kept)
        else:
            if any(o.is_input for o in value.origins):  # and what stood before it is written over
                fields = {k: join(v, members.part(walk, value, k)) for k, v in fields.items()}
            fields["..."] = join(fields["..."], value) if "..." in fields else value
    return Value(fields=fields, tags=_begun(walk, fields))


def of_items(walk: Evaluation, node: Items, scope: Scope) -> Value:
    if len(node.elements) == 1 and isinstance(node.elements[0], Spread):
        copied = walk.value(node.elements[0].value, scope)
        if copied.what == ROWS:
            return copied
    elements = tuple(walk.value(inner, scope) for inner in node.elements)
    written = bool(elements) and all(v.literal is not UNSET for v in elements)
    return Value(elements=elements, tags=members.WRITTEN if written else _begun(walk, elements))


def _begun(walk: Evaluation, held: Sized) -> frozenset[str]:
    """Of `errors = []` in Python, which is filled in some branch: whether it holds anything is not known."""
    return _EMPTY if walk.module.python and not held else frozenset()


_EMPTY = frozenset({"maybe"})


def of_spread(walk: Evaluation, node: Spread, scope: Scope) -> Value:
    return walk.element(walk.value(node.value, scope))


def of_default(walk: Evaluation, node: Default, scope: Scope) -> Value:
    return walk.value(node.value, scope)


def of_either(walk: Evaluation, node: Either, scope: Scope) -> Value:
    left = walk.value(node.left, scope)
    if left is NEVER:
        return NEVER
    if "settled" in left.tags and truth(left) is not None and node.operator != "??":
        decided = truth(left) is (node.operator == "or")
        return left if decided else walk.value(node.right, scope)
    yes, no = walk.tested(left)
    before = walk.guards
    walk.guards = before | (yes if node.operator == "and" else no)
    right = walk.value(node.right, scope)
    after = walk.guards
    walk.guards = before
    if right.client and not left.client and not left.cases and node.operator != "and":
        return right  # `globalThis.db ?? new Client()`
    if right is NEVER:  # `a || fail()`
        walk.guards = before | (no if node.operator == "and" else yes)
        return left
    if "settled" in right.tags and truth(right) is not None and node.operator != "??":
        return right if truth(right) is (node.operator == "or") else left
    right_yes, right_no = walk.tested(right)
    gained = after - before
    unasked = node.operator == "and" and _passes_without(walk, node, left, scope)
    if node.operator == "and":
        if truth(left) is False:
            return left
        unless = walk.unless_set(left, right_no, no)
        if not unasked:
            unless |= _asked_of_some(walk, left, right_no)
            unless |= comparing.asked_of_some_roles(node.left, yes, no, right_no, node.right)
        when = (yes | right_yes | gained, meet(no, right_no) | unless)
    else:
        if truth(left) is True:
            return left
        unheld = _self_made(yes) | _self_made(right_yes)
        when = (meet(yes, right_yes | gained) | unheld, no | right_no)
    if truth(left) is True and node.operator == "and":
        return right
    result = join(left, right)
    tags = result.tags
    if node.operator != "and" and right.text and left.origins:
        tags |= {"default:" + right.text[:60]}
    if node.operator != "and" and right.is_null and left.origins:
        tags |= ELSE_NULL
    cases: tuple[tuple[Value, Guards], ...] = ()
    if node.operator != "and":
        ways = [*(left.cases or ((left, NO_GUARDS),)), *(right.cases or ((right, NO_GUARDS),))]
        cases = tuple(way for way in ways if not (way[0].is_null and way in left.cases))[:8]
        if len(cases) < 2:
            cases = ()
    if unasked:
        tags |= UNASKED
    literal_ = result.literal if left.literal is UNSET or left.literal == right.literal else UNSET
    return replace(result, when=when, cases=cases, literal=literal_, tags=tags)


def _self_made(passed: Guards) -> Guards:
    """What holds an alternative open for whoever writes it into his account himself."""
    return frozenset(
        g for g in passed if g.check is Check.HOLLOW and g.how.endswith(comparing.SELF_MADE)
    )


UNASKED = frozenset({"unasked"})
"""The tag of a test that whoever sends no credential does not meet: `if (key && !isValid(key))`."""


def _passes_without(walk: Evaluation, node: Either, left: Value, scope: Scope) -> bool:
    """True where the left side only says whether a credential was sent: `key && !isValid(key)`, or
    `auth.hasKey && !auth.userId` where one way of the prototype's own check gives neither."""
    sent = left.origins and left.when is None and not left.cases
    if (
        sent
        and type(node.left) is Name
        and all(o.kind in ("header", "cookie") for o in left.origins)
    ):
        return True
    asked, unknown = node.left, node.right.operand if type(node.right) is Not else None
    if unknown is None or type(asked) is not Member or type(unknown) is not Member:
        return False
    if type(asked.object) is not Name or type(unknown.object) is not Name:
        return False
    if asked.object.id != unknown.object.id:
        return False
    return any(
        case.fields is not None
        and not settles(passed)
        and walk.member(case, asked.key).literal is False
        and walk.member(case, unknown.key).is_null
        for case, passed in walk.value(asked.object, scope).cases
    )


def _asked_of_some(walk: Evaluation, left: Value, refused: Guards) -> Guards:
    """`if (turn === "seller" && user.id !== offer.seller_id)`: whose turn it is, the rows say; what else
    is asked where it is another's, cannot be told. Not where whoever calls decides what is asked."""
    asked = [g for g in refused if g.check in (Check.OWNER, Check.ROLE)]
    if not asked or "computed" in left.tags or any(o.kind != "row" for o in all_origins(left)):
        return NO_GUARDS
    if any(g.check is Check.ROLE for g in walk.tested(left)[1]):
        return NO_GUARDS  # the row is the caller's own: it says what he may do
    about = frozenset().union(*(g.about for g in asked))
    return frozenset({walk.guard(Check.UNCLEAR, "asked of some rows alone", asked[0].line, about)})


def unless_set(walk: Evaluation, setting: Value, refused: Guards, otherwise: Guards) -> Guards:
    """`if (SECRET && given !== SECRET)`: no check where the secret was never set."""
    if not any(o.kind == "environment" for o in setting.origins):
        return NO_GUARDS
    lost = {g for g in refused - otherwise if g.check is Check.SECRET}
    return frozenset(walk.hollow(UNLESS_SET, g.line) for g in lost)


def _is_shortened(node: Choice, then: Value, other: Value) -> bool:
    """`key[-4:] if len(key) > 4 else key`: of a setting as long as it should be, a part."""
    if then.origins != other.origins or ("part" in then.tags) is ("part" in other.tags):
        return False
    settings = all(o.kind == "environment" for o in then.origins)
    return settings and not {"len", "length"}.isdisjoint(words_of(node.test))


def of_choice(walk: Evaluation, node: Choice, scope: Scope) -> Value:
    test = walk.value(node.test, scope)
    if test is NEVER:
        return NEVER
    if "settled" in test.tags and truth(test) is not None:
        return walk.value(node.then if truth(test) else node.other, scope)
    yes, no = walk.tested(test)
    before, outer = walk.guards, walk.branches
    number = walk.decision()
    walk.guards, walk.branches = before | yes, (*outer, (number, "then"))
    then = walk.value(node.then, scope)
    told, yes = (yes, no), walk.guards - before  # what the branch asks for itself is passed as well
    walk.guards, walk.branches = before | no, (*outer, (number, "other"))
    other = walk.value(node.other, scope)
    no = walk.guards - before
    walk.guards, walk.branches = before | (yes & no), outer
    if truth(test) is not None:
        return then if truth(test) else other
    if then is NEVER or other is NEVER:
        walk.guards = before | (no if then is NEVER else yes)
        return other if then is NEVER else then
    if _is_shortened(node, then, other):
        return replace(then, tags=then.tags | other.tags)
    of_some = _own_rows_of_some(walk, node, told, then, other)
    if is_harmless_role(walk, node, scope, then, other):
        then = replace(then, origins=frozenset(), tags=then.tags | {"listed"})
    result = of_cases(((then, yes | of_some), (other, no | of_some)))
    if then.is_null or other.is_null:
        result = replace(result, tags=result.tags | ELSE_NULL)
    if then.text and other.text and test.origins and all(map(_is_told, test.origins)):
        asked = min(map(str, test.origins))
        result = replace(result, tags=result.tags | {f"{CHOSEN}{asked}={then.text}|{other.text}"})
    return result


def _own_rows_of_some(
    walk: Evaluation, node: Choice, told: tuple[Guards, Guards], then: Value, other: Value
) -> Guards:
    """`role === "member" ? rows.ofId(id, user.id) : rows.ofId(id)`: whose they are, asked of some."""
    if then.effect < 0 or other.effect < 0:
        return NO_GUARDS
    asked = frozenset(comparing.existing(walk, then.origins, node.at))
    asked -= frozenset(comparing.existing(walk, other.origins, node.at))
    return comparing.asked_of_some_roles(node.test, *told, asked, node.then)


def _is_told(origin: Origin) -> bool:
    return origin.is_input or origin.kind == "answer"


CHOSEN = "chosen:"
"""The tag of one of two words that an input or the answer of a service alone decides on:
`isPro ? "active" : "free"`."""


def of_not(walk: Evaluation, node: Not, scope: Scope) -> Value:
    before = walk.guards
    inner = walk.value(node.operand, scope)
    if inner is NEVER:
        return NEVER
    forgotten = type(node.operand) is Name and not node.waits and FORGOTTEN in inner.tags
    if forgotten or (node.hasty and PROMISED in inner.tags):
        # A promise is there, whatever comes of it.
        asks = any(settles(gained) for gained in (walk.guards - before, *walk.tested(inner)))
        walk.guards = before | ({walk.hollow(UNAWAITED, node.at)} if asks else NO_GUARDS)
        return Value(literal=False, tags=SETTLED | DENIED)
    yes, no = walk.tested(inner)
    known = truth(inner)
    return Value(
        origins=inner.origins,
        literal=UNSET if known is None else not known,
        when=(no, yes),
        tags=(inner.tags & (SETTLED | _UNSEEN)) | DENIED,
    )


def of_compare(walk: Evaluation, node: Compare, scope: Scope) -> Value:
    left, right = walk.value(node.left, scope), walk.value(node.right, scope)
    if left is NEVER or right is NEVER:
        return NEVER
    if node.operator in ("==", "!=") and isinstance(node.left, Not) and right.text:
        # `!user.role === "admin"`: true or false is never equal to a text
        return Value(literal=node.operator == "!=", tags=SETTLED)
    condition = walk.knowledge.compared(walk, node.operator, left, right, node.at)
    if condition is not None:
        return condition
    settled = comparing.settled(node.operator, left, right)
    if settled is not None:
        return Value(literal=settled, tags=frozenset({"settled"}))
    if "written" in left.tags and node.operator == ">" and right.literal == 0 and not left.cases:
        return Value(literal=True)  # `roles.length > 0` of a list in the code
    if (size := _of_size(node.operator, left, right)) is not None:
        return Value(literal=size, tags=SETTLED)
    when = comparing.compared(walk, node.operator, left, right, node.at)
    tags = _TRUTH | ((left.tags | right.tags) & _UNSEEN)
    return Value(origins=left.origins | right.origins, when=when, tags=tags)


def _of_size(operator: str, left: Value, right: Value) -> bool | None:
    """`roles.length === 0` of a list in the code."""
    numbers = type(left.literal) is type(right.literal) is int
    if operator not in ("==", "!=") or not numbers or left.cases or "written" not in left.tags:
        return None
    return (left.literal == right.literal) is (operator == "==")


def of_compute(walk: Evaluation, node: Compute, scope: Scope) -> Value:
    if node.operator == "=" and len(node.parts) == 2:
        value = walk.value(node.parts[1], scope)
        if value is not NEVER:
            walk.bind(node.parts[0], value, scope, False)
        return value
    if node.operator == "yield" and walk.running:  # what a dependency or a manager hands over
        handed = walk.value(node.parts[0], scope) if node.parts else NULL
        walk.outcomes.append((handed, walk.guards))
        walk.yields.add(walk.running[-1])
        return UNKNOWN
    if node.operator == "comprehension" and len(node.parts) >= 2:
        return _comprehension(walk, node, scope)
    if node.operator == "delete":
        walk.left_out(node.parts, scope)
        return UNKNOWN
    parts = [walk.value(part, scope) for part in node.parts]
    if node.operator == "+" and parts and _is_text(parts[0]):
        return walk.joined(parts)
    if node.operator == "*" and all(type(part.literal) in (int, float) for part in parts):
        return literal(math.prod(part.literal for part in parts))
    told = _kind_told(walk, node, parts) if node.operator in ("instanceof", "typeof") else None
    if told is not None:
        return told
    if node.operator in ("instanceof", "typeof"):
        when = comparing.kind_of(walk, node.operator, parts, node.at)
        return Value(
            origins=parts[0].origins if parts else frozenset(),
            when=when,
            tags=frozenset({node.operator}),
        )
    if node.operator in ("&", "|") and len(parts) == 2:
        condition = walk.knowledge.compared(walk, node.operator, parts[0], parts[1], node.at)
        if condition is not None:
            return condition
    if node.operator in ("/", "|") and len(parts) == 2:
        made = walk.knowledge.combined(node.operator, parts[0], parts[1])
        if made is not None:
            return made
    origins = union(members.gone_through(walk, part) for part in parts)
    tags = frozenset().union(*(part.tags for part in parts)) if parts else frozenset()
    less = {LESS} if node.operator in ("-", "-=") else set()
    return Value(origins=origins, tags=(tags - FLEETING) | {"computed"} | less)


def _kind_told(walk: Evaluation, node: Compute, parts: list[Value]) -> Value | None:
    """`typeof route === "string"`, `route instanceof RegExp` of a list of paths and patterns in a
    middleware, which is followed for one path."""
    text = parts[0].text if parts and walk.asked_path else None
    if text is None:
        return None
    pattern = _PATTERN.match(text) is not None
    if node.operator == "typeof":
        return Value(literal="object" if pattern else "string", tags=SETTLED)
    of_pattern = len(parts) == 2 and parts[1].what == "RegExp"
    return Value(literal=pattern, tags=SETTLED) if of_pattern else None


_PATTERN = regex(r"/(?=.*[\^$\\(\[]).+/[a-z]*$")


def _is_text(value: Value) -> bool:
    """True for a text: what the code writes, joins or reads from its settings."""
    of_settings = is_setting(value) and not value.tags
    return value.text is not None or value.what == "text" or of_settings


def _copied(walk: Evaluation, node: Compute, scope: Scope) -> Value | None:
    """`{k: v for k, v in values.items()}`: the values themselves, where the code names their keys."""
    pair, over, names = node.parts[0], node.parts[1], nodes_in(node.parts[-1], Name)
    called = over.function if isinstance(over, Call) else None
    if not isinstance(called, Member) or called.key != "items":
        return None
    if not isinstance(pair, Compute) or pair.operator != "pair" or _is_called(called.object):
        return None
    listed = [name.id for name in names]
    if [name.id for name in nodes_in(pair, Name)] != listed:
        return None
    values = walk.value(called.object, scope)
    if not values.fields or "..." in values.fields:
        return None
    out = {key for test in node.parts[2:-1] for key in _left_out(walk, test, listed[0], scope)}
    if not out:
        return values
    return replace(values, fields={k: v for k, v in values.fields.items() if k not in out})


def _left_out(walk: Evaluation, test: Expression, key: str, scope: Scope) -> set[str]:
    """The keys that `key != "tags"`, `key not in ("tags", "user")` leaves out."""
    if not isinstance(test, Compare) or not isinstance(test.left, Name) or test.left.id != key:
        return set()
    if test.operator not in ("!=", "not in"):
        return set()
    other = walk.value(test.right, scope)
    return {v.text for v in (other, *(other.elements or ())) if v.text}


def _is_called(node: object) -> bool:
    """True for what is not to be worked out twice."""
    if isinstance(node, Call) and isinstance(node.function, Member) and not node.arguments:
        node = node.function.object if node.function.key in _DUMPS else node
    return next(iter(nodes_in(node, Call)), None) is not None


_DUMPS = frozenset({"model_dump", "dict"})
"""Methods that give the fields of a model of Pydantic."""


def _comprehension(walk: Evaluation, node: Compute, scope: Scope) -> Value:
    copied = _copied(walk, node, scope)
    if copied is not None:
        return copied
    over = walk.value(node.parts[1], scope)
    if (known := _each_known(walk, node, over, scope)) is not None:
        return known
    if (objects := _each_made(node, over)) is not None:
        return objects
    inner = Scope({}, scope)
    for name in _free_names(node.parts[0]):
        if scope.find(name) is None and name not in walk.names_of_module(scope):
            inner.names[name] = walk.element(over)
    tests = [walk.value(test, inner) for test in node.parts[2:]]
    walk.loops += 1
    result = walk.value(node.parts[0], inner)
    walk.loops -= 1
    made = node.parts[0]
    if type(made) is Compute and made.operator == "pair":
        listed = any(g.check is Check.ALLOWED for test in tests for g in walk.tested(test)[0])
        key = made.parts[0]
        if listed or (type(key) is Name and is_word_of_code(walk.value(key, inner))):
            result = replace(result, tags=result.tags | {"picked"})
    if type(made) is Compare and result.what and result.fields is not None:
        return Value(elements=(replace(result, cases=()),))  # conditions of a query
    when = _a_role(walk, (result if type(made) is Compare else UNKNOWN, *tests))
    tags = result.tags | _EMPTY if result.fields is not None else result.tags  # of none, perhaps
    if any(_leaves_out_ways_up(test) for test in node.parts[2:]):
        tags |= {"escaped"}
    return replace(result, cases=(), when=when, literal=UNSET, client="", tags=tags)


def _leaves_out_ways_up(test: Expression) -> bool:
    """`[part for part in parts if part and part not in (".", "..")]`."""
    if isinstance(test, Either) and test.operator == "and":
        return _leaves_out_ways_up(test.left) or _leaves_out_ways_up(test.right)
    if not isinstance(test, Compare) or test.operator not in ("!=", "not in"):
        return False
    other = test.right.elements if isinstance(test.right, Items) else (test.right,)
    return any(isinstance(part, Literal) and part.value == ".." for part in other)


def _a_role(walk: Evaluation, values: tuple[Value, ...]) -> tuple[Guards, Guards] | None:
    """`any(role.name == "admin" for role in user.roles)`: the role that one of them is asked for."""
    proved = {g for v in values if v is not NEVER for g in walk.tested(v)[0]}
    roles = frozenset(g for g in proved if g.check is Check.ROLE)
    return (roles, NO_GUARDS) if roles else None


def _each_known(walk: Evaluation, node: Compute, over: Value, scope: Scope) -> Value | None:
    """`(path.startswith(p) for p in PUBLIC)` where a path is asked for and each answer is known."""
    words = walk.known_words(over)
    if not words or len(node.parts) != 3:
        return None
    targets = node.parts[2].parts if type(node.parts[2]) is Compute else ()
    if len(targets) != 1 or type(targets[0]) is not Name:
        return None
    found = tuple(walk.value(node.parts[0], Scope({targets[0].id: word}, scope)) for word in words)
    if not all("settled" in v.tags and isinstance(v.literal, bool) for v in found):
        return None
    return Value(elements=found, tags=SETTLED)


def _each_made(node: Compute, over: Value) -> Value | None:
    """`[permission() for permission in permission_classes]`: the classes that a view is permitted by, of
    which it is no matter that they are objects by now."""
    made, targets = node.parts[0], node.parts[-1]
    if type(made) is not Call or type(targets) is not Compute or len(node.parts) != 3:
        return None
    names = [part.id for part in (made.function, *targets.parts) if type(part) is Name]
    if made.arguments or made.keywords or len(names) != 2 or names[0] != names[1]:
        return None
    listed = over.elements or ()
    asked = any(v.what.startswith(_PERMISSIONS) for v in listed)
    return Value(elements=listed) if asked or (listed and all(v.type for v in listed)) else None


_PERMISSIONS = "rest_framework.permissions."


def of_lambda(walk: Evaluation, node: Lambda, scope: Scope) -> Value:
    return walk.closure(node.function, scope)


def closure(walk: Evaluation, function: Function, scope: Scope) -> Value:
    """A function with the names around it."""
    this = scope.find("this")
    bound = this.names["this"] if this is not None else None
    return Value(closure=Closure(function, scope, walk.module, bound))


def _free_names(node: object) -> Iterable[str]:
    """The names that an expression asks for."""
    return (name.id for name in nodes_in(node, Name))
