"""A child for tests: it echoes what it is asked, keeps silent, or ends."""

import os
import time

from detector.run.child import answer_each


def serve() -> None:
    """Be it."""
    answer_each(_answer)


def _answer(word: str) -> str:
    if word == "sleep":
        time.sleep(600)
    if word == "end":
        os._exit(7)
    return word
