"""Advisories match as OSV and the registries mean them, and silence is never taken for clean."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shipworthy.controls.supply_chain.vulnerable_dependency.control import VulnerableDependency
from shipworthy.engines.cvss import base_score, severity_of
from shipworthy.engines.osv import osv_source
from shipworthy.engines.osv_database import open_bundled, open_database, status, update
from shipworthy.engines.osv_records import Advisory, clear_version, read_record
from shipworthy.errors import FactUnavailable, ShipworthyError
from shipworthy.finding import Location, Outcome, Severity
from shipworthy.prototype import Engines, read_prototype
from shipworthy.prototype.dependencies.advisories import AdvisoryReport, Match
from shipworthy.prototype.dependencies.dependency import Dependency, Ecosystem
from shipworthy.prototype.dependencies.versions import parse_version
from shipworthy.settings import Settings

TODAY = date(2026, 11, 1)
DAY = "2026-10-20T10:00:00Z"


def record(identity: str, *affected: dict[str, object], **more: object) -> dict[str, object]:
    return {"id": identity, "modified": DAY, "summary": "Bad", "affected": list(affected), **more}


def affects(
    name: str, *events: dict[str, str], ecosystem: str = "npm", **more: object
) -> dict[str, object]:
    ranges = [{"type": "SEMVER", "events": list(events)}] if events else []
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, **more}


def since(introduced: str, **end: str) -> list[dict[str, str]]:
    return [{"introduced": introduced}, *({kind: bound} for kind, bound in end.items())]


def only(found: Iterator[Advisory]) -> Advisory:
    (one,) = found
    return one


def is_affected(advisory: Advisory, version: str) -> bool | None:
    parsed = parse_version(advisory.ecosystem, version)
    assert parsed is not None
    return advisory.affects(parsed)


def dependency(name: str, version: str | None, ecosystem: Ecosystem = Ecosystem.NPM) -> Dependency:
    return Dependency(ecosystem, name, "", version, True, False, None, Location("package.json", 1))


RECORDS = {
    "npm": [
        record(
            "GHSA-aaaa",
            affects("axios", *since("1.0.0", fixed="1.8.2"), *since("0", fixed="0.30.0")),
            database_specific={"severity": "HIGH"},
            aliases=["CVE-2025-1"],
        ),
        record("GHSA-gone", affects("axios", *since("0")), withdrawn=DAY),
        record("MAL-2025-1", affects("lodahs", *since("0"))),
        record("GHSA-unbounded", affects("left-pad", *since("0", fixed="next"))),
    ],
    "PyPI": [
        record(
            "GHSA-bbbb",
            affects("Flask_Cors", *since("0", fixed="4.0.1"), ecosystem="PyPI"),
            aliases=["PYSEC-2024-1", "CVE-2024-1"],
            database_specific={"severity": "MODERATE"},
        ),
        record(
            "PYSEC-2024-1",
            affects("flask-cors", *since("0", fixed="4.0.1"), ecosystem="PyPI"),
            aliases=["CVE-2024-1"],
        ),
        record("PYSEC-2024-2", affects("listed", ecosystem="PyPI", versions=["1.0", "1.0.post1"])),
    ],
}


def archives(root: Path, records: Mapping[str, list[Any]] = RECORDS) -> Path:
    for ecosystem, found in records.items():
        (root / ecosystem).mkdir(parents=True)
        with zipfile.ZipFile(root / ecosystem / "all.zip", "w") as archive:
            for number, one in enumerate(found):
                archive.writestr(f"{number}.json", one if isinstance(one, str) else json.dumps(one))
    return root


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "cache" / "advisories.sqlite3"
    update(source=archives(tmp_path / "osv"), path=path)
    return path


def report(database: Path | None, *dependencies: Dependency, today: date = TODAY) -> AdvisoryReport:
    return osv_source(database, cache=False, today=today)(dependencies)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.29.9", True), ("0.30.0", False), ("1.0.0", True), ("1.8.1", True), ("1.8.2", False),
     ("v1.8.1+build.7", True), ("1.8.2-beta.1", True), ("2.0.0", False)],
)  # fmt: skip
def test_npm_ranges_follow_semver(version: str, expected: bool) -> None:
    assert is_affected(only(read_record(RECORDS["npm"][0])), version) is expected


def test_pypi_ranges_follow_pep_440() -> None:
    advisory = only(
        read_record(record("GHSA-c", affects("a", *since("1.0", fixed="1.10"), ecosystem="PyPI")))
    )
    assert [
        is_affected(advisory, v) for v in ("1.0rc1", "1.0", "1.9.post1", "1.10rc1", "1.10")
    ] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_last_affected_is_inclusive() -> None:
    advisory = only(read_record(record("GHSA-d", affects("a", *since("0", last_affected="1.2.0")))))
    assert is_affected(advisory, "1.2.0") is True
    assert is_affected(advisory, "1.2.1") is False


def test_last_known_range_bounds_an_advisory_without_a_fix() -> None:
    known = {"last_known_affected_version_range": "< 7.23.2"}
    advisory = only(
        read_record(record("GHSA-e", affects("a", *since("0"), database_specific=known)))
    )
    assert is_affected(advisory, "7.23.1") is True
    assert is_affected(advisory, "7.23.2") is False


def test_smallest_fix_above_the_installed_version_is_named(database: Path) -> None:
    found = report(database, dependency("axios", "0.21.0"), dependency("axios", "1.6.0"))
    assert [m.fixed_in for m in found.matches] == ["0.30.0", "1.8.2"]
    assert {m.severity for m in found.matches} == {"high"}


def test_a_version_that_fixes_one_and_has_another_is_not_called_fixed() -> None:
    """One is fixed in 1.9 and 2.3; the other came with 2.0 and is fixed in 2.6."""
    one = only(read_record(record("GHSA-f", affects("a", *since("0", fixed="1.9.0")))))
    other_events = (*since("0", fixed="1.5.0"), *since("1.8.0", fixed="2.6.0"))
    other = only(read_record(record("GHSA-g", affects("a", *other_events))))
    installed = parse_version(one.ecosystem, "1.0.0")
    assert installed is not None
    assert one.fixed_after(installed) == "1.9.0"
    assert clear_version((one, other), installed) == "2.6.0"


def test_python_names_are_normalised_and_twins_told_once(database: Path) -> None:
    found = report(database, dependency("flask-cors", "4.0.0", Ecosystem.PYPI))
    assert [(m.advisory, m.severity) for m in found.matches] == [("GHSA-bbbb", "moderate")]


def test_listed_versions_are_affected(database: Path) -> None:
    found = report(
        database,
        dependency("listed", "1.0.post1", Ecosystem.PYPI),
        dependency("listed", "1.1", Ecosystem.PYPI),
    )
    assert [m.dependency.version for m in found.matches] == ["1.0.post1"]


def test_malicious_package_is_critical(database: Path) -> None:
    (match,) = report(database, dependency("lodahs", "1.0.0")).matches
    assert (match.malicious, match.severity) == (True, "critical")


def test_same_name_in_the_other_registry_is_another_package(database: Path) -> None:
    assert report(database, dependency("axios", "1.6.0", Ecosystem.PYPI)).matches == ()


def test_package_that_cannot_be_compared_is_unchecked_with_the_reason(database: Path) -> None:
    found = report(
        database,
        dependency("axios", None),
        dependency("axios", "git+ssh://git@github.com/axios/axios.git#main"),
        dependency("axios", "latest"),
        dependency("left-pad", "1.0.0"),
    )
    assert found.checked == 0
    assert [reason for _, reason in found.unchecked] == [
        "no exact version: no lock file",
        "installed from an address, not from a registry",
        "its version is not one that can be compared",
        "an advisory has a bound that cannot be compared",
    ]


def test_name_that_a_whole_database_does_not_know_is_clean_in_any_version(database: Path) -> None:
    assert report(database, dependency("unheard-of", None)).checked == 1
    assert report(None, dependency("unheard-of", None)).checked == 0


def test_only_a_whole_and_fresh_database_is_conclusive(database: Path) -> None:
    fresh = report(database, dependency("axios", "1.8.2"))
    assert (fresh.complete, fresh.as_of, fresh.age_days) == (True, date(2026, 10, 20), 12)
    assert fresh.is_conclusive
    assert not report(database, dependency("axios", "1.8.2"), today=date(2026, 12, 1)).is_conclusive
    assert not report(None, dependency("axios", "1.12.0")).is_conclusive


def test_database_of_one_registry_is_not_complete_for_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    update([Ecosystem.NPM], source=archives(tmp_path / "osv") / "npm" / "all.zip", path=path)
    assert report(path, dependency("a", "1.0.0")).complete
    assert not report(path, dependency("a", "1.0.0", Ecosystem.PYPI)).complete


def test_status_says_what_is_there(database: Path) -> None:
    found = status(database, today=TODAY)
    assert (found.complete, found.advisories, found.age_days) == (True, 6, 12)
    assert found.packages == {"PyPI": 2, "npm": 3}
    assert "up to 2026-10-20" in found.sentence


def test_update_over_http_on_this_machine(tmp_path: Path) -> None:
    root = archives(tmp_path / "osv")
    handler = partial(_Quiet, directory=str(root))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said: list[str] = []
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        found = update(source=address, path=tmp_path / "a.sqlite3", progress=said.append)
    finally:
        server.shutdown()
        server.server_close()
    assert found.advisories == 6
    assert any(line.startswith("npm: ") for line in said)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """The test's own output stays readable."""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("http://example.com/osv", "https only"),
        ("ftp://127.0.0.1/osv", "https only"),
        ("http://127.0.0.1:9/osv", "cannot be reached"),
        ("/nowhere", "has no npm/all.zip"),
    ],
)
def test_unreachable_source_is_one_clear_error(source: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ShipworthyError, match=said):
        update(source=source, path=tmp_path / "a.sqlite3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"<html>proxy login</html>"])
def test_bad_zip_leaves_the_old_database(content: bytes, database: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(content)
    before = database.read_bytes()
    with pytest.raises(ShipworthyError, match="no readable zip"):
        update([Ecosystem.NPM], source=bad, path=database)
    assert database.read_bytes() == before
    assert [p.name for p in database.parent.iterdir()] == [database.name]


def test_archive_without_records_is_refused(tmp_path: Path) -> None:
    root = archives(tmp_path / "osv", {"npm": ["not json", "[]"], "PyPI": [{"id": 3}]})
    with pytest.raises(ShipworthyError, match="hold no advisory"):
        update(source=root, path=tmp_path / "a.sqlite3")


def test_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ShipworthyError, match="could not be written"):
        update(source=archives(tmp_path / "osv"), path=tmp_path / "file" / "a.sqlite3")


def test_broken_database_says_how_to_mend_it(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_text("no database")
    with pytest.raises(FactUnavailable, match="advisories update"):
        open_database(path)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"id": 3},
        {"id": "X", "affected": {}},
        {"id": "X", "affected": [None, {}, {"package": 3}]},
        record("X", affects("a") | {"ranges": [None, {"type": "SEMVER"}]}),
        record("X", affects("a") | {"ranges": [{"type": "SEMVER", "events": [3, {"fixed": 3}]}]}),
    ],
)
def test_odd_records_give_nothing(odd: dict[str, object]) -> None:
    assert list(read_record(odd)) == []


