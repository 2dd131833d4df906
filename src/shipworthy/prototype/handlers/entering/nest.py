"""NestJS: a controller is built with its services, its guards are asked, its method is given its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.answers import answered
from shipworthy.prototype.handlers.evaluation.kept_lists import kept_field
from shipworthy.prototype.handlers.handler import Check, Guard, Origin
from shipworthy.prototype.handlers.knowledge import class_validators, classes, documents, nest
from shipworthy.prototype.handlers.knowledge.requests import NODE, parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import RES, returned
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.sent import LEFT_FREE
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    Closure,
    Guards,
    Scope,
    Type,
    Value,
    from_origins,
    meet_all,
    replace,
    truth,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Call,
    Expression,
    Function,
    Member,
    Name,
    Parameter,
    Record,
)
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex

_AUTHENTICATES = regex(r"auth|jwt|session|token|login|user", re.IGNORECASE)
_LIMITS = regex(r"throttl|rate", re.IGNORECASE)
_CALLER = regex(r"user|auth|account|principal|session|member", re.IGNORECASE)
_NUMBERS = regex(r"ParseIntPipe|ParseFloatPipe|ParseBoolPipe|ParseUUIDPipe|ParseEnumPipe")
_DEEPEST = 8


class Application(Struct, frozen=True):
    """What holds for all controllers: guards of modules and of `main.ts`, and what its pipes leave."""

    guards: tuple[tuple[Expression, str], ...]  # with the module that names each
    middleware: tuple[tuple[str, int], ...]  # that by its name asks who calls: where it is applied
    listed_only: bool  # only what a class of the body declares passes
    validates: bool  # what a class asks of its fields is asked


def application(program: Program) -> Application:
    """Read what the modules of a NestJS server say for all of its controllers."""
    guards: list[tuple[Expression, str]] = []
    middleware: list[tuple[str, int]] = []
    listed_only = validates = False
    for path, module in program.modules.items():
        if not any(i.module.startswith("@nestjs/") for i in module.imports):
            continue
        validates = validates or any(i.name == "ValidationPipe" for i in module.imports)
        for call in nodes_in(module.body, Call):
            name = call.function.key if isinstance(call.function, Member) else ""
            if name == "useGlobalGuards":
                guards += [(given, path) for given in call.arguments]
            elif name == "apply" and _AUTHENTICATES.search(_named(call)):
                middleware.append((path, call.at))
            elif isinstance(call.function, Name) and call.function.id == "ValidationPipe":
                listed_only = listed_only or "'whitelist'" in str(call.arguments)
        for record in nodes_in((module.body, module.exports), Record):
            pairs = dict(record.pairs)
            if isinstance(provided := pairs.get("provide"), Name) and provided.id == "APP_GUARD":
                given = pairs.get("useClass") or pairs.get("useExisting")
                if given is not None:
                    guards.append((given, path))
    return Application(tuple(guards), tuple(middleware), listed_only, validates)


def _named(call: Call) -> str:
    """The names among the arguments of a call: a text, as the name of a setting, is no middleware."""
    names = (n.id for n in nodes_in(call.arguments, Name))
    return " ".join((*names, *(m.key for m in nodes_in(call.arguments, Member))))


class NestEntry(Struct):
    """A method of a controller."""

    kind: Type
    function: Function
    application: Application
    location: Location
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Ask the guards, then run the method."""
        walk.heap[0, nest.METADATA] = Value(fields=dict(self._metadata(walk)))
        identity = walk.program.identity()
        context = Value(what=nest.CONTEXT, identity=identity, tags=frozenset({"truthy"}))
        for guard in self._all_guards(walk):
            if not _ask(walk, guard, context):
                return walk.guards
        for path, line in self.application.middleware:
            walk.guards |= {Guard(Check.UNCLEAR, NO_ABOUT, "middleware", path, line)}
        request = Value(what=NODE, identity=identity, tags=frozenset({"truthy"}))
        scope = self.kind.scope
        given = tuple(
            self._given(walk, p, request, context, scope) for p in self.function.parameters
        )
        this = built(walk, self.kind)
        closure = Closure(self.function, scope, self.kind.module, this)
        before, first = walk.guards, len(walk.effects)
        result = walk.enter(closure, given, {}, self.function.at)
        by_response = any(self._kind_of(walk, p) == "response" for p in self.function.parameters)
        walk.guards = before | answered(walk, first, by_effects=by_response)
        if not by_response:
            returned(walk, result, self.function.at)
        return walk.guards

    def _decorations(self, walk: Walk) -> Iterator[Value]:
        """What the decorators of the class and then of the method give."""
        for decorator in (*self.kind.node.decorators, *self.function.decorators):
            value = walk.at_home(decorator, self.kind.scope)
            yield from value.elements or () if value.what == nest.SEVERAL else (value,)

    def _metadata(self, walk: Walk) -> Iterator[tuple[str, Value]]:
        for value in self._decorations(walk):
            fields = value.fields or {}
            if value.what == nest.METADATA and (key := nest.key_of(fields["key"])) is not None:
                yield key, fields["value"]

    def _all_guards(self, walk: Walk) -> Iterator[Value]:
        for expression, path in self.application.guards:
            yield walk.at_home(expression, walk.program.unit(path).scope)
        for value in self._decorations(walk):
            if value.what == nest.GUARDS:
                yield from value.elements or ()

    def _kind_of(self, walk: Walk, parameter_: Parameter) -> str:
        for decorator in parameter_.decorators:
            value = walk.at_home(decorator, self.kind.scope)
            if value.what == nest.PARAMETER:
                return (value.fields or {})["kind"].text or ""
        return ""

    def _given(
        self, walk: Walk, given: Parameter, request: Value, context: Value, scope: Scope
    ) -> Value:
        for decorator in given.decorators:
            value = walk.at_home(decorator, scope)
            if value.what == nest.PARAMETER:
                return self._marked(walk, given, value, request, context)
            name = str(decorator)
            if _CALLER.search(name):
                return principal(walk, "decorator of the caller", self.function.at)
        return UNKNOWN

    def _marked(
        self, walk: Walk, given: Parameter, mark: Value, request: Value, context: Value
    ) -> Value:
        fields = mark.fields or {}
        kind = fields["kind"].text or ""
        match kind:
            case "own":
                factory = fields["factory"].closure
                if factory is None:
                    return UNKNOWN
                return walk.enter(factory, (fields["data"], context), {}, self.function.at)
            case "request":
                return request
            case "response":
                return Value(what=RES, tags=frozenset({"truthy", "response"}))
            case "session":
                return Value(what="session")
            case "ip":
                return from_origins(Origin("header", "", "x-forwarded-for"))
        key = fields["key"].text
        pipes = fields["pipes"].elements or ()
        number = any(_NUMBERS.search(p.what or p.text or "") for p in pipes)
        number = number or given.annotation.strip(" :") in ("number", "boolean")
        if key is not None:
            name = key.lower() if kind == "header" else key
            made = from_origins(Origin(kind, "", name))
            return replace(made, tags=frozenset({"scalar"})) if number else made
        declared = classes.type_named(walk, given.annotation, self.kind.scope)
        if declared is not None and kind in ("body", "query"):
            if self.application.listed_only:
                return _listed(walk, declared, kind, self.function.at)
            if self.application.validates:
                named = _tagged(_declared(walk, declared, kind)[0], class_validators.LISTED)
                about = [f"{kind}.{name}" for name in named]
                walk.passed(Check.ALLOWED, declared.node.name, self.function.at, about)
        return parameter(kind, what="headers" if kind == "header" else "")


