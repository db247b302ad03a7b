"""What the camera of a night could have shown: `sensitivity.json`, read back, and believed only if it is of this night.

It belongs to one decision about one recording. A file of other footage, parameters or regions says nothing of this
night: it is named, and not shown.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from detector.errors import NightFolderError
from detector.footage.region import RegionSet
from detector.night.files.disk import read_json
from detector.night.files.documents import Document, Pixels, Seconds, Text, first_fault
from detector.night.files.written import tell
from detector.night.layout import SENSITIVITY_FILE
from detector.night.regions import regions_text
from detector.params import Params

SENSITIVITY_SCHEMA = 2
_FEWEST_PLANTED, _WIDEST = 10, 10.0
_MOST_BINS, _SHORTEST_BIN_S, _HOUR_S = 10, 300.0, 3600.0

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]
Part = Annotated[int, Field(ge=0, le=100)]


class Found(Document):
    """So many of so many planted movements, with the exact 95 % interval of the share; no share of none."""

    n: Count
    found: Count
    recall: Share | None
    low: Share
    high: Share


class OfSize(Found):
    """Those of one displacement."""

    px: Annotated[float, Field(gt=0, le=1e6)]
    mm: Amount | None


class OfHour(Found):
    """Those of one hour, of the clock (`02`) or since the start (`+2`)."""

    hour: Text


class OfPlace(Found):
    """Those of one part of the picture: row from the top and column from the left, from 0."""

    row_column: tuple[Part, Part]


class Size(Document):
    """A displacement with its 95 % interval, px; None where an edge lies beyond all that was planted."""

    value: Amount | None
    low: Amount | None
    high: Amount | None


class FittedCurve(Document):
    """Share found = (1 - lapse) / (1 + exp(-(ln px - ln middle) / slope)); None where too few were planted."""

    middle_px: Annotated[float, Field(gt=0)] | None
    slope_ln_px: Annotated[float, Field(gt=0)] | None
    lapse: Share | None
    px_50: Size
    px_90: Size
    mm_50: Amount | None
    mm_90: Amount | None

    def share(self, px: float) -> float:
        """Share found of movements of this displacement, 0 to 1; NaN where there is no curve."""
        if self.middle_px is None or self.slope_ln_px is None or self.lapse is None:
            return math.nan
        return (1 - self.lapse) / (1 + math.exp(-math.log(px / self.middle_px) / self.slope_ln_px))


class Parts(Document):
    """Into how many parts the picture is divided."""

    rows: Annotated[int, Field(ge=1, le=100)]
    columns: Annotated[int, Field(ge=1, le=100)]


class Planted(Found):
    """All planted movements of one kind."""

    curve: FittedCurve
    by_displacement: tuple[OfSize, ...]
    by_hour: tuple[OfHour, ...]
    by_place: tuple[OfPlace, ...]
    parts_of_picture: Parts

    @property
    def is_enough(self) -> bool:
        """Whether so many were planted that the share found is known to a factor of 10 or better."""
        return self.n >= _FEWEST_PLANTED and _is_narrow(self.low, self.high)


class FalseEvents(Document):
    """Events where nothing was planted, with the exact 95 % interval of their rate; no rate of no time."""

    n: Count
    hours: Amount
    per_hour: Amount | None
    low: Amount | None
    high: Amount | None


class TwitchRate(Document):
    """Twitches a judged hour as found, and as they may truly be under the assumption; None where there is no rate."""

    found: Amount | None
    estimate: Amount | None
    low: Amount | None
    high: Amount | None
    assumption: Text

    @property
    def is_narrow(self) -> bool:
        """Whether the estimate is known to a factor of 10 or better."""
        return _is_narrow(self.low, self.high)


class PlantedOne(Document):
    """One planted movement; its onset is recording time, s."""

    kind: Literal["twitch", "rhythmic"]
    onset_s: Seconds
    amp_px: Pixels
    is_found: bool


class Of(Document):
    """Of which footage, and of which parameters."""

    sha256: tuple[str, ...]
    parameters: str


class Asked(Document):
    """What was asked for; the same of it gives the same file."""

    budget_frames: Count
    is_default_budget: bool
    seed: Count
    mm_per_px: Amount | None


class Used(Document):
    """A quiet stretch that movement was planted into, recording time, s."""

    start_s: Seconds
    stop_s: Seconds


class StoredSensitivity(Document):
    """`sensitivity.json`; what each part means stands in `detector.truth.sensitivity.result`."""

    schema_version: int
    of: Of
    asked: Asked
    frames: Count
    stretches: tuple[Used, ...]
    twitch: Planted
    rhythmic: Planted
    false_events: FalseEvents
    twitches_per_hour: TwitchRate
    trials: tuple[PlantedOne, ...]

    def planted(self, kind: str) -> Planted:
        """All planted movements of a kind that is planted, `"twitch"` or `"rhythmic"`."""
        return self.twitch if kind == "twitch" else self.rhythmic

    def courses(self, start_s: float, stop_s: float) -> list[tuple[float, float, int, int]]:
        """Planted twitches over the night: `(start_s, stop_s, found, n)` of each bin that has any.

        Bins are an hour long, and a tenth of the night where it is shorter than ten hours, but at least five minutes.

        Args:
            start_s: of the night, recording time, s.
            stop_s: of the night, recording time, s.
        """
        length_s = min(max((stop_s - start_s) / _MOST_BINS, _SHORTEST_BIN_S), _HOUR_S)
        n_bins = max(math.ceil((stop_s - start_s) / length_s), 1)
        edges_s = [*(start_s + k * length_s for k in range(n_bins)), stop_s]
        twitches = [one for one in self.trials if one.kind == "twitch"]
        bins = []
        for first_s, last_s in pairwise(edges_s):
            found = [one.is_found for one in twitches if first_s <= one.onset_s < last_s]
            if found:
                bins.append((first_s, last_s, sum(found), len(found)))
        return bins


def _is_narrow(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low > 0 and high <= _WIDEST * low


def identity(sha256: Sequence[str], params: Params, regions: RegionSet) -> dict[str, object]:
    """What two nights have to share for their sensitivity to be the same: footage, parameters and regions."""
    values = json.dumps(params.model_dump(mode="json", exclude={"run"}), sort_keys=True) + regions_text(regions)
    return {"sha256": list(sha256), "parameters": hashlib.sha256(values.encode()).hexdigest()}


def read_sensitivity(
    folder: Path, sha256: Sequence[str], params: Params, regions: RegionSet
) -> StoredSensitivity | None:
    """The sensitivity that stands in a night folder; None where there is none of just this night.

    A file of other footage, parameters or regions, or one that cannot be read, is told as a notice.

    Args:
        folder: the night folder.
        sha256: of the night's inputs, in order.
        params: the night was decided with.
        regions: the night was decided with.
    """
    path = folder / SENSITIVITY_FILE
    again = "so it is not shown; `twitch-detector sensitivity` measures it anew"
    try:
        found = StoredSensitivity.model_validate(read_json(path, folder))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        tell(f"{path}: this is not what `sensitivity` writes ({first_fault(error)}), {again}.")
    except (ValueError, NightFolderError) as error:
        reason = str(error).rstrip(".").removeprefix(f"{path}: ")
        tell(f"{path}: this cannot be read ({reason}), {again}.")
    else:
        if found.of == Of.model_validate(identity(sha256, params, regions)):
            return found
        tell(f"{path}: this is of other footage, parameters or regions, {again}.")
    return None
