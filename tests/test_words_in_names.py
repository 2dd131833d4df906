"""Words are found where a name has them, not where another word ends or begins with the same letters."""

from __future__ import annotations

import pytest

from shipworthy.controls.access.weak_random import control as weak_random
from shipworthy.controls.http.html_injection import control as html_injection
from shipworthy.prototype.handlers.breaches import about
from shipworthy.prototype.handlers.comparing import some_roles


@pytest.mark.parametrize("name", ["audit_logs", "AuditLog", "activityLogs", "log", "OrderHistory"])
def test_notes_of_who_did_what(name: str) -> None:
    assert about.NOTES.search(name)


@pytest.mark.parametrize("name", ["blogs", "blog_posts", "catalog", "catalog_items", "dialogs"])
def test_no_notes_of_who_did_what(name: str) -> None:
    assert not about.NOTES.search(name)


def test_logs_and_what_only_ends_alike() -> None:
    assert all(map(about.LOG.search, ("page_views", "PageView", "ErrorLog", "events")))
    assert not any(map(about.LOG.search, ("Blog", "Review", "Preview")))


def test_what_asks_and_what_only_begins_alike() -> None:
    assert all(map(some_roles._ASKS.match, ("isOwner", "is_owner", "hasAccess", "can", "owns")))
    assert not any(map(some_roles._ASKS.match, ("hashPassword", "issueToken", "cancel", "island")))


def test_pins_and_spins() -> None:
    assert all(map(weak_random._GUARDS.search, ("pin", "pin_code", "userPin", "loginPIN")))
    assert not any(map(weak_random._GUARDS.search, ("spin", "last_spin", "bonusSpin")))


def test_short_inputs_and_texts() -> None:
    assert all(map(html_injection._SHORT.search, ("userId", "userid", "start_date", "createdAt")))
    assert not any(map(html_injection._SHORT.search, ("chat", "update", "format", "grid")))
