"""Django: a view is a function of a request, or a class with a method for each verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.answering import Answers
from shipworthy.prototype.handlers.entering.finding import as_written, named
from shipworthy.prototype.handlers.evaluation import SETTLED
from shipworthy.prototype.handlers.handler import Check, Guard, Origin
from shipworthy.prototype.handlers.knowledge import classes, generic_views
from shipworthy.prototype.handlers.knowledge.django import HANDED_ON, REQUEST, permitted
from shipworthy.prototype.handlers.knowledge.throttles import throttled
from shipworthy.prototype.handlers.knowledge.wrapping import invoke
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    Guards,
    Type,
    Value,
    from_origins,
    meet_all,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Function, If, Let, Member, Name
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex

_IN_PATH = regex(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>")
_METHODS = """get post put patch delete list create retrieve update partial_update destroy form_valid
get_queryset get_object get_context_data perform_create perform_update perform_destroy""".split()
_PARTS = ("get_queryset", "get_object", "perform_")
_MIXINS = {
    "LoginRequiredMixin": (Check.SESSION,),
    "PermissionRequiredMixin": (Check.SESSION, Check.ROLE),
    "StaffRequiredMixin": (Check.SESSION, Check.ROLE),
    "SuperuserRequiredMixin": (Check.SESSION, Check.ROLE),
}
_PERMISSIONS, _THROTTLES = "DEFAULT_PERMISSION_CLASSES", "DEFAULT_THROTTLE_CLASSES"
_REST = regex(r"^(rest_framework\.|.*(APIView|ViewSet)$)")


class DjangoEntry(Struct):
    """A route of Django."""

    view: Value
    function: Function | None
    path: str
    location: Location
    settings: Mapping[str, Value]  # REST_FRAMEWORK
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run the view as the URL would."""
        request = Value(what=REQUEST, identity=walk.program.identity(), tags=frozenset({"truthy"}))
        given = dict(_in_path(walk, self.path, self.location.line))
        if self.view.type is not None:
            return self._class(walk, self.view.type, request, given)
        answers = Answers(walk, texts="html")
        if self.function is not None:
            walk.answers = (id(self.function), answers)
            if _is_rest(self.function) and not _has(self.function, "permission_classes"):
                walk.guards |= permitted(walk, _classes(self.settings, _PERMISSIONS), "*")
            if _is_rest(self.function) and not _has(self.function, "throttle_classes"):
                walk.guards |= self._counted(walk, _classes(self.settings, _THROTTLES), "")
        invoke(walk, self.view, (request,), given, self.location.line)
        return answers.guards

    def _class(
        self, walk: Walk, kind: Type, request: Value, given: dict[str, Value]
    ) -> frozenset[Guard]:
        walk.guards |= self._required(walk, kind)
        made = generic_views.view_of(walk, kind)
        walk.heap[made.identity, "request"] = request
        walk.heap[made.identity, "kwargs"] = Value(fields={**_key_of_router(walk, kind), **given})
        walk.guards |= _handed_on(walk, kind, made, request)
        before, ways = walk.guards, list[Guards]()
        inherited = generic_views.inherited(walk, made)
        for action in inherited:
            walk.heap[made.identity, "action"] = Value(literal=action, tags=SETTLED | {"truthy"})
            walk.guards = before | self._held(walk, made, action)
            ways.append(walk.guards)
            generic_views.act(walk, made, action, given)
        extra = [m.name for m in kind.node.methods if _has(m, "action")]
        for name in (*_METHODS, *extra):
            method = walk.method(made, name)
            if method is None or method.closure is None:
                continue
            if inherited and name.startswith(_PARTS):
                continue  # run as part of what is inherited
            walk.heap.pop((made.identity, "action"), None)
            if not name.startswith(("get_", "perform_", "form_")):
                action_ = Value(literal=name, tags=SETTLED | {"truthy"})
                walk.heap[made.identity, "action"] = action_
            walk.guards = before | self._held(walk, made, name)
            answers = Answers(walk, texts="html")
            walk.answers = (id(method.closure.function), answers)
            first = () if name.startswith("get_") else (request,)
            if name.startswith(("perform_", "form_")):
                first = (UNKNOWN,)
            decorated = walk.decorated(method.closure.function, kind.scope)
            if decorated.native is not None:
                first = (made, *first)
            asked = {**_of_router(walk, kind, method.closure.function), **given}
            invoke(walk, decorated if decorated.native else method, first, asked, 0)
            if not name.startswith(("get_", "perform_", "form_")):
                ways.append(answers.guards)
        walk.guards = before
        return meet_all(ways) if ways else before

    def _required(self, walk: Walk, kind: Type) -> frozenset[Guard]:
        """What mixins, permission classes and decorators of the class ask for."""
        found: set[Guard] = set()
        names = _base_names(walk, kind)
        at = kind.node.at
        for name in names:
            for check in _MIXINS.get(name.rpartition(".")[2], ()):
                found.add(walk.guard(check, name.rpartition(".")[2], at))
        if any(name.endswith("UserPassesTestMixin") for name in names):
            found |= _test_func(walk, kind)
        for decorator in kind.node.decorators:
            found |= _of_decorator(walk, decorator, at)
        return frozenset(found)

    def _held(self, walk: Walk, view: Value, name: str) -> Guards:
        """What permission classes ask for before one of the methods of a view, and what throttles count."""
        kind = view.instance
        if kind is None or not any(_REST.match(n) for n in _base_names(walk, kind)):
            return NO_GUARDS
        permits = self._permitted(walk, view, kind, name)
        counting = _field(walk, kind, "throttle_classes")
        counting = counting if counting is not None else _classes(self.settings, _THROTTLES)
        scope = (_field(walk, kind, "throttle_scope") or UNKNOWN).text or ""
        return permits | self._counted(walk, counting, scope, permits)

    def _counted(
        self, walk: Walk, listed: Value, scope: str, guards: Guards = NO_GUARDS
    ) -> frozenset[Guard]:
        rates = self.settings.get("DEFAULT_THROTTLE_RATES", UNKNOWN).fields or {}
        known = any(guard.check is Check.SESSION for guard in guards | walk.guards)
        return throttled(walk, listed, scope, rates, known=known)

    def _permitted(self, walk: Walk, view: Value, kind: Type, name: str) -> Guards:
        """What the permission classes of a view ask for before one of its methods."""
        method = generic_views.METHODS.get(name, name.upper())
        of_action = _of_action(walk, kind, name)
        listed = of_action or _field(walk, kind, "permission_classes")
        listed = listed if listed is not None else _classes(self.settings, _PERMISSIONS)
        own = walk.method(view, "get_permissions")
        if own is not None:  # the classes that are listed hold where it asks for them
            walk.heap[view.identity, "permission_classes"] = listed
            return _by_action(walk, view, own, name, method)
        return permitted(walk, listed, method)


