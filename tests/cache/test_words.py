"""Figures for people."""

import pytest

from cache.words import percent


@pytest.mark.parametrize(
    "share, told",
    [
        (0.0, "0 %"),
        (0.004, "0.4 %"),
        (0.02, "2 %"),
        (0.0249, "2.5 %"),
        (0.0996, "10 %"),
        (0.333, "33 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_have_a_decimal_only_where_it_matters(share, told):
    assert percent(share) == told
