"""Views that Django and its REST framework write themselves do what their names say, with their queryset."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler

MODELS = (
    "from django.db import models\nfrom django.contrib.auth.models import User\n"
    "class Invoice(models.Model):\n"
    "    user = models.ForeignKey(User, on_delete=models.CASCADE)\n"
    "    amount = models.IntegerField()\n    paid = models.BooleanField(default=False)\n"
    "    made_at = models.DateTimeField(auto_now_add=True)\n"
)
SERIALIZERS = (
    "from rest_framework import serializers\nfrom .models import Invoice\n"
    "class InvoiceSerializer(serializers.ModelSerializer):\n"
    "    class Meta:\n        model = Invoice\n        fields = {fields}\n{more}"
)
VIEWS = (
    "from rest_framework import generics, mixins, permissions, viewsets\n"
    "from rest_framework.decorators import action\nfrom rest_framework.response import Response\n"
    "from rest_framework.views import APIView\n"
    "from django.views.generic import DeleteView, DetailView, ListView, UpdateView\n"
    "from .models import Invoice\nfrom .serializers import InvoiceSerializer\n"
)
FIELDS = "    queryset = Invoice.objects.all()\n    serializer_class = InvoiceSerializer\n"
ROUTER = (
    "from rest_framework.routers import DefaultRouter\nfrom .views import Invoices\n"
    "router = DefaultRouter()\nrouter.register('invoices', Invoices)\nurlpatterns = router.urls\n"
)
PATHS = (
    "from django.urls import path\nfrom .views import Invoices\n"
    "urlpatterns = [path('invoices/<int:pk>/', Invoices.as_view())]\n"
)
ALL = {"list", "retrieve", "create", "update", "destroy"}


def handler(
    folder: Path,
    views: str,
    urls: str = PATHS,
    settings: str = "",
    fields: str = "'__all__'",
    more: str = "",
) -> Handler:
    files = {
        "shop/models.py": MODELS,
        "shop/serializers.py": SERIALIZERS.format(fields=fields, more=more),
        "shop/views.py": VIEWS + views,
        "shop/urls.py": urls,
        "shop/settings.py": settings,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (found,) = read_prototype(folder).handlers
    return found


def done(found: Handler) -> set[str]:
    """What is done with invoices: what is read by its key is retrieved."""
    names = {"insert": "create", "update": "update", "delete": "destroy"}
    queries = [e for e in found.effects_of(EffectKind.QUERY) if e.target == "Invoice"]
    changes = {names[e.operation] for e in queries if e.operation in names}
    answers = [e for e in found.effects_of(EffectKind.RESPONSE) if e.inputs.get("body")]
    read = {"list"} if answers and any(not e.inputs for e in queries) else set()
    by_key = any("filter:id" in e.inputs for e in queries if e.operation == "select")
    return changes | read | ({"retrieve"} if answers and by_key else set())


def only(found: Handler, operation: str) -> Effect:
    return next(e for e in found.effects_of(EffectKind.QUERY) if e.operation == operation)


@pytest.mark.parametrize(
    ("base", "does"),
    [
        ("viewsets.ModelViewSet", ALL),
        ("viewsets.ReadOnlyModelViewSet", {"list", "retrieve"}),
        ("generics.ListAPIView", {"list"}),
        ("generics.CreateAPIView", {"create"}),
        ("generics.DestroyAPIView", {"destroy"}),
        ("generics.UpdateAPIView", {"update"}),
        ("generics.RetrieveAPIView", {"retrieve"}),
        ("generics.ListCreateAPIView", {"list", "create"}),
        ("generics.RetrieveUpdateDestroyAPIView", {"retrieve", "update", "destroy"}),
        ("mixins.DestroyModelMixin, viewsets.GenericViewSet", {"destroy"}),
        ("viewsets.GenericViewSet", set()),
        ("DetailView", {"retrieve"}),
        ("ListView", {"list"}),
        ("UpdateView", {"update"}),
        ("DeleteView", {"destroy"}),
    ],
)
def test_a_view_does_what_its_base_does(tmp_path: Path, base: str, does: set[str]) -> None:
    assert done(handler(tmp_path, f"class Invoices({base}):\n{FIELDS}")) == does


@pytest.mark.parametrize(
    ("classes", "settings", "check"),
    [
        ("", "", None),
        ("[permissions.AllowAny]", "", None),
        ("[permissions.IsAuthenticated]", "", Check.SESSION),
        (
            "",
            "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES':"
            " ('rest_framework.permissions.IsAuthenticated',)}\n",
            Check.SESSION,
        ),
        (
            "[permissions.AllowAny]",
            "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES':"
            " ('rest_framework.permissions.IsAuthenticated',)}\n",
            None,
        ),
    ],
)
def test_its_permission_classes_or_those_of_the_settings_hold(
    tmp_path: Path, classes: str, settings: str, check: Check | None
) -> None:
    view = f"class Invoices(viewsets.ModelViewSet):\n{FIELDS}"
    view += f"    permission_classes = {classes}\n" if classes else ""
    found = handler(tmp_path, view, ROUTER, settings)
    assert found.principal is check
    assert only(found, "delete").has(Check.SESSION) is (check is Check.SESSION)


READ_ONLY = "    permission_classes = [permissions.IsAuthenticatedOrReadOnly]\n"
BY_ACTION = (
    "    def get_permissions(self):\n        if self.action in ['list', 'retrieve', 'create']:\n"
    "            return [permissions.AllowAny()]\n        return [permissions.IsAuthenticated()]\n"
)


@pytest.mark.parametrize("permitted", [READ_ONLY, BY_ACTION])
def test_each_action_is_permitted_for_itself(tmp_path: Path, permitted: str) -> None:
    found = handler(tmp_path, f"class Invoices(viewsets.ModelViewSet):\n{FIELDS}{permitted}")
    assert only(found, "delete").has(Check.SESSION, Check.UNCLEAR)
    assert not next(e for e in found.effects_of(EffectKind.RESPONSE)).has(Check.SESSION)


OWN_ROWS = {
    "filtered": "        return Invoice.objects.filter(user=self.request.user)\n",
    "of super": "        return super().get_queryset().filter(user=self.request.user)\n",
    "of the field": "        return self.queryset.filter(user=self.request.user)\n",
    "staff sees all": "        if self.request.user.is_staff:\n"
    "            return Invoice.objects.all()\n"
    "        return Invoice.objects.filter(user=self.request.user)\n",
}


@pytest.mark.parametrize("form", OWN_ROWS)
def test_a_queryset_of_ones_own_holds_for_every_action(tmp_path: Path, form: str) -> None:
    view = f"class Invoices(generics.RetrieveDestroyAPIView):\n{FIELDS}"
    view += "    permission_classes = [permissions.IsAuthenticated]\n"
    found = handler(tmp_path, f"{view}    def get_queryset(self):\n{OWN_ROWS[form]}")
    deletes = [e for e in found.effects_of(EffectKind.QUERY) if e.operation == "delete"]
    assert deletes
    for effect in deletes:
        asked = {o.kind for o in effect.inputs.get("filter:user", ())}
        assert asked == {"principal"} or effect.has(Check.ROLE)


@pytest.mark.parametrize(
    ("fields", "more", "written"),
    [
        ("'__all__'", "", {"user", "amount", "paid"}),
        ("['id', 'amount', 'paid']", "", {"amount", "paid"}),
        ("'__all__'", "        read_only_fields = ['user', 'paid']\n", {"amount"}),
        ("['amount']", "    paid = serializers.BooleanField(read_only=True)\n", {"amount"}),
        ("['amount']", "    note = serializers.CharField()\n", {"amount", "note"}),
    ],
)
def test_a_serializer_writes_the_fields_that_it_takes(
    tmp_path: Path, fields: str, more: str, written: set[str]
) -> None:
    view = f"class Invoices(generics.CreateAPIView):\n{FIELDS}"
    effect = only(handler(tmp_path, view, fields=fields, more=more), "insert")
    assert {name.removeprefix("value:") for name in effect.inputs} == written


def test_what_the_view_saves_besides_is_not_the_callers(tmp_path: Path) -> None:
    view = f"class Invoices(generics.CreateAPIView):\n{FIELDS}"
    view += "    def perform_create(self, serializer):\n        serializer.save(user=self.request.user)\n"
    effect = only(handler(tmp_path, view), "insert")
    assert {o.kind for o in effect.inputs["value:user"]} == {"principal"}


def test_a_serializer_of_a_plain_view_is_saved_too(tmp_path: Path) -> None:
    view = (
        "class Invoices(APIView):\n    def put(self, request, pk):\n"
        "        invoice = Invoice.objects.get(pk=pk)\n"
        "        serializer = InvoiceSerializer(invoice, data=request.data, partial=True)\n"
        "        serializer.is_valid(raise_exception=True)\n        serializer.save()\n"
        "        return Response(serializer.data)\n"
    )
    effect = only(handler(tmp_path, view, fields="['paid']"), "update")
    assert {str(o) for o in effect.inputs["value:paid"]} == {"body.parsed.paid"}
    assert {str(o) for o in effect.inputs["filter:id"]} == {"path.pk"}


def test_further_actions_of_a_set_of_views_are_followed(tmp_path: Path) -> None:
    view = (
        f"class Invoices(viewsets.GenericViewSet):\n{FIELDS}"
        "    permission_classes = [permissions.IsAuthenticated]\n"
        "    @action(detail=True, methods=['post'], permission_classes=[permissions.AllowAny])\n"
        "    def pay(self, request, pk=None):\n        invoice = self.get_object()\n"
        "        invoice.paid = True\n        invoice.save()\n        return Response({})\n"
    )
    effect = only(handler(tmp_path, view, ROUTER), "update")
    assert "filter:id" in effect.inputs
    assert not effect.has(Check.SESSION)


def test_what_an_own_method_leaves_to_the_base_is_done(tmp_path: Path) -> None:
    view = (
        f"class Invoices(viewsets.ModelViewSet):\n{FIELDS}"
        "    def destroy(self, request, pk=None):\n        invoice = self.get_object()\n"
        "        self.perform_destroy(invoice)\n        return Response({})\n"
        "    def create(self, request):\n"
        "        serializer = self.get_serializer(data=request.data)\n"
        "        self.perform_create(serializer)\n        return Response(serializer.data)\n"
    )
    assert done(handler(tmp_path, view, ROUTER)) == ALL


def test_what_a_base_of_a_package_checks_is_not_known(tmp_path: Path) -> None:
    view = "from tenants.views import Ours\n"
    view += f"class Invoices(Ours, generics.DestroyAPIView):\n{FIELDS}"
    assert only(handler(tmp_path, view), "delete").has(Check.UNCLEAR)


def test_a_class_of_mongoengine_is_asked_for_its_objects(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from flask import Flask\nfrom mongoengine import Document, StringField\n"
        "app = Flask(__name__)\nclass Note(Document):\n    user_id = StringField()\n"
        "@app.route('/notes/<key>', methods=['DELETE'])\ndef drop(key):\n"
        "    Note.objects(id=key).delete()\n    return 'ok'\n"
    )
    (found,) = read_prototype(tmp_path).handlers
    effect = only(found, "delete")
    assert effect.target == "Note"
    assert {str(o) for o in effect.inputs["filter:id"]} == {"path.key"}


ADMIN, OPEN, UNKNOWN = {Check.SESSION, Check.ROLE}, set[Check](), {Check.UNCLEAR}
LISTED = "[permissions.AllowAny]"
OWN_PERMISSIONS = {
    "the classes of an action are void": (
        "        return [permissions.IsAuthenticated()]\n",
        {Check.SESSION},
    ),
    "they hold where they are asked for": (
        "        if self.action == 'create':\n            return [permissions.AllowAny()]\n"
        "        return super().get_permissions()\n",
        ADMIN,
    ),
    "made one by one": (
        "        if self.action == 'create':\n            listed = [permissions.AllowAny]\n"
        "        else:\n            listed = self.permission_classes\n"
        "        return [\n            one()\n            for one in listed\n        ]\n",
        ADMIN,
    ),
    "others in their place": (
        "        if self.action == 'report':\n"
        f"            self.permission_classes = {LISTED}\n"
        "        return super().get_permissions()\n",
        OPEN,
    ),
    "others for some callers": (
        "        if self.request.user.is_active:\n"
        f"            self.permission_classes = {LISTED}\n"
        "        return super().get_permissions()\n",
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("form", OWN_PERMISSIONS)
def test_what_a_view_says_of_its_permissions_holds_before_what_is_listed(
    tmp_path: Path, form: str
) -> None:
    method, checks = OWN_PERMISSIONS[form]
    view = f"class Invoices(viewsets.GenericViewSet):\n{FIELDS}    def get_permissions(self):\n{method}"
    view += "    @action(detail=False, permission_classes=[permissions.IsAdminUser])\n"
    view += (
        "    def report(self, request):\n        return Response(list(Invoice.objects.values()))\n"
    )
    found = handler(tmp_path, view, ROUTER)
    (answer,) = found.effects_of(EffectKind.RESPONSE)
    assert {g.check for g in answer.guards} == checks


@pytest.mark.parametrize(
    ("methods", "does"),
    [
        ("['get', 'patch']", {"list", "retrieve", "update"}),
        ("['get', 'head', 'options']", {"list", "retrieve"}),
        ("['post', 'delete']", {"create", "destroy"}),
    ],
)
def test_a_view_does_what_its_methods_are_asked_for(
    tmp_path: Path, methods: str, does: set[str]
) -> None:
    view = f"class Invoices(viewsets.ModelViewSet):\n{FIELDS}    http_method_names = {methods}\n"
    assert done(handler(tmp_path, view, ROUTER)) - does <= {"retrieve"}
    assert does <= done(handler(tmp_path, view, ROUTER))


KEYS = {
    "of its own name": "pk=None):\n        key = pk\n",
    "among the rest": "*args, **kwargs):\n        key = kwargs['pk']\n",
    "of the view": "*args, **kwargs):\n        key = self.kwargs.get('pk')\n",
    "by the name of the view": "number):\n        key = number\n",
}


@pytest.mark.parametrize("form", KEYS)
def test_the_key_that_a_router_hands_to_a_method_is_of_the_address(
    tmp_path: Path, form: str
) -> None:
    view = f"class Invoices(viewsets.ViewSet):\n    def destroy(self, request, {KEYS[form]}"
    view += "        Invoice.objects.filter(pk=key).delete()\n        return Response({})\n"
    effect = only(handler(tmp_path, view, ROUTER), "delete")
    assert {o.kind for o in effect.inputs["filter:id"]} == {"path"}
