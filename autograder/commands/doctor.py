"""The command ``autograder doctor``."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape

from autograder.commands import DONE, OPERATOR, add_json, count, print_json

HELP = "probe the sandbox on this machine and report what it fails to block"
EXAMPLES = ("autograder doctor",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_json(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Probe the sandbox and show what was found."""
    from autograder.course.course import Course
    from autograder.sandbox.doctor import examine

    faults = 0
    course = Course.here()
    findings = []
    for finding in examine(course.root, course.hidden_packages()):
        findings.append(finding)
        faults += not finding.ok
        mark = "[green]✓[/]" if finding.ok else "[bold red]✗[/]"
        console.print(f"{mark} {finding.what}: {escape(finding.found)}", highlight=False, soft_wrap=True)
    safe = "The sandbox blocks everything it should."
    console.print(f"Fix {count(faults, 'fault')} before grading." if faults else safe)
    status = OPERATOR if faults else DONE
    if options.json:
        print_json({"findings": [asdict(finding) for finding in findings], "exit_status": status})
    return status
