"""Entry points of Python servers are followed through their checks to what they do."""

# ruff: noqa: S608 - the SQL is that of the prototypes

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.knowledge.library import Library
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.setting_up import START_BUDGET, set_up

FASTAPI = (
    "from fastapi import FastAPI, APIRouter, Depends, HTTPException, Header\napp = FastAPI()\n"
)
FLASK = (
    "from flask import Flask, request, session, jsonify, redirect, abort\napp = Flask(__name__)\n"
)
USER = (
    "import jwt\nfrom fastapi.security import OAuth2PasswordBearer, HTTPBearer\n"
    'scheme = OAuth2PasswordBearer(tokenUrl="login")\n'
    "def current_user(token: str = Depends(scheme)):\n"
    "    try:\n"
    '        return jwt.decode(token, KEY, algorithms=["HS256"])\n'
    "    except jwt.PyJWTError:\n"
    "        raise HTTPException(status_code=401)\n"
)
MODELS = (
    "from sqlalchemy import Column, Integer, String, select, text\n"
    "from sqlalchemy.orm import declarative_base\n"
    "Base = declarative_base()\n"
    "class Order(Base):\n"
    '    __tablename__ = "orders"\n'
    "    id = Column(Integer)\n"
    "    user_id = Column(Integer)\n"
    "    status = Column(String)\n"
)
SHAPE = (
    "from pydantic import BaseModel\nclass Draft(BaseModel):\n    status: str\n    note: str = ''\n"
)


def handlers(folder: Path, files: dict[str, str] | str) -> dict[str, Handler]:
    """The entry points of a small prototype, by name."""
    written = {"main.py": files} if isinstance(files, str) else files
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {handler.name: handler for handler in read_prototype(folder).handlers}


def only(folder: Path, files: dict[str, str] | str) -> Handler:
    """The one entry point."""
    (found,) = handlers(folder, files).values()
    return found


def effect(handler: Handler, kind: EffectKind, operation: str = "") -> Effect:
    """The first effect of a kind."""
    return next(e for e in handler.effects_of(kind) if operation in ("", e.operation))


def origins(found: Effect, name: str) -> set[str]:
    """Where a part of an effect comes from, in words."""
    return {str(origin) for origin in found.inputs[name]}


def test_a_dependency_that_verifies_a_token_is_a_session(tmp_path: Path) -> None:
    code = (
        FASTAPI + USER + '@app.get("/me")\ndef me(user=Depends(current_user)):\n    return user\n'
    )
    assert only(tmp_path, code).principal is Check.SESSION


def test_a_scheme_that_only_reads_the_header_proves_nothing(tmp_path: Path) -> None:
    code = FASTAPI + USER + '@app.get("/me")\ndef me(token: str = Depends(scheme)):\n    return 1\n'
    assert only(tmp_path, code).principal is None


def test_dependencies_of_dependencies_are_run(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + "def active(user=Depends(current_user)):\n    return user\n"
        + '@app.get("/me")\ndef me(user=Depends(active)):\n    return user\n'
    )
    assert only(tmp_path, code).principal is Check.SESSION


@pytest.mark.parametrize(
    "lines",
    [
        '@app.get("/x", dependencies=[Depends(current_user)])\ndef x():\n    return 1\n',
        'r = APIRouter(dependencies=[Depends(current_user)])\n@r.get("/x")\ndef x():\n    return 1\n'
        "app.include_router(r)\n",
        'r = APIRouter()\n@r.get("/x")\ndef x():\n    return 1\n'
        "app.include_router(r, dependencies=[Depends(current_user)])\n",
    ],
    ids=["of the route", "of the router", "of the mount"],
)
def test_dependencies_that_stand_elsewhere_hold_too(tmp_path: Path, lines: str) -> None:
    assert only(tmp_path, FASTAPI + USER + lines).principal is Check.SESSION


def test_dependencies_of_the_application_hold_for_all_routers(tmp_path: Path) -> None:
    code = FASTAPI + USER
    code += 'app = FastAPI(dependencies=[Depends(current_user)])\n@app.get("/x")\ndef x():\n    return 1\n'
    code = code.replace("app = FastAPI()\n", "", 1)
    assert only(tmp_path, code).principal is Check.SESSION


def test_an_alias_of_annotated_names_its_dependency(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + "from typing import Annotated\nUser = Annotated[dict, Depends(current_user)]\n"
        + '@app.get("/me")\ndef me(user: User):\n    return user\n'
    )
    assert only(tmp_path, code).principal is Check.SESSION


def test_a_callable_object_is_a_dependency(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + "class Roles:\n    def __init__(self, role):\n        self.role = role\n"
        + "    def __call__(self, user=Depends(current_user)):\n"
        + "        if user['role'] != 'admin':\n            raise HTTPException(403)\n        return user\n"
        + '@app.get("/x")\ndef x(user=Depends(Roles("admin"))):\n    return 1\n'
    )
    found = only(tmp_path, code)
    assert {Check.SESSION, Check.ROLE} <= {g.check for g in found.guards}


def test_a_class_is_a_dependency(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + "class Page:\n    def __init__(self, user=Depends(current_user), limit: int = 10):\n"
        + "        self.limit = limit\n"
        + '@app.get("/x")\ndef x(page: Page = Depends()):\n    return page.limit\n'
    )
    found = only(tmp_path, code)
    assert found.principal is Check.SESSION
    assert "query.limit" in {str(o) for e in found.effects for o in e.inputs.get("body", ())}


