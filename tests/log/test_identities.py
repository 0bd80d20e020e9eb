"""Who a patient is has no place in the file: people are known here, and to the log only by opaque ids."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import attrs
import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import RecordError
from mesococktail.log.tables import star_table_names
from mesococktail.records import KINDS, FieldType, fields_of
from tests.courses import whole_course
from tests.log.helpers import DOCTOR, digest, exported, prescribe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@attrs.frozen
class Person:
    """Somebody made up, as a clinic's own list of patients has them."""

    id: str
    """The only part that the log is told."""
    name: str
    born: str
    phone: str
    mail: str

    def said(self) -> set[str]:
        """Return everything by which they could be recognised, as it may be written."""
        year, month, day = self.born.split("-")
        born = {self.born, f"{year}{month}{day}", f"{day}.{month}.{year}", f"{day}/{month}/{year}"}
        phone = {self.phone, self.phone.replace(" ", ""), self.phone.replace(" ", "")[4:]}
        return {self.name, *self.name.split(), *born, *phone, self.mail, self.mail.partition("@")[0]}


PEOPLE = (
    Person(
        "P-0001", "Marguerite Quillfeather", "1981-04-17", "+971 50 555 0143", "m.quillfeather@example.org"
    ),
    Person("P-0002", "Åsbjørn Vestergårdsen", "1969-11-30", "+45 3155 0188", "asbjorn.v@example.net"),
    Person("P-0003", "ليلى المستعارة", "1990-07-08", "+20 2 5555 0119", "layla.almustaara@example.com"),
)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log with the whole course of each of them: every field of every kind."""
    path = tmp_path / "clinic.db"
    with PrescriptionLog.create(path, clinic="riverside") as log:
        log.register(DOCTOR)
        for person in PEOPLE:
            monkeypatch.setattr("tests.courses.PATIENT", person.id)
            made = whole_course(log)
            log.stop(made["prescription"], reason="moved away")
            log.void(made["aftercare"], reason="given to somebody else")
    return path


def _journal(path: Path) -> bytes:
    """Return the journal as it stands while every row of the star is written anew."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for table in reversed(star_table_names()):
            connection.execute(f"DELETE FROM {table}")
        journal = path.with_name(f"{path.name}-journal").read_bytes()
        connection.execute("ROLLBACK")
    return journal


def test_nothing_that_tells_who_a_patient_is_stands_in_file_journal_export_or_backup(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        assert log.verify() == []
        log.backup(path.with_name("backup.db"))
        written = {
            "file": path.read_bytes(),
            "journal": _journal(path),
            "export": exported(log),
            "backup": path.with_name("backup.db").read_bytes(),
        }
    for where, content in written.items():
        for person in PEOPLE:
            assert person.id.encode() in content, where
            assert _found(person, content) == [], where


def _found(person: Person, content: bytes) -> list[str]:
    low = content.lower()
    return [said for said in person.said() if said.lower().encode() in low]


@pytest.mark.parametrize("person", PEOPLE, ids=[person.id for person in PEOPLE])
@pytest.mark.parametrize("said", ["name", "phone", "mail"])
def test_what_is_no_opaque_id_is_refused_and_leaves_no_byte(path: Path, person: Person, said: str) -> None:
    before = digest(path)
    with (
        PrescriptionLog.open(path) as log,
        pytest.raises(RecordError, match=r"not an opaque id.*never a name"),
    ):
        prescribe(log, getattr(person, said))
    assert digest(path) == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


_FREE_WORDS = {
    "doctor": "name speciality licence",
    "prescription": "cocktail indication.description indication.version indication.stage indication.duration "
    "rationale reference formula changes accepted.code accepted.reason accepted.by transcribed_from "
    "formulary",
    "patient_facts": "told_by treatments_elsewhere.agent treatments_elsewhere.route "
    "treatments_elsewhere.dose sessions_elsewhere.description note transcribed_from",
    "screening": "asked_by answers.description allergies.substance allergies.reaction note transcribed_from",
    "consent": "version obtained_by signed_by witness note transcribed_from",
    "preparation": "prepared_by checked_by stock.agent stock.product stock.maker stock.lot appearance "
    "prp.tube prp.activation note accepted.code accepted.reason accepted.by transcribed_from formulary",
    "session": "reason injected_by supervised_by device needle zones.description anaesthesia note "
    "accepted.code accepted.reason accepted.by transcribed_from formulary",
    "outcome": "description stage words scale_version method site magnification files.digest files.label "
    "note transcribed_from",
    "adverse_event": "description suspects.name reported_by note transcribed_from",
    "aftercare": "given_by language instructions.rule instructions.text instructions.version note "
    "transcribed_from",
}
"""Every field that takes words of somebody's own. Before a new one is added here: can it be made a code, a
number or a link? If not, does its meaning say whose words it is for, and that a patient's name is not?"""

_TYPES_OF_WORDS = {FieldType.TEXT, FieldType.TEXTS, FieldType.AGENT, FieldType.COCKTAIL}


def _fields(cls: type, path: str = "") -> Iterator[tuple[str, FieldType, str]]:
    for field in fields_of(cls):
        where = f"{path}{field.name}"
        if field.group is None:
            yield where, field.type, field.about.meaning
        else:
            yield from _fields(field.group, f"{where}.")


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_takes_free_words_has_been_thought_about(kind: str) -> None:
    free = {where for where, its_type, _ in _fields(KINDS[kind]) if its_type in _TYPES_OF_WORDS}
    assert free == set(_FREE_WORDS[kind].split())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "doctor"])
def test_a_record_of_a_patient_asks_for_an_opaque_id_and_never_for_a_name(kind: str) -> None:
    fields = {where: (its_type, meaning) for where, its_type, meaning in _fields(KINDS[kind])}
    assert [where for where, (its_type, _) in fields.items() if its_type is FieldType.PATIENT] == ["patient"]
    assert fields["patient"][1] == "Opaque id of the patient; never a name."
    asks = re.compile(r"name|birth|born|address|phone|mail|passport|insur|nationality|relative")
    assert {where for where in fields if asks.search(where)} <= {"suspects.name", "birth_year"}
    assert "never a name" in fields.get("note", (None, "never a name"))[1]


def test_the_texts_of_an_entry_have_been_thought_about_as_well(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        texts = connection.execute(
            "SELECT t.name || '.' || c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c "
            "WHERE t.type = 'table' AND c.type = 'TEXT' "
            "AND t.name NOT LIKE 'fact_%' AND t.name NOT LIKE 'dim_%'"
        ).fetchall()
    assert {text for (text,) in texts} == {
        "log.clinic",
        "entry.act",
        "entry.kind",
        "entry.recorded_by",
        "entry.reason",
        "payload.document",
        "backup.path",
    }
