"""What changes the picture without being a movement of the infant."""

from __future__ import annotations

from detector._tunable import DERIVED, OWN, Group, tunable


class ArtifactParams(Group):
    """What changes the picture without being a movement of the infant."""

    loud_share: float = tunable(
        0.15, "1", DERIVED, "Light and bumps change at least this share of the picture.", gt=0, le=1
    )
    same_sign: float = tunable(
        0.9, "1", DERIVED, "Light brightens (or darkens) at least this share of it.", gt=0.5, le=1
    )
    cut_share: float = tunable(
        0.6,
        "1",
        DERIVED,
        "Where more of the picture changes without a cause, another picture began ...",
        gt=0,
        le=1,
    )
    cut_s: float = tunable(0.4, "s", DERIVED, "... if it is over this soon.", gt=0, le=10)
    caused_share: float = tunable(
        0.5, "1", OWN, "Causes are believed if they explain this share of the large changes around them ...", gt=0, le=1
    )
    light_sure: float = tunable(
        0.08, "1", OWN, "... or if the light changes by this share within a lag: no body does that.", gt=0, le=10
    )
    left_share: float = tunable(
        0.5, "1", OWN, "Light that leaves this share of what it changed is not explained: not judged.", gt=0, le=1
    )
    usual_cause_s: float = tunable(
        60.0,
        "s",
        OWN,
        "What the light does for much of so long is in the floors, and no reason for doubt.",
        gt=0,
        le=3600,
    )
    usual_cause_share: float = tunable(
        0.4, "1", OWN, "... for this share of it: at the ends of a recording only half of it is seen.", gt=0, le=1
    )
    camera_pause_s: float = tunable(
        1.0,
        "s",
        OWN,
        "With no more than this between them, causes are one stretch.",
        ge=0,
        le=60,
    )
    bump_stays: float = tunable(
        0.5, "cells", OWN, "A bump that leaves the picture displaced by this is another view.", gt=0, le=100
    )
    longer_lag: float = tunable(
        1.5,
        "of the usual lag",
        OWN,
        "A picture that is compared with one so much older comes after a missing one.",
        gt=1,
        le=10,
    )
    bump_max_s: float = tunable(1.5, "s", OWN, "Longer displacement is not called a bump ...", gt=0, le=60)
    bump_least: float = tunable(
        0.06,
        "cells",
        OWN,
        "... nor is one smaller than this within a lag that changes little: the camera moves slowly.",
        ge=0,
        le=10,
    )
    margin_s: float = tunable(
        0.4, "s", DERIVED, "This long after light, a bump or a frozen picture nothing is judged.", ge=0, le=10
    )
    settle_share: float = tunable(
        0.01,
        "1",
        DERIVED,
        "After light or a bump, nothing is judged while this share of the picture changes ...",
        gt=0,
        le=1,
    )
    settle_max_s: float = tunable(3.0, "s", OWN, "... but for no longer than this.", ge=0, le=60)
    settle_s: float = tunable(
        0.3, "s", DERIVED, "This long after the start of a recording, or a pause in it, nothing is judged.", ge=0, le=10
    )
    clock_phase: float = tunable(
        0.6,
        "1",
        DERIVED,
        "An on-screen clock changes at one phase of the second (length of the mean vector) ...",
        gt=0,
        le=1,
    )
    clock_duty: float = tunable(
        0.35, "1", DERIVED, "... in so much of the half seconds of every stretch ...", gt=0, le=1
    )
    clock_min_s: float = tunable(20.0, "s", OWN, "... in a recording of at least this length.", ge=5, le=3600)
    focus_cells: int = tunable(40, "cells", OWN, "A change of at least so many cells is one of focus ...", ge=1)
    focus_likeness: float = tunable(
        0.65, "1", DERIVED, "... if it is so much alike the Laplacian of the picture (cosine) ...", gt=0, le=1
    )
    focus_share: float = tunable(
        0.1, "1", DERIVED, "... and this share of its cells is among as many with the strongest edges.", gt=0, le=1
    )
    mover_duty: float = tunable(
        0.45,
        "1",
        DERIVED,
        "What moves all the time moves in so many half seconds of every block ...",
        gt=0,
        le=1,
    )
    mover_around: float = tunable(
        0.2, "1", DERIVED, "... and what hangs together with it moves along in so many of most blocks.", gt=0, le=1
    )
    mover_min_s: float = tunable(60.0, "s", OWN, "... of a recording of at least this length ...", ge=0)
    border_min_s: float = tunable(20.0, "s", OWN, "... or of this one along the border of the picture ...", ge=0)
    border: float = tunable(0.05, "of each side", OWN, "... within this distance of it ...", gt=0, lt=0.5)
    mover_switched: float = tunable(
        0.25, "1", DERIVED, "... unless this share of what changes there does so within one picture ...", gt=0, le=1
    )
    mover_alone_s: float = tunable(
        600.0, "s", OWN, "... and of less than this not what is a rhythm or restless away from the border.", ge=0
    )
    mover_rest: float = tunable(
        0.25,
        "1",
        OWN,
        "... nor what moves in less than so many half seconds of its first or last block ...",
        ge=0,
        le=1,
    )
    mover_blocks: int = tunable(6, "blocks", OWN, "... of a recording of at least so many.", ge=1)
    flash_brightening: float = tunable(
        0.9, "1", DERIVED, "What only brightens the picture as it comes (signed / absolute change) ...", gt=0, le=1
    )
    flash_speed: float = tunable(0.1, "picture diagonals/s", DERIVED, "... and travels this fast ...", gt=0)
    flash_s: float = tunable(0.16, "s", DERIVED, "... or is gone again this soon, is an insect or dust ...", ge=0, le=1)
    flash_area: float = tunable(
        0.03, "1", DERIVED, "... unless it covers more than this share of the picture.", gt=0, le=1
    )
    insect_travel: float = tunable(
        0.12, "picture diagonals", DERIVED, "What crosses at least this much of the picture ...", gt=0, le=2
    )
    insect_extents: float = tunable(
        3.0, "extents", DERIVED, "... over this many times its own extent (root mean square radius) ...", gt=0, le=100
    )
    insect_straight: float = tunable(
        0.8, "1", DERIVED, "... along a line, evenly (share of its scatter explained) ...", gt=0, le=1
    )
    insect_speed: float = tunable(0.15, "picture diagonals/s", DERIVED, "... this fast ...", gt=0)
    insect_far: float = tunable(
        10.0, "extents", DERIVED, "... or, however slow and dark, over this many times its extent ...", gt=0, le=1000
    )
    insect_far_travel: float = tunable(
        3.0,
        "1",
        DERIVED,
        "(A slow dark one must cross so many times `insect_travel`, or else be as marked.)",
        ge=1,
        le=10,
    )
    insect_area: float = tunable(
        0.05,
        "1",
        DERIVED,
        "What crosses and covers more than this share of the picture is no insect but something else that passes.",
        gt=0,
        le=1,
    )
    passing_area: float = tunable(
        0.15, "1", OWN, "What covers more than this share at once is the infant's body, wherever it goes.", gt=0, le=1
    )
    swarm_insects: int = tunable(4, "insects", DERIVED, "Where at least so many insects were seen ...", ge=1, le=1000)
    swarm_s: float = tunable(30.0, "s", OWN, "... within this time before or after ...", gt=0, le=3600)
    swarm_brightening: float = tunable(
        0.75, "1", DERIVED, "... whatever brightens the picture so much as it comes ...", gt=0, le=1
    )
    swarm_area: float = tunable(
        0.1, "1", OWN, "... and covers no more than this share of the picture is one more, or several.", gt=0, le=1
    )

    mover_cells: int = tunable(9, "cells", OWN, "What moves all the time covers at least this much ...", ge=1)
    mover_confined: float = tunable(
        0.75, "1", DERIVED, "... and keeps this share of what moves with it within its own place ...", gt=0, le=1
    )
    mover_leaves: float = tunable(
        0.05, "1", OWN, "... in most pictures in which that moves, or all but this share of all pictures.", ge=0, le=1
    )
    most_hidden: float = tunable(
        0.2,
        "1",
        OWN,
        "With more than this of the picture (of the infant, where known) hidden, nothing is judged.",
        gt=0,
        le=1,
    )
    drawn_loud: float = tunable(0.1, "1", OWN, "Frames with this share of the largest change count.", gt=0, lt=1)
    drawn_likeness: float = tunable(
        0.85, "1", DERIVED, "What is drawn shows the same change in all of them (cosine of the two) ...", gt=0, le=1
    )
    drawn_faint: float = tunable(
        0.25, "1", OWN, "(Of changes in steps, those below this share of the strongest say nothing.)", ge=0, lt=1
    )
    drawn_unclear: float = tunable(
        0.6, "1", DERIVED, "(So much alike, a change that is over as soon is too faint to tell.)", gt=0, le=1
    )
    drawn_even: float = tunable(0.75, "1", DERIVED, "... at this share of its full strength or more.", gt=0, le=1)
    drawn_one_sign: float = tunable(
        0.85, "1", OWN, "It is a lamp if it only brightens or only darkens (signed / absolute change).", gt=0, le=1
    )
    drawn_displaced: float = tunable(
        0.2, "1", DERIVED, "On a slow camera, what is below this is displaced and not drawn (as above).", ge=0, lt=1
    )
    drawn_times: int = tunable(3, "times", OWN, "Either is believed when it came so often at one place ...", ge=1)
    drawn_usual: float = tunable(0.6, "1", OWN, "... and is this share of what happens there.", gt=0, le=1)
    drawn_lit: float = tunable(0.05, "of the picture", OWN, "A light at once is believed over this ...", gt=0, le=1)
    drawn_strong: float = tunable(
        50.0, "floors", DERIVED, "... or, where a lag is two pictures or more, a change this strong ...", gt=0
    )
    drawn_lopsided: float = tunable(
        0.65, "1", DERIVED, "... that brightens or darkens by so much more than the opposite (as above).", ge=0, le=1
    )
    jump_places: int = tunable(3, "places", OWN, "So many steps in one picture are a jump of the whole.", ge=2)
    drawn_shared: float = tunable(0.5, "1", OWN, "What shares so much of its cells with it is of it, too.", gt=0, le=1)
    drawn_fill: float = tunable(0.4, "1", OWN, "A drawn frame covers at most this share of its box ...", gt=0, le=1)
    box_snr: float = tunable(50.0, "floors", OWN, "Lines of a box that the camera draws are this strong ...", gt=0)
    box_line: float = tunable(0.2, "1", OWN, "... where they change by this share of their strongest change ...", gt=0)
    box_full: float = tunable(
        0.1, "1", OWN, "... and thin, or around something: at most this share lies within them ...", ge=0, le=1
    )
    box_s: float = tunable(0.6, "s", OWN, "What steps beside a box within this time of it is one of its sides.", gt=0)
    ring_s: float = tunable(
        3.0, "s", OWN, "Within this time of a box, lines that close tell one by themselves ...", ge=0, le=60
    )
    box_straight: float = tunable(0.7, "1", OWN, "... and straight: this share is in runs of `drawn_side`.", gt=0, le=1)
    drawn_side: float = tunable(4.0, "cells", OWN, "... of at least this many cells each way.", gt=0)
