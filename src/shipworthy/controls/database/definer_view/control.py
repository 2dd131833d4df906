"""Views that hand out the rows of protected tables, because they run with the rights of their maker."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.private import is_personal_column, is_private_record, is_secret_column
from shipworthy.database.rules.callers_rights import works_for_callers
from shipworthy.database.rules.expressions import always_true, asks_caller, owner_columns
from shipworthy.database.rules.judged import BROWSER_ROLES, shown
from shipworthy.database.rules.names import spoken, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Schema, Table
from shipworthy.database.stated.words import at_word, bare
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_USERS = frozenset({"authenticated"})
_FOR_ALL = regex(r"(^|_)public(_|$)", re.IGNORECASE)
_FUNCTION = regex(r"(?:(\w+)\.)?(\w+)\(")


class DefinerView(
    Control,
    id="definer-view",
    title="View that passes by row security",
    consequence="The view shows every row of tables whose policies would show only one's own.",
    severity=Severity.HIGH,
    satisfies=("A08", "A53", "owasp:A01", "cwe:668"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        schema = proof.schema
        found = False
        for view in sorted(schema.tables.values(), key=lambda t: t.qualified):
            if view.is_view and view.judged and view.schema in schema.exposed:
                found = True
                declared = view.qualified in proof.declared_public
                yield self._judge(prototype, schema, view, declared)
        if not proof.replayed:
            yield self.not_tried()
        elif not found:
            yield self.not_applicable("no view of the migrations is open to browsers")

    def _judge(self, prototype: Prototype, schema: Schema, view: Table, declared: bool) -> Finding:
        line = shown(prototype.evidence, view.source, f"view {view.qualified}")
        if view.invoker:
            return self.satisfied(view.qualified, "Runs with the rights of who asks", line)
        readers = _readers(view)
        if not readers:
            return self.satisfied(view.qualified, "Browsers may not read it", line)
        guarded = [t for t in _bases(schema, view) if t.row_security and not _open(t, readers)]
        hidden = [t for t in guarded if not _asks_the_same(view, t, readers)]
        if not hidden:
            return self.satisfied(view.qualified, "The tables it reads are open to readers", line)
        if _checks(schema, view):
            return self.satisfied(view.qualified, "Chooses the rows by who is asking", line)
        personal = _personal(view)
        if not personal and (declared or _FOR_ALL.search(view.name)):
            return self.satisfied(view.qualified, "Made to be public, with nothing personal", line)
        who = "everybody" if readers & {"anon", "public"} else "every signed-in user"
        what = f" ({spoken(personal)} included)" if personal else ""
        tables = spoken(t.qualified for t in hidden)
        if not personal and _counts(view):
            message = (
                f"{view.qualified} shows {who} how many rows {tables} have, past their policies"
            )
            return self.gap(view.qualified, message, line, severity=Severity.MEDIUM)
        message = f"{view.qualified} shows {who} the rows of {tables} past their policies{what}"
        if not personal and all(_open(t, _USERS) for t in hidden):
            message = f"{message}: else every signed-in user may read them"
            return self.gap(view.qualified, message, line, severity=Severity.LOW)
        if not personal and not any(map(_is_about_somebody, hidden)):
            return self.gap(view.qualified, message, line, severity=Severity.MEDIUM)
        return self.gap(view.qualified, message, line)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Let the view run with the rights of who asks; where it reads what no caller may, visitors lose it
        if the rest is open to users."""
        proof = prototype.database
        view = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or view is None or path is None or view.kind != "view":
            return None  # a materialized view has no such switch
        if not works_for_callers(proof.schema, view):
            return _for_users_alone(proof.schema, view, path)
        text = (
            f"-- Readers of {sql_name(view)} see the rows that the policies let them see.\n"
            f"alter view {sql_name(view)} set (security_invoker = on);\n"
        )
        summary = f"Let {view.qualified} run with the rights of who asks"
        return Remedy(summary, Review.CAREFUL, (Write(path, text),))


def _for_users_alone(schema: Schema, view: Table, path: str) -> Remedy:
    guarded = [table for table in _bases(schema, view) if table.row_security]
    if "authenticated" in _readers(view) and all(_open(t, _USERS) for t in guarded):
        read = spoken(t.qualified for t in guarded)
        text = (
            f"-- Every signed-in user may read {read}, and visitors may not.\n"
            f"revoke all on {sql_name(view)} from public, anon;\n"
        )
        return Remedy(f"Keep {view.qualified} from visitors", Review.CAREFUL, (Write(path, text),))
    tables = schema.tables
    private = spoken(n for n in view.depends_on if n not in tables or not tables[n].judged)
    how = (
        f"Keep what others may see of {private} in a table with policies; let {view.name} read that"
    )
    return Remedy(how, Review.BY_HAND)


