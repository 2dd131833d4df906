"""Tables of roles that are parts in a play or jobs in a project, and say of nobody what he may do."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from shipworthy.prototype.handlers.columns import snake
from shipworthy.regex import regex

OF_ACCOUNTS = regex(
    r"^(.*_)?(user|member|account|profile|admin|staff|employee|app|auth|system|security|access|org"
    r"|organi[sz]ation|team|workspace|tenant|company|group|project_?(user|member)|role)s?_?roles?$",
    re.IGNORECASE,
)
"""Names that say so much themselves."""
_PEOPLE = regex(r"(user|profile|account|member|membership|employee|staff|admin|userrole)$")
_RIGHTS = regex(
    r"permission|privilege|capabilit|(^|_)(rights?|scopes|access|access_level|is_?(super_?)?admin|can_\w+)$"
)
_WHO = regex(r"^(user|profile|member|account|employee|person|admin|auth_user)_?(uu)?id$")
_ROLE = regex(r"^(user_?|project_?)?roles?(_?(id|name|type|key))?$")
_TOLD = regex(
    r"descri|charact|^(job_?)?title$|gender|age_|skills|salary|budget|^rate|pay|headcount|openings|required|requirement"
)
"""What is written about a part or a job, not about a right."""


def posts(columns: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The tables of roles that give nobody a right, of the columns of all tables by `plain` names."""
    held = {
        snake(column).replace("_", "")
        for name, found in columns.items()
        if _PEOPLE.search(name)
        for column in found
    }
    return frozenset(
        name
        for name, found in columns.items()
        if name.endswith("role")
        and not OF_ACCOUNTS.match(name)
        and not _gives_rights([snake(column) for column in found])
        and f"{name}id" not in held
        and not (name != "role" and "role" not in columns and "roleid" in held)
    )


def _gives_rights(found: Collection[str]) -> bool:
    if not found or any(map(_RIGHTS.search, found)):
        return True
    if not any(map(_WHO.match, found)):
        return False
    # A `user_id` beside a description is whose entry it is.
    return any(map(_ROLE.match, found)) or not any(map(_TOLD.search, found))
