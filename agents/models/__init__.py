"""Where replies come from: AG2 model configurations that wrap one another."""
