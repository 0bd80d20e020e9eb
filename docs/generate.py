"""Writes the parts of the reference that follow from code and data, in place, between their markers.

    python docs/generate.py          write them
    python docs/generate.py --check  say which are stale, and fail if any are

A page holds ``<!-- generated: NAME -->`` … ``<!-- end -->``; what stands between comes from the function
of that name below. Everything else on a page is written by hand.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.testing import CliRunner

from mesococktail import cli, errors, examples
from mesococktail.amounts import spelling_table
from mesococktail.amounts.vocabulary import RATIOS, UNITS
from mesococktail.cli.exits import MEANINGS, exit_code
from mesococktail.formulary import Formulary
from mesococktail.formulary.published import left_out
from mesococktail.log.layout import make_layout
from mesococktail.log.meanings import meaning
from mesococktail.log.schema import EVIDENCE_TABLES, LOG_TABLES
from mesococktail.records import KINDS, FieldType, fields_of
from mesococktail.research import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mesococktail.formulary import Rule
    from mesococktail.research import Option

DOCS = Path(__file__).parent
_MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _cell(cell: object) -> str:
    return str(cell).replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    shown = text if text.isprintable() and text.strip() == text else ascii(text)[1:-1]
    ticks = "``" if "`" in shown else "`"
    return f"{ticks}{shown}{ticks}"


def _plain(text: str) -> str:
    """Return a text of our data so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_<>\[\]{}#|])", r"\\\1", text)


def accepted_spellings() -> str:
    rows = [row for row in spelling_table() if row.accepted]
    by_code: dict[str, list[Any]] = {}
    for row in rows:
        by_code.setdefault(row.reading, []).append(row)
    return table(
        ("write", "measures", "UCUM code", "printed as", "source"),
        (
            (
                " ".join(_code(row.text) for row in same),
                UNITS[code].dimension.value,
                _code(code),
                _code(UNITS[code].symbol),
                _plain(same[0].source),
            )
            for code, same in by_code.items()
        ),
    )


def refused_spellings() -> str:
    return table(
        ("refused", "why", "what to write", "source"),
        (
            (_code(row.text), _plain(row.reading), _plain(row.cure), _plain(row.source))
            for row in spelling_table()
            if not row.accepted
        ),
    )


def ratios() -> str:
    return table(
        ("above the line", "below the line", "makes"),
        ((above.value, below.value, made.value) for (above, below), made in RATIOS.items()),
    )


def agents() -> str:
    said = []
    for agent in sorted(Formulary.shipped().agents.values(), key=lambda each: each.name.casefold()):
        names = (*agent.synonyms, *agent.brands, *(name for _, name in agent.languages))
        facts = [f"Id {_code(agent.id)}; {agent.kind}; dosed by {' or '.join(agent.measures)}."]
        if agent.classes:
            facts.append(f"Class: {_plain(', '.join(agent.classes))}.")
        if names:
            facts.append(f"Also: {_plain(', '.join(dict.fromkeys(names)))}.")
        if agent.forms:
            facts.append(f"Forms counted as it: {_plain(', '.join(agent.forms))}.")
        if agent.misspellings:
            facts.append(f"Misspelt in print as: {_plain(', '.join(agent.misspellings))}.")
        if agent.inferred:
            facts.append(f"Probably meant by: {_plain(', '.join(name for name, _ in agent.inferred))}.")
        if agent.confused:
            facts.append(f"Never taken for it: {_plain(', '.join(name for name, _ in agent.confused))}.")
        if agent.composition:
            members = ", ".join(member.as_printed for member in agent.composition.members) or "nothing"
            facts.append(f"Composition disclosed: {agent.composition.disclosure} ({_plain(members)}).")
        if agent.codes:
            codes = (
                f"{code.system} {code.value}" + (f" ({code.form})" if code.form else "")
                for code in agent.codes
            )
            facts.append(f"Codes: {_plain(', '.join(codes))}.")
        facts.append(f"Source: {_plain('; '.join(agent.sources))}.")
        said.append(f"{_plain(agent.name)}\n: {' '.join(facts)}")
    return "\n\n".join(said)


