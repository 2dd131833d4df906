"""A form cannot have the program do what a rule keeps from its method."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Bytes, Limits, Need, Policy, Resilience, Route, Who

FORM = "application/x-www-form-urlencoded; charset=utf-8"
PARTS = "multipart/form-data; boundary=b"
JSON = "application/json"


def part(name: str, value: str = "DELETE") -> str:
    return f"--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n--b--\r\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    policy = Policy(
        csrf=None,
        resilience=Resilience(health=""),
        limits=Limits(body=Bytes(300_000)),
        routes=[Route(path="/items", need=Need(Who.NOBODY), methods=["DELETE"])],
    )
    place = tmp_path_factory.mktemp("forms")
    with program() as (app, asked), surrounded(place, app, policy) as front:
        yield front, asked


@pytest.mark.parametrize("path", ["/items", "/ITEMS/7", "/items;x/7", "/x/../items/7?a=1"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, "_method=DELETE"),
        (FORM, "a=1&%5F%6Dethod=DELETE"),
        (FORM, "a=1&+.Method[]=DELETE"),
        (PARTS, part('name="_method"')),
        (PARTS, part("name=_method")),
        (PARTS, part("name*=utf-8''%5Fmethod")),
        (PARTS, part('\r\n name="_method"')),
        (PARTS, part("\r\n\tfilename=a;\r\n name=_method")),
        (PARTS, part('name="_m\\ethod"')),
        (JSON, '{"a": {}, "_method" : "DELETE"}'),
        (JSON, '{"\\u005fmethod":"DELETE"}'),
    ],
)
def test_a_form_that_asks_for_another_method_is_refused(
    running: tuple[Front, list[Seen]], path: str, kind: str, body: str
) -> None:
    front, asked = running
    asked.clear()
    with front.client() as client:
        answer = client.post(path, content=body, headers={"content-type": kind})
    assert answer.json() == {"error": "no other method in a form", "status": 400}
    assert not asked


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/items", FORM, urlencode({"method": "card", "text": "_method=DELETE", "my_method": "1"})),
        ("/items", PARTS, part('name="method"', "_method")),
        ("/items", PARTS, part('name="file"; filename="a.txt"', "x" * 200_000)),
        ("/items", JSON, '{"method": "card", "say": "_method"}'),
        ("/items", "text/plain", "_method=DELETE"),
        ("/items", FORM, ""),
        ("/itemsets", FORM, "_method=DELETE"),
        ("/", FORM, "_method=PUT"),
    ],
)
def test_every_other_form_arrives_whole(
    running: tuple[Front, list[Seen]], path: str, kind: str, body: str
) -> None:
    front, asked = running
    asked.clear()
    with front.client() as client:
        answer = client.post(path, content=body, headers={"content-type": kind})
    assert answer.status_code == 200
    (seen,) = asked
    assert seen.of("content-type") == [kind]
    assert seen.of("content-length") == [str(len(body))]
