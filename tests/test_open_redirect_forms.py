"""A form that names where to go next: that of a sign-in hands on what a link brought, others a page fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.http.open_redirect.control import OpenRedirect
from shipworthy.finding import Confidence, Outcome

_APP = """
from flask import Flask, redirect, request, session
from flask_login import login_required, login_user
from shop.models import Order, User

app = Flask(__name__)


@app.route("/login", methods=["POST"])
def login():
    user = User.query.filter_by(email=request.form["email"]).first()
    if user is None or not user.check_password(request.form["password"]):
        return redirect("/login")
    login_user(user)
    return redirect(request.form["next"])


@app.route("/orders/<int:order_id>/delete", methods=["POST"])
@login_required
def delete(order_id):
    Order.query.filter_by(id=order_id).delete()
    return redirect(request.form["back"])
"""


@pytest.mark.parametrize(
    ("name", "confidence"), [("login", Confidence.HIGH), ("delete", Confidence.LOW)]
)
def test_a_form_behind_a_sign_in_is_a_question(
    name: str, confidence: Confidence, tmp_path: Path
) -> None:
    files = {"app.py": _APP, "requirements.txt": "flask==3.1.0\nflask-login==0.6.3\n"}
    found = OpenRedirect().detect(prototype_of(tmp_path, files))
    gaps = {f.subject: f for f in found if f.outcome is Outcome.GAP}
    assert gaps[f"app.py#{name}"].confidence is confidence
