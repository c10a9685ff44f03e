"""The wording of decisions; the formulas are in `transforms/decisions`."""

FLEET = "GPUs × US$ an hour × hours a month + engineering + infrastructure: paid whether requests come or not."
MEETS = "What the fleet costs a month ÷ what the API takes for the mean request. Below that volume the API costs less."
CAPACITY = (
    "Share of time it serves × seconds a month ÷ seconds that the mean request takes, its input read and its output "
    "written. A volume beyond it needs more GPUs."
)
OWN_HOURS = (
    "Your load hour by hour: a request is served in its hour or goes to the API. The multiple of today's load from "
    "which on the fleet pays, full hours counted; never, where even full hours every hour spare too little."
)
SERVED = "Mean share of the time in which it serves; an hour is full at the share of time it serves, named above."
UTILISATION = "Of each hour; more wait in line or go to the API."
PREFILL = "Of all GPUs together: reading the prompt takes its time as well."
LENGTHS = (
    "If all requests were as long as those of the band: at what volume the fleet would pay, and what it can serve."
)
GPU_TABLE = (
    "As many of each kind as serve your greatest hour. Speeds and prices are round planning figures for a model of "
    "8 B parameters, not measured: put yours in a CSV, spanledger simulate selfhost --rows gpus --gpu-file."
)
ANSWER = "Time until an answer is whole that is as long as 95 of 100 of yours."
BUILD = "People until it runs, then running it and the people who keep it."
BUY = "Requests × price, and a fee where there is one, from the first month."
CROSSES = "The month by whose end building has cost less in all, and stays so."
EVEN = "Requests over all months at which both cost the same."
SCORE = "What matters beside money, from 1 to 5, by weights that add up to 1. Change the cells."
OWNERSHIP = (
    "Direct: somebody invoices it. Indirect: people and shared services it takes. Hidden: failed and repeated work, "
    "incidents, compliance. Model calls are yours, brought to 30 days; change the cells."
)
AI_COST_RATIO = "Spend on models ÷ revenue: above 50 % concerning, 20 to 50 % acceptable, below 20 % good."
GROSS_MARGIN = "What models and other costs leave of revenue: below 30 % concerning, 30 to 60 % acceptable, above good."
COST_PER_REQUEST = "Spend on models ÷ requests: above US$0.10 concerning, US$0.01 to US$0.10 acceptable, below good."
COST_PER_USER = "Spend on models ÷ active users, beside what a user brings in."
TURNS = (
    "The first month whose gross margin comes to the target, or falls below it. Rates are ranges; 4,000 paths draw "
    "theirs, and eight in ten turn between the months named."
)
RATE = "A month, in percent. With its range: 2%:5%:9% (one time in ten it is below or above)."
SMALLEST = """month,revenue_usd,other_cost_usd,requests,active_users
2026-10,100000,45000,2000000,5000
"""
