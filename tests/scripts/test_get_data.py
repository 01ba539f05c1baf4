"""Fetching from a mirror (a folder, an address), and what is said when nothing answers."""

from __future__ import annotations

import functools
import hashlib
import http.server
import re
import socket
import threading
import time
import zipfile
from pathlib import Path

from wordlab import downloads
from wordlab.downloads import Unavailable, chosen, fetch, read_sources

import pytest

from tests.commands import demand_one_line
from tests.conftest import ROOT
from tests.scripts.commands import script

SOURCES = read_sources(ROOT / "data" / "sources.toml")


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Path:
    """A mirror with a plain file and a zip."""
    folder = tmp_path / "mirror"
    (folder / "sets").mkdir(parents=True)
    (folder / "sets" / "plain.txt").write_text("a b 1\n")
    with zipfile.ZipFile(folder / "sets" / "packed.zip", "w") as archive:
        archive.writestr("member", "unpacked")
    monkeypatch.setenv("LAB_DATA_MIRROR", str(folder))
    return folder


@pytest.fixture
def described(mirror) -> downloads.Sources:
    """The sources of the mirror's files; their own addresses answer nothing."""
    found = {}
    for name, extra in (("plain.txt", {}), ("packed.zip", {"unpack": "member"})):
        file = f"sets/{name}"
        digest = hashlib.sha256((mirror / file).read_bytes()).hexdigest()
        found[name] = {"file": file, "url": "http://127.0.0.1:9/nothing", "sha256": digest} | extra
    return found


def test_a_folder_as_mirror(described, tmp_path):
    assert fetch("plain.txt", described, tmp_path).read_text() == "a b 1\n"
    assert fetch("packed.zip", described, tmp_path).read_text() == "unpacked"
    assert fetch("packed.zip", described, tmp_path) == tmp_path / "member"


def test_an_address_as_mirror(mirror, described, tmp_path, monkeypatch):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=mirror)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("LAB_DATA_MIRROR", f"http://127.0.0.1:{server.server_port}")
        assert fetch("packed.zip", described, tmp_path).read_text() == "unpacked"
        server.shutdown()


def test_a_file_with_another_hash_is_refused_and_nothing_is_left(mirror, described, tmp_path):
    (mirror / "sets" / "plain.txt").write_text("tampered")
    with pytest.raises(Unavailable, match=r"sha256 differs.*127\.0\.0\.1:9/nothing: no connection"):
        fetch("plain.txt", described, tmp_path / "new")
    assert not (tmp_path / "new" / "sets" / "plain.txt").exists()


def test_a_server_that_never_answers_is_given_up(described, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("LAB_DATA_MIRROR", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(Unavailable, match=r"no answer|timed out"):
            fetch("plain.txt", described, tmp_path / "new")
        assert time.monotonic() - started < 10


def test_every_source_is_pinned():
    for name, source in SOURCES.items():
        assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"]), name
        assert source["bytes"] > 0
        assert source["licence"]
        if "githubusercontent" in source.get("url", ""):
            assert re.search(r"/[0-9a-f]{40}/", source["url"]), f"{name}: pinned to a full commit"


def test_a_name_is_a_set_or_a_folder_of_sets(described):
    assert chosen("plain.txt", described) == ["plain.txt"]
    assert chosen("sets", described) == ["plain.txt", "packed.zip"]


def test_unknown_names_list_the_known():
    demand_one_line(script("get_data.py", "nothing"), "'nothing'", "wordsim", "text8")


def test_a_set_that_is_not_to_be_had_is_status_1(monkeypatch, tmp_path):
    without_address = next(
        name
        for name, source in SOURCES.items()
        if "url" not in source and not (ROOT / "data" / source["file"]).exists()
    )
    monkeypatch.setenv("LAB_DATA_MIRROR", str(tmp_path))
    done = script("get_data.py", without_address)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {without_address}: not to be had: {tmp_path}")
    assert "no public address; set LAB_DATA_MIRROR" in done.stderr
    assert done.stderr.count("\n") == 1
