"""Which tables hold rows that belong to somebody: by their columns, and by how handlers ask for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec import Struct, field

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.comparing import STAFF
from shipworthy.prototype.handlers.for_the_asking import roles_for_the_asking
from shipworthy.prototype.handlers.founders import may_found, roles_of_founders
from shipworthy.prototype.handlers.handler import (
    VECTORS,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
)
from shipworthy.prototype.handlers.holders import Held, read_holders
from shipworthy.prototype.handlers.lent_rights import bare, lent_rights, tells_rights
from shipworthy.prototype.handlers.memberships import group_columns
from shipworthy.prototype.handlers.posts import posts
from shipworthy.prototype.handlers.standing import (
    Caller,
    caller,
    in_database,
    is_of_caller,
    owner_columns,
)
from shipworthy.prototype.handlers.tenancy import tenant_columns
from shipworthy.prototype.handlers.unkept import (
    PLAYED,
    asks_for_rights,
    kept_by_users,
    says_who,
    shown_to_all,
)
from shipworthy.prototype.handlers.weight import CATALOGUE, revealed
from shipworthy.prototype.handlers.writes import is_counter
from shipworthy.prototype.routes.sign_in_gates import sent_to_sign_in
from shipworthy.prototype.source import Role
from shipworthy.prototype.tables.listed_roles import listed_roles
from shipworthy.prototype.tables.newcomers import roles_of_newcomers
from shipworthy.prototype.tables.policies import Policies, read_policies
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_PARENT = regex(r"^(?:p_|in_|_)?(.+?)_?(?:unique_?|u|uu|gu)?id$")
_GENERATIONS = 4


class Ownership(Struct, frozen=True):
    """What is known of whose the rows of each table are; names as `plain` writes them."""

    known: frozenset[str]  # tables whose columns can be read
    owned: frozenset[str]  # rows belong to a user, a customer or an organisation
    has_accounts: bool  # some entry point knows its caller
    of_guests: frozenset[str] = frozenset()  # rows that callers without an account leave there
    told: frozenset[str] = frozenset()  # columns that hold the id of whoever is signed in
    # Tables that some entry point asks for by its caller alone.
    fenced: frozenset[str] = frozenset()
    # Tables whose rows are shown to known callers alone, but for exports.
    withheld: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()  # tables with columns that say who somebody is or wrote
    reached: frozenset[str] = frozenset()  # tables that say how to reach somebody: e-mail, phone
    has_roles: bool = True  # some entry point asks for a role
    has_logins: bool = True  # somebody can sign in
    policies: Policies = field(default_factory=Policies)  # what row security lets pass
    # Tables that keep the accounts with which people sign in.
    accounts: frozenset[str] = frozenset()
    joined: bool = False  # whoever comes gets an account of his own
    # What a role is asked for: the entry point that asks, by table and deed.
    governed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    left_open: frozenset[str] = frozenset()  # what anybody changes, and nobody is asked for
    tenants: frozenset[str] = frozenset()  # columns that say to which tenant an account belongs
    groups: frozenset[str] = frozenset()  # columns that say to which group of people a row belongs
    for_the_asking: frozenset[str] = frozenset()  # roles that whoever signs up has
    founders: frozenset[str] = frozenset()  # roles that whoever founds a tenant has in it
    posts: frozenset[str] = frozenset()  # tables of roles that give nobody a right
    let: frozenset[str] = frozenset()  # tables whose rows are some tenant's
    shown: frozenset[str] = frozenset()  # tables that whoever comes is shown
    kept_by_users: frozenset[str] = frozenset()  # tables that whoever is signed in changes by id
    people: frozenset[str] = frozenset()  # tables that say who somebody is, or how to reach him
    unasked: bool = False  # whoever comes gets an account, accounts have roles, none is asked for
    outsiders: str = ""  # a role for those whom the staff serves: "patient"
    secluded: frozenset[str] = frozenset()  # tables whose rows are shown to their owners alone
    # By table and role: the entry point that looks for the rows of its caller alone.
    held: Mapping[tuple[str, str], Held] = field(default_factory=dict)
    # Table and column of what says by a table of roles what an account may do.
    lent: frozenset[tuple[str, str]] = frozenset()
    # Tables that say when somebody was born and how to reach him.
    born: frozenset[str] = frozenset()
    # As `held` where an id is taken as well, by table and by each table that hangs on such a one.
    held_above: Mapping[tuple[str, str], Held] = field(default_factory=dict)

    def of(self, table: str) -> bool | None:
        """Whether the rows of a table belong to somebody; None where nothing tells."""
        name = plain(table)
        if name in self.owned:
            return True
        return False if name in self.known else None

    def fences(self, table: str) -> bool:
        """True where the prototype itself keeps callers apart in a table, or in one that it hangs on: its
        users are not one team that shares everything."""
        return plain(table) in self.fenced

    def keeps_apart(self, table: str) -> bool:
        """True where each row of a table is some tenant's, or hangs on one that is."""
        return plain(table) in self.let

    def is_anybodys(self, table: str) -> bool:
        """True for rows of nobody that are not left to all on purpose: the goods of a shop, what staff alone
        keeps; whoever comes gets an account with which to change them."""
        name = plain(table)
        known = self.joined and name in self.known and name not in self.owned
        return known and (name in self.shown or self.unasked) and not PLAYED.search(name)

    def given_roles(self, effect: Effect) -> frozenset[str]:
        """The roles that say nothing of whose rows an effect is about: whoever comes gets one."""
        answers = effect.kind is not EffectKind.QUERY
        apart = answers or self.keeps_apart(effect.target) or self.is_tenant(effect.target)
        return self.for_the_asking | self.founders if apart else self.for_the_asking

    def lists_people(self, table: str) -> bool:
        """True for people who are nobody's rows and not shown to all, where strangers get accounts."""
        name = plain(table)
        return self.joined and name in self.people - self.owned - self.shown

    def asked_for_a_role(self, table: str, *deeds: str) -> str:
        """The entry point that asks for a role before it does one of these to a table, and what it does."""
        name = plain(table)
        found = (
            f"{self.governed[name, d]} asks for one before it {d}s"
            for d in deeds
            if (name, d) in self.governed
        )
        return next(found, "")

    def lists_posts(self, table: str) -> bool:
        """True for a table of roles that are parts in a play or jobs in a project, and no rights."""
        return plain(table) in self.posts

    def lends_rights(self, table: str, column: str) -> bool:
        """True for the permissions in a table of roles, and for the column of accounts that names one."""
        return bool(self.lent) and (plain(table), bare(column)) in self.lent

    def tells_rights(self, effect: Effect) -> bool:
        """True where the caller says what the accounts of some role may do."""
        return bool(self.lent) and tells_rights(effect, plain(effect.target), self.lent)

    def is_tenant(self, table: str) -> bool:
        """True for a table whose rows are the tenants themselves."""
        return plain(table) in parents(self.tenants)

    def holds(self, column: str) -> bool:
        """True for a column that says whose a row is, by itself or by the row that it hangs on."""
        return snake(column) in self.told or bool(parents((column,)) & self.owned)


