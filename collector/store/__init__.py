"""From the log into the lake and the records: landing, compaction, reading again."""