def test_a_generator_hands_over_what_it_yields(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + "def user_of(u=Depends(current_user)):\n    try:\n        yield u\n    finally:\n        pass\n"
        + '@app.get("/x")\ndef x(user=Depends(user_of)):\n    return user\n'
    )
    found = only(tmp_path, code)
    assert origins(found.effects[-1], "body") == {"principal"}


def test_middleware_that_refuses_protects(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + "import jwt\nfrom fastapi.responses import JSONResponse\n"
        + '@app.middleware("http")\nasync def check(request, call_next):\n    try:\n'
        + '        jwt.decode(request.headers["authorization"], KEY, algorithms=["HS256"])\n'
        + "    except Exception:\n        return JSONResponse({}, status_code=401)\n"
        + "    return await call_next(request)\n"
        + '@app.get("/x")\ndef x():\n    return 1\n'
    )
    assert only(tmp_path, code).principal is Check.SESSION


def test_a_shared_key_is_a_secret(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + "import os\ndef check(x_key: str = Header()):\n"
        + "    if x_key != os.environ['CRON_KEY']:\n        raise HTTPException(403)\n"
        + '@app.post("/cron", dependencies=[Depends(check)])\ndef cron():\n    return 1\n'
    )
    assert only(tmp_path, code).principal is Check.SECRET


def test_parameters_come_from_path_query_and_body(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + SHAPE
        + '@app.post("/o/{oid}")\ndef x(oid: str, page: int, draft: Draft, tag: str = Header()):\n'
        + '    return {"a": oid, "b": page, "c": draft.status, "d": tag}\n'
    )
    answer = effect(only(tmp_path, code), EffectKind.RESPONSE)
    assert origins(answer, "body.a") == {"path.oid"}
    assert origins(answer, "body.b") == {"query.page"}
    assert origins(answer, "body.c") == {"body.parsed.status"}
    assert origins(answer, "body.d") == {"header.tag"}


def test_a_model_lets_only_its_fields_through(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + MODELS
        + SHAPE
        + '@app.post("/o")\ndef x(draft: Draft, db=Depends(get_db)):\n'
        + "    db.add(Order(**draft.model_dump()))\n    db.commit()\n"
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY)
    assert (found.operation, found.target, found.client) == ("insert", "orders", "owner")
    assert {name for name, _ in found.of("value:")} == {"status", "note"}
    assert found.has(Check.VALID)


def test_a_dictionary_lets_all_through(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + MODELS
        + '@app.post("/o")\ndef x(draft: dict, db=Depends(get_db)):\n    db.add(Order(**draft))\n'
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY)
    assert {str(o) for _, part in found.of("value:") for o in part} == {"body"}


def test_a_row_found_by_the_caller_is_the_callers(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + MODELS
        + '@app.delete("/o/{oid}")\ndef x(oid: int, user=Depends(current_user), db=Depends(get_db)):\n'
        + "    order = db.query(Order).filter(Order.id == oid, Order.user_id == user['sub']).first()\n"
        + "    if not order:\n        raise HTTPException(404)\n    db.delete(order)\n"
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY, "delete")
    assert origins(found, "filter:id") == {"path.oid"}
    assert found.has(Check.OWNER)


def test_a_row_compared_with_the_caller_is_the_callers(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + MODELS
        + '@app.put("/o/{oid}")\ndef x(oid: int, user=Depends(current_user), db=Depends(get_db)):\n'
        + "    order = db.get(Order, oid)\n"
        + "    if order.user_id != user['sub']:\n        raise HTTPException(403)\n"
        + "    order.status = 'paid'\n    db.commit()\n"
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY, "update")
    assert found.target == "orders"
    assert found.literals["value:status"] == "paid"
    assert found.has(Check.OWNER)


def test_a_row_found_by_its_number_alone_is_anybodys(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + USER
        + MODELS
        + '@app.put("/o/{oid}")\nasync def x(oid: int, user=Depends(current_user), db=Depends(get_db)):\n'
        + "    found = await db.execute(select(Order).where(Order.id == oid))\n"
        + "    order = found.scalar_one_or_none()\n    order.status = 'paid'\n"
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY, "update")
    assert not found.has(Check.OWNER)
    assert origins(found, "filter:id") == {"path.oid"}


def test_columns_set_by_name_are_those_of_the_model(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + MODELS
        + SHAPE
        + '@app.put("/o/{oid}")\ndef x(oid: int, draft: Draft, db=Depends(get_db)):\n'
        + "    order = db.get(Order, oid)\n"
        + "    for key, value in draft.dict().items():\n        setattr(order, key, value)\n"
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY, "update")
    assert {name for name, _ in found.of("value:")} == {"status", "note"}


def test_text_put_into_sql_is_seen(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + "import sqlite3\n"
        + '@app.get("/s")\ndef x(q: str):\n    db = sqlite3.connect("a.db")\n    cur = db.cursor()\n'
        + "    cur.execute(f\"SELECT * FROM notes WHERE title = '{q}'\")\n    return cur.fetchall()\n"
    )
    found = only(tmp_path, code)
    assert origins(effect(found, EffectKind.SQL), "text") == {"query.q"}
    assert effect(found, EffectKind.QUERY).target == "notes"


