"""The yardstick of research: naive SQL over naive normalised Parquet, in DuckDB, for every question.

One row a record, names as text, doses as floating numbers, times as timestamps; statistics by the engine's
own functions. It is what a researcher would write who has never heard of a star.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import duckdb

from mesococktail import Formulary
from mesococktail.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {
    "prescription": "select p.key as prescription, t.patient, d.doctor, make_timestamp(p.at_utc * "
    "1000000) as moment, "
    "i.term as indication, s.term as scale, p.indication_stage as stage, p.plan_fewest "
    "from fact_prescription p join dim_patient t on t.id = p.patient join dim_doctor d on d.id = p.doctor "
    "left join dim_term i on i.id = p.indication left join dim_term s on s.id = p.indication_scale "
    "where p.status <> 2",
    "ingredient": "select i.prescription, a.agent, i.role, i.measure, "
    "i.dose_counts / if(i.measure = 0, 1e9, 1e6) as dose "
    "from fact_ingredient i join dim_agent a on a.id = i.agent where i.voided = 0",
    "session": "select s.key as session, s.prescription, t.patient, make_timestamp(s.at_utc * 1000000) as "
    "moment, "
    "g.term as given from fact_session s join dim_patient t on t.id = s.patient "
    "join dim_term g on g.id = s.given where s.status <> 2",
    "outcome": "select t.patient, o.prescription, make_timestamp(o.at_utc * 1000000) as moment, m.term as "
    "measure, "
    "o.method, z.term as zone, o.amount_unit as unit, o.amount_micro / 1e6 as value, r.term as response "
    "from fact_outcome o join dim_patient t on t.id = o.patient join dim_term m on m.id = o.measure "
    "left join dim_term z on z.id = o.zone left join dim_term r on r.id = o.response where o.status <> 2",
    "event": "select e.key as event, t.patient, make_timestamp(e.at_utc * 1000000) as moment, w.term "
    "from fact_adverse_event e join dim_patient t on t.id = e.patient join dim_term w on w.id = e.term "
    "where e.status <> 2",
}
COMBINED = (
    "select prescription, string_agg(agent, ' + ' order by agent) as combination "
    "from ingredient group by prescription"
)
DOSES = "count(*), min(dose), quantile_cont(dose, [0.25, 0.5, 0.75]), max(dose), avg(dose), stddev_samp(dose)"
QUESTIONS = {
    "combinations": f"select combination, count(*) n from ({COMBINED}) group by combination order by n desc",
    "pairs": "select a.agent, b.agent, count(*) from ingredient a join ingredient b "
    "on a.prescription = b.prescription and a.agent < b.agent group by a.agent, b.agent",
    "triples": "select a.agent, b.agent, c.agent, count(*) from ingredient a join ingredient b "
    "on a.prescription = b.prescription and a.agent < b.agent join ingredient c "
    "on c.prescription = b.prescription and b.agent < c.agent group by a.agent, b.agent, c.agent",
    "doses": f"select agent, measure, {DOSES} from ingredient group by agent, measure",
    "by_doctor": "select doctor, count(*) from prescription group by doctor",
    "by_clinic": "select 'clinic', count(*) from prescription",
    "by_period": "select date_trunc('month', moment) m, count(*) from prescription group by m order by m",
    "by_indication": "select indication, count(*) from prescription group by indication",
    "by_stage": "select scale, stage, count(*) from prescription group by scale, stage",
    "by_class": "select class, count(distinct prescription) from ingredient join agent_class using (agent) "
    "group by class",
    "by_premise": "select premise, count(distinct prescription) from ingredient "
    "join agent_premise using (agent) group by premise",
    "published": f"select combination, count(*), combination in (select combination from known) "
    f"from ({COMBINED}) group by combination",
    "variation": "select agent, measure, count(*), min(m), max(m) from (select agent, measure, doctor, "
    "median(dose) m from ingredient join prescription using (prescription) group by agent, measure, doctor) "
    "group by agent, measure",
    "trends": "select date_trunc('year', moment) y, agent, count(distinct prescription) from ingredient "
    "join prescription using (prescription) group by y, agent",
    "sessions": f"with c as ({COMBINED}), g as (select prescription, count(*) filter (given <> "
    f"'not_given') n "
    "from session group by prescription) select combination, count(*), sum(plan_fewest), sum(n), "
    "quantile_cont(coalesce(n, 0), [0.25, 0.5, 0.75]) from prescription join c using (prescription) "
    "left join g using (prescription) group by combination",
    "outcomes": f"with c as ({COMBINED}), course as (select p.patient, p.prescription, p.moment, combination "
    "from prescription p join c using (prescription)), "
    "b as (select k.prescription, o.measure, o.method, o.zone, o.unit, arg_max(o.value, o.moment) v "
    "from course k join outcome o on o.patient = k.patient and o.moment between k.moment - interval 90 day "
    "and k.moment + interval 14 day group by all), "
    "f as (select k.prescription, o.measure, o.method, o.zone, o.unit, arg_max(o.value, o.moment) v, "
    "arg_max(o.response, o.moment) r from course k join outcome o on o.patient = k.patient "
    "and o.moment between k.moment + interval 90 day and k.moment + interval 365 day group by all) "
    "select combination, measure, method, zone, unit, count(*), avg(f.v - b.v), stddev_samp(f.v - b.v), "
    "quantile_cont(f.v - b.v, [0.25, 0.5, 0.75]), count(*) filter (r in ('response', 'partial_response')) "
    "from course join b using (prescription) join f using (prescription, measure, method, zone, unit) "
    "group by combination, measure, method, zone, unit",
    "adverse_events": f"with c as ({COMBINED}), s as (select session, patient, moment, combination from "
    f"session "
    "join c using (prescription) where given <> 'not_given'), "
    "h as (select e.event, e.term, arg_max(s.session, s.moment) session, max(s.moment) since, "
    "any_value(e.moment) moment "
    "from event e join s on s.patient = e.patient and s.moment between e.moment - interval 30 day and "
    "e.moment "
    "group by e.event, e.term), n as (select combination, count(*) sessions, count(distinct patient) "
    "patients "
    "from s group by combination) select combination, term, any_value(sessions), any_value(n.patients), "
    "count(distinct session), count(distinct patient), "
    "quantile_cont(date_diff('second', since, h.moment), [0.25, 0.5, 0.75]) from h join s using (session) "
    "join n using (combination) group by combination, term",
}


def normalise(lake: Path, folder: Path) -> None:
    """Write the naive form of what a lake holds."""
    with duckdb.connect() as connection:
        for table, files in Lake.open(lake).tables.items():
            listed = ", ".join(f"'{file}'" for file in files)
            connection.execute(
                f"create view {table} as select * from read_parquet([{listed}], hive_partitioning = false)"
            )
        for name, sql in TABLES.items():
            connection.execute(
                f"copy ({sql}) to '{folder / name}.parquet' (format parquet, compression zstd)"
            )


class Naive:
    """A connection that has the naive tables, and what a researcher would look up beforehand."""

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect(config={"threads": 2})
        for name in TABLES:
            self._connection.execute(f"create view {name} as select * from '{folder / name}.parquet'")
        formulary = Formulary.shipped()
        agents = formulary.agents.values()
        known = {" + ".join(sorted(one.agents)) for one in formulary.published if one.agents}
        for name, column, rows in (
            ("agent_class", "agent, class", [(agent.id, each) for agent in agents for each in agent.classes]),
            (
                "agent_premise",
                "agent, premise",
                [(agent.id, each) for agent in agents for each in agent.premises],
            ),
            ("known", "combination", [(each,) for each in sorted(known)]),
        ):
            width = len(column.split(", "))
            columns = ", ".join(f"{each} text" for each in column.split(", "))
            self._connection.execute(f"create table {name} ({columns})")
            if rows:
                marks = ", ".join("?" * width)
                self._connection.executemany(f"insert into {name} values ({marks})", rows)

    def seconds(self) -> dict[str, float]:
        """Return how long each question takes."""
        took = {}
        for name, sql in QUESTIONS.items():
            start = time.perf_counter()
            assert self._connection.execute(sql).fetchall()
            took[name] = time.perf_counter() - start
        return took

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
