"""Where all this comes from: the files, by size and content, and the software."""

from __future__ import annotations

from detector.views.report.head import analyzed, start_in_words
from detector.views.report.section import Section, Story, section
from detector.views.wording import elapsed

MOST_ROWS = 2000


def write(story: Story) -> Section:
    """Never empty."""
    source = story.night.provenance
    files = [
        (name, f"{file.size_bytes:,}", elapsed(max(file.zero_s, 0.0), decimals=1), file.sha256)
        for name, file in zip(source.input_names, source.inputs, strict=True)
    ]
    return section(
        "sources",
        files=files[:MOST_ROWS],
        n_files=len(files),
        start=start_in_words(story.night),
        analyzed=analyzed(story.night),
        decoding=source.decoding,
        versions=dict(source.versions),
        schema_version=source.schema_version,
    )