@pytest.mark.parametrize(
    "call",
    [
        'cur.execute("SELECT * FROM notes WHERE owner = ?", (q,))',
        'cur.execute("SELECT * FROM notes WHERE owner = %s", [q])',
        'cur.execute("SELECT * FROM notes WHERE owner = :q", {"q": q})',
    ],
)
def test_placeholders_are_filters_and_no_sql(tmp_path: Path, call: str) -> None:
    code = FASTAPI + f'@app.get("/s")\ndef x(q: str):\n    {call}\n    return cur.fetchone()\n'
    found = only(tmp_path, code)
    assert not list(found.effects_of(EffectKind.SQL))
    assert origins(effect(found, EffectKind.QUERY), "filter:owner") == {"query.q"}


def test_numbers_do_no_harm_in_sql(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + '@app.get("/s/{n}")\ndef x(n: int):\n    cur.execute(f"DELETE FROM notes WHERE id = {n}")\n'
    )
    assert not list(only(tmp_path, code).effects_of(EffectKind.SQL))


def test_asyncpg_takes_its_parameters_one_by_one(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + '@app.get("/s")\nasync def x(q: str):\n'
        + '    return await pool.fetchrow("SELECT id FROM notes WHERE owner = $1", q)\n'
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY)
    assert origins(found, "filter:owner") == {"query.q"}


def test_a_key_in_the_session_of_flask_is_a_login(tmp_path: Path) -> None:
    code = FLASK + (
        '@app.route("/x")\ndef x():\n    if "user_id" not in session:\n'
        '        return jsonify({"error": "no"}), 401\n    return jsonify({"a": session["user_id"]})\n'
    )
    assert only(tmp_path, code).principal is Check.SESSION


def test_other_keys_of_the_session_are_no_login(tmp_path: Path) -> None:
    code = FLASK + (
        '@app.route("/x")\ndef x():\n    if "cart" not in session:\n'
        '        return jsonify({"error": "no"}), 401\n    return jsonify({"a": 1})\n'
    )
    assert only(tmp_path, code).principal is None


@pytest.mark.parametrize("key", ["usuario", "utilisateur", "logado"])
def test_a_session_may_name_its_user_in_another_language(tmp_path: Path, key: str) -> None:
    code = FLASK + (
        f'@app.route("/x")\ndef x():\n    if "{key}" not in session:\n'
        '        return redirect("/login")\n    return jsonify({"a": 1})\n'
    )
    assert only(tmp_path, code).principal is Check.SESSION


ORDER_BY_ROLE = (
    FLASK
    + MODELS
    + '@app.route("/o/<int:oid>")\ndef x(oid):\n    if "user" not in session:\n        abort(401)\n'
    "    {check}\n"
    "    row = Order.query.filter_by(id=oid).first()\n"
    '    return jsonify({{"a": row.status}})\n'
)


@pytest.mark.parametrize(
    ("check", "held"),
    [
        ('if session["user"]["role"] not in ("admin", "support"): abort(403)', True),
        ('if session["user"]["role"] not in ("customer", "admin"): abort(403)', False),
        ('if session["user"]["role"] != "patient": abort(403)', False),
        ('if session["user"]["role"] == "customer": abort(403)', True),
        ('if session["user"]["tipo"] != "gerente": abort(403)', True),
    ],
)
def test_a_role_that_everybody_has_keeps_nobody_out(tmp_path: Path, check: str, held: bool) -> None:
    found = only(tmp_path, ORDER_BY_ROLE.format(check=check))
    assert effect(found, EffectKind.QUERY, "select").has(Check.ROLE) is held


@pytest.mark.parametrize(
    ("imported", "decorator"),
    [
        ("from flask_login import login_required", "@login_required"),
        ("from flask_jwt_extended import jwt_required", "@jwt_required()"),
    ],
)
def test_decorators_of_packages_log_in(tmp_path: Path, imported: str, decorator: str) -> None:
    code = f'{imported}\n{FLASK}@app.route("/x")\n{decorator}\ndef x():\n    return "a"\n'
    assert only(tmp_path, code).principal is Check.SESSION


def test_a_decorator_below_which_the_route_stands_does_not_hold(tmp_path: Path) -> None:
    code = (
        "from flask_login import login_required\n"
        + FLASK
        + '@login_required\n@app.route("/x")\ndef x():\n    return "a"\n'
    )
    assert only(tmp_path, code).principal is None


def test_an_own_decorator_is_followed(tmp_path: Path) -> None:
    code = FLASK + (
        "from functools import wraps\ndef needs_login(f):\n    @wraps(f)\n"
        "    def inner(*args, **kwargs):\n        if not session.get('user_id'):\n"
        "            return redirect('/login')\n        return f(*args, **kwargs)\n    return inner\n"
        '@app.route("/o/<int:oid>")\n@needs_login\ndef x(oid):\n    return jsonify({"a": oid})\n'
    )
    found = only(tmp_path, code)
    assert found.principal is Check.SESSION
    assert origins(effect(found, EffectKind.RESPONSE), "body.a") == {"path.oid"}


def test_what_runs_before_each_request_of_a_blueprint_holds(tmp_path: Path) -> None:
    code = FLASK + (
        "from flask import Blueprint\nbp = Blueprint('b', __name__, url_prefix='/b')\n"
        "@bp.before_request\ndef check():\n    if 'user_id' not in session:\n        abort(401)\n"
        '@bp.route("/x")\ndef x():\n    return jsonify({})\napp.register_blueprint(bp)\n'
    )
    assert only(tmp_path, code).principal is Check.SESSION


