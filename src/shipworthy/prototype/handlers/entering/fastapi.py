"""FastAPI: parameters and dependencies are given to a handler by their names and annotations."""

from __future__ import annotations

import re

from msgspec import Struct, field
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.answer_models import leaves_out, people_shown
from shipworthy.prototype.handlers.entering.answering import Answers
from shipworthy.prototype.handlers.entering.beforehand import run_beforehand
from shipworthy.prototype.handlers.entering.finding import Found, find
from shipworthy.prototype.handlers.entering.middleware import (
    Target,
    passed_on,
    target_of,
)
from shipworthy.prototype.handlers.handler import Check, Guard, Origin
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.knowledge.fastapi import (
    DEPENDS,
    MARK,
    REQUEST,
    SCHEME,
    login_form,
    sent,
)
from shipworthy.prototype.handlers.knowledge.free_fields import (
    free_fields,
    is_limited,
    limited_fields,
)
from shipworthy.prototype.handlers.knowledge.python_routing import MIDDLEWARE
from shipworthy.prototype.handlers.knowledge.wrapping import invoke, is_callable
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.sent import LEFT_FREE
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    Closure,
    Scope,
    Type,
    Value,
    from_origins,
)
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import (
    Function,
    Index,
    Items,
    Let,
    Name,
    Parameter,
)
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex

_IN_PATH = regex(r"\{(\w+)(?::\w+)?\}")
_FRAMEWORK = {
    "Request": "request",
    "HTTPConnection": "request",
    "WebSocket": "socket",
    "Response": "response of the framework",
    "BackgroundTasks": "background tasks",
    "SecurityScopes": "scopes",
}
_DEEPEST = 8


