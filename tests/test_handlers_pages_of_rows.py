# ruff: noqa: E501 - code of prototypes is written as it is found
"""Rows that a template is given are answered, also where a query is sent no sooner than in the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import EffectKind, Handler

_MODELS = """
from django.db import models
from django.contrib.auth.models import User
class Letter(models.Model):
    sender = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sent")
    reader = models.ForeignKey(to="auth.User", on_delete=models.CASCADE, related_name="received")
    body = models.TextField()
class Stamp(models.Model):
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE)
"""
_VIEWS = """
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.generic import TemplateView
from .models import Letter, Stamp
"""
_FLASK = """
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
db = SQLAlchemy(app)
class Letter(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    body = db.Column(db.Text)
@app.route("/letters/<int:pk>")
def shown(pk):
    return render_template("shown.html", letters=ANSWER)
"""


def _of_django(folder: Path, view: str) -> Handler:
    called = "views.Shown.as_view()" if "class Shown" in view else "views.shown"
    files = {
        "post/models.py": _MODELS,
        "post/views.py": _VIEWS + view,
        "post/urls.py": f"from django.urls import path\nfrom . import views\nurlpatterns = [path('<int:pk>/', {called})]\n",
        "requirements.txt": "django\n",
    }
    (found,) = prototype_of(folder, files).handlers
    return found


def _shown(handler: Handler) -> set[str]:
    return {
        origin.name
        for effect in handler.effects_of(EffectKind.RESPONSE)
        for origins in effect.inputs.values()
        for origin in origins
        if origin.kind == "row" and origin.key != "length"
    }


@pytest.mark.parametrize(
    "body",
    [
        "return render(request, 'x.html', {'letters': Letter.objects.all()})",
        "return render(request, 'x.html', {'letters': Letter.objects.filter(body='x').order_by('id')[:10]})",
        "page = Paginator(Letter.objects.all(), 9).get_page(1)\n    return render(request, 'x.html', {'page': page})",
        "context = {'n': 1}\n    context.update({'letters': Letter.objects.all()})\n    return render(request, 'x.html', context)",
        "context = {}\n    context['letters'] = Letter.objects.all()\n    return render(request, 'x.html', context)",
        "return render(request, 'x.html', {'letters': Letter.objects.filter(sender=pk) | Letter.objects.filter(reader=pk)})",
        "user = get_object_or_404(User, pk=pk)\n    return render(request, 'x.html', {'letters': user.sent.all()})",
        "user = User.objects.get(pk=pk)\n    return render(request, 'x.html', {'letters': user.received.filter(body='x')})",
    ],
)
def test_pages_of_django_show_what_they_are_given(tmp_path: Path, body: str) -> None:
    assert "Letter" in _shown(_of_django(tmp_path, f"def shown(request, pk):\n    {body}\n"))


def test_what_is_put_into_the_context_of_a_view_is_shown(tmp_path: Path) -> None:
    view = (
        "class Shown(TemplateView):\n    def get_context_data(self, **kwargs):\n"
        "        context = super().get_context_data(**kwargs)\n"
        "        context['letters'] = Letter.objects.all()\n        return context\n"
    )
    assert _shown(_of_django(tmp_path, view)) == {"Letter"}


def test_a_count_shows_no_rows(tmp_path: Path) -> None:
    body = "return render(request, 'x.html', {'n': Letter.objects.count()})"
    assert not _shown(_of_django(tmp_path, f"def shown(request, pk):\n    {body}\n"))


def test_a_relation_is_asked_for_the_rows_that_name_this_one(tmp_path: Path) -> None:
    body = "rows = get_object_or_404(Letter, pk=pk).stamp_set.all()\n    return render(request, 'x.html', {'rows': rows})"
    (found,) = (
        e
        for e in _of_django(tmp_path, f"def shown(request, pk):\n    {body}\n").effects
        if e.kind is EffectKind.QUERY and e.target == "Stamp"
    )
    assert [str(o) for o in found.inputs["filter:letter"]] == ["row.Letter.id"]


def test_the_own_rows_of_the_caller_are_asked_for_by_him(tmp_path: Path) -> None:
    body = "return render(request, 'x.html', {'letters': request.user.sent.all()})"
    handler = _of_django(tmp_path, f"def shown(request, pk):\n    {body}\n")
    (found,) = (e for e in handler.effects if e.kind is EffectKind.QUERY)
    assert {o.kind for o in found.inputs["filter:sender"]} == {"principal"}


@pytest.mark.parametrize(
    "answer",
    [
        "Letter.query.all()",
        "Letter.query.order_by(Letter.id).paginate(page=1).items",
        "db.session.execute(db.select(Letter)).scalars().all()",
        "db.session.scalars(db.select(Letter)).all()",
        "db.paginate(db.select(Letter))",
        "db.get_or_404(Letter, pk)",
    ],
)
def test_pages_of_flask_show_what_they_are_given(tmp_path: Path, answer: str) -> None:
    files = {"app.py": _FLASK.replace("ANSWER", answer), "requirements.txt": "flask\n"}
    (found,) = prototype_of(tmp_path, files).handlers
    assert _shown(found) == {"Letter"}
