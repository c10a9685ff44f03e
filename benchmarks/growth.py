"""Draws how builds grow with the number of spans: `python -m benchmarks.growth` writes docs/pictures/growth.svg.

The points are those of `growth.csv` beside this file: what `benchmarks.build_at_size` and `benchmarks.pages_at_size`
printed, with the day and what else the machine did (docs/builds.md). Nothing is drawn where nothing was run.
"""

import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).parent
PICTURE = FOLDER.parent / "docs" / "pictures" / "growth.svg"
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 320, 70, 46, 150, 46
SPANS, SECONDS = (1e5, 2e8), (1.0, 1e4)
COLOURS = ("#0072B2", "#D55E00", "#009E73")
INCREMENTAL = "a small build"
TITLE = "A full build grows in step with its spans, a small one more slowly"


def points(path: Path) -> dict[str, list[tuple[float, float]]]:
    """Spans and CPU seconds by what was measured."""
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            name = INCREMENTAL if row["what"].endswith("new spans") else row["what"]
            found[name].append((float(row["spans"]), float(row["cpu_s"])))
    return dict(found)


def _x(spans: float) -> float:
    first, last = map(math.log10, SPANS)
    return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(spans) - first) / (last - first)


def _y(seconds: float) -> float:
    first, last = map(math.log10, SECONDS)
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(seconds) - first) / (last - first)


def _text(x: float, y: float, said: str, more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="11" fill="#444" {more}>{said}</text>'


def picture(series: dict[str, list[tuple[float, float]]]) -> str:
    """The drawing, both axes logarithmic."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 18, TITLE, 'font-weight="bold"'),
        _text(LEFT, 34, "CPU seconds on two cores; both axes are logarithmic"),
    ]
    for power in range(5, 9):
        lines.append(_text(_x(10**power), HEIGHT - 28, f"{10**power / 1e6:g} M", 'text-anchor="middle"'))
    for power in range(5):
        y = _y(10**power)
        lines.append(f'<line x1="{LEFT}" y1="{y:.0f}" x2="{WIDTH - RIGHT}" y2="{y:.0f}" stroke="#ddd"/>')
        lines.append(_text(LEFT - 6, y + 4, f"{10**power:,} s", 'text-anchor="end"'))
    lines.append(_text(LEFT, HEIGHT - 10, "spans in the lake (1.7 a call)"))
    for colour, (name, found) in zip(COLOURS, series.items(), strict=True):
        places = [(_x(spans), _y(seconds)) for spans, seconds in sorted(found)]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        lines.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
        lines.append(_text(places[-1][0] + 8, places[-1][1] + 4, name))
    return "\n".join([*lines, "</svg>"]) + "\n"


def main() -> int:
    """Write the picture."""
    PICTURE.write_text(picture(points(FOLDER / "growth.csv")))
    sys.stdout.write(f"{PICTURE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
