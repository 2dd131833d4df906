"""Coverage: what reports in the repository say, what is demanded, and what is only estimated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from made_assessments import assessed, written
from shipworthy.decide.signal import Signal
from shipworthy.decide.signals.coverage import coverage
from shipworthy.prototype import read_prototype

CODE = {
    "package.json": '{"name": "shop", "dependencies": {"express": "4.0.0"}}',
    "src/price.ts": "export const price = (n: number) => n * 2;\n" * 10,
    "src/tax.ts": "export const tax = (n: number) => n / 5;\n" * 10,
    "src/main.ts": 'import { price } from "./price";\nimport { tax } from "./tax";\n'
    + "console.log(price(1), tax(2));\n" * 8,
}
TEST = {
    "src/price.test.ts": 'import { price } from "./price";\n'
    'test("doubles", () => { expect(price(2)).toBe(4); });\n'
}
_LCOV = "SF:{root}src/price.ts\nDA:1,3\nDA:2,0\nDA:3,1\nDA:4,1\nend_of_record\n"
_CLASS = '<class filename="src/price.ts"><lines>{lines}</lines></class>'
_LINES = '<line number="1" hits="3"/><line number="2" hits="0"/><line number="3" hits="1"/>'
_LINES += '<line number="4" hits="1"/>'
REPORTS = {
    "lcov.info": _LCOV.format(root=""),
    "absolute/lcov.info": _LCOV.format(root="/home/runner/work/shop/"),
    "windows/lcov.info": "SF:C:\\work\\shop\\src\\price.ts\nDA:1,1\nDA:2,0\nDA:3,1\nDA:4,1\n",
    "coverage-summary.json": json.dumps(
        {
            "total": {"lines": {"total": 900, "covered": 1}},
            "/ci/src/price.ts": {"lines": {"total": 4, "covered": 3}},
        }
    ),
    "coverage-final.json": json.dumps(
        {"/ci/src/price.ts": {"statementMap": {}, "s": {"0": 3, "1": 0, "2": 1, "3": 1}}}
    ),
    "coverage.xml": '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM '
    "'http://cobertura.sourceforge.net/xml/coverage-04.dtd'><coverage><packages><package><classes>"
    + _CLASS.format(lines=_LINES)
    + "</classes></package></packages></coverage>",
    "clover.xml": '<coverage><project><file name="price.ts" path="/ci/src/price.ts">'
    '<line num="1" count="3" type="stmt"/><line num="2" count="0" type="stmt"/>'
    '<line num="3" count="1" type="stmt"/><line num="4" count="1" type="stmt"/></file></project></coverage>',
}


def measured(folder: Path, *parts: dict[str, str]) -> Signal:
    files = {name: text for part in parts for name, text in part.items()}
    found = coverage(assessed(written(folder, files)))
    assert found is not None
    return found


@pytest.mark.parametrize("name", REPORTS)
def test_every_format_tells_of_the_same_file(tmp_path: Path, name: str) -> None:
    prototype = read_prototype(written(tmp_path, {**CODE, name: REPORTS[name]}))
    (report,) = prototype.coverage_reports
    assert list(report.files) == ["src/price.ts"]
    assert (report.total.covered, report.total.whole) == (3, 4)


def test_python_reports_are_placed_below_their_source_folder(tmp_path: Path) -> None:
    files = {
        "app/services/prices.py": "def price(n):\n    return n * 2\n",
        "coverage.json": json.dumps(
            {
                "files": {
                    "services/prices.py": {"summary": {"covered_lines": 1, "num_statements": 2}}
                }
            }
        ),
    }
    (report,) = read_prototype(written(tmp_path, files)).coverage_reports
    assert list(report.files) == ["app/services/prices.py"]


def test_what_a_report_leaves_out_is_not_covered(tmp_path: Path) -> None:
    found = measured(tmp_path, CODE, TEST, {"lcov.info": REPORTS["lcov.info"]})
    assert "3 of 4 lines ran in 1 of 3 files" in found.value
    assert "25% of the code" in found.value  # three of four lines in a third of the code
    assert found.lean is not None
    assert -0.2 < found.lean < 0


def test_a_full_report_speaks_for_keeping_and_an_empty_one_against(tmp_path: Path) -> None:
    names = [name for name in CODE if name.endswith(".ts")]
    all_, none = (
        "".join(f"SF:{name}\nDA:1,{hits}\nend_of_record\n" for name in names) for hits in (1, 0)
    )
    assert measured(tmp_path / "a", CODE, {"lcov.info": all_}).lean == -1.0
    assert (measured(tmp_path / "b", CODE, {"lcov.info": none}).lean or 0) > 0.3


def test_a_report_of_another_state_is_not_believed(tmp_path: Path) -> None:
    gone = "".join(f"SF:src/gone{n}.ts\nDA:1,1\nend_of_record\n" for n in range(3))
    found = measured(tmp_path, CODE, {"lcov.info": REPORTS["lcov.info"] + gone})
    assert found.value == "no test runs any of 3 files"


def test_without_a_report_imports_are_an_estimate_and_say_so(tmp_path: Path) -> None:
    found = measured(tmp_path, CODE, TEST)
    assert found.value.startswith("estimated: tests import 1 of 3 files")
    assert found.lean is not None
    assert found.lean >= -0.5


def test_tests_from_outside_leave_coverage_unknown(tmp_path: Path) -> None:
    outside = {
        "e2e/shop.spec.ts": 'import { expect, test } from "@playwright/test";\n'
        'test("buys", async ({ page }) => { await expect(page).toHaveTitle("Shop"); });\n'
    }
    found = measured(tmp_path, CODE, outside)
    assert not found.known
    assert "run them with coverage" in found.reason


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "vitest.config.ts",
            'import { defineConfig } from "vitest/config";\nexport default defineConfig({\n'
            "  test: { coverage: { thresholds: {\n    lines: 70 } } },\n});\n",
            4,
        ),
        (
            "jest.config.js",
            "module.exports = { coverageThreshold: { global: { lines: 70 } } };\n",
            1,
        ),
        ("package.json", '{\n "jest": {"coverageThreshold": {"global": {\n  "lines": 70}}}}', 3),
        (".nycrc.json", '{"check-coverage": true,\n "lines": 70}', 2),
        (".coveragerc", "[report]\nfail_under = 70\n", 2),
        ("pyproject.toml", "[tool.coverage.report]\nfail_under = 70\n", 2),
        (".github/workflows/ci.yml", "jobs:\n  - run: pytest --cov --cov-fail-under=70\n", 2),
    ],
)
def test_a_threshold_is_found_where_it_is_set(
    tmp_path: Path, name: str, text: str, line: int
) -> None:
    (found,) = read_prototype(written(tmp_path, {**CODE, name: text})).coverage_thresholds
    assert (found.percent, found.location.path, found.location.line) == (70, name, line)


def test_a_threshold_without_a_report_is_a_wish(tmp_path: Path) -> None:
    wish = {
        "jest.config.js": "module.exports = { coverageThreshold: { global: { lines: 90 } } };\n"
    }
    with_it, without = (
        measured(tmp_path / "a", CODE, TEST, wish),
        measured(tmp_path / "b", CODE, TEST),
    )
    assert "jest.config.js demands 90 %" in with_it.value
    assert with_it.lean == without.lean


def test_a_number_that_nothing_compares_is_no_threshold(tmp_path: Path) -> None:
    files = {**CODE, ".nycrc": '{"lines": 90}', ".coveragerc": "[report]\nfail_under = many\n"}
    assert read_prototype(written(tmp_path, files)).coverage_thresholds == ()


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><c>&b;</c>',
        '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/hostname">]><class filename="src/price.ts">&x;</class>',
        "<coverage><class",
        "",
        "\x00",
    ],
)
def test_a_hostile_or_broken_report_is_none(tmp_path: Path, text: str) -> None:
    files = {**CODE, "coverage.xml": text, "coverage-final.json": "[1]", "lcov.info": "DA:1,1\nSF:"}
    assert read_prototype(written(tmp_path, files)).coverage_reports == ()
