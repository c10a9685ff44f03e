"""Colours that stand beside each other are told apart by every eye, on the light page and on the dark one.

Colour-blind eyes are simulated after Machado, Oliveira, Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1.0;
distances are CIE 1976 ΔE*ab under D65. About 2 can just be seen side by side; 14 is told apart as two swatches are.
"""

import itertools
import math
import tomllib
from pathlib import Path

import pytest

import app
from app import palette
from app.charts.icicles import INK, pale

EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.072175), (0.0193339, 0.119192, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)
APART, FROM_PAGE = 14, 20
SETS = {
    "traffic sources": palette.TRAFFIC_SOURCE,
    "spend classes": palette.SPEND_CLASS,
    "methods": palette.METHOD,
    "model families": palette.MODEL_FAMILY,
    "ranked": {str(rank): colour for rank, colour in enumerate((*palette.RANKED, palette.GREY))},
}
THEMES = tomllib.loads((Path(app.__file__).parent / ".streamlit" / "config.toml").read_text())["theme"]
PAGES = [THEMES["light"]["backgroundColor"], THEMES["dark"]["backgroundColor"]]


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def turned(matrix: tuple[tuple[float, ...], ...], colour: list[float]) -> list[float]:
    return [sum(weight * part for weight, part in zip(row, colour, strict=True)) for row in matrix]


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """L*, a* and b* of what that eye makes of an sRGB colour."""
    inside = [min(max(part, 0.0), 1.0) for part in turned(EYES[eye], linear(colour))]
    x, y, z = (
        share ** (1 / 3) if share > 216 / 24389 else (24389 / 27 * share + 16) / 116
        for share in (part / white for part, white in zip(turned(XYZ, inside), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, eye: str) -> float:
    return math.dist(seen(one, eye), seen(other, eye))


def contrast(one: str, other: str) -> float:
    """WCAG 2's ratio of relative luminances."""
    lights = sorted(turned(XYZ, linear(colour))[1] + 0.05 for colour in (one, other))
    return lights[1] / lights[0]


def test_the_measure_knows_white_black_and_confused_colours() -> None:
    assert seen("#FFFFFF", "normal") == pytest.approx((100, 0, 0), abs=0.02)
    assert distance("#000000", "#FFFFFF", "normal") == pytest.approx(100, abs=0.02)
    assert distance("#CC79A7", "#999999", "deuteranopia") < 8 < 40 < distance("#CC79A7", "#999999", "normal")
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", SETS)
def test_any_two_colours_of_a_set_are_told_apart(name: str, eye: str) -> None:
    """Any two: where a day lacks the parts between, they are neighbours."""
    close = {
        (one, other): round(found, 1)
        for (one, first), (other, second) in itertools.combinations(SETS[name].items(), 2)
        if (found := distance(first, second, eye)) < APART
    }
    assert not close, f"{name} to {eye}: {close} are nearer than {APART}; choose other colours in app/palette.py"


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("page", PAGES)
def test_every_colour_stands_out_of_the_page(page: str, eye: str) -> None:
    every = {colour for colours in SETS.values() for colour in colours.values()}
    assert min(distance(colour, page, eye) for colour in every) >= FROM_PAGE


def test_words_on_pale_colours_can_be_read() -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1, in both themes, as both have the same pale colours."""
    assert min(contrast(INK, pale(colour)) for colour in (*palette.RANKED, palette.GREY)) >= 4.5
