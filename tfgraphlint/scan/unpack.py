"""The files of a project in a folder of their own: from an archive, or from a git repository at a revision.

Nothing of what is unpacked is trusted, and nothing of it runs: only regular files of a bounded size are taken, only
those that linting looks at, and none goes outside the folder. Of git, only commands are called that read objects: no
hook, filter or helper of the repository's configuration runs.
"""

from __future__ import annotations

import lzma
import os
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tfgraphlint.disk.reading import MAX_BYTES, MAX_NOTEBOOK_BYTES, opened
from tfgraphlint.disk.writing import write_anew
from tfgraphlint.errors import RunError
from tfgraphlint.scan.sources import LINTED, Kind, Project

MAX_FILES = 100_000
MAX_TOTAL_BYTES = 2_000_000_000
# What an archive comes to, with what is passed over: half a megabyte can unpack to gigabytes.
MAX_UNPACKED_BYTES = 4_000_000_000
MAX_NOTE_BYTES = 1_000_000  # of a long name, or whatever else stands before a member: it is read as a whole
# Besides what is linted: configurations, requirements, what git ignores.
LOOKED_AT = (".toml", ".cfg", ".txt", ".in", ".yml", ".yaml", ".gitignore")
GIT = (
    "git", "--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never",
    "-c", "core.hooksPath=/dev/null",
)  # fmt: skip
BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError,
          NotImplementedError, UnicodeError, ValueError)  # fmt: skip


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    read: Callable[[], bytes]


def unpack(project: Project, folder: Path) -> Path:
    """Put the files of an archive or a repository into ``folder``; where the project begins in it.

    Raises:
        RunError: it cannot be read.
    """
    members = _of_git if project.kind is Kind.REPOSITORY else _of_zip if _is_zip(project) else _of_tar
    try:
        _write(members(project), folder)
    except BROKEN as error:
        raise RunError(f"cannot be unpacked: {' '.join(str(error).split()) or type(error).__name__}") from error
    return _beginning(folder)


def commit_of(project: Project) -> str:
    """The commit that the revision of a repository names.

    Raises:
        RunError: there is none, or git is not installed.
    """
    asked = f"{project.revision}^{{commit}}"
    return _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", asked).decode().strip()


def _is_zip(project: Project) -> bool:
    return project.location.endswith((".zip", ".whl"))


def _write(members: Iterator[_Member], folder: Path) -> None:
    files = total = 0
    for member in members:
        target = _target(member.name, folder)
        if target is None or member.size > _most(member.name):
            continue
        files, total = files + 1, total + member.size
        if files > MAX_FILES or total > MAX_TOTAL_BYTES:
            raise RunError(f"it has more than {MAX_FILES:,} files to look at, or {MAX_TOTAL_BYTES:,} bytes")
        target.parent.mkdir(parents=True, exist_ok=True)
        write_anew(target, member.read())


def _target(name: str, folder: Path) -> Path | None:
    """Where a member goes; None where it is not looked at, or would go elsewhere."""
    path = PurePosixPath(name)
    if not name.endswith((*LINTED, *LOOKED_AT)) or path.is_absolute() or ".." in path.parts or "\0" in name:
        return None
    if "\\" in name or ".git" in path.parts:
        return None
    target = folder.joinpath(*path.parts)
    return None if os.path.lexists(target) else target  # the first of a name counts


def _most(name: str) -> int:
    return MAX_NOTEBOOK_BYTES if name.endswith(".ipynb") else MAX_BYTES


class _Header(tarfile.TarInfo):
    """What stands before a member of an archive. No sparse files: their maps may have any length."""

    _NOTES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
              tarfile.GNUTYPE_LONGLINK)  # fmt: skip

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in self._NOTES and self.size > MAX_NOTE_BYTES:
            raise tarfile.ReadError("a header of too many bytes")
        found: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return found

    def _refuse(self, *_: object) -> None:
        raise tarfile.ReadError("a sparse file")

    _proc_sparse = _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _refuse


def _of_tar(project: Project) -> Iterator[_Member]:
    with (
        opened(project.location) as stream,
        tarfile.open(fileobj=stream, mode="r|*", bufsize=1 << 20, tarinfo=_Header) as archive,
    ):
        for member in archive:
            if member.offset_data + member.size > MAX_UNPACKED_BYTES:
                raise RunError(f"it comes to more than {MAX_UNPACKED_BYTES:,} bytes")
            if member.isreg():
                yield _Member(member.name, member.size, lambda member=member: _taken(archive, member))  # type: ignore[misc]


def _taken(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    return b"" if stream is None else stream.read()


def _of_zip(project: Project) -> Iterator[_Member]:
    with opened(project.location) as stream, zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            is_link = member.external_attr >> 28 == 0o12
            if not member.is_dir() and not is_link:
                yield _Member(member.filename, member.file_size, lambda member=member: archive.read(member))  # type: ignore[misc]


def _of_git(project: Project) -> Iterator[_Member]:
    listed = _git(project, "ls-tree", "-r", "-z", "-l", "--full-tree", commit_of(project))
    with subprocess.Popen(
        [*GIT, "-C", project.location, "cat-file", "--batch"], env=_environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        for row in listed.split(b"\0"):
            about, _, name = row.partition(b"\t")
            if about.startswith(b"100"):  # regular files: neither links nor submodules
                _, _, number, size = about.split()
                yield _Member(os.fsdecode(name), int(size), lambda number=number: _blob(process, number))  # type: ignore[misc]


def _blob(process: subprocess.Popen[bytes], number: bytes) -> bytes:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(number + b"\n")
    process.stdin.flush()
    *_, size = process.stdout.readline().split()
    content = process.stdout.read(int(size) + 1)
    return content[:-1]


def _git(project: Project, *words: str) -> bytes:
    try:
        return subprocess.run(
            [*GIT, "-C", project.location, *words], env=_environment(), check=True, capture_output=True
        ).stdout
    except FileNotFoundError as error:
        raise RunError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.decode(errors="replace").split())
        raise RunError(said or f"{project.revision!r} is no revision of this repository") from error


def _environment() -> dict[str, str]:
    """Without what a hook of git sets (GIT_DIR), which speaks of another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or "CONFIG" in name}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}


def _beginning(folder: Path) -> Path:
    """The only folder of an archive that has everything in one, as published ones do; else the whole."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
