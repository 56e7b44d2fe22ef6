"""What can go wrong with a run that is not a finding in somebody's code: one clear line each, status 2."""

from __future__ import annotations

from tfgraphlint.disk.names import one_line


class RunError(Exception):
    """Usage, configuration or surroundings are at fault. The text is what the user reads, in one line."""

    def __str__(self) -> str:
        return one_line(super().__str__())


class SettingsError(RunError):
    """A configuration file cannot be used."""


class RegistryError(RunError):
    """A rule, or a word that should name one, is not usable."""
