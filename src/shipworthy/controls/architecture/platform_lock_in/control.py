"""Parts of the product that stop working when it leaves one company's platform."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.landmarks import code_files, landmark
from shipworthy.prototype.inventory.lock_in import Binding

_SHOWN = 5
_MANY = 10  # files beyond which a rewrite takes weeks
# Data and sign-in are what one cannot leave behind.
_PORTABLE = ("supabase", "convex", "postgres", "mysql", "sqlite", "mongodb")


class PlatformLockIn(
    Control,
    id="platform-lock-in",
    title="Bound to one platform",
    consequence="The product cannot move to another host, or stay when this one changes its terms.",
    severity=Severity.LOW,
    satisfies=("A50", "P30"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if not code_files(prototype):
            yield self.not_applicable("there is no code that runs")
            return
        bindings = prototype.bindings
        for binding in bindings:
            shown = [prototype.evidence("code", place) for place in binding.places[:_SHOWN]]
            severity = Severity.MEDIUM if binding.deep else None
            yield self.gap(binding.name, _message(binding), *shown, severity=severity)
        portable = [name for name in prototype.stack.data if name in _PORTABLE]
        if portable:
            message = f"{portable[0]} is open source and runs on any host"
            yield self.satisfied(portable[0], message, landmark(prototype))
        elif not bindings and not _uses_anything(prototype):
            yield self.not_applicable("it uses no framework, store or service")
        elif not bindings:
            message = "Nothing in the code runs on one company's platform only"
            yield self.satisfied("prototype", message, landmark(prototype))


def _uses_anything(prototype: Prototype) -> bool:
    stack = prototype.stack
    return bool(stack.frameworks or stack.data or stack.services)


def _message(binding: Binding) -> str:
    files = len({place.path for place in binding.places})
    where = "1 file" if files == 1 else f"{files} files"
    effort = "hours" if not binding.deep else ("weeks" if files > _MANY else "days")
    return (
        f"Only {binding.platform} runs this: {binding.what} ({where}). Instead: {binding.instead}"
        f" (a matter of {effort})"
    )
