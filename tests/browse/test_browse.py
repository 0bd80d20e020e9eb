"""The site that shows a log: every page answers, nothing can be written, nothing comes from elsewhere."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs
import pytest

from mesococktail import PrescriptionLog, examples
from mesococktail.browse import address, serve, site
from mesococktail.browse.dashboard import DASHBOARD
from mesococktail.browse.described import metadata
from mesococktail.browse.prescription import shown
from mesococktail.browse.readable import readable
from mesococktail.browse.saved import saved
from mesococktail.errors import LogUseError, NotALogError
from mesococktail.research import QUESTIONS, Study
from tests.research.logs import make

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
def queries(path: Path) -> dict[str, Any]:
    """The saved queries, by name."""
    return dict(saved(path))


def getter(made: Any) -> Get:
    """Ask a site for a page, without a server."""

    def ask(address: str, method: str = "GET", **how: Any) -> Any:
        async def asked() -> Any:
            await made.invoke_startup()
            return await made.client.request(method, address, **({"follow_redirects": True} | how))

        return asyncio.run(asked())

    return ask


@pytest.fixture(scope="module")
def get(path: Path) -> Get:
    return getter(site(path))


PAGES = (
    "/",
    "/log",
    "/log?_show_hidden=1",
    "/log/prescription.json",
    "/log/prescription.csv",
    "/log/prescription?status=active&doctor=dr-one&_facet=delivery",
    "/log/fact_prescription",
    "/log/dim_agent",
    "/log/entry",
    "/log/payload",
    "/log/patient?patient=SYN-001",
    "/log/prescriptions_with_an_agent?agent=minoxidil",
    "/log/combinations_between_months?from_month=2025-01&to_month=2025-06",
    "/log/doctors_between_months",
    "/log/doses_between_months?agent=biotin&from_month=2025-01",
    "/-/study",
    "/-/dashboards",
    "/-/dashboards/clinic",
    "/-/dashboards/clinic/pairs",
    "/-/metadata",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_with_nothing_from_elsewhere(get: Get, address: str) -> None:
    found = get(address)
    assert found.status_code == 200
    if "html" in found.headers["content-type"]:
        assert outside(found.text) == []


def test_a_query_between_months_without_bounds_counts_old_charts_of_a_year_too(old: Get) -> None:
    found = old("/log/combinations_between_months.json?_shape=array").json()
    assert [row["prescriptions"] for row in found] == [3]
    bounded = old("/log/combinations_between_months.json?_shape=array&from_month=2020-01").json()
    assert [row["prescriptions"] for row in bounded] == [2]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Get:
    """A log of two prescriptions, and of one from a chart that has only the year."""
    where = tmp_path_factory.mktemp("old") / "old.db"
    with make(where) as log:
        log.append_many(
            {
                "patient": "P-1",
                "doctor": "dr-a",
                "at": at,
                "indication": "androgenetic alopecia",
                "delivery": "nappage",
                "cocktail": "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
                **({"transcribed_from": "chart 7"} if at == "2019" else {}),
            }
            for at in ("2025-03-01T10:00+04:00", "2025-04-01T10:00+04:00", "2019")
        )
    return getter(site(where))


def test_every_view_answers(path: Path, get: Get) -> None:
    with closing(sqlite3.connect(path)) as db:
        views = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")]
    assert "prescription" in views
    for name in views:
        found = get(f"/log/{name}")
        assert (name, found.status_code, outside(found.text)) == (name, 200, [])


def outside(page: str) -> list[str]:
    """What a browser would fetch from another machine: a link that somebody may follow is not fetched."""
    fetched = re.findall(r"<(?:script|img|iframe|source)[^>]*\bsrc=[\"']?([^\"'> ]+)", page)
    fetched += re.findall(r"<link[^>]*\bhref=[\"']?([^\"'> ]+)", page)
    fetched += re.findall(r"url\([\"']?([^\"')]+)", page)
    return [each for each in fetched if re.match(r"(?:https?:)?//(?!localhost/)", each)]


def test_a_browser_is_told_to_fetch_nothing_from_elsewhere(get: Get) -> None:
    headers = get("/log/prescription").headers
    assert headers["content-security-policy"].startswith("default-src 'self' ")
    assert "http" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost", "[::1]:8001", "LOCALHOST:80"])
def test_who_asks_for_this_machine_is_answered(get: Get, host: str) -> None:
    assert get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example:8001", "", "["])
def test_a_name_from_elsewhere_that_leads_here_is_not_answered(get: Get, host: str) -> None:
    found = get("/log/prescription.json", headers={"host": host})
    assert (found.status_code, found.text) == (403, "this log is shown on its own machine only")


def test_what_is_no_request_goes_by(path: Path) -> None:
    said: list[str] = []
    received = iter(("lifespan.startup", "lifespan.shutdown"))

    async def receive() -> dict[str, str]:
        return {"type": next(received)}

    async def send(message: dict[str, str]) -> None:
        said.append(message["type"])

    asyncio.run(site(path).app()({"type": "lifespan"}, receive, send))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def charted(get: Get, chart: str, **filled: str) -> list[dict[str, Any]]:
    """The rows that a picture of the dashboard is drawn of."""
    from datasette_dashboards import replace_opts_in_query

    sql = replace_opts_in_query(DASHBOARD["charts"][chart]["query"], filled)
    more = "".join(f"&{name}={value}" for name, value in filled.items())
    rows: list[dict[str, Any]] = get(f"/log.json?_shape=array&sql={quote(sql)}{more}").json()
    return rows


MONTHS = {"from_month": "2025-03", "to_month": "2025-06"}


@pytest.mark.parametrize("filled", [{}, {"measure": "hair_density"}, MONTHS | {"measure": "hair_density"}])
@pytest.mark.parametrize("chart", DASHBOARD["charts"])
def test_each_picture_of_the_dashboard_has_something_to_draw(
    get: Get, chart: str, filled: dict[str, str]
) -> None:
    rows = charted(get, chart, **filled)
    assert rows
    fields = {each["field"] for each in DASHBOARD["charts"][chart]["display"]["encoding"].values()}
    assert fields <= rows[0].keys()


def test_months_are_written_as_months_and_can_be_chosen(get: Get) -> None:
    months = {row["month"] for row in charted(get, "combinations", **MONTHS)}
    assert months == {"2025-03", "2025-04", "2025-05", "2025-06"}
    fewer = sum(row["prescriptions"] for row in charted(get, "pairs", **MONTHS))
    assert 0 < fewer < sum(row["prescriptions"] for row in charted(get, "pairs"))


@pytest.mark.parametrize("chart", DASHBOARD["charts"].values(), ids=list(DASHBOARD["charts"]))
def test_a_picture_offers_no_way_to_an_editor_elsewhere(chart: Any) -> None:
    actions = chart["display"]["usermeta"]["embedOptions"]["actions"]
    assert actions == {"export": True, "source": False, "compiled": False, "editor": False}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_a_question_has_a_page_and_saved_queries(queries: dict[str, Any], get: Get, question: Any) -> None:
    found = get(f"/-/study/{question.command}")
    assert found.status_code == 200
    assert outside(found.text) == []
    assert question.summary in found.text
    assert "not for publication" in found.text
    names = [name for name in queries if re.fullmatch(rf"{question.name}(?:_\d)?", name)]
    assert names
    for name in names:
        page = get(f"/log/{name}")
        assert page.status_code == 200
        assert "0 results" not in page.text
        assert f'href="/-/study/{question.command}"' in page.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_saved_query_gives_the_rows_that_the_question_counts(
    path: Path, queries: dict[str, Any], question: str
) -> None:
    shown = [each["sql"] for name, each in queries.items() if re.fullmatch(rf"{question}(?:_\d)?", name)]
    counted = {readable(sql): sql for sql in Study(path).ask(question).sql if "FROM fact_" in sql}
    assert set(shown) <= counted.keys()
    with closing(sqlite3.connect(path)) as db:
        for sql in shown:
            assert len(db.execute(sql).fetchall()) == len(db.execute(counted[sql]).fetchall())


def test_a_saved_query_says_who_and_what_in_words(get: Get) -> None:
    [first, *_] = get("/log/doses.json?_shape=array").json()
    assert first.keys() == {"agent", "combination", "unit", "dose", "number"}
    assert (first["agent"] in first["combination"], first["unit"]) == (True, "mg")
    [first, *_] = get("/log/by_doctor.json?_shape=array").json()
    assert first["doctor"].startswith("dr-")
    assert re.fullmatch(r"2025-[0-9]{2}", first["at_month"])
    assert first["status"] == "active"
    counts = [row["prescriptions"] for row in get("/log/combinations.json?_shape=array").json()]
    assert counts == sorted(counts, reverse=True)
    assert get("/log/outcomes_1.json?_shape=array").json()[0]["measure"] == "hair_density"


def test_a_statement_that_is_no_plain_one_is_only_laid_out() -> None:
    assert readable("WITH e AS (SELECT 1) SELECT n FROM e") == "WITH e AS (SELECT 1) SELECT n\nFROM e"


def test_an_inner_column_that_nobody_names_is_shown_as_it_is() -> None:
    shown = readable("SELECT n.some, 1 FROM (SELECT p.key FROM fact_prescription AS p) AS n")
    assert shown.endswith("SELECT\n  counted.some,\n  counted.1\nFROM counted")


def test_choices_of_a_question_are_asked(get: Get) -> None:
    assert "(principal)" in get("/-/study/combinations?level=roles").text
    assert "window" in get("/-/study/adverse-events?window=10&by=agent").text


def test_a_question_can_be_narrowed(get: Get) -> None:
    page = get("/-/study/pairs?since=2025-03&until=2025-06&doctor=dr-one&with=biotin").text
    for said in (
        "only: since 2025-03",
        "only: until 2025-06",
        "only: doctor dr-one",
        "only: contains biotin",
    ):
        assert said in page
    assert "Nothing of the kind is recorded." in get("/-/study/by-stage?since=2026-12").text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("adverse-events?window=soon", "must be a whole number"),
        pytest.param(
            f"adverse-events?window={'9' * 5000}", "must be a whole number", id="thousands of digits"
        ),
        ("pairs?doctor=nobody", "nobody"),
        ("pairs?since=2025-06&until=2025-03", "ends before it begins"),
    ],
)
def test_a_choice_that_is_none_is_refused_on_the_page(get: Get, question: str, said: str) -> None:
    found = get(f"/-/study/{question}")
    assert found.status_code == 200
    assert said in re.findall(r'<p class="message-error">(.*?)</p>', found.text)[0]


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
    assert outside(page) == []


def test_it_says_what_the_library_says(path: Path) -> None:
    key, _ = prescribed(path)
    written = shown(path, str(key))
    assert written is not None
    with PrescriptionLog.open(path, read_only=True) as log:
        record = log.get(written["id"]).record
    assert written["table"] == record.cocktail.table()
    assert dict(written["fields"])["doctor"] == record.doctor
    assert {"prescription", "session"} <= {one["kind"] for one in written["moments"] if one["own"]}
    assert not all(one["own"] for one in written["moments"])
    assert any(line.startswith("given ") for line in written["course"])


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    """A log with a prescription that was voided, one that was amended, and one without a cocktail."""
    path = tmp_path / "new.db"
    with PrescriptionLog.create(path, clinic="new <script>alert(1)</script>") as log:
        log.append_many([{"kind": "doctor", "id": "dr-a", "name": "A"}])
        one, two = (
            log.prescribe(
                "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
                doctor="dr-a",
                patient=patient,
                indication="androgenetic alopecia",
                rationale="<script>alert(2)</script>",
            )
            for patient in ("P-1", "P-2")
        )
        log.void(one, reason="wrong patient", recorded_by="nurse")
        log.amend(two, attrs.evolve(two.record, rationale="none <b>given</b>"), reason="misheard")
        bare = {
            "patient": "P-3",
            "at": "2026-01-05T10:00+04:00",
            "doctor": "dr-a",
            "indication": "androgenetic_alopecia",
            "payload": "saline",
            "delivery": "microneedling",
        }
        assert log.append_many([bare]).appended == 1
    return path


def test_its_corrections_are_shown(corrected: Path) -> None:
    written = shown(corrected, "2")
    assert written is not None
    assert [(entry["version"], entry["act"]) for entry in written["history"]] == [(1, "record"), (2, "void")]
    assert (written["history"][1]["by"], written["history"][1]["reason"]) == ("nurse", "wrong patient")
    assert (written["status"], written["course"]) == ("voided", [])
    amended = shown(corrected, "3")
    assert amended is not None
    assert amended["history"][1]["changes"] == [
        "rationale: <script>alert(2)</script> -> none <b>given</b>",
    ]


def test_what_is_no_prescription_or_has_no_cocktail_is_shown_without(corrected: Path) -> None:
    without = shown(corrected, "6")
    assert without is not None
    assert without["line"] is without["table"] is None
    assert shown(corrected, "1") is None
    assert shown(corrected, "x") is None


def test_what_somebody_wrote_is_never_taken_for_markup(corrected: Path) -> None:
    get = getter(site(corrected))
    for page in ("/", "/log", "/log/prescription", "/log/fact_prescription/2", "/log/fact_prescription/3"):
        assert not re.search(r"<script>alert|<b>given", get(page).text), page


def test_the_key_in_a_view_leads_to_its_page(get: Get) -> None:
    link = r'href="/log/fact_prescription/\d+"'
    assert re.search(link, get("/log/prescription?_size=5").text)
    assert re.search(link, get("/log/prescriptions_with_an_agent?agent=biotin").text)
    assert "/log/fact_prescription/" not in get("/log/doctor").text


@pytest.mark.parametrize("sql", ["DELETE FROM entry", "UPDATE log SET clinic = 'x'", "CREATE TABLE x (y)"])
def test_nothing_can_be_written(path: Path, get: Get, sql: str) -> None:
    before = path.read_bytes()
    assert get(f"/log?sql={quote(sql)}").status_code == 400
    assert get("/log/prescription", "POST").status_code >= 400
    assert path.read_bytes() == before


def test_the_file_is_opened_for_reading_even_where_something_would_write(path: Path) -> None:
    made = site(path).get_database("log")
    assert made.is_mutable  # an immutable one would not see what is written meanwhile
    with closing(made.connect(write=True)) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM entry")


def test_a_doctor_writes_while_pages_are_read_and_they_show_it(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    with examples.make_demo_log(path) as log:
        get = getter(site(path))
        count = f"/log.json?_shape=array&sql={quote('SELECT count(*) AS n FROM fact_prescription')}"
        before = get(count).json()[0]["n"]
        log.prescribe(
            "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
            doctor="dr-one",
            patient="P-1",
            indication="androgenetic alopecia",
        )
        assert get(count).json()[0]["n"] == before + 1


def test_no_page_keeps_a_writer_out_or_leaves_a_file_behind(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    examples.make_demo_log(path).close()
    get = getter(site(path))
    key, _ = prescribed(path)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as writer:
        for page in (
            *PAGES,
            f"/log/fact_prescription/{key}",
            "/-/study/outcomes",
            "/log?sql=SELECT+x",
            "/log/none",
        ):
            get(page)
            writer.execute("BEGIN EXCLUSIVE")  # refused at once while anybody reads
            writer.execute("ROLLBACK")
    assert [each.name for each in tmp_path.iterdir()] == ["demo.db"]


def test_a_file_is_found_whatever_its_name(path: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a %20#1?mode=rw.db"
    shutil.copy(path, odd)
    get = getter(site(odd))
    assert get("/log/doctor.json?_shape=array").json()
    assert get("/log").status_code == 200


def test_every_column_is_described_and_amounts_have_their_unit(path: Path) -> None:
    said = site(path).metadata()["databases"]["log"]["tables"]
    with closing(sqlite3.connect(path)) as db:
        names = [
            name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        ]
        columns = {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in names}
    raw = {"log", "entry", "payload", "signature", "backup"}
    assert raw < set(names)
    for name in names:
        assert said[name]["description"]
        if name not in raw:
            assert said[name]["columns"].keys() == set(columns[name])
            assert all(said[name]["columns"].values())
    assert said["preparation"]["columns"]["total_mL"] == "Total volume made. In mL."
    assert said["fact_preparation"]["columns"]["total_micro_mL"] == "Total volume made. In millionths of mL."


def test_what_is_for_programs_is_out_of_the_way_and_can_be_reached(get: Get) -> None:
    assert 'href="/log/fact_session"' not in get("/log").text
    assert 'href="/log/fact_session"' in get("/log?_show_hidden=1").text
    assert "/log/dim_agent" in get("/log?_show_hidden=1").text


def test_without_a_password_nobody_is_asked_for_one(path: Path) -> None:
    assert "allow" not in metadata(path, "clinic", {}, hosts=None)


@pytest.fixture
def guarded(path: Path, tmp_path: Path) -> Any:
    """A site with a password, and how to ask it."""
    from datasette_auth_passwords.utils import hash_password  # type: ignore[import-untyped]

    (tmp_path / "hash").write_text(hash_password("violet rain", iterations=1000) + "\n")
    return site(path, password_file=tmp_path / "hash")


def test_with_a_password_nothing_is_shown_before_it_is_given(guarded: Any) -> None:
    get = getter(guarded)
    for page in (
        *PAGES,
        "/-/study/pairs",
        "/log/prescription.json",
        "/log.json?sql=SELECT+1",
        "/-/metadata.json",
    ):
        assert (page, get(page).status_code) == (page, 403)
    assert get("/-/login", headers={"host": "clinic.example"}).status_code == 200


def test_who_knows_the_password_comes_in_and_sees_no_secret(guarded: Any) -> None:
    async def entered(password: str) -> tuple[int, int, str]:
        await guarded.invoke_startup()
        token = (await guarded.client.get("/-/login")).cookies["ds_csrftoken"]
        said = {"username": "clinic", "password": password, "csrftoken": token}
        came = await guarded.client.post("/-/login", data=said, cookies={"ds_csrftoken": token})
        cookies = {"ds_actor": came.cookies.get("ds_actor", "")}
        found = await guarded.client.get("/log/prescription", cookies=cookies)
        metadata = await guarded.client.get("/-/metadata.json", cookies=cookies)
        return came.status_code, found.status_code, metadata.text

    assert asyncio.run(entered("red rain"))[:2] == (200, 403)
    came, found, told = asyncio.run(entered("violet rain"))
    assert (came, found) == (302, 200)
    assert "pbkdf2" not in told


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"secret", "does not hold the hash"), (b"\xff", "is not text"), (None, "No such file")],
)
def test_a_file_without_a_hash_is_refused(
    path: Path, tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "hash").write_bytes(content)
    with pytest.raises(LogUseError, match=said):
        site(path, password_file=tmp_path / "hash")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", ""])
def test_other_machines_are_let_in_with_a_password_only(path: Path, host: str) -> None:
    with pytest.raises(LogUseError, match=r"host: .*other machines could look without a password"):
        serve(path, host=host)


class Server:
    """Stands for the one that would go on for ever."""

    served: tuple[Any, ...] = ()

    def __init__(self, config: Any) -> None:
        self.config = config

    async def serve(self, sockets: list[socket.socket]) -> None:
        Server.served = sockets[0].getsockname()
        raise KeyboardInterrupt


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def test_it_serves_until_it_is_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uvicorn.Server", Server)
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    port = free_port()
    serve(path, port=port)
    assert (Server.served, opened) == (("127.0.0.1", port), [])
    serve(path, port=port, show=True)
    assert opened == [f"http://127.0.0.1:{port}/"]


def test_a_port_that_is_taken_is_refused(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            LogUseError, match=rf"port: {port}: cannot be listened on \(Address already in use\)"
        ):
            serve(path, port=port)


def test_an_address_is_written_as_browsers_read_it() -> None:
    assert (address("localhost", 80), address("::1", 8001)) == ("http://localhost:80/", "http://[::1]:8001/")


def test_what_is_no_log_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("nothing")
    with pytest.raises(NotALogError):
        site(tmp_path / "x.db")


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("datasette.app", "datasette"),
        ("datasette_dashboards", "datasette-dashboards"),
        ("datasette_auth_passwords", "datasette-auth-passwords"),
    ],
)
def test_a_missing_library_is_named_with_its_cure(
    path: Path, monkeypatch: pytest.MonkeyPatch, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LogUseError, match=rf"package {package}; pip install 'mesococktail\[web\]'"):
        site(path)


def test_another_datasette_in_the_same_process_is_left_alone(path: Path) -> None:
    from datasette.app import Datasette

    site(path)
    found = getter(Datasette([]))("/", headers={"host": "elsewhere.example"})
    assert found.status_code == 200
    assert "content-security-policy" not in found.headers
