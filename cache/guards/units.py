"""Units of measurement: what a unit's name measures, and how much of the base unit it is."""

from __future__ import annotations

import functools
import re
from fractions import Fraction

_DIMENSIONS = """
time: s sec secs second seconds=1 min mins minute minutes=60 h hr hrs hour hours=3600 day days=86400
  week weeks wk wks=604800 fortnight fortnights=1209600 ms millisecond milliseconds=1/1000
months: month months mo=1 quarter quarters=3 year years yr yrs=12 decade decades=120
  century centuries=1200
mass: mg milligram milligrams=1/1000 g gram grams gramme grammes=1 kg kgs kilo kilos kilogram
  kilograms=1000 tonne tonnes ton tons=1000000
pounds: lb lbs=1 stone=14 oz ounce ounces=1/16
length: mm millimetre millimetres millimeter millimeters=1/1000 cm centimetre centimetres centimeter
  centimeters=1/100 m metre metres meter meters=1 km kms kilometre kilometres kilometer
  kilometers=1000
feet: inch inches=1/12 ft foot feet=1 yard yards yd=3 mile miles mi=5280
volume: ml millilitre millilitres milliliter milliliters=1/1000 cl=1/100 l litre litres liter
  liters=1
cups: tsp teaspoon teaspoons=1 tbsp tablespoon tablespoons=3 cup cups=48 pint pints=96
  gallon gallons=768
data: kb kilobyte kilobytes=1 mb megabyte megabytes=1000 gb gig gigs gigabyte gigabytes=1000000
  tb terabyte terabytes=1000000000
rate: kbps=1 mbps=1000 gbps=1000000
power: w watt watts=1 kw kilowatt kilowatts=1000 mw megawatt megawatts=1000000
energy: kwh=1 mwh=1000
percent: % percent pct=1
celsius: celsius centigrade=1
fahrenheit: fahrenheit=1
GBP: £ gbp quid=1
GBP|pounds: pound pounds=1
USD: usd=1
USD|dollar: $ dollar dollars buck bucks=1
EUR: € eur euro euros=1
JPY: ¥ jpy yen=1
INR: ₹ inr rupee rupees=1
dollar: cad aud nzd=1
cents: cent cents pence penny=1
"""
"""Dimension: names=size in the base unit. An ambiguous name has both dimensions ("pounds").
Months and days, metric and imperial are not converted into each other."""

CURRENCY_SIGNS = frozenset("£$€¥₹")


@functools.cache
def units() -> dict[str, tuple[str, Fraction]]:
    """A unit's name in lower case: its dimension and size."""
    found = {}
    for line in _DIMENSIONS.replace("\n  ", " ").strip().splitlines():
        dimension, _, rest = line.partition(": ")
        for names, size in re.findall(r"([^=]+)=(\S+)", rest):
            found.update(dict.fromkeys(names.split(), (dimension, Fraction(size))))
    return found
