"""HTML pages and mails into which text of a caller or of other users goes unescaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.html_edits import with_escaped
from shipworthy.prototype.handlers.reaching import Subject, is_live, is_open, is_trusted, reached
from shipworthy.prototype.handlers.sent import free, spoken
from shipworthy.prototype.handlers.ways import way
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_PARTS = ("text", "html", "content", "htmlContent", "html_content", "HtmlBody", "Html", "HTMLPart")
_WRITTEN = regex(
    r"(^|_|\.)(full_?name|first_?name|last_?name|display_?name|user_?name|sender_?name|company_?name|name|title|subject|message"
    r"|content|body|text|comment|note|notes|description|bio|feedback|reason|question|answer|company)$",
    re.IGNORECASE,
)
"""Columns that hold what people write."""
_LONG = regex(
    r"(message|content|body|text|comment|notes?|description|bio|feedback)$", re.IGNORECASE
)
_SHORT = regex(
    r"(^|_|\.|[a-z])(e?mail|userid|amount|price|total|count|quantity|url|token|code|status|type|phone"
    r"|locale|language|currency|slug|password|year|month|number|score|color|avatar)$"
    r"|(^|_|\.|(?-i:[a-z\d](?=[A-Z])))(ids?|date|time|at|link|role|lang|day|image)$",
    re.IGNORECASE,
)
"""Inputs that are short words or numbers: nobody takes them for text."""


_IS_HTML = regex(r"(^|\.)(html|\w*_html|\w*Html|html_?\w+)$")
_OF_STAFF = regex(
    r"template|campaign|newsletter|scheduled|settings|config|post|article|blog|page", re.I
)
"""Tables that staff fill, with HTML on purpose."""


class HtmlInjection(
    Control,
    id="html-injection",
    title="HTML built from unescaped text",
    consequence="Strangers put their own links, forms or scripts into your pages and mails.",
    severity=Severity.MEDIUM,
    satisfies=("H21", "owasp:A05", "cwe:79"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.HTML, EffectKind.EMAIL):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point writes HTML pages or mails")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The values escaped where they go into the markup, in the file that sends it."""
        for subject in reached(prototype.handlers, EffectKind.HTML, EffectKind.EMAIL):
            for handler, effect in subject.effects if subject.name == finding.subject else ():
                found = (*_typed(handler, effect), *_stored(effect))
                keys = {o.key.rpartition(".")[2] for o in found}
                for path in dict.fromkeys((effect.path, *(s.path for s in effect.steps))):
                    file = prototype.files.get(path)
                    text = with_escaped(file, keys, effect.line) if keys and file else None
                    if text is not None:
                        said = f"Escape what others wrote in the HTML of {path}"
                        return Remedy(said, Review.CAREFUL, (Write(path, text),))
        return None

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [
            r
            for r in subject.effects
            if is_live(r[1]) and not is_trusted(r[1]) and (_typed(*r) or _stored(r[1]))
            if not _is_whole_mail(prototype, *r)
        ]
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(subject.name, "No text of others goes into HTML as it is", line)
        typed, stored = _typed(handler, effect), _stored(effect)
        what = spoken(typed) if typed else _columns(stored)
        page = effect.kind is EffectKind.HTML
        then = "run scripts in the browser of a visitor" if page else "put links and forms into it"
        return self.gap(
            subject.name,
            f"{handler.name} writes {what} unescaped into {'a page' if page else 'an HTML mail'},"
            f" so whoever writes it can {then}",
            *way(prototype, handler, effect),
            severity=_severity(effect, typed, stored),
        )


def _severity(effect: Effect, typed: tuple[Origin, ...], stored: tuple[Origin, ...]) -> Severity:
    if effect.kind is EffectKind.HTML:
        linked = any(o.kind in ("query", "path") for o in typed)
        of_others = any(not _OF_HOUSE.search(o.name) for o in stored)
        return Severity.HIGH if linked or of_others else Severity.MEDIUM
    return Severity.MEDIUM


_OF_HOUSE = regex(
    r"(^|[._])(movies?|films?|series|episodes?|songs?|albums?|artists?|courses?|lessons?|plans?|menus?|menu_items?|categor(y|ies)"
    r"|cit(y|ies)|countr(y|ies)|regions?|brands?|faqs?)$",
    re.IGNORECASE,
)
"""Tables that hold what a product offers: whoever runs it writes them."""


def _parts(effect: Effect) -> tuple[str, ...]:
    return ("text",) if effect.kind is EffectKind.HTML else _PARTS[1:]


def _typed(handler: Handler, effect: Effect) -> tuple[Origin, ...]:
    """The inputs of the request that arrive unescaped; in a page any, in a mail what reads as text: of
    strangers also names, of users only whole sentences."""
    found = free(effect, *_parts(effect))
    if effect.kind is EffectKind.HTML:
        return tuple(o for o in found if o.key and not _is_own(handler, o))
    if is_open(handler, effect):
        kept = [o for o in found if o.key and not _SHORT.search(o.key)]
    else:
        kept = [o for o in found if _LONG.search(o.key)]
    return tuple(o for o in kept if not _IS_HTML.search(o.key))  # an HTML text is sent on purpose


def _is_whole_mail(prototype: Prototype, handler: Handler, effect: Effect) -> bool:
    """True where the caller chooses the reader, too, and what he sends is all of the HTML, by design: there
    is nothing to escape. `open-email-relay` tells of that."""
    if effect.kind is not EffectKind.EMAIL or not free(
        effect, "to", "To", "to_email", "recipients"
    ):
        return False
    keys = {o.key for o in _typed(handler, effect)}
    paths = dict.fromkeys(
        (handler.subject.partition("#")[0], effect.path, *(s.path for s in effect.steps))
    )
    texts = [file.text or "" for path in paths if (file := prototype.files.get(path))]
    return bool(keys) and all(
        any(
            re.search(rf"\w*html\w*\s*[:=]\s*(\w+\.)+{re.escape(key)}\s*[,;\n)}}]", t, re.I)
            for t in texts
        )
        for key in keys
    )


def _is_own(handler: Handler, origin: Origin) -> bool:
    """True for JSON: no link and no form of another site can send it, so its sender gets his own text."""
    json = handler.route.framework in ("next", "supabase", "deno")
    return json and origin.kind in ("body", "argument")


def _stored(effect: Effect) -> tuple[Origin, ...]:
    """The columns that people fill in and that are not the caller's own. Of a page alone: what is mailed
    is often HTML that staff wrote on purpose."""
    if effect.kind is EffectKind.EMAIL:
        return ()
    found = {
        origin
        for part in _parts(effect)
        for origin in effect.sent.get(part, frozenset())
        if origin.kind == "row"
        and not _OF_STAFF.search(origin.name)
        and _WRITTEN.search(origin.key)
        and not any(o.kind == "principal" for o in origin.by)
    }
    return tuple(sorted(found, key=lambda o: o[:3]))


def _columns(stored: tuple[Origin, ...]) -> str:
    names = dict.fromkeys(f"{o.name}.{o.key}" for o in stored)
    return " and ".join(list(names)[:3])