NO_ABOUT: frozenset[str] = frozenset()


def nest_entry(route: Route, program: Program, walk: Walk, known: Application) -> NestEntry | None:
    """The method of a controller that a route names."""
    path = route.location.path
    owner, _, name = route.handler.partition(".")
    value = walk.lookup(owner, program.unit(path).scope)
    if value.type is None:
        return None
    for function in value.type.node.methods:
        if function.name == name:
            place = Location(path, function.at, function.end)
            return NestEntry(value.type, function, known, place)
    return None


def built(walk: Walk, kind: Type, depth: int = 0) -> Value:
    """An object of a class with what its constructor is given, by the types of its parameters."""
    kept = walk.program.heap.get((id(kind.node), "built"))
    if kept is not None:
        return kept
    bases = {name for name in classes.bases(walk, kind) if isinstance(name, str)}
    prisma = any(name.endswith("PrismaClient") for name in bases)
    made = Value(
        instance=kind,
        identity=walk.program.identity(),
        what="prisma" if prisma else "",
        client="owner" if prisma else "",
        tags=frozenset({"truthy"}),
    )
    walk.program.heap[id(kind.node), "built"] = made
    for function in _constructors(walk, kind):
        for each in function.parameters:
            if isinstance(each.target, Name):
                value = _injected(walk, each, kind.scope, depth)
                walk.program.heap[made.identity, each.target.id] = value
    inner = Scope({"this": made}, kind.scope)
    for field in kind.node.fields:
        for target in [field.target.id] if isinstance(field.target, Name) else []:
            walk.program.heap[made.identity, target] = kept_field(
                walk, field, inner, target
            ) or walk.at_home(field.value, inner)
    return made


