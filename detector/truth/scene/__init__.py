"""Footage drawn from nothing: what a scene shows, what moves in it, and what the camera makes of it."""
