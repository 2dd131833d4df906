"""Small edits of a JSON document: members set, added and taken away, comments and layout kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ast_grep_py import SgNode, SgRoot

from shipworthy.prototype.code.edits import Edit, adding_properties, edited, replacing


def with_members(text: str, keys: Sequence[str], members: Mapping[str, str]) -> str | None:
    """The document in which the object below these keys has these members, written as JSON.

    New ones stand in their place where the object is in order of its names, else last. None where there
    is no such object.
    """
    for name, value in members.items():
        holder = _object(text, keys)
        if holder is None:
            return None
        known = _member(holder, name)
        old = known.field("value") if known is not None else None
        edit = replacing(old, value) if old else _added(holder, name, value, text)
        if edit is None:
            return None
        text = edited(text, [edit])
    return text


def _added(holder: SgNode, name: str, value: str, text: str) -> Edit | None:
    pairs = [c for c in holder.named_children() if c.kind() == "pair"]
    names = [_key(pair) for pair in pairs]
    after = next((pair for pair in pairs if _key(pair) > name), None)
    if after is not None and len(pairs) > 1 and names == sorted(names):
        start = after.range().start.index
        line = text.rfind("\n", 0, start) + 1
        if not text[line:start].strip():
            newline = "\r\n" if "\r\n" in text else "\n"
            return Edit(line, line, f'{text[line:start]}"{name}": {value},{newline}')
    return adding_properties(holder, f'"{name}": {value}')


def without_member(text: str, keys: Sequence[str], name: str) -> str | None:
    """The document without one member of the object below these keys; None where it has none."""
    holder = _object(text, keys)
    member = _member(holder, name) if holder is not None else None
    if holder is None or member is None:
        return None
    if len([c for c in holder.named_children() if c.kind() == "pair"]) == 1:
        return edited(text, [replacing(holder, "{}")])
    return edited(text, [without_item(holder, member, text)])


def without_item(holder: SgNode, item: SgNode, text: str) -> Edit:
    """Take one of several items out of a list or an object, with its comma and, where it stands alone
    on it, its line."""
    start, end = item.range().start.index, item.range().end.index
    rest = text[end : holder.range().end.index]
    last = holder.named_children()[-1] == item
    if last and not rest.lstrip().startswith(","):
        return Edit(text.rindex(",", 0, start), end, "")
    end += rest.index(",") + 1
    line = text[end:].partition("\n")[0]
    before = text.rfind("\n", 0, start) + 1
    if not text[before:start].strip() and line.strip()[:2] in ("", "//"):
        return Edit(before, end + len(line) + 1, "")
    if last:
        return Edit(text.rindex(",", 0, start), end, "")
    return Edit(start, end + len(line) - len(line.lstrip(" ")), "")


def members(text: str, keys: Sequence[str]) -> Mapping[str, str]:
    """Names and written values of the object below these keys; empty where there is none."""
    holder = _object(text, keys)
    pairs = [c for c in holder.named_children() if c.kind() == "pair"] if holder else []
    return {_key(pair): value.text() for pair in pairs if (value := pair.field("value"))}


def _object(text: str, keys: Sequence[str]) -> SgNode | None:
    root = SgRoot(text, "json").root()
    at: SgNode | None = next((c for c in root.named_children() if c.kind() == "object"), None)
    for key in keys:
        member = _member(at, key) if at is not None else None
        at = member.field("value") if member is not None else None
    return at if at is not None and at.kind() == "object" else None


def _member(holder: SgNode, name: str) -> SgNode | None:
    pairs = (c for c in holder.named_children() if c.kind() == "pair")
    return next((pair for pair in pairs if _key(pair) == name), None)


def _key(pair: SgNode) -> str:
    key = pair.field("key")
    return key.text().strip("\"'") if key is not None else ""
