"""Manifests and lock files are read as their package managers mean them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.dependencies.dependency import Dependencies, Dependency, Manifest
from shipworthy.settings import Settings

PNPM_9 = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      '@scope/kit':
        specifier: ^2.0.0
        version: 2.1.0(react@18.3.1)
      old:
        specifier: npm:left-pad@^1.0.0
        version: left-pad@1.3.0
    devDependencies:
      vite:
        specifier: ^5.0.0
        version: 5.4.1(@types/node@22.0.0)

packages:

  '@scope/kit@2.1.0':
    resolution: {integrity: sha512-aa}
    peerDependencies:
      react: '*'

  esbuild@0.21.5:
    resolution: {integrity: sha512-bb}
    hasBin: true

  left-pad@1.3.0:
    resolution: {integrity: sha512-cc}

  react@18.3.1:
    resolution: {integrity: sha512-dd}

  vite@5.4.1:
    resolution: {integrity: sha512-ee}

snapshots:

  '@scope/kit@2.1.0(react@18.3.1)':
    dependencies:
      react: 18.3.1

  esbuild@0.21.5: {}

  left-pad@1.3.0: {}

  react@18.3.1: {}

  vite@5.4.1(@types/node@22.0.0):
    dependencies:
      esbuild: 0.21.5
"""
PNPM_5 = """lockfileVersion: 5.4

specifiers:
  axios: ^1.6.0
  jest: ^29.0.0

dependencies:
  axios: 1.6.0

devDependencies:
  jest: 29.7.0_ts-node@10.9.2

packages:

  /axios/1.6.0:
    resolution: {integrity: sha512-aa}
    dependencies:
      form-data: 4.0.0
    dev: false

  /@babel/core/7.23.0:
    resolution: {integrity: sha512-bb}
    dev: true

  /form-data/4.0.0:
    resolution: {integrity: sha512-cc}
    dev: false

  /jest/29.7.0_ts-node@10.9.2:
    resolution: {integrity: sha512-dd}
    dev: true
"""
PNPM_6 = """lockfileVersion: '6.0'

dependencies:
  axios:
    specifier: ^1.6.0
    version: 1.6.0(debug@4.3.4)

packages:

  /axios@1.6.0(debug@4.3.4):
    resolution: {integrity: sha512-aa}
    dev: false

  /@babel/core@7.23.0:
    resolution: {integrity: sha512-bb}
    dev: true
"""
YARN_1 = """# yarn lockfile v1


"@scope/kit@^2.0.0", "@scope/kit@^2.1.0":
  version "2.1.0"
  resolved "https://registry.yarnpkg.com/@scope/kit/-/kit-2.1.0.tgz#aa"
  dependencies:
    lodash "^4.17.0"

lodash@^4.17.0:
  version "4.17.21"

lodash@4.17.20:
  version "4.17.20"
"""
YARN_BERRY = """__metadata:
  version: 8
  cacheKey: 10c0

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    axios: "npm:^1.6.0"
  languageName: unknown
  linkType: soft

"axios@npm:^1.6.0":
  version: 1.6.0
  resolution: "axios@npm:1.6.0"
  dependencies:
    form-data: "npm:^4.0.0"
  checksum: 10c0/aa
  languageName: node
  linkType: hard

"form-data@npm:^4.0.0":
  version: 4.0.0
  resolution: "form-data@npm:4.0.0"
  languageName: node
  linkType: hard
"""
BUN = """{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "app", "dependencies": { "axios": "^1.6.0", }, },
  },
  "packages": {
    "axios": ["axios@1.6.0", "", { "dependencies": { "form-data": "^4.0.0" } }, "sha512-aa=="],

    "form-data": ["form-data@4.0.0", "", {}, "sha512-bb=="],

    "other/form-data": ["form-data@3.0.0", "", {}, "sha512-cc=="],

    "web": ["web@workspace:apps/web"],
  }
}
"""
UV = """version = 1
requires-python = ">=3.11"

[[package]]
name = "api"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
    { name = "fastapi" },
]

[package.dev-dependencies]
dev = [
    { name = "pytest" },
]

[[package]]
name = "fastapi"
version = "0.115.6"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "starlette" },
    { name = "typing-extensions", marker = "python_full_version < '3.13'" },
]
wheels = [
    { url = "https://files.pythonhosted.org/fastapi.whl", hash = "sha256:aa", size = 1 },
]

[[package]]
name = "internal"
version = "1.0"
source = { git = "https://github.com/example/internal?rev=main#0123" }

[[package]]
name = "pytest"
version = "8.3.4"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "starlette"
version = "0.41.3"
source = { registry = "https://pypi.org/simple" }
"""
POETRY = """[[package]]
name = "Flask"
version = "3.0.0"
optional = false
groups = ["main"]

[package.dependencies]
Werkzeug = ">=3.0.0"

[package.extras]
async = ["asgiref (>=3.2)"]

[[package]]
name = "werkzeug"
version = "3.0.1"

[[package]]
name = "black"
version = "24.1.0"
groups = ["dev"]

[metadata]
lock-version = "2.1"
"""


