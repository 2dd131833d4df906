"""Which effects matter: what is changed, read, spent, sent or asked, and how much harm that can do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import (
    VECTORS,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.sent import NAMED, free
from shipworthy.regex import regex


class Harm(StrEnum):
    """What an effect does to somebody, in a verb that a message can use."""

    READ = "read"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    ACCOUNT = "manage accounts"
    SPEND = "move money"
    SEND = "send messages"
    ASK = "use the paid model"
    FORWARD = "act on another system"
    RUN = "run code"


_OPERATIONS = {
    "select": Harm.READ,
    "insert": Harm.ADD,
    "update": Harm.CHANGE,
    "upsert": Harm.CHANGE,
    "delete": Harm.DELETE,
}
_STORAGE = {
    "upload": Harm.ADD,
    "remove": Harm.DELETE,
    "download": Harm.READ,
    "sign": Harm.READ,
}
_KINDS = {
    EffectKind.EMAIL: Harm.SEND,
    EffectKind.MESSAGE: Harm.SEND,
    EffectKind.MODEL: Harm.ASK,
    EffectKind.PAYMENT: Harm.SPEND,
    EffectKind.COMMAND: Harm.RUN,
    EffectKind.CODE: Harm.RUN,
}
_READS = regex(
    r"^(get|list|search|find|match|count|is|has|can|check|fetch|calculate|hybrid|similar|query|select|load|lookup"
    r"|verify|validate|authenticate|compare|format)(_|[A-Z])"
    r"|^generate_\w*(number|code|slug|id)$|_(count|stats|search|exists)$|^(user|member|caller)_(can|has|is|may)_"
)
_NOTES_DOWN = regex(
    r"(log|audit|track|record)_(\w+_)?(events?|activit(y|ies)|access(es)?|actions?|audits?|attempts?|errors?|views?|visits?|usage|calls?)$"
)
"""Functions of the database that note that something has happened."""
_RUNS_SQL = regex(r"^(exec|execute|run|eval)(_?(raw|dynamic))?(_?(sql|query|ddl))?$", re.I)
"""Functions of the database that run the SQL which they are given."""
_CHEAP_PAYMENT = regex(
    r"(retrieve|list|search|constructEvent|sessions\.create|(paymentIntents|setupIntents|customers|orders)\.create)$"
)

PERSONAL = regex(
    r"user|profile|customer|client|member|patient|employee|account|contact|lead|applicant|candidate|order"
    r"|purchase|invoice|payment|transaction|billing|subscription|message|conversation|chat|ticket|email|(?<!ip_)(?<!ip)address|document"
    r"|medical|health|salary|payroll|bank|card|session|token|secret|credential|(api|portal|access)_?key|password|audit|log"
    r"|notification|booking|reservation|appointment|report|note|wallet|balance|invit|tenant|organi[sz]ation|famil",
    re.IGNORECASE,
)
"""Words of tables whose rows are somebody's."""

CATALOGUE = regex(
    r"^(?!.*(user|order|private|history|favou?rite|saved|cart))(.*_)?(products?|categor(y|ies)|posts?|blogs?|blog_posts?|articles?"
    r"|pages?|faqs?|menus?|menu_items?|plans?|(price|pricing|plan|subscription|membership)_tiers?|pricing|prices|packages"
    r"|courses?|lessons?|reviews?|testimonials?"
    r"|tags?|cit(y|ies)|countr(y|ies)|regions?|languages?|translations?|features?|feature_flags?|flags?|banners?"
    r"|settings_public|public_\w+|sitemaps?|news|stores?|shops?|listings?|properties|vehicles|services|faq_items"
    r"|leaderboards?|teams?|players?|games?|matches|events?|venues?|hotels?|destinations?|contests?|contest_\w+|lineups?|standings|rankings?|amenities|skills|jobs?|site_settings|templates"
    r"|restaurants?|recipes?|movies?|songs?|albums?|artists?|brands?|currencies|exchange_rates|portfolios?|projects?)$",
    re.IGNORECASE,
)
"""Tables whose rows are usually shown to whoever comes."""

_SHOWN = regex(
    r"^filter:(is_?)?(public|published|active|visible|approved|status|listed|live|enabled)(_at)?$",
    re.I,
)
_STATES = regex("status$", re.I)  # says nothing where nobody knows which
_COUNTED = frozenset({"length", "count", "rowCount", "rowcount", "size"})


