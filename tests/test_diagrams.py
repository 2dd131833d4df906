"""Diagrams are drawn from facts, stay readable with many nodes, and escape what they name."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from made_assessments import HOSTILE, assessed, written
from shipworthy.report.diagram.architecture import architecture
from shipworthy.report.diagram.data_flow import data_flow
from shipworthy.report.diagram.graph import Edge, Graph, Node, condensed
from shipworthy.report.diagram.layout import lay_out
from shipworthy.report.diagram.naming import company_of_model
from shipworthy.report.diagram.svg import svg_of

ROUTE = """import {{ createClient }} from "@supabase/supabase-js";
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function POST(req: Request) {{
  const {{ id }} = await req.json();
  const {{ data }} = await db.from("{table}").select("*").eq("id", id);
  await fetch("https://api.resend.com/emails", {{ method: "POST", body: JSON.stringify(data) }});
  return Response.json(data);
}}
"""


def graph_of(nodes: int) -> Graph:
    column = [
        Node(f"n{i}", f"table_{i}", "store", 1, group="Tables", weight=i) for i in range(nodes)
    ]
    edges = [Edge("a", node.id, "reads") for node in column]
    return Graph("t", "d", ("Who", "What"), (Node("a", "a", "caller", 0), *column), tuple(edges))


def shop(root: Path, *tables: str) -> Path:
    routes = {f"app/api/{t}/items/route.ts": ROUTE.format(table=t) for t in tables}
    return written(root / "shop", routes | {"package.json": '{"dependencies": {"next": "15.0.0"}}'})


def test_the_data_flow_leads_from_who_calls_to_where_it_goes(tmp_path: Path) -> None:
    graph = data_flow(assessed(shop(tmp_path, "orders")))
    assert graph is not None
    labels = {node.id: node.label for node in graph.nodes}
    arrows = {(labels[e.source], e.style, labels[e.target]) for e in graph.edges}
    entry = "POST /api/orders/items"
    assert ("Anybody on the internet", "open", entry) in arrows
    assert (entry, "reads", "orders") in arrows
    assert (entry, "changes", "Resend") in arrows


def test_many_entry_points_are_drawn_by_their_first_parts(tmp_path: Path) -> None:
    graph = data_flow(assessed(shop(tmp_path, *(f"t{n}" for n in range(40)))))
    assert graph is not None
    assert len([n for n in graph.nodes if n.rank == 1]) <= 17
    assert any(n.kind == "rest" for n in graph.nodes)


def test_nothing_that_moves_is_no_drawing(tmp_path: Path) -> None:
    quiet = written(tmp_path / "quiet", {"src/a.ts": "export const a = 1;\n"})
    assert data_flow(assessed(quiet)) is None


def test_two_hundred_nodes_become_a_few_and_a_count() -> None:
    graph = condensed(graph_of(200), {1: 14})
    rest = next(n for n in graph.nodes if n.kind == "rest")
    assert len(graph.nodes) <= 16
    assert rest.label == f"{200 - (len(graph.nodes) - 2)} more"
    assert any(e.target == rest.id for e in graph.edges)


def test_the_heaviest_keep_their_names() -> None:
    labels = {n.label for n in condensed(graph_of(200), {1: 14}).nodes}
    assert "table_199" in labels
    assert "table_3" not in labels


def test_no_two_boxes_lie_upon_each_other() -> None:
    boxes = list(lay_out(graph_of(30)).boxes.values())
    for one in boxes:
        for other in boxes:
            if one is not other and one.x == other.x:
                assert one.y + one.height <= other.y or other.y + other.height <= one.y


def test_a_drawing_is_well_formed_and_names_itself_for_those_who_cannot_see_it() -> None:
    graph = Graph("Data <flow>", "d", ("Who",), (Node("a", HOSTILE, "caller", 0, HOSTILE),), ())
    text = svg_of(graph, "flow")
    root = ElementTree.fromstring(text)  # noqa: S314 - our own text
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "flow-title flow-desc"
    assert "<script" not in text


def test_the_same_facts_give_the_same_drawing(tmp_path: Path) -> None:
    assessment = assessed(shop(tmp_path, *(f"t{n}" for n in range(9))))
    first, second = data_flow(assessment), data_flow(assessment)
    assert first is not None
    assert second is not None
    assert svg_of(first, "flow") == svg_of(second, "flow")


def test_the_architecture_shows_folders_imports_and_circles(tmp_path: Path) -> None:
    root = written(
        tmp_path / "app",
        {
            "src/main.ts": "import { page } from './pages/home';\npage();\n",
            "src/pages/home.ts": "import { load } from '../lib/load';\nexport const page = load;\n",
            "src/lib/load.ts": "import { page } from '../pages/home';\n"
            "export const load = () => fetch('https://api.stripe.com/v1/x').then(() => page);\n",
            "src/lib/more.ts": "export const more = 1;\n",
            "index.html": '<script type="module" src="/src/main.ts"></script>',
            "package.json": '{"dependencies": {"vite": "6.0.0"}}',
        },
    )
    graph = architecture(assessed(root).prototype)
    assert graph is not None
    styles = {(e.source, e.target): e.style for e in graph.edges}
    assert styles["src/lib", "src/pages"] == "cycle"
    assert styles["src/lib", "host:Stripe"] == "uses"


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("api.openai.com", "OpenAI"),
        ("openai.OpenAI().embeddings.create", "OpenAI"),
        ("anthropic", "Anthropic"),
        ("ai.generateText", "a model, by the AI SDK"),
        ("", "a model"),
    ],
)
def test_a_model_is_called_by_its_company(called: str, name: str) -> None:
    assert company_of_model(called) == name
