-- What belongs to one call, for who may see the call.
SELECT facts.*
FROM whole.main.the_table AS facts
JOIN whole.main.fct_calls AS calls
    ON facts.organization = calls.organization AND facts.call_id = calls.call_id AND facts.date = calls.date
WHERE may_see(calls.organization, calls.team, calls.project);
