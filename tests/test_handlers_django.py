"""What Django's own helpers make sure of is no hole: tokens of links, transactions, `get_or_create`."""

from __future__ import annotations

from pathlib import Path

import pytest

from made_assessments import written
from shipworthy.finding import Finding, Outcome
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

MODELS = (
    "from django.db import models\nfrom django.contrib.auth.models import User\n"
    "class Wallet(models.Model):\n    user = models.OneToOneField(User, on_delete=models.CASCADE)\n"
    "    credits = models.IntegerField()\n    code = models.CharField(max_length=9)\n"
)
VIEWS = (
    "from django.contrib.auth.decorators import login_required\n"
    "from django.contrib.auth.models import User\n"
    "from django.contrib.auth.tokens import default_token_generator\n"
    "from django.db import transaction\n"
    "from django.shortcuts import get_object_or_404, redirect\n"
    "from django.utils.http import urlsafe_base64_decode\nfrom .models import Wallet\n"
)
TIP = (
    "{decorators}def view(request, code):\n"
    "    target = get_object_or_404(Wallet, code=code)\n"
    "    mine = Wallet.objects.select_for_update().get(user=request.user)\n"
    "    amount = int(request.POST.get('amount', 1))\n"
    "    if amount < 1 or mine.credits < amount:\n        return redirect('no')\n"
    "    mine.credits -= amount\n    target.credits += amount\n"
    "    mine.save(update_fields=['credits'])\n    target.save(update_fields=['credits'])\n"
    "    return redirect('yes')\n"
)
ACTIVATE = (
    "def view(request, uid, token):\n"
    "    user = User.objects.get(pk=urlsafe_base64_decode(uid).decode())\n"
    "    if {test}:\n        user.is_active = True\n        user.save()\n"
    "        wallet, _ = Wallet.objects.get_or_create(user=user)\n        wallet.credits += 50\n"
    "        wallet.save()\n        return redirect('yes')\n    return redirect('no')\n"
)
BUY = (
    "@login_required\ndef view(request):\n    wallet{row}\n"
    "    if wallet.credits < 25:\n        return redirect('no')\n"
    "    wallet.credits -= 25\n    wallet.save()\n    return redirect('yes')\n"
)


def gaps(folder: Path, view: str, path: str, settings: str = "") -> dict[str, Finding]:
    files = {
        "shop/models.py": MODELS,
        "shop/views.py": VIEWS + view,
        "shop/urls.py": "from django.urls import path\nfrom . import views\n"
        f"urlpatterns = [path('{path}', views.view)]\n",
        "shop/settings.py": settings,
    }
    found = run_assess(written(folder, files), Settings(workers=1)).findings
    return {f.control: f for f in found if f.outcome is Outcome.GAP}


@pytest.mark.parametrize(
    ("decorators", "whole"),
    [
        ("@login_required\n@transaction.atomic\n", True),
        ("@login_required\n@transaction.atomic()\n", True),
        ("@login_required\n", False),
    ],
)
def test_a_decorator_makes_writes_one(tmp_path: Path, decorators: str, whole: bool) -> None:
    found = gaps(tmp_path, TIP.format(decorators=decorators), "tip/<str:code>/")
    assert ("non-atomic-writes" not in found) is whole


def test_who_pays_out_of_his_own_may_name_whom(tmp_path: Path) -> None:
    found = gaps(tmp_path, TIP.format(decorators="@login_required\n"), "tip/<str:code>/")
    assert "missing-authorisation" not in found


def test_credits_of_others_are_not_everybodys_to_change(tmp_path: Path) -> None:
    view = (
        "@login_required\ndef view(request, code):\n"
        "    target = get_object_or_404(Wallet, code=code)\n    target.credits += 5\n"
        "    target.save()\n    return redirect('yes')\n"
        "def other(request):\n    return Wallet.objects.get(user=request.user)\n"
    )
    assert "missing-authorisation" in gaps(tmp_path, view, "tip/<str:code>/")


@pytest.mark.parametrize(
    ("test", "is_open"),
    [("default_token_generator.check_token(user, token)", False), ("user", True)],
)
def test_the_token_of_a_link_tells_who_comes(tmp_path: Path, test: str, is_open: bool) -> None:
    found = gaps(tmp_path, ACTIVATE.format(test=test), "activate/<uid>/<token>/")
    assert ("unauthenticated-endpoint" in found) is is_open


@pytest.mark.parametrize(
    "row",
    [
        " = Wallet.objects.get(user=request.user)",
        " = get_object_or_404(Wallet, user=request.user)",
        ", made = Wallet.objects.get_or_create(user=request.user)",
    ],
)
def test_a_row_that_is_saved_is_written_once_and_raced_for(tmp_path: Path, row: str) -> None:
    found = gaps(tmp_path, BUY.format(row=row), "buy/")
    assert "non-atomic-writes" not in found
    assert "read-modify-write-race" in found


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        ("wallet.is_full = wallet.credits > 90", False),
        ("wallet.credits = 0\n    wallet.save()", True),
        ("wallet.user_id = request.GET['user']\n    wallet.save()", True),
    ],
)
def test_what_no_column_holds_is_never_written(tmp_path: Path, said: str, is_open: bool) -> None:
    view = (
        "from django.shortcuts import render\n"
        "def view(request, code):\n    wallet = get_object_or_404(Wallet, code=code)\n"
        f"    {said}\n    return render(request, 'wallet.html', {{'full': wallet.credits}})\n"
    )
    found = gaps(tmp_path, view, "wallet/<str:code>/").get("unauthenticated-endpoint")
    assert (found is not None and "change wallet" in found.message) is is_open


KEY = "django-insecure-5t9dabthob@30mk@@vgu58_^h#f51yuqouc!5i=e^+_=g12h$f"


@pytest.mark.parametrize(
    ("line", "control"),
    [
        (f"SECRET_KEY = '{KEY}'", "secret-in-code"),
        (f"import os\nSECRET_KEY = os.getenv('SECRET_KEY', '{KEY}')", "default-secret"),
        (
            f"from decouple import config\nSECRET_KEY = config('SECRET_KEY', default='{KEY}')",
            "default-secret",
        ),
        (
            "import environ\nenv = environ.Env()\nSECRET_KEY = env.str('SECRET_KEY', 'change-me')",
            "default-secret",
        ),
        ("from decouple import config\nSECRET_KEY = config('SECRET_KEY')", ""),
        ("SECRET_KEY = 'django-insecure-change-me'", "secret-in-code"),
    ],
)
def test_the_key_of_a_template_signs_all_the_same(tmp_path: Path, line: str, control: str) -> None:
    settings = f"{line}\nINSTALLED_APPS = ['django.contrib.auth', 'django.contrib.sessions']\n"
    found = gaps(tmp_path, "def view(request):\n    return redirect('yes')\n", "x/", settings)
    assert {"secret-in-code", "default-secret"} & set(found) == ({control} if control else set())
