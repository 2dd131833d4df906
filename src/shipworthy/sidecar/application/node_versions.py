"""A version of a Node.js package that no registry has gives way, in the copy: models make versions up."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

# npm: "notarget No matching version found for NAME@VERSION."; pnpm and yarn say nearly the same.
_LACKING = re.compile(
    r"(?:No matching version found for|Couldn't find any versions for) \"?(@?[\w./-]+?)\"?"
    r"(?:@| that matches \")([^\s\"]+?)[.\"]?(?:\s|$)"
)
# "404 Not Found - GET https://registry.example/@scope%2fname"
_GONE = re.compile(
    r"404 Not Found - GET \S+?//[^/\s]+/(?:\S*/)?(@[\w.-]+%2f[\w.-]+|[\w.-]+)(?:\s|$)", re.I
)
_OTHERS = re.compile(r'"(@?[\w./-]+)@workspace:[^"]*" is in the dependencies but no package named')
_OF_WORKSPACE = re.compile(r'Unsupported URL Type "workspace:"')
_NEWEST = "*"
_ANY = (_NEWEST, "latest", "")
_DIRECT = ("dependencies", "devDependencies", "optionalDependencies")


def another_version(folder: Path, why: str) -> str:
    """Have package.json ask for any version of the package that could not be had in the one it names, and
    for none where there is none at all, or its newest asks for what is gone. What was changed, in words; ''
    where it is not for this."""
    lacking, gone = _LACKING.search(why), _GONE.search(why)
    file = folder / "package.json"
    if (lacking is None and gone is None) or file.is_symlink():
        return ""
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return ""
    before = json.dumps(content)
    if lacking:
        said = _changed(content, lacking[1], lacking[2])
    else:
        said = _without(content, gone[1].lower().replace("%2f", "/")) if gone else ""
    if json.dumps(content) == before:
        return ""
    with suppress(OSError):
        file.write_text(json.dumps(content, indent=2), encoding="utf-8")
        return said
    return ""


def _without(content: dict[str, Any], name: str) -> str:
    """Leave out a package that no registry has, or the one that asks for it: that whose newest is taken."""
    lists = [content[key] for key in _DIRECT if content.get(key)]
    asked = {one for listed in lists for one in listed}
    newest = {one for listed in lists for one, version in listed.items() if version == _NEWEST}
    guilty = {name} & asked or newest
    if len(guilty) != 1:
        return ""
    (out,) = guilty
    for listed in lists:
        listed.pop(out, None)
    why = "" if out == name else f", which {out} asks for"
    return f"no registry has {name}{why}: {out} is left out"


def lacking_member(folder: Path, why: str) -> str:
    """What to do where a package asks for others of its workspace that are not here; '' for another error."""
    named = _OTHERS.search(why)
    if named is None and not _OF_WORKSPACE.search(why):
        return ""
    which = f"{named[1]}, a package" if named else "packages"
    if (folder / ".gitmodules").is_file():
        fetched = "`git submodule update --init` fetches what stands in other repositories"
        return f"it asks for {which} of a workspace that is not all here: {fetched}"
    return f"it asks for {which} of a workspace that is not all here: give the folder that holds all of it"


def _changed(content: dict[str, Any], name: str, version: str) -> str:
    direct = [content[key] for key in _DIRECT if name in (content.get(key) or {})]
    for asked in direct:
        if version in _ANY:
            del asked[name]
        else:
            asked[name] = _NEWEST
    if direct:
        instead = "it is left out" if version in _ANY else "the newest is taken"
    else:  # asked for by another package: what npm, yarn and pnpm call it
        for place in (content, content.setdefault("pnpm", {})):
            place.setdefault("overrides", {})[name] = _NEWEST
        content.setdefault("resolutions", {})[name] = _NEWEST
        instead = "the newest is taken"
    return f"no registry has {name}@{version}: {instead}"
