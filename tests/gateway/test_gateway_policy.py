"""The policy file: what it means, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.gateway.example import write_example
from shipworthy.gateway.outlook import outlook
from shipworthy.gateway.policy import Policy
from shipworthy.gateway.policy_file import BrokenPolicy, find_policy, read_policy

GOOD = """\
providers:
  one: {url: "https://api.example.com/v1", key: ONE_KEY}
models:
  m: {provider: one}
prototypes:
  app:
    timeouts: {total: 60}
    features:
      chat:
        models: [m]
        retries:
          attempts: 3
"""


def read(folder: Path, text: str) -> Policy:
    file = folder / "ai.yaml"
    file.write_text(text)
    return read_policy(file)


def test_a_feature_takes_from_its_prototype_what_it_leaves_out(tmp_path: Path) -> None:
    features = read(tmp_path, GOOD).prototypes["app"].features
    assert features["chat"].timeouts.total == 60
    assert features["chat"].retries.attempts == 3
    assert features["default"].retries.attempts == 2
    assert features["default"].models == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("providers:", "provider:", 1, "is providers meant?"),
        ("key: ONE_KEY", "kee: ONE_KEY", 2, "`kee` is not known here"),
        ("total: 60", "totl: 60", 7, "is total meant?"),
        ("total: 60", "total: soon", 7, "Expected `float`"),
        ("attempts: 3", "atempts: 3", 12, "`atempts` is not known here"),
        ("models: [m]", "models: m", 10, "Expected `array`"),
        ("  m: {provider: one}", "  m: {provider: one}\n  m: {provider: one}", 5, "a second time"),
        ("total: 60", "total: [60", 7, ""),
        ("    features:", "    features: &a\n      x: *a\n    y:", 9, "aliases"),
    ],
)
def test_a_mistake_is_shown_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    with pytest.raises(BrokenPolicy) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert f"ai.yaml:{line}: " in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("models: [m]", "models: [other]", "the model other is not among the models"),
        ("{provider: one}", "{provider: two}", "the provider two is not among the providers"),
        ("https://api", "http://api", "would send the key in the clear"),
        ("https://api.example.com/v1", "file:///etc/passwd", "url must be https://host/"),
        ("https://api", "https://user:pw@api", "must hold no password"),
        ("ONE_KEY", "sk-abcdefgh", "never the key"),
        ("total: 60", "total: -1", "timeouts must be above 0"),
        ("attempts: 3", "attempts: 0", "attempts must be from 1 to 10"),
        ("models: [m]", "budget: {day: -1}", "a budget must be from 0"),
        ("models: [m]", "contract: {type: 5}", "contract is no JSON Schema"),
        ("models: [m]", "contract: ../../../etc/passwd", "lies outside the prototype"),
        ("models:\n", "server: {state: ../../x}\nmodels:\n", "state is the name of a folder"),
        ("models:\n", "server: {state: /tmp}\nmodels:\n", "state is the name of a folder"),
        (
            "models:\n",
            'server: {store: "postgresql://db/x"}\nmodels:\n',
            "never the address",
        ),
    ],
)
def test_what_cannot_be_meant_is_said(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "app" / ".shipworthy"
    folder.mkdir(parents=True)
    with pytest.raises(BrokenPolicy, match=r"ai\.yaml") as caught:
        read(folder, GOOD.replace(old, new, 1))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "5", "\x00", "a: " + "[" * 5000, "? [a]\n: b", "providers: {1: 2}"]
)
def test_what_is_no_policy_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenPolicy):
        read(tmp_path, text)


def test_a_policy_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(GOOD)
    (tmp_path / ".shipworthy").mkdir()
    (tmp_path / ".shipworthy" / "ai.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(BrokenPolicy, match="is a link"):
        find_policy(tmp_path)


def test_the_example_is_a_policy_and_is_never_written_twice(tmp_path: Path) -> None:
    file = write_example(tmp_path)
    assert find_policy(tmp_path) == file
    policy = read_policy(file)
    assert list(policy.prototypes) == [tmp_path.name]
    with pytest.raises(BrokenPolicy, match="exists already"):
        write_example(tmp_path)


def test_the_outlook_names_what_is_open(tmp_path: Path) -> None:
    found = outlook(read(tmp_path, GOOD), environment={})
    assert any("ONE_KEY is not set" in question for question in found.open)
    assert any("no price is known" in question for question in found.open)
    assert any("nothing stands in" in question for question in found.open)
    assert any("nothing stops its spending" in question for question in found.open)
    closed = GOOD.replace(
        "{provider: one}", "{provider: one, price: {input: 1, output: 1}}"
    ).replace("    timeouts", "    budget: {day: 5}\n    message: Later.\n    timeouts")
    assert outlook(read(tmp_path, closed), environment={"ONE_KEY": "x"}).open == []
