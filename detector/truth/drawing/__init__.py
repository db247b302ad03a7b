"""The painter's workshop behind `truth/synth.py`: cot, infant, visitors and what the camera adds."""
