"""The closed classes of English and German that tell whether a message leans on others.

Collected from grammar: pronouns, demonstratives, connectives, auxiliaries. No subject's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """One language's closed classes, in lower case.

    :ivar pointing: stand for something named elsewhere: pronouns and demonstratives.
    :ivar adding: set what is asked beside something that was said: *else*, *another*, *next*.
    :ivar opening: first words that carry on from what was said: *and*, *yes*, *thanks*.
    :ivar personal: speak of who talks, or of what is theirs.
    :ivar requesting: verbs that open a request.
    :ivar asking: words that open a question.
    :ivar auxiliaries: verbs that make a clause out of a fragment.
    :ivar past: auxiliaries of something that is over.
    :ivar definite: articles of something known.
    :ivar relational: last words that want to know *of what*: *members*, *reasons*, *about*.
    :ivar compared: comparatives, which want a second term.
    :ivar moment: make the answer change with the moment.
    :ivar filling: carry no content; together with the other classes, what is not a content word.
    """

    pointing: frozenset[str]
    adding: frozenset[str]
    opening: frozenset[str]
    personal: frozenset[str]
    requesting: frozenset[str]
    asking: frozenset[str]
    auxiliaries: frozenset[str]
    past: frozenset[str]
    definite: frozenset[str]
    relational: frozenset[str]
    compared: frozenset[str]
    moment: frozenset[str]
    filling: frozenset[str]

    @property
    def contentless(self) -> frozenset[str]:
        """Every word that says nothing of a subject."""
        return _contentless(self)


@lru_cache
def _contentless(words: Words) -> frozenset[str]:
    return (
        words.pointing
        | words.adding
        | words.opening
        | words.personal
        | words.asking
        | words.auxiliaries
        | words.definite
        | words.filling
    )


def words_of(words: str) -> frozenset[str]:
    """The words of a text, separated by white space."""
    return frozenset(words.split())


ENGLISH: Final = Words(
    pointing=words_of(
        """it it's it'll its itself he he's he'd he'll him his himself she she's she'd she'll her
        hers herself they they're they've they'd they'll them their theirs themselves this that's
        these those here thing things stuff something somebody someone anything anyone anybody
        one ones such former latter said mentioned aforementioned"""
    ),
    adding=words_of(
        """else other others another more again same too also either both instead still already yet
        anymore further next previous previously earlier later then above below rest similar
        similarly different alternatively otherwise aside besides afterwards meanwhile respective
        remaining additional additionally extra continue elaborate though however anyway article
        conversation"""
    ),
    opening=words_of(
        """and but or so because nor plus then ok okay yes yeah yep yup no nope sure thanks thank
        well actually sorry hmm right great cool nice good fine wow really please alright"""
    ),
    personal=words_of(
        """my mine myself our ours ourselves we we're we've we'd we'll i'm im i've ive i'd i'll
        your yours yourself"""
    ),
    requesting=words_of(
        """explain describe define compare list write translate convert calculate summarise
        summarize tell give show suggest recommend name find help teach create make generate draft
        outline plan solve compute provide recite spell"""
    ),
    asking=words_of(
        """what what's whats who who's whos whom whose when when's where where's wheres which why
        why's how how's hows"""
    ),
    auxiliaries=words_of(
        """is are was were do does did can could will would should shall may might must has have
        had am isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't
        shouldn't hasn't haven't what's who's where's how's when's why's there's"""
    ),
    past=words_of("did was were had been didn't wasn't weren't hadn't"),
    definite=words_of("the"),
    relational=words_of(
        """aspects members reasons results effects categories facts consequences causes benefits
        advantages disadvantages differences examples features details symptoms characteristics
        information problems controversies ingredients requirements exceptions after before during
        about with for of to from leave win lose quit join react respond have do cost take happen"""
    ),
    compared=words_of(
        """higher lower better worse bigger smaller larger cheaper faster slower longer shorter
        older younger easier harder safer stronger healthier"""
    ),
    moment=words_of(
        "today tonight tomorrow yesterday now currently nowadays lately recently latest"
    ),
    filling=words_of(
        """a an any some i you me us of in on at to for from by with about as into over under after
        before during between against without within through up down out off if than not n't there
        that very much many most just only ever never long far old often kind kinds sort type way
        ways lot lots get got go goes going went come came take took happen happens
        happened know tell say said mean means use used find like good bad new main need needed
        needs want give example examples idea ideas question help show option options step steps
        buy buys sell pay pays paid cost costs price prices open opens close closes closed start
        starts end ends begin begins arrive arrives leave leaves ask call see look choose pick keep
        keeps put try turn bring change cancel book apply send available necessary included required
        possible allowed important serious free ready worth expensive cheap big small long short
        high low old best worst well right wrong easy hard different
        first last people person time times year years day days name names part place places"""
    ),
)
"""English. *that* and *there* are looked at apart: most of the time they point to nothing."""

GERMAN: Final = Words(
    pointing=words_of(
        """er ihn ihm sie es ihr ihre ihren ihrem ihrer ihres ihnen sein seine seinen seinem seiner
        seines deren dessen dies diese dieser dieses diesen diesem jene jener jenes davon dazu
        dafür damit daran darauf darin darüber dabei dadurch dagegen danach davor daraus dort hier
        dorthin dahin daher da derjenige solche solcher sowas etwas jemand ding dinge sache"""
    ),
    adding=words_of(
        """noch sonst auch weiter weitere weiteren mehr andere anderen anderer anderes anders
        außerdem nochmal wieder ebenfalls stattdessen dann nächste nächsten nächster vorher zuvor
        später früher schon immer bereits zweite zweiten letzte letzten beide beiden
        gleiche gleichen dasselbe derselbe dieselbe übrigen restlichen"""
    ),
    opening=words_of(
        """und aber oder also denn ja nein doch okay ok danke gut genau klar super bitte achso ach
        so nun weil sowie"""
    ),
    personal=words_of(
        """mein meine meinen meinem meiner meines ich mich mir wir uns unser unsere unseren unserem
        unserer dein deine deinen deinem deiner euer eure ihrem"""
    ),
    requesting=words_of(
        """erkläre erklär beschreibe nenne zeige zeig gib schreibe schreib übersetze vergleiche
        berechne erzähle erzähl empfiehl liste fasse definiere"""
    ),
    asking=words_of(
        """was wer wen wem wessen wann wo wohin woher warum wieso weshalb wie welcher welches
        welchen welchem wieviel wozu wofür womit"""
    ),
    auxiliaries=words_of(
        """ist sind war waren wird werden wurde wurden hat haben hatte hatten kann können konnte
        konnten soll sollte sollen muss müssen darf dürfen macht machen gibt geht heißt bedeutet
        kannst könntest könnten würde würden willst wollen will kostet dauert liegt gilt gelten"""
    ),
    past=words_of("war waren wurde wurden hatte hatten konnte konnten"),
    definite=words_of("der die das den dem des beim zum zur im am vom ins"),
    relational=words_of(
        """mitglieder gründe folgen vorteile nachteile unterschiede beispiele merkmale probleme
        kosten zutaten dauer an ab aus mit"""
    ),
    compared=words_of(
        "besser schlechter größer kleiner billiger schneller teurer länger kürzer älter"
    ),
    moment=words_of("heute morgen gestern jetzt gerade derzeit momentan aktuell neulich kürzlich"),
    filling=words_of(
        """ein eine einen einem einer eines man von in an auf für mit bei nach aus zu über unter
        vor hinter zwischen durch ohne gegen um als wenn dass ob nicht kein keine sehr viel viele
        lange oft am besten gut neu art weise beispiel frage brauche braucht
        erste ersten zeit jahr jahre tag tage name leute du"""
    ),
)

_SPELT_AS_IN_ENGLISH: Final = words_of(
    """die war art man den hat am an in so also name super okay ok des du als bin dies best bitter
    tag her hier mit see gift stern lagen zum sind ob um"""
)
GERMAN_ONLY: Final = (
    (GERMAN.contentless | GERMAN.requesting | GERMAN.relational)
    - ENGLISH.contentless
    - ENGLISH.requesting
    - _SPELT_AS_IN_ENGLISH
)
"""Words that make a message German: closed-class words that English does not have."""

WORD: Final = re.compile(r"[^\W_]+(?:[.'+#-][^\W_]+)*[+#]*")
"""A word, with what is inside it: *C++*, *3.11*, *don't*, *follow-up*."""
