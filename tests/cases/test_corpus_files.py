"""Texts that are not what their names say: read right, or refused in one line before anything is trained."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile

from wordlab.errors import InputError

import pytest

from lab01_word2vec.command import main as lab01
from lab01_word2vec.corpus import load_corpus
from tests.commands import demand_one_line, in_process

TEXT = "the cat sat on the mat and the naïve 猫 ran\n" * 20


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("text.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def locked(data: bytes) -> bytes:
    """A zip archive whose member is marked as encrypted, in the local and the central header."""
    plain = bytearray(zipped(text=data))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        plain[plain.index(mark) + place] |= 1
    return bytes(plain)


UTF8 = TEXT.encode()
READ = {
    "plain.txt": UTF8,
    "plain.gz": UTF8,  # browsers unpack what they download and keep its name
    "gzip.txt": gzip.compress(UTF8),
    "GZIP.TXT.GZ": gzip.compress(UTF8),
    "bzip2": bz2.compress(UTF8),
    "xz.gz": lzma.compress(UTF8),
    "two members.gz": gzip.compress(UTF8[:100]) + gzip.compress(UTF8[100:]),
    "zip.txt": zipped(text=UTF8),
    "mac.zip": zipped(**{"folder/": b"", "folder/text.txt": UTF8, "__MACOSX/folder/._text.txt": b"\0\1"}),
    "Windows.ZIP": zipped(**{"text.txt": UTF8, "Thumbs.db": b"\0"}),
    "mark.txt": b"\xef\xbb\xbf" + UTF8,
    "joined marks.txt": b"\xef\xbb\xbf" + UTF8[:46] + b"\xef\xbb\xbf" + UTF8[46:],
    "utf16.txt": TEXT.encode("utf-16"),
    "utf16be.txt": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "utf32.txt": TEXT.encode("utf-32"),
    "utf16.zip": zipped(text=TEXT.encode("utf-16")),
    "lines.txt": UTF8.replace(b"\n", b"\r\n"),
}
REFUSED = {
    "unmarked.txt": (TEXT.encode("utf-16-le"), "character 2 is NUL"),
    "late nul.txt": (UTF8 * 2000 + b"a\0b", "is NUL"),
    "latin1.txt": (TEXT.replace("猫", "é").encode("latin-1") * 9, "are not UTF-8"),
    "shift-jis.txt": (("猫が座った " * 200).encode("shift-jis"), "are not UTF-8"),
    "noise.gz": (random.Random(1).randbytes(5000), "not packed as .gz"),
    "page.txt": (b"\n<!DOCTYPE html><html>not found</html>", "a web page"),
    "page.gz": (gzip.compress(b"<HTML>moved"), "a web page"),
    "commented.txt": (b"<!-- saved from url -->\n<html>", "a web page"),
    "dump.txt": (b'<mediawiki xmlns="http">', "MediaWiki dump"),
    "pointer.xz": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
    "twice.gz": (gzip.compress(bz2.compress(UTF8)), "packed twice, inside by bzip2"),
    "archive.tar": (tarred(UTF8), "a tar archive"),
    "archive.tar.gz": (gzip.compress(tarred(UTF8)), "a tar archive"),
    "paper.txt": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
    "letter.docx": (zipped(**{"[Content_Types].xml": b"<xml/>", "word/document.xml": b"<xml/>"}), "office document"),
    "empty.zip": (zipped(), "found 0 files"),
    "two.zip": (zipped(a=UTF8, b=UTF8), "found 2 files (a, b)"),
    "locked.zip": (locked(UTF8), "password"),
    "cut.xz": (lzma.compress(UTF8)[:-30], "cannot be read"),
    "cut.zip": (zipped(text=UTF8)[:-30], "cannot be read"),
    "zstd.txt": (b"\x28\xb5\x2f\xfd" + bytes(50), "unzstd"),
    "unspaced.txt": (("猫" * 3000).encode(), "put spaces between the words"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_text_under_any_name_gives_the_same_corpus(tmp_path, name):
    (tmp_path / name).write_bytes(READ[name])
    corpus = load_corpus(str(tmp_path / name), min_count=1)
    assert corpus.words == ["the", "cat", "sat", "on", "mat", "and", "naïve", "猫", "ran"]
    assert corpus.tokens == 11 * 20
    assert corpus.replaced == 0
    assert "." not in corpus.name


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_one_line_before_training(tmp_path, name):
    data, says = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(data)
    done = in_process(lab01, "--data", str(path), "--min-count", "1", "--out", str(tmp_path / "out"))
    demand_one_line(done, str(path), says)
    assert not done.stdout


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, lambda data: zipped(text=data)])
def test_mutated_files_are_read_or_refused_in_one_line(tmp_path, pack):
    """200 of each packing: what is read must hold what an undamaged reader of the format would give, or be refused."""
    draw, path, whole = random.Random(0), tmp_path / "text", pack(UTF8)
    refused = []
    for _ in range(200):
        data = bytearray(whole)
        match draw.randrange(3):
            case 0:
                del data[draw.randrange(20, len(data)) :]
            case 1:
                data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            case 2:
                at = draw.randrange(len(data))
                data[at:at] = draw.randbytes(draw.randrange(1, 50))
        path.write_bytes(data)
        try:
            corpus = load_corpus(str(path), min_count=1)
        except InputError as error:
            refused.append(str(error))
        else:
            assert len(corpus.ids) == corpus.tokens > 0
            assert not any("\0" in word for word in corpus.words)
            # A packing that keeps a checksum lets nothing through that was damaged inside.
            assert pack is bytes or corpus.tokens == 220 or corpus.replaced == 0
    assert all(str(path) in message and "\n" not in message for message in refused)
    assert len(refused) > (0 if pack is bytes else 100)
