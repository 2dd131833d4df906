"""What counts as a test, and which tests assert something."""

from __future__ import annotations

import pytest

from planting import syntax_of
from shipworthy.prototype.inventory.testing import read
from shipworthy.prototype.source import Role


def cases(text: str, path: str = "src/a.test.ts") -> list[tuple[str, bool]]:
    return [(c.name, c.asserts) for c in read(syntax_of(text, path, Role.TEST))]


def test_a_case_is_named_with_the_groups_around_it() -> None:
    text = """describe("cart", () => { describe("total", () => {
  it("adds", () => { expect(f()).toBe(1); }); }); });"""
    assert cases(text) == [("cart > total > adds", True)]


@pytest.mark.parametrize(
    "body",
    [
        "expect(sum(1)).toBe(1);",
        "assert.equal(sum(1), 1);",
        "assertEquals(sum(1), 1);",
        'cy.get("h1").should("be.visible");',
        "expectLoggedIn(page);",
        'await expect(page).toHaveURL("/");',
    ],
)
def test_assertions_of_every_style_count(body: str) -> None:
    assert cases(f'test("x", async () => {{ {body} }});') == [("x", True)]


@pytest.mark.parametrize(
    "body",
    [
        "expect(true).toBe(true);",
        "expect(1).toBe(1);",
        "expect.assertions(2);",
        "render(App);",
        'console.log("ok");',
    ],
)
def test_placeholders_assert_nothing(body: str) -> None:
    assert cases(f'it("x", () => {{ {body} }});') == [("x", False)]


def test_skipped_and_planned_tests_are_left_out() -> None:
    text = (
        'it.skip("a", () => { expect(f()).toBe(1); }); it.todo("b");'
        ' describe.skip("c", () => { it("d", () => { expect(f()).toBe(1); }); });'
    )
    assert cases(text) == []


def test_tables_of_cases_and_deno_tests_count() -> None:
    assert cases('it.each([[1]])("n %s", (n) => { expect(f(n)).toBe(n); });') == [("n %s", True)]
    assert cases('Deno.test("a", () => { assertEquals(f(), 1); });') == [("a", True)]
    assert cases('Deno.test({ name: "a", fn() { assert(f()); } });') == [("a", True)]


def test_a_regular_expression_is_no_test() -> None:
    assert cases('if (/x/.test(name)) {} pattern.test("a", () => {});') == []


def test_python_functions_and_methods_count() -> None:
    text = """def test_sum():
    assert add(1, 2) == 3

class TestCart(unittest.TestCase):
    def test_empty(self):
        self.assertEqual(Cart().total, 0)

async def test_error():
    with pytest.raises(ValueError):
        parse("x")

def test_prints():
    print("ok")
    return True

def test_true():
    assert True
"""
    assert cases(text, "tests/test_a.py") == [
        ("test_sum", True),
        ("TestCart.test_empty", True),
        ("test_error", True),
        ("test_prints", False),
        ("test_true", False),
    ]


def test_python_fixtures_and_skipped_tests_are_left_out() -> None:
    text = """@pytest.fixture
def test_user(): ...

@pytest.mark.skip(reason="x")
def test_a():
    assert f()
"""
    assert cases(text, "tests/conftest.py") == []
