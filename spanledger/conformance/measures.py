"""The token counts that are compared: the columns of `fct_calls`, whole before part."""

MEASURES = ("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens")
WHOLE = MEASURES[:2]
"""Every call has these; the others are parts of them, and a call that used none of a part need not say so."""

Counts = dict[str, int]
"""By measure; one that is not stated is not in it."""
