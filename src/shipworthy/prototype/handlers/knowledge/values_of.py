"""What the languages' own functions make of values: copies, parts, numbers, lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

from shipworthy.prototype.handlers.comparing import COMPARED, compared
from shipworthy.prototype.handlers.evaluation import ANY_KEY, Evaluation, Site
from shipworthy.prototype.handlers.evaluation.members import FEWER, ONE_OF, way_of_table
from shipworthy.prototype.handlers.handler import AUTHENTICATES, Check, Origin
from shipworthy.prototype.handlers.knowledge import columns
from shipworthy.prototype.handlers.knowledge.rows import put_into
from shipworthy.prototype.handlers.sent import DIGESTED, DOTLESS, OF_FORM, sent
from shipworthy.prototype.handlers.values import (
    FLEETING,
    NEVER,
    NO_GUARDS,
    NULL,
    PROMISED,
    UNKNOWN,
    UNSET,
    Guards,
    Value,
    all_origins,
    is_setting,
    join,
    meet_all,
    of_cases,
    remembered,
    replace,
)
from shipworthy.prototype.program.nodes import Call, Function, Items, Name
from shipworthy.regex import regex


def _first(walk: Evaluation, site: Site) -> Value | None:
    return site.argument(0)


def _receiver(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver


def _parsed_json(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    if given.what == "json text" and given.elements:
        return given.elements[0]
    if given.origins and all(o.kind == "cookie" for o in given.origins):
        # A cookie that is read as it is: whoever calls writes into it who he says he is.
        return Value(origins=frozenset({Origin("claims", "cookie")}), tags=given.tags - FLEETING)
    return Value(origins=all_origins(given), effect=given.effect, tags=given.tags - FLEETING)


def _text(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    return replace(given, tags=given.tags | {"string"}) if given.literal is UNSET else given


def _number(walk: Evaluation, site: Site) -> Value | None:
    given, tags = site.argument(0), frozenset({"scalar", "number"})
    if given.what == "principal":  # whoever is signed in has no id 0
        tags |= given.tags & {"truthy"}
    return Value(origins=all_origins(given), tags=tags)


def _truth(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    return Value(origins=given.origins, when=walk.tested(given), tags=frozenset({"truth"}))


def _object_assign(walk: Evaluation, site: Site) -> Value | None:
    row = site.argument(0)
    if row.what == "row":
        for value in site.given[1:]:
            put_into(walk, row, value, site.call.at)
        return row
    fields: dict[str, Value] = {}
    for value in site.given:
        if value.fields is not None:
            fields.update(value.fields)
        elif value.origins:
            fields["..."] = value
    return Value(fields=fields)


def _all(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    if given.elements is None:
        return Value(elements=(given,))
    return replace(given, elements=tuple(map(remembered, given.elements)))


def _first_of(walk: Evaluation, site: Site) -> Value | None:
    """`Promise.race([asked, tooLate])`: any of them; what only ever fails gives nothing."""
    given = [remembered(v) for v in site.argument(0).elements or () if v is not UNKNOWN]
    return reduce(join, given) if given else None


def _gathered(walk: Evaluation, site: Site) -> Value | None:
    return Value(elements=site.given)


def _promised(walk: Evaluation, site: Site) -> Value | None:
    """`new Promise((resolve, reject) => …)`: what it resolves to, in whichever way, and what was checked
    before on that way. Nothing comes of what stands behind a rejection."""
    executor = site.argument(0)
    if executor.closure is None:
        return None
    ways: list[tuple[Value, Guards]] = []

    def resolve(inner: Evaluation, resolved: Site) -> Value:
        ways.append((resolved.argument(0), inner.guards))
        return NULL

    taken = (Value(native=resolve), Value(native=lambda inner, rejected: NEVER))
    walk.enter(executor.closure, taken, {}, site.call.at)
    if not ways:
        return UNKNOWN
    walk.guards |= meet_all(passed for _, passed in ways)
    return of_cases((value, passed - walk.guards) for value, passed in ways)


def _proxy(walk: Evaluation, site: Site) -> Value | None:
    """`new Proxy({}, { get: (_, key) => connect()[key] })`: whatever its parts are taken from."""
    handler = (site.argument(1).fields or {}).get("get", UNKNOWN)
    if handler.closure is None:
        return site.argument(0)
    found = walk.enter(handler.closure, (site.argument(0), Value(what=ANY_KEY)), {}, site.call.at)
    ways = [case for case, _ in found.cases] or [found]
    return next((way for way in ways if not way.what.endswith(".bind()")), found)


def _part_of(walk: Evaluation, site: Site) -> Value | None:
    """`Reflect.get(owner, key)`."""
    return site.argument(0) if site.argument(1).what == ANY_KEY else None


def _attribute(walk: Evaluation, site: Site) -> Value | None:
    """`getattr(owner, "name", default)`: the attribute, where the code says which."""
    name = site.argument(1).text
    if not name:
        return columns.of_any_name(walk, site.argument(0), site.argument(1))
    return walk.member(site.argument(0), name)


def _then(walk: Evaluation, site: Site) -> Value | None:
    """`promise.then(f)`: f gets what the promise gives."""
    handler = site.argument(0)
    if handler.closure is None:
        return site.receiver
    return walk.enter(handler.closure, (remembered(site.receiver),), {}, site.call.at)


def _caught(walk: Evaluation, site: Site) -> Value | None:
    """`verify(token).catch(() => null)`: what fails is caught, and whatever it checks has not been passed."""
    handler, before, gained = site.argument(0), walk.guards, walk.gained
    if handler.closure is None:
        return site.receiver
    result = walk.enter(handler.closure, (UNKNOWN,), {}, site.call.at)
    walk.guards = before
    if result.what == "never":
        return site.receiver
    lost = frozenset(g for g in gained if g.check in AUTHENTICATES or g.check is Check.ROLE)
    if not lost:
        return join(site.receiver, replace(result, cases=()))
    walk.guards = before - lost
    return of_cases(((site.receiver, lost), (result, NO_GUARDS)))


def _entries(walk: Evaluation, site: Site) -> Value | None:
    """`Object.entries({ status })`: the code has written the keys; only the values come from elsewhere."""
    record = site.argument(0)
    if walk.starting and record.fields and not record.origins and "..." not in record.fields:
        pairs = ((Value(literal=k), v) for k, v in record.fields.items())
        return Value(elements=tuple(Value(elements=pair) for pair in pairs))
    if not record.fields or record.origins or any(map(_is_open, record.fields)):
        return record
    values = Value(origins=all_origins(record))
    return Value(elements=(Value(elements=(_written_key(record), values)),))


def _keys(walk: Evaluation, site: Site) -> Value | None:
    record = site.argument(0)
    if _LISTED_KEYS in record.tags:
        return Value(elements=(Value(what="key"),))
    if not record.fields or record.origins or any(map(_is_open, record.fields)):
        return replace(record, tags=record.tags | {_KEYS})
    return Value(elements=(_written_key(record),))


_KEYS = "keys"
"""The tag of the keys of a record that somebody else has made."""


def _written_key(record: Value) -> Value:
    """A key of a record that is spelled out in the code; which one, where there is but one."""
    names = tuple(record.fields or ())
    if len(names) == 1:
        return Value(literal=names[0])
    return Value(what="key", tags=frozenset(f"{ONE_OF}{name}" for name in names))


def _is_open(key: str) -> bool:
    """True for what stands for keys that are not known: a spread, a computed key."""
    return not key.isidentifier()


_LISTED_KEYS = "listed keys"
"""The tag of entries of which those are left whose keys the code lists, and of a record made of them."""


def _from_entries(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    headers = frozenset({Origin("header")}) if given.what == "headers" else frozenset()
    return Value(
        origins=all_origins(given) | headers,
        tags=frozenset({"picked", *(given.tags & {_LISTED_KEYS})}),
    )


def _each(*, keeps: bool) -> Callable[[Evaluation, Site], Value | None]:
    """Array methods with a function of an element."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        handler = site.argument(0)
        if handler.closure is None:
            return None
        walk.loops += 1
        before = walk.guards
        results: list[Value] = []
        for element in walk.written_out(site.receiver) or (walk.element(site.receiver),):
            results.append(walk.enter(handler.closure, (element,), {}, site.call.at))
            walk.guards = before
        walk.loops -= 1
        if keeps:
            return site.receiver
        if len(results) > 1:
            return Value(elements=tuple(results), tags=frozenset({"truthy"}))
        result = results[0]
        tags = result.tags
        if DIGESTED in site.receiver.tags:  # the bytes of a hash, each written out in two letters
            tags |= {t for t in site.receiver.tags if t == DIGESTED or t.startswith("hash:")}
        return replace(result, cases=(), when=None, what=result.what or "list", tags=tags)

    return answer


