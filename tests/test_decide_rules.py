"""The rules: which signals are grounds for what, and what one signal less would change."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures_of import GIT, unpack
from made_assessments import assessed, gap, written
from shipworthy.decide import Decision, decide
from shipworthy.decide.component import Component
from shipworthy.decide.flipping import flips
from shipworthy.decide.judging import Hidden, Judgement, judge
from shipworthy.decide.planning import MOST_ASKED
from shipworthy.decide.rules import RULES, Part, grounds
from shipworthy.decide.signal import Signal, against, between
from shipworthy.decide.signals import MEASURES
from shipworthy.decide.verdict import Overall, Verdict
from shipworthy.finding import Location, Severity
from shipworthy.intent.answers import Answers, Explained
from test_decide import HEALTHY

PARTS = tuple(Part(component, True, 0, 1) for component in Component)


def signals(**leans: float | None) -> list[Signal]:
    """Signals of these names (with _ for -) that lean so."""
    return [
        Signal(name.replace("_", "-"), name, None, "seen", lean, 3.0, "test")
        for name, lean in leans.items()
    ]


def judged(**leans: float | None) -> Judgement:
    return judge(signals(**leans), PARTS, Answers())


def decided(root: Path, files: dict[str, str], answers: Answers | None = None) -> Decision:
    return decide(assessed(written(root, files)), answers)


def test_without_a_ground_nothing_is_rebuilt() -> None:
    found = judged(hotspots=1.0, tests=1.0, duplicates=1.0, machine_commits=1.0)
    assert found.overall is Overall.HARDEN
    assert found.rebuild > 0.5  # the balance alone decides nothing


def test_a_lost_schema_rebuilds_the_data_model_and_no_more() -> None:
    found = judged(schema_in_repository=1.0)
    assert found.verdicts[Component.DATA_MODEL] is Verdict.REBUILD
    assert found.overall is Overall.REFACTOR
    assert "defined nowhere" in found.why


def test_two_load_bearing_parts_and_the_balance_rebuild_the_whole() -> None:
    found = judged(schema_in_repository=1.0, guarded_entry_points=1.0)
    assert found.overall is Overall.REBUILD


def test_a_ground_does_not_rebuild_the_whole_against_the_balance() -> None:
    sound = {"schema_in_repository": 1.0, "guarded_entry_points": 1.0}
    found = judged(**sound, tests=-1.0, explained=-1.0, security_debt=-1.0, hotspots=-1.0)
    assert found.overall is Overall.REFACTOR


def test_a_part_that_is_not_there_is_not_judged() -> None:
    parts = tuple(replace(part, present=False) for part in PARTS)
    found = judge(signals(schema_in_repository=1.0), parts, Answers())
    assert set(found.verdicts.values()) == {Verdict.ABSENT}
    assert not found.grounds


def test_where_nothing_runs_a_part_that_nobody_found_sound_is_rebuilt() -> None:
    parts = [replace(PARTS[0], sound=3), replace(PARTS[1], sound=0), *PARTS[2:]]
    found = judge(signals(runnable_head=1.0), parts, Answers())
    assert found.verdicts[parts[0].component] is Verdict.HARDEN
    assert found.verdicts[parts[1].component] is Verdict.REBUILD
    assert Verdict.REBUILD not in judge(signals(), parts, Answers()).verdicts.values()


def test_code_that_could_not_be_read_is_not_decided() -> None:
    found = judge(signals(tests=-1.0), PARTS, Answers(), Hidden(0.7))
    assert found.overall is Overall.NOT_YET
    assert "70%" in found.why


def test_an_app_in_a_language_that_is_not_parsed_is_not_judged_by_its_few_functions(
    tmp_path: Path,
) -> None:
    app = "class Home extends StatelessWidget {\n" + "  // a screen\n" * 200 + "}\n"
    files = {**HEALTHY, "lib/home.dart": app, "lib/cart.dart": app}
    found = decided(tmp_path / "app", files)
    assert found.overall is Overall.NOT_YET
    assert "of the code could not be read (Dart)" in found.why
    assert not any(flip.overall is Overall.HARDEN for flip in found.flips)
    assert {u.reason for u in found.assessment.unread} == {"Dart is not read yet"}


def test_the_shell_that_starts_an_app_on_a_phone_hides_nothing(tmp_path: Path) -> None:
    shell = "import Capacitor\nclass AppDelegate: UIResponder {}\n" * 90
    found = decided(tmp_path / "app", {**HEALTHY, "ios/App/App/AppDelegate.swift": shell})
    assert found.overall is Overall.HARDEN
    assert found.assessment.unread == ()


def test_a_flip_is_what_judging_again_says() -> None:
    given = signals(schema_in_repository=1.0, tests=0.3)
    now = judge(given, PARTS, Answers())
    [flip] = flips(given, PARTS, Answers(), now)
    assert flip.signal.name == "schema-in-repository"
    assert flip.overall is Overall.HARDEN
    other = [replace(given[0], lean=-1.0), given[1]]
    assert judge(other, PARTS, Answers()).overall is flip.overall


def test_an_unknown_signal_is_tried_on_both_sides() -> None:
    given = signals(schema_replays=None)
    found = flips(given, PARTS, Answers(), judge(given, PARTS, Answers()))
    assert [flip.seen for flip in found] == [
        "if the migrations do not make the database (ask with --prove)"
    ]


def test_each_rule_asks_for_signals_that_are_measured(tmp_path: Path) -> None:
    known = {take.__name__.replace("_", "-") for take in MEASURES} | {"explained"}
    assert {name for rule in RULES for name in rule.needs} <= known
    found = decided(tmp_path, HEALTHY).signals
    assert {signal.name for signal in found} <= known


def test_leans_stay_within_their_bounds() -> None:
    assert [between(v, keep=0.0, rebuild=1.0) for v in (-5, 0.5, 9)] == [-1.0, 0.0, 1.0]
    assert [against(v, none=1.0, rebuild=3.0) for v in (0, 2, 9)] == [0.0, 0.5, 1.0]


def test_tables_that_nothing_defines_are_a_lost_schema(tmp_path: Path) -> None:
    code = "".join(
        f"export const read{n} = () => supabase.from('{name}').select('*');\n"
        for n, name in enumerate(("orders", "order_items", "people", "shifts"))
    )
    files = {
        "package.json": '{"name": "x", "dependencies": {"@supabase/supabase-js": "2.45.0"}}',
        "src/data.ts": "import { createClient } from '@supabase/supabase-js';\n"
        f"const supabase = createClient('a', 'b');\n{code}",
        "src/main.ts": "import { read0, read1, read2, read3 } from './data';\n"
        "read0(); read1(); read2(); read3();\n",
        "index.html": '<script type="module" src="/src/main.ts"></script>\n',
    }
    lost = decided(tmp_path / "lost", files)
    assert lost.verdict(Component.DATA_MODEL) is Verdict.REBUILD
    sql = "".join(f"create table {n} (id int);\n" for n in ("orders", "order_items", "people"))
    there = {**files, "supabase/migrations/1.sql": sql + "create table shifts (id int);\n"}
    assert decided(tmp_path / "there", there).verdict(Component.DATA_MODEL) is not Verdict.REBUILD


def test_without_version_control_history_is_not_known(tmp_path: Path) -> None:
    unknown = {s.name: s.reason for s in decided(tmp_path, HEALTHY).unknown}
    assert "version control" in unknown["hotspots"]
    assert "version control" in unknown["machine-commits"]


def test_few_commits_show_no_hotspot(tmp_path: Path) -> None:
    root = unpack(written(tmp_path / "a", HEALTHY), tmp_path / "b")
    unknown = {s.name: s.reason for s in decide(assessed(root)).unknown}
    assert unknown["hotspots"] == "there is no commit yet"


def test_a_shallow_clone_shows_no_history(tmp_path: Path) -> None:
    root = unpack(written(tmp_path / "a", HEALTHY), tmp_path / "b")
    subprocess.run((*GIT, "-C", str(root), "commit", "-qm", "one"), check=True)
    subprocess.run((*GIT, "-C", str(root), "commit", "-qm", "two", "--allow-empty"), check=True)
    clone = tmp_path / "c"
    subprocess.run((*GIT, "clone", "-q", "--depth", "1", root.as_uri(), str(clone)), check=True)
    unknown = {s.name: s.reason for s in decide(assessed(clone)).unknown}
    assert "--unshallow" in unknown["hotspots"]
    assert "--unshallow" in unknown["machine-commits"]


@pytest.mark.parametrize(
    ("said", "lean"),
    [
        (Explained(""), 1.0),
        (Explained("Ada"), -0.3),
        (Explained("Ada", None, "docs/walk.md"), -1.0),
        (Explained("Ada", None, "./docs/walk.md"), -1.0),
        (Explained("Ada", None, "https://wiki.example.com/walk"), -1.0),
        (Explained("Ada", None, "docs/no-such.md"), -0.3),
        (Explained("Ada", None, "../docs/walk.md"), -0.3),
        (Explained("Ada", None, "docs/empty.mp4"), -0.3),
    ],
)
def test_a_recorded_walk_through_weighs_more_than_a_claim(
    tmp_path: Path, said: Explained, lean: float
) -> None:
    files = {**HEALTHY, "docs/walk.md": "# How it works\n", "docs/empty.mp4": ""}
    found = decided(tmp_path, files, Answers(explained=said)).signals
    assert next(s.lean for s in found if s.name == "explained") == lean


def test_gaps_of_a_rebuilt_part_close_with_it(tmp_path: Path) -> None:
    broken = [
        gap("unauthenticated-endpoint", f"src/api.ts#{n}", place=Location("src/api.ts", n))
        for n in range(1, 9)
    ]
    found = assessed(written(tmp_path, HEALTHY), broken)
    tasks = decide(found, Answers(live=False)).plan.tasks
    assert sum(len(task.closes) for task in tasks) == len(broken)


def test_of_many_alike_gaps_some_are_asked_and_all_are_counted(tmp_path: Path) -> None:
    many = [gap("no-tests", f"part-{n}", severity=Severity.MEDIUM) for n in range(30)]
    task = decide(assessed(written(tmp_path, HEALTHY), many)).plan.task("no-tests")
    assert len(task.closes) == 30
    assert task.asked == MOST_ASKED == 8


def test_hours_follow_gaps_and_never_size(tmp_path: Path) -> None:
    large = "".join(f"export const n{n} = {n};\n" for n in range(5_000))
    found = [gap("no-ci", "prototype")]
    small = decide(assessed(written(tmp_path / "a", HEALTHY), found)).estimate
    big = decide(
        assessed(written(tmp_path / "b", {**HEALTHY, "src/large.ts": large}), found)
    ).estimate
    assert small.hours == big.hours


LONG = "".join(f"export const step{n} = (a: number) => a + {n};\n" for n in range(1_100))
QUERIES = 'export const load = () => supabase.from("orders").select("*").limit(9);\n'.replace
SCREEN = (
    'import { createClient } from "@supabase/supabase-js";\n'
    'const supabase = createClient("a", "b");\n'
    + "".join(QUERIES("load", f"load{n}") for n in range(3))
    + LONG
    + "export default function Page() {\n  return (\n    <main>Hello</main>\n  );\n}\n"
)


def test_a_long_file_is_held_by_the_tests_that_reach_it_and_by_no_others(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "x", "dependencies": {"react": "18.3.1", "vite": "5.4.0"}}',
        "index.html": '<script type="module" src="/src/main.tsx"></script>\n',
        "src/main.tsx": 'import Page from "./page";\nexport const app = <Page />;\n',
        "src/page.tsx": SCREEN,
        "src/small.ts": "export const add = (a: number, b: number) => a + b;\n",
    }
    body = '\ntest("adds", () => { expect(f(1, 2)).toBe(3); });\n'
    corner = {**files, "src/small.test.ts": f'import {{ add as f }} from "./small";{body}'}
    assert "long-screen-files" in {g.name for g in decided(tmp_path / "a", corner).grounds}
    reached = {**files, "src/page.test.ts": f'import {{ step1 as f }} from "./page";{body}'}
    assert "long-screen-files" not in {g.name for g in decided(tmp_path / "b", reached).grounds}


@pytest.mark.parametrize("count", [1, 2])
def test_one_structural_gap_alone_is_no_wrong_boundary(tmp_path: Path, count: int) -> None:
    kinds = ("plain-text-secret-column", "home-grown-auth")[:count]
    found = decide(assessed(written(tmp_path, HEALTHY), [gap(kind, "it") for kind in kinds]))
    (debt,) = (s for s in found.signals if s.name == "security-debt")
    assert debt.value.startswith(f"{count} of {count} kinds")
    assert bool(grounds([debt])) is (count == 2)


def test_a_file_that_is_over_a_limit_of_ours_is_not_broken(tmp_path: Path) -> None:
    deep = "\n".join(f"{' ' * n}if True:" for n in range(320)) + f"\n{' ' * 320}pass\n"
    found = decide(assessed(written(tmp_path, {**HEALTHY, "jobs/deep.py": deep})))
    assert any(u.path == "jobs/deep.py" for u in found.assessment.unread)
    (head,) = (s for s in found.signals if s.name == "runnable-head")
    assert head.value.startswith("0 of ")


@pytest.mark.parametrize("signs_in", [False, True])
def test_a_few_open_entry_points_are_no_boundary_at_all_where_nobody_signs_in(
    tmp_path: Path, signs_in: bool
) -> None:
    named = ("candidates", "customers")
    columns = "(id int primary key, full_name text, email text, phone text)"
    table = "".join(f"create table {name} {columns};\n" for name in named)
    handlers = {
        f"app/api/{name}/route.ts": "import { db } from '../../../lib/db';\n"
        f"export async function GET() {{\n  const rows = await db.from('{name}').select('*');\n"
        "  return Response.json(rows.data);\n}\n"
        for name in named
    }
    guarded = {
        "app/api/me/route.ts": "import { db } from '../../../lib/db';\n"
        "export async function GET() {\n  const { data } = await db.auth.getUser();\n"
        "  if (!data.user) return new Response(null, { status: 401 });\n"
        "  return Response.json(await db.from('candidates').select('id'));\n}\n"
    }
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@supabase/supabase-js": "2.0.0"}}',
        "lib/db.ts": "import { createClient } from '@supabase/supabase-js';\n"
        "export const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n",
        "supabase/migrations/1_a.sql": table,
        **handlers,
        **(guarded if signs_in else {}),
    }
    decision = decided(tmp_path / "app", files)
    found = next(s for s in decision.signals if s.name == "guarded-entry-points")
    assert found.value.startswith("2 of ")
    assert ("nothing here asks anybody who he is" in found.value) is not signs_in
    assert (decision.verdict(Component.API) is Verdict.REFACTOR) is not signs_in
