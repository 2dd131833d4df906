"""The statements that close what an attack found open, as text for a new migration."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from shipworthy.database.attempts import Actor, Ownership, Verb
from shipworthy.database.exposure import succeeded
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.callers_rights import works_for_callers
from shipworthy.database.rules.expressions import asked_once, asks_caller, expressions
from shipworthy.database.rules.names import quoted, sql_list, sql_name, sql_target
from shipworthy.database.schema import Function, Policy, Table
from shipworthy.regex import regex

COMMANDS = {
    Verb.READ: "SELECT",
    Verb.INSERT: "INSERT",
    Verb.UPDATE: "UPDATE",
    Verb.DELETE: "DELETE",
}
_DONE = {"SELECT": "read", "INSERT": "add", "UPDATE": "change", "DELETE": "delete"}
# What lets everybody pass, or everybody who is signed in, as PostgreSQL prints it.
_OPEN = regex(
    r"true|auth\.role\(\) = '(authenticated|anon)'(::text)?"
    r"|auth\.uid\(\) IS NOT NULL|\( SELECT auth\.uid\(\) AS uid\) IS NOT NULL"
    r"|\( SELECT auth\.role\(\) AS role\) = '(authenticated|anon)'(::text)?",
    re.IGNORECASE,
)

_WORD = regex(r"\w+")

# The server needs no policy: one that is meant for it has only ever let everybody else in.
_FOR_SERVER = regex(r"service|system|backend|server|edge function|webhook|cron", re.IGNORECASE)


def closing(
    proof: DatabaseProof,
    target: str,
    actors: Iterable[Actor],
    *verbs: Verb,
    asked: Collection[str] = (),
) -> str | None:
    """What closes a table or view to what these actors did to it; None where a person must choose.

    `asked` are the columns by which pages ask for rows: a seller's page for those of the seller.
    """
    table = proof.schema.tables.get(target)
    found = succeeded(proof, actors, *verbs).get(target, ())
    if table is None or not found:
        return None
    if table.is_view and not works_for_callers(proof.schema, table):
        return None
    seeding = proof.seeding.get(target)
    ownership = seeding.ownership if seeding else Ownership()
    return close_table(table, ownership, dict.fromkeys(attempt.verb for attempt in found), asked)


def close_table(
    table: Table, ownership: Ownership, verbs: Iterable[Verb], asked: Collection[str] = ()
) -> str | None:
    """Row security on, open policies dropped, and policies for owners in their place.

    None where that would leave nobody but the server with access: a person must choose.
    """
    if table.is_view:
        return f"alter view {sql_name(table)} set (security_invoker = on);\n"
    commands = [COMMANDS[verb] for verb in verbs if verb in COMMANDS]
    open_policies = [p for p in table.policies if _is_open(p) and _covers(p, commands)]
    if table.row_security and not open_policies:
        return None
    kept = [p for p in table.policies if p not in open_policies and p.permissive]
    lost = {c for p in open_policies if not _FOR_SERVER.search(p.name) for c in _commands(p)}
    if not table.row_security:
        lost |= set(commands)
    wanted = [c for c in _DONE if c in lost and not any(_covers(p, [c]) for p in kept)]
    if wanted and not ownership.user_columns:
        return None
    lines = (
        [] if table.row_security else [f"alter table {sql_name(table)} enable row level security;"]
    )
    lines += [f"drop policy {quoted(p.name)} on {sql_name(table)};" for p in open_policies]
    lines += _owner_policies(table, ownership, kept, wanted, asked)
    return "\n".join(lines) + "\n"


def close_function(function: Function, signed_in: bool) -> str:
    """Take the right to call a function from visitors, and from users too when `signed_in`."""
    name = (
        f"{sql_target(f'{function.schema}.{function.name}')}({', '.join(function.argument_types)})"
    )
    if signed_in:
        return f"revoke execute on function {name} from public, anon, authenticated;\n"
    return (
        f"revoke execute on function {name} from public, anon;\n"
        f"grant execute on function {name} to authenticated;\n"
    )


def close_columns(table: Table, changed: Iterable[str], added: Iterable[str]) -> str | None:
    """Let users change all of their row but these columns, and add all but those; None where nothing
    is left, or where a row cannot be added without."""
    held, kept_out = set(changed), set(added)
    lines: list[str] = []
    for privilege, columns in (("update", held), ("insert", kept_out)):
        if not columns:
            continue
        left = [
            c.name
            for c in table.columns
            if c.name not in columns
            and not c.generated
            and not (privilege == "update" and c.name in table.primary_key)
        ]
        needed = privilege == "insert" and any(
            c.name in columns and not c.nullable and c.default is None for c in table.columns
        )
        if not left or needed:
            return None
        lines += [
            f"revoke {privilege} on {sql_name(table)} from anon, authenticated;",
            f"grant {privilege} ({sql_list(left)}) on {sql_name(table)} to authenticated;",
        ]
    return "\n".join(lines) + "\n" if lines else None


def _is_open(policy: Policy) -> bool:
    """True for a permissive policy of the browser's roles that asks for no owner."""
    if not policy.permissive or not set(policy.roles) & {"public", "anon", "authenticated"}:
        return False
    texts = [text for text in (policy.using, policy.check) if text is not None]
    return any(_OPEN.fullmatch(_bare(text)) for text in texts)


