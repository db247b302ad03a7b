"""What the camera itself shows in each cell when nothing moves."""