def read(root: Path, files: Mapping[str, object]) -> Dependencies:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
    return read_prototype(root, Settings(workers=1)).dependencies


def package(found: Dependencies, name: str, version: str | None = None) -> Dependency:
    (one,) = (d for d in found.packages if d.name == name and version in (None, d.version))
    return one


def manifest(found: Dependencies, path: str = "package.json") -> Manifest:
    (one,) = (m for m in found.manifests if m.path == path)
    return one


def asks(**sections: Mapping[str, str]) -> dict[str, object]:
    return {"name": "app", **sections}


def test_npm_lock_gives_version_line_licence_and_who_asked(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"dependencies": {"axios": "^1.6.0"}},
            "node_modules/axios": {"version": "1.6.0", "license": "MIT"},
            "node_modules/vite": {"version": "5.4.1", "dev": True},
            "node_modules/other": {"version": "1.0.0"},
            "node_modules/other/node_modules/axios": {"version": "0.21.0"},
            "packages/web": {"version": "1.0.0"},
            "node_modules/web": {"resolved": "packages/web", "link": True},
        },
    }
    manifests = asks(dependencies={"axios": "^1.6.0"}, devDependencies={"vite": "^5.0.0"})
    found = read(tmp_path, {"package.json": manifests, "package-lock.json": lock})
    axios = package(found, "axios", "1.6.0")
    assert (axios.direct, axios.development, axios.licence) == (True, False, "MIT")
    assert str(axios.location) == "package.json:4"
    nested = package(found, "axios", "0.21.0")
    assert (nested.direct, nested.specifier) == (False, "")
    lines = (tmp_path / "package-lock.json").read_text().split("\n")
    assert "other/node_modules/axios" in lines[nested.location.line - 1]
    assert package(found, "vite").development
    assert {d.name for d in found.packages} == {"axios", "vite", "other"}


def test_a_workspace_with_a_version_of_its_own_asks_for_that_one(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"workspaces": ["web", "api"]},
            "node_modules/next": {"version": "16.1.1"},
            "api/node_modules/next": {"version": "15.1.6"},
            "api": {"dependencies": {"next": "15.1.6"}},
            "web": {"dependencies": {"next": "^16.0.0"}},
        },
    }
    files = {
        "package.json": {"workspaces": ["web", "api"]},
        "web/package.json": asks(dependencies={"next": "^16.0.0"}),
        "api/package.json": asks(dependencies={"next": "15.1.6"}),
        "package-lock.json": lock,
    }
    found = read(tmp_path, files)
    assert [
        (d.version, d.specifier, d.direct, d.location.path)
        for d in sorted(found.packages, key=lambda d: d.version)
        if d.name == "next"
    ] == [
        ("15.1.6", "15.1.6", True, "api/package.json"),
        ("16.1.1", "^16.0.0", True, "web/package.json"),
    ]


