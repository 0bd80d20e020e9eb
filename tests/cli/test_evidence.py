"""``erase``, ``compact``, ``key``, ``verify --keys``, and a log of an earlier version."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

LAW = ("--reason", "asked for it", "--authority", "GDPR art. 17")
LINE = "minoxidil 5 mg (principal) + biotin 5 mg"


def test_all_of_a_patient_is_erased_and_verify_says_by_whom_and_why(run: Run, folder: Path) -> None:
    run("backup", "before.db")
    done = run("erase", "--patient", "P-014", "--yes", *LAW, "--recorded-by", "office")
    assert "erased: 1 record with 1 document; the file was written anew" in done.stderr
    assert f"still in the backup of {done.stderr.split('backup of ')[1][:10]}: {folder / 'before.db'}\n" in (
        done.stderr
    )
    assert "copies made by other means, exports and printed pages hold the text as well" in done.stderr
    said = run("verify").stderr
    assert f"erased: prescription {done.stdout.strip()} on " in said
    assert " by office: asked for it; on the authority of: GDPR art. 17\nsound: " in said
    assert b"P-014" not in (folder / "clinic.db").read_bytes()


def test_who_did_not_say_who_they_are_is_told_so_too(run: Run) -> None:
    run("erase", "last", "--yes", *LAW)
    assert " by somebody who did not say: asked for it" in run("verify").stderr


def test_a_backup_that_was_moved_away_is_named_all_the_same(run: Run, folder: Path) -> None:
    run("backup", "before.db")
    (folder / "before.db").rename(folder / "elsewhere.db")
    said = run("erase", "last", "--yes", *LAW).stderr
    assert "before.db (not there now; it may have been moved)" in said


def test_it_is_asked_for_once_more_before_it_is_done(run: Run) -> None:
    refused = run("erase", "last", *LAW, input="n\n", code=1)
    assert "Erase the prescription " in refused.stderr
    assert "for good? [y/N]" in refused.stderr
    assert "erased" not in run("verify").stderr
    assert (
        "Erase all records of patient P-014 for good?"
        in run("erase", "--patient", "P-014", *LAW, input="y\n").stderr
    )


@pytest.mark.parametrize("target", [(), ("last", "--patient", "P-014")])
def test_one_target_must_be_named(run: Run, target: tuple[str, ...]) -> None:
    assert "say either the ID of a record, or --patient ID" in run("erase", *target, *LAW, code=2).stderr


def test_what_was_erased_cannot_be_shown(run: Run) -> None:
    erased = run("erase", "last", "--yes", *LAW).stdout.strip()
    assert "was erased on " in run("show", erased, code=4).stderr


def test_an_interrupted_erasure_is_finished(run: Run, folder: Path) -> None:
    said = run("compact")
    assert said.stderr == f"written anew: {folder / 'clinic.db'}\n"
    assert said.stdout.startswith("4-")


def test_a_key_is_made_once_and_its_public_part_shown_again(run: Run, folder: Path) -> None:
    made = run("key", "dr-a.pem", "--name", "dr-a")
    assert made.stderr == "made the key of dr-a: dr-a.pem; sign with --sign dr-a.pem\n"
    assert made.stdout.startswith("dr-a ed25519:")
    assert (folder / "dr-a.pem").stat().st_mode & 0o777 == 0o600
    assert run("key", "dr-a.pem", "--name", "dr-a").stdout == made.stdout


@pytest.mark.parametrize("name", ["", "two words", "#x", "a\nb"])
def test_the_name_of_a_key_is_one_word(run: Run, name: str, folder: Path) -> None:
    assert "name: " in run("key", "dr-a.pem", "--name", name, code=3).stderr
    assert not (folder / "dr-a.pem").exists()


def test_what_is_signed_is_checked_against_keys_kept_elsewhere(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "keys.txt").write_text(run("key", "dr-a.pem", "--name", "dr-a").stdout)
    given = ("prescribe", LINE, "--doctor", "dr-a", "-p", "P-030", "--for", "alopecia areata")
    run(*given, "--sign", "dr-a.pem")
    monkeypatch.setenv("MESOCOCKTAIL_KEY", "dr-a.pem")
    run(*given)
    monkeypatch.delenv("MESOCOCKTAIL_KEY")
    run("verify", "--keys", "keys.txt", "--signed-from", "5")
    found = json.loads(run("verify", "--keys", "keys.txt", code=5).stdout)
    assert [(one["code"], one["path"]) for one in found] == [("unsigned", "entries 1 to 4")]


def test_who_wants_to_sign_never_writes_unsigned(run: Run) -> None:
    before = run("verify").stderr
    given = ("prescribe", LINE, "--doctor", "dr-a", "-p", "P-030", "--for", "alopecia areata")
    assert "cannot be read" in run(*given, "--sign", "nowhere.pem", code=4).stderr
    assert run("verify").stderr == before


@pytest.mark.parametrize(("name", "entries"), [("prescriptions", 14), ("courses", 37)])
def test_an_earlier_log_is_listed_as_it_is_and_written_after_a_rebuild(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, entries: int
) -> None:
    packed = Path(__file__).parents[1] / "golden" / f"layout-1-{name}.db.gz"
    (folder / "old.db").write_bytes(gzip.decompress(packed.read_bytes()))
    monkeypatch.setenv("MESOCOCKTAIL_DB", str(folder / "old.db"))
    assert len(json.loads(run("list", "--include-voided").stdout)) in (9, 10)
    assert json.loads(run("study", "combinations").stdout)
    assert f"sound: {entries} entries" in run("verify").stderr
    assert "mesococktail rebuild --db" in run("stop", "last", "--reason", "moved", code=5).stderr
    run("backup", "copy.db")
    assert run("rebuild").stderr == f"derived anew from {entries} entries\n"
    run("stop", "last:prescription", "--reason", "moved")
    assert f"sound: {entries + 1} entries" in run("verify").stderr
