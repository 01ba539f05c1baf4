"""Data sets fetched by name: verified by sha256, unpacked, and moved into place only when whole.

A set is a table of a TOML file, whose name is the set's. `file` is its path in a mirror and, unless `unpack` names a
member of the archive, in the folder of the data. `url` is its public address; where it has none, `without_url` may say
what to do. `sha256` is of the downloaded file. The environment variable LAB_DATA_MIRROR, a folder or a base address, is
tried first.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from wordlab.errors import InputError
from wordlab.files import replacing

import pooch
import requests

PATIENCE = 10.0  # seconds until an address counts as unreachable
Sources = dict[str, dict[str, Any]]


class Unavailable(InputError):
    """A data set that cannot be had. The message gives the reason of every place that was tried."""


def read_sources(path: Path) -> Sources:
    """The data sets by name. Raises InputError for a file of another shape."""
    try:
        sources = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not TOML ({error}); restore it") from None
    for name, source in sources.items():
        if not isinstance(source, dict) or not all(isinstance(source.get(key), str) for key in ("file", "sha256")):
            raise InputError(f"{path}: {name}: expected a table with file and sha256; restore it")
    return sources


def chosen(name: str, sources: Sources) -> list[str]:
    """The data sets that `name` is short for: one, or all of a folder such as wordsim or sentence/trec.

    Raises InputError for an unknown name.
    """
    found = [name] if name in sources else [key for key in sources if sources[key]["file"].startswith(f"{name}/")]
    if not found:
        folders = sorted({Path(source["file"]).parts[0] for source in sources.values() if "/" in source["file"]})
        raise InputError(f"{name!r} is no data set; folders: {' '.join(folders)}; sets: {' '.join(sources)}")
    return found


def fetch(name: str, sources: Sources, folder: Path) -> Path:
    """Path of the data set `name` in `folder`, fetched unless it is already there. Raises Unavailable."""
    source = sources[name]
    path = folder / source["unpack" if "unpack" in source else "file"]
    if path.exists():
        return path
    mirror = os.environ.get("LAB_DATA_MIRROR", "")
    addresses = [f"{mirror.rstrip('/')}/{source['file']}"] if mirror else []
    reasons = []
    with tempfile.TemporaryDirectory() as scratch:
        for address in [*addresses, *([source["url"]] if "url" in source else [])]:
            try:
                _install(_download(address, source["sha256"], Path(scratch)), source, path)
                return path
            except (OSError, ValueError, zipfile.BadZipFile) as error:  # ValueError: the hash differs
                reasons.append(_reason(address, error))
    if "url" not in source:
        mirror = "it has no public address; set LAB_DATA_MIRROR to a folder that holds it"
        reasons.append(source.get("without_url", mirror))
    raise Unavailable(f"{name}: not to be had: {'; '.join(reasons)}")


def _download(address: str, sha256: str, scratch: Path) -> Path:
    if "://" not in address:
        if pooch.file_hash(address) != sha256:
            raise ValueError("its sha256 differs from the one on record")
        return Path(address)
    _demand_answer(address)
    downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=PATIENCE)
    pooch.get_logger().setLevel("ERROR")
    return Path(pooch.retrieve(address, f"sha256:{sha256}", path=scratch, downloader=downloader))


def _demand_answer(address: str) -> None:
    """Raise TimeoutError unless the server answers in time, the look-up of its name and the connection included.

    The time-out of `requests` applies to each address of the host in turn, and to no look-up of its name.
    """
    failure: list[Exception] = [TimeoutError(f"no answer within {PATIENCE:g} s")]

    def ask() -> None:
        try:
            requests.head(address, timeout=PATIENCE, allow_redirects=True).raise_for_status()
            failure.clear()
        except OSError as error:
            failure[:] = [error]

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    if failure:
        raise failure[0]


def _install(downloaded: Path, source: dict[str, Any], path: Path) -> None:
    with replacing(path) as temporary:
        if "unpack" in source:
            with (
                zipfile.ZipFile(downloaded) as archive,
                archive.open(source["unpack"]) as member,
                open(temporary, "wb") as file,
            ):
                shutil.copyfileobj(member, file)
        else:
            shutil.copyfile(downloaded, temporary)


def _reason(address: str, error: Exception) -> str:
    if isinstance(error, requests.ConnectionError):
        return f"{address}: no connection"
    if isinstance(error, FileNotFoundError):
        return f"{address}: no such file"
    return f"{address}: {' '.join(str(error).split())}"
