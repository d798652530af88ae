"""Every failure this program knows, with the exit code it ends in.

    MscHarvestError                1  something here failed: a file, a disk, an archive that is damaged
    ├── UsageError                 2  the command line asks for something that does not exist
    │   └── QueryRefused           2  ad-hoc SQL that is not one read-only SELECT, or that DuckDB refuses
    ├── SettingsError              3  a setting or environment variable cannot be used
    ├── SourceError                4  one source could not be read to its end
    │   ├── SourceUnreachable      4  no usable answer within the allowed tries and time
    │   ├── SourceRefused          4  the service answered: this request is wrong
    │   └── BadPayload             4  the answer is not what was asked for: cut, empty, HTML, an error in disguise
    ├── ChecksFailed               5  a fail_* check returned rows: nothing was published
    ├── LockHeld                   6  another run is at work on this home
    ├── NothingReachable           7  no source answered at all
    ├── ArchiveError               1  a segment, manifest or sample record cannot be read
    ├── WarehouseError             1  the warehouse file is missing, damaged or of another kind
    └── RecordRejected             –  one record cannot be parsed; listed in ops.rejected_record, never ends a run

Interruption by the user ends in exit code 130, SIGTERM in 143, and what nobody foresaw in 1. The text of an error is
one line: what happened, to which record or setting, and what to do; where a name was mistyped, `nearest` says what to
write instead.
"""

from collections.abc import Iterable

_MOST_NEAR, _MOST_LISTED, _LEAST_ALIKE = 3, 20, 0.5


class MscHarvestError(Exception):
    """Base of all failures with a message meant for the user."""

    exit_code = 1


class UsageError(MscHarvestError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class QueryRefused(UsageError):
    """Ad-hoc SQL that is not exactly one read-only SELECT, or that DuckDB refuses."""


class SettingsError(MscHarvestError):
    """A setting or environment variable cannot be used."""

    exit_code = 3


class SourceError(MscHarvestError):
    """One source could not be read to its end; what had arrived is kept."""

    exit_code = 4


class SourceUnreachable(SourceError):
    """No usable answer within the allowed tries and time."""


class SourceRefused(SourceError):
    """The service answered that this request is wrong; asking again would not help."""


class BadPayload(SourceError):
    """The answer is not what was asked for: cut short, HTML, an error behind HTTP 200. Worth asking again."""


class ChecksFailed(MscHarvestError):
    """A fail_* check returned rows; the published warehouse stays as it was."""

    exit_code = 5


class LockHeld(MscHarvestError):
    """Another run is at work on this home."""

    exit_code = 6


class NothingReachable(MscHarvestError):
    """No source answered at all."""

    exit_code = 7


class ArchiveError(MscHarvestError):
    """A segment, manifest or sample record is missing, damaged or not ours."""


class WarehouseError(MscHarvestError):
    """The warehouse file is missing, damaged or of another kind than the one asked for."""


class RecordRejected(MscHarvestError):
    """One record cannot be parsed. It stays in the archive and is listed with this reason."""


def nearest(word: str, names: Iterable[str]) -> str:
    """The end of a refusal of `word`, which is none of `names`: "did you mean …?" with those that are near, else all
    where they are few, else some of them."""
    there = {_folded(name): name for name in names if name}
    near = [there[key] for key in _near_keys(_folded(word), list(there))][:_MOST_NEAR]
    if near:
        return f"did you mean {' or '.join(near)}?"
    if len(there) > _MOST_LISTED:
        return f"there are {len(there)}, such as {', '.join(list(there.values())[:_MOST_NEAR])}"
    return f"there are: {', '.join(there.values()) or 'none'}"


def _near_keys(word: str, keys: list[str]) -> list[str]:
    """The same but for case and marks, its first letters (rr: risk_ratio), what it is part of, what is spelt alike."""
    from difflib import get_close_matches

    if word in keys:
        return [word]
    initials = [key for key in keys if len(word) > 1 and "".join(part[:1] for part in key.split("_")) == word]
    parts = [key for key in keys if len(word) > 2 and word in key]
    parts.sort(key=lambda key: (not key.startswith(word), len(key)))
    return initials or parts or get_close_matches(word, keys, _MOST_NEAR, _LEAST_ALIKE)


def _folded(name: str) -> str:
    return name.strip().lower().translate({ord(mark): "_" for mark in " -."})