def _of_router(walk: Walk, kind: Type, function: Function) -> dict[str, Value]:
    """What a router takes from the address for a method of a view set: `def retrieve(self, request, pk)`."""
    of_router = _key_of_router(walk, kind)
    if not of_router:
        return {}
    named = [p.target.id for p in function.parameters if isinstance(p.target, Name)][2:]
    variadic = {p.target.id for p in function.parameters if p.variadic and type(p.target) is Name}
    keys = [name for name in named if name not in {*variadic, "format"}]
    rest = of_router if variadic and function.name in _OF_ONE else {}
    return {**rest, **{key: from_origins(Origin("path", "", key)) for key in keys}}


def _key_of_router(walk: Walk, kind: Type) -> dict[str, Value]:
    """The key of a row in the address of a view set, by the name that the view has for it."""
    if not any(n.endswith("ViewSet") for n in _base_names(walk, kind)):
        return {}
    fields = (_field(walk, kind, name) for name in ("lookup_url_kwarg", "lookup_field"))
    key = next((field.text for field in fields if field is not None and field.text), "pk")
    return {key: from_origins(Origin("path", "", key))}


_OF_ONE = ("retrieve", "update", "partial_update", "destroy")


def _base_names(walk: Walk, kind: Type) -> list[str]:
    return [base for base in classes.bases(walk, kind) if isinstance(base, str)]


def _of_action(walk: Walk, kind: Type, name: str) -> Value | None:
    """`@action(detail=True, permission_classes=[IsAdminUser])`."""
    for function in (m for m in kind.node.methods if m.name == name):
        for decorator in function.decorators:
            for keyword, value in decorator.keywords if isinstance(decorator, Call) else ():
                if keyword == "permission_classes":
                    return walk.at_home(value, kind.scope)
    return None


def _by_action(walk: Walk, view: Value, own: Value, name: str, method: str) -> Guards:
    """`def get_permissions(self)`: what it gives for one action."""
    walk.heap[view.identity, "action"] = Value(literal=name, tags=SETTLED | {"truthy"})
    before = walk.guards
    given = invoke(walk, own)
    walk.guards = before
    if given.cases or given.elements is None or _decides_by_more(own):
        return frozenset({walk.guard(Check.UNCLEAR, "get_permissions", 0)})
    return permitted(walk, given, method)