def test_bundled_records_are_well_formed_and_plenty() -> None:
    bundled = open_bundled()
    assert not bundled.complete
    assert bundled.count >= 60
    known = bundled.packages()
    assert known["npm"] >= 30
    assert known["PyPI"] >= 20
    keys = [(Ecosystem.NPM, "axios"), (Ecosystem.PYPI, "jinja2")]
    for advisories in bundled.advisories(keys).values():
        for advisory in advisories:
            assert advisory.id.startswith("GHSA-")
            assert advisory.severity
            assert is_affected(advisory, "0.0.1") is not None


@pytest.mark.parametrize(
    ("vector", "score", "word"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "moderate"),
        ("CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:C/C:L/I:L/A:N", 3.7, "low"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, ""),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N", None, ""),
        ("CVSS:3.1/AV:N", None, ""),
    ],
)
def test_cvss_vectors_give_the_published_scores(
    vector: str, score: float | None, word: str
) -> None:
    assert base_score(vector) == score
    assert severity_of(vector) == word


@pytest.mark.parametrize(
    ("code", "severities"),
    [
        ("export const rate = 1;", [Severity.HIGH, Severity.LOW]),
        ('const axios = require("axios");', [Severity.HIGH, Severity.HIGH]),
    ],
)
def test_a_library_that_only_the_app_beside_a_folder_imports_weighs_little_there(
    code: str, severities: list[Severity], tmp_path: Path
) -> None:
    (tmp_path / "functions").mkdir()
    for folder in (tmp_path, tmp_path / "functions"):
        (folder / "package.json").write_text(json.dumps({"dependencies": {"axios": "1.6.0"}}))
    (tmp_path / "rates.ts").write_text('import axios from "axios";')
    (tmp_path / "functions" / "index.js").write_text(code)

    def source(packages: Sequence[Dependency]) -> AdvisoryReport:
        matches = tuple(
            Match(p, "GHSA-x", (), "Bad", "high", "1.8.2", False, "1.8.2") for p in packages
        )
        return AdvisoryReport(matches, len(matches), (), True, TODAY, "test", 1, 1)

    read = read_prototype(tmp_path, Settings(workers=1), Engines(advisories=source))
    found = [f for f in VulnerableDependency().detect(read) if f.outcome is Outcome.GAP]
    assert [f.severity for f in sorted(found, key=lambda f: f.subject)] == severities


