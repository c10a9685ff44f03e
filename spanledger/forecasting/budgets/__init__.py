"""Where budgets will end: each open counter's own spend, forecast by the same engine as its scope.

`counters` reads what there is to forecast and what of it was counted, `steps` and `covering` what is known of it to
come, `ending` says where it will end. Days are UTC days also for budgets of another time zone; a day that a window's
begin or end cuts counts by its hours.
"""

from spanledger.forecasting.budgets.counter import Counter, Counters, Days, told
from spanledger.forecasting.budgets.counters import read
from spanledger.forecasting.budgets.ending import SCHEMA, rows, rows_apart

__all__ = ["SCHEMA", "Counter", "Counters", "Days", "read", "rows", "rows_apart", "told"]
