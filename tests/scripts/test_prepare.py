"""Raw text becomes a corpus by stated rules, each tested alone, and what is no such text is refused in one line."""

from __future__ import annotations

import bz2
import hashlib
import importlib.util
import json
import os
import unicodedata
from pathlib import Path

import pytest

from lab01_word2vec.text import SAMPLE_FILE, Text
from lab03_eval.benchmarks import gensim_data
from tests.commands import Done, demand_one_line, process
from tests.scripts.commands import script

# A page of English Wikipedia as a dump has it, and its text by wikifil's rules, worked out by hand.
PAGE = """{{Infobox city| name = Ulm
| size = {{nowrap|120 km}} left}}
'''Ulm''' is a [[city]] in [[Baden-Württemberg|the southwest]] &lt;ref name=&quot;a&quot;&gt;Not this.&lt;/ref&gt;of
[[Image:Ulm.jpg|thumb|right|300px|The [[Minster]] in 1890]] Germany&amp;nbsp;&lt;br /&gt;today.
AT&amp;T said &quot;hello; the [http://example.org/a?b=1 old site] &lt;!-- hidden --&gt;is {a table} gone.
[[Category:Cities|Ulm]] [[de:Ulm]] [[Wikipedia]]'s
"""
TEXT = (
    # {{Infobox … goes up to the first }, and what follows the second } stays.
    " left ulm is a city in the southwest of the minster in one eight nine zero germany today"
    # From the & of AT&T up to the semicolon of &quot; goes: T and said.
    " at hello the old site is gone cities wikipedia s"
)
DUMP = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10"><siteinfo></siteinfo>
{}</mediawiki>
"""
ENTRY = """<page><title>{}</title><ns>{}</ns><id>{}</id><revision><id>1</id>
<text xml:space="preserve">{}</text></revision></page>
"""


def prepare(folder: Path, text: str | bytes, *options: str) -> Done:
    """Run the command on a file with this text."""
    source = folder / "in.txt"
    source.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return script("prepare.py", source, folder / "out.txt", *options)


def made_of(folder: Path, text: str | bytes, *options: str) -> str:
    """The corpus that the command makes of this text."""
    done = prepare(folder, text, *options)
    assert done.returncode == 0, done.stderr
    return (folder / "out.txt").read_bytes().decode()


def dump_of(*pages: tuple[str, int, str]) -> str:
    entries = (ENTRY.format(title, space, number, text) for number, (title, space, text) in enumerate(pages))
    return DUMP.format("".join(entries))


@pytest.mark.parametrize(
    ("language", "options", "text", "expected"),
    [
        # rule 1: characters are composed
        ("de", "", "u\u0308ber Ma\u0308rz", "über märz"),
        ("ko", "", unicodedata.normalize("NFD", "한국어"), "한국어"),
        # rule 2: words are letters with their marks
        ("fr", "", "L'homme, peut-être... d’un_mot", "l homme peut être d un mot"),
        ("hi", "", "हिन्दी, की!", "हिन्दी की"),
        ("de", "", "1\u0308 \u0301ab ☺\ufe0f c", "ab c"),
        ("el", "", "Ⅷ αἰών", "ⅷ αἰών"),
        # rule 3: what is dropped without dividing, joiners, the space without width
        ("de", "", "Donau\u00addampf\u2060schiff \ufeffab\u200dc", "donaudampfschiff abc"),
        ("he", "", "\u200fשלום\u200e \u202bעולם\u202c", "שלום עולם"),
        ("ar", "", "كتـــاب", "كتاب"),
        ("ar", "", "\u0627\u0640\u0653ن", "آن"),  # what comes together is composed again
        ("fa", "", "می\u200cخواهم \u200cمی\u200c خانه\u200c\u200cها", "می\u200cخواهم می خانه\u200cها"),
        ("hi", "", "क्\u200dष", "क्\u200dष"),
        ("km", "--segmenter spaces", "សួស្តី\u200bពិភពលោក", "សួស្តី ពិភពលោក"),
        # rule 4: vowel signs stay, or go
        ("ar", "", "كَتَبَ", "كَتَبَ"),
        ("ar", "--strip-marks", "كَتَبَ أُمّ آنٍ", "كتب أم آن"),
        ("he", "--strip-marks", "שָׁלוֹם", "שלום"),
        ("de", "--strip-marks", "e\u0301q\u0308", "éq\u0308"),
        # rule 5: digits
        ("de", "", "im Jahr 1990a", "im jahr a"),
        ("de", "--digits keep", "mp3 von 1990", "mp3 von 1990"),
        ("de", "--digits spell", "a10", "a eins null"),
        ("fr", "--digits spell", "4", "quatre"),
        ("es", "--digits spell", "9", "nueve"),
        ("fi", "--digits spell", "7", "seitsemän"),
        ("de", "--digits spell", "٣ x²", "drei x"),
        # rule 6: lower case by language
        ("tr", "", "IĞDIR İZMİR I\u0307zmir", "ığdır izmir izmir"),
        ("az", "", "Işıq İl", "ışıq il"),
        ("de", "", "STRAẞE Straße GROSS", "straße straße gross"),
        ("el", "", "ΟΔΟΣ ΣΟΦΟΣ-ΑΣ' Σ", "οδος σοφος ας σ"),
        ("en", "--rules general", "Naïve IS", "naïve is"),
        # rule 7: lines
        ("de", "", "\n eins\t zwei\r\n\n---\ndrei\u2028vier", "eins zwei\ndrei\nvier"),
    ],
)
def test_rules_one_by_one(tmp_path, language, options, text, expected):
    assert made_of(tmp_path, text, "--lang", language, *options.split()) == expected + "\n"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "tr",
            "Ilık bir İstanbul akşamında, Işık'ın evinde 3 kişi oturuyordu.\nDİYARBAKIR'DA kış SOĞUKTUR!",
            "ılık bir istanbul akşamında ışık ın evinde kişi oturuyordu\ndiyarbakır da kış soğuktur\n",
        ),
        (
            "el",
            "Ο ΣΩΚΡΑΤΗΣ ήταν φιλόσοφος.\nΌλοι οι άνθρωποι — «φύσει» — θέλουν να ΞΕΡΟΥΝ.",
            "ο σωκρατης ήταν φιλόσοφος\nόλοι οι άνθρωποι φύσει θέλουν να ξερουν\n",
        ),
        (
            "hi",
            "दिल्ली भारत की राजधानी है।\nमैंने कल २ किताबें पढ़ीं, और वे अच्छी थीं!",
            unicodedata.normalize("NFC", "दिल्ली भारत की राजधानी है\nमैंने कल किताबें पढ़ीं और वे अच्छी थीं\n"),
        ),
        (
            "fa",
            "من کتاب‌ها را می‌خوانم.\nتهران، پایتخت ایران، شهر بزرگی است؛ ۱۲ میلیون نفر!",
            "من کتاب‌ها را می‌خوانم\nتهران پایتخت ایران شهر بزرگی است میلیون نفر\n",
        ),
        (
            "he",
            "ירושלים היא עיר עתיקה; \u200f(בת 3000 שנה).\nבית־הספר של צה״ל נסגר.",
            "ירושלים היא עיר עתיקה בת שנה\nבית הספר של צה ל נסגר\n",
        ),
        (
            "fi",
            "Äiti meni Tampereelle, eikä SÄÄ ollut hyvä.\nLinja-auto lähti klo 8:15 Å-rannalta.",
            "äiti meni tampereelle eikä sää ollut hyvä\nlinja auto lähti klo å rannalta\n",
        ),
        (
            "cs",
            "Příliš žluťoučký kůň ÚPĚL ďábelské ódy.\nV Praze-Libni bydlí 2× víc lidí.",
            "příliš žluťoučký kůň úpěl ďábelské ódy\nv praze libni bydlí víc lidí\n",
        ),
    ],
)
def test_paragraphs_of_languages(tmp_path, language, text, expected):
    assert made_of(tmp_path, text, "--lang", language) == expected


def test_thai_that_is_split_already(tmp_path):
    text = "กรุงเทพ เป็น เมืองหลวง\nฉัน อ่าน หนังสือ ๒ เล่ม"
    expected = "กรุงเทพ เป็น เมืองหลวง\nฉัน อ่าน หนังสือ เล่ม\n"
    assert made_of(tmp_path, text, "--lang", "th", "--segmenter", "spaces") == expected


def test_text8_of_a_page_of_markup(tmp_path):
    dump = dump_of(("Ulm", 0, PAGE), ("Old", 0, "#REDIRECT [[Ulm]] nothing"), ("Talk", 1, "not an article"))
    assert made_of(tmp_path, dump, "--lang", "en") == TEXT
    assert made_of(tmp_path, bz2.compress(dump.encode()), "--lang", "en") == TEXT


def test_text8_of_plain_text(tmp_path):
    assert made_of(tmp_path, "Naïve {ideas}\nof 42&c; a\u212a", "--lang", "en") == " na ve ideas of four two c a"


def test_text8_of_real_articles(tmp_path):
    """The 106 articles of gensim's package. wikifil.pl itself makes this sha256 of them."""
    done = script("prepare.py", gensim_data(SAMPLE_FILE), tmp_path / "out.txt", "--lang", "en")
    assert done.returncode == 0, done.stderr
    digest = hashlib.sha256((tmp_path / "out.txt").read_bytes()).hexdigest()
    assert digest == "0cf035b28f92b01ff2dd0880909f6087bfb48bc8b8c726b793bccdad5c56a13c"
    assert json.loads((tmp_path / "out.txt.json").read_text())["tokens"] == sum(
        1 for _ in Text(str(tmp_path / "out.txt")).tokens()
    )


