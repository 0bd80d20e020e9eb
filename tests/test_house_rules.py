"""What holds for the whole house: sizes, documentation that is complete, sources, no surprises at import."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

import mesococktail
from mesococktail import errors
from mesococktail.cli import main
from mesococktail.errors import MesococktailError
from mesococktail.formulary import Formulary
from tests.campaigns.campaign import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/mesococktail"
DOCS = ROOT / "docs"
MODULES = sorted(SOURCE.rglob("*.py"))
PAGES = [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)]
MOST_LINES = 400


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[str(path.relative_to(ROOT)) for path in paths])


@named(MODULES)
def test_a_module_is_short_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


_EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no)\b[^#]*")
"""What switches a check off, up to the reason that follows it."""


@named(MODULES)
def test_what_is_excused_from_a_check_says_why(path: Path) -> None:
    excused = [line for line in path.read_text(encoding="utf-8").splitlines() if _EXCUSE.search(line)]
    assert [line for line in excused if not re.match(r"# \w", _EXCUSE.split(line)[-1])] == []


@named(MODULES)
def test_a_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)


@named([*MODULES, *sorted((SOURCE / "data").glob("*.json")), *PAGES, *DOCS.glob("*.py")])
def test_no_path_of_a_machine_is_written_anywhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:work|tmp|home|root|Users)/", text)


def error_classes() -> list[type[MesococktailError]]:
    return [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, MesococktailError)
    ]


@pytest.mark.parametrize("cls", error_classes())
def test_an_error_is_in_the_reference(cls: type[MesococktailError]) -> None:
    assert f"| `{cls.__name__}` | `{cls.code}` |" in page("reference/errors.md")


def test_every_kind_of_error_has_its_own_code() -> None:
    codes = [cls.code for cls in error_classes()]
    assert len(set(codes)) == len(codes)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


_MAKERS = {"Finding": 1, "_finding": 0, "_say": 0, "_fault": 0}
"""Functions that make a finding, and the place of its code among their arguments."""


def finding_codes() -> Iterator[tuple[str, str]]:
    """Yield each code that stands as a text where a finding is made, with its module."""
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = _MAKERS.get(name)
            if place is None or len(node.args) <= place:
                continue
            for text in ast.walk(node.args[place]):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value, path.name
    for role in ("principal", "complementary"):
        yield f"no_{role}", "cocktail.py"


def test_every_code_of_a_finding_is_in_the_reference() -> None:
    known = page("reference/findings.md")
    coded = [(code, where) for code, where in finding_codes() if re.fullmatch(r"[a-z][a-z0-9_]*", code)]
    assert len(coded) > 15
    assert [(code, where) for code, where in coded if f"| `{code}` |" not in known] == []


def test_no_code_in_the_reference_is_made_up() -> None:
    coded = {code for code, _ in finding_codes()}
    listed = re.findall(r"^\| `([a-z0-9_]+)` \|", page("reference/findings.md"), re.MULTILINE)
    assert sorted(set(listed) - coded) == []


def test_the_package_lists_its_public_names() -> None:
    assert dir(mesococktail) == sorted(mesococktail.__all__)


@pytest.mark.parametrize("name", mesococktail.__all__)
def test_a_public_name_is_in_the_reference(name: str) -> None:
    assert f"mesococktail.{name}\n" in page("reference/library.md") or f"`mesococktail.{name}`" in page(
        "reference/library.md"
    )


def commands(
    group: click.Command, names: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield names, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found, (*names, name))


def every_command() -> list[tuple[tuple[str, ...], click.Command]]:
    return list(commands(main))


def test_every_command_is_in_the_reference() -> None:
    reference = page("reference/cli.md")
    for names, _ in every_command():
        assert f"## {' '.join(('mesococktail', *names))}\n" in reference


def test_every_command_and_option_has_a_help() -> None:
    for names, command in every_command():
        assert command.help, names
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (names, option.name)


@pytest.mark.parametrize("heading", ["## [Unreleased]", "### Stored format"])
def test_the_changelog_has_its_headings(heading: str) -> None:
    assert f"\n{heading}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 120


def test_readme_and_docs_say_that_they_are_not_medical_advice() -> None:
    for path in (ROOT / "README.md", DOCS / "index.md"):
        assert "not medical advice" in path.read_text(encoding="utf-8").lower()


def test_every_page_is_in_a_table_of_contents() -> None:
    for path in sorted(DOCS.rglob("*.md")):
        if "_build" not in path.parts and path.stem != "index":
            assert f"\n{path.stem}\n" in (path.parent / "index.md").read_text(encoding="utf-8"), path


@named(PAGES)
def test_no_output_was_left_to_be_filled_in(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"FILL|TODO|FIXME", text)


_ARTICLE = (
    "Biotin",
    "Buflomedil",
    "Dexenol",
    "Dutasteride",
    "Finasteride",
    "Minoxidil",
    "Organic Silicium",
    "Vitamins",
    "Acetyl Tetrapetide-3",
    "Biochanin-A",
    "PRP",
    "Nano Peptides",
    "Cocktails",
)


@pytest.mark.parametrize("name", _ARTICLE)
def test_a_name_the_source_article_prints_is_found(name: str) -> None:
    assert Formulary.shipped().find(name).agent.id


@pytest.mark.parametrize("name", ["mesoplasty", "mesohair"])
def test_a_name_of_the_treatment_is_found(name: str) -> None:
    assert Formulary.shipped().term("treatments", name).code


def data(name: str) -> Any:
    return json.loads(files("mesococktail.data").joinpath(name).read_text(encoding="utf-8"))


def test_every_agent_says_where_it_was_read() -> None:
    assert [agent["id"] for agent in data("agents.json")["agents"] if not agent["sources"]] == []


def test_every_term_says_where_it_was_read() -> None:
    vocabularies = data("terms.json")["vocabularies"].values()
    assert [term["code"] for each in vocabularies for term in each["terms"] if not term["source"]] == []


def test_every_spelling_says_where_it_was_read() -> None:
    spellings = data("spellings.json")
    for part in ("units", "named_ratios", "refused_units", "refused_shapes"):
        assert [row for row in spellings[part] if not row["source"]] == []


def test_every_published_formula_says_where_it_was_read() -> None:
    for line in (*data("published.json")["formulas"], *data("published.json")["left_out"]):
        assert all(line[field] for field in ("citation", "provenance")), line["id"]


def test_what_is_synthetic_says_so() -> None:
    synthetic = data("synthetic.json")
    assert "synthetic" in synthetic["clinic"]
    published = {formula.id for formula in Formulary.shipped().published}
    assert {mixture["starts_from"] for mixture in synthetic["mixtures"]} <= published


HEAVY = ("attrs", "attr", "pint", "cattrs", "sqlite_utils", "sqlite3")


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("importing the package", "import mesococktail"),
        ("--help", "from mesococktail.cli import main; main(['--help'], standalone_mode=False)"),
    ],
)
def test_heavy_libraries_are_not_loaded_by(what: str, code: str) -> None:
    heavy = (*HEAVY, "click") if what == "importing the package" else HEAVY
    script = f"{code}\nimport sys\nprint('loaded:', *[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]


def texts_in_source() -> str:
    """Return every text in code and data, the pieces of one expression joined."""
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(
                        getattr(part, "value", "…") if isinstance(part, ast.Constant) else "…"
                        for part in node.values
                    )
                )
    spellings = data("spellings.json")
    found += [row["reason"] for part in ("refused_units", "refused_shapes") for row in spellings[part]]
    return "\n".join(found)


def test_every_message_on_the_page_of_cures_is_one_of_ours() -> None:
    known = texts_in_source()
    rows = re.findall(r"^\| ([^|`]+) \|", page("how-to/error-messages-and-cures.md"), re.MULTILINE)
    messages = [row for row in rows if row not in ("message", "finding")]
    assert len(messages) > 20
    pieces = [piece.strip() for message in messages for piece in message.split("…")]
    assert [piece for piece in pieces if len(piece) > 5 and piece not in known] == []


def test_every_claim_about_threats_names_a_test_or_a_campaign_that_there_is() -> None:
    text = page("explanation/threats.md")
    files = set(re.findall(r"`(tests/[^`]+)`", text))
    campaigns = {
        name
        for said in re.findall(r"campaigns? ((?:`\w+`(?:, )?)+)", text)
        for name in re.findall(r"\w+", said)
    }
    assert len(files) > 9
    assert {file for file in files if not (ROOT / file).exists()} == set()
    assert campaigns == set(NAMES)
