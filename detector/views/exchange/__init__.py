"""A night in the formats of other tools, and people's scorings read from them: BORIS, BIDS, EDF+, ELAN, WebVTT, CSV.

`sheet` says what goes out and `scored` what comes in; each format has a module that writes and reads it. Times inside
are seconds of the recording, whatever a tool counts them from.
"""