_OWN_MACHINE = regex(
    r"ollama|llama_?cpp|gpt4all|ctransformers|huggingface_?pipeline|^(sentence_)?transformers\.",
    re.IGNORECASE,
)


def is_on_own_machine(effect: Effect) -> bool:
    """True for a model that runs where the app does: nobody is paid for what it answers."""
    return effect.kind is EffectKind.MODEL and _OWN_MACHINE.search(effect.target) is not None


def harm(effect: Effect) -> Harm | None:
    """What an effect does; None for one that does nobody any harm."""
    match effect.kind:
        case EffectKind.QUERY if effect.operation == "insert" and _LOGGER.search(effect.path):
            return None  # a line about the call
        case EffectKind.QUERY:
            return _of_query(effect)
        case EffectKind.STORAGE:
            return _STORAGE.get(effect.operation)
        case EffectKind.ACCOUNT:
            return Harm.ACCOUNT if effect.target == "auth.users" else None
        case EffectKind.PAYMENT:
            cheap = effect.operation == "get" or _CHEAP_PAYMENT.search(effect.operation)
            return None if cheap or _is_order_of_razorpay(effect) else Harm.SPEND
        case EffectKind.FETCH if passes_on(effect):
            return Harm.SEND
        case EffectKind.FETCH:
            return Harm.FORWARD if _is_trusted(effect) else None
        case EffectKind.COMMAND if not any(_from_outside(o) for o in effect.inputs.values()):
            return None  # always the same one
        case EffectKind.CODE if effect.operation == "load" and not _is_sent(effect):
            return None  # objects that the server itself has put away
        case EffectKind.CODE if effect.literals.get("text") and not _is_put_together(effect):
            return None  # always the same: `eval('import("sdk")')`
        case EffectKind.SQL:
            return _of_text(effect.literals.get("text", ""))
        case EffectKind.EMAIL | EffectKind.MESSAGE | EffectKind.MODEL if effect.operation == "get":
            return None  # a list of models, a setting
    return _KINDS.get(effect.kind)


def _is_order_of_razorpay(effect: Effect) -> bool:
    """True for an order that somebody may pay: no money moves by it."""
    known = {"amount", "currency", "receipt"} <= effect.inputs.keys()
    return known and effect.target.endswith("razorpay.com")


RECIPIENTS = tuple("to personalizations chat_id chatid phone number recipient recipients".split())
"""Whom a message goes to, as senders name it."""


def reaches_operator(effect: Effect) -> bool:
    """True for a message to nobody but whom the server's own settings name."""
    named = [o for name in (*RECIPIENTS, "cc", "bcc") for o in effect.inputs.get(name, ())]
    return (bool(named) or names_own_address(effect)) and all(
        o.kind == "environment" for o in named
    )


def names_own_address(effect: Effect) -> bool:
    """True for a message to an address that stands in the code: `to: "shop@example.com"`."""
    return (
        effect.kind is EffectKind.EMAIL
        and _ADDRESS.match(effect.literals.get("to", "")) is not None
    )


_ADDRESS = regex(r"[^@\s<>]+@[^@\s<>]+\.\w+$")


def starts_own_program(effect: Effect) -> bool:
    """True for a program that the code names, without a shell: the caller says no more than its arguments."""
    named = any(_from_outside(frozenset({o})) for o in effect.inputs.get("text", ()))
    return (
        effect.kind is EffectKind.COMMAND and effect.literals.get("shell") == "false" and not named
    ) or starts_listed_program(effect)


def starts_listed_program(effect: Effect) -> bool:
    """True for `if (!COMMANDS.includes(body.command)) return`: the caller picks one that the code lists."""
    said = [o for part in ("text", "arguments") for o in effect.inputs.get(part, ())]
    asked = any(o.is_input for o in said) and all(o.is_input for o in said)
    listed = any(g.check is Check.ALLOWED and g.how == "one of known values" for g in effect.guards)
    return (
        effect.kind is EffectKind.COMMAND
        and asked
        and listed
        and not free(effect, "text", "arguments")
    )


def _is_sent(effect: Effect) -> bool:
    """True for what the caller sends, and for a row that somebody may have sent: whoever chose it."""
    return any(o.is_input or o.by for origins in effect.inputs.values() for o in origins)


def _is_put_together(effect: Effect) -> bool:
    """True for code of which not every letter stands in the code of the app."""
    return bool(effect.inputs.get("text")) or "${" in effect.literals.get("text", "")