def read_ownership(prototype: Prototype) -> Ownership:
    """Ask the schema, and the handlers that do tie a table to their caller; kept as long as the prototype."""
    known = _KNOWN.get(prototype)
    if known is None:
        known = _KNOWN[prototype] = _read(prototype)
    return known


_KNOWN: WeakKeyDictionary[Prototype, Ownership] = WeakKeyDictionary()


def _read(prototype: Prototype) -> Ownership:
    columns: dict[str, set[str]] = {}
    for table in prototype.tables:
        columns.setdefault(plain(table.name), set()).update(table.columns)
    handlers = prototype.handlers
    owned = {name for name, found in columns.items() if any(map(_holds, owner_columns(found)))}
    tied = _tied(handlers)
    owned |= tied
    accounts = _accounts(columns, handlers)
    owned |= accounts | {name for name in columns if name in _PEOPLE}
    tenants = tenant_columns(prototype.tables)
    groups = group_columns(columns, _added(handlers)) | tenants
    told = _told(handlers) | groups
    named = {name for name, found in columns.items() if told & {snake(c) for c in found}}
    owned |= named
    fenced = tied | named
    let = {name for name, found in columns.items() if groups & {snake(c) for c in found}}
    for _ in range(_GENERATIONS):  # children of owned rows, and their children
        owned |= {name for name, found in columns.items() if parents(found) & owned}
        fenced |= {name for name, found in columns.items() if parents(found) & fenced}
        let |= {name for name, found in columns.items() if parents(found) & let - accounts}
    joined = _lets_sign_up(prototype)
    founders = roles_of_founders(_founding(handlers, parents(groups))) if joined else frozenset()
    if not (groups or joined):
        fenced -= _shown_whole(handlers) - tied  # one team that shares what it has
    known, roles = _has_accounts(handlers), _keeps_roles(columns)
    held = read_holders(handlers)
    return Ownership(
        frozenset(columns),
        frozenset(owned),
        known,
        _of_guests(handlers),
        frozenset(told),
        frozenset(fenced),
        _withheld(handlers),
        frozenset(name for name, found in columns.items() if any(map(_CONTACT.search, found))),
        frozenset(name for name, found in columns.items() if any(map(REACHED.search, found))),
        roles
        or _registers_anybody(handlers)  # so whoever is signed in is not the one administrator
        or any(g.check is Check.ROLE for h in handlers for e in h.effects for g in e.guards),
        known
        or _signs_in(handlers)
        or bool(accounts & _asked_for(handlers))
        or sent_to_sign_in(prototype)
        or _lets_sign_in(prototype),
        read_policies(prototype),
        frozenset(accounts),
        joined,
        _governed(handlers),
        _left_open(handlers),
        tenants,
        groups,
        roles_for_the_asking(handlers) | (roles_of_newcomers(prototype) if joined else frozenset()),
        founders,
        posts(columns),
        frozenset(let),
        frozenset(map(plain, shown_to_all(handlers))),
        frozenset(map(plain, kept_by_users(handlers))),
        frozenset(name for name, found in columns.items() if says_who(found)),
        joined and roles and not asks_for_rights(handlers),
        _outsiders(prototype) if joined else "",
        frozenset(tied - _shown_to_others(handlers)),
        held,
        lent_rights({n: f for n, f in columns.items() if n not in parents(tenants)}, accounts),
        frozenset(
            name
            for name, found in columns.items()
            if any(BORN.search(snake(c)) for c in found) and any(map(REACHED.search, found))
        ),
        _held_above(held, columns),
    )


