"""The tabs of the Cache page, one module each; `common` and the dialogs serve them."""
