"""Frames to a sparse motion trace: what changed, in which cell, by how much, where that rose above the camera's noise.

`measure` hands each frame to `pictures` (halve, subtract, pool), each difference to `blocks` (some seconds at a time),
which asks `noise` what the camera shows by itself and keeps what stands out. What is kept is a `trace`: parts that
check and join themselves. Whoever decides sees it as a `view` of one lag, and noise as one `score`.
"""
