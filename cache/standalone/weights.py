"""What each feature weighs: log odds of standing alone, for even odds before.

Written by ``python -m benchmarks.standalone --write``: a ridge logistic regression over turns of
CANARD (Elgohary, Peskov and Boyd-Graber, "Can You Unpack That?", EMNLP 2019) and everyday messages
written for it (benchmarks/standalone/everyday.csv). Change the features or the data, not this.
"""

from typing import Final

BIAS: Final = -0.301
WEIGHTS: Final = (
    -3.740,  # points
    0.025,  # points_inside
    -1.250,  # adds
    -1.523,  # opens
    -0.572,  # elliptic
    -0.731,  # wants
    0.898,  # full_name
    0.403,  # name
    -1.951,  # open_description
    0.670,  # closed_description
    -0.969,  # past
    0.565,  # lone
    1.113,  # defines
    1.184,  # indefinite
    1.471,  # substance
    -1.495,  # empty
    -1.344,  # asks_whether
)
"""In the order of `cache.standalone.features.FEATURES`."""
