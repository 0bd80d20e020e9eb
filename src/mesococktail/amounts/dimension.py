"""The kinds of quantity this field uses."""

from __future__ import annotations

from enum import StrEnum


class Dimension(StrEnum):
    """What an amount measures. The value is the plain word for it, fit for a message or a column."""

    MASS = "mass"
    VOLUME = "volume"
    MASS_CONCENTRATION = "mass per volume"
    ACTIVITY = "activity"
    """International units. They belong to an agent and a convention, and never convert by themselves."""
    ACTIVITY_CONCENTRATION = "activity per volume"
    PRODUCT_UNITS = "product units"
    """Units that one product defines for itself; those of two products never add up."""
    PRODUCT_UNIT_CONCENTRATION = "product units per volume"
    COUNT = "count"
    """Platelets, cells, particles, hairs: the agent says what is counted."""
    COUNT_CONCENTRATION = "count per volume"
    COUNT_PER_AREA = "count per area"
    LENGTH = "length"
    AREA = "area"
    VOLUME_PER_AREA = "volume per area"
    PPM = "parts per million"
    EQUIVALENTS = "equivalents"
    EQUIVALENT_CONCENTRATION = "equivalents per volume"
    DROPS = "drops"
    ROTATION = "rotation speed"
    RELATIVE_FORCE = "relative force"
    FREQUENCY = "frequency"
    TIME = "time"
    FOLD = "fold over baseline"
    PERCENT = "percent"
    """A bare percentage: of what is not said. Where a strength is expected it is read as % w/v."""
