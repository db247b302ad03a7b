"""Files to true-time luma frames: decoding, ordering clips into a night and clocks."""
