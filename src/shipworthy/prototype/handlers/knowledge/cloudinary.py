"""Pictures and films that Cloudinary keeps: https://cloudinary.com/documentation/image_upload_api_reference"""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.knowledge.object_stores import OBJECTS
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins


def _picture(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """`cloudinary.uploader.upload(file, { public_id })`, `.upload_stream(options, done).end(bytes)`,
    `.destroy(id)`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        options = next((v.fields for v in site.given if v.fields is not None), {})
        first = UNKNOWN if site.name == "upload_stream" else site.argument(0)
        named = options.get("public_id", UNKNOWN) if operation == "upload" else first
        at = walk.effect(
            EffectKind.STORAGE,
            operation,
            "",
            site.call.at,
            client="service",
            inputs={
                "path": all_origins(named),
                "text": all_origins(first) if operation == "upload" else frozenset(),
            },
            literals={"store": OBJECTS},
        )
        walk.run_callbacks(site)
        return Value(what=_STREAM, effect=at, tags=frozenset({"truthy"}))

    return answer


def _ended(walk: Evaluation, site: Site) -> Value | None:
    """`stream.end(bytes)`: what is uploaded."""
    at = site.receiver.effect
    if 0 <= at < len(walk.effects):
        known = walk.effects[at]
        given = known.inputs.get("text", frozenset()) | all_origins(site.argument(0))
        walk.effects[at] = known._replace(inputs={**known.inputs, "text": given})
    return site.receiver


_STREAM = "upload to cloudinary"
_PICTURES = {
    **dict.fromkeys(("upload", "upload_large", "upload_stream"), "upload"),
    "destroy": "remove",
}

CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{
        f"cloudinary.{way}uploader.{name}": _picture(operation)
        for way in ("v2.", "default.v2.", "default.", "")
        for name, operation in _PICTURES.items()
    },
    f"{_STREAM}.end": _ended,
}
