"""Seeded synthetic clinics and published courses, for demonstrations and tests. Nobody in them is real."""

from mesococktail.examples.courses import synthetic_courses
from mesococktail.examples.publications import not_a_course, not_recorded, published_course, published_courses
from mesococktail.examples.showing import demo, make_demo_log, published_table
from mesococktail.examples.year import SEED, ZONE, clinic_name, doctors, synthetic_year

__all__ = (
    "SEED",
    "ZONE",
    "clinic_name",
    "demo",
    "doctors",
    "make_demo_log",
    "not_a_course",
    "not_recorded",
    "published_course",
    "published_courses",
    "published_table",
    "synthetic_courses",
    "synthetic_year",
)
