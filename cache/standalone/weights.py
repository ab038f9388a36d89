"""What each feature weighs: log odds of standing alone, for even odds before.

Written by ``python -m benchmarks.standalone --write``: a ridge logistic regression over turns of
CANARD (Elgohary, Peskov and Boyd-Graber, "Can You Unpack That?", EMNLP 2019) and everyday messages
written for it (benchmarks/standalone/everyday.csv). Change the features or the data, not this.
"""

from typing import Final

BIAS: Final = -0.195
WEIGHTS: Final = (
    -3.783,  # points
    -0.019,  # points_inside
    -1.273,  # adds
    -1.033,  # opens
    -0.704,  # elliptic
    -0.772,  # wants
    0.771,  # full_name
    0.274,  # name
    -1.888,  # open_description
    0.638,  # closed_description
    -1.138,  # past
    0.401,  # lone
    1.035,  # defines
    1.246,  # indefinite
    1.531,  # substance
    -1.381,  # empty
    -1.524,  # for_oneself
    -1.120,  # asks_whether
)
"""In the order of `cache.standalone.features.FEATURES`."""