def _held_above(
    held: Mapping[tuple[str, str], Held], columns: Mapping[str, set[str]]
) -> Mapping[tuple[str, str], Held]:
    found = {(plain(table), role): one for (table, role), one in held.items() if one.singly}
    hangs_on = {name: parents(known) for name, known in columns.items()}
    below = {
        (name, role): one
        for (table, role), one in found.items()
        for name, above in hangs_on.items()
        if table in above
    }
    return below | found


def _left_open(handlers: Iterable[Handler]) -> frozenset[str]:
    """Tables whose rows anybody may change or delete, and for which no entry point asks who is calling."""
    changed, asked = set[str](), set[str]()
    for handler in handlers:
        for effect in handler.effects_of(EffectKind.QUERY):
            if caller(handler, effect) is not Caller.ANYBODY or in_database(effect):
                asked.add(plain(effect.target))
            elif effect.operation in ("update", "upsert", "delete") and not is_counter(effect):
                changed.add(plain(effect.target))
    return frozenset(changed - asked)


def _outsiders(prototype: Prototype) -> str:
    """The role for those whom the staff serves, where accounts of both kinds are listed side by side."""
    for words in listed_roles(prototype):
        served = sorted(filter(_SERVED.match, words))
        if served and any(word in STAFF for word in words):
            return served[0]
    return ""


_SERVED = regex(
    r"(role_)?(customer|client|cliente|patient|paciente|student|aluno|estudiante|pupil|buyer|guest|visitor|citizen"
    r"|passenger|candidate|applicant|job_?seeker|resident|parent|guardian|donor|shopper|travell?er|tourist)s?$"
)


