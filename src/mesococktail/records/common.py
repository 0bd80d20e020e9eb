"""Fields that several kinds of record have, each declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mesococktail.errors import RecordError
from mesococktail.findings import Finding
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import group
from mesococktail.records.times import Around

if TYPE_CHECKING:
    from collections.abc import Iterator

Patient = Annotated[str, About("Opaque id of the patient; never a name.", FieldType.PATIENT, alone=True)]
TranscribedFrom = Annotated[
    str | None, About("The old chart it was copied from. Only then may time or amounts be imprecise.")
]
Note = Annotated[str | None, About("What else is worth knowing, in words; never a name.")]
Findings = Annotated[
    tuple[Finding, ...], About("What the checks had to say when it was made.", at_the_door=True)
]
NotRun = Annotated[
    tuple[str, ...],
    About("Checks that could not run, for lack of an answer.", FieldType.CODES, at_the_door=True),
]
Digest = Annotated[str | None, About("Digest of the formulary it was made with.", at_the_door=True)]


@group
class Acceptance:
    """A blocking finding that a person accepted, and why."""

    code: Annotated[str, About("Code of the finding.")]
    reason: Annotated[str, About("Why it is accepted.")]
    by: Annotated[
        str | None,
        About("Who accepted it; whoever decided the act, where nobody is named.", at_the_door=True),
    ] = None


Accepted = Annotated[
    tuple[Acceptance, ...], About("Blocking findings that were accepted, each with its reason.")
]


def imprecise_time(record: Any, name: str = "at") -> Iterator[RecordError]:  # noqa: ANN401  # any kind with a chart
    """Yield the error of a time that only a transcription may have."""
    at = getattr(record, name)
    if isinstance(at, Around) and record.transcribed_from is None:
        yield RecordError(
            "is imprecise, which only a record transcribed from an old chart may be",
            path=name,
            got=str(at),
            cure="give the time with its zone, or name the chart in transcribed_from",
        )
