"""Roles that a server of Flask keeps in its session, and asks for in a decorator of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check

_APP = """
from functools import wraps

from flask import Flask, jsonify, redirect, session
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class Guest(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(80))


def requires(roles):
    def decorator(f):
        @wraps(f)
        def inner(*args, **kwargs):
            if ASKED:
                return redirect("/login")
            return f(*args, **kwargs)

        return inner

    return decorator


@app.route("/guests/<int:id>")
@requires(ROLES)
def guests(id):
    return jsonify(Guest.query.get(id).email)
"""


@pytest.mark.parametrize(
    ("asked", "roles", "check"),
    [
        ('"role" not in session or session["role"] not in roles', '["warden"]', Check.ROLE),
        ('"role" not in session or session.get("role") not in roles', '"warden"', Check.ROLE),
        ('session.get("role") != roles', '"warden"', Check.ROLE),
        ('not session.get("is_admin")', '"warden"', Check.ROLE),
        ('session.get("role") not in roles', '["user"]', Check.ALLOWED),
        ('"user_id" not in session', '"warden"', Check.SESSION),
    ],
)
def test_the_role_of_a_session_is_known_whatever_it_is_called(
    tmp_path: Path, asked: str, roles: str, check: Check
) -> None:
    text = _APP.replace("ASKED", asked).replace("ROLES", roles)
    read = prototype_of(tmp_path, {"app.py": text, "requirements.txt": "flask==3.0.0\n"})
    (handler,) = read.handlers
    (query,) = (e for e in handler.effects if e.target == "Guest")
    assert query.has(check)
    assert query.has(Check.ROLE) == (check is Check.ROLE)
