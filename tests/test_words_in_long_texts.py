"""Long files and long lines are read once, however many words are compared or accounts made in them."""

from __future__ import annotations

from shipworthy.prototype.secrets.compared import compared_words
from shipworthy.prototype.secrets.seeded import administrators


def test_many_comparisons_with_one_name() -> None:
    asked = "if (password === ADMIN_WORD) { setIsAdmin(true); }\n"
    kept = 'const ADMIN_WORD = "anchor77";\n'
    assert list(compared_words(asked * 20_000)) == []
    found = list(compared_words(kept + asked * 300))
    assert {(word.name, word.value) for word in found} == {("ADMIN_WORD", "anchor77")}


def test_the_first_of_two_constants_counts() -> None:
    text = 'const ADMIN_PASS = "anchor77";\nconst ADMIN_PASS = "harbour8";\n'
    [found] = compared_words(f"{text}if (password === ADMIN_PASS) navigate('/x');\n")
    assert found.value == "anchor77"


def test_many_accounts_on_one_line() -> None:
    one_line = "".join(f"{{role:'admin',password:'Anchor{n}x'}}," for n in range(3_000))
    assert len(list(administrators(one_line))) == 3_000
