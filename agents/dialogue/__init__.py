"""One conversation: what was said, what it means, the plan, and what to do next."""
