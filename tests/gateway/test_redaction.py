"""What is found in texts, what is left alone, and how it comes back."""

from __future__ import annotations

import json
import random
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from policies import one_model
from provider import Asked, Provider, chat, chunks, provider, reply, sse, streams
from running import running

from shipworthy.errors import MissingExtra
from shipworthy.gateway.call import Passage, Role
from shipworthy.gateway.policy import Feature, RedactionOptions
from shipworthy.gateway.redaction import KINDS, PersonalDataRedactor, recognise
from shipworthy.gateway.redaction.restoring import ValueRestorer

# Numbers that their issuers publish as examples, or that were computed; none is a person's.
FOUND = [
    ("EMAIL", "Write to anna.k+shop@firma-beispiel.de today", "anna.k+shop@firma-beispiel.de"),
    ("EMAIL", '{"text":"first\\nbob@example.org"}', "bob@example.org"),
    ("EMAIL", "An: jörg@müller-söhne.de", "jörg@müller-söhne.de"),
    ("EMAIL", "我的邮箱是zhang.wei@example.com，谢谢", "zhang.wei@example.com"),
    ("EMAIL", "メールはtaro@example.co.jpです", "taro@example.co.jp"),
    ("PHONE", "電話は090-1234-5678です", "090-1234-5678"),
    ("PHONE", "telemóvel 912 345 678", "912 345 678"),
    ("IP", "地址是192.0.2.99的服务器", "192.0.2.99"),
    ("EMAIL", "https://example.org/?to=bob%40example.org&x=1", "bob%40example.org"),
    ("IBAN", "pay GB82 WEST 1234 5698 7654 32 now", "GB82 WEST 1234 5698 7654 32"),
    ("IBAN", "IBAN:DE89370400440532013000.", "DE89370400440532013000"),
    ("IBAN", "MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
    ("CARD", "card 4111 1111 1111 1111 12/27", "4111 1111 1111 1111"),
    ("CARD", "Amex 3782-822463-10005", "3782-822463-10005"),
    ("PHONE", "+49 (0)30 1234567", "+49 (0)30 1234567"),
    ("PHONE", "ring (415) 555-0123", "(415) 555-0123"),
    ("PHONE", "Tél. 06 12 34 56 78", "06 12 34 56 78"),
    ("PHONE", "dial 415-555-0123x42 please", "415-555-0123x42"),
    ("PHONE", "0171/2345678", "0171/2345678"),
    ("PHONE", "Ofcom's 07700 900123", "07700 900123"),
    ("PHONE", "llámame al 600 123 456", "600 123 456"),
    ("PHONE", "mobile: ９８７６５４３２１０", "９８７６５４３２１０"),
    ("US_SSN", "his SSN is 078-05-1120", "078-05-1120"),
    ("US_SSN", "social security number 078051120", "078051120"),
    ("UK_NINO", "NINO QQ123456C", "QQ123456C"),
    ("UK_NINO", "NINO QQ 12 34 56 C", "QQ 12 34 56 C"),
    ("UK_NHS", "NHS number 943 476 5919", "943 476 5919"),
    ("DE_TAX_ID", "Steuer-ID 86095742719", "86095742719"),
    ("FR_NIR", "255081416802538", "255081416802538"),
    ("FR_NIR", "NIR 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),
    ("ES_DNI", "DNI 12345678Z", "12345678Z"),
    ("ES_DNI", "NIE X1234567L", "X1234567L"),
    ("IT_CF", "CF RSSMRA85T10A562S", "RSSMRA85T10A562S"),
    ("NL_BSN", "BSN 111222333", "111222333"),
    ("PL_PESEL", "44051401458", "44051401458"),
    ("BR_CPF", "529.982.247-25", "529.982.247-25"),
    ("IN_AADHAAR", "2345 6789 0124", "2345 6789 0124"),
    ("IN_PAN", "PAN ABCPE1234F", "ABCPE1234F"),
    ("SE_PERSONNUMMER", "811228-9874", "811228-9874"),
    ("FI_HETU", "131052-308T", "131052-308T"),
    ("BE_NRN", "85.07.30-033.28", "85.07.30-033.28"),
    ("CH_AHV", "756.9217.0769.85", "756.9217.0769.85"),
    ("IE_PPS", "PPS 1234567T", "1234567T"),
    ("PT_NIF", "NIF 123456789", "123456789"),
    ("CZ_RC", "736028/5163", "736028/5163"),
    ("DK_CPR", "CPR 070761-4285", "070761-4285"),
    ("NO_FNR", "01010750160", "01010750160"),
    ("AT_SVNR", "SVNR 1237 010180", "1237 010180"),
    ("CA_SIN", "social insurance 046 454 286", "046 454 286"),
    ("AU_TFN", "TFN 123 456 782", "123 456 782"),
    ("IP", "from 192.0.2.10, again", "192.0.2.10"),
    ("IP", "host 2001:db8::8a2e:370:7334 up", "2001:db8::8a2e:370:7334"),
    ("KEY", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("KEY", "sk-proj-abcdefghijklmnopqrstuvwx", "sk-proj-abcdefghijklmnopqrstuvwx"),
    ("KEY", "OPENAI=sk-ant-api03-" + "a1B2" * 10, "sk-ant-api03-" + "a1B2" * 10),
    ("KEY", "ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9),
    ("KEY", "xoxb-123456789012-abcdefghijklm", "xoxb-123456789012-abcdefghijklm"),
    ("JWT", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
    ("PASSWORD", "postgres://app:hunter2x@db.example.com/x", "hunter2x"),
    ("PASSWORD", "Das Passwort ist: Tr0ub4dor&3", "Tr0ub4dor&3"),
]
PEM = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(("kind", "text", "value"), FOUND)
def test_values_are_found_whole(kind: str, text: str, value: str) -> None:
    assert [(f.kind, text[f.start : f.end]) for f in recognise(text)] == [(kind, value)]


def test_a_long_row_of_numbers_is_read_to_its_end() -> None:
    row = " ".join(["4111 1111 1111 1111"] * 9)
    assert len(recognise(row)) == 9


def test_every_kind_has_an_example() -> None:
    assert {kind for kind, _, _ in FOUND} | {"PRIVATE_KEY"} == KINDS


LEFT_ALONE = """\
Order 10023345 of 2024-11-21, 12:30; delivered 01.02.2024 14:00 to warehouse 204.
Version 10.0.19.4 needs lodash@4.17.21 and @types/node; listen on 127.0.0.1:8080 or ::1.
Revenue rose from 1 234 567 890 kr to 2,345,678.90 EUR, up 12.5 % in Q3 2024/2025.
Invoice 2024-000123-7, SKU 4006381333931, tracking 1Z999AA10123456784, commit 3f2a9c1d.
git clone git@example.com:team/app.git; the secret is to stay calm; password: required
logo@2x.png beside icon@3x.webp; sequence 0000000000000042
UUID 123e4567-e89b-12d3-a456-426614174000, timestamps 1732212345 and 1732212345678.
12345678A is no DNI, DE89370400440532013001 is no IBAN, 4111111111111112 is no card.
Ratio 16:9, score 3-2, aspect 1920x1080, ISBN 978-3-16-148410-0, coordinates 52.5200 13.4050.
def f(x): return x[0] + 1.0e-10  # see #123456 and https://example.com/a/1234567890123456
""".splitlines()


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_business_as_usual_is_left_alone(text: str) -> None:
    assert [(f.kind, text[f.start : f.end]) for f in recognise(text)] == []


def test_every_mark_that_the_search_in_files_knows_stays_inside() -> None:
    from shipworthy.prototype.secrets import recognisers
    from shipworthy.prototype.secrets.secret import SecretKind

    tail = "".join(random.Random(1).choices("abcdef0123456789", k=64))  # noqa: S311
    specimens = {
        r.start: r.start + tail
        for r in recognisers._RECOGNISERS
        if r.kind is not SecretKind.PUBLIC and r.pattern.match(r.start + tail)
    }
    assert len(specimens) > 20
    missed = {mark for mark, text in specimens.items() if not recognise(f"it is {text} here")}
    assert missed == set()


def _redacted(
    texts: list[str], options: RedactionOptions | None = None, is_json: bool = False
) -> Any:
    holder = dict(enumerate(texts))
    passages = [Passage(holder, i, Role.USER, is_json=is_json) for i in holder]
    feature = Feature(prototype="app", name="f", redaction=options or RedactionOptions())
    return PersonalDataRedactor().redact(passages, feature)


def test_one_value_has_one_placeholder_that_no_text_holds_already() -> None:
    redaction = _redacted(["a@b.com, [EMAIL_1] and c@d.com", "again a@b.com"])
    assert redaction.texts == ["[EMAIL_2], [EMAIL_1] and [EMAIL_3]", "again [EMAIL_2]"]
    assert redaction.counts == {"EMAIL": 2}
    assert redaction.restorer.restore("[EMAIL_1] [EMAIL_2]", False) == "[EMAIL_1] a@b.com"


def test_a_longer_conversation_begins_with_the_same_placeholders() -> None:
    first = _redacted(["I am a@b.com", "call +1 415 555 0123"])
    second = _redacted(["I am a@b.com", "call +1 415 555 0123", "and c@d.com"])
    assert list(second.texts)[:2] == list(first.texts)


def test_arguments_of_tools_stay_json() -> None:
    text = json.dumps({"to": "a@b.com", "card": 4111111111111111, "n": 5, "t": "x\nc@d.com"})
    redaction = _redacted([text], is_json=True)
    assert json.loads(redaction.texts[0]) == {
        "to": "[EMAIL_1]",
        "card": "[CARD_1]",
        "n": 5,
        "t": "x\n[EMAIL_2]",
    }
    untouched = '{ "spaces" :  "kept" }'
    assert _redacted([untouched], is_json=True) is None


def test_a_value_of_several_lines_comes_back_into_json_as_json() -> None:
    restorer = _redacted([PEM]).restorer
    answer = '{"key": "[PRIVATE_KEY_1]"}'
    assert json.loads(restorer.restore(answer, False))["key"] == PEM
    pieces = restorer.fragments(False)
    assert json.loads("".join(map(pieces.push, answer)) + pieces.finish())["key"] == PEM
    assert restorer.restore("key: [PRIVATE_KEY_1]", False) == f"key: {PEM}"


def test_what_a_feature_allows_passes() -> None:
    text = "a@b.com, c@firm.de, 078-05-1120, +1 415 555 0123"
    options = RedactionOptions(allow=["@FIRM.de", "+1 415 555 0123"])
    assert _redacted([text], options).texts == ["[EMAIL_1], c@firm.de, [US_SSN_1], +1 415 555 0123"]
    assert _redacted([text], RedactionOptions(kinds=["US_SSN"])).counts == {"US_SSN": 1}
    assert _redacted([text], RedactionOptions(enabled=False)) is None


HAS_SPACY = find_spec("spacy") is not None


@pytest.mark.skipif(HAS_SPACY, reason="spaCy is installed")
def test_names_without_a_language_model_are_an_error_with_the_line_that_installs_it() -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'shipworthy\[ner\]'"):
        _redacted(["Anna Kowalska called"], RedactionOptions(names=True))


@pytest.mark.skipif(not HAS_SPACY, reason="spaCy is not installed")
def test_names_are_replaced_where_a_feature_asks_for_it() -> None:
    redaction = _redacted(
        ["Please tell John Smith at a@b.com that Marie Dupont called."],
        RedactionOptions(names=True),
    )
    assert redaction.texts == ["Please tell [PERSON_1] at [EMAIL_1] that [PERSON_2] called."]


ANSWER = (
    "Sure: [EMAIL_2], \\[EMAIL\\_3\\] [email_2] [x](mailto:%5BEMAIL_3%5D) [[EMAIL_11]] a[0] 50%"
    " %5B [EMAIL_9] \\ [PRIVATE_KEY_1] end [EMA"
)


def test_restoring_is_the_same_wherever_a_stream_is_cut() -> None:
    restorer = ValueRestorer(
        {
            "[EMAIL_2]": "a@b.com",
            "[EMAIL_3]": "c@d.com",
            "[EMAIL_11]": "e@f.com",
            "[PRIVATE_KEY_1]": PEM,
        }
    )
    whole = restorer.restore(ANSWER, False)
    assert whole.startswith("Sure: a@b.com, c@d.com a@b.com [x](mailto:c@d.com) [e@f.com] a[0] 50%")
    for seed in range(500):
        draw = random.Random(seed)  # noqa: S311
        pieces, out, at = restorer.fragments(False), "", 0
        while at < len(ANSWER):
            size = draw.choice((1, 1, 2, 3, 5, 9))
            out += pieces.push(ANSWER[at : at + size])
            at += size
        assert out + pieces.finish() == whole, seed


def test_no_more_is_held_back_than_may_be_a_placeholder() -> None:
    pieces = ValueRestorer({"[EMAIL_1]": "a@b.com"}).fragments(False)
    assert pieces.push("see list[3] and ") == "see list[3] and "
    assert pieces.push("[") == ""
    assert pieces.push("PHONE") == "[PHONE"
    assert pieces.push(" [EMAIL_") == " "
    assert pieces.push("1] done") == "a@b.com done"
    assert pieces.finish() == ""


@pytest.fixture(autouse=True)
def _provider_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", "provider-key-0123456789")


def _echo(cut: int) -> Any:
    """A provider that answers with what it was told, in pieces of `cut` characters where streamed."""

    async def script(asked: Asked, writer: Any) -> None:
        text = asked.json["messages"][-1]["content"]
        if asked.json.get("stream"):
            texts = [text[i : i + cut] for i in range(0, len(text), cut)]
            events = [sse([event], done=False) for event in chunks(*texts)]
            await streams([*events, b"data: [DONE]\n\n"])(asked, writer)
        else:
            writer.write(reply(json.dumps(chat(text)).encode()))

    return script


SECRETIVE = f"a@b.com pays with 4111 1111 1111 1111, ssn 078-05-1120, AKIAIOSFODNN7EXAMPLE, {PEM}!"


def _saw(fake: Provider) -> str:
    return " ".join(asked.body.decode() for asked in fake.asked)


@pytest.mark.parametrize("cut", [1, 3, 1000])
def test_a_provider_sees_placeholders_and_the_caller_never_does(tmp_path: Path, cut: int) -> None:
    with provider(_echo(cut)) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        streamed = gateway.chat(SECRETIVE, stream=True)
        whole = gateway.chat(SECRETIVE)
    assert streamed.streamed_text == SECRETIVE
    assert whole.json["choices"][0]["message"]["content"] == SECRETIVE
    assert not any(v in _saw(fake) for v in ("a@b.com", "4111", "078-05", "AKIA", "MIIE"))
    assert "[EMAIL_1] pays with [CARD_1]" in _saw(fake)


def test_schemas_images_and_names_of_tools_reach_the_provider_as_they_are(tmp_path: Path) -> None:
    tools = [
        {
            "type": "function",
            "function": {"name": "mail", "description": "to x@y.com", "parameters": {}},
        }
    ]
    image = {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,QUtJQUlPU0ZPRE5ON0VYQU1QTEU="},
    }
    with provider(_echo(9)) as fake, running(tmp_path, one_model(fake.url)) as gateway:
        parts = [{"type": "text", "text": "I am a@b.com"}, image]
        body = {"model": "m", "messages": [{"role": "user", "content": parts}], "tools": tools}
        gateway.post("/v1/chat/completions", body)
    sent = fake.asked[0].json
    assert sent["tools"] == tools
    assert sent["messages"][0]["content"] == [{"type": "text", "text": "I am [EMAIL_1]"}, image]
