"""What keeps a submission in its place, applied by the child to itself before it loads anything foreign.

Namespaces of its own (processes, network, mounts), an unprivileged user when started as root, Landlock (files and
signals), resource limits. Every part returns what it could not enforce on the machine at hand, for the grader to say.
On Linux all of it works without root; elsewhere the resource limits remain.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import random
import resource
import stat
import struct
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
MS_REC_PRIVATE, MS_NOSUID_NODEV, MS_BIND = 0x4000 | 0x40000, 0x2 | 0x4, 0x1000 | 0x4000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 36, 38
CAP_DAC_READ_SEARCH = 2
UNUSED_USERS = (1_900_000_000, 2_100_000_000)  # numbers that no distribution gives out

# Landlock (linux/landlock.h): rights on files by the ABI version that brought them; system calls 444 to 446.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV = 1, 2, 4, 8, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # the others are meaningful on folders only
FS_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
BIND_AND_CONNECT_TCP, SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3, 3

KEYCTL = {"x86_64": 250, "aarch64": 219}  # the system call, by the kind of processor
JOIN_SESSION_KEYRING = 1
DEEPEST = 60  # folders inside one another

SOCKETS = ("/run", "/var/run", "/tmp", "/var/tmp")  # where programs of the system and of users have them
# What any Python with torch reads beside its own installation.
SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/opt/intel", "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime",
    "/etc/fonts", "/sys/devices/system", "/dev/urandom", "/dev/random", "/dev/zero",
)  # fmt: skip


def _check(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def _mount(kind: str, target: str, flags: int, options: str = "") -> None:
    _check(_libc.mount(kind.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()))


def enter_namespaces() -> bool:
    """Processes (from the next fork on) and network of our own. False where the system refuses."""
    if not LINUX:
        return False
    flags = CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    user, group = os.getuid(), os.getgid()
    if user:
        flags |= CLONE_NEWUSER  # what lets an ordinary user have the others
    try:
        _check(_libc.unshare(flags))
        if user:
            for file, text in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                Path("/proc/self", file).write_text(text)
    except OSError:
        return False
    return True


def die_with_parent() -> None:
    if LINUX:
        _prctl(PR_SET_PDEATHSIG, 9)


def adopt_orphans() -> None:
    """Processes that lose their parent become ours, so that none is out of reach."""
    if LINUX:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def leave_keyring() -> None:
    """Take a new session keyring: in that of the grader a child could leave texts for the next one."""
    number = KEYCTL.get(platform.machine())
    if LINUX and number:  # a system that refuses this refuses all use of keyrings
        _libc.syscall(number, JOIN_SESSION_KEYRING, None)


def private_mounts(shared_memory: int, keep: Iterable[str]) -> bool:
    """A /proc without other processes, a /dev/shm of `shared_memory` bytes, and empty folders where programs
    have their sockets, which Landlock does not restrict; only the paths `keep` stay. False where the system refuses.

    To be called by a process of the new namespace.
    """
    with contextlib.suppress(OSError):
        _check(_libc.unshare(CLONE_NEWNS))
        _mount("none", "/", MS_REC_PRIVATE)
        _mount("tmpfs", "/dev/shm", MS_NOSUID_NODEV, f"size={shared_memory},mode=1777")
        for place in SOCKETS:
            _empty(place, keep)
        _mount("proc", "/proc", MS_NOSUID_NODEV)
        return True
    return False


def _empty(place: str, keep: Iterable[str]) -> None:
    """Put an empty folder over `place`, and into it what lay there of `keep`."""
    place = os.path.realpath(place)
    if not os.path.isdir(place):
        return
    inside = [path for path in map(os.path.realpath, keep) if path.startswith(f"{place}/") and os.path.exists(path)]
    kept = {path: os.open(path, os.O_PATH) for path in sorted(set(inside))}
    _mount("tmpfs", place, MS_NOSUID_NODEV, "size=1m,mode=755")
    for path, descriptor in kept.items():
        if not os.path.exists(path):  # it may lie in one that is there already
            _bind(descriptor, path)
        os.close(descriptor)


def _bind(descriptor: int, path: str) -> None:
    """Show what an open descriptor is of at `path`, which is not there."""
    source = f"/proc/self/fd/{descriptor}"
    if os.path.isdir(source):
        os.makedirs(path)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).touch()
    _check(_libc.mount(source.encode(), path.encode(), None, ctypes.c_ulong(MS_BIND), None))


def limit_resources(limits: dict[str, int]) -> None:
    """Sets RLIMIT_<name>, soft and hard, for each of `limits`; never raises one."""
    for name, wanted in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


def tasks_of_user() -> int:
    """Processes and threads that the user has, which the limit on processes counts unless the user is a new one."""
    mine = [pid for pid in _listed("/proc") if pid.isdigit() and _owner(f"/proc/{pid}") == os.getuid()]
    return sum(len(_listed(f"/proc/{pid}/task")) for pid in mine)


def limit_memory(extra: int) -> None:
    """`extra` bytes of address space beyond what is in use now: torch alone maps gigabytes that it never touches."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit_resources({"AS": pages * resource.getpagesize() + extra})


