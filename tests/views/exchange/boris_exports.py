"""Runs in BORIS's own Python: loads a project and writes what BORIS says of it, and both its exports, beside it.

Arguments: the project, and the folder for `said.json`, `tabular.tsv` and `aggregated.tsv`.
"""

import json
import os
import sys
from decimal import Decimal
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import boris

# Some versions import their own modules by bare names.
sys.path.append(str(Path(boris.__file__).parent))

from boris import config, export_observation, observation_operations, project_functions, version

BEFORE = (
    "Observation id", "Observation date", "Description", "Observation type", "Source", "Time offset (s)",
    "Coding duration", "Media duration (s)", "FPS (frame/s)", "Subject",
    "Observation duration by subject by observation", "Behavior", "Behavioral category",
)  # fmt: skip
AFTER = (
    "Behavior type", "Start (s)", "Stop (s)", "Duration (s)", "Media file name", "Image index start",
    "Image index stop", "Image file path start", "Image file path stop", "Comment start", "Comment stop",
)  # fmt: skip

project_path, folder = sys.argv[1], Path(sys.argv[2])
_, _, project, message = project_functions.open_project_json(project_path)
lengths = {}
wanted = {
    config.SELECTED_SUBJECTS: [config.NO_FOCAL_SUBJECT, *(s["name"] for s in project["subjects_conf"].values())],
    config.SELECTED_BEHAVIORS: [b["code"] for b in project["behaviors_conf"].values()],
    config.INCLUDE_MODIFIERS: True,
    config.EXCLUDE_BEHAVIORS: False,
    "time": config.TIME_FULL_OBS,
    config.START_TIME: Decimal(0),
    config.END_TIME: Decimal(10**6),
}
aggregated, n_modifiers = None, 0
for name, observation in project["observations"].items():
    lengths[name] = str(observation_operations.media_duration(project["observations"], [name])[0])
    behaviors = project["behaviors_conf"]
    tabular = str(folder / "tabular.tsv")
    export_observation.export_tabular_events(project, wanted, name, observation, behaviors, tabular, "tsv")
    aggregated, n_modifiers = export_observation.export_aggregated_events(project, wanted, name)
if aggregated is not None:  # its dialog writes the header
    aggregated.headers = [*BEFORE, *(f"Modifier #{n + 1}" for n in range(n_modifiers)), *AFTER]
    (folder / "aggregated.tsv").write_text(aggregated.export("tsv"), encoding="utf-8")
said = {
    "version": version.__version__,
    "message": str(message or ""),
    "error": project.get("error", ""),
    "integrity": project_functions.check_project_integrity(project, "s", project_path, False),
    "lengths": lengths,
}
(folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
