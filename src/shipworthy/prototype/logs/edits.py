"""Take values out of log calls, by editing the calls; what else they say stays."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.logs.call_edits import CallEdits, Instead
from shipworthy.prototype.logs.log_calls import LogCall, LoggedValue, logged_in
from shipworthy.prototype.source import SourceFile

__all__ = ["Instead", "Unwanted", "without_values"]

Unwanted = Callable[[LogCall, LoggedValue], Instead | None]


def without_values(file: SourceFile, unwanted: Unwanted) -> str | None:
    """The text of a file whose log calls do not show these values any more.

    A value in a text becomes `***`, or the id of whom it is about where the file reads that as well;
    an argument or a property goes. None where nothing but the whole call could go and it cannot.
    """
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    edits: list[Edit] = []
    for call, node, values in logged_in(syntax):
        told = [(n.range().start.index, unwanted(call, value)) for value, n in values]
        starts = {at: instead for at, instead in told if instead is not None}
        if starts:
            made = CallEdits(syntax, node, starts, file.text).edits()
            if made is None:
                return None
            edits += made
    return edited(file.text, edits) if edits else None
