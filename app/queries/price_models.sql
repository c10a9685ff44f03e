-- Every model in the price list, for looking one up.
SELECT DISTINCT price_provider, price_model FROM dim_prices ORDER BY price_provider, price_model;
