"""The browser side: one thin file a page; `parts` holds what several pages draw."""
