"""In which language word vectors are, and what languages are called.

A language is a code of ISO 639: two letters where it has two (de for German), else three. It is what `--lang` says, or
else what a JSON file beside the corpus or beside the vectors says, or else English.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from wordlab.errors import InputError
from wordlab.records import read_record

ENGLISH = "en"
NAMES = dict(
    re.findall(
        r"(\w\w) ([^;\n]+)",
        """
    aa Afar; ab Abkhaz; ae Avestan; af Afrikaans; ak Akan; am Amharic; an Aragonese; ar Arabic; as Assamese; av Avar;
    ay Aymara; az Azerbaijani; ba Bashkir; be Belarusian; bg Bulgarian; bi Bislama; bm Bambara; bn Bengali;
    bo Tibetan; br Breton; bs Bosnian; ca Catalan; ce Chechen; ch Chamorro; co Corsican; cr Cree; cs Czech;
    cu Church Slavonic; cv Chuvash; cy Welsh; da Danish; de German; dv Maldivian; dz Dzongkha; ee Ewe; el Greek;
    en English; eo Esperanto; es Spanish; et Estonian; eu Basque; fa Persian; ff Fulah; fi Finnish; fj Fijian;
    fo Faroese; fr French; fy Western Frisian; ga Irish; gd Scottish Gaelic; gl Galician; gn Guarani; gu Gujarati;
    gv Manx; ha Hausa; he Hebrew; hi Hindi; ho Hiri Motu; hr Croatian; ht Haitian; hu Hungarian; hy Armenian;
    hz Herero; ia Interlingua; id Indonesian; ie Interlingue; ig Igbo; ii Sichuan Yi; ik Inupiaq; io Ido;
    is Icelandic; it Italian; iu Inuktitut; ja Japanese; jv Javanese; ka Georgian; kg Kongo; ki Kikuyu; kj Kuanyama;
    kk Kazakh; kl Greenlandic; km Khmer; kn Kannada; ko Korean; kr Kanuri; ks Kashmiri; ku Kurdish; kv Komi;
    kw Cornish; ky Kyrgyz; la Latin; lb Luxembourgish; lg Ganda; li Limburgish; ln Lingala; lo Lao; lt Lithuanian;
    lu Luba-Katanga; lv Latvian; mg Malagasy; mh Marshallese; mi Maori; mk Macedonian; ml Malayalam; mn Mongolian;
    mr Marathi; ms Malay; mt Maltese; my Burmese; na Nauru; nb Norwegian Bokmål; nd North Ndebele; ne Nepali;
    ng Ndonga; nl Dutch; nn Norwegian Nynorsk; no Norwegian; nr South Ndebele; nv Navajo; ny Chichewa; oc Occitan;
    oj Ojibwa; om Oromo; or Odia; os Ossetian; pa Punjabi; pi Pali; pl Polish; ps Pashto; pt Portuguese; qu Quechua;
    rm Romansh; rn Rundi; ro Romanian; ru Russian; rw Kinyarwanda; sa Sanskrit; sc Sardinian; sd Sindhi;
    se Northern Sami; sg Sango; sh Serbo-Croatian; si Sinhala; sk Slovak; sl Slovenian; sm Samoan; sn Shona;
    so Somali; sq Albanian; sr Serbian; ss Swati; st Southern Sotho; su Sundanese; sv Swedish; sw Swahili; ta Tamil;
    te Telugu; tg Tajik; th Thai; ti Tigrinya; tk Turkmen; tl Tagalog; tn Tswana; to Tonga; tr Turkish; ts Tsonga;
    tt Tatar; tw Twi; ty Tahitian; ug Uyghur; uk Ukrainian; ur Urdu; uz Uzbek; ve Venda; vi Vietnamese; vo Volapük;
    wa Walloon; wo Wolof; xh Xhosa; yi Yiddish; yo Yoruba; za Zhuang; zh Chinese; zu Zulu
    """,
    )
)
ENGLISH_CORPORA = ("sample", "text8", "wiki8")  # known by their names: no file beside them says what they are


def is_code(code: object) -> bool:
    """Whether `code` is one of ISO 639-1, or three letters as ISO 639-3 has them."""
    return isinstance(code, str) and (code in NAMES or re.fullmatch("[a-z]{3}", code) is not None)


def language_code(text: str) -> str:
    """An argparse type: a code of ISO 639, in small letters."""
    if not is_code(code := text.lower()):
        raise argparse.ArgumentTypeError(f"{text!r} is no language of ISO 639; give a code such as de, ar, fi or cs")
    return code


def language_name(code: str) -> str:
    """What English calls the language; its code where that is all that is known."""
    return NAMES.get(code, code)


def settle(asked: str | None, recorded: str | None, source: str, subject: str, option: str) -> tuple[str, str | None]:
    """The language of `subject`, and the line that tells which it is and why.

    `asked` is what the command's `option` says, `recorded` what the file `source` says. There is no line where a
    record says English.
    """
    if asked:
        line = f"{subject}: {language_name(asked)}, as {option} says"
        if recorded and recorded != asked:
            line += f", although {source} says {language_name(recorded)}"
        return asked, line
    if recorded:
        line = f"{subject}: {language_name(recorded)}, as {source} says"
        return recorded, None if recorded == ENGLISH else line
    return ENGLISH, f"{subject}: no file beside it names its language, taken as English; {option} says otherwise"


def noted_in(note: Path) -> tuple[str | None, str]:
    """What a corpus's own note says, and the note's path. Raises InputError where it says no language."""
    if not note.exists():
        return None, str(note)
    code = read_record(note)["language"]
    if not is_code(code):
        raise InputError(f"{note}: language: expected a code of ISO 639 such as de, found {code!r}; correct it")
    return code, str(note)


def reported_beside(vectors: Path) -> tuple[str | None, str]:
    """What a report beside a file of vectors says, and the report's path; None where none says a language.

    Reports are NAME.json for vectors of the same name, and what Lab 1 (run.json) and Lab 2 (comparison.json) write.
    """
    reports = [vectors.with_suffix(".json")]
    if vectors.stem == "vectors":
        reports.append(vectors.with_name("run.json"))
    if vectors.stem in ("glove", "skipgram", "fasttext"):
        reports.append(vectors.with_name("comparison.json"))
    for report in reports:
        if code := _reported(report):
            return code, str(report)
    return None, str(reports[0])


def _reported(report: Path) -> str | None:
    """The language that a report names, or that of the corpus which it names. Files of other kinds say nothing."""
    try:
        value: Any = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if is_code(value.get("language")):
        return str(value["language"])
    corpus = value.get("corpus") or value.get("config")
    name = corpus.get("name", corpus.get("corpus")) if isinstance(corpus, dict) else None
    return ENGLISH if name in ENGLISH_CORPORA else None
