"""Views that Django and its REST framework write themselves: `ModelViewSet`, `DetailView`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge import classes, serializers
from shipworthy.prototype.handlers.knowledge.columns import QUERYING
from shipworthy.prototype.handlers.knowledge.mapped import begun, with_filters
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.rows import (
    is_query,
    query,
    rows,
    surely,
    told,
)
from shipworthy.prototype.handlers.knowledge.wrapping import invoke
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    Guards,
    Type,
    Value,
    from_origins,
)
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Expression, Name, Return
from shipworthy.regex import regex

VIEW = "django view"
METHODS = {"list": "GET", "retrieve": "GET", "create": "POST", "update": "PUT", "destroy": "DELETE"}
"""What such views do, and the method that asks for it."""
_OF_REST = regex(r"^rest_framework\.(?:viewsets|generics|mixins)\.(\w+)$")
_OF_DJANGO = regex(r"^django\.views\.generic\.(?:\w+\.)*(Detail|List|Update|Delete)View$")
_IN_DJANGO = {"Detail": "retrieve", "List": "list", "Update": "update", "Delete": "destroy"}
_OTHERS = regex(r"^(rest_framework|django|drf_\w+|keyword:|object$)|Mixin$")
_CURRENT = -4  # a place in the heap: the view that runs


def view_of(walk: Evaluation, kind: Type) -> Value:
    """An object of a class that is a view."""
    identity, tags = walk.program.identity(), frozenset({"truthy"})
    view = Value(instance=kind, what=VIEW, identity=identity, tags=tags)
    walk.heap[_CURRENT, VIEW] = view
    return view


def inherited(walk: Evaluation, view: Value) -> list[str]:
    """What a view does by methods that its class does not write."""
    kind = view.instance
    names = [n for n in classes.bases(walk, kind) if isinstance(n, str)] if kind else []
    does = {action for name in names for action in _does(name)}
    written = {"post": {"update", "destroy"}, "get": {"list", "retrieve"}, "put": {"update"}}
    for method, actions in written.items():
        if does & actions and walk.method(view, method) is not None:
            does -= actions
    answers = {each.text for each in _field(walk, view, "http_method_names").elements or ()}
    if answers and None not in answers:
        answers |= {"put"} if "patch" in answers else set()
        does &= {a for a, method in METHODS.items() if method.lower() in answers}
    return [a for a in METHODS if a in does and walk.method(view, a) is None]


def _does(base: str) -> Iterator[str]:
    if found := _OF_DJANGO.match(base):
        yield _IN_DJANGO[found[1]]
    elif found := _OF_REST.match(base):
        name = found[1]
        reads = name == "ReadOnlyModelViewSet"
        for action in METHODS:
            all_of_them = name == "ModelViewSet" or (reads and METHODS[action] == "GET")
            if all_of_them or action.capitalize() in name:
                yield action


def act(walk: Evaluation, view: Value, action: str, given: Mapping[str, Value]) -> None:
    """Do what such a view does, for each way that its queryset came about."""
    kind = view.instance
    if kind is None:
        return
    walk.path, walk.module = kind.module.path, kind.module
    if any(isinstance(n, str) and not _OTHERS.search(n) for n in classes.bases(walk, kind)):
        walk.passed(Check.UNCLEAR, "a base class of a package", kind.node.at)
    if action == "create":
        _stored(walk, view, _serializer(walk, view, UNKNOWN), "perform_create")
        return
    one = action != "list"
    found = _object(walk, view, given) if one else _queryset(walk, view)
    before = walk.guards
    for case, passed in found.cases or ((found, NO_GUARDS),):
        walk.guards = before | passed
        if is_query(walk, case.effect) or (action == "update" and case.what == "principal"):
            _done(walk, view, action, case)
    walk.guards = before


def _done(walk: Evaluation, view: Value, action: str, found: Value) -> None:
    match action:
        case "list":
            respond(walk, _shown(walk, view, rows(walk, found.effect)), UNKNOWN, _line(view))
        case "retrieve":
            respond(walk, _shown(walk, view, found), UNKNOWN, _line(view))
        case "update":
            _stored(walk, view, _serializer(walk, view, found), "perform_update")
        case "destroy":
            own = walk.method(view, "perform_destroy")
            if own is not None:
                invoke(walk, own, (found,), at=_line(view))
            else:
                _destroyed(walk, _site(view), found)


def _destroyed(walk: Evaluation, site: Site, row: Value) -> None:
    table = walk.effects[row.effect].target
    with_filters(walk, query(walk, site, "delete", table), row.effect)


def _stored(walk: Evaluation, view: Value, serializer: Value, name: str) -> None:
    """Save a serializer, by the view's own method where it has one."""
    own = walk.method(view, name)
    if own is not None:
        invoke(walk, own, (serializer,), at=_line(view))
    elif serializer.what == serializers.SERIALIZER:
        serializers.save(walk, _site(view, serializer))
    elif is_query(walk, serializer.effect):  # the form of an UpdateView
        table = walk.effects[serializer.effect].target
        with_filters(walk, query(walk, _site(view), "update", table), serializer.effect)


