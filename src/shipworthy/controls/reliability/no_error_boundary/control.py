"""React apps in which one error while a page is drawn takes the whole page away."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.boundaries import Drawing, read_drawings
from shipworthy.prototype.inventory.boundary_edits import with_boundary
from shipworthy.prototype.inventory.languages import spoken_language
from shipworthy.prototype.roles import role_of
from shipworthy.prototype.source import Role
from shipworthy.remedy import Remedy, Review, Write

_BARE = "the bare error page"
_FEWEST = 3  # files with elements below which a part is a sketch


class NoErrorBoundary(
    Control,
    id="no-error-boundary",
    title="No error boundary",
    consequence="One unexpected value in one place leaves the visitor with a blank page.",
    severity=Severity.MEDIUM,
    satisfies=("H42", "A37", "owasp:A10", "cwe:248"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        drawings = [d for d in read_drawings(prototype) if d.screens >= _FEWEST and d.start]
        if not drawings:
            yield self.not_applicable(f"no part draws {_FEWEST} files of components with React")
        for drawing in drawings:
            yield self._judge(prototype, drawing)

    def _judge(self, prototype: Prototype, drawing: Drawing) -> Finding:
        subject = drawing.part.folder or "prototype"
        if drawing.boundary is not None:
            line = prototype.evidence("code", drawing.boundary)
            return self.satisfied(subject, "Errors while a page is drawn are caught", line)
        screens = f"{drawing.screens} files of components"
        if drawing.framework:
            message = (
                f"No error boundary catches what goes wrong in {screens}: the visitor gets {_BARE}"
                f" of {drawing.framework}, with no way back"
            )
            return self.gap(subject, message, *_lines(prototype, drawing), severity=Severity.LOW)
        shown = _lines(prototype, drawing)
        phone = "registerRootComponent" in shown[0].excerpt or "AppRegistry" in shown[0].excerpt
        loss = "closes the app" if phone else "removes the whole page"
        message = f"An error while drawing any of {screens} {loss}: no error boundary catches it"
        return self.gap(subject, message, *shown)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A page for errors beside the root layout of the app router, or a component around the app."""
        at = finding.location
        if at is None or role_of(at.path) is not Role.PRODUCT:
            return None
        folder, _, name = at.path.rpartition("/")
        if name not in ("layout.tsx", "layout.jsx", "layout.js"):
            # A data router catches errors itself, inside of what could stand around it.
            bare = _BARE in finding.message
            return None if bare else _around_the_app(prototype, finding.subject, at.path)
        kind = name.rpartition(".")[2]
        path = f"{folder}/error.{kind}"
        text = _PAGE.replace(_TYPES, "") if kind != "tsx" else _PAGE
        layout = prototype.files.get(at.path)
        part = "" if finding.subject == "prototype" else finding.subject
        shown = (layout.text or "") if layout is not None else ""
        text = _spoken(text, spoken_language(prototype, part, shown))
        summary = f"Show {path} where drawing a page fails, with a way to try again"
        return Remedy(summary, Review.CAREFUL, (Write(path, text),))


_TYPES = ": { error: Error; reset: () => void }"
_PAGE = """"use client";

import { useEffect } from "react";

export default function ErrorPage({ error, reset }: { error: Error; reset: () => void }) {
  useEffect(() => {
    console.error(error);
  }, [error]);

  return (
    <main role="alert">
      <h1>Something went wrong</h1>
      <p>Please try again. If it happens again, tell us what you were doing.</p>
      <button onClick={() => reset()}>Try again</button>
    </main>
  );
}
"""


_SAID = ("Something went wrong", "Please try again.", "Try again")
_TOLD = " If it happens again, tell us what you were doing."
_WORDS = {
    "de": ("Etwas ist schiefgegangen", "Bitte versuchen Sie es noch einmal.", "Noch einmal"),
    "es": ("Algo ha salido mal", "Inténtalo de nuevo, por favor.", "Intentar de nuevo"),
    "fr": ("Une erreur est survenue", "Veuillez réessayer.", "Réessayer"),
    "it": ("Qualcosa è andato storto", "Riprova, per favore.", "Riprova"),
    "nl": ("Er ging iets mis", "Probeer het opnieuw.", "Opnieuw proberen"),
    "pl": ("Coś poszło nie tak", "Spróbuj ponownie.", "Spróbuj ponownie"),
    "pt": ("Algo deu errado", "Tente novamente, por favor.", "Tentar novamente"),
    "ru": ("Что-то пошло не так", "Попробуйте ещё раз.", "Попробовать ещё раз"),
    "tr": ("Bir şeyler ters gitti", "Lütfen tekrar deneyin.", "Tekrar dene"),
}


def _around_the_app(prototype: Prototype, subject: str, start: str) -> Remedy | None:
    written = with_boundary(prototype, prototype.files[start])
    if not written:
        return None
    folder = subject if subject != "prototype" else ""
    page = prototype.files.get(f"{folder}/index.html" if folder else "index.html")
    shown = (page.text or "") if page is not None else ""
    language = spoken_language(prototype, folder, shown)
    writes = tuple(Write(path, _spoken(text, language)) for path, text in written)
    said = f"Keep a page with a way to try again where drawing fails, around what {start} draws"
    return Remedy(said, Review.CAREFUL, writes)


def _spoken(page: str, language: str) -> str:
    """The page in the language of the others, where that is known here."""
    words = _WORDS.get(language)
    if words is None:
        return page
    page = page.replace(_TOLD, "")
    for english, word in zip(_SAID, words, strict=True):
        page = page.replace(f">{english}<", f">{word}<")
    return page


def _lines(prototype: Prototype, drawing: Drawing) -> list[Evidence]:
    start = drawing.start or Location("package.json")
    return [prototype.evidence("code", start)]
