"""The REST interface of the stand-in answers as PostgREST's documentation says.

Each claim was taken from the documentation (References: API) or from the grammar of its parsers.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from standin_project import Project, start_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("books")
    started = start_project(root / "project", root / "place")
    yield started
    started.stop()


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("id=eq.1", ["Rivers"]),
        ("id=neq.1", ["Storms", "Dust 100%"]),
        ("id=not.eq.1", ["Storms", "Dust 100%"]),
        ("price=gt.9&price=lt.10", ["Dust 100%"]),
        ("price=gte.15", ["Storms"]),
        ("price=lte.5", ["Rivers"]),
        ("title=like.*ver*", ["Rivers"]),
        ("title=ilike.*RIV*", ["Rivers"]),
        ("title=ilike.%25100%5C%25", ["Dust 100%"]),
        ("title=like(any).{Riv*,Sto*}", ["Rivers", "Storms"]),
        ("title=match.^R", ["Rivers"]),
        ("editor_id=is.null", ["Dust 100%"]),
        ("editor_id=not.is.null", ["Rivers", "Storms"]),
        ("id=in.(1,3)", ["Rivers", "Dust 100%"]),
        ("id=in.()", []),
        ('title=in.("Dust 100%25",Rivers)', ["Rivers", "Dust 100%"]),
        ("tags=cs.{blue}", ["Rivers"]),
        ("tags=cd.{wild,blue,calm}", ["Rivers", "Storms", "Dust 100%"]),
        ("tags=ov.{wild,green}", ["Storms"]),
        ('details=cs.{"pages":100}', ["Rivers"]),
        ("details->>pages=eq.200", ["Storms"]),
        ("details->shelf->row=eq.3", ["Rivers"]),
        ("words=fts.river", ["Rivers"]),
        ("words=wfts(english).storm or river", ["Rivers", "Storms"]),
        ("title=plfts(english).storms", ["Storms"]),
        ("mood=eq.wild", ["Storms"]),
        ("mood=isdistinct.calm", ["Storms", "Dust 100%"]),
        ("or=(id.eq.1,title.ilike.*dust*)", ["Rivers", "Dust 100%"]),
        ("or=(id.eq.1,and(price.gt.10,mood.eq.wild))", ["Rivers", "Storms"]),
        ("not.or=(id.eq.1,id.eq.2)", ["Dust 100%"]),
        ("and=(id.gte.1,not.or(id.eq.2,id.eq.3))", ["Rivers"]),
        ("or=(id.in.(1,2),tags.cs.{wild,blue})", ["Rivers", "Storms"]),
        ("author_id=eq.1&order=price.desc", ["Storms", "Rivers"]),
        ("order=editor_id.asc.nullsfirst,id", ["Dust 100%", "Storms", "Rivers"]),
        ("order=details->pages.desc.nullslast", ["Storms", "Rivers", "Dust 100%"]),
        ("limit=1&offset=1", ["Storms"]),
    ],
)
def test_filters_orders_and_pages(project: Project, query: str, titles: list[str]) -> None:
    default = "" if "order=" in query else "&order=id"
    rows = project.rest(f"books?select=title&{query}{default}")
    assert [row["title"] for row in rows] == titles


@pytest.mark.parametrize(
    ("select", "first"),
    [
        ("id,name:title", {"id": 1, "name": "Rivers"}),
        ("id::text,price::int", {"id": "1", "price": 5}),
        ("details->shelf->>row", {"row": "3"}),
        ("pages:details->pages", {"pages": 100}),
        ("tags->0", {"tags": "blue"}),
        ("full_title", {"full_title": "Rivers!"}),
        (
            "title,authors!books_author_id_fkey(name)",
            {"title": "Rivers", "authors": {"name": "Ann"}},
        ),
        ("author:author_id(name)", {"author": {"name": "Ann"}}),
        ("editor:authors!editor_id(name)", {"editor": {"name": "Bob"}}),
        ("by:books_editor_fkey(name)", {"by": {"name": "Bob"}}),
        ("genres(name)", {"genres": [{"name": "nature"}]}),
        ("genres!book_genres(name)", {"genres": [{"name": "nature"}]}),
        ("book_genres(genres(name))", {"book_genres": [{"genres": {"name": "nature"}}]}),
        ("covers(path)", {"covers": {"path": "rivers.png"}}),
        ("book_genres(count)", {"book_genres": [{"count": 1}]}),
        ("title,...author_id(author:name)", {"title": "Rivers", "author": "Ann"}),
        ("id,genres()", {"id": 1}),
    ],
)
def test_columns_and_related_rows(project: Project, select: str, first: object) -> None:
    assert project.rest(f"books?select={select}&order=id&limit=1") == [first]


def test_rows_without_a_related_row_stay_unless_inner(project: Project) -> None:
    everybody = project.rest("authors?select=name,books!author_id(title)&order=id")
    assert [len(one["books"]) for one in everybody] == [2, 1, 0]
    inner = project.rest(
        "authors?select=name,books!author_id!inner(title)&books.price=gt.9&order=id"
    )
    assert [(a["name"], [b["title"] for b in a["books"]]) for a in inner] == [
        ("Ann", ["Storms"]), ("Bob", ["Dust 100%"]),
    ]  # fmt: skip
    none = project.rest("authors?select=name,books!author_id()&books=is.null")
    assert none == [{"name": 'Cy, "the"'}]


def test_related_rows_have_an_order_and_a_limit_of_their_own(project: Project) -> None:
    query = "authors?select=id,books!author_id(title)&id=eq.1&books.order=price.desc&books.limit=1"
    assert project.rest(query)[0]["books"] == [{"title": "Storms"}]
    by_author = project.rest("books?select=title,author_id(name)&order=author_id(name).desc,id")
    assert [row["title"] for row in by_author] == ["Dust 100%", "Rivers", "Storms"]


def test_a_table_is_related_to_itself_by_its_name_and_by_the_column(project: Project) -> None:
    pupils = project.rest("authors?select=id,pupils:authors(id)&id=eq.1")
    assert pupils == [{"id": 1, "pupils": [{"id": 2}, {"id": 3}]}]
    mentor = project.rest("authors?select=id,mentor(name)&id=eq.2")
    assert mentor == [{"id": 2, "mentor": {"name": "Ann"}}]


def test_a_view_has_the_relationships_of_the_columns_it_shows(project: Project) -> None:
    rows = project.rest("cheap_books?select=title,authors(name)&order=id")
    assert rows[0] == {"title": "Rivers", "authors": {"name": "Ann"}}


def test_strange_names_are_reached_in_quotes(project: Project) -> None:
    table = quote('Odd "Table')
    rows = project.rest(f'{table}?select="Strange.Column"&"Strange.Column"=eq.x')
    assert rows == [{"Strange.Column": "x"}]


def test_counts_and_pages_are_told_in_content_range(project: Project) -> None:
    answer = project.ask("GET", "/rest/v1/books?limit=2", prefer="count=exact")
    assert (answer.status_code, answer.headers["content-range"]) == (206, "0-1/3")
    answer = project.ask("HEAD", "/rest/v1/books?price=gt.9", prefer="count=exact")
    assert (answer.status_code, answer.headers["content-range"], answer.text) == (200, "0-1/2", "")
    answer = project.ask("GET", "/rest/v1/books", range="1-1", range_unit="items")
    assert answer.headers["content-range"] == "1-1/*"
    answer = project.ask("GET", "/rest/v1/books?offset=9", prefer="count=exact")
    assert (answer.status_code, answer.json()["code"]) == (416, "PGRST103")
    inner = "/rest/v1/authors?select=id,books!author_id!inner(id)&books.price=gt.9"
    assert project.ask("GET", inner, prefer="count=exact").headers["content-range"] == "0-1/2"


def test_a_single_object_must_be_one(project: Project) -> None:
    single = "application/vnd.pgrst.object+json"
    assert project.ask("GET", "/rest/v1/books?select=id&id=eq.1", accept=single).json() == {"id": 1}
    refused = project.ask("GET", "/rest/v1/books?select=id&id=eq.99", accept=single)
    assert (refused.status_code, refused.json()) == (
        406,
        {
            "code": "PGRST116",
            "details": "The result contains 0 rows",
            "hint": None,
            "message": "Cannot coerce the result to a single JSON object",
        },
    )
    csv = project.ask("GET", "/rest/v1/books?select=id,title&order=id&limit=1", accept="text/csv")
    assert csv.text == "id,title\n1,Rivers"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("bookz", 404, "PGRST205"),
        ("books?nope=eq.1", 400, "42703"),
        ("books?select=nope", 400, "42703"),
        ("books?id=eqq.1", 400, "PGRST100"),
        ("books?id=1", 400, "PGRST100"),
        ("books?id=eq.abc", 400, "22P02"),
        ("books?select=id,", 400, "PGRST100"),
        ("books?or=(id.eq.1", 400, "PGRST100"),
        ("books?select=authors(name)", 300, "PGRST201"),
        ("books?select=notes(text)", 400, "PGRST200"),
        ("books?authors.name=eq.x", 400, "PGRST108"),
        ("books?select=id,genres(id)&order=genres(id)", 400, "PGRST118"),
        ("books?select=price.sum()", 400, "PGRST123"),
        ("books?select=id,genres(id)&genres=eq.1", 400, "PGRST120"),
        ("rpc/nope?a=1", 404, "PGRST202"),
        ("rpc/teapot", 418, "PT418"),
        ("closed", 401, "42501"),
    ],
)
def test_errors_have_the_codes_of_postgrest(
    project: Project, path: str, status: int, code: str
) -> None:
    answer = project.ask("GET", f"/rest/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json().keys() == {"code", "details", "hint", "message"}


def test_functions_are_called_by_their_arguments(project: Project) -> None:
    def call(name: str, body: object = None, query: str = "") -> object:
        return project.ask(
            "POST", f"/rest/v1/rpc/{name}{query}", body if body is not None else {}
        ).json()

    assert call("add", {"a": 2}) == 3
    assert call("add", {"a": 2, "b": 5}) == 7
    assert call("twice", {"x": "a", "y": "b"}) == "ab"
    assert call("whole", {"anything": [1]}) == {"anything": [1]}
    assert call("dear_books", {"at_least": 15}, "?select=title,author_id(name)") == [
        {"title": "Storms", "author_id": {"name": "Ann"}}
    ]
    assert call("tally", {}, "?letters=gt.6&select=title") == [{"title": "Dust 100%"}]
    assert project.rest("rpc/add?a=1&b=2") == 3
    assert project.rest("rpc/tally?limit=1") == [{"title": "Dust 100%", "letters": 9}]
    assert project.ask("POST", "/rest/v1/rpc/nothing", {}).status_code == 204
    assert call("whoami") == {"role": "anon", "sub": None, "jwt": "anon"}


def test_rows_are_changed_and_come_back_when_asked_for(project: Project) -> None:
    full = "return=representation"
    made = project.ask("POST", "/rest/v1/genres?select=id", {"id": 7, "name": "x"}, prefer=full)
    assert (made.status_code, made.json()) == (201, [{"id": 7}])
    quiet = project.ask("POST", "/rest/v1/genres", [{"id": 8, "name": "y"}, {"id": 9, "name": "z"}])
    assert (quiet.status_code, quiet.content) == (201, b"")
    changed = project.ask("PATCH", "/rest/v1/genres?id=eq.7", {"name": "X"}, prefer=full)
    assert (changed.status_code, changed.json()) == (200, [{"id": 7, "name": "X"}])
    upsert = "resolution=merge-duplicates,return=representation"
    merged = project.ask("POST", "/rest/v1/genres", {"id": 7, "name": "Y"}, prefer=upsert)
    assert merged.json() == [{"id": 7, "name": "Y"}]
    ignore = "resolution=ignore-duplicates,return=representation"
    kept = project.ask("POST", "/rest/v1/genres", {"id": 7, "name": "Z"}, prefer=ignore)
    assert kept.json() == []
    twice = project.ask("POST", "/rest/v1/genres", {"id": 7, "name": "Z"})
    assert (twice.status_code, twice.json()["code"]) == (409, "23505")
    book = {"id": 70, "title": "New", "author_id": 2}
    select = "?select=title,price,author_id(name)"
    related = project.ask("POST", f"/rest/v1/books{select}", book, prefer=full)
    assert related.json() == [{"title": "New", "price": 9.5, "author_id": {"name": "Bob"}}]
    gone = project.ask("DELETE", "/rest/v1/books?id=eq.70", prefer=full + ",count=exact")
    assert (gone.status_code, gone.headers["content-range"]) == (200, "*/1")
    assert project.ask("DELETE", "/rest/v1/genres?id=in.(7,8,9)").status_code == 204


def test_rows_of_unequal_keys_need_the_columns_named(project: Project) -> None:
    rows = [{"id": 20, "title": "a"}, {"id": 21, "title": "b", "price": 3}]
    refused = project.ask("POST", "/rest/v1/books", rows)
    assert (refused.status_code, refused.json()["code"]) == (400, "PGRST102")
    prefer = "return=representation,missing=default"
    made = project.ask(
        "POST", '/rest/v1/books?columns="id","title","price"&select=price', rows, prefer=prefer
    )
    assert made.json() == [{"price": 9.5}, {"price": 3.0}]
    assert project.ask("DELETE", "/rest/v1/books?id=in.(20,21)").status_code == 204


def test_changes_of_every_row_and_of_unknown_columns_are_refused(project: Project) -> None:
    assert project.ask("PATCH", "/rest/v1/genres", {"name": "x"}).json()["code"] == "21000"
    assert project.ask("DELETE", "/rest/v1/genres").json()["code"] == "21000"
    unknown = project.ask("POST", "/rest/v1/genres", {"colour": "red"})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "PGRST204")
    single = project.ask(
        "PATCH", "/rest/v1/genres?id=gt.0", {"name": "same"},
        prefer="return=representation", accept="application/vnd.pgrst.object+json",
    )  # fmt: skip
    assert single.json()["code"] == "PGRST116"
    most = project.ask(
        "PATCH",
        "/rest/v1/genres?id=gt.0",
        {"name": "same"},
        prefer="handling=strict,max-affected=1",
    )
    assert most.json()["code"] == "PGRST124"
    assert len({row["name"] for row in project.rest("genres?select=name")}) == 2


def test_a_get_changes_nothing(project: Project) -> None:
    assert project.ask("GET", "/rest/v1/rpc/nothing").status_code == 204
    writes = project.ask("GET", "/rest/v1/rpc/rename?name=x")
    assert (writes.status_code, writes.json()["code"]) == (405, "25006")
    hostile = project.ask("GET", "/rest/v1/books?select=id&id=eq.1%3Bdelete from books")
    assert hostile.json()["code"] == "22P02"


def test_without_a_key_nothing_is_answered(project: Project) -> None:
    assert (
        project.ask("GET", "/rest/v1/books", apikey="").json()["message"]
        == "No API key found in request"
    )
    assert project.ask("GET", "/rest/v1/books", apikey="wrong").status_code == 401
    forged = project.ask(
        "GET", "/rest/v1/books", token="eyJhbGciOiJub25lIn0.eyJyb2xlIjoicG9zdGdyZXMifQ."
    )
    assert (forged.status_code, forged.json()["code"]) == (401, "PGRST301")


def test_it_says_that_it_is_a_stand_in(project: Project) -> None:
    assert "not Supabase" in project.ask("GET", "/rest/v1/books").headers["x-stand-in"]
    assert project.ask("GET", "/nowhere").status_code == 404