def test_first_version_of_the_npm_lock_is_read_with_its_nested_packages(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 1,
        "dependencies": {
            "a": {
                "version": "1.0.0",
                "requires": {"b": "^1.0.0"},
                "dependencies": {"b": {"version": "1.5.0", "dev": True}},
            },
            "b": {"version": "2.0.0"},
        },
    }
    files = {"package.json": asks(dependencies={"a": "1", "b": "2"}), "package-lock.json": lock}
    found = read(tmp_path, files)
    assert [(d.name, d.version, d.direct) for d in found.packages] == [
        ("a", "1.0.0", True),
        ("b", "1.5.0", False),
        ("b", "2.0.0", True),
    ]
    lines = (tmp_path / "package-lock.json").read_text().split("\n")
    assert '"b": {' in lines[package(found, "b", "1.5.0").location.line - 1]


def test_pnpm_lock_9_knows_aliases_peers_and_what_only_development_uses(tmp_path: Path) -> None:
    manifests = asks(
        dependencies={"@scope/kit": "^2.0.0", "old": "npm:left-pad@^1.0.0"},
        devDependencies={"vite": "^5.0.0"},
    )
    found = read(tmp_path, {"package.json": manifests, "pnpm-lock.yaml": PNPM_9})
    assert manifest(found).manager == "pnpm"
    versions = {d.name: (d.version, d.direct, d.development) for d in found.packages}
    assert versions == {
        "@scope/kit": ("2.1.0", True, False),
        "esbuild": ("0.21.5", False, True),
        "left-pad": ("1.3.0", True, False),
        "react": ("18.3.1", False, False),
        "vite": ("5.4.1", True, True),
    }


@pytest.mark.parametrize("lock", [PNPM_5, PNPM_6])
def test_older_pnpm_locks_are_read(lock: str, tmp_path: Path) -> None:
    manifests = asks(dependencies={"axios": "^1.6.0"}, devDependencies={"jest": "^29.0.0"})
    found = read(tmp_path, {"package.json": manifests, "pnpm-lock.yaml": lock})
    assert package(found, "axios").version == "1.6.0"
    assert package(found, "axios").direct
    assert package(found, "@babel/core").version == "7.23.0"
    assert package(found, "@babel/core").development


def test_yarn_lock_tells_the_version_that_a_specifier_got(tmp_path: Path) -> None:
    manifests = asks(dependencies={"@scope/kit": "^2.0.0", "lodash": "4.17.20"})
    found = read(tmp_path, {"package.json": manifests, "yarn.lock": YARN_1})
    assert package(found, "lodash", "4.17.20").direct
    assert not package(found, "lodash", "4.17.21").direct
    assert package(found, "@scope/kit").version == "2.1.0"


def test_yarn_berry_leaves_out_the_workspace_itself(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"package.json": asks(dependencies={"axios": "^1.6.0"}), "yarn.lock": YARN_BERRY}
    )
    versions = [(d.name, d.version, d.direct) for d in found.packages]
    assert versions == [("axios", "1.6.0", True), ("form-data", "4.0.0", False)]


def test_bun_lock_is_read_despite_its_trailing_commas(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"package.json": asks(dependencies={"axios": "^1.6.0"}), "bun.lock": BUN}
    )
    versions = [(d.name, d.version, d.direct, d.location.line) for d in found.packages]
    assert versions == [
        ("axios", "1.6.0", True, 4),
        ("form-data", "4.0.0", False, 9),
        ("form-data", "3.0.0", False, 11),
    ]


