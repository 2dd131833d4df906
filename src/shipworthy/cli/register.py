"""`shipworthy register`: write down who decided what, and verify that nobody changed it since."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shipworthy.cli.arguments import AsJson
from shipworthy.cli.output import GAPS, NOTHING_OPEN, emit, fail, say
from shipworthy.errors import ShipworthyError

if TYPE_CHECKING:
    from shipworthy.register import Entry, Register

app = typer.Typer(
    help="Who decided what, when and until when: waivers, approvals, attestations, checkpoints.",
    no_args_is_help=True,
)

_In = Annotated[
    Path,
    typer.Option("--in", help="The folder of the prototype; the current one unless said."),
]
_HERE = Path()
By = Annotated[
    str | None,
    typer.Option("--by", help="Your name; that of your git settings unless said.", metavar="NAME"),
]
Why = Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")]
Item = Annotated[
    int, typer.Argument(metavar="NUMBER", help="Its number in `shipworthy register list`.")
]
Until = Annotated[
    str, typer.Option("--until", help="The last day: 2027-03-31, or 30d.", metavar="DAY")
]
Solo = Annotated[
    bool, typer.Option("--solo", help="One person does it all, and may approve what they ask for.")
]
Where = Annotated[
    Path,
    typer.Argument(
        metavar="[PATH]", help="The folder of the prototype; the current one unless said."
    ),
]


@app.command("init")
def init(
    path: Where = _HERE,
    owner: Annotated[
        str | None,
        typer.Option("--owner", help="Who; the name in your git settings unless said."),
    ] = None,
    solo: Solo = False,
    again: Annotated[
        bool, typer.Option("--again", help="Begin anew where a register is gone for good.")
    ] = False,
) -> None:
    """Make the register in .shipworthy/register.db, and name who owns the prototype and decides."""
    name = name_of(owner)
    _register(path).open(name, solo=solo, again=again)
    say(f"Wrote {path / '.shipworthy/register.db'}: {name} decides{_solo(solo)}. Keep it with the")
    say(
        "code, or where it is backed up. Next: shipworthy register waive CONTROL SUBJECT, or attest"
    )


@app.command("owner")
def owner(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Who owns the prototype from now on.")
    ],
    approver: Annotated[
        list[str] | None,
        typer.Option("--approver", help="Who else may approve; may be repeated.", metavar="NAME"),
    ] = None,
    solo: Solo = False,
    by: By = None,
    path: _In = _HERE,
) -> None:
    """Name the owner and who else may approve; the owner or an approver of today says so."""
    from shipworthy.register.acts import hand_over

    entry = hand_over(_register(path), name_of(by), name, tuple(approver or ()), solo=solo)
    _wrote(entry, f"{name} owns the prototype{_solo(solo)}")


@app.command("waive")
def waive(
    control: Annotated[
        str,
        typer.Argument(metavar="CONTROL", help="A control, or the row of a checklist, by its id."),
    ],
    until: Until,
    reason: Why,
    subject: Annotated[
        str, typer.Argument(metavar="[SUBJECT]", help="As the finding names it; * stands for any.")
    ] = "*",
    instead: Annotated[
        str, typer.Option("--instead", help="What is done meanwhile instead.", metavar="TEXT")
    ] = "",
    by: By = None,
    path: _In = _HERE,
) -> None:
    """Ask to live with a gap until a day. It stays open until another person approves."""
    from shipworthy.register.acts import ask
    from shipworthy.register.standing import WaiverBody

    critical = _critical(control)
    wanted = WaiverBody(
        control=control, subject=subject, reason=reason, compensating=instead, until=_day(until)
    )
    entry = ask(_register(path), name_of(by), wanted, critical=critical)
    _wrote(entry, f"asked to accept {control} on {subject} until {wanted.until}")
    say(f"Next: shipworthy register approve {entry.number}, by somebody who may")


@app.command("approve")
def approve(
    number: Item,
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")] = "",
    by: By = None,
    path: _In = _HERE,
) -> None:
    """Say yes to a waiver. Whoever asked for it may not, unless the register is in solo mode."""
    from shipworthy.register.acts import approve

    _wrote(approve(_register(path), name_of(by), number, reason), f"approved {number}")
    say("Next: shipworthy gate PATH")


@app.command("reject")
def reject(number: Item, reason: Why, by: By = None, path: _In = _HERE) -> None:
    """Say no to a waiver."""
    from shipworthy.register.acts import reject

    _wrote(reject(_register(path), name_of(by), number, reason), f"rejected {number}")


@app.command("revoke")
def revoke(number: Item, reason: Why, by: By = None, path: _In = _HERE) -> None:
    """Take back an approval or an attestation; it stays written, and no longer counts."""
    from shipworthy.register.acts import revoke

    _wrote(revoke(_register(path), name_of(by), number, reason), f"revoked {number}")


@app.command("attest")
def attest(
    row: Annotated[
        str, typer.Argument(metavar="ROW", help="Of a checklist: hardening_checklist.recovery.")
    ],
    reason: Why,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            help="The last day: 2027-03-31, or 30d; a year, or 90 days for a drill, unless said.",
            metavar="DAY",
        ),
    ] = None,
    no: Annotated[bool, typer.Option("--no", help="The answer is no.")] = False,
    evidence: Annotated[
        list[Path] | None,
        typer.Option(
            "--evidence",
            help="A file of the prototype that shows it; may be repeated.",
            metavar="FILE",
        ),
    ] = None,
    by: By = None,
    path: _In = _HERE,
) -> None:
    """Answer a row of a checklist that no machine can answer, with what the answer rests on."""
    from shipworthy.register.acts import attest

    valid_days = _valid_days(row)
    last = _day(until or f"{valid_days}d")
    register = _register(path)
    if last > register.now().date() + timedelta(days=valid_days):
        fail(f"an answer to {row} counts for {valid_days} days at most: say it again then")
    entry = attest(
        register, name_of(by), row, reason, last, yes=not no, evidence=tuple(evidence or ())
    )
    _wrote(entry, f"{row} is answered {'no' if no else 'yes'} until {last}")
    say("Next: shipworthy gate PATH")


@app.command("list")
def list_(
    path: Where = _HERE,
    as_json: AsJson = False,
) -> None:
    """Show what holds now: who decides, every waiver and attestation, and where each stands.

    Exit code 1 where one waits for a decision or has ended, 0 otherwise.
    """
    from shipworthy.report.register import register_document, register_text, waiting
    from shipworthy.settings import Settings

    register = _register(path)
    document = register_document(register, register.entries(), Settings().today)
    emit(_json(document) if as_json else register_text(document), None)
    raise typer.Exit(GAPS if waiting(document) else NOTHING_OPEN)


@app.command("log")
def log(
    path: Where = _HERE,
    as_json: AsJson = False,
) -> None:
    """Show every entry, oldest first."""
    from shipworthy.report.register import log_documents, log_text

    documents = log_documents(_register(path).entries())
    emit(_json(documents) if as_json else log_text(documents), None)


@app.command("checkpoint")
def checkpoint(
    path: Where = _HERE,
    anchor: Annotated[
        bool, typer.Option("--anchor", help="Also put it into a git tag of the latest commit.")
    ] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Sign the register as it stands, so that even its end cannot be cut off unseen.

    The private key lies in your own folder of settings; it is made at the first time.
    """
    from shipworthy.register.anchor import anchor as to_git
    from shipworthy.register.checkpoint import write_checkpoint
    from shipworthy.register.key import signing_key

    register = _register(path)
    key = signing_key(register.home, register.folder)
    signed = write_checkpoint(register, name_of(by), key)
    if as_json:
        emit(signed.document + "\n", None)
    else:
        emit(f"{signed.count} entries, head {signed.head}\nsigned by {signed.key}\n", None)
    if anchor:
        tag = to_git(path, signed)
        say(f"Wrote git tag {tag}. Next: git push origin {tag}, so that a copy lies elsewhere")


