"""The tabs of the Cache page, one module each; `common`, `charts` and the dialogs serve them."""
