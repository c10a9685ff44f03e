"""How axes count: the one home of their formats. Money as `$0.10`, `$2.50`, `$500k`, `$1.5M`; counts as `0`, `500k`.

The expressions are Vega's (https://vega.github.io/vega/docs/expressions/), its numbers d3's. What d3 alone would write
(`0M`, `$0.1`, `1G`, `2e-5`) is spelled out.
"""

from typing import Any

import altair as alt

from app import currency, figures

_VALUE = "datum.value"


def _many(value: str) -> str:
    """From a thousand on: `1.5k`, `500k`, `1.5M`, `2B`."""
    return f"replace(format({value}, ',.3~s'), 'G', 'B')"


def _amount(value: str) -> str:
    """Money below a thousand: whole as it is, else two decimals, more only where they say something."""
    is_whole, is_cents = (
        f"{value} == round({value})",
        f"{value} >= 0.01 && abs({value} * 100 - round({value} * 100)) < 1e-6",
    )
    small = f"{is_whole} ? format({value}, 'd') : {is_cents} ? format({value}, '.2f') : format({value}, '.3~r')"
    return f"({value} >= 1000 ? {_many(value)} : {small})"


def money(ticks: int, *, signed: bool = False, **more: Any) -> alt.Axis:
    """An axis of money in the page's currency; ``signed`` puts the sign before the symbol."""
    value = f"abs({_VALUE})" if signed else _VALUE
    sign = f"({_VALUE} < 0 ? '{figures.MINUS}' : '') + " if signed else ""
    text = f"{sign}'{currency.shown().symbol}' + {_amount(value)}"
    return alt.Axis(labelExpr=text, tickCount=ticks, **more)


def counts(ticks: int, **more: Any) -> alt.Axis:
    """An axis of things counted: tasks, tokens, calls."""
    text = f"({_VALUE} >= 1000 ? {_many(_VALUE)} : format({_VALUE}, '.4~r'))"
    return alt.Axis(labelExpr=text, tickCount=ticks, **more)


def shares(ticks: int, **more: Any) -> alt.Axis:
    """An axis of parts of a whole: `0 %`, `0.5 %`, `25 %`."""
    return alt.Axis(labelExpr=f"format({_VALUE} * 100, '.3~r') + ' %'", tickCount=ticks, **more)
