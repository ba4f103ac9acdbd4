"""Words with the skew of a real language: a few that stand everywhere, and a long tail of rare ones."""

import random
from functools import cache

VOCABULARY = """
    the of in to and for on with at from over after by as says talks government military forces minister president
    border security agreement troops officials state foreign support meeting new two three statement attack city
    region defence ministry council energy trade sanctions peace leaders exercise aircraft navy army police parliament
    court election union summit treaty visit report warns calls signs rejects accuses agrees opens closes begins ends
    delays confirms denies announces demands offers threatens condemns welcomes suspends resumes extends withdraws
    deploys moves ceasefire convoy pipeline harbour airport embassy refugees aid grain oil gas nuclear missile drone
    tank ship fleet command allies envoy ambassador delegation commission assembly inquiry verdict protest march
    strike workers students northern southern eastern western central coastal joint emergency annual public secret
    final early late first second million hundred dozens several local national regional global civil humanitarian
    economic diplomatic financial flight base bridge road railway power water hospital school market bank currency
    budget debt loan export import evidence claim source letter speech interview document draft law decree order plan
    proposal deal dispute crisis war conflict violence explosion fire flood storm earthquake rescue search arrest
    trial prison release exchange prisoners
"""
COMMON = VOCABULARY.split()
STARTS = ("k", "v", "m", "t", "br", "sh", "n", "dr", "l", "z", "p", "gr", "h", "ch", "s", "r")
VOWELS = ("a", "o", "e", "i", "u", "ia", "ä", "ó")
ENDS = ("n", "r", "v", "k", "l", "sk", "", "m")
SYLLABLES = len(STARTS) * len(VOWELS) * len(ENDS)
DIFFERENT = 60_000


def rank(chance: random.Random, count: int) -> int:
    """One of `count`, from 0: the k-th in proportion to 1/k, as Zipf has it."""
    return int(count ** chance.random()) - 1


@cache
def word(number: int) -> str:
    """The number-th most frequent word: from the tail, one of made-up syllables."""
    return COMMON[number] if number < len(COMMON) else _syllables((number - len(COMMON)) * 17 + SYLLABLES)


def _syllables(number: int) -> str:
    rest, syllable = divmod(number, SYLLABLES)
    after, end = divmod(syllable, len(ENDS))
    start, vowel = divmod(after, len(VOWELS))
    return (_syllables(rest) if rest else "") + STARTS[start] + VOWELS[vowel] + ENDS[end]


def words(chance: random.Random, count: int) -> str:
    return " ".join([word(rank(chance, DIFFERENT)) for _ in range(count)])


def sentence(chance: random.Random, least: int, most: int) -> str:
    text = words(chance, chance.randint(least, most))
    return text[0].upper() + text[1:]


def name(number: int, kind: str) -> str:
    """What a record is called: `Marinovsk Council 17`, the same for the same number."""
    return f"{word(len(COMMON) + number % 5_000).title()} {kind} {number}"
