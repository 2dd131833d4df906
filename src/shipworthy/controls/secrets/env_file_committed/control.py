"""Environment files under version control."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.roles import is_environment_template
from shipworthy.prototype.secrets.dotenv import parse_environment_file
from shipworthy.prototype.secrets.secret import Secret
from shipworthy.prototype.secrets.uris import leads_home
from shipworthy.prototype.secrets.variables import Holds, what_it_holds
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex
from shipworthy.remedy import Change, Remedy, Review, Untrack, Write, ignoring

_IGNORED = (".env", ".env.*", "!.env.example")


class EnvFileCommitted(
    Control,
    id="env-file-committed",
    title="Environment file under version control",
    consequence="Everyone with the code has your keys, and the history keeps them after deletion.",
    severity=Severity.CRITICAL,
    satisfies=("A10", "H26", "H27", "owasp:A02", "cwe:538"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        secrets: dict[str, list[Secret]] = {}
        for secret in prototype.secrets:
            if not secret.is_public:
                secrets.setdefault(secret.location.path, []).append(secret)
        files = [f for f in prototype.of_role(Role.ENVIRONMENT) if _counts(f, secrets)]
        if not files:
            yield self.not_applicable("there is no environment file")
        for file in files:
            yield self._judge(file, secrets.get(file.path, []))

    def _judge(self, file: SourceFile, secrets: list[Secret]) -> Finding:
        seen = [_line(s) for s in secrets[:5]]
        if file.ignored:
            return self.satisfied(file.path, f"{file.path} is kept out of version control")
        if file.text is None:
            return self.unknown(file.path, f"{file.path} could not be read")
        if not secrets:
            first = Evidence("environment", file.path, Location(file.path, 1))
            return self.satisfied(file.path, f"{file.path} holds only public values", first)
        names = _names(secrets)
        if file.tracked:
            message = f"{file.path} is committed with {names}: replace these keys at their issuers"
            if all(map(_is_of_pages, secrets)):
                message = (
                    f"{file.path} is committed with {names}, which pages show anyway: see that the"
                    " issuer takes them from your own addresses alone"
                )
            elif all(map(_is_of_own_machine, secrets)):
                message = (
                    f"{file.path} is committed with {names}, for a database on the machine itself: see"
                    " that the same password opens no other"
                )
            return self.gap(file.path, message, *seen, severity=_severity(secrets))
        if file.tracked is None:
            reason = f"no version control here: {file.path} holds {names}; .gitignore must name it"
            return self.unknown(file.path, reason, *seen)
        reason = (
            f"{file.path} holds {names} and is not committed yet, but .gitignore does not name it"
        )
        return self.unknown(file.path, reason, *seen)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        file = prototype.files[finding.subject]
        if is_environment_template(file.name) or not file.tracked:
            return None
        changes: list[Change] = [Untrack(file.path)]
        changes += _ignore(prototype, file)
        example = f"{file.folder}/.env.example".lstrip("/")
        if example not in prototype.files:
            changes.append(Write(example, _example(prototype, file)))
        summary = f"Take {file.path} out of version control and replace the keys that were in it"
        return Remedy(summary, Review.CAREFUL, tuple(changes))


def _counts(file: SourceFile, secrets: dict[str, list[Secret]]) -> bool:
    """Templates are meant to be committed, unless a real key was left in one."""
    return not is_environment_template(file.name) or file.path in secrets


def _severity(secrets: list[Secret]) -> Severity:
    """One step lower where no format tells what the keys are of: they may open little."""
    if all(map(_is_of_pages, secrets)):
        return Severity.LOW
    if all(map(_is_of_own_machine, secrets)):
        return Severity.MEDIUM
    unknown = all(s.provider == "" and s.rule.startswith("named-api") for s in secrets)
    return Severity.HIGH if unknown else Severity.CRITICAL


def _is_of_pages(secret: Secret) -> bool:
    """True for a key of Google that is named for maps or Firebase in a page: it is made to be shown."""
    return secret.rule == "google-api_key" and bool(_OF_PAGES.search(secret.name or ""))


def _is_of_own_machine(secret: Secret) -> bool:
    return leads_home(secret.value)


_OF_PAGES = regex(
    r"^(((NEXT|EXPO|NUXT)_)?PUBLIC|VITE|REACT_APP|GATSBY|VUE_APP|NG_APP)_\w*(MAPS?_|PLACES|GEOCOD|FIREBASE)"
)


def _line(secret: Secret) -> Evidence:
    """The setting's name with a mask: other values of the file are nobody's business."""
    return Evidence("environment", f"{secret.name}={secret.masked}", secret.location)


def _names(secrets: list[Secret]) -> str:
    names = list(dict.fromkeys(s.label for s in secrets))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _ignore(prototype: Prototype, file: SourceFile) -> Iterator[Write]:
    """The lines of .gitignore that keep environment files out, if some are missing."""
    wanted = [*_IGNORED]
    if file.name != ".env" and not file.name.startswith(".env."):
        wanted.append(f"/{file.path}")
    present = prototype.files.get(".gitignore")
    yield from ignoring((present.text or "") if present else "", wanted)


def _example(prototype: Prototype, file: SourceFile) -> str:
    """The names of the file; values only where every visitor sees them anyway."""
    public = {s.value for s in prototype.secrets if s.is_public}
    private = {s.value for s in prototype.secrets if not s.is_public}
    lines = ["# Copy this file to .env and fill in the values. Never commit the copy."]
    for setting in parse_environment_file(file.text or ""):
        browser = setting.name.startswith(("VITE_", "NEXT_PUBLIC_", "REACT_APP_", "EXPO_PUBLIC_"))
        harmless = browser and what_it_holds(setting.name) in (Holds.PUBLIC, Holds.NO_KEY)
        known = setting.value in public or (harmless and setting.value not in private)
        shown = setting.value if known else ""
        lines.append(f"{setting.name}={shown}" if "\n" not in shown else f"{setting.name}=")
    return "\n".join(lines) + "\n"
