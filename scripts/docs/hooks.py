"""What `make docs` does beyond mkdocs: pages from beside the code, links that lead out of docs/, no page forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {  # page of the site → the file that it is
    "index.md": "README.md",
    "security.md": "SECURITY.md",
    "contributing.md": "CONTRIBUTING.md",
    "changes.md": "CHANGELOG.md",
    "measurements.md": "benchmarks/README.md",
}
PAGES = {file: page for page, file in ELSEWHERE.items()}
PICTURES = {"throughput.svg": "benchmarks/throughput/results/throughput.svg"}
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def on_config(config: Any) -> Any:
    """Put pages that the navigation does not name at its end."""
    named = set(re.findall(r"[\w-]+\.md", repr(config.nav)))
    there = {path.name for path in Path(config.docs_dir).glob("*.md")} | set(ELSEWHERE)
    more = sorted(there - named)
    if more:
        config.nav.append({"More": more})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that lie elsewhere."""
    for page, source in ELSEWHERE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    for name, source in PICTURES.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Have links lead to pages of the site; what is in the repository only is named, without a link."""
    source = ROOT / ELSEWHERE.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def led(match: re.Match[str]) -> str:
        text, target = match[1], match[2]
        name, _, anchor = target.partition("#")
        if "://" in target or not name:
            return match[0]
        path = (source.parent / name).resolve()
        if not path.exists():
            return match[0]  # mkdocs complains of it
        inside = path.relative_to(ROOT).as_posix()
        if inside in PAGES:
            inside = f"docs/{PAGES[inside]}"
        if not inside.startswith("docs/"):
            return f"{text} (`{inside}`)"
        return f"[{text}]({inside.removeprefix('docs/')}{'#' * bool(anchor)}{anchor})"

    for name, picture in PICTURES.items():
        markdown = markdown.replace(f"](../{picture})", f"]({name})")
    markdown = markdown.replace("](docs/feedback.png)", "](feedback.png)")
    return _LINK.sub(led, markdown)
