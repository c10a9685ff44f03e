"""What people and files say of tasks: rules, records, the command."""
