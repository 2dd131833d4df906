"""Streamlit: what visitors enter, what the server keeps for them, what is shown."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.flask import session_item
from shipworthy.prototype.handlers.knowledge.wrapping import Answer, transparent
from shipworthy.prototype.handlers.values import (
    NEVER,
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Value,
    all_origins,
    from_origins,
)

STATE = "streamlit.session_state"
_FREE = "text_input text_area chat_input data_editor experimental_data_editor".split()
_LISTED = "selectbox radio multiselect select_slider pills segmented_control".split()
_NUMBERS = "number_input slider date_input time_input checkbox toggle color_picker".split()
_FILES = "file_uploader camera_input audio_input".split()
_PLACES = "sidebar form container expander columns tabs empty popover".split()


def _entered(kind: str, *tags: str) -> Answer:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        key = site.named.get("key", UNKNOWN).text or site.argument(0, "label").text or ""
        return Value(
            origins=frozenset({Origin(kind, "", key[:40].replace(".", ""))}), tags=frozenset(tags)
        )

    return answer


def _state(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in ("get", "setdefault", "pop", "clear", "update", "keys"):
        return Value(what=f"{STATE}.{key}")
    return session_item(walk, key, 0)


def _state_get(walk: Evaluation, site: Site) -> Value | None:
    return session_item(walk, site.argument(0).text or "", site.call.at)


def _stop(walk: Evaluation, site: Site) -> Value | None:
    return NEVER


def _shown(walk: Evaluation, site: Site) -> Value | None:
    """`st.markdown(text, unsafe_allow_html=True)`: the text is a part of the page."""
    given = site.argument(0)
    unsafe = site.named.get("unsafe_allow_html", UNKNOWN).literal is True
    raw = unsafe or site.name == "html"
    walk.effect(
        EffectKind.HTML if raw else EffectKind.RESPONSE,
        "page" if raw else "show",
        "",
        site.call.at,
        inputs={"text" if raw else "body": all_origins(given)},
        values={"text" if raw else "body": given},
    )
    return NULL


def _place(walk: Evaluation, site: Site) -> Value | None:
    return Value(what="streamlit", tags=frozenset({"truthy"}))


def _places(walk: Evaluation, site: Site) -> Value | None:
    made = Value(what="streamlit", tags=frozenset({"truthy"}))
    return Value(elements=(made,) * 12)


def _logged_in(walk: Evaluation, site: Site) -> Value | None:
    """`name, status, username = authenticator.login(…)` of streamlit-authenticator."""
    yes = frozenset({walk.guard(Check.SESSION, site.what, site.call.at)})
    status = Value(when=(yes, NO_GUARDS))
    caller = from_origins(Origin("principal"), what="principal")
    return Value(elements=(caller, status, caller))


def _user(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in ("is_logged_in", "email"):
        yes = frozenset({walk.guard(Check.SESSION, f"st.user.{key}", 0)})
        return Value(origins=frozenset({Origin("principal", "", key)}), when=(yes, NO_GUARDS))
    return from_origins(Origin("principal", "", key))


def _secret(walk: Evaluation, value: Value, key: str) -> Value | None:
    return None if key == "get" else from_origins(Origin("environment", key))


def _of(names: list[str], answer: Answer) -> dict[str, Answer]:
    places = ("streamlit", "streamlit.sidebar")
    return {f"{place}.{name}": answer for place in places for name in names}


CALLS: dict[str, Answer] = {
    **_of(_FREE, _entered("form")),
    **_of(_LISTED, _entered("form", "listed")),
    **_of(_NUMBERS, _entered("form", "scalar")),
    **_of(_FILES, _entered("upload")),
    **_of(["columns", "tabs"], _places),
    **_of("form container expander empty popover spinner status chat_message".split(), _place),
    **_of("markdown write html text info success error warning caption code title".split(), _shown),
    "streamlit.button": lambda walk, site: UNKNOWN,
    "streamlit.form_submit_button": lambda walk, site: UNKNOWN,
    "streamlit.stop": _stop,
    "streamlit.rerun": _stop,
    "streamlit.experimental_rerun": _stop,
    "streamlit.switch_page": _stop,
    "streamlit.cache_data": transparent,
    "streamlit.cache_resource": transparent,
    "streamlit.cache": transparent,
    "streamlit.dialog": transparent,
    "streamlit.fragment": transparent,
    f"{STATE}.get": _state_get,
    f"{STATE}.setdefault": _state_get,
    "streamlit_authenticator.Authenticate().login": _logged_in,
    "streamlit.query_params.get": _entered("query"),
    "streamlit.experimental_get_query_params": lambda walk, site: from_origins(Origin("query")),
}
PROPERTIES = {
    STATE: _state,
    "streamlit.user": _user,
    "streamlit.experimental_user": _user,
    "streamlit.secrets": _secret,
    "streamlit.query_params": lambda walk, value, key: (
        None if key == "get" else from_origins(Origin("query", "", key))
    ),
}
