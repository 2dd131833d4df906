"""What leaves a Python process: requests, commands, files, models, caches, documents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.evaluation.kept import ROWS_OF_FILE
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.cleaning import PATH
from shipworthy.prototype.handlers.knowledge.document_options import marked
from shipworthy.prototype.handlers.knowledge.kept_rows import OF_FILE, kept_rows
from shipworthy.prototype.handlers.knowledge.outside import CALLS as OUTSIDE
from shipworthy.prototype.handlers.knowledge.rows import OWNER, one, query, rows, told
from shipworthy.prototype.handlers.knowledge.stored_files import note_private
from shipworthy.prototype.handlers.knowledge.wrapping import (
    Answer,
    elsewhere,
    partial,
    queued,
    sent_off,
    submitted,
    threaded,
)
from shipworthy.prototype.handlers.sent import leading_on, leading_up
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    ROWS,
    UNKNOWN,
    Value,
    all_origins,
    union,
)
from shipworthy.prototype.program.nodes import Call, Member
from shipworthy.regex import regex

_TRUTHY = frozenset({"truthy"})
_SESSIONS = """requests.Session() requests.session() httpx.Client() httpx.AsyncClient()
aiohttp.ClientSession() cloudscraper.create_scraper()""".split()
_VERBS = "get post put patch delete request head".split()
_FETCH = OUTSIDE["fetch"]
_POST = {name: OUTSIDE[f"requests.{name}"] for name in ("get", "post", "put", "patch", "delete")}


def _requested(walk: Evaluation, site: Site) -> Value | None:
    """`session.get(url)`, `client.request("GET", url)`."""
    if site.name == "request":
        site = Site(site.what, "get", site.receiver, site.given[1:], site.named, site.call)
    return _POST.get(site.name, _FETCH)(walk, site)


def _loaded(*packages: str) -> Answer:
    """`WebBaseLoader(url)`, `page.goto(url)` of these packages: they fetch what they are given."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        if not site.what.startswith(packages):
            return None
        url = site.argument(0, "web_path", "web_paths", "urls", "url", "filepath_or_buffer")
        if url.elements and url.what != "text":
            url = walk.element(url)
        if not any(o.is_input and o.kind != "upload" for o in all_origins(url)):
            return None  # an uploaded file is read as it is
        _FETCH(walk, Site(site.what, "", UNKNOWN, (url,), {}, site.call))
        return Value(what=f"{site.what}()", tags=_TRUTHY)

    return answer


_LOADERS = """WebBaseLoader UnstructuredURLLoader SeleniumURLLoader PlaywrightURLLoader AsyncHtmlLoader
AsyncChromiumLoader RecursiveUrlLoader SitemapLoader""".split()


def _command(walk: Evaluation, site: Site) -> Value | None:
    """`subprocess.run(…)`: with a shell, all of the text is code; without, only what is run."""
    given = site.argument(0, "args", "cmd")
    shell = site.named.get("shell", UNKNOWN).literal is True or "shell" in site.name
    listed = given.elements if given.elements is not None and given.what != "text" else ()
    program, is_code = _started(listed)
    if is_code:
        shell, given = True, program
    whole = shell or not listed
    text = given if whole else program
    if not whole and listed[0].what != "sys.executable" and _is_fixed(listed[0], program):
        return _ran()  # always the same program, which gets its arguments as they are
    walk.effect(
        EffectKind.COMMAND,
        "shell" if shell else "exec",
        site.what,
        site.call.at,
        inputs={"text": all_origins(text), "arguments": all_origins(given)},
        values={"text": text, "arguments": given},
        literals={"shell": str(shell).lower()},
    )
    return _ran()


def _started(listed: Sequence[Value]) -> tuple[Value, bool]:
    """What a list of words starts, of an interpreter what it runs; and whether that is code itself (`-c`)."""
    first = listed[0] if listed else UNKNOWN
    if first.what != "sys.executable" and first.text not in _INTERPRETERS:
        return first, False
    for at, word in enumerate(listed[1:], 1):
        if _CODE.fullmatch(word.text or "") and at + 1 < len(listed):
            return listed[at + 1], True
        if not (word.text or "").startswith("-"):
            return word, False
    return first, False


def _is_fixed(first: Value, program: Value) -> bool:
    """True where no caller says what runs: not the program, nor what an interpreter is told to run."""
    return bool(first.text) and not any(o.is_input for o in all_origins(program))


