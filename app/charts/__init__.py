"""All charts. The only package that knows Altair; colours come from `app.palette`, text and lines from the theme.

parts      what a sum is made of: by day, by group
lines      figures with their ranges: day by day, ahead, over another number
ranges     values with their intervals on one log axis
bridges    from one amount to another, step by step
icicles    what a sum is divided into, level by level (partition: its rectangles, exact)
spreads    how values are spread, group by group
hours      hours of the week as a heat map
multiples  the same small picture for each group, on one scale
axes       how axes count: the home of their formats
drawing    what they share: axes, scales, tooltips, money in the page's currency
"""

from app.charts.bridges import savings_bridge, waterfall
from app.charts.hours import week_hours
from app.charts.icicles import icicle
from app.charts.lines import cost_lines, expected_band, line_with_band, month_fan, share_fan
from app.charts.multiples import group_days
from app.charts.parts import ranked_bars, share_days, stacked_days
from app.charts.ranges import cost_ranges, ratio_intervals
from app.charts.spreads import cost_spread

__all__ = [
    "cost_lines",
    "cost_ranges",
    "cost_spread",
    "expected_band",
    "group_days",
    "icicle",
    "line_with_band",
    "month_fan",
    "ranked_bars",
    "ratio_intervals",
    "savings_bridge",
    "share_days",
    "share_fan",
    "stacked_days",
    "waterfall",
    "week_hours",
]
