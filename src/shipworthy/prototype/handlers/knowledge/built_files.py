"""Files that a library puts together before they are sent: what was written into one is in what is sent."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.responses import BUILT, RES, respond
from shipworthy.prototype.handlers.values import UNKNOWN, Value, union
from shipworthy.regex import regex

_LIBRARY = regex(
    r"(xlsx(-js-style)?|exceljs|pdfkit(-table)?|jspdf|pdf-lib|pdfmake|docx|archiver|jszip|adm-zip"
    r"|csv\.(Dict)?[wW]riter|openpyxl|xlsxwriter|reportlab|fpdf)\b"
)
_BUFFERS = frozenset({"io.StringIO()", "io.BytesIO()"})
_PIPED = (0, "piped file")
_AT_END = (0, "at the end of a file")


def _written(walk: Evaluation, site: Site) -> Value | None:
    """`sheet.addRow(row)`, `doc.text(name)`, `archive.append(text, …)`."""
    if _LIBRARY.match(site.what):
        given = (walk.heap.get(BUILT, UNKNOWN), *site.given, *site.named.values())
        walk.heap[BUILT] = Value(origins=union(given))
    return None


def _taken(walk: Evaluation, site: Site) -> Value | None:
    """`XLSX.write(workbook)`, `workbook.xlsx.writeBuffer()`, `workbook.xlsx.write(res)`."""
    if not _LIBRARY.match(site.what):
        return None
    built = walk.heap.get(BUILT, UNKNOWN)
    content = walk.unfollowed((*site.given, built), site.named, site.receiver, f"{site.what}()")
    if site.argument(0).what == RES:
        respond(walk, content, UNKNOWN, site.call.at)
    return content


def _read(walk: Evaluation, site: Site) -> Value | None:
    """`buffer.getvalue()` of Python: what was written into it through a writer."""
    return held(walk, site.receiver) if site.receiver.what in _BUFFERS else None


def held(walk: Evaluation, content: Value) -> Value:
    """What is in a buffer that is sent as a file."""
    if content.what not in _BUFFERS:
        return content
    return Value(origins=union((content, walk.heap.get(BUILT, UNKNOWN))), tags=content.tags)


def _piped(walk: Evaluation, site: Site) -> Value | None:
    if not _LIBRARY.match(site.what) or site.argument(0).what != RES:
        return None
    walk.heap[_PIPED] = site.receiver
    return site.argument(0)


def _listened(walk: Evaluation, site: Site) -> Value | None:
    """`doc.on("end", () => res.send(Buffer.concat(chunks)))`: it runs when all has been written."""
    if not _LIBRARY.match(site.what) or site.argument(0).text not in ("end", "finish", "close"):
        return None
    walk.heap[_AT_END] = site.argument(1)
    return site.receiver


def _ended(walk: Evaluation, site: Site) -> Value | None:
    if not _LIBRARY.match(site.what):
        return None
    if walk.heap.pop(_PIPED, None) is not None:
        respond(walk, walk.heap.get(BUILT, UNKNOWN), UNKNOWN, site.call.at)
    then = walk.heap.pop(_AT_END, UNKNOWN)
    if then.closure is not None:
        walk.enter(then.closure, (), {}, site.call.at)
    return None


NAMES = {
    **dict.fromkeys(("addRow", "addRows", "insertRow", "addTable", "book_append_sheet"), _written),
    **dict.fromkeys(("sheet_add_aoa", "sheet_add_json"), _written),
    **dict.fromkeys(("text", "list", "table", "cell", "autoTable", "drawText"), _written),
    **dict.fromkeys(("append", "file", "addFile"), _written),
    **dict.fromkeys(("write", "writeBuffer", "output", "save", "toBuffer"), _taken),
    **dict.fromkeys(("writerow", "writerows", "writeheader", "multi_cell"), _written),
    **dict.fromkeys(("getvalue", "read"), _read),
    "generateAsync": _taken,
    "pipe": _piped,
    "on": _listened,
    "once": _listened,
    "end": _ended,
    "finalize": _ended,
}
