"""Recognises an account written in a language that the triage does not read.

By script where the script decides, otherwise by the commonest small words of each language against English ones.
"""

from __future__ import annotations

from functools import lru_cache

from casework.triage.words import split

_SCRIPTS = (
    ("Chinese", 0x4E00, 0x9FFF), ("Japanese", 0x3040, 0x30FF), ("Korean", 0xAC00, 0xD7AF), ("Arabic", 0x0600, 0x06FF),
    ("Hebrew", 0x0590, 0x05FF), ("Greek", 0x0370, 0x03FF), ("Cyrillic", 0x0400, 0x04FF), ("Armenian", 0x0530, 0x058F),
    ("Georgian", 0x10A0, 0x10FF), ("Ethiopic", 0x1200, 0x137F), ("Devanagari", 0x0900, 0x097F), ("Bengali", 0x0980, 0x09FF),
    ("Gurmukhi", 0x0A00, 0x0A7F), ("Gujarati", 0x0A80, 0x0AFF), ("Tamil", 0x0B80, 0x0BFF), ("Telugu", 0x0C00, 0x0C7F),
    ("Malayalam", 0x0D00, 0x0D7F), ("Sinhala", 0x0D80, 0x0DFF), ("Thai", 0x0E00, 0x0E7F), ("Burmese", 0x1000, 0x109F),
)  # fmt: skip
# Letters that part the languages that share a script.
_LETTERS = {
    "Arabic": (("Kurdish Sorani", "ڕڵێۆەڤ"), ("Farsi", "پچژگکی")),
    "Cyrillic": (("Ukrainian", "іїєґ"), ("Russian", "ыэъё"), ("Bulgarian", "ъ")),
    "Devanagari": (("Hindi", ""),),
    "Gurmukhi": (("Punjabi", ""),),
}
_SMALL = {
    "English": "the and is to my of i a in on at he she they was are me it that for with have has not you this we be but had "
    "there who your what no im dont from all his her just about will can do out get up so been if or by were them",
    "Polish": "jest nie sie na do moj moja moim mnie i z w ze to byl byla sa oni ona on jego od przez bardzo co jak za po "
    "ale czy tak mi sasiad sasiedzi mieszkam dzieci moje moim ich nas ktory przed dom ja mam prosze",
    "Romanian": "este nu sa si la mi imi ma eu pe cu din un o ca care meu mea sunt fost vecinul vecinii vecina in fiecare casa "
    "am ai ei lui de pentru foarte noaptea ne mai dar cand copiii mei tot va rog",
    "Portuguese": "nao e o a os as de que meu minha com um uma para eu ele ela eles na no em por mais vizinho vizinha vizinhos "
    "casa mas muito todos foi esta estao me dos quando tenho filho meus todas noites",
    "Spanish": "el la los las de que mi mis con un una para yo ellos en por mas vecino vecina vecinos casa pero muy todos fue "
    "esta estan me cuando tengo es no si hijo noches cada su y",
    "Italian": "il la i gli di che mio mia con un una per io loro in mi vicino vicini casa ma molto tutti notte ogni quando "
    "sono non e ho ha della del si mi sta stanno",
    "French": "le la les de des que mon ma mes avec un une pour je il elle ils dans en plus voisin voisine voisins maison mais "
    "tres tous est sont me quand jai pas ne et sur mon chaque nuit suis",
    "German": "der die das und ist nicht ich er sie es mein meine mit ein eine zu auf mich von haben hat aber sehr jeden nacht "
    "nachbar nachbarn wohnung haus sind wir immer",
    "Turkish": "ve bir bu ben o cok benim komsum komsu evim her gece degil var yok icin ile beni bana ama sonra gibi daha "
    "cocuklar surekli bizi",
    "Somali": "waa iyo ku in ka aan waxaan deriska guriga wuxuu waxay ma oo u la soo maalin kasta habeen igu nagu",
    "Kurdish": "ez tu ew em hun min te wi we ji bo li ku u ne her sev mala cirane ciran zarok pir dike dikin",
    "Lithuanian": "ir yra ne as mano kaimynas kaimynai kiekviena naktis su is kad labai namas bet jis ji jie mane",
    "Latvian": "un ir nav es mans kaimins kaimini katru nakti ar no ka loti maja bet vins vina vini mani",
    "Albanian": "dhe eshte nuk une im ime me nje per nga qe shume cdo nate fqinji shtepi por ai ajo ata mua",
    "Hungarian": "es nem az egy hogy van a szomszed minden ejjel nagyon en o ok haz de meg mert engem minket",
    "Czech": "je ne a na mi me muj moje soused sousedi kazdou noc velmi ja on ona oni dum ale ze s z se jsem",
}  # fmt: skip
# The code by which each is known elsewhere, as in the lists of the languages that advisors speak.
CODES = {
    "Albanian": "sq", "Arabic": "ar", "Armenian": "hy", "Bengali": "bn", "Bulgarian": "bg", "Burmese": "my",
    "Chinese": "zh", "Czech": "cs", "Ethiopic": "am", "Farsi": "fa", "French": "fr", "Georgian": "ka",
    "German": "de", "Greek": "el", "Gujarati": "gu", "Hebrew": "he", "Hindi": "hi", "Hungarian": "hu",
    "Italian": "it", "Japanese": "ja", "Korean": "ko", "Kurdish": "ku", "Kurdish Sorani": "ckb", "Latvian": "lv",
    "Lithuanian": "lt", "Malayalam": "ml", "Polish": "pl", "Portuguese": "pt", "Punjabi": "pa", "Romanian": "ro",
    "Russian": "ru", "Sinhala": "si", "Somali": "so", "Spanish": "es", "Tamil": "ta", "Telugu": "te", "Thai": "th",
    "Turkish": "tr", "Ukrainian": "uk",
}  # fmt: skip
_WORDS = {name: frozenset(text.split()) for name, text in _SMALL.items()}
ENGLISH = _WORDS["English"]
# The other languages that a word is of; none for a word of English.
_OTHERS = {
    word: [name for name, small in _WORDS.items() if word in small]
    for word in frozenset().union(*_WORDS.values()) - ENGLISH
}


def _script(text: str) -> str | None:
    counts: dict[str, int] = {}
    letters = 0
    for char in text:
        if not char.isalpha():
            continue
        letters += 1
        code = ord(char)
        if code < 0x370:
            continue
        for name, low, high in _SCRIPTS:
            if low <= code <= high:
                counts[name] = counts.get(name, 0) + 1
                break
    if not counts:
        return None
    name = max(counts, key=lambda one: counts[one])
    if counts[name] * 3 < letters or counts[name] < 2:
        return None
    if name == "Chinese" and counts.get("Japanese"):
        return "Japanese"
    for language, signs in _LETTERS.get(name, ()):
        if not signs or any(sign in text for sign in signs):
            return language
    return {"Cyrillic": "Russian"}.get(name, name)


@lru_cache(maxsize=4)
def foreign(text: str) -> str | None:
    """The language of an account that was not understood, in English ("Polish"); None for English or too little."""
    if not text.isascii():
        found = _script(text[:2000])
        if found:
            return found
    words = [word for word in split(text[:2000]).words if word[0].isalpha()]
    if len(words) < 4:
        return None
    english = sum(word in ENGLISH for word in words)
    counts = dict.fromkeys(_WORDS, 0)
    for word in words:
        for name in _OTHERS.get(word, ()):
            counts[name] += 1
    best = max(counts, key=lambda name: counts[name])
    most = counts[best]
    if most >= 2 and most > english * 2 and most * 6 >= len(words):
        return best
    return None
