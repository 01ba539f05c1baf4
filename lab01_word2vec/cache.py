"""An encoded text in a folder: its ids in a file that training maps into memory, its vocabulary beside it.

The second start on the same text reads neither the text nor, at first, the ids. The operating system brings a page of
the file into memory when training looks at it, and takes the memory back when others need it, so that a text may be
larger than memory. A checksum over words and ids tells a damaged file, which is built again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wordlab.errors import InputError
from wordlab.files import replacing, write_json

import numpy as np

from lab01_word2vec.encoding import encode
from lab01_word2vec.ranks import Ranks
from lab01_word2vec.text import Text

VERSION = 1  # of the files; another one is another key


@dataclass(frozen=True)
class Cached:
    """A text from the cache, as Corpus has it."""

    words: list[str]
    counts: np.ndarray  # (V,) int64
    ids: np.ndarray  # (n,) int32, mapped; of several ranks, this one's
    tokens: int
    replaced: int
    pruned: int
    identity: str


def identify(words: Sequence[str], ids: np.ndarray) -> str:
    """The number of tokens and a digest of words and ids: equal texts have equal ones, edited texts have not."""
    digest = hashlib.sha256("\n".join(words).encode())
    digest.update(ids.astype("<i4", copy=False).data)
    return f"{len(ids)} tokens, sha256 {digest.hexdigest()[:16]}"


def read_cached(
    text: Text, min_count: int, limit: int | None, folder: str | None, processes: int, ranks: Ranks
) -> Cached:
    """The encoded text from `folder`, where it is read or, if it is not there, made; None is a folder for this run.

    Raises InputError for a text that cannot be trained on, and where the folder cannot be written.
    """
    temporary = None if folder else tempfile.mkdtemp(prefix="corpus-")
    try:
        place = Path(folder or str(temporary), f"{text.name}-{_key(text, min_count, limit, ranks)}")
        found = ranks.agree(lambda: _load(place))
        if not all(ranks.gather(found is not None)):
            try:
                ranks.agree(lambda: _demand_room(place.parent))
                _make(place, text, min_count, limit, processes, ranks)
            except OSError as error:
                reason = error.strerror or error
                raise InputError(f"{place.parent}: {reason}; give --cache a folder that can be written") from None
            found = ranks.agree(lambda: _load(place))
        if found is None:
            raise InputError(f"{place}.npy: changed while it was read; is another command writing there?")
        return found
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)  # the mapped file lives on until it is let go


def _demand_room(folder: Path) -> None:
    """Raise OSError before the text is read where nothing can be written. Ranks may share the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def _key(text: Text, min_count: int, limit: int | None, ranks: Ranks) -> str:
    """What is another text or another reading of it has another key."""
    files = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in text.paths]
    asked = [VERSION, text.name, files, min_count, limit, ranks.rank, ranks.count]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def _load(place: Path) -> Cached | None:
    """What is there, or None: nothing, or something damaged, which is told."""
    if not Path(f"{place}.json").exists():
        return None
    try:
        kept: dict[str, Any] = json.loads(Path(f"{place}.json").read_text(encoding="utf-8"))
        words, counts = kept.pop("words").split(" "), np.array(kept.pop("counts"), dtype=np.int64)
        ids = np.load(f"{place}.npy", mmap_mode="r")
        if len(words) == len(counts) and identify(words, ids) == kept["identity"]:
            return Cached(words, counts, ids, **kept)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, EOFError):
        pass
    print(f"{place}.npy: damaged; it is built again", flush=True)
    return None


def _make(place: Path, text: Text, min_count: int, limit: int | None, processes: int, ranks: Ranks) -> None:
    """Write the ids and then, as the sign that they are whole, the vocabulary with the checksum."""
    with replacing(f"{place}.npy") as temporary:
        with open(temporary, "wb") as file:
            vocabulary = encode(text, min_count, limit, file, processes, ranks)
        identity = identify(vocabulary.words, np.load(temporary, mmap_mode="r"))
    known = {"words": " ".join(vocabulary.words), "counts": vocabulary.counts, "tokens": vocabulary.tokens}
    known |= {"pruned": vocabulary.pruned, "replaced": text.replaced, "identity": identity}
    write_json(f"{place}.json", known)
