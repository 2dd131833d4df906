"""The state that SQL scripts lead to, followed statement by statement without running any of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from shipworthy.database.history import SqlFile
from shipworthy.database.names import NAME, QUALIFIED, parts, qualified
from shipworthy.database.rules.callers_rights import ACCOUNTS
from shipworthy.database.schema import (
    Bucket,
    Function,
    Policy,
    Schema,
    Source,
    Table,
    Trigger,
    Trust,
)
from shipworthy.database.stated import columns, routines
from shipworthy.database.stated.loops import each
from shipworthy.database.stated.words import (
    at_commas,
    clause,
    in_parentheses,
    masked,
    one_line,
    own_columns_alone,
    texts,
    without_comments,
)
from shipworthy.database.statements import statements
from shipworthy.finding import Location
from shipworthy.regex import regex

OBJECTS = "storage.objects"
_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")
_BROWSER = ("anon", "authenticated")


class Following:
    """Tables, rules, functions and buckets as the statements so far leave them.

    `granted`: whether new tables are granted to the browser's roles, as the platform's older projects do.
    """

    def __init__(self, granted: bool = True, trust: Trust = Trust.MIGRATION) -> None:
        self._granted, self._trust = granted, trust
        self._at = Source(trust)
        self._script = ""
        self.tables: dict[str, Table] = {}
        self.functions: dict[str, Function] = {}
        self.buckets: dict[str, Bucket] = {}
        self.enums: dict[str, tuple[str, ...]] = {}
        self.awaited: set[str] = set()  # tables that are spoken of before a statement makes them

    @property
    def schema(self) -> Schema:
        """What is left."""
        return Schema(dict(self.tables), dict(self.functions), dict(self.buckets), dict(self.enums))

    def run(self, file: SqlFile) -> None:
        """Follow one script."""
        self._script = file.text
        for statement in statements(file.text):
            if _BEGINS.search(statement.code) or _BLOCK.match(statement.code):
                self._follow(statement.text, file.path, statement.line)

    def _follow(self, text: str, path: str, line: int) -> None:
        block = _BLOCK.match(text) and _BODY.search(text)
        if block:
            first = line + text.count("\n", 0, block.start(2))
            self._block(block[2], path, first)
            return
        found = _BEGINS.search(masked(text))
        if found and not _PUBLISHES.search(text, 0, found.start()):
            line += text.count("\n", 0, found.start())
            self._at = Source(self._trust, Location(path, line))
            self._apply(without_comments(text[found.start() :]).strip())

    def _block(self, body: str, path: str, line: int) -> None:
        """What a DO block does: its statements as if no condition were there, and those it puts together."""
        for statement in statements(body):
            begins = line + statement.line - 1
            executed = _EXECUTE.search(statement.text)
            if executed is None:
                self._follow(statement.text, path, begins)
                continue
            built = executed[1].replace("''", "'")
            if "%" not in built and "||" not in statement.text:
                self._follow(built, path, begins)
                continue
            written_out = list(each(statement.text, built, body))
            for one in written_out:
                self._follow(one, path, begins)
            if not written_out:
                self._at = Source(self._trust, Location(path, begins))
                said = texts(statement.text[executed.start() :])
                self._built(one_line(" ".join(said)), body)

    def _built(self, built: str, body: str) -> None:
        """A statement put together for tables that the block names, or for all."""
        written = f"{built} {' '.join(texts(body))}".lower()
        said = {name for name in self.tables if _is_named(name.partition(".")[2], written)}
        adds = _ADDS.search(built) is not None
        takes = _TAKES.search(built) is not None or (adds and "restrictive" in body.lower())
        for name in said or set(self.tables):
            if "drop policy" in built:
                self.tables[name] = replace(self.tables[name], policies=())
            if "enable row level security" in built:
                self._switch(self.tables[name], on=True)
            if takes or (adds and _asks_for_itself(built, self.tables[name])):
                self.tables[name] = replace(self.tables[name], tainted=_PUT_TOGETHER)
            elif adds:
                self.tables[name] = replace(self.tables[name], unread=_PUT_TOGETHER)

    def _apply(self, text: str) -> None:
        for pattern, method in _STATEMENTS:
            found = pattern.match(text)
            if found:
                method(self, found, text[found.end() :])
                return

    def _create_table(self, found: re.Match[str], rest: str) -> None:
        name = qualified(found["name"])
        made = self.tables.get(name)
        if made is not None and made.source.trust is not Trust.STUB:
            if not self._is_made_again(found, made):
                return
            del self.tables[name]
        known = self.tables.get(name) or self._new(name)
        body = in_parentheses(rest, rest.find("(") + 1) if "(" in rest else ""
        self.tables[name] = columns.defined(replace(known, source=self._at), at_commas(body))
        self._awaiting(name)

    def _is_made_again(self, found: re.Match[str], made: Table) -> bool:
        """True where a later migration makes a table without asking whether it is there, and guards it: by
        then somebody had dropped it by hand, with its rules."""
        here, before = self._at.location, made.source.location
        if self._trust is not Trust.MIGRATION or made.is_view or here is None or before is None:
            return False
        if here.path == before.path or _folder(here.path) != _folder(before.path):
            return False
        if _IF_NOT_THERE.search(found[0]):
            return False
        guards = rf"\b{re.escape(made.name)}\b\"?\s+enable\s+row\s+level\s+security\b"
        return re.search(guards, self._script, re.IGNORECASE) is not None

    def _awaiting(self, name: str) -> None:
        targets = {key.target for key in self.tables[name].foreign_keys} - {name}
        self.awaited |= targets - set(self.tables)

    def _alter_table(self, found: re.Match[str], rest: str) -> None:
        name = qualified(found["name"])
        table = self._known(name)
        for action in at_commas(rest):
            words = one_line(action)
            switched = re.match(r"(enable|disable) row level security", words)
            renamed = re.match(rf"rename to ({NAME})", action, re.IGNORECASE)
            if switched:
                self._switch(self.tables[name], on=switched[1] == "enable")
            elif renamed:
                table = self.tables.pop(name)
                name = f"{table.schema}.{parts(renamed[1])[0]}"
                self.tables[name] = replace(table, name=parts(renamed[1])[0])
            else:
                self.tables[name] = columns.altered(self.tables[name], action, self._at)
                self._awaiting(name)

    def _switch(self, table: Table, *, on: bool) -> None:
        self.tables[table.qualified] = replace(table, row_security=on, row_security_source=self._at)

    def _drop_table(self, _: re.Match[str], rest: str) -> None:
        for name in at_commas(rest):
            written = re.match(QUALIFIED, name)
            if written:
                self.tables.pop(qualified(written[0]), None)

    def _create_policy(self, found: re.Match[str], rest: str) -> None:
        if qualified(found["name"]) not in self.tables and self._called(found["name"], ""):
            return  # a rule on a function: the database refuses it
        table = self._known(qualified(found["name"]))
        head = masked(rest).partition("(")[0]
        command = re.search(r"\bfor\s+(all|select|insert|update|delete)\b", head, re.IGNORECASE)
        verb = command[1].upper() if command else "ALL"
        using, check = clause(rest, "using"), clause(rest, r"with\s+check")
        if (verb == "INSERT" and using) or (verb in ("SELECT", "DELETE") and check):
            return  # what is added has no old row, what is read no new one: the database refuses it
        policy = Policy(
            parts(found["policy"])[0],
            verb,
            _roles(head) or ("public",),
            not re.search(r"\bas\s+restrictive\b", head, re.IGNORECASE),
            own_columns_alone(using),
            own_columns_alone(check),
            self._at,
        )
        others = (p for p in table.policies if p.name != policy.name)
        self.tables[table.qualified] = replace(table, policies=(*others, policy))

    def _alter_policy(self, found: re.Match[str], rest: str) -> None:
        table, name = self._known(qualified(found["name"])), parts(found["policy"])[0]
        renamed = re.match(rf"\s*rename\s+to\s+({NAME})", rest, re.IGNORECASE)

        def changed(policy: Policy) -> Policy:
            if renamed:
                return replace(policy, name=parts(renamed[1])[0])
            return replace(
                policy,
                roles=_roles(masked(rest).partition("(")[0]) or policy.roles,
                using=own_columns_alone(clause(rest, "using")) or policy.using,
                check=own_columns_alone(clause(rest, r"with\s+check")) or policy.check,
                source=self._at,
            )

        left = tuple(changed(p) if p.name == name else p for p in table.policies)
        self.tables[table.qualified] = replace(table, policies=left)

    def _drop_policy(self, found: re.Match[str], _: str) -> None:
        table = self.tables.get(qualified(found["name"]))
        if table:
            name = parts(found["policy"])[0]
            left = tuple(p for p in table.policies if p.name != name)
            self.tables[table.qualified] = replace(table, policies=left)

    def _create_view(self, found: re.Match[str], rest: str) -> None:
        name = qualified(found["name"])
        options, definition = _around(rest, "as")
        kind = "materialized view" if found["kind"].lower().startswith("mat") else "view"
        read = (qualified(n) for n in _FROM.findall(definition))
        view = replace(
            self._new(name),
            kind=kind,
            source=self._at,
            definition=definition.strip(),
            invoker=_invoker(options) is True,
            depends_on=tuple(dict.fromkeys(n for n in read if n in self.tables)),
        )
        self.tables[name] = replace(view, columns=columns.selected(definition, view, self.tables))

    def _alter_view(self, found: re.Match[str], rest: str) -> None:
        view = self.tables.get(qualified(found["name"]))
        switched = _invoker(rest)
        if view and switched is not None:
            self.tables[view.qualified] = replace(view, invoker=switched)

    def _create_function(self, found: re.Match[str], rest: str) -> None:
        made = routines.function(qualified(found["name"]), rest, self._at)
        for name in [n for n, f in self.functions.items() if _same(f, made)]:
            made = replace(made, callers=self.functions.pop(name).callers)
        self.functions[made.qualified] = made

    def _alter_function(self, found: re.Match[str], rest: str) -> None:
        definer = re.search(r"\bsecurity\s+(definer|invoker)\b", rest, re.IGNORECASE)
        for name in self._called(found["name"], rest):
            if definer:
                is_definer = definer[1].lower() == "definer"
                self.functions[name] = replace(self.functions[name], definer=is_definer)

    def _drop_function(self, found: re.Match[str], rest: str) -> None:
        for name in self._called(found["name"], rest):
            del self.functions[name]

    def _called(self, written: str, rest: str) -> list[str]:
        """The functions that a statement means: all of the name, or the one of these arguments."""
        full = qualified(written)
        named = [n for n, f in self.functions.items() if f"{f.schema}.{f.name}" == full]
        given = rest.lstrip()
        if not given.startswith("(") or len(named) < 2:
            return named
        types = tuple(routines.kind(a) for a in at_commas(in_parentheses(given, 1)) if a)
        return [n for n in named if len(self.functions[n].argument_types) == len(types)]

    def _create_trigger(self, found: re.Match[str], rest: str) -> None:
        made = _TRIGGER.search(rest)
        if made is None:
            return
        table = self._known(qualified(made["table"]))
        events = tuple(
            e.upper() for e in ("insert", "update", "delete") if e in made["events"].lower()
        )
        name, timing = parts(found["name"])[-1], made["timing"].upper()
        trigger = Trigger(name, qualified(made["function"]), timing, events, self._at)
        self.tables[table.qualified] = replace(table, triggers=(*table.triggers, trigger))

    def _drop_trigger(self, found: re.Match[str], rest: str) -> None:
        on = re.search(rf"\bon\s+({QUALIFIED})", rest, re.IGNORECASE)
        table = self.tables.get(qualified(on[1])) if on else None
        if table:
            name = parts(found["name"])[-1]
            left = tuple(t for t in table.triggers if t.name != name)
            self.tables[table.qualified] = replace(table, triggers=left)

    def _create_type(self, found: re.Match[str], rest: str) -> None:
        self.enums[qualified(found["name"])] = tuple(texts(rest))

    def _alter_type(self, found: re.Match[str], rest: str) -> None:
        name = qualified(found["name"])
        if re.search(r"\badd\s+value\b", rest, re.IGNORECASE):
            self.enums[name] = (*self.enums.get(name, ()), *texts(rest)[:1])

    def _grant(self, found: re.Match[str], rest: str) -> None:
        """GRANT and REVOKE on tables and functions; DEFAULT PRIVILEGES are left aside."""
        what = re.match(
            r"(?P<option>grant\s+option\s+for\s+)?(?P<rights>.*?)\bon\s+(?P<on>.*?)\b(?:to|from)\s+"
            r"(?P<roles>[\w\s,\"]+)$",
            rest.strip(),
            re.IGNORECASE | re.DOTALL,
        )
        if what is None or what["option"]:
            return
        add = found["verb"].lower() == "grant"
        words = re.sub(r"\b(cascade|restrict|with grant option)\b", "", one_line(what["roles"]))
        roles = [r.strip(' "') for r in words.split(",")]
        on = what["on"].strip()
        if re.match(r"(all\s+)?(functions?|procedures?|routines?)\b", on, re.IGNORECASE):
            self._may_call(on, roles, add=add)
            return
        if re.match(r"(all\s+)?(sequence|schema|type|database|language)s?\b(?!.*tables)", on, re.I):
            return
        for name in self._granted_on(on):
            self._may_use(self.tables[name], what["rights"], roles, add=add)

    def _granted_on(self, on: str) -> list[str]:
        if _OF_LOGINS.search(on):
            new = self._new(ACCOUNTS)
            self.tables.setdefault(ACCOUNTS, replace(new, source=Source(Trust.STUB)))
        every = re.match(rf"all\s+tables\s+in\s+schema\s+({NAME})", on, re.IGNORECASE)
        if every:
            schema = parts(every[1])[0]
            return [name for name, table in self.tables.items() if table.schema == schema]
        names = re.sub(r"^table\s+", "", on, flags=re.IGNORECASE)
        written = (re.match(QUALIFIED, name) for name in at_commas(names))
        return [n for w in written if w and (n := qualified(w[0])) in self.tables]

    def _may_use(self, table: Table, rights: str, roles: list[str], *, add: bool) -> None:
        grants = {role: set(held) for role, held in table.grants.items()}
        of_columns = dict(table.column_grants)
        for right in at_commas(rights):
            word = right.split("(")[0].split()[0].upper() if right.split() else ""
            held = _PRIVILEGES if word == "ALL" else (word,)
            if "(" in right:
                names = in_parentheses(right, right.index("(") + 1)
                chosen = frozenset(parts(name)[0] for name in at_commas(names))
                for role in roles:
                    before = of_columns.get((role, word), frozenset())
                    of_columns[role, word] = before | chosen if add else before - chosen
                continue
            for role in roles:
                now = grants.setdefault(role, set())
                now.update(held) if add else now.difference_update(held)
        kept = {role: frozenset(held) for role, held in grants.items()}
        self.tables[table.qualified] = replace(table, grants=kept, column_grants=of_columns)

    def _may_call(self, on: str, roles: list[str], *, add: bool) -> None:
        every = re.match(
            r"all\s+(functions|routines|procedures)\s+in\s+schema\s+", on, re.IGNORECASE
        )
        one = re.match(rf"(?:function|procedure|routine)\s+({QUALIFIED})", on, re.IGNORECASE)
        named = list(self.functions) if every else []
        if one:
            named = self._called(one[1], on[one.end() :])
        for name in named:
            function = self.functions[name]
            callers = function.callers | set(roles) if add else function.callers - set(roles)
            self.functions[name] = replace(function, callers=callers)

    def _bucket(self, _: re.Match[str], rest: str) -> None:
        into, values = _around(rest, "values")
        names = [n.strip(' "') for n in at_commas(in_parentheses(into, into.find("(") + 1).lower())]
        for row in at_commas(values):
            listed = at_commas(in_parentheses(row, row.find("(") + 1))
            given = dict(zip(names, listed, strict=False))
            name = (texts(given.get("id", "")) or texts(given.get("name", "")) or [""])[0]
            if name:
                public = given.get("public", "").lower() == "true"
                self.buckets[name] = Bucket(name, public, self._at)

    def _bucket_switch(self, _: re.Match[str], rest: str) -> None:
        public = re.search(r"\bpublic\s*=\s*(true|false)", rest, re.IGNORECASE)
        where = re.search(r"\bwhere\b(.*)", rest, re.IGNORECASE | re.DOTALL)
        for name in texts(where[1]) if public and where else ():
            if name in self.buckets and public:
                now = public[1].lower() == "true"
                self.buckets[name] = replace(self.buckets[name], public=now)

    def _known(self, name: str) -> Table:
        """A table; one that no statement made has no columns and is not judged by itself."""
        if name not in self.tables:
            self.awaited.add(name)
            self.tables[name] = replace(self._new(name), source=Source(Trust.STUB))
        return self.tables[name]

    def _new(self, name: str) -> Table:
        schema, _, plain = name.partition(".")
        granted = self._granted and schema in ("public", "storage")
        rights = frozenset(_PRIVILEGES if granted else ())
        return Table(schema, plain, "table", self._at, grants=dict.fromkeys(_BROWSER, rights))


_OF_LOGINS = regex(r'\bin\s+schema\s+"?auth\b|\bauth"?\s*\.\s*"?users\b', re.IGNORECASE)
_PUT_TOGETHER = "a script puts its rules together while it runs"
# `alter publication … drop table` takes a table off a list.
_PUBLISHES = regex(r"\b(?:alter|create)\s+publication\s", re.IGNORECASE)
_BLOCK = regex(r"do\b", re.IGNORECASE)
_BODY = regex(r"\$(\w*)\$(.*)\$\1\$", re.DOTALL)
_EXECUTE = regex(r"\bexecute\s+(?:format\s*\(\s*)?'((?:[^']|'')*)'", re.IGNORECASE)
# A policy that lets more through takes nothing from those that are there; to force concerns owners alone.
_ADDS = regex(r"create policy|\bgrant\b")
_TAKES = regex(r"alter policy|(?<!enable )(?<!force )row level security|\brevoke\b")
_VERBS = (
    r"(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:unlogged\s+|recursive\s+|materialized\s+|constraint\s+)*"
    r"(?:table|policy|view|function|procedure|trigger|type)\b|\b(?:grant|revoke)\s"
    r"|\b(?:insert\s+into|update)\s+(?:storage\s*\.|\"storage\")"
)
_BEGINS = regex(rf"\b(?:{_VERBS})", re.IGNORECASE)
_FROM = regex(rf"\b(?:from|join)\s+({QUALIFIED})", re.IGNORECASE)
_TRIGGER = regex(
    rf"(?P<timing>before|after|instead\s+of)\s+(?P<events>.*?)\bon\s+(?P<table>{QUALIFIED})"
    rf".*?\bexecute\s+(?:function|procedure)\s+(?P<function>{QUALIFIED})",
    re.IGNORECASE | re.DOTALL,
)
_IF = r"(?:if\s+(?:not\s+)?exists\s+)?"


def _asks_for_itself(built: str, table: Table) -> bool:
    """True where a rule put together may look up its own table, and so fail for all."""
    own = rf"\b(?:from|join)\s+(?:\w+\s*\.\s*)?(?:\"?%|where\b|\"?{re.escape(table.name)}\b)"
    return re.search(own, built) is not None


def _statement(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ON = rf"{_IF}(?P<policy>{NAME})\s+on\s+(?:table\s+)?(?P<name>{QUALIFIED})"
_Method = Callable[[Following, re.Match[str], str], None]
_STATEMENTS: tuple[tuple[re.Pattern[str], _Method], ...] = tuple(
    (_statement(pattern), method)
    for pattern, method in (
        (rf"create\s+(?:unlogged\s+)?table\s+{_IF}(?P<name>{QUALIFIED})", Following._create_table),
        (rf"alter\s+table\s+{_IF}(?:only\s+)?(?P<name>{QUALIFIED})", Following._alter_table),
        (rf"drop\s+(?:table|materialized\s+view|view)\s+{_IF}", Following._drop_table),
        (rf"create\s+policy\s+{_ON}", Following._create_policy),
        (rf"alter\s+policy\s+{_ON}", Following._alter_policy),
        (rf"drop\s+policy\s+{_ON}", Following._drop_policy),
        (
            rf"create\s+(?:or\s+replace\s+)?(?:recursive\s+)?(?P<kind>(?:materialized\s+)?view)\s+{_IF}"
            rf"(?P<name>{QUALIFIED})",
            Following._create_view,
        ),
        (rf"alter\s+view\s+{_IF}(?P<name>{QUALIFIED})", Following._alter_view),
        (
            rf"create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?P<name>{QUALIFIED})",
            Following._create_function,
        ),
        (rf"alter\s+(?:function|procedure)\s+(?P<name>{QUALIFIED})", Following._alter_function),
        (rf"drop\s+(?:function|procedure)\s+{_IF}(?P<name>{QUALIFIED})", Following._drop_function),
        (
            rf"create\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\s+(?P<name>{NAME})",
            Following._create_trigger,
        ),
        (rf"drop\s+trigger\s+{_IF}(?P<name>{NAME})", Following._drop_trigger),
        (rf"create\s+type\s+(?P<name>{QUALIFIED})\s+as\s+enum", Following._create_type),
        (rf"alter\s+type\s+(?P<name>{QUALIFIED})", Following._alter_type),
        (r"(?P<verb>grant|revoke)\s+", Following._grant),
        (r"insert\s+into\s+\"?storage\"?\s*\.\s*\"?buckets\"?", Following._bucket),
        (r"update\s+\"?storage\"?\s*\.\s*\"?buckets\"?", Following._bucket_switch),
    )
)


_IF_NOT_THERE = regex(r"\bif\s+not\s+exists\b", re.IGNORECASE)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_named(name: str, text: str) -> bool:
    return name in text and re.search(rf"\b{re.escape(name)}\b", text) is not None


def _around(text: str, word: str) -> tuple[str, str]:
    """The text before a word and after it."""
    found = re.search(rf"\b{word}\b", masked(text), re.IGNORECASE)
    return (text[: found.start()], text[found.end() :]) if found else (text, "")


def _roles(head: str) -> tuple[str, ...]:
    named = re.search(r'\bto\s+((?:"?\w+"?\s*,\s*)*"?\w+"?)', head, re.IGNORECASE)
    return tuple(r.strip(' "').lower() for r in named[1].split(",")) if named else ()


def _invoker(options: str) -> bool | None:
    found = re.search(r"security_invoker\s*(?:=\s*(\w+|'\w+'))?", options, re.IGNORECASE)
    if found is None:
        return None
    return (found[1] or "true").strip("'").lower() in ("true", "on", "1", "yes")


def _same(one: Function, other: Function) -> bool:
    return (one.schema, one.name, one.argument_types) == (
        other.schema,
        other.name,
        other.argument_types,
    )
