"""Charts as inline SVG that needs no script. Lengths along the axis are per cent: text keeps its size on any screen.

Lines and text take the colour of the text around them, in light, in dark and on paper.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import floor, log10

from app import figures
from spanledger.reports.document import Bar, Bars, Ranking
from spanledger.reports.escaping import for_html

TOP, HEIGHT, FOOT = 18, 170, 22
LABELS = 5
"""Most labels of the axis: five fit a telephone."""


def bars(chart: Bars) -> str:
    """Stacked bars over time, with the scale's lines behind them."""
    totals = chart.totals
    step = _step(max(totals, default=Decimal(0)))
    count = 1
    while step * count < max(totals, default=Decimal(0)):
        count += 1
    top = step * count
    parts = [*_lines(step, count, top), *_stacks(chart, top), *_axis(chart.labels)]
    return (
        f'<svg class="bars" role="img" aria-label="{for_html(chart.said)}" width="100%" '
        f'height="{TOP + HEIGHT + FOOT}">{"".join(parts)}</svg>'
    )


def _step(largest: Decimal) -> Decimal:
    """A round distance between the scale's lines, for three or four of them."""
    if largest <= 0:
        return Decimal(1)
    rough = float(largest) / 4
    size = Decimal(10) ** floor(log10(rough))
    return next(size * factor for factor in (Decimal(1), Decimal(2), Decimal(5), Decimal(10)) if size * factor >= rough)


def _lines(step: Decimal, count: int, top: Decimal) -> Iterator[str]:
    for number in range(count + 1):
        y = _y(step * number, top)
        said = for_html(figures.money(step * number))
        yield f'<line x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}" class="line"/>'
        yield f'<text x="-6" y="{y + 4:.1f}" text-anchor="end" class="label">{said}</text>'  # beside the bars


def _y(value: Decimal, top: Decimal) -> float:
    return TOP + HEIGHT * (1 - float(value / top))


def _stacks(chart: Bars, top: Decimal) -> Iterator[str]:
    width = 100 / max(len(chart.labels), 1)
    for place, label in enumerate(chart.labels):
        below = Decimal(0)
        faint = ' opacity="0.45"' if chart.marked is not None and place != chart.marked else ""
        for one in chart.series:
            value = one.values[place]
            if value <= 0:
                continue
            y, base = _y(below + value, top), _y(below, top)
            told = for_html(f"{label}: {one.name} {figures.money(value)}")
            yield (
                f'<rect x="{width * place + width * 0.08:.3f}%" width="{width * 0.84:.3f}%" y="{y:.2f}" '
                f'height="{base - y:.2f}" fill="{one.colour}"{faint}>'
                f"<title>{told}</title></rect>"
            )
            below += value


def _axis(labels: Sequence[str]) -> Iterator[str]:
    width = 100 / max(len(labels), 1)
    every = max(1, -(-len(labels) // LABELS))
    for place in range(0, len(labels), every):
        x = width * (place + 0.5)
        anchor = "start" if x < 8 else "end" if x > 92 else "middle"
        x = 0 if anchor == "start" else 100 if anchor == "end" else x
        yield (
            f'<text x="{x:.2f}%" y="{TOP + HEIGHT + 16}" text-anchor="{anchor}" class="label">'
            f"{for_html(labels[place])}</text>"
        )


def bar(one: Bar, chart: Ranking) -> str:
    """One line of a ranking: the bar from zero, and its interval as a rule over it."""
    low, high = reach(chart)
    span = float(high - low) or 1.0

    def x(value: Decimal) -> float:
        return float(value - low) / span * 100

    left, right = sorted((x(Decimal(0)), x(one.value)))
    parts = [f'<rect x="{left:.3f}%" width="{right - left:.3f}%" y="3" height="10" fill="{one.colour}"/>']
    if low < 0:
        parts.append(f'<line x1="{x(Decimal(0)):.3f}%" x2="{x(Decimal(0)):.3f}%" y1="0" y2="16" class="zero"/>')
    if one.low is not None and one.high is not None:
        ends = x(one.low), x(min(one.high, high))
        parts.append(f'<line x1="{ends[0]:.3f}%" x2="{ends[1]:.3f}%" y1="8" y2="8" class="range"/>')
        parts += [f'<line x1="{end:.3f}%" x2="{end:.3f}%" y1="4" y2="12" class="range"/>' for end in ends]
    said = for_html(f"{one.label}: {one.text}")
    return f'<svg role="img" aria-label="{said}" width="100%" height="16">{"".join(parts)}</svg>'


def reach(chart: Ranking) -> tuple[Decimal, Decimal]:
    """The ends of a ranking's axis: all values, and intervals up to twice the highest value."""
    values = [one.value for one in chart.bars]
    highest = max([Decimal(0), *values])
    beyond = [one.high for one in chart.bars if one.high is not None]
    lowest = [one.low for one in chart.bars if one.low is not None]
    return min([Decimal(0), *values, *lowest]), max([highest, *(min(end, highest * 2) for end in beyond)])