def _readers(view: Table) -> frozenset[str]:
    whole = {role for role, granted in view.grants.items() if "SELECT" in granted}
    parts = {role for (role, privilege) in view.column_grants if privilege == "SELECT"}
    return frozenset((whole | parts) & BROWSER_ROLES)


def _bases(schema: Schema, view: Table) -> Iterator[Table]:
    """The tables below a view, also through other views."""
    seen, pending = {view.qualified}, list(view.depends_on)
    while pending:
        name = pending.pop(0)
        table = schema.tables.get(name)
        if table is None or name in seen:
            continue
        seen.add(name)
        if table.is_view and not table.invoker:
            pending += table.depends_on
        elif table.judged and not table.is_view:
            yield table


def _open(table: Table, readers: frozenset[str]) -> bool:
    """True where the policies show every row to all of these readers."""
    everybody = [
        policy
        for policy in table.policies
        if policy.permissive and policy.command in ("SELECT", "ALL") and always_true(policy.using)
    ]
    return all(any({reader, "public"} & set(p.roles) for p in everybody) for reader in readers)


def _asks_the_same(view: Table, table: Table, readers: frozenset[str]) -> bool:
    """True where the view shows the very rows that a policy shows to all of its readers:
    `where published = true` in both."""
    if len(view.depends_on) != 1:
        return False
    text = " ".join(view.definition.lower().split()).rpartition(" from ")[2]
    asked = _conditions(_ENDS.split(text.partition(" where ")[2], maxsplit=1)[0])
    everybody = [
        policy
        for policy in table.policies
        if policy.permissive and policy.command in ("SELECT", "ALL") and policy.using
        if not asks_caller(policy.using) and _conditions(policy.using.lower()) <= asked
    ]
    return all(any({reader, "public"} & set(p.roles) for p in everybody) for reader in readers)


def _conditions(text: str) -> frozenset[str]:
    return frozenset(map(_plain, at_word(bare(text.strip("; ")), "and")))


def _plain(text: str) -> str:
    """An expression without brackets, casts and the names of tables before columns."""
    return " ".join(_BRACKETS.sub(" ", _CASTS.sub("", text)).split())


_ENDS = regex(r" (?:group by|having|order by|limit|offset) ")
_CASTS = regex(r"::[\w ]+|\b\w+\.(?=\w)")
_BRACKETS = regex(r"[()\s]+")


def _is_about_somebody(table: Table) -> bool:
    """False for what a product offers: no column says whose a row is, or describes a person."""
    return (
        bool(owner_columns(table))
        or is_private_record(table.qualified)
        or any(
            is_secret_column(c.name)
            or is_personal_column(c.name, table.qualified)
            or _WHOSE.search(c.name)
            for c in table.columns
        )
    )


_WHOSE = regex(
    r"(user|owner|customer|client|patient|member|employee|student|tenant|org\w*|company|workspace|team"
    r"|clinic|salon|shop|store|school|created_by)(_?u?id)?$",
    re.IGNORECASE,
)


def _checks(schema: Schema, view: Table) -> bool:
    """True where the view asks who is calling, itself or through a function."""
    if asks_caller(view.definition):
        return True
    called = {name for _, name in _FUNCTION.findall(view.definition)}
    return any(f.name in called and asks_caller(f.body) for f in schema.functions.values())


def _counts(view: Table) -> bool:
    """True where all that is shown is counted, beside the columns of the one table by which it is counted."""
    text = " ".join(view.definition.lower().split()).rstrip("; ")
    if _OTHER_SUMS.search(text) or "count(" not in text:
        return False
    while (less := _INNERMOST.sub("", text)) != text:
        text = less
    shown, _, rest = text.removeprefix("select ").partition(" from ")
    by = rest.rpartition(" group by ")[2] if " group by " in rest else ""
    named = {part.strip() for part in by.partition(" order by ")[0].split(",") if part.strip()}
    owners = {name.rpartition(".")[0] for name in named}
    if len(owners) > 1 or not all(map(_COLUMN.fullmatch, named)):
        return False
    columns = (part.partition(" as ")[0].strip() for part in shown.split(","))
    return all(column in named or _COUNTED.fullmatch(column) for column in columns)


_COUNTED = regex(r"(count|coalesce)?( filter ?)?")  # without what stood in parentheses
_COLUMN = regex(r'[\w"]+(\.[\w"]+)+')
_INNERMOST = regex(r"\([^()]*\)")
_OTHER_SUMS = regex(r"\b(\w*_agg|sum|avg|min|max|array|jsonb?_build_\w+) ?\(")


def _personal(view: Table) -> tuple[str, ...]:
    return tuple(
        c.name
        for c in view.columns
        if is_secret_column(c.name) or is_personal_column(c.name, view.qualified)
    )
