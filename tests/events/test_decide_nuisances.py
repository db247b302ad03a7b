"""Footage to events: nuisances are none and hide none, and where nothing moves nothing is found."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from detector.events.decide import Decision, decide
from detector.motion.trace import MotionTrace
from detector.params import Params
from tests.drawing import Film, Paint, Picture, Shift
from tests.events.conftest import kinds

PARAMS = Params()


def found(trace: MotionTrace) -> list[str]:
    """Everything that was found, but for the epochs, which there are of every recording."""
    decision = decide(trace, PARAMS)
    return [*kinds(decision), *artifact_kinds(decision)]


def artifact_kinds(decision: Decision) -> list[str]:
    return [artifact.kind for artifact in decision.artifacts]


def light(picture: Picture, time_s: float) -> Picture:
    return picture * 1.3 + 12.0 if 8.0 <= time_s < 12.0 else picture


def bump(picture: Picture, time_s: float) -> Picture:
    since_s = max(time_s - 8.0, 0.0)
    aside_px = 4.0 * np.sin(6.0 * np.pi * since_s) * np.exp(-4.0 * since_s)
    back = np.array([[1.0, 0.0, aside_px], [0.0, 1.0, 0.5 * aside_px]])
    return cv2.warpAffine(picture, back, picture.shape[::-1], borderMode=cv2.BORDER_REFLECT)


def clock(picture: Picture, time_s: float) -> Picture:
    digits = np.random.default_rng(int(time_s)).integers(0, 2, (6, 7)).astype(np.float32)
    picture = picture.copy()
    picture[6:18, 10:24] = 20.0 + 200.0 * np.kron(digits, np.ones((2, 2), np.float32))
    return picture


def insect(picture: Picture, time_s: float) -> Picture:
    if not 8.0 <= time_s < 8.8:
        return picture
    share = (time_s - 8.0) / 0.8
    center = (int(20 + 280 * share), int(150 - 110 * share))
    return cv2.circle(picture.copy(), center, 4, 230.0, -1, cv2.LINE_AA)


def breathing(picture: Picture, time_s: float) -> Picture:
    rows, columns = np.indices(picture.shape)
    field = np.exp(-((columns - 160.0) ** 2 + (rows - 90.0) ** 2) / (2 * 40.0**2))
    aside = (columns - 0.5 * np.sin(2 * np.pi * 0.6 * time_s) * field).astype(np.float32)
    return cv2.remap(picture, aside, rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def exposure(picture: Picture, time_s: float) -> Picture:
    return picture + np.float32(8.0 * np.sin(2 * np.pi * time_s / 17.0))


class TestNuisances:
    @pytest.mark.parametrize(
        ("paint", "duration_s", "expected"),
        [
            (light, 24.0, ["light", "light"]),
            (bump, 24.0, ["bump"]),
            (clock, 40.0, ["clock"]),
            (insect, 24.0, ["insect"]),
            (breathing, 24.0, []),
            (exposure, 24.0, []),
        ],
    )
    def test_they_are_no_events_and_hide_no_twitch_elsewhere(
        self, film: Film, paint: Paint, duration_s: float, expected: list[str]
    ) -> None:
        decision = decide(film.shoot(duration_s, 15.0, [Shift(18.0, 0.4, 80, 120)], paint=paint), PARAMS)
        assert artifact_kinds(decision) == expected
        assert kinds(decision) == ["twitch"]
        assert decision.events[0].start_s == pytest.approx(18.0, abs=0.15)

    def test_a_frozen_picture(self, film: Film) -> None:
        frames = list(film.frames(24.0, 15.0, [Shift(18.0, 0.4)]))
        frozen = [replace(f, luma=frames[120].luma) if 8.0 <= f.time_s < 11.0 else f for f in frames]
        decision = decide(film.measure(frozen, 24.0), PARAMS)
        assert artifact_kinds(decision) == ["frozen"]
        assert kinds(decision) == ["twitch"]

    @pytest.mark.parametrize("noise", [0.0, 1.0, 2.0, 5.0])
    def test_noise_alone_is_nothing(self, film: Film, noise: float) -> None:
        assert not found(film.shoot(24.0, 15.0, noise=noise, seed=round(noise) + 7))

    def test_key_frames_at_which_the_whole_picture_jumps_are_nothing(self, film: Film) -> None:
        pattern = np.random.default_rng(2).normal(0, 6.0, (film.height_px, film.width_px)).astype(np.float32)
        trace = film.shoot(24.0, 15.0, paint=lambda picture, time_s: picture + pattern * (int(time_s / 2.0) % 2))
        assert decide(trace, PARAMS).events == ()

    def test_footage_of_key_frames_alone_is_seen(self, film: Film) -> None:
        frames = film.frames(16.0, 15.0, [Shift(8.0, 0.4)])
        decision = decide(film.measure([replace(frame, is_key=True) for frame in frames], 16.0), PARAMS)
        assert kinds(decision) == ["twitch"]
        assert decision.artifacts == ()


class TestHardlyAnything:
    @pytest.mark.parametrize("n_frames", [0, 1, 2, 3, 8])
    def test_hardly_any_frames(self, film: Film, n_frames: int) -> None:
        trace = film.measure(list(film.frames(1.0, 15.0))[:n_frames], 1.0)
        assert not found(trace)

    def test_only_damaged_frames(self, film: Film) -> None:
        frames = [replace(frame, is_damaged=True) for frame in film.frames(4.0, 15.0, [Shift(2.0, 0.4)])]
        decision = decide(film.measure(frames, 4.0), PARAMS)
        assert decision.events == ()
        assert [artifact.kind for artifact in decision.artifacts] == ["damage"]

    def test_a_still_picture(self, film: Film) -> None:
        frames = list(film.frames(8.0, 15.0))
        still = [replace(frame, luma=frames[0].luma) for frame in frames]
        assert not found(film.measure(still, 8.0))

    def test_a_black_picture(self, film: Film) -> None:
        black = [replace(frame, luma=np.zeros_like(frame.luma)) for frame in film.frames(8.0, 15.0)]
        assert not found(film.measure(black, 8.0))


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.5, 2.0], ids=["little noise", "much noise"])
def test_an_infant_who_moves_most_of_the_picture_is_told_but_for_the_rests(film: Film, noise: float) -> None:
    """Rests are far quieter than the rest of such footage, and no picture that stood still."""
    random = np.random.default_rng(3)
    awake_s, rests_s = 60.0, ((20.0, 28.0), (44.0, 50.0))
    limbs: list[Shift] = []
    for x_px, y_px in ((90.0, 60.0), (160.0, 110.0), (240.0, 70.0)):
        start_s = 0.0
        while start_s < awake_s:
            lasts_s = float(random.uniform(0.4, 1.1))
            if all(start_s + lasts_s <= low_s or start_s >= high_s for low_s, high_s in rests_s):
                x, y = random.uniform(-15.0, 15.0, 2)
                away_px = float(random.choice([-6.0, 6.0]))
                limbs.append(Shift(start_s, lasts_s, x_px=x_px + x, y_px=y_px + y, amp_px=away_px, sigma_px=35.0))
            start_s += 0.9 * lasts_s
    decision = decide(film.shoot(awake_s, 10.0, limbs, noise=noise), PARAMS)
    assert "twitch" not in kinds(decision)
    assert "frozen" not in artifact_kinds(decision)
    told = [event for event in decision.events if event.duration_s > 5.0]
    covered_s = np.unique(np.concatenate([np.arange(event.start_s, event.stop_s, 0.1).round(1) for event in told])).size
    assert 0.1 * covered_s > 0.85 * (awake_s - sum(high_s - low_s for low_s, high_s in rests_s))
