"""Tests that share what is costly to make run in one process, where it is made once."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", params=["a", "b"])
def made(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def group_of(request: pytest.FixtureRequest) -> str:
    """The group by which xdist hands out a test; '' where it hands out none."""
    return str(request.node.nodeid).partition("@")[2]


def is_distributed(request: pytest.FixtureRequest) -> bool:
    return bool(getattr(request.config.option, "loadgroup", False))  # set in its workers alone


@pytest.mark.xdist_group("marked")
def test_a_marked_group_is_known_to_who_hands_out_the_tests(
    request: pytest.FixtureRequest,
) -> None:
    assert group_of(request) == ("marked" if is_distributed(request) else "")


def test_tests_with_a_fixture_of_their_module_are_a_group(
    request: pytest.FixtureRequest, made: str
) -> None:
    assert request.node.get_closest_marker("xdist_group").args == (f"test_groups-{made}",)
    assert group_of(request) == (f"test_groups-{made}" if is_distributed(request) else "")


def test_a_test_that_shares_nothing_is_handed_out_alone(request: pytest.FixtureRequest) -> None:
    assert group_of(request) == ""