def _from_outside(origins: Origins) -> bool:
    return any(o.kind != "environment" for o in origins)


def hands_out_files(effect: Effect) -> bool:
    """True where the server hands out a file that is about somebody, and the caller says which."""
    return effect.kind is EffectKind.STORAGE and effect.literals.get("files") == "private"


def writes_at_service(effect: Effect) -> str:
    """The service at which an SDK writes with the server's token: "Sanity"; "" for any other effect."""
    return effect.literals.get("service", "") if effect.kind is EffectKind.FETCH else ""


_RUNS_THE_PRODUCT = regex(
    r"^api\.(github|gitlab|bitbucket|vercel|netlify|cloudflare|digitalocean|heroku|render|railway|fly|supabase)\.(com|org|io|app|dev)$"
)


def writes_at_host(effect: Effect) -> bool:
    """True where what the caller says changes a repository, a server or a name with the server's token."""
    if effect.kind is not EffectKind.FETCH or not _RUNS_THE_PRODUCT.match(effect.target):
        return False
    token = any(o.kind == "environment" for o in effect.inputs.get("headers", ()))
    place = any(o.is_input for o in effect.inputs.get("path", ()))
    return token and place and effect.operation in ("post", "put", "patch", "delete")


def changes(effect: Effect) -> bool:
    """True for what leaves something changed, sent or spent behind."""
    return harm(effect) not in (None, Harm.READ)


def revealed(handler: Handler, effect: Effect) -> frozenset[Origin]:
    """Of what a query reads, the parts that the caller gets to see: no counts, no bare existence."""
    if effect.operation not in ("select", "rpc", "raw") or _reads_back(handler, effect):
        return frozenset()
    if _asks_for_a_known_account(effect):
        return frozenset()
    if _COUNTS.match(effect.literals.get("columns", "")) or _COUNTED_TEXT.match(
        effect.literals.get("text", "")
    ):
        return frozenset()
    asked = _asked(effect)
    freely = any(name.endswith(NAMED) for name in effect.literals)
    if effect.literals.get("store") == VECTORS and (told := _told_by_model(handler, effect)):
        return told
    begins = _begins_a_page(handler, effect, asked)
    return frozenset(
        origin
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        if _is_success(answer) and not _is_entitled(answer, asked)
        for origins in answer.inputs.values()
        for origin in origins
        if origin.kind == "row"
        and origin.name == effect.target
        and origin.key.rpartition(".")[2] not in _COUNTED
        and _is_found_by(origin, asked, freely=freely)
        and not _is_made_here(handler, origin, asked)
        and not _is_written_to(handler, origin)
        and not (begins and not {str(o) for o in origin.by} <= asked)
    )


def _begins_a_page(handler: Handler, effect: Effect, asked: frozenset[str]) -> bool:
    """True for a row that is looked up to read on behind it: `createdAt < before.createdAt`."""
    return any(
        o.kind == "row" and o.name == effect.target and o.by and {str(b) for b in o.by} <= asked
        for other in handler.effects_of(EffectKind.QUERY)
        if other.operation == "select" and other.target == effect.target and other is not effect
        for name, found in other.of("filter:")
        if _PLACE.search(snake(name))
        for o in found
    )


_PLACE = regex(
    r"(created|sent|posted|inserted)_?(at|on)$|(^|_)(date|time|datetime|timestamp|position)|^seq|number$"
)


def _asks_for_a_known_account(effect: Effect) -> bool:
    """True where the code itself names the one account: `getUserByEmail("test@example.com")`."""
    return any(
        not origins and effect.literals.get(name) and _NAMES_ONE.search(name)
        for name, origins in effect.inputs.items()
        if name.startswith("filter:")
    )


_NAMES_ONE = regex(r":(\w+\.)?(e?mail|email_?address|user_?name|phone(_?number)?)$", re.IGNORECASE)


def _is_written_to(handler: Handler, origin: Origin) -> bool:
    """True for the address to which the entry point has just written: "sent to anna@example.com"."""
    return _IS_ADDRESS.search(origin.key) is not None and any(
        origin in sent.inputs.get(part, ())
        for sent in handler.effects_of(EffectKind.EMAIL)
        for part in ("to", "cc", "bcc")
    )


_IS_ADDRESS = regex(r"(^|[._])(\w*_)?e?mail(_?address)?$", re.IGNORECASE)


