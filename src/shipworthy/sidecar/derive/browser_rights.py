"""What pages may do beside loading: use a camera, be shown inside other pages, open windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipworthy.prototype import Prototype
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.sidecar.derive.services import used_by_pages

FEATURES = ("camera", "microphone", "geolocation")
_CALLS = {
    "navigator.geolocation": "geolocation",
    "SpeechRecognition": "microphone",
    "st.camera_input(": "camera",
    "st.audio_input(": "microphone",
    "audio_recorder(": "microphone",
    "mic_recorder(": "microphone",
}
_MEDIA = {"video": "camera", "audio": "microphone"}
_ISOLATED = "Cross-Origin-Embedder-Policy"


@dataclass(frozen=True, slots=True)
class BrowserRights:
    """`features` and `ancestors` with the file that shows each; `isolated` where pages must be for
    SharedArrayBuffer; `embeds` the pages that seem made to be shown inside other sites."""

    features: dict[str, str]
    ancestors: dict[str, str]
    isolated: str = ""
    embeds: tuple[str, ...] = ()

    @property
    def permissions(self) -> str:
        """The value of Permissions-Policy."""
        return ", ".join(f"{name}=({'self' if name in self.features else ''})" for name in FEATURES)


def browser_rights(prototype: Prototype) -> BrowserRights:
    """What the code of the pages asks for."""
    features: dict[str, str] = {}
    ancestors: dict[str, str] = {}
    isolated = ""
    for file in prototype.of_role(Role.PRODUCT, Role.SCRIPT, Role.CONFIG):
        if not file.text or file.path in prototype.abandoned:
            continue
        for feature in _features(file):
            features.setdefault(feature, file.path)
        if _shows_itself(file):
            ancestors.setdefault("'self'", file.path)
        if _ISOLATED in file.text and not isolated:
            isolated = file.path
    for used in used_by_pages(prototype, ()):
        for feature in used.service.features:
            features.setdefault(feature, used.path)
        for ancestor in used.service.frames:
            ancestors.setdefault(ancestor, used.path)
    return BrowserRights(features, ancestors, isolated, tuple(_embeds(prototype)))


def _features(file: SourceFile) -> Iterator[str]:
    text = file.text or ""
    yield from (feature for call, feature in _CALLS.items() if call in text)
    for asked in text.split("getUserMedia(")[1:]:
        wanted = [feature for word, feature in _MEDIA.items() if word in asked.partition(")")[0]]
        yield from wanted or _MEDIA.values()


def _shows_itself(file: SourceFile) -> bool:
    """True for `<iframe src="/…">`: a page of its own inside of a page."""
    parts = (file.text or "").split("<iframe")[1:]
    return any(sign in part.partition(">")[0] for part in parts for sign in ('src="/', "src={`/"))


def _embeds(prototype: Prototype) -> Iterator[str]:
    for route in prototype.routes:
        if route.kind is RouteKind.PAGE and route.path.strip("/").split("/")[0] in (
            "embed",
            "widget",
        ):
            yield route.path