def terms() -> str:
    said = []
    for vocabulary in Formulary.shipped().vocabularies.values():
        rows = (
            (
                _code(term.code),
                _plain(term.label) + (" (needs a description)" if term.needs_description else ""),
                _plain(", ".join(term.synonyms)),
                _plain(", ".join(term.stages) or " to ".join(term.bounds or ()) or term.class_ or ""),
                _plain(term.source),
            )
            for term in vocabulary.terms
        )
        head = f"## {vocabulary.name.replace('_', ' ')}\n\n{_plain(vocabulary.about)}\n\n"
        said.append(
            head + table(("code", "label", "also written", "stages, bounds or class", "source"), rows)
        )
    return "\n\n".join(said)


def rules() -> str:
    def limits(rule: Rule) -> str:
        said = [
            rule.item,
            *rule.agents,
            *rule.classes,
            *rule.substances,
            *rule.with_agents,
            *rule.with_classes,
        ]
        said += [f"at least {rule.least}" * bool(rule.least), f"at most {rule.most}" * bool(rule.most)]
        said += [f"in {rule.days} days" * bool(rule.days), *rule.places]
        return ", ".join(one for one in said if one)

    return table(
        ("code", "looks at", "of", "weight", "holds in", "says", "kind of source", "source"),
        (
            (
                _code(rule.text),
                rule.type.value.replace("_", " "),
                _plain(limits(rule)),
                rule.severity.name.lower(),
                rule.jurisdiction or "everywhere",
                _plain(rule.message),
                rule.grade,
                _plain(rule.source),
            )
            for rule in Formulary.shipped().rules
        ),
    )


def aftercare() -> str:
    return table(
        ("code", "says", "how long", "source"),
        (
            (
                _code(f"{rule.code} {rule.version}"),
                _plain(rule.text),
                f"{rule.duration} ({rule.bound.replace('_', ' ')})"
                if rule.duration and rule.bound
                else "not stated",
                _plain(rule.source),
            )
            for rule in Formulary.shipped().aftercare
        ),
    )


def plans() -> str:
    return table(
        ("code", "plan", "a session takes", "no result before", "results last", "note", "source"),
        (
            (
                _code(plan.code),
                _code(plan.text),
                plan.session_duration or "",
                f"{plan.no_result_before} sessions" if plan.no_result_before else "",
                f"{plan.lasts_months[0]}-{plan.lasts_months[1]} months" if plan.lasts_months else "",
                _plain(plan.note or ""),
                _plain(plan.source),
            )
            for plan in Formulary.shipped().plans
        ),
    )


def published_courses() -> str:
    ids = examples.published_courses()
    kinds = {each: [one["kind"] for one in examples.published_course(each)] for each in ids}
    used = [kind for kind in KINDS if kind != "doctor" and any(kind in each for each in kinds.values())]
    recorded = ((_code(each), *(had.count(kind) or "" for kind in used)) for each, had in kinds.items())
    missing = [
        (_code(each), _plain(what), _plain(why)) for each in ids for what, why in examples.not_recorded(each)
    ]
    no_course = [(_code(each), _plain(why)) for each, why in examples.not_a_course().items()]
    no_course += [(_code(each.id), _plain(each.why)) for each in left_out()]
    return "\n\n".join(
        (
            "## What is recorded\n\nHow many records of each kind.",
            table(("formulation", *(kind.replace("_", " ") for kind in used)), recorded),
            "## What is printed and not recorded, or only in part",
            table(("formulation", "printed", "why"), missing),
            "## What is not recorded as a course",
            table(("formulation", "why"), no_course),
        )
    )


def records() -> str:
    said = []
    for name, kind in KINDS.items():
        first = (kind.__doc__ or "").split("\n")[0]
        said.append(f"## {name}\n\n{first}\n\n{_fields(kind)}")
        said += _groups(name, kind)
    return "\n\n".join(said)


def _groups(of: str, kind: type) -> Iterator[str]:
    for field in fields_of(kind):
        if field.group:
            about = (field.group.__doc__ or "").split("\n")[0]
            several = "Several, in a list. " if field.type is FieldType.GROUPS else ""
            alone = f"A text alone stands for its {_code(field.fields[0].name)}."
            yield f"### {field.name} of a {of}\n\n{about} {several}{alone}\n\n{_fields(field.group)}"
            yield from _groups(f"{field.name} of a {of}", field.group)


def _fields(kind: type) -> str:
    return table(
        ("field", "holds", "needed", "meaning"),
        (
            (
                _code(field.name),
                field.type.name.lower()
                + (f", out of {field.about.codes.replace('_', ' ')}" if field.about.codes else "")
                + (f", a {field.about.link}" if field.about.link else ""),
                "yes" if field.required else "filled in" if field.about.at_the_door else "",
                field.about.meaning,
            )
            for field in fields_of(kind)
        ),
    )