def _is_made_here(handler: Handler, origin: Origin, asked: frozenset[str]) -> bool:
    """True for a row that is new, and answered after it was looked whether there is one already."""
    by = {str(o) for o in origin.by if o.is_input}
    return bool(by) and not by <= asked and any(by <= new for new in _added(handler, origin.name))


def _reads_back(handler: Handler, effect: Effect) -> bool:
    """True for the row that the entry point has just added, found by its own id."""
    found = [origin for _, origins in effect.of("filter:") for origin in origins]
    if not found or any(o.kind != "row" or o.name != effect.target for o in found):
        return False
    by = {str(o) for origin in found for o in origin.by if o.is_input}
    return len(by) > 1 and by in _added(handler, effect.target)


def _added(handler: Handler, table: str) -> Iterator[set[str]]:
    """What was sent of each row that is added to a table."""
    for effect in handler.effects_of(EffectKind.QUERY):
        if effect.operation == "insert" and effect.target == table:
            values = [one for _, found in effect.of("value:") for one in found]
            yield {str(o) for one in values for o in (one, *one.by) if o.is_input}


def _told_by_model(handler: Handler, effect: Effect) -> frozenset[Origin]:
    """What a model was given of a vector store before it answered the caller."""
    answered = any(
        origin.kind == "model"
        for answer in handler.effects_of(EffectKind.RESPONSE)
        for origins in answer.inputs.values()
        for origin in origins
    )
    return frozenset(
        origin
        for asked in handler.effects_of(EffectKind.MODEL)
        for origin in asked.inputs.get("text", ())
        if answered and origin.kind == "row" and origin.name == effect.target
    )


def retold(handler: Handler, effect: Effect) -> frozenset[Origin]:
    """Of the rows that the caller names, the parts that a model is given whose answer he gets."""
    asked = _asked(effect)
    if effect.operation != "select" or not asked:
        return frozenset()
    answered = any(
        origin.kind == "model"
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        if _is_success(answer) and not _is_entitled(answer, asked)
        for origins in answer.inputs.values()
        for origin in origins
    )
    if not answered:
        return frozenset()
    return frozenset(
        origin
        for told in handler.effects_of(EffectKind.MODEL)
        if not _is_entitled(told, asked)
        for origins in told.inputs.values()
        for origin in origins
        if origin.kind == "row"
        and origin.name == effect.target
        and origin.key.rpartition(".")[2] not in _COUNTED
        and _is_found_by(origin, asked, freely=False)
    )


_COUNTS = regex(r"\s*(coalesce\()?(count|avg|sum|min|max)\(|\s*1\s*$|count,\*$", re.IGNORECASE)
"""`count,*` is what is left of `COUNT(*)` once its names are listed."""

_COUNTED_TEXT = regex(r"\s*select\s+(coalesce\()?(count|avg|sum|min|max)\([^,]*$", re.IGNORECASE)


def is_shown(handler: Handler, effect: Effect) -> bool:
    """True where something of what a query reads is answered, to whomever."""
    if effect.literals.get("store") == VECTORS and _told_by_model(handler, effect):
        return True
    return any(
        origin.kind == "row"
        and origin.name == effect.target
        and origin.key.rpartition(".")[2] not in _COUNTED
        for answer in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML)
        if _is_success(answer)
        for origins in answer.inputs.values()
        for origin in origins
    )


def is_counted(origin: Origin) -> bool:
    """True for a number that is told of rows: how many there are."""
    return origin.key.rpartition(".")[2] in _COUNTED


def is_sensitive(origin: Origin, effect: Effect) -> bool:
    """True for a whole row, and for a column that is nobody else's business."""
    column = origin.key.rpartition(".")[2]
    if column:
        return bool(_SENSITIVE.search(column))
    asked = effect.literals.get("columns", "")
    if not _PLAIN_COLUMNS.match(asked):
        return True
    return any(map(_SENSITIVE.search, re.split(r"[\s,:]+", asked)))


_PLAIN_COLUMNS = regex(r"[\w\s,:]+$")


_SENSITIVE = regex(
    r"^e?mail|_email|phone|mobile|address|street|postal|birth|dob|salary|balance|amount|ssn|passport|iban|card|account"
    r"|password|(?<!prompt_)(?<!completion_)(?<!total_)(?<!input_)(?<!output_)(?<!max_)token(?!s?_?(used|usage|count|total|limit|cost))"
    r"|secret|api_?key|hash|note|message|content|body|text|description|subject|comment|payload|metadata|data"
    r"|(first|last|full|customer|client|patient|contact)_?name|diagnos|medical|url|(?<!pro)file|path|location|^ip|config|settings|role"
    r"|permissions|items|map|filter|value",
    re.IGNORECASE,
)