def _map_of(walk: Evaluation, site: Site) -> Value | None:
    """`map(function, rows)` of Python."""
    if not walk.module.python:
        return None
    over = Site(site.what, "", site.argument(1), site.given[:1], {}, site.call)
    return _each(keeps=False)(walk, over)


def _filtered(walk: Evaluation, site: Site) -> Value | None:
    """`rows.filter(test)`: where the test asks for a role, that a row is left proves the role; where it
    compares with the caller, the caller's own are left."""
    handler = site.argument(0)
    if handler.closure is None:  # `.filter(Boolean)` leaves all that are there
        return site.receiver if handler.what == "Boolean" else None
    before = walk.guards
    walk.loops += 1
    element = walk.element(site.receiver)
    result = walk.enter(
        handler.closure, (_with_marked_key(element, handler.closure.function),), {}, site.call.at
    )
    walk.loops -= 1
    walk.guards = before
    held = walk.tested(result)[0]
    asked = [g for g in held if g.check is Check.ALLOWED]
    if asked and (_KEYS in site.receiver.tags or _takes_keys(handler.closure.function)):
        of_keys = _KEYS in site.receiver.tags or any(
            _KEY in about for g in asked for about in g.about
        )
        return _of_listed(site.receiver, of_keys)
    proven = {Origin("literal-role")} if any(g.check is Check.ROLE for g in held) else set()
    if any(g.check is Check.OWNER and g.how == COMPARED for g in held):
        proven.add(Origin("principal"))
    if not proven:
        known = {"written", "settled"} & site.receiver.tags
        return replace(site.receiver, tags=site.receiver.tags | FEWER) if known else site.receiver
    marked = frozenset(
        o._replace(by=o.by | proven) if o.kind == "row" else o for o in site.receiver.origins
    )
    return replace(site.receiver, origins=marked, cases=())


