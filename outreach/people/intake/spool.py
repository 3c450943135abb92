"""Good rows between their check and their writing: sealed, on disk, in a file that has no name.

What lies here is encrypted and hashed already; no name, number or address is ever spooled. The operating system
deletes the file when the process ends, however it ends.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

_BUFFER = 1 << 20


class Spool:
    """Records of bytes by their number, from 0; one may be replaced. Twelve bytes of memory for each."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: on whose disk it lies; None is the machine's folder for temporary files."""
        # Anonymous where the system can do that, and for nobody else (0600) where it cannot.
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder, buffering=_BUFFER)  # noqa: SIM115
        self._places = array("Q")
        self._lengths = array("I")
        self._end = 0
        self._at_end = True

    def __len__(self) -> int:
        return len(self._places)

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def append(self, record: bytes) -> int:
        """Keep a record; returns its number."""
        self._places.append(self._write(record))
        self._lengths.append(len(record))
        return len(self._places) - 1

    def extend(self, records: Sequence[bytes]) -> None:
        """Keep many records."""
        place = self._write(b"".join(records))
        for record in records:
            self._places.append(place)
            self._lengths.append(len(record))
            place += len(record)

    def replace(self, number: int, record: bytes) -> None:
        """Another record in the place of one."""
        self._places[number] = self._write(record)
        self._lengths[number] = len(record)

    def __getitem__(self, number: int) -> bytes:
        self._at_end = False
        self._file.seek(self._places[number])
        return self._file.read(self._lengths[number])

    def __iter__(self) -> Iterator[bytes]:
        """All records in the order of their numbers."""
        for number in range(len(self._places)):
            yield self[number]

    def _write(self, record: bytes) -> int:
        if not self._at_end:
            self._file.seek(self._end)
            self._at_end = True
        place = self._end
        self._file.write(record)
        self._end += len(record)
        return place
