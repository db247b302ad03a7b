"""Imported before NumPy: a thread for each process, since two processes on two cores are as many as can work."""

import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