def _serializer(walk: Evaluation, view: Value, row: Value) -> Value:
    """The view's serializer with what was sent; the row itself where none is known."""
    kind = _kind(walk, view)
    if kind is None:
        return row
    body = from_origins(Origin("body"), what="body")
    site = Site("", "", UNKNOWN, (row, body), {}, _site(view).call)
    made = serializers.made(walk, kind, site)
    return made if made is not None else row


def _kind(walk: Evaluation, view: Value) -> Type | None:
    """The serializer that a view uses for the action that it does; None where that is not told."""
    method = walk.method(view, "get_serializer_class")
    if method is None:
        return _field(walk, view, "serializer_class").type
    before = walk.guards
    found = invoke(walk, method)
    walk.guards = before
    return found.type


def _shown(walk: Evaluation, view: Value, found: Value) -> Value:
    """What the serializers of a view show of rows, each of which may be the one that is asked."""
    kinds = _serializers(walk, view)
    kinds = [kind for kind in kinds if serializers.model_of(walk, kind)]  # others are of a form
    told = [serializers.shown(walk, kind, found.origins) for kind in kinds]
    if not told or found.origins in told:
        return found
    return Value(origins=frozenset().union(*told), what=found.what, tags=found.tags)


def _serializers(walk: Evaluation, view: Value) -> list[Type]:
    method = walk.method(view, "get_serializer_class")
    closure = method.closure if method is not None else None
    if closure is None:
        kind = _field(walk, view, "serializer_class").type
        return [kind] if kind is not None else []
    returned = (r.value for r in nodes_in(closure.function.body, Return) if r.value is not None)
    found = [walk.at_home(value, closure.scope).type for value in returned]
    return [kind for kind in found if kind is not None] if None not in found else []


def _field(walk: Evaluation, view: Value, name: str) -> Value:
    """What the class says of itself: its queryset, its serializer."""
    kind = view.instance
    bases = classes.bases(walk, kind) if kind else ()
    for owner in (kind, *(base for base in bases if isinstance(base, Type))):
        for let in owner.node.fields if owner else ():
            if isinstance(let.target, Name) and let.target.id == name and owner:
                return _said(walk, let.value, owner)
    return UNKNOWN


def _said(walk: Evaluation, expression: Expression, owner: Type) -> Value:
    """What a field of a class holds; a queryset is asked as part of the handler."""
    kept = walk.path, walk.module
    walk.path, walk.module = owner.module.path, owner.module
    value = walk.value(expression, owner.scope)
    walk.path, walk.module = kept
    return value


def _queryset(walk: Evaluation, view: Value, *, own: bool = True) -> Value:
    """The rows that a view is about: of its own method, of its field, all of its model."""
    method = walk.method(view, "get_queryset") if own else None
    found = invoke(walk, method) if method is not None else _field(walk, view, "queryset")
    if found.what == "django manager":
        return begun(walk, _site(view), classes.table_of(walk, found.type) if found.type else "")
    model = _field(walk, view, "model").type if method is None and not found.what else None
    return begun(walk, _site(view), classes.table_of(walk, model)) if model else found


def _object(walk: Evaluation, view: Value, given: Mapping[str, Value]) -> Value:
    """The row that the address names."""
    own = walk.method(view, "get_object")
    if own is not None:
        return invoke(walk, own)
    return _looked_up(walk, view, _queryset(walk, view), given)


