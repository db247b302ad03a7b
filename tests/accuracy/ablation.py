"""What each rule is worth: every clip without one rule after the other, `python -m tests.accuracy.ablation`.

Writes `ablation.csv` (rules by clips: what changes in a clip when a rule is left out; an empty cell is no change) and
`ABLATION.md` (one line a rule). Rules of deciding are left out of the trace that was measured once; without a rule of
measuring the footage is measured again. What is done is kept in a folder, for this state of the code, so that a run
that was stopped goes on. Clips are the samples, the practice footage where it lies beside the project, and the scenes
of the bench but for the long ones.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import detector
from detector._rules import MEASURED_RULES, read_rules
from detector.night.night import Night
from detector.params import RULE_NAMES, Params, with_values
from detector.run.analyze import analyze
from detector.truth.known import KnownMovement, read_truth
from detector.truth.scoring.evaluate import evaluate
from tests.accuracy.bench import HERE, Scene, make_scene, read_scenes
from tests.accuracy.practice import Clip, all_clips

TABLE = HERE / "ablation.csv"
PAGE = HERE / "ABLATION.md"
NONE_OFF = ""
"""No rule left out."""

# What is good when it grows, and what when it shrinks; everything else that is counted is neither.
GOOD = (
    "twitch_matched", "twitch_f1", "rhythmic_f1", "gross_f1", "movement_f1", "by_any", "jerk_by_any",
    "restless_covered",
)  # fmt: skip
BAD = ("false", "broken", "restless_twitches", "rate_error_hz")
# Smaller changes are none: a rate in Hz, shares of 1.
LEAST_CHANGE = 0.004

Measures = dict[str, float]


@dataclass(frozen=True)
class Change:
    """What leaving a rule out does to a clip.

    Attributes:
        verdict: `"worse"`, `"better"`, `"mixed"`, `"other"` (neither good nor bad), or empty where nothing changes.
        words: each measure that changes, such as `false 0>2`.
    """

    verdict: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.verdict}: {', '.join(self.words)}" if self.verdict else ""


def measures_of(night: Night, known: Sequence[KnownMovement] | None) -> Measures:
    """What is compared: scores where the truth is known, and counts of events and artifacts by kind."""
    counts = Counter(event.kind for event in night.decision.events)
    measures: Measures = {f"n_{kind}": float(n) for kind, n in sorted(counts.items())}
    measures["n_artifacts"] = float(len(night.decision.artifacts))
    if known is None:
        return measures
    score = evaluate(night, known)
    for kind in ("twitch", "rhythmic", "gross", "movement"):
        tally = score.kinds[kind].tally
        measures |= {f"{kind}_known": tally.n_known, f"{kind}_found": tally.n_found, f"{kind}_f1": tally.f1}
        measures[f"{kind}_matched"] = tally.n_matched
    n_known = sum(one.tally.n_known for one in score.kinds.values())
    if n_known:
        measures["by_any"] = sum(one.n_touched for one in score.kinds.values()) / n_known
    if score.kinds["jerk"].tally.n_known:
        measures["jerk_by_any"] = score.kinds["jerk"].found_by_any
    if score.kinds["restless"].tally.n_known:
        measures |= {"restless_covered": score.restless_covered, "restless_twitches": score.n_twitches_restless}
    if score.rate_error_hz.size:
        measures["rate_error_hz"] = score.mean_rate_error_hz
    return measures | {"false": score.n_false, "broken": score.n_broken}


def compare(whole: Measures, without: Measures) -> Change:
    """What changes from all rules to one rule less.

    A count that is missing on one side is 0 there; the error of a rate is compared only where both sides have one.
    """
    names = [*GOOD, *BAD, *sorted(({*whole, *without}) - {*GOOD, *BAD})]
    if not {"rate_error_hz"} <= whole.keys() & without.keys():
        names.remove("rate_error_hz")
    changes = {name: without.get(name, 0.0) - whole.get(name, 0.0) for name in names}
    changes = {name: change for name, change in changes.items() if abs(change) > LEAST_CHANGE}
    if not changes:
        return Change("", ())
    gains = {change > 0 for name, change in changes.items() if name in GOOD}
    gains |= {change < 0 for name, change in changes.items() if name in BAD}
    verdict = {(): "other", (True,): "better", (False,): "worse"}.get(tuple(gains), "mixed")
    told = [name for name in changes if name in {*GOOD, *BAD}] or list(changes)
    return Change(verdict, tuple(f"{name} {whole.get(name, 0):.3g}>{without.get(name, 0):.3g}" for name in told))


def code_key() -> str:
    """Names the state of all code that a result depends on."""
    package = Path(detector.__file__).parent
    digest = hashlib.sha256()
    for room in ("footage", "motion", "events", "night", "run", "params", "truth/scoring"):
        for source in sorted((package / room).rglob("*.py")):
            digest.update(source.read_bytes())
    digest.update((package / "_rules.py").read_bytes())
    return digest.hexdigest()[:12]


class Kept:
    """Measures of one clip that are kept in a file: one JSON object a line, those of another state of the code too."""

    def __init__(self, path: Path, code: str) -> None:
        self._path, self._code = path, code
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        # A run that was stopped may have left half a line.
        rows = [json.loads(line) for line in lines if line.endswith("}")]
        self.measures: dict[str, Measures] = {row["rule"]: row["measures"] for row in rows if row["code"] == code}

    def add(self, rule: str, measures: Measures) -> None:
        """Keep the measures without a rule."""
        self.measures[rule] = measures
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"code": self._code, "rule": rule, "measures": measures}) + "\n")


def ablate(clip: Clip, rules: Iterable[str], kept: Kept) -> dict[str, Measures]:
    """Measures of a clip with all rules, and without each of some; what is kept is not done again.

    Args:
        clip: video and, where there is one, truth table.
        rules: names, or several with commas between them, to leave out together.
        kept: what was done before.
    """
    known = None if clip.truth is None else read_truth(clip.truth)
    wanted = [NONE_OFF, *rules]
    missing = [rule for rule in wanted if rule not in kept.measures]
    whole: Night | None = None
    for rule in missing:
        params = with_values(Params(), {"rules.without": rule})
        if read_rules(rule) & MEASURED_RULES.keys():
            night = analyze(clip.video, params=params, workers=1)
        else:
            whole = whole or analyze(clip.video, workers=1)
            night = whole.decide(params) if rule else whole
        kept.add(rule, measures_of(night, known))
    return {rule: kept.measures[rule] for rule in wanted}


def ablate_scene(clip: Clip | Scene, rules: Sequence[str], folder: Path) -> dict[str, Measures]:
    """As `ablate`, of a clip or of a scene of the bench, which is made first; everything is kept in `folder`."""
    if isinstance(clip, Scene):
        clip = Clip(clip.name, *make_scene(clip, folder / "footage"))
    return ablate(clip, rules, Kept(folder / f"{clip.name}.jsonl", code_key()))


def write_tables(results: Mapping[str, Mapping[str, Measures]], table: Path, page: Path) -> None:
    """Write the table of rules by clips, and the page with one line a rule.

    Args:
        results: clip to rule to measures, `NONE_OFF` among the rules of each.
        table: CSV file.
        page: Markdown file.
    """
    rules = [rule for rule in next(iter(results.values()), {}) if rule != NONE_OFF]
    changes = {rule: {name: compare(of[NONE_OFF], of[rule]) for name, of in results.items()} for rule in rules}
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rule", *results])
        writer.writerows([rule, *(str(change) for change in of.values())] for rule, of in changes.items())
    lines = [
        "# What each rule is worth", "",
        f"{len(results)} clips, each without one rule after the other. Made by `python -m tests.accuracy.ablation`;",
        "`ablation.csv` tells what changes in which clip. Twitches: matched of known, F1 over all clips, false events.",
        "",
        "| rule | twitches | F1 | false | worse | better | mixed | other | what it says |",
        "|---|---|---|---|---|---|---|---|---|",
        _line("none off", [of[NONE_OFF] for of in results.values()], {}, ""),
    ]  # fmt: skip
    for rule, of in changes.items():
        says = RULE_NAMES.get(rule, "together")
        lines.append(_line(rule, [measures[rule] for measures in results.values()], of, says))
    needless = [rule for rule, of in changes.items() if not any(change.verdict for change in of.values())]
    lines += ["", f"Nothing changes without: {', '.join(needless) or 'none of them'}."]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(rule: str, measures: Sequence[Measures], changes: Mapping[str, Change], says: str) -> str:
    known, found, matched, false = (
        sum(of.get(name, 0) for of in measures) for name in ("twitch_known", "twitch_found", "twitch_matched", "false")
    )
    f1 = 2 * matched / (known + found) if known + found else 1.0
    cells = [rule, f"{matched:.0f}/{known:.0f}", f"{f1:.3f}", f"{false:.0f}"]
    cells += [_names(changes, verdict) for verdict in ("worse", "better", "mixed", "other")]
    return f"| {' | '.join([*cells, says])} |"


def _names(changes: Mapping[str, Change], verdict: str) -> str:
    names = [name for name, change in changes.items() if change.verdict == verdict]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{len(names)}: {shown}" if names else ""


def chosen_clips(names: Sequence[str]) -> list[Clip | Scene]:
    """Clips and scenes whose name contains one of `names`; all but long scenes where none is given."""
    every: Iterator[Clip | Scene] = iter([*all_clips().values(), *read_scenes()])
    if not names:
        return [one for one in every if not one.name.startswith("long")]
    return [one for one in every if any(name in one.name for name in names)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Leave out one rule after the other and write both tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.ablation", description=__doc__)
    parser.add_argument("clips", nargs="*", help="only clips and scenes whose name contains one of these")
    parser.add_argument("--rules", nargs="+", default=list(RULE_NAMES), help="names; with commas: left out together")
    parser.add_argument("--decided", action="store_true", help="only rules that need no new measuring")
    parser.add_argument("--workers", type=int, default=2, help="clips at a time")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "twitch-detector-ablation")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for ablation.csv and ABLATION.md")
    given = parser.parse_args(arguments)
    rules = [rule for rule in given.rules if not (given.decided and read_rules(rule) & MEASURED_RULES.keys())]
    for folder in (given.keep, given.out):
        folder.mkdir(parents=True, exist_ok=True)
    clips = chosen_clips(given.clips)
    results: dict[str, Mapping[str, Measures]] = {}
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        work = partial(ablate_scene, rules=rules, folder=given.keep)
        for clip, of in zip(clips, pool.map(work, clips), strict=True):
            results[clip.name] = of
            changed = sum(bool(compare(of[NONE_OFF], of[rule]).verdict) for rule in rules)
            sys.stderr.write(f"{clip.name}: {changed} of {len(rules)} rules change it\n")
            write_tables(results, given.out / TABLE.name, given.out / PAGE.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