_KEY = "#key"


def _with_marked_key(element: Value, function: Function) -> Value:
    """The key of an entry apart from its value: a test of `([key, value]) => …` is about one of them."""
    if not _takes_keys(function) or element.elements is not None or not element.origins:
        return element
    origins = frozenset(o._replace(key=f"{o.key}{_KEY}") for o in element.origins)
    return Value(
        elements=(Value(origins=origins), element), origins=element.origins, tags=element.tags
    )


def _of_listed(held: Value, of_keys: bool) -> Value:
    """The keys or entries that are left: each key is a word of the code's list, and may stand in SQL."""
    if not of_keys:
        return replace(held, tags=held.tags | {_LISTED_KEYS})
    if _KEYS in held.tags:
        return replace(held, tags=held.tags | {_LISTED_KEYS, "escaped"})
    key = Value(origins=held.origins, tags=frozenset({"escaped"}))
    if held.elements is not None or not held.origins:
        return replace(held, tags=held.tags | {_LISTED_KEYS})
    pair = Value(elements=(key, replace(held, what="")))
    return Value(elements=(pair,), origins=held.origins, tags=held.tags | {_LISTED_KEYS})


def _reduced(walk: Evaluation, site: Site) -> Value | None:
    """`keys.reduce((made, key) => …, {})`: what is made of them, of a list of the code or of all."""
    handler = site.argument(0)
    if handler.closure is None or not {_KEYS, _LISTED_KEYS, "written"} & site.receiver.tags:
        return None
    walk.loops += 1
    before = walk.guards
    element = walk.element(site.receiver)
    result = walk.enter(handler.closure, (site.argument(1), element), {}, site.call.at)
    walk.guards = before
    walk.loops -= 1
    listed = {_LISTED_KEYS, "written"} & site.receiver.tags or "picked" in result.tags
    return Value(origins=all_origins(result), tags=frozenset({"picked"} if listed else ()))


def _takes_keys(function: Function) -> bool:
    """True for `([key]) => …` and `([key, value]) => …`: of entries, it looks at their keys."""
    target = function.parameters[0].target if function.parameters else None
    return isinstance(target, Items) and bool(target.elements)


def _found(walk: Evaluation, site: Site) -> Value | None:
    """`list.find(test)`: an element of which the test is true, or nothing."""
    handler = site.argument(0)
    if handler.closure is None:
        return None
    element = walk.element(site.receiver)
    element = replace(element, tags=element.tags - {PROMISED})  # the list was waited for
    before = walk.guards
    result = walk.enter(handler.closure, (element,), {}, site.call.at)
    walk.guards = before
    yes = walk.tested(result)[0]
    if site.name == "find":
        there = replace(element, tags=element.tags | {"truthy"})
        tags, ways = element.tags | {"maybe"}, ((there, yes), (NULL, NO_GUARDS))
        return replace(element, literal=UNSET, tags=tags, cases=ways)
    # Where the test holds for none of them, its opposite holds for each.
    no = walk.tested(result)[1] if site.name == "some" else NO_GUARDS
    return Value(origins=element.origins, when=(yes, no), tags=frozenset({"truth"}))


