"""What holds for every kind of record, because all of it is made from the declaration."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail.log.layout import make_layout
from mesococktail.log.star import Star, insert
from mesococktail.log.tables import layout_of, star_table_names
from mesococktail.records import (
    KINDS,
    FieldType,
    changed,
    differences,
    document,
    fields_of,
    given_record,
    stored_record,
    values_of,
)
from tests.kinds import of_kind
from tests.refused import refused
from tests.strategies import FORMULARY

_SHOWN_AS_IT_IS = (FieldType.TEXT, FieldType.RECORD, FieldType.CODE, FieldType.AGENT, FieldType.PATIENT)
few = settings(max_examples=20)
every_kind = pytest.mark.parametrize("kind", list(KINDS))


@every_kind
@few
@given(data=st.data())
def test_a_record_of_any_kind_is_read_back_equal(kind: str, data: st.DataObject) -> None:
    record = data.draw(of_kind(KINDS[kind]))
    stored = document(record)
    again = stored_record(kind, stored)
    assert again == record
    assert document(again) == stored
    assert (
        stored
        == json.dumps(json.loads(stored), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )


@every_kind
@few
@given(data=st.data())
def test_what_is_stored_may_be_given_again(kind: str, data: st.DataObject) -> None:
    record = data.draw(of_kind(KINDS[kind]))
    assert given_record(kind, document(record), FORMULARY) == record


@every_kind
@few
@given(data=st.data())
def test_two_records_differ_where_a_field_differs_and_nowhere_else(kind: str, data: st.DataObject) -> None:
    cls = KINDS[kind]
    one, other = data.draw(of_kind(cls)), data.draw(of_kind(cls))
    assert list(differences(one, one)) == []
    field = data.draw(st.sampled_from([field for field in fields_of(cls) if not field.about.at_the_door]))
    mixed = changed(one, **{field.name: getattr(other, field.name)})
    found = [change.path for change in differences(one, mixed)]
    assert all(path.partition(".")[0].partition("[")[0] == field.name for path in found)
    said = {path for path, _, _ in values_of(one)} | {path for path, _, _ in values_of(mixed)}
    assert bool(found) == (document(one, given_only=True) != document(mixed, given_only=True)) or not said


@every_kind
@few
@given(data=st.data())
def test_every_group_has_its_row_and_every_value_its_column(kind: str, data: st.DataObject) -> None:
    record = data.draw(of_kind(KINDS[kind]))
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    star = Star()
    star.put(rows, kind, 1, 0, json.loads(document(record)))
    rows.update(star.new_rows())
    with closing(sqlite3.connect(":memory:")) as connection:
        make_layout(connection)
        insert(connection, rows, star_table_names())
        [shown] = _view(connection, kind)
        for several in layout_of(kind).lists:
            groups: Any = record
            for name in several.path:
                groups = getattr(groups, name, None) or ()
            assert len(_view(connection, several.name)) == len(groups)
    for field in fields_of(KINDS[kind]):
        value = getattr(record, field.name)
        if field.type in _SHOWN_AS_IT_IS:
            assert shown[field.name] == value


def _view(connection: sqlite3.Connection, name: str) -> list[dict[str, object]]:
    connection.row_factory = sqlite3.Row
    return [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]


@every_kind
def test_every_kind_and_every_field_say_what_they_are(kind: str) -> None:
    assert (KINDS[kind].__doc__ or "").split("\n")[0].endswith(".")
    assert "patient" in {field.name for field in fields_of(KINDS[kind])} or kind == "doctor"


def test_a_kind_costs_one_declaration(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.records.throwaway", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_pair_stands_for_a_group_only_where_neither_can_be_left_out() -> None:
    screened = KINDS["screening"](patient="P-1", at="2025-03", asked_by="nurse", answers={"diabetes": "no"})
    assert screened.answers[0].answer == "no"
    error = refused(KINDS["session"], patient="P-1", at="2025-03", zones={"frontal": "2 mL"})
    assert error.path == "zones"
    assert error.rule == "must be a list of groups"
