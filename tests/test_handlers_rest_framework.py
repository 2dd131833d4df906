"""Django's REST framework: what throttles count, and what serializers leave of an input."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.finding import Finding, Outcome
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

VIEWS = """from openai import OpenAI
from pymongo import MongoClient
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes, throttle_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle, ScopedRateThrottle, UserRateThrottle
from rest_framework.views import APIView

client = OpenAI(timeout=20)
notes = MongoClient("mongodb://db").shop.notes

class Burst(UserRateThrottle):
    rate = "5/min"

class NoteSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=80)
    status = serializers.ChoiceField(choices=["open", "done"])
    owner_id = serializers.IntegerField(read_only=True)

"""
ASK = """class Show(APIView):
    permission_classes = [IsAuthenticated]
    THROTTLE

    def post(self, request, pk):
        text = [{"role": "user", "content": request.data["q"]}]
        answer = client.chat.completions.create(model="gpt-4o", messages=text)
        return Response({"text": answer.choices[0].message.content})
"""
ASK_IN_FUNCTION = """@api_view(["POST"])
@permission_classes([IsAuthenticated])
THROTTLE
def show(request, pk):
    text = [{"role": "user", "content": request.data["q"]}]
    answer = client.chat.completions.create(model="gpt-4o", messages=text)
    return Response({"text": answer.choices[0].message.content})
"""
WRITE = """class Show(APIView):
    permission_classes = [IsAuthenticated]

    def patch(self, request, pk):
        found = notes.find_one({"_id": pk, "user_id": request.user.id})
        if not found:
            return Response({}, status=404)
        serializer = NoteSerializer(data=request.data)
        if not serializer.is_valid():
            return Response(serializer.errors, status=400)
        notes.update_one({"_id": pk, "user_id": request.user.id}, {"$set": WRITTEN})
        return Response({})
"""
SETTINGS = """import os
REST_FRAMEWORK = {
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.KIND"],
    "DEFAULT_THROTTLE_RATES": {"chat": os.getenv("RATE", "20/min"), "user": "900/min", "anon": "3/min"},
}
"""


def of_view(folder: Path, control: str, view: str, settings: str = "") -> list[Finding]:
    """What the control says of one view."""
    called = "Show.as_view()" if "class Show" in view else "show"
    files = {
        "manage.py": "",
        "requirements.txt": "django\ndjangorestframework\nopenai\npymongo\n",
        "shop/__init__.py": "",
        "shop/urls.py": "from django.urls import path\nfrom shop.views import *\n"
        f"urlpatterns = [path('notes/<str:pk>/', {called})]\n",
        "shop/settings.py": settings,
        "shop/views.py": VIEWS + view,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return list(run_assess(folder, Settings(), [control]).findings)


@pytest.mark.parametrize(
    ("view", "throttle", "settings", "limited"),
    [
        (ASK, "throttle_scope = 'chat'", "ScopedRateThrottle", True),
        (ASK, "throttle_classes = [Burst]", "", True),
        (ASK_IN_FUNCTION, "@throttle_classes([Burst])", "", True),
        (ASK, "", "", False),
        (ASK, "", "ScopedRateThrottle", False),  # a view without a scope is not counted
        (ASK, "", "AnonRateThrottle", False),  # who is signed in is not counted
        (ASK, "", "UserRateThrottle", False),  # 900 a minute
        (ASK, "throttle_classes = []", "ScopedRateThrottle", False),
        (ASK_IN_FUNCTION, "", "", False),
    ],
)
def test_a_throttle_counts_the_views_that_it_is_for(
    tmp_path: Path, view: str, throttle: str, settings: str, limited: bool
) -> None:
    said = SETTINGS.replace("KIND", settings) if settings else ""
    found = of_view(tmp_path, "missing-rate-limit", view.replace("THROTTLE", throttle), said)
    (judged,) = [f for f in found if f.outcome is not Outcome.NOT_APPLICABLE]
    assert (judged.outcome is Outcome.SATISFIED) is limited, judged.message


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ("serializer.validated_data", Outcome.SATISFIED),
        ("{k: v for k, v in serializer.validated_data.items()}", Outcome.SATISFIED),
        ("request.data", Outcome.GAP),
        ("serializer.initial_data", Outcome.GAP),
    ],
)
def test_a_serializer_leaves_the_fields_that_it_declares(
    tmp_path: Path, written: str, outcome: Outcome
) -> None:
    found = of_view(tmp_path, "mass-assignment", WRITE.replace("WRITTEN", written))
    assert [f.outcome for f in found] == [outcome], found
