"""Fetching from a mirror (a folder, an address), and what is said when nothing answers."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from scripts import get_data
from tests.conftest import ROOT


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Path:
    """A mirror with a plain file and a zip, and the sources that describe them; their own addresses answer nothing."""
    folder = tmp_path / "mirror"
    (folder / "sets").mkdir(parents=True)
    (folder / "sets" / "plain.txt").write_text("a b 1\n")
    with zipfile.ZipFile(folder / "sets" / "packed.zip", "w") as archive:
        archive.writestr("member", "unpacked")
    described = {}
    for name, extra in (("plain.txt", {}), ("packed.zip", {"unpack": "member"})):
        file = f"sets/{name}"
        digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        described[name] = {"file": file, "url": "http://127.0.0.1:9/nothing", "sha256": digest} | extra
    monkeypatch.setattr(get_data, "sources", lambda: described)
    monkeypatch.setenv("LAB_DATA_MIRROR", str(folder))
    return folder


def test_a_folder_as_mirror(mirror, tmp_path):
    assert get_data.fetch("plain.txt", tmp_path).read_text() == "a b 1\n"
    assert get_data.fetch("packed.zip", tmp_path).read_text() == "unpacked"
    assert get_data.fetch("packed.zip", tmp_path) == tmp_path / "member"


def test_an_address_as_mirror(mirror, tmp_path, monkeypatch):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=mirror)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("LAB_DATA_MIRROR", f"http://127.0.0.1:{server.server_port}")
        assert get_data.fetch("packed.zip", tmp_path).read_text() == "unpacked"
        server.shutdown()


def test_a_file_with_another_hash_is_refused_and_nothing_is_left(mirror, tmp_path):
    (mirror / "sets" / "plain.txt").write_text("tampered")
    with pytest.raises(get_data.Unavailable, match=r"sha256 differs.*127\.0\.0\.1:9/nothing: no connection"):
        get_data.fetch("plain.txt", tmp_path / "new")
    assert not (tmp_path / "new" / "sets" / "plain.txt").exists()


def test_a_server_that_never_answers_is_given_up(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(get_data, "PATIENCE", 1)
    with __import__("socket").create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("LAB_DATA_MIRROR", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(get_data.Unavailable, match=r"no answer|timed out"):
            get_data.fetch("plain.txt", tmp_path / "new")
        assert time.monotonic() - started < 10


def test_every_source_is_pinned():
    for name, source in get_data.sources().items():
        assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"]), name
        assert source["bytes"] > 0
        assert source["licence"]
        if "githubusercontent" in source.get("url", ""):
            assert re.search(r"/[0-9a-f]{40}/", source["url"]), f"{name}: pinned to a full commit"


def test_unknown_names_list_the_known():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "get_data.py", "nothing"], capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 2
    assert "text8" in done.stderr