def test_routes_inside_a_factory_are_found(tmp_path: Path) -> None:
    code = (
        "from flask import Flask, request\ndef create_app():\n    app = Flask(__name__)\n"
        '    @app.route("/x")\n    def x():\n        return request.args.get("a")\n    return app\n'
        "app = create_app()\n"
    )
    assert origins(effect(only(tmp_path, code), EffectKind.HTML), "text") == {"query.a"}


URLS = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('o/<int:pk>/', views.{})]\n"


def django(folder: Path, view: str, body: str, **more: str) -> Handler:
    """A Django view of this body."""
    files = {"manage.py": "", "shop/__init__.py": "", "shop/urls.py": URLS.format(view)}
    files["shop/views.py"] = body
    return only(folder, {**files, **{f"{k}.py".replace("__", "/"): v for k, v in more.items()}})


DJANGO = "from django.shortcuts import get_object_or_404, render\nfrom shop.models import Order\n"
ORDER = (
    "from django.db import models\nclass Order(models.Model):\n    owner = models.ForeignKey('x')\n"
)


def test_a_view_of_django_that_requires_login(tmp_path: Path) -> None:
    body = DJANGO + (
        "from django.contrib.auth.decorators import login_required\n@login_required\n"
        "def show(request, pk):\n    order = get_object_or_404(Order, pk=pk, owner=request.user)\n"
        "    order.delete()\n    return render(request, 'a.html', {})\n"
    )
    found = django(tmp_path, "show", body, shop__models=ORDER)
    assert found.principal is Check.SESSION
    deleted = effect(found, EffectKind.QUERY, "delete")
    assert (deleted.target, deleted.has(Check.OWNER)) == ("Order", True)


def test_a_view_of_django_that_requires_nothing(tmp_path: Path) -> None:
    body = DJANGO + (
        "def show(request, pk):\n    order = Order.objects.get(id=pk)\n"
        "    order.status = request.POST['status']\n    order.save()\n"
    )
    found = django(tmp_path, "show", body, shop__models=ORDER)
    assert found.principal is None
    assert origins(effect(found, EffectKind.QUERY, "update"), "value:status") == {"form.status"}


PERSON = (
    "from django.db import models\nfrom django.contrib.auth.models import AbstractUser\n"
    "class Person(AbstractUser):\n    phone = models.CharField(max_length=20)\n"
)


def test_rows_of_a_custom_class_of_users_are_seen(tmp_path: Path) -> None:
    body = (
        "from django.http import JsonResponse\nfrom shop.models import Person\n"
        "def show(request, pk):\n    person = Person.objects.get(id=pk)\n"
        "    person.phone = request.POST['phone']\n    person.save()\n    return JsonResponse({})\n"
    )
    found = django(tmp_path, "show", body, shop__models=PERSON)
    changed = effect(found, EffectKind.QUERY, "update")
    assert (changed.target, origins(changed, "value:phone")) == ("Person", {"form.phone"})


@pytest.mark.parametrize(
    "user",
    [
        "from django.contrib.auth.models import User",
        "from django.contrib.auth import get_user_model\nUser = get_user_model()",
    ],
)
def test_rows_of_the_users_of_django_are_seen(tmp_path: Path, user: str) -> None:
    body = (
        f"from django.http import JsonResponse\n{user}\ndef show(request, pk):\n"
        "    User.objects.create_user(request.POST['name'], password=request.POST['secret'])\n"
        "    User.objects.filter(id=pk).delete()\n    return JsonResponse({})\n"
    )
    found = django(tmp_path, "show", body)
    made = effect(found, EffectKind.QUERY, "insert")
    assert origins(made, "value:username") == {"form.name"}
    assert made.literals["value:password~hash"] == "pbkdf2"
    assert origins(effect(found, EffectKind.QUERY, "delete"), "filter:id") == {"path.pk"}


def test_a_test_of_the_caller_that_cannot_be_followed_is_not_clear(tmp_path: Path) -> None:
    body = (
        "from django.contrib.auth.decorators import user_passes_test\nfrom elsewhere import may_approve\n"
        + DJANGO
        + "@user_passes_test(may_approve)\ndef show(request, pk):\n"
        "    Order.objects.filter(id=pk).delete()\n"
    )
    found = django(tmp_path, "show", body, shop__models=ORDER)
    assert effect(found, EffectKind.QUERY, "delete").has(Check.UNCLEAR)


@pytest.mark.parametrize(
    ("check", "held"),
    [
        ("if not request.user.is_admin: raise PermissionDenied", True),
        ("if not request.user.is_admin: return redirect('/login')", True),
        ("if not request.user.is_admin: print('somebody else')", False),
    ],
)
def test_what_a_mixin_asks_before_it_hands_on_holds(tmp_path: Path, check: str, held: bool) -> None:
    body = (
        "from django.contrib.auth.mixins import LoginRequiredMixin\nfrom django.views import View\n"
        "from django.core.exceptions import PermissionDenied\nfrom django.shortcuts import redirect\n"
        "class ForStaff(LoginRequiredMixin):\n    def dispatch(self, request, *args, **kwargs):\n"
        f"        {check}\n        return super().dispatch(request, *args, **kwargs)\n"
        + DJANGO
        + "class Show(ForStaff, View):\n    def post(self, request, pk):\n"
        "        Order.objects.filter(id=pk).delete()\n"
    )
    found = django(tmp_path, "Show.as_view()", body, shop__models=ORDER)
    assert effect(found, EffectKind.QUERY, "delete").has(Check.ROLE) is held


