"""Which files load each other in a circle, and what they need of each other while they are loaded."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.modules.cycles import Cycle


def cycles(root: Path, files: dict[str, str]) -> tuple[Cycle, ...]:
    return prototype_of(root, files).cycles


def ways(found: tuple[Cycle, ...]) -> list[list[str]]:
    return [[step.importer for step in cycle.steps] for cycle in found]


def test_the_shortest_way_around_a_group_is_shown(tmp_path: Path) -> None:
    found = cycles(
        tmp_path,
        {
            "a.ts": 'import { b } from "./b"; export const a = () => b();',
            "b.ts": 'import { c } from "./c"; export const b = () => c();',
            "c.ts": 'import { a } from "./a"; import { b } from "./b"; export const c = () => a(b);',
        },
    )
    assert ways(found) == [["b.ts", "c.ts"]]
    assert found[0].files == ("a.ts", "b.ts", "c.ts")


def test_a_base_class_out_of_the_circle_is_needed_at_load(tmp_path: Path) -> None:
    found = cycles(
        tmp_path,
        {
            "base.ts": 'import { Card } from "./card"; export class Base { make() { return new Card() } }',
            "card.ts": 'import { Base } from "./base";\nexport class Card extends Base {}',
        },
    )
    used = {step.importer: step.used and step.used.line for step in found[0].steps}
    assert used == {"base.ts": None, "card.ts": 2}


def test_a_declared_function_is_there_before_its_file_runs(tmp_path: Path) -> None:
    found = cycles(
        tmp_path,
        {
            "a.ts": 'import { b } from "./b";\nexport const list = b();\nexport const one = 1;',
            "b.ts": 'import { one } from "./a"; export function b() { return [one] }',
        },
    )
    assert [step.used for step in found[0].steps] == [None, None]


def test_a_python_decorator_out_of_the_circle_is_needed_at_load(tmp_path: Path) -> None:
    found = cycles(
        tmp_path,
        {
            "web.py": "import jobs\nserver = object()\n\ndef start():\n    jobs.run()\n",
            "jobs.py": "import web\n\n@web.server.task\ndef run():\n    pass\n",
        },
    )
    used = {step.importer: step.used and step.used.line for step in found[0].steps}
    assert used == {"jobs.py": 3, "web.py": None}


def test_a_module_of_a_package_does_not_load_the_package_again(tmp_path: Path) -> None:
    found = cycles(
        tmp_path,
        {
            "app/__init__.py": "from .web import start\n",
            "app/web.py": "from . import data\nfrom .data import rows\nimport app.data\n",
            "app/data.py": "def rows():\n    return []\n",
        },
    )
    assert found == ()


def test_what_a_package_has_before_it_loads_a_module_is_there_whoever_comes_first(
    tmp_path: Path,
) -> None:
    found = cycles(
        tmp_path,
        {
            "app/__init__.py": "from .users import User\nfrom .staff import Staff\n",
            "app/users.py": "class User:\n    pass\n",
            "app/staff.py": "from app import User\n\nclass Staff(User):\n    pass\n",
            "lib/__init__.py": "from .staff import Staff\nfrom .users import User\n",
            "lib/users.py": "class User:\n    pass\n",
            "lib/staff.py": "from lib import User\n\nclass Staff(User):\n    pass\n",
        },
    )
    used = {step.importer: step.used is not None for c in found for step in c.steps}
    assert used["app/staff.py"] is False
    assert used["lib/staff.py"] is True


def test_a_name_of_the_package_itself_loads_the_package(tmp_path: Path) -> None:
    found = cycles(
        tmp_path,
        {
            "app/__init__.py": "from app import models\n\nlimit = 5\n",
            "app/models.py": "import app\n\ndef first():\n    return app.limit\n",
        },
    )
    assert ways(found) == [["app/__init__.py", "app/models.py"]]
