"""Rules as data: each has a source, could have been written by a clinic, and speaks of what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail.errors import FormularyError
from mesococktail.findings import Severity
from mesococktail.formulary import Formulary, Rule, RuleType, Status
from mesococktail.formulary.clinic_rules import read_rule
from mesococktail.formulary.rules import GRADES
from mesococktail.formulary.shipped import packaged
from mesococktail.formulary.toml import Table

if TYPE_CHECKING:
    from pathlib import Path

OURS = Formulary.shipped()
RULES = {rule.code: rule for rule in OURS.rules}
DATA: dict[str, Any] = json.loads(packaged("rules.json"))

SEEN = """
code = "ours"
version = "1"
severity = "warn"
message = "we do not do that"
"""


def clinic(tmp_path: Path, text: str) -> Formulary:
    path = tmp_path / "clinic.toml"
    path.write_text(text)
    return Formulary.load(path)


def one(tmp_path: Path, text: str) -> Rule:
    return clinic(tmp_path, f"[[rules]]{SEEN}{text}").rules[-1]


@pytest.mark.parametrize("rule", OURS.rules, ids=lambda rule: rule.code)
def test_every_rule_has_a_source_a_grade_and_a_version(rule: Rule) -> None:
    assert rule.source.startswith(("read: ", "known: "))
    assert rule.grade in GRADES
    assert rule.version == "1"
    assert rule.text == f"{rule.code} 1"


@pytest.mark.parametrize("line", DATA["rules"], ids=lambda line: line["code"])
def test_every_rule_stands_the_strictness_of_a_clinics_file(line: dict[str, Any]) -> None:
    table = Table(line | {"source": DATA["sources"].get(line["source"], line["source"])}, "rules[0]")
    assert read_rule(table, OURS) == RULES[line["code"]]
    table.done()


def test_every_code_is_used_once() -> None:
    assert len(RULES) == len(OURS.rules)


def test_every_source_with_a_short_name_is_used() -> None:
    assert set(DATA["sources"]) <= {line["source"] for line in DATA["rules"]}


def test_every_type_of_rule_is_shipped() -> None:
    assert {rule.type for rule in OURS.rules} == set(RuleType)


def test_what_no_source_states_has_no_rule() -> None:
    # The most volume of a session and the order of drawing: nothing authoritative was read.
    assert not [rule for rule in OURS.rules if rule.of == "volume"]
    assert not [rule for rule in OURS.rules if "drawing" in rule.message]


def test_the_ten_contraindications_of_the_article_block() -> None:
    items = [
        term.code for term in OURS.terms("contraindications") if term.source == DATA["sources"]["article"]
    ]
    blocking = [
        rule.item
        for rule in OURS.rules
        if rule.type is RuleType.CONTRAINDICATION and rule.severity is Severity.ERROR
    ]
    assert len(blocking) == len(items) == 10
    assert set(blocking) == set(items)


def test_every_other_contraindication_warns() -> None:
    items = {term.code for term in OURS.terms("contraindications") if not term.needs_description}
    spoken = {rule.item for rule in OURS.rules if rule.type is RuleType.CONTRAINDICATION}
    assert spoken == items


def test_what_the_patient_is_told_is_a_sentence() -> None:
    for rule in OURS.rules:
        told = rule.type is RuleType.INSTRUCTION
        assert rule.message.endswith(".") is told


def test_a_rule_without_agents_speaks_of_all() -> None:
    assert all(RULES["ph_5_8"].speaks_of(agent) for agent in OURS.agents.values())


def test_a_rule_speaks_of_its_agents_only() -> None:
    rule = RULES["five_ari_pregnant"]
    assert [id_ for id_, agent in OURS.agents.items() if rule.speaks_of(agent)] == [
        "dutasteride",
        "finasteride",
    ]


def test_a_rule_by_class_speaks_of_the_class() -> None:
    rule = RULES["no_corticosteroid"]
    assert rule.speaks_of(OURS.agents["triamcinolone-acetonide"])
    assert not rule.speaks_of(OURS.agents["minoxidil"])


def test_a_rule_speaks_of_a_premix_that_holds_its_agent(tmp_path: Path) -> None:
    mixed = clinic(
        tmp_path,
        '[[agents]]\nname = "night mix"\nmeasures = "volume"\ndescription = "ours"\n'
        'composition = { disclosure = "full", members = ["dutasteride", "biotin"] }\n',
    )
    assert RULES["five_ari_pregnant"].speaks_of(mixed.find("night mix").agent)
    assert not RULES["lidocaine_dose"].speaks_of(mixed.find("night mix").agent)


def test_a_pair_has_two_sides() -> None:
    rule = RULES["no_phosphatidylcholine_lidocaine"]
    oil, numb = OURS.agents["phosphatidylcholine"], OURS.agents["lidocaine"]
    assert (rule.speaks_of(oil), rule.pairs_with(oil)) == (True, False)
    assert (rule.speaks_of(numb), rule.pairs_with(numb)) == (False, True)


@pytest.mark.parametrize(
    ("day", "here", "status"),
    [
        (date(2011, 1, 31), ("FR", "EU"), None),
        (date(2011, 2, 1), ("FR", "EU"), "FR"),
        (date(2012, 2, 12), ("DE", "EU"), None),
        (date(2012, 2, 13), ("DE", "EU"), "EU"),
        (date(2026, 1, 1), ("AE",), None),
        (date(2026, 1, 1), (), None),
    ],
)
def test_buflomedil_is_suspended_by_place_and_day(
    day: date, here: tuple[str, ...], status: str | None
) -> None:
    found = RULES["suspended_here"].status_of(OURS.agents["buflomedil"], day, here)
    assert (found and found.jurisdiction) == status


def test_a_suspension_elsewhere_is_another_rule() -> None:
    rule, agent = RULES["suspended_elsewhere"], OURS.agents["buflomedil"]
    assert rule.status_of(agent, date(2026, 1, 1), ("AE",)) is not None
    assert rule.status_of(agent, date(2011, 2, 1), ("FR", "EU")) is None
    assert rule.status_of(OURS.agents["minoxidil"], date(2026, 1, 1), ("AE",)) is None


def test_the_newest_decision_of_a_jurisdiction_counts() -> None:
    back = Status("FR", "authorised again", "a test", "2020-05-01")
    agent = attrs.evolve(OURS.agents["buflomedil"], status=(back, *OURS.agents["buflomedil"].status[:1]))
    rule = RULES["suspended_here"]
    assert rule.status_of(agent, date(2020, 4, 30), ("FR",)) is not None
    assert rule.status_of(agent, date(2020, 5, 1), ("FR",)) is None


def test_a_status_rule_of_one_jurisdiction_looks_at_no_other() -> None:
    found = RULES["no_labelled_injection_us"].status_of(OURS.agents["minoxidil"], date(2026, 1, 1))
    assert found is not None
    assert found.jurisdiction == "US"
    french = attrs.evolve(RULES["no_labelled_injection_us"], jurisdiction="FR")
    assert french.status_of(OURS.agents["minoxidil"], date(2026, 1, 1)) is None


def test_every_status_that_a_rule_names_by_its_full_text_is_one_of_an_agent() -> None:
    known = {status.status for agent in OURS.agents.values() for status in agent.status}
    assert set(RULES["no_labelled_injection_us"].statuses) <= known


# Where a rule holds.


def test_a_place_lies_in_its_country_and_its_union(tmp_path: Path) -> None:
    for place, around in (
        ("FR", ("FR", "EU")),
        ("EU", ("EU",)),
        ("US-CA", ("US-CA", "US")),
        ("AE", ("AE",)),
    ):
        assert clinic(tmp_path, f'jurisdiction = "{place}"').jurisdictions == around
    assert OURS.jurisdictions == ()


def test_whether_a_local_rule_holds_is_not_known_where_nobody_said_where(tmp_path: Path) -> None:
    french, anywhere = RULES["no_mixing_in_surgery_fr"], RULES["ph_5_8"]
    assert OURS.holds(french) is None
    assert OURS.holds(anywhere) is True
    assert clinic(tmp_path, 'jurisdiction = "FR"').holds(french) is True
    assert clinic(tmp_path, 'jurisdiction = "DE"').holds(french) is False


def test_a_second_file_keeps_where_the_first_one_is(tmp_path: Path) -> None:
    first = clinic(tmp_path, 'jurisdiction = "FR"')
    path = tmp_path / "more.toml"
    path.write_text(f'[[rules]]{SEEN}type = "interval"\ndays = 5\n')
    more = Formulary.load(path, first)
    assert more.jurisdiction == "FR"
    assert more.rules[-1].days == 5


# A clinic's own rules.


def test_an_own_rule_stands_after_ours(tmp_path: Path) -> None:
    own = clinic(tmp_path, f'[[rules]]{SEEN}type = "number_of_agents"\nmost = "2"\n')
    assert own.rules[:-1] == OURS.rules
    rule = own.rules[-1]
    assert (rule.most, rule.grade, rule.severity) == ("2", "custom", Severity.WARNING)
    assert rule.source == "the clinic's formulary file"
    assert own.digest != OURS.digest


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            'type = "limit"\nagents = ["Regaine", "Propecia"]\nof = "dose"\nmost = "5 mg"\nper = "session"',
            {"agents": ("minoxidil", "finasteride"), "of": "dose", "most": "5 mg", "per": "session"},
        ),
        (
            'type = "limit"\nagents = "Botox"\nof = "dose"\nmost = "100 units"\ndays = 60',
            {"agents": ("onabotulinumtoxina",), "most": "100 units", "days": 60},
        ),
        (
            'type = "limit"\nclasses = "Vasodilator"\nof = "concentration"\nleast = "1 mg/mL"\n'
            'most = "0.5 % w/v"\nroutes = "dermis"',
            {"classes": ("vasodilator",), "least": "1 mg/mL", "routes": ("dermis",)},
        ),
        (
            'type = "limit"\nagents = "PRP"\nof = "volume"\nmost = "8 mL"\nper = "session"',
            {"agents": ("prp",), "of": "volume"},
        ),
        ('type = "pair"\nagents = "PRP"\nwith_classes = "OIL"', {"with_classes": ("oil",)}),
        ('type = "instruction"\nuntil_days = 10', {"until_days": 10, "until_months": None}),
        ('type = "instruction"', {"until_days": None, "agents": ()}),
        ('type = "contraindication"\nitem = "diabetes"\nagents = "PRP"', {"item": "diabetes"}),
        ('type = "depth"\nleast = "1 mm"', {"least": "1 mm", "most": None}),
        ('type = "consent"\nitem = "missing"\ngrade = "law"\njurisdiction = "AE"', {"jurisdiction": "AE"}),
    ],
)
def test_an_own_rule_is_read(tmp_path: Path, said: str, expected: dict[str, object]) -> None:
    rule = one(tmp_path, said)
    assert {name: getattr(rule, name) for name in expected} == expected


def test_an_own_rule_may_speak_of_an_own_agent_class_and_term(tmp_path: Path) -> None:
    own = clinic(
        tmp_path,
        '[[agents]]\nname = "night mix"\nmeasures = "volume"\ndescription = "ours"\nclasses = "night"\n'
        '[[terms]]\nvocabulary = "places"\ncode = "kitchen"\n'
        f'[[rules]]{SEEN}type = "excluded"\nagents = "night mix"\nclasses = "night"\n'
        f'[[rules]]{SEEN.replace("ours", "cook")}type = "place"\nplaces = "kitchen"\n',
    )
    assert (own.rules[-2].agents, own.rules[-2].classes) == (("night-mix",), ("night",))
    assert own.rules[-1].places == ("kitchen",)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", r"^rules\[0\].type: is needed"),
        ('type = "smell"', r"^rules\[0\].type: smell: is not one of the choices"),
        ('type = "ph"', r"^rules\[0\].most: is needed"),
        ('type = "ph"\nmost = "7,4"', r"^rules\[0\].most: 7,4: is not a plain number"),
        ('type = "ph"\nmost = 7.4', r"^rules\[0\].most: 7.4: is not a text"),
        ('type = "ph"\nmost = "5"\nleast = "8"', r"^rules\[0\].most: 5: is less than least, 8"),
        ('type = "ph"\nmost = "5"\ndays = 3', r"^rules\[0\].days: no such key is known here"),
        ('type = "ph"\nmost = "5"\ngrade = "hearsay"', r"^rules\[0\].grade: hearsay: is not one"),
        ('type = "ph"\nmost = "5"\njurisdiction = "France"', r"^rules\[0\].jurisdiction: France: is not"),
        ('type = "depth"\nmost = "4 mg"', r"^rules\[0\].most: 4 mg: is mass, and what it bounds is length"),
        ('type = "per_point"\nmost = "4 mm"', r"^rules\[0\].most: 4 mm: is length"),
        ('type = "per_point"\nmost = "2,5 mL"', r"^rules\[0\].most: 2,5 mL: a comma is not read"),
        ('type = "excluded"', r"^rules\[0\].agents: is needed; give agents or classes"),
        ('type = "excluded"\nagents = "minoxydill"', r"^rules\[0\].agents\[0\]: minoxydill: no agent"),
        ('type = "excluded"\nclasses = "magic"', r"^rules\[0\].classes\[0\]: magic: no agent is of that"),
        ('type = "excluded"\nclasses = "\u0441lass"', r"^rules\[0\].classes\[0\]: .lass: holds CYRILLIC"),
        ('type = "pair"\nagents = "PRP"', r"^rules\[0\].with_agents: is needed"),
        ('type = "contraindication"\nitem = "vanity"', r"^rules\[0\].item: vanity: is not in the voc"),
        ('type = "place"\nplaces = ["attic"]', r"^rules\[0\].places\[0\]: attic: is not in the voc"),
        ('type = "place"\nplaces = "pharmacy"\nagents = "PRP"', r"^rules\[0\].agents: no such key"),
        ('type = "status"\nstatuses = "suspended"\nwhere = "there"', r"^rules\[0\].where: there: is not"),
        ('type = "interval"\ndays = 0', r"^rules\[0\].days: 0: must be a whole number"),
        ('type = "interval"\ndays = true', r"^rules\[0\].days: True: must be a whole number"),
        ('type = "interval"\ndays = "7"', r"^rules\[0\].days: 7: must be a whole number"),
        ('type = "interval"', r"^rules\[0\].days: is needed"),
        ('type = "instruction"\nuntil_days = 1\nuntil_months = 1', r"^rules\[0\].until_months: stands bes"),
        ('type = "fact"\nagents = "PRP"\nfact = "mood"', r"^rules\[0\].fact: mood: is not one of"),
        (
            'type = "fact"\nagents = "PRP"\nfact = "pregnancy"\nanswers = "yes"',
            r"^rules\[0\].answers\[0\]: yes: is not in the vocabulary pregnancy",
        ),
        (
            'type = "limit"\nagents = "minoxidil"\nof = "dose"\nmost = "5 mL"\nper = "session"',
            r"^rules\[0\].most: 5 mL: is volume, and what it bounds is mass",
        ),
        (
            'type = "limit"\nagents = "minoxidil"\nof = "dose"\nmost = "5 mg"',
            r"^rules\[0\].per: either by session or over some days",
        ),
        (
            'type = "limit"\nagents = "minoxidil"\nof = "dose"\nmost = "5 mg"\nper = "session"\ndays = 3',
            r"^rules\[0\].per: either by session or over some days",
        ),
        (
            'type = "limit"\nagents = "minoxidil"\nof = "concentration"\nmost = "5 %"',
            r"^rules\[0\].most: 5 %: is percent",
        ),
        (
            'type = "limit"\nagents = "minoxidil"\nof = "concentration"\nmost = "5 mg/mL"\ndays = 3',
            r"^rules\[0\].days: a concentration is limited in itself",
        ),
        (
            'type = "limit"\nagents = ["minoxidil", "Botox"]\nof = "dose"\nper = "session"\n'
            'least = "5 mg"\nmost = "5 units"',
            r"^rules\[0\].most: ",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_place(tmp_path: Path, said: str, message: str) -> None:
    with pytest.raises(FormularyError, match=message):
        one(tmp_path, said)


@pytest.mark.parametrize("code", ["ph_5_8", "Ours", "our-rule"])
def test_a_code_is_new_and_plain(tmp_path: Path, code: str) -> None:
    text = f'[[rules]]{SEEN}type = "ph"\nmost = "7"\n'.replace('"ours"', f'"{code}"')
    with pytest.raises(FormularyError, match=rf"^rules\[0\].code: {code}: (is taken|a code is)"):
        clinic(tmp_path, text)


def test_a_code_is_given_once_in_a_file(tmp_path: Path) -> None:
    text = f'[[rules]]{SEEN}type = "ph"\nmost = "7"\n'
    with pytest.raises(FormularyError, match=r"^rules\[1\].code: ours: is taken"):
        clinic(tmp_path, text * 2)


def test_nothing_of_the_rules_is_read_before_it_is_asked_for() -> None:
    code = (
        "from mesococktail.formulary import Formulary, shipped; f = Formulary.shipped(); f.find('biotin');"
        "f.digest; print([each.cache_info().currsize for each in"
        " (shipped.shipped_rules, shipped.shipped_aftercare, shipped.shipped_plans)]);"
        "f.rules; print(shipped.shipped_rules.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[0, 0, 0]\n1\n"