def test_a_dump_by_the_general_rules(tmp_path):
    page = "'''Ulm''' ist eine [[Stadt|große Stadt]].{{Quelle}}\n\n== Lage ==\nAn der [[Donau]]."
    dump = dump_of(("Ulm", 0, page), ("Alt", 0, "#WEITERLEITUNG [[Ulm]]"), ("Diskussion", 1, "nichts"))
    assert made_of(tmp_path, dump, "--lang", "de") == "ulm ist eine große stadt\nlage\nan der donau\n"
    old = dump.replace("<ns>0</ns>", "").replace("<ns>1</ns>", "")  # dumps of 2006 name no namespace
    assert made_of(tmp_path, old, "--lang", "de") == "ulm ist eine große stadt\nlage\nan der donau\nnichts\n"


def test_what_wikiextractor_writes(tmp_path):
    lines = '<doc id="1" url="u?a=b" title="A > B">\nBär &amp; Ei\n\nein&lt;br&gt;zwei 1 &lt; 2\n</doc>\n'
    assert made_of(tmp_path, lines, "--lang", "de") == "bär ei\nein zwei\n"
    rows = [{"id": "1", "url": "u", "title": "T", "text": "Bär &amp; Ei\nzwei"}, {"id": "2", "text": "drei"}]
    text = "\n".join(json.dumps(row) for row in rows)
    assert made_of(tmp_path, text, "--lang", "de") == "bär ei\nzwei\ndrei\n"
    damaged = prepare(tmp_path, text + '\n{"id": "3"', "--lang", "de")
    demand_one_line(damaged, "in.txt: line 3:", "--json")


