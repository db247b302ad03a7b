"""The sample videos: three drawn scenes that show what the detector is for."""

from __future__ import annotations

from collections.abc import Mapping

from detector.truth.encode import Encoding
from detector.truth.grammar import parse_movement
from detector.truth.scene.spec import SceneSpec, parse_nuisance

_SIZE_PX = (640, 360)

# Isolated twitches, more than 10 s apart, and one bout of three.
_QUIET = """
    twitch@12.4+0.3:left_hand:4px twitch@27.9+0.36:right_foot:4.5px twitch@41.3+0.24:right_hand:3.5px
    twitch@58.7+0.4:head:3px twitch@76.2+0.3:left_foot:5px twitch@94.5+0.28:left_forearm:4px
    twitch@97.1+0.34:left_forearm:5px twitch@101.8+0.3:left_hand:4px twitch@122.6+0.42:right_leg:5px
    twitch@139.3+0.26:right_hand:4.5px twitch@163.8+0.32:left_foot:4px
"""
_RHYTHMIC = """
    twitch@9.5+0.34:right_hand:4px rhythmic@24+14:left_leg:4px:1.4hz twitch@53.2+0.3:left_foot:4.5px
    rhythmic@68+18:head:4px:0.9hz twitch@99.6+0.28:left_hand:4px twitch@112.3+0.38:right_foot:5px
"""
_EVERYTHING = """
    twitch@10.8+0.3:left_hand:4px twitch@24.1+0.36:right_foot:5px gross@37+6:body:20px:stays
    twitch@58.4+0.3:right_hand:4.5px movement@90.5+2.4:left_arm:8px twitch@107.2+0.32:left_foot:4.5px
    rhythmic@136+12:right_leg:4.5px:1.8hz twitch@161.5+0.36:head:4px twitch@171.2+0.28:left_hand:4.5px
"""
_EVERYTHING_ELSE = """
    clock exposure:0.5 curtain:0.6 insect@30.5+1.1 light@70+45 bump@127 insect@153+1.3
"""


def _scene(duration_s: float, seed: int, movements: str, nuisances: str) -> SceneSpec:
    return SceneSpec(
        duration_s=duration_s,
        fps=15.0,
        size_px=_SIZE_PX,
        seed=seed,
        movements=tuple(parse_movement(text, _SIZE_PX[0]) for text in movements.split()),
        nuisances=tuple(parse_nuisance(text) for text in nuisances.split()),
        noise=2.4,
    )


SAMPLES: Mapping[str, tuple[SceneSpec, Encoding]] = {
    "quiet_night": (_scene(180.0, 2, _QUIET, "clock"), Encoding(crf=26, key_interval_s=4, preset="medium")),
    "rhythmic": (_scene(120.0, 5, _RHYTHMIC, "clock"), Encoding(crf=26, key_interval_s=3, preset="medium")),
    "everything": (
        _scene(180.0, 8, _EVERYTHING, _EVERYTHING_ELSE),
        Encoding(crf=27, key_interval_s=4, preset="medium"),
    ),
}
"""Name to scene and encoding of each sample video."""
