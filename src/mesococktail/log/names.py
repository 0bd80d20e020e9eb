"""The words that the star's numbers stand for. Nothing is imported here, so that questions start fast."""

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
ROLES = ("principal", "complementary")
COMBINED = " + "
"""Between the agent ids of a combination's key, which are sorted."""
