"""How every file is written: whole or not at all, and several of them all or none.

A new file is made beside the old one and takes its name. So a link has to be followed before, a hard link is taken
apart (what else has the content may lie outside the project), and the old content is never half gone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfgraphlint.disk.reading import MAX_NOTEBOOK_BYTES, ReadError, read_bytes
from tfgraphlint.disk.walking import lies_within, repository_around, working_directory
from tfgraphlint.errors import RunError

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_OURS = re.compile(r"\.tfgraphlint-(\d+)-[0-9a-f]{16}\.tmp")  # with the process that made it; short, whatever the name
# Nobody takes so long over a file. In a container each run may be process 1, and another program is it afterwards.
MAX_SECONDS_UNFINISHED = 3600
_UNFINISHED: set[str] = set()  # names of files that this process is writing


@dataclass(frozen=True)
class Rewrite:
    """A file, what it says, and what it is to say."""

    path: Path
    before: bytes
    after: bytes


def why_not_to_write(path: Path) -> str:
    """What speaks against writing the file at ``path``, or ""."""
    try:
        status = os.lstat(path)
    except OSError as error:
        return error.strerror or str(error)
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        return "it is read-only (chmod u+w makes it writable)"
    if not os.access(path.parent, os.W_OK):
        return "its directory is read-only"
    return ""


def rewrite(files: Sequence[Rewrite]) -> None:
    """Write all of ``files``, or none.

    Raises:
        RunError: one of them cannot be written, or says something else by now. The text says which were written.
    """
    for folder in {file.path.parent for file in files}:
        clear_litter(folder)
    made: list[tuple[str, Path]] = []
    try:
        for file in files:
            made.append((_checked(file), file.path))
        _rename(made)
    finally:
        for temporary, _ in made:
            with contextlib.suppress(OSError):  # it has another name by now
                os.unlink(temporary)
            _UNFINISHED.discard(os.path.basename(temporary))


def write_anew(path: Path, content: bytes) -> None:
    """Put a file of ours at ``path``, whatever is there.

    Raises:
        OSError: it cannot be written; nothing has changed then.
    """
    _put(path, content, 0o600)


def write_named(path: Path, content: bytes) -> None:
    """Write a file that the user named: whole or not at all, where it is a file. A device or a pipe gets it as it is.

    Raises:
        OSError: it cannot be written, or a link in the project leads out of it; a file has not changed then.
    """
    target = Path(os.path.realpath(path))
    if _is_led_out(path, target):
        raise OSError(errno.EPERM, "a link leads out of the project: name the file itself")
    if target.exists() and not target.is_file():
        with open(target, "wb") as stream:
            stream.write(content)
        return
    clear_litter(target.parent)
    if target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    _put(target, content, mode)


def _is_led_out(path: Path, target: Path) -> bool:
    """Whether a name in the project comes to a file outside: the link may have come with a checkout."""
    here = Path(os.path.realpath(working_directory()))
    project = repository_around(here) or here
    return lies_within(os.path.normpath(here / path), project) and not lies_within(target, project)


def _put(path: Path, content: bytes, mode: int) -> None:
    """Put a new file at ``path``, or leave nothing behind."""
    temporary = _temporary(path.parent, content, mode)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        _UNFINISHED.discard(os.path.basename(temporary))


def is_below(path: Path, folder: Path) -> bool:
    """Whether a file lies in ``folder`` or below, wherever links lead."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _checked(file: Rewrite) -> str:
    """The name of a new file with what ``file`` is to say, its mode and owner those of the old one."""
    refused = why_not_to_write(file.path)
    try:
        if not refused and read_bytes(file.path, most=MAX_NOTEBOOK_BYTES, follow=False) != file.before:
            refused = "it was changed while it was linted"
        if not refused:
            status = os.lstat(file.path)
            return _temporary(file.path.parent, file.after, stat.S_IMODE(status.st_mode), status)
    except ReadError as error:
        refused = str(error).removeprefix(f"{file.path}: ")
    except OSError as error:
        refused = error.strerror or str(error)
    raise RunError(f"{file.path}: cannot be written: {refused}; no file was changed")


def _rename(made: Sequence[tuple[str, Path]]) -> None:
    for index, (temporary, path) in enumerate(made):
        try:
            os.replace(temporary, path)
        except OSError as error:
            done = ", ".join(str(each) for _, each in made[:index])
            said = f"changed before that: {done}" if done else "no file was changed"
            raise RunError(f"{path}: cannot be written: {error.strerror or error}; {said}") from error


def _temporary(folder: Path, content: bytes, mode: int, owner: os.stat_result | None = None) -> str:
    """The name of a new file in ``folder`` that holds ``content``; on the disk for certain where it has an owner."""
    name = os.path.join(folder, f".tfgraphlint-{os.getpid()}-{os.urandom(8).hex()}.tmp")
    _UNFINISHED.add(os.path.basename(name))
    descriptor = os.open(name, _NEW, 0o600)
    try:
        with open(descriptor, "wb", closefd=True) as file:
            file.write(content)
            if owner is not None:  # somebody's work, which a power failure must not cost
                file.flush()
                os.fsync(file.fileno())
        if owner is not None and hasattr(os, "chown"):
            with contextlib.suppress(OSError):  # only root gives files away: then it is ours
                if (owner.st_uid, owner.st_gid) != (os.getuid(), os.getgid()):
                    os.chown(name, owner.st_uid, owner.st_gid)
        os.chmod(name, mode)
    except BaseException:
        os.unlink(name)
        _UNFINISHED.discard(os.path.basename(name))
        raise
    return name


def clear_litter(folder: Path) -> None:
    """Remove the unfinished files in ``folder`` of processes that were killed while they wrote."""
    for path in _unfinished(folder):
        with contextlib.suppress(OSError):
            os.unlink(path)


def _unfinished(folder: Path) -> Iterator[str]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _OURS.fullmatch(entry.name)
            if match is None or not entry.is_file(follow_symlinks=False) or entry.name in _UNFINISHED:
                continue
            age = time.time() - entry.stat(follow_symlinks=False).st_mtime
            if age > MAX_SECONDS_UNFINISHED or not _is_running(int(match[1])):
                yield entry.path


def _is_running(process: int) -> bool:
    """Whether a process that is not this one is running."""
    if process == os.getpid():
        return False  # it had our number before us
    if os.name == "nt":  # where asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