def _includes(walk: Evaluation, site: Site) -> Value | None:
    when = compared(walk, "in", site.argument(0), site.receiver, site.call.at)
    return Value(origins=site.receiver.origins, when=when, tags=frozenset({"truth"}))


def _mapped_get(walk: Evaluation, site: Site) -> Value | None:
    """`record.get("key")` of Python and of Map."""
    key, held = site.argument(0).text, site.receiver
    if key is None and held.fields and not held.origins and not (held.what or held.identity):
        return way_of_table(held)
    if key is None or held.what in ("headers", "cookies", "formdata", "searchParams"):
        return None
    if held.fields is None and not held.origins and not held.cases:
        return None
    if held.what.endswith("()") and held.fields is None and is_setting(held):
        return None  # a client that was made with a key: what it fetches is not that key
    return walk.member(held, key)


def _transaction(walk: Evaluation, site: Site) -> Value | None:
    """`db.transaction(async (tx) => …)`: the function gets the client, and all holds or nothing."""
    handler = site.argument(0)
    if handler.closure is None:
        return _all_or_none(walk, handler)
    walk.transactions += 1
    result = walk.enter(handler.closure, (site.receiver,), {}, site.call.at)
    walk.transactions -= 1
    return result


def _all_or_none(walk: Evaluation, listed: Value) -> Value | None:
    """`prisma.$transaction([prisma.a.create(…), …])`: nothing was asked before it got the whole list."""
    for number in frozenset(_made(listed)):
        if number < len(walk.effects):
            walk.effects[number] = walk.effects[number]._replace(atomic=True)
    return None if listed.elements is None else Value(elements=listed.elements)


def _made(value: Value, depth: int = 3) -> Iterator[int]:
    """The effects that the parts of a value are results of."""
    if value.effect >= 0:
        yield value.effect
    if depth:
        for part in (*(value.elements or ()), *(case for case, _ in value.cases)):
            yield from _made(part, depth - 1)


_LAYOUT = regex(r"/?\^?(\\[nrs]|\\/|\n|\?|[ \-_+$])*/?[gimu]*$")
"""What is replaced to lay a text out, not to make it harmless: line ends, spaces, dashes."""


_PLACEHOLDER = regex(r"/(\\\$\(?(\\d|\[0-9\])\+\)?|\\\?)/g?$")
"""A pattern of the placeholders of a statement: `/\\$(\\d+)/g`, `/\\?/g`."""


def _string(walk: Evaluation, site: Site) -> Value | None:
    """Methods of a string that give a string."""
    value = site.receiver
    if value.fields is not None or value.instance is not None or value.client:
        return None
    if site.name == "toString" and value.elements is not None:
        return value
    if site.name in ("replace", "replaceAll") and _PLACEHOLDER.match(site.argument(0).text or ""):
        return value  # another way to write the same statement
    if site.name in ("replace", "replaceAll") and site.has(0):
        layout = _LAYOUT.match(site.argument(0).text or "?")
        kept = Value(
            origins=all_origins(value), tags=value.tags | (set() if layout else {"replaced"})
        )
        filled = site.argument(1)
        if filled.closure is None and all_origins(filled):  # `template.replace("{{name}}", name)`
            return Value(elements=(kept, filled), what="text", tags=kept.tags | filled.tags)
        return kept
    part = {"part"} if site.name in ("slice", "substring", "substr", "split") else set()
    if site.name == "split" and site.argument(0).text == "." and not site.has(1):
        part.add(DOTLESS)
    if site.name == "join" and value.elements is not None and not _carries(value):
        part.add("computed")
    return Value(origins=all_origins(value), tags=(value.tags - FLEETING) | part | {"string"})


def _carries(listed: Value) -> bool:
    """False for `["name = $" + values.length]`, of whose texts none says what was sent."""
    return bool(sent(listed) or sent(replace(listed, cases=())))


def _part_of_list(walk: Evaluation, site: Site) -> Value | None:
    """Some elements of a list, or some characters of a string."""
    known = site.receiver.fields is not None or site.receiver.elements is not None
    return site.receiver if known else _string(walk, site)


def _array_check(walk: Evaluation, site: Site) -> Value | None:
    about = [str(o) for o in all_origins(site.argument(0)) if o.is_input]
    how = OF_FORM if _is_of_number(site.call) else site.what
    yes = frozenset({walk.guard(Check.VALID, how, site.call.at, about)})
    return Value(when=(yes, NO_GUARDS), tags=frozenset({"truth"}))


