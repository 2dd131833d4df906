"""Functions that anyone may call and that act for whomever the caller names, past row security."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.attempts import Actor, Attempt, Ownership, Rule, Verb
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.schema import Function, Schema, Table
from shipworthy.database.stated.adding import ADDS, added_for
from shipworthy.database.stated.asking import (
    least_caller,
    lets_null_pass,
    notes_the_caller,
    without_a_choice,
)
from shipworthy.database.stated.beside_tables import beside_tables
from shipworthy.database.stated.executing import executed
from shipworthy.database.stated.founding import filled_by_itself
from shipworthy.database.stated.giving import handed_out, handed_to_all, texts_of_tenants
from shipworthy.database.stated.openings import let_pass, succeeded
from shipworthy.database.stated.picked import SET_CLAUSE, picked
from shipworthy.database.stated.settling import changed_power, marked_as_paid
from shipworthy.database.stated.told_of import told_of
from shipworthy.database.stated.words import at_commas, at_word, masked, without_comments
from shipworthy.regex import regex

PICKS = "picks the rows by the"
_WRITES = regex(
    rf"\b(?:insert\s+into|update|delete\s+from)\s+(?:only\s+)?({QUALIFIED})", re.IGNORECASE
)
_SOMEBODY = regex(
    r"^(?:(?:p|in|v|the|arg|param)?_+)?(?:(?:target|from|to|for|anonymous|verified)_)?"
    r"(?:user|uid|profile|owner|member|customer|client|account|buyer|seller|student|employee|sender|recipient"
    r"|usuario|e?mail)(?:_?(?:id|uuid|uid|email))?(?:_?(?:param|input|in))?$",
    re.IGNORECASE,
)
# Whoever is made an administrator is somebody, whatever the argument is called: `admin_email`.
_ANYBODY = regex(
    r"(?:^|_)(?:e?mail|user|user_?id|uid|uuid)(?:_?(?:param|input|in))?$", re.IGNORECASE
)
_MAKES_ADMIN = regex(
    r"\binsert\s+into\s+[\w.\"]*(?:roles?|admins?|admin_users|profiles|users|members)\"?\s*\([^;]*'(?:super_?)?admin\w*'"
    r"|\bset\b[^;]*?\b(?:\w+_)?role\s*=\s*'(?:super_?)?admin\w*'",
    re.IGNORECASE,
)
_PROVING = regex(
    r"((^|_)(token|otp|pin|secret|passcode|password|senha)|(^|_)(verification|confirmation|access|reset|invite"
    r"|invitation|activation|registration|security|login|auth|user|backup|pairing)_?code)"
    r"(_?(hash|param|input|in))?$",
    re.IGNORECASE,
)
# What a statement writes, which asks for nothing.
_CHANGES = regex(rf"\b(?:update|delete\s+from)\s+(?:only\s+)?({QUALIFIED})([^;]*)", re.IGNORECASE)
_READS = regex(rf"\bfrom\s+({QUALIFIED})[^;]*?\bwhere\b([^;]*)", re.IGNORECASE)
_RECKONS = regex(r"\(\s*select\b|\b(?:count|sum|avg|max|min)\s*\(", re.IGNORECASE)
_UPSERTS = regex(r"\bon\s+conflict\b[^;]*\bdo\s+update\b", re.IGNORECASE)
_TENANT = regex(
    r"^(?:(?:p|in|v|arg|param)?_+)?(?:(?:target|filter|match)_)?"
    r"(?:workspace|organi[sz]ation|org|company|tenant|team|account|business|clinic|store|church|agency|school"
    r"|restaurant|empresa|loja|igreja|clinica)_?(?:id|uuid)(?:_(?:param|filter|in))?$",
    re.IGNORECASE,
)
_ONE_MORE = regex(
    r"\b(\w+)\s*=\s*(?:\w+\s*\(\s*)*(?:\w+\.)?\1\b\s*(?:,\s*0\s*\))?\s*[+-]\s*1\b", re.IGNORECASE
)
_FORM = regex(
    r"(?:^|_)(?:name|nome|nombre|phone|telefone|telefono)$|(?:_|^)honeypot", re.IGNORECASE
)
_ADDRESS = regex(r"e?mail(?:_?(?:param|input|in))?$", re.IGNORECASE)
_CODES = regex(
    r"(?:^|[._])(?:otps?|(?:email|phone|account)?_?verifications?|(?:password_)?resets?|magic_links?"
    r"|(?:\w+_)?(?:otps?|codes?|reset_tokens?|reset_requests?))$"
)
_RETURNS = regex(r"\breturn\b([^;]*);", re.IGNORECASE)
_A_CODE = regex(
    r"^\s*(?!(?:true|false|null)\b)\w+\s*$|\b\w*(?:otp|code|token|pin|secret)(?!\w*(?:_id|_hash)\b)\w*\b",
    re.IGNORECASE,
)
_ACCOUNTS = regex(r"(?:^|[._])(?:users?|profiles?|user_roles|accounts|members|memberships)$")


def callable_functions(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Calls that change or hand out what belongs to others, whether they name them or not."""
    for name, written in sorted(schema.functions.items()):
        function, named = without_a_choice(written)
        actor = least_caller(schema, function)
        if actor is None:
            continue
        asks = "asks nobody who he is"
        if notes_the_caller(function):
            asks = "holds nobody to what is his own"
        elif lets_null_pass(function):
            asks = "lets a caller without a login past its check"
        who = "anybody" if actor is Actor.ANYBODY else "every user"
        rule = Rule(
            f"{name} is SECURITY DEFINER, may be called by {who} and {asks}", function.source
        )
        made = _for_somebody(schema, owners, actor, function, named) or _for_all(
            schema, owners, actor, function
        )
        made = made or _for_whom_it_tells(schema, actor, function)
        if made and not _fills_a_form(function, made) and not _asks_for_a_code(function, made):
            yield replace(made, rules=(rule,))