def test_uv_lock_follows_the_graph_from_production(tmp_path: Path) -> None:
    project = (
        '[project]\nname = "api"\ndependencies = ["fastapi>=0.110"]\n'
        '[dependency-groups]\ndev = ["pytest"]\n'
    )
    found = read(tmp_path, {"pyproject.toml": project, "uv.lock": UV})
    assert manifest(found, "pyproject.toml").manager == "uv"
    assert {d.name for d in found.packages} == {"fastapi", "internal", "pytest", "starlette"}
    assert not package(found, "starlette").development
    assert not package(found, "starlette").direct
    assert package(found, "pytest").development
    assert str(package(found, "fastapi").location) == "pyproject.toml:3"
    assert (
        package(found, "internal").version
        == "git+https://github.com/example/internal?rev=main#0123"
    )


def test_poetry_lock_normalises_names_and_knows_groups(tmp_path: Path) -> None:
    project = (
        '[tool.poetry.dependencies]\npython = "^3.11"\nFlask = "^3.0"\n'
        '[tool.poetry.group.dev.dependencies]\nblack = "*"\n'
    )
    found = read(tmp_path, {"pyproject.toml": project, "poetry.lock": POETRY})
    assert [(d.name, d.version, d.direct, d.development) for d in found.packages] == [
        ("flask", "3.0.0", True, False),
        ("werkzeug", "3.0.1", False, False),
        ("black", "24.1.0", True, True),
    ]


def test_pipfile_lock_is_read(tmp_path: Path) -> None:
    lock = {
        "_meta": {"hash": {}},
        "default": {"requests": {"version": "==2.31.0"}, "urllib3": {"version": "==2.0.7"}},
        "develop": {"pytest": {"version": "==8.0.0"}},
    }
    pipfile = '[packages]\nrequests = "*"\n[dev-packages]\npytest = "*"\n'
    found = read(tmp_path, {"Pipfile": pipfile, "Pipfile.lock": lock})
    assert [(d.name, d.version, d.direct, d.development) for d in found.packages] == [
        ("requests", "2.31.0", True, False),
        ("urllib3", "2.0.7", False, False),
        ("pytest", "8.0.0", True, True),
    ]


def test_requirements_lines_of_every_kind(tmp_path: Path) -> None:
    text = (
        "-r base.txt\n-c limits.txt\n--index-url https://pypi.org/simple\n"
        "Flask_Cors[async]==4.0.0 ; python_version > '3.8'  # cors\n"
        "gunicorn==23.0.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "requests>=2,<3\nurllib3\nnumpy==1.*\n"
        "-e .\n./local\n"
        "-e git+https://github.com/example/kit.git@main#egg=kit\n"
        "tool @ https://example.com/tool-1.0.tar.gz\n"
        "not a requirement at all !!\n"
    )
    found = read(
        tmp_path,
        {"requirements.txt": text, "base.txt": "django==5.0\n", "limits.txt": "urllib3==2.0.7\n"},
    )
    assert [(d.name, d.version, d.location.line) for d in found.packages] == [
        ("django", "5.0", 1),
        ("flask-cors", "4.0.0", 4),
        ("gunicorn", "23.0.0", 5),
        ("requests", None, 8),
        ("urllib3", "2.0.7", 9),
        ("numpy", None, 10),
        ("kit", "git+https://github.com/example/kit.git@main#egg=kit", 13),
        ("tool", "https://example.com/tool-1.0.tar.gz", 14),
        ("not", None, 15),
    ]
    assert manifest(found, "requirements.txt").locks == ()


def test_fully_pinned_requirements_are_their_own_lock(tmp_path: Path) -> None:
    found = read(tmp_path, {"requirements.txt": "flask==3.1.0\nwerkzeug===3.1.3\n"})
    assert manifest(found, "requirements.txt").locks == ("requirements.txt",)


