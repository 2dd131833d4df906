"""Prototypes of which nobody hears when they fail at a user."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.failures.alerts import own_alert
from shipworthy.prototype.inventory.landmarks import code_files, landmark
from shipworthy.prototype.source import Role
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review

_FEWEST = 5  # code files below which a part is a sketch
_SMALL = 20  # code files below which whoever runs it still sees by hand what fails
_TRACKERS = regex(
    r"^(@sentry/.+|sentry[-_]sdk|sentry-expo|@bugsnag/.+|bugsnag|rollbar|@rollbar/.+|pyrollbar"
    r"|@?honeybadger(-io)?(/.+)?|dd-trace|ddtrace|@datadog/browser-(rum|logs).*|newrelic|@newrelic/.+"
    r"|@opentelemetry/.+|opentelemetry.*|@vercel/otel|applicationinsights|@microsoft/applicationinsights.*"
    r"|azure[-_.]monitor.*|@azure/monitor-opentelemetry.*|opencensus.*|elastic-apm-(node|js).*|elasticapm"
    r"|@elastic/apm-.+|@airbrake/.+|pybrake|raygun.*|logrocket|highlight\.run|@highlight-run/.+"
    r"|@trackjs/.+|trackjs|@appsignal/.+|appsignal|@google-cloud/error-reporting"
    r"|google[-.]cloud[-.]error[-_]reporting|logfire|@logtail/.+|logtail.*|@axiomhq/.+|@betterstack/.+"
    r"|@react-native-firebase/crashlytics|scout[-_]apm|@instana/.+|instana|@grafana/faro.*|@openobserve/.+"
    r"|firebase-crashlytics|@baselime/.+|atatus.*|@fullstory/.+|stackify.*|@hyperdx/.+|hyperdx.*)$"
)
# What stands in code, pages and deployment files where no package is imported.
_SIGNS = regex(
    r"browser\.sentry-cdn\.com|js\.sentry-cdn\.com|\bSentry\.init\(|\bddtrace-run\b"
    r"|\bnewrelic-admin\b|\bNEW_RELIC_LICENSE_KEY\b|\bOTEL_EXPORTER_OTLP_ENDPOINT\b"
    r"|\bAPPLICATIONINSIGHTS_CONNECTION_STRING\b|\bDD_API_KEY\b|\bcaptureException\("
    r"|\bbugsnag\.start\(|\brollbar\.init\(|cdn\.lr-(in-prod|ingest|intake)|d2wy8f7a9ursnm\.cloudfront\.net"
    r"|\bError Reporting API\b|\bHONEYBADGER_API_KEY\b|\bAPPSIGNAL_PUSH_API_KEY\b",
)
# Libraries that others bring along, and that measure more than they report.
_MEASURES = regex(r"@?(opentelemetry|azure|opencensus|vercel|grafana)")
# One of these stands in each sign: the longer a word is, the faster it is looked for.
_WORDS = tuple(
    """sentry-cdn.com Sentry.init( ddtrace-run newrelic-admin NEW_RELIC_LICENSE_KEY
    OTEL_EXPORTER_OTLP_ENDPOINT APPLICATIONINSIGHTS_CONNECTION_STRING DD_API_KEY captureException(
    bugsnag.start( rollbar.init( cdn.lr-in d2wy8f7a9ursnm Reporting HONEYBADGER_API_KEY
    APPSIGNAL_PUSH_API_KEY""".split()
)
# Tables in which an app keeps its own failures.
_TABLES = regex(r"(^|_)(client_|app_|system_|frontend_)?(error|exception|crash)(_|es|s|$)")
_READ = (Role.PRODUCT, Role.SCRIPT, Role.CONFIG, Role.ENVIRONMENT)
_SIZE = 300_000  # characters of a file that is searched for signs


class NoErrorTracking(
    Control,
    id="no-error-tracking",
    title="No error tracking",
    consequence="Users meet errors for days before anybody who could mend them hears of it.",
    severity=Severity.MEDIUM,
    satisfies=("A40", "P35", "O08", "O16", "owasp:A09", "cwe:778"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        size = len(code_files(prototype))
        if size < _FEWEST or not prototype.stack.parts:
            yield self.not_applicable(f"there are fewer than {_FEWEST} code files that run")
            return
        found = _tracker(prototype) or _sign(prototype) or _own_table(prototype)
        if found is not None:
            message, evidence = found
            yield self.satisfied("prototype", message, evidence)
            return
        told = own_alert(prototype)
        if told is not None:
            name, evidence = told
            reason = f"{name} tells somebody of failures; whether it hears of all that matter, no code tells"
            yield self.unknown("prototype", reason, evidence)
            return
        unused = sorted(
            d.name
            for d in prototype.dependencies.packages
            if d.direct and _is_tracker(d.name) and not _MEASURES.match(d.name)
        )
        shown = landmark(prototype, sign=f'"{unused[0]}"') if unused else landmark(prototype)
        quiet = [prototype.evidence("code", c.location) for c in prototype.catches if c.logged][:2]
        message = (
            f"{unused[0]} is installed and never started: errors are reported to nobody"
            if unused
            else _message(prototype)
        )
        # Of pages alone, without a server or data of anybody, little is lost when they fail.
        alone = not prototype.handlers and not prototype.queries
        severity = Severity.LOW if size < _SMALL or alone else None
        yield self.gap("prototype", message, shown, *quiet, severity=severity)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """What a person does: no machine knows the right way here."""
        del prototype
        said = (
            "Open a project at an error tracker (GlitchTip, Sentry, Bugsnag), install its "
            f"package for {finding.subject} and start it first thing, with its address and the "
            "release from the environment"
        )
        return Remedy(said, Review.BY_HAND)


def _is_tracker(package: str) -> bool:
    return _TRACKERS.match(package) is not None


def _tracker(prototype: Prototype) -> tuple[str, Evidence] | None:
    """The first package for tracking that code imports."""
    for path, packages in sorted(prototype.modules.packages.items()):
        if path in prototype.abandoned or prototype.files[path].role is Role.TEST:
            continue
        for package in sorted(packages):
            if _is_tracker(package):
                line = _line(prototype, path, package)
                return f"{package} reports errors", prototype.evidence("code", Location(path, line))
    return None


def _line(prototype: Prototype, path: str, word: str) -> int:
    lines = enumerate(prototype.files[path].lines, 1)
    return next((number for number, line in lines if word in line), 1)


def _sign(prototype: Prototype) -> tuple[str, Evidence] | None:
    """Code or configuration that speaks to an error tracker without a package."""
    for file in prototype.of_role(*_READ):
        text = file.text or ""
        if len(text) > _SIZE or file.path in prototype.abandoned or "example" in file.name:
            continue
        if not any(word in text for word in _WORDS):
            continue
        found = _SIGNS.search(text)
        if found is not None:
            where = Location(file.path, file.line_at(found.start()))
            return "Errors are reported to a service", prototype.evidence("code", where)
    return None


def _own_table(prototype: Prototype) -> tuple[str, Evidence] | None:
    """A table of the database into which the code writes errors."""
    for query in prototype.queries:
        if query.operation == "insert" and query.table and _TABLES.search(query.table):
            message = f"Errors are written into {query.table}"
            return message, prototype.evidence("code", query.location)
    return None


def _message(prototype: Prototype) -> str:
    logged = sum(catch.logged for catch in prototype.catches)
    said = "Nothing reports errors to whoever runs the product"
    return f"{said}: what {logged} error handlers log has to be looked for" if logged > 1 else said
