-- Of the rates known now; see the macro.
{{ rate_cards(ref('dim_prices')) }}
