"""Motion to events, without the video: what stands out, belongs together, may be something else, is called.

In the order in which `decide` asks: `artifacts` (what hides movement), `excess` (what stands out), `connect`, `burst`
and `bursts` (what moves together, when and where), `doubts` and `insects` with `paths` (what else it may be), `rhythm`
and `trains` (does it repeat), `classify` (its kind, with the reason).
"""
