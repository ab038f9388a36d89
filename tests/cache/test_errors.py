"""The tree of errors is drawn as it is."""

import importlib
import pkgutil
import re

import pytest

import cache
from cache import errors

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(cache.__path__, "cache.")
    if not found.name.endswith("__main__")
]
"""All of the package, so that no error hides."""


def below(kind):
    return [kind, *(each for one in kind.__subclasses__() for each in below(one))]


KINDS = [kind for kind in below(cache.CacheError) if kind.__module__.startswith("cache")]


def drawn():
    """Each error in the docstring with the one it hangs on."""
    parents, above = {}, []
    for line in errors.__doc__.splitlines():
        found = re.match(r"([ │├└─]+)(\w+Error)\b", line)
        if found:
            above = [(depth, name) for depth, name in above if depth < len(found.group(1))]
            parents[found.group(2)] = above[-1][1] if above else "Exception"
            above.append((len(found.group(1)), found.group(2)))
    return parents


def test_the_tree_is_drawn_as_it_is():
    assert drawn() == {kind.__name__: kind.__bases__[0].__name__ for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_lies_where_the_tree_is_drawn(kind):
    assert kind.__module__ == errors.__name__