_CODE = regex(r"-[a-zA-Z]*c")
_INTERPRETERS = ("sh", "bash", "zsh", "/bin/sh", "/bin/bash", "python", "python3", "node")


def _ran() -> Value:
    return Value(origins=frozenset({Origin("answer", "command")}), tags=_TRUTHY)


def _file(operation: str, position: int = 0) -> Answer:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        path = site.argument(position, "path", "file", "filename", "directory")
        deed = operation
        if operation == "open":
            mode = site.argument(position + 1, "mode").text or "r"
            deed = "write" if any(letter in mode for letter in "wax+") else "read"
        kept = kept_rows(path)
        walk.effect(
            EffectKind.FILE,
            deed,
            site.what,
            site.call.at,
            inputs={"path": all_origins(path)},
            literals={ROWS_OF_FILE: kept} if kept else {},
            values={"path": leading_on(leading_up(path))},
        )
        rows = {Origin("row", kept, by=OF_FILE)} if kept and deed == "read" else ()
        return Value(what="file", origins=frozenset(rows), tags=_TRUTHY)

    return answer


def _sent_from(walk: Evaluation, site: Site) -> Value | None:
    """`send_from_directory(folder, name)` refuses names that lead out of the folder."""
    folder = site.argument(0, "directory")
    note_private(walk, site, site.argument(1, "path", "filename"), folder)
    walk.effect(
        EffectKind.FILE,
        "read",
        site.what,
        site.call.at,
        inputs={"path": all_origins(folder), "name": all_origins(site.argument(1, "path"))},
        values={"path": folder},
    )
    return Value(what="response", tags=frozenset({"truthy", "response"}))


def _sent_file(walk: Evaluation, site: Site) -> Value | None:
    note_private(walk, site, site.argument(0, "path", "path_or_file", "filename_or_fp"))
    _file("read")(walk, site)
    return Value(what="response", tags=frozenset({"truthy", "response"}))