def test_the_words_of_a_class_hide_no_check(tmp_path: Path) -> None:
    body = DJANGO + (
        "from elsewhere import RegisterUserForm\ndef show(request, pk):\n"
        "    form = RegisterUserForm(request.POST)\n    Order.objects.filter(id=pk).delete()\n"
    )
    found = django(tmp_path, "show", body, shop__models=ORDER)
    assert not effect(found, EffectKind.QUERY, "delete").has(Check.UNCLEAR)


def test_permission_classes_of_a_view(tmp_path: Path) -> None:
    body = (
        "from rest_framework.views import APIView\nfrom rest_framework.permissions import IsAuthenticated\n"
        "class Show(APIView):\n    permission_classes = [IsAuthenticated]\n"
        "    def get(self, request, pk):\n        return 1\n"
    )
    assert django(tmp_path, "Show.as_view()", body).principal is Check.SESSION


def test_permission_classes_of_the_settings(tmp_path: Path) -> None:
    body = (
        "from rest_framework.views import APIView\n"
        "class Show(APIView):\n    def get(self, request, pk):\n        return 1\n"
    )
    settings = (
        "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES':"
        " ['rest_framework.permissions.IsAuthenticated']}\n"
    )
    assert django(tmp_path, "Show.as_view()", body, shop__settings=settings).principal is (
        Check.SESSION
    )


def test_a_mixin_that_requires_login(tmp_path: Path) -> None:
    body = (
        "from django.views import View\nfrom django.contrib.auth.mixins import LoginRequiredMixin\n"
        "class Show(LoginRequiredMixin, View):\n    def get(self, request, pk):\n        return 1\n"
    )
    assert django(tmp_path, "Show.as_view()", body).principal is Check.SESSION


def test_a_page_of_streamlit_is_an_entry_point(tmp_path: Path) -> None:
    code = (
        "import streamlit as st\nimport sqlite3\nst.set_page_config(page_title='a')\n"
        "q = st.text_input('Search')\nconn = sqlite3.connect('a.db')\n"
        "if st.button('go'):\n    conn.execute(f\"SELECT * FROM notes WHERE t = '{q}'\")\n"
    )
    found = only(tmp_path, {"app.py": code, "requirements.txt": "streamlit\n"})
    assert origins(effect(found, EffectKind.SQL), "text") == {"form.Search"}


def test_a_page_of_streamlit_that_stops_without_login(tmp_path: Path) -> None:
    code = (
        "import streamlit as st\nst.set_page_config(page_title='a')\n"
        "if not st.session_state.get('logged_in'):\n    st.stop()\nst.write('secret')\n"
    )
    found = only(tmp_path, {"app.py": code, "requirements.txt": "streamlit\n"})
    assert found.principal is Check.SESSION


def test_variables_of_the_module_that_a_handler_changes(tmp_path: Path) -> None:
    code = FASTAPI + (
        "history = []\nlast = None\n"
        '@app.post("/x")\ndef x(q: str):\n    global last\n    last = q\n    history.append(q)\n'
    )
    found = [e.target for e in only(tmp_path, code).effects_of(EffectKind.STATE)]
    assert found == ["last", "history"]


def test_variables_of_a_handler_are_no_state(tmp_path: Path) -> None:
    code = FASTAPI + '@app.post("/x")\ndef x(q: str):\n    history = []\n    history.append(q)\n'
    assert not list(only(tmp_path, code).effects_of(EffectKind.STATE))


def test_a_shell_runs_what_is_put_into_its_text(tmp_path: Path) -> None:
    code = FASTAPI + (
        'import subprocess\n@app.post("/x")\ndef x(q: str):\n'
        '    subprocess.run(f"convert {q}", shell=True)\n    subprocess.run(["sh", "-c", q])\n'
        "    subprocess.run([q])\n"
    )
    found = list(only(tmp_path, code).effects_of(EffectKind.COMMAND))
    assert [origins(one, "text") for one in found] == [{"query.q"}] * 3


def test_a_program_that_the_code_names_gets_its_arguments_as_they_are(tmp_path: Path) -> None:
    code = FASTAPI + (
        'import subprocess\n@app.post("/x")\ndef x(q: str):\n'
        '    subprocess.run(["ffmpeg", "-i", q, "out.mp3"], capture_output=True)\n'
    )
    assert not list(only(tmp_path, code).effects_of(EffectKind.COMMAND))


def test_a_session_of_requests_fetches(tmp_path: Path) -> None:
    code = FASTAPI + (
        'import httpx\n@app.post("/x")\nasync def x(url: str):\n'
        "    async with httpx.AsyncClient() as client:\n        await client.get(url)\n"
    )
    assert origins(effect(only(tmp_path, code), EffectKind.FETCH), "url") == {"query.url"}


def test_a_document_database_is_asked_by_its_filter(tmp_path: Path) -> None:
    code = FASTAPI + (
        "from pymongo import MongoClient\ndb = MongoClient('x').shop\n"
        '@app.get("/x")\ndef x(email: str):\n    return db.users.find_one({"email": email})\n'
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY)
    assert (found.operation, found.target) == ("select", "users")
    assert origins(found, "filter:email") == {"query.email"}


