"""The secret engine: where it finds what it recognises, and what happens without it."""

from __future__ import annotations

import sys

import pytest

from shipworthy.engines.betterleaks import recognise
from shipworthy.errors import FactUnavailable

# Put together here, so that no scanner takes this file for a leak.
GROQ = "gsk_" + "KqiaJ42cL0n95KDk033XTNGcymwg" + "nKR5BLmFg8QysGFbuN3z5sbk"
GITHUB = "ghp_" + "a8Kd93JxQ27LmzP0wYtR6vBn" + "4HsC1EuF5gTi"


def test_no_lines_cost_no_call() -> None:
    assert recognise([]) == {}


def test_each_secret_is_found_in_its_own_line() -> None:
    found = recognise(["const a = 1", f'key = "{GROQ}"', "", f"token: {GITHUB}"])
    assert {i: [r.value for r in rs] for i, rs in found.items()} == {1: [GROQ], 3: [GITHUB]}


def test_a_secret_is_found_in_every_line_that_has_it() -> None:
    found = recognise([f'a = "{GROQ}"', "x = 1", f'b = "{GROQ}"'])
    assert sorted(found) == [0, 2]


def test_the_prototype_cannot_order_silence() -> None:
    assert recognise([f'key = "{GROQ}" // betterleaks:allow gitleaks:allow'])


def test_public_by_design_is_not_the_engine_s_business() -> None:
    assert not recognise(['const url = "https://hjkqtwzrbvmxncdpabcd.supabase.co"'])


def test_a_missing_engine_is_a_fact_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pybetterleaks", None)
    with pytest.raises(FactUnavailable, match="not installed"):
        recognise(["a"])


def test_a_library_that_cannot_load_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import pybetterleaks

    def fail(*_: object, **__: object) -> None:
        raise pybetterleaks.NativeLibraryError("Unsupported platform: Plan9")

    monkeypatch.setattr(pybetterleaks, "scan_text", fail)
    with pytest.raises(FactUnavailable, match="Plan9"):
        recognise(["a"])
