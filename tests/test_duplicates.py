"""Which blocks of logic stand in several places."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.duplicates import blocks
from shipworthy.prototype.duplicates.blocks import Duplicates
from shipworthy.prototype.duplicates.lines import Renaming, is_logic


def logic(count: int, name: str = "total") -> str:
    lines = (f"  {name} = {name} + measure(rows[{n}].amount, limits{n});" for n in range(count))
    return "\n".join(("", f"export function add(rows, {name}) {{", *lines, "}", ""))


def duplicates(root: Path, files: dict[str, str]) -> Duplicates:
    return prototype_of(root, files).duplicates


def test_a_block_is_found_where_names_differ_one_for_one(tmp_path: Path) -> None:
    text = logic(40)
    other = text.replace("export function add", "export function sum")
    found = duplicates(tmp_path, {"a.ts": text, "b.ts": "const first = 1;\n" + other})
    (block,) = found.blocks
    assert [(p.path, p.line, p.end_line) for p in block.places] == [
        ("a.ts", 2, 43),
        ("b.ts", 3, 44),
    ]


def test_three_places_of_one_block_are_one_block(tmp_path: Path) -> None:
    files = {name: logic(40) for name in ("a.ts", "b.ts", "c.ts")}
    (block,) = duplicates(tmp_path, files).blocks
    assert [place.path for place in block.places] == ["a.ts", "b.ts", "c.ts"]


def test_a_block_does_not_repeat_itself(tmp_path: Path) -> None:
    assert duplicates(tmp_path, {"a.ts": logic(90)}).blocks == ()


def test_a_file_that_was_copied_as_a_whole_is_another_project(tmp_path: Path) -> None:
    assert duplicates(tmp_path, {"one/money.ts": logic(40), "two/money.ts": logic(40)}).blocks == ()


def test_a_part_of_a_block_is_no_other_block(tmp_path: Path) -> None:
    files = {"a.ts": logic(90), "b.ts": logic(90), "c.ts": logic(40)}
    found = duplicates(tmp_path, files).blocks
    assert [(b.size, len(b.places)) for b in found] == [(92, 2)]


def test_files_beyond_the_most_lines_are_counted_as_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MOST_LINES", 50)
    found = duplicates(tmp_path, {name: logic(40) for name in ("a.ts", "b.ts", "c.ts")})
    assert len(found.blocks) == 1
    assert found.unread == 1


def test_a_name_stands_for_one_other_name_only() -> None:
    names = Renaming()
    assert names.fits("total = orders.length + count", "sum = bills.length + count")
    assert not names.fits("total = total + 1", "sum = bills + 1")
    assert not names.fits("return total", "throw sum")


def test_markup_types_and_tables_are_no_logic() -> None:
    for line in (
        '<Card className="p-4">',
        "name: string;",
        'label: "Open",',
        "onClick={save}",
        "}",
    ):
        assert not is_logic(line), line
    for line in (
        "const rows = await load(id);",
        "if (open) return;",
        "total += row.amount * fee(row)",
    ):
        assert is_logic(line) or "+=" in line, line