def _constructors(walk: Walk, kind: Type) -> Iterator[Function]:
    owners = [base for base in classes.bases(walk, kind) if isinstance(base, Type)]
    for owner in (*reversed(owners), kind):
        yield from (m for m in owner.node.methods if m.name == "constructor")


def _injected(walk: Walk, given: Parameter, scope: Scope, depth: int) -> Value:
    annotation = given.annotation
    for decorator in given.decorators:
        if isinstance(decorator, Call) and str(decorator.function).find("Inject") >= 0:
            model = _model(walk, decorator, annotation, scope)
            if model is not None:
                return model
    declared = classes.type_named(walk, annotation, scope)
    if declared is not None:
        return built(walk, declared, depth + 1) if depth < _DEEPEST else UNKNOWN
    names = re.findall(r"[A-Za-z_]\w*", annotation)
    return walk.lookup(names[0], scope) if names else UNKNOWN


def _model(walk: Walk, decorator: Call, annotation: str, scope: Scope) -> Value | None:
    """`@InjectRepository(User)` of TypeORM, `@InjectModel(User.name)` of Mongoose."""
    name = getattr(decorator.function, "id", "")
    if name not in ("InjectRepository", "InjectModel") or not decorator.arguments:
        return None
    entity = decorator.arguments[0]
    if isinstance(entity, Member) and entity.key == "name":
        entity = entity.object
    value = walk.at_home(entity, scope)
    table = value.type.node.name if value.type else value.text or value.what.rpartition(".")[2]
    return documents.named(table)


def _listed(walk: Walk, declared: Type, kind: str, at: int) -> Value:
    """A body of which only the fields are left that a class declares."""
    fields, whole = _declared(walk, declared, kind)
    if free := _tagged(fields, class_validators.FREE):
        walk.passed(Check.VALID, LEFT_FREE, at, [f"{kind}.parsed.{name}" for name in free])
    if not whole or not fields:
        fields["..."] = from_origins(Origin(kind, "parsed"))
    return Value(what="shape", fields=fields, tags=frozenset({"truthy"}))


def _tagged(fields: dict[str, Value], tag: str) -> list[str]:
    return [name for name, value in fields.items() if tag in value.tags]