def test_the_note_and_what_is_printed(tmp_path):
    text = "Ein Wort\u200e ein wort 東京 ein\n\nein ein\n" + "lang " * 20
    done = prepare(tmp_path, text, "--lang", "de")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.txt.json").read_text()) == {
        "language": "de",
        "rules": "general",
        "digits": "drop",
        "strip_marks": False,
        "segmenter": None,
        "source": "in.txt",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "tokens": 28,
        "words": 4,
        "lines": 3,
    }
    lines = done.stdout.splitlines()
    assert lines[0] == "The number of marks of writing direction that were dropped is 1"
    assert lines[1].startswith("2 of 105 letters (1.9 %) are not of the script LATIN but of CJK 2; --other-scripts")
    assert lines[2] == f"{tmp_path / 'out.txt'}: 28 tokens, 4 words, 2 of which occur 5 times or more"
    assert lines[3] == f"Train on it: python lab01_word2vec/solution.py --data {tmp_path / 'out.txt'}"


def test_an_unknown_language_gets_the_general_rules_and_a_line(tmp_path):
    done = prepare(tmp_path, "Toki pona li pona.", "--lang", "tok")
    assert done.stdout.startswith("The language tok is not known: ")
    assert "LATIN" in done.stdout.splitlines()[0]
    assert (tmp_path / "out.txt").read_text() == "toki pona li pona\n"
    shan = prepare(tmp_path, "မႂ်ႇသုင်ၶႃႈ", "--lang", "shn")
    assert "no spaces between words" in shan.stdout.splitlines()[1]


def test_vowel_signs_and_stray_bytes_are_counted(tmp_path):
    done = prepare(tmp_path, "كَتَبَ ـ".encode() + b"\xff", "--lang", "ar", "--strip-marks")
    assert "not UTF-8 and became spaces is 1\n" in done.stdout
    assert "vowel signs of Arabic and Hebrew that were dropped is 3\n" in done.stdout
    assert "that were dropped is 1\n" in done.stdout


