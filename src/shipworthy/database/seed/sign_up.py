"""A sign-up, made the way the platform's auth server makes it, so that the prototype's triggers fire."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shipworthy.database.schema import Function, Schema
from shipworthy.database.seed.people import Person
from shipworthy.database.seed.power import power_of
from shipworthy.database.seed.values import quoted
from shipworthy.regex import regex

if TYPE_CHECKING:
    from psycopg import Connection

USERS = "auth.users"
_KEY = regex(r"->>?\s*'(\w+)'")
_CALLED = regex(r"(?:(\w+)\.)?(\w+)\s*\(")
_LONGEST = 40  # keys that are looked at


def statements(person: Person, metadata: Mapping[str, object]) -> tuple[str, str]:
    """The INSERT of a sign-up, and the UPDATE that confirms the address: triggers hang on both."""
    names = {"full_name": f"{person.mark} person", "name": f"{person.mark} person"}
    chosen = quoted(json.dumps({**names, **metadata}))
    provider = quoted('{"provider": "email", "providers": ["email"]}')
    insert = (
        "insert into auth.users (instance_id, id, aud, role, email, encrypted_password,"
        " raw_app_meta_data, raw_user_meta_data, created_at, updated_at) values"
        f" ('00000000-0000-0000-0000-000000000000', {quoted(person.id)}, 'authenticated',"
        f" 'authenticated', {quoted(person.email)}, '-', {provider}, {chosen}, now(), now())"
    )
    confirm = (
        "update auth.users set email_confirmed_at = now(), last_sign_in_at = now(),"
        f" updated_at = now() where id = {quoted(person.id)}"
    )
    return insert, confirm


def sign_up(connection: Connection[Any], person: Person, schema: Schema | None = None) -> str:
    """Sign up and commit; a second time with every key that the triggers ask for. The last error."""
    import psycopg

    error = ""
    for metadata in ({}, expected_metadata(schema, person) if schema else {}):
        try:
            for statement in statements(person, metadata):
                connection.execute(statement.encode())
            connection.commit()
        except psycopg.Error as failed:
            connection.rollback()
            error = f"{failed.sqlstate}: {str(failed).splitlines()[0]}"
        else:
            return ""
    return error


def trigger_bodies(schema: Schema) -> tuple[str, ...]:
    """The functions that run when somebody signs up, and those that they call."""
    table = schema.tables.get(USERS)
    bodies = {f"{f.schema}.{f.name}": f.body for f in schema.functions.values()}
    first = [bodies.get(t.function, "") for t in (table.triggers if table else ())]
    first = first or [function.body for function in hidden_triggers(schema)]
    called = [
        bodies[name]
        for body in first
        for space, function in _CALLED.findall(body)
        if (name := f"{space or 'public'}.{function}") in bodies
    ]
    return tuple(dict.fromkeys((*first, *called)))


def hidden_triggers(schema: Schema) -> tuple[Function, ...]:
    """The functions that read what a new user sends, where no script says when they run: the trigger was made
    by hand, and no other table has what they read."""
    table = schema.tables.get(USERS)
    if table is not None and table.triggers:
        return ()
    elsewhere = {t.function for held in schema.tables.values() for t in held.triggers}
    return tuple(
        function
        for function in schema.functions.values()
        if function.returns == "trigger"
        and f"{function.schema}.{function.name}" not in elsewhere
        and _OF_A_NEW_USER.search(function.body)
    )


_OF_A_NEW_USER = regex(r"\bnew\s*\.\s*raw_user_meta_data\b", re.IGNORECASE)


def metadata_keys(schema: Schema) -> tuple[str, ...]:
    """The keys of the user's own metadata that the triggers of a sign-up read."""
    found = (
        key
        for body in trigger_bodies(schema)
        if "user_meta" in body.lower()
        for key in _KEY.findall(body)
    )
    return tuple(dict.fromkeys(found))[:_LONGEST]


def expected_metadata(schema: Schema, person: Person) -> dict[str, object]:
    """A harmless value for every key that the triggers read."""
    keys = (key for key in metadata_keys(schema) if power_of(key) is None)
    return {key: f"{person.mark}-{key}" for key in keys}
