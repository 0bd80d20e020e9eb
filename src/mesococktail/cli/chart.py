"""``mesococktail chart``: one patient's courses, what is due, and what a doctor should look at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.completing import complete_patient, complete_record
from mesococktail.cli.shared import as_of_option, example, find_id, log_as_of, moment, with_log
from mesococktail.cli.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesococktail.chart import Chart, Course, EventRead
    from mesococktail.log import PrescriptionLog


@click.command(
    "chart",
    epilog=example(
        "mesococktail chart P-014 --db clinic.db",
        "mesococktail chart P-014 --db clinic.db --course last --json",
    ),
)
@click.argument("patient", shell_complete=complete_patient)
@with_log(write=False, formulary=True)
@click.option(
    "--course",
    metavar="ID",
    shell_complete=complete_record(),
    help='Only of this prescription; "last" is the newest.',
)
@click.option(
    "--all", "whole", is_flag=True, help="Also outcomes, every event, lots, and the whole timeline."
)
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Courses and events to look at, as JSON.")
def chart_command(
    log: PrescriptionLog,
    patient: str,
    course: str | None,
    as_of: str | None,
    *,
    whole: bool,
    as_json: bool,
) -> None:
    """Show a patient's courses, what is due, and what a doctor should look at.

    For each prescription: sessions given of those planned, when the next is due and since when it is
    overdue, what its plan states of results, and the doses given so far by agent. Then the adverse
    events that ask for a doctor's look, with the sessions before them.
    """
    from mesococktail.chart import Chart  # not needed for help
    from mesococktail.errors import RecordNotFoundError
    from mesococktail.log.nearest import must_be_known

    if whole and (course is not None or as_json):
        raise click.UsageError("--all is the whole chart as text: leave --course and --json out")
    with log_as_of(log, as_of) as then:
        must_be_known(then.rows, "patient", patient)
        chart = Chart(then, patient, now=None if as_of is None else moment(as_of))
        if not chart.timeline():
            raise RecordNotFoundError("has no record in this log", path="patient", got=patient)
        chosen = chart.courses()
        if course is not None:
            chosen = (chart.course(find_id(then, course, "prescription", patient=patient)),)
    looked = tuple(event for event in chart.events() if event.needs_look)
    if as_json:
        click.echo(json.dumps(_as_data(chart, chosen, looked), ensure_ascii=False, indent=2))
        return
    text = str(chart) if whole else "\n\n".join(_told(chart, chosen, looked))
    click.echo("\n".join(map(plain, text.split("\n"))))


def _told(chart: Chart, courses: Sequence[Course], looked: Sequence[EventRead]) -> Iterator[str]:
    yield f"patient {chart.patient}, {chart.now.isoformat(' ', 'minutes')}"
    yield from map(str, courses)
    if not courses:
        yield "no prescription"
    yield "\n".join(map(str, looked)) or "no adverse event to look at"


def _as_data(chart: Chart, courses: Sequence[Course], looked: Sequence[EventRead]) -> dict[str, Any]:
    return {
        "patient": chart.patient,
        "now": chart.now.isoformat(),
        "courses": list(map(_course, courses)),
        "events to look at": [
            {
                "id": event.id,
                "at": str(event.event.at),
                "term": event.event.term,
                "reasons": event.reasons,
                "sessions before": [before.id for before in event.before],
            }
            for event in looked
        ],
    }


def _course(course: Course) -> dict[str, Any]:
    due, touch_up = course.next_due, course.touch_up_due
    return {
        "prescription": course.id,
        "status": course.status,
        "plan": None if course.plan is None else str(course.plan),
        "planned": course.planned,
        "given": course.given,
        "partly": course.partly,
        "not given": course.not_given,
        "next session": None if due is None else due.number,
        "next due": None if due is None else [str(due.window.first), str(due.window.last)],
        "overdue since": None if course.overdue_since is None else str(course.overdue_since),
        "finished": course.finished,
        "improvement not expected yet": course.improvement_not_expected_yet,
        "touch-up due": None if touch_up is None else [str(touch_up.first), str(touch_up.last)],
        "given so far": list(map(str, course.doses)),
    }
