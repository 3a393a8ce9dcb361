"""What cases reach."""
