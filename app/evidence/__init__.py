"""Where the figures of a page come from: what was asked, its SQL as it runs anywhere, and the answer to take away.

answers    rows that know the question they answer
sections   what each section of a page shows, and its button beside the heading
panel      what the button opens: definitions, SQL, CSV, Parquet
literals   a question's SQL with its parameters written in
files      rows as CSV and Parquet, money to the last digit
addresses  a statement in the address of the SQL page

Tables and cards say by themselves what they show; before a chart or cards that a page works out itself, it says whose
figures they are: `evidence.of(rows, …)`.
"""

from app.evidence.answers import Answer, Answered, Asked
from app.evidence.sections import begin, cards, chart, end, heading, of, table, title, worked_out

__all__ = [
    "Answer",
    "Answered",
    "Asked",
    "begin",
    "cards",
    "chart",
    "end",
    "heading",
    "of",
    "table",
    "title",
    "worked_out",
]
