"""The conversation: models, dialogue and the runtime that a page or a terminal talks to."""
