"""Pictures of answers, with Altair: combinations as bars above their agents, doses, changes of outcomes.

Colours are told apart by colour-blind people and in grey print. What is suppressed is not drawn, and the
picture says how many rows that are: nothing is drawn as zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.errors import QuestionError
from mesococktail.log.names import COMBINED
from mesococktail.research.frames import library
from mesococktail.research.suppression import SUPPRESSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.research.answer import Answer

    Rows = list[dict[str, Any]]

_DARK, _PALE = "#1f4e79", "#d9d9d9"
_MOST_BARS = 20
"""Combinations that are drawn: more cannot be told apart."""
_STEP = 22


def plot(answer: Answer) -> Any:  # noqa: ANN401  # Altair's chart
    """Draw an answer.

    Raises:
        QuestionError: There is nothing to draw of this question, every row is suppressed, or Altair is not
            installed.
    """
    draw = _DRAWN.get(answer.question)
    if draw is None:
        raise QuestionError(
            "is not drawn", path="question", got=answer.question, cure=f"draw one of {', '.join(_DRAWN)}"
        )
    altair = library("altair", "report")
    shown = [row for row in answer.rows if SUPPRESSED not in (row[name] for name in _NEEDED[answer.question])]
    rows: Rows = [{name: _number(value) for name, value in row.items()} for row in shown]
    if not rows:
        raise QuestionError("has nothing that may be drawn", path="question", got=answer.question)
    hidden = len(answer.rows) - len(rows)
    return draw(altair, rows, f"{hidden} suppressed rows are not drawn" if hidden else "")


def svg(chart: Any) -> str:  # noqa: ANN401  # Altair's chart
    """Return a picture as SVG, made on this machine.

    Raises:
        QuestionError: vl-convert is not installed.
    """
    converter = library("vl_convert", "report")
    drawn: str = converter.vegalite_to_svg(chart.to_json())
    return drawn


def _number(value: Any) -> Any:  # noqa: ANN401  # a cell
    return value if value is None or isinstance(value, str | int) else float(value)


def _titled(chart: Any, altair: Any, title: str, note: str) -> Any:  # noqa: ANN401  # as above
    return chart.properties(title=altair.TitleParams(title, subtitle=note, anchor="start"))


def _matrix(altair: Any, rows: Rows, note: str) -> Any:  # noqa: ANN401  # as above
    """Draw each combination as a bar, and below it which agents it is made of."""
    first = rows[:_MOST_BARS]
    left_out = f"the {_MOST_BARS} most frequent of {len(rows)}" if len(rows) > _MOST_BARS else ""
    order = [row["combination"] for row in first]
    agents = sorted({agent for row in first for agent in row["combination"].split(COMBINED)})
    cells = [
        {
            "combination": row["combination"],
            "agent": agent,
            "has": agent in row["combination"].split(COMBINED),
        }
        for row in first
        for agent in agents
    ]
    width = _STEP * len(order)
    place = altair.X("combination:N", sort=order, axis=None)
    bars = (
        altair.Chart(altair.Data(values=first))
        .mark_bar(color=_DARK)
        .encode(place, altair.Y("prescriptions:Q", title="prescriptions"))
        .properties(width=width, height=140)
    )
    dots = (
        altair.Chart(altair.Data(values=cells))
        .mark_circle(size=110, opacity=1)
        .encode(
            place,
            altair.Y("agent:N", title=None, sort=agents),
            altair.Color(
                "has:N", scale=altair.Scale(domain=[True, False], range=[_DARK, _PALE]), legend=None
            ),
        )
        .properties(width=width, height=_STEP * len(agents))
    )
    both = altair.vconcat(bars, dots, spacing=4).resolve_scale(x="shared")
    return _titled(both, altair, "Combinations of agents", "; ".join(filter(None, (left_out, note))))


def _strips(altair: Any, rows: Rows, note: str) -> Any:  # noqa: ANN401  # as above
    """Draw the quartiles of the doses of each agent, each unit by itself."""
    known = [
        row | {"row": row.get("combination") or row["agent"]} for row in rows if row["median"] is not None
    ]
    parts = []
    for agent, unit in sorted({(row["agent"], row["unit"]) for row in known}):
        some = [row for row in known if (row["agent"], row["unit"]) == (agent, unit)]
        base = altair.Chart(altair.Data(values=some)).encode(
            altair.Y("row:N", title=None, axis=altair.Axis(labelLimit=240))
        )
        layers = []
        if all(isinstance(row["min"], int | float) for row in some):
            whole = altair.X("min:Q", title=f"dose, {unit}")
            layers.append(base.mark_rule(color=_DARK).encode(whole, altair.X2("max:Q")))
        box = altair.X("q1:Q", title=f"dose, {unit}", scale=altair.Scale(zero=True))
        layers.append(base.mark_bar(color=_PALE, stroke=_DARK, height=12).encode(box, altair.X2("q3:Q")))
        layers.append(base.mark_tick(color=_DARK, thickness=3, height=14).encode(altair.X("median:Q")))
        parts.append(altair.layer(*layers).properties(width=320, height=_STEP * len(some)))
    drawn = altair.vconcat(*parts, spacing=8)
    return _titled(drawn, altair, "Doses prescribed: quartiles, and range where it may be shown", note)


def _changes(altair: Any, rows: Rows, note: str) -> Any:  # noqa: ANN401  # as above
    """Draw the mean change of each combination with its interval, each measure by itself."""
    known = [row for row in rows if row["change_mean"] is not None]
    if not known:
        raise QuestionError("has no change that may be drawn", path="question", got="outcomes")
    parts = []
    for measure, unit in sorted({(row["measure"], row["unit"] or "") for row in known}):
        some = [row for row in known if (row["measure"], row["unit"] or "") == (measure, unit)]
        base = altair.Chart(altair.Data(values=some)).encode(
            altair.Y("combination:N", title=None, axis=altair.Axis(labelLimit=240))
        )
        said = unit.translate({ord("{"): None, ord("}"): None})
        title = f"change of {measure.replace('_', ' ')}{f', {said}' if said else ''}"
        ranged = base.mark_rule(color=_DARK, strokeWidth=2).encode(
            altair.X("change_low:Q", title=title), altair.X2("change_high:Q")
        )
        point = base.mark_point(color=_DARK, filled=True, size=70).encode(altair.X("change_mean:Q"))
        zero = altair.Chart(altair.Data(values=[{"zero": 0}])).mark_rule(color="#888", strokeDash=[4, 3])
        parts.append(
            altair.layer(zero.encode(altair.X("zero:Q")), ranged, point).properties(
                width=320, height=_STEP * len({row["combination"] for row in some})
            )
        )
    drawn = altair.vconcat(*parts, spacing=8)
    said = "mean and 95 % interval; a change after a treatment is not an effect of it"
    return _titled(drawn, altair, "Change from baseline", "; ".join(filter(None, (said, note))))


_DRAWN: dict[str, Callable[[Any, Rows, str], Any]] = {
    "combinations": _matrix,
    "doses": _strips,
    "outcomes": _changes,
}
_NEEDED = {
    "combinations": ("prescriptions",),
    "doses": ("median",),
    "outcomes": ("change_mean",),
}