def _decides_by_more(own: Value) -> bool:
    """True where other classes are put in the place of those listed, for more reasons than the action."""
    decisions = nodes_in(own.closure.function.body, If) if own.closure else ()
    return any(
        next(nodes_in((each.then, each.other), Let), None) is not None
        and not (
            all(member.key == "action" for member in nodes_in((each.test,), Member))
            and all(name.id == "self" for name in nodes_in((each.test,), Name))
        )
        for each in decisions
    )


def _handed_on(walk: Walk, kind: Type, view: Value, request: Value) -> Guards:
    """What the methods `dispatch` of a view and of its mixins ask before they hand the request on."""
    before, found = walk.guards, NO_GUARDS
    for owner in (kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type))):
        if not any(method.name == "dispatch" for method in owner.node.methods):
            continue
        own = walk.method(replace(view, instance=owner), "dispatch")
        if own is None or own.closure is None:
            continue
        walk.heap.pop(HANDED_ON, None)
        invoke(walk, own, (request,), at=owner.node.at)
        handed = walk.heap.pop(HANDED_ON, UNKNOWN).when
        found |= handed[0] if handed is not None else NO_GUARDS
        walk.guards = before
    return found


def _test_func(walk: Walk, kind: Type) -> frozenset[Guard]:
    method = walk.method(Value(instance=kind), "test_func")
    if method is None or method.closure is None:
        return frozenset({walk.guard(Check.UNCLEAR, "test_func", kind.node.at)})
    made = Value(instance=kind, identity=walk.program.identity())
    walk.heap[made.identity, "request"] = Value(what=REQUEST, tags=frozenset({"truthy"}))
    bound = walk.method(made, "test_func") or method
    before = walk.guards
    result = invoke(walk, bound)
    held = walk.tested(result)[0] | (walk.guards - before)
    walk.guards = before
    if not held:  # a test that could not be followed
        held = frozenset({walk.guard(Check.UNCLEAR, "test_func", kind.node.at)})
    return held | {walk.guard(Check.SESSION, "test_func", kind.node.at)}


def _of_decorator(walk: Walk, decorator: object, at: int) -> frozenset[Guard]:
    """`@method_decorator(login_required, name="dispatch")`."""
    text = str(decorator)
    if "'login_required'" in text:
        return frozenset({walk.guard(Check.SESSION, "login_required", at)})
    if "'staff_member_required'" in text or "'permission_required'" in text:
        checks = (Check.SESSION, Check.ROLE)
        return frozenset(walk.guard(check, "permission", at) for check in checks)
    return NO_GUARDS


def _field(walk: Walk, kind: Type, name: str) -> Value | None:
    owners = [kind, *(base for base in classes.bases(walk, kind) if isinstance(base, Type))]
    for owner in owners:
        for assignment in owner.node.fields:
            if isinstance(assignment.target, Name) and assignment.target.id == name:
                return walk.at_home(assignment.value, owner.scope)
    return None


def _in_path(walk: Walk, path: str, at: int) -> Iterator[tuple[str, Value]]:
    for converter, name, group in _IN_PATH.findall(path):
        key = name or group
        if converter in ("int", "uuid"):
            walk.passed(Check.VALID, converter, at, (f"path.{key}",))
        yield key, from_origins(Origin("path", "", key))


def _is_rest(function: Function) -> bool:
    return _has(function, "api_view")


def _has(function: Function, name: str) -> bool:
    return any(f"'{name}'" in str(decorator) for decorator in function.decorators)


def django_entry(route: Route, program: Program, walk: Walk) -> DjangoEntry | None:
    """The entry of a route that a urls.py declares."""
    path = route.location.path
    unit = program.unit(path)
    value = named(walk, route.handler, unit.scope)
    settings = _settings(program, walk)
    if value.type is not None:
        node = value.type.node
        where = Location(value.type.module.path, node.at, node.end)
        return DjangoEntry(value, None, route.path, where, settings)
    function, home = as_written(route.handler, value, program, path)
    if function is None:  # a view of a package
        return DjangoEntry(value, None, route.path, route.location, settings)
    where = Location(home, function.at, function.end)
    return DjangoEntry(value, function, route.path, where, settings)


def _settings(program: Program, walk: Walk) -> Mapping[str, Value]:
    """REST_FRAMEWORK of the settings."""
    for path in (path for path in program.modules if "settings" in path):
        for statement in program.modules[path].body:
            target = statement.target if isinstance(statement, Let) else None
            if isinstance(target, Name) and target.id == "REST_FRAMEWORK":
                return walk.lookup("REST_FRAMEWORK", program.unit(path).scope).fields or {}
    return {}


def _classes(settings: Mapping[str, Value], name: str) -> Value:
    """A setting that names classes, as a list of them."""
    listed = settings.get(name, UNKNOWN).elements or ()
    return Value(elements=tuple(Value(what=v.text) for v in listed if v.text))
