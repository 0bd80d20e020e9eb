"""``report``, ``export`` of tables, ``merge``, ``browse``, and what narrows a study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import examples

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture
def demo(folder: Path) -> Path:
    path = folder / "demo.db"
    examples.make_demo_log(path).close()
    return path


def test_a_report_is_written_to_a_new_file(run: Run, demo: Path) -> None:
    assert "wrote r.html" in run("report", "-o", "r.html", "--db", str(demo)).stderr
    assert "Mesotherapy cocktails" in Path("r.html").read_text()
    assert "already a file" in run("report", "-o", "r.html", "--db", str(demo), code=6).stderr


def test_tables_are_exported_and_asked(run: Run, demo: Path) -> None:
    result = run("export", "--parquet", "exports", "--db", str(demo))
    assert result.stdout == "exports\n"
    assert "keep it inside the clinic" in result.stderr
    rows = json.loads(run("study", "combinations", "--db", "exports").stdout)
    assert all(row["prescriptions"] % 5 == 0 for row in rows)


def test_a_pseudonymised_export_is_refused_where_few_are_alike(run: Run, demo: Path) -> None:
    refused = run("export", "--parquet", "out", "--pseudonymise", "--db", str(demo), code=3)
    assert "patients are alike with fewer than 7 others" in refused.stderr
    left = [f"--leave-out={name}" for name in ("sex", "birth_year", "indication")]
    said = run("export", "--csv", "out", "--pseudonymise", "--db", str(demo), *left)
    assert "keep it inside" not in said.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("x.jsonl", "--parquet", "x"),
        ("--csv", "x", "--jsonl", "y"),
        ("--pseudonymise",),
        ("x.jsonl", "--replace"),
    ],
)
def test_an_export_goes_to_one_place(run: Run, words: tuple[str, ...]) -> None:
    run("export", *words, code=2)


def test_exports_are_merged_into_a_file_that_can_be_asked(run: Run, demo: Path) -> None:
    Path("exports").mkdir()
    run("export", "--parquet", "exports/demo", "--db", str(demo))
    assert run("merge", "exports", "merged.db").stdout == "merged.db\n"
    one = run("study", "pairs", "--db", "merged.db").stdout
    assert one == run("study", "pairs", "--db", "exports").stdout


def test_progress_is_told_to_who_looks_on(run: Run, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.cli.export.is_terminal", lambda _: True)
    monkeypatch.setattr("mesococktail.cli.export._LONG_SECONDS", -1)
    Path("exports").mkdir()
    assert "rows, now " in run("export", "--parquet", "exports/demo", "--db", str(demo)).stderr
    assert "rows, now " in run("merge", "exports", "merged.db").stderr
    monkeypatch.setattr("mesococktail.cli.export._LONG_SECONDS", 1000)
    assert "rows, now " not in run("merge", "exports", "again.db").stderr


def test_a_threshold_may_be_raised_and_not_lowered(run: Run, demo: Path) -> None:
    rows = json.loads(run("study", "combinations", "--db", str(demo), "--suppress-below", "60").stdout)
    assert "suppressed" in {row["prescriptions"] for row in rows}
    run("study", "combinations", "--suppress-below", "7", code=2)


@pytest.mark.parametrize(
    ("words", "least"),
    [
        (("--sex", "female"), 1),
        (("--age", "30-50"), 1),
        (("--age", "30-"), 1),
        (("--age", "-50"), 1),
        (("--clinic", "synthetic-demo"), 1),
    ],
)
def test_people_and_clinics_narrow_a_study(run: Run, demo: Path, words: tuple[str, ...], least: int) -> None:
    rows = json.loads(run("study", "by-clinic", "--db", str(demo), *words).stdout)
    assert rows[0]["prescriptions"] >= least


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--age", "thirty"), 2, "write the lowest and the highest age"),
        (("--age", "-"), 3, "age: sets no bound"),
        (("--age", "50-30"), 3, "begins above its end"),
        (("--sex", "blue"), 3, "sex"),
        (("--clinic", "elsewhere"), 3, "name one of synthetic-demo"),
        (("--stage", "III"), 3, "does not begin with a scale"),
        (("--stage", "hamilton_norwood XII"), 3, "is not a stage of"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(
    run: Run, demo: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in run("study", "by-clinic", "--db", str(demo), *words, code=code).stderr


def test_browse_says_where_and_serves(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Any] = []
    monkeypatch.setattr("mesococktail.browse.serve", lambda path, **how: served.append((path, how)))
    assert "http://127.0.0.1:8001/" in run("browse").stderr
    assert "http://[::1]:9000/" in run("browse", "--host", "::1", "--port", "9000").stderr
    assert [how["port"] for _, how in served] == [8001, 9000]


def test_browse_is_for_this_machine_unless_a_password_is_asked(run: Run) -> None:
    refused = run("browse", "--host", "0.0.0.0", code=1)
    assert "host: 0.0.0.0: other machines could look without a password" in refused.stderr


def test_a_study_may_be_of_the_log_as_it_was(run: Run, demo: Path) -> None:
    rows = json.loads(run("study", "by-clinic", "--db", str(demo), "--as-of", "2001-01-01").stdout)
    assert rows == []