def test_compiled_requirements_lock_the_file_they_come_from(tmp_path: Path) -> None:
    compiled = (
        "fastapi==0.115.6\n    # via -r requirements.in\nstarlette==0.41.3\n    # via fastapi\n"
    )
    project = '[project]\nname = "api"\ndependencies = ["fastapi"]\n'
    found = read(tmp_path, {"requirements.txt": compiled, "pyproject.toml": project})
    assert manifest(found, "pyproject.toml").locks == ("requirements.txt",)
    assert package(found, "fastapi").direct
    assert not package(found, "starlette").direct


def test_included_requirements_file_is_not_counted_twice(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "requirements.txt": "flask==3.1.0\n",
            "requirements-dev.txt": "-r requirements.txt\npytest\n",
        },
    )
    assert [(d.name, d.development) for d in found.packages] == [("pytest", True), ("flask", False)]


def test_files_that_include_each_other_come_to_an_end(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"requirements.txt": "-r a.txt\n", "a.txt": "-r requirements.txt\nflask\n"}
    )
    assert [d.name for d in found.packages] == ["flask"]


def test_workspace_members_are_covered_by_the_root(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "node_modules/react": {"version": "18.3.1"},
            "apps/web/node_modules/axios": {"version": "1.6.0"},
        },
    }
    found = read(
        tmp_path,
        {
            "package.json": {"name": "mono", "workspaces": ["apps/*", "!apps/other"]},
            "package-lock.json": lock,
            "apps/web/package.json": asks(dependencies={"axios": "^1.6.0"}),
            "apps/other/package.json": asks(dependencies={"lodash": "^4.0.0"}),
            "other/package.json": asks(dependencies={"zod": "^3.0.0"}),
        },
    )
    assert manifest(found, "apps/web/package.json").workspace_of == "package.json"
    assert manifest(found, "apps/other/package.json").workspace_of is None
    assert manifest(found, "other/package.json").locks == ()
    axios = package(found, "axios")
    assert axios.direct
    assert found.part_of(axios) == "package.json"


def test_lock_of_the_named_manager_comes_first(tmp_path: Path) -> None:
    npm = {"lockfileVersion": 3, "packages": {"node_modules/axios": {"version": "0.21.0"}}}
    manifests = asks(dependencies={"axios": "^1.6.0"}) | {"packageManager": "yarn@4.1.0"}
    found = read(
        tmp_path, {"package.json": manifests, "package-lock.json": npm, "yarn.lock": YARN_BERRY}
    )
    assert manifest(found).locks == ("yarn.lock", "package-lock.json")
    assert package(found, "axios").version == "1.6.0"


def test_package_json_without_packages_is_no_manifest(tmp_path: Path) -> None:
    found = read(tmp_path, {"package.json": {"name": "x", "scripts": {"start": "serve"}}})
    assert found.manifests == ()


def test_manifests_of_tests_and_examples_are_left_out(tmp_path: Path) -> None:
    old = asks(dependencies={"lodash": "4.17.20"})
    found = read(tmp_path, {"tests/fixtures/app/package.json": old, "examples/a/package.json": old})
    assert found.packages == ()


def test_exact_version_without_a_lock_is_a_version(tmp_path: Path) -> None:
    manifests = asks(dependencies={"axios": "1.6.0", "zod": "^3.0.0", "kit": "file:../kit"})
    found = read(tmp_path, {"package.json": manifests})
    assert [(d.name, d.version) for d in found.packages] == [("axios", "1.6.0"), ("zod", None)]


def test_stale_lock_leaves_new_packages_without_a_version(tmp_path: Path) -> None:
    lock = {"lockfileVersion": 3, "packages": {"node_modules/axios": {"version": "1.6.0"}}}
    manifests = asks(dependencies={"axios": "^1.6.0", "zod": "^3.0.0"})
    found = read(tmp_path, {"package.json": manifests, "package-lock.json": lock})
    assert package(found, "zod").version is None


