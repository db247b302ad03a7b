"""What may be added to a night that stands in its folder, while its footage is at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from detector.footage.info import VideoInfo
from detector.night.night import Night
from detector.run.progress import Progress


class Addition(Protocol):
    """Something that is measured after the analysis, such as `detector.Injection`; it has to survive pickling."""

    def add_to(
        self, night: Night, infos: Sequence[VideoInfo], *, workers: int, report: Callable[[Progress], None]
    ) -> Night:
        """Add it to a night; what already stands there stays. Where it cannot be done, a notice says why.

        Args:
            night: as it stands in its folder.
            infos: its files, in the order of its inputs.
            workers: processes to work with.
            report: whom to tell how far it is.

        Returns:
            The night, which now knows of it.

        Raises:
            NightFolderError: the folder cannot be written.
        """
