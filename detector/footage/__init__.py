"""Files to true-time luma frames: decoding, clips in order as one night, and clocks."""
