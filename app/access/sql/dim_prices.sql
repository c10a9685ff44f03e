-- The public price list; of prices agreed with a provider, or entered for models of one's own, those that the reader's
-- own calls were charged at.
SELECT prices.*
FROM whole.main.dim_prices AS prices
WHERE
    (
        prices.rate_class = 'list'
        AND regexp_full_match(prices.source, '(supplement: [0-9.]+ × )*(genai-prices|supplement)')
    )
    OR prices.price_id IN (
        SELECT charges.price_id
        FROM whole.main.fct_call_charges AS charges
        JOIN whole.main.fct_calls AS calls
            ON charges.organization = calls.organization AND charges.call_id = calls.call_id AND charges.date = calls.date
        WHERE charges.price_id IS NOT NULL AND may_see(calls.organization, calls.team, calls.project)
    );
