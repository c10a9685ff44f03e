"""What stays and what goes: backup, restore, retention, quarantine, reading history again."""