def changes_unknown(schema: Schema) -> bool:
    """True where a function with rights of its own changes a table of which no script tells."""
    return any(
        qualified(table) not in schema.tables
        for function in schema.functions.values()
        if function.definer and not function.is_trigger
        for table in _WRITES.findall(function.body)
    )


def _for_somebody(
    schema: Schema,
    owners: Mapping[str, Ownership],
    actor: Actor,
    function: Function,
    callers: Collection[str],
) -> Attempt | None:
    """A call that harms whom its arguments name; `callers`: those that take the place of the caller."""
    code = without_comments(function.body)
    if reason := executed(function, code) or beside_tables(function, code):
        return succeeded(actor, Verb.CALL, function.qualified, reason=reason)
    if _asks_a_proof(function, code):
        return None
    written = tuple(dict.fromkeys(_own(schema, _WRITES.findall(masked(code)))))
    named = [a for a in function.argument_names if _SOMEBODY.match(a) or a in callers]
    if not named and _MAKES_ADMIN.search(code):
        named = [a for a in function.argument_names if _ANYBODY.search(a)]
    if written and notes_the_caller(function):
        named = [a for a in named if a in callers or _picks(code, a)]
    told = () if written else handed_out(schema, function, code, actor)
    shown = tuple(c for c in told if not any(c in a.lower() for a in named))
    keys = list(_keys(schema, owners, actor, function, code)) if not named and not shown else []
    if shown and not named and not notes_the_caller(function):
        keys = list(_of_whom(schema, owners, actor, function, code))
    if not (named or shown or keys or notes_the_caller(function)):
        keys = list(picked(schema, owners, actor, function, code))
    if written and not (named or keys or notes_the_caller(function)):
        added = next(added_for(schema, owners, actor, function, code), "")
        if added:
            reason = f"{ADDS} {added} that a caller sends"
            call = succeeded(actor, Verb.CALL, function.qualified, (), (), reason)
            return replace(call, written=dict.fromkeys(written, 1), rows=1)
    if not (named or keys) or not (written or shown):
        return None
    reason = f"{PICKS} {keys[0]}" if keys else f"acts for the {named[0]}"
    reason += " that a caller sends"
    call = succeeded(actor, Verb.CALL, function.qualified, (), shown, reason)
    changes = int(bool(_CHANGES.search(masked(code)) or _UPSERTS.search(masked(code))))
    if not changes:  # who gets a tenant of his own, has power over nothing that was there before
        own = filled_by_itself(owners, masked(code))
        written = tuple(name for name in written if name not in own) or written
    return replace(call, written=dict.fromkeys(written, 1), rows=changes)


