"""The Health page: one module a part of it."""
