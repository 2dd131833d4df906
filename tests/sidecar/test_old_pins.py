"""Old pins: what takes the place of a version that this Python cannot have, or that fits nothing any more."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Mapping
from os.path import normpath
from pathlib import Path

import pytest
from apps import running, written

from shipworthy.harden import python_packages
from shipworthy.harden.fitting import fitting
from shipworthy.harden.loosening import Wanted
from shipworthy.harden.requirement_lists import NoPackages, requirements
from shipworthy.sidecar.application.misfit import Misfit, misfit
from shipworthy.sidecar.application.problem import CannotRun

NONE = (
    "ERROR: Could not find a version that satisfies the requirement {} (from versions: {})\n"
    "ERROR: No matching distribution found for {}\n"
)
CONFLICT = """ERROR: Cannot install -r r.txt (line 1) and numpy==2.1.0 because these conflict.

The conflict is caused by:
    The user requested numpy==2.1.0
    scipy 1.9.3 depends on numpy<1.26.0 and >=1.18.5

Additionally, some packages in these conflicts have no matching distributions available for your environment:
    other_model

To fix this you could try to:
"""


@pytest.mark.parametrize(
    ("line", "asked", "versions", "expected"),
    [
        (
            "numpy==1.21.0",
            "numpy==1.21.0",
            "1.20, 1.23.2, 2.0rc1, 1.26.4, 2.1.0",
            "numpy>=1.21.0,<2",
        ),
        ("a[x,y]==3.7.4", "a[x,y]==3.7.4", "4.0, 4.1", "a[x,y]>=3.7.4,<5"),
        ("made-up==9.9", "made-up==9.9", "1.0, 2.0", "made-up"),
        ("b>=2,<3", "b<3,>=2", "1.0, 4.0", "b"),
        ("c==1 ; python_version > '3'", "c==1", "1.5", 'c>=1,<2 ; python_version > "3"'),
        ("Some_Name==1", "some-name==1", "1.1", "Some_Name>=1,<2"),
    ],
)
def test_the_nearest_newer_version_with_a_wheel_takes_the_place(
    line: str, asked: str, versions: str, expected: str
) -> None:
    wanted = Wanted((line, "stays==1"))
    assert wanted.loosened(NONE.format(asked, versions, asked)).lines == (expected, "stays==1")


def test_what_has_no_wheel_at_all_is_built_and_else_left_out() -> None:
    wanted = Wanted(("feedparser==6", "old==1"))
    below = wanted.loosened(NONE.format("sgmllib3k (from feedparser)", "none", "sgmllib3k"))
    assert below == Wanted(wanted.lines, frozenset({"sgmllib3k"}))
    built = below.loosened(NONE.format("old==1", "none", "old==1"))
    assert built.from_source == {"sgmllib3k", "old"}
    failed = built.loosened("ERROR: Failed to build 'old' when getting requirements to build wheel")
    assert failed == Wanted(("feedparser==6",), frozenset({"sgmllib3k"}))
    assert (
        wanted.loosened("ERROR: Could not install packages due to an OSError: disk full") == wanted
    )


def test_of_pins_that_exclude_each_other_those_named_give_way() -> None:
    wanted = Wanted(("scipy==1.9.3", "numpy==2.1.0", "other==1"))
    loose = wanted.loosened(CONFLICT)
    assert loose.lines == ("scipy>=1.9.3", "numpy>=2.1.0", "other==1")
    built = loose.loosened(CONFLICT)  # nothing is left to give way: what has no wheel is built
    assert built == Wanted(loose.lines, frozenset({"other-model"}))
    assert built.loosened(CONFLICT) == built


def test_as_many_bounds_stay_as_go_together_and_the_first_ones_win() -> None:
    lines = ("a==1", "b==1", "free", "c==1", "d<2", "e==9")

    def resolves(wanted: Wanted) -> bool:
        asked = set(wanted.lines)
        no_wheel = bool({"c==1", "c>=1,<2"} & asked)
        return not (no_wheel or {"a==1", "d<2"} <= asked)

    asked: list[Wanted] = []
    found = fitting(Wanted(lines), lambda wanted: asked.append(wanted) or resolves(wanted))
    assert found == Wanted(("a==1", "b==1", "free", "c>=1,<3", "d", "e==9"))
    assert len(asked) < 2 * len(lines)


def test_what_cannot_be_had_even_without_bounds_is_left_to_pip() -> None:
    assert fitting(Wanted(("a==1", "sgmllib3k")), lambda _: False) is None


def test_all_bounds_stay_where_they_go_together() -> None:
    wanted = Wanted(("a==1", "b<2"), frozenset({"a"}))
    assert fitting(wanted, lambda _: True) == wanted


def test_a_name_that_comes_as_source_alone_is_asked_for_by_that_of_its_wheel() -> None:
    assert Wanted(("psycopg2>=2.9",)).as_wheels().lines == ("psycopg2-binary>=2.9",)


def listed(folder: Path, files: Mapping[str, str]) -> list[str]:
    for name, text in files.items():
        (folder / name).write_text(text)
    return list(requirements(folder, []))


def test_the_lists_of_poetry_and_pipenv_are_read(tmp_path: Path) -> None:
    poetry = """[tool.poetry.dependencies]