def _founding(handlers: Iterable[Handler], tenants: set[str]) -> Iterator[Handler]:
    """The entry points by which whoever is signed in adds a tenant."""
    for handler in handlers:
        added = (e for e in handler.effects_of(EffectKind.QUERY) if plain(e.target) in tenants)
        if any(may_found(handler, effect) for effect in added):
            yield handler


def _added(handlers: Iterable[Handler]) -> Iterator[tuple[str, Effect]]:
    """What entry points add, by the table to which they do."""
    for handler in handlers:
        for effect in handler.effects_of(EffectKind.QUERY):
            if effect.operation in ("insert", "upsert"):
                yield plain(effect.target), effect


def deed_of(effect: Effect) -> str:
    """What is done to a table, in one word."""
    return _DEEDS.get(effect.operation, "change")


_DEEDS = {"insert": "add", "delete": "delete", "select": "read"}


def _governed(handlers: Iterable[Handler]) -> Mapping[tuple[str, str], str]:
    """What is done after a role was asked for, with the entry point that asks."""
    return {
        (plain(effect.target), deed_of(effect)): handler.name
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation in ("insert", "update", "upsert", "delete", "select")
        if effect.has(Check.ROLE)
    }


def _shown_whole(handlers: Iterable[Handler]) -> set[str]:
    """Tables of which some entry point shows every row to whoever is signed in."""
    return {
        plain(effect.target)
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation == "select" and not in_database(effect)
        if caller(handler, effect) is Caller.KNOWN
        if not effect.has(Check.ROLE, Check.OWNER, Check.SECRET, Check.SIGNATURE)
        if not any(True for _ in effect.of("filter:")) and revealed(handler, effect)
    }


def _shown_to_others(handlers: Iterable[Handler]) -> set[str]:
    """Tables of which somebody is shown more than what is his, and those that are usually shown to all. What
    is read by an id that nobody compares is an alarm of its own where the rows are about somebody."""
    found: set[str] = set()
    for handler in handlers:
        for effect in handler.effects_of(EffectKind.QUERY):
            name = plain(effect.target)
            if effect.operation != "select" or name in found:
                continue
            listed = CATALOGUE.match(snake(effect.target.rpartition(".")[2]))
            if listed or (_is_open(handler, effect) and revealed(handler, effect)):
                found.add(name)
    return found


def _is_open(handler: Handler, effect: Effect) -> bool:
    if in_database(effect) or effect.has(Check.ROLE, Check.SECRET, Check.SIGNATURE, Check.UNCLEAR):
        return in_database(effect)
    if caller(handler, effect) in (Caller.ANYBODY, Caller.ANON_KEY):
        return True
    if effect.has(Check.OWNER, Check.REFUSES):
        return False
    asked = [(name, found) for name, found in effect.of("filter:") if found]
    if any(is_of_caller(o) for _, found in asked for o in found):
        return False
    by_id = any(_BY_ID.search(snake(name)) for name, _ in asked)
    return not (by_id and _OF_PEOPLE.search(effect.target))


_BY_ID = regex(r"(^|_)(id|uuid|ids)$")
_OF_PEOPLE = regex(
    r"conversation|chat|message|ticket|customer|client|patient|employee|contact|lead|invoice|order|booking|appointment"
    r"|medical|document",
    re.IGNORECASE,
)


def _lets_sign_up(prototype: Prototype) -> bool:
    """True where whoever comes gets an account of his own, so that its users are no team."""
    if any(q.operation == "auth" and q.method in _SIGN_UPS for q in prototype.queries):
        return True
    packages = {package for found in prototype.modules.packages.values() for package in found}
    if any(package.startswith(_OPEN_TO_ALL) for package in packages):
        return True
    return _registers_anybody(prototype.handlers)


def _registers_anybody(handlers: Iterable[Handler]) -> bool:
    """True where an entry point of its own makes an account with a password for whoever asks."""
    return any(
        caller(handler, effect) in (Caller.ANYBODY, Caller.ANON_KEY)
        and effect.operation == "insert"
        and any(_PASSWORD.search(snake(name)) for name, _ in effect.of("value:"))
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
    )


