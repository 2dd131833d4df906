"""Queries of Firestore: by the Admin SDK with all rights, by the browser's SDK with none of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.rows import OWNER, one, query, rows, told
from shipworthy.prototype.handlers.values import NULL, UNKNOWN, Value

STORE = "firestore"
_COLLECTION = "firestore collection"
_DOCUMENT = "firestore document"
_CONDITION = "firestore condition"


def _admin(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=STORE, client=OWNER, tags=frozenset({"truthy"}))


def _browser(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=STORE, client="anon", tags=frozenset({"truthy"}))


def _collection(walk: Evaluation, site: Site) -> Value | None:
    """`db.collection("orders")`, below a document too; `collection(db, "orders")`."""
    store = site.receiver if site.receiver.what else site.argument(0)
    given = site.given[-1] if site.given else UNKNOWN
    above = {} if store is site.receiver else _above(site.given[1:-1])
    return _reference(_COLLECTION, store, given, above=above)


def _above(path: tuple[Value, ...]) -> dict[str, Value]:
    """The documents that a path goes through, as conditions: below `users/<id>` all rows are that user's."""
    pairs = zip(path[::2], path[1::2], strict=False)
    return {_condition(name): key for name, key in pairs}


def _condition(name: Value) -> str:
    word = (name.text or "parent").strip("/").rpartition("/")[2]
    return f"filter:{word.removesuffix('s')}_id"


def _reference(
    what: str,
    store: Value,
    name: Value,
    key: Value | None = None,
    above: Mapping[str, Value] | None = None,
) -> Value:
    known = store.fields or {}
    fields = {"name": name, "store": Value(literal=store.client or OWNER)}
    fields |= {k: v for k, v in known.items() if k.startswith("filter:")} | dict(above or {})
    if store.what == _DOCUMENT and "key" in known:
        fields[_condition(known.get("name", UNKNOWN))] = known["key"]
    if key is not None:
        fields["key"] = key
    return Value(what=what, client=store.client, fields=fields, tags=frozenset({"truthy"}))


def _document(walk: Evaluation, site: Site) -> Value | None:
    name = (site.receiver.fields or {}).get("name", UNKNOWN)
    return _reference(_DOCUMENT, site.receiver, name, site.argument(0))


def _doc(walk: Evaluation, site: Site) -> Value | None:
    """`doc(db, "orders", id)`, `db.doc("orders/1")`."""
    if len(site.given) >= 3:
        above = _above(site.given[1:-2])
        return _reference(_DOCUMENT, site.argument(0), site.given[-2], site.given[-1], above)
    if site.argument(0).what == _COLLECTION:
        name = (site.argument(0).fields or {}).get("name", UNKNOWN)
        return _reference(_DOCUMENT, site.argument(0), name, site.argument(1))
    store = site.receiver if site.receiver.what == STORE else site.argument(0)
    return _at_path(store, site.given[-1] if site.given else UNKNOWN)


def _at_path(store: Value, path: Value) -> Value:
    """The document of `orders/${id}`, also below others: `users/${uid}/orders/${id}`."""
    parts = (path,) if path.what != "text" else path.elements or (path,)
    steps: list[Value] = []
    for part in parts:
        written = part.text
        if written is None:
            steps.append(part)
        else:
            steps += [Value(literal=word) for word in written.split("/") if word]
    if len(steps) < 2 or len(steps) % 2:
        return _reference(_DOCUMENT, store, UNKNOWN, path)
    return _reference(_DOCUMENT, store, steps[-2], steps[-1], _above(tuple(steps[:-2])))


def _where(walk: Evaluation, site: Site) -> Value | None:
    fields = dict(site.receiver.fields or {})
    held = site.named.get("filter", UNKNOWN)
    if held.what == _CONDITION:
        fields |= held.fields or {}
    else:
        column = site.argument(0).text or "?"
        fields[f"filter:{column}"] = site.argument(2)
    receiver = site.receiver
    return Value(what=_COLLECTION, client=receiver.client, fields=fields, tags=receiver.tags)


def _field_filter(walk: Evaluation, site: Site) -> Value | None:
    """`FieldFilter("owner", "==", uid)`."""
    fields = {f"filter:{site.argument(0).text or '?'}": site.argument(2)}
    return Value(what=_CONDITION, fields=fields)


def _note(walk: Evaluation, site: Site, reference: Value, operation: str) -> int:
    fields = reference.fields or {}
    name = fields.get("name", UNKNOWN).text or ""
    client = reference.client or OWNER
    effect = query(walk, site, operation, name.strip("/").rpartition("/")[2], client=client)
    told(walk, effect, filters={k[7:]: v for k, v in fields.items() if k.startswith("filter:")})
    if "key" in fields:
        told(walk, effect, filters={"id": fields["key"]})
    return effect


