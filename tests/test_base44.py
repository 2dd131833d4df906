"""Base44: what an application asks of it, and what the repository tells of its entities."""

from __future__ import annotations

from pathlib import Path

from made_assessments import assessed, written
from shipworthy.decide import Decision, decide
from shipworthy.decide.component import Component
from shipworthy.decide.path import Path as Way
from shipworthy.decide.verdict import Overall, Verdict
from shipworthy.prototype import read_prototype

ENTITIES = ("Home", "Opening", "Referral", "Licence", "Message")
APP = {
    "package.json": '{"name": "care", "dependencies": {"@base44/sdk": "0.8.0", "react": "18.2.0"}}',
    "index.html": '<div id="root"></div><script type="module" src="/src/main.jsx"></script>',
    "src/client.js": "import { createClient } from '@base44/sdk';\n"
    "export const base44 = createClient({ appId: 'a' });\n",
    "src/main.jsx": "import { base44 } from './client';\n"
    + "".join(f"export const all{n} = () => base44.entities.{n}.list();\n" for n in ENTITIES)
    + "// base44.entities.Gone.list()\n"
    "export const who = () => base44.auth.me();\n"
    "export const match = (notes) => base44.integrations.Core.InvokeLLM({ prompt: notes });\n",
}
DEFINED = {
    f"base44/entities/{n.lower()}.jsonc": f'{{\n  // kept there\n  "name": "{n}", "type": "object"\n}}\n'
    for n in ENTITIES
}


def decided(folder: Path, *parts: dict[str, str]) -> Decision:
    files = {name: text for part in parts for name, text in part.items()}
    return decide(assessed(written(folder, files), []))


def test_entities_sign_in_and_models_are_read(tmp_path: Path) -> None:
    found = read_prototype(written(tmp_path, {**APP, **DEFINED})).base44
    assert found is not None
    assert set(found.used) == set(ENTITIES) == found.defined
    assert found.sign_in is not None
    assert found.model is not None
    assert (found.sign_in.line, found.model.line) == (8, 9)


def test_entities_that_are_defined_nowhere_are_a_lost_data_model(tmp_path: Path) -> None:
    decision = decided(tmp_path, APP)
    assert decision.verdict(Component.DATA_MODEL) is Verdict.REBUILD
    assert decision.overall is Overall.REFACTOR
    for part in (Component.AUTH, Component.AI):
        assert decision.verdict(part) is not Verdict.ABSENT


def test_entities_in_the_repository_are_no_ground(tmp_path: Path) -> None:
    assert decided(tmp_path, APP, DEFINED).overall is Overall.HARDEN


def test_a_browser_that_asks_its_entities_speaks_for_functions(tmp_path: Path) -> None:
    options = decided(tmp_path, APP, DEFINED).path.options
    (serverless,) = (o for o in options if o.path is Way.SERVERLESS)
    assert not serverless.barred
    assert "its backend is a managed one already" in [r.says for r in serverless.reasons]


def test_an_application_without_its_library_asks_nothing_of_it(tmp_path: Path) -> None:
    files = {"package.json": "{}", "src/a.ts": "export const a = (x) => x.entities.Home.list();\n"}
    assert read_prototype(written(tmp_path, files)).base44 is None