@app.command("verify")
def verify(
    path: Where = _HERE,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect",
            help="COUNT:HEAD as a report prints it; may be repeated.",
            metavar="COUNT:HEAD",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether anything was changed, left out, moved, cut off, or replaced by an older copy.

    Compares the register with itself, its signatures, git tags, what this computer last saw, and what
    you expect. Exit code 0: sound; 1: not; 2: could not look.
    """
    from shipworthy.register.verify import verify
    from shipworthy.report.register import verification_document, verification_text

    found = verify(_register(path), [_expected(text) for text in expect or ()])
    document = verification_document(found)
    emit(_json(document) if as_json else verification_text(document, str(path)), None)
    raise typer.Exit(NOTHING_OPEN if found.sound and not found.changed else GAPS)


@app.command("recover")
def recover(reason: Why, path: Where = _HERE, by: By = None) -> None:
    """Go on with an older copy where the newer one is lost for good; the loss is written down."""
    from shipworthy.register.verify import recover

    _wrote(recover(_register(path), name_of(by), reason), "goes on; what was lost stays written")


def _register(path: Path) -> Register:
    from shipworthy.errors import CannotLook
    from shipworthy.register import Register

    if not path.is_dir():
        raise CannotLook(f"{path} is no folder: name that of the prototype")
    return Register(path)


def name_of(given: str | None) -> str:
    """Who says so; fails where nobody does.

    Only the user's own git settings are asked: those of the prototype are untrusted.
    """
    if given is not None:
        return given
    from shipworthy.command import Command, run

    try:
        ran = run(Command(("git", "config", "--global", "user.name"), seconds=10))
    except ShipworthyError:
        fail("who says so? --by NAME")
    name = ran.output.decode("utf-8", "replace").strip()
    return name or fail("who says so? --by NAME")


def _day(text: str) -> date:
    try:
        if text.endswith("d"):
            from shipworthy.settings import Settings

            return Settings().today + timedelta(days=int(text[:-1]))
        return date.fromisoformat(text)
    except (ValueError, OverflowError):
        fail(f"{text!r} is no day: write 2027-03-31, or 30d for thirty days from today")


def _critical(control: str) -> bool:
    """Whether its gap may be critical. Raises UnknownControl for neither a control nor a row."""
    from shipworthy.finding import Severity

    if "." in control:
        _valid_days(control)
        return False
    from shipworthy.catalogue import entry

    return entry(control).control.severity is Severity.CRITICAL


def _valid_days(row: str) -> int:
    """How long an answer to the row counts. Fails with the rows there are for one that is none."""
    from shipworthy.frameworks import frameworks

    checklists = [f for f in frameworks() if f.checklist]
    rows = {r.id: r.valid_days for f in checklists for r in f.rows}
    if row not in rows:
        near = [id for id in rows if id.partition(".")[0] == row.partition(".")[0]] or list(rows)
        fail(f"{row} is no row of a checklist; there are: {', '.join(near)}")
    return rows[row]


def _expected(text: str) -> Any:
    from shipworthy.register.witnesses import Expected

    count, _, head = text.partition(":")
    if not count.isdecimal() or len(head) < 12:
        fail(f"{text!r} is not COUNT:HEAD with at least 12 digits of the hash, as reports print it")
    return Expected(int(count), head)


def _wrote(entry: Entry, what: str) -> None:
    from shipworthy.prototype.tree import printable

    emit(f"Entry {entry.number}: {printable(entry.by)} {printable(what)}\n", None)


def _solo(solo: bool) -> str:
    return " alone (solo mode: the one who asks may approve)" if solo else ""


def _json(document: object) -> str:
    from shipworthy.documents import to_json
    from shipworthy.report.json_report import inert

    return inert(to_json(document))
