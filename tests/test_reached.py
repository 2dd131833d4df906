"""What no part of the app imports is told as a question; what a framework may find is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.assess.asking import ask_all
from shipworthy.control import Control
from shipworthy.controls.reliability.outbound_call_without_timeout.control import (
    OutboundCallWithoutTimeout,
)
from shipworthy.finding import Confidence, Finding
from shipworthy.prototype.modules.reached import Reach, reach

_CLIENT = """export async function priceOf(id: string) {
  const headers = { "x-api-key": process.env.PRICES_KEY ?? "" };
  const answer = await fetch(`https://prices.example.com/v1/items/${id}`, { headers });
  return answer.json();
}
"""
_SHOP = """export const shop = "Corner shop";
"""
_USED = 'import { priceOf } from "../lib/api/prices-client";\nexport const Board = () => priceOf("1");\n'
_NEXT = {
    "package.json": json.dumps({"dependencies": {"next": "15", "react": "19"}}),
    "app/page.tsx": 'import { shop } from "../lib/shop";\nexport default () => <p>{shop}</p>;\n',
    "lib/shop.ts": _SHOP,
    "lib/api/prices-client.ts": _CLIENT,
}
_PATH = "lib/api/prices-client.ts"


def _reached(tmp_path: Path, more: dict[str, str], path: str = _PATH) -> Reach:
    return reach(prototype_of(tmp_path, {**_NEXT, **more}), path)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"components/Board.tsx": _USED},  # nobody imports the board either
        {"lib/shop.ts": f'// import {{ priceOf }} from "./api/prices-client";\n{_SHOP}'},
        {"lib/prices.test.ts": 'import { priceOf } from "./api/prices-client";\npriceOf("1");\n'},
        {"README.md": "Prices come from lib/api/prices-client.ts.\n"},
    ],
)
def test_what_nothing_imports_is_not_reached(more: dict[str, str], tmp_path: Path) -> None:
    assert _reached(tmp_path, more) is Reach.NO


@pytest.mark.parametrize(
    "more",
    [
        {"lib/shop.ts": f'import "./api/prices-client";\n{_SHOP}'},
        {"app/board/page.tsx": _USED.replace("../lib", "../../lib")},
        {
            "app/board/page.tsx": 'const Prices = lazy(() => import("../../lib/api/prices-client"));\n'
        },
    ],
)
def test_what_a_page_leads_to_is_reached(more: dict[str, str], tmp_path: Path) -> None:
    assert _reached(tmp_path, more) is Reach.YES


@pytest.mark.parametrize(
    "more",
    [
        {"vercel.json": '{"functions": {"lib/api/prices-client.ts": {"maxDuration": 30}}}'},
        {
            "app/board/page.tsx": 'import { priceOf } from "@lost/api/prices-client";\nuse(priceOf);\n'
        },
        {"app/board/page.tsx": "const load = (name) => import(`../../lib/api/${name}`);\n"},
        {"app/Prices.vue": '<script>import { priceOf } from "../lib/api/prices-client"</script>'},
        {_PATH: f"{_CLIENT}main();\n"},
        {"package.json": json.dumps({"dependencies": {"next": "15", "@strapi/strapi": "5"}})},
        {"app/page.tsx": "export default () => <p>Nothing here yet</p>;\n"},
    ],
)
def test_what_may_be_found_in_another_way_is_unknown(more: dict[str, str], tmp_path: Path) -> None:
    assert _reached(tmp_path, more) is Reach.UNKNOWN


@pytest.mark.parametrize(
    "path",
    ["app/api/prices/route.ts", "app/board/[id]/page.tsx", "pages/prices.tsx", "middleware.ts"],
)
def test_what_next_finds_by_its_place_is_not_called_unreached(path: str, tmp_path: Path) -> None:
    assert _reached(tmp_path, {path: _CLIENT}, path) is Reach.UNKNOWN


def test_a_page_that_the_router_leaves_out_is_not_reached(tmp_path: Path) -> None:
    files = {
        "package.json": json.dumps({"dependencies": {"vite": "7", "react": "19"}}),
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/main.tsx": 'import { App } from "./App";\ncreateRoot(root).render(<App />);\n',
        "src/App.tsx": 'import { Home } from "./pages/Home";\nexport const App = () => <Home />;\n',
        "src/pages/Home.tsx": "export const Home = () => <p>Home</p>;\n",
        "src/pages/Board.tsx": "export const Board = () => <p>Board</p>;\n",
    }
    prototype = prototype_of(tmp_path, files)
    assert reach(prototype, "src/pages/Board.tsx") is Reach.NO
    assert reach(prototype, "src/pages/Home.tsx") is Reach.YES


def _gap(control: Control, tmp_path: Path, more: dict[str, str]) -> Finding:
    prototype = prototype_of(tmp_path, {**_NEXT, **more})
    found = ask_all(prototype, [control], lambda _: None)
    return next(f for f in found if f.subject.startswith(_PATH))


def test_an_alarm_about_what_nothing_imports_is_a_question(tmp_path: Path) -> None:
    gap = _gap(OutboundCallWithoutTimeout(), tmp_path, {})
    assert gap.confidence is Confidence.LOW
    assert "no part of the app imports this file" in gap.message


def test_an_alarm_about_what_a_page_imports_stays(tmp_path: Path) -> None:
    used = {"app/board/page.tsx": _USED.replace("../lib", "../../lib")}
    assert _gap(OutboundCallWithoutTimeout(), tmp_path, used).is_alarm