def _on(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """A method of a reference: `.get()`, `.set(values)`, `.update(values)`, `.delete()`, `.add(values)`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        return _done(walk, site, site.receiver, operation, site.argument(0))

    return answer


def _of(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """A function of the browser's SDK: `getDoc(reference)`, `updateDoc(reference, values)`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        return _done(walk, site, site.argument(0), operation, site.argument(1))

    return answer


def _done(
    walk: Evaluation, site: Site, reference: Value, operation: str, values: Value
) -> Value | None:
    if reference.what not in (_COLLECTION, _DOCUMENT):
        return None
    effect = _note(walk, site, reference, operation)
    if operation != "select":
        if operation != "delete":
            told(walk, effect, values=values)
        return Value(fields={"id": UNKNOWN}, tags=frozenset({"truthy"}))
    if reference.what == _COLLECTION:
        found = rows(walk, effect)
        return Value(
            what="firestore answer",
            fields={"docs": found, "size": UNKNOWN, "empty": _empty(walk, found)},
            elements=(found,),
            tags=frozenset({"truthy"}),
        )
    row = one(walk, effect)
    there = Value(origins=row.origins, when=walk.tested(row), tags=frozenset({"truth"}))
    return Value(
        what="firestore snapshot",
        fields={"exists": there, _ROW: row, "id": UNKNOWN, "ref": reference},
        tags=frozenset({"truthy"}),
    )


def _empty(walk: Evaluation, found: Value) -> Value:
    counted = walk.knowledge.property(walk, found, "length")
    yes, no = walk.tested(counted) if counted is not None else (frozenset(), frozenset())
    return Value(origins=found.origins, when=(no, yes), tags=frozenset({"truth"}))


_ROW = "the row"  # no name that JavaScript has: `.data()` is a call


def _data(walk: Evaluation, site: Site) -> Value | None:
    return (site.receiver.fields or {}).get(_ROW, UNKNOWN)


def _exists(walk: Evaluation, site: Site) -> Value | None:
    return (site.receiver.fields or {}).get("exists", UNKNOWN)


def _row_data(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver


def _transaction(walk: Evaluation, site: Site) -> Value | None:
    handler = site.argument(0)
    if handler.closure is None:
        return NULL
    walk.transactions += 1
    inner = Value(what="firestore transaction", tags=frozenset({"truthy"}))
    result = walk.enter(handler.closure, (inner,), {}, site.call.at)
    walk.transactions -= 1
    return result


_METHODS = {
    "get": "select",
    "set": "upsert",
    "update": "update",
    "delete": "delete",
    "add": "insert",
    "create": "insert",
}
_FUNCTIONS = {
    "getDoc": "select",
    "getDocs": "select",
    "setDoc": "upsert",
    "updateDoc": "update",
    "deleteDoc": "delete",
    "addDoc": "insert",
}

_PYTHON = """firebase_admin.firestore.client firebase_admin.firestore_async.client
google.cloud.firestore.Client google.cloud.firestore.AsyncClient
google.cloud.firestore_v1.Client google.cloud.firestore_v1.AsyncClient""".split()

CALLS = {
    "firebase-admin.firestore": _admin,
    "firebase-admin.default.firestore": _admin,
    "firebase-admin/firestore.getFirestore": _admin,
    **dict.fromkeys(_PYTHON, _admin),
    "google.cloud.firestore_v1.base_query.FieldFilter": _field_filter,
    "google.cloud.firestore_v1.FieldFilter": _field_filter,
    "google.cloud.firestore.FieldFilter": _field_filter,
    "firebase/firestore.getFirestore": _browser,
    "firebase/firestore.collection": _collection,
    "firebase/firestore.doc": _doc,
    f"{STORE}.collection": _collection,
    f"{STORE}.doc": _doc,
    f"{STORE}.document": _doc,
    f"{STORE}.runTransaction": _transaction,
    f"{_DOCUMENT}.collection": _collection,
    f"{_COLLECTION}.doc": _document,
    f"{_COLLECTION}.document": _document,
    f"{_COLLECTION}.stream": _on("select"),
    f"{_COLLECTION}.where": _where,
    **{
        f"{_COLLECTION}.{n}": _row_data
        for n in ("orderBy", "order_by", "limit", "select", "startAfter")
    },
    **{f"{_COLLECTION}.{name}": _on(operation) for name, operation in _METHODS.items()},
    **{f"{_DOCUMENT}.{name}": _on(operation) for name, operation in _METHODS.items()},
    **{
        f"firestore transaction.{name}": _of(operation)
        for name, operation in _METHODS.items()
        if name != "add"
    },
    **{f"firebase/firestore.{name}": _of(operation) for name, operation in _FUNCTIONS.items()},
    "firestore snapshot.data": _data,
    "firestore snapshot.to_dict": _data,
    "firestore snapshot.exists": _exists,
    "row.data": _row_data,
    "row.to_dict": _row_data,
}
