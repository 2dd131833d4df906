"""No line that a report shows around its evidence carries a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from made_assessments import assessed, gap, written
from shipworthy.finding import Location
from shipworthy.prototype.secrets.masking import masked_lines
from shipworthy.report.excerpts import excerpt_of

KEY = "sk_live_" + "51HqLyjWDarjtT1zdp7dcKbQf8Xw2"
CODE = f"""import Stripe from "stripe";

const stripe = new Stripe("{KEY}");
const settings = {{ adminPassword: "Winter2024" }};
const pem = `-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEA7bq0m4vT0mJ0l2x9T8hVw7a0mF2b1x9T8hVw7a0mF2b1x9T8
hVw7a0mF2b1x9T8hVw7a0mF2b1x9T8hVw7a0mF2b1x9T8hVw7a0mF2b1x9T8hVw7
-----END RSA PRIVATE KEY-----`;
export const charge = () => stripe.charges.create({{}});
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return written(
        tmp_path / "shop",
        {
            "src/pay.ts": CODE,
            "src/copy.ts": f"export const again = '{KEY}';\n",
            ".env": f"STRIPE_KEY={KEY}\nDB_HOST=db.internal\n",
            "src/pay.test.ts": "test('x', () => { expect('Winter2024').toBe('Winter2024') })\n",
            "package.json": '{"dependencies": {"stripe": "14.0.0"}}',
        },
    )


def test_a_known_secret_is_masked_in_every_file_that_holds_it(shop: Path) -> None:
    prototype = assessed(shop).prototype
    for path in ("src/pay.ts", "src/copy.ts"):
        lines = masked_lines(prototype, path, 1, 99)
        assert lines is not None
        assert not any(KEY in line for line in lines)
        assert any("sk_l…(" in line for line in lines)


def test_what_is_called_a_password_is_masked_though_nothing_recognised_it(shop: Path) -> None:
    lines = masked_lines(assessed(shop).prototype, "src/pay.ts", 1, 99)
    assert lines is not None
    assert not any("Winter2024" in line for line in lines)


def test_masking_a_key_of_several_lines_moves_no_line(shop: Path) -> None:
    lines = masked_lines(assessed(shop).prototype, "src/pay.ts", 1, 99)
    assert lines is not None
    assert len(lines) == len(CODE.split("\n"))
    assert lines[8].startswith("export const charge")
    assert not any("MIIEow" in line for line in lines)


@pytest.mark.parametrize("path", [".env", "src/pay.test.ts", "nowhere.ts"])
def test_settings_and_what_is_not_searched_for_secrets_are_not_shown(shop: Path, path: str) -> None:
    assert masked_lines(assessed(shop).prototype, path, 1, 99) is None


def test_an_excerpt_marks_the_line_and_keeps_its_number(shop: Path) -> None:
    assessment = assessed(shop)
    excerpt = excerpt_of(
        assessment.prototype, gap("secret-in-code", "x", place=Location("src/pay.ts", 9))
    )
    assert excerpt is not None
    assert [line.number for line in excerpt.lines if line.marked] == [9]
    assert all(KEY not in line.text for line in excerpt.lines)


def test_of_a_file_that_may_not_be_shown_the_evidence_alone_is(shop: Path) -> None:
    assessment = assessed(shop)
    excerpt = excerpt_of(
        assessment.prototype, gap("secret-in-code", "x", place=Location(".env", 1))
    )
    assert excerpt is not None
    assert [line.text for line in excerpt.lines] == ["the line"]
