"""Pictures of configs."""
