"""Files of the server whose place a request decides."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.comparing import STANDS_IN
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.host_checks import ONLY_SCHEME
from shipworthy.prototype.handlers.path_edits import with_base_names
from shipworthy.prototype.handlers.reaching import Subject, by_reach, is_live, reached, who
from shipworthy.prototype.handlers.sent import BEGINS, ENDS, NO_WAY_UP, free, spoken
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.inventory.servers import runs_for_each_request
from shipworthy.remedy import Remedy, Review, Write

_VERBS = {"read": "reads", "write": "writes", "delete": "deletes"}


class PathTraversal(
    Control,
    id="path-traversal",
    title="File path taken from a request",
    consequence="Whoever calls reads or overwrites files of your server, secrets among them.",
    severity=Severity.HIGH,
    satisfies=("A46", "owasp:A01", "cwe:22"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.FILE):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point opens files")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The last part alone, of what is called a name: whether a path may lead deeper, a person says."""
        for subject in reached(prototype.handlers, EffectKind.FILE):
            if subject.name != finding.subject:
                continue
            for handler, effect in subject.effects:
                places = _places(handler, effect) if is_live(effect) else ()
                file = prototype.files.get(effect.path)
                if file is None or not places or not all(map(_is_name, places)):
                    continue
                text = with_base_names(file, effect.line)
                if text is not None:
                    said = f"Keep what {handler.name} is sent in its folder, whatever its name"
                    return Remedy(said, Review.CAREFUL, (Write(file.path, text),))
        return None

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = [r for r in subject.effects if is_live(r[1]) and _places(*r)]
        open_ones.sort(key=lambda r: _stands_in(r[1]))
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(subject.name, "What is sent cannot lead out of the folder", line)
        verb = _VERBS.get(effect.operation, "opens")
        return self.gap(
            subject.name,
            f"{handler.name} {verb} the file that {spoken(_places(handler, effect))} names,"
            f" so {who(handler, effect)} reaches files outside of the folder with ../",
            *way(prototype, handler, effect),
            severity=_severity(prototype, handler, effect),
            confidence=Confidence.LOW if _stands_in(effect) else Confidence.HIGH,
        )


def _is_name(origin: Origin) -> bool:
    """True for the name of an uploaded file, and for an input that is called a name."""
    return origin.kind == "upload" or origin.key.lower().endswith("name")


def _severity(prototype: Prototype, handler: Handler, effect: Effect) -> Severity:
    """HIGH; MEDIUM for what is written on a platform whose functions have a disk of their own each, of
    which they may write to /tmp alone (Vercel, Netlify: their documentation of functions)."""
    if effect.operation in ("write", "delete") and runs_for_each_request(prototype):
        return by_reach(handler, effect, Severity.MEDIUM, Severity.MEDIUM, Severity.LOW)
    return by_reach(handler, effect, Severity.HIGH, Severity.HIGH, Severity.LOW)


def _stands_in(effect: Effect) -> bool:
    """True for a disk that stands in for a storage service where a setting says so."""
    return any(guard.how == STANDS_IN for guard in effect.guards)


def _places(handler: Handler, effect: Effect) -> tuple[Origin, ...]:
    """The inputs that can hold a way out of a folder. Upload libraries of Node and Django give base names
    alone, the routers of Python let no slash into a parameter of the path, and the id of a row that was
    found is no way."""
    python = effect.path.endswith(".py")
    whole = ":path" in handler.route.path or "<path" in handler.route.path
    harmless = {"upload"} if not python or handler.route.framework == "django" else set()
    if python and not whole:
        harmless.add("path")
    known = frozenset().union(
        *(g.about for g in effect.guards if g.check is Check.OWNER or g.how == NO_WAY_UP)
    )
    found = free(effect, "path", despite=(BEGINS, ENDS, ONLY_SCHEME))
    return tuple(o for o in found if o.kind not in harmless and str(o) not in known)