@pytest.mark.parametrize(
    ("text", "options", "parts"),
    [
        ("größer über schön ".encode("latin-1") * 100, "--lang de", ["not UTF-8", "iconv -f ISO-8859-1"]),
        ("ohne Marke".encode("utf-16-le"), "--lang de", ["NUL", "iconv -f UTF-16LE"]),
        ("東京都は日本の首都である", "--lang de", ["of 12 letters (100 %)", "CJK 7", "HIRAGANA 5", "--other-scripts"]),
        ("ein Wort 東京", "--lang de --other-scripts 5", ["2 of 9 letters (22.2 %)", "LATIN", "5 %"]),
        ("", "--lang de", ["no word is left"]),
        ("123 !!! \u0301", "--lang de", ["no word is left"]),
        ("<mediawiki><page></mediawiki>", "--lang de", ["damaged, or no dump of MediaWiki"]),
        (bz2.compress(DUMP.encode() * 9)[:-9], "--lang de", ["damaged, or no dump of MediaWiki"]),
        ("東京", "--lang ja", ["no spaces divide its words", "--segmenter fugashi or --segmenter spaces"]),
        ("ສະບາຍດີ", "--lang lo", ["no spaces divide its words", "--segmenter spaces"]),
        ("Wort", "--lang de --segmenter jieba", ["does not know the language de"]),
        ("Wort", "--lang german", ["ISO 639"]),
        ("Wort", "--lang cs --digits spell", ["the digits of cs are not known"]),
        ("Wort", "--lang de --rules text8", ["for English alone"]),
        ("word", "--lang en --digits keep", ["--rules general"]),
    ],
)
def test_what_is_refused(tmp_path, text, options, parts):
    demand_one_line(prepare(tmp_path, text, *options.split()), *parts)
    assert [path.name for path in tmp_path.iterdir()] == ["in.txt"]


def test_utf16_with_its_mark_is_text(tmp_path):
    assert made_of(tmp_path, "Größe".encode("utf-16"), "--lang", "de") == "größe\n"


def test_paths_that_cannot_be(tmp_path):
    source, note = tmp_path / "a.txt", tmp_path / "b.json"
    source.write_text("ein Wort")
    note.write_text("ein Wort")
    os.link(source, tmp_path / "same.txt")
    demand_one_line(script("prepare.py", source, source, "--lang", "de"), "would replace it")
    demand_one_line(script("prepare.py", source, tmp_path / "same.txt", "--lang", "de"), "would replace it")
    demand_one_line(script("prepare.py", note, tmp_path / "b", "--lang", "de"), "b.json would replace it")
    demand_one_line(script("prepare.py", source, tmp_path / "b.gz", "--lang", "de"), "not packed")
    demand_one_line(script("prepare.py", tmp_path / "c.txt", tmp_path / "b", "--lang", "de"), "no such file")
    demand_one_line(script("prepare.py", tmp_path, tmp_path / "b", "--lang", "de"), "a directory")
    assert source.read_text() == note.read_text() == "ein Wort"


def test_a_line_without_end_is_read_in_pieces(tmp_path):
    """Words are whole where pieces meet, and 30 times the text takes less than 1.5 times the memory."""
    program = (
        "import resource, runpy, sys; sys.argv[0] = 'prepare.py'\n"
        "try: runpy.run_path({!r}, run_name='__main__')\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    ).format(str(Path(__file__).parents[2] / "scripts" / "prepare.py"))
    source, out, peaks = tmp_path / "in.txt", tmp_path / "out.txt", []
    for times in (1, 30):
        source.write_text("Wörter aller Längen stehen hier. " * (32_000 * times), encoding="utf-8")
        done = process("-c", program, str(source), str(out), "--lang", "de")
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout.splitlines()[-1]))
        assert (
            out.read_text(encoding="utf-8") == " ".join(["wörter aller längen stehen hier"] * (32_000 * times)) + "\n"
        )
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("name", ["de_bundestag", pytest.param("ar_openiti", marks=pytest.mark.long)])
def test_real_corpora_are_left_as_they_are(tmp_path, data_set, name):
    """They are in this format already: a second pass changes no byte."""
    source, out = data_set(f"corpus/{name}.txt.xz"), tmp_path / "out.txt"
    done = script("prepare.py", source, out, "--lang", name[:2])
    assert done.returncode == 0, done.stderr
    assert all(ours == theirs for ours, theirs in zip(Text(str(out)).pieces(), Text(str(source)).pieces(), strict=True))


@pytest.mark.parametrize(
    ("name", "language", "text", "expected"),
    [
        ("jieba", "zh", "北京是中国的首都。", "北京 是 中国 的 首都\n"),
        ("fugashi", "ja", "私は本を読んだ。", "私 は 本 を 読ん だ\n"),
        ("pythainlp", "th", "แมวกินปลา", "แมว กิน ปลา\n"),
    ],
)
def test_segmenters(tmp_path, name, language, text, expected):
    """Where the package is installed it finds the words, and where it is not, a line says how it is."""
    if importlib.util.find_spec(name):
        assert made_of(tmp_path, text, "--lang", language, "--segmenter", name) == expected
    else:
        demand_one_line(prepare(tmp_path, text, "--lang", language, "--segmenter", name), f"pip install {name}")
