"""Five questions over a million prescriptions, against DuckDB over Parquet in the naive form."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from mesococktail import Formulary, PrescriptionLog, Study
from tests.benchmarks.measure import Row, report
from tests.benchmarks.million import million_log

ROUNDS = 5

COMBINED = (
    "select prescription, string_agg(agent, ' + ' order by agent) as combination "
    "from ingredient group by prescription"
)
NAIVE = {
    "combinations": f"select combination, count(*) n from ({COMBINED}) group by combination order by n desc",
    "pairs": "select a.agent, b.agent, count(*) n from ingredient a join ingredient b "
    "on a.prescription = b.prescription and a.agent < b.agent group by a.agent, b.agent",
    "doses": f"with c as ({COMBINED}) select agent, combination, count(*), min(dose_mg), "
    "quantile_cont(dose_mg, [0.25, 0.5, 0.75]), max(dose_mg) from ingredient join c using (prescription) "
    "group by agent, combination",
    "doctor by month": "select doctor, date_trunc('month', \"at\") m, count(*) from prescription "
    "group by doctor, m",
    "published": f"select combination, count(*) n from ({COMBINED}) "
    "where combination in ({published}) group by combination",
}


def to_parquet(log: Path, folder: Path) -> None:
    """Write the naive normalised form of the log: what an export by hand would look like."""
    with PrescriptionLog.open(log, read_only=True) as opened:
        database = opened.db
        prescriptions = list(
            database.execute(
                "select p.key, d.doctor, p.at_utc from fact_prescription p "
                "join dim_doctor d on d.id = p.doctor"
            )
        )
        columns = list(zip(*prescriptions, strict=True))
        pq.write_table(
            pa.table(
                {
                    "prescription": pa.array(columns[0], pa.int64()),
                    "doctor": pa.array(columns[1]),
                    "at": pa.array([second * 1_000_000 for second in columns[2]], pa.timestamp("us")),
                }
            ),
            folder / "prescription.parquet",
            compression="zstd",
        )
        parts = list(
            database.execute(
                "select i.prescription, a.agent, i.role, i.dose_counts / iif(i.measure = 0, 1e9, 1e6) "
                "from fact_ingredient i "
                "join dim_agent a on a.id = i.agent"
            )
        )
        columns = list(zip(*parts, strict=True))
        pq.write_table(
            pa.table(
                {
                    "prescription": pa.array(columns[0], pa.int64()),
                    "agent": pa.array(columns[1]),
                    "role": pa.array(columns[2], pa.int8()),
                    "dose_mg": pa.array(columns[3], pa.float64()),
                }
            ),
            folder / "ingredient.parquet",
            compression="zstd",
        )
        database.close()


def naive(folder: Path) -> dict[str, float]:
    """Seconds of each question on DuckDB with two threads."""
    published = {" + ".join(sorted(one.agents)) for one in Formulary.shipped().published if one.agents}
    listed = ", ".join(f"'{one}'" for one in sorted(published))
    connection = duckdb.connect(config={"threads": 2})
    for name in ("prescription", "ingredient"):
        connection.execute(f"create view {name} as select * from '{folder / name}.parquet'")
    took = {}
    for name, sql in NAIVE.items():
        start = time.perf_counter()
        connection.execute(sql.replace("{published}", listed)).fetchall()
        took[name] = time.perf_counter() - start
    connection.close()
    return took


def ours(path: Path) -> dict[str, float]:
    """Seconds of each question on the log itself."""
    Formulary.shipped().published  # noqa: B018  # read once, as the yardstick has its list ready
    study = Study(path)
    questions = {
        "combinations": study.combinations,
        "pairs": study.pairs,
        "doses": lambda: study.doses(by="combination"),
        "doctor by month": lambda: study.by_doctor(period="month"),
        "published": study.published,
    }
    took = {}
    for name, ask in questions.items():
        start = time.perf_counter()
        assert ask().rows
        took[name] = time.perf_counter() - start
    return took


def main(rounds: int = ROUNDS, million: str | None = None) -> list[Row]:
    """Return the rows of the table."""
    path = million_log(million)
    ratios: list[float] = []
    each: dict[str, list[float]] = {name: [] for name in NAIVE}
    with TemporaryDirectory() as folder:
        to_parquet(path, Path(folder))
        for _ in range(rounds):
            base, us = naive(Path(folder)), ours(path)
            ratios.append(sum(us.values()) / sum(base.values()))
            for name in NAIVE:
                each[name].append(us[name] / base[name])
            print("  ", {name: f"{us[name]:.2f}/{base[name]:.2f} s" for name in NAIVE}, file=sys.stderr)
    return [
        Row("five questions over 1 000 000, time / DuckDB over Parquet, naive", ratios, "<= 0.5"),
        *(Row(f"- {name}", each[name], "") for name in NAIVE),
    ]


if __name__ == "__main__":
    report(main(*(int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else ()))
