"""What the bench measures besides the command itself: each task is a program of its own, `python -m ... TASK FILES`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

_PATIENCE_S = 600.0


def floor(*paths: str) -> None:
    """Decode files on one thread and touch no pixel."""
    import av

    for path in paths:
        with av.open(path) as container:
            stream = container.streams.video[0]
            stream.thread_count = 1
            stream.codec_context.thread_type = "NONE"
            for packet in container.demux(stream):
                for _ in packet.decode():
                    pass


def opencv(path: str) -> None:
    """The motion detection of a hundred tutorials: gray, blurred, compared with the frame before, outlined."""
    import cv2

    video, before, n_moving = cv2.VideoCapture(path), None, 0
    while True:
        is_read, picture = video.read()
        if not is_read:
            break
        gray = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (21, 21), 0)
        if before is not None:
            _, moved = cv2.threshold(cv2.absdiff(before, gray), 25, 255, cv2.THRESH_BINARY)
            outlines, _ = cv2.findContours(
                cv2.dilate(moved, None, iterations=2), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
            )
            n_moving += any(cv2.contourArea(outline) > 500 for outline in outlines)
        before = gray


def musicalgestures(path: str) -> None:
    """Quantity of motion, without motion video or pictures where that can be left out."""
    import musicalgestures as mg

    mg.MgVideo(path).motion(normalize=False, save_video=False, save_plot=False, save_motiongrams=False, save_data=True)


def _ignore(*progress: object) -> None:
    del progress


def spans_of(path: str) -> None:
    """Measure three spans of a recording, the first, the middle and the last, in a worker."""
    import tempfile

    from detector.footage.recording import read_recording
    from detector.footage.spans import cut_spans
    from detector.params import Params
    from detector.run.crew import measure_jobs
    from detector.run.handover import share
    from detector.run.parts import plan_jobs

    params = Params()
    recording = read_recording([path], params.footage)
    spans = cut_spans(recording, params.footage)
    with tempfile.TemporaryDirectory() as folder:
        shared, motion = Path(folder, "footage"), Path(folder)
        share((recording, params), shared)
        jobs = plan_jobs(recording, spans, [""] * len(recording.clips), params, motion)
        measure_jobs([jobs[0], jobs[len(jobs) // 2], jobs[-1]], shared, 1, _PATIENCE_S, _ignore)


def decide(path: str) -> None:
    """Load a trace and decide; prints the processor time of both and what was found as JSON."""
    from detector.events.decide import decide as decide_trace
    from detector.motion.trace_file import load_trace
    from detector.params import Params

    began_s = time.process_time()
    trace = load_trace(Path(path))
    loaded_s = time.process_time()
    decision = decide_trace(trace, Params())
    done_s = time.process_time()
    facts = {"load_s": loaded_s - began_s, "decide_s": done_s - loaded_s, "n_events": len(decision.events)}
    sys.stdout.write(json.dumps(facts))


def busy_trace(source: str, target: str, length_s: str) -> None:
    """Measure `source` and write its trace, repeated until it is `length_s` long, as one file."""
    from detector.footage.recording import read_recording
    from detector.footage.spans import cut_spans
    from detector.motion.measure import measure_span
    from detector.motion.trace import join_traces
    from detector.motion.trace_file import save_trace
    from detector.params import Params
    from tests.benchmarks.traces import repeated

    params = Params()
    recording = read_recording([source], params.footage)
    spans = [measure_span(recording, span, params) for span in cut_spans(recording, params.footage)]
    save_trace(Path(target), repeated(join_traces(spans), float(length_s)))


def breathing(path: str) -> None:
    """Decode a recording, and measure it; prints the processor time of each, and of what finds breathing, as JSON."""
    import io

    from detector.footage.recording import read_recording
    from detector.footage.spans import cut_spans, iter_span
    from detector.motion.breathing import BreathingMeasurer
    from detector.motion.measure import measure_span
    from detector.motion.packing import write_arrays
    from detector.motion.trace import named
    from detector.params import Params

    params, spent_s = Params(), {"breathing_s": 0.0}

    def timed(of: str) -> None:
        untimed = getattr(BreathingMeasurer, of)

        def call(*given: object, **flags: object) -> object:
            began_s = time.process_time()
            result = untimed(*given, **flags)
            spent_s["breathing_s"] += time.process_time() - began_s
            return result

        setattr(BreathingMeasurer, of, call)

    timed("add")
    timed("finish")
    recording = read_recording([path], params.footage)
    spans = cut_spans(recording, params.footage)
    began_s = time.process_time()
    for span in spans:
        for _ in iter_span(recording, span):
            pass
    decoded_s = time.process_time()
    traces = [measure_span(recording, span, params) for span in spans]
    measured_s = time.process_time()
    stored = [io.BytesIO() for _ in traces]
    for target, trace in zip(stored, traces, strict=True):
        write_arrays(target, named("breathing", trace.breathing))
    n_bytes = sum(len(target.getvalue()) for target in stored)
    facts = {"decode_s": decoded_s - began_s, "measure_s": measured_s - decoded_s, "stored_bytes": n_bytes}
    sys.stdout.write(json.dumps(facts | spent_s))


TASKS = {task.__name__: task for task in (floor, opencv, musicalgestures, spans_of, decide, busy_trace, breathing)}

if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
