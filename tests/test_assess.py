"""An assessment never takes what it has not looked at for right."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.finding import Outcome
from shipworthy.prototype import Engines, read_prototype
from shipworthy.settings import Settings


@pytest.mark.parametrize("kind", ["vue", "svelte", "astro"])
def test_components_that_are_not_parsed_leave_controls_unknowing(kind: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "shop", "dependencies": {}}')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / f"App.{kind}").write_text("<script>await fetch(url)</script>")
    engines = Engines(secrets=lambda _: {})
    prototype = read_prototype(tmp_path, Settings(workers=1), engines)
    assert [u.path for u in prototype.unread] == [f"src/App.{kind}"]
    assert prototype.unread[0].reason == f"{kind.title()} is not read yet"
    controls = select(["ai", "reliability", "secrets"])
    found = assess(prototype, controls).findings
    unknowing = {f.control for f in found if f.outcome is Outcome.UNKNOWN}
    assert unknowing == {control.id for control in controls}