@pytest.mark.parametrize(
    ("script", "code", "severity"),
    [
        ("vite", "export const rate = 1;", Severity.LOW),
        ("vite", 'import axios from "axios";', Severity.HIGH),
        ("axios --ping", "export const rate = 1;", Severity.HIGH),
    ],
)
def test_library_that_nothing_imports_weighs_little(
    script: str, code: str, severity: Severity, tmp_path: Path
) -> None:
    manifest = {"scripts": {"dev": script}, "dependencies": {"axios": "1.6.0"}}
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "rates.ts").write_text(code)

    def source(packages: Sequence[Dependency]) -> AdvisoryReport:
        matches = tuple(
            Match(p, "GHSA-x", (), "Bad", "high", "1.8.2", False, "1.8.2") for p in packages
        )
        return AdvisoryReport(matches, len(matches), (), True, TODAY, "test", 1, 1)

    read = read_prototype(tmp_path, Settings(workers=1), Engines(advisories=source))
    (gap,) = (f for f in VulnerableDependency().detect(read) if f.outcome is Outcome.GAP)
    assert gap.severity is severity
    assert ("no code of the app imports it" in gap.message) is (severity is Severity.LOW)


@pytest.mark.parametrize(
    ("flaw", "user", "severity"),
    [
        ("Possible SSRF via Absolute URL", "main.tsx", Severity.LOW),
        ("Possible SSRF via Absolute URL", "api/index.ts", Severity.HIGH),
        ("Cross-site scripting", "main.tsx", Severity.HIGH),
    ],
)
def test_a_client_that_pages_use_alone_leads_no_server_astray(
    flaw: str, user: str, severity: Severity, tmp_path: Path
) -> None:
    manifest = {
        "dependencies": {"axios": "1.7.7", "react": "18.0.0", "express": "5.0.0"},
        "devDependencies": {"vite": "5.0.0"},
    }
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "index.html").write_text('<script type="module" src="/main.tsx"></script>')
    (tmp_path / "main.tsx").write_text("export const page = <p>Hello</p>;\n")
    (tmp_path / "api").mkdir()
    (tmp_path / user).write_text(
        'import axios from "axios";\nexport const asked = axios.create({ baseURL: "/a" });\n'
    )

    def source(packages: Sequence[Dependency]) -> AdvisoryReport:
        matches = tuple(
            Match(p, "GHSA-x", (), flaw, "high", "1.8.2", False, "1.12.0")
            for p in packages
            if p.name == "axios"
        )
        return AdvisoryReport(matches, len(matches), (), True, TODAY, "test", 1, 1)

    read = read_prototype(tmp_path, Settings(workers=1), Engines(advisories=source))
    (gap,) = (f for f in VulnerableDependency().detect(read) if f.outcome is Outcome.GAP)
    assert gap.severity is severity
    assert "fixed in 1.8.2, and all that is known of the package in 1.12.0" in gap.message