def _path_method(operation: str) -> Answer:
    """`Path(x).read_text()`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        if site.receiver.what != PATH or not walk.module.python:
            return None
        given = (site.receiver, *site.given)
        return _file(operation)(walk, Site(site.what, "", UNKNOWN, given, site.named, site.call))

    return answer


def _stored(walk: Evaluation, site: Site) -> Value | None:
    """`request.files["f"].save(path)`."""
    if not any(o.kind == "upload" for o in site.receiver.origins):
        return None
    return _file("write")(walk, Site(site.what, "", UNKNOWN, site.given, site.named, site.call))


def _unpickled(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0)
    walk.effect(
        EffectKind.CODE,
        "load",
        site.what,
        site.call.at,
        inputs={"text": all_origins(given)},
        values={"text": given},
    )
    return Value(origins=all_origins(given))


def _yaml(walk: Evaluation, site: Site) -> Value | None:
    loader = site.argument(1, "Loader").what
    if "Safe" in loader or "Full" in loader:
        return Value(origins=all_origins(site.argument(0)))
    return _unpickled(walk, site)


def _opened_archive(walk: Evaluation, site: Site) -> Value | None:
    """`tarfile.open(fileobj=upload.file)`: whoever has sent it decides where its files want to go."""
    given = site.argument(0, "name", "fileobj")
    of = site.named.get("fileobj", given)
    return Value(what="tarfile.open()", origins=all_origins(of) | all_origins(given), tags=_TRUTHY)


def _unpacked(walk: Evaluation, site: Site) -> Value | None:
    """`archive.extractall(folder)`: `../../app.py` leads out of the folder where nothing holds it."""
    sent = frozenset(
        o for o in all_origins(site.receiver) if o.kind == "upload" and not o.key.endswith("name")
    )
    if sent and not _is_held(site):
        path = Value(origins=sent)
        walk.effect(
            EffectKind.FILE,
            "write",
            site.what,
            site.call.at,
            inputs={"path": sent},
            values={"path": path},
        )
    return NULL


def _is_held(site: Site) -> bool:
    """True where a filter refuses what leads out, or somebody has chosen among the members."""
    kept, chosen = site.named.get("filter", UNKNOWN), dict(site.call.keywords).get("members")
    if kept is not UNKNOWN and kept.literal not in (None, "fully_trusted"):
        return True
    asked = chosen.function if isinstance(chosen, Call) else None
    return chosen is not None and not (isinstance(asked, Member) and asked.key == "getmembers")


def _index_loaded(walk: Evaluation, site: Site) -> Value | None:
    """`FAISS.load_local(folder, …, allow_dangerous_deserialization=True)`: unpickles what is there."""
    path = site.argument(0, "folder_path")
    if site.named.get("allow_dangerous_deserialization", UNKNOWN).literal is not True:
        return None
    walk.effect(
        EffectKind.FILE,
        "read",
        site.what,
        site.call.at,
        inputs={"path": all_origins(path)},
        values={"path": leading_on(leading_up(path))},
    )
    return Value(what=f"{site.what}()", tags=_TRUTHY)


def _mongo_part(walk: Evaluation, site: Site) -> Value | None:
    """`client.get_database("shop").get_collection("orders")`."""
    if site.receiver.what != "mongo":
        return None
    named = site.argument(0, "name")
    table = {"table": named} if site.name == "get_collection" and named.text else {}
    return Value(what="mongo", fields=table, client=OWNER, tags=_TRUTHY)


def _template(walk: Evaluation, site: Site) -> Value | None:
    """`environment.from_string(text)`."""
    given = site.argument(0)
    walk.effect(
        EffectKind.TEMPLATE,
        "render",
        site.what,
        site.call.at,
        inputs={"text": all_origins(given), "rest": union(site.named.values())},
        values={"text": given},
    )
    return Value(origins=all_origins(given), what="template", tags=_TRUTHY)


def _cached(walk: Evaluation, site: Site) -> Value | None:
    """`redis.get(key)`: what the server put there."""
    if not re.search(r"redis|\bcache\b|memcache", site.receiver.what, re.IGNORECASE):
        return None
    return Value(cases=((Value(what="cached", tags=_TRUTHY), NO_GUARDS), (NULL, NO_GUARDS)))


def _collection(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in ("server_info", "close", "command", "list_collection_names", "name"):
        return None
    table = key if value.fields is not None else ""
    return Value(what="mongo", fields={"table": Value(literal=table)}, client=OWNER)


_MONGO = {
    "find_one": "select",
    "find": "select",
    "insert_one": "insert",
    "insert_many": "insert",
    "update_one": "update",
    "update_many": "update",
    "find_one_and_update": "update",
    "replace_one": "upsert",
    "delete_one": "delete",
    "delete_many": "delete",
    "find_one_and_delete": "delete",
    "count_documents": "select",
    "aggregate": "select",
}


def _mongo(walk: Evaluation, site: Site) -> Value | None:
    """`db.users.find_one({"email": x})` of pymongo and motor."""
    if not walk.module.python and site.receiver.what != "mongo":
        return None
    operation, first = _MONGO[site.name], site.argument(0, "filter")
    table = (site.receiver.fields or {}).get("table", UNKNOWN).text
    effect = query(walk, site, operation, table or site.what.split(".")[-2:][0])
    if operation == "insert":
        told(walk, effect, values=first)
        return rows(walk, effect)
    if first.fields is not None:
        told(walk, effect, filters={k: v for k, v in first.fields.items() if k != "..."})
    elif first.origins:  # a whole object decides what is asked
        told(walk, effect, filters={"*": first})
    if operation in ("update", "upsert"):
        told(walk, effect, values=_set_of(site.argument(1, "update")))
    chosen = _projected(site)
    if chosen:
        told(walk, effect, literals={"columns": chosen})
    return one(walk, effect) if "one" in site.name else rows(walk, effect)


def _of_cursor(walk: Evaluation, site: Site) -> Value | None:
    """`users.find().sort("name").limit(5)`, `await users.find().to_list(None)`."""
    return site.receiver if walk.module.python else None


def _as_json(walk: Evaluation, site: Site) -> Value | None:
    return site.argument(0, "obj")


_CURSOR = "sort skip limit batch_size to_list max_time_ms".split()


def _projected(site: Site) -> str:
    """`find(filter, {"_id": 0, "password": 0})`, `find_one(filter, projection=["name"])`."""
    if site.name not in ("find", "find_one"):
        return ""
    given = site.argument(1, "projection")
    names = [v.text for v in given.elements or ()]
    return ",".join(name for name in names if name) if all(names) and names else marked(given)


def _set_of(update: Value) -> Value:
    """What `{"$set": {…}}` writes."""
    fields = update.fields or {}
    inner = [value for key, value in fields.items() if key.startswith("$")]
    return inner[0] if inner else update


_FILES = {
    "os.remove": "delete",
    "os.unlink": "delete",
    "os.rename": "write",
    "os.makedirs": "write",
    "shutil.rmtree": "delete",
    "aiofiles.open": "open",
    "io.open": "open",
    "open": "open",
}
CALLS: dict[str, Answer] = {
    **dict.fromkeys(("fastapi.encoders.jsonable_encoder", "bson.json_util.dumps"), _as_json),
    **{f"{ROWS}.{name}": _of_cursor for name in _CURSOR},
    **{f"{session}.{verb}": _requested for session in _SESSIONS for verb in _VERBS},
    "requests.request": _requested,
    "httpx.request": _requested,
    "urllib.request.urlopen": _FETCH,
    "urllib.request.Request": lambda walk, site: site.argument(0),
    **{
        f"subprocess.{name}": _command
        for name in "run Popen call check_call check_output getoutput getstatusoutput".split()
    },
    **dict.fromkeys(
        ("trafilatura.fetch_url", "feedparser.parse", "newspaper.Article"),
        _loaded("trafilatura", "feedparser", "newspaper"),
    ),
    **dict.fromkeys(
        tuple(f"pandas.read_{form}" for form in "csv json html excel xml parquet".split()),
        _loaded("pandas"),
    ),
    "threading.Thread": threaded,
    "multiprocessing.Process": threaded,
    "tarfile.open": _opened_archive,
    "tarfile.open().extractall": _unpacked,
    "tarfile.open().extract": _unpacked,
    "asyncio.to_thread": elsewhere(0),
    "anyio.to_thread.run_sync": elsewhere(0),
    "fastapi.concurrency.run_in_threadpool": elsewhere(0),
    "starlette.concurrency.run_in_threadpool": elsewhere(0),
    "asgiref.sync.sync_to_async": lambda walk, site: site.argument(0),
    "functools.partial": partial,
    "asyncio.create_subprocess_shell": _command,
    "asyncio.create_subprocess_exec": _command,
    "os.system": _command,
    "os.popen": _command,
    **{name: _file(operation) for name, operation in _FILES.items()},
    "flask.send_file": _sent_file,
    "flask.send_from_directory": _sent_from,
    **dict.fromkeys("pickle.load pickle.loads dill.loads joblib.load".split(), _unpickled),
    **dict.fromkeys("marshal.loads yaml.unsafe_load jsonpickle.decode".split(), _unpickled),
    "yaml.load": _yaml,
    "jinja2.Environment().from_string": _template,
    "flask.render_template_string": _template,
    "jinja2.Template": _template,
    **{
        f"{module}.{kind}": lambda walk, site: Value(
            what="mongo", fields={}, client=OWNER, tags=_TRUTHY
        )
        for module in ("pymongo", "motor.motor_asyncio")
        for kind in ("MongoClient", "AsyncIOMotorClient")
    },
}
NAMES: dict[str, Answer] = {
    "run_in_executor": elsewhere(1),
    "add_task": elsewhere(0),
    "delay": queued,
    "apply_async": sent_off,
    "submit": submitted,
    "extract_info": _loaded("yt_dlp", "youtube_dl"),
    "download": _loaded("yt_dlp", "youtube_dl"),
    "arun": _loaded("crawl4ai"),
    "load_local": _index_loaded,
    **dict.fromkeys(("get_collection", "get_database"), _mongo_part),
    **dict.fromkeys(_MONGO, _mongo),
    **dict.fromkeys(_LOADERS, _loaded("langchain")),
    "load_data": _loaded("llama_index.readers.web"),
    "goto": _loaded("playwright", "pyppeteer"),
    "get": _loaded("selenium.webdriver"),
    "save": _stored,
    "open": _path_method("open"),
    "read_text": _path_method("read"),
    "read_bytes": _path_method("read"),
    "write_text": _path_method("write"),
    "write_bytes": _path_method("write"),
    "unlink": _path_method("delete"),
    "hget": _cached,
}
PROPERTIES = {"mongo": _collection}
