"""Packets are found near the place where they are expected, and anywhere else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.footage.info import PacketTable
from detector.footage.packets import last_keys, place_of_packet, place_of_rank

MANY = 20_000


@pytest.fixture(scope="module")
def table() -> PacketTable:
    """20,000 packets stored in another order than they are shown; every 100th shows nothing."""
    random = np.random.default_rng(3)
    is_shown = np.arange(MANY) % 100 != 7
    rank = np.full(MANY, -1, np.int32)
    rank[is_shown] = np.argsort(np.argsort(np.arange(is_shown.sum()) + random.integers(0, 4, is_shown.sum())))
    size = random.integers(1, 50, MANY).astype(np.int32)
    pos = np.cumsum(size).astype(np.int64)
    return PacketTable(rank, size, pos, 3000 * np.arange(MANY))


class TestLastKeys:
    @given(st.sets(st.integers(0, MANY - 1), max_size=9), st.integers(0, MANY + 5), st.integers(1, 5))
    def test_it_equals_a_look_at_all(self, keys: set[int], last: int, n_most: int) -> None:
        is_key = np.zeros(MANY, bool)
        is_key[list(keys)] = True
        assert last_keys(is_key, last, n_most) == sorted(key for key in keys if key <= last)[-n_most:]

    def test_without_packets_there_is_none(self) -> None:
        assert last_keys(np.zeros(0, bool), 3, 4) == []


class TestPlaces:
    @given(rank=st.integers(0, MANY - 201))
    def test_each_picture_is_found(self, table: PacketTable, rank: int) -> None:
        place = place_of_rank(table, rank)
        assert place is not None
        assert table.rank[place] == rank

    def test_a_picture_that_is_not_there(self, table: PacketTable) -> None:
        assert place_of_rank(table, MANY) is None
        assert place_of_rank(PacketTable(), 0) is None

    @given(place=st.integers(0, MANY - 1), target=st.integers(0, MANY - 1))
    def test_each_packet_is_found_from_everywhere(self, table: PacketTable, place: int, target: int) -> None:
        pos, stamp, size = (int(values[place]) for values in (table.pos, table.stamp, table.size))
        assert place_of_packet(table, pos, stamp, size, target) == place
        assert place_of_packet(table, -1, stamp, size, target) == place

    def test_of_packets_alike_the_nearest_is_meant(self) -> None:
        alike = PacketTable(
            np.arange(MANY, dtype=np.int32), np.ones(MANY, np.int32), np.full(MANY, -1), np.arange(MANY) % 5000
        )
        assert place_of_packet(alike, -1, 10, 1, 10_300) == 10_010
        assert place_of_packet(alike, -1, 10, 1, 40) == 10

    def test_another_size_is_another_packet(self, table: PacketTable) -> None:
        assert place_of_packet(table, int(table.pos[70]), None, int(table.size[70]) + 1, 70) is None
