"""Several agents on one task: nested, recursive, or after a workflow."""