def _for_all(
    schema: Schema, owners: Mapping[str, Ownership], actor: Actor, function: Function
) -> Attempt | None:
    """A call that gives away the rows of everybody, or changes what people have or have paid."""
    code = without_comments(function.body)
    if _asks_a_proof(function, code):
        return None
    call = succeeded(actor, Verb.CALL, function.qualified, reason="asks nobody who he is")
    paid = dict.fromkeys(marked_as_paid(schema, function, code), 1)
    if paid:
        return replace(call, written=paid, rows=1, reason="marks them as paid for whoever calls")
    of_tenant = [a for a in function.argument_names if _TENANT.match(a)]
    changed = list(changed_power(schema, code))
    if changed and (of_tenant or not any(function.argument_names)):
        columns = ", ".join(dict.fromkeys(column for _, column in changed))
        whose = f"for the {of_tenant[0]} that a caller sends" if of_tenant else "for everybody"
        tables = dict.fromkeys((table for table, _ in changed), 1)
        return replace(call, written=tables, rows=1, reason=f"sets {columns} {whose}")
    if _WRITES.search(masked(code)):
        return None
    shown = handed_to_all(schema, function, code, actor)
    shown = shown or texts_of_tenants(schema, owners, function, actor, of_tenant)
    return replace(call, columns=shown) if shown else None


def _for_whom_it_tells(schema: Schema, actor: Actor, function: Function) -> Attempt | None:
    """A call that answers with the rows of whom it names, of tables that show everybody his own alone."""
    code = without_comments(function.body)
    if notes_the_caller(function) or _asks_a_proof(function, code):
        return None
    whose, shown = told_of(schema, function, code, actor)
    reason = f"{PICKS} {whose} that a caller sends"
    return succeeded(actor, Verb.CALL, function.qualified, (), shown, reason) if shown else None


def _fills_a_form(function: Function, made: Attempt) -> bool:
    """True for what a visitor fills in about himself: his name and telephone beside his address."""
    named = [a for a in function.argument_names if _SOMEBODY.match(a)]
    if not named or not all(_ADDRESS.search(a) for a in named) or made.columns:
        return False
    told = any(_FORM.search(a) for a in function.argument_names)
    return told and not any(_ACCOUNTS.search(table) for table in made.written)


def _asks_for_a_code(function: Function, made: Attempt) -> bool:
    """True for a code that who cannot sign in asks for: it is kept for his address, and not told."""
    named = [a for a in function.argument_names if _SOMEBODY.match(a)]
    if not named or not all(_ADDRESS.search(a) for a in named) or made.columns or not made.written:
        return False
    if not all(_CODES.search(table) for table in made.written):
        return False
    answers = _RETURNS.findall(masked(without_comments(function.body)))
    return bool(answers) and not any(map(_A_CODE.search, answers))


def _picks(code: str, argument: str) -> bool:
    """True where the rows that change are those of an argument, and more than a count of them changes."""
    for _, rest in _CHANGES.findall(masked(code)):
        changes, _, asked = rest.lower().partition("where")
        one_more = bool(_ONE_MORE.search(changes)) and changes.count("=") == 1
        if re.search(rf"=\s*{re.escape(argument.lower())}\b", asked) and not one_more:
            return True
    return False


def _asks_a_proof(function: Function, code: str) -> bool:
    """True where a token or code that was sent along is compared with the one that is kept."""
    asked = SET_CLAUSE.sub(" ", masked(code))
    kept = r"\w*(?:token|otp|pin|secret|pass|senha|code|hash)\w*"
    for argument in filter(_PROVING.search, filter(None, function.argument_names)):
        word = re.escape(argument)
        made = re.findall(rf"\b(\w+)\s*:=[^;]*\b{word}\b", code, re.IGNORECASE)
        word = "|".join((word, *map(re.escape, made)))  # a hash of it, say
        word = rf"(?:{word})"
        wanted = rf"{kept}\s*(?:=|is\s+not\s+distinct\s+from)\s*(?:\w+\s*\(\s*)*{word}\b"
        held = rf"\b{wanted}|\b{word}\s*=\s*(?:\w+\.)?{kept}"
        if re.search(held, asked, re.IGNORECASE):
            return True
    return False


def _keys(
    schema: Schema,
    owners: Mapping[str, Ownership],
    actor: Actor,
    function: Function,
    code: str,
) -> Iterator[str]:
    """Arguments that pick the rows of an owned table which are changed: by their keys, or by their owner."""
    for table, rest in _CHANGES.findall(masked(code)):
        owned = owners.get(qualified(table), Ownership())
        known = schema.tables.get(qualified(table))
        held = known is not None and _is_held(known, actor)
        if not (owned.user_columns or owned.tenant_columns or held):
            continue
        changes, _, asked = rest.lower().partition("where")
        if _ONE_MORE.search(changes) and notes_the_caller(function):
            continue
        if _recounts(function, rest, code):
            continue
        names = [name for name in function.argument_names if name]
        sent = any(re.search(rf"\b{re.escape(name.lower())}\b", changes) for name in names)
        counts = _ONE_MORE.search(changes) or (_RECKONS.search(changes) and not sent)
        columns = ("id",) if counts else ("id", *owned.user_columns)
        yield from (name for name in names if _is_asked(asked, columns, name))


