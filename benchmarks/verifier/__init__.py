"""How the pair verifier was made: generate, train, export, calibrate. See README.md."""