def field_types() -> str:
    source = (DOCS.parent / "src/mesococktail/records/fields.py").read_text(encoding="utf-8")
    found = re.findall(r'^    ([A-Z]+) = auto\(\)\n    """(.+?)"""', source, re.MULTILINE)
    if [name for name, _ in found] != [each.name for each in FieldType]:
        raise LookupError("a type of field does not say what it is")
    return table(("holds", "what that is"), ((name.lower(), meaning) for name, meaning in found))


# What the columns mean that do not come from a field of a record.
def questions() -> str:
    said = []
    for question in QUESTIONS.values():
        columns = ((_code(column.name), column.unit or "", column.meaning) for column in question.columns)
        parts = [f"## {question.command}", question.summary, f"Counts {question.counted}."]
        if question.options:
            options = (
                (
                    _code(each.name),
                    each.meaning,
                    _choices(each),
                    each.default or "",
                )
                for each in question.options
            )
            parts.append(table(("option", "meaning", "choices", "when left out"), options))
        parts.append(table(("column", "unit", "meaning"), columns))
        said.append("\n\n".join(parts))
    return "\n\n".join(said)


def _choices(option: Option) -> str:
    if option.choices:
        return ", ".join(map(_code, option.choices))
    return "a name" if option.least is None else f"{option.least} to {option.most}"


def tables() -> str:
    connection = sqlite3.connect(":memory:")
    make_layout(connection)
    found = connection.execute(
        "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') "
        "AND name NOT IN ('log', 'entry', 'payload', 'signature', 'backup') "
        "ORDER BY type DESC, name"
    ).fetchall()
    said = []
    for sort, name in found:
        if (heading := f"## {sort.capitalize()}s") not in said:
            said.append(heading)
        columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
        rows = ((_code(column[1]), column[2].lower(), meaning(name, column[1])) for column in columns)
        said.append(f"### {name}\n\n{table(('column', 'type', 'meaning'), rows)}")
    connection.close()
    return "\n\n".join(said)


def indexes() -> str:
    connection = sqlite3.connect(":memory:")
    make_layout(connection)
    found = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    ).fetchall()
    connection.close()
    return table(("index", "on"), ((_code(name), _code(sql.partition(" ON ")[2])) for name, sql in found))


def log_tables() -> str:
    return "```sql\n" + ";\n".join((*LOG_TABLES, *EVIDENCE_TABLES)) + ";\n```"


def error_classes() -> str:
    found = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.MesococktailError)
    ]
    return table(
        ("class", "code", "exit code", "is also a", "when"),
        (
            (
                _code(each.__name__),
                _code(each.code),
                exit_code(each("")),
                ", ".join(_code(base.__name__) for base in each.__bases__ if base is not Exception),
                " ".join((each.__doc__ or "").split()),
            )
            for each in found
        ),
    )


def commands() -> str:
    return "\n\n".join(
        f"## {' '.join(names)}\n\n```{{code-block}} none\n{_help(names[1:])}\n```"
        for names in _names(cli.main, ("mesococktail",))
    )


def _names(command: click.Command, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield names
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _names(inner, (*names, name))


def _help(names: Sequence[str]) -> str:
    result = CliRunner().invoke(cli.main, [*names, "--help"], prog_name="mesococktail", terminal_width=96)
    if result.exception is not None:
        raise result.exception
    return result.output.rstrip()


def exit_codes() -> str:
    return table(("code", "meaning"), MEANINGS.items())


_MAKERS: dict[str, Callable[[], str]] = {
    maker.__name__: maker
    for maker in (
        accepted_spellings,
        refused_spellings,
        ratios,
        agents,
        terms,
        rules,
        aftercare,
        plans,
        published_courses,
        records,
        field_types,
        questions,
        tables,
        indexes,
        log_tables,
        error_classes,
        exit_codes,
        commands,
    )
}


def fresh(text: str) -> str:
    """Return a page with what is generated in it made anew."""
    return _MARKED.sub(lambda found: f"{found[1]}\n{_MAKERS[found[2]]()}\n\n{found[3]}", text)


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are stale."""
    stale = []
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if (made := fresh(text)) != text:
            stale.append(path)
            if "--check" not in arguments:
                path.write_text(made, encoding="utf-8")
    became = "is stale: run python docs/generate.py" if "--check" in arguments else "written"
    sys.stdout.writelines(f"{path.relative_to(DOCS)} {became}\n" for path in stale)
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
