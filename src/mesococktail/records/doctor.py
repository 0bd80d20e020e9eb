"""Who prescribes. A doctor is registered before the first prescription."""

from __future__ import annotations

from typing import Annotated

from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import kind


@kind
class Doctor:
    """A person who prescribes."""

    id: Annotated[str, About("The doctor's id in this log, such as dr-a.", FieldType.DOCTOR)]
    name: Annotated[str, About("The name as it is printed on a prescription.")]
    speciality: Annotated[str | None, About("The medical speciality, as the doctor states it.")] = None
    licence: Annotated[str | None, About("Number of the licence to practise, with its issuer.")] = None
