"""Queries of DynamoDB: commands that are sent with the server's own keys.

https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-lib-dynamodb
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.rows import one, query, raised, rows, told
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins

_COMMAND = "dynamodb command"
_OPERATIONS = {
    "Get": "select",
    "Query": "select",
    "Scan": "select",
    "Put": "insert",
    "Update": "update",
    "Delete": "delete",
}
_NAMES = {
    **{f"@aws-sdk/lib-dynamodb.{name}Command": name for name in _OPERATIONS},
    **{f"@aws-sdk/client-dynamodb.{name}ItemCommand": name for name in _OPERATIONS},
    **{f"@aws-sdk/client-dynamodb.{name}Command": name for name in ("Query", "Scan")},
}
_EQUALS = re.compile(r"(#?\w+)\s*=\s*(:\w+)")
_SETS = re.compile(r"(#?\w+)\s*=\s*(?:[^,:]*?([+-])\s*)?(:\w+)")
_NAMED_TABLE = re.compile(r"_?(dynamo_?db|ddb|table|name|aws)_?", re.IGNORECASE)


def _command(name: str) -> Callable[[Evaluation, Site], Value | None]:
    """`new GetCommand({ TableName, Key })`: nothing is asked before it is sent."""

    def made(walk: Evaluation, site: Site) -> Value | None:
        return Value(what=_COMMAND, literal=name, elements=(site.argument(0),))

    return made


def _sent(walk: Evaluation, site: Site) -> Value | None:
    """`client.send(command)`."""
    command = site.argument(0)
    if command.what != _COMMAND or command.text is None:
        return None
    fields = (command.elements or (UNKNOWN,))[0].fields or {}
    effect = query(walk, site, _OPERATIONS[command.text], _table(fields.get("TableName", UNKNOWN)))
    values = _changed(fields)
    told(walk, effect, filters=_asked(fields), values=Value(fields=values) if values else None)
    told(walk, effect, literals=_added(fields, values))
    if _OPERATIONS[command.text] != "select":
        return Value(fields={"Attributes": one(walk, effect)}, tags=frozenset({"truthy"}))
    found = {"Item": one(walk, effect)} if command.text == "Get" else {"Items": rows(walk, effect)}
    return Value(what="dynamodb answer", fields=found, tags=frozenset({"truthy"}))


def _table(named: Value) -> str:
    """The table's name, or what the variable that holds it calls it: "orders" of ORDERS_TABLE."""
    if named.text is not None:
        return named.text
    variables = sorted(o.name for o in all_origins(named) if o.kind == "environment")
    return _NAMED_TABLE.sub("", variables[0]).lower() if variables else ""


def _asked(fields: Mapping[str, Value]) -> dict[str, Value]:
    """What rows are looked for by: a key, or the equalities of the conditions."""
    found = _columns(fields.get("Key"))
    for part in ("KeyConditionExpression", "FilterExpression", "ConditionExpression"):
        text = (fields.get(part) or UNKNOWN).text or ""
        for column, value in _EQUALS.findall(text):
            found[_column(fields, column)] = _value(fields, value)
    return found


def _changed(fields: Mapping[str, Value]) -> dict[str, Value]:
    """What is written: a whole item, or the columns that an expression sets."""
    found = _columns(fields.get("Item"))
    for column, _, value in _SETS.findall((fields.get("UpdateExpression") or UNKNOWN).text or ""):
        found[_column(fields, column)] = _value(fields, value)
    return found


def _columns(record: Value | None) -> dict[str, Value]:
    """The columns of a record; one that could not be followed, as of `marshall(item)`, is its id."""
    if record is None:
        return {}
    return {"id": record} if record.fields is None else dict(record.fields)


def _added(fields: Mapping[str, Value], values: Mapping[str, Value]) -> dict[str, str]:
    text = (fields.get("UpdateExpression") or UNKNOWN).text or ""
    columns = [_column(fields, column) for column, sign, _ in _SETS.findall(text) if sign == "+"]
    return raised({column: values[column] for column in columns if column in values})


def _column(fields: Mapping[str, Value], name: str) -> str:
    """`#status` is what ExpressionAttributeNames say."""
    names = (fields.get("ExpressionAttributeNames") or UNKNOWN).fields or {}
    return (names.get(name) or UNKNOWN).text or name.removeprefix("#")


def _value(fields: Mapping[str, Value], name: str) -> Value:
    values = (fields.get("ExpressionAttributeValues") or UNKNOWN).fields or {}
    return values.get(name, UNKNOWN)


CALLS = {called: _command(name) for called, name in _NAMES.items()}

NAMES = {"send": _sent}