def _asked(effect: Effect) -> frozenset[str]:
    """The inputs by which rows are found."""
    return frozenset(
        str(o)
        for prefix in ("filter:", "argument:")
        for _, origins in effect.of(prefix)
        for origin in origins
        for o in (origin, *origin.by)
        if o.is_input
    )


def _is_entitled(answer: Effect, asked: frozenset[str]) -> bool:
    """True where what is answered was first compared with the caller."""
    return any(
        guard.check in (Check.ROLE, Check.UNCLEAR)
        or (guard.check is Check.OWNER and (guard.about & asked or guard.about == asked))
        or (guard.check is Check.REFUSES and bool(guard.about & asked))
        for guard in answer.guards
    )


def _is_found_by(origin: Origin, asked: frozenset[str], *, freely: bool) -> bool:
    if asked:  # who the caller is says nothing where he may name another: `query.userId || user.id`
        by_caller = not freely and any(by.kind == "principal" for by in origin.by)
        return not by_caller and bool({str(by) for by in origin.by} & asked)
    return not any(by.kind == "principal" for by in origin.by)


def is_catalogue(effect: Effect) -> bool:
    """True for a reading of what is there for whoever comes: products, posts, published rows."""
    if effect.kind is not EffectKind.QUERY or harm(effect) is not Harm.READ:
        return False
    if says_whose(effect) or _is_of_named_user(effect):
        return False  # the cars of a garage, the meal plans of whom the caller names
    shown = any(
        _SHOWN.match(name)
        and effect.literals.get(name, "" if _STATES.search(name) else "true").lower()
        in _PUBLIC_VALUES
        for name, origins in effect.inputs.items()
        if not origins
    )
    if shown and not _SECRETIVE.search(effect.target):
        return True
    return bool(CATALOGUE.match(snake(effect.target.rpartition(".")[2])))


def _is_of_named_user(effect: Effect) -> bool:
    return any(
        _USER.match(snake(name)) and origins and all(o.is_input for o in origins)
        for name, origins in effect.of("filter:")
    )


_USER = regex(r"^(user|clerk|auth_user|clerk_user)_?id$")
_PUBLIC_VALUES = frozenset(
    {"true", "1", "published", "active", "approved", "public", "live", "open", "posted", "listed"}
)
_SECRETIVE = regex(
    r"user|profile|customer|member|patient|employee|order|payment|token|key|secret|subscri|session|account",
    re.IGNORECASE,
)


def says_whose(effect: Effect) -> bool:
    """True where rows are read together with whose they are and how to reach him, from a table that is
    joined."""
    columns = re.split(r"[\s,]+", effect.literals.get("columns", ""))
    return any(map(_OF_BUYERS.search, columns)) and any(map(_REACHED.search, columns))


_OF_BUYERS = regex(r"^(customer|client|patient|buyer|guest|student)_?name$", re.IGNORECASE)
_REACHED = regex(r"^e?mail$|_e?mail$|phone|mobile", re.IGNORECASE)


def is_personal(effect: Effect) -> bool:
    """True where the rows of a table are about somebody, as far as its name tells."""
    return bool(PERSONAL.search(effect.target))


def _of_query(effect: Effect) -> Harm | None:
    if effect.operation == "rpc":
        if _RUNS_SQL.search(
            effect.target
        ):  # a text that the code writes out is what it is meant to be
            return Harm.RUN if any(found for _, found in effect.of("argument:")) else None
        if _NOTES_DOWN.match(effect.target):
            return None
        return Harm.READ if _READS.search(effect.target) else Harm.CHANGE
    if effect.operation == "raw":
        return _of_text(effect.literals.get("text", ""))
    return _OPERATIONS.get(effect.operation)


def _of_text(text: str) -> Harm | None:
    word = text.strip().partition(" ")[0].lower()
    if word == "with":
        word = "select"
    return _OPERATIONS.get(word)


