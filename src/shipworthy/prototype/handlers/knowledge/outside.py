"""What leaves the process: requests, mails, models, payments, files, commands, SQL and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.prototype.handlers.comparing import is_session_token
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.kept import ROWS_OF_FILE
from shipworthy.prototype.handlers.handler import HUMAN, Check, EffectKind, Origin, Origins
from shipworthy.prototype.handlers.knowledge import platform_rest
from shipworthy.prototype.handlers.knowledge.addressed import addressed, spelled
from shipworthy.prototype.handlers.knowledge.kept_rows import OF_FILE, kept_rows
from shipworthy.prototype.handlers.knowledge.mail_gateways import MAIL_HOSTS, is_mail, parts_of_mail
from shipworthy.prototype.handlers.knowledge.stored_files import note_private
from shipworthy.prototype.handlers.sent import leading_up
from shipworthy.prototype.handlers.values import (
    FLEETING,
    NO_GUARDS,
    UNKNOWN,
    Value,
    all_origins,
    is_setting,
    union,
)
from shipworthy.regex import regex

_MODEL_HOSTS = regex(
    r"api\.openai\.com|api\.anthropic\.com|generativelanguage\.googleapis|ai\.gateway\.lovable|openrouter\.ai"
    r"|api\.groq\.com|api\.mistral\.ai|api\.perplexity|api\.deepseek|api\.x\.ai|api\.together|huggingface"
    r"|replicate\.com|api\.elevenlabs|api\.cohere|api\.stability|fal\.run|api\.fireworks|api\.deepgram"
    r"|api\.assemblyai|api\.heygen\.com/v\d/video[/.]generate|api\.d-id\.com|runwayml\.com|api\.lumalabs|api\.runpod\.ai|api\.piapi"
    r"|api\.klingai|leonardo\.ai/api|api\.ideogram|api\.bfl\.|api\.synthesia|api\.suno|api\.kie\.ai|openai\.azure\.com"
    r"|(texttospeech|speech|vision|translation|documentai|language|aiplatform)\.googleapis|api(-free)?\.deepl|api\.cartesia"
    r"|api\.play\.ht|api\.murf|speechify|api\.hume\.ai|tavusapi|api\.sarvam|api\.remove\.bg|api\.photoroom|clipdrop"
    r"|microsofttranslator|tts\.speech\.microsoft|bedrock-runtime|api\.moonshot|dashscope|api\.minimax|open\.bigmodel"
    r"|api\.hyperbolic|api\.novita|api\.segmind|api\.cerebras|api\.sambanova|api\.jina\.ai"
    r"|^(?!https?://(localhost|127\.|host\.docker|ollama)).*/v1/chat/completions$"
)
_MESSAGE_HOSTS = regex(
    r"twilio|api\.telegram|slack\.com|graph\.facebook|discord|whatsapp|vonage|messagebird|nexmo|infobip|plivo"
    r"|api\.telnyx|africastalking|termii|onesignal\.com|exp\.host/|fcm\.googleapis|api\.z-api|ultramsg|/message/send"
    r"|360dialog|gupshup|wati\.io|textbelt|clicksend|api\.vapi\.ai/call|retellai\.com/.*call|api\.bland\.ai/v\d/calls?"
)
# At the same hosts somebody signs in, a number is looked up or a visit is counted.
_NO_MESSAGE = regex(r"/oauth|/access_token|lookups\.twilio|graph\.facebook\.com/.*/events([?/]|$)")
_PAYMENT_HOSTS = regex(
    r"api\.stripe\.com|paypal|api\.mercadopago|razorpay|asaas|paystack|mollie|squareup|api\.paddle\.com|lemonsqueezy"
    r"|flutterwave|api\.cashfree|phonepe\.com|api\.iyzi(pay|co)|api\.xendit|midtrans\.com|api\.chapa|nowpayments\.io"
    r"|commerce\.coinbase|/v2/checkout/orders(/|$)"
)

_DEEPEST_PART = 6
_DEFAULT = "default:"


def url_parts(url: Value) -> tuple[str, Origins]:
    """A URL as far as the code writes it, and what decides its host."""
    if url.text is not None:
        return url.text, frozenset()
    if url.elements is not None and url.what in ("text", "url"):
        written = "".join(_as_written(part) for part in url.elements)
        first = url.elements[0] if url.elements else UNKNOWN
        if _is_one_of_few(first):
            return written, frozenset()
        if first.text is not None and re.match(r"https?://[^/{}]+[/?#]", first.text):
            return written, frozenset()
        if first.text is not None and re.match(r"https?://$", first.text):
            return written, all_origins(url.elements[1]) if len(url.elements) > 1 else frozenset()
        return written, all_origins(first)
    return _as_written(url).removeprefix("{}"), all_origins(url)


def _as_written(part: Value) -> str:
    """The text of a part; for a setting with a default the default, of an address that the code chooses
    among few the first, and `{}` for anything else."""
    if part.text is not None:
        return part.text
    if _is_one_of_few(part):
        return part.cases[0][0].text or "{}"
    defaults = [tag.removeprefix(_DEFAULT) for tag in part.tags if tag.startswith(_DEFAULT)]
    return defaults[0] if is_setting(part) and len(defaults) == 1 else "{}"


def _is_one_of_few(part: Value) -> bool:
    """`LIVE ? "https://api.example.com" : "https://sandbox.example.com"`."""
    texts = [case.text for case, _ in part.cases]
    return bool(texts) and all(text and text.startswith("https://") for text in texts)


def _fetch(walk: Evaluation, site: Site) -> Value | None:
    url, options = site.argument(0, "url"), site.argument(1)
    if options.fields is None and site.name in ("post", "put", "patch") and site.has(1):
        options = Value(
            fields={"body": site.argument(1), "method": Value(literal=site.name.upper())}
        )
    written, host = url_parts(url)
    fields = options.fields or {}
    body = fields.get("body") or site.named.get("json") or site.named.get("data") or UNKNOWN
    kind = EffectKind.MESSAGE if _posts_into_chat(url, written) else _kind_of(written)
    inputs: dict[str, Origins] = _parts_of(body)
    method = fields["method"].text if "method" in fields else None
    deed = (method or (site.name if site.name != "fetch" else "get")).lower()
    if kind is EffectKind.FETCH and deed == "post" and is_mail(written, host, inputs):
        kind = EffectKind.EMAIL
    parts = _named_parts(body)
    if kind is EffectKind.EMAIL:
        parts = parts_of_mail(parts)
        inputs |= {name: all_origins(value, 6) for name, value in parts.items()}
    if kind is EffectKind.MESSAGE:
        inputs = {name.lower(): origins for name, origins in inputs.items()}
    if kind is EffectKind.PAYMENT:
        inputs |= dict(_spread_out(_record(body)))
    inputs |= {"url": host, "path": all_origins(url), "body": all_origins(body)}
    headers = fields.get("headers") or site.named.get("headers") or UNKNOWN
    inputs["headers"] = all_origins(headers, 6)
    if "/v1/" in written and (
        found := platform_rest.asked(walk, site, url, deed, headers, _record(body))
    ):
        return found
    asks = _asks_who(written, inputs)
    literals = {"idempotency": "key"} if _has_key(options) else {}
    literals |= {"asks": "who the caller is"} if asks else {}
    asks_whether_human = _CAPTCHA.match(written) is not None
    literals |= {"asks": HUMAN} if asks_whether_human else {}
    literals |= {"address": written} if "hook" in written.lower() else {}
    literals |= addressed(url, inputs["headers"])
    effect = walk.effect(
        kind,
        deed,
        _host(written),
        site.call.at,
        inputs=inputs,
        literals=literals,
        values={**parts, "url": _host_of(url)},
    )
    if asks_whether_human:
        walk.passed(Check.RATE, "a captcha, which no script solves at will", site.call.at)
    if asks:
        return Value(
            origins=frozenset({Origin("principal")}),
            what=WHO,
            effect=effect,
            tags=frozenset({"truthy"}),
        )
    answer = "model" if kind is EffectKind.MODEL else "answer"
    return Value(
        origins=frozenset({Origin(answer, _host(written))}),
        what="fetched",
        effect=effect,
        tags=frozenset({"truthy"}),
    )


_CAPTCHA = regex(
    r"^https?://(challenges\.cloudflare\.com/|(api\.)?hcaptcha\.com/|www\.(google|recaptcha)\.(com|net)/recaptcha/"
    r"|recaptchaenterprise\.googleapis\.com/|api\.friendlycaptcha\.com/)"
)
WHO = "who the caller is"
_ASKS_WHO = regex(
    r"auth|/users?(/me)?/?$|/me/?$|user_?info|introspect|verify|session|whoami|token", re.IGNORECASE
)


def _asks_who(url: str, inputs: Mapping[str, Origins]) -> bool:
    """True where the caller's own token is shown to a service that tells whose it is."""
    shown = any(is_session_token(origin) for origin in inputs["headers"])
    return shown and not any(o.is_input for o in inputs["url"]) and bool(_ASKS_WHO.search(url))