def _looked_up(walk: Evaluation, view: Value, queryset: Value, given: Mapping[str, Value]) -> Value:
    column = _field(walk, view, "lookup_field").text or ("pk" if "slug" not in given else "slug")
    key = _field(walk, view, "lookup_url_kwarg").text or column
    asked = given.get(key) or from_origins(Origin("path", "", key))
    found: list[tuple[Value, Guards]] = []
    before = walk.guards
    for case, passed in queryset.cases or ((queryset, NO_GUARDS),):
        if case.what == QUERYING and is_query(walk, case.effect):
            walk.guards = before | passed
            told(walk, case.effect, filters={"id" if column == "pk" else column: asked})
            row = surely(walk, case.effect)
            found.append((row, walk.guards - before))
    walk.guards = before
    if len(found) == 1:
        walk.guards = before | found[0][1]
        return found[0][0]
    return Value(cases=tuple(found)) if found else UNKNOWN


def _line(view: Value) -> int:
    return view.instance.node.at if view.instance else 0


def _site(view: Value, receiver: Value = UNKNOWN) -> Site:
    """A call that stands nowhere but in the class itself."""
    at = _line(view)
    return Site(VIEW, "", receiver, (), {}, Call(Name(VIEW, at), (), (), at, at))


def _current(walk: Evaluation, site: Site) -> Value | None:
    """The view on which a method of its base is called: `self` or `super()`."""
    if site.receiver.what == "super()":
        return walk.heap.get((_CURRENT, VIEW))
    return site.receiver if site.receiver.what == VIEW else None


def _get_object(walk: Evaluation, site: Site) -> Value | None:
    """`self.get_object()` of a view."""
    view = _current(walk, site)
    if view is None:
        return None
    given = walk.heap.get((view.identity, "kwargs"), UNKNOWN).fields or {}
    return _looked_up(walk, view, _queryset(walk, view), given)


def _get_context_data(walk: Evaluation, site: Site) -> Value | None:
    """`super().get_context_data(**kwargs)`: what a page shows, to which the view adds."""
    if site.receiver.what != "super()" or (_CURRENT, VIEW) not in walk.heap:
        return None
    return Value(fields=dict(site.named), tags=frozenset({"truthy"}))


def _get_queryset(walk: Evaluation, site: Site) -> Value | None:
    """`super().get_queryset()`: what the base gives; `self.get_queryset()` where the class writes none."""
    view = _current(walk, site)
    return _queryset(walk, view, own=False) if view is not None else None


def _get_serializer_class(walk: Evaluation, site: Site) -> Value | None:
    """`super().get_serializer_class()`: the one that the view names."""
    view = _current(walk, site)
    return _field(walk, view, "serializer_class") if view is not None else None


def _get_permissions(walk: Evaluation, site: Site) -> Value | None:
    """`super().get_permissions()`: the classes that the view lists, or has put in their place."""
    view = _current(walk, site)
    return walk.heap.get((view.identity, "permission_classes")) if view is not None else None


def _get_serializer(walk: Evaluation, site: Site) -> Value | None:
    """`self.get_serializer(invoice, data=request.data)`."""
    view = _current(walk, site)
    kind = _field(walk, view, "serializer_class").type if view is not None else None
    if view is not None and walk.method(view, "get_serializer_class") is not None:
        kind = _kind(walk, view) or kind
    if kind is None and view is not None:  # which one, its method says
        asked = walk.unfollowed(site.given, site.named, UNKNOWN, f"{site.what}()")
        told = _shown(walk, view, asked)
        return told if told is not asked else None
    return serializers.made(walk, kind, site) if kind is not None else None


def _performed(walk: Evaluation, site: Site) -> Value | None:
    """`self.perform_update(serializer)`, `super().perform_destroy(invoice)`."""
    given = site.argument(0)
    if _current(walk, site) is None:
        return None
    if given.what == serializers.SERIALIZER:
        return serializers.save(walk, replace(site, receiver=given))
    if site.name == "perform_destroy" and is_query(walk, given.effect):
        _destroyed(walk, site, given)
    return UNKNOWN


def _property(walk: Evaluation, value: Value, key: str) -> Value | None:
    return _field(walk, value, key) if key in ("queryset", "model", "serializer_class") else None


NAMES = {
    "get_object": _get_object,
    "get_context_data": _get_context_data,
    "get_queryset": _get_queryset,
    "get_permissions": _get_permissions,
    "get_serializer_class": _get_serializer_class,
    "get_serializer": _get_serializer,
    **dict.fromkeys("perform_create perform_update perform_destroy".split(), _performed),
}
PROPERTIES = {VIEW: _property}
