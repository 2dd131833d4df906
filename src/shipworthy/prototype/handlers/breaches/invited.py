"""Effects whose own names and columns say that whoever comes is invited."""

from __future__ import annotations

from shipworthy.prototype.handlers.breaches.about import GUESTS
from shipworthy.prototype.handlers.breaches.power import is_admin
from shipworthy.prototype.handlers.columns import named_columns, snake
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler
from shipworthy.prototype.handlers.standing import owner_columns
from shipworthy.prototype.handlers.weight import Harm
from shipworthy.regex import regex


def says_it_is_open(handler: Handler, effect: Effect, kind: Harm) -> bool:
    """True for what visitors without a name do, for the form that one of them sends, and for what they are
    shown of the house and of those who offer something there. Of what else such an entry point may do, a
    person has to say."""
    if is_admin(handler):
        return False
    match kind:
        case Harm.ADD if _comes_with_a_form(handler, effect):
            return True
        case Harm.ADD if effect.kind is EffectKind.QUERY:
            nameless = _NAMELESS.search(snake(f"{handler.name} {effect.target}"))
            return nameless is not None or _is_a_letter(_sent(effect))
        case Harm.CHANGE:
            nameless = _NAMELESS.search(snake(f"{handler.name} {effect.target}"))
            return nameless is not None and not _sent(effect)
        case Harm.FORWARD:
            return effect.operation == "post" and _SUBMITS.search(handler.route.handler) is not None
        case Harm.READ:
            return (
                _is_of_the_house(effect)
                or _is_offered(effect)
                or _is_public_by_name(handler, effect)
            )
    return False


def _sent(effect: Effect) -> frozenset[str]:
    """The columns that the caller fills."""
    return frozenset(
        snake(name) for name, found in effect.of("value:") if any(o.is_input for o in found)
    )


_NAMELESS = regex(r"(^|[^a-z])anonymous([^a-z]|$)")
_SUBMITS = regex(r"^submit")


def _comes_with_a_form(handler: Handler, effect: Effect) -> bool:
    """True for what whoever has just left a booking adds to its row: a file, a line of its own."""
    parts = (effect.inputs.get("path", ()), *(found for _, found in effect.of("value:")))
    left = {o.name for found in parts for o in found if o.kind == "row"}
    return any(
        e.operation == "insert" and e.target in left and GUESTS.search(e.target)
        for e in handler.effects[: handler.effects.index(effect)]
    )


def _is_a_letter(sent: frozenset[str]) -> bool:
    """True for a row in which somebody says who he is, how to reach him and what he wants."""
    parts = (_WHO, _REACHED, _WISH)
    return all(any(map(part.search, sent)) for part in parts) and not owner_columns(tuple(sent))


_WHO = regex(r"(^|_)name$")
_REACHED = regex(r"e_?mail|phone|mobile")
_WISH = regex(r"(^|_)(message|reason|inquiry|enquiry|question|comments?)$")


def _is_of_the_house(effect: Effect) -> bool:
    """True for the one row of how the app looks, which every page reads."""
    chosen = any(o.is_input for _, found in effect.of("filter:") for o in found)
    return _LOOKS.search(snake(effect.target)) is not None and not chosen


_LOOKS = regex(r"(^|_)(config|configuration|branding|themes?|(site|app|shop|store)_settings?)$")


def _is_offered(effect: Effect) -> bool:
    """True for people of one kind, who want to be found, without their passwords."""
    kind = effect.literals.get("filter:role", "").lower()
    columns = effect.literals.get("columns", "")
    kept_back = bool(named_columns(columns)) or _KEPT_BACK.search(columns) is not None
    return kept_back and _OFFERING.search(kind) is not None


_KEPT_BACK = regex(r"(^|[\s,])-(\w+\.)?pass")
_OFFERING = regex(
    r"^(tutor|teacher|trainer|coach|instructor|mentor|doctor|therapist|mechanic|vendor|seller|provider|host|agent|artist"
    r"|freelancer|barber|stylist|chef|photographer|lawyer|expert|consultant)s?$"
)


def _is_public_by_name(handler: Handler, effect: Effect) -> bool:
    """True for the one thing at an address that says that it is public: whoever has its id was given it."""
    filters = [found for _, found in effect.of("filter:")]
    one = bool(filters) and all(any(o.is_input for o in found) for found in filters)
    return one and effect.client == "service" and _PUBLIC.search(handler.name) is not None


_PUBLIC = regex(r"(^|[/-])public-[a-z]")