def test_names_of_files_from_a_path(tmp_path: Path) -> None:
    code = FASTAPI + (
        'import os\n@app.get("/x")\ndef x(name: str):\n'
        '    return open(os.path.join("files", name)).read()\n'
    )
    assert origins(effect(only(tmp_path, code), EffectKind.FILE), "path") == {"query.name"}


def test_routers_of_other_files_are_followed(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/core/__init__.py": "",
        "app/core/auth.py": FASTAPI + USER,
        "app/routers/__init__.py": "",
        "app/routers/orders.py": (
            "from fastapi import APIRouter, Depends\nfrom ..core.auth import current_user\n"
            'router = APIRouter(prefix="/orders")\n'
            '@router.get("/")\ndef listed(user=Depends(current_user)):\n    return user\n'
        ),
        "app/main.py": (
            "from fastapi import FastAPI\nfrom .routers import orders\n"
            "app = FastAPI()\napp.include_router(orders.router)\n"
        ),
    }
    assert only(tmp_path, files).principal is Check.SESSION


def test_dependencies_of_a_decorated_handler_are_found_where_it_is_written(tmp_path: Path) -> None:
    wrapping = (
        "from functools import wraps\n"
        "def caught(what):\n    def decorator(func):\n        @wraps(func)\n"
        "        def wrapper(*args, **kwargs):\n            return func(*args, **kwargs)\n"
        "        return wrapper\n    return decorator\n"
    )
    text = (
        FASTAPI + USER + "from wrapping import caught\nimport subprocess\n"
        '@app.post("/run")\n@caught("run")\n'
        "def run(what: str, user = Depends(current_user)):\n    subprocess.run([what])\n"
    )
    found = handlers(tmp_path, {"main.py": text, "wrapping.py": wrapping})["POST /run"]
    assert effect(found, EffectKind.COMMAND).has(Check.SESSION)


def test_the_rows_of_a_statement_that_was_run_are_those_of_its_table(tmp_path: Path) -> None:
    code = FASTAPI + (
        "from sqlalchemy import Column, Integer, String, select\n"
        "from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine\n"
        "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n"
        "class Guest(Base):\n    __tablename__ = 'guests'\n"
        "    id = Column(Integer, primary_key=True)\n    email = Column(String)\n"
        "maker = async_sessionmaker(bind=create_async_engine('postgresql+asyncpg://x'))\n"
        "async def session():\n    async with maker() as found:\n        yield found\n"
        '@app.get("/x")\nasync def x(db: AsyncSession = Depends(session)):\n'
        "    result = await db.execute(select(Guest))\n    return list(result.scalars().all())\n"
    )
    answer = effect(only(tmp_path, code), EffectKind.RESPONSE)
    assert origins(answer, "body") == {"row.guests"}


def test_a_condition_that_is_added_to_a_statement_leaves_its_table(tmp_path: Path) -> None:
    code = FASTAPI + (
        'import sqlite3\n@app.get("/x")\ndef x(latest: bool):\n'
        '    cursor = sqlite3.connect("a.db").cursor()\n    wanted = []\n'
        '    text = "SELECT * FROM guests"\n    if wanted:\n'
        '        text += " WHERE " + " AND ".join(wanted)\n'
        '    if latest:\n        text += " ORDER BY id"\n'
        "    cursor.execute(text)\n    return cursor.fetchall()\n"
    )
    found = effect(only(tmp_path, code), EffectKind.QUERY)
    assert (found.operation, found.target) == ("select", "guests")


def test_a_decorator_that_is_not_followed_runs_nothing_when_the_server_starts(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.py").write_text(
        FASTAPI + "from tracing import traced\n"
        '@app.post("/ask")\n@traced("ask")\n'
        "def ask(question: str):\n" + "    total = 1 + 1\n" * 500,
        encoding="utf-8",
    )
    prototype = read_prototype(tmp_path)
    program = Program(prototype.server_modules, prototype.modules.targets)
    walk = set_up(program, Library(), {"main.py"})
    assert len(walk.routing.routes) == 1
    assert START_BUDGET - walk.left < 100


_FIRESTORE = "from firebase_admin import firestore\ndb = firestore.client()\n"
_DYNAMO = (
    "import boto3\nfrom boto3.dynamodb.conditions import Key\n"
    'table = boto3.resource("dynamodb").Table("orders")\n'
)


@pytest.mark.parametrize(
    ("head", "call", "operation", "inputs"),
    [
        (
            _FIRESTORE,
            'db.collection("orders").add({"kind": body.note})',
            "insert",
            {"value:kind": "body.parsed.note"},
        ),
        (
            _FIRESTORE,
            'db.collection("orders").document(id).delete()',
            "delete",
            {"filter:id": "path.id"},
        ),
        (
            _FIRESTORE,
            'db.document(f"orders/{id}").get().to_dict()',
            "select",
            {"filter:id": "path.id"},
        ),
        (
            _FIRESTORE,
            'db.collection("orders").where("owner", "==", id).stream()',
            "select",
            {"filter:owner": "path.id"},
        ),
        (
            _DYNAMO,
            'table.put_item(Item={"kind": body.note})',
            "insert",
            {"value:kind": "body.parsed.note"},
        ),
        (_DYNAMO, 'table.get_item(Key={"id": id})["Item"]', "select", {"filter:id": "path.id"}),
        (
            _DYNAMO,
            'table.query(KeyConditionExpression=Key("owner").eq(id))',
            "select",
            {"filter:?": "path.id"},
        ),
    ],
)
def test_document_stores_are_asked(
    head: str, call: str, operation: str, inputs: dict[str, str], tmp_path: Path
) -> None:
    text = (
        f"from fastapi import FastAPI\n{SHAPE}{head}app = FastAPI()\n"
        f"@app.post('/orders/{{id}}')\ndef order(id: str, body: Draft):\n    return {call}\n"
    )
    (asked,) = only(tmp_path, text).effects_of(EffectKind.QUERY)
    assert (asked.operation, asked.target) == (operation, "orders")
    assert {k: ",".join(map(str, v)) for k, v in asked.inputs.items() if v} == inputs