BROKEN = {
    "package-lock.json": [
        "{",
        "[]",
        "null",
        '"text"',
        '{"packages": {"node_modules/a": 3}',
        "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n",
        "[" * 100_000,
        b"\x00\x01",
    ],
    "pnpm-lock.yaml": ["<<<<<<< HEAD\nlockfileVersion: 9\n>>>>>>> x\n", "hello", b"\x00"],
    "yarn.lock": ["{}", b"\x00", "<<<<<<< HEAD\n# yarn lockfile v1\n>>>>>>> x\n"],
    "bun.lock": ["{", "[1]", b"\x00"],
    "bun.lockb": [b"\x00\x01", "text"],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in BROKEN.items() for t in texts])
def test_broken_lock_is_named_as_unread(name: str, text: str | bytes, tmp_path: Path) -> None:
    found = read(tmp_path, {"package.json": asks(dependencies={"axios": "^1.6.0"}), name: text})
    assert manifest(found).unread_locks == (name,)
    assert manifest(found).locks == ()
    assert [(d.name, d.version) for d in found.packages] == [("axios", None)]


ODD = [
    {"package.json": '{"dependencies": ["axios"], "workspaces": 3, "packageManager": []}'},
    {"package.json": '{"dependencies": {"axios": null, "b": {"version": 1}}}'},
    {
        "package.json": asks(dependencies={"a": "1"}),
        "package-lock.json": '{"packages": {"node_modules/a": {"version": 1, "dev": "x"},'
        ' "node_modules/": {"version": "1"}}}',
    },
    {
        "package.json": asks(dependencies={"a": "1"}),
        "package-lock.json": '{"dependencies": {"a": [], "b": {"dependencies": 3}}}',
    },
    {
        "package.json": asks(dependencies={"a": "1"}),
        "bun.lock": '{"lockfileVersion": 1, "packages": {"a": [], "b": [1], "c": ["c"], "d": {}}}',
    },
    {
        "package.json": asks(dependencies={"a": "1"}),
        "pnpm-lock.yaml": "lockfileVersion: 9\npackages:\n  :\n  '':\n  /:\n"
        "    dependencies:\n      x\n",
    },
    {
        "package.json": asks(dependencies={"a": "1"}),
        "yarn.lock": '# yarn lockfile v1\n@\n  version\n":\n  x y z\n',
    },
    {"package.json": asks(dependencies={"a": "1"}), "pnpm-workspace.yaml": "packages: {a: [*b]}\n"},
    {
        "pyproject.toml": "[project]\ndependencies = 3\n[tool]\npoetry = 1\n"
        "[dependency-groups]\ndev = [{include-group = 'x'}, 3]\n"
    },
    {
        "pyproject.toml": "= broken",
        "uv.lock": "[[package]]\n[[package]]\nname =\nversion\nsource = { registry\n",
    },
    {"Pipfile": "[packages]\na = 3\nb = {}\n", "Pipfile.lock": '{"_meta": 1, "default": {"a": 1}}'},
    {"requirements.txt": "\\\n\\\n==\n-r\n-r ../../etc/passwd\n-e\n#\n \\\n@ x\na" + "[" * 3000},
]


@pytest.mark.parametrize("files", ODD)
def test_odd_types_are_survived(files: Mapping[str, object], tmp_path: Path) -> None:
    read(tmp_path, files)


def test_what_is_brought_in_is_traced_to_what_the_manifest_asks_for(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {},
            "node_modules/a": {"version": "1.0.0", "dependencies": {"c": "1"}},
            "node_modules/b": {"version": "1.0.0", "peerDependencies": {"d": "1"}},
            "node_modules/c": {"version": "1.0.0", "dependencies": {"d": "1"}},
            "node_modules/d": {"version": "1.0.0"},
        },
    }
    files = {"package.json": asks(dependencies={"a": "1", "b": "1"}), "package-lock.json": lock}
    found = read(tmp_path, files)
    assert found.brought_in_by(package(found, "c")) == {"a"}
    assert found.brought_in_by(package(found, "d")) == {"a", "b"}
