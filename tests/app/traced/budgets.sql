SELECT share_used AS "Used: {%}", row(spent_usd, limit_usd) AS "Spent: {$} of {$}"
FROM rpt_budget_status
WHERE NOT is_open AND state <> 'ok';

SELECT share_used AS "Used: {%}", row(spent_tokens) AS "Spent: {k} of 50 k"
FROM rpt_budget_status
WHERE is_open AND budget_id = 'each-customer';
