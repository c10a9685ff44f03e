"""Alerts: what is worth telling, whom to tell, what has been told. Nothing here opens anything or asks for the time.

`event` is something that is so now, `rule_file` reads the user's YAML into `rules`, `incidents` replays what was
recorded, `watching` compares it with what is so now, `telling` says which messages are due, `words` writes them.
"""
