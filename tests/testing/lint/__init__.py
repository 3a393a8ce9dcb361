"""What lint finds, and what it does not."""
