"""The words that the star's numbers stand for. Nothing heavy is imported, so that questions start fast."""

from mesococktail.cocktails.counting import PER_UNIT

ACTIVE, STOPPED, VOIDED = 0, 1, 2
STATUS = ("active", "stopped", "voided")

DIMENSIONS = ("doctor", "patient", "term", "agent", "combination")
MEASURES = {
    "mass": "mg",
    "activity": "IU",
    "count": "count",
    "product units": "units",
    "volume": "mL",
}
"""Measures of a dose and the unit each is counted in. The number of a measure is its place here."""
SCALES = tuple(PER_UNIT[measure] for measure in MEASURES)
"""By the number of the measure, how many of the star's counts make one unit: masses are in picograms."""
SEVERITIES = ("info", "warning", "error")
ROLES = ("principal", "complementary")
COMBINED = " + "
"""Between the agent ids of a combination's key, which are sorted."""
LOG_BITS = 32
"""Below these, a number counts within one log; above, where logs stand together, is the number of the log."""
