"""Fetch data sets by name into data/: verified by sha256, unpacked, moved into place only when whole.

    python scripts/get_data.py text8
    python scripts/get_data.py men wordsim bias  names or folders of data/sources.toml
    LAB_DATA_MIRROR=/mnt/mirror python scripts/get_data.py text8

LAB_DATA_MIRROR (a folder or a base address) is tried first. Exit status 1 if a set is not to be had.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import sys
import tempfile
import threading
import tomllib
import zipfile
from pathlib import Path

import pooch
import requests

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.vectors import replacing  # noqa: E402

DATA = ROOT / "data"
PATIENCE = 10  # seconds until an address counts as unreachable


class Unavailable(Exception):
    """A data set that cannot be had; the message is one line with the reason."""


def sources() -> dict[str, dict]:
    return tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))


def target(source: dict, folder: Path = DATA) -> Path:
    """Where the set lies once it is fetched."""
    return folder / source.get("unpack", source["file"])


def fetch(name: str, folder: Path = DATA) -> Path:
    """Path of the data set `name`, fetched unless it is already there. Raises Unavailable."""
    source = sources()[name]
    path = target(source, folder)
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
        reasons.append("it has no public address; set LAB_DATA_MIRROR to a folder that holds it")
    raise Unavailable(f"{name}: not to be had: {'; '.join(reasons)}")


def chosen(name: str) -> list[str]:
    """The data sets that `name` stands for: one, or those of a folder such as wordsim or sentence/trec.

    Raises ArgumentTypeError for an unknown name.
    """
    known = sources()
    found = [name] if name in known else [key for key in known if known[key]["file"].startswith(f"{name}/")]
    if not found:
        folders = sorted({Path(source["file"]).parts[0] for source in known.values()})
        listed = f"folders: {' '.join(folders)}; sets: {' '.join(known)}"
        raise argparse.ArgumentTypeError(f"{name!r} is no data set; {listed}")
    return found


def _download(address: str, sha256: str, scratch: Path) -> Path:
    if "://" not in address:
        if pooch.file_hash(address) != sha256:
            raise ValueError("its sha256 differs from data/sources.toml")
        return Path(address)
    _demand_answer(address)
    downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=PATIENCE)
    pooch.get_logger().setLevel("ERROR")
    return Path(pooch.retrieve(address, f"sha256:{sha256}", path=scratch, downloader=downloader))


def _demand_answer(address: str) -> None:
    """Raise TimeoutError unless the server answers in time: look-up, connection and answer together.

    The time-out of `requests` holds for each address of the host in turn, and for no look-up of its name.
    """
    failure: list[Exception] = [TimeoutError(f"no answer within {PATIENCE} s")]

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


def _install(downloaded: Path, source: dict, path: Path) -> None:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", type=chosen, metavar="NAME", help="a set, or a folder of sets")
    failed = False
    for name in itertools.chain.from_iterable(parser.parse_args().names):
        try:
            print(f"{name}: {fetch(name)}")
        except Unavailable as error:
            print(error, file=sys.stderr)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