@pytest.mark.parametrize("name", ["query", "metadata", "objects"])
def test_a_shape_has_a_field_of_any_name(name: str, tmp_path: Path) -> None:
    text = (
        "from fastapi import FastAPI\nfrom pydantic import BaseModel\nimport psycopg\napp = FastAPI()\n"
        f"class Question(BaseModel):\n    {name}: str\n"
        "@app.post('/ask')\ndef ask(question: Question):\n"
        f"    psycopg.connect('x').execute('insert into asked (text) values (%s)', (question.{name},))\n"
    )
    (asked,) = only(tmp_path, text).effects_of(EffectKind.QUERY)
    assert {str(o) for o in asked.inputs["value:text"]} == {f"body.parsed.{name}"}


@pytest.mark.parametrize(
    "asked",
    [
        'await asyncio.to_thread(requests.get, body["url"])',
        'await asyncio.get_event_loop().run_in_executor(None, requests.get, body["url"])',
        'await asyncio.get_event_loop().run_in_executor(None, partial(requests.get, body["url"]))',
        'await run_in_threadpool(requests.get, body["url"])',
        'await asyncio.gather(asyncio.to_thread(requests.get, body["url"]))',
        'await asyncio.to_thread(load, body["url"])',
        'background.add_task(load, body["url"])',
        'crawl.delay(body["url"])',
        'bound.delay(body["url"])',
    ],
)
def test_functions_that_something_else_calls_are_followed(tmp_path: Path, asked: str) -> None:
    (tmp_path / "main.py").write_text(f"""import asyncio, requests
from functools import partial
from celery import Celery
from fastapi import BackgroundTasks, FastAPI
from fastapi.concurrency import run_in_threadpool
app = FastAPI()
worker = Celery("shop")
def load(url):
    return requests.get(url).text
@worker.task
def crawl(url):
    load(url)
@worker.task(bind=True)
def bound(self, url):
    load(url)
@app.post("/pages")
async def pages(body: dict, background: BackgroundTasks):
    {asked}
    return {{}}
""")
    (handler,) = read_prototype(tmp_path).handlers
    (fetched,) = handler.effects_of(EffectKind.FETCH)
    assert {str(o) for o in fetched.inputs["url"]} == {"body.url"}


def test_a_function_that_is_only_looked_at_is_not_called(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + "import inspect, requests\n"
        + "def load():\n    requests.post('https://mail.example/send')\n"
        + '@app.get("/kind")\ndef kind():\n    return inspect.iscoroutinefunction(load)\n'
    )
    assert not list(only(tmp_path, code).effects_of(EffectKind.FETCH))


@pytest.mark.parametrize("annotation", ["int", "Optional[int]", "float"])
def test_a_number_of_a_model_does_no_harm_in_sql_where_it_has_a_default(
    tmp_path: Path, annotation: str
) -> None:
    code = (
        FASTAPI
        + "from typing import Optional\nfrom pydantic import BaseModel\nimport sqlite3\n"
        + f"class Asked(BaseModel):\n    most: {annotation} = 5\n    name: str = ''\n"
        + '@app.post("/s")\ndef x(asked: Asked):\n    cur = sqlite3.connect("a.db").cursor()\n'
        + '    cur.execute(f"SELECT * FROM notes LIMIT {asked.{0}}")\n    return cur.fetchall()\n'
    )
    for number, (field, seen) in enumerate((("most", set[str]()), ("name", {"body.parsed.name"}))):
        folder = tmp_path / str(number)
        folder.mkdir()
        handler = only(folder, code.replace("{0}", field))
        found = handler.effects_of(EffectKind.SQL)
        assert {o for e in found for o in origins(e, "text")} == seen


def test_a_model_made_of_a_dictionary_leaves_out_what_it_does_not_declare(tmp_path: Path) -> None:
    code = (
        FASTAPI
        + MODELS
        + SHAPE
        + '@app.put("/o/{oid}")\ndef x(oid: int, sent: dict, db=Depends(get_db)):\n'
        + "    order = db.query(Order).filter(Order.id == oid).first()\n"
        + "    draft = Draft(**sent)\n"
        + "    for key, value in draft.dict(exclude_unset=True).items():\n"
        + "        setattr(order, key, value)\n    db.commit()\n"
    )
    written = effect(only(tmp_path, code), EffectKind.QUERY, "update")
    assert {name for name in written.inputs if name.startswith("value:")} == {
        "value:status",
        "value:note",
    }


