"""What tells a user or a caller that all went well: success toasts, `{ success: true }`."""

from __future__ import annotations

import re
from functools import cached_property

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, arguments, callee, properties
from shipworthy.prototype.queries.chains import called_name
from shipworthy.regex import regex


class Reports:
    """The reports of success in one file, found when first asked for."""

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax

    @cached_property
    def _found(self) -> list[SgNode]:
        syntax = self._syntax
        streamlit = "st.success" in (syntax.source.text or "")
        calls = syntax.calls if streamlit else syntax.calls_named(_TELLING)
        return [call for call in calls if _reports_success(call)]

    def after(self, statement: SgNode) -> SgNode | None:
        """The first report that follows a statement in its function, whatever happened before."""
        end = statement.range().end.index
        later = (call for call in self._found if call.range().start.index >= end)
        return next((call for call in later if _is_reached(call, statement)), None)


_POP_UPS = frozenset("toast setToast showToast alert notify addToast enqueueSnackbar".split())
_STATES = frozenset("setSuccess setSubmitted setSaved setSent setIsSuccess setIsSubmitted".split())
_TELLING = _POP_UPS | _STATES | {"success", "json", "stringify"}
_TOASTS = regex(r"toast|notif|message|alert|snackbar", re.IGNORECASE)
_GOOD = regex(
    r"success|saved|sent|created|updated|deleted|removed|added|submitted|published|uploaded|done\b|thank",
    re.IGNORECASE,
)
_BAD = regex(r"err|fail|could not|unable|destructive|warn", re.IGNORECASE)


def _is_reached(report: SgNode, statement: SgNode) -> bool:
    """True when a report that follows a statement is made in any case, in the same function."""
    span = statement.range()
    for above in report.ancestors():
        outer = above.range()
        if outer.start.index <= span.start.index and span.end.index <= outer.end.index:
            return True
        if above.kind() in FUNCTIONS or above.kind() in _DOUBTS:
            return False
    return False


_DOUBTS = frozenset(
    """if_statement elif_clause else_clause catch_clause except_clause ternary_expression
    conditional_expression switch_statement""".split()
)


def _reports_success(call: SgNode) -> bool:
    name, called = called_name(call), callee(call)
    if name == "success" and _TOASTS.search(called):
        return True
    if name in _POP_UPS:
        text = call.text()
        return bool(_GOOD.search(text)) and not _BAD.search(text)
    if name in _STATES:
        return call.text().endswith("(true)")
    if name in ("json", "stringify"):
        given = [a for a in arguments(call) if a.kind() == "object"]
        keys = properties(given[0]) if given else {}
        return any(k in ("success", "ok") and v.text() == "true" for k, v in keys.items())
    return called.startswith("st.success")