def _is_of_number(call: Call) -> bool:
    """`isinstance(month, int)`: no number has a sign that leads anywhere."""
    kind = call.arguments[1] if len(call.arguments) == 2 else None
    kinds = kind.elements if isinstance(kind, Items) else (kind,)
    return bool(kinds) and all(isinstance(k, Name) and k.id in _NUMBERS for k in kinds)


_NUMBERS = frozenset({"int", "float", "bool"})


def _looked_at(walk: Evaluation, site: Site) -> Value | None:
    """`inspect.iscoroutinefunction(function)` says something of a function, and does not call it."""
    return walk.unfollowed(site.given, site.named, site.receiver, f"{site.what}()")


def _quiet(walk: Evaluation, site: Site) -> Value | None:
    return NULL


def _any(walk: Evaluation, site: Site) -> Value | None:
    """`any(role.name == "admin" for role in user.roles)`"""
    listed = site.argument(0)
    if listed.when is None:
        return None
    return Value(origins=listed.origins, when=listed.when, tags=frozenset({"truth"}))


def _length(walk: Evaluation, site: Site) -> Value | None:
    """`len(rows)`: how many there are, which tells nothing else of them."""
    counted = site.argument(0)
    origins = all_origins(counted)
    if not walk.module.python or not any(origin.kind == "row" for origin in origins):
        return None
    found = walk.knowledge.property(walk, counted, "length")
    if found is not None:
        return found
    number = (o._replace(key="length") if o.kind == "row" else o for o in origins)
    return Value(origins=frozenset(number), tags=frozenset({"number"}))


CALLS = {
    "Proxy": _proxy,
    "len": _length,
    "any": _any,
    "Reflect.get": _part_of,
    "getattr": _attribute,
    "JSON.parse": _parsed_json,
    "json.loads": _parsed_json,
    "Number": _number,
    "parseInt": _number,
    "parseFloat": _number,
    "Number.parseInt": _number,
    "Number.parseFloat": _number,
    "int": _number,
    "float": _number,
    "bool": _truth,
    "Boolean": _truth,
    "String": _text,
    "str": _text,
    "Object.assign": _object_assign,
    "Object.freeze": _first,
    "Object.keys": _keys,
    "Object.values": _first,
    "Object.entries": _entries,
    "Object.fromEntries": _from_entries,
    "Array.from": _first,
    "TextEncoder().encode": _first,
    "TextDecoder().decode": _first,
    "Array.isArray": _array_check,
    "isinstance": _array_check,
    "structuredClone": _first,
    "Promise": _promised,
    "Promise.all": _all,
    "Promise.allSettled": _all,
    "Promise.race": _first_of,
    "Promise.any": _first_of,
    "asyncio.gather": _gathered,
    "map": _map_of,
    "react.cache": _first,
    "next/cache.unstable_cache": _first,
    "functools.wraps": lambda walk, site: Value(native=lambda w, s: s.argument(0)),
    **dict.fromkeys(
        """inspect.iscoroutinefunction asyncio.iscoroutinefunction inspect.isasyncgenfunction
        inspect.isgeneratorfunction inspect.isfunction inspect.isclass inspect.signature
        inspect.getfullargspec inspect.getdoc typing.get_type_hints callable""".split(),
        _looked_at,
    ),
    "next/cache.revalidatePath": _quiet,
    "next/cache.revalidateTag": _quiet,
    "console.log": _quiet,
    "console.error": _quiet,
    "console.warn": _quiet,
    "console.info": _quiet,
    "console.debug": _quiet,
    "print": _quiet,
}

NAMES = {
    "then": _then,
    "catch": _caught,
    "finally": _receiver,
    "map": _each(keeps=False),
    "flatMap": _each(keeps=False),
    "forEach": _each(keeps=False),
    "filter": _filtered,
    "sort": _receiver,
    "slice": _part_of_list,
    "reverse": _receiver,
    "find": _found,
    "some": _found,
    "every": _found,
    "includes": _includes,
    "reduce": _reduced,
    "has": _includes,
    "get": _mapped_get,
    "transaction": _transaction,
    "$transaction": _transaction,
    "batch": lambda walk, site: _all_or_none(walk, site.argument(0)),
    **dict.fromkeys(
        """trim toLowerCase toUpperCase toString strip lower upper replace replaceAll substring substr
        split join padStart encode decode rstrip lstrip normalize""".split(),
        _string,
    ),
}