def _declared(
    walk: Walk, declared: Type, kind: str, depth: int = 0
) -> tuple[dict[str, Value], bool]:
    """The fields of a class and of those below it; False where one of them could not be read."""
    fields: dict[str, Value] = {}
    whole = True
    for base in declared.node.bases:
        below, read = _below(walk, base, declared.scope, kind, depth)
        fields |= below
        whole = whole and read
    for field in declared.node.fields:
        if isinstance(field.target, Name) and field.target.id:
            scalar = _SCALAR.search(str(field.value))
            tags = class_validators.tags_of(walk, field.value, declared.scope)
            tags |= {"scalar"} if scalar else set()
            origin = Origin(kind, "parsed", field.target.id)
            fields[field.target.id] = replace(from_origins(origin), tags=tags)
    return fields, whole


_SCALAR = regex(r"Is(Int|Number|Boolean|UUID|Enum|Date|In|MongoId|Positive)\b")


def _below(
    walk: Walk, base: Expression, scope: Scope, kind: str, depth: int
) -> tuple[dict[str, Value], bool]:
    """What a class has from the one it extends: `PartialType(CreateOrder)`, `OmitType(Order, ["id"])`."""
    given: tuple[Expression, ...] = (base,)
    made = ""
    if isinstance(base, Call) and isinstance(base.function, Name):
        given, made = base.arguments, base.function.id
    if depth > _DEEPEST or not given or (made and made not in _MADE_OF):
        return {}, False
    fields: dict[str, Value] = {}
    whole = True
    for node in given if made == "IntersectionType" else given[:1]:
        found = walk.at_home(node, scope)
        below, read = (
            _declared(walk, found.type, kind, depth + 1) if found.type is not None else ({}, False)
        )
        fields |= below
        whole = whole and read
    if made in ("OmitType", "PickType") and len(given) > 1:
        named = {value.text for value in walk.at_home(given[1], scope).elements or ()}
        fields = {k: v for k, v in fields.items() if (k in named) is (made == "PickType")}
    return fields, whole


_MADE_OF = frozenset({"PartialType", "OmitType", "PickType", "IntersectionType"})
"""What `@nestjs/mapped-types` makes a class of others with."""


def _ask(walk: Walk, guard: Value, context: Value) -> bool:
    """Ask a guard; False where it lets nobody pass."""
    kind = guard.type or (guard.instance if guard.instance is not None else None)
    name = kind.node.name if kind is not None else guard.what
    function = _activating(walk, kind) if kind is not None else None
    if kind is None or function is None:
        walk.guards |= _of_package(walk, name, kind)
        return True
    this = built(walk, kind)
    closure = Closure(function, kind.scope, kind.module, this)
    before = walk.guards
    result = walk.enter(closure, (context,), {}, function.at)
    if result.what == "never":
        return False
    ways: list[Guards] = []
    for value, passed in walk.ways:
        for case, more in value.cases or ((value, NO_GUARDS),):
            if truth(case) is not False:
                ways.append(passed | more | walk.tested(case)[0])
    walk.guards = before | meet_all(ways) if ways else walk.guards
    return bool(ways)


def _activating(walk: Walk, kind: Type) -> Function | None:
    owners = [kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type))]
    for owner in owners:
        for method in owner.node.methods:
            if method.name == "canActivate":
                return method
    return None


def _of_package(walk: Walk, name: str, kind: Type | None) -> Guards:
    """What a guard asks that is not written in the prototype, or inherits what it does."""
    bases = [b for b in classes.bases(walk, kind) if isinstance(b, str)] if kind is not None else []
    known = " ".join((name, *bases))
    at = kind.node.at if kind is not None else 0
    if _LIMITS.search(known):
        return frozenset({walk.guard(Check.RATE, name, at)})
    passport = "passport" in known.lower() or "AuthGuard" in known
    return frozenset({walk.guard(Check.SESSION if passport else Check.UNCLEAR, name, at)})
