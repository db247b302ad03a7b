"""Scenes at random are scenes, and the same ones again for a seed."""

import pytest

from tests.accuracy.bench import scene_of
from tests.accuracy.chance import KINDS, scenes_at_random


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_row_is_a_scene_and_a_seed_tells_all(kind: str) -> None:
    rows = scenes_at_random(kind, 7, 40)
    assert rows == scenes_at_random(kind, 7, 40)
    assert rows != scenes_at_random(kind, 8, 40)
    scenes = [scene_of(row) for row in rows]
    assert len({(scene.spec.size_px, scene.spec.fps, scene.encoding.codec) for scene in scenes}) > 15
    assert all(bool(scene.movements) == (kind != "still") for scene in scenes)