python = "^3.11"
flask = "^2.0.1"
zero = "^0.3"
tilde = "~1.2"
exact = "1.5"
some = {version = "*", extras = ["x"]}
mine = {path = "../mine"}
"""
    left: list[str] = []
    (tmp_path / "pyproject.toml").write_text(poetry)
    assert list(requirements(tmp_path, left)) == [
        *("flask>=2.0.1,<3", "zero>=0.3,<0.4", "tilde~=1.2", "exact==1.5", "some[x]")
    ]
    assert left == ["mine @ file:../mine"]
    with pytest.raises(NoPackages, match="builds are not run"):
        list(requirements(tmp_path))
    (tmp_path / "pyproject.toml").unlink()
    assert listed(tmp_path, {"Pipfile": '[packages]\nflask = "*"\nx = "==1.2"\n'}) == [
        *("flask", "x==1.2")
    ]


def wheel(
    folder: Path, name: str, version: str, code: str, needs: str = "", tag: str = "py3"
) -> None:
    """A wheel of one module."""
    info = f"{name}-{version}.dist-info"
    asks = f"Requires-Dist: {needs}\n" if needs else ""
    files = {
        f"{name}/__init__.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{asks}",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in files) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}-none-any.whl", "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(path, text)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks; packages are kept elsewhere than the user's."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    other = tmp_path / "other" / "python"  # as on many machines: another Python, or none
    other.parent.mkdir()
    other.write_text("#!/bin/sh\nexit 3\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}:{os.environ['PATH']}")
    place = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": "/dev/null"}
    place |= {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(folder), "UV_NO_CONFIG": "1"}
    monkeypatch.setattr(
        python_packages, "network", lambda: {**place, "UV_CACHE_DIR": str(tmp_path / "uv")}
    )
    return folder


@pytest.fixture(params=["pip", "uv"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What installs: the same has to come of both."""
    if request.param == "pip":
        monkeypatch.setattr(python_packages, "find_uv", lambda: None)
    elif python_packages.find_uv() is None:
        pytest.skip("uv is not installed")


SERVER = """import http.server as s, os
import pages
if __name__ == '__main__':
    s.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), s.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.usefixtures("installer")
@pytest.mark.skipif(sys.platform != "linux", reason="a declared program is found by its listeners")
def test_a_prototype_with_old_pins_comes_up_and_the_versions_are_told(
    tmp_path: Path, shelf: Path
) -> None:
    wheel(shelf, "pages", "2.11", "from marks import soft", "marks>=0.2")
    wheel(shelf, "pages", "3.1", "from marks import escape", "marks>=2.0")
    wheel(shelf, "marks", "2.0", "soft = escape = str", tag="py2")  # none for this Python
    wheel(shelf, "marks", "2.1", "escape = str")
    files = {
        "requirements.txt": "pages==2.11\nmarks==2.0\n",
        "main.py": SERVER,
        "Procfile": "web: python main.py\n",
    }
    prototype = written(tmp_path / "app", files)
    for run in ("first", "from what was kept"):
        said: list[str] = []
        with running(prototype, tmp_path / "place", said=said) as launched:
            assert launched.status == 200, run
        assert said[-1] == (
            "not the versions that its files ask for: pages 3.1 (==2.11), marks 2.1 (==2.0)"
        )
    assert not any("installing others" in line for line in said)  # nor tried again in vain


@pytest.mark.usefixtures("installer")
def test_what_still_fails_is_told_with_its_last_words(tmp_path: Path, shelf: Path) -> None:
    wheel(shelf, "pages", "2.11", "from marks import soft", "marks")
    wheel(shelf, "marks", "2.1", "")
    files = {
        "requirements.txt": "pages==2.11\n",
        "main.py": SERVER,
        "Procfile": "web: python main.py\n",
    }
    prototype = written(tmp_path / "app", files)
    with (
        pytest.raises(CannotRun, match="cannot import name 'soft' from 'marks'"),
        running(prototype, tmp_path / "place"),
    ):
        pass


def traceback(place: Path, raised: str, *files: str) -> str:
    frames = "".join(
        f'  File "{normpath(place / file)}", line 1, in f\n    x()\n' for file in files
    )
    return f"started\nTraceback (most recent call last):\n{frames}{raised}\n"


@pytest.mark.parametrize(
    ("raised", "files", "expected"),
    [
        (
            "TypeError: Client.__init__() got an unexpected keyword argument 'proxies'",
            ("../app.py", "openai/client.py"),
            Misfit(free=("openai",)),
        ),
        (
            "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/x)",
            ("../app.py", "flask/app.py"),
            Misfit(free=("flask", "werkzeug")),
        ),
        (
            "ModuleNotFoundError: No module named 'pkg_resources'",
            ("flask/app.py",),
            Misfit(add="setuptools<81"),
        ),
        ("ModuleNotFoundError: No module named 'yaml'", ("../app.py",), Misfit(add="pyyaml")),
        ("ModuleNotFoundError: No module named 'helpful_llm_x'", ("../app.py",), None),
        (
            'RuntimeError: Form data requires "python-multipart" to be installed. \n'
            'You can install "python-multipart" with: \n\npip install python-multipart\n',
            ("../app.py", "fastapi/u.py"),
            Misfit(add="python-multipart"),
        ),
        ("RuntimeError: pip install helpful_llm_x", ("openai/client.py",), None),
        ("TypeError: unsupported operand", ("openai/client.py", "../app.py"), None),
        ("KeyError: 'OPENAI_API_KEY'", ("../app.py", "openai/client.py"), None),
    ],
)
def test_a_traceback_tells_which_packages_do_not_go_together(
    raised: str, files: tuple[str, ...], expected: Misfit | None, tmp_path: Path
) -> None:
    place = tmp_path / "packages"
    for name in ("openai", "flask", "fastapi"):
        for path in (
            f"{name}/app.py",
            f"{name}-1.0.dist-info/METADATA",
            f"{name}-1.0.dist-info/RECORD",
        ):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(
                f"{name}/app.py,,\n" if "RECORD" in path else f"Name: {name}\n"
            )
    assert misfit(traceback(place, raised, *files), place) == expected
