"""The site that shows a log: every page answers, nothing can be written, nothing comes from elsewhere."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog, examples
from mesococktail.browse import serve, site
from mesococktail.browse.described import metadata
from mesococktail.browse.prescription import shown
from mesococktail.errors import LogUseError, NotALogError
from mesococktail.research import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Get = Callable[..., Any]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browse") / "demo.db"
    examples.make_demo_log(path).close()
    return path


@pytest.fixture(scope="module")
def get(path: Path) -> Get:
    """Ask the site for a page, without a server."""
    made = site(path)

    def ask(address: str, method: str = "GET") -> Any:
        async def asked() -> Any:
            await made.invoke_startup()
            return await made.client.request(method, address, follow_redirects=True)

        return asyncio.run(asked())

    return ask


PAGES = (
    "/",
    "/log",
    "/log/prescription",
    "/log/prescription.json",
    "/log/prescription.csv",
    "/log/ingredient",
    "/log/session",
    "/log/outcome",
    "/log/adverse_event",
    "/log/fact_prescription",
    "/log/patient?patient=SYN-001",
    "/log/prescriptions_with_an_agent?agent=minoxidil",
    "/log/prescriptions_between_months?from_month=202501&to_month=202506",
    "/-/study",
    "/-/dashboards",
    "/-/dashboards/clinic",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_with_nothing_from_elsewhere(get: Get, address: str) -> None:
    found = get(address)
    assert found.status_code == 200
    if "html" in found.headers["content-type"]:
        assert outside(found.text) == []


def outside(page: str) -> list[str]:
    """What a browser would fetch from another machine: a link that somebody may follow is not fetched."""
    fetched = re.findall(r"<(?:script|img|iframe|source)[^>]*\bsrc=[\"']?([^\"'> ]+)", page)
    fetched += re.findall(r"<link[^>]*\bhref=[\"']?([^\"'> ]+)", page)
    fetched += re.findall(r"url\([\"']?([^\"')]+)", page)
    return [each for each in fetched if re.match(r"(?:https?:)?//(?!localhost/)", each)]


@pytest.mark.parametrize("chart", ["combinations", "pairs", "doses", "outcomes"])
def test_each_picture_of_the_dashboard_has_something_to_draw(get: Get, chart: str) -> None:
    from mesococktail.browse.dashboard import DASHBOARD

    rows = get(f"/log.json?_shape=array&sql={quoted(DASHBOARD['charts'][chart]['query'])}").json()
    assert rows
    fields = {each["field"] for each in DASHBOARD["charts"][chart]["display"]["encoding"].values()}
    assert fields <= rows[0].keys()


def test_months_are_written_as_months(get: Get) -> None:
    from mesococktail.browse.dashboard import DASHBOARD

    sql = DASHBOARD["charts"]["combinations"]["query"]
    rows = get(f"/log.json?_shape=array&sql={quoted(sql)}").json()
    assert all(re.fullmatch(r"[0-9]{4}-[0-9]{2}", row["month"]) for row in rows)


def quoted(sql: str) -> str:
    from urllib.parse import quote

    return quote(sql)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_a_question_has_a_page_and_saved_queries(get: Get, question: Any) -> None:
    found = get(f"/-/study/{question.command}")
    assert found.status_code == 200
    assert question.summary in found.text
    assert "not for publication" in found.text
    saved = [
        name for name in get("/log.json").json()["queries"] if name["name"].startswith(f"{question.name}_")
    ]
    assert saved
    for query in saved:
        assert get(f"/log/{query['name']}").status_code == 200


def test_choices_of_a_question_are_asked(get: Get) -> None:
    assert "(principal)" in get("/-/study/combinations?level=roles").text
    assert "window" in get("/-/study/adverse-events?window=10&by=agent").text


def test_a_choice_that_is_none_is_refused_on_the_page(get: Get) -> None:
    found = get("/-/study/adverse-events?window=soon")
    assert found.status_code == 200
    assert "must be a whole number" in found.text


def test_there_is_no_other_question(get: Get) -> None:
    assert get("/-/study/colours").status_code == 404


def prescribed(path: Path) -> tuple[int, str]:
    """The key and id of a prescription that has sessions."""
    with PrescriptionLog.open(path, read_only=True) as log:
        [(key, digits), *_] = log.rows(
            "SELECT p.key, hex(e.id) FROM fact_session AS s JOIN entry AS e ON e.id = s.prescription "
            "AND e.version = 1 JOIN fact_prescription AS p ON p.key = e.seq"
        )
    return key, digits.lower()


def test_a_prescription_is_shown_as_a_doctor_writes_it(path: Path, get: Get) -> None:
    key, digits = prescribed(path)
    page = get(f"/log/fact_prescription/{key}").text
    assert digits[:8] in page
    for said in ("final concentration", "Course", "given", "History of the record", "receipt", "dr-"):
        assert said in page


def test_its_corrections_are_shown(tmp_path: Path) -> None:
    with PrescriptionLog.create(tmp_path / "new.db", clinic="new") as log:
        log.append_many([{"kind": "doctor", "id": "dr-a", "name": "A"}])
        one = log.prescribe(
            "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
            doctor="dr-a",
            patient="P-1",
            indication="androgenetic alopecia",
        )
        log.void(one, reason="wrong patient", recorded_by="nurse")
        bare = log.append_many(
            [
                {
                    "patient": "P-2",
                    "at": "2026-01-05T10:00+04:00",
                    "doctor": "dr-a",
                    "indication": "androgenetic_alopecia",
                    "payload": "saline",
                    "delivery": "microneedling",
                }
            ]
        )
        assert bare.appended == 1
    written = shown(tmp_path / "new.db", "2")
    assert written is not None
    assert [entry[:2] for entry in written["history"]] == [("1", "record"), ("2", "void")]
    assert written["history"][1][3:5] == ("nurse", "wrong patient")
    without = shown(tmp_path / "new.db", "4")
    assert without is not None
    assert without["line"] is without["table"] is None
    assert shown(tmp_path / "new.db", "1") is None
    assert shown(tmp_path / "new.db", "x") is None


def test_the_key_in_a_view_leads_to_its_page(get: Get) -> None:
    assert re.search(r'href="/log/fact_prescription/\d+"', get("/log/prescription?_size=5").text)
    assert "/log/fact_prescription/" not in get("/log/doctor").text


@pytest.mark.parametrize("sql", ["DELETE FROM entry", "UPDATE log SET clinic = 'x'", "CREATE TABLE x (y)"])
def test_nothing_can_be_written(path: Path, get: Get, sql: str) -> None:
    before = path.read_bytes()
    assert get(f"/log?sql={quoted(sql)}").status_code == 400
    assert get("/log/prescription", "POST").status_code >= 400
    assert path.read_bytes() == before


def test_a_doctor_writes_while_pages_are_read_and_they_show_it(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    with examples.make_demo_log(path) as log:
        made = site(path)

        async def count() -> Any:
            await made.invoke_startup()
            sql = quoted("SELECT count(*) AS n FROM fact_prescription")
            return (await made.client.get(f"/log.json?_shape=array&sql={sql}")).json()[0]["n"]

        before = asyncio.run(count())
        log.prescribe(
            "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
            doctor="dr-one",
            patient="P-1",
            indication="androgenetic alopecia",
        )
        assert asyncio.run(count()) == before + 1


def test_every_column_is_described(path: Path) -> None:
    with PrescriptionLog.open(path, read_only=True) as log:
        tables = {name: list(log.db[name].columns_dict) for name in log.db.view_names()}
    said = metadata(path, "clinic", tables, locked=False)["databases"]["log"]["tables"]
    for name, columns in tables.items():
        assert said[name]["columns"].keys() == set(columns)
        assert all(said[name]["columns"].values())
    assert "allow" not in metadata(path, "clinic", {}, locked=False)


HASHED = "pbkdf2_sha256$480000$6d0f0d5ca0b4f6a7d0e1f2a3b4c5d6e7$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_with_a_password_nothing_is_shown_before_it_is_given(path: Path, tmp_path: Path) -> None:
    (tmp_path / "hash").write_text(HASHED + "\n")
    made = site(path, password_file=tmp_path / "hash")

    async def asked(address: str) -> int:
        await made.invoke_startup()
        status: int = (await made.client.get(address)).status_code
        return status

    for address in ("/", "/log/prescription", "/log/prescription.json", "/-/study", "/-/study/pairs"):
        assert asyncio.run(asked(address)) == 403


@pytest.mark.parametrize(("content", "said"), [("secret", "does not hold the hash"), (None, "No such file")])
def test_a_file_without_a_hash_is_refused(path: Path, tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "hash").write_text(content)
    with pytest.raises(LogUseError, match=said):
        site(path, password_file=tmp_path / "hash")


def test_other_machines_are_let_in_with_a_password_only(path: Path) -> None:
    with pytest.raises(LogUseError, match=r"host: 0.0.0.0: other machines could look without a password"):
        serve(path, host="0.0.0.0")


def test_it_serves_what_it_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Any] = []

    class Server:
        def __init__(self, config: Any) -> None:
            self.config = config

        async def serve(self) -> None:
            served.append((self.config.host, self.config.port))

    monkeypatch.setattr("uvicorn.Server", Server)
    serve(path, port=9001)
    assert served == [("127.0.0.1", 9001)]


def test_what_is_no_log_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("nothing")
    with pytest.raises(NotALogError):
        site(tmp_path / "x.db")


def test_a_missing_library_is_named_with_its_cure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasette.app", None)
    with pytest.raises(LogUseError, match=r"datasette; pip install 'mesococktail\[web\]'"):
        site(path)
