"""What a call can cost at most, which budgets it draws on, and what it has cost in the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from shipworthy.gateway.accounts import Account, Reservation
from shipworthy.gateway.call import Call, Usage
from shipworthy.gateway.exchange import Exchange
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.policy import Budget, Policy
from shipworthy.gateway.prices import NANO
from shipworthy.gateway.targets import Target

_log = logging.getLogger("shipworthy.gateway")

GRACE = 60.0  # seconds after its deadline that a call has to settle
PER_TOKEN = 4  # bytes of text, where tokens must be estimated from what was said
_MOST_KNOWN = 5_000  # users and features whose accounts are kept at hand
LONGEST_INPUT = 2_000_000  # tokens; no model reads more
_KEPT_ELSEWHERE = (
    *("previous_response_id", "conversation", "web_search_options"),
    *("cachedContent", "cached_content", "container", "mcp_servers"),
)
_OWN_TOOLS = ("function", "custom")
_DECLARED = ("input_schema", "functionDeclarations", "function_declarations")
_BLOBS = frozenset({"data", "url", "image_url", "images", "file_data"})


class Spending:
    """Reserves and settles for calls."""

    def __init__(self, policy: Policy, ledger: Ledger) -> None:
        self._policy = policy
        self._ledger = ledger
        self._alerted: dict[str, str] = {}  # the day of the last alert of each account
        self._known: dict[tuple[str, str, str, str], tuple[Account, ...]] = {}

    async def reserve(self, exchange: Exchange, target: Target) -> Reservation | None:
        """Set aside what an attempt can cost; None where nothing limits it. Raises Problem."""
        accounts = self._accounts(exchange.call)
        if not accounts:
            return None
        amount = at_most(exchange, target)
        if amount == 0:
            return None
        made = await self._ledger.reserve(accounts, amount, max(exchange.seconds_left, 0) + GRACE)
        for account in made.near:
            exchange.record.notes.append(f"soft budget: {account.partition(':')[0]}")
            self._alert(account, made.day)
        return made

    def _alert(self, account: str, day: str) -> None:
        """Tell the operator, once a day for each account, that its soft limit is reached."""
        if self._alerted.get(account) != day:
            self._alerted[account] = day
            _log.warning("budget: %s has reached its soft limit on %s", account, day)

    def settle(
        self, exchange: Exchange, target: Target, reservation: Reservation | None, usage: Usage
    ) -> None:
        """An attempt has ended."""
        record = exchange.record
        cost = target.cost.of(usage)
        most = reservation.amount if reservation is not None else at_most(exchange, target)
        if cost > 2 * most and cost > _elsewhere(exchange, target):
            # A provider that claims what cannot be must not empty a budget.
            cost = most
            record.notes.append("usage doubtful")
        record.usage = usage
        record.cost += cost
        record.price_known = target.cost.known
        names: tuple[str, ...] = ()
        if reservation is not None:
            self._ledger.settle(reservation, cost)
            names = reservation.accounts
        if cost:
            call = exchange.call
            for name in (
                f"prototype:{call.prototype}",
                f"feature:{_feature(call)}",
                f"key:{call.key}",
            ):
                if name not in names:
                    self._ledger.spend(name, cost)

    def _accounts(self, call: Call) -> tuple[Account, ...]:
        of = (call.prototype, call.feature.name, call.key, call.user)
        known = self._known.get(of)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[of] = tuple(self._limited(call))
        return known

    def _limited(self, call: Call) -> Iterator[Account]:
        prototype = self._policy.prototypes[call.prototype].budget
        own = call.feature.budget
        user = f"{call.prototype}/{call.user}"
        for name, amount, budget in (
            (f"prototype:{call.prototype}", prototype.day, prototype),
            (f"feature:{_feature(call)}", own.day, own),
            (f"key:{call.key}", prototype.per_key, prototype),
            (f"key:{call.key} in {call.feature.name}", own.per_key, own),
            (f"user:{user}", prototype.per_user if call.user else None, prototype),
            (f"user:{user} in {call.feature.name}", own.per_user if call.user else None, own),
        ):
            if amount is not None:
                yield _account(name, amount, budget)


def at_most(exchange: Exchange, target: Target) -> int:
    """The most that an attempt at this model can cost, in billionths of a US dollar."""
    call, dialect = exchange.call, exchange.dialect
    if not target.cost.input and not target.cost.output:
        return 0
    if exchange.weight is None:
        exchange.weight = weight(exchange.plea or call.body)
    limit = dialect.output_limit(call.body)
    longest = target.cost.output_tokens if limit is None else limit
    text, blobs = exchange.weight
    return target.cost.at_most(text, blobs, longest * dialect.choices(call.body))


def measured(
    exchange: Exchange, said: Usage | None, characters: int, complete: bool = True
) -> Usage:
    """The usage that a provider states, or an estimate where it states none that can be.

    What it stated before an answer was `complete` counts the words until then, at the most.
    """
    known = said or Usage()
    input = known.input
    if not input:
        text, _ = exchange.weight or weight(exchange.plea or exchange.call.body)
        input = text // PER_TOKEN
    output = known.output
    if not output or not complete:
        output = max(output, characters // PER_TOKEN + bool(characters))
    return Usage(input, output, estimated=(input, output) != (known.input, known.output))


def _elsewhere(exchange: Exchange, target: Target) -> int:
    """What a request can cost that leans on what it does not hold; nothing for any other.

    A document, a conversation that a provider keeps or pages that its tools find: their length is not known.
    """
    body = exchange.call.body
    _, blobs = exchange.weight or weight(body)
    kept = any(body.get(name) for name in _KEPT_ELSEWHERE) or isinstance(body.get("prompt"), dict)
    if blobs or kept or not _has_own_tools(body):
        return target.cost.of(Usage(LONGEST_INPUT, 0))
    return 0


def _has_own_tools(body: dict[str, Any]) -> bool:
    """Whether all tools of a request run with its caller."""
    tools = body.get("tools")
    return not isinstance(tools, list) or all(
        isinstance(tool, dict)
        and (tool.get("type") in _OWN_TOOLS or any(name in tool for name in _DECLARED))
        for tool in tools
    )


def weight(value: Any, key: str = "") -> tuple[int, int]:
    """Bytes of text in a request, an upper bound for its tokens, and how many pictures it holds."""
    text = blobs = 0
    open_ = [(key, value)]
    while open_:
        name, item = open_.pop()
        if type(item) is str:
            if len(item) > _SHORT_TEXT and _is_blob(name, item):
                blobs += 1
                continue
            text += len(item) if item.isascii() else len(item.encode("utf-8", "surrogatepass"))
            blobs += name in _REFERENCES or (name == "url" and item.startswith("http"))
        elif type(item) is dict:
            for inner, held in item.items():
                text += len(inner) + 4
                open_.append((inner, held))
        elif type(item) is list:
            text += len(item)
            open_ += [(name, held) for held in item]
        else:
            text += 8
    return text, blobs


def _is_blob(name: str, text: str) -> bool:
    """A picture that stands in the request itself."""
    return name in _BLOBS and (
        text.startswith("data:") or (len(text) > 200 and " " not in text[:200])
    )


_SHORT_TEXT = 4  # characters; "data:" has more
_REFERENCES = frozenset({"image_url", "fileUri", "file_id"})


def _account(name: str, amount: float, budget: Budget) -> Account:
    limit = int(amount * NANO)
    return Account(name, limit, int(limit * budget.soft))


def _feature(call: Call) -> str:
    return f"{call.prototype}/{call.feature.name}"
