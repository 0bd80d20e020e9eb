"""The demonstration: a synthetic log, and what can be asked of it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import attrs

from mesococktail.chart import Chart
from mesococktail.examples.courses import synthetic_courses
from mesococktail.examples.year import SEED, clinic_name, doctors, year_end
from mesococktail.formulary import Formulary
from mesococktail.log import PrescriptionLog
from mesococktail.research import Study

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from mesococktail.chart import Course
    from mesococktail.formulary import PublishedFormula
    from mesococktail.log import Standing


def make_demo_log(path: str | PathLike[str], *, seed: int = SEED) -> PrescriptionLog:
    """Make a new log at *path* with the synthetic year in it, and a few corrections; return it open.

    Raises:
        LogExistsError: There is already a file.
    """
    log = PrescriptionLog.create(path, clinic=clinic_name(), recorded_by="demo")
    log.append_many(doctors())
    log.append_many(synthetic_courses(seed=seed))
    # A prescription that sessions point to cannot be void.
    first, second, third = islice((one for one in log.prescriptions() if _stands_alone(log, one)), 3)
    log.void(first, reason="synthetic: entered for the wrong patient")
    log.stop(second, reason="synthetic: the patient moved away")
    said = attrs.evolve(third.record, rationale="synthetic: dry scalp")
    log.amend(third, said, reason="synthetic: the rationale said too little")
    return log


def _stands_alone(log: PrescriptionLog, prescription: Standing) -> bool:
    return all(one.kind == "prescription" for one in log.patient(prescription.record.patient))


def demo(
    path: str | PathLike[str],
    *,
    echo: Callable[[str], None] = print,
    seed: int = SEED,
    command: str = "mesococktail",
) -> None:
    """Show the main job from end to end, and leave the log at *path*.

    Args:
        path: Where no file is yet.
        echo: What a text is shown with.
        seed: Of the synthetic year.
        command: How the command is started on this machine, for what to try next.

    Raises:
        LogExistsError: There is already a file.
    """
    echo("1. What was printed, and how it was read\n")
    echo(published_table(Formulary.shipped().published))
    with make_demo_log(path, seed=seed) as log:
        _tell_of_the_log(log, echo)
        patient = _tell_of_a_patient(log, seed, echo)
    _ask(Study(path), echo)
    echo(_NEXT.format(path=path, command=command, patient=patient))


def published_table(formulas: tuple[PublishedFormula, ...]) -> str:
    """Draw every figure that published formulas print, how it was read, and what in print cannot be true."""
    from tabulate import tabulate  # only when something is drawn

    rows = [
        (
            formula.id if place == 0 else "",
            name,
            said.text,
            said.means.value,
            said.shown,
        )
        for formula in formulas
        for place, (name, said) in enumerate(formula.reported)
    ]
    table = tabulate(
        rows,
        headers=("formula", "of", "printed", "means", "read as"),
        disable_numparse=True,
        maxcolwidths=[None, 24, 30, None, 44],
    )
    contradictions = [
        f"  {finding.path}: {finding.message}" for formula in formulas for finding in formula.contradictions()
    ]
    silent = [formula.id for formula in formulas if not formula.reported]
    without = f"\n\nNo figure in what was read of: {', '.join(silent)}" if silent else ""
    return f"{table}{without}\n\nWhat is printed and cannot be true:\n" + "\n".join(contradictions)


def _tell_of_the_log(log: PrescriptionLog, echo: Callable[[str], None]) -> None:
    found = log.verify()
    shown = next(
        one for one in log.prescriptions() if one.status == "active" and len(one.record.cocktail.adjuncts) > 1
    )
    record = shown.record
    echo(f"\n2. A synthetic year of {log.clinic}: {len(log)} entries, all made up\n")
    echo(f"head {log.head()}; verified: {'sound' if not found else found[0]}")
    echo(f"\n3. One prescription, {shown.id}\n")
    echo(f"{record.patient}, by {record.doctor}, {record.at:%Y-%m-%d %H:%M}, for {record.indication.code}")
    echo(f"plan: {record.plan}; started from {record.formula}\n")
    echo(str(record.cocktail.table()))


def _tell_of_a_patient(log: PrescriptionLog, seed: int, echo: Callable[[str], None]) -> str:
    """Show a course that goes on when the year ends, of a patient who had an adverse event; return whose."""
    harmed = dict.fromkeys(
        str(one["patient"]) for one in synthetic_courses(seed=seed) if one.get("kind") == "adverse_event"
    )
    charts = [Chart(log, patient, now=year_end()) for patient in harmed]
    courses = [(chart, course) for chart in charts for course in chart.courses() if course.sessions]
    chart, course = min(courses, key=_telling)
    echo(f"\n4. One course, of {chart.patient}, when the year ends\n")
    echo(str(course))
    echo(f"\n5. One adverse event of {chart.patient}, and the sessions before it\n")
    echo(str(chart.events()[0]))
    return chart.patient


def _telling(each: tuple[Chart, Course]) -> tuple[bool, ...]:
    """Order courses so that the first one goes on, is not late, and was measured when it was prepared."""
    chart, course = each
    return course.next_due is None, course.overdue, not chart.lots()


def _ask(study: Study, echo: Callable[[str], None]) -> None:
    for number, (title, answer) in enumerate(
        (
            ("Which combinations were used", study.combinations()),
            ("Which agents go together", study.pairs()),
            ("Doses of dutasteride", study.doses(agent="dutasteride")),
            ("Doses of minoxidil", study.doses(agent="minoxidil")),
            ("Which of them have been published", study.published()),
        ),
        start=6,
    ):
        echo(f"\n{number}. {title}\n")
        echo(str(answer))


_NEXT = """
The log is in {path}. It is synthetic: delete it when you have seen enough. Try next:

  {command} list --db {path} --limit 5
  {command} chart {patient} --db {path}
  {command} study combinations --db {path} --level roles
  {command} published "dutasteride + minoxidil"
  {command} amount "2,5 mg"

mesococktail records what was used. It does not say whether a mixture is safe or works."""
