"""What users import to test their configs."""
