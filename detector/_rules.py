"""The rules by which movement is found and named: each has a name, one sentence, and can be left out.

Most of what a rule is worth shows only when it is left out: `params.rules.without` takes names from here, in measuring
as in deciding.
"""

from __future__ import annotations

import difflib
from functools import lru_cache

MEASURED_RULES = {
    "camera": "What the camera and the light explain of a change of much of the picture is taken out of it.",
    "slow zoom": "A small change that is spread over the whole picture may be one of the camera.",
    "bands": "Bands that a lamp flickering with the mains draws across the picture are taken out of a difference.",
    "pool": "In a picture too small to be halved, energy is averaged over five cells each way instead of three.",
    "camera floor": "What moves, however often, is not noise: a floor is no higher than the camera can have made it.",
    "middle": "The usual energy of a cell is taken off before what is left is told in units of its noise.",
    "key floor": "Differences across a key frame have a floor of their own.",
    "still parts": "The floor of a block is that of its parts in which a cell did not move.",
    "quiet blocks": "The floor of a block is that of the blocks around it in which nothing moved.",
}
"""Rules that change what is measured; without one of them footage is measured again."""

DECIDED_RULES = {
    "gain": "In a frame that is louder as a whole, each cell must be louder by as much.",
    "late picture": "What is compared with an older picture than usual must be louder by the square of that.",
    "slow blocks": "Where a block is louder than quiet ones, the floor of the long lag rises as that of the short one.",
    "light blocks": "Blocks before a change of light, or of the view, are no neighbors of those after it.",
    "settle": "Just after the recording starts or goes on, nothing is judged.",
    "light": "Frames in which most of what changes brightens (or darkens) show light, and are not judged.",
    "bump": "Frames in which the whole picture is displaced for a moment show a bump, and are not judged.",
    "camera moves": "Frames in which the camera moves for longer and much is left unexplained are not judged.",
    "focus": "Frames in which the focus changes and much is left unexplained are not judged.",
    "faint focus": "A burst that changes the strongest edges of the picture as a change of focus does is one.",
    "frozen": "Frames of a picture that stands still are not judged.",
    "clock": "Cells of an on-screen clock are not judged.",
    "clock moment": "What moves beside a clock at another moment than its digits do is none of them.",
    "mover": "What moves most of the time, far above the rest of the picture, is listed.",
    "together": "Parts that move at one time and lie side by side are one burst.",
    "apart": "A part that crosses the picture, as insects do, is a burst of its own.",
    "faint": "What is faint, but large and of both signs, at a place with few scraps, is a movement.",
    "lit ends": "What is weak and only brightens or only darkens at an end of a burst is light and no part of it.",
    "key pulse": "A burst that begins at a key frame and is over at once is doubted.",
    "fade": "A burst that only brightens, or only darkens, is doubted.",
    "flash": "A burst that is gone in the next frame is doubted.",
    "switch": "A small place that changes from one frame to the next and stays so is doubted.",
    "jump": "What is complete within one picture, at several places at once, is a picture that went on after a stop.",
    "clock digit": "A brief burst in line with an on-screen clock is doubted.",
    "light step": "A small or very brief burst that begins and ends while the light plainly steps is doubted.",
    "beside cause": "A burst in frames that the camera or the light explains is doubted.",
    "faint and wide": "A burst that is as faint as it is wide, while camera or light explain a change, is doubted.",
    "all along": "In a short recording, what moves all the time and does not reach the border is an infant.",
    "breaths": "What swings on at one rate at its place is a slow movement or rhythm only where that is much stronger.",
    "rhythm of mover": "A slow rhythm in the middle of what moves all the time is no other movement.",
    "beside mover": "A burst around what moves most of the time is doubted.",
    "sway": "A burst at a place that sways all the time is quicker than the sway, or goes further.",
    "after keys": "A burst at the moment at which, after most key frames, the picture elsewhere settles is doubted.",
    "among others": "What is brief, hardly a burst, and outnumbered by scraps at its place is doubted.",
    "ripple": "A faint burst while a far stronger one lasts is doubted.",
    "insect path": "What is small and crosses the picture along a line is an insect.",
    "insect flash": "What is small, only brightens as it comes, and is quick or brief is an insect.",
    "swarm": "While many insects are about, what only brightens as it comes is one more.",
    "passing": "What crosses the picture and is too large for an insect only passes.",
    "boxes": "Thin straight lines that come and go within one picture are boxes that the camera draws.",
    "drawn": "What changes within one picture or shines, again and again at one place, is drawn or switched.",
    "strong step": "What comes within one picture, as strong as no limb and mostly of one sign, is drawn or switched.",
    "drawn slowly": "Where a lag is one picture, what changes for one picture and stands still again is drawn.",
    "body": "Bursts that start together and last about as long are pieces of one body.",
    "stillness": "What is cut off by an end, a gap or unjudged time is no twitch.",
    "long stillness": "What is the quickest moment of slower movement before and after it is no twitch.",
    "extent": "In a wide view, a whole-body movement is one of half the place where the infant lies.",
    "restless": "Movement without a pause is one event.",
    "slow layer": "Where nothing moves quickly, slow movement is looked for at the long lag.",
    "slow rhythm": "What swings too slowly for the short lag is a rhythm at the long one.",
    "inside body": "A burst during a whole-body movement belongs to it.",
    "half rate": "Twice the cycle is the true one if the signal resembles itself more after it.",
    "likeness": "Each cycle of a rhythm must resemble the next.",
    "missing strokes": "Strokes with longer pauses between them are one rhythm if it goes on after each.",
    "like lags": "Differences over another lag than usual do not enter a rhythm.",
    "too fast": "What swings faster than a quarter of the frame rate, up to half of it, is no slower rhythm.",
    "own swing": "What passes one place after the other is no rhythm: most cells have to swing by themselves.",
    "tremor": "On a fast camera, rates above those of rhythmic movement are looked for as well.",
    "body rhythm": "A whole-body movement must be more regular, for longer, to be called rhythmic.",
    "brief and faint": "What is very brief and faint is called uncertain.",
}
"""Rules that change only what is decided."""

RULE_NAMES = MEASURED_RULES | DECIDED_RULES
"""Every rule by name, with what it says."""


@lru_cache
def read_rules(text: str) -> frozenset[str]:
    """Names of rules out of a text with commas between them.

    Raises:
        ValueError: there is no rule of a name; the nearest is suggested.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in RULE_NAMES:
            near = difflib.get_close_matches(name, RULE_NAMES, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else f"the rules are: {', '.join(RULE_NAMES)}"
            raise ValueError(f"there is no rule {name!r}; {hint}")
    return frozenset(names)