def _who(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`response.ok`, `response.status`: the token is somebody's."""
    at = walk.effects[value.effect].line if 0 <= value.effect < len(walk.effects) else 0
    guard = frozenset({walk.guard(Check.SESSION, "asked who the caller is", at)})
    if key in ("ok", "is_success"):
        return Value(when=(guard, NO_GUARDS), tags=frozenset({"truth"}))
    if key in ("status", "status_code"):
        return Value(cases=((Value(literal=200), guard), (Value(literal=401), NO_GUARDS)))
    return None


def _who_answered(walk: Evaluation, site: Site) -> Value | None:
    return Value(origins=frozenset({Origin("principal")}), what="principal")


def _who_or_raises(walk: Evaluation, site: Site) -> Value | None:
    walk.passed(Check.SESSION, "asked who the caller is", site.call.at)
    return site.receiver


def _host_of(url: Value) -> Value:
    """The parts of a URL that decide which host is asked."""
    if url.elements is not None and url.what in ("text", "url"):
        first = url.elements[0] if url.elements else UNKNOWN
        if first.text is None:
            return _host_of(first) if first.elements is not None else first
        if re.match(r"https?://$", first.text) and len(url.elements) > 1:
            return url.elements[1]
        return UNKNOWN
    return url


def _named_parts(body: Value) -> Mapping[str, Value]:
    return _record(body).fields or {}


def _record(body: Value) -> Value:
    """What is made into JSON text; any other body as it is."""
    return body.elements[0] if body.what == "json text" and body.elements else body


def _parts_of(body: Value) -> dict[str, Origins]:
    """The named parts of a body: to, subject and html of a mail, messages of a model."""
    fields = body.fields
    if fields is None and body.what in ("json text", "searchParams") and body.elements:
        fields = body.elements[0].fields
    if fields is None:
        return {}
    return {key: all_origins(value, 6) for key, value in fields.items()}


_CHAT_HOOK = regex(
    r"(SLACK|DISCORD|TEAMS|MATTERMOST|GOOGLE_CHAT|GCHAT)\w*(HOOK|URL)", re.IGNORECASE
)
"""Settings that hold the address of a chat's webhook: whoever posts there writes into the chat."""


def _posts_into_chat(url: Value, written: str) -> bool:
    origins = all_origins(url)
    if written.startswith("http") or any(o.kind != "environment" for o in origins):
        return False
    return any(_CHAT_HOOK.search(o.name) for o in origins)


def _kind_of(url: str) -> EffectKind:
    for pattern, kind in (
        (_MODEL_HOSTS, EffectKind.MODEL),
        (MAIL_HOSTS, EffectKind.EMAIL),
        (_PAYMENT_HOSTS, EffectKind.PAYMENT),
        (_MESSAGE_HOSTS, EffectKind.MESSAGE),
    ):
        if pattern.search(url):
            other = kind is EffectKind.MESSAGE and _NO_MESSAGE.search(url)
            return EffectKind.FETCH if other else kind
    return EffectKind.FETCH


def _host(url: str) -> str:
    found = re.match(r"https?://([^/?#{}]+)", url)
    return found[1] if found else ""


def _json_text(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    return Value(elements=(given,), what="json text", tags=given.tags - FLEETING)


def _of(
    kind: EffectKind, operation: str, *parts: str, answer: str = "answer"
) -> Callable[[Evaluation, Site], Value | None]:
    """An effect whose first argument is a record with these parts."""

    def answered(walk: Evaluation, site: Site) -> Value | None:
        given = next((v for v in site.given if v.fields is not None), None)
        fields = {**((given.fields or {}) if given is not None else {}), **site.named}
        inputs: dict[str, Origins] = {key: all_origins(value, 6) for key, value in fields.items()}
        inputs["text"] = union((*site.given, *site.named.values()))
        literals = {
            k: str(v.literal) for k, v in fields.items() if isinstance(v.literal, (str, int, float))
        }
        if _is_account_of_caller(site.receiver):
            literals[ACCOUNT] = "the caller's"
        walk.effect(
            kind,
            operation,
            site.what,
            site.call.at,
            inputs=inputs,
            literals=literals,
            values=fields,
        )
        return Value(
            origins=frozenset({Origin(answer, site.what.partition("(")[0])}),
            what=f"{site.what}()",
            tags=frozenset({"truthy"}),
        )

    return answered


def _is_account_of_caller(client: Value) -> bool:
    """True for a client that was made with a key out of the request alone: `twilio(body.sid, body.token)`."""
    origins = client.origins
    return bool(origins) and all(
        o.is_input and _CREDENTIAL.search(o.key.partition(".")[0] or o.name) for o in origins
    )


ACCOUNT = "account"
"""The literal that says whose account at a service pays for an effect, where that is not the server's."""
_CREDENTIAL = regex(
    r"key$|secret|^(account|auth)?_?sid$|account_?sid|(auth|access|api|bearer)_?token$|^token$",
    re.IGNORECASE,
)


def _text(
    kind: EffectKind, operation: str, position: int = 0
) -> Callable[[Evaluation, Site], Value | None]:
    """An effect of one text."""

    def answered(walk: Evaluation, site: Site) -> Value | None:
        given = site.argument(position)
        walk.effect(
            kind,
            operation,
            site.what,
            site.call.at,
            inputs={"text": all_origins(given), "rest": union(site.given[position + 1 :])},
            literals={"text": given.text} if given.text else {},
            values={"text": given},
        )
        return Value(origins=union(site.given), what=f"{site.what}()")

    return answered


def _blob(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    """Files of a store that knows no rights of its own."""

    def answered(walk: Evaluation, site: Site) -> Value | None:
        inputs = {"path": all_origins(site.argument(0)), "text": all_origins(site.argument(1))}
        walk.effect(
            EffectKind.STORAGE, operation, "", site.call.at, client="service", inputs=inputs
        )
        return Value(what="blob", tags=frozenset({"truthy"}))

    return answered


def _shell(walk: Evaluation, site: Site) -> Value | None:
    """`subprocess.run(text, shell=True)`, `spawn(text, { shell: true })`, `spawn("sh", ["-c", text])`:
    a shell reads the text. Programs that get their arguments in a list read no text."""
    options = next((v.fields for v in site.given if v.fields is not None), {})
    shell = site.named.get("shell", options.get("shell", UNKNOWN))
    first, rest = site.argument(0, "args"), site.argument(1)
    if first.text in ("sh", "bash", "/bin/sh", "/bin/bash", "cmd") and rest.elements:
        shell, first = Value(literal=True), rest.elements[-1]
    if shell.literal is not True:
        return Value(origins=union(site.given), what=f"{site.what}()")
    return _text(EffectKind.COMMAND, "exec")(walk, replace(site, given=(first,)))


def _handed_out(walk: Evaluation, site: Site) -> Value | None:
    """`res.sendFile(path)`, `FileResponse(path)`: a file of the disk is the answer."""
    path = site.argument(0, "path", "file", "filename_or_fp", "path_or_file")
    note_private(walk, site, path)
    return _file("read")(walk, site)


def _file(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    def answered(walk: Evaluation, site: Site) -> Value | None:
        path = site.argument(0, "path", "file", "filename_or_fp", "path_or_file")
        kept = "" if walk.module.python else kept_rows(path)
        walk.effect(
            EffectKind.FILE,
            operation,
            site.what,
            site.call.at,
            inputs={"path": all_origins(path), "text": all_origins(site.argument(1))},
            literals={ROWS_OF_FILE: kept} if kept else {},
            values={"path": leading_up(path)},
        )
        origins = frozenset(
            {Origin("row", kept, by=OF_FILE)} if operation == "read" and kept else ()
        )
        if operation == "read":  # of a file that the caller sent, its text is what he sent
            uploaded = {o for o in all_origins(path) if o.kind == "upload"}
            origins |= {o._replace(key="content") for o in uploaded}
        return Value(what="file", origins=origins, tags=frozenset({"truthy"}))

    return answered


def _mail(walk: Evaluation, site: Site) -> Value | None:
    if not re.search(
        r"mail|resend|transport|smtp|sgMail|sendgrid|postmark|nodemailer", site.what, re.I
    ):
        return None
    return _of(EffectKind.EMAIL, "send")(walk, site)


def _payment(walk: Evaluation, site: Site) -> Value | None:
    if not re.search("stripe|razorpay|mercadopago|paystack", site.what, re.IGNORECASE):
        return None
    result = _of(EffectKind.PAYMENT, ".".join(site.what.rsplit(".", 2)[-2:]))(walk, site)
    found = walk.effects[-1]
    given = (*site.given[:1], Value(fields=site.named))
    inputs = {key: origins for value in given for key, origins in _spread_out(value)}
    literals = dict(found.literals)
    if _has_key(Value(elements=(*site.given, Value(fields=site.named)))):
        literals["idempotency"] = "key"
    walk.effects[-1] = found._replace(inputs={**found.inputs, **inputs}, literals=literals)
    return result


def _spread_out(value: Value, path: str = "", depth: int = 0) -> Iterator[tuple[str, Origins]]:
    """The parts of a record by their way to them: "line_items.price_data.unit_amount"."""
    for case in [value, *(v for v, _ in value.cases)][: 1 + len(value.cases)]:
        for element in case.elements or ():
            if case.what not in ("text", "json text", "url") and depth < _DEEPEST_PART:
                yield from _spread_out(element, path, depth + 1)
        for key, inner in (case.fields or {}).items():
            name = f"{path}.{key}" if path else key
            if (inner.fields or inner.elements) and depth < _DEEPEST_PART:
                yield from _spread_out(inner, name, depth + 1)
            if not inner.fields:
                yield name, all_origins(inner)


def _has_key(value: Value) -> bool:
    """True where a key is given by which a provider knows a request again."""
    fields = value.fields or {}
    if any(re.sub("[-_]", "", key).lower() == "idempotencykey" for key in fields):
        return True
    inner = (*(value.elements or ()), *(v for v in fields.values() if v.fields))
    return any(_has_key(v) for v in inner)


def _model(walk: Evaluation, site: Site) -> Value | None:
    if not _MODEL_CALL.search(site.what):
        return None
    given = site.argument(0).fields or site.named
    if "twilio" in site.what.lower() or ("to" in given and "model" not in given):
        return _of(EffectKind.MESSAGE, "send")(walk, site)
    return _of(EffectKind.MODEL, "ask", answer="model")(walk, site)


_MODEL_CALL = regex(
    r"completions\.create$|messages\.create$|responses\.create$|embeddings\.create$|images\.generate$"
    r"|generate_?content(_?stream)?$|^ai\.(generate|stream)(Text|Object)$|\.chat\.(complete|completions)"
    r"|transcriptions\.create$|speech\.create$|(llm|chain|model|chat\w*|agent\w*|qa\w*)\.(a?invoke|predict|run|a?stream)$"
    r"|ollama\.(chat|generate)$|client\.chat$|(chat|conversation|convo|model|session)(\(\))?\.send_message(_async)?$",
    re.IGNORECASE,
)


def _sanitised(walk: Evaluation, site: Site) -> Value | None:
    value = site.argument(0)
    return Value(tags=value.tags | {"escaped"}, what="escaped")


def _made_function(walk: Evaluation, site: Site) -> Value | None:
    """`new Function("a", "b", body)`: what stands last is run."""
    return _text(EffectKind.CODE, "eval")(walk, replace(site, given=site.given[-1:]))


CALLS = {
    "fetch": _fetch,
    "node-fetch": _fetch,
    "axios": _fetch,
    **{f"axios.{verb}": _fetch for verb in ("get", "post", "put", "patch", "delete", "request")},
    **{f"requests.{verb}": _fetch for verb in ("get", "post", "put", "patch", "delete")},
    **{f"httpx.{verb}": _fetch for verb in ("get", "post", "put", "patch", "delete")},
    f"{WHO}.json": _who_answered,
    f"{WHO}.raise_for_status": _who_or_raises,
    "JSON.stringify": _json_text,
    "json.dumps": _json_text,
    "child_process.exec": _text(EffectKind.COMMAND, "exec"),
    "child_process.execSync": _text(EffectKind.COMMAND, "exec"),
    "child_process.spawn": _shell,
    "child_process.spawnSync": _shell,
    "child_process.execFile": _shell,
    **{f"subprocess.{n}": _shell for n in ("run", "call", "check_output", "check_call", "Popen")},
    "subprocess.getoutput": _text(EffectKind.COMMAND, "exec"),
    "jinja2.Environment().from_string": _text(EffectKind.TEMPLATE, "render"),
    "handlebars.compile": _text(EffectKind.TEMPLATE, "render"),
    "handlebars.default.compile": _text(EffectKind.TEMPLATE, "render"),
    "ejs.render": _text(EffectKind.TEMPLATE, "render"),
    "ejs.default.render": _text(EffectKind.TEMPLATE, "render"),
    "pug.render": _text(EffectKind.TEMPLATE, "render"),
    "os.system": _text(EffectKind.COMMAND, "exec"),
    "os.popen": _text(EffectKind.COMMAND, "exec"),
    "eval": _text(EffectKind.CODE, "eval"),
    "exec": _text(EffectKind.CODE, "exec"),
    "Function": _made_function,
    "vm.runInContext": _text(EffectKind.CODE, "eval"),
    "vm.runInNewContext": _text(EffectKind.CODE, "eval"),
    "vm.runInThisContext": _text(EffectKind.CODE, "eval"),
    "vm.Script": _text(EffectKind.CODE, "eval"),
    "flask.render_template_string": _text(EffectKind.TEMPLATE, "render"),
    "jinja2.Template": _text(EffectKind.TEMPLATE, "render"),
    "open": _file("open"),
    "fs.readFileSync": _file("read"),
    "fs.readFile": _file("read"),
    "fs.writeFileSync": _file("write"),
    "fs.writeFile": _file("write"),
    "fs.unlinkSync": _file("delete"),
    "fs.unlink": _file("delete"),
    "fs.createReadStream": _handed_out,
    "fs.createWriteStream": _file("write"),
    "fs/promises.readFile": _file("read"),
    "fs/promises.writeFile": _file("write"),
    "fs/promises.unlink": _file("delete"),
    "fs/promises.default.readFile": _file("read"),
    "fs.promises.readFile": _file("read"),
    "fs.promises.writeFile": _file("write"),
    "fs.promises.unlink": _file("delete"),
    "flask.send_file": _handed_out,
    "fastapi.responses.FileResponse": _handed_out,
    "starlette.responses.FileResponse": _handed_out,
    "response:node.sendFile": _handed_out,
    "response:node.download": _handed_out,
    "os.remove": _file("delete"),
    "fastapi.responses.HTMLResponse": _text(EffectKind.HTML, "page"),
    "markupsafe.Markup": _text(EffectKind.HTML, "page"),
    "markupsafe.escape": _sanitised,
    "html.escape": _sanitised,
    "encodeURIComponent": spelled,
    "dompurify.sanitize": _sanitised,
    "isomorphic-dompurify.sanitize": _sanitised,
    "sanitize-html": _sanitised,
    "he.encode": _sanitised,
    "@vercel/blob.put": _blob("upload"),
    "@vercel/blob.del": _blob("remove"),
    "web-push.sendNotification": _of(EffectKind.MESSAGE, "push"),
    "web-push.default.sendNotification": _of(EffectKind.MESSAGE, "push"),
    "ai.generateText": _of(EffectKind.MODEL, "ask", answer="model"),
    "ai.generateObject": _of(EffectKind.MODEL, "ask", answer="model"),
    "ai.streamText": _of(EffectKind.MODEL, "ask", answer="model"),
    "ai.streamObject": _of(EffectKind.MODEL, "ask", answer="model"),
}


def _outcome(walk: Evaluation, value: Value, key: str) -> Value:
    """`answer.ok`: where the caller's own token was sent along, another server has looked at it."""
    sent = walk.effects[value.effect].inputs if 0 <= value.effect < len(walk.effects) else {}
    asked = any(o.is_input for o in sent.get("headers", frozenset()))
    at = walk.effects[value.effect].line if asked else 0
    guards = frozenset({walk.guard(Check.UNCLEAR, "asked of another server", at)})
    return Value(
        origins=frozenset(Origin(o.kind, o.name, key) for o in value.origins),
        what="fetched." + key,
        when=(guards, NO_GUARDS) if asked else None,
    )


NAMES = {
    "fetch": lambda walk, site: _fetch(walk, site) if site.what in ("globalThis.fetch",) else None,
    "sendMail": _of(EffectKind.EMAIL, "send"),
    "send_mail": _of(EffectKind.EMAIL, "send"),
    "send": _mail,
    "sendEmail": _mail,
    "create": lambda walk, site: _model(walk, site) or _payment(walk, site),
    "confirm": _payment,
    "capture": _payment,
    "retrieve": _payment,
    "cancel": _payment,
    "update": _payment,
    "refund": _payment,
    "invoke": _model,
    "ainvoke": _model,
    "predict": _model,
    "generateContent": _model,
    "generateContentStream": _model,
    "generate_content": _model,
    "chat": _model,
    "generate": _model,
    "stream": _model,
    "complete": _model,
    "send_message": _model,
    "escapeHtml": _sanitised,
    "escapeHTML": _sanitised,
    "escape": _sanitised,
}

PROPERTIES = {
    WHO: _who,
    "fetched": lambda walk, value, key: (
        _outcome(walk, value, key) if key in ("ok", "status") else None
    ),
}