def _is_trusted(effect: Effect) -> bool:
    """True for a request that changes something elsewhere, or is billed, and carries what the server
    alone knows.

    One that carries the caller's own token along is not: there the other side asks who that is. Nor is
    a question of the server's own about the caller, or what statistics and logs are told of him.
    """
    if "asks" in effect.literals or _STATISTICS.search(effect.target):
        return False
    if _LOGGER.search(effect.path):
        return False
    carried = effect.inputs.get("headers", frozenset())
    if any(o.kind == "cookie" or str(o).startswith("header.authorization") for o in carried):
        return False
    if is_metered(effect):
        return True
    if effect.operation not in ("post", "put", "patch", "delete"):
        return False
    return any(o.kind in ("environment", "row") for o in carried) or _shows_a_key(effect)


_STATISTICS = regex(
    r"posthog\.com|google-analytics\.com|mixpanel\.com|segment\.(io|com)|amplitude\.com"
    r"|\blogs?\.\w|datadoghq\.(com|eu)|logtail\.com|betterstackdata|logdna\.com|loggly\.com|newrelic\.com|honeycomb\.io|axiom\.co"
)
"""Hosts whose keys only let somebody note what happened."""
_LOGGER = regex(
    r"(^|/)((error|request|audit|server|api)[-_.]?)?(logger|logging|logtail|log[-_]?transport|telemetry|tracing)(\.[jt]sx?|\.py|/)",
    re.IGNORECASE,
)
"""Files that send on what happened: to note it is no act on another system."""


def is_metered(effect: Effect) -> bool:
    """True for a request to a service that bills each one: searches, scraping, maps, data on people."""
    return (
        effect.kind is EffectKind.FETCH
        and bool(_METERED.search(effect.target))
        and (
            _shows_a_key(effect)
            or any(o.kind == "environment" for o in effect.inputs.get("headers", ()))
        )
    )


_METERED = regex(
    r"serpapi\.com|google\.serper\.dev|api\.tavily|api\.exa\.ai|api\.firecrawl|rapidapi\.com|scrapingbee|scraperapi"
    r"|brightdata|api\.apify|api\.hunter\.io|api\.apollo\.io|peopledatalabs|proxycurl|zenrows|searchapi\.io|dataforseo"
    r"|(maps|places|routes|customsearch)\.googleapis\.com|api\.search\.brave|bing\.microsoft|api\.clearbit|api\.attom"
)
_KEY = regex(r"KEY|TOKEN", re.IGNORECASE)
_NO_KEY = regex(r"ANON|PUBLI[CS]|CLIENT|REFRESH|FIREBASE_(WEB_)?API_KEY", re.IGNORECASE)
"""What every browser has, and what a sign-in at another site is exchanged with."""


def _shows_a_key(effect: Effect) -> bool:
    """True where a key of the server is in the address or the body of a request."""
    return any(
        o.kind == "environment" and _KEY.search(o.name) and not _NO_KEY.search(o.name)
        for name in ("path", "body")
        for o in effect.inputs.get(name, ())
    )


def passes_on(effect: Effect) -> str:
    """The input that names whom a webhook of an automation writes to, with words of the caller: `n8n`, `make`
    and a gateway of messages send to whomever they are told; "" for any other request, and for one that says
    who the caller is: a form that somebody fills in about himself."""
    if effect.kind is not EffectKind.FETCH or effect.operation != "post":
        return ""
    hooks = [o.name for o in effect.inputs.get("path", ()) if o.kind == "environment"]
    if not _HOOK.search(f"{effect.literals.get('address', '')} {' '.join(hooks)}"):
        return ""
    sent = sorted(o for o in effect.inputs.get("body", ()) if o.is_input)
    words = {o.key.rpartition(".")[2]: o for o in sent}
    to = next((str(o) for word, o in words.items() if _READER.search(word)), "")
    said = any(map(_WORDS.search, words)) and not any(map(_OF_SENDER.search, words))
    return to if said else ""


_HOOK = regex(r"web_?hook|/hooks?/|//hooks?\.|n8n|zapier|make\.com", re.IGNORECASE)
_WORDS = regex(
    r"message|text|body|content|mensagem|mensaje|texto|nachricht|html|caption", re.IGNORECASE
)
_READER = regex(
    r"phone|telefon|whats_?app|celular|mobile|number|numero|recipient|destinat|chat_?id|^to$",
    re.IGNORECASE,
)
_OF_SENDER = regex(r"name$|nome$|nombre$|company|empresa|e_?mail$", re.IGNORECASE)


def _is_success(answer: Effect) -> bool:
    status = answer.literals.get("status", "200")
    return not status.startswith(("4", "5"))