def _recounts(function: Function, rest: str, code: str) -> bool:
    """True where it sets nothing but what other rows of the one key add up to, whoever asks for that."""
    changes = re.sub(r"^.*?\bset\b", "", at_word(rest, "where")[0], count=1, flags=re.I | re.S)
    values = [part.partition("=")[2].strip() for part in at_commas(changes)]
    named = [name for name in function.argument_names if name]
    used = [n for n in named if re.search(rf"\b{re.escape(n)}\b", rest, re.IGNORECASE)]
    sums = [v for v in values if _SUMS_UP.match(v) or _is_sum(code, v)]
    return bool(sums) and len(used) == 1 and all(v in sums or _NOW.match(v) for v in values)


def _is_sum(code: str, value: str) -> bool:
    """True for a variable that only what rows add up to is read into."""
    found = _VARIABLE.fullmatch(value)
    if found is None:
        return False
    name = re.escape(found[1])
    if re.search(rf"\b{name}\s*:=", masked(code), re.IGNORECASE):
        return False
    into = re.compile(
        rf"\bselect\b([^;]*?)\binto\s+(?:strict\s+)?[\w\s,]*\b{name}\b", re.IGNORECASE
    )
    read = into.findall(masked(code))
    return bool(read) and all(_SUM.match(text) for text in read)


_SUM = regex(r"\s*(?:(?:coalesce|round)\s*\(\s*)*(?:count|sum|avg|max|min)\s*\(", re.IGNORECASE)
_VARIABLE = regex(r"(?:coalesce\s*\(\s*)?(\w+)(?:\s*,\s*0\s*\))?", re.IGNORECASE)
_SUMS_UP = regex(
    r"\s*(?:\w+\s*\(\s*)?\(\s*select\s+(?:(?:coalesce|round)\s*\(\s*)*(?:count|sum|avg|max|min)\s*\(",
    re.I,
)
_NOW = regex(r"\s*(?:now\s*\(\s*\)|current_timestamp)\s*$", re.IGNORECASE)


def _is_held(table: Table, actor: Actor) -> bool:
    """True for a table that no statement here makes, and whose rules for changes all ask whose a row is."""
    if table.is_made or table.tainted or table.unread:
        return False
    rules = [p for p in table.policies if p.command in ("UPDATE", "ALL")]
    return (
        table.kind == "table"
        and bool(rules)
        and all(_OWN.search(p.using or "") for p in rules)
        and not let_pass(table, actor, Verb.UPDATE)
    )


_OWN = regex(r"=\s*\(?\s*(?:select\s+)?auth\s*\.\s*uid\s*\(\s*\)", re.IGNORECASE)


def _of_whom(
    schema: Schema,
    owners: Mapping[str, Ownership],
    actor: Actor,
    function: Function,
    code: str,
) -> Iterator[str]:
    """Arguments that say whose rows are handed out, of a table that the caller may not read."""
    for read, asked in _READS.findall(masked(code)):
        table = schema.tables.get(qualified(read))
        owned = owners.get(qualified(read), Ownership())
        if table is None or not owned.user_columns or let_pass(table, actor, Verb.READ):
            continue
        for name in filter(None, function.argument_names):
            if _is_asked(asked.lower(), owned.user_columns, name):
                yield name


def _is_asked(asked: str, columns: Collection[str], argument: str) -> bool:
    """True where one of the columns is compared with the argument, or with each of those it lists."""
    of = "|".join(map(re.escape, columns))
    word = rf"(?:any\s*\(\s*)?(?:\w+\.)?{re.escape(argument)}\b"
    return re.search(rf"\b(?:{of})\s*=\s*{word}", asked, re.IGNORECASE) is not None


def _own(schema: Schema, names: list[str]) -> Iterator[str]:
    for written in names:
        name = qualified(written)
        known = schema.tables.get(name)
        if (known is None and name in schema.typed) or (known is not None and not known.is_view):
            yield name
