"""The words by which a weighty question is known, in English and German."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from agents.dialogue.understanding.reading import cue

JUDGEMENT: Final = cue(
    # a decision
    r"should(?:n't)? (?:we|i|our|my|the|an?|it|they|he|she|one)", r"whether (?:to|we|i|our)",
    r"(?:is|would) it (?:be )?(?:a (?:good|bad) idea|worth|wise|sensible|better|smart)",
    r"worth(?:while| it| \w+ing)", r"decid(?:e|ing)", r"decision", r"choos(?:e|ing) between",
    r"recommend(?:ation)?", r"ma[dk]es? sense",
    r"would you (?:pick|choose|advise|suggest|do|recommend)", r"right choice",
    r"(?:do|would) you think (?:of|about)", r"advise (?:us|me)",
    r"soll(?:en|te|ten|t)? (?:wir|ich|man|unser\w*|mein\w*|der|die|das|eine?)",
    r"ob (?:wir|ich|unser\w*|es sich)", r"lohnt?(?: es)? sich", r"entscheid\w*",
    r"empfiehl\w*", r"empfehl\w*", r"sinnvoll\w*",
    r"w[üu]rdest du (?:w[äa]hlen|nehmen|raten|tun|empfehlen|machen)",
    r"(?:ist|w[äa]re) es (?:klug|gut|besser|richtig|ratsam|vern[üu]nftig)",
    r"h[äa]ltst du von", r"r[äa]tst du",
    # a strategy
    r"strateg(?:y|ies|ic)", r"road ?map", r"business (?:case|plan|model)", r"go-to-market",
    r"how (?:should|would you|best to|(?:can|could|do) (?:we|our|an?|the))",
    r"what (?:can|could|should) (?:we|our)", r"best way to", r"plan b", r"approach to",
    r"(?:develop|design|draw up|draft|outline|sketch|propose) (?:an?|the|our)",
    r"\w*strategien?", r"gesch[äa]fts(?:modell|plan|idee)", r"fahrplan", r"\w*konzept",
    r"wie (?:sollt?e?n?|k[öo]nnt?e?n?|kann|bringen|schaffen|gewinnen|gelingt) "
    r"(?:wir|man|uns|es|unser\w*|mein\w*|der|die|das|eine?)",
    r"(?:entwirf|entwickle|skizziere|erarbeite) (?:eine?n?|ein|das|die|den|uns)",
    r"was (?:k[öo]nnen|k[öo]nnten|sollten) wir",
    # a review
    r"(?:critical )?review", r"look critically", r"evaluat\w+", r"assess(?:ment)?",
    r"critique", r"analy[sz]e", r"pros and cons", r"implications?", r"consequences for",
    r"(?:advantages|benefits) and (?:disadvantages|drawbacks|risks)", r"trade-?offs?",
    r"strengths and weaknesses", r"swot", r"feasib(?:le|ility)", r"for and against",
    r"weigh(?:ing)?(?: up)?", r"what (?:could|might) go wrong",
    r"(?:be)?pr[üu]fe?n?", r"bewert\w+", r"beurteil\w+", r"analysiere?n?",
    r"vor- und nachteile", r"(?:f[üu]r und wider|daf[üu]r und dagegen)",
    r"st[äa]rken und schw[äa]chen", r"machbar(?:keit)?", r"abw[äa]g\w*", r"folgen h[äa]tte",
    # a comparison
    r"compar(?:e|ing|ison)", r"versus", r"vs",
    r"which (?:of|one|options?|\w+ (?:would|should|do))", r"how do they (?:differ|compare)",
    r"vergleich\w*", r"welche[rsn]? (?:von|der|dieser)",
)  # fmt: skip
"""Asking for what is a matter of judgement: a decision, a strategy, a review, a comparison."""

WEIGHING: Final = cue(
    r"(?<!what )(?<!where )(?<!when )should (?:we|our|an?|the)",
    r"(?:is|would) it (?:be )?(?:a (?:good|bad) idea|reasonable|wise)",
    r"strateg(?:y|ies|ic)", r"road ?map", r"business (?:case|plan|model)", r"go-to-market",
    r"evaluat\w+", r"assess(?:ment)?", r"pros and cons", r"implications?", r"consequences of",
    r"(?:advantages|benefits) and (?:disadvantages|drawbacks|risks)", r"trade-?offs?",
    r"strengths and weaknesses", r"feasib(?:le|ility)", r"for and against", r"arguments",
    r"weigh(?:ing)?(?: up)?", r"what (?:could|might) go wrong",
    r"what (?:do|would) we (?:gain|lose)",
    r"how (?:should|would you|can) (?:we|our|an?|the|you (?:organi[sz]e|approach))",
    r"soll(?:en|te|ten)? (?:wir|unser\w*|eine?|der|die|das)", r"lohnt?(?: es)? sich",
    r"\w*strategien?", r"gesch[äa]fts(?:modell|plan|idee)", r"\w*konzept", r"bewert\w+",
    r"beurteil\w+", r"vor- und nachteile", r"spricht (?:daf[üu]r|dagegen|f[üu]r|gegen)",
    r"(?:f[üu]r und wider|daf[üu]r und dagegen)", r"st[äa]rken und schw[äa]chen",
    r"machbar(?:keit)?", r"abw[äa]g\w*", r"h[äa]ltst du von",
    r"(?:ist|w[äa]re) es (?:klug|ratsam|vern[üu]nftig)",
)  # fmt: skip
"""Asking for a judgement in words that are hardly used of small things."""

ASPECTS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "money": cue(
            r"(?:\w+ )?costs?", r"pric(?:e|es|ing)", r"budgets?", r"revenues?", r"margins?",
            r"profit(?:s|able|ability)?", r"roi", r"invest(?:ment|ments)?", r"fund(?:s|ing)",
            r"expens(?:e|es|ive)", r"salar(?:y|ies)", r"tax(?:es)?", r"liquidity", r"fees",
            r"financ(?:es|ial|ially|ing)", r"affordab(?:le|ility)", r"commissions?", r"cheap",
            r"spend(?:ing)?", r"savings?", r"saved", r"cash(?: flow)?", r"cash",
            r"\w*kosten", r"\w*preise?n?", r"umsatz\w*", r"gewinn\w*", r"gehalt", r"steuern?",
            r"finanz\w+", r"wirtschaftlich\w*", r"bezahlbar", r"anschaffung\w*", r"budget",
            r"ersparnis\w*",
        ),
        "market": cue(
            r"markets?", r"marketing", r"customers?", r"competit(?:ion|ors?|ive)", r"sales",
            r"demand", r"positioning", r"image", r"reputation", r"brand", r"visibility",
            r"channels", r"churn", r"loyalty", r"wholesalers?", r"suppliers?", r"clients?",
            r"members", r"readers", r"\w*markt", r"\w*kunden", r"\w*kundschaft", r"wettbewerb\w*",
            r"vertrieb\w*", r"nachfrage", r"zielgruppen?", r"lieferant\w*", r"filialen?",
            r"mitglieder\w*", r"akzeptanz",
        ),
        "technology": cue(
            r"technolog(?:y|ies|ical)", r"technical(?:ly)?", r"architecture", r"performance",
            r"scalab(?:le|ility)", r"infrastructure", r"integration", r"mainten?ance",
            r"maintain(?:able|ability)?", r"latency", r"software", r"database", r"hosting",
            r"developers?", r"development", r"engineering", r"logistics", r"lead times?",
            r"technik\w*", r"technisch\w*", r"technologie\w*", r"architektur", r"skalier\w+",
            r"wartung\w*", r"infrastruktur", r"entwickl(?:er|ung)\w*", r"logistik",
        ),
        "law and security": cue(
            r"secur(?:e|ity)", r"privacy", r"data protection", r"complian(?:ce|t)", r"law",
            r"legal(?:ly)?", r"regulat\w+", r"gdpr", r"ethic(?:s|al|ally)", r"liability", r"trust",
            r"sicher(?:heit)?", r"datenschutz\w*", r"rechtlich\w*", r"gesetz\w*", r"dsgvo",
            r"ethi(?:k|sch\w*)", r"haftung", r"vertrauen",
        ),
        "users": cue(
            r"users?(?:'s)?", r"user experience", r"ux", r"usab(?:le|ility)", r"accessib\w+",
            r"design", r"ease of use", r"easy to use", r"annoying", r"residents", r"tourists",
            r"nutzer\w*", r"benutzer\w*", r"(?:be)?dienbar(?:keit)?", r"(?:einfache )?bedienung",
            r"barrierefrei\w*", r"bewohner\w*", r"g[äa]ste",
        ),
        "people": cue(
            r"staff", r"hir(?:e|ing)", r"recruiting", r"employees?", r"skills", r"morale", r"mood",
            r"training", r"(?:our|the) team", r"team of", r"productivity", r"satisfaction",
            r"colleagues", r"workload", r"help desk", r"trainers?", r"volunteers?",
            r"personal", r"mitarbeiter\w*", r"schulung\w*", r"(?:das|unser) team",
            r"zufriedenheit", r"menschlich\w*", r"ehrenamtlich\w*", r"verwaltungsaufwand",
        ),
        "time": cue(
            r"time[ -]to[ -]market", r"timelines?", r"deadlines?", r"schedule", r"effort",
            r"long[ -]term", r"flexib(?:le|ility)", r"in (?:\w+ )?(?:months|years)", r"saves? time",
            r"zeit(?:plan|aufwand)?", r"aufwand", r"frist(?:en)?", r"langfristig\w*",
            r"flexib(?:el|ilit[äa]t)", r"in (?:\w+ )?(?:monaten|jahren)",
        ),
        "risk and quality": cue(
            r"risks?", r"risky", r"downsides?", r"quality", r"reliab(?:le|ility)",
            r"robust(?:ness)?", r"risik(?:o|en)", r"qualit[äa]t\w*", r"zuverl[äa]ssig\w*",
        ),
        "environment": cue(
            r"environment(?:al|ally)?", r"sustainab(?:le|ility)", r"carbon", r"climate",
            r"emissions?", r"umwelt\w*", r"nachhaltig\w*", r"klima\w*",
        ),
        "life": cue(
            r"family", r"friends", r"work-life", r"commut(?:e|ing)", r"quality of life", r"career",
            r"child(?:ren)?", r"health(?:y)?", r"abroad", r"familie", r"freunde", r"karriere",
            r"lebensqualit[äa]t", r"kind(?:er)?", r"gesund\w*",
        ),
    }
)  # fmt: skip
"""What things are judged by, in families: two words of one family are one aspect."""

LED_IN: Final = re.compile(
    r"(?<!\w)(?:considering|given|in terms of|with (?:regard|respect|a view) to|regarding|"
    r"weigh(?:ing)?(?: up)?|based on|taking into account|bearing in mind|"
    r"think(?:ing)? (?:of|about)|look(?:ing)? at|covering|balances?|cares? about|differ in|"
    r"implications for|hinsichtlich|in bezug auf|ber[üu]cksichtig\w+(?: von)?|mit blick auf|"
    r"wenn (?:man|du|ich|wir) an|"
    r"wichtig sind (?:uns|mir)|bedeutet das f[üu]r)[\s:]+(?P<list>[^.?!;]{5,200})",
    re.IGNORECASE,
)
"""What leads in a list of aspects, whatever they are."""
OR: Final = cue(
    r"or", r"versus", r"vs", r"instead of", r"rather than", r"alternatives?", r"options",
    r"one \w+ but \w+", r"oder", r"statt", r"anstatt", r"alternativen?", r"optionen",
)  # fmt: skip
CONDITION: Final = cue(
    r"without", r"so that", r"although", r"even though", r"while (?:keeping|staying|still)",
    r"but (?:has|have|had|is|are|only|also|without|may|must|not)", r"provided",
    r"only (?:one|two|\d+)",
    r"if (?:our|we|most|it|the)", r"when (?:half|most|security|\w+ of)", r"that may",
    r"cannot (?:afford|be)", r"has to", r"must not", r"even if", r"auch wenn",
    r"ohne", r"so ?dass", r"obwohl", r"trotzdem", r"aber (?:nur|nicht|auch|kein\w*)",
    r"wenn (?:unser|wir|es|man)", r"nur (?:ein|zwei|drei|\d+)\w*",
)  # fmt: skip
"""What pulls the other way, or has to hold besides."""
UNDERTAKING: Final = cue(
    r"company", r"co-?operative", r"business", r"start-?up", r"employees", r"team", r"school",
    r"hospital", r"museum", r"hotel", r"bakery", r"shop", r"bookshop", r"newspaper", r"city",
    r"town",
    r"non-profit", r"charity", r"association", r"club", r"university", r"project", r"product",
    r"platform", r"service", r"firm", r"agency", r"factory", r"farm", r"practice",
    r"firma", r"unternehmen", r"betrieb\w*", r"verein", r"agentur",
    r"schule", r"gemeinde", r"stadt", r"gesch[äa]ft", r"laden", r"projekt", r"praxis",
)  # fmt: skip
"""What people undertake together, so that more than one of them is concerned."""
