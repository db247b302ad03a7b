from hypothesis import given
from hypothesis import strategies as st

from detector.night.numbers.stretches import Stretch, intersect, merge, state_at, subtract, total_s

edges = st.lists(st.integers(0, 60), max_size=12, unique=True).map(sorted)
stretches = edges.map(lambda e: [(float(a), float(b)) for a, b in zip(e[::2], e[1::2], strict=False)])


def seconds(of: tuple[Stretch, ...] | list[Stretch]) -> set[int]:
    """Whole seconds that stretches hold; edges are whole, so this is all of them."""
    return {second for start_s, stop_s in of for second in range(int(start_s), int(stop_s))}


@given(stretches, stretches)
def test_they_behave_as_sets_of_seconds(first: list[Stretch], second: list[Stretch]) -> None:
    assert seconds(intersect(first, second)) == seconds(first) & seconds(second)
    assert seconds(subtract(first, second)) == seconds(first) - seconds(second)
    assert seconds(merge([*second, *first])) == seconds(first) | seconds(second)
    assert total_s(intersect(first, second)) == len(seconds(first) & seconds(second))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=8), stretches)
def test_holes_may_overlap_and_come_in_any_order(holes: list[tuple[int, int]], kept: list[Stretch]) -> None:
    gone = [(float(start), float(start + length)) for start, length in holes]
    assert seconds(subtract(kept, gone)) == seconds(kept) - seconds(gone)


def test_state_holds_until_the_next() -> None:
    states = [(0.0, 30.0, "quiet"), (40.0, 60.0, "active")]
    assert [state_at(states, time_s) for time_s in (0.0, 29.9, 30.0, 40.0, 60.0)] == [
        "quiet",
        "quiet",
        "",
        "active",
        "",
    ]