def _bare(text: str) -> str:
    """The expression without the parentheses around it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _encloses(text):
        text = text[1:-1].strip()
    return text


def _encloses(text: str) -> bool:
    """True where the first parenthesis is closed by the last."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return at == len(text) - 1
    return False


def _commands(policy: Policy) -> tuple[str, ...]:
    return tuple(_DONE) if policy.command == "ALL" else (policy.command,)


def _covers(policy: Policy, commands: Iterable[str]) -> bool:
    return any(command in _commands(policy) for command in commands)


def _owner_policies(
    table: Table,
    ownership: Ownership,
    kept: Sequence[Policy],
    commands: Iterable[str],
    asked: Collection[str],
) -> Iterator[str]:
    """A policy for owners per command; whom pages ask for by name reads the row as well."""
    owner = _is_owner(table, ownership.user_columns[0]) if ownership.user_columns else ""
    others = [_is_owner(table, c) for c in ownership.user_columns[1:] if c in asked]
    for command in commands:
        readers = " or ".join((owner, *others)) if command == "SELECT" else owner
        using = "" if command == "INSERT" else f" using ({readers})"
        # To own a row is not enough: a stranger would write rows of their own into any organisation.
        written = " and ".join([owner, *_members(ownership, kept)])
        check = f" with check ({written})" if command in ("INSERT", "UPDATE") else ""
        name = f"Owners {_DONE[command]} their {table.name}"[:63]
        yield (
            f"create policy {quoted(name)} on {sql_name(table)}\n"
            f"  for {command.lower()} to authenticated{using}{check};"
        )


def _members(ownership: Ownership, kept: Iterable[Policy]) -> list[str]:
    """How a policy that stays tells the members of the row's organisation: one text, none where no
    policy for readers or writers does."""
    for policy in sorted(kept, key=lambda p: p.command != "SELECT"):
        for text in expressions(policy) if policy.command in ("SELECT", "UPDATE", "INSERT") else ():
            rule = _bare(text)
            names = set(_WORD.findall(rule))
            # What is joined by OR lets in others than members.
            if asks_caller(rule) and names & set(ownership.tenant_columns) and "OR" not in names:
                return [asked_once(rule)]
    return []


def _is_owner(table: Table, column: str) -> str:
    """The row is the caller's; an owner that is kept as text is compared as text."""
    found = table.column(column)
    caller = "(select auth.uid())" + ("" if found is None or found.type == "uuid" else "::text")
    return f"{quoted(column)} = {caller}"