def test_a_package_is_found_where_it_is_asked_for_and_not_among_words(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["wheel"]\n[project]\nname = "board"\nkeywords = [\n  "flask",\n]\n'
        'dependencies = [\n  "flask",\n]\n[dependency-groups]\ntools = ["wheel"]\n'
    )
    read = read_prototype(tmp_path, Settings(workers=1), Engines())
    places = {d.name: d.location.line for d in read.dependencies.packages}
    assert places == {"flask": 9, "wheel": 12}


def test_an_authority_that_is_trusted_no_more_weighs_little(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("certifi==2022.12.7\nrequests==2.32.3\n")
    (tmp_path / "app.py").write_text("import certifi\nimport requests\n")

    def source(packages: Sequence[Dependency]) -> AdvisoryReport:
        matches = tuple(
            Match(p, "GHSA-x", (), "Removal of a root", "high", "2023.7.22", False, "2023.7.22")
            for p in packages
        )
        return AdvisoryReport(matches, len(matches), (), True, TODAY, "test", 1, 1)

    read = read_prototype(tmp_path, Settings(workers=1), Engines(advisories=source))
    found = [f for f in VulnerableDependency().detect(read) if f.outcome is Outcome.GAP]
    assert {f.subject.partition("@")[0]: f.severity for f in found} == {
        "pypi:certifi": Severity.LOW,
        "pypi:requests": Severity.HIGH,
    }


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"app.py": "import flask\n", ".gitignore": "# Django stuff:\n"}, Severity.LOW),
        ({"app.py": "import flask\n", "requirements-dev.txt": "Django==3.2.9\n"}, Severity.LOW),
        ({"app.py": "from django.db import models\n"}, Severity.CRITICAL),
        (
            {"app.py": "import flask\n", "Procfile": "web: django-admin runserver\n"},
            Severity.CRITICAL,
        ),
        ({"main.go": "package main\n"}, Severity.CRITICAL),  # its code may lie elsewhere
    ],
)
def test_python_package_that_nothing_names_weighs_little(
    files: dict[str, str], severity: Severity, tmp_path: Path
) -> None:
    for path, text in {**files, "requirements.txt": "Django==3.2.9\nFlask==3.0.3\n"}.items():
        (tmp_path / path).write_text(text)

    def source(packages: Sequence[Dependency]) -> AdvisoryReport:
        matches = tuple(
            Match(p, "GHSA-x", (), "SQL injection", "critical", "3.2.14", False, "3.2.14")
            for p in packages
            if p.name == "django"
        )
        return AdvisoryReport(matches, len(matches), (), True, TODAY, "test", 1, 1)

    read = read_prototype(tmp_path, Settings(workers=1), Engines(advisories=source))
    (gap,) = (f for f in VulnerableDependency().detect(read) if f.outcome is Outcome.GAP)
    assert gap.severity is severity
    assert ("no code of the app imports it" in gap.message) is (severity is Severity.LOW)