_SIGN_UPS = (
    "signUp",
    "sign_up",
    "signInWithOAuth",
    "signInWithOtp",
    "createUserWithEmailAndPassword",
)
_OPEN_TO_ALL = (
    "@clerk/",
    "firebase",
    "@auth0/",
    "@kinde",
    "better-auth",
    "@stackframe/",
    "@supabase/auth-ui",
)
_PASSWORD = regex(r"password|passwd|pwd|hash", re.IGNORECASE)


def _accounts(columns: Mapping[str, set[str]], handlers: Iterable[Handler]) -> set[str]:
    """Tables with a password beside a name to sign in with, in the schema or where rows are added."""
    found = {name for name, kept in columns.items() if _is_account(kept)}
    for handler in handlers:
        for effect in handler.effects_of(EffectKind.QUERY):
            if effect.operation == "insert" and _is_account(n for n, _ in effect.of("value:")):
                found.add(plain(effect.target))
    return found - {""}


def _is_account(columns: Iterable[str]) -> bool:
    kept = [snake(column) for column in columns]
    return any(map(_KEEPS_PASSWORD.match, kept)) and any(map(_SIGNS_IN_WITH.match, kept))


_KEEPS_PASSWORD = regex(r"(hashed_?|encrypted_?)?(password|passwd)(_?(hash|digest))?$")
_SIGNS_IN_WITH = regex(r"e_?mail(_address)?$|user_?name$|login$|phone(_number)?$|mobile(_number)?$")


def _keeps_roles(columns: Mapping[str, set[str]]) -> bool:
    """True where the schema says who is more than a user: profiles.role, a table of roles of users."""
    return any(
        name in ("userrole", "adminuser")
        or (name.endswith(("user", "profile")) and any(map(_ROLE.match, map(snake, found))))
        for name, found in columns.items()
    )


_ROLE = regex(r"^(user_)?roles?$|^is_(super_?)?admin$|^is_staff$")


_CONTACT = regex(
    r"^e?mail|_email|phone|mobile|address|street|birth|(^|_)dob|passport|iban|(^|_)ssn|salary|password|secret"
    r"|(first|last|full|customer|client|patient)_?name|diagnos|medical|balance|amount|^(content|messages?|body|subject|transcript|conversation|(chat_?)?history)$",
    re.IGNORECASE,
)


REACHED = regex(r"^e?mail|(_|E)mail(_?address)?$|phone|mobile|^(telefone|celular)$", re.IGNORECASE)
"""Columns that say how to reach somebody."""
BORN = regex(
    r"birth|(^|_)dob$|nascimento|geburt|nacimiento|(^|_)(cpf|ssn|passport(_?number)?)$",
    re.IGNORECASE,
)
"""Columns that say when somebody was born, or what the state calls him."""


def _withheld(handlers: Iterable[Handler]) -> frozenset[str]:
    """Tables that several entry points show to whoever is signed in, and none to anybody, save exports."""
    known: Counter[str] = Counter()
    shown: set[str] = set()
    for handler in handlers:
        told = {
            (plain(e.target), caller(handler, e))
            for e in handler.effects_of(EffectKind.QUERY)
            if e.operation == "select" and revealed(handler, e)
        }
        known.update({name for name, who in told if who is Caller.KNOWN})
        if not exports(handler):
            shown |= {name for name, who in told if who in (Caller.ANYBODY, Caller.ANON_KEY)}
    return frozenset(name for name, count in known.items() if count >= _SEVERAL) - shown


_SEVERAL = 3


def exports(handler: Handler) -> bool:
    """True for an entry point that by its address writes rows out into a file."""
    return bool(_EXPORTS.search(handler.name))


_EXPORTS = regex(
    r"[/_-](export|exportar|backup|dump)s?([/_.-]|$)|[/_.-](csv|xlsx?|excel|pdf)$", re.I
)


