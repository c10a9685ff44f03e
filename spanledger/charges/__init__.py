"""What is paid beside calls, and the months that are closed."""
