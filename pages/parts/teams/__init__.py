"""What the Teams page draws."""
