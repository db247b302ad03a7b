"""Films of a night show the right pictures at the right times."""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.errors import FootageError, UsageError
from detector.night.movie import film_stretch, is_own_film
from detector.night.provenance import InputFile, Provenance
from detector.params import Params


@dataclass
class Night:
    provenance: Provenance
    folder: Path | None = None
    origin: Path | None = None
    params: Params = field(default_factory=Params)


@pytest.fixture
def night(cot: Path) -> Night:
    """45 s at 10 fps, 160 x 120 px; a disc jerks 6 px to the right from 19.5 to 19.8 s."""
    sha256 = hashlib.sha256(cot.read_bytes()).hexdigest()
    return Night(Provenance((InputFile(cot.name, str(cot), cot.stat().st_size, sha256, 100.0),), 100.0, 145.0))


def pictures(mp4: bytes) -> list[tuple[float, NDArray[np.uint8]]]:
    with av.open(io.BytesIO(mp4)) as container:
        frames = list(container.decode(video=0))
    return [(float(frame.time), frame.to_ndarray(format="gray")) for frame in frames]


def test_it_holds_the_stretch_in_true_time(night: Night) -> None:
    film = film_stretch(night, 118.0, 121.0)
    shown = pictures(film.mp4)
    assert (film.start_s, film.stop_s) == pytest.approx((118.0, 121.0))
    assert (film.width_px, film.height_px, film.scale) == (160, 120, 1.0)
    assert [time_s for time_s, _ in shown] == pytest.approx([k / 10 for k in range(30)], abs=1e-4)
    edge = np.array([luma[55:65, 97:100].mean() for _, luma in shown])
    is_aside = edge > (edge.min() + edge.max()) / 2
    assert np.flatnonzero(is_aside).tolist() == [15, 16, 17]


def test_every_browser_can_play_it(night: Night) -> None:
    with av.open(io.BytesIO(film_stretch(night, 118.0, 119.0).mp4)) as container:
        (stream,) = container.streams
        assert container.format.name.startswith("mov,mp4")
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"


def test_it_is_shrunk_to_even_sides_and_framed(night: Night) -> None:
    film = film_stretch(night, 118.0, 119.0, long_side_px=81, box=(40.0, 20.0, 120.0, 100.0))
    assert (film.width_px, film.height_px) == (80, 60)
    plain = film_stretch(night, 118.0, 119.0, long_side_px=81)
    framed, bare = pictures(film.mp4)[5][1].astype(int), pictures(plain.mp4)[5][1].astype(int)
    change = np.abs(framed - bare)
    assert change[30, 18:23].max() > 60
    assert change[30, 35:45].max() < 25


def test_same_footage_gives_same_bytes(night: Night) -> None:
    assert film_stretch(night, 110.0, 112.0).mp4 == film_stretch(night, 110.0, 112.0).mp4


def test_what_two_files_filmed_is_shown_once(night: Night) -> None:
    (source,) = night.provenance.inputs
    later = InputFile(source.name, source.path, source.size_bytes, source.sha256, 140.0)
    night = Night(Provenance((source, later), 100.0, 185.0))
    times = [time_s for time_s, _ in pictures(film_stretch(night, 138.0, 150.0).mp4)]
    assert times == pytest.approx([k / 10 for k in range(120)], abs=1e-4)


def test_a_stretch_without_pictures_is_said(night: Night) -> None:
    with pytest.raises(FootageError, match=r"no picture between 150\.00 and 160\.00 s"):
        film_stretch(night, 150.0, 160.0)
    with pytest.raises(UsageError, match="expected a stop after the start"):
        film_stretch(night, 110.0, 110.0)


def test_only_own_films_are_replaced(night: Night, tmp_path: Path, cot: Path) -> None:
    film = film_stretch(night, 118.0, 119.0)
    path = film.save(tmp_path / "clip.mp4")
    assert path.read_bytes() == film.mp4
    assert is_own_film(path)
    assert film.save(path) == path
    for content in (cot.read_bytes(), b"a diary"):
        path.write_bytes(content)
        with pytest.raises(UsageError, match="another file is there"):
            film.save(path)
        assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_notebook_plays_it(night: Night) -> None:
    film = film_stretch(night, 118.0, 119.0)
    assert film._repr_html_().startswith('<video src="data:video/mp4;base64,')
    assert "118.00 to 119.00 s, 160 x 120 px" in repr(film)
