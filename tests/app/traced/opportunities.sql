SELECT sum(cost_usd) AS "card Spent: {$}" FROM fct_calls WHERE date BETWEEN '2026-10-24' AND '2026-11-22';
