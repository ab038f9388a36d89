"""Whether a message can be understood without the conversation around it.

Only then may its answer be shared: it is asked again from a prompt without history, and whoever
asks the same gets the same. In doubt a message is *not* standalone; that costs a hit, where the
other mistake serves one conversation's answer in another.

A message is read once (`reading`), some twenty things are measured in it (`features`), and their
weighted sum gives the probability (`weights`: a logistic regression, fitted by
``python -m benchmarks.standalone``). Rules come on top (`rules`): what is personal, depends on the
moment or speaks of the conversation is never shared, however clear it is.
"""

from cache.standalone.judgement import THRESHOLD, Judgement, judge
from cache.standalone.repeating import goes_on, in_full, understood_alone

__all__ = [
    "THRESHOLD",
    "Judgement",
    "goes_on",
    "in_full",
    "judge",
    "understood_alone",
]