@pytest.mark.parametrize(
    ("hashed", "typed"),
    [("", True), ("    if 'note' in given:\n        given['note'] = HASHED\n", False)],
)
def test_a_hash_put_into_a_dictionary_is_what_is_kept(
    tmp_path: Path, hashed: str, typed: bool
) -> None:
    made = hashed.replace("HASHED", "bcrypt.hashpw(given['note'].encode(), bcrypt.gensalt())")
    code = (
        FASTAPI
        + MODELS
        + SHAPE
        + '@app.put("/o/{oid}")\ndef x(oid: int, draft: Draft, db=Depends(get_db)):\n'
        + "    order = db.query(Order).filter(Order.id == oid).first()\n"
        + "    given = draft.dict(exclude_unset=True)\n"
        + made
        + "    for key, value in given.items():\n        setattr(order, key, value)\n    db.commit()\n"
    )
    written = effect(only(tmp_path, "import bcrypt\n" + code), EffectKind.QUERY, "update")
    assert bool(written.sent["value:note"]) is typed
    assert written.sent["value:status"]


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("f\"uploads/{request.args['name']}\"", True),
        ('os.path.join("uploads", request.args["name"])', True),
        ('"uploads/" + request.args["name"]', True),
        ('FOLDER + request.args["name"]', True),
        ("f\"uploads/{uuid.uuid4()}_{request.args['name']}\"", False),
        ('os.path.join("uploads", f"{uuid.uuid4()}_{request.args[\'name\']}")', False),
        ('os.path.join("uploads", "new-" + request.args["name"])', False),
        ("f\"uploads/{request.args['folder']}_{request.args['name']}\"", True),
    ],
)
def test_a_name_behind_a_word_leads_nowhere(path: str, leads: bool, tmp_path: Path) -> None:
    code = (
        f"{FLASK}import os, uuid\nFOLDER = os.environ['FOLDER']\n"
        f"@app.get('/file')\ndef file():\n    return open({path}).read()\n"
    )
    opened = effect(only(tmp_path, code), EffectKind.FILE)
    assert bool(opened.sent.get("path")) is leads


@pytest.mark.parametrize(
    ("asked", "client"),
    [
        ("client_for(service=True)", "service"),
        ("client_for(None, True)", "service"),
        ("client_for(service=False)", "shared"),
    ],
)
def test_what_a_call_writes_out_decides_what_a_function_does(
    asked: str, client: str, tmp_path: Path
) -> None:
    code = f"""{FASTAPI}import os
from supabase import create_client
def made(service):
    if service:
        return create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_SERVICE_KEY"])
    return create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_KEY"])
def client_for(token=None, service=False):
    if token:
        return made(False)
    return made(service=service)
@app.get("/x")
def x():
    return {asked}.table("orders").select("*").execute().data
"""
    assert effect(only(tmp_path, code), EffectKind.QUERY).client == client


_TOKENS = """from functools import wraps
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy
from flask_jwt_extended import get_jwt, get_jwt_identity, jwt_required, verify_jwt_in_request
app = Flask(__name__)
db = SQLAlchemy(app)
class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer)
def staff(view):
    @wraps(view)
    def asked(*args, **kwargs):
        verify_jwt_in_request()
        if {asked}:
            return jsonify(said="no"), 403
        return view(*args, **kwargs)
    return asked
@app.delete("/orders/<int:number>")
{guard}
def drop(number):
    caller = int(get_jwt_identity())
    order = Order.query.get_or_404(number)
    {first}
    db.session.delete(order)
    db.session.commit()
    return jsonify(ok=True)
"""


@pytest.mark.parametrize(
    ("asked", "guard", "first", "check"),
    [
        ("'admin' not in get_jwt().get('role', [])", "@staff", "", Check.ROLE),
        ("not get_jwt().get('is_admin', False)", "@staff", "", Check.ROLE),
        ("get_jwt()['role'] != 'admin'", "@staff", "", Check.ROLE),
        ("False", "@jwt_required()", "if order.user_id != caller: return '', 403", Check.OWNER),
        (
            "False",
            "@jwt_required()",
            "if caller and order.user_id != caller: return '', 403",
            Check.OWNER,
        ),
    ],
)
def test_what_a_token_of_flask_says_of_its_caller(
    tmp_path: Path, asked: str, guard: str, first: str, check: Check
) -> None:
    code = _TOKENS.format(asked=asked, guard=guard, first=first)
    files = {"main.py": code, "requirements.txt": "flask\n"}
    (handler,) = prototype_of(tmp_path, files).handlers
    (deleted,) = [e for e in handler.effects if e.operation == "delete"]
    assert deleted.has(check)
    assert not deleted.has(Check.UNCLEAR)


@pytest.mark.parametrize("name", ["supabase", "db", "conn", "database"])
def test_rows_of_a_platform_are_shown_whatever_its_client_is_called(
    tmp_path: Path, name: str
) -> None:
    code = (
        "import os\nfrom fastapi import FastAPI\nfrom supabase import create_client\napp = FastAPI()\n"
        f"{name} = create_client(os.environ['URL'], os.environ['SUPABASE_SERVICE_KEY'])\n"
        "@app.get('/vendors')\ndef vendors():\n"
        f"    return {name}.table('vendors').select('*').execute().data\n"
    )
    files = {"main.py": code, "requirements.txt": "fastapi\nsupabase\n"}
    (handler,) = prototype_of(tmp_path, files).handlers
    shown = {o.name for e in handler.effects_of(EffectKind.RESPONSE) for o in e.inputs["body"]}
    assert shown == {"vendors"}
