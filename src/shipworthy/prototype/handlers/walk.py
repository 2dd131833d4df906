"""Follow the statements of a handler in order, with the guards that have been passed so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set

from shipworthy.prototype.handlers import comparing
from shipworthy.prototype.handlers.evaluation import SETTLED, UNAWAITED, Evaluation
from shipworthy.prototype.handlers.evaluation.binding import lost_in_each
from shipworthy.prototype.handlers.evaluation.declared import declared
from shipworthy.prototype.handlers.half_refusals import HALF, is_half
from shipworthy.prototype.handlers.handler import AUTHENTICATES, LEFT_OUT, Check, EffectKind, Origin
from shipworthy.prototype.handlers.own_rows import asks_for_own_row, goes_without, note_if_there
from shipworthy.prototype.handlers.refusals import TOO_MANY, refused, says_too_many
from shipworthy.prototype.handlers.sent import HARMLESS, OF_FORM
from shipworthy.prototype.handlers.values import (
    FORGOTTEN,
    NEVER,
    NULL,
    PROMISED,
    Closure,
    Guards,
    Scope,
    Type,
    Value,
    all_origins,
    from_origins,
    meet,
    of_cases,
    remembered,
    replace,
    settles,
    truth,
)
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Class,
    Compare,
    Compute,
    Define,
    Do,
    Either,
    Expression,
    If,
    Imported,
    Leave,
    Let,
    Literal,
    Loop,
    Member,
    Name,
    Not,
    Return,
    Statement,
    Throw,
    Try,
    With,
)
from shipworthy.regex import regex

_TOLD = frozenset({"answer", "model", "error"})
"""Origins of what another server has answered."""


class Walk(Evaluation):
    """One way through the program. Each statement answers whether control ends with it."""

    def block(self, statements: Iterable[Statement], scope: Scope) -> bool:
        """Follow statements until one ends: with a return, a throw, a call that does not return."""
        statements = tuple(statements)
        for statement in statements:
            if type(statement) is Define and not statement.function.decorators:
                scope.names[statement.function.name] = self.closure(statement.function, scope)
        return any(self._statements[type(s)](self, s, scope) for s in statements)

    def _do(self, statement: Do, scope: Scope) -> bool:
        before = self.guards
        value = self.value(statement.value, scope)
        if statement.hasty and PROMISED in value.tags and settles(gained := self.guards - before):
            # What it throws is thrown past whoever does not wait.
            kept = frozenset(g for g in gained if not settles(frozenset({g})))
            self.guards = before | kept | {self.hollow(UNAWAITED, statement.at)}
        return value is NEVER

    def _let(self, statement: Let, scope: Scope) -> bool:
        value = self.value(statement.value, scope)
        if value is NEVER:
            return True
        named = statement.hasty and type(statement.target) is Name
        if named and (PROMISED in value.tags or self._comes_late(value)):
            value = replace(value, tags=value.tags | {FORGOTTEN})
        elif FORGOTTEN in value.tags:
            value = remembered(value)
        if statement.annotation and self.module.python:
            value = declared(self, statement.annotation, scope, self.module, value)
        self.bind(statement.target, value, scope, statement.declared)
        return False

    def _if(self, statement: If, scope: Scope) -> bool:
        test = self.value(statement.test, scope)
        if test is NEVER:
            return True
        yes, no = self.tested(test)
        decided = truth(test)
        flag = self.asked_path and type(statement.test) is Name  # `public = False` before a loop
        if decided is not None and ("settled" in test.tags or flag):
            return self._certain(statement.then if decided else statement.other, scope)
        if _only_leaves_out(statement):
            return self._certain(statement.then, scope)
        if self._is_signed_out(statement, no, scope):
            return self._certain(statement.other, scope)
        before, names, outer = self.guards, scope.names, self.branches
        number = self.decision()
        self.branches = (*outer, (number, "then"))
        self.guards, scope.names = before | yes, dict(names)
        _narrow(statement.test, scope, holds=True)
        first, narrowed = len(self.effects), len(self.filtered)
        ended = self._perhaps(statement.then, scope, before) or decided is False
        if ended and self._is_counted(test, first, statement.then):
            no |= {self.guard(Check.RATE, TOO_MANY, statement.at)}
        if ended and settles(no) and _is_for_a_role(statement.test, no):
            turned = refused(self, statement.then, test, statement.at, no)
            no |= {g._replace(check=Check.UNCLEAR) for g in turned if g.check in _TURNS_AWAY}
        elif ended and self._spares_strangers(statement.test, before, scope):
            no |= {self.hollow(_OF_USERS_ALONE, statement.at)}
        elif ended and not settles(no):
            no |= refused(self, statement.then, test, statement.at, no)
        then_guards, then_names = self.guards, scope.names
        if not ended and not statement.other:
            note_if_there(self, test, statement.then, then_names)
        self.branches = (*outer, (number, "other"))
        self.guards, scope.names = before | no, names
        if ended or type(statement.test) is Compare:
            _narrow(statement.test, scope, holds=False)
        for_sure = decided is True and not (ended and self.starting)  # who serves has not exited
        other_ended = self._perhaps(statement.other, scope, before) or for_sure
        if ended:
            return other_ended  # what follows hangs on the other way
        if other_ended:
            self.branches = (*outer, (number, "then"))
            self.guards, scope.names = then_guards, then_names
            if not settles(yes):
                self.guards |= refused(self, statement.other, test, statement.at, yes)
            return False
        self.branches = outer
        if not statement.other and decided is None:
            self._left_out(test, self.filtered[narrowed:], first)
        _merge(scope, then_names, then_guards, self.guards)
        unless = self.unless_set(test, then_guards, self.guards)
        unless |= _needless(statement.test, test, then_guards)
        unless |= _empty_else(statement.test, scope, then_guards)
        asked = then_guards - self.guards
        unless |= comparing.asked_of_some_roles(statement.test, yes, no, asked, statement.then)
        unless |= comparing.set_up_once(then_guards, self.guards)
        if is_half(statement, no):
            unless |= {self.hollow(HALF, statement.at)}
        self.guards = meet(then_guards, self.guards) | unless
        return False

    def _comes_late(self, value: Value) -> bool:
        """`const session = getServerSession()`: a library gives a promise of who is signed in."""
        if not value.cases and value.when is None:
            return False
        asked = (g for g in self.tested(value)[0] if g.check is Check.SESSION)
        return any(_LATE.search(guard.how) for guard in asked)

    def _spares_strangers(self, test: Expression, before: Guards, scope: Scope) -> bool:
        """`if (session?.user && session.user.role !== "admin") return 403`: whoever has none goes on."""
        if not isinstance(test, Either) or test.operator != "and":
            return False
        known, asked = test.left, test.right
        if type(known) not in (Name, Member) or not isinstance(asked, Compare):
            return False
        if asked.operator != "!=" or not isinstance(asked.left, Member):
            return False
        if any(g.check in AUTHENTICATES for g in before):
            return False
        role = comparing.ROLE_KEY.search(asked.left.key) is not None
        signed_in = self.tested(self.value(known, scope))[0] if role else frozenset()
        return any(g.check is Check.SESSION for g in signed_in)

    def _is_signed_out(self, statement: If, otherwise: Guards, scope: Scope) -> bool:
        """`if (!userId) return false;` in a helper, where it was asked before that somebody is signed in."""
        test, then = statement.test, statement.then
        if not isinstance(test, Not) or not isinstance(test.operand, (Name, Member)):
            return False
        if len(then) != 1 or not isinstance(then[0], Return):
            return False
        if not any(g.check is Check.SESSION for g in self.guards):
            return False
        asked = {g.check for g in otherwise}
        return asked == {Check.SESSION} and comparing.is_identity(self.value(test.operand, scope))

    def _left_out(self, test: Value, narrowed: list[tuple[int, str]], first: int) -> None:
        """`if (status) query = query.where(…status…)`: who sends none gets the rows of every status."""
        asked = {str(o) for o in all_origins(test) if o.is_input}
        own = asks_for_own_row(test, self.guards)
        for number, column in narrowed if asked or own else ():
            known = self.effects[number] if number < first else None
            if known is None or known.kind is not EffectKind.QUERY:
                continue
            if own:
                self.effects[number] = goes_without(known, column, test)
                continue
            by = {str(o) for o in known.inputs.get(f"filter:{column}", ())}
            if by and by <= asked:
                literals = {**known.literals, f"{LEFT_OUT}{column}": "by the caller"}
                self.effects[number] = known._replace(literals=literals)

    def _certain(self, statements: tuple[Statement, ...], scope: Scope) -> bool:
        """What runs for sure: `if (NODE_ENV === "production") return false` settles the answer as well."""
        first, ended = len(self.outcomes), self.block(statements, scope)
        only = statements[0] if len(statements) == 1 else None
        if isinstance(only, Return) and isinstance(only.value, Literal):
            self.outcomes[first:] = [
                (replace(value, tags=value.tags | SETTLED), guards)
                for value, guards in self.outcomes[first:]
            ]
        return ended

    def _is_counted(self, test: Value, first: int, then: tuple[Statement, ...]) -> bool:
        """`if (!free) return 429`: calls are counted, however; not where another server said so."""
        said = any(e.literals.get("status") == "429" for e in self.effects[first:])
        said = said or says_too_many(self, then)
        return said and not any(o.kind in _TOLD for o in all_origins(test))

    def _each_known(self, statement: Loop, over: Value, scope: Scope) -> bool | None:
        """`for p in PUBLIC: if path.startswith(p): return …` where the path is known: whether it ends
        there; None where that cannot be told."""
        words, only = (
            self.known_words(over),
            statement.body[0] if len(statement.body) == 1 else None,
        )
        if (
            not words
            or type(only) is not If
            or only.other
            or not isinstance(statement.target, Name)
        ):
            return None
        for word in words:
            self.bind(statement.target, word, scope, True)
            test = self.value(only.test, scope)
            if "settled" not in test.tags or truth(test) is None:
                return None
            if truth(test):
                left_with, self.left_with = self.left_with, []
                ended, leaves = self.block(only.then, scope), self.left_with
                self.left_with = left_with
                if ended:
                    return not leaves  # `public = True; break` leaves the loop alone
        return False

    def _loop(self, statement: Loop, scope: Scope) -> bool:
        over = self.value(statement.over, scope) if statement.over is not None else NULL
        if (ended := self._each_known(statement, over, scope)) is not None:
            return ended
        if statement.target is None:
            self._turn(statement, over, scope)
            return False
        for element in self.written_out(over) or (self.element(over),):
            self.bind(statement.target, element, scope, True)
            self._turn(statement, over, scope)
        if self.module.python and statement.over is not None:
            lost_in_each(self, statement.over, statement.target, scope)
        return False

    def _turn(self, statement: Loop, over: Value, scope: Scope) -> None:
        """Follow the body of a loop once."""
        before, outer = self.guards, self.branches
        if statement.target is None:
            self.guards = before | self.tested(over)[0]
        self.loops += 1
        left_with, self.left_with = self.left_with, []
        ended = self.block(statement.body, scope)
        for inside, names, passed in self.left_with:
            if inside is scope:  # `found = true; break;`
                _merge(scope, names, passed, self.guards)
        self.left_with = left_with
        self.loops -= 1
        self.branches = outer
        if ended:
            self.guards = before

    def _perhaps(self, statements: Iterable[Statement], scope: Scope, before: Guards) -> bool:
        """Follow what may be left out, and note what held before."""
        self.perhaps.append(before)
        ended = self.block(statements, scope)
        self.perhaps.pop()
        return ended

    def _try(self, statement: Try, scope: Scope) -> bool:
        before, first, outer = self.guards, len(self.effects), self.branches
        names = dict(scope.names)
        sure = all(h.body and type(h.body[-1]) in (Return, Throw) for h in statement.handlers)
        ended = (
            self.block(statement.body, scope)
            if sure
            else self._perhaps(statement.body, scope, before)
        )
        last = len(self.effects)
        guards, after = self.guards, scope.names
        goes_on: list[tuple[Guards, dict[str, Value]]] = [] if ended else [(guards, after)]
        caught = False
        known = self._put_since(before) if sure else {}
        for key in known:
            del self.heap[key]
        for handler in statement.handlers:
            self.guards, scope.names = before, {**after, **names}
            self.branches = (*outer, (self.decision(), "failed"))
            if handler.name:
                scope.names[handler.name] = from_origins(Origin("error", handler.types))
            if not self.block(handler.body, scope):
                self._keep_imports(scope, scope.names.keys() - after.keys() - names.keys())
                goes_on.append((self.guards, scope.names))
                caught = True
        self.branches = outer
        self.heap.update(known)
        if caught:
            self._mark_tried(first, last)
        if goes_on:
            self.guards, scope.names = goes_on[0]
            for more, others in goes_on[1:]:
                _merge(scope, others, more, self.guards)
                lost = self._swallowed(self.guards, more, noted=_notes_outcome(statement))
                self.guards = meet(self.guards, more) | lost
        return self.block(statement.final, scope) or not goes_on

    def _put_since(self, before: Guards) -> dict[tuple[int, str], Value]:
        """Who was put into a request once he was known: nobody, where that failed."""
        return {
            key: self.heap[key]
            for key, under in self.put_under.items()
            if key in self.heap and any(g.check in AUTHENTICATES for g in under - before)
        }

    def _keep_imports(self, scope: Scope, given: Set[str]) -> None:
        """`except ImportError: stripe = None`: the package is there where the product runs."""
        for name in given:
            if type(self.names_of_module(scope).get(name)) is Imported:
                del scope.names[name]

    def _swallowed(self, tried: Guards, caught: Guards, *, noted: bool) -> Guards:
        """Checks whose failure is caught, whereupon it goes on as if they had been passed; unclear ones
        where a flag keeps how they ended."""
        lost = {g for g in tried - caught if g.check in AUTHENTICATES or g.check is Check.ROLE}
        if noted:
            return frozenset(g._replace(check=Check.UNCLEAR) for g in lost)
        why = "its failure is caught and everything goes on"
        return frozenset(self.hollow(why, g.line) for g in lost)

    def _mark_tried(self, first: int, last: int) -> None:
        for at in range(first, last):
            effect = self.effects[at]
            self.effects[at] = effect._replace(tried=effect.tried + 1)

    def _with(self, statement: With, scope: Scope) -> bool:
        atomic = 0
        for manager, target in statement.items:
            value = self.value(manager, scope)
            if any(word in value.what for word in ("begin", "transaction", "atomic")):
                atomic = 1
            if target is not None:
                self.bind(target, value, scope, True)
        self.transactions += atomic
        ended = self.block(statement.body, scope)
        self.transactions -= atomic
        return ended

    def _return(self, statement: Return, scope: Scope) -> bool:
        value = self.value(statement.value, scope) if statement.value is not None else NULL
        if value is not NEVER:
            self.outcomes.append((self._answered(value, statement.at), self.guards))
        return True

    def _answered(self, value: Value, at: int) -> Value:
        """What the function of the entry point returns is the answer."""
        if self.answers is not None and self.running and self.running[-1] == self.answers[0]:
            return self.answers[1](value, at)
        return value

    def _throw(self, statement: Throw, scope: Scope) -> bool:
        if statement.value is not None:
            self.value(statement.value, scope)
        return True

    def _leave(self, _statement: Leave, scope: Scope) -> bool:
        self.left_with.append((scope, scope.names, self.guards))
        return True

    def _define(self, statement: Define, scope: Scope) -> bool:
        function = statement.function
        if function.decorators:
            scope.names[function.name] = self.decorated(function, scope)
        return False

    def _class(self, statement: Class, scope: Scope) -> bool:
        kind = Type(statement, scope, self.module)
        scope.names[statement.name] = Value(type=kind)
        return False

    _statements: Mapping[type, Callable[..., bool]] = {
        Do: _do,
        Let: _let,
        If: _if,
        Loop: _loop,
        Try: _try,
        With: _with,
        Return: _return,
        Throw: _throw,
        Leave: _leave,
        Define: _define,
        Class: _class,
    }

    def enter(
        self,
        closure: Closure,
        given: tuple[Value, ...],
        named: Mapping[str, Value],
        at: int,
    ) -> Value:
        """Follow a function of the prototype with these arguments: what it returns. The guards that
        all of its ways to a return passed are passed afterwards."""
        function = closure.function
        if not self.may_enter(closure):
            return self.unfollowed(given, named)
        if id(function) in self.heavy:
            return self.skipped(given, named, at)
        scope = Scope({}, closure.scope)
        if closure.this is not None:
            scope.names["this"] = closure.this
        outer = self.frame(closure, at)
        self.bind_parameters(function, given, named, scope, closure)
        before, branches, transactions = self.guards, self.branches, self.transactions
        ended = self.block(function.body, scope)
        self.transactions = transactions  # what it began, it has ended
        if not ended and self.running[-1] not in self.yields:
            self.outcomes.append((self._answered(NULL, function.end), self.guards))
        self.yields.discard(self.running[-1])
        outcomes, self.branches = self.outcomes, branches
        self.ways = outcomes
        self.leave(outer)
        if not outcomes:
            return NEVER
        common = outcomes[0][1]
        for _, passed in outcomes[1:]:
            common = meet(common, passed)
        self.guards = before | common
        return of_cases((value, passed - self.guards) for value, passed in outcomes)


def _is_for_a_role(test: Expression, passed: Guards) -> bool:
    """`if (!caller.isAdmin) return 403`: more is asked than who calls, and it could not be followed."""
    while type(test) is Not:
        test = test.operand
    name = test.key if type(test) is Member else test.id if type(test) is Name else ""
    if any(g.check in (Check.ROLE, Check.UNCLEAR) for g in passed):
        return False
    if _PERMITTED.search(name):  # that a row of the caller's is there is not all that is asked
        return True
    owned = any(g.check is Check.OWNER for g in passed)
    return not owned and comparing.ROLE_KEY.search(name) is not None


_LATE = regex(r"^next-auth.*\.auth$|getServerSession$|^auth\.(getUser|getSession)$|getIronSession$")
_OF_USERS_ALONE = "who is not signed in is not asked for a role"
_TURNS_AWAY = (Check.REFUSES, Check.UNCLEAR)
_PERMITTED = regex(r"^(is_?)?(allowed|permitted)$|^has_?permission$|^permission_?granted$", re.I)


def _only_leaves_out(statement: If) -> bool:
    """`if (!isAdmin) delete body.role;`: whoever may not say it, does not."""
    return bool(statement.then) and all(
        isinstance(then, Do) and isinstance(then.value, Compute) and then.value.operator == "delete"
        for then in statement.then
    )


def _needless(test: Expression, value: Value, passed: Guards) -> Guards:
    """`if (body.to) { …whose it is… }`: where nothing was sent, there is nothing to be compared."""
    if type(test) not in (Name, Member):
        return frozenset()
    sent = frozenset(str(o) for o in value.origins if o.is_input)
    return frozenset(g for g in passed if g.check is Check.OWNER and g.about and g.about <= sent)


def _empty_else(test: Expression, scope: Scope, passed: Guards) -> Guards:
    """`if month is not None: if not isinstance(month, int): …`: what is not sent has no form to ask for."""
    if type(test) is Compare and test.operator == "!=" and type(test.right) is Literal:
        test = test.left if test.right.value is None else test
    value = scope.names.get(test.id) if type(test) is Name else None
    if value is None or len(value.origins) != 1 or value.when is not None or value.tags & HARMLESS:
        return frozenset()
    sent = frozenset(str(o) for o in value.origins if o.is_input)
    return frozenset(g for g in passed if g.how == OF_FORM and g.about and g.about <= sent)


def _narrow(test: Expression, scope: Scope, *, holds: bool) -> None:
    """Leave of what a name may be the ways that agree with a test: `if ("error" in result) …`."""
    while type(test) is Not:
        test, holds = test.operand, not holds
    key = ""
    if type(test) is Compare and type(test.left) is Literal and test.operator in ("in", "not in"):
        name, key = test.right, str(test.left.value)
        holds = holds == (test.operator == "in")
    elif type(test) is Member:
        name, key = test.object, test.key
    else:
        name = test
    known = scope.names.get(name.id) if type(name) is Name else None
    if type(name) is not Name or known is None:
        return
    by_key = type(test) is Compare
    if by_key and not holds and known.fields and key in known.fields and not known.cases:
        left = {k: v for k, v in known.fields.items() if k != key}
        scope.names[name.id] = replace(known, fields=left)
    if len(known.cases) < 2:
        return
    kept = [(v, g) for v, g in known.cases if _agrees(v, key, holds, by_key)]
    if kept and len(kept) < len(known.cases):
        scope.names[name.id] = of_cases(kept)


def _agrees(value: Value, key: str, holds: bool, by_key: bool) -> bool:
    if not key:
        return truth(value) is not (not holds)
    if value.fields is None:
        return not value.is_null or not holds
    if by_key:
        return (key in value.fields) == holds
    return key not in value.fields or truth(value.fields[key]) is not (not holds)


def _merge(scope: Scope, then: dict[str, Value], passed: Guards, passed_other: Guards) -> None:
    """Give each name what it may be after a decision: two ways, each with its guards."""
    names = scope.names
    if then is names:
        return
    for name, value in then.items():
        other = names.get(name)
        if other is value:
            continue
        if other is None:
            names[name] = value
        else:
            names[name] = of_cases(((value, passed), (other, passed_other)))


def _notes_outcome(statement: Try) -> bool:
    """True for `valid = false` in a handler: what failed is asked about further down."""
    return any(
        isinstance(let.value, Literal) and let.value.value is False
        for handler in statement.handlers
        for let in nodes_in(handler.body, Let)
    )