def restrict_files(read: Iterable[str], write: Iterable[str]) -> int:
    """Landlock: nothing can be read or run but `read`, nothing changed but in `write`; no TCP from version 4 on, no
    signals to processes outside from 6 on. Returns the version that the system has, 0 for none.

    It holds for this thread and its children: call it before any other runs.
    """
    version = _libc.syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) if LINUX else 0
    if version < 1:
        return 0
    rights = FS_RIGHTS[max(abi for abi in FS_RIGHTS if abi <= version)]
    net = BIND_AND_CONNECT_TCP if version >= 4 else 0
    scoped = SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    ruleset = struct.pack("=QQQ", rights, net, scoped)
    ruleset_fd = _check(_libc.syscall(444, ruleset, ctypes.c_size_t(len(ruleset)), ctypes.c_uint32(0)))
    for paths, allowed in ((read, READ), (write, rights)):
        for path in paths:
            if not os.path.exists(path):
                continue
            path_fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            on_this = allowed & rights & (~0 if os.path.isdir(path) else OF_FILES)
            rule = struct.pack("=Qi", on_this, path_fd)
            _check(_libc.syscall(445, ruleset_fd, 1, rule, ctypes.c_uint32(0)))
            os.close(path_fd)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _check(_libc.syscall(446, ruleset_fd, ctypes.c_uint32(0)))
    os.close(ruleset_fd)
    return version


def become_nobody(folder: str, needed: Iterable[str], files_restricted: bool) -> str:
    """From root to a user that no other process has, without capabilities; `folder` becomes theirs. Returns why not.

    One capability stays, to read as root does, where Python lies in a folder that is closed to others (root's home,
    as pyenv leaves it) and Landlock narrows reading already.
    """
    if LINUX:
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
    if os.getuid() != 0:
        _set_capabilities(0)
        return ""
    closed = [path for path in [folder, *needed] if not _open_to_all(Path(path))]
    if closed and not files_restricted:
        return f"{closed[0]} is closed to other users; start the grader as one"
    if LINUX:
        _prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    for user in (random.randrange(*UNUSED_USERS), 65534):  # a container may have but few users
        with contextlib.suppress(OSError):
            _give(folder, user)
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            break
    else:
        return "the system lets us become no other user"
    _set_capabilities(1 << CAP_DAC_READ_SEARCH if closed else 0)
    if LINUX:
        _prctl(PR_SET_DUMPABLE, 1)  # so that /proc/self stays readable
    return ""


def _give(folder: str, user: int) -> None:
    os.chown(folder, user, user)
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(os.path.join(parent, name), user, user, follow_symlinks=False)


def _open_to_all(path: Path) -> bool:
    """Whether any user may enter the folders on the way and read what is there."""
    inside = [part.stat().st_mode & 0o001 for part in path.parents]
    return all(inside) and (not path.exists() or bool(path.stat().st_mode & 0o004))


def _set_capabilities(mask: int) -> None:
    if LINUX:
        header, data = struct.pack("=Ii", 0x20080522, 0), struct.pack("=6I", mask, mask, 0, 0, 0, 0)
        _check(_libc.capset(header, data))


def descendants(root: int) -> list[int]:
    """Every process below `root` that is there at the moment."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        for task in _listed(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                children = [int(child) for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
                found += children
                waiting += children
    return found


def memory_exceeds(pids: list[int], limit: int) -> bool:
    """Whether these processes together hold more than `limit` bytes of memory; what forks share counts once."""
    return _memory(pids, _own_bytes) > limit and _memory(pids, _proportional_bytes) > limit


def _memory(pids: list[int], measure: Callable[[int], int]) -> int:
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):  # it may have ended
            total += measure(pid)
    return total


def _own_bytes(pid: int) -> int:
    """At most what the process adds: cheap, but it counts pages that forks share for each of them."""
    _, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    return (int(resident) - int(shared)) * resource.getpagesize()


def _proportional_bytes(pid: int) -> int:
    """With shared pages divided among those who share them."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(text.partition("Pss:")[2].split()[0]) * 1024


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _owner(path: str) -> int:
    try:
        return os.stat(path).st_uid
    except OSError:
        return -1


def folder_exceeds(folder: str, size: int, entries: int) -> bool:
    """Whether `folder` holds more than `size` bytes or more than `entries` files and folders, or hides what it holds:
    in a folder that is closed to us, or below more folders than DEEPEST."""
    waiting, used = [(folder, 0)], 0
    while waiting:
        path, depth = waiting.pop()
        try:
            with os.scandir(path) as scan:
                for entry in scan:
                    entries -= 1
                    with contextlib.suppress(OSError):
                        used += 512 * entry.stat(follow_symlinks=False).st_blocks
                    if entries < 0 or used > size or depth > DEEPEST:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
        except (FileNotFoundError, NotADirectoryError):  # removed meanwhile
            continue
        except OSError:
            return True
    return False


def unnamed_bytes(pids: list[int]) -> int:
    """Bytes of open files without a name: deleted ones, and those that are made in memory. No folder shows them."""
    files: dict[tuple[int, int], int] = {}
    for pid in pids:
        for descriptor in _listed(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{pid}/fd/{descriptor}")
                if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                    files[found.st_dev, found.st_ino] = 512 * found.st_blocks
    return sum(files.values())
