"""Fits and measures how `agents.dialogue.answering` judges replies."""
