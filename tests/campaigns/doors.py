"""The doors: every way by which a text, a file or a mapping gets into the library, called as a user calls it.

A door takes bytes and returns in a few words what it read. What it refuses it refuses with an error of ours;
a command does so by its exit code.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from click.testing import CliRunner

from mesococktail import Formulary, PrescriptionLog, Session, check
from mesococktail.cli import main
from mesococktail.errors import MesococktailError
from mesococktail.findings import Severity
from mesococktail.log import Signer
from mesococktail.log.heads import append_head
from mesococktail.records import document, given_record, stored_record
from tests.campaigns.hostile import Template
from tests.log.helpers import AT, DOCTOR, exported, prescribe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

_KIND = "patient_facts"
FORMULARY = Formulary.shipped()
FACTS = Template(
    '{"kind":"patient_facts","patient":@id@,"at":@time@,"sex":@code@,"birth_year":@number@,"told_by":@text@@more@}',
    {"id": '"P-1"', "time": f'"{AT}"', "code": '"female"', "number": "1988", "text": '"nurse"'},
    "told_by",
)
PLAIN_FACTS = attrs.evolve(FACTS, text=FACTS.text.replace('"kind":"patient_facts",', ""))
ZONE = Template(
    '{"zone":@code@,"volume":@number@,"description":@text@@more@}',
    {"code": '"vertex"', "number": '"1 mL"', "text": '"left"'},
    "description",
)
RULES = Template(
    '[[aftercare]]\ncode=@id@\nversion="1"\npolarity=@code@\ntext="No hat."\nduration="a day"\n'
    'bound="at_least"\ndays=@number@\nsource=@text@@more@\n',
    {"id": '"no_hat"', "code": '"do_not"', "number": "1", "text": '"rest"'},
    "source",
    "\n{key}={value}",
)


class CommandError(MesococktailError):
    """A command ended as it does where something is refused."""


@attrs.frozen
class Door:
    """One way in."""

    name: str
    template: Template
    """What is read there, with places where other things may be put."""
    prepare: Callable[[bytes], Any]
    """Makes of the bytes of a document what the door takes."""
    read: Callable[[Any], object]
    """Reads it; what comes of it is held against what is expected by its `str`."""


class House:
    """Two logs and a file beside them: what the doors lead into. All that is there is made up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template, self._library, self._terminal = (
            folder / f"{name}.db" for name in ("template", "library", "terminal")
        )
        self._file = folder / "file"
        self.heads = folder / "heads"
        self.key = folder / "key"
        self.public = f"dr-a {Signer.make(self.key).public}"
        with PrescriptionLog.create(self._template, clinic="riverside") as log:
            log.register(DOCTOR)
            self.prescription = prescribe(log).id
            self.session = log.record(_SESSION, recorded_by="nurse").id
            self.exported = exported(log).splitlines()
            append_head(log, self.heads)
            self.head = str(log.head())
        self._environment = {name: None for name in os.environ if name.startswith("MESOCOCKTAIL_")}
        self.renew()

    def renew(self) -> None:
        """Put both logs back as they were."""
        self.close()
        for path in (self._library, self._terminal):
            shutil.copy(self._template, path)
        self.log = PrescriptionLog.open(self._library)

    def close(self) -> None:
        """Close the log that the doors of the library lead into."""
        if hasattr(self, "log"):
            self.log.close()

    def changed(self) -> bool:
        """Whether either log is not as it was, byte for byte."""
        self.close()
        before = self._template.read_bytes()
        same = all(path.read_bytes() == before for path in (self._library, self._terminal))
        self.log = PrescriptionLog.open(self._library)
        return not same

    def run(self, *args: str, given: bytes | None = None) -> Result:
        """Run a command on the log of the terminal.

        Raises:
            CommandError: It did not end well.
        """
        db = () if args[0] in _WITHOUT_LOG else ("--db", str(self._terminal))
        command, rest = args[: 1 + (args[0] in _GROUPS)], args[1 + (args[0] in _GROUPS) :]
        runner = CliRunner(env=self._environment)
        result = runner.invoke(main, [*command, *db, *rest], prog_name="mesococktail", input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if result.exit_code:
            raise CommandError(result.output)
        return result

    def imported(self, result: Result) -> str:
        """Return what an import brought into the log of the terminal."""
        if " 0 written" in result.stderr:
            return "nothing"
        with PrescriptionLog.open(self._terminal, read_only=True) as log:
            return newest(log)

    def restored(self, whole: bytes) -> str:
        """Make a log out of an export; return how many entries it has."""
        target = self._folder / "restored.db"
        try:
            with PrescriptionLog.restore(target, io.BytesIO(whole)) as log:
                return f"{len(log)} entries"
        finally:
            target.unlink(missing_ok=True)

    def restored_by_command(self, path: str) -> str:
        """Make a log out of the export in a file, as a command does."""
        target = self._folder / "restored.db"
        try:
            said = self.run("import", path, "--restore", str(target)).stderr
            return said.partition(" holds ")[2].partition(" of ")[0]
        finally:
            target.unlink(missing_ok=True)

    def holding(self, content: bytes) -> str:
        """Return the path of the file, which has that in it from now on and is its owner's alone."""
        self._file.write_bytes(content)
        self._file.chmod(0o600)
        return str(self._file)


_GROUPS = ("record", "study")
_WITHOUT_LOG = ("amount", "agents", "terms", "published")
_AT: Any = AT
_SESSION = Session(patient="P-1", at=_AT, injected_by="dr-a", payload="saline", zones=["frontal"])  # type: ignore[arg-type]


def facts(record: object) -> str:
    """Return how facts of a patient differ from the sound ones."""
    said, sound = json.loads(document(record)), json.loads(document(_given(PLAIN_FACTS.made())))
    names = sorted(said.keys() | sound.keys())
    return ", ".join(f"{name}: {said.get(name)}" for name in names if said.get(name) != sound.get(name))


def newest(log: PrescriptionLog) -> str:
    """Return the facts that were written down last."""
    return facts(next(log.entries(after=log.head().seq - 1)).record)


def _given(given: Any) -> Any:
    return given_record(_KIND, given, FORMULARY)


def structured_doors(house: House) -> Iterator[Door]:
    """Yield the doors that take JSON or TOML as bytes."""
    yield Door("given_record", PLAIN_FACTS, bytes, lambda given: facts(_given(given)))
    yield Door("given_record, text", PLAIN_FACTS, as_text, lambda given: facts(_given(given)))
    yield Door(
        "stored_record", PLAIN_FACTS, bytes, lambda given: facts(stored_record("patient_facts", given))
    )
    yield Door("append_many", FACTS, bytes, partial(_appended, house))
    yield Door("append_many, reporting", FACTS, bytes, partial(_reported, house))
    yield Door("import", FACTS, house.holding, lambda path: house.imported(house.run("import", path)))
    yield Door("import -", FACTS, bytes, lambda given: house.imported(house.run("import", "-", given=given)))
    for place, name, spots in (
        (0, "header", {"number": "format", "text": "clinic", "id": "log", "time": "created_at"}),
        (3, "entry", _OF_AN_ENTRY),
        (-1, "end", {"number": "end", "text": "hash"}),
    ):
        template, whole = _template(house.exported[place], spots), partial(_with_line, house.exported, place)
        yield Door(f"restore, {name}", template, whole, house.restored)
        filed = partial(_composed, house.holding, whole)
        yield Door(f"import --restore, {name}", template, filed, house.restored_by_command)
    yield Door("Formulary.load", RULES, house.holding, _last_rule)
    yield Door(
        "--formulary", RULES, house.holding, lambda path: house.run("agents", "--formulary", path).exit_code
    )
    yield Door("record --zones", ZONE, as_argument, partial(_zone_recorded, house))
    yield Door("amend --set, group", ZONE, as_argument, partial(_zone_set, house))


def value_doors(house: House) -> Iterator[Door]:
    """Yield the doors that take what ``json.loads`` makes of a document, and as much as that lets through."""
    yield Door("given_record, values", PLAIN_FACTS, _loaded, lambda given: facts(_given(given)))
    yield Door("append_many, values", FACTS, _loaded, partial(_appended, house))
    yield Door("check, values", PLAIN_FACTS, _loaded, _checked)


_OF_AN_ENTRY = {"number": "version", "text": "recorded_by", "id": "id", "time": "recorded_at", "code": "act"}
_LONGEST_ARGUMENT = 131_071
"""Bytes that Linux hands over in one argument."""


def as_text(given: bytes) -> str:
    """Return what a program takes bytes for that may be no UTF-8."""
    return given.decode("utf-8", "surrogateescape")


def as_argument(given: bytes) -> str:
    """Return what a command is given of it."""
    return as_text(given[:_LONGEST_ARGUMENT])


def _loaded(given: bytes) -> object:
    return json.loads(given.decode())


def _with_line(lines: list[bytes], place: int, given: bytes) -> bytes:
    """Return an export with one other line."""
    changed = list(lines)
    changed[place] = given
    return b"".join(line + b"\n" for line in changed)


def _composed(outer: Callable[[bytes], Any], inner: Callable[[bytes], bytes], given: bytes) -> Any:
    return outer(inner(given))


def _last_rule(path: str) -> str:
    rule = Formulary.load(path).aftercare[-1]
    return f"{rule.code} {rule.polarity} {rule.duration} {rule.days} {rule.source}"


def _appended(house: House, given: Any) -> str:
    return newest(house.log) if house.log.append_many([given]).appended else "nothing"


def _reported(house: House, given: Any) -> str:
    report = house.log.append_many([given], on_refused="report")
    for refused in report.refused:
        raise refused.error
    return newest(house.log) if report.appended else "nothing"


def _checked(given: Any) -> str:
    wrong = [one for one in check(given, kind=_KIND) if one.severity is Severity.ERROR]
    if wrong:
        raise MesococktailError(wrong[0].message, findings=wrong)
    return "no error"


def _template(line: bytes, spots: dict[str, str]) -> Template:
    """Return a line of an export with places for other things."""
    said = json.loads(line)
    sound = {place: json.dumps(said[name]) for place, name in spots.items()}
    marked = json.dumps(said | {name: f"@{place}@" for place, name in spots.items()})
    for place in spots:
        marked = marked.replace(f'"@{place}@"', f"@{place}@")
    return Template(f"{marked[:-1]}@more@}}", sound, spots["text"])


def _zone_recorded(house: House, given: str) -> str:
    said = ("-p", "P-1", "--at", AT, "--injected-by", "dr-a", "--payload", "saline", "--zones", given)
    return _zones(house.run("record", "session", *said, "--dry-run"))


def _zone_set(house: House, given: str) -> str:
    return _zones(house.run("amend", house.session, "--set", f"zones[0]={given}", "--reason", "was wrong"))


def _zones(result: Result) -> str:
    return ", ".join(line.strip() for line in result.stderr.splitlines() if "zones" in line)
