"""Reports: a question of one reader, answered for a day, week, month or quarter from the published build.

    periods    which days                      asking     the published tables, with the reader's filters
    daily, weekly, monthly, quarterly          what each says, of parts in `sections`
    document   what a report is made of        html, markdown, svg    how it is written
    command    from the shell                  plan, posting          on a schedule, and sent

Figures come from the marts by the pages' own questions, so that a report and a page never disagree.
"""
