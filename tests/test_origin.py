"""Which tool is recognised by which mark."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.finding import Confidence
from shipworthy.prototype import read_prototype
from shipworthy.prototype.inventory.origin import Origin, Tool


def origin(root: Path, files: dict[str, str]) -> Origin:
    return prototype_of(root, files).origin


@pytest.mark.parametrize(
    ("tool", "path", "text"),
    [
        (Tool.LOVABLE, "package.json", '{"devDependencies": {"lovable-tagger": "1"}}'),
        (Tool.LOVABLE, "README.md", "# Welcome to your Lovable project"),
        (
            Tool.LOVABLE,
            "index.html",
            '<script src="https://cdn.gpteng.co/gptengineer.js"></script>',
        ),
        (Tool.V0, "package.json", '{"name": "my-v0-project"}'),
        (Tool.V0, "app/layout.tsx", "export const metadata = { generator: 'v0.app' }"),
        (Tool.BOLT, ".bolt/config.json", "{}"),
        (Tool.REPLIT, "replit.md", "# Overview"),
        (Tool.REPLIT, "package.json", '{"devDependencies": {"@replit/vite-plugin-x": "1"}}'),
        (Tool.GEMINI, "metadata.json", '{"requestFramePermissions": []}'),
    ],
)
def test_a_mark_of_the_maker_is_certain(tmp_path: Path, tool: Tool, path: str, text: str) -> None:
    found = origin(tmp_path, {path: text})
    assert (found.tool, found.confidence) == (tool, Confidence.HIGH)
    assert found.evidence[0].location is not None
    assert found.evidence[0].location.path == path


@pytest.mark.parametrize(
    ("tool", "path"),
    [
        (Tool.CURSOR, ".cursor/rules/a.mdc"),
        (Tool.CURSOR, ".cursorrules"),
        (Tool.CLAUDE_CODE, "CLAUDE.md"),
        (Tool.WINDSURF, ".windsurf/rules.md"),
        (Tool.COPILOT, ".github/copilot-instructions.md"),
    ],
)
def test_rules_of_an_assistant_are_likely(tmp_path: Path, tool: Tool, path: str) -> None:
    found = origin(tmp_path, {path: "rules", "main.py": ""})
    assert (found.tool, found.confidence) == (tool, Confidence.MEDIUM)


def test_who_made_it_comes_before_who_worked_on_it(tmp_path: Path) -> None:
    files = {"CLAUDE.md": "x", "replit.md": "x", "README.md": "https://lovable.dev/projects/1"}
    found = origin(tmp_path, files)
    assert found.tool is Tool.LOVABLE
    assert set(found.also) == {Tool.REPLIT, Tool.CLAUDE_CODE}


def test_marks_of_two_makers_are_a_question(tmp_path: Path) -> None:
    files = {
        "package.json": '{"devDependencies": {"lovable-tagger": "1"}}',
        ".bolt/config.json": "{}",
    }
    found = origin(tmp_path, files)
    assert (found.tool, found.confidence, found.also) == (
        Tool.LOVABLE,
        Confidence.LOW,
        (Tool.BOLT,),
    )


def test_agents_file_alone_is_weak(tmp_path: Path) -> None:
    found = origin(tmp_path, {"AGENTS.md": "x"})
    assert (found.tool, found.confidence) == (Tool.CODEX, Confidence.LOW)


def test_streamlit_is_the_last_resort(tmp_path: Path) -> None:
    found = origin(tmp_path / "a", {"requirements.txt": "streamlit==1.40"})
    assert (found.tool, found.confidence) == (Tool.STREAMLIT, Confidence.LOW)
    again = origin(tmp_path / "b", {"requirements.txt": "streamlit", ".cursorrules": "x"})
    assert again.tool is Tool.CURSOR


def test_nothing_that_tells_is_unknown(tmp_path: Path) -> None:
    files = {"README.md": "Like Lovable, v0 and Bolt, but by hand", "package.json": '{"name": "x"}'}
    assert origin(tmp_path, files).tool is Tool.UNKNOWN


_BOT = ("-c", "user.name=gpt-engineer-app[bot]", "-c", "user.email=bot@users.noreply.github.com")
_MADE = "Add page\n\nCo-Authored-By: Claude <noreply@anthropic.com>"


def _commit_all(folder: Path) -> None:
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", _MADE)):
        subprocess.run(["git", *_BOT, "-C", str(folder), *command], check=True)


def test_commit_authors_tell(tmp_path: Path) -> None:
    (tmp_path / "main.ts").write_text("export {};")
    _commit_all(tmp_path)
    found = read_prototype(tmp_path).origin
    assert (found.tool, found.also) == (Tool.LOVABLE, (Tool.CLAUDE_CODE,))
    assert "1 commit by gpt-engineer-app[bot]" in [e.excerpt for e in found.evidence]


def test_commits_to_other_folders_tell_nothing_about_this_one(tmp_path: Path) -> None:
    for name in ("app", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.ts").write_text("export {};")
    _commit_all(tmp_path)
    (tmp_path / "other/more.ts").write_text("export {};")
    _commit_all(tmp_path)
    evidence = [e.excerpt for e in read_prototype(tmp_path / "app").origin.evidence]
    assert "1 commit by gpt-engineer-app[bot]" in evidence


def test_log_lines_of_v0_outweigh_the_folder_of_an_assistant(tmp_path: Path) -> None:
    line = 'console.log("[v0] loading", id);\n'
    files = {
        "package.json": '{"dependencies": {"next": "15"}}',
        "app/page.tsx": line * 3,
        ".cursor/rules/next.mdc": "",
    }
    found = origin(tmp_path, files)
    assert (found.tool, found.also) == (Tool.V0, (Tool.CURSOR,))
