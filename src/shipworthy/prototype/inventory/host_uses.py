"""What a URL literal is for: a picture, a frame, a script, a request, or a link that a person follows."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import callee
from shipworthy.regex import regex

_SCHEME = regex(r"(?:https?|wss?)://[^\s\"'`<>)]*")
_WORDS = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Use(StrEnum):
    """What is done with what a URL names; the fetch directives of a content security policy."""

    IMAGE = "image"
    MEDIA = "media"
    FONT = "font"
    STYLE = "style"
    SCRIPT = "script"
    FRAME = "frame"
    REQUEST = "request"  # asked by code, whose answer it reads
    LINK = "link"  # opened as a page of its own
    OTHER = "other"  # the place of the literal does not tell


_ENDINGS = {
    **dict.fromkeys("png jpg jpeg gif svg webp avif ico".split(), Use.IMAGE),
    **dict.fromkeys("mp4 webm mov m3u8 mp3 wav ogg m4a".split(), Use.MEDIA),
    **dict.fromkeys("woff woff2 ttf otf".split(), Use.FONT),
    "css": Use.STYLE,
    **dict.fromkeys("js mjs".split(), Use.SCRIPT),
}
_NAMES = {
    **dict.fromkeys(
        "image images img imgs avatar photo photos logo thumbnail thumb picture banner cover icon poster"
        " tile background backdrop gallery".split(),
        Use.IMAGE,
    ),
    **dict.fromkeys("video videos audio sound music".split(), Use.MEDIA),
    **dict.fromkeys("script worker".split(), Use.SCRIPT),
    **dict.fromkeys("iframe embed".split(), Use.FRAME),
    **dict.fromkeys("font fonts".split(), Use.FONT),
    **dict.fromkeys("stylesheet css".split(), Use.STYLE),
    **dict.fromkeys(
        "href link links website homepage docs social share source sources citation".split(),
        Use.LINK,
    ),
    **dict.fromkeys("api base endpoint backend server host ws websocket".split(), Use.REQUEST),
}
_TAGS = {
    "iframe": Use.FRAME,
    "embed": Use.FRAME,
    "object": Use.FRAME,
    "video": Use.MEDIA,
    "audio": Use.MEDIA,
    "source": Use.MEDIA,
    "script": Use.SCRIPT,
    "img": Use.IMAGE,
    "a": Use.LINK,
}
_CALLS = {
    **dict.fromkeys(("WebSocket", "EventSource", "fetch", "createClient"), Use.REQUEST),
    **dict.fromkeys(("Worker", "SharedWorker", "importScripts", "loadScript"), Use.SCRIPT),
    **dict.fromkeys(("open", "redirect", "push", "replace", "assign", "navigate"), Use.LINK),
    **dict.fromkeys(("tileLayer", "Image"), Use.IMAGE),
    **dict.fromkeys(("Audio",), Use.MEDIA),
}
_SOURCES = frozenset("src srcSet poster url href data".split())
_TRANSPARENT = frozenset(
    """parenthesized_expression ternary_expression binary_expression as_expression array
    template_substitution template_string satisfies_expression jsx_expression list""".split()
)


def use_of(node: SgNode) -> Use:
    """What the URL of a string literal is for, by its ending, else by where it stands."""
    found = _SCHEME.search(node.text())
    ending = _path(found[0]).rpartition(".")[2].lower() if found else ""
    return _ENDINGS.get(ending) or _by_place(node)


def _path(url: str) -> str:
    """The path of a URL; none where its host is no host (`https://[1]` in a text with footnotes)."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _by_place(node: SgNode) -> Use:
    below = node
    for above in node.ancestors():
        match above.kind():
            case "jsx_attribute":
                return _of_attribute(above)
            case "pair":
                key = above.field("key")
                return _named(key.text()) if key is not None and key != below else Use.OTHER
            case "variable_declarator" | "assignment_expression" | "assignment":
                target = above.field("name") or above.field("left")
                return _of_target(target.text()) if target is not None else Use.OTHER
            case "arguments" | "argument_list":
                called = above.parent()
                return _called(called) if called is not None else Use.OTHER
            case kind if kind not in _TRANSPARENT:
                return Use.OTHER
        below = above
    return Use.OTHER


def _of_attribute(attribute: SgNode) -> Use:
    """`<img src>`, `<Image src>`, `<iframe src>`, `<Player url>`."""
    name = attribute.text().partition("=")[0].strip()
    element = attribute.parent()
    tag = element.field("name") if element is not None else None
    if tag is None or name not in _SOURCES:
        return _named(name)
    return _TAGS.get(tag.text()) or _TAGS.get(tag.text().lower()) or _named(tag.text())


def _of_target(name: str) -> Use:
    """`script.src = …`, `const API_URL = …`, `window.location.href = …`."""
    if "location" in name:
        return Use.LINK
    holder, _, last = name.rpartition(".")
    return _named(holder) if last in _SOURCES and holder else _named(name)


def _called(call: SgNode) -> Use:
    name = callee(call)
    last = name.rpartition(".")[2]
    if not name:  # `new Worker(…)` has a constructor, no function
        made = call.field("constructor")
        last = made.text() if made is not None else ""
    return _CALLS.get(last, Use.OTHER)


def _named(name: str) -> Use:
    """What the words of a name say: `avatarUrl`, `API_BASE`; the first that says something."""
    words = (word.lower() for word in _WORDS.findall(name))
    return next((_NAMES[word] for word in words if word in _NAMES), Use.OTHER)