class FastapiEntry(Struct):
    """A route of FastAPI."""

    found: Found
    path: str
    location: Location
    target: Target
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Run dependencies, then the handler."""
        request = Value(what=REQUEST, identity=walk.program.identity(), tags=frozenset({"truthy"}))
        injection = Injection(walk, request, frozenset(_IN_PATH.findall(self.path)))
        if not run_beforehand(injection, self.found.before, self.target):
            return walk.guards
        function, closure = self.found.function, self.found.value.closure
        named = injection.parameters(function, self.found.scope, method=_is_method(closure))
        if named is None:
            return walk.guards
        scope = self.found.scope
        answers = Answers(
            walk,
            filtered=leaves_out(walk, function, scope),
            people=people_shown(walk, function, scope),
        )
        walk.answers = (id(self.found.function), answers)
        invoke(walk, self.found.value, (), named, self.found.function.at)
        return answers.guards


def _is_method(closure: Closure | None) -> bool:
    """True for a method of an object, not for a function inside of one."""
    kind = closure.this.instance if closure is not None and closure.this is not None else None
    return kind is not None and any(m is closure.function for m in kind.node.methods if closure)


class Injection(Struct):
    """Gives functions their parameters, for one request; a dependency runs once."""

    walk: Walk
    request: Value
    in_path: frozenset[str]
    named: set[str] = field(default_factory=set)  # what was looked for in the path
    done: dict[int, Value] = field(default_factory=dict)
    depth: int = 0

    def step(self, value: Value) -> bool:
        """Run what stands before a handler; False where nothing comes after it."""
        if value.what == MIDDLEWARE and value.elements:
            return passed_on(self.walk, value, self.request)
        if value.what == DEPENDS:
            return self._dependency(value, "", UNKNOWN_SCOPE) is not None
        if is_callable(value):
            return self.called(value) is not None
        return True

    def called(self, value: Value) -> Value | None:
        """Call a dependency; None where control does not come back."""
        closure = value.closure
        if closure is None:
            return invoke(self.walk, value)
        key = id(closure.function)
        if key in self.done and closure.scope.parent is None and closure.this is None:
            return self.done[key]
        if self.depth > _DEEPEST:
            return UNKNOWN
        self.depth += 1
        named = self.parameters(closure.function, closure.scope, method=_is_method(closure))
        self.depth -= 1
        if named is None:
            return None
        result = invoke(self.walk, value, (), named, closure.function.at)
        if result.what == "never":
            return None
        self.done[key] = result
        return result

    def parameters(
        self, function: Function, scope: Scope, *, method: bool = False
    ) -> dict[str, Value] | None:
        """What the framework passes; None where a dependency always refuses."""
        found: dict[str, Value] = {}
        listed = function.parameters[1:] if method else function.parameters
        for parameter in listed:
            if not isinstance(parameter.target, Name) or parameter.variadic:
                continue
            value = self._parameter(parameter, parameter.target.id, scope, function)
            if value is None:
                return None
            found[parameter.target.id] = value
        return found

    def _parameter(
        self, parameter: Parameter, name: str, scope: Scope, function: Function
    ) -> Value | None:
        annotation = parameter.annotation
        default = self._default(parameter, scope)
        if default.what == DEPENDS:
            return self._dependency(default, annotation, scope)
        word = re.findall(r"\w+", annotation)
        for known, what in _FRAMEWORK.items():
            if known in word:
                return self.request if what == "request" else Value(what=what, tags=_TRUTHY)
        kind = classes.type_named(self.walk, annotation, scope) if annotation else None
        part = self._part(default, name, annotation, kind is not None)
        if kind is not None and classes.is_shape(self.walk, kind):
            part = part if part != "query" or default.what == MARK else "body"
            self.walk.passed(Check.VALID, kind.node.name, function.at, (part,))
            if free := [f"{part}.parsed.{name}" for name in free_fields(self.walk, kind)]:
                self.walk.passed(Check.VALID, LEFT_FREE, function.at, free)
            if held := [f"{part}.parsed.{name}" for name in limited_fields(self.walk, kind)]:
                self.walk.passed(Check.VALID, "within limits: schema", function.at, held)
            return self._shaped(kind, part, annotation)
        return self._plain(default, name, annotation, part, kind, function)

    def _shaped(self, kind: Type, part: str, annotation: str) -> Value:
        value = classes.shaped(self.walk, kind, part)
        if re.match(r"(typing\.)?(List|list|Sequence)\b", annotation):
            return Value(elements=(value,), origins=frozenset({Origin(part)}), tags=_TRUTHY)
        return value

    def _plain(
        self,
        default: Value,
        name: str,
        annotation: str,
        part: str,
        kind: Type | None,
        function: Function,
    ) -> Value:
        alias = (default.fields or {}).get("alias", UNKNOWN).text if default.what == MARK else None
        key = alias or (name.replace("_", "-") if part == "header" else name)
        if part == "body" and re.match(r"(typing\.)?(dict|Dict|Any|list|List)\b", annotation):
            key = ""
        tags = classes.tags_of(self.walk, annotation, kind)
        value = from_origins(Origin(part, "", key), what="upload" if part == "upload" else "")
        above = "above" in default.tags or is_limited(annotation)
        if above or tags or "bounded" in default.tags:
            about = ".".join(p for p in (part, key) if p)
            how = "within limits: parameter" if above else annotation
            self.walk.passed(Check.VALID, how, function.at, (about,))
        return replace(value, tags=tags)

    def _part(self, default: Value, name: str, annotation: str, typed: bool) -> str:
        """The part of the request that a parameter is taken from."""
        self.named.add(name)
        if name in self.in_path:
            return "path"
        if default.what == MARK:
            return next((k for k in _KINDS if k in default.tags), "query")
        if "UploadFile" in annotation:
            return "upload"
        if re.match(r"(typing\.)?(Optional\[)?(dict|Dict|List|list|Any)\b", annotation):
            return "body"
        return "query"

    def _default(self, parameter: Parameter, scope: Scope) -> Value:
        if parameter.default is not None:
            value = self.walk.at_home(parameter.default, scope)
            if value.what in (DEPENDS, MARK):
                return value
        return self._alias(parameter.annotation, scope)

    def _alias(self, annotation: str, scope: Scope) -> Value:
        """`CurrentUser = Annotated[User, Depends(get_user)]`, named as an annotation."""
        if not annotation.isidentifier():
            return UNKNOWN
        home = self.walk.defining(annotation, scope)
        if home is None:
            return UNKNOWN
        definition, where = home
        if not isinstance(definition, Let) or not isinstance(definition.value, Index):
            return UNKNOWN
        key = definition.value.key
        for part in key.elements[1:] if isinstance(key, Items) else ():
            value = self.walk.at_home(part, where)
            if value.what in (DEPENDS, MARK):
                return value
        return UNKNOWN

    def _dependency(self, depends: Value, annotation: str, scope: Scope) -> Value | None:
        fields = depends.fields or {}
        on = fields.get("on", UNKNOWN)
        if on.what == SCHEME:
            return sent(on)
        if "OAuth2PasswordRequestForm" in on.what + annotation:
            return login_form()
        kind = on.type
        if "on" not in fields and annotation:  # `Depends()` makes what the annotation names
            kind = classes.type_named(self.walk, annotation, scope)
        if kind is not None:
            return self._constructed(kind)
        if on.instance is not None:
            method = self.walk.method(on, "__call__")
            return self.called(method) if method is not None else UNKNOWN
        if is_callable(on):
            return self.called(on)
        return self._unknown(on)

    def _constructed(self, kind: Type) -> Value | None:
        walk = self.walk
        for method in kind.node.methods:
            if method.name == "__init__":
                named = self.parameters(method, kind.scope, method=True)
                if named is None:
                    return None
                return invoke(walk, Value(type=kind), (), named, method.at)
        if classes.is_shape(walk, kind):
            return classes.shaped(walk, kind, "query")
        return invoke(walk, Value(type=kind))

    def _unknown(self, on: Value) -> Value:
        """A dependency of a package: its name is all there is to see."""
        if _LOGS_IN.search(on.what) and not _STORES.search(on.what):
            self.walk.passed(Check.SESSION, on.what, 1)
            return from_origins(Origin("principal"), what="principal")
        return Value(what=f"{on.what}()" if on.what else "")


_TRUTHY = frozenset({"truthy"})
_LOGS_IN = regex(r"user|auth|verify|login|session|token", re.IGNORECASE)
_STORES = regex(r"db|database|async_session|factory", re.IGNORECASE)
_KINDS = ("body", "query", "path", "form", "upload", "header", "cookie")
UNKNOWN_SCOPE = Scope({})


def fastapi_entry(route: Route, program: Program, walk: Walk) -> FastapiEntry | None:
    """The entry of a route that FastAPI serves."""
    found = find(route, program, walk)
    if found is None:
        return None
    return FastapiEntry(found, route.path, found.location, target_of(route, walk))
