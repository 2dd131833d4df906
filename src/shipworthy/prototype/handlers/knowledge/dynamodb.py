"""Queries of DynamoDB: commands that are sent with the server's own keys.

https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-lib-dynamodb
https://docs.aws.amazon.com/boto3/latest/reference/services/dynamodb/table/index.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.rows import one, query, raised, rows, told
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins
from shipworthy.regex import regex

_COMMAND = "dynamodb command"
_RESOURCE = "dynamodb resource"
_TABLE = "dynamodb table"
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
_EQUALS = regex(r"(#?\w+)\s*=\s*(:\w+)")
_SETS = regex(r"(#?\w+)\s*=\s*(?:[^,:]*?([+-])\s*)?(:\w+)")
_NAMED_TABLE = regex(r"_?(dynamo_?db|ddb|table|name|aws)_?", re.IGNORECASE)


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
    return _asked_of(walk, site, command.text, _table(fields.get("TableName", UNKNOWN)), fields)


def _asked_of(
    walk: Evaluation, site: Site, name: str, table: str, fields: Mapping[str, Value]
) -> Value:
    effect = query(walk, site, _OPERATIONS[name], table)
    values = _changed(fields)
    told(walk, effect, filters=_asked(fields), values=Value(fields=values) if values else None)
    told(walk, effect, literals=_added(fields, values))
    if _OPERATIONS[name] != "select":
        return Value(fields={"Attributes": one(walk, effect)}, tags=frozenset({"truthy"}))
    found = {"Item": one(walk, effect)} if name == "Get" else {"Items": rows(walk, effect)}
    return Value(what="dynamodb answer", fields=found, tags=frozenset({"truthy"}))


def _resource(walk: Evaluation, site: Site) -> Value | None:
    """`boto3.resource("dynamodb")`; of other services nothing is said here."""
    return Value(what=_RESOURCE) if site.argument(0).text == "dynamodb" else None


def _named_table(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_TABLE, literal=_table(site.argument(0)), tags=frozenset({"truthy"}))


def _method(name: str) -> Callable[[Evaluation, Site], Value | None]:
    """`table.get_item(Key={"id": id})` of boto3."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        return _asked_of(walk, site, name, site.receiver.text or "", site.named)

    return answer


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
        condition = fields.get(part) or UNKNOWN
        for column, value in _EQUALS.findall(condition.text or ""):
            found[_column(fields, column)] = _value(fields, value)
        if condition.text is None and all_origins(condition):  # `Key("owner").eq(owner)` of boto3
            found["?"] = condition
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


CALLS = {
    **{called: _command(name) for called, name in _NAMES.items()},
    "boto3.resource": _resource,
    f"{_RESOURCE}.Table": _named_table,
    **{
        f"{_TABLE}.{name.lower()}_item": _method(name)
        for name in ("Get", "Put", "Update", "Delete")
    },
    f"{_TABLE}.query": _method("Query"),
    f"{_TABLE}.scan": _method("Scan"),
}

NAMES = {"send": _sent}