@pytest.mark.parametrize(
    ("page", "severity"),
    [
        ("export const App = () => <p>Rates</p>;\n", Severity.LOW),
        (
            'import { rate } from "./rates";\nexport const App = () => <p>{rate()}</p>;\n',
            Severity.HIGH,
        ),
    ],
)
def test_library_of_code_that_nothing_leads_to_weighs_little(
    page: str, severity: Severity, tmp_path: Path
) -> None:
    manifest = {
        "dependencies": {"axios": "1.6.0", "react": "18.0.0"},
        "devDependencies": {"vite": "5.0.0"},
    }
    first = 'import { App } from "./App";\nimport { createRoot } from "react-dom/client";\n'
    files = {
        "package.json": json.dumps(manifest),
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/main.tsx": first + "createRoot(document.body).render(<App />);\n",
        "src/App.tsx": page,
        "src/rates.ts": 'import axios from "axios";\nexport const rate = () => axios.get("/rate");\n',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)

    def source(packages: Sequence[Dependency]) -> AdvisoryReport:
        known = [p for p in packages if p.name == "axios"]
        matches = tuple(
            Match(p, "GHSA-x", (), "Bad", "high", "1.8.2", False, "1.8.2") for p in known
        )
        return AdvisoryReport(matches, len(matches), (), True, TODAY, "test", 1, 1)

    read = read_prototype(tmp_path, Settings(workers=1), Engines(advisories=source))
    (gap,) = (f for f in VulnerableDependency().detect(read) if f.outcome is Outcome.GAP)
    assert gap.severity is severity
    assert ("which only code imports that nothing leads to" in gap.message) is (
        severity is Severity.LOW
    )