def _lets_sign_in(prototype: Prototype) -> bool:
    """True where a page signs people in at the platform itself, or at Clerk or Convex Auth."""
    if any(q.operation == "auth" and q.method in _SIGN_INS for q in prototype.queries):
        return True
    return any(
        imported.specifier.startswith(("@clerk/", "@convex-dev/auth/"))
        and bool(_SIGN_IN_PARTS & {*imported.imported, *imported.names})
        for path, facts in prototype.facts.items()
        if prototype.files[path].role is Role.PRODUCT and path not in prototype.abandoned
        for imported in facts.imports
    )


_SIGN_IN_PARTS = frozenset(
    """SignIn SignInButton useSignIn clerkMiddleware authMiddleware useAuthActions ConvexAuthProvider
    ConvexAuthNextjsProvider""".split()
)


_SIGN_INS = frozenset(
    {"signInWithPassword", "signInWithOAuth", "signInWithOtp", "signInWithIdToken"}
)


def _asked_for(handlers: Iterable[Handler]) -> set[str]:
    """The tables that some entry point asks for rows by an address or a name."""
    return {
        plain(effect.target)
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation == "select"
        and any(_SIGNS_IN_WITH.match(snake(name)) for name, _ in effect.of("filter:"))
    }


def _signs_in(handlers: Iterable[Handler]) -> bool:
    """True where a password is compared or an account of the platform asked for."""
    return any(
        effect.kind in (EffectKind.ACCOUNT, EffectKind.TOKEN)
        for handler in handlers
        for effect in handler.effects
    )


_SUBJECTS = regex(r"^(customer|client|patient|student|employee|created|account)(_|$)")
"""Whom a row is about, who wrote it down, which shop or bank account it comes from: in the tool of one
team that is nobody's fence. Where accounts are owned themselves, what hangs on them is found all the same."""


def _holds(column: str) -> bool:
    return not _SUBJECTS.match(column)


def plain(table: str) -> str:
    """A table's name as code and schema agree on it: `userTeams`, `user_team` and `User_Teams`."""
    name = table.rpartition(".")[2].replace("_", "").replace('"', "").lower()
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


_PEOPLE = frozenset({"user", "profile", "account", "customer", "client", "member", "organization"})


def _tied(handlers: Iterable[Handler]) -> set[str]:
    """Tables that some entry point filters by its caller."""
    return {
        plain(effect.target)
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.target
        for name, origins in effect.inputs.items()
        if _asks_or_says(effect, name) and owner_columns((name.partition(":")[2],))
        if any(is_of_caller(origin) for origin in origins)
    }


def _asks_or_says(effect: Effect, name: str) -> bool:
    """True for a column that is asked for; in a vector store, for one that is said of a text as well."""
    stored = effect.literals.get("store") == VECTORS and name.startswith("value:")
    return stored or name.startswith("filter:")


def _told(handlers: Iterable[Handler]) -> set[str]:
    """Columns that name an owner in this prototype: rows are found by the caller's own id in them."""
    return {
        snake(name[7:])
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        for name, origins in effect.inputs.items()
        if name.startswith("filter:") and _OF_SOMEBODY.search(snake(name[7:]))
        if _holds(snake(name[7:])) and any(_is_id_of_caller(origin) for origin in origins)
    }


_OF_SOMEBODY = regex(r"^(?!id$)\w+_id$")


def _is_id_of_caller(origin: Origin) -> bool:
    return origin.kind == "principal" and origin.key in ("id", "sub", "uid", "user_id", "userId")


def parents(columns: Iterable[str]) -> set[str]:
    """The tables that columns refer to, by their names: `space_id` to `space`."""
    found = set()
    for column in columns:
        named = _PARENT.match(snake(column))
        if named is not None:
            found.add(plain(named[1]))
    return found


def _of_guests(handlers: Iterable[Handler]) -> frozenset[str]:
    return frozenset(
        plain(effect.target)
        for handler in handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation == "insert"
        if caller(handler, effect) in (Caller.ANYBODY, Caller.ANON_KEY)
    )


def _has_accounts(handlers: Iterable[Handler]) -> bool:
    return any(
        guard.check.value in ("session", "role", "owner")
        for handler in handlers
        for effect in handler.effects
        for guard in effect.guards
    )
